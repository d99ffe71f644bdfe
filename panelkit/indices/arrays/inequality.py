"""Inequality of one cross-section: Gini, Theil T and L, Atkinson, CV, concentration; decompositions. Arrays only.

`y (n,)` are values of units (income per head, patents per head), `weights (n,)` their population shares; without
weights every unit counts once. Negative values are refused throughout, an all-zero vector too.
Every batched function takes `weights (B, n)`, one row a resample: nothing loops over resamples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from panelkit.indices.arrays.checks import label_column, non_negative, vector
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, in_language, message, term
from panelkit.language.shown import shown_language
from panelkit.results.fit import FloatArray, Language
from panelkit.show.brief import Brief
from panelkit.show.rendered import Exported

TheilKind = Literal["T", "L"]
_TOTAL = term("inequality", "total")


def gini(y: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the Gini coefficient sum_i sum_r w_i w_r |y_i - y_r| / (2 mu), weights summing to one.

    For n equal-weighted units it ends at (n - 1) / n, not at 1.
    """
    values, w = _inputs(y, weights)
    return float(batched_gini(values, w[None])[0])


def theil(y: ArrayLike, weights: ArrayLike | None = None, *, kind: TheilKind = "T") -> float:
    """Return Theil T = sum w (y / mu) ln(y / mu), or L (mean log deviation) = sum w ln(mu / y).

    T takes zeros (0 ln 0 = 0); L refuses them. With y = Y/P and weights P it is the share form
    sum (Y_i/Y) ln[(Y_i/Y) / (P_i/P)] of Chinese papers.
    """
    values, w = _inputs(y, weights)
    return float(batched_theil(values, w[None], kind=kind)[0])


def atkinson(y: ArrayLike, weights: ArrayLike | None = None, *, aversion: float = 0.5) -> float:
    """Return Atkinson's index for an inequality aversion > 0; at 1 or more, zeros give 1."""
    values, w = _inputs(y, weights)
    if aversion <= 0:
        raise SpecError(message("inequality aversion is positive, not {aversion!r}", aversion=aversion))
    mean = float(w @ values)
    if aversion >= 1 and (values[w > 0] == 0).any():
        return 1.0
    if aversion == 1:
        return float(1.0 - np.exp(w @ np.log(values)) / mean)
    power = 1.0 - aversion
    return float(1.0 - (w @ values**power) ** (1.0 / power) / mean)


def variation(y: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the coefficient of variation with divisor n, weighted if weights are given (Williamson's index)."""
    values, w = _inputs(y, weights)
    return float(batched_variation(values, w[None])[0])


def herfindahl(y: ArrayLike) -> float:
    """Return the sum of squared shares of the total, in [1/n, 1]."""
    values, _ = _inputs(y, None)
    return float(((values / values.sum()) ** 2).sum())


def top_share(y: ArrayLike, top: int = 5) -> float:
    """Return the share of the total that the `top` largest units hold."""
    values, _ = _inputs(y, None)
    if not 1 <= top <= len(values):
        raise SpecError(message("top lies between 1 and {n}, not {top}", n=len(values), top=top))
    return float(np.sort(values)[-top:].sum() / values.sum())


class Batched(Protocol):
    """An index of `values (n,)` under B sets of weights (B, n)."""

    def __call__(self, values: FloatArray, weights: FloatArray) -> FloatArray: ...


def batched_gini(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return Gini coefficients (B,) of values (n,) under weights (B, n), by one sort."""
    order = np.argsort(values, kind="stable")
    y, w = values[order], weights[:, order]
    upto = np.cumsum(w, axis=1)
    total = upto[:, -1]
    signed = upto + (upto - w) - total[:, None]
    return np.asarray(((w * signed) @ y) / (total * (w @ y)))


def batched_theil(values: FloatArray, weights: FloatArray, *, kind: TheilKind = "T") -> FloatArray:
    """Return Theil T or L (B,) of values (n,) under weights (B, n); L takes zeros of weight zero only."""
    w = weights / weights.sum(axis=1, keepdims=True)
    mean = w @ values
    if kind == "T":
        return np.asarray((w @ _xlogx(values)) / mean - np.log(mean))
    if kind != "L":
        raise SpecError(message("kind must be T or L, not {kind!r}", kind=kind))
    counted = (w > 0).any(axis=0)
    _refuse_zero(values[counted])
    return np.asarray(np.log(mean) - w @ np.log(np.where(counted, values, 1.0)))


def batched_variation(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return coefficients of variation (B,), divisor n."""
    w = weights / weights.sum(axis=1, keepdims=True)
    mean = w @ values
    square = np.maximum(w @ (values - values.mean()) ** 2 - (mean - values.mean()) ** 2, 0.0)
    return np.asarray(np.sqrt(square) / mean)


def _batched_theil_l(values: FloatArray, weights: FloatArray) -> FloatArray:
    return batched_theil(values, weights, kind="L")


INDICES: Mapping[str, Batched] = MappingProxyType(
    {"gini": batched_gini, "theil_t": batched_theil, "theil_l": _batched_theil_l, "cv": batched_variation}
)


def batched(index: str) -> Batched:
    """Return one of `INDICES` by name; unknown names are a `SpecError` that lists them."""
    try:
        return INDICES[index]
    except KeyError:
        raise SpecError(
            message(
                "unknown inequality index {index!r}: choose one of {indices}",
                index=index,
                indices=list(INDICES),
            )
        ) from None


@dataclass(frozen=True, eq=False)
class Decomposition(Exported, Brief):
    """An index and the parts that add up to it; `groups` has one row a group, `pairs` one a pair (Dagum)."""

    index: Message
    total: float
    parts: Mapping[str, float]
    groups: pd.DataFrame
    pairs: pd.DataFrame | None = None
    notes: tuple[Message, ...] = ()

    def share(self, part: str) -> float:
        """Return a part's share of the total; NaN where the total is zero."""
        return self.parts[part] / self.total if self.total > 0 else float("nan")

    def tidy(self) -> pd.DataFrame:
        """Return one row a part: `part, value, share`."""
        return self._table("en")

    def summary(self, *, language: Language = "en") -> str:
        """Return parts, groups and pairs as plain text."""
        from rich.cells import cell_len

        from panelkit.show.words import frame_text, note_lines

        title = self.index.text(language)
        parts = [
            title,
            "=" * cell_len(title),
            frame_text(self._table(language), language, index=False),
            "",
            frame_text(self.groups, language),
        ]
        if self.pairs is not None:
            parts += ["", frame_text(self.pairs, language, index=False)]
        return "\n".join([*parts, *note_lines(self.notes, language)])

    def _table(self, language: Language) -> pd.DataFrame:
        """Return one row a part, and the total, named in the language."""
        rows = [(in_language(name, language), value, self.share(name)) for name, value in self.parts.items()]
        total = (_TOTAL.text(language), self.total, 1.0)
        return pd.DataFrame([*rows, total], columns=["part", "value", "share"])

    def _exported(self, language: Language) -> tuple[pd.DataFrame, Message, tuple[Message, ...]]:
        """Return the parts and the notes."""
        return self._table(language), self.index, self.notes

    def __str__(self) -> str:
        return self.summary(language=shown_language())


def decompose_theil(
    y: ArrayLike, groups: ArrayLike, weights: ArrayLike | None = None, *, kind: TheilKind = "T"
) -> Decomposition:
    """Return Theil within and between groups (Theil 1967; Shorrocks 1980), exactly additive.

    T = sum s_g T_g + sum s_g ln(mu_g / mu) with income shares s_g; L = sum f_g L_g + sum f_g ln(mu / mu_g) with
    population shares f_g. One group: between is zero. A group of zeros only has T_g = 0 and adds nothing.
    """
    values, w = _inputs(y, weights)
    code, labels = _groups(groups, len(values))
    values, w, code = _peopled(values, w, code, labels)
    if kind == "L":
        _refuse_zero(values)
    f = np.bincount(code, w)
    income = np.bincount(code, w * values)
    mean, mu = income / f, float(income.sum())
    inner = np.array([_inner(values[code == g], w[code == g], kind) for g in range(len(labels))])
    share = income / mu if kind == "T" else f
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.where(share > 0, np.log(mean / mu) * (1.0 if kind == "T" else -1.0), 0.0)
    within, between = share * inner, share * log_ratio
    table = pd.DataFrame(
        {
            "population_share": f,
            "income_share": income / mu,
            "mean": mean,
            "index": inner,
            "within": within,
            "between": between,
        },
        index=pd.Index(labels, name="group"),
    )
    total = theil(values, w, kind=kind)
    parts: dict[str, float] = {
        term("inequality", "within"): float(within.sum()),
        term("inequality", "between"): float(between.sum()),
    }
    return Decomposition(message("Theil {kind}", kind=kind), total, parts, table)


def decompose_dagum(y: ArrayLike, groups: ArrayLike, weights: ArrayLike | None = None) -> Decomposition:
    """Return Dagum's decomposition of the Gini (1997): within, net between, transvariation; G = Gw + Gnb + Gt.

    Groups are ordered by their means, each pair is counted once, and transvariation is the overlap of groups (not
    noise). With mu_j > mu_h: d = mean of (y_j - y_h)+, p = mean of (y_h - y_j)+, G_jh = (d + p) / (mu_j + mu_h),
    D_jh = (d - p) / (d + p); equal means give D = 0, so that the pair is all transvariation. Cost n log n a pair
    of groups. A group of zeros only is allowed; two such groups have G_jh = 0.
    """
    values, w = _inputs(y, weights)
    code, labels = _groups(groups, len(values))
    values, w, code = _peopled(values, w, code, labels)
    size = np.bincount(code, w)
    mean = np.bincount(code, w * values) / size
    income = size * mean / float((size * mean).sum())
    blocks = [_sorted_block(values[code == g], w[code == g] / size[g]) for g in range(len(labels))]
    inner = np.array([_gini_block(block, mean[g]) for g, block in enumerate(blocks)])
    within = float((inner * size * income).sum())
    rows = []
    order = np.argsort(mean, kind="stable")
    for low_at, low in enumerate(order):
        for high in order[low_at + 1 :]:
            d, p = _positive_parts(blocks[high], blocks[low])
            g = (d + p) / (mean[high] + mean[low]) if mean[high] + mean[low] > 0 else 0.0
            net = (d - p) / (d + p) if d + p > 0 else 0.0
            share = size[high] * income[low] + size[low] * income[high]
            rows.append((labels[high], labels[low], g, net, g * share * net, g * share * (1.0 - net)))
    pairs = pd.DataFrame(
        rows, columns=["higher", "lower", "gini", "relative_affluence", "net_between", "transvariation"]
    )
    parts: dict[str, float] = {
        term("inequality", "within"): within,
        term("inequality", "net_between"): float(pairs["net_between"].sum()),
        term("inequality", "transvariation"): float(pairs["transvariation"].sum()),
    }
    table = pd.DataFrame(
        {"population_share": size, "income_share": income, "mean": mean, "gini": inner},
        index=pd.Index(labels, name="group"),
    )
    return Decomposition(message("Dagum Gini"), gini(values, w), parts, table, pairs)


def _sorted_block(values: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    order = np.argsort(values, kind="stable")
    y, weight = values[order], w[order]
    below = np.concatenate([[0.0], np.cumsum(weight)])
    below_sum = np.concatenate([[0.0], np.cumsum(weight * y)])
    return y, weight, below, below_sum


_Block = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def _gini_block(block: _Block, mean: float) -> float:
    d, p = _positive_parts(block, block)
    return (d + p) / (2.0 * mean) if mean > 0 else 0.0


def _positive_parts(first: _Block, second: _Block) -> tuple[float, float]:
    """Return the means of (a - b)+ and (b - a)+ over all pairs, a of `first` and b of `second`."""
    (a, wa, _, _), (b, _, below, below_sum) = first, second
    at = np.searchsorted(b, a, side="right")
    mass, amount = below[at], below_sum[at]
    up = float(wa @ (a * mass - amount))
    down = float(wa @ ((below_sum[-1] - amount) - a * (below[-1] - mass)))
    return max(up, 0.0), max(down, 0.0)


def _inner(values: FloatArray, w: FloatArray, kind: TheilKind) -> float:
    if kind == "T" and not (values > 0).any():
        return 0.0
    return float(batched_theil(values, w[None], kind=kind)[0])


def _inputs(y: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    values = non_negative(vector(y, message("inequality")), message("inequality"))
    if weights is None:
        w = np.full(len(values), 1.0 / len(values))
    else:
        w = non_negative(vector(weights, message("population weights")), message("population weights"))
        if w.shape != values.shape or w.sum() <= 0:
            raise DataError(message("{n} population weights are needed, not all zero", n=len(values)))
        w = w / w.sum()
    if w @ values <= 0:
        raise DataError(message("all values are zero: inequality is undefined (0 / 0)"))
    return values, w


def checked(values: FloatArray, weights: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Return values and weights that an index may read: finite, none negative, not all zero; weights sum to one."""
    return _inputs(values, weights)


def _peopled(
    values: FloatArray, w: FloatArray, code: NDArray[np.int64], labels: NDArray[np.generic]
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    empty = labels[np.bincount(code, w, minlength=len(labels)) == 0]
    if len(empty):
        raise DataError(
            message(
                "no population in group {groups}: it has no mean; drop it", groups=[str(one) for one in empty]
            )
        )
    held = w > 0
    return values[held], w[held], code[held]


def _groups(groups: ArrayLike, n: int) -> tuple[NDArray[np.int64], NDArray[np.generic]]:
    column = pd.Series(label_column(groups, term("array", "groups")).to_numpy())
    if column.shape != (n,) or column.isna().any():
        raise DataError(
            message(
                "one group a unit is needed, none missing: {n}, not {shape}", n=n, shape=str(column.shape)
            )
        )
    code, labels = pd.factorize(column, sort=True)
    return code.astype(np.int64), np.asarray(labels)


def _xlogx(values: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, values * np.log(values), 0.0)


def _refuse_zero(values: FloatArray) -> None:
    if (values <= 0).any():
        raise DataError(
            message(
                "Theil L takes logarithms: {count} values are zero; use Theil T or Gini",
                count=int((values <= 0).sum()),
            )
        )

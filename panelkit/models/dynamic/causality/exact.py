"""What a test of non-causality cannot tell apart: pasts that repeat each other, exact outcomes, few units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.dynamic.causality.half_panel import halves
from panelkit.models.dynamic.causality.regressions import Past, past_of, pooled, unit_squares
from panelkit.models.dynamic.wide import Wide
from panelkit.panel.design import Design

_EXACT = 1e-9
_ROUNDING = 256 * np.finfo(float).eps
_SHOWN = 5


def refuse_exact(test: str, blocks: Sequence[Wide], lags: int, design: Design) -> None:
    """Refuse pasts (of `lags` periods) that repeat each other and outcomes that follow exactly.

    Slopes by unit (dumitrescu-hurlin) need both in every unit; one slope for all needs them over the units together,
    in all periods and in both halves.

    Raises
    ------
    SpecError
        Naming the units, or the periods.
    """
    if test == "dumitrescu-hurlin":
        _refuse_units(blocks, lags, design)
    else:
        _refuse_spans(blocks[0], lags, design)


def refuse_few_units(block: Wide, lags: int, variance: str, design: Design) -> None:
    """Refuse more slopes than a sum over units can tell apart: what units add up to zero.

    Raises
    ------
    SpecError
        With the slopes that the units bear.
    """
    n, _, k = block.size
    if variance == "iid" or k * lags < n:
        return
    said = message(
        "variance={variance!r} is a sum over {n} {units}, which tells {most} slopes apart at most, and "
        "lags={lags} (regressors: {k}) make {q}: fewer lags, fewer regressors, or {variance_option}",
        variance_option=option("variance", "iid"),
        variance=variance,
        n=n,
        most=n - 1,
        lags=lags,
        k=k,
        q=k * lags,
    )
    raise SpecError(design.spoken(said))


def _refuse_units(blocks: Sequence[Wide], lags: int, design: Design) -> None:
    repeated: list[str] = []
    exact: list[str] = []
    for block in blocks:
        past = past_of(block.y, block.X, lags)
        columns = np.concatenate([past.own, past.other], axis=-1)
        levels = np.concatenate([block.y[..., None], block.X], axis=-1)
        wrong = _deficient(columns, np.repeat(np.linalg.norm(levels, axis=1), lags, axis=-1))
        repeated += [str(block.units[i]) for i in np.flatnonzero(wrong)]
        without_error = np.sqrt(unit_squares(past)[1]) <= _nothing(past, block)
        exact += [str(block.units[i]) for i in np.flatnonzero(without_error & ~wrong)]
    if repeated:
        raise SpecError(design.spoken(_repeats(blocks[0], lags, _of_units(repeated))))
    if exact:
        raise SpecError(design.spoken(_follows(blocks[0], lags, _of_units(exact))))


def _refuse_spans(block: Wide, lags: int, design: Design) -> None:
    for part in (slice(None), *halves(block.y.shape[-1])):
        past = past_of(block.y[:, part], block.X[:, part], lags)
        y, x = past.partial()
        flat = x.reshape(-1, x.shape[-1])
        whole = np.linalg.norm(past.other, axis=(0, 1))
        if _deficient(flat[None], whole[None], _EXACT)[0]:
            raise SpecError(design.spoken(_repeats(block, lags, _of_periods(design, part))))
        left = np.linalg.norm(pooled(y, x)[1])
        if left <= np.linalg.norm(_nothing(past, block)):
            raise SpecError(design.spoken(_follows(block, lags, _of_periods(design, part))))


def _deficient(columns: FloatArray, levels: FloatArray, share: float = _ROUNDING) -> Array:
    """Mark stacks (N, m, q) a column of which is rounding, a `share` of its level (N, q), or follows from others."""
    sizes = np.linalg.norm(columns, axis=-2)
    gone = (sizes <= share * levels).any(axis=-1)
    unit = columns / np.where(sizes > 0.0, sizes, 1.0)[:, None, :]
    marked: Array = gone | (np.linalg.svd(unit, compute_uv=False)[:, -1] <= _EXACT)
    return marked


def _nothing(past: Past, block: Wide) -> FloatArray:
    """Return the norm (N,) at which what is left of y is rounding."""
    return np.maximum(_EXACT * np.linalg.norm(past.y, axis=-1), _ROUNDING * np.linalg.norm(block.y, axis=-1))


def _repeats(block: Wide, lags: int, where: Message) -> Message:
    return message(
        "lags={lags}: the past of {terms} repeats that of `{outcome}`, or itself, or stands still, in "
        "{where}: there is nothing to tell them apart. Take fewer lags ({max_lags} for bic), or another "
        "variable",
        max_lags=option("max_lags", flag="--max-order"),
        lags=lags,
        terms=[f"`{name}`" for name in block.terms],
        outcome=block.outcome,
        where=where,
    )


def _follows(block: Wide, lags: int, where: Message) -> Message:
    return message(
        "lags={lags}: `{outcome}` follows exactly from the past in {where}: without an error there is nothing to test",
        lags=lags,
        outcome=block.outcome,
        where=where,
    )


def _of_units(names: list[str]) -> Message:
    return message(
        "{n} of the {units} ({shown})",
        n=len(names),
        shown=names if len(names) <= _SHOWN else [*names[:_SHOWN], "..."],
    )


def _of_periods(design: Design, part: slice) -> Message:
    held = design.time_labels[part]
    return message("all {units}, {periods} {first}-{last}", first=int(held[0]), last=int(held[-1]))

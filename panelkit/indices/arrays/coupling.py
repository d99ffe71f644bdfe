"""Coupling degree, coordination, synergy: the right formulas, and every wrong one in print under its name.

`scores (n, k)` has one row a unit-year and one column a subsystem, in [0, 1]. Arrays only; the panel results stand in
`coordination.py`.

The right coupling degree is the geometric over the arithmetic mean. With two subsystems and equal weights
sqrt(C T) is (U1 U2)^(1/4): C adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from panelkit.indices.arrays.checks import matrix, weights_of
from panelkit.kernels.frames import as_floats
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, term
from panelkit.results.fit import FloatArray, Language
from panelkit.show.brief import Brief

Edges = Literal["left", "right"]


def degree(scores: ArrayLike) -> FloatArray:
    """Return the coupling degree C = n (prod U)^(1/n) / sum U (n,), geometric over arithmetic mean, in [0, 1].

    A zero subsystem gives 0; all subsystems zero give NaN (0 / 0).
    """
    u = _scores(scores)
    return _over(_geometric_mean(u), u.mean(axis=1))


def degree_wang(scores: ArrayLike) -> FloatArray:
    """Return Wang Shujia's corrected coupling degree (2021), in [0, 1].

    C* = sqrt{ [1 - sum_{i>j} |U_i - U_j| / (k (k-1) / 2)] x [prod_i U_i / max U]^(1/(k-1)) }. The exponent
    1/(k-1) is 1 for two subsystems, and an R package lost it for three. All subsystems zero give NaN.
    """
    u = _scores(scores)
    _unit_interval(u)
    return _wang(u, 1.0 / (u.shape[1] - 1))


def degree_liao(scores: ArrayLike, *, power: float = 2.0) -> FloatArray:
    """Return Liao Chongbin's coordination {prod U / (mean U)^n}^power (1999), in [0, 1]; `power` is at least 2.

    Legitimate, but on another scale than `degree`: for two subsystems with power 2 it is C^4.
    """
    if power < 2.0:
        raise SpecError(message("Liao's power is at least 2, not {power!r}", power=power))
    return _no_root(_scores(scores)) ** power


def development(scores: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Return the overall development T = sum_j a_j U_j (n,); equal weights unless given."""
    u = _scores(scores)
    return np.asarray(u @ weights_of(weights, u.shape[1], message("development T")))


def coordination(
    scores: ArrayLike, weights: ArrayLike | None = None, *, form: str = "standard"
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return C, T and D = sqrt(C T), each (n,), under one of `FORMS`. Where T is zero, D is zero.

    Raises
    ------
    DataError
        If a score lies outside [0, 1].
    """
    u = _scores(scores)
    _unit_interval(u)
    c = formula(form).compute(u, weights_of(weights, u.shape[1], message("coordination")))
    t = development(u, weights)
    with np.errstate(invalid="ignore"):
        d = np.where(t == 0, 0.0, np.sqrt(np.maximum(c, 0.0) * t))
    return c, t, d


@dataclass(frozen=True)
class Form(Brief):
    """One formula for C found in print: whether it is right, its largest value, and how to know it."""

    name: Message
    text: str
    right: bool
    symptom: Message | None
    compute: Callable[[FloatArray, FloatArray], FloatArray]


def _wang(u: FloatArray, exponent: float) -> FloatArray:
    k = u.shape[1]
    gaps = sum(np.abs(u[:, i] - u[:, j]) for i, j in combinations(range(k), 2))
    spread = 1.0 - gaps / (k * (k - 1) / 2.0)
    largest = u.max(axis=1, keepdims=True)
    ratio = np.prod(np.divide(u, largest, out=np.full_like(u, np.nan), where=largest > 0), axis=1)
    return np.asarray(np.sqrt(np.maximum(spread, 0.0) * ratio**exponent))


def _no_root(u: FloatArray) -> FloatArray:
    return _over(np.prod(u, axis=1), u.mean(axis=1) ** u.shape[1])


def _pairwise(u: FloatArray) -> FloatArray:
    sums = np.prod([u[:, i] + u[:, j] for i, j in combinations(range(u.shape[1]), 2)], axis=0)
    return _over(np.prod(u, axis=1), sums) ** (1.0 / u.shape[1])


def _weighted(u: FloatArray, w: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(w > 0, w * np.log(u), 0.0)
    return _over(np.exp(logs.sum(axis=1)), u @ w)


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.name: form
        for form in (
            Form(
                term("coupling formula", "standard"),
                "n (prod U)^(1/n) / sum U",
                True,
                None,
                lambda u, w: degree(u),
            ),
            Form(
                term("coupling formula", "wang2021"),
                "sqrt{[1 - mean |Ui - Uj|] [prod U / max U]^(1/(n-1))}",
                True,
                message("lower than the standard form and less bunched near 1"),
                lambda u, w: degree_wang(u),
            ),
            Form(
                term("coupling formula", "liao1999"),
                "{prod U / (mean U)^n}^2",
                True,
                message("another scale: the fourth power of C for two subsystems"),
                lambda u, w: degree_liao(u),
            ),
            Form(
                term("coupling formula", "lost_coefficient"),
                "[prod U / (sum U)^n]^(1/n)",
                False,
                message("C never exceeds 1/n: with two subsystems every unit looks antagonistic"),
                lambda u, w: degree(u) / u.shape[1],
            ),
            Form(
                term("coupling formula", "missing_root"),
                "prod U / (mean U)^n",
                False,
                message("C too small: the n-th power of the right one"),
                lambda u, w: _no_root(u),
            ),
            Form(
                term("coupling formula", "lost_both"),
                "prod U / (sum U)^n",
                False,
                message("C never exceeds 1/n^n: .25 with two subsystems"),
                lambda u, w: _no_root(u) / float(u.shape[1]) ** u.shape[1],
            ),
            Form(
                term("coupling formula", "square_root"),
                "[prod U / (mean U)^n]^(1/2)",
                False,
                message("the root of two subsystems kept for more of them; right for n = 2"),
                lambda u, w: np.sqrt(_no_root(u)),
            ),
            Form(
                term("coupling formula", "wang_lost_exponent"),
                "sqrt{[1 - mean |Ui - Uj|] prod U / max U}",
                False,
                message("the exponent 1/(n-1) of the corrected degree lost; right for n = 2"),
                lambda u, w: _wang(u, 1.0),
            ),
            Form(
                term("coupling formula", "pairwise"),
                "{prod U / prod_{i<j} (Ui + Uj)}^(1/n)",
                False,
                message("depends on the units of U unless n = 3; at most .5 for n = 3"),
                lambda u, w: _pairwise(u),
            ),
            Form(
                term("coupling formula", "pairwise_n"),
                "n {prod U / prod_{i<j} (Ui + Uj)}^(1/n)",
                False,
                message("may exceed 1: up to 1.5 for n = 3"),
                lambda u, w: u.shape[1] * _pairwise(u),
            ),
            Form(
                term("coupling formula", "weighted"),
                "prod U^a / sum a U",
                False,
                message("weights inside C; with equal weights it is the right form"),
                _weighted,
            ),
            Form(
                term("coupling formula", "variation"),
                "1 - sd(U) / mean(U), divisor n",
                False,
                message("another concept; negative for three or more uneven subsystems"),
                lambda u, w: 1.0 - _over(u.std(axis=1), u.mean(axis=1)),
            ),
        )
    }
)


def formula(name: str) -> Form:
    """Return one of `FORMS` by name; unknown names are a `SpecError` that lists them."""
    try:
        return FORMS[name]
    except KeyError:
        raise SpecError(
            message("unknown coupling formula {name!r}: choose one of {forms}", name=name, forms=list(FORMS))
        ) from None


LEVELS = (
    message("extreme disorder"),
    message("severe disorder"),
    message("moderate disorder"),
    message("mild disorder"),
    message("near disorder"),
    message("barely coordinated"),
    message("primary coordination"),
    message("intermediate coordination"),
    message("good coordination"),
    message("superior coordination"),
)
STAGES = (message("low coupling"), message("antagonism"), message("running-in"), message("high coupling"))
PACES = (message("first lags"), message("synchronous"), message("second lags"))


def levels(d: ArrayLike, *, edges: Edges = "left") -> FloatArray:
    """Return Liao Chongbin's ten levels of D (1999) as 1..10, NaN where D is missing.

    `edges="left"` takes [a, b) with 1 in the last level, "right" (a, b] with 0 in the first: both are in print.
    Values within 1e-9 of an edge count as the edge, so that 0.1 + 0.2 and 0.3 get one level. D outside [0, 1] is
    refused.
    """
    _inside(d, "D")
    return _cut(d, np.arange(1, 10) / 10.0, edges)


def stages(c: ArrayLike, *, edges: Edges = "left") -> FloatArray:
    """Return the coupling stage of C as 1..4 (edges .3, .5, .8), NaN where C is missing; C lies in [0, 1]."""
    _inside(c, "C")
    return _cut(c, np.array([0.3, 0.5, 0.8]), edges)


def relative_development(scores: ArrayLike) -> FloatArray:
    """Return U1 / U2 (n,) for two subsystems normalised alike; U2 = 0 gives inf, both zero NaN."""
    u = _scores(scores)
    if u.shape[1] != 2:
        raise SpecError(message("relative development compares two subsystems, not {k}", k=u.shape[1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(u[:, 0] / u[:, 1])


def paces(ratio: ArrayLike) -> FloatArray:
    """Return who lags, as 1..3: U1/U2 <= .8 the first, (.8, 1.2] none, above 1.2 the second; NaN where missing."""
    return _cut(ratio, np.array([0.8, 1.2]), "right")


def names(codes: ArrayLike, words: tuple[Message, ...], language: Language = "en") -> NDArray[np.object_]:
    """Return codes 1..n as words of `LEVELS`, `STAGES` or `PACES`; a missing code has none (NaN), 0 an empty text.

    Raises
    ------
    DataError
        If a code is no whole number from 0 to n.
    """
    table = np.array(["", *(word.text(language) for word in words), np.nan], dtype=object)
    code = as_floats(codes, term("array", "codes"))
    held = np.where(np.isnan(code), len(words) + 1, code)
    if ((held != np.floor(held)) | (held < 0) | (held > len(words) + 1)).any() or (code > len(words)).any():
        raise DataError(message("codes are whole numbers from 1 to {last}, or missing", last=len(words)))
    return np.asarray(table[held.astype(np.int64)])


def order_degree(values: ArrayLike, low: ArrayLike, high: ArrayLike, *, direction: int = 1) -> FloatArray:
    """Return the order degree (e - low) / (high - low) of an order parameter, reversed if direction is -1."""
    a, b = as_floats(low, message("lower critical value")), as_floats(high, message("upper critical value"))
    if not (b > a).all():
        raise DataError(message("order degree: the upper critical value must exceed the lower"))
    if direction not in (-1, 1):
        raise SpecError(message("direction must be +1 or -1, not {direction!r}", direction=direction))
    u = (as_floats(values, message("order parameter")) - a) / (b - a)
    return np.asarray(u if direction == 1 else 1.0 - u)


def synergy(before: ArrayLike, after: ArrayLike) -> FloatArray:
    """Return the synergy degree of a composite system (Meng and Han 2000), in [-1, 1], shape (...).

    DWS = theta (prod_j |u_j1 - u_j0|)^(1/k), theta the sign of the smallest increment: positive only if every
    subsystem became more ordered. One unchanged subsystem gives zero. `before`, `after` are order degrees (..., k).
    """
    u0, u1 = as_floats(before, message("synergy")), as_floats(after, message("synergy"))
    if u0.shape != u1.shape or u0.ndim == 0:
        raise DataError(
            message(
                "synergy: order degrees of equal shape are needed, not {before} and {after}",
                before=str(u0.shape),
                after=str(u1.shape),
            )
        )
    step = u1 - u0
    with np.errstate(divide="ignore"):
        size = np.exp(np.log(np.abs(step)).mean(axis=-1))
    return np.asarray(np.sign(step.min(axis=-1)) * size)


def high_share_by_construction(k: int, *, form: str = "standard", cut: float = 0.8, grid: int = 400) -> float:
    """Return the share of k independent uniform scores whose C reaches `cut`, whatever the subsystems are.

    Midpoint rule, exact to about 1/grid for k = 2 (the standard form gives 3/4); fixed quasi-random points above.
    """
    if k == 2:
        axis = (np.arange(grid) + 0.5) / grid
        points = np.column_stack([axis.repeat(grid), np.tile(axis, grid)])
    else:
        from scipy.stats import qmc

        points = qmc.Halton(k, scramble=False).random(40_001)[1:]
    c = formula(form).compute(points, np.full(k, 1.0 / k))
    return float((c >= cut).mean())


def high_share_of_margins(
    scores: ArrayLike, *, form: str = "standard", cut: float = 0.8, rng: int = 0
) -> float:
    """Return the share of C >= cut when subsystems are paired at random across rows: what the margins alone give.

    All n^2 pairs for two subsystems of up to 600 rows, 20,000 random combinations above.
    """
    u = _scores(scores)
    n, k = u.shape
    if k == 2 and n <= 600:
        mixed = np.column_stack([u[:, 0].repeat(n), np.tile(u[:, 1], n)])
    else:
        draw = np.random.default_rng(rng).integers(n, size=(20_000, k))
        mixed = np.take_along_axis(u, draw, axis=0)
    c = formula(form).compute(mixed, np.full(k, 1.0 / k))
    return float((c >= cut).mean())


def _scores(scores: ArrayLike) -> FloatArray:
    u = matrix(scores, message("subsystem scores"), missing=True)
    if u.shape[1] < 2:
        raise SpecError(message("coupling needs at least two subsystems, one a column"))
    if (u < 0).any():
        raise DataError(
            message(
                "a subsystem score is negative: coupling needs scores in [0, 1] (min-max with "
                "goalposts, not z-scores)"
            )
        )
    return u


def _unit_interval(u: FloatArray) -> None:
    if (u > 1).any():
        raise DataError(
            message("a subsystem score exceeds 1: D and its levels need scores in [0, 1]; normalise first")
        )


def _inside(values: ArrayLike, what: str) -> None:
    x = as_floats(values, what)
    if ((x < -1e-9) | (x > 1.0 + 1e-9)).any():
        raise DataError(
            message(
                "{what} lies in [0, 1]: {what} = {value:g} has no level",
                what=what,
                value=x[(x < -1e-09) | (x > 1.0 + 1e-09)][0],
            )
        )


def _geometric_mean(u: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.log(u).mean(axis=1)))


def _over(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)


def _cut(values: ArrayLike, at: FloatArray, edges: Edges) -> FloatArray:
    if edges not in ("left", "right"):
        raise SpecError(message("edges must be left, [a, b), or right, (a, b], not {edges!r}", edges=edges))
    x = as_floats(values, term("array", "scores"))
    nudged = x + (1e-9 if edges == "left" else -1e-9)
    code = np.searchsorted(at, nudged, side="right" if edges == "left" else "left") + 1
    return np.where(np.isnan(x), np.nan, code.astype(np.float64))

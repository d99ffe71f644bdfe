"""How sure is a ranking: weights drawn, indicators left out, normalisation, aggregation and year varied. Batched.

Arrays only. A stack `z (S, N, T, k)` holds S normalisations of one indicator cube; every draw picks a normalisation, an
aggregation, a year, a vector of weights and perhaps one indicator to leave out, all equally likely.
Draws that share normalisation, aggregation and year are one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from panelkit.indices.arrays import weights as weighting
from panelkit.kernels.frames import as_floats
from panelkit.kernels.rng import as_generator
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, term
from panelkit.language.options import check_confidence, check_count
from panelkit.results.fit import FloatArray, TestResult
from panelkit.show.brief import Brief

IntArray = NDArray[np.int64]
Aggregation = Literal["linear", "geometric"]
WeightDraw = Literal["dirichlet", "bootstrap", "fixed"]
_CHUNK = 2_000_000  # scores held at once: 16 MB


def draw_weights(
    k: int,
    draws: int,
    rng: int | np.random.Generator,
    *,
    concentration: float | ArrayLike = 1.0,
    delete_one: bool = False,
) -> FloatArray:
    """Return Dirichlet weights (draws, k); `delete_one` sets one random weight to zero and rescales.

    `concentration` 1 is uniform on the simplex; a vector (k,) concentrates around its shape.
    """
    if k < 1 or draws < 1:
        raise SpecError(
            message("at least one indicator and one draw are needed, not {k} and {draws}", k=k, draws=draws)
        )
    generator = as_generator(rng)
    alpha = np.broadcast_to(as_floats(concentration, term("array", "concentration")), (k,))
    if not ((alpha > 0) & np.isfinite(alpha)).all():
        raise SpecError(message("Dirichlet concentrations are positive"))
    w = generator.standard_gamma(np.broadcast_to(alpha, (draws, k)))
    w = np.maximum(w, 1e-300)
    return (
        without_one(w / w.sum(axis=1, keepdims=True), generator)
        if delete_one
        else w / w.sum(axis=1, keepdims=True)
    )


def without_one(w: FloatArray, rng: int | np.random.Generator) -> FloatArray:
    """Return weights (B, k) with one random entry a row set to zero and the others rescaled; k = 1 is left alone."""
    draws, k = w.shape
    if k == 1:
        return w
    out = w.copy()
    out[np.arange(draws), as_generator(rng).integers(k, size=draws)] = 0.0
    total = out.sum(axis=1, keepdims=True)
    return np.where(total > 0, out / np.where(total > 0, total, 1.0), w)


def bootstrap_weights(z: ArrayLike, draws: int, rng: int | np.random.Generator) -> FloatArray:
    """Return entropy weights (draws, k) of resamples of units of z (N, T, k); degenerate resamples are drawn again."""
    cube = as_floats(z, message("bootstrap weights"))
    if cube.ndim != 3:
        raise DataError(
            message(
                "bootstrap weights need indicators (units, years, indicators), not {shape}",
                shape=str(cube.shape),
            )
        )
    n, t, k = cube.shape
    generator = as_generator(rng)
    flat, unit = cube.reshape(n * t, k), np.repeat(np.arange(n), t)
    out = np.empty((0, k))
    while len(out) < draws:
        times = generator.multinomial(n, np.full(n, 1.0 / n), size=draws - len(out))
        positive = ((times @ (cube > 0).any(axis=1)) > 0).all(axis=1) & (times.astype(bool).sum(axis=1) > 1)
        if not positive.any():
            raise DataError(
                message(
                    "no resample of units keeps a positive value of every indicator: drop the sparse "
                    "indicator"
                )
            )
        out = np.vstack([out, weighting.bootstrap_entropy(flat, unit, times[positive])])
    return out


def scores(z: ArrayLike, w: ArrayLike, *, aggregation: Aggregation = "linear") -> FloatArray:
    """Return scores (B, ...) of indicators z (..., k) under B sets of weights (B, k), in one matrix product.

    Geometric scores need positive z: normalise with a floor.
    """
    values, weights = as_floats(z, term("array", "scores")), as_floats(w, message("scores: weights"))
    shape = values.shape[:-1]
    flat = values.reshape(-1, values.shape[-1])
    if aggregation == "geometric":
        if (flat <= 0).any():
            raise DataError(message("geometric scores need positive values: normalise with floor=0.01"))
        return np.exp(weights @ np.log(flat).T).reshape(len(weights), *shape)
    if aggregation != "linear":
        raise SpecError(
            message("aggregation must be linear or geometric, not {aggregation!r}", aggregation=aggregation)
        )
    return np.asarray(weights @ flat.T).reshape(len(weights), *shape)


def rank(values: ArrayLike) -> IntArray:
    """Return ranks along the last axis, 1 for the largest; ties (within rounding, 1e-12) share the better.

    Units with equal indicators tie in every draw, and a few discrete indicators tie in many.
    """
    values = as_floats(values, term("array", "scores"))
    if values.ndim == 0 or np.isnan(values).any():
        raise DataError(message("a missing score has no rank: drop the units without one first"))
    order = np.argsort(-values, axis=-1, kind="stable")
    falling = np.take_along_axis(values, order, axis=-1)
    place = np.broadcast_to(np.arange(1, values.shape[-1] + 1), values.shape).copy()
    tied = falling[..., :-1] - falling[..., 1:] <= _hair(values)
    if tied.any():
        place[..., 1:][tied] = 0
        place = np.maximum.accumulate(place, axis=-1)
    out = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(out, order, place, axis=-1)
    return out


def rank_counts(z: ArrayLike, w: ArrayLike, *, aggregation: Aggregation = "linear") -> IntArray:
    """Return how often unit n takes rank r in year t under B sets of weights: counts (N, T, N).

    z is (N, T, k), w (B, k). Works in chunks of draws, so that 10,000 draws of 31 x 13 x 25 need little memory.
    """
    values, weights = as_floats(z, message("rank counts")), as_floats(w, message("rank counts: weights"))
    if not np.isfinite(values).all():
        raise DataError(
            message("rank counts: missing or infinite indicators have no rank; drop these units first")
        )
    if values.ndim != 3:
        raise DataError(
            message(
                "rank counts need indicators (units, years, indicators), not {shape}", shape=str(values.shape)
            )
        )
    n, t, _ = values.shape
    out = np.zeros((t, n, n), dtype=np.int64)
    cell = (np.arange(t)[:, None] * n + np.arange(n)[None, :]) * n
    by_year = values.transpose(1, 0, 2)
    for part in _chunks(weights, n * t):
        ranks = rank(scores(by_year, part, aggregation=aggregation))
        out += np.bincount((cell + ranks - 1).ravel(), minlength=t * n * n).reshape(t, n, n)
    return out.transpose(1, 0, 2)


def rank_interval(counts: IntArray, level: float = 0.9) -> tuple[IntArray, IntArray]:
    """Return the smallest and largest rank (...) of the central interval of rank counts (..., N)."""
    level = check_confidence(level)
    share = np.cumsum(counts, axis=-1) / counts.sum(axis=-1, keepdims=True)
    tail = (1.0 - level) / 2.0
    low = (share < tail - 1e-12).sum(axis=-1) + 1
    high = (share < 1.0 - tail - 1e-12).sum(axis=-1) + 1
    return low.astype(np.int64), high.astype(np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cloud(Brief):
    """Scores of N units (draws, N) under equally likely choices, and what each draw chose.

    `weights (draws, k)`; `normalisation`, `aggregation`, `year` are positions (draws,).
    """

    scores: FloatArray
    weights: FloatArray
    normalisation: IntArray
    aggregation: IntArray
    year: IntArray

    def group(
        self, code: ArrayLike, weights: ArrayLike | None = None, counts: ArrayLike | None = None
    ) -> FloatArray:
        """Return group means (draws, G) of the scores; `weights (N, T)` or (N,) are populations, None counts units.

        `code (N,)` gives the group 0..G-1 of each unit, -1 for none. Weights by year follow each draw's year.
        `counts (draws, N)` says how often each draw takes a unit; None: once.
        """
        codes = np.asarray(code, dtype=np.int64)
        member = (codes[:, None] == np.arange(codes.max() + 1)[None, :]).astype(float)
        taken = np.ones((1, len(codes))) if counts is None else as_floats(counts, term("array", "counts"))
        if weights is not None:
            w = as_floats(weights, term("array", "population"))
            taken = taken * (w if w.ndim == 1 else w[:, self.year].T)
        return np.asarray(((self.scores * taken) @ member) / (taken @ member))


def redrawn_inside(code: ArrayLike, draws: int, rng: int | np.random.Generator) -> FloatArray:
    """Return how often each unit is drawn (draws, N) where every group is drawn again from its own units.

    `code (N,)` gives the group 0..G-1 of each unit, -1 for none: such a unit is never drawn.
    """
    codes, generator = np.asarray(code, dtype=np.int64), as_generator(rng)
    out = np.zeros((draws, len(codes)))
    for group in range(codes.max() + 1):
        members = np.flatnonzero(codes == group)
        out[:, members] = generator.multinomial(
            len(members), np.full(len(members), 1.0 / len(members)), size=draws
        )
    return out


def cloud(
    z: ArrayLike,
    *,
    draws: int = 1000,
    rng: int | np.random.Generator = 0,
    weights: WeightDraw = "dirichlet",
    fixed: ArrayLike | None = None,
    aggregations: Sequence[Aggregation] = ("linear",),
    delete_one: bool = True,
    years: Sequence[int] | None = None,
) -> Cloud:
    """Return the cloud of scores of a stack z (S, N, T, k): weights x normalisation x aggregation x indicator x year.

    `years` are the year positions to draw from (default all); R-RANK takes the last five, Dirichlet(1) weights,
    two normalisations and one indicator left out.
    """
    check_count("draws", draws)
    stack = as_floats(z, message("the indicator stack"))
    if stack.ndim != 4 or not np.isfinite(stack).all():
        raise DataError(
            message("the indicator stack is (normalisation, unit, year, indicator) without missing cells")
        )
    s, n, t, _ = stack.shape
    generator = as_generator(rng)
    held = np.arange(t) if years is None else np.asarray(list(years), dtype=np.int64)
    w = _weights(stack[0], draws, generator, weights, fixed)
    if delete_one:
        w = without_one(w, generator)
    which = generator.integers(s, size=draws)
    how = generator.integers(len(aggregations), size=draws)
    when = held[generator.integers(len(held), size=draws)]
    out = np.empty((draws, n))
    for i in range(s):
        for a, aggregation in enumerate(aggregations):
            for year in held:
                rows = (which == i) & (how == a) & (when == year)
                if rows.any():
                    out[rows] = scores(stack[i, :, year], w[rows], aggregation=aggregation)
    return Cloud(scores=out, weights=w, normalisation=which, aggregation=how, year=when)


def probability_of_order(values: ArrayLike, order: Sequence[int]) -> float:
    """Return the share of draws (B, G) in which the columns stand in exactly this order, best first; ties break it."""
    values = _draws(values)
    picked = values[:, list(order)]
    if picked.shape[1] < 2:
        raise SpecError(message("an order needs at least two units or groups"))
    return float((np.diff(picked, axis=1) < -_hair(values)).all(axis=1).mean())


def pair_probabilities(values: ArrayLike) -> FloatArray:
    """Return the share of draws (B, G) in which column i exceeds column j: (G, G), diagonal 0."""
    values = _draws(values)
    return np.asarray((values[:, :, None] - values[:, None, :] > _hair(values)).mean(axis=0))


def kendall_tau(values: ArrayLike, order: Sequence[int]) -> float:
    """Return the mean Kendall tau over draws (B, G) between their order and the claimed one (largest first)."""
    values = _draws(values)
    picked = values[:, list(order)]
    g = picked.shape[1]
    if g < 2:
        raise SpecError(message("an order needs at least two units or groups"))
    first, second = np.triu_indices(g, 1)
    gap = picked[:, first] - picked[:, second]
    return float(np.where(np.abs(gap) <= _hair(values), 0.0, np.sign(gap)).sum(axis=1).mean() / len(first))


def kendall_w(values: ArrayLike) -> TestResult:
    """Return Kendall's W of m judges ranking n items, values (m, n), ties corrected (Kendall and Smith 1939).

    W in [0, 1] stands in `facts["W"]`; the test is m (n - 1) W against chi2(n - 1), rough for n < 8.
    """
    from scipy.special import chdtrc
    from scipy.stats import rankdata

    name, null = message("Kendall's W"), message("the judges' rankings are unrelated")
    x = as_floats(values, name)
    if x.ndim != 2 or x.shape[0] < 2 or x.shape[1] < 2 or not np.isfinite(x).all():
        raise DataError(
            message(
                "Kendall's W needs at least two judges and two items, none missing, not {shape}",
                shape=str(x.shape),
            )
        )
    m, n = x.shape
    ranks = rankdata(x, axis=1)
    ties = sum(float((c**3 - c).sum()) for c in (np.unique(row, return_counts=True)[1] for row in ranks))
    spread = float(((ranks.sum(axis=0) - m * (n + 1) / 2.0) ** 2).sum())
    bottom = m**2 * (n**3 - n) - m * ties
    if bottom <= 0:
        return TestResult.not_applicable(name, null, message("every judge ties all items"))
    w = 12.0 * spread / bottom
    statistic = m * (n - 1) * w
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution="chi2",
        df=(float(n - 1),),
        p_value=float(chdtrc(n - 1, statistic)),
        facts={"W": w, "judges": m, "items": n},
    )


def _draws(values: ArrayLike) -> FloatArray:
    """Return draws (B, G), none missing: a missing score stands neither above nor below another."""
    held = as_floats(values, term("array", "draws"))
    if held.ndim != 2 or np.isnan(held).any():
        raise DataError(
            message(
                "draws are (draws, units) without missing scores, not an array of shape {shape}",
                shape=str(held.shape),
            )
        )
    return held


def _hair(values: FloatArray) -> float:
    """Return the gap below which two scores count as equal: rounding of a weighted sum."""
    return 1e-12 * float(np.abs(values).max(initial=0.0))


def _weights(
    z: FloatArray, draws: int, generator: np.random.Generator, how: WeightDraw, fixed: ArrayLike | None
) -> FloatArray:
    k = z.shape[-1]
    if how == "dirichlet":
        return draw_weights(k, draws, generator)
    if how == "bootstrap":
        return bootstrap_weights(z, draws, generator)
    if how != "fixed":
        raise SpecError(message("weights must be dirichlet, bootstrap or fixed, not {how!r}", how=how))
    w = np.full(k, 1.0 / k) if fixed is None else as_floats(fixed, message("fixed weights"))
    if w.shape != (k,) or not np.isfinite(w).all():
        raise SpecError(
            message("{k} fixed weights are needed, none missing, not {given}", k=k, given=str(w.tolist()))
        )
    return np.tile(w / w.sum(), (draws, 1))


def _chunks(weights: FloatArray, cells: int) -> Iterator[FloatArray]:
    step = max(1, _CHUNK // max(cells, 1))
    for start in range(0, len(weights), step):
        yield weights[start : start + step]

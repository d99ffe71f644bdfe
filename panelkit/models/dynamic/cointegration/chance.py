"""What a test does at the N and T in hand: draws without cointegration, and draws with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.cointegration.drift import Steps
from panelkit.models.dynamic.cointegration.plan import Family, Plan
from panelkit.show.brief import Brief

_CELLS = 1_500_000
_LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Reference(Brief):
    """Draws (reps,) of every statistic by name: `null` without cointegration, `other` with it, as raw statistics."""

    null: Mapping[str, FloatArray]
    other: Mapping[str, FloatArray]


def without_means(values: FloatArray) -> FloatArray:
    """Return series (..., N, T[, k]) less the mean over units of each period; y has two last axes, X three."""
    return values - values.mean(axis=-2, keepdims=True)


def statistics_of(
    family: Family, y: FloatArray, X: FloatArray, plan: Plan, *, demean: bool
) -> dict[str, FloatArray]:
    """Return the statistics (...) of y (..., N, T) and X (..., N, T, k), of deviations from period means if asked."""
    if demean:
        y = without_means(y)
        X = X - X.mean(axis=-3, keepdims=True)
    return family.statistics(y, X, plan)


def reference(
    family: Family,
    plan: Plan,
    size: tuple[int, int, int],
    reps: int,
    rng: np.random.Generator,
    *,
    rho: float,
    demean: bool,
    like: Steps | None = None,
) -> Reference:
    """Draw the statistics at N, T and k: y and x random walks, and y = sum of x + an AR(rho) error.

    Steps are independent, with a variance of one; or drift, spread and correlate as those in hand (`like`).
    """
    n, periods, k = size
    null, other = [], []
    for reps_now in batches(reps, n * periods * (k + 1)):
        steps = rng.standard_normal((reps_now, n, periods, k + 1))
        walks = np.cumsum(steps if like is None else like.drawn(steps), axis=-2)
        X, errors = walks[..., 1:], steps[..., 0]
        if like is not None:
            errors = errors * (like.spread[:, :1] / like.spread[:, 0].mean())
        null.append(statistics_of(family, walks[..., 0], X, plan, demean=demean))
        y = X.sum(-1) + autoregression(errors, rho)
        other.append(statistics_of(family, y, X, plan, demean=demean))
    return Reference(joined(null), joined(other))


def autoregression(steps: FloatArray, rho: float) -> FloatArray:
    """Return e_t = rho e_{t-1} + steps_t (..., T), the first one with the variance of the others."""
    out = np.empty_like(steps)
    out[..., 0] = steps[..., 0] / np.sqrt(1.0 - rho**2)
    for t in range(1, steps.shape[-1]):
        out[..., t] = rho * out[..., t - 1] + steps[..., t]
    return out


def batches(reps: int, cells: int) -> Iterator[int]:
    """Return how many draws go together, so that arrays stay small."""
    step = max(1, _CELLS // max(1, cells))
    firsts = range(0, reps, step)
    for first in steps_of(firsts, len(firsts)):
        yield min(step, reps - first)


def joined(parts: list[dict[str, FloatArray]]) -> dict[str, FloatArray]:
    """Return the draws of several batches, one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def share_beyond(draws: FloatArray, value: float, *, upper: bool) -> float:
    """Return (1 + draws at least as far as the value) / (1 + draws): a p-value that is never zero.

    A draw without a value (few periods drawn again and again fit exactly) counts as one that lies as far.
    """
    nearer = draws < value if upper else draws > value
    return float((1 + (~nearer).sum()) / (1 + len(draws)))


def size_and_power(null: FloatArray, other: FloatArray, z: FloatArray, *, upper: bool) -> tuple[float, float]:
    """Return how often z of null draws lies beyond the normal's 5 %, and other draws beyond that of null draws."""
    sign = 1.0 if upper else -1.0
    critical = float(stats.norm.isf(_LEVEL))
    size = float((sign * z > critical).mean())
    edge = float(np.quantile(sign * null, 1.0 - _LEVEL))
    return size, float((sign * other > edge).mean())

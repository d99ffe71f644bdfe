"""Bias, spread and size of one slope where a common shock moves outcome and regressor: one slope, or one a unit.

Worlds stand in arrays and go through the kernels of the estimators, a cell at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.evidence.record import percent, write
from panelkit.kernels.factors import approximate, beside_factors, bias_of_errors
from panelkit.kernels.unit_regressions import regress_units
from panelkit.models.dynamic.slopes.factor_number import criteria_of
from panelkit.models.dynamic.slopes.problem import MeanOfSlopes, PooledSlopes
from panelkit.results.students_t import t_survival

SEED = 20_240
SHAPES = ((31, 8, 1000), (31, 14, 1000), (31, 300, 100), (300, 14, 100))
SLOPE, SPREAD, MOST = 1.0, 0.3, 3


@dataclass(frozen=True)
class World:
    """A shape of the panel, whether a shock is common, and whether slopes differ."""

    units: int
    periods: int
    count: int
    shock: bool
    differ: bool


def panels(world: World) -> tuple[Any, Any]:
    """Return outcomes and regressors (R, N, T): loadings of both go together, errors have a variance by unit."""
    rng = np.random.default_rng([SEED, world.units, world.periods])
    R, N, T = world.count, world.units, world.periods
    f, shared = rng.normal(size=(R, 1, T)), rng.normal(size=(R, N, 1))
    on_x, on_y = (world.shock * (0.5 + shared + 0.5 * rng.normal(size=(R, N, 1))) for _ in "xy")
    effect = rng.normal(size=(R, N, 1))
    x = effect + on_x * f + rng.normal(size=(R, N, T))
    slopes = SLOPE + world.differ * SPREAD * rng.normal(size=(R, N, 1))
    errors = rng.normal(size=(R, N, T)) * rng.uniform(0.5, 1.5, size=(R, N, 1))
    return slopes * x + effect + on_y * f + errors, x


def within(M: Any) -> Any:
    """Return matrices (..., N, T) less unit and period means."""
    M = M - M.mean(axis=-1, keepdims=True)
    return M - M.mean(axis=-2, keepdims=True)


def clustered(Z: Any, errors: Any, counted: int) -> float:
    """Return the standard error of a slope clustered by unit, `counted` parameters beside it, as `Cluster()`."""
    (N, T), bread = Z.shape, 1.0 / (Z**2).sum()
    meat = ((Z * errors).sum(axis=1) ** 2).sum()
    return float(np.sqrt(bread**2 * meat * N / (N - 1) * (N * T - 1) / (N * T - 1 - counted)))


def by_least_squares(y: Any, x: Any, factors: int | None, *, corrected: bool = False) -> tuple[float, float]:
    """Return slope and error of two-way effects beside factors; None takes their number by the eigenvalue ratio."""
    y, x = within(y), within(x)
    N, T = y.shape
    norm = np.sqrt((x**2).sum())
    X = x[None] / norm
    start = np.tensordot(X, y, 2)
    if factors is None:
        most = beside_factors(y, X, MOST, start, y.size)
        W = y - most.beta[0] * X[0]
        values = np.linalg.svd(W, compute_uv=False)[: min(N, T) - 1] ** 2 / W.size
        factors = int(criteria_of(values, (N, T), MOST)["er"].idxmax())
    if factors == 0:
        here = start[0] / norm
        return here, clustered(x, y - here * x, T)
    alone = approximate(y, factors)
    Z = alone.projected(X)
    ends = [start, np.array([(Z * alone.errors).sum() / (Z**2).sum()])]
    found = min(
        (beside_factors(y, X, factors, at, y.size) for at in ends), key=lambda one: one.approximation.squares
    )
    Z = found.approximation.projected(X)[0]
    beta = found.beta[0]
    if corrected:
        beta -= bias_of_errors(X, found.approximation)[0] / (Z**2).sum()
    counted = T + factors * (N + T - 2 - factors)
    return beta / norm, clustered(Z, found.approximation.errors, counted) / norm


def by_unit(y: Any, x: Any, averages: bool, demeaned: bool = False) -> list[Any]:
    """Return the regressions of every world, (R,)."""
    R, N, T = y.shape
    if demeaned:
        y, x = y - y.mean(axis=1, keepdims=True), x - x.mean(axis=1, keepdims=True)
    beside = np.empty((R, N, T, 0))
    if averages:
        means = np.stack([y.mean(axis=1), x.mean(axis=1)], axis=-1)
        beside = np.broadcast_to(means[:, None], (R, N, T, 2))
    held = np.ones((N, T), dtype=bool)
    return [regress_units(y[r], x[r][:, :, None], beside[r], held) for r in range(R)]


def run(world: World) -> list[dict[str, Any]]:
    """Return one row an estimator."""
    y, x = panels(world)
    found: dict[str, list[tuple[float, float]]] = {}

    def of(problem: Any, about: str = "mean") -> tuple[float, float]:
        return float(problem.estimates[0]), float(np.sqrt(problem.spread(about)[0, 0]))

    found["FixedEffects"] = [by_least_squares(*one, 0) for one in zip(y, x, strict=True)]
    found["MeanGroup"] = [of(MeanOfSlopes(one)) for one in by_unit(y, x, averages=False)]
    found["MeanGroup, demeaned"] = [
        of(MeanOfSlopes(one)) for one in by_unit(y, x, averages=False, demeaned=True)
    ]
    beside = by_unit(y, x, averages=True)
    found["CCE mean group"] = [of(MeanOfSlopes(one)) for one in beside]
    found["CCE mean group, huber"] = [of(MeanOfSlopes(one, "huber")) for one in beside]
    found["CCE pooled"] = [of(PooledSlopes(one)) for one in beside]
    found["CCE pooled, about pooled"] = [of(PooledSlopes(one), "pooled") for one in beside]
    for name, factors, corrected in (
        ("InteractiveEffects, 1 factor", 1, False),
        ("InteractiveEffects, 1 factor, corrected", 1, True),
        ("InteractiveEffects, 2 factors", 2, False),
        ("InteractiveEffects, by eigenvalue ratio", None, False),
    ):
        found[name] = [by_least_squares(*one, factors, corrected=corrected) for one in zip(y, x, strict=True)]
    return [told(world, name, np.array(each)) for name, each in found.items()]


def told(world: World, name: str, found: Any) -> dict[str, Any]:
    """Return the row of an estimator in a world."""
    gap = found[:, 0] - SLOPE
    return {
        "N": world.units,
        "T": world.periods,
        "shock": world.shock,
        "slopes differ": world.differ,
        "estimator": name,
        "worlds": len(found),
        "bias": round(float(gap.mean()), 4),
        "sd": round(float(gap.std(ddof=1)), 4),
        "mean se": round(float(found[:, 1].mean()), 4),
        "size": percent(t_survival(gap / found[:, 1], world.units - 1.0) <= 0.05),
    }


def main() -> Path:
    """Write one row a world and estimator."""
    kinds = ((False, False), (True, False), (True, True))
    worlds = [World(*shape, shock, differ) for shape in SHAPES for shock, differ in kinds]
    facts = {
        "worlds": "y = b_i x + a_i + l_i f + e, x = a_i + g_i f + v; l_i and g_i correlated .8, e of its own variance "
        f"by unit; slopes {SLOPE}, or normal about it with sd {SPREAD}",
        "size": "share of worlds in which the mean slope is rejected at 5%; least squares clustered by unit, t(N-1)",
    }
    return write(
        "slopes", pd.DataFrame([row for world in worlds for row in run(world)]), seed=SEED, facts=facts
    )

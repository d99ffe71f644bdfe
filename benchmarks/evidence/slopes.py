"""Bias, spread and size of one slope where a common shock moves outcome and regressor: one slope, or one a unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import panelkit as pk
from benchmarks.evidence.record import percent, write

SEED = 20_240
SHAPES = ((31, 8, 400), (31, 14, 400), (31, 300, 100), (300, 14, 150))
SLOPE, SPREAD = 1.0, 0.3


def _by_ratio(data: pd.DataFrame) -> Any:
    """Return interactive effects with the number of factors by the eigenvalue ratio."""
    spec = pk.InteractiveEffects("y ~ x", starts=4)
    return replace(spec, factors=pk.number_of_factors(spec, data)["er"]).fit(data)


ESTIMATORS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "FixedEffects": lambda data: pk.FixedEffects("y ~ x").fit(data),
    "MeanGroup": lambda data: pk.MeanGroup("y ~ x").fit(data),
    "MeanGroup, demeaned": lambda data: pk.MeanGroup("y ~ x", demeaned=True).fit(data),
    "CCE mean group": lambda data: pk.CommonCorrelatedEffects("y ~ x").fit(data),
    "CCE mean group, huber": lambda data: pk.CommonCorrelatedEffects("y ~ x", average="huber").fit(data),
    "CCE pooled": lambda data: pk.CommonCorrelatedEffects("y ~ x", pooled=True).fit(data),
    "CCE pooled, about pooled": lambda data: pk.CommonCorrelatedEffects(
        "y ~ x", pooled=True, vcov=pk.UnitSlopes("pooled")
    ).fit(data),
    "InteractiveEffects, 1": lambda data: pk.InteractiveEffects("y ~ x", starts=4).fit(data),
    "InteractiveEffects, 1, corrected": lambda data: pk.InteractiveEffects(
        "y ~ x", starts=4, bias_correction=True
    ).fit(data),
    "InteractiveEffects, 2": lambda data: pk.InteractiveEffects("y ~ x", 2, starts=4).fit(data),
    "InteractiveEffects, by ER": _by_ratio,
}


@dataclass(frozen=True)
class World:
    """A shape of the panel, whether a shock is common, and whether slopes differ."""

    units: int
    periods: int
    count: int
    shock: bool
    differ: bool


def panels(world: World) -> Iterator[pd.DataFrame]:
    """Yield panels: loadings of outcome and regressor go together, errors have a variance by unit."""
    N, T = world.units, world.periods
    index = pd.MultiIndex.from_product([range(N), range(1, T + 1)], names=["unit", "year"])
    for seed in range(world.count):
        rng = np.random.default_rng([SEED, seed])
        f, shared = rng.normal(size=T), rng.normal(size=N)
        on_x = world.shock * (0.5 + shared + 0.5 * rng.normal(size=N))
        on_y = world.shock * (0.5 + shared + 0.5 * rng.normal(size=N))
        effect = rng.normal(size=(N, 1))
        x = effect + np.outer(on_x, f) + rng.normal(size=(N, T))
        slopes = SLOPE + world.differ * SPREAD * rng.normal(size=(N, 1))
        errors = rng.normal(size=(N, T)) * rng.uniform(0.5, 1.5, size=(N, 1))
        y = slopes * x + effect + np.outer(on_y, f) + errors
        yield pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index)


def run(world: World) -> list[dict[str, Any]]:
    """Return one row an estimator."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ESTIMATORS}
    for data in panels(world):
        for name, estimate in ESTIMATORS.items():
            fit = estimate(data)
            inside = fit.test(f"x = {SLOPE}").p_value <= 0.05
            found[name].append((fit.estimates[0] - SLOPE, fit.std_errors.iloc[0], inside))
    return [told(world, name, np.array(each)) for name, each in found.items()]


def told(world: World, name: str, found: Any) -> dict[str, Any]:
    """Return the row of an estimator in a world."""
    return {
        "N": world.units,
        "T": world.periods,
        "shock": world.shock,
        "slopes differ": world.differ,
        "estimator": name,
        "worlds": len(found),
        "bias": round(float(found[:, 0].mean()), 4),
        "sd": round(float(found[:, 0].std(ddof=1)), 4),
        "mean se": round(float(found[:, 1].mean()), 4),
        "size": percent(found[:, 2]),
    }


def main() -> Path:
    """Write one row a world and estimator."""
    kinds = ((False, False), (True, False), (True, True))
    worlds = [World(*shape, shock, differ) for shape in SHAPES for shock, differ in kinds]
    made = Parallel(n_jobs=2)(delayed(run)(world) for world in worlds)
    facts = {
        "worlds": "y = b_i x + a_i + l_i f + e, x = a_i + g_i f + v; l_i and g_i correlated .8, e of its own variance "
        f"by unit; slopes {SLOPE}, or normal about it with sd {SPREAD}",
        "size": "share of worlds in which the mean slope is rejected at 5%",
    }
    return write("slopes", pd.DataFrame([row for rows in made for row in rows]), seed=SEED, facts=facts)

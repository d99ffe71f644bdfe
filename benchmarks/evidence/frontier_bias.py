"""Stochastic frontiers of short panels: spreads with dummies and with levels integrated out, and the test."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.efficiency.stochastic.density import levels_of_units
from panelkit.evaluation.efficiency.stochastic.inefficiency import inefficiency
from panelkit.evaluation.efficiency.stochastic.maximum import Maximum, maximise
from panelkit.language.errors import ConvergenceError

SEED, WORLDS, UNITS, SLOPE = 20261203, 400, 31, 0.5


@dataclass(frozen=True)
class World:
    """Periods and spreads of inefficiency and noise; levels of units lie beside the regressor."""

    periods: int
    sigma_u: float
    sigma_v: float

    def drawn(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return outcome, regressor, unit and inefficiency (n,)."""
        unit = np.repeat(np.arange(UNITS), self.periods)
        level = rng.normal(size=UNITS)[unit]
        x = rng.normal(size=len(unit)) + level
        u = self.sigma_u * np.abs(rng.normal(size=len(unit)))
        return SLOPE * x + level + self.sigma_v * rng.normal(size=len(unit)) - u, x, unit, u


def measured(world: World, effects: str, count: int) -> dict[str, Any]:
    """Return means of slope and spreads, failures, how often no inefficiency is found, coverage and the test."""
    slopes, spreads, errors, ranks, failed, none, found_it = [], [], [], [], 0, 0, []
    for at in range(count):
        y, x, unit, u = world.drawn(np.random.default_rng([SEED, at]))
        try:
            fit, efficiency = _fitted(y, x, unit, effects)
        except ConvergenceError:
            failed += 1
            continue
        slopes.append(fit.slopes[0])
        spreads.append((fit.sigma_v, fit.sigma_u))
        found_it.append(fit.ratio > 2.7055)  # half chi-squared(0), half chi-squared(1): 5 %
        if efficiency is None:
            none += 1
            continue
        errors.append(float((efficiency - np.exp(-u)).mean()))
        if u.std() > 0:
            ranks.append(float(np.corrcoef(efficiency, np.exp(-u))[0, 1]))
    means = np.array(spreads).reshape(-1, 2).mean(axis=0) if spreads else (np.nan, np.nan)
    return {
        "effects": effects,
        "T": world.periods,
        "sigma_u": world.sigma_u,
        "sigma_v": world.sigma_v,
        "worlds": count,
        "no maximum": percent([True] * failed + [False] * (count - failed)),
        "no inefficiency": percent([True] * none + [False] * (count - none)),
        "slope": round(float(np.mean(slopes)), 4) if slopes else float("nan"),
        "mean sigma_u": round(float(means[1]), 4),
        "mean sigma_v": round(float(means[0]), 4),
        "error of efficiency": round(float(np.mean(errors)), 4) if errors else float("nan"),
        "correlation": round(float(np.mean(ranks)), 3) if ranks else float("nan"),
        "test rejects": percent(found_it),
    }


def _fitted(
    y: np.ndarray, x: np.ndarray, unit: np.ndarray, effects: str
) -> tuple[Maximum, np.ndarray | None]:
    """Return the maximum and efficiencies (n,), None where no inefficiency is found."""
    if effects == "dummies":
        X = np.column_stack([x, np.eye(UNITS)[unit]])
        fit = maximise(y, X)
        levels, weights = (y - X @ fit.slopes)[:, None], np.ones((len(y), 1))
    else:
        counts = np.bincount(unit)
        y, x = (one - (np.bincount(unit, one) / counts)[unit] for one in (y, x))
        fit = maximise(y, x[:, None], unit)
        if fit.boundary:
            return fit, None
        left = y - x * fit.slopes[0]
        held = levels_of_units(left, unit, fit.spreads)
        levels, weights = left[:, None] + held.values[unit], held.weights[unit]
    if fit.boundary:
        return fit, None
    return fit, inefficiency(levels, weights, fit.sigma_v, fit.sigma_u).expected


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Compute the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments if arguments is not None else [])
    worlds = [World(t, u, v) for t in (6, 12) for u, v in ((0.4, 0.1), (0.3, 0.3), (0.1, 0.3), (0.0, 0.3))]
    cells = [
        delayed(measured)(world, effects, asked.worlds if effects == "unit" else asked.worlds // 2)
        for effects in ("unit", "dummies")
        for world in worlds
    ]
    table = pd.DataFrame(Parallel(n_jobs=asked.jobs)(cells))
    write("frontier_bias", table, seed=SEED, facts={"units": UNITS, "slope": SLOPE})
    return table


if __name__ == "__main__":
    import sys

    print(main(sys.argv[1:]).to_string())

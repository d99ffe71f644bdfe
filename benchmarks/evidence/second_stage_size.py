"""Regressions after data envelopment where the regressor does nothing: how often each finds something, and power."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import norm

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.efficiency.chance.smoothed import distances_of
from panelkit.evaluation.efficiency.second_stage.algorithms import corrected_distances, explained
from panelkit.evaluation.efficiency.second_stage.naive import least_squares_regression, tobit
from panelkit.evaluation.efficiency.second_stage.truncated import drawn_above
from panelkit.language.errors import ConvergenceError

SEED, WORLDS, REPS, SPREAD, CENTRE = 20261204, 300, 199, 0.6, 1.3


@dataclass(frozen=True)
class World:
    """Units and periods; the part of inefficiency that lasts, the slope of z, and how z goes with the first input."""

    units: int
    periods: int
    inputs: int
    lasting: float = 0.0
    slope: float = 0.0
    beside: float = 0.0

    def drawn(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """Return inputs, output, regressors (n, 2), unit and year (n,)."""
        n = self.units * self.periods
        unit, year = (
            np.repeat(np.arange(self.units), self.periods),
            np.tile(np.arange(self.periods), self.units),
        )
        z = rng.normal(size=self.units)[unit] if self.periods > 1 else rng.normal(size=n)
        size = self.beside * z + np.sqrt(1 - self.beside**2) * rng.normal(size=n)
        X = np.exp(np.column_stack([size, *rng.normal(size=(self.inputs - 1, n))]) * 0.7)
        mean = CENTRE + self.slope * z
        own = drawn_above(mean, SPREAD, 1.0, 1, rng)[0]
        last = drawn_above(CENTRE + self.slope * z, SPREAD, 1.0, 1, rng)[0][:: self.periods][unit]
        distance = np.where(rng.uniform(size=self.units)[unit] < self.lasting, last, own)
        top = np.exp(np.log(X) @ np.full(self.inputs, 0.8 / self.inputs))
        return X, (top / distance)[:, None], np.column_stack([np.ones(n), z]), unit, year


def tested(world: World, count: int) -> dict[str, Any]:
    """Return how often each way finds a slope at 5 %."""
    ways = (
        "OLS",
        "Tobit",
        "algorithm 1",
        "algorithm 2",
        "algorithm 2, whole units",
        "algorithm 2, reflected",
    )
    held: dict[str, list[bool]] = {way: [] for way in ways}
    failed = 0
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        X, Y, Z, unit, year = world.drawn(rng)
        sets = tuple(np.flatnonzero(year == one) for one in np.unique(year))
        own = np.empty(len(X))
        for rows in sets:
            own[rows] = distances_of(X[rows], Y[rows], X[rows], Y[rows], "variable", "output")
        for way, naive in (("OLS", least_squares_regression), ("Tobit", tobit)):
            fit = naive(own, Z)
            held[way].append(abs(fit.slopes[1] / fit.std_errors[1]) > norm.ppf(0.975))
        try:
            first = explained(own, Z, reps=REPS, generator=rng)
            mean = Z @ first.slopes
            second = corrected_distances(X, Y, sets, own, mean, first.sigma, "variable", "output", 100, rng)
            after = explained(second, Z, reps=REPS, generator=rng)
            whole = explained(second, Z, reps=REPS, generator=rng, clusters=unit)
        except ConvergenceError:
            failed += 1
            continue
        bounds = {
            "algorithm 1": first.draws[:, 1],
            "algorithm 2": after.draws[:, 1],
            "algorithm 2, whole units": whole.draws[:, 1],
            "algorithm 2, reflected": 2 * after.slopes[1] - after.draws[:, 1],
        }
        for way, draws in bounds.items():
            low, high = np.quantile(draws, [0.025, 0.975])
            held[way].append(not low <= 0 <= high)
    return {
        "units": world.units,
        "T": world.periods,
        "inputs": world.inputs,
        "lasting": world.lasting,
        "slope": world.slope,
        "z with input": world.beside,
        "worlds": count,
        "no maximum": percent([True] * failed + [False] * (count - failed)),
        **{way: percent(marks) for way, marks in held.items()},
    }


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Compute the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments if arguments is not None else [])
    worlds = [
        World(31, 1, 2),
        World(100, 1, 2),
        World(100, 1, 2, beside=0.7),
        World(100, 1, 2, slope=0.3),
        World(31, 8, 2),
        World(31, 8, 2, lasting=0.7),
        World(31, 8, 2, lasting=0.7, slope=0.3),
    ]
    cells = [
        delayed(tested)(world, asked.worlds if world.periods == 1 else max(1, asked.worlds // 3))
        for world in worlds
    ]
    table = pd.DataFrame(Parallel(n_jobs=asked.jobs)(cells))
    facts = {
        "draws": REPS,
        "inefficiency": f"normal about {CENTRE} with sigma {SPREAD}, cut at 1",
        "intervals": "percentiles; reflected: twice the estimate less percentiles",
    }
    write("second_stage_size", table, seed=SEED, facts=facts)
    return table


if __name__ == "__main__":
    import sys

    print(main(sys.argv[1:]).to_string())

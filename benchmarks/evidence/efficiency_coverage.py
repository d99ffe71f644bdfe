"""The smoothed bootstrap on frontiers with known efficiency: coverage, bias, and the test of returns to scale."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.efficiency.chance.returns_test import returns_test
from panelkit.evaluation.efficiency.chance.smoothed import smoothed_bootstrap
from panelkit.evaluation.efficiency.productivity.bootstrap import basic_interval, redrawn_pair
from panelkit.evaluation.efficiency.productivity.indices import Figures, adjacent

SEED, WORLDS, REPS, LEVEL, SPREAD = 20261202, 400, 499, 0.95, 0.3


@dataclass(frozen=True)
class Frontier:
    """A frontier of m inputs whose exponents sum to `scale`; inefficiency alike for all, or by size of inputs."""

    units: int
    inputs: int
    scale: float = 0.8
    homogeneous: bool = True

    def drawn(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return inputs (n, m), output (n, 1) and the true distances (n,)."""
        X = rng.uniform(1.0, 10.0, size=(self.units, self.inputs))
        u = SPREAD * np.abs(rng.normal(size=self.units))
        if not self.homogeneous:
            u = u * np.where(X[:, 0] > 5.5, 1.6, 0.4)
        top = np.exp(np.log(X) @ np.full(self.inputs, self.scale / self.inputs))
        return X, (top * np.exp(-u))[:, None], np.exp(u)


def covered(world: Frontier, returns: Any, count: int) -> dict[str, Any]:
    """Return coverage of the intervals, and errors of efficiencies before and after their correction."""
    inside, plain, corrected, chosen = [], [], [], []
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        X, Y, true = world.drawn(rng)
        found = smoothed_bootstrap(X, Y, returns=returns, orientation="output", reps=REPS, generator=rng)
        low, high = found.interval(LEVEL)
        inside.append(((low <= true) & (true <= high)).mean())
        plain.append((1 / found.distances - 1 / true).mean())
        corrected.append((1 / found.corrected - 1 / true).mean())
        chosen.append(found.worth_correcting.mean())
    return {
        "what": "intervals",
        "units": world.units,
        "inputs": world.inputs,
        "frontier": returns,
        "inefficiency": "alike" if world.homogeneous else "by size",
        "worlds": count,
        "coverage": percent(inside),
        "bias of efficiency": round(float(np.mean(plain)), 4),
        "bias corrected": round(float(np.mean(corrected)), 4),
        "worth correcting": percent(chosen),
    }


def covered_gains(units: int, count: int) -> dict[str, Any]:
    """Return coverage of the intervals of Malmquist indices of two years under constant returns."""
    inside, means, errors = [], [], []
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        X = rng.uniform(1.0, 10.0, size=(units, 2, 2))
        lasting = SPREAD * np.abs(rng.normal(size=(units, 1)))
        y = np.exp(np.log(X) @ [0.5, 0.5] - lasting - 0.1 * np.abs(rng.normal(size=(units, 2))))
        true = y[:, 1] / y[:, 0] / np.exp((np.log(X) @ [0.5, 0.5]) @ [-1.0, 1.0])
        made = adjacent(Figures(X, y[..., None], np.empty((units, 2, 0))), "output", "none")["malmquist"][
            :, 0
        ]
        draws = redrawn_pair(X, y[..., None], "output", 199, rng).index
        low, high = basic_interval(made, draws, LEVEL)
        inside.append(((low <= true) & (true <= high)).mean())
        center = np.exp(np.log(made).mean(keepdims=True))
        low, high = basic_interval(center, np.exp(np.log(draws).mean(axis=1, keepdims=True)), LEVEL)
        means.append(bool(low[0] <= np.exp(np.log(true).mean()) <= high[0]))
        errors.append(float(np.log(made / true).mean()))
    return {
        "what": "Malmquist intervals",
        "units": units,
        "inputs": 2,
        "frontier": "constant",
        "inefficiency": "lasting and not",
        "worlds": count,
        "coverage": percent(inside),
        "coverage of the mean": percent(means),
        "bias of efficiency": round(float(np.mean(errors)), 4),
    }


def rejected(world: Frontier, count: int) -> dict[str, Any]:
    """Return how often the test of constant returns has p < .05; its size where `scale` is one."""
    small = []
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        X, Y, _ = world.drawn(rng)
        found = returns_test(X, Y, orientation="output", reps=199, generator=rng)
        small.append(found.p_value < 0.05)
    return {
        "what": f"returns test, exponents sum to {world.scale:g}",
        "units": world.units,
        "inputs": world.inputs,
        "frontier": "constant",
        "inefficiency": "alike" if world.homogeneous else "by size",
        "worlds": count,
        "rejected": percent(small),
    }


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Compute the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments if arguments is not None else [])
    cells: list[Any] = []
    for units in (31, 100):
        for inputs in (1, 2):
            for returns, scale in (("variable", 0.8), ("constant", 1.0)):
                cells.append(delayed(covered)(Frontier(units, inputs, scale), returns, asked.worlds))
    cells.append(delayed(covered)(Frontier(31, 2, homogeneous=False), "variable", asked.worlds))
    cells += [delayed(covered_gains)(units, max(1, asked.worlds // 2)) for units in (31, 100)]
    for scale in (1.0, 0.8):
        for units in (31, 100):
            cells.append(delayed(rejected)(Frontier(units, 2, scale), max(1, asked.worlds // 2)))
    table = pd.DataFrame(Parallel(n_jobs=asked.jobs)(cells))
    facts = {"draws": REPS, "level": LEVEL, "inefficiency": f"half-normal, sigma {SPREAD}"}
    write("efficiency_coverage", table, seed=SEED, facts=facts)
    return table


if __name__ == "__main__":
    import sys

    print(main(sys.argv[1:]).to_string())

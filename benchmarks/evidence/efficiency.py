"""Envelopes on frontiers that are known: errors of scores, their order against a ratio, intervals of the mean."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import norm, spearmanr

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.efficiency.mean_efficiency import mean_efficiency
from panelkit.evaluation.efficiency.programs import Returns, radial

SEED, WORLDS, SPLITS, SPREAD, LEVEL = 20261201, 400, 50, 0.4, 0.95
# the mean of exp(-|v|), v normal with standard deviation SPREAD
TRUTH = float(2.0 * np.exp(SPREAD**2 / 2.0) * norm.cdf(-SPREAD))


@dataclass(frozen=True)
class World:
    """Units, inputs, outputs, returns of frontier and envelope, standard deviation of noise in log outputs."""

    units: int
    inputs: int
    outputs: int
    returns: Returns
    noise: float = 0.0


WORLDS_SHOWN = (
    World(31, 1, 1, "constant"),
    World(31, 2, 1, "constant"),
    World(31, 1, 1, "variable"),
    World(31, 2, 1, "variable"),
    World(31, 2, 2, "variable"),
    World(31, 2, 1, "variable", 0.1),
    World(31, 2, 1, "variable", 0.3),
    World(100, 1, 1, "variable"),
    World(100, 2, 1, "variable"),
    World(100, 2, 2, "variable"),
)


def drawn(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return inputs, outputs and the true input efficiencies of units of very different size."""
    best = np.exp(rng.normal(0.0, 0.8, (world.units, world.inputs)))
    scale = 1.0 if world.returns == "constant" else 0.8
    made = np.exp(scale * np.log(best).mean(axis=1))
    angle = rng.uniform(0.2, np.pi / 2 - 0.2, world.units)
    mix = np.ones((world.units, 1)) if world.outputs == 1 else np.column_stack([np.cos(angle), np.sin(angle)])
    noise = np.exp(world.noise * rng.normal(size=(world.units, 1)))
    theta = np.exp(-np.abs(SPREAD * rng.normal(size=world.units)))
    return best / theta[:, None], made[:, None] * mix * noise, theta


def one(world: World, seed: np.random.SeedSequence) -> tuple[float, ...]:
    """Return mean error, both rank correlations, and whether three intervals hold the mean."""
    rng = np.random.default_rng(seed)
    X, Y, theta = drawn(world, rng)
    scores = radial(X, Y, X, Y, returns=world.returns).scores
    ratio = (Y / Y.mean(axis=0)).mean(axis=1) / (X / X.mean(axis=0)).mean(axis=1)
    reach = norm.ppf(0.5 + LEVEL / 2.0) * scores.std(ddof=1) / np.sqrt(world.units)
    resampled = rng.choice(scores, (999, world.units)).mean(axis=1)
    low, high = np.quantile(resampled, [0.025, 0.975])
    known = mean_efficiency(X, Y, returns=world.returns, level=LEVEL, splits=SPLITS, rng=rng)
    return (
        float((scores - theta).mean()),
        float(known.corrected - TRUTH),
        float(spearmanr(scores, theta).statistic),
        float(spearmanr(ratio, theta).statistic),
        float(abs(scores.mean() - TRUTH) <= reach),
        float(low <= TRUTH <= high),
        float(known.low <= TRUTH <= known.high),
        float((scores > 1.0 - 1e-7).mean()),
    )


def main() -> Path:
    """Write `docs/evidence/efficiency.csv`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    rows = []
    for place, world in enumerate(WORLDS_SHOWN):
        seeds = np.random.SeedSequence([SEED, place]).spawn(count)
        found = np.array(Parallel(n_jobs=2)(delayed(partial(one, world))(seed) for seed in seeds)).T
        rows.append(
            {
                "units": world.units,
                "inputs, outputs": f"{world.inputs}, {world.outputs}",
                "returns": world.returns,
                "noise": world.noise,
                "worlds": count,
                "efficient": percent(found[7]),
                "error of scores": f"{found[0].mean():.3f}",
                "of corrected mean": f"{found[1].mean():.3f}",
                "rank correlation": f"{found[2].mean():.2f}",
                "of a ratio": f"{found[3].mean():.2f}",
                "normal": percent(found[4]),
                "resampled": percent(found[5]),
                "corrected": percent(found[6]),
            }
        )
    facts = {
        "worlds": f"true input efficiencies exp(-|v|), v normal with deviation {SPREAD}; sizes log-normal; noise: its "
        "deviation in log outputs",
        "columns": "share of units called efficient; mean error of scores and of the corrected mean; Spearman's "
        "correlation with the truth of scores, and of a plain ratio of mean-scaled outputs to inputs; share of 95 % "
        f"intervals that hold the true mean: normal, units resampled, Kneip-Simar-Wilson with {SPLITS} splits",
    }
    return write("efficiency", pd.DataFrame(rows), seed=SEED, facts=facts)


if __name__ == "__main__":
    main()

"""Convergence clubs of 31 provinces: panels that converge, clubs that are there, and spreads that are no clubs."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.clubs.procedure import Procedure
from panelkit.evaluation.clubs.worlds import groups, tightness, tightness_of_continua

SEED, WORLDS, TESTED, DRAWS, UNITS = 20261203, 400, 100, 39, 31
NOISE, SERIAL = 0.02, 0.5


@dataclass(frozen=True)
class World:
    """How fast gaps close, how many clubs lie how far apart, over how many years, clustered with which trend."""

    name: str
    periods: int
    speed: float
    spread: float
    clubs: int = 1
    apart: float = 0.0
    trend: float | None = 400.0


def drawn(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return logs of output a head (31, T) and the true clubs from the top."""
    years = np.arange(world.periods)
    label = np.arange(UNITS) % world.clubs
    gap = world.spread * rng.normal(size=(UNITS, 1)) * np.exp(-world.speed * years)
    noise = NOISE * rng.normal(size=(UNITS, world.periods))
    for t in range(1, world.periods):
        noise[:, t] = SERIAL * noise[:, t - 1] + np.sqrt(1.0 - SERIAL**2) * noise[:, t]
    return 10.5 + 0.08 * years - world.apart * label[:, None] + gap + noise, label


def run(world: World, place: int, count: int, tested: int) -> dict[str, Any]:
    """Return how often log t rejects, what the clustering finds, and what the test against a continuum says."""
    from sklearn.metrics import adjusted_rand_score

    procedure = Procedure(world.trend, "psecta", None, "phillips-sul", 0.0, 1, "phillips-sul", False)
    rejects, number, alone, rand, p = [], [], [], [], []
    for at in range(count):
        rng = np.random.default_rng([SEED, place, at])
        values, label = drawn(world, rng)
        found = procedure.of(values)
        own = found.final.labels(UNITS)
        rejects.append(not found.whole.converges()[0])
        number.append(groups(own))
        alone.append(int((own == 0).sum()))
        rand.append(adjusted_rand_score(label, np.where(own == 0, -1 - np.arange(UNITS), own)))
        if at < tested and number[-1] > 1:
            null = tightness_of_continua(values, procedure, DRAWS, rng)
            p.append(bool((1 + (null >= tightness(found)).sum()) / (DRAWS + 1) <= 0.05))
        elif at < tested:
            p.append(False)
    return {
        "world": world.name,
        "T": world.periods,
        "trend": "none" if world.trend is None else f"{world.trend:g}",
        "log t rejects": percent(rejects),
        "more than one group": percent([value > 1 for value in number]),
        "groups": round(float(np.mean(number)), 1),
        "in none": round(float(np.mean(alone)), 1),
        "adjusted Rand": round(float(np.mean(rand)), 2),
        "continuum p <= .05": percent(p),
    }


def main() -> Path:
    """Write what the clustering finds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--tested", type=int, default=TESTED)
    asked = parser.parse_known_args()[0]
    worlds = [
        *(
            World(f"one club, gaps close by {speed:.0%} a year", t, speed, 0.45, trend=trend)
            for t in (14, 18, 24)
            for speed in (0.02, 0.05)
            for trend in ((400.0, None) if t == 14 else (400.0,))
        ),
        *(
            World("no club, a lasting normal spread", t, 0.0, 0.45, trend=trend)
            for t in (14, 24)
            for trend in ((400.0, None) if t == 14 else (400.0,))
        ),
        *(World(f"{k} clubs {apart:g} apart", t, 0.1, 0.2, k, apart)
          for t in (14, 24) for k, apart in ((2, 0.3), (2, 0.8), (3, 0.8))),
    ]  # fmt: skip
    rows = Parallel(n_jobs=2)(
        delayed(run)(world, place, asked.worlds, asked.tested) for place, world in enumerate(worlds)
    )
    facts = {
        "worlds": f"{asked.worlds} of {UNITS} provinces in logs, spread .45 (clubs: .2, closing by 10 % a year), noise "
        f"{NOISE} AR({SERIAL}); convention psecta",
        "groups": "clubs and provinces of none",
        "continuum": f"share of the first {asked.tested} worlds in which the test with {DRAWS} draws has p <= .05",
    }
    return write("clubs", pd.DataFrame(rows), seed=SEED, facts=facts)

"""The panel threshold test at N = 31: size and power of the bootstrap F, coverage of the likelihood-ratio region."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from panelkit.kernels.within import Layout
from panelkit.models.threshold.bootstrap import bootstrap_f
from panelkit.models.threshold.regions import likelihood_ratio_region
from panelkit.models.threshold.search import Search, search_of
from panelkit.models.threshold.sequence import beside_splits, path
from panelkit.models.threshold.spaces import WithinSpace

SEED, WORLDS, DRAWS, UNITS, TRIM = 20261201, 1_000, 199, 31, 0.1
AT, SECOND, LEVEL, WITH_X = 0.3, -0.7, 0.95, "variance with x"


@dataclass(frozen=True)
class World:
    """Errors: AR coefficient, and whether provinces differ in variance, alone or with the spread of x."""

    errors: str
    periods: int
    rho: float
    jump: float = 0.0
    second: float = 0.0


def drawn(world: World, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return threshold variable, regressor and outcome (n,): persistent, with effects of provinces and years."""
    size = (UNITS, world.periods)
    effect = rng.normal(size=(UNITS, 1))
    q = 0.5 * effect + _ar(rng, size, 0.8)
    spread = np.exp(0.5 * rng.normal(size=(UNITS, 1)))
    x = effect + _ar(rng, size, 0.8) * (spread if world.errors == WITH_X else 1.0)
    errors = _ar(rng, size, world.rho)
    if world.errors == "variances":
        errors *= np.exp(0.5 * rng.normal(size=(UNITS, 1)))
    if world.errors == WITH_X:
        errors *= spread
    slope = 0.5 + world.jump * (q > AT) + world.second * (q > SECOND)
    y = effect + rng.normal(size=(1, world.periods)) + slope * x + errors
    return q.ravel(), x.ravel(), y.ravel()


def _ar(rng: np.random.Generator, size: tuple[int, int], rho: float) -> np.ndarray:
    made = rng.normal(size=size)
    for t in range(1, size[1]):
        made[:, t] = rho * made[:, t - 1] + np.sqrt(1.0 - rho**2) * made[:, t]
    return made


def prepared(figures: tuple[np.ndarray, ...], periods: int) -> tuple[Search, np.ndarray, int, np.ndarray]:
    """Return the search with two-way effects, the residuals without thresholds, the least rows and the values."""
    q, x, y = figures
    layout = Layout(np.repeat(np.arange(UNITS), periods), np.tile(np.arange(periods), UNITS))
    space, least = WithinSpace(layout, True), int(np.ceil(TRIM * len(q)))
    values = np.sort(q)[least - 1 : len(q) - least]
    search = search_of(space, q, x[:, None], x[:, None], np.arange(least, len(q) - least + 1))
    return search, search.without(space.moved(y[:, None]).T), least, values


def tested(world: World, number: int, count: int) -> dict[str, Any]:
    """Return how often the bootstrap F of `number` thresholds has p < .05, by way of drawing residuals again."""
    below: dict[str, list[bool]] = {"units": [], "signs": []}
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        search, e, least, _ = prepared(drawn(world, rng), world.periods)
        found = path(search, e, number, least)
        f = found.f(search.space.degrees)[0, -1]
        fewer = path(search, e, number - 1, least).places if number > 1 else np.empty((1, 0))
        before = beside_splits(search, fewer[0].astype(int).tolist()).without(e)[0]
        after = beside_splits(search, found.places[0].tolist()).without(e)[0]
        for way, held in below.items():
            residuals = after if way == "units" else before
            options: Any = {"reps": DRAWS, "rng": rng, "resampling": way}
            draws = bootstrap_f(search, e[0] - before, residuals, number, least, **options)
            held.append(bool((draws > f).mean() < 0.05))
    return _row(world, f"F{number}", count, {way: percent(held) for way, held in below.items()})


def covered(world: World, count: int) -> dict[str, Any]:
    """Return how often the 95 % region holds the threshold: any of its parts, or what lies between its ends."""
    parts, hull, several = [], [], []
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        search, e, least, values = prepared(drawn(world, rng), world.periods)
        found = path(search, e, 1, least)
        region = likelihood_ratio_region(
            search, values, e[0], [], int(found.places[0, 0]), least, LEVEL, float(found.settled[0])
        )
        # the split at the truth is that of the largest value at or below it
        truth = values[values <= AT].max(initial=values[0])
        parts.append(any(low <= truth <= high for low, high in region.intervals))
        hull.append(region.bounds[0] <= truth <= region.bounds[1])
        several.append(region.disjoint)
    shares = {"region": percent(parts), "ends": percent(hull), "several parts": percent(several)}
    return _row(world, "LR region", count, shares)


def _row(world: World, what: str, count: int, shares: dict[str, float]) -> dict[str, Any]:
    return {
        "errors": world.errors,
        "T": world.periods,
        "AR": world.rho,
        "jump": world.jump,
        "what": what,
        "worlds": count,
        **shares,
    }


def main() -> Path:
    """Write size, power and coverage."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    kinds, some = ("one variance", "variances", WITH_X), count // 2
    cells: list[Callable[[], dict[str, Any]]] = [
        *(partial(tested, World(k, t, r), 1, count) for k in kinds for t in (8, 13) for r in (0.0, 0.5)),
        *(partial(tested, World("one variance", t, 0.5, j), 1, some) for t in (8, 13) for j in (0.25, 0.5)),
        *(partial(tested, World("one variance", t, 0.5, 1.0), 2, some // 2) for t in (8, 13)),
        *(
            partial(covered, World(k, t, r, j), some)
            for k in ("one variance", WITH_X)
            for t in (8, 13)
            for r in (0.0, 0.5)
            for j in (0.5, 1.0)
        ),
    ]
    facts = {
        "worlds": f"{UNITS} provinces, two-way effects, q and x AR(.8) within provinces, trim {TRIM}",
        "F": f"share of p < .05 in per cent, {DRAWS} draws; whole residual vectors (units) or random signs (signs); "
        "F2 where there is one threshold",
        "LR region": "share of 95 % regions that hold the threshold, in any part, or between the ends",
    }
    rows = Parallel(n_jobs=2)(delayed(run)() for run in cells)
    return write("threshold", pd.DataFrame(rows), seed=SEED, facts=facts)

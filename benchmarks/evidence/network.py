"""Regressions over pairs at 31 provinces: size and power by relabelling, and R2 of networks of random masses."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import stats

import panelkit as pk
from benchmarks.evidence.record import percent, write
from panelkit.spatial.provincial import distances

SEED, WORLDS, DRAWS, UNITS = 20261204, 1_000, 199, 31


@dataclass(frozen=True)
class World:
    """How much of y and of regressors are effects of senders and receivers, how alike these are, and the effect."""

    name: str
    effects: float
    alike: float
    x2: float = 0.0
    slope: float = 0.0
    skewed: bool = False


def drawn(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return y and two regressors (N, N): effects of senders and receivers, and noise; x2 acts with slope `x2`."""
    one = rng.normal(size=(2, UNITS))
    other = world.alike * one + np.sqrt(1.0 - world.alike**2) * rng.normal(size=(2, UNITS))
    x1, x2 = (_matrix(one, world.effects, rng), _matrix(other, world.effects, rng))
    y = _matrix(rng.normal(size=(2, UNITS)), world.effects, rng)
    if world.skewed:
        y = np.exp(y)
    return world.slope * x1 + world.x2 * x2 + y, x1, x2


def _matrix(own: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    noise = rng.normal(size=(UNITS, UNITS))
    made = np.sqrt(share / 2.0) * (own[0][:, None] + own[1]) + np.sqrt(1.0 - share) * noise
    return np.where(np.eye(UNITS, dtype=bool), 0.0, made)


def tested(world: World, count: int) -> dict[str, Any]:
    """Return how often the coefficient of x1 has p <= .05, by three ways of p."""
    below: dict[str, list[bool]] = {"DSP": [], "Y permuted": [], "OLS": []}
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        y, x1, x2 = drawn(world, rng)
        for name, method in (("DSP", "dsp"), ("Y permuted", "y-permutation")):
            way: Any = method
            found = pk.mrqap(y, {"x1": x1, "x2": x2}, method=way, reps=DRAWS, rng=rng)
            below[name].append(found.p_values[0]["two-sided"] <= 0.05)
        free = UNITS * (UNITS - 1) - 3
        below["OLS"].append(2 * stats.t.sf(abs(found.statistics[0]), free) <= 0.05)
    return {
        "what": world.name,
        "effects": world.effects,
        "alike": world.alike,
        "slope of x2": world.x2,
        "slope of x1": world.slope,
        "worlds": count,
        **{name: percent(held) for name, held in below.items()},
    }


def circular(name: str, of: str, modified: bool, count: int) -> dict[str, Any]:
    """Return R2 and share of p <= .05 where the network is made of random masses and regressed on them."""
    km = distances()
    fits, below = [], []
    for at in range(count):
        rng = np.random.default_rng([SEED + 1, at])
        index = pd.MultiIndex.from_product([km.index, [2020]], names=["province", "year"])
        masses = np.exp(rng.normal(size=(UNITS, 3)))
        data = pd.DataFrame(masses, index=index, columns=["people", "output", "ideas"])
        options: Any = {"per_head": "output / people", "share": "output"} if modified else {}
        network = pk.gravity_network(data, ["people", "output", "ideas"], **options)
        v = np.log(data.xs(2020, level="year"))
        X = {"km": np.log(km + np.eye(UNITS)), "gap": v["output"] - v["people"]}
        X |= {key: ("sum", v[key]) for key in v}
        what: Any = of
        found = pk.mrqap(network, X, of=what, reps=DRAWS, rng=rng)
        fits.append(found.r2)
        below.append([p["two-sided"] <= 0.05 for p in found.p_values])
    significant = np.mean(below, axis=0)
    return {
        "what": name,
        "worlds": count,
        "R2": round(float(np.mean(fits)), 3),
        "R2 low": round(float(np.quantile(fits, 0.05)), 3),
        "R2 high": round(float(np.quantile(fits, 0.95)), 3),
        "km": round(100 * float(significant[0]), 1),
        "gap": round(100 * float(significant[1]), 1),
        "masses": round(100 * float(significant[2:].mean()), 1),
    }


def main() -> Path:
    """Write size and power, then the fit of networks without meaning."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    worlds = (
        World("size", 0.0, 0.0),
        World("size", 0.0, 0.0, x2=0.5),
        World("size", 0.5, 0.0),
        World("size", 0.5, 0.9),
        World("size", 0.5, 0.9, x2=0.5),
        World("size", 0.8, 0.9, x2=0.5),
        World("size", 0.8, 0.9, x2=2.0),
        World("size, y skewed", 0.5, 0.9, x2=0.5, skewed=True),
        World("power", 0.5, 0.9, x2=0.5, slope=0.15),
    )
    sizes = Parallel(n_jobs=2)(delayed(partial(tested, world, count))() for world in worlds)
    kinds = (
        ("plain gravity, log of scores", "log", False),
        ("plain gravity, ties", "ties", False),
        ("modified gravity, ties", "ties", True),
    )
    fits = Parallel(n_jobs=2)(delayed(partial(circular, *kind, max(20, count // 10)))() for kind in kinds)
    write(
        "network_circular",
        pd.DataFrame(fits),
        seed=SEED + 1,
        facts={
            "made by": "python -m benchmarks.evidence network",
            "worlds": "three lognormal masses without meaning on the capitals of 31 provinces, regressed on log "
            "distance, gap of income per head and sums of log masses",
            "km, gap, masses": f"share of p <= .05 in per cent, double semi-partialling, {DRAWS} relabellings",
        },
    )
    facts = {
        "worlds": f"{UNITS} units; effects: share of the variance of x1, x2 and y that belongs to senders and "
        "receivers; alike: correlation of the effects of x1 and x2",
        "DSP, Y permuted, OLS": f"share of p <= .05 for x1 in per cent, {DRAWS} relabellings",
    }
    return write("network", pd.DataFrame(sizes), seed=SEED, facts=facts)

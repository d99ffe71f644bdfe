"""Allocations by estimates: gains that are none, the gain corrected for the choice, and intervals of the optimum."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import panelkit as pk
from benchmarks.evidence.record import percent, write
from panelkit.evaluation.allocation.technology import Bounds, Technology
from panelkit.evaluation.allocation.water_filling import only, water_fill

SEED, WORLDS, DRAWS, UNITS = 20261202, 60, 199, 30
ETA = np.array([0.2, 0.4, 0.6])
LINKS = {f"link {k + 1}": f"y{k} ~ x{k}" for k in range(3)}


@dataclass(frozen=True)
class World:
    """Whether the actual money is optimal, years, noise of log output, its memory, and how outputs are calibrated."""

    actual: Literal["optimal", "off"]
    years: int
    noise: float
    rho: float
    calibrate: Literal["actual", "effects"]


def drawn(world: World, rng: np.random.Generator) -> tuple[pd.DataFrame, Technology]:
    """Return a panel, and the technology of its last year with what will last of the errors of output."""
    size = (UNITS, world.years, 3)
    productivity = 0.5 * rng.normal(size=(UNITS, 3))
    level = (productivity + np.log(ETA)) / (1.0 - ETA)
    if world.actual == "off":
        level = level + 0.7 * rng.normal(size=level.shape)
    moves = 0.3 * rng.normal(size=size)
    errors = rng.normal(size=size)
    for t in range(1, world.years):
        errors[:, t] = world.rho * errors[:, t - 1] + np.sqrt(1.0 - world.rho**2) * errors[:, t]
    lasting = world.rho * world.noise * errors[:, -1]
    if world.actual == "optimal":
        moves[:, -1] = lasting / (1.0 - ETA)
    x = level[:, None, :] + moves
    y = productivity[:, None, :] + ETA * x
    index = pd.MultiIndex.from_product(
        [[f"u{i:02d}" for i in range(UNITS)], range(2001, 2001 + world.years)], names=["firm", "year"]
    )
    frame = pd.DataFrame(index=index)
    for k in range(3):
        frame[f"x{k}"] = np.exp(x[:, :, k]).ravel()
        frame[f"y{k}"] = np.exp(y[:, :, k] + world.noise * errors[:, :, k]).ravel()
    made = np.exp(y[:, -1] + lasting)
    return frame, Technology(np.exp(x[:, -1]), made / made.sum(), ETA)


def world_of(world: World, seed: int) -> dict[str, Any] | None:
    """Return gains, what intervals hold and what was named in one world; None where an elasticity is refused."""
    rng = np.random.default_rng([SEED, seed])
    data, truth = drawn(world, rng)
    options: Any = {"calibrate": world.calibrate, "weights": truth.value.sum(axis=0)}
    try:
        found = pk.allocate(data, LINKS, balance_weight=0.0, reps=DRAWS, rng=seed, **options)
    except pk.SpecError:
        return None
    money = truth.actual
    best = only(water_fill(truth, Bounds(0.5 * money, 2.0 * money, float(money.sum())))).x
    cells = found.cells()
    low, high = (cells[end].to_numpy() for end in ("low", "high"))
    rise = best.ravel() / money.ravel() - 1.0
    named = cells["conclusion"].to_numpy()
    wrong = ((named == "more") & (rise <= 1e-9)) | ((named == "less") & (rise >= -1e-9))
    gain = found.gain
    true = float(truth.index(found.optimal)) - 1.0
    rule = found.points["proportional"]
    return {
        "apparent": gain.apparent,
        "corrected": gain.corrected,
        "true": true,
        "possible": float(truth.index(best)) - 1.0,
        "gain covered": gain.low <= true <= gain.high,
        "gain claimed": gain.low > 0.0,
        "x* covered": float(((low <= best.ravel() + 1e-9) & (best.ravel() - 1e-9 <= high)).mean()),
        "named": float((named != "open").mean()),
        "named wrongly": float(wrong.mean()),
        "by output": float(truth.index(rule.x)) - 1.0,
        "by output, corrected": rule.gain.corrected,
    }


def row(world: World, count: int) -> dict[str, Any]:
    """Return the means over the worlds of a kind."""
    held = [one for one in (world_of(world, seed) for seed in range(count)) if one is not None]
    table = pd.DataFrame(held)
    shares = ("gain covered", "gain claimed", "x* covered", "named", "named wrongly")
    return {
        "actual": world.actual,
        "T": world.years,
        "noise": world.noise,
        "AR": world.rho,
        "calibrated": world.calibrate,
        "worlds": len(held),
        **{name: round(100.0 * float(table[name].mean()), 2) for name in table.columns if name not in shares},
        **{name: percent(table[name]) for name in shares},
    }


def main() -> Path:
    """Write gains and coverage by world."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    kinds = [
        World(actual, years, noise, rho, calibrate)
        for actual in ("optimal", "off")
        for years, noise, rho in ((6, 0.1, 0.0), (6, 0.3, 0.0), (6, 0.3, 0.5), (12, 0.3, 0.5))
        for calibrate in ("actual", "effects")
    ]
    rows = Parallel(n_jobs=2)(delayed(partial(row, world, count))() for world in kinds)
    facts = {
        "worlds": f"{UNITS} units, 3 links with elasticities .2, .4 and .6, bounds .5 and 2, no weight of balance, "
        f"{DRAWS} draws; noise is the deviation of log output, AR its memory",
        "gains": "of the index of output, in per cent: by the estimates, corrected, true (of the allocation found), "
        "possible (of the true optimum), and true and corrected of money by output",
        "shares": "per cent: 95 % interval of the gain holds the true one; it lies above zero; intervals of cells hold "
        "the true optimum; cells whose change is named (.975); cells named where the true optimum is not so",
    }
    return write("allocation", pd.DataFrame(rows), seed=SEED, facts=facts)

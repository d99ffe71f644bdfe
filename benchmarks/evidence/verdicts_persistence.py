"""How often a claim that a figure builds on its own past gets which word where the truth is known.

Every world has 31 provinces with errors of real sizes, correlated between neighbours. `rho` is the memory; what else
moves slowly (unit trends, breaks of them, slow paths, a hidden common factor, shocks of regions) is no memory of a
province. Conditions were chosen on other seeds.

    python -m benchmarks.evidence verdicts_persistence
"""

from __future__ import annotations

import time
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.evidence.record import fill, percent
from benchmarks.verdict_tables import LETTERS
from benchmarks.world_parts import (
    NEIGHBOURS,
    UNITS,
    deviations,
    neighbour_root,
    region_codes,
    serial_paths,
    within,
)
from benchmarks.worlds import COUNTING
from panelkit.language.message import Message
from panelkit.studies.dynamics.persistence import persistence
from panelkit.studies.scrutiny.cube import cube

FRESH = COUNTING + 4
YEARS = (8, 12)
BURN = 40


@dataclass(frozen=True)
class Moving:
    """A world: memory `rho`, and a share of the variance that moves slowly for another reason; `bar` of SUPPORTED."""

    name: str
    rho: float = 0.0
    kind: Literal["none", "trends", "breaks", "slow", "factor", "regional"] = "none"
    share: float = 0.0
    bar: float = float("nan")


WORLDS = (
    Moving("null", bar=1.5),
    Moving("trends 1/3", kind="trends", share=1 / 3, bar=2.5),
    Moving("trends 2/3", kind="trends", share=2 / 3, bar=2.5),
    Moving("breaks", kind="breaks", share=1 / 2, bar=5.0),
    Moving("slow", kind="slow", share=1 / 2, bar=5.0),
    Moving("factor", kind="factor", share=0.45, bar=5.0),
    Moving("regional", kind="regional", share=1 / 2, bar=2.5),
    Moving("rho .3", 0.3),
    Moving("rho .5", 0.5),
    Moving("rho .8", 0.8),
    Moving("rho .5, trends", 0.5, "trends", 1 / 3),
)


def main(worlds: int = 1000, *, seed: int = FRESH, jobs: int = 1) -> str:
    """Compute the cells that are missing and write them one by one."""
    start = time.perf_counter()
    cells = [(world, years, world.rho, worlds) for world in WORLDS for years in YEARS]
    table = fill("verdicts_persistence", run, cells, seed=seed, facts={"worlds a cell": worlds}, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Moving, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent; what conditions do is of the significant main tests."""
    warnings.simplefilter("error")
    y = drawn(world, years, count, seed)
    found = persistence(cube(y[..., 1:], y[..., :-1], regions=region_codes()))
    assert not isinstance(found, Message)  # long enough
    said, main = Counter(found.word), found.main
    low, high = main.interval(0.95)
    above = low > 0.0
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "main": percent(above), "slope": round(float(main.slope.mean()), 3),
        "covers rho": percent((low <= world.rho) & (world.rho <= high)) if world.kind == "none" else float("nan"),
        **{letter: round(100.0 * said[word] / count, 2) for letter, word in LETTERS.items()},
        "bar S": world.bar,
        **{f"{trial.name} not passed": percent(~trial.passes[above]) for trial in found.trials},
    }  # fmt: skip


def drawn(world: Moving, years: int, count: int, seed: int) -> np.ndarray:
    """Return worlds (W, 31, T + 1)."""
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years])
    shocks = rng.normal(size=(count, UNITS, years + 1 + BURN))
    shocks = deviations()[:, None] * (neighbour_root(NEIGHBOURS) @ shocks)
    y = np.zeros_like(shocks)
    for t in range(1, y.shape[2]):
        y[..., t] = world.rho * y[..., t - 1] + shocks[..., t]
    y = y[..., BURN:]
    if world.kind == "none":
        return y
    part = within(_slow(world, rng, count, years + 1))
    scale = np.sqrt((within(y) ** 2).mean(axis=(1, 2)) / (part**2).mean(axis=(1, 2)))[:, None, None]
    return np.sqrt(1.0 - world.share) * y + np.sqrt(world.share) * scale * part


def _slow(world: Moving, rng: np.random.Generator, count: int, periods: int) -> np.ndarray:
    when, loading = np.arange(float(periods)), rng.normal(size=(count, UNITS, 1))
    match world.kind:
        case "trends":
            return loading * when
        case "breaks":
            return loading * np.maximum(0.0, when - periods // 2)
        case "slow":
            waves = np.cos(np.pi * np.arange(1, 4)[:, None] * (when + 0.5) / periods)
            return (rng.normal(size=(count, UNITS, 3)) / np.arange(1, 4)) @ waves
        case "factor":
            return loading * np.cumsum(rng.normal(size=(count, 1, periods)), axis=2)
        case _:
            return serial_paths(rng, (count, 4, periods), 0.8)[:, region_codes()]

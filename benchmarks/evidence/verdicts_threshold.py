"""How often the claim that a slope changes at a threshold gets which word where the truth is known (R-THR).

Treatment and threshold variable are real: the share of science and technology in the budget, and income; a test of a
claim is run on outcomes that are made. Conditions were chosen on other seeds, and so was the second bootstrap: with
Hansen's alone the test is wrong in 15 to 20 of 100 worlds whose provinces have slopes of their own.

    python -m benchmarks.evidence verdicts_threshold
"""

from __future__ import annotations

import time
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.evidence.record import fill, percent
from benchmarks.verdict_tables import LETTERS
from benchmarks.world_parts import BEFORE, UNITS, blended, errors, income, region_codes, serial_paths, tied
from benchmarks.worlds import COUNTING, SERIAL
from panelkit.studies.dynamics.step_trials import inside_middle, step_trials
from panelkit.studies.dynamics.steps import StepPanel, main_step

FRESH = COUNTING + 8
YEARS, DRAWS = (9, 12), 299


@dataclass(frozen=True)
class Bent:
    """A world: what makes `share` of the outcome beside errors; `bar` of SUPPORTED."""

    name: str
    kind: Literal[
        "none", "trends", "catching up", "factor", "regional", "slope", "own slopes", "steady", "threshold"
    ] = "none"
    share: float = 0.0
    bar: float = float("nan")


WORLDS = (
    Bent("null", bar=1.5),
    Bent("own trends", "trends", 2 / 3, bar=1.5),
    Bent("catching up", "catching up", 1 / 2, bar=2.5),
    Bent("factor by income", "factor", 0.45, bar=2.5),
    Bent("regional", "regional", 1 / 2, bar=2.5),
    Bent("one slope", "slope", 1 / 3, bar=1.5),
    Bent("slopes of provinces", "own slopes", 1 / 3, bar=5.0),
    Bent("steady change", "steady", 0.15, bar=10.0),
    Bent("threshold .05", "threshold", 0.05),
    Bent("threshold .15", "threshold", 0.15),
    Bent("threshold .30", "threshold", 0.30),
)


def main(worlds: int = 300, *, seed: int = FRESH, jobs: int = 1) -> str:
    """Compute the cells that are missing and write them one by one."""
    start = time.perf_counter()
    cells = [(world, years, serial, worlds) for world in WORLDS for years in YEARS for serial in SERIAL]
    facts = {"draws": DRAWS, "worlds a cell": worlds}
    table = fill("verdicts_threshold", run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Bent, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent; U holds what is not significant (N, had the test found enough)."""
    panel = drawn(world, years, serial, count, seed)
    step = main_step(panel, DRAWS, seed)
    trials = step_trials(panel, step, DRAWS, seed)
    significant = step.p < 0.05
    inside = np.zeros(count, dtype=bool)
    for at in np.flatnonzero(significant):
        inside[at] = inside_middle(panel, step.region(int(at)))
    passed = inside & np.all([trial.passes for trial in trials], axis=0)
    taken = np.any([trial.takes_away for trial in trials], axis=0)
    said = Counter(
        np.select(
            [significant & taken, significant & passed, significant],
            ["NOT SUPPORTED", "SUPPORTED", "PARTLY"],
            "UNDECIDED",
        )
    )
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "p<.05": percent(significant),
        **{letter: round(100.0 * said[word] / count, 2) for letter, word in LETTERS.items() if letter != "C"},
        "bar S": world.bar,
        "inside not passed": percent(~inside[significant]),
        **{f"{trial.name} not passed": percent(~trial.passes[significant]) for trial in trials},
    }  # fmt: skip


def drawn(world: Bent, years: int, serial: float, count: int, seed: int) -> StepPanel:
    """Return outcomes (W, n) on the real treatment and threshold variable."""
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years, int(100 * serial)])
    x, q = _real(years)
    y = errors(rng, years, serial, count)[..., BEFORE:]
    if world.kind != "none":
        y = blended(y, _part(world, rng, x, q, count) + np.zeros_like(y), world.share)
    return StepPanel(
        y=y.reshape(count, -1),
        x=x.ravel(),
        q=q.ravel(),
        controls=np.empty((x.size, 0)),
        unit=np.repeat(np.arange(UNITS), years),
        time=np.tile(np.arange(years), UNITS),
        regions=region_codes(),
    )


def _part(world: Bent, rng: np.random.Generator, x: np.ndarray, q: np.ndarray, count: int) -> np.ndarray:
    """Return what moves the outcome beside its errors, (W or 1, 31, T)."""
    years = x.shape[1]
    when, inside = np.linspace(-1.0, 1.0, years), x - x.mean(axis=1, keepdims=True)
    own = rng.normal(size=(count, UNITS, 1))
    by_income = tied(rng, np.broadcast_to(income(), (count, UNITS)), 0.8)[:, :, None]
    match world.kind:
        case "trends":
            return own * when
        case "catching up":
            return by_income * when
        case "factor":
            return by_income * np.cumsum(rng.normal(size=(count, 1, years)), axis=2)
        case "regional":
            return serial_paths(rng, (count, 4, years), 0.8)[:, region_codes()]
        case "slope":
            return inside[None]
        case "own slopes":
            return own * inside
        case "steady":
            return (inside * (q - q.mean()))[None]
        case _:
            return (inside * (q > np.median(q)))[None]


@cache
def _real(years: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the log share of science and technology in budgets and log income of the newest years, (31, T) each."""
    names = ["budget_science_technology", "budget_expenditure", "gdp", "population"]
    frame = pk.load_provinces(names, vintage={"gdp": "census2023"}, labels="adcode")
    share = pd.Series(np.log(frame["budget_science_technology"] / frame["budget_expenditure"]))
    rich = pd.Series(np.log(frame["gdp"] / frame["population"]))
    shares, riches = (part.unstack("year").sort_index() for part in (share, rich))
    both = [year for year in shares.columns if shares[year].notna().all() and riches[year].notna().all()]
    return shares[both[-years:]].to_numpy(), riches[both[-years:]].to_numpy()

"""How often a claim that the second of two stages lags gets which word where the truth is known.

Every world has 31 provinces and five years. Both stages have half-normal inefficiencies of one spread unless the world
says otherwise: the other spreads are errors, returns to scale and one lucky province, and no inefficiency. Conditions
were chosen on other seeds. `network`: what a paired test on the two-stage network of two inputs says, whose scores of
the first stage are higher because it has more columns.

    python -m benchmarks.evidence verdicts_frontier
"""

from __future__ import annotations

import time
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from benchmarks.evidence.record import fill, percent
from benchmarks.verdict_tables import LETTERS
from benchmarks.worlds import COUNTING
from panelkit.claims.designs.frontier_words import condition_of, never, share_condition
from panelkit.claims.rules.description import Bound
from panelkit.claims.rules.six_words import word_of
from panelkit.evaluation.efficiency.stage_gap import shares_of_halves, stage_gap
from panelkit.evaluation.efficiency.stage_trials import Stages, known_frontier, stage_trials
from panelkit.evaluation.efficiency.two_stage import two_stage

FRESH = COUNTING + 11
UNITS, YEARS = 31, 5
SMALLEST, BOUND = 0.1, Bound(">=", 0.8)
DRAWS = 299
NETWORKS = 200  # worlds of a cell in which the network is solved
_SIGNIFICANT = 2.04  # |t| with 30 degrees of freedom


@dataclass(frozen=True)
class Lagging:
    """A world: deviations of log inefficiency and of what changes or lasts beside it in both stages.

    `scale`: what log size adds to a stage. `bar` is that of PARTLY in either direction.
    """

    name: str
    waste: tuple[float, float] = (0.4, 0.4)
    shape: str = "half-normal"
    together: float = 0.0
    moves: tuple[float, float] = (0.15, 0.15)
    memory: float = 0.5
    lasts: tuple[float, float] = (0.1, 0.1)
    scale: tuple[float, float] = (0.0, 0.0)
    middle: float = 0.15
    lucky: float = 0.0
    bar: float = float("nan")


WORLDS = (
    Lagging("null", bar=5.0),
    Lagging("gamma", shape="gamma", bar=5.0),
    Lagging("correlated", together=0.7, bar=5.0),
    Lagging("errors of the intermediate", middle=0.6, bar=5.0),
    Lagging("one lucky province in stage 2", lucky=1.5, bar=5.0),
    Lagging("returns to scale in stage 2", scale=(0.0, 0.25), bar=5.0),
    Lagging("returns to scale in stage 1", scale=(0.25, 0.0), bar=5.0),
    Lagging("stage 2 moves more", moves=(0.15, 0.6), memory=0.0),
    Lagging("stage 2 moves more, slowly", moves=(0.15, 0.6), memory=0.8),
    Lagging("other goods in stage 2", lasts=(0.1, 0.5)),
    Lagging("twice the waste in stage 2", waste=(0.4, 0.8)),
    Lagging("three times", waste=(0.4, 1.2)),
    Lagging("five times", waste=(0.2, 1.0)),
    Lagging("a third", waste=(1.2, 0.4)),
)


def main(worlds: int = 1000, *, seed: int = FRESH, jobs: int = 1) -> str:
    """Compute the cells that are missing and write them one by one."""
    start = time.perf_counter()
    cells = [(world, YEARS, world.memory, worlds) for world in WORLDS]
    facts = {"worlds a cell": worlds, "draws": DRAWS}
    table = fill("verdicts_frontier", run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Lagging, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent."""
    warnings.simplefilter("error")
    drawn = [_drawn(world, years, np.random.default_rng([*_key(world, seed), at])) for at in range(count)]
    each = [_one(stages, at) for at, stages in enumerate(drawn)]
    rows = {name: np.array([row[name] for row in each]) for name in each[0]}
    gap_words, share_words = (Counter(rows.pop(name)) for name in ("word", "share word"))
    ends = np.array([_network(_two_inputs(stages, at)) for at, stages in enumerate(drawn[:NETWORKS])])
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count, "gap": round(float(rows["gap"].mean()), 3),
        **{name: percent(rows[name]) for name in ("known +", "known -")},
        "network +": percent(ends.all(axis=1)),
        **{name: percent(rows[name]) for name in ("exchange +", "exchange -")},
        **{letter: round(100.0 * gap_words[word] / count, 2) for letter, word in LETTERS.items()},
        "bar P": world.bar,
        **{f"{name} not passed": percent(~rows[name][rows["exchange +"]]) for name in ("order", "lasting", "scale")},
        "detectable": round(float(rows["detectable"].mean()), 2),
        "share >= .8": percent(rows["share"] >= BOUND.value),
        **{f"share {letter}": round(100.0 * share_words[word] / count, 2) for letter, word in LETTERS.items()},
    }  # fmt: skip


def _key(world: Lagging, seed: int) -> tuple[int, int]:
    return seed, zlib.crc32(world.name.encode())


def _one(stages: Stages, seed: int) -> dict[str, object]:
    ratios = stages.ratios
    main = stage_gap(ratios, draws=DRAWS, rng=seed)
    trials = list(stage_trials(stages, DRAWS, seed))
    low, high = main.interval()
    _, t = known_frontier(ratios)
    halves = shares_of_halves(ratios, DRAWS, seed)
    ends, inner = (
        (float(a), float(b)) for a, b in (np.quantile(halves, q) for q in ((0.025, 0.975), (0.05, 0.95)))
    )
    ends = min(ends[0], main.share), max(ends[1], main.share)
    conditions = (*(condition_of(trial, main) for trial in trials), never())
    of_share = (*(share_condition(one, BOUND.value, BOUND.above(ends)) for one in trials), never())
    side = np.sign(main.gap)
    return {
        "gap": main.gap,
        "known +": t > _SIGNIFICANT,
        "known -": t < -_SIGNIFICANT,
        "exchange +": low > 0.0,
        "exchange -": high < 0.0,
        "word": word_of(1.0, (low, high), main.interval(0.9), SMALLEST, conditions),
        **{trial.name: trial.passes(side) for trial in trials},
        "detectable": (high - low) / 2.0 / 1.96 * 2.8,
        "share": main.share,
        "share word": word_of(1.0, BOUND.seen(ends), BOUND.seen(inner), float("nan"), of_share),
    }


def _drawn(world: Lagging, years: int, rng: np.random.Generator) -> Stages:
    waste = np.array(world.waste) * _inefficiency(world, rng)
    size = rng.normal(scale=1.2, size=UNITS)
    lasting = np.array(world.lasts) * rng.normal(size=(UNITS, 2)) + size[:, None] * np.array(world.scale)
    lasting[rng.integers(UNITS), 1] += world.lucky
    moving = np.empty((UNITS, years, 2))
    now = rng.normal(size=(UNITS, 2))
    for year in range(years):
        moving[:, year] = now
        now = world.memory * now + np.sqrt(1.0 - world.memory**2) * rng.normal(size=(UNITS, 2))
    ratio = (lasting - waste)[:, None] + np.array(world.moves) * moving
    x = 8.0 + size[:, None] + 0.08 * np.arange(years) + rng.normal(scale=0.05, size=(UNITS, years))
    error = rng.normal(scale=world.middle, size=(UNITS, years))
    z = x + ratio[..., 0]
    return Stages(np.exp(x)[..., None], np.exp(z + error), np.exp(z + ratio[..., 1]))


def _inefficiency(world: Lagging, rng: np.random.Generator) -> np.ndarray:
    if world.shape == "gamma":
        return rng.gamma(3.0, 0.5, size=(UNITS, 2))
    common = np.sqrt(world.together) * rng.normal(size=(UNITS, 1))
    return np.abs(common + np.sqrt(1.0 - world.together) * rng.normal(size=(UNITS, 2)))


def _two_inputs(stages: Stages, seed: int) -> Stages:
    """Return the world with two inputs that differ by a deviation of .3, their geometric mean the same."""
    apart = np.exp(np.random.default_rng([seed, 2]).normal(scale=0.3, size=(UNITS, 1)))
    one = stages.inputs[..., 0]
    return Stages(np.stack([one * apart, one / apart], axis=2), stages.intermediate, stages.output)


def _network(stages: Stages) -> tuple[bool, bool]:
    """Return whether a paired test finds the second stage less efficient, at either end of the decomposition."""
    x, z, y = stages.inputs.sum(axis=1), stages.intermediate.sum(axis=1), stages.output.sum(axis=1)
    columns = (x / x.mean(axis=0), (z / z.mean())[:, None], (y / y.mean())[:, None])
    found = two_stage(*columns, *columns)
    return _significant(*found.stages(1)), _significant(*found.stages(2))


def _significant(first: np.ndarray, second: np.ndarray) -> bool:
    gap = first - second
    return bool(gap.mean() / gap.std(ddof=1) * np.sqrt(len(gap)) > _SIGNIFICANT)

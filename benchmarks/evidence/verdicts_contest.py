"""How often the claim that dynamic evaluation tells more than static evaluation gets which word, the truth known.

Every world has 30 provinces of unequal spread and two figures; half of the years stand before the first origin. Where
the truth is a walk, with or without a drift, static scores (with a ruler where they grow) say all there is to say.

    python -m benchmarks.evidence verdicts_contest
"""

from __future__ import annotations

import time
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.evidence.record import fill
from benchmarks.verdict_tables import LETTERS
from benchmarks.worlds import COUNTING
from panelkit.evaluation.contest.origins import Plan
from panelkit.evaluation.contest.static import StaticContest, static_contest
from panelkit.language import register

FRESH = COUNTING + 9
UNITS, LEVEL, BURN = 30, 60.0, 20
MODELS = ("fusion", "network", "lasso")
YEARS = (10, 14)
FEWER = 4  # lasso at every origin takes its time
MOVES = Literal[
    "walk", "drift", "own drifts", "both drifts", "return", "momentum", "neighbours", "scores", "changes"
]


@dataclass(frozen=True)
class Truth:
    """What moves a figure, the share of shocks that all provinces have in common, and the bars of the words.

    `asked`: "models" (their mean against the last value) or "scores" (their changes beside them as they stand).
    """

    name: str
    moves: MOVES = "walk"
    common: float = 0.5
    strength: float = 0.0
    asked: Literal["models", "scores"] = "models"
    supported: float = float("nan")
    contradicted: float = float("nan")
    tails: int = 0


WORLDS = (
    Truth("walk, shocks of provinces", common=0.0, supported=1.5, contradicted=1.5),
    Truth("walk, half common", supported=1.5, contradicted=1.5),
    Truth("walk, nine tenths common", common=0.9, supported=2.5, contradicted=2.5),
    Truth("walk, half common, t(3)", tails=3, supported=2.5, contradicted=2.5),
    Truth("one drift", "drift", strength=1.0, supported=2.5, contradicted=2.5),
    Truth("one drift, few common", "drift", common=0.1, strength=1.0, supported=2.5, contradicted=2.5),
    Truth("own drifts", "own drifts", common=0.1, strength=1.0, supported=2.5, contradicted=2.5),
    Truth("one drift and own", "both drifts", common=0.1, strength=1.0, supported=2.5, contradicted=2.5),
    Truth("return .5", "return", common=0.1, strength=0.5, contradicted=0.5),
    Truth("return .1", "return", common=0.1, strength=0.1, contradicted=0.5),
    Truth("momentum .8", "momentum", common=0.1, strength=0.8, contradicted=0.5),
    Truth("momentum .8, half common", "momentum", strength=0.8, contradicted=0.5),
    Truth("neighbours .5", "neighbours", common=0.1, strength=0.5, contradicted=0.5),
    Truth("neighbours .9", "neighbours", common=0.1, strength=0.9, contradicted=0.5),
    Truth("scores: walk", asked="scores", supported=1.5, contradicted=1.5),
    Truth("scores: walk, nine tenths common", common=0.9, asked="scores", supported=2.5, contradicted=2.5),
    Truth("scores: one drift", "drift", strength=1.0, asked="scores", supported=2.5, contradicted=2.5),
    Truth(
        "scores: own drifts",
        "own drifts",
        common=0.1,
        strength=1.0,
        asked="scores",
        supported=2.5,
        contradicted=2.5,
    ),
    Truth(
        "scores: their level tells", "scores", strength=0.5, asked="scores", supported=2.5, contradicted=2.5
    ),
    Truth("scores: their change tells, .5", "changes", strength=0.5, asked="scores", contradicted=0.5),
    Truth("scores: their change tells, 1", "changes", strength=1.0, asked="scores", contradicted=0.5),
)


def main(worlds: int = 400, *, seed: int = FRESH, jobs: int = 2) -> str:
    """Compute the cells that are missing and write them one by one."""
    start = time.perf_counter()
    cells = [
        (world, years, 0.0, worlds if world.asked == "scores" else worlds // FEWER)
        for world in WORLDS
        for years in YEARS
    ]
    facts = {
        "worlds": f"{UNITS} provinces of unequal spread, half of the years before the first origin",
        "models": f"the mean of {', '.join(MODELS)} against the last value; scores: their last change beside them",
    }
    table = fill("verdicts_contest", run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Truth, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent; what conditions do is of the significant main tests."""
    found = [
        judged(world, years, np.random.default_rng([seed, zlib.crc32(world.name.encode()), years, at]))
        for at in range(count)
    ]
    said = Counter(one.word() for one in found)
    above = [one for one in found if one.main.relative_low > 0.0]
    lost = [one for one in found if one.main.relative_high < 0.0]
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "main": round(100.0 * len(above) / count, 1), "loses": round(100.0 * len(lost) / count, 1),
        "gain": round(float(np.mean([one.main.relative for one in found])), 3),
        **{letter: round(100.0 * said[word] / count, 2) for letter, word in LETTERS.items()},
        "bar S": world.supported, "bar C": world.contradicted,
        **{f"{name} not passed": _stopped(above, name) for name in ("drift", "common_drift", "walk", "relative")},
        "noise not passed": _stopped(lost, "noise"),
    }  # fmt: skip


def _stopped(found: list[StaticContest], name: str) -> float:
    """Return the share that a condition stops, NaN where it is not asked."""
    asked = [trial.passes for one in found for trial in one.trials if trial.name == name]
    return round(100.0 * (1.0 - float(np.mean(asked))), 1) if asked else float("nan")


def judged(world: Truth, years: int, rng: np.random.Generator) -> StaticContest:
    """Return one contest in one world."""
    models = {name: register.find("forecaster", name) for name in MODELS} if world.asked == "models" else {}
    return static_contest(drawn(world, years, rng), models, Plan(years // 2, 1), w=ring())


def ring() -> np.ndarray:
    """Return weights (N, N) of two neighbours each."""
    near = np.eye(UNITS, k=1) + np.eye(UNITS, k=-1) + np.eye(UNITS, k=UNITS - 1) + np.eye(UNITS, k=1 - UNITS)
    return near / 2.0


def drawn(world: Truth, years: int, rng: np.random.Generator) -> np.ndarray:
    """Return a panel (N, T, 2): the target and its companion, or the target and its score."""
    spread = np.exp(0.3 * rng.normal(size=(UNITS, 1, 1)))
    periods = years + BURN
    one, all_ = _shocks(world, rng, (UNITS, periods, 2)), _shocks(world, rng, (1, periods, 2))
    shocks = np.sqrt(1.0 - world.common) * one + np.sqrt(world.common) * all_
    own = world.strength * rng.normal(size=(UNITS, 1, 2))
    y = np.zeros((UNITS, periods, 2))
    change = np.zeros((UNITS, 2))
    w = ring()
    for t in range(1, periods):
        before, last = y[:, t - 1], change
        change = shocks[:, t].copy()
        match world.moves:
            case "drift" if t >= BURN:
                change += world.strength
            case "own drifts" if t >= BURN:
                change += own[:, 0]
            case "both drifts" if t >= BURN:
                change += world.strength + own[:, 0]
            case "return":
                change += (world.strength - 1.0) * before
            case "momentum":
                change += world.strength * last
            case "neighbours":
                change += world.strength * (w @ before - before)
            case "scores":
                change[:, 0] += world.strength * (before[:, 1] - before[:, 0])
            case "changes":
                change[:, 0] += world.strength * last[:, 1]
            case _:
                pass
        y[:, t] = before + change
    y = y[:, BURN:]
    return LEVEL + spread * (y - y[:, :1].mean(axis=0))


def _shocks(world: Truth, rng: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
    if not world.tails:
        return rng.normal(size=size)
    return rng.standard_t(world.tails, size) * np.sqrt((world.tails - 2) / world.tails)

"""How often claims about courses (kind `life_cycle`) get which word, where the truth is known.

A world is one claim of twenty courses. Half of the variance of their shocks is common to all, as a nation's business
cycle is; curves have errors that follow an AR with innovations of .12, walks step by .15, as the shipped products do.
Both sentences are asked of each world: that most courses pass stages, and that one leapt a second time.

    python -m benchmarks.evidence verdicts_life_cycle
"""

from __future__ import annotations

import math
import time
import warnings
import zlib
from dataclasses import dataclass

import numpy as np

from benchmarks.evidence.record import fill, percent
from panelkit.evaluation.life_cycle.fitted import fitted
from panelkit.evaluation.life_cycle.passages import lowest_share, passes, stages_seen, ways_of
from panelkit.evaluation.life_cycle.second_leap import LEVEL, fall_of, second_leap, waves_of
from panelkit.inference.multiplicity import holm
from panelkit.kernels.linear_programs import BoolArray
from panelkit.kernels.within import FloatArray

SEED, COURSES, COMMON, BURN = 20261203, 20, 0.5, 20
STAGE_DRAWS, LEAP_DRAWS = 99, 499
NOISE, STEP = 0.12, 0.15
NONE = float("nan")


@dataclass(frozen=True)
class Course:
    """A world, the AR of its errors (of its changes, where it walks), its years, and the bar of each sentence.

    No bar: the sentence is true there, or the figures cannot tell. Worlds whose
    courses have curves to refit take longest: `part` of them are drawn, and more
    where the errors are closest to a leap.
    """

    name: str
    serial: float = 0.5
    years: int = 25
    stages: float = NONE
    leap: float = 5.0
    part: float = 1.0


WORLDS = (
    Course("walk", 0.0, stages=5.0),
    Course("walk, drift .05", 0.0, stages=5.0, part=3.0),
    Course("walk, drift .05", 0.0, 22, stages=5.0, part=3.0),
    Course("walk, drift .1", 0.4, stages=5.0),
    Course("walk, drift .1", 0.7, stages=5.0),
    Course("constant growth", 0.0, stages=5.0),
    Course("constant growth", 0.5, stages=5.0),
    Course("constant growth", 0.8, stages=5.0),
    Course("random steps", 0.0, stages=5.0),
    Course("growth with a dip", 0.5, stages=5.0),
    Course("in one stage", 0.5, stages=5.0),
    Course("ten logistic, ten walks", 0.5, stages=5.0, part=0.5),
    Course("growth that slows without end", 0.5, stages=5.0, part=0.5),
    Course("growth that slows without end", 0.8, stages=5.0, part=0.5),
    Course("growth that slows at once", 0.5, stages=5.0, part=0.5),
    Course("growth that slows at once", 0.8, stages=5.0, part=0.5),
    Course("two steps upward", 0.5, part=6.0),
    Course("one wave to a plateau", 0.5, part=0.25),
    Course("one wave", 0.0, part=0.25),
    Course("one wave", 0.5, part=0.25),
    Course("one wave", 0.8, part=0.25),
    Course("logistic", 0.0, part=0.25),
    Course("logistic", 0.5, part=0.25),
    Course("logistic", 0.5, 22, part=0.25),
    Course("logistic", 0.8, part=0.25),
    Course("one of twenty leapt", 0.5, leap=NONE),
    Course("one of twenty leapt, less high", 0.5, leap=NONE, part=0.25),
)


def main(worlds: int = 20, *, seed: int = SEED, jobs: int = 1) -> str:
    """Compute the cells that are missing and write them one by one."""
    start = time.perf_counter()
    cells = [(world, world.years, world.serial, round(worlds * world.part)) for world in WORLDS]
    facts = {"courses a world": COURSES, "draws": f"{STAGE_DRAWS} (stages), {LEAP_DRAWS} (leaps)"}
    table = fill("verdicts_life_cycle", run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Course, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the words of one cell in per cent of its worlds, and what is seen of courses in per cent of these."""
    warnings.simplefilter("error")
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years, round(10 * serial)])
    times = 1998.0 + np.arange(years, dtype=np.float64)
    y = drawn(world.name, times, serial, count, rng)
    seen = seen_in(y.reshape(-1, years), times, rng)
    passed = np.array([passes(one) for one in seen]).reshape(count, COURSES)
    most = np.array([lowest_share(k, COURSES) > 0.5 for k in passed.sum(axis=1)])
    fell, leapt = leaps_in(y, times, rng)
    asked = fell.any(axis=1)
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "pass": percent(passed), "most in one": int(passed.sum(axis=1).max()),
        "decline": percent(np.array(["decline" in one for one in seen])),
        "stages S": percent(most), "stages U": percent(~most), "bar stages": world.stages,
        "fell": percent(fell),
        "leap S": percent(leapt), "leap U": percent(asked & ~leapt), "none fell": percent(~asked),
        "bar leap": world.leap,
    }  # fmt: skip


def seen_in(y: FloatArray, times: FloatArray, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Return the stages that courses y (B, n) are seen in: their curves are fitted all at once."""
    ways = ways_of(len(times), STAGE_DRAWS)
    every = zip(fitted(y, times, ways, endless=True), y, rng.spawn(len(y)), strict=True)
    return [stages_seen(tried, one, times, ways, own) for tried, one, own in every]


def leaps_in(y: FloatArray, times: FloatArray, rng: np.random.Generator) -> tuple[BoolArray, BoolArray]:
    """Return which courses of worlds y (W, 20, n) fell, (W, 20), and in which worlds a leap is shown by Holm's p, (W,).

    Draws end where p can no longer be the least that Holm asks for, without which no course of a world is shown.
    """
    fits = iter(waves_of(y.reshape(-1, len(times)), times))
    fell = np.array([[fall_of(one, times).declined for one in world] for world in y])
    shown = np.zeros(len(y), dtype=bool)
    for at, (world, here) in enumerate(zip(y, fell, strict=True)):
        enough = math.ceil(LEVEL * (LEAP_DRAWS + 1) / max(here.sum(), 1) - 1.0)
        leaps = [
            second_leap(one, times, reps=LEAP_DRAWS, rng=own, fits=next(fits), enough=enough)
            for one, own in zip(world, rng.spawn(COURSES), strict=True)
        ]
        if here.any():
            adjusted = holm(np.array([one.p_value for one in leaps])[here])
            shown[at] = bool((adjusted < LEVEL).any())
    return fell, shown


def drawn(name: str, times: FloatArray, serial: float, count: int, rng: np.random.Generator) -> FloatArray:
    """Return the log output (W, 20, n) of the courses of worlds."""
    n, shape = len(times), (count, COURSES, len(times))
    t = np.arange(n, dtype=np.float64)
    shift = rng.uniform(-3.0, 3.0, size=(count, COURSES, 1))
    if name.startswith("walk"):
        drift = float(name.rpartition(" ")[2]) if "drift" in name else 0.0
        # longer swings of smaller shocks, so that the deviation of changes is the same
        size = STEP * np.sqrt(1.0 - serial**2)
        return np.cumsum(drift + _errors(rng, shape, serial, size), axis=2)
    noise = _errors(rng, shape, serial, NOISE)
    match name:
        case "constant growth":
            return 0.1 * t + noise
        case "random steps":
            jumps = rng.normal(0.0, 0.4, size=shape) * (rng.uniform(size=shape) < 0.15)
            return np.cumsum(jumps, axis=2) + noise
        case "growth with a dip":
            return 0.08 * t - 0.5 * (np.abs(t - n / 2.0 - shift) < 2.0) + noise
        case "in one stage":
            # from 25 to 75 per cent of the ceiling
            return _logistic(t - n / 2.0, 2.0 * np.log(3.0) / n) + noise
        case "growth that slows without end":
            return 2.0 * np.log(t + 4.0 + shift) + noise
        case "growth that slows at once":
            when = 11.0 + shift
            return 0.14 * np.minimum(t, when) + 0.04 * np.maximum(t - when, 0.0) + noise
        case "two steps upward":
            steps = np.exp(_logistic(t - 5.0 - shift, 0.8)) + np.exp(_logistic(t - 18.0 - shift, 0.8))
            return np.log(steps + 0.05) + noise
        case "one wave to a plateau":
            return np.log(_wave(t - 8.0 - shift, 0.5) + 0.5 * np.exp(_logistic(t - 8.0 - shift, 0.5))) + noise
        case "one wave":
            return np.log(_wave(t - 11.0 - shift, 0.35)) + noise
        case "ten logistic, ten walks":
            half = _logistic(t - 11.0 - shift, 0.35) + noise
            half[:, ::2] = np.cumsum(0.05 + _errors(rng, shape, 0.0, STEP), axis=2)[:, ::2]
            return half
        case "logistic":
            return _logistic(t - 11.0 - shift, 0.35) + noise
        case "one of twenty leapt" | "one of twenty leapt, less high":
            y = np.log(_wave(t - 11.0 - shift, 0.35)) + noise
            height = 0.6 if "less" in name else 1.0
            two = _wave(t - 5.0, 0.7) + height * _wave(t - 18.0, 0.7) + 0.01
            y[:, 0] = np.log(two) + noise[:, 0]
            return y
    raise ValueError(name)


def _errors(rng: np.random.Generator, shape: tuple[int, int, int], serial: float, size: float) -> FloatArray:
    """Return AR(1) errors (W, 20, n) whose innovations share half of their variance."""
    own = rng.normal(size=(*shape[:2], shape[2] + BURN))
    errors = size * (np.sqrt(1.0 - COMMON) * own + np.sqrt(COMMON) * rng.normal(size=own[:, :1].shape))
    for at in range(1, errors.shape[2]):
        errors[..., at] += serial * errors[..., at - 1]
    return np.asarray(errors[..., BURN:])


def _wave(since: FloatArray, rate: float) -> FloatArray:
    return np.asarray(1.0 / np.cosh(rate * since / 2.0) ** 2)


def _logistic(since: FloatArray, rate: float) -> FloatArray:
    return np.asarray(-np.log1p(np.exp(-rate * since)))

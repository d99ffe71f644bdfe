"""How often a course is seen to pass stages, or to leap a second time, where the truth is known (kind `life_cycle`).

    python -m benchmarks.evidence verdicts_life_cycle

`stages S`: how often a claim that most of twenty courses pass stages would clear its bound, were they independent;
`no worse than`: the same whatever ties them (Markov's inequality). `leap .05` and `leap .05/n` are the shares of
courses whose unadjusted p lies below .05, and below what Holm asks of the first of ten.
"""

from __future__ import annotations

import time
import warnings
import zlib
from dataclasses import dataclass

import numpy as np
from scipy import stats

from benchmarks.evidence.record import fill, percent
from panelkit.evaluation.life_cycle.passages import lowest_share, passages
from panelkit.evaluation.life_cycle.second_leap import second_leap

SEED, COURSES, FIRST_OF = 20261202, 20, 10
STAGE_DRAWS, LEAP_DRAWS = 99, 199


@dataclass(frozen=True)
class Course:
    """A world of courses: what kind, and the bar of false leaps and of SUPPORTED."""

    name: str
    bar: float = float("nan")


WORLDS = (
    Course("walk", 5.0),
    Course("walk, drift .05", 5.0),
    Course("walk, drift .05, changes AR(.4)", 5.0),
    Course("constant growth", 5.0),
    Course("one wave", 5.0),
    Course("one wave to a plateau", 5.0),
    Course("two steps upward", 5.0),
    Course("logistic"),
    Course("two waves"),
    Course("two waves, the second smaller"),
)


def main(worlds: int = 200, *, seed: int = SEED, jobs: int = 1) -> str:
    """Compute the cells that are missing and write them one by one."""
    start = time.perf_counter()
    cells = [(world, 25, 0.5, worlds) for world in WORLDS]
    facts = {"courses a cell": worlds, "draws": f"{STAGE_DRAWS} (stages), {LEAP_DRAWS} (leaps)"}
    table = fill("verdicts_life_cycle", run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Course, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent."""
    warnings.simplefilter("error")
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years])
    times = 1998.0 + np.arange(years, dtype=np.float64)
    y = [drawn(world, times, serial, rng) for _ in range(count)]
    named = {str(at): (np.exp(one), times) for at, one in enumerate(y)}
    passed = np.array([len(seen) > 1 for _, seen in passages(named, reps=STAGE_DRAWS, rng=rng).values()])
    leaps = [
        second_leap(one, times, reps=LEAP_DRAWS, rng=own)
        for one, own in zip(y, rng.spawn(count), strict=True)
    ]
    follows, p = np.array([one.follows for one in leaps]), np.array([one.p_value for one in leaps])
    least = next(k for k in range(COURSES + 1) if lowest_share(k, COURSES) > 0.5)
    rate = float(passed.mean())
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "passes": percent(passed),
        "stages S": round(100.0 * float(stats.binom.sf(least - 1, COURSES, rate)), 2),
        "no worse than": round(min(100.0, 100.0 * COURSES * rate / least), 2),
        "fell": percent(np.array([one.fall.declined for one in leaps])),
        "leap .05": percent(follows & (p < 0.05)),
        "leap .05/n": percent(follows & (p < 0.05 / FIRST_OF)),
        "bar": world.bar,
    }  # fmt: skip


def drawn(world: Course, times: np.ndarray, serial: float, rng: np.random.Generator) -> np.ndarray:
    """Return the log output of one course."""
    match world.name:
        case "walk":
            return np.cumsum(_errors(rng, len(times), 0.0, 0.15))
        case "walk, drift .05":
            return np.cumsum(0.05 + _errors(rng, len(times), 0.0, 0.15))
        case "walk, drift .05, changes AR(.4)":
            return np.cumsum(0.05 + _errors(rng, len(times), 0.4, 0.12))
    made = {
        "constant growth": np.exp(0.1 * (times - 2010.0)),
        "one wave": _wave(times, 2009.0, 0.35),
        "one wave to a plateau": _wave(times, 2006.0, 0.5) + 0.15,
        "two steps upward": _step(times, 2002.0, 0.8) + _step(times, 2016.0, 0.8),
        "logistic": _step(times, 2009.0, 0.35),
        "two waves": _wave(times, 2003.0, 0.7) + _wave(times, 2017.0, 0.7) + 0.01,
        "two waves, the second smaller": _wave(times, 2003.0, 0.6) + 0.6 * _wave(times, 2016.0, 0.6) + 0.05,
    }
    return np.asarray(np.log(made[world.name]) + _errors(rng, len(times), serial, 0.12))


def _errors(rng: np.random.Generator, n: int, serial: float, size: float) -> np.ndarray:
    errors = rng.normal(scale=size, size=n + 20)
    for t in range(1, n + 20):
        errors[t] += serial * errors[t - 1]
    return errors[20:]


def _wave(times: np.ndarray, peak: float, rate: float) -> np.ndarray:
    return np.asarray(1.0 / np.cosh(rate * (times - peak) / 2.0) ** 2)


def _step(times: np.ndarray, middle: float, rate: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-rate * (times - middle))))

"""Which words does R-INEQ give where inequality has no gap and no trend, and where it has?

- gap: intervals and conditions as the design `gap` computes them, one year of 31 provinces. Worlds without a gap: two
  dependent log-normals of one spread (.6 and 1, correlation of the logs .64), and real figures: R&D spending and output
  of 2023, each over its mean, provinces drawn with replacement and the two figures of each changed for each other with
  probability one half, so that both have one distribution. Weighted by real populations too, which stay in their
  places. With a gap: spreads 1 and .6.
- trend: the simulated test and the slow reference. Series without a trend: AR errors of 10 and 17 years; the Gini of
  31 provinces whose logs are AR around their own levels. With one: the Gini of provinces whose distances from the mean
  grow by 5 % a year.

Words in per cent of all worlds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import panelkit as pk
from benchmarks.evidence.record import write
from benchmarks.verdict_tables import LETTERS
from benchmarks.worlds import COUNTING
from panelkit.claims.designs.trended import trend_of
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Condition, Finding, Measured, asked
from panelkit.claims.rules.inequality import TENTH
from panelkit.claims.rules.judge import judge
from panelkit.indices.arrays import inequality, studentised
from panelkit.indices.arrays.inequality_without import without_each
from panelkit.language.message import verbatim

N = 31
SEED = COUNTING
DRAWS = 499
SAID = verbatim("A number.")
INDICES = ("gini", "theil_t")
CELLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "gini, also theil_t": ("gini", ("theil_t",)),
    "theil_t, also gini": ("theil_t", ("gini",)),
    "theil_t alone": ("theil_t", ()),
}
Values = NDArray[np.float64]
Intervals = dict[str, dict[str, tuple[float, float]]]


def main(reps: int = 1000) -> Path:
    """Run every cell and write `docs/evidence/verdicts_inequality.csv`."""
    rows = [row for part in (gaps, series, provinces) for row in part(reps)]
    table = pd.DataFrame(rows, columns=["what", "world", "cell", "worlds", *LETTERS])
    facts = {"replications of a gap": reps, "of a trend": reps // 2, "provinces": N, "draws": DRAWS}
    return write("verdicts_inequality", table, seed=SEED, facts=facts)


def gaps(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield the words of a difference of inequalities."""
    figures = pk.load_provinces(["rd_expenditure", "gdp", "population"], [2023])
    people = figures["population"].to_numpy()
    real = figures[["rd_expenditure", "gdp"]].to_numpy()
    real = real / real.mean(axis=0)
    worlds: dict[str, Callable[[np.random.Generator], Values]] = {
        "no gap, log-normal .6": lambda rng: _log_normal(rng, (0.6, 0.6)),
        "no gap, log-normal 1": lambda rng: _log_normal(rng, (1.0, 1.0)),
        "no gap, real figures changed for each other": lambda rng: _exchanged(rng, real),
        "gap, log-normal 1 against .6": lambda rng: _log_normal(rng, (1.0, 0.6)),
    }
    for at, (world, draw) in enumerate(worlds.items()):
        for name, weights in (("plain", np.ones(N)), ("by population", people)):
            rng = np.random.default_rng([SEED, at, name == "plain"])
            found: dict[str, Counter[str]] = {cell: Counter() for cell in CELLS}
            for _ in range(reps):
                measured = _intervals(draw(rng), weights, rng)
                for cell, (index, also) in CELLS.items():
                    found[cell][_gap_word(measured, index, also)] += 1
            for cell, count in found.items():
                yield "gap", world, f"{cell}, {name}", *_shares(count)


def series(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield the words of a trend of series with AR errors and no trend."""
    for years in (10, 17):
        for serial in (0.0, 0.5, 0.8, 0.95):
            rng = np.random.default_rng([SEED, years, int(100 * serial)])
            worlds = (1.0 + 0.05 * _errors(rng, serial, years, 1)[0] for _ in range(reps // 2))
            found = Counter(map(_trend_word, worlds))
            yield "trend", "no trend, one series", f"{years} years, AR({serial:g})", *_shares(found)


def provinces(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield the words of a trend of the Gini of 31 provinces, without and with a trend."""
    for growth in (0.0, 0.05):
        for serial in (0.5, 0.8, 0.95):
            rng = np.random.default_rng([SEED, int(100 * growth), int(100 * serial), 1])
            found = Counter(_trend_word(_ginis(rng, serial, growth)) for _ in range(reps // 2))
            world = f"{'trend' if growth else 'no trend'}, Gini of 31 provinces"
            yield "trend", world, f"10 years, AR({serial:g})", *_shares(found)


def _intervals(values: Values, people: Values, rng: np.random.Generator) -> Intervals:
    """Return for each index the difference and the ends of its intervals: main, inner, percentile."""
    counts = np.vstack([np.ones(N), rng.multinomial(N, np.full(N, 1.0 / N), size=DRAWS)])
    found: Intervals = {}
    for index in INDICES:
        function = inequality.batched(index)
        gap = np.subtract(*(function(values[:, j], counts * people) for j in (0, 1)))
        less = np.subtract(*(without_each(index, values[:, j], counts * people, people) for j in (0, 1)))
        errors = studentised.errors_of(less[:, :, None], counts)
        pivots = studentised.pivots(gap[:1], errors[0], gap[1:, None], errors[1:])[:, 0]
        other = float(function(values[:, 1], people[None])[0])
        found[index] = {
            "value": (float(gap[0]), other),
            "main": _ends(pivots, 0.95),
            "inner": _ends(pivots, 0.90),
            "percentile": _ends(gap[1:], 0.95),
        }
    return found


def _gap_word(found: Intervals, index: str, also: tuple[str, ...]) -> str:
    mine = found[index]
    value, other = mine["value"]
    conditions = (
        _same_side("percentile", mine["percentile"], value),
        *(_same_side("also", found[name]["main"], value) for name in also),
    )
    (low, high), (inner_low, inner_high) = mine["main"], mine["inner"]
    return _word(value, (low, high), (inner_low, inner_high), TENTH * other, conditions)


def _same_side(key: str, ends: tuple[float, float], value: float) -> Condition:
    return asked(key, SAID, ends[0] > 0.0 if value > 0.0 else ends[1] < 0.0)


def _ends(draws: Values, level: float) -> tuple[float, float]:
    low, high = np.nanquantile(draws, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def _log_normal(rng: np.random.Generator, spread: tuple[float, float]) -> Values:
    """Return two dependent log-normal figures (N, 2)."""
    logs = 0.8 * rng.normal(size=(N, 1)) + 0.6 * rng.normal(size=(N, 2))
    return np.asarray(np.exp(logs * spread))


def _exchanged(rng: np.random.Generator, real: Values) -> Values:
    drawn = real[rng.integers(0, N, size=N)]
    return np.where(rng.random((N, 1)) < 0.5, drawn, drawn[:, ::-1])


def _errors(rng: np.random.Generator, serial: float, years: int, n: int) -> Values:
    """Return stationary AR(1) paths (n, years) of variance one."""
    e = rng.normal(size=(n, years))
    e[:, 1:] *= np.sqrt(1.0 - serial**2)
    for t in range(1, years):
        e[:, t] += serial * e[:, t - 1]
    return e


def _ginis(rng: np.random.Generator, serial: float, growth: float, years: int = 10) -> Values:
    logs = 0.5 * rng.normal(size=(N, 1)) + 0.2 * _errors(rng, serial, years, N)
    logs = logs * np.exp(growth * np.arange(years))
    return np.array([inequality.gini(np.exp(logs[:, t])) for t in range(years)])


def _trend_word(values: Values) -> str:
    trend = trend_of(pd.Series(values), lags=2, seed=1)
    smallest = TENTH * abs(float(values[0])) / (len(values) - 1.0)
    ends, inner = (trend.low, trend.high), (trend.inner_low, trend.inner_high)
    return _word(trend.found.slope, ends, inner, smallest, (trend.slow,))


def _word(
    value: float,
    ends: tuple[float, float],
    inner: tuple[float, float],
    smallest: float,
    conditions: tuple[Condition, ...],
) -> str:
    found = Measured(
        quantity=SAID,
        value=value,
        low=ends[0],
        high=ends[1],
        inner_low=inner[0],
        inner_high=inner[1],
        smallest=smallest,
        conditions=conditions,
        sentence=SAID,
    )
    return judge(RULE, Finding(measured=found)).word


def _shares(found: Counter[str]) -> list[float]:
    return [found.total(), *(round(100.0 * found[word] / found.total(), 2) for word in LETTERS.values())]


RULE = rule_of({"name": "R-INEQ", "sign": "+"})

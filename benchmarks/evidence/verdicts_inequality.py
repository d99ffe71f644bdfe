"""Which words does R-INEQ give where inequality has no gap and no trend, and where it has?

- gap: the design `gap` by `pk.check`, one year of 31 provinces. Worlds without a gap: two dependent log-normals of
  one spread (.6 and 1, correlation of the logs .64), plain and weighted by population; and real figures, R&D spending
  and output of 2023 each over its mean, provinces drawn with replacement and the two figures of each province
  changed for each other with probability one half, so that both have one distribution. With a gap: spreads 1 and .6.
- trend: the simulated test and the slow reference under the rule. Series without a trend: AR errors of 10, 12 and 17
  years; the Gini of 31 provinces whose logs are AR around their own levels. With one: the Gini of provinces whose
  distances from the mean grow by 5 % a year.

Words as shares of all worlds.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import panelkit as pk
from benchmarks.evidence.record import write
from panelkit.claims.designs.trended import trend_of
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import WORDS, Finding, Measured
from panelkit.claims.rules.inequality import TENTH
from panelkit.claims.rules.judge import judge
from panelkit.indices.arrays import inequality
from panelkit.language.message import verbatim

N = 31
SEED = 20_261_129
YEARS = (2023,)
DRAWS = 999
Values = NDArray[np.float64]
FILE = """
[document]
key = "worlds"
authors = ["Nobody"]
title = "Worlds"

[[claim]]
id = "W1"
place = { section = "1", phrase = "gap" }
status = "computed"
says = { en = "More unequal.", zh = "更不平等。" }
sample = { years = [2023, 2023] }

[[claim.reading]]
id = "gap"
main = true
rule = { name = "R-INEQ", sign = "+" }
label = { en = "gap", zh = "差距" }
says = { en = "More unequal.", zh = "更不平等。" }

[[claim.reading.design]]
id = "gap"
kind = "gap"
label = { en = "gap", zh = "差距" }
figure = "one"
against = "other"
WEIGHT
inequality = "INDEX"
also = ALSO
draws = DRAWS
seed = 1
"""


def main(reps: int = 500) -> Path:
    """Run every cell and write `docs/evidence/verdicts_inequality.csv`."""
    rows = [row for part in (gaps, series, provinces) for row in part(reps)]
    table = pd.DataFrame(rows, columns=["what", "world", "cell", *WORDS])
    facts = {"replications": reps, "provinces": N, "draws of the bootstrap": DRAWS}
    return write("verdicts_inequality", table, seed=SEED, facts=facts)


def gaps(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield the words of the design `gap`."""
    figures = pk.load_provinces(["rd_expenditure", "gdp", "population"], list(YEARS))
    people = figures["population"].xs(YEARS[-1], level="year").to_numpy()
    real = np.stack([figures[name].unstack("year").to_numpy() for name in ("rd_expenditure", "gdp")], axis=2)
    real /= real.mean(axis=0)
    worlds: dict[str, Callable[[np.random.Generator], Values]] = {
        "no gap, log-normal .6": lambda rng: _log_normal(rng, (0.6, 0.6)),
        "no gap, log-normal 1": lambda rng: _log_normal(rng, (1.0, 1.0)),
        "no gap, real figures changed for each other": lambda rng: _exchanged(rng, real),
        "gap, log-normal 1 against .6": lambda rng: _log_normal(rng, (1.0, 0.6)),
    }
    for world, draw in worlds.items():
        for index, also in (("gini", ["theil_t"]), ("theil_t", ["gini"]), ("theil_t", [])):
            for weighted in (False, True):
                rng = np.random.default_rng([SEED, len(world), weighted])
                weights = people if weighted else None
                found = Counter(_gap_words(draw, rng, index, also, weights, reps))
                cell = f"{' and '.join([index, *also])}, {'by population' if weighted else 'plain'}"
                yield "gap", world, cell, *_shares(found, reps)


def series(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield the words of a trend of series with AR errors and no trend."""
    for years in (10, 12, 17):
        for serial in (0.0, 0.5, 0.8, 0.95):
            rng = np.random.default_rng([SEED, years, int(100 * serial)])
            found = Counter(_trend_word(1.0 + 0.05 * _errors(rng, serial, years, 1)[0]) for _ in range(reps))
            yield "trend", "no trend, one series", f"{years} years, AR({serial:g})", *_shares(found, reps)


def provinces(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield the words of a trend of the Gini of 31 provinces, without and with a trend."""
    for growth in (0.0, 0.05):
        for serial in (0.5, 0.8, 0.95):
            rng = np.random.default_rng([SEED, int(100 * growth), int(100 * serial), 1])
            found = Counter(_trend_word(_ginis(rng, serial, growth)) for _ in range(reps))
            world = f"{'trend' if growth else 'no trend'}, Gini of 31 provinces"
            yield "trend", world, f"10 years, AR({serial:g})", *_shares(found, reps)


def _gap_words(
    draw: Callable[[np.random.Generator], Values],
    rng: np.random.Generator,
    index: str,
    also: list[str],
    people: Values | None,
    reps: int,
) -> Iterator[str]:
    weight = "" if people is None else 'weight = "people"'
    text = FILE.replace("WEIGHT", weight).replace("INDEX", index).replace("ALSO", json.dumps(also))
    names = pd.MultiIndex.from_product([[f"u{i}" for i in range(N)], YEARS], names=["unit", "year"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "worlds.toml"
        path.write_text(text.replace("DRAWS", str(DRAWS)), encoding="utf-8")
        for _ in range(reps):
            frame = pd.DataFrame(draw(rng).reshape(N * len(YEARS), 2), names, ["one", "other"])
            if people is not None:
                frame["people"] = np.repeat(people, len(YEARS))
            yield str(pk.check(path, data=frame).word_of("W1"))


def _log_normal(rng: np.random.Generator, spread: tuple[float, float]) -> Values:
    """Return two dependent figures (N, years, 2) of log-normal levels."""
    logs = 0.8 * rng.normal(size=(N, 1)) + 0.6 * rng.normal(size=(N, 2))
    return np.asarray(np.exp(logs[:, None, :] * spread))


def _exchanged(rng: np.random.Generator, real: Values) -> Values:
    drawn = real[rng.integers(0, N, size=N)]
    return np.where(rng.random((N, 1, 1)) < 0.5, drawn, drawn[:, :, ::-1])


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
    said = verbatim("A trend.")
    found = Measured(
        quantity=said,
        value=trend.found.slope,
        low=trend.low,
        high=trend.high,
        p_value=trend.found.p_value,
        inner_low=trend.inner_low,
        inner_high=trend.inner_high,
        smallest=TENTH * abs(float(values[0])) / (len(values) - 1.0),
        conditions=(trend.slow,),
        sentence=said,
    )
    return judge(rule_of({"name": "R-INEQ", "sign": "+"}), Finding(measured=found)).word


def _shares(found: Counter[str], reps: int) -> list[float]:
    return [found[word] / reps for word in WORDS]

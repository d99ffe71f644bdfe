"""How often R-DESC says SUPPORTED in worlds without the gap, whose number is the bound itself.

Every measure goes through its own statistic, bootstrap-t and rule (`claims/rules/description.py`): 31 provinces, the
last five of eight or twelve years. The truth is the bound: growth of two figures with one law; a correlation inside
provinces of zero or .5; a partial correlation of .7; a share of Theil T between the regions of one half in a large
sample; three places with intensities as any; a chain whose classes are left by a fifth a year. The share of provinces
with a low coordination could not tell apart a perfect link and shuffled provinces: both are worlds here, with a weak
link claimed. In three worlds of links the provinces have trends that go together, or part; what is asked beside
trends was chosen on other seeds.

    python -m benchmarks.evidence verdicts_desc
    python -m benchmarks.evidence.verdicts_desc --trying --worlds 100
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import FOLDER, write
from benchmarks.more_worlds import draw_gap
from benchmarks.world_parts import UNITS, errors, region_codes
from benchmarks.worlds import COUNTING, TRYING
from panelkit.claims.designs.link import conditions_of, link
from panelkit.claims.designs.resampling import interval_of, numbers_of
from panelkit.claims.file.rule import Rule, rule_of
from panelkit.claims.findings import Condition, Finding, Measured
from panelkit.claims.rules.judge import judge
from panelkit.indices.arrays import between, linked, markov, quotients
from panelkit.language.errors import DataError
from panelkit.language.message import verbatim

DRAWS, LAST = 199, 5
APART = 1.0346  # of regions between which half of Theil T lies in a large sample
SAID = verbatim("")
WORDS = {
    "S": "SUPPORTED",
    "P": "PARTLY",
    "U": "UNDECIDED",
    "N": "NOT SUPPORTED",
    "C": "CONTRADICTED",
    "none": "NOT TESTABLE",
}
Floats = np.ndarray
World = Callable[[np.random.Generator, int, int], str]


def main(worlds: int = 1000, *, seed: int = COUNTING, only: str = "", jobs: int = 2) -> str:
    """Compute the cells whose world `only` finds, keep the others of the same seed and number, write the table."""
    start = time.perf_counter()
    file = "verdicts_desc" if seed == COUNTING else "verdicts_desc_trying"
    cells = [(name, years) for name in KINDS for years in ((8,) if name in ONE_YEAR else (8, 12))]
    kept = _held(file, seed, worlds) if only else {}
    wanted = [cell for cell in cells if re.search(only, cell[0])]
    parts = [(name, years, batch) for name, years in wanted for batch in range(-(-worlds // 50))]
    found = Parallel(n_jobs=jobs)(
        delayed(run)(name, years, min(50, worlds - 50 * batch), seed, batch) for name, years, batch in parts
    )
    count: dict[tuple[str, int], Counter[str]] = {cell: Counter() for cell in wanted}
    for (name, years, _), words in zip(parts, found, strict=True):
        count[name, years].update(words)
    rows = kept | {cell: _row(*cell, words, worlds) for cell, words in count.items()}
    table = pd.DataFrame([rows[cell] for cell in cells if cell in rows])
    write(file, table, seed=seed, facts={"draws": DRAWS, "worlds a cell": worlds})
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def _held(file: str, seed: int, worlds: int) -> dict[tuple[str, int], dict[str, object]]:
    """Return the cells that are written already."""
    path = FOLDER / f"{file}.csv"
    if not path.exists() or f"# seed: {seed}\n" not in path.read_text(encoding="utf-8"):
        return {}
    rows = pd.read_csv(path, comment="#").to_dict("records")
    return {(row["world"], row["T"]): row for row in rows if row["worlds"] == worlds}


def run(name: str, years: int, count: int, seed: int, batch: int) -> list[str]:
    """Return the words of some worlds of one cell."""
    rng = np.random.default_rng([seed, years, batch, *name.encode()])
    return [_said(KINDS[name], rng, years, number) for number in range(count)]


def _said(kind: World, rng: np.random.Generator, years: int, number: int) -> str:
    """Return the word of a world; NOT TESTABLE where too few provinces carry its number."""
    try:
        return kind(rng, years, number)
    except DataError:
        return "NOT TESTABLE"


def _row(name: str, years: int, words: Counter[str], worlds: int) -> dict[str, object]:
    shares = {letter: round(100.0 * words[word] / worlds, 2) for letter, word in WORDS.items()}
    return {"world": name, "T": years, "worlds": worlds, **shares}


def _rule(relation: str, value: float) -> Rule:
    why = {"en": "the truth", "zh": "真值"}
    return rule_of({"name": "R-DESC", "relation": relation, "value": f"{value:g}", "why": why})


def _word(rule: Rule, numbers: dict[str, Any], conditions: tuple[Condition, ...] = ()) -> str:
    years = dict.fromkeys(numbers.get("by_year_interval", {}), 0.0)
    found = Measured(quantity=SAID, sentence=SAID, by_year=years, conditions=conditions, **numbers)
    return judge(rule, Finding(measured=found)).word


def _yearly(rule: Rule, statistic: Any, years: int, seed: int, units: int = UNITS, **more: Any) -> str:
    last = list(range(years - LAST, years))
    made = interval_of(statistic, last, units=units, draws=DRAWS, seed=seed, rule=rule, **more)
    return _word(rule, made.numbers)


def _growth(rng: np.random.Generator, years: int, seed: int) -> str:
    first, second = (part[0] for part in draw_gap(years, 1, seed=int(rng.integers(2**31))))

    def statistic(year: int, counts: Floats) -> Floats:
        one, other = (counts @ y[:, year] / (counts @ y[:, year - 1]) for y in (first, second))
        return one - other

    return _yearly(_rule("<", 0.0), statistic, years, seed)


def _moving(rng: np.random.Generator, years: int, correlation: float) -> Floats:
    """Return a cube (31, T, 2) of two figures with that correlation inside provinces and a strong one over them."""
    draw = int(rng.integers(2**31))
    one, own = (errors(np.random.default_rng([draw, k]), years, 0.5, 1)[0, :, -years:] for k in range(2))
    other = correlation * one + np.sqrt(1.0 - correlation**2) * own
    level = rng.normal(size=(UNITS, 1))
    return np.stack([one / one.std() + 3.0 * level, other / other.std() + 3.0 * level], axis=2)


def _linked(
    rng: np.random.Generator, years: int, seed: int, *, correlation: float, relation: str, bound: float
) -> str:
    return _word_of_link(_moving(rng, years, correlation), seed, _rule(relation, bound))


def _trending(
    rng: np.random.Generator,
    years: int,
    seed: int,
    *,
    correlation: float,
    tied: float,
    relation: str,
    bound: float,
) -> str:
    """As `_linked`, with trends of the provinces beside: two thirds of the variance, correlated `tied` over them."""
    cube = _moving(rng, years, correlation)
    slopes = rng.normal(size=(2, UNITS))
    slopes[1] = tied * slopes[0] + np.sqrt(1.0 - tied**2) * slopes[1]
    steps = np.arange(years) - (years - 1) / 2.0
    cube += np.sqrt(2.0) * slopes.T[:, None, :] * (steps / steps.std())[:, None]
    return _word_of_link(cube, seed, _rule(relation, bound))


def _shuffled(rng: np.random.Generator, years: int, seed: int) -> str:
    cube = _moving(rng, years, 1.0)
    cube[:, :, 1] = cube[rng.permutation(UNITS), :, 1]
    return _word_of_link(cube, seed, _rule("<", 0.5))


def _word_of_link(cube: Floats, seed: int, rule: Rule) -> str:
    found = link(cube, draws=DRAWS, seed=seed)
    return _word(rule, numbers_of(found.inside, rule, UNITS), conditions_of(found, rule))


def _partial(rng: np.random.Generator, years: int, seed: int) -> str:
    size, level, own = rng.normal(size=(3, UNITS))
    other = 0.7 * level + np.sqrt(0.51) * own
    columns = np.stack([level + size, other + size, size], axis=1)

    def statistic(year: int, counts: Floats) -> Floats:
        return linked.partial_correlations(columns, counts)

    return _yearly(_rule(">", 0.7), statistic, years, seed, scale="fisher")


def between_in_a_large_sample(apart: float) -> float:
    """Return the share of Theil T between regions whose logarithms stand half of `apart` from the next."""
    rng = np.random.default_rng(1)
    code = np.tile(region_codes(), 20_000)
    y = np.exp(0.5 * rng.normal(size=len(code)) - apart * code / 2.0)
    return float(between.theil_between(y, np.ones((1, len(y))), np.eye(4)[code])[0])


def _between(rng: np.random.Generator, years: int, seed: int) -> str:
    """Provinces are drawn with their regions, as in the large sample in which the share is one half."""
    code = rng.choice(region_codes(), size=UNITS)
    y = np.exp(0.5 * rng.normal(size=UNITS) - APART * code / 2.0)
    member = np.eye(4)[code]

    def statistic(year: int, counts: Floats) -> Floats:
        return between.theil_between(y, counts, member)

    return _yearly(_rule(">", 0.5), statistic, years, seed, scale="logit")


def _quotient(rng: np.random.Generator, years: int, seed: int) -> str:
    people = np.exp(0.5 * rng.normal(size=UNITS))
    values = np.stack([people * np.exp(0.7 * rng.normal(size=UNITS)), people], axis=1)
    named = np.arange(3)

    def statistic(year: int, counts: Floats) -> Floats:
        return quotients.resampled(values, named, counts, each=False)

    sets = quotients.of_places(values, quotients.sets_of(UNITS, 3), each=False)
    own = quotients.of_places(values, named[None], each=False)[0]
    rare = float((sets >= own).mean() if own >= 1.0 else (sets <= own).mean()) < 0.05
    said = Condition(key="places", asks=SAID, outcome="passes" if rare else "fails", found=SAID)
    rule = _rule(">", 1.0)
    last = list(range(years - LAST, years))
    made = interval_of(statistic, last, units=UNITS - 3, draws=DRAWS, seed=seed, rule=rule, scale="log")
    return _word(rule, made.numbers, (said,))


def _chain(rng: np.random.Generator, years: int, length: int) -> Floats:
    """Return classes (length, T) of a chain of four that leaves every class by a fifth a year."""
    move = np.array([[0.8, 0.2, 0, 0], [0.1, 0.8, 0.1, 0], [0, 0.1, 0.8, 0.1], [0, 0, 0.2, 0.8]]).cumsum(
        axis=1
    )
    held = np.empty((length, years), dtype=np.int64)
    held[:, 0] = rng.choice(4, size=length, p=[1 / 6, 1 / 3, 1 / 3, 1 / 6])
    for year in range(1, years):
        held[:, year] = (rng.random(length)[:, None] > move[held[:, year - 1]]).sum(axis=1)
    return held


def _persistence(rng: np.random.Generator, years: int, seed: int, *, top: bool) -> str:
    held = _chain(rng, years, UNITS)
    moves = {
        year: np.stack([markov.transitions(row[None, : year + 1], 4) for row in held])
        for year in range(years - LAST, years)
    }

    def statistic(year: int, counts: Floats) -> Floats:
        p = markov.probabilities(np.einsum("rn,nij->rij", counts, moves[year], optimize=True))
        staying = np.einsum("rii->ri", p)
        return staying[:, -1] if top else staying.min(axis=1)

    return _yearly(_rule(">", 0.8), statistic, years, seed, cumulative=True, scale="probability")


KINDS: dict[str, World] = {
    "growth gap 0": _growth,
    "link 0, more claimed": partial(_linked, correlation=0.0, relation=">", bound=0.0),
    "link .5, less claimed": partial(_linked, correlation=0.5, relation="<", bound=0.5),
    "link .5, more claimed": partial(_linked, correlation=0.5, relation=">", bound=0.5),
    "perfect link, less claimed": partial(_linked, correlation=0.98, relation="<", bound=0.5),
    "no link inside, less claimed": partial(_linked, correlation=0.0, relation="<", bound=0.5),
    "shuffled provinces, less claimed": _shuffled,
    "trends .8 without a link, more claimed": partial(
        _trending, correlation=0.0, tied=0.8, relation=">", bound=0.0
    ),
    "trends 0 and a link of .9, less claimed": partial(
        _trending, correlation=0.9, tied=0.0, relation="<", bound=0.5
    ),
    "trends .8 and a link of .9, more claimed": partial(
        _trending, correlation=0.9, tied=0.8, relation=">", bound=0.5
    ),
    "partial correlation .7": _partial,
    "share between regions .5": _between,
    "three places as any": _quotient,
    "top left by a fifth": partial(_persistence, top=True),
    "every class left by a fifth": partial(_persistence, top=False),
}

ONE_YEAR = {"partial correlation .7", "share between regions .5", "three places as any"}
"""Worlds in which every year is the same."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.verdicts_desc")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--trying", action="store_true", help="the seeds for choosing rules")
    parser.add_argument("--only", default="", help="a regular expression on names of worlds")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = TRYING if options.trying else COUNTING
    print(main(options.worlds, seed=chosen, only=options.only, jobs=options.jobs))

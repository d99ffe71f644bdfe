"""One cell of the calibration world by world through the public road: a claim file, a panel of one's own, `pk.check`.

The words are held against those of the batched road, and once against the batched road with ten times the draws.

    python -m benchmarks.evidence verdicts_public
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import panelkit as pk
from benchmarks.evidence.record import percent, write
from benchmarks.judged import NUMBER, Judged, judged
from benchmarks.verdict_tables import LETTERS
from benchmarks.worlds import COUNTING, WORLDS, Drawn, World, draw
from panelkit.claims.verdict import Verdict
from panelkit.data.geography import regions

YEARS, SERIAL, DRAWS, MORE_DRAWS = 8, 0.8, 999, 9999
FIRST_YEAR = 2001
CELLS = ("null", "trends .8 2/3", "slow .8", "effect .17", "effect .38")

CLAIM = """
[document]
key = "worlds"
authors = ["panelkit"]
title = "Worlds whose truth is known"

[[claim]]
id = "W1"
place = {{ section = "1", phrase = "x and y" }}
status = "computed"
says = {{ en = "x raises y.", zh = "x提高y。" }}
sample = {{ years = [{first}, {last}] }}
test = {{ reps = {draws}, seed = {seed} }}

[[claim.reading]]
id = "direction"
main = true
rule = {{ name = "R-SIGN", sign = "+" }}
label = {{ en = "direction", zh = "方向" }}
says = {{ en = "x raises y.", zh = "x提高y。" }}

[[claim.reading.design]]
id = "panel"
label = {{ en = "panel", zh = "面板" }}
outcome = "y"
treatment = "x"

[[claim.reading]]
id = "number"
claimed = "{number:g}"
rule = {{ name = "R-MAG", value = "{number:g}" }}
label = {{ en = "number", zh = "数值" }}
says = {{ en = "One more of x, {number:g} more of y.", zh = "x增加1，y增加{number:g}。" }}

[[claim.reading.design]]
id = "panel"
label = {{ en = "panel", zh = "面板" }}
outcome = "y"
treatment = "x"
"""


def main(worlds: int = 100, *, seed: int = COUNTING, jobs: int = 2) -> str:
    """Compute the cells and write `verdicts_public.csv`."""
    kinds = [world for world in WORLDS if world.name in CELLS]
    rows = Parallel(n_jobs=jobs)(delayed(compare)(world, worlds, seed) for world in kinds)
    table = pd.DataFrame(rows)
    facts = {"cell": f"T = {YEARS}, AR({SERIAL:g})", "draws": DRAWS}
    write("verdicts_public", table, seed=seed, facts=facts)
    return table.to_string(index=False)


def compare(world: World, count: int, seed: int) -> dict[str, object]:
    """Return how many words of one kind of world are the same by both roads, in per cent."""
    warnings.simplefilter("error")
    drawn = draw(world, YEARS, SERIAL, count, seed=seed)
    arrays, more = (judged(drawn, draws, seed) for draws in (DRAWS, MORE_DRAWS))
    direction, number, alike = public_words(drawn, arrays, seed)
    return {
        "world": world.name,
        "worlds": count,
        **{letter: percent(direction == full) for letter, full in LETTERS.items()},
        "same word": percent(direction == arrays.found.word),
        "same conditions": percent(alike),
        f"same word as {NUMBER:g}": percent(number == arrays.stated),
        f"other word with {MORE_DRAWS:,} draws": percent(arrays.found.word != more.found.word),
    }


def public_words(drawn: Drawn, arrays: Judged, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the words of direction and number by the public road, and whether its conditions are those of arrays."""
    years = drawn.y.shape[2]
    # provinces by their codes stand in one order on both roads, so that each draw gives them the same signs
    codes = [str(code) for code in regions().sort_index().index]
    index = pd.MultiIndex.from_product(
        [codes, range(FIRST_YEAR, FIRST_YEAR + years)], names=["province", "year"]
    )
    words: list[list[str | None]] = []
    alike = []
    with tempfile.TemporaryDirectory() as folder:
        claim = Path(folder) / "worlds.toml"
        text = CLAIM.format(
            first=FIRST_YEAR, last=FIRST_YEAR + years - 1, draws=DRAWS, seed=seed, number=NUMBER
        )
        claim.write_text(text, encoding="utf-8")
        for world in range(len(drawn.y)):
            columns = {"y": drawn.y[world].ravel(), "x": drawn.x[world].ravel()}
            frame = pd.DataFrame(columns, index=index).reset_index()
            found = pk.check(claim, data=frame, unit="province", time="year")
            words.append([verdict.word for verdict in found])
            alike.append(_alike(found.verdicts[0], arrays, world))
    direction, number = np.array(words, dtype=object).T
    return direction, number, np.array(alike)


def _alike(verdict: Verdict, arrays: Judged, world: int) -> bool:
    """Tell whether every deciding condition came out as in the arrays, with the same p."""
    held = {item.key: item for item in verdict.conditions}
    for name, trial in arrays.found.trials.items():
        one = trial.at(world)
        outcome = "takes away" if one.takes_away else "passes" if one.passes else "fails"
        p = held[name].numbers.get("p", np.nan)
        if held[name].outcome != outcome or not (p == one.p or np.isnan([p, one.p]).all()):
            return False
    return True

"""How often a claim of a policy gets which word where the truth is known, on real dates of adoption.

The main test is imputation with errors by province, or dates dealt to other provinces where fewer than eight are
treated; then the four conditions and the reading of words of a claim. Conditions were chosen on trying seeds.

    python -m benchmarks.evidence policy_verdicts
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.evidence.record import percent, write
from benchmarks.policy_worlds import SETTINGS, WORLDS, PolicyWorld, Setting, draw, maps_of, treatment
from benchmarks.verdict_tables import LETTERS
from benchmarks.world_parts import within
from benchmarks.worlds import COUNTING, SERIAL
from panelkit.kernels.permutation import random_permutations
from panelkit.models.policy.effects.randomisation import FEW_TREATED, Randomised
from panelkit.results.students_t import t_quantile
from panelkit.studies.adoption.conditions import adoption_trials
from panelkit.studies.adoption.maps import Maps
from panelkit.studies.scrutiny.main_test import SMALLEST_SHARE
from panelkit.studies.scrutiny.words import words

FRESH = COUNTING + 3
DRAWS, BY_FILE = 999, 40

CLAIM = """
[document]
key = "worlds"
authors = ["panelkit"]
title = "Worlds whose truth is known"

[[claim]]
id = "W1"
place = {{ section = "1", phrase = "policy" }}
status = "computed"
says = {{ en = "The policy raises y.", zh = "政策提高y。" }}
sample = {{ years = [{first}, {last}] }}

[[claim.reading]]
id = "main"
main = true
rule = {{ name = "R-SIGN", sign = "+" }}
label = {{ en = "main", zh = "主要" }}
says = {{ en = "The policy raises y.", zh = "政策提高y。" }}

[[claim.reading.design]]
id = "policy"
kind = "policy"
label = {{ en = "policy", zh = "政策" }}
outcome = "y"
cohort = "start"
draws = {draws}
seed = {seed}
"""


def main(worlds: int = 1000, *, seed: int = FRESH) -> str:
    """Compute every cell and write the table."""
    start = time.perf_counter()
    warnings.simplefilter("error")
    found = [
        run(world, setting, serial, worlds, seed)
        for setting in SETTINGS
        for world in WORLDS
        for serial in SERIAL
    ]
    table = pd.DataFrame(found)
    facts = {
        "draws": DRAWS,
        "smallest effect": "a fifth of a within deviation",
        "worlds a cell": worlds,
        "same word by claim file": ", ".join(
            f"{one.name}: {same(one, seed)} of {BY_FILE}" for one in SETTINGS
        ),
    }
    write("policy_verdicts", table, seed=seed, facts=facts)
    made = {"made by": "python -m benchmarks.evidence policy_verdicts", "made from": "policy_verdicts.csv"}
    write("policy_verdicts_words", summary(table), seed=seed, facts={**facts, **made})
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a world: means over its cells, lowest and highest SUPPORTED, and whether its bar holds in all."""
    rows = []
    for name, cells in table.groupby("world", sort=False):
        met = set(cells["met"])
        rows.append(
            {
                "world": name,
                "significant": round(cells["significant"].mean(), 1),
                **{letter: round(cells[letter].mean(), 1) for letter in LETTERS},
                "S lowest-highest": f"{cells['S'].min():.1f}-{cells['S'].max():.1f}",
                "P lowest-highest": f"{cells['P'].min():.1f}-{cells['P'].max():.1f}",
                "C lowest-highest": f"{cells['C'].min():.1f}-{cells['C'].max():.1f}",
                "bar S": "no bar" if met == {""} else f"<= {cells['bar S'].iloc[0]:g}",
                "met": "no"
                if "no" in met
                else "within two errors"
                if "within two errors" in met
                else next(iter(met)),
            }
        )
    return pd.DataFrame(rows)


def run(world: PolicyWorld, setting: Setting, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent; what conditions do is of the significant main tests."""
    maps = maps_of(setting)
    y = draw(world, setting, serial, count, seed)
    if world.effect == "detectable":
        y = y + _rows(treatment(setting))[:, None] * _detectable(maps, y)
    judged = judge(maps, y, seed)
    said = Counter(judged["word"])
    significant = judged["low"] > 0.0
    share = round(100.0 * said["SUPPORTED"] / count, 2)
    within_errors = share <= world.bar + 200.0 * np.sqrt(max(share, 0.1) / 100.0 / count)
    met = (
        ""
        if np.isnan(world.bar)
        else "yes"
        if share <= world.bar
        else "within two errors"
        if within_errors
        else "no"
    )
    return {
        "dates": setting.name, "world": world.name, "AR": serial, "worlds": count,
        "significant": percent(significant),
        **{letter: round(100.0 * said[word] / count, 2) for letter, word in LETTERS.items()},
        "bar S": world.bar, "met": met,
        **{f"{name} {what}": percent(judged[f"{name} {what}"][significant])
           for name, what in (("trends", "not passed"), ("jump", "not passed"), ("trends", "takes away"),
                              ("regions", "takes away"), ("leads", "takes away"))},
    }  # fmt: skip


def same(setting: Setting, seed: int) -> int:
    """Return how many worlds at the detectable effect get the same word from a claim file and `pk.check`."""
    maps = maps_of(setting)
    y = draw(WORLDS[-1], setting, SERIAL[0], BY_FILE, seed)
    y = y + _rows(treatment(setting))[:, None] * _detectable(maps, y)
    panel = maps.panel
    first, last = (int(panel.periods[at]) for at in (0, -1))
    start = np.where(panel.adoption.treated, panel.adoption.first, 0.0)[panel.unit]
    index = {"province": panel.design.unit_labels[panel.unit], "year": panel.periods[panel.time].astype(int)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "worlds.toml"
        path.write_text(CLAIM.format(first=first, last=last, draws=DRAWS, seed=seed), encoding="utf-8")
        frames = (pd.DataFrame({**index, "y": column, "start": start}) for column in y.T)
        said = [next(iter(pk.check(path, data=one.set_index(["province", "year"])))).word for one in frames]
    return int(np.sum(np.array(said) == judge(maps, y, seed)["word"]))


def judge(maps: Maps, y: np.ndarray, seed: int) -> dict[str, Any]:
    """Return word, ends of the interval and answers of the conditions, (W,) each, of outcomes (n, W)."""
    low, high, inner_low, inner_high = _intervals(maps, y, seed)
    direction = np.where(high < 0.0, -1.0, 1.0)
    trials = adoption_trials(maps, y, direction)
    word = words(
        (low, high),
        (inner_low, inner_high),
        _smallest(maps, y),
        np.all([trial.passes for trial in trials], axis=0),
        np.any([trial.takes_away for trial in trials], axis=0),
    )
    answers = {f"{trial.name} not passed": ~trial.passes for trial in trials}
    taken = {f"{trial.name} takes away": trial.takes_away for trial in trials}
    return {"word": word, "low": low, "high": high, **answers, **taken}


def _intervals(maps: Maps, y: np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    """Return the ends of the 95 % and of the 90 % interval of the main test, (W,) each."""
    if int(maps.treated.sum()) >= FEW_TREATED:
        made = maps.main.against(y)
        wide = [t_quantile(level, made.df) * made.error for level in (0.95, 0.90)]
        return tuple(made.value + side * one for one in wide for side in (-1.0, 1.0))
    ends = [each.interval(level) for each in _dealt(maps, y, seed) for level in (0.95, 0.90)]
    flat = np.array([np.concatenate(pair) for pair in ends]).reshape(y.shape[1], 4)
    return tuple(flat.T)


def _dealt(maps: Maps, y: np.ndarray, seed: int) -> Iterator[Randomised]:
    """Yield the effect of every world under dealt dates, the weights of the effect worked out once."""
    panel = maps.panel
    shape = (panel.n_units, len(panel.periods))
    roles = random_permutations(np.zeros(shape[0], dtype=np.int64), DRAWS, np.random.default_rng(seed))
    weights, place = maps.main_weights.reshape(shape), np.arange(shape[0])

    def under(column: np.ndarray) -> np.ndarray:
        return (weights @ column.reshape(shape).T)[roles, place].sum(axis=1)[:, None]

    path = panel.adoption.path(panel.unit, panel.time)
    own, moved = np.array([maps.main_weights @ path]), under(path)
    for column in y.T:
        estimate = np.array([maps.main_weights @ column])
        yield Randomised(estimate, own, under(column), moved, False, DRAWS, seed)


def _detectable(maps: Maps, y: np.ndarray) -> np.ndarray:
    """Return the effect that the error of every world finds four times in five, (W,)."""
    made = maps.main.against(y)
    return made.error * (t_quantile(0.95, made.df) + t_quantile(0.6, made.df))


def _smallest(maps: Maps, y: np.ndarray) -> np.ndarray:
    """Return the smallest effect of interest of every world, as `smallest_of_policy`."""
    shape = (y.shape[1], maps.panel.n_units, len(maps.panel.periods))
    inside = within(y.T.reshape(shape))
    path = within(maps.panel.cube(maps.panel.adoption.path(maps.panel.unit, maps.panel.time))[None])
    return SMALLEST_SHARE * np.sqrt((inside**2).sum(axis=(1, 2)) / (path**2).sum())


def _rows(cube: np.ndarray) -> np.ndarray:
    return cube.reshape(-1)

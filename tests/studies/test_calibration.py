"""A small calibration of the words: seeded worlds whose truth is known, and what each condition does in them.

The shares are those of seeded draws, so that nothing here is random; bounds lie about half way between what is found
and what a condition gives that is left out, or whose answer is turned round.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from benchmarks.evidence import verdicts_public
from benchmarks.judged import Judged, judged
from benchmarks.verdict_tables import CONDITIONS, Bar, held_against, tables
from benchmarks.worlds import TRYING, WORLDS, draw

NAMED = {world.name: world for world in WORLDS}
COUNT, SERIAL, DRAWS = 60, 0.8, 299


@cache
def cell(name: str, years: int = 8) -> Judged:
    return judged(draw(NAMED[name], years, SERIAL, COUNT, seed=TRYING), DRAWS, TRYING)


def share(marks: np.ndarray) -> float:
    return 100.0 * float(np.mean(marks))


def claimed(of: Judged) -> np.ndarray:
    return of.found.main.low > 0.0


@pytest.mark.parametrize(
    ("name", "years", "significant", "least", "most"),
    [
        ("null", 8, (0, 10), 0, 3),
        ("trends .8 2/3", 8, (85, 100), 0, 3),
        ("slow .8", 12, (85, 100), 0, 10),
        ("factor", 8, (60, 100), 0, 15),
        ("effect .38", 8, (90, 100), 85, 100),
    ],
)
def test_supported_is_said_where_it_should_be(
    name: str, years: int, significant: tuple[float, float], least: float, most: float
) -> None:
    found = cell(name, years)
    assert significant[0] <= share(claimed(found)) <= significant[1]
    assert least <= share(found.found.word == "SUPPORTED") <= most
    assert share(found.found.word == "CONTRADICTED") <= 3


@pytest.mark.parametrize(
    ("name", "years", "condition", "role"),
    [
        ("trends .8 2/3", 8, "trends", "takes_away"),
        ("trends .8 2/3", 8, "path", "takes_away"),
        ("trends .8 2/3", 8, "differences", "not passed"),
        ("slow .8", 12, "differences", "not passed"),
        ("factor", 8, "path", "takes_away"),
        ("momentum", 8, "leads", "takes_away"),
        ("regional 3/4", 8, "regions", "takes_away"),
    ],
)
def test_every_condition_stops_what_it_is_there_for_and_lets_an_effect_through(
    name: str, years: int, condition: str, role: str
) -> None:
    false, true = cell(name, years), cell("effect .38")
    stopped, kept = (
        of.found.trials[condition].takes_away if role == "takes_away" else ~of.found.trials[condition].passes
        for of in (false, true)
    )
    assert share(stopped[claimed(false)]) > 50
    assert share(kept[claimed(true)]) < 10
    assert share(true.found.trials[condition].passes[claimed(true)]) > 90


def test_two_conditions_must_be_passed_and_the_others_not_take_it_away() -> None:
    false = cell("factor")
    trials, direction = false.found.trials, false.found.direction
    path = trials["path"]
    there = (path.p < 0.10) & (path.slope * direction > 0)
    assert path.passes.tolist() == there.tolist()
    # t(30) at 97.5 %
    assert path.takes_away.tolist() == (~there & (path.statistic * direction > 2.042)).tolist()
    assert (~path.passes & ~path.takes_away).sum() >= 5
    ratio = trials["differences"].statistic
    assert trials["differences"].passes.tolist() == (ratio >= 0.5).tolist()
    assert not trials["differences"].takes_away.any()
    for name in ("trends", "regions", "leads"):
        assert np.array_equal(trials[name].passes, ~trials[name].takes_away)


def test_conditions_are_read_in_a_mirror() -> None:
    drawn = draw(NAMED["effect .38"], 8, SERIAL, 20, seed=TRYING)
    turned = judged(type(drawn)(-drawn.y, drawn.x, drawn.regions, drawn.income), DRAWS, TRYING)
    mirror = {"SUPPORTED": "CONTRADICTED", "PARTLY": "NOT SUPPORTED"}
    words = judged(drawn, DRAWS, TRYING).found.word
    assert turned.found.word.tolist() == [mirror.get(word, word) for word in words]
    assert share(turned.found.word == "CONTRADICTED") > 80


@pytest.mark.parametrize("name", ["null", "trends .8 2/3", "factor", "momentum", "effect .38"])
def test_the_word_follows_from_interval_and_conditions(name: str) -> None:
    found = cell(name).found
    assert tuple(found.trials) == CONDITIONS
    for world in range(COUNT):
        trials = [trial.at(world) for trial in found.trials.values()]
        taken = any(trial.takes_away for trial in trials)
        passed = all(trial.passes for trial in trials)
        main = found.main
        if main.low[world] > 0:
            expected = "NOT SUPPORTED" if taken else "SUPPORTED" if passed else "PARTLY"
        elif main.high[world] < 0:
            expected = "CONTRADICTED" if passed and not taken else "NOT SUPPORTED"
        else:
            inner = max(abs(main.inner_low[world]), abs(main.inner_high[world]))
            expected = "NOT SUPPORTED" if inner < main.smallest[world] else "UNDECIDED"
        assert found.word[world] == expected


def test_without_a_condition_more_is_supported() -> None:
    factor, slow = cell("factor"), cell("slow .8", 12)
    for of, name in ((factor, "path"), (slow, "differences")):
        assert share(of.without(name) == "SUPPORTED") > share(of.found.word == "SUPPORTED") + 20
    everything = factor.without(*CONDITIONS)
    assert np.array_equal(everything == "SUPPORTED", claimed(factor))
    assert np.array_equal(factor.without(), factor.found.word)


def test_the_public_road_says_the_same_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts_public, "DRAWS", 199)
    drawn = draw(NAMED["effect .17"], 8, SERIAL, 6, seed=TRYING)
    arrays = judged(drawn, 199, TRYING)
    direction, number, alike = verdicts_public.public_words(drawn, arrays, TRYING)
    assert alike.all()
    assert direction.tolist() == arrays.found.word.tolist()
    assert number.tolist() == arrays.stated.tolist()
    assert len(set(direction)) > 1


def test_tables_say_the_lowest_and_the_highest_cell_and_whether_a_bar_is_met() -> None:
    base = {f"{name} {role}": 10.0 for name in CONDITIONS for role in ("not passed", "takes away")}
    base |= {f"S without {name}": 20.0 for name in CONDITIONS} | {"main p<.05": 5.0, "path p<.05": 6.0}
    rows = [
        {"world": world, "group": group, "T": years, "AR": 0.5, "worlds": 1000, "significant": 80.0, "S": s,
         "P": 1.0, "U": 90.0 - s, "N": 9.0, "C": 0.0, "S as 0.38": 0.0, **base}
        for world, group, years, s in [
            ("null", "null", 8, 1.0), ("null", "null", 12, 2.0), ("null", "null", 6, 40.0),
            ("factor", "hidden factor", 8, 7.4), ("factor", "hidden factor", 12, 7.6),
            ("effect .17", ".17", 8, 50.0), ("effect .38", ".38", 8, 96.0),
        ]
    ]  # fmt: skip
    made = tables(pd.DataFrame(rows))
    bars = made["bars"].set_index(["worlds", "share"])
    # 1.5 + 2 sqrt(1.5 x 98.5 / 1000) = 2.27 and 6 + 2 sqrt(6 x 94 / 1000) = 7.50
    assert bars.loc[("null, own trends", "S"), "met"] == "within two errors"
    assert bars.loc[("hidden factor", "S"), "met"] == "no"
    assert bars.loc[("effect .38", "S"), "met"] == "yes"
    assert bars.loc[("hidden factor", "S"), ["lowest cell", "highest cell"]].tolist() == ["7.4", "7.6"]
    words = made["words"].set_index("world")
    assert words.loc["null", ["S", "S lowest-highest"]].tolist() == ["1.5", "1.0-2.0"]
    left = made["conditions"].set_index("left out")
    assert left.loc["none", ["worst", "in", "effect .17"]].tolist() == [
        "7.6",
        "factor, T = 12, AR(0.5)",
        "50.0",
    ]
    assert left.loc["all", "worst"] == "80.0"
    lengths = made["lengths"]
    assert lengths[["world", "T", "S"]].to_numpy().tolist() == [
        ["null", 6, "40.0"],
        ["null", 8, "1.0"],
        ["null", 12, "2.0"],
    ]
    assert made["sizes"].set_index("test").loc["path", "T = 8"] == "6.0-6.0"


def test_a_bar_is_held_against_every_cell_with_its_own_error() -> None:
    shares, worlds = pd.Series([6.0, 9.0]), pd.Series([1000, 100])
    # 5 + 2 sqrt(5 x 95 / n) is 6.38 of 1,000 worlds and 9.36 of 100
    assert held_against(Bar("a", (), "S", most=5.0), shares, worlds)["met"] == "within two errors"
    assert (
        held_against(Bar("a", (), "S", most=5.0), shares, worlds[::-1].reset_index(drop=True))["met"] == "no"
    )
    found = held_against(Bar("a", (), "S"), shares, worlds)
    assert (found["bar"], found["met"], found["lowest cell"]) == ("no bar", "", "6.0")

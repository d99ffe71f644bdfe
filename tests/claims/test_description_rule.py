"""R-DESC: intervals against a bound with its reason, and the faults that point values had."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

import panelkit as pk
from benchmarks.evidence.verdicts_desc import APART, KINDS, between_in_a_large_sample
from panelkit.claims.designs import yearly_measures
from panelkit.claims.designs.agreement import agreeing
from panelkit.claims.designs.link import conditions_of, link
from panelkit.claims.designs.measures import composite_of
from panelkit.claims.designs.resampling import numbers_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import WORDS, Condition, Finding, Measured, Word
from panelkit.claims.rules.description import Bound
from panelkit.claims.rules.judge import judge
from panelkit.claims.source import Shipped
from panelkit.indices.panels import yearly
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim

SAID = verbatim("It is.")
Ends = tuple[float, float]


def rule(relation: str, value: str, **more: object):  # type: ignore[no-untyped-def]
    why = {"en": "chosen", "zh": "所选"}
    return rule_of({"name": "R-DESC", "relation": relation, "value": value, "why": why, **more})


def found(whole: Ends, *years: Ends, held: bool = True, inner: Ends = (math.nan, math.nan)) -> Finding:
    condition = Condition(key="more", asks=SAID, outcome="passes" if held else "fails", found=SAID)
    return Finding(
        measured=Measured(
            quantity=SAID,
            value=sum(whole) / 2,
            low=whole[0],
            high=whole[1],
            inner_low=inner[0],
            inner_high=inner[1],
            sentence=SAID,
            by_year={2019 + at: sum(ends) / 2 for at, ends in enumerate(years)},
            by_year_interval={2019 + at: ends for at, ends in enumerate(years)},
            conditions=(condition,),
        )
    )


ABOVE, HOLDS, BELOW = (0.6, 0.8), (0.4, 0.8), (0.2, 0.4)


@pytest.mark.parametrize(
    ("tested", "word"),
    [
        (found(ABOVE, ABOVE, ABOVE), "SUPPORTED"),
        (found(ABOVE, ABOVE, ABOVE, held=False), "PARTLY"),
        (found(ABOVE, ABOVE, HOLDS), "PARTLY"),
        (found(ABOVE, ABOVE, BELOW), "PARTLY"),
        (found(ABOVE), "SUPPORTED"),
        (found(HOLDS, ABOVE, ABOVE), "UNDECIDED"),
        (found(BELOW, BELOW, BELOW), "CONTRADICTED"),
        (found(BELOW, BELOW, BELOW, held=False), "NOT SUPPORTED"),
        (found(BELOW, BELOW, HOLDS), "NOT SUPPORTED"),
        # only the last five years count
        (found(ABOVE, BELOW, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE), "SUPPORTED"),
    ],
)
def test_intervals_make_the_word(tested: Finding, word: Word) -> None:
    judged = judge(rule(">", "0.5"), tested)
    assert judged.word == word
    assert {item.key for item in judged.conditions} >= {"main", "turns", "more"}
    for language in ("en", "zh"):
        assert "{" not in judged.sentence.text(language)  # type: ignore[arg-type]
    assert tested.measured is not None
    ends = [(-high, -low) for low, high in tested.measured.by_year_interval.values()]
    mirrored = found(
        (-tested.measured.high, -tested.measured.low), *ends, held=tested.measured.conditions[0].passes
    )
    assert judge(rule("<", "-0.5"), mirrored).word == word


# two cores are shared: drawing examples may be slow
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    low=st.floats(-2, 2),
    width=st.floats(0, 2),
    years=st.lists(st.tuples(st.floats(-2, 2), st.floats(0, 2)), min_size=0, max_size=6),
    held=st.booleans(),
    relation=st.sampled_from(["<", "<=", ">", ">="]),
)
def test_every_case_has_one_word(
    low: float, width: float, years: list[tuple[float, float]], held: bool, relation: str
) -> None:
    tested = found((low, low + width), *((at, at + wide) for at, wide in years), held=held)
    judged = judge(rule(relation, "0.5"), tested)
    assert judged.word in WORDS
    side = low > 0.5 if relation == ">" else low >= 0.5
    if relation.startswith(">"):
        assert (judged.word in ("SUPPORTED", "PARTLY")) == side


def test_a_bound_that_may_be_met_is_cleared_where_it_is_met() -> None:
    exact = found((3.0, 3.0), (3.0, 3.0), (3.0, 3.0))
    assert judge(rule(">=", "3"), exact).word == "SUPPORTED"
    assert judge(rule(">", "3"), exact).word == "UNDECIDED"
    assert judge(rule("<=", "3"), exact).word == "SUPPORTED"
    assert judge(rule(">=", "3"), found((2.8, 2.8), (3.0, 3.0), (2.0, 2.0))).word == "NOT SUPPORTED"


def test_a_small_distance_may_be_declared() -> None:
    near = found((0.45, 0.56), inner=(0.46, 0.55))
    declared = rule(">", "0.5", smallest="0.1")
    assert judge(declared, near).word == "NOT SUPPORTED"
    assert judge(rule(">", "0.5"), near).word == "UNDECIDED"


def test_a_bound_needs_a_reason_and_numbers_an_interval() -> None:
    with pytest.raises(ValueError, match="without a reason"):
        rule_of({"name": "R-DESC", "relation": ">", "value": "0.5"})
    alone = Measured(quantity=SAID, value=0.9, sentence=SAID, by_year={2022: 0.9, 2023: 0.9})
    with pytest.raises(SpecError, match="numbers with intervals"):
        judge(rule(">", "0.5"), Finding(measured=alone))


def test_intervals_of_years_alone_are_pooled_by_their_means() -> None:
    both = {2022: (0.6, 0.8), 2023: (0.7, 0.9)}
    measured = Measured(
        quantity=SAID, value=0.7, sentence=SAID, by_year={2022: 0.7, 2023: 0.8}, by_year_interval=both
    )
    judged = judge(rule(">", "0.62"), Finding(measured=measured))
    assert judged.word == "PARTLY"
    assert judged.conditions[0].numbers["low"] == pytest.approx(0.65)


def test_the_bounds_at_which_the_word_turns_turn_it() -> None:
    tested = found((0.55, 0.75), (0.5, 0.8), (0.6, 0.7))
    turns = next(item for item in judge(rule(">", "0.4"), tested).conditions if item.key == "turns")
    low, high = turns.numbers["low"], turns.numbers["high"]
    assert judge(rule(">", f"{low - 0.001:.3f}"), tested).word == "SUPPORTED"
    assert judge(rule(">", f"{low + 0.001:.3f}"), tested).word != "SUPPORTED"
    assert judge(rule(">", f"{high + 0.001:.3f}"), tested).word == "CONTRADICTED"
    assert judge(rule(">", f"{high - 0.001:.3f}"), tested).word != "CONTRADICTED"


@pytest.mark.parametrize(
    ("relation", "whole", "told"),
    [
        (
            ">",
            (0.2, 0.8),
            "every interval clears a bound below 0.2, and lies on the other side of one above 0.8",
        ),
        (">", (0.2, 1.0), "every interval clears a bound below 0.2; they reach the top"),
        (
            ">",
            (0.0, 0.8),
            "every interval lies on the other side of a bound above 0.8; they reach the bottom",
        ),
        ("<", (0.2, 1.0), "every interval lies on the other side of a bound below 0.2; they reach the top"),
        ("<", (0.0, 0.8), "every interval clears a bound above 0.8; they reach the bottom"),
        ("<", (0.0, 1.0), "the intervals reach from end to end of what the number can be"),
    ],
)
def test_no_bound_is_named_that_a_share_cannot_pass(relation: str, whole: Ends, told: str) -> None:
    tested = found(whole)
    assert tested.measured is not None
    share = Finding(measured=replace(tested.measured, possible=(0.0, 1.0)))
    turns = next(item for item in judge(rule(relation, "0.5"), share).conditions if item.key == "turns")
    assert str(turns.found).startswith(told)
    assert not re.search("[a-z]{4}", turns.found.text("zh"))


def test_a_year_without_a_number_does_not_clear_the_bound() -> None:
    tested = found(ABOVE, ABOVE, ABOVE)
    assert tested.measured is not None
    holed = Measured(
        quantity=SAID,
        value=0.7,
        low=0.6,
        high=0.8,
        sentence=SAID,
        by_year={2022: 0.7, 2023: math.nan},
        by_year_interval={2022: ABOVE},
    )
    judged = judge(rule(">", "0.5"), Finding(measured=holed))
    assert judged.word == "PARTLY"
    assert "2023: not computed" in judged.conditions[1].found
    assert "2023年：未能计算" in judged.conditions[1].found.text("zh")


def test_a_year_that_lacks_a_named_province_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = next(Shipped().prepared(item).claim for item in load_claims() if item.id == "B04")
    reading = next(item for item in claim.reading if item.id == "top_three")
    design = reading.design[0]
    real = yearly_measures.expressions_on_figures

    def holed(*arguments: object, **options: object) -> pd.DataFrame:
        frame = real(*arguments, **options).copy()  # type: ignore[arg-type]
        frame.loc[("Beijing", 2022), "figure"] = math.nan
        return frame

    monkeypatch.setattr(yearly_measures, "expressions_on_figures", holed)
    for chosen in (design, claim.reading[0].design[0]):
        measured = chosen.run(claim, reading, Figures([]), lambda _: None).measured
        assert measured is not None
        assert math.isnan(measured.by_year[2022])
        assert 2022 not in measured.by_year_interval
        assert measured.tally is not None
        assert measured.tally.failed == (("2022", "the figures of the year give no number"),)


# --- the faults of point values -------------------------------------------------------------------------


def coupled() -> np.ndarray:
    """Return the two indices of B75, provinces by years."""
    claim = next(item.claim for item in load_claims() if item.id == "B75")
    claim = claim.model_copy(update={"sample": claim.sample.model_copy(update={"years": (2014, 2023)})})  # type: ignore[union-attr]
    design = claim.reading[0].design[0]
    scores = [
        composite_of(claim, design, name, "mixed").scores.unstack("year").dropna()
        for name in ("tech_innovation", "industrial_innovation")
    ]
    return np.stack([part.to_numpy() for part in scores], axis=2)


def word_of(cube: np.ndarray, seed: int = 0) -> Word:
    weak = rule("<", "0.5")
    held = link(cube, draws=199, seed=seed)
    numbers = numbers_of(held.inside, weak, len(cube))
    measured = Measured(quantity=SAID, sentence=SAID, conditions=conditions_of(held, weak), **numbers)
    return judge(weak, Finding(measured=measured)).word


def test_a_weak_link_is_not_supported_by_shuffled_provinces_and_contradicted_by_a_perfect_one() -> None:
    cube = coupled()
    rng = np.random.default_rng(0)
    words = []
    for number in range(60):
        shuffled = cube.copy()
        shuffled[:, :, 1] = cube[rng.permutation(len(cube)), :, 1]
        words.append(word_of(shuffled, number))
    # a share of provinces with a low coordination said SUPPORTED of every shuffle; now a link must show at 1 %
    assert words.count("SUPPORTED") <= 3
    perfect = cube.copy()
    perfect[:, :, 1] = 2.0 * cube[:, :, 0] + 1.0
    assert word_of(perfect) == "CONTRADICTED"
    inside = np.random.default_rng(1).normal(size=cube.shape)
    level = np.random.default_rng(2).normal(size=(len(cube), 1, 1))
    assert word_of(inside + 5.0 * level) == "SUPPORTED"  # linked over provinces, and not inside them


def test_the_coordination_of_shuffled_provinces_is_as_low_and_now_the_link_is_asked() -> None:
    result = pk.check("B75")
    assert {verdict.design.kind for verdict in result if verdict.design} == {"link"}
    keys = {item.key for item in result.verdicts[0].conditions}
    assert {"main", "trends", "shows", "turns"} <= keys


def test_random_index_systems_reach_nine_tenths_and_are_the_benchmark() -> None:
    result = pk.check("A17")
    assert not result.failures
    for verdict in result:
        assert verdict.tested is not None
        assert verdict.tested.measured is not None
        facts = verdict.tested.measured.facts
        assert facts["random_high"] > 0.05  # what .9 of Kendall's W alone would have called SUPPORTED
        assert facts["W_disjoint"] < facts["W"]
        measured = verdict.tested.measured
        assert measured.value == pytest.approx(facts["W_disjoint"] - facts["W_random"], abs=1e-12)
        assert "outside" in {item.key for item in verdict.conditions}


@pytest.mark.parametrize(("relation", "word"), [(">", "with"), ("<", "against")])
def test_the_criterion_of_systems_is_read_on_the_side_that_is_asked_for(relation: str, word: str) -> None:
    claim = next(item.claim for item in load_claims() if item.id == "A17")
    claim = claim.model_copy(update={"sample": claim.sample.model_copy(update={"years": (2014, 2023)})})  # type: ignore[union-attr]
    reading = claim.reading[0].model_copy(update={"rule": rule(relation, "0")})
    tested = reading.design[0].run(claim, reading, Figures([]), lambda _: None)
    assert tested.measured is not None
    assert tested.measured.low < 0.0 < tested.measured.high  # so that the claimed side is asked for
    (outside,) = tested.measured.conditions
    assert f"each system goes {word}" in outside.asks
    assert outside.passes == (relation == ">")


def test_a_contradiction_of_systems_asks_that_they_go_against_the_criterion() -> None:
    with_it = [("a", 0.5, 0.2, 0.7), ("b", 0.6, 0.3, 0.8)]
    against = [(name, -value, -high, -low) for name, value, low, high in with_it]
    mixed = [with_it[0], against[1]]
    for rows, up, down in ((with_it, True, False), (against, False, True), (mixed, False, False)):
        assert agreeing(rows, above=True).passes == up
        assert agreeing(rows, above=False).passes == down
    assert Bound(">", 0.0).above((-2.0, -1.0)) is False
    assert Bound("<", 0.0).above((1.0, 2.0)) is True
    assert Bound("<", 0.0).above((-1.0, 2.0)) is False


def test_a_criterion_inside_a_system_is_refused() -> None:
    claim = next(item.claim for item in load_claims() if item.id == "A17")
    claim = claim.model_copy(update={"sample": claim.sample.model_copy(update={"years": (2014, 2023)})})  # type: ignore[union-attr]
    reading = claim.reading[0]
    design = reading.design[0].model_copy(update={"criterion": "log(rd_expenditure)"})
    with pytest.raises(SpecError, match="is not outside"):
        design.run(claim, reading, Figures([]), lambda _: None)


# --- designs --------------------------------------------------------------------------------------------


HEAD = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "M1"
place = { section = "1", phrase = "as said" }
status = "computed"
says = { en = "As said.", zh = "如题。" }
sample = { years = [2017, 2023] }

[[claim.reading]]
id = "main"
main = true
rule = { name = "R-DESC", relation = ">", value = "0", why = { en = "w", zh = "由" } }
label = { en = "main", zh = "主要" }
says = { en = "As said.", zh = "如题。" }

[[claim.reading.design]]
id = "one"
label = { en = "one", zh = "其一" }
draws = 199
seed = 1
"""


@pytest.fixture
def measured(tmp_path: Path) -> Callable[[str], Measured]:
    def run(design: str) -> Measured:
        path = tmp_path / "one.toml"
        path.write_text(HEAD + design, encoding="utf-8")
        (verdict,) = pk.check(path)
        assert verdict.error is None, verdict.error
        assert verdict.tested is not None
        assert verdict.tested.measured is not None
        return verdict.tested.measured

    return run


def test_the_numbers_of_years_are_those_of_the_figures(measured: Callable[[str], Measured]) -> None:
    data = pk.load_provinces(["rd_expenditure", "gdp", "population"], years=(2016, 2023))
    of = {year: part.droplevel("year") for year, part in data.groupby(level="year")}
    rank_ = measured('kind = "yearly"\nmeasure = "spearman"\nfigure = "rd_expenditure"\nagainst = "gdp"\n')
    expected = {y: spearmanr(of[y]["rd_expenditure"], of[y]["gdp"]).statistic for y in range(2017, 2024)}
    assert rank_.by_year == pytest.approx(expected)
    assert sorted(rank_.by_year_interval) == [2019, 2020, 2021, 2022, 2023]
    assert rank_.value == pytest.approx(np.mean([expected[y] for y in range(2019, 2024)]))
    assert all(low < rank_.by_year[y] < high for y, (low, high) in rank_.by_year_interval.items())
    growth = measured('kind = "yearly"\nmeasure = "growth_gap"\nfigure = "rd_expenditure"\nagainst = "gdp"\n')
    total = data.groupby(level="year").sum().pct_change()
    assert growth.by_year == pytest.approx((total["rd_expenditure"] - total["gdp"]).dropna().to_dict())
    assert growth.value == pytest.approx(np.mean([growth.by_year[y] for y in range(2019, 2024)]))
    quotient = measured(
        'kind = "yearly"\nmeasure = "smallest_quotient"\nfigure = "rd_expenditure"\nagainst = "population"\n'
        'places = ["Beijing", "Guangdong"]\n'
    )
    share = data / data.groupby(level="year").transform("sum")
    each = (share["rd_expenditure"] / share["population"]).unstack("year").loc[["Beijing", "Guangdong"]]
    assert quotient.by_year == pytest.approx(each.min()[list(range(2017, 2024))].to_dict())


def test_a_partial_correlation_is_that_of_residuals(measured: Callable[[str], Measured]) -> None:
    design = (
        'kind = "yearly"\nmeasure = "partial"\nfigure = "log(rd_expenditure)"\nagainst = "log(gdp)"\n'
        'given = ["log(population)"]\n'
    )
    data = np.log(pk.load_provinces(["rd_expenditure", "gdp", "population"], years=(2023, 2023)))
    given = np.column_stack([np.ones(31), data["population"]])
    rest = data[["rd_expenditure", "gdp"]].to_numpy(copy=True)
    rest -= given @ np.linalg.lstsq(given, rest, rcond=None)[0]
    assert measured(design).by_year[2023] == pytest.approx(np.corrcoef(rest.T)[0, 1])


def test_the_persistence_of_resamples_is_that_of_their_moves() -> None:
    rng = np.random.default_rng(0)
    complete = pd.DataFrame(np.exp(rng.normal(size=(12, 9)).cumsum(axis=1)), columns=range(2010, 2019))
    values, matrix = yearly.persistence(complete, 3, "min_diagonal", 5)
    moves = yearly.moves_by_unit(complete, 3, 5)
    assert sorted(values) == sorted(moves) == list(range(2014, 2019))
    whole = moves[2018].sum(axis=0)
    assert whole.sum() == 12 * 8
    assert matrix.to_numpy() == pytest.approx(whole / whole.sum(axis=1, keepdims=True))
    assert values[2018] == pytest.approx(np.diag(matrix).min())


def test_a_link_names_two(tmp_path: Path) -> None:
    for design in ('figure = "gdp"\n', 'index = ["tech_innovation"]\n', 'figure = "gdp"\nindex = ["x"]\n'):
        path = tmp_path / "one.toml"
        path.write_text(HEAD + 'kind = "link"\n' + design, encoding="utf-8")
        with pytest.raises(SpecError, match="a link is of two"):
            load_claims(path)


def test_a_link_inside_provinces_is_that_of_both_ways_demeaned_figures(
    measured: Callable[[str], Measured],
) -> None:
    found_ = measured('kind = "link"\nfigure = "log(rd_expenditure)"\nagainst = "log(gdp)"\n')
    data = np.log(pk.load_provinces(["rd_expenditure", "gdp"], years=(2017, 2023)))
    inside = data - data.groupby(level="province").transform("mean")
    inside -= inside.groupby(level="year").transform("mean")
    assert found_.value == pytest.approx(inside.corr().iloc[0, 1])
    assert found_.low < found_.value < found_.high
    (trends,) = found_.conditions  # whether the figures can show a link is asked of a weak one alone
    assert trends.key == "trends"
    steps = np.arange(7) - 3.0
    wide = {name: inside[name].unstack("year").to_numpy() for name in inside}
    left = [part - np.outer(part @ steps / (steps @ steps), steps) for part in wide.values()]
    assert trends.numbers["value"] == pytest.approx(np.corrcoef(left[0].ravel(), left[1].ravel())[0, 1])


def moving(link_inside: float, tied: float, seed: int = 3) -> np.ndarray:
    """Return a cube (31, 10, 2): a link inside units, and unit trends of twice its variance that are tied."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(2, 31, 10))
    noise[1] = link_inside * noise[0] + np.sqrt(1.0 - link_inside**2) * noise[1]
    slopes = rng.normal(size=(2, 31))
    slopes[1] = tied * slopes[0] + np.sqrt(1.0 - tied**2) * slopes[1]
    steps = (np.arange(10) - 4.5) / np.arange(10).std()
    return np.stack(list(noise + np.sqrt(2.0) * slopes[:, :, None] * steps), axis=2)


@pytest.mark.parametrize(
    ("inside", "tied", "relation", "bound", "outcome"),
    [
        (0.0, 0.9, ">", "0", "takes away"),  # common trends alone
        (0.9, 0.9, ">", "0", "passes"),
        (0.9, 0.0, "<", "0.5", "takes away"),  # trends that part hide the link
        (0.0, 0.0, "<", "0.5", "passes"),
        (0.0, 0.9, "<", "0.5", "takes away"),  # a contradiction is asked the same in a mirror
        (0.9, -0.9, ">", "0.8", "takes away"),
        (0.3, 0.3, ">", "0.25", "fails"),  # neither told beside trends nor taken away
    ],
)
def test_a_link_must_stand_beside_trends(
    inside: float, tied: float, relation: str, bound: str, outcome: str
) -> None:
    held = link(moving(inside, tied), draws=199, seed=1)
    by_key = {item.key: item for item in conditions_of(held, rule(relation, bound))}
    assert by_key["trends"].outcome == outcome
    low, high = (float(ends[0]) for ends in held.inside.interval())
    below = high < float(bound) or (relation == "<" and low <= float(bound))
    assert ("shows" in by_key) == below  # of a weak link, claimed or found


def test_common_trends_alone_are_no_link() -> None:
    words = []
    for seed in range(20):
        held = link(moving(0.0, 0.9, seed), draws=199, seed=seed)
        more = rule(">", "0")
        measured_ = Measured(
            quantity=SAID,
            sentence=SAID,
            conditions=conditions_of(held, more),
            **numbers_of(held.inside, more, 31),
        )
        words.append(judge(more, Finding(measured=measured_)).word)
    # without the condition every one of them is SUPPORTED; 5 % of twenty worlds and two errors
    assert words.count("SUPPORTED") <= 3
    assert words.count("NOT SUPPORTED") >= 15


def test_a_link_beside_trends_that_leave_nothing_is_not_computed() -> None:
    cube = moving(0.5, 0.0)
    cube[:, :, 0] = np.arange(31.0)[:, None] * np.arange(10)
    held = link(cube, draws=199, seed=1)
    (trends,) = (item for item in conditions_of(held, rule(">", "0")) if item.key == "trends")
    assert trends.outcome == "not computed"
    assert not trends.passes


# --- evidence -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", ["link .5, less claimed", "partial correlation .7", "growth gap 0"])
def test_worlds_at_the_bound_are_seldom_supported(world: str) -> None:
    rng = np.random.default_rng([7, *world.encode()])
    words = [KINDS[world](rng, 8, number) for number in range(60)]
    assert words.count("SUPPORTED") <= 7  # the bar of 5 %, and 2.5 errors of 60 worlds


def test_half_of_the_inequality_lies_between_regions_so_far_apart() -> None:
    assert between_in_a_large_sample(APART) == pytest.approx(0.5, abs=1e-4)  # APART has four decimals

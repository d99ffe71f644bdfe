"""Verdict rules, case by case: the word of an estimate, its conditions, its sizes, caps and sentences."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from panelkit.claims.check import check
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Condition, Finding, Headline, Judgement, Measured, Outcome, Word, asked
from panelkit.claims.rules.judge import judge
from panelkit.claims.rules.six_words import word_of
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim
from panelkit.report.page import page
from panelkit.report.terminal import overview
from panelkit.studies.scrutiny.trial import DECIDING
from tests.claims.estimates import NUMBER, SIGN, result_of, scrutiny

WHY = {"en": "a reason", "zh": "理由"}


def say(rule: dict[str, Any], result: Finding, **options: bool) -> Judgement:
    """Judge by a rule as a claim file writes it."""
    return judge(rule_of(rule), result, **options)


@pytest.mark.parametrize(
    ("low", "high", "outcomes", "word"),
    [
        (0.1, 0.5, {}, "SUPPORTED"),
        (0.1, 0.5, {"trends": "takes away"}, "NOT SUPPORTED"),
        (0.1, 0.5, {"path": "takes away"}, "NOT SUPPORTED"),
        (0.1, 0.5, {"regions": "takes away"}, "NOT SUPPORTED"),
        (0.1, 0.5, {"leads": "takes away"}, "NOT SUPPORTED"),
        (0.1, 0.5, {"path": "fails"}, "PARTLY"),
        (0.1, 0.5, {"differences": "fails"}, "PARTLY"),
        (0.1, 0.5, {"differences": "fails", "leads": "takes away"}, "NOT SUPPORTED"),
        (0.1, 0.5, {"regions": "not computed"}, "PARTLY"),
        (-0.5, -0.1, {}, "CONTRADICTED"),
        (-0.5, -0.1, {"path": "fails"}, "NOT SUPPORTED"),
        (-0.5, -0.1, {"trends": "takes away"}, "NOT SUPPORTED"),
        (-0.5, -0.1, {"leads": "not computed"}, "NOT SUPPORTED"),
        (-0.04, 0.05, {}, "NOT SUPPORTED"),  # the 90 % interval lies inside (-.05, .05)
        (-0.3, 0.5, {}, "UNDECIDED"),
        (-0.3, 0.5, {"trends": "takes away"}, "UNDECIDED"),
    ],
)
def test_a_direction_is_judged_by_the_main_test_and_its_conditions(
    low: float, high: float, outcomes: dict[str, str], word: Word
) -> None:
    judged = say(SIGN, result_of(low, high, scrutiny(**outcomes)))
    assert judged.word == word
    assert judged.leans == (1 if low + high > 0.0 else -1)
    mirrored = say({"name": "R-SIGN", "sign": "-"}, result_of(-high, -low, scrutiny(**outcomes)))
    assert mirrored.word == word


@pytest.mark.parametrize(
    ("low", "high", "inside", "word"),
    [
        (0.1, 0.5, True, "SUPPORTED"),
        (0.1, 0.5, False, "PARTLY"),  # the interval beside trends does not hold it
        (0.4, 0.6, False, "PARTLY"),  # the main one does not
        (0.05, 0.3, False, "PARTLY"),
        (-0.1, 0.3, False, "NOT SUPPORTED"),  # zero held, the number excluded
        (-0.1, 0.5, True, "UNDECIDED"),
        (-0.15, 0.17, False, "NOT SUPPORTED"),
        (-0.5, -0.1, False, "CONTRADICTED"),
    ],
)
def test_a_stated_number_must_lie_in_both_intervals(
    low: float, high: float, inside: bool, word: Word
) -> None:
    assert say(NUMBER, result_of(low, high, scrutiny(inside=inside))).word == word
    negative = {"name": "R-MAG", "value": "-0.38"}
    assert say(negative, result_of(-high, -low, scrutiny(inside=inside))).word == word


def test_a_number_whose_interval_beside_trends_is_not_known_is_partly_at_most() -> None:
    judged = say(NUMBER, result_of(0.1, 0.5))
    assert judged.word == "PARTLY"
    (number,) = [item for item in judged.conditions if item.key == "number"]
    assert number.outcome == "not computed"


@given(
    direction=st.sampled_from([1.0, -1.0]),
    low=st.floats(-10, 10, allow_subnormal=False),
    width=st.floats(0.001, 10),
    smallest=st.floats(0.01, 5),
    number=st.one_of(st.none(), st.floats(0.01, 10)),
    times=st.sampled_from([0.0625, 8.0]),  # powers of two: scaling moves no number over an end
    outcome=st.sampled_from(get_args(Outcome)),
)
def test_the_unit_of_the_claim_does_not_matter(
    direction: float,
    low: float,
    width: float,
    smallest: float,
    number: float | None,
    times: float,
    outcome: Outcome,
) -> None:
    high = low + width
    condition = Condition(key="x", asks=verbatim("x"), outcome=outcome, found=verbatim("x"))
    words = {
        word_of(
            direction,
            (low * by, high * by),
            ((low + width / 12) * by, (high - width / 12) * by),
            smallest * by,
            [condition],
            number=None if number is None else direction * number * by,
            inside=None if number is None else low <= direction * number <= high,
        )
        for by in (1.0, times)
    }
    assert len(words) == 1


def test_no_verdict_is_without_conditions() -> None:
    for rule, result in (
        (SIGN, result_of(0.1, 0.5)),
        (SIGN, result_of(0.1, 0.5, scrutiny())),
        (NUMBER, result_of(0.1, 0.5, scrutiny(inside=True))),
        ({"name": "R-INEQ", "sign": "+"}, measured(0.1, 0.5)),
    ):
        judged = say(rule, result)
        assert judged.conditions[0].key == "main"
        for language in ("en", "zh"):
            assert all(item.asks.text(language) and item.found.text(language) for item in judged.conditions)
    keys = [item.key for item in say(SIGN, result_of(0.1, 0.5, scrutiny())).conditions]
    assert keys == ["main", "trends", "path", "differences", "regions", "leads", "income"]


def test_a_design_without_both_effects_says_that_its_conditions_cannot_be_computed() -> None:
    why = verbatim("it has year effects only")
    judged = say(SIGN, result_of(0.1, 0.5, unscrutinised=why))
    assert judged.word == "PARTLY"
    asked_for = [item for item in judged.conditions if item.key in DECIDING]
    assert [item.outcome for item in asked_for] == ["not computed"] * 5
    assert all("it has year effects only" in item.found for item in asked_for)


def test_what_is_undecided_says_what_would_have_been_found() -> None:
    judged = say(SIGN, result_of(-0.3, 0.5, scrutiny(detectable=0.43)))
    assert judged.sizes is not None
    assert (judged.sizes.smallest, judged.sizes.detectable) == (0.05, 0.43)
    assert judged.sizes.detectable_beside == 0.5
    assert judged.sizes.excluded == pytest.approx(0.1 + 0.4 / 1.2)  # the farther end of the 90 % interval
    assert "0.43" in judged.sentence
    assert "0.43" in judged.sentence.text("zh")


def test_a_declared_smallest_effect_goes_before_the_silent_one() -> None:
    declared = {**SIGN, "smallest": "0.6", "why": {"en": "a reason", "zh": "理由"}}
    judged = say(declared, result_of(-0.3, 0.5, scrutiny()))
    assert judged.word == "NOT SUPPORTED"
    assert judged.sizes is not None
    assert judged.sizes.why is not None
    assert (judged.sizes.smallest, judged.sizes.why.text("zh")) == (0.6, "理由")
    assert "at most small" in judged.sentence


@pytest.mark.parametrize("wrong", ["0", "-0.2"])
def test_a_smallest_effect_is_a_size_with_a_reason(wrong: str) -> None:
    with pytest.raises(ValueError, match="without a reason"):
        rule_of({**SIGN, "smallest": "0.2"})
    with pytest.raises(ValueError, match="no size"):
        rule_of({**SIGN, "smallest": wrong, "why": {"en": "a", "zh": "甲"}})


def test_what_takes_an_association_away_is_said_in_plain_words() -> None:
    for name, said, chinese in (
        ("trends", "own trends nothing is left", "自身趋势"),
        ("path", "a path that they share", "共同路径"),
        ("regions", "shocks of regions", "区域"),
        ("leads", "explains it as well", "下一年"),
    ):
        sentence = say(SIGN, result_of(0.1, 0.5, scrutiny(**{name: "takes away"}))).sentence
        assert said in sentence
        assert chinese in sentence.spoken("province", "year").text("zh")
    slow = say(SIGN, result_of(0.1, 0.5, scrutiny(differences="fails"))).sentence
    assert "slow movements alone" in slow
    both = say(SIGN, result_of(0.1, 0.5, scrutiny(differences="fails", path="fails"))).sentence
    assert "slow movements alone" not in both


def measured(low: float, high: float, *conditions: Condition, **more: Any) -> Finding:
    """Return a measured quantity in the middle of its interval."""
    return Finding(
        measured=Measured(
            quantity=verbatim("q"),
            value=(low + high) / 2,
            low=low,
            high=high,
            conditions=conditions,
            sentence=verbatim("It is measured."),
            **more,
        )
    )


@pytest.mark.parametrize(
    ("low", "high", "holds", "word"),
    [
        (0.1, 0.5, True, "SUPPORTED"),
        (0.1, 0.5, False, "PARTLY"),
        (-0.5, -0.1, True, "CONTRADICTED"),
        (-0.5, -0.1, False, "NOT SUPPORTED"),
        (-0.1, 0.5, True, "UNDECIDED"),
    ],
)
def test_a_measured_quantity_has_the_same_words(low: float, high: float, holds: bool, word: Word) -> None:
    condition = asked("also", verbatim("another index agrees"), holds)
    assert say({"name": "R-INEQ", "sign": "+"}, measured(low, high, condition)).word == word


@pytest.mark.parametrize(
    ("low", "high", "far", "cap", "word"),
    [
        (0.1, 0.5, True, None, "PARTLY"),
        (-0.5, -0.1, True, None, "NOT SUPPORTED"),
        (-0.1, 0.5, True, None, "UNDECIDED"),
        (0.1, 0.5, False, "PARTLY", "PARTLY"),
        (-0.5, -0.1, False, "PARTLY", "CONTRADICTED"),
        (-0.1, 0.5, False, "NOT SUPPORTED", "NOT SUPPORTED"),
    ],
)
def test_far_proxies_and_parts_are_capped(
    low: float, high: float, far: bool, cap: str | None, word: Word
) -> None:
    rule = {"name": "R-SIGN", "sign": "+", **({} if cap is None else {"at_most": cap})}
    judged = say(rule, result_of(low, high, scrutiny()), far_proxy=far)
    assert judged.word == word
    plain = say(SIGN, result_of(low, high, scrutiny()))
    limit = judged.conditions[-1]
    assert limit.key == ("far_proxy" if far else "at_most")
    lowered = judged.word != plain.word
    assert (limit.outcome, limit.decides) == (("fails", True) if lowered else ("printed", False))
    assert ("capped" in judged.flags) == lowered
    assert (f"{plain.word} without the cap" in limit.found) == lowered
    assert judged.conditions[:-1] == plain.conditions
    assert not {"far_proxy", "at_most"} & {item.key for item in plain.conditions}


def test_every_case_has_one_word() -> None:
    for (low, high), outcome in itertools.product([(0.1, 0.2), (-0.2, -0.1), (-0.2, 0.2)], get_args(Outcome)):
        condition = Condition(key="x", asks=verbatim("x"), outcome=outcome, found=verbatim("x"))
        assert word_of(1.0, (low, high), (low, high), 0.1, [condition]) in {
            "SUPPORTED",
            "PARTLY",
            "UNDECIDED",
            "NOT SUPPORTED",
            "CONTRADICTED",
        }


def test_the_wild_interval_decides_and_the_sentence_says_so_in_both_languages() -> None:
    judged = say(NUMBER, result_of(0.1, 0.5, scrutiny(inside=True)))
    assert judged.word == "SUPPORTED"
    assert "0.38" in judged.sentence
    assert "0.38" in judged.sentence.text("zh")
    assert say(NUMBER, result_of(-0.1, 0.5, scrutiny(inside=True))).flags == ("uninformative",)
    assert say(NUMBER, result_of(-0.1, 0.3, scrutiny(inside=False))).flags == ()


@pytest.mark.parametrize(
    ("shares", "word"),
    [({"x": 0.05, "z": 0.95}, "SUPPORTED"), ({"x": 0.049, "z": 0.951}, "PARTLY"), ({"x": 0.0}, "PARTLY")],
)
def test_a_treatment_must_carry_the_least_share_that_the_rule_names(
    shares: dict[str, float], word: Word
) -> None:
    rule = rule_of({**SIGN, "least_share": "0.05", "why": WHY})
    judged = judge(rule, replace(result_of(0.1, 0.5, scrutiny()), shares=shares))
    assert judged.word == word
    (carried,) = [item for item in judged.conditions if item.key == "least_share"]
    assert "Shapley" in carried.asks
    assert "Shapley" in carried.asks.text("zh")
    with pytest.raises(SpecError, match="no Shapley shares"):
        judge(rule, result_of(0.1, 0.5))


@pytest.mark.parametrize("wrong", [{"name": "R-RANK"}, {"name": "R-SIGN", "sign": "+", "least_share": "5"}])
def test_a_least_share_is_a_share_and_belongs_to_a_sign(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="least_share"):
        rule_of({"least_share": "0.05", "why": WHY, **wrong})


def test_a_least_share_needs_a_reason() -> None:
    with pytest.raises(ValueError, match=r"least_share.*without a reason"):
        rule_of({**SIGN, "least_share": "0.05"})


def test_a_rule_that_cannot_read_the_result_is_refused() -> None:
    with pytest.raises(SpecError, match="R-RANK"):
        judge(rule_of({"name": "R-RANK"}), result_of(0.1, 0.5))


def test_a_lower_level_lowers_no_bar() -> None:
    """An interval of 50 % above zero beside one of 95 % that holds it is undecided, and the 95 % one is said."""
    tested = result_of(0.1, 0.5, scrutiny())
    assert tested.headline is not None
    head = replace(tested.headline, level=0.5, at_95=(-0.4, 1.0), wild_p=0.3)
    judged = judge(rule_of(SIGN), replace(tested, headline=head))
    assert judged.word == "UNDECIDED"
    assert "95 % interval -0.4 to 1" in str(judged.sentence)
    main = judged.conditions[0]
    assert (main.outcome, main.numbers["low"], main.numbers["high"]) == ("fails", -0.4, 1.0)


def test_the_main_test_says_what_its_interval_says_where_p_is_the_bar_itself() -> None:
    """The interval holds the values with p above .05, so that zero at .05 is outside it, and rejected."""
    tested = result_of(0.1, 0.5, scrutiny())
    assert tested.headline is not None
    judged = judge(rule_of(SIGN), replace(tested, headline=replace(tested.headline, wild_p=0.05)))
    assert (judged.word, judged.conditions[0].outcome) == ("SUPPORTED", "passes")


def test_a_level_other_than_95_is_the_level_that_is_said(claim_file: Callable[..., Path]) -> None:
    usual = check(claim_file())
    result = check(claim_file("seed = 7", 'seed = 7, level = "0.9"'))
    one, other = result.verdicts[0], usual.verdicts[0]
    # the word reads 95 % whatever is printed, so that a claim file cannot lower its bar
    assert one.word == other.word
    assert "95 % interval" in one.reason
    assert [str(item.found) for item in one.conditions] == [str(item.found) for item in other.conditions]
    assert one.tested is not None
    assert one.tested.headline is not None
    assert one.tested.grid is not None
    assert other.tested is not None
    assert other.tested.headline is not None
    assert other.tested.grid is not None
    assert one.tested.headline.conf_high < other.tested.headline.conf_high
    assert one.tested.headline.wild_high < other.tested.headline.wild_high
    assert (one.tested.grid.table["conf_high"] < other.tested.grid.table["conf_high"]).all()
    for language in ("en", "zh"):
        console = Console(width=100, record=True, file=StringIO())
        console.print(overview(result, language, full=True))
        for text in (console.export_text(), page(result, language)):
            assert "90 %" in text or "90%" in text


@pytest.mark.parametrize(
    ("pieces", "flag", "said"),
    [
        (((0.1, 0.3), (0.5, 0.7)), "disconnected_interval", "0.1 to 0.3, 0.5 to 0.7"),
        (((0.1, math.inf),), "unbounded_interval", "unbounded"),
    ],
)
def test_a_set_that_is_no_bounded_interval_is_said(
    pieces: tuple[tuple[float, float], ...], flag: str, said: str
) -> None:
    head = Headline(
        term="x",
        estimate=0.2,
        std_error=0.1,
        conf_low=0.1,
        conf_high=0.3,
        p_value=0.01,
        wild_p=0.01,
        wild_low=pieces[0][0],
        wild_high=pieces[-1][1],
        nobs=10,
        n_units=5,
        years="2016-2023",
        vcov="CRV3",
        convention="reghdfe",
        wild_set=pieces,
    )
    for rule in (rule_of({"name": "R-MAG", "value": "0.2"}), rule_of({"name": "R-SIGN", "sign": "+"})):
        judged = judge(rule, Finding(headline=head))
        assert flag in judged.flags
        assert said in judged.sentence
        assert "区间" in judged.sentence.text("zh")


@pytest.mark.parametrize("kind", ["life_cycle", "yearly", "frontier"])
def test_the_side_of_zero_is_asked_of_what_has_two_sides(kind: str) -> None:
    sign = rule_of({"name": "R-SIGN", "sign": "+"})
    sign.check_kind(kind, ("measured",))
    with pytest.raises(SpecError, match="never below zero"):
        sign.check_kind(kind, ("measured",), signed=False)
    bound = rule_of({"name": "R-DESC", "relation": ">", "value": "0.5", "why": WHY})
    bound.check_kind(kind, ("measured",), signed=False)

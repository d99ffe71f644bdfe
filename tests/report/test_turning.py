"""What would change a verdict: read again with something changed, and only that which changes it is said."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Condition, Finding, Measured, Word, asked
from panelkit.claims.rounds import round_of
from panelkit.claims.rules.judge import judge, worse
from panelkit.language.message import verbatim
from panelkit.report.turning import of_design, reading_of, would_change
from tests.claims.estimates import NUMBER, SIGN, result_of, scrutiny


def verdict(rule: dict[str, Any], tested: Finding, *, far: bool = False) -> Any:
    """Return what is read of a verdict: the judgement of a result by a rule."""
    judged = judge(rule_of(rule), tested, far_proxy=far)
    design = SimpleNamespace(rule_under=lambda own: own, label=SimpleNamespace(said=verbatim("design")))
    return SimpleNamespace(
        tested=tested,
        reading=SimpleNamespace(rule=rule_of(rule)),
        design=design,
        word=judged.word,
        conditions=judged.conditions,
        sizes=judged.sizes,
        flags=("far_proxy",) if far else (),
        panel=None,
        family=rule["name"],
        reason=verbatim("why"),
        standing="principal",
        leans=judged.leans,
        p=0.01,
    )


def lines(item: Any) -> list[str]:
    return [str(line) for line in of_design(item)]


@pytest.mark.parametrize(
    ("low", "high", "outcomes"),
    [
        (0.1, 0.5, {}),
        (0.1, 0.5, {"trends": "takes away", "differences": "fails"}),
        (-0.5, -0.1, {"path": "fails"}),
        (-0.3, 0.5, {}),
        (-0.04, 0.05, {}),
    ],
)
@pytest.mark.parametrize("rule", [SIGN, NUMBER, {**SIGN, "at_most": "PARTLY"}])
@pytest.mark.parametrize("far", [False, True])
def test_nothing_changed_reads_the_same_word(
    low: float, high: float, outcomes: dict[str, str], rule: dict[str, Any], far: bool
) -> None:
    item = verdict(rule, result_of(low, high, scrutiny(inside=True, **outcomes)), far=far)
    read = reading_of(item)
    assert read is not None
    assert read.word() == item.word


def test_what_takes_it_away_and_what_is_not_passed_are_told_apart() -> None:
    item = verdict(SIGN, result_of(0.1, 0.5, scrutiny(trends="takes away", differences="fails")))
    assert item.word == "NOT SUPPORTED"
    said = lines(item)
    assert said[0] == "If this alone were passed: province trends: PARTLY."
    assert said[1] == "If all of this were passed: province trends, first differences: SUPPORTED."
    assert len(said) == 2


def test_a_number_must_lie_where_it_must() -> None:
    item = verdict(NUMBER, result_of(0.1, 0.5, scrutiny(inside=False)))
    assert item.word == "PARTLY"
    (said,) = lines(item)
    assert said.startswith("If every condition were passed and the number lay in the main interval")
    assert said.endswith("SUPPORTED.")


def test_undecided_says_the_estimate_and_the_bound() -> None:
    item = verdict(SIGN, result_of(-0.3, 0.5, scrutiny()))
    assert item.word == "UNDECIDED"
    first, second = lines(item)
    assert "an estimate of about 0.400, where 0.100 was found" in first  # the half width of the interval
    # the 90 % interval is a sixth narrower: .1 + .4 / 1.2
    assert second == "If only effects larger than 0.433 mattered (now 0.0500): NOT SUPPORTED."
    wide = verdict(
        {**SIGN, "smallest": "0.44", "why": {"en": "x", "zh": "某"}}, result_of(-0.3, 0.5, scrutiny())
    )
    assert wide.word == "NOT SUPPORTED"
    assert lines(wide)[1] == "If effects of 0.433 or less mattered (now 0.440): UNDECIDED."


def test_a_supported_word_says_what_it_hangs_on() -> None:
    item = verdict(SIGN, result_of(0.1, 0.5, scrutiny()))
    assert lines(item) == ["If one of the conditions above were not passed: PARTLY."]


def test_alternatives_are_counted() -> None:
    principal = verdict(SIGN, result_of(0.1, 0.5, scrutiny()))
    others = [
        SimpleNamespace(word="UNDECIDED", standing="alternative", leans=1, p=0.5, panel=None) for _ in "abc"
    ]
    result: Any = SimpleNamespace(round_of=lambda name: round_of([principal, *others]))
    assert str(would_change(result, "X")[-1]) == "If 2 of 3 alternatives pointed the other way: PARTLY."


def measured(low: float, high: float, *conditions: Condition) -> Finding:
    """Return a measured quantity in the middle of its interval; the 90 % one is a sixth narrower."""
    middle, half = (low + high) / 2, (high - low) / 2
    found = Measured(
        quantity=verbatim("indirect effect"),
        value=middle,
        low=low,
        high=high,
        inner_low=middle - half / 1.2,
        inner_high=middle + half / 1.2,
        smallest=0.05,
        error=half / 2.0,
        df=30.0,
        conditions=conditions,
        sentence=verbatim("Measured."),
    )
    return Finding(measured=found)


def test_a_channel_is_read_by_its_own_cap() -> None:
    mediator = asked("mediator", verbatim("the mediator was randomised"), False)
    trends = Condition(
        key="trends", asks=verbatim("trends"), outcome="takes away", found=verbatim("nothing is left")
    )
    item = verdict({"name": "R-MED", "sign": "+"}, measured(0.1, 0.5, mediator, trends))
    assert item.word == "NOT SUPPORTED"
    assert lines(item) == [
        "If this alone were passed: trends: PARTLY.",
        "If all of this were passed: the mediator was randomised, trends: SUPPORTED.",
    ]


def test_a_rule_of_its_own_names_what_stands_in_the_way_and_where_it_turns() -> None:
    item = verdict(SIGN, result_of(0.1, 0.5, scrutiny()))
    item.word = "NOT SUPPORTED"  # as a rule that reads more than the interval may say
    turns = Condition(
        key="turns", asks=verbatim("turns"), outcome="printed", found=verbatim("at .5"), decides=False
    )
    item.conditions = (asked("bound", verbatim("the bound is cleared"), False), turns)
    assert lines(item) == ["What stands in the way of more: the bound is cleared.", "at .5"]


@pytest.mark.parametrize(
    ("word", "cap", "found"),
    [("SUPPORTED", "PARTLY", "PARTLY"), ("UNDECIDED", "PARTLY", "UNDECIDED"), ("PARTLY", "PARTLY", "PARTLY")],
)
def test_a_cap_lowers_only(word: Word, cap: Word, found: Word) -> None:
    assert worse(word, cap) == found

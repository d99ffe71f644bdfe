"""What a claim's page says to a reader who knows no statistics, word by word."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from panelkit.claims.findings import WORDS
from panelkit.claims.rounds import round_of
from panelkit.language.message import message, verbatim
from panelkit.report.lay import _MEANS, _STANDS, shown, three_sentences
from tests.claims.estimates import NUMBER, SIGN, result_of, scrutiny
from tests.report.test_turning import measured, verdict

WHERE = "In 5 provinces, 2016-2017, "


@pytest.mark.parametrize(
    ("rule", "low", "high", "options", "said", "zh"),
    [
        (SIGN, 0.1, 0.5, {}, "the two go together as claimed (slope 0.300), and still do", "依然如此"),
        (
            SIGN,
            0.1,
            0.5,
            {"trends": "takes away"},
            "at first sight (slope 0.300), but each province was",
            "乍看",
        ),
        (SIGN, 0.1, 0.5, {"leads": "takes away"}, "the following year's figure", "而原因不可能如此"),
        (
            SIGN,
            0.1,
            0.5,
            {"differences": "fails"},
            "but from one year to the next they hardly do",
            "几乎没有联系",
        ),
        (
            SIGN,
            0.1,
            0.5,
            {"path": "not computed"},
            "not every check can be made on so few",
            "部分检验无法进行",
        ),
        (
            SIGN,
            -0.3,
            0.5,
            {},
            "vary too much to show a link or its absence: it would have to be 0.400",
            "波动过大",
        ),
        (SIGN, -0.04, 0.05, {}, "no link is to be seen, and one of 0.0500 or more", "看不出联系"),
        (SIGN, -0.5, -0.1, {}, "the two go against each other (slope -0.300)", "反向变动"),
        (
            SIGN,
            -0.5,
            -0.1,
            {"path": "fails"},
            "lean the other way (slope -0.300), too weakly",
            "偏向相反方向",
        ),
        (NUMBER, -0.1, 0.3, {"inside": False}, "no link can be told from chance", "有别于偶然"),
        (NUMBER, 0.1, 0.5, {"inside": False}, "but not in the stated size", "大小与所称不符"),
    ],
)
def test_every_word_of_a_regression_has_its_sentence(
    rule: dict[str, Any], low: float, high: float, options: dict[str, Any], said: str, zh: str
) -> None:
    found = shown(verdict(rule, result_of(low, high, scrutiny(**options))))
    assert found.startswith(WHERE)
    assert said in found
    assert zh in found.text("zh")
    assert not any("a" <= letter <= "z" for letter in found.text("zh"))


def test_a_measure_is_its_number_and_how_it_stands() -> None:
    item = verdict({"name": "R-INEQ", "sign": "+"}, measured(0.1, 0.5))
    assert shown(item) == (
        "design: indirect effect 0.300, likely between 0.100 and 0.500; this is what is claimed, and every check holds."
    )


def test_a_formula_is_not_told_and_an_interval_without_width_is_none() -> None:
    found = measured(0.3, 0.3)
    assert found.measured is not None
    quantity = message("`{formula}` of the totals", formula="rd_basic / rd")
    found = replace(found, measured=replace(found.measured, quantity=quantity))
    item = verdict({"name": "R-INEQ", "sign": "+"}, found)
    assert shown(item) == "design: 0.300; this is what is claimed, and every check holds."


def test_every_word_has_its_meaning() -> None:
    assert set(_MEANS) == set(_STANDS) == set(WORDS)


def test_flags_become_caveats_and_parts_are_named() -> None:
    principal = verdict(SIGN, result_of(0.1, 0.5, scrutiny()), far=True)
    principal.flags = ("far_proxy", "provincial_analogue")
    principal.registered = SimpleNamespace(claim=SimpleNamespace(says=verbatim("More x, more y.")))
    part = verdict(SIGN, result_of(-0.3, 0.5, scrutiny()))
    part.standing = "part"
    result: Any = SimpleNamespace(
        of=lambda name: (principal, part),
        word_of=lambda name: "PARTLY",
        round_of=lambda name: round_of([principal, part]),
    )
    claimed, figures, means = (said for _, said in three_sentences(result, "X", "en"))
    assert claimed == "More x, more y."
    assert figures.count("design: In 5 provinces") == 2
    assert "That fits the sentence as far as it goes" in means
    assert "something else than the sentence names" in means
    assert "not of the firms" in means


def test_a_description_says_how_things_are_and_not_why() -> None:
    item = verdict({"name": "R-INEQ", "sign": "+"}, measured(0.1, 0.5))
    item.registered = SimpleNamespace(claim=SimpleNamespace(says=verbatim("x is uneven.")))
    result: Any = SimpleNamespace(
        of=lambda name: (item,), word_of=lambda name: item.word, round_of=lambda name: round_of([item])
    )
    means = three_sentences(result, "X", "en")[2][1]
    assert means.startswith("That is what the sentence says, for these provinces")
    assert "random" not in means

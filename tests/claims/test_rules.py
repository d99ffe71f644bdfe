"""Verdict rules, case by case."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from panelkit.claims.check import check
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Finding, Headline, Word, worst
from panelkit.claims.rules.description import description
from panelkit.claims.rules.judge import judge
from panelkit.claims.rules.magnitude import magnitude, uninformative
from panelkit.claims.rules.sign import sign
from panelkit.language.errors import SpecError
from panelkit.report.page import page
from panelkit.report.terminal import overview
from panelkit.studies.grid import GridResult


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.2, 0.5, "SUPPORTED"),
        (0.38, 0.5, "SUPPORTED"),
        (0.05, 0.3, "PARTLY"),
        (0.4, 0.6, "PARTLY"),
        (-0.1, 0.3, "NOT SUPPORTED"),
        (-0.1, 0.5, "NOT SUPPORTED"),
        (0.0, 0.5, "NOT SUPPORTED"),
        (-0.5, -0.1, "CONTRADICTED"),
        (-0.5, 0.0, "NOT SUPPORTED"),
    ],
)
def test_a_stated_number_is_judged_by_the_interval(low: float, high: float, word: Word) -> None:
    assert magnitude(0.38, low, high) == word
    assert magnitude(-0.38, -high, -low) == word


def test_an_interval_with_zero_and_the_number_is_uninformative() -> None:
    assert uninformative(0.38, -0.1, 0.5)
    assert not uninformative(0.38, -0.1, 0.3)
    assert not uninformative(0.38, 0.1, 0.5)


@given(
    claimed=st.floats(0.01, 10),
    low=st.floats(-10, 10, allow_subnormal=False),  # half of the smallest number is zero
    width=st.floats(0, 10),
    times=st.floats(0.01, 100),
)
def test_the_unit_of_the_number_does_not_matter(
    claimed: float, low: float, width: float, times: float
) -> None:
    high = low + width
    if (
        min(abs(claimed - low), abs(claimed - high)) < 1e-9 or 0.0 < min(abs(low), abs(high)) < 1e-300
    ):  # rounding may move the number over the end
        return
    scaled = magnitude(claimed * times, low * times, high * times)
    assert scaled == magnitude(claimed, low, high)


@pytest.mark.parametrize(
    ("claimed", "estimate", "p", "share", "word"),
    [
        (1, 0.3, 0.01, 0.9, "SUPPORTED"),
        (1, 0.3, 0.01, 0.8, "SUPPORTED"),
        (1, 0.3, 0.01, 0.79, "PARTLY"),
        (1, 0.3, 0.01, None, "PARTLY"),
        (1, -0.3, 0.01, 0.1, "CONTRADICTED"),
        (-1, -0.3, 0.01, 0.9, "SUPPORTED"),
        (1, 0.3, 0.05, 1.0, "NOT SUPPORTED"),
        (1, -0.3, 0.2, 0.0, "NOT SUPPORTED"),
        (1, 0.3, float("nan"), 1.0, "NOT SUPPORTED"),
    ],
)
def test_a_direction_is_judged_by_test_and_grid(
    claimed: int, estimate: float, p: float, share: float | None, word: Word
) -> None:
    assert sign(claimed, estimate, p, share) == word


@pytest.mark.parametrize(
    ("values", "relation", "word"),
    [
        ([9, 1, 1, 1, 1, 1], "<", "SUPPORTED"),
        ([1, 9, 1, 1, 1, 1], "<", "PARTLY"),
        ([9, 9, 9, 9, 9, 9], "<", "NOT SUPPORTED"),
        ([5, 5, 5, 5, 5], "<=", "SUPPORTED"),
        ([5, 5, 5, 5, 5], ">", "NOT SUPPORTED"),
        ([6, 6, 6, 5, 6], ">=", "SUPPORTED"),
    ],
)
def test_a_level_must_hold_in_each_of_the_last_five_years(
    values: list[float], relation: str, word: Word
) -> None:
    by_year = {2018 + place: float(value) for place, value in enumerate(values)}
    assert description(by_year, relation, 5.0) == word


def test_a_claim_is_no_better_than_its_worst_design() -> None:
    assert worst(["SUPPORTED", "PARTLY"]) == "PARTLY"
    assert worst(["NOT SUPPORTED", "CONTRADICTED", "SUPPORTED"]) == "CONTRADICTED"
    assert worst([]) is None


def _tested(low: float, high: float) -> Finding:
    head = Headline(
        term="x",
        estimate=(low + high) / 2,
        std_error=1.0,
        conf_low=-9.0,
        conf_high=9.0,
        p_value=0.9,
        wild_p=0.01,
        wild_low=low,
        wild_high=high,
        nobs=10,
        n_units=5,
        years="2016-2017",
        vcov="CRV3",
        convention="reghdfe",
    )
    return Finding(headline=head)


def test_the_wild_interval_decides_and_the_sentence_says_so_in_both_languages() -> None:
    judged = judge(rule_of({"name": "R-MAG", "value": "0.38"}), _tested(0.1, 0.5))
    assert judged.word == "SUPPORTED"
    assert "0.38" in judged.sentence
    assert "0.38" in judged.sentence.text("zh")
    assert judge(rule_of({"name": "R-MAG", "value": "0.38"}), _tested(-0.1, 0.5)).flags == ("uninformative",)


@pytest.mark.parametrize(
    ("shares", "word"),
    [({"x": 0.05, "z": 0.95}, "SUPPORTED"), ({"x": 0.049, "z": 0.951}, "PARTLY"), ({"x": 0.0}, "PARTLY")],
)
def test_a_treatment_must_carry_the_least_share_that_the_rule_names(
    shares: dict[str, float], word: Word
) -> None:
    grid = GridResult(table=pd.DataFrame(), share_same_sign=1.0, share_claim_inside=None)
    rule = rule_of({"name": "R-SIGN", "sign": "+", "least_share": "0.05"})
    judged = judge(rule, replace(_tested(0.1, 0.5), grid=grid, shares=shares))
    assert judged.word == word
    assert "Shapley" in judged.sentence
    assert "Shapley" in judged.sentence.text("zh")
    with pytest.raises(SpecError, match="no Shapley shares"):
        judge(rule, _tested(0.1, 0.5))


@pytest.mark.parametrize("wrong", [{"name": "R-RANK"}, {"name": "R-SIGN", "sign": "+", "least_share": "5"}])
def test_a_least_share_is_a_share_and_belongs_to_a_sign(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="least_share"):
        rule_of({"least_share": "0.05", **wrong})


def test_a_rule_that_cannot_read_the_result_is_refused() -> None:
    with pytest.raises(SpecError, match="R-RANK"):
        judge(rule_of({"name": "R-RANK"}), _tested(0.1, 0.5))


def test_a_level_other_than_95_is_the_level_that_is_said(claim_file: Callable[..., Path]) -> None:
    usual = check(claim_file())
    result = check(claim_file("seed = 7", 'seed = 7, level = "0.9"'))
    one, other = result.verdicts[0], usual.verdicts[0]
    assert "its 90 % interval" in one.reason
    assert "90%置信区间" in one.reason.text("zh")
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
            assert "95 %" not in text.replace("p10", "")
            assert "95%" not in text


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

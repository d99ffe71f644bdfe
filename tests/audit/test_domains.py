"""No repair puts a number where it cannot stand: counts are whole, errors positive, probabilities below one."""

from __future__ import annotations

import pytest

import panelkit as pk
from panelkit.audit.domains import possible
from panelkit.audit.relations import Operand
from tests.audit.by_hand import entry


@pytest.mark.parametrize(
    ("role", "printed", "meant", "can"),
    [
        ("nobs", "403", "-403", False),
        ("nobs", "403", "4.03", False),
        ("nobs", "403", "310", True),
        ("r2", "2.61", "0.61", True),
        ("r2", "2.61", "-2.61", False),
        ("r2", "61.2%", "62.1%", True),
        ("r2_adjusted", "0.02", "-0.02", True),
        ("sd", "5.6", "-5.6", False),
        ("hausman", "12.3", "-12.3", False),
        ("correlation", "0.92", "9.2", False),
        ("coefficient", "0.92", "-9.2", True),
        ("weight", "15.2", "51.2", True),
    ],
)
def test_a_number_can_stand_at_a_place(role: str, printed: str, meant: str, can: bool) -> None:
    assert possible(Operand(entry(role, printed)), entry(role, meant).number) is can


def test_errors_and_probabilities_have_a_domain_as_well() -> None:
    held = entry("coefficient", "0.5", se="0.1", p="0.02")
    assert not possible(Operand(held, 0), entry("coefficient", "-0.1").number)
    assert not possible(Operand(held, 1), entry("coefficient", "2.02").number)


def test_repairs_of_a_sample_are_samples() -> None:
    text = "变量 | (1)\nrd | 0.352*** (0.08)\nN | 403\n省份数 | 31\n年份数 | 10\nR2 | 0.61"
    found = pk.audit([[cell.strip() for cell in line.split("|")] for line in text.split("\n")])
    assert found.misprints
    assert not any("-" in one.would_be or "." in one.would_be for one in found.misprints)


def test_holes_outside_a_domain_are_no_repairs() -> None:
    rows = [["Equation", "Excluded", "chi2", "df", "Prob > chi2"], ["y", "fin", "8.412", "2", "0.515"]]
    found = pk.audit([*rows, ["y", "hc", "3.211", "2", "0.201"]])
    assert found.state == "decision"
    assert "0.015" in {one.would_be for one in found.misprints}


def test_a_number_beyond_all_others_does_not_keep_a_search_going() -> None:
    rows = [["变量", "(1)", "(2)"], ["rd", "0.254***", "0.238**"], ["", "(0.084)", "99999999999999999999"]]
    assert pk.audit([*rows, ["N", "330", "330"]]).tried

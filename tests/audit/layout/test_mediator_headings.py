"""A column headed by a mediator and its number is a column of coefficients, not a test of serial correlation."""

from __future__ import annotations

import pytest

import panelkit as pk
from panelkit.audit.vocabulary.statistics import statistic_of


@pytest.mark.parametrize("heading", ["M (2)", "M2", "M（1）", "m(2)"])
def test_a_mediator_is_no_test(heading: str) -> None:
    assert statistic_of(heading)[0] not in ("ar1", "ar2")


@pytest.mark.parametrize(
    ("label", "role"), [("m2", "ar2"), ("m1", "ar1"), ("AR(2)", "ar2"), ("m2 p值", "ar2")]
)
def test_the_tests_of_arellano_and_bond_are_still_read(label: str, role: str) -> None:
    assert statistic_of(label)[0] == role


def test_three_steps_headed_by_letters_are_read_as_coefficients() -> None:
    rows = "X,0.380*** (0.09),0.210*** (0.06),0.296*** (0.09)\nM,,,0.210*** (0.06)\nN,403,403,403\n"
    found = pk.audit(f"变量,Y (1),M (2),Y (3)\n{rows.replace('0.210*** (0.06)', '0.400*** (0.10)', 2)}")
    (table,) = (tried[0].table for tried in found.tried)
    assert len(table.of("coefficient", "path_a", "path_b", "total_effect", "direct_effect")) == 4
    assert found.count("decision") == 0

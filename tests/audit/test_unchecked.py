"""What was not checked is said with its reason; places and sentences of several tables name their table."""

from __future__ import annotations

from typing import Any

import pytest

import panelkit as pk
from panelkit.audit.result import Audit
from panelkit.audit.unchecked import ALONE, NOT_PRINTED, OPEN
from tests.reference import printed_table

SDM = (
    "variable,(1)\nx,0.213 (0.051)\nW×x,0.104 (0.083)\nρ,0.301 (0.072)\nDirect effect,0.225 (0.053)\n"
    "Indirect effect,0.229 (0.103)\nTotal effect,0.454 (0.121)\nN,248\nR2,0.41\n"
)
COUNTS = "variable,N,Mean,SD,Min,Max\nNumber of patents,{n},3.12,1.2,0,9\n"


def reasons(found: Audit) -> dict[str, str]:
    return {one.identity: str(one.why) for one in found.unchecked}


def test_an_identity_whose_numbers_are_not_printed_says_so() -> None:
    said = reasons(pk.audit(SDM))
    assert said["coordination-degree"] == str(NOT_PRINTED)
    assert said["reprinted"] == str(ALONE)
    assert "effects-sum" not in said


@pytest.mark.parametrize(
    ("identity", "facts"),
    [("observations", {"provinces": 31, "years": 8}), ("total-effect", {"row_standardised": True})],
)
def test_a_fact_that_is_missing_is_named_and_is_enough(identity: str, facts: dict[str, Any]) -> None:
    without: dict[str, Any] = {"row_standardised": False} if identity == "total-effect" else {}
    assert "asks for" in reasons(pk.audit(SDM, **without))[identity]
    assert identity not in reasons(pk.audit(SDM, **facts))


def test_numbers_that_their_roundings_leave_open_are_named_by_place() -> None:
    open_one = next(one for one in pk.audit(COUNTS.format(n=128)).unchecked if one.identity == "whole-means")
    assert (open_one.why, open_one.where) == (OPEN, "Number of patents · Mean / N")
    assert "whole-means" not in reasons(pk.audit(COUNTS.format(n=12)))


def test_numbers_in_no_check_are_counted() -> None:
    left = pk.audit(SDM).left
    assert left is not None
    assert str(left) == "1 of 8 printed numbers take part in no check: N"
    assert pk.audit("variable,(1)\nx,0.12*** (0.02)\n", brackets="se").left is None


def test_several_tables_are_told_apart() -> None:
    slip = SDM.replace("0.454", "0.545")
    found = pk.audit(SDM, slip)
    assert "[inconsistent] table 2, " in found.summary()
    assert all("table 2, " in str(said) for said in found.reconciling)
    assert {str(note)[:8] for note in found.notes} >= {"table 1,", "table 2,"}
    assert "table 1" not in pk.audit(slip).summary()
    assert "表2，" in found.summary(language="zh")


def test_one_row_is_not_one_of_one_rows() -> None:
    (said,) = pk.audit("variable,(1)\nx,0.12*** (0.08)\n", brackets="se").reconciling
    assert "reconcile the row that cannot be true as printed" in str(said)


def test_levels_of_stars_that_fit_as_well_are_told() -> None:
    # Resources Science 41(10) 2019, table 5 (part): .002* [.002] has no star where one star is 5 %
    found = pk.audit(printed_table("stars_against_errors.csv"))
    assert any("lnRS · SEM (0.002* (0.002))" in str(note) for note in found.notes)

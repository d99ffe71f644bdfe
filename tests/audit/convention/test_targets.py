"""What a user copies out of a paper becomes intervals of rounding; distances count printed digits."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.audit.convention.asked import read_target
from panelkit.audit.convention.distance import FARTHEST, distances
from panelkit.audit.convention.naming import term_named
from panelkit.audit.convention.target import R2, Target, Wanted


def test_brackets_of_unknown_meaning_are_of_one_kind() -> None:
    """All round brackets are errors, or all are t statistics; a negative one settles it."""
    target = read_target({"x": "0.380*** (0.094)", "z": "-0.12 (0.05)", "N": "403"})
    assert [tuple(one.kinds.values()) for one in target.readings] == [("error",), ("t",)]
    settled = read_target({"x": "0.380*** (4.04)", "z": "-0.12 (-2.31)"})
    assert len(settled.readings) == 1
    assert ("x", "t") in settled.slots
    assert ("x", "error") not in settled.slots
    assert len(read_target({"x": "0.1 (0.2)"}, "se").readings) == 1


def test_a_printed_number_is_everything_that_rounds_to_it() -> None:
    """Trailing zeros, four kinds of minus and full-width digits count."""
    low = {text: read_target({"x": text}).wanted[0].low for text in ("0.380", "0.38", "−0.380", "０.380")}
    assert low["0.380"] == pytest.approx(0.3795) == low["０.380"]
    assert low["0.38"] == pytest.approx(0.375)
    assert low["−0.380"] == pytest.approx(-0.3805)


def test_r2_may_be_any_of_five_and_statistics_are_known_in_both_languages() -> None:
    target = read_target({"R²": "0.43", "样本量": "1,234", "direct:x": "0.2 [1.1]"})
    assert target.wanted[0].kinds == R2
    assert target.wanted[1].kinds == ("nobs",)
    assert target.wanted[1].centre == 1234.0
    assert {one.kinds for one in target.wanted[2:]} == {("direct",), ("direct error", "direct t")}


@pytest.mark.parametrize("cell", [0.38, "n.s.", "0.1 [0.0, 0.2]", ">0.1"])
def test_what_is_no_printed_number_is_refused(cell: object) -> None:
    with pytest.raises(pk.SpecError, match="printed"):
        read_target({"x": cell})  # type: ignore[dict-item]


def test_nothing_printed_is_refused() -> None:
    with pytest.raises(pk.SpecError, match="no number"):
        read_target({})
    with pytest.raises(pk.SpecError, match="brackets"):
        read_target({"x": "0.1"}, "sd")


def test_distance_is_the_logarithm_of_the_miss_over_half_a_unit() -> None:
    """Zero up to the edge of rounding, one at ten half units, the farthest where there is no number."""
    target = Target((Wanted("x", "0.380", 0.3795, 0.3805, ("estimate",)),))
    values = np.array([[0.38], [0.3805], [0.385], [0.43], [np.nan]])
    assert distances(values, target).digits[:, 0] == pytest.approx([0.0, 0.0, 1.0, 2.0, FARTHEST])


def test_each_candidate_takes_the_reading_that_fits_it() -> None:
    target = Target((Wanted("x", "2.10", 2.095, 2.105, ("error", "t"), "("),))
    found = distances(np.array([[2.1, 9.0], [9.0, 2.1], [9.0, 9.0]]), target)
    assert found.reading[:2].tolist() == [0, 1]
    assert found.missed.tolist() == [0, 0, 1]


def test_order_is_by_number_missed_then_worst_then_steps() -> None:
    target = Target(tuple(Wanted(name, "1.0", 0.95, 1.05, ("estimate",)) for name in "ab"))
    values = np.array([[1.0, 9.0], [1.2, 1.2], [1.0, 1.0], [1.0, 1.0]])
    assert distances(values, target).order(np.array([0, 0, 2, 1])).tolist() == [3, 2, 0, 1]


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("lnx", "log(x)"),
        ("ln_x", "log(x)"),
        ("X", "log(x)"),
        ("log( x )", "log(x)"),
        ("补贴", "log(补贴)"),
        ("z", "z"),
    ],
)
def test_printed_names_are_terms_spelled_alike_or_their_logarithm(name: str, term: str) -> None:
    assert term_named(name, ["log(x)", "log(补贴)", "z"], {}) == term


def test_a_name_that_is_no_term_is_refused_with_the_remedy() -> None:
    with pytest.raises(pk.SpecError, match="names="):
        term_named("subsidy", ["log(x)", "z"], {})
    assert term_named("subsidy", ["log(x)", "z"], {"subsidy": "log( x )"}) == "log(x)"
    with pytest.raises(pk.SpecError, match="no term"):
        term_named("subsidy", ["log(x)"], {"subsidy": "y"})

"""Papers made by hand by least squares on dummies are named by the search; those of no candidate are not."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.printed_papers import by_dummies, texts
from tests.audit.convention.papers import FORMULA, TERMS, axes, panel, printed, search


def test_a_convention_is_found_with_what_prints_the_same() -> None:
    found = search(printed(panel()), panel())
    assert found.state == "found"
    assert {one["covariance"] for one in axes(found)} == {
        f"cluster unit, {name}" for name in ("reghdfe", "xtreg", "fixest")
    }
    assert found.chance is not None
    assert found.chance.share == 0.001
    assert found.choices == {"effects": "twoway", "covariance": "cluster unit, reghdfe"}


@pytest.mark.parametrize("errors", ["iid", "HC1", "lsdv"])
@pytest.mark.parametrize("brackets", ["se", "t"])
def test_covariances_are_told_apart_whatever_stands_in_brackets(errors: str, brackets: str) -> None:
    found = search(printed(panel(), brackets=brackets, errors=errors), panel())
    key = {"lsdv": "cluster unit, lsdv"}.get(errors, errors)
    assert found.hits
    assert axes(found)[0]["covariance"] == key
    assert ("log(x) t" in found.frame) == (brackets == "t")


@pytest.mark.parametrize("effects", ["unit", "time", "none"])
def test_effects_that_are_not_stated_are_found(effects: str) -> None:
    found = search(printed(panel(), effects=effects), panel(), effects=None)
    assert found.state == "found"
    assert axes(found)[0]["effects"] == effects


def test_a_window_and_a_unit_left_out_are_found_together() -> None:
    frame = panel()
    part = frame[(frame.index.get_level_values(1) >= 2014) & (frame.index.get_level_values(0) != "省03")]
    found = search(printed(part), frame, depth=2)
    assert found.state == "found"
    assert axes(found)[0] | {"window": "2014-2019", "units": "without 省03"} == axes(found)[0]
    assert found.ruled_out > 0


def test_versions_of_the_figures_controls_lags_and_logs_are_found() -> None:
    frame = panel()
    flat = frame.reset_index()
    other = frame.assign(y=frame["y"] * np.exp(0.2 * np.sin(np.arange(len(frame)))))
    found = search(printed(other), {"now": frame, "then": other})
    assert found.state == "found"
    assert axes(found)[0]["figures"] == "then"
    found = search(texts(by_dummies(flat, "log(y) ~ log(x) + log(z)"), TERMS, 4, "se"), frame)
    assert found.state == "found"
    assert axes(found)[0]["controls"] == "none"
    found = search(texts(by_dummies(flat, "y ~ log(x) + log(z) + w"), TERMS, 4, "se"), frame)
    assert found.state == "found"
    assert axes(found)[0]["logs"] == "outcome"
    lagged = [f"lag({label}, 1)" for label in (*TERMS, "w")]
    numbers = by_dummies(flat, "log(y) ~ " + " + ".join(lagged), terms=lagged[:2])
    found = search(texts(numbers, TERMS, 4, "se"), frame)
    assert found.state == "found"
    assert axes(found)[0]["lag"] == "all 1"


def test_a_paper_of_no_candidate_is_not_found() -> None:
    """A control that the figures do not hold: nothing prints the numbers, and nothing is said to."""
    frame = panel()
    flat = frame.reset_index()
    hidden = flat.assign(hidden=np.random.default_rng(1).normal(size=len(flat)) + np.log(flat["x"]))
    found = search(texts(by_dummies(hidden, FORMULA + " + hidden"), TERMS, 4, "se"), frame)
    assert found.state == "none"
    assert not found.hits
    assert found.chance is None
    assert len(found.matches) == 5


def test_few_digits_do_not_tell() -> None:
    """One coefficient with one decimal is printed by hundreds of candidates: chance gives that too."""
    found = search({"log(x)": "0.4"}, panel())
    assert found.state == "too few digits"
    assert found.chance is not None
    assert found.chance.share > 0.05


def test_ways_that_the_digits_do_not_tell_apart_are_several() -> None:
    found = search(printed(panel(), decimals=3), panel(), closest=2)
    if found.state == "several":
        assert len(found.hits) > 1
    looser = search({**printed(panel(), decimals=2), "R2": "0.4"}, panel())
    assert looser.state in ("several", "too few digits", "none")

"""Papers made by hand that the search once missed, or claimed to have found."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.printed_papers import by_dummies, texts
from panelkit.audit.convention.asked import read_target
from panelkit.language.errors import DataError, SpecError
from tests.audit.convention.papers import FORMULA, axes, panel, search


def test_an_error_of_zero_may_be_an_error_and_a_minus_makes_it_a_t() -> None:
    """0.000 rounds from -0.0005 too; that alone does not make it a t statistic."""
    kinds = {one.text: one.kinds for one in read_target({"x": "0.000 (0.000)", "z": "0.12 (0.05)"}).wanted}
    assert kinds["0.05"] == ("error", "t")
    signed = read_target({"x": "-0.00 (\u22120.00)", "z": "0.12 (0.05)"}).wanted
    assert [one.kinds for one in signed if one.text == "0.05"] == [("t",)]


def test_small_errors_printed_as_zero_do_not_hide_the_convention() -> None:
    frame = panel()
    frame = frame.assign(w=frame["w"] * 1e5)
    numbers = by_dummies(frame.reset_index(), FORMULA, terms=["log(x)", "log(z)", "w"])
    found = search(texts(numbers, ("log(x)", "log(z)", "w"), 3, "se"), frame)
    assert found.state == "found"
    assert found.choices == {"effects": "twoway", "covariance": "cluster unit, reghdfe"}


@pytest.mark.parametrize(
    ("formula", "key"),
    [
        ("log(y) ~ x + z + w", "regressors off"),
        ("log(y) ~ x + log(z) + w", "log(x)"),
        ("y ~ x + z + w", "none"),
    ],
)
def test_logarithms_are_taken_off_where_they_are_and_others_stay(formula: str, key: str) -> None:
    """The third regressor is no logarithm in the paper either, and has no logarithm: it is negative."""
    frame = panel()
    labels = formula.split("~")[1].replace(" ", "").split("+")
    numbers = by_dummies(frame.reset_index(), formula, terms=labels[:2])
    cells = texts(numbers, tuple(labels[:2]), 4, "se")
    own = dict(zip(("log(x)", "log(z)"), labels[:2], strict=True))
    found = search({name: cells[own.get(name, name)] for name in (*own, "N")}, frame)
    assert found.state == "found"
    assert axes(found)[0]["logs"] == key


def test_one_plus_x_where_zeros_are_and_plain_logarithms_elsewhere() -> None:
    frame = panel()
    frame.loc[frame.index[::17], "z"] = 0.0
    flat = frame.reset_index().assign(z=lambda rows: rows["z"] + 1.0)
    found = search(texts(by_dummies(flat, FORMULA), ("log(x)", "log(z)"), 4, "se"), frame)
    assert found.state == "found"
    assert axes(found)[0]["mistake"] == "log(1 + x) where zeros are"


def test_papers_of_a_hidden_control_in_two_decimals_are_no_province_of_two_names() -> None:
    """Thousands of slightly different samples fill the neighbourhood of their base; two decimals cannot tell them."""
    states = []
    for seed in (1, 6, 7, 9):  # of twelve those with more than one answer
        frame = panel(seed, units=31, periods=9)
        flat = frame.reset_index()
        rng = np.random.default_rng(seed)
        hidden = flat.assign(hidden=0.15 * np.log(flat["x"]) + rng.normal(size=len(flat)))
        terms = ("log(x)", "log(z)", "w")
        numbers = by_dummies(hidden, FORMULA + " + hidden", terms=list(terms))
        states.append(search(texts(numbers, terms, 2, "se"), frame, depth=2))
    assert sum(bool(one.hits) for one in states) >= 2
    assert not [
        one.choices for one in states if one.state in ("found", "several") and "mistake" in one.choices
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lags": "a"}, "lags is a list"),
        ({"lags": [-1]}, "lags is a list"),
        ({"samples": ["2012"]}, "pk.Sample"),
    ],
)
def test_options_of_another_kind_are_refused_with_an_example(options: dict[str, object], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        search({"log(x)": "0.300 (0.100)", "N": "104"}, panel(), **options)


@pytest.mark.parametrize("printed", [None, ["0.3"], "0.3"])
def test_printed_numbers_without_names_are_refused(printed: object) -> None:
    with pytest.raises(SpecError, match="printed gives names"):
        search(printed, panel())  # type: ignore[arg-type]


@pytest.mark.parametrize("change", ["one unit", "one period", "constant"])
def test_figures_that_identify_nothing_are_refused_with_what_it_takes(change: str) -> None:
    frame = panel()
    unit, year = (frame.index.get_level_values(at) for at in (0, 1))
    less = {
        "one unit": frame[unit == "省05"],
        "one period": frame[year == 2013],
        "constant": frame.assign(x=2.0),
    }[change]
    with pytest.raises(DataError, match="two units and two periods"):
        search({"log(x)": "0.300 (0.100)", "N": "104"}, less)

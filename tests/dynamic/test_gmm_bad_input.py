"""Dynamic GMM on panels and formulas that cannot be right: right, or one sentence that names what is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.dynamic.vector_panels import vector_panel

SPEC = pk.DifferenceGMM("y ~ lag(y, 1) + x | gmm(y, 2:3, collapse) + iv(x)")


def panel(n: int = 12, t: int = 7, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"c{i:02d}" for i in range(n)], range(2010, 2010 + t)], names=["city", "year"]
    )
    frame = pd.DataFrame({"x": rng.normal(size=n * t), "y": rng.normal(size=n * t)}, index=index)
    frame["y"] = frame["y"] + frame.groupby("city")["y"].shift(1, fill_value=0.0) * 0.5 + frame["x"]
    return frame


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y ~ lag(y, 1) + x | gmm(y, 4:2) + iv(x)", "lags 4 to 2: the nearer lag stands first: `2:4`"),
        ("y ~ lag(y, 1) + x | gmm(y) + iv(x)", "gmm.. without lags"),
        ("y ~ lag(y, 1) + x | gmm(y, 1:3) + iv(x)", "lag 1 of the outcome moves with the changes"),
        ("y ~ lag(y, 1) + x | gmm(lag(y, 1), 0:3) + iv(x)", "lag 1 of the outcome moves with the changes"),
        ("y ~ lag(y, 1) + x | gmm(lead(y, 1), 2:3) + iv(x)", "lag 1 of the outcome moves with the changes"),
        ("log(y) ~ lag(log(y), 1) + x | gmm(y, 1:3) + iv(x)", "lag 1 of the outcome moves with the changes"),
        (
            "y ~ lag(y, 1) + x | gmm(y, 2:3) + gmm(y, 1, level)",
            "moves with their errors; its first valid lag is 2",
        ),
        ("y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x + lag(y, 1))", "reads the outcome nearer than lag 2"),
        ("y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x:y)", "reads the outcome nearer than lag 2"),
        ("y ~ lag(y, 1) + x | iv(x) | iv(x)", "a second bar"),
        ("y ~ lag(y, 1) + x | foo(y, 2)", "`foo` does not fit here"),
        ("y ~ lag(y, 1) + x |", "the formula ends here"),
        ("y ~ lag(y, 1) + x | gmm(y, 2:3", "close the call"),
        ("y ~ lag(y, 1) + x | gmm(y, 2.5:3)", "whole numbers"),
        ("y ~ lag(y, 1) + x | gmm(y, 2:3, full)", "an option `full` that `gmm` does not have"),
        ("y ~ lag(y, 1) + x | gmm(y:x, 2:3)", "gmm.. takes numbers"),
        ("y ~ lag(y, 1) + x | gmm(__import__, 2)", "two underscores"),
        ("y ~ x", "no lag of `y` among its regressors"),
        ("y ~ lag(y, 1) + lag(y, 1):x", "they read `y`, and cannot be instruments"),
        ("log(y) ~ lag(y, 1) + x", "no lag of `log.y.` among its regressors"),
        ("y ~ 1", "has no regressor"),
    ],
)
def test_formulas_are_refused_where_they_are_written(formula: str, said: str) -> None:
    for kind in (pk.DifferenceGMM, pk.SystemGMM):
        with pytest.raises(pk.SpecError, match=said):
            kind(formula)


@pytest.mark.parametrize("instruments", ["gmm(x, 1:2, level)", "iv(x, level)"])
def test_a_difference_gmm_has_no_levels_to_instrument(instruments: str) -> None:
    formula = f"y ~ lag(y, 1) + x | gmm(y, 2:3) + {instruments}"
    with pytest.raises(pk.SpecError, match="DifferenceGMM has no level equation"):
        pk.DifferenceGMM(formula)
    pk.SystemGMM(formula)


def test_a_column_of_the_outcome_may_be_predetermined() -> None:
    pk.DifferenceGMM("log(y / pop) ~ lag(log(y / pop), 1) | gmm(log(y / pop), 2:3) + gmm(log(pop), 1:2)")


@pytest.mark.parametrize("kind", [pk.DifferenceGMM, pk.SystemGMM])
def test_lags_beyond_the_panel_are_named(kind: Any) -> None:
    with pytest.raises(pk.DataError, match="no row holds `x` 40 years before it: the panel has 7"):
        kind("y ~ lag(y, 1) + x | gmm(y, 2:3) + gmm(x, 40:50)").fit(panel())


@pytest.mark.parametrize("transform", ["differences", "fod"])
def test_one_unit_is_too_few(transform: Any) -> None:
    with pytest.raises(pk.DataError, match="1 of 1 units hold .* of two units at least"):
        replace(SPEC, transform=transform).fit(panel(1))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("transform", "within"),
        ("steps", 3),
        ("steps", True),
        ("collapse", 1),
        ("h", 4),
        ("singular", "drop"),
        ("small", "yes"),
    ],
)
def test_options_are_refused_by_name(option: str, value: Any) -> None:
    with pytest.raises(pk.SpecError, match=f"{option} is "):
        replace(SPEC, **{option: value})


def test_ranges_of_lags_are_their_lags() -> None:
    data = panel()
    one = pk.DifferenceGMM("y ~ lag(y, 1:2) + lag(x, 0:1) | gmm(y, 2:4) + iv(lag(x, 0:1))").fit(data)
    other = pk.DifferenceGMM(
        "y ~ lag(y, 1) + lag(y, 2) + x + lag(x, 1) | gmm(y, 2:4) + iv(x + lag(x, 1))"
    ).fit(data)
    assert one.terms == other.terms == ("lag(y, 1)", "lag(y, 2)", "x", "lag(x, 1)")
    np.testing.assert_array_equal(one.estimates, other.estimates)
    with pytest.raises(pk.SpecError, match=r"`lag\(x, 1:3\)` is a term of its own"):
        pk.DifferenceGMM("y ~ I(lag(y, 1:2) + x)")


def test_names_in_backticks_pass() -> None:
    data = panel().rename(columns={"y": "产 出", "x": "投入|年"})
    fit = pk.DifferenceGMM("`产 出` ~ lag(`产 出`, 1) + `投入|年` | gmm(`产 出`, 2:3) + iv(`投入|年`)").fit(
        data
    )
    assert fit.nobs == 12 * 5


def test_gaps_cost_changes_and_all_gaps_are_refused() -> None:
    data = panel()
    year = data.index.get_level_values("year")
    holed = data[~((data.index.get_level_values("city") == "c03") & (year == 2013))]
    assert SPEC.fit(holed).nobs == 12 * 5 - 3
    assert replace(SPEC, transform="fod").fit(holed).nobs == 12 * 5 - 2
    with pytest.raises(pk.DataError, match="no row|complete|neighbouring"):
        SPEC.fit(data[year % 2 == 0])
    pairs = data[(year % 3 != 0)]  # two years held, one not: no lag beside a change
    with pytest.raises(pk.DataError, match="0 of 12 .*two complete rows in neighbouring years"):
        SPEC.fit(pairs)


def test_a_panel_too_short_for_its_lags_is_refused() -> None:
    short = panel(t=4)
    spec = replace(SPEC, formula="y ~ lag(y, 1) + x | gmm(y, 4:5) + iv(x)")
    with pytest.raises(
        pk.DataError, match=r"`gmm\(y, 4:5\)`: no row holds `y` 4 years before it: the panel has 4"
    ):
        spec.fit(short)
    with pytest.raises(pk.DataError):
        SPEC.fit(panel(t=2))


def test_more_moments_than_units_are_said_and_two_steps_refused() -> None:
    data = panel(n=8, t=9)
    many = replace(SPEC, formula="y ~ lag(y, 1) + x | gmm(y, 2:) + iv(x)")
    one = many.fit(data)
    assert any("more instruments (29) than clusters (8)" in note for note in one.notes)
    assert not one.hansen.applicable
    assert "29" in str(one.hansen.reason)
    with pytest.raises(pk.SpecError, match=r"two-step weight is singular: 29 moments, 8 units"):
        replace(many, steps=2).fit(data)
    forced = replace(many, steps=2, singular="pinv").fit(data)
    assert any("generalised inverse was asked for" in note for note in forced.notes)


def test_fewer_instruments_than_coefficients_are_refused_by_name() -> None:
    spec = replace(SPEC, formula="y ~ lag(y, 1) + x | gmm(y, 2, collapse)")
    with pytest.raises(pk.SpecError, match=r"do not identify"):
        spec.fit(panel())


def test_columns_that_do_not_vary_are_refused_by_name() -> None:
    data = panel().assign(one=3.0, size=lambda d: d.groupby("city")["x"].transform("mean") * 1e6)
    with pytest.raises(pk.SpecError, match=r"`gmm\(one, 1:2\)`: `one` never varies"):
        replace(SPEC, formula="y ~ lag(y, 1) + x | gmm(y, 2:3) + gmm(one, 1:2) + iv(x)").fit(data)
    with pytest.raises(pk.SpecError, match="`size`: no variation over time"):
        replace(SPEC, formula="y ~ lag(y, 1) + size | gmm(y, 2:3) + iv(size)").fit(data)
    with pytest.raises(pk.SpecError, match=r"`iv\(size\)` does not vary over time"):
        replace(SPEC, formula="y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x + size)").fit(data)
    fit = pk.SystemGMM("y ~ lag(y, 1) + x + size | gmm(y, 2:3, collapse) + iv(x) + iv(size, level)").fit(data)
    assert "size" in fit.terms


def test_instruments_that_are_all_zero_are_refused() -> None:
    data = panel().assign(late=lambda d: (d.index.get_level_values("year") == 2016) * 1.0)
    with pytest.raises(pk.DataError, match=r"`gmm\(late, 1:2\)`: no row holds"):
        replace(SPEC, formula="y ~ lag(y, 1) + x | gmm(y, 2:3) + gmm(late, 1:2) + iv(x)").fit(data)


def test_an_explosive_root_is_said() -> None:
    rng = np.random.default_rng(4)
    data = panel(n=30)
    wide = np.cumprod(np.full(7, 1.3))[None, :] * (5.0 + rng.normal(size=(30, 1))) + 0.1 * rng.normal(
        size=(30, 7)
    )
    fit = pk.DifferenceGMM("y ~ lag(y, 1) | gmm(y, 2:3, collapse)").fit(data.assign(y=wide.ravel()))
    assert fit.params["lag(y, 1)"] > 1.0
    assert fit.bounds is not None
    assert fit.bounds.root > 1.0
    assert any("the estimated path explodes" in note for note in fit.notes)


def test_missing_rows_of_instruments_leave_with_the_reason() -> None:
    data = panel().assign(z=lambda d: d["x"] ** 2)
    data.loc[("c04", 2013), "z"] = np.nan
    fit = replace(SPEC, formula="y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x + z)").fit(data)
    assert fit.nobs == 12 * 5 - 2
    assert fit.dropped["reason"].astype(str).str.contains("z").any()


def test_clusters_hold_whole_units() -> None:
    data = panel().assign(half=lambda d: (d.index.get_level_values("year") > 2012) * 1, one=1)
    with pytest.raises(pk.SpecError, match="cluster='half': c00.* lie in more than one"):
        replace(SPEC, cluster="half").fit(data)
    with pytest.raises(pk.SpecError, match="cluster='one' holds one value only"):
        replace(SPEC, cluster="one").fit(data)
    with pytest.raises(pk.SpecError, match="cluster='year': moments are summed over whole units"):
        replace(SPEC, cluster="year").fit(data)


def test_predictions_are_refused_with_the_reason() -> None:
    fit = SPEC.fit(panel())
    for ask in (fit.predict, lambda: fit.fitted):
        with pytest.raises(pk.SpecError, match="predictions are of"):
            ask()
    with pytest.raises(pk.SpecError):
        pk.predict(fit)
    with pytest.raises(pk.PanelkitError):
        fit.with_vcov(pk.CRV3())


def test_large_means_and_trends_cost_no_digits() -> None:
    """A level of 1e6 and a trend that all units share leave the coefficients of changes with period effects."""
    data = panel(n=20)
    spec = replace(SPEC, time_effects=True)
    plain = spec.fit(data)
    trend = 1e6 + 50.0 * (data.index.get_level_values("year") - 2010.0)
    moved = spec.fit(data.assign(x=data["x"] + trend))
    np.testing.assert_allclose(moved.params["x"], plain.params["x"], rtol=1e-7)
    np.testing.assert_allclose(moved.std_errors["lag(y, 1)"], plain.std_errors["lag(y, 1)"], rtol=1e-7)


def test_the_level_of_the_outcome_costs_no_digits_beside_period_effects() -> None:
    """Lags of y plus a constant span, with period dummies, what lags of y do."""
    data = panel(n=20)
    spec = replace(SPEC, formula="y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x)", time_effects=True)
    plain, moved = spec.fit(data), spec.fit(data.assign(y=data["y"] + 1e6))
    np.testing.assert_allclose(moved.estimates, plain.estimates, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(moved.std_errors, plain.std_errors, rtol=1e-6)


@pytest.mark.parametrize("steps", [1, 2])
def test_a_system_holds_its_digits_at_any_level_beside_period_effects(steps: Any) -> None:
    """What is left is the rounding of the data at their level."""
    data = panel(n=40)
    spec = pk.SystemGMM("y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x)", steps=steps, time_effects=True)
    plain = spec.fit(data)
    for level in (1e4, 1e6, 1e9):
        moved = spec.fit(data.assign(y=data["y"] + level))
        np.testing.assert_allclose(moved.estimates[:2], plain.estimates[:2], rtol=1e-15 * level + 1e-9)
        np.testing.assert_allclose(
            moved.std_errors["lag(y, 1)"], plain.std_errors["lag(y, 1)"], rtol=1e-15 * level + 1e-9
        )
        np.testing.assert_allclose(moved.hansen.statistic, plain.hansen.statistic, rtol=1e-15 * level + 1e-9)


def test_an_exact_model_has_no_tests_and_no_second_step() -> None:
    data = panel(n=10)
    wide, x = np.zeros((10, 7)), data["x"].to_numpy().reshape(10, 7)
    for t in range(7):
        wide[:, t] = (0.5 * wide[:, t - 1] if t else 0.0) + x[:, t] + np.arange(10.0)
    data = data.assign(y=wide.ravel())
    fit = SPEC.fit(data)
    np.testing.assert_allclose(fit.estimates, [0.5, 1.0], rtol=1e-9)
    assert not any(test.applicable for test in (*fit.serial, fit.sargan, fit.hansen))
    assert any("standard errors are rounding" in note for note in fit.notes)
    with pytest.raises(pk.SpecError, match="no residuals"):
        replace(SPEC, steps=2).fit(data)


def test_period_dummies_stand_once() -> None:
    spec = replace(SPEC, formula="y ~ lag(y, 1) + C(year) | gmm(y, 2:3) + iv(C(year))", time_effects=True)
    with pytest.raises(pk.SpecError, match="time_effects=True adds them again"):
        spec.fit(panel())


def test_text_and_infinite_cells_are_refused_by_name() -> None:
    data = panel()
    data.loc[("c01", 2011), "x"] = np.inf
    with pytest.raises(pk.DataError, match="`x` is infinite"):
        SPEC.fit(data)
    with pytest.raises(pk.DataError, match="x"):
        SPEC.fit(panel().assign(x="much"))


@pytest.mark.parametrize("estimator", [pk.DifferenceGMM, pk.SystemGMM])
def test_two_units_that_mirror_each_other_are_refused(estimator: Any) -> None:
    data = vector_panel(4, units=2)
    with pytest.raises(pk.SpecError, match="two provinces mirror each other after the effects of years"):
        estimator("a ~ lag(a)", time_effects=True).fit(data)
    assert estimator("a ~ lag(a)", time_effects=False).fit(data).std_errors.iloc[0] > 1e-6

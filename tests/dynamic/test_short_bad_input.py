"""What panels can do to estimators of dynamics: right, or one error that names unit, period, column and remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.dynamic.short_panels import FORMULA, dynamic_panel, with_gaps

ESTIMATORS: dict[str, Any] = {
    "moments": pk.AdjustedMoments,
    "lsdvc": pk.BiasCorrectedLSDV,
    "half-panel": pk.HalfPanelJackknife,
    "likelihood": pk.TransformedLikelihood,
}
NO_ROOT = 11  # a seed whose panel leaves the moments without a root
every = pytest.mark.parametrize("key", ESTIMATORS)
unbalanced = pytest.mark.parametrize("key", [key for key in ESTIMATORS if key != "likelihood"])


def fitted(key: str, frame: Any, formula: str = FORMULA, **options: Any) -> Any:
    return ESTIMATORS[key](formula, **options).fit(frame)


@every
def test_panels_too_short_are_refused(key: str) -> None:
    with pytest.raises(pk.DataError, match="the only one of its unit or year"):
        fitted(key, dynamic_panel(12, 1))
    if key in ("half-panel", "likelihood"):
        with pytest.raises(pk.DataError, match="too few"):
            fitted(key, dynamic_panel(12, 2))


@every
def test_lags_that_eat_every_period_are_named(key: str) -> None:
    with pytest.raises(pk.DataError, match=r"no complete row is left.*lag\(y, 4\)"):
        fitted(key, dynamic_panel(12, 3), "y ~ lag(y, 4) + x")


@every
def test_every_second_year_has_no_lag(key: str) -> None:
    frame = dynamic_panel(12, 8)
    with pytest.raises(pk.DataError, match=r"missing: lag\(y, 1\)"):
        fitted(key, frame[frame.index.get_level_values(1) % 2 == 0])


@every
def test_units_of_one_row_leave_with_the_reason(key: str) -> None:
    frame = dynamic_panel(14, 8, seed=2)
    for kept in ((2003,), (2007, 2008)):
        alone = frame[
            (frame.index.get_level_values(0) != "u001") | frame.index.get_level_values(1).isin(kept)
        ]
        fit = fitted(key, alone)
        without = fitted(key, frame.drop("u001", level=0))
        np.testing.assert_allclose(fit.estimates, without.estimates, rtol=1e-6)
        np.testing.assert_allclose(fit.std_errors, without.std_errors, rtol=1e-5)
        assert "u001" in set(fit.dropped.iloc[:, 0])


@every
@pytest.mark.parametrize(
    ("column", "said"),
    [("by unit", "`x`: no variation is left"), ("by year", "`x`: no variation is left"), ("twice", "`z`")],
)
def test_regressors_without_variation_are_named(key: str, column: str, said: str) -> None:
    frame = dynamic_panel(12, 8)
    if column == "twice":
        frame = frame.assign(z=2.0 * frame.x)
    else:
        level = 0 if column == "by unit" else 1
        frame = frame.assign(x=frame.x.groupby(level=level).transform("mean"))
    with pytest.raises(pk.SpecError, match=said):
        fitted(key, frame, f"{FORMULA} + z" if column == "twice" else FORMULA)


@every
def test_a_regressor_that_the_outcome_is_made_of_is_refused(key: str) -> None:
    frame = dynamic_panel(12, 8)
    with pytest.raises(pk.SpecError, match="reproduce the outcome `y` exactly"):
        fitted(key, frame.assign(x=3.0 * frame.y))


@every
def test_what_one_unit_alone_shows_is_refused_by_the_jackknife(key: str) -> None:
    frame = dynamic_panel(12, 8)
    own = frame.assign(x=frame.x.where(frame.index.get_level_values(0) == "u005", 0.0))
    with pytest.raises(pk.SpecError, match="without u005 nothing tells `x`"):
        fitted(key, own)


@every
def test_explosive_estimates_are_said(key: str) -> None:
    rng, y = np.random.default_rng(1), np.zeros((14, 9))
    y[:, 0] = rng.normal(size=14)
    for t in range(1, 9):
        y[:, t] = 1.3 * y[:, t - 1] + rng.normal(size=14)
    frame = dynamic_panel(14, 8).assign(y=y.ravel())
    fit = fitted(key, frame)
    assert fit.estimates[0] > 1.0
    assert not fit.stable
    assert any("explosive: its largest root is 1." in note for note in fit.notes)
    assert any("爆炸性" in note.text("zh") for note in fit.notes)
    calm = fitted(key, dynamic_panel(14, 8, rho=0.2))
    assert calm.stable
    assert not any("explosive" in note for note in calm.notes)


def test_no_root_is_no_convergence() -> None:
    with pytest.raises(pk.ConvergenceError, match="no root: .* of the adjustment.*HalfPanelJackknife"):
        fitted("moments", dynamic_panel(12, 3, rho=1.0, seed=NO_ROOT))


@unbalanced
def test_order_of_rows_and_labels_do_not_matter_beside_gaps(key: str) -> None:
    frame = with_gaps(dynamic_panel(14, 9, seed=4))
    fit = fitted(key, frame)
    mixed = frame.iloc[np.random.default_rng(2).permutation(len(frame))].reset_index()
    mixed = mixed.assign(unit="城" + mixed["unit"].str[::-1], year=(mixed["year"] + 7).astype(str))
    other = ESTIMATORS[key](FORMULA).fit(mixed, unit="unit", time="year")
    np.testing.assert_allclose(other.estimates, fit.estimates, rtol=1e-8)
    np.testing.assert_allclose(other.std_errors, fit.std_errors, rtol=1e-6)


@unbalanced
def test_a_year_that_all_lack_is_a_gap_of_all(key: str) -> None:
    """Two years lose their row, that of the gap and the one after; lags do not reach across."""
    frame = dynamic_panel(14, 9, seed=4)
    fit = fitted(key, frame[frame.index.get_level_values(1) != 2005])
    assert fit.facts["nobs"] == 14 * 7


@every
def test_scales_and_levels_do_not_matter(key: str) -> None:
    frame = dynamic_panel(14, 8, seed=6)
    fit = fitted(key, frame)
    other = fitted(key, frame.assign(y=frame.y * 1e6 + 1e8, x=frame.x * 1e-6 + 5.0))
    scale = np.array([1.0, 1e12])
    np.testing.assert_allclose(other.estimates, fit.estimates * scale, rtol=1e-6)
    np.testing.assert_allclose(other.std_errors, fit.std_errors * scale, rtol=1e-5)
    assert other.facts["largest root"] == pytest.approx(fit.facts["largest root"], rel=1e-6)


@every
def test_columns_of_other_kinds(key: str) -> None:
    frame = dynamic_panel(14, 8, seed=6)
    expected = fitted(key, frame).estimates
    np.testing.assert_array_equal(fitted(key, frame.astype(object)).estimates, expected)
    marks = frame.assign(x=frame.x > 0)
    np.testing.assert_array_equal(fitted(key, marks).estimates, fitted(key, marks.astype(float)).estimates)
    spoiled = frame.copy()
    spoiled.loc[("u000", 2003), "x"] = np.inf
    with pytest.raises(pk.DataError, match=r"column `x` is infinite in u000 2003"):
        fitted(key, spoiled)
    with pytest.raises(pk.DataError, match=r"u003 2004"):
        fitted(key, pd.concat([frame, frame.loc[[("u003", 2004)]]]))


@every
def test_rows_outside_where_lend_their_lags(key: str) -> None:
    frame = dynamic_panel(14, 9, seed=7)
    fit = fitted(key, frame, where="year >= 2003")
    cut = fitted(key, frame[frame.index.get_level_values(1) >= 2002])
    np.testing.assert_allclose(fit.estimates, cut.estimates, rtol=1e-7)
    np.testing.assert_allclose(fit.std_errors, cut.std_errors, rtol=1e-6)


@every
def test_predictions_are_of_the_rows_that_entered(key: str) -> None:
    frame = dynamic_panel(12, 8)
    fit = fitted(key, frame)
    e = fit.predict(kind="e")
    np.testing.assert_allclose(e.groupby(level=0).sum(), 0.0, atol=1e-9)
    np.testing.assert_allclose(e.groupby(level=1).sum(), 0.0, atol=1e-9)
    lagged = frame.y.groupby(level=0).shift(1).dropna()
    xb = fit.estimates[0] * lagged + fit.estimates[1] * frame.x.loc[lagged.index]
    np.testing.assert_allclose(fit.predict(kind="xb"), xb, rtol=1e-12)
    with pytest.raises(pk.SpecError, match="predictions are of the rows that entered"):
        fit.predict(frame)
    with pytest.raises(pk.SpecError, match="kind is one of"):
        fit.predict(kind="u")


def test_the_long_run_is_a_combination() -> None:
    fit = fitted("moments", dynamic_panel(31, 9))
    found = fit.combine("x / (1 - `lag(y, 1)`)")
    assert found.estimates[0] == pytest.approx(fit.estimates[1] / (1.0 - fit.estimates[0]))


@pytest.mark.parametrize("key", ["moments", "half-panel"])
def test_a_range_of_lags_is_its_terms(key: str) -> None:
    frame = dynamic_panel(20, 9)
    short, long = "y ~ lag(y, 1:2) + x", "y ~ lag(y, 1) + lag(y, 2) + x"
    pd.testing.assert_series_equal(fitted(key, frame, short).params, fitted(key, frame, long).params)
    table = pk.compare_dynamic(short, frame, estimators=["pooled", "within", "half-panel", "difference-gmm"])
    assert not table.failed
    assert list(table.lags.terms) == ["lag(y, 1)", "lag(y, 2)"]


def test_trends_of_units_need_the_errors_that_leave_no_unit_out() -> None:
    frame = dynamic_panel(12, 9)
    with pytest.raises(pk.SpecError, match="HalfPanelJackknife with errors='cluster'"):
        fitted("moments", frame, FORMULA + " + C(unit):year")
    assert np.isfinite(
        fitted("half-panel", frame, FORMULA + " + C(unit):year", errors="cluster").std_errors
    ).all()

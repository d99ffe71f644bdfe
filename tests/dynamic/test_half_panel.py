"""The half-panel jackknife from fits of its halves, their weights where the number of periods is odd, its errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.dynamic.short_panels import FORMULA, dynamic_panel, with_gaps


def within(frame: Any, effects: Any, where: str | None = None) -> Any:
    return pk.FixedEffects(FORMULA, effects, where=where).fit(frame).estimates


@pytest.mark.parametrize("effects", ["unit", "twoway"])
@pytest.mark.parametrize("gaps", [False, True])
def test_an_even_number_of_periods(effects: Any, gaps: bool) -> None:
    frame = dynamic_panel(15, 8, seed=3)
    frame = with_gaps(frame) if gaps else frame
    fit = pk.HalfPanelJackknife(FORMULA, effects).fit(frame)
    halves = [within(frame, effects, where) for where in ("year <= 2004", "year > 2004")]
    expected = 2 * within(frame, effects) - (halves[0] + halves[1]) / 2
    np.testing.assert_allclose(fit.estimates, expected, rtol=1e-9)
    assert fit.facts["halves of the sample"] == "2001-2004, 2005-2008" or gaps


def test_an_odd_number_of_periods_is_cut_both_ways() -> None:
    """Weights T1/T and T2/T take the bias of order 1/T off whole: B/T1 T1/T + B/T2 T2/T = 2B/T."""
    frame = dynamic_panel(15, 9, seed=3)
    fit = pk.HalfPanelJackknife(FORMULA).fit(frame)
    by_cut = []
    for last, count in ((2004, 4), (2005, 5)):
        parts = [within(frame, "twoway", where) for where in (f"year <= {last}", f"year > {last}")]
        by_cut.append((count * parts[0] + (9 - count) * parts[1]) / 9)
    expected = 2 * within(frame, "twoway") - (by_cut[0] + by_cut[1]) / 2
    np.testing.assert_allclose(fit.estimates, expected, rtol=1e-9)


@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_units_leave_every_regression(effects: Any) -> None:
    frame = with_gaps(dynamic_panel(12, 9, seed=6))
    spec = pk.HalfPanelJackknife(FORMULA, effects)
    fit = spec.fit(frame)
    exact = np.array([spec.fit(frame.drop(u, level=0)).estimates for u in frame.index.unique(0)])
    np.testing.assert_allclose(fit.leave_one_out().to_numpy(), exact, rtol=1e-7)
    gaps = exact - fit.estimates
    np.testing.assert_allclose(fit.covariance, gaps.T @ gaps * 11 / 12, rtol=1e-7)


def test_influences_are_derivatives_by_the_weight_of_a_unit() -> None:
    """Rows of a unit that count 1 + h: the change of the estimate over h, from least squares on dummies."""
    frame = dynamic_panel(8, 6, seed=2)
    fit = pk.HalfPanelJackknife(FORMULA, "unit", errors="cluster").fit(frame)
    step, rows = 1e-5, frame.assign(lagged=frame.y.groupby(level=0).shift(1)).dropna()

    def jackknifed(weights: Any) -> Any:
        found = []
        for low, high, share in ((2001, 2006, 2.0), (2001, 2003, -0.5), (2004, 2006, -0.5)):
            part = rows[(rows.index.get_level_values(1) >= low) & (rows.index.get_level_values(1) <= high)]
            W = part[["lagged", "x"]] - part[["lagged", "x"]].groupby(level=0).transform("mean")
            root = np.sqrt(weights[pd.factorize(part.index.get_level_values(0))[0]])[:, None]
            found.append(
                share * np.linalg.lstsq(root * W.to_numpy(), root[:, 0] * part.y.to_numpy(), rcond=None)[0]
            )
        return sum(found)

    units = len(frame.index.unique(0))
    influence = np.array(
        [(jackknifed(1 + step * e) - jackknifed(1 - step * e)) / (2 * step) for e in np.eye(units)]
    )
    np.testing.assert_allclose(fit.covariance, influence.T @ influence * units / (units - 1), rtol=1e-5)


def test_trends_of_units_are_taken() -> None:
    frame = dynamic_panel(10, 12, seed=4)
    fit = pk.HalfPanelJackknife(f"{FORMULA} + C(unit):year", "unit", errors="cluster").fit(frame)
    assert np.isfinite(fit.estimates).all()
    with pytest.raises(pk.SpecError, match="gives every unit a slope.*HalfPanelJackknife"):
        pk.AdjustedMoments(f"{FORMULA} + C(unit):year", "unit").fit(frame)


def test_halves_too_short_or_without_variation_are_refused() -> None:
    with pytest.raises(pk.DataError, match="3 years with their lags are too few for two halves"):
        pk.HalfPanelJackknife(FORMULA).fit(dynamic_panel(10, 3))
    frame = dynamic_panel(10, 8)
    early = frame.assign(x=frame.x.where(frame.index.get_level_values(1) <= 2004, 0.0))
    with pytest.raises(pk.SpecError, match="the half 2005-2008 alone does not carry the regression: `x`"):
        pk.HalfPanelJackknife(FORMULA).fit(early)


def test_units_missing_from_a_half_are_named() -> None:
    frame = dynamic_panel(10, 8)
    late = frame.drop(index=[("u004", year) for year in range(2000, 2004)])
    fit = pk.HalfPanelJackknife(FORMULA).fit(late)
    assert any("u004 hold fewer than two rows in a half" in note for note in fit.notes)

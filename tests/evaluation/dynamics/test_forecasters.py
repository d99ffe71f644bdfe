"""Forecasters of the contest: published numbers, exact systems, and NaN where there is no forecast."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.dynamics import forecasters
from panelkit.evaluation.dynamics.trajectories import exact_path
from panelkit.language.errors import SpecError
from panelkit.language.register import entries

LIU = np.array([2.874, 3.278, 3.337, 3.390, 3.679])
SYSTEM = np.array([[0.5, -0.4, 0.1], [0.3, -0.2, 0.05]])


def two(times: np.ndarray) -> np.ndarray:
    starts = ([0.2, 0.3], [0.5, 0.1], [0.1, 0.6])
    return np.stack([exact_path(np.array(one), SYSTEM, times) for one in starts])


def test_grey_forecast_of_the_textbook() -> None:
    history = np.stack([LIU, 10 * LIU])[:, :, None]
    found = forecasters.grey(history, 1)
    assert found[:, 0] == pytest.approx([3.750656, 37.50656], abs=5e-6)  # printed to six decimals


def test_two_stocks_are_carried_on() -> None:
    """The integrals of an exact system are known to a few thousandths, and so is its next value."""
    stocks = two(np.arange(15.0))
    for forecast in (forecasters.lotka_volterra, forecasters.fusion):
        found = forecast(stocks[:, :12], 3)
        assert found.shape == (3, 3)
    assert forecasters.lotka_volterra(stocks[:, :12], 3) == pytest.approx(stocks[:, 12:, 0], rel=2e-3)


def test_shared_rates_are_found_where_they_are_shared() -> None:
    """Provinces that differ in scale alone: shared rates in means of their own are exact but for the integrals."""
    one = two(np.arange(15.0))[:1]
    stocks = np.concatenate([one, one * [3.0, 0.5], one * [7.0, 2.0]])
    assert forecasters.fusion(stocks[:, :12], 3) == pytest.approx(stocks[:, 12:, 0], rel=5e-3)


@pytest.mark.parametrize("name", ["grey", "lotka_volterra", "fusion"])
def test_no_forecast_is_nan_and_the_others_stand(name: str) -> None:
    forecast = getattr(forecasters, name)
    stocks = two(np.arange(12.0))
    whole = forecast(stocks, 2)
    stocks[1, 4, 0] = 0.0
    found = forecast(stocks, 2)
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[[0, 2]]).all()
    if name != "fusion":  # whose rates are shared
        assert found[[0, 2]] == pytest.approx(whole[[0, 2]], rel=1e-12)
    assert np.isnan(forecast(stocks[:, :1], 2)).all()
    assert forecast(stocks[:, :1], 2).shape == (3, 2)


@pytest.mark.parametrize("name", ["grey", "lotka_volterra", "fusion"])
def test_the_unit_of_a_column_does_not_matter(name: str) -> None:
    forecast = getattr(forecasters, name)
    stocks = two(np.arange(12.0))
    assert forecast(stocks * [1e4, 1e-3], 3) == pytest.approx(1e4 * forecast(stocks, 3), rel=1e-9)


def test_collinear_stocks_and_a_lone_target() -> None:
    growing = np.repeat(1.1 ** np.arange(10.0)[None, :, None], 2, axis=2)
    assert np.isnan(forecasters.lotka_volterra(growing, 1)).all()
    for forecast in (forecasters.lotka_volterra, forecasters.fusion):
        with pytest.raises(SpecError, match="needs a companion"):
            forecast(growing[:, :, :1], 1)


def test_they_are_offered() -> None:
    assert {"grey", "lotka_volterra", "fusion"} <= {one.key for one in entries("forecaster")}

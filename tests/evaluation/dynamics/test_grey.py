"""GM(1,1) against the textbook, statsmodels and brute force; its interval and its rivals outside the sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import panelkit as pk
from panelkit.evaluation.dynamics import grey
from panelkit.evaluation.dynamics.grey_errors import grey_draws, outside_errors
from panelkit.evaluation.dynamics.rivals import log_trend
from panelkit.language.errors import DataError, SpecError

LIU = np.array([2.874, 3.278, 3.337, 3.390, 3.679])
PRINTED = 5e-7  # the textbook's numbers to six decimals


def panel(values: np.ndarray) -> pd.DataFrame:
    index = pd.MultiIndex.from_product(
        [[f"c{i}" for i in range(len(values))], range(2010, 2010 + values.shape[1])], names=["city", "year"]
    )
    return pd.DataFrame({"sales": values.ravel()}, index=index)


def test_the_textbook() -> None:
    fit = grey.grey_fit(LIU)
    assert fit.a == pytest.approx(-0.03720438, abs=5e-9)
    assert fit.b == pytest.approx(3.06536331, abs=5e-9)
    path = fit.path(6)
    assert path == pytest.approx([2.874, 3.232039, 3.354550, 3.481704, 3.613679, 3.750656], abs=PRINTED)
    accuracy = grey.grey_accuracy(LIU, path[:5])
    assert accuracy.mape == pytest.approx(1.602170, abs=PRINTED)
    assert accuracy.posterior_ratio == pytest.approx(0.212472, abs=PRINTED)
    assert accuracy.small_errors == 1.0


def test_least_squares_of_statsmodels_and_the_response_by_hand() -> None:
    rng = np.random.default_rng(3)
    x = np.exp(rng.normal(size=(6, 9)).cumsum(axis=1) * 0.1)
    fit = grey.grey_fit(x)
    for i, series in enumerate(x):
        total = series.cumsum()
        z = 0.5 * (total[1:] + total[:-1])
        b, slope = sm.OLS(series[1:], sm.add_constant(z)).fit().params
        assert (fit.a[i], fit.b[i]) == pytest.approx((-slope, b), rel=1e-9)  # rounding
        response = (series[0] - b / -slope) * np.exp(slope * np.arange(12)) + b / -slope
        by_hand = [series[0], *np.diff(response)]
        assert fit.path(12)[i] == pytest.approx(by_hand, rel=1e-8)  # differences of large numbers


def test_a_level_series_has_no_growth() -> None:
    """With a = 0 the textbook formula divides by zero; its limit is the level."""
    assert grey.grey_fit(np.full(6, 2.0)).path(9) == pytest.approx(np.full(9, 2.0))
    near = grey.GreyFit(np.array(1e-13), np.array(2.0), np.array(2.0)).path(5)
    assert near == pytest.approx(np.full(5, 2.0), rel=1e-9)


def test_class_ratios_and_limits() -> None:
    ratios, low, high = grey.class_ratios(LIU)
    assert (low, high) == pytest.approx((np.exp(-1 / 3), np.exp(1 / 3)))
    assert ratios == pytest.approx(LIU[:-1] / LIU[1:])
    limits = grey.horizon_limit(np.array([0.1, -0.3, -0.4, -0.7, -0.9, -1.2]))
    assert limits.tolist() == [np.inf, np.inf, 2.0, 1.0, 0.0, 0.0]


def test_it_is_nearly_an_exponential_fit() -> None:
    """Of an exact exponential the fit keeps the ratio but for the trapezoid: r = 2 (q - 1) / (q + 1), not ln q."""
    q = 1.12
    x = 3.0 * q ** np.arange(9)
    assert grey.grey_fit(x).a == pytest.approx(-2 * (q - 1) / (q + 1), rel=1e-9)
    grown = grey.grey_fit(x).path(12)[9:]
    trend = log_trend(x, 3)[9:]
    assert grown == pytest.approx(trend, rel=0.02)  # 0.1 % a period at 12 % growth


def test_errors_outside_the_sample_by_hand() -> None:
    x = np.exp(np.random.default_rng(1).normal(size=(2, 9)).cumsum(axis=1) * 0.1)
    found = outside_errors(x, 2, 3)
    for number, last in enumerate((6, 7, 8)):
        ahead = min(2, 9 - last)
        made = grey.grey_fit(x[1, :last]).path(last + ahead)[last:]
        by_hand = 100 * np.abs(made / x[1, last : last + ahead] - 1)
        assert found["grey"][1, number, :ahead] == pytest.approx(by_hand)
        walk = 100 * np.abs(x[1, last - 1] / x[1, last : last + ahead] - 1)
        assert found["random_walk"][1, number, :ahead] == pytest.approx(walk)
    assert np.isnan(found["trend"][:, 2, 1]).all()


def test_coverage_on_exponentials() -> None:
    """300 noisy exponentials of 12 values: the 95 % interval of the next value; three standard errors are 4 "
    "points."""
    rng = np.random.default_rng(7)
    curve = 2.0 * 1.08 ** np.arange(13)
    x = curve * np.exp(0.05 * rng.normal(size=(300, 13)))
    low, high = np.quantile(grey_draws(x[:, :12], 1, 199, rng)[:, :, 0], [0.025, 0.975], axis=0)
    assert 0.88 < ((low <= x[:, 12]) & (x[:, 12] <= high)).mean() < 0.99


def test_the_door() -> None:
    x = np.stack([LIU, LIU[::-1], LIU**2])
    found = pk.grey_forecast(panel(x), "sales", horizon=2, origins=1, reps=99, rng=1)
    tidy = found.tidy()
    assert tidy.loc[0, "a"] == pytest.approx(-0.03720438, abs=5e-9)
    assert tidy["class_ratios_hold"].tolist() == [True, True, True]
    ahead = found.forecast()
    assert ahead.loc[0, "grey"] == pytest.approx(3.750656, abs=PRINTED)
    assert (ahead["conf_low"] <= ahead["grey"]).all()
    assert ahead["period"].tolist()[:2] == [2015, 2016]
    again = pk.grey_forecast(panel(x), "sales", horizon=2, origins=1, reps=99, rng=1)
    assert again.low.tolist() == found.low.tolist()
    assert "best of the three" in found.summary()
    assert "样本外" in found.summary(language="zh")
    assert found.plot(["c1"]).svg().startswith("<svg")


def test_what_is_refused() -> None:
    x = np.stack([LIU, LIU])
    x[1, 2] = 0.0
    with pytest.raises(DataError, match="not above zero for c1 2012"):
        pk.grey_forecast(panel(x), "sales", origins=1)
    with pytest.raises(SpecError, match="leave at most 1"):
        pk.grey_forecast(panel(np.stack([LIU, LIU])), "sales", origins=2)
    with pytest.raises(DataError, match="consecutive"):
        pk.grey_forecast(panel(np.stack([LIU, LIU])).drop(index=2012, level="year"), "sales", origins=1)

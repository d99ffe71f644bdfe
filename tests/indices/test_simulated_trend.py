"""The trend of a short series against simulated ones: slope and error of statsmodels, p, the interval it inverts."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS

from panelkit.indices.arrays import convergence
from panelkit.language.errors import DataError


def test_slope_and_error_are_those_of_statsmodels() -> None:
    values = np.random.default_rng(3).standard_normal(14).cumsum()
    found = convergence.simulated_trend(values, lags=2)
    X = np.column_stack([np.ones(14), np.arange(14)])
    theirs = OLS(values, X).fit(cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True}, use_t=True)
    assert found.slope == pytest.approx(theirs.params[1], rel=1e-10)
    assert found.error == pytest.approx(theirs.bse[1], rel=1e-10)


def test_p_is_the_share_of_trendless_series_beyond() -> None:
    values = np.random.default_rng(4).standard_normal(12).cumsum()
    found = convergence.simulated_trend(values, reps=499, rng=9)
    assert found.p_value == convergence.trend(values, reference="simulated", reps=499, rng=9).p_value
    rng, n = np.random.default_rng(9), 12
    e = rng.standard_normal((499, n))
    e[:, 0] /= np.sqrt(1.0 - found.serial**2)
    for t in range(1, n):
        e[:, t] += found.serial * e[:, t - 1]
    X = np.column_stack([np.ones(n), np.arange(n)])
    beyond = 0
    for row in e:
        fit = OLS(row, X).fit(cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True}, use_t=True)
        beyond += abs(fit.tvalues[1]) >= abs(found.slope / found.error)
    assert found.p_value == pytest.approx((1 + beyond) / 500)


def test_the_interval_ends_where_the_test_rejects() -> None:
    values = np.random.default_rng(5).standard_normal(15).cumsum()
    low, high = convergence.simulated_trend(values, rng=2).interval(0.95)
    years = np.arange(15.0)
    for end in (low, high):
        # the slope at an end is the critical value itself: p is .05 up to the share of one draw in 10,000
        assert convergence.simulated_trend(values - end * years, rng=2).p_value == pytest.approx(
            0.05, abs=2e-4
        )


def test_a_slow_reference_asks_for_more() -> None:
    values = np.random.default_rng(6).standard_normal(12)
    quick = convergence.simulated_trend(values, rng=1)
    slow = convergence.simulated_trend(values, least_serial=0.8, rng=1)
    assert slow.serial == 0.8 > quick.serial
    assert slow.critical(0.95) > quick.critical(0.95)


def test_too_short_a_series_and_an_exact_line_are_refused() -> None:
    with pytest.raises(DataError, match="take five at least"):
        convergence.simulated_trend(np.arange(4.0))
    with pytest.raises(DataError, match="exact line"):
        convergence.simulated_trend(np.arange(12.0))

"""Fits against scipy's curve_fit, statsmodels and grids; slopes by differences."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import curve_fit
from scipy.stats import norm
from statsmodels.tsa.arima.model import ARIMA

from panelkit.evaluation.life_cycle.ceiling import ceiling_of, profile
from panelkit.evaluation.life_cycle.choice import aicc, akaike_weights, log_likelihood, random_walk_likelihood
from panelkit.evaluation.life_cycle.curves import curve_of, limits_of, mean_of
from panelkit.evaluation.life_cycle.fitting import fit_many, search
from panelkit.evaluation.life_cycle.serial import autocorrelation, quasi_differenced

TIMES = np.arange(1998.0, 2023.0)
TRUE = {
    "logistic": [2.0, np.log(0.35), 2009.0],
    "gompertz": [2.0, np.log(0.2), 2007.0],
    "bass": [2.0, np.log(0.35), 2012.0],
    "two_wave": [1.0, np.log(0.9), 2003.0, 1.2, np.log(0.8), np.log(12.0)],
}


def series(key: str, count: int, deviation: float = 0.1, seed: int = 0) -> np.ndarray:
    """Return (count, n) logarithms of a curve with independent errors."""
    curve = curve_of(key, "flow")
    values = curve.log_values(np.array([TRUE[key]]), TIMES)[0]
    return np.asarray(values + deviation * np.random.default_rng(seed).standard_normal((count, len(TIMES))))


@pytest.mark.parametrize("errors", ["log", "level"])
@pytest.mark.parametrize("measure", ["flow", "level", "cumulative"])
@pytest.mark.parametrize("key", ["logistic", "gompertz", "bass", "two_wave"])
def test_slopes_are_derivatives(key: str, measure: str, errors: str) -> None:
    if key == "bass" and measure == "cumulative":
        pytest.skip("refused: the gains are those of a logistic")
    curve = curve_of(key, measure, 1990.0)  # type: ignore[arg-type]
    mean, theta, h = mean_of(curve, measure, errors), np.array(TRUE[key]), 1e-5  # type: ignore[arg-type]
    numeric = np.stack(
        [(mean(theta + s, TIMES)[0] - mean(theta - s, TIMES)[0]) / (2 * h) for s in h * np.eye(curve.size)],
        -1,
    )
    slopes = mean(theta, TIMES)[1]
    # central differences of step 1e-5 hold about nine digits
    np.testing.assert_allclose(slopes, numeric, atol=1e-7 * np.abs(slopes).max())


@pytest.mark.parametrize("key", ["logistic", "gompertz", "bass"])
def test_least_squares_as_scipy(key: str) -> None:
    curve, y = curve_of(key, "flow"), series(key, 20)
    mean = mean_of(curve, "flow", "log")
    start = fit_many(curve, y, TIMES).theta
    theta, squares = search(mean, y, TIMES, start, np.zeros(20), limits_of(curve, TIMES))
    for one, own, sum_ in zip(y, theta, squares, strict=True):
        found = curve_fit(lambda t, *p: mean(np.array(p), t)[0], TIMES, one, p0=TRUE[key])[0]
        # both stop where the sum of squares changes by a billionth of itself
        assert sum_ == pytest.approx(((one - mean(found, TIMES)[0]) ** 2).sum(), rel=1e-6)
        np.testing.assert_allclose(own, found, rtol=1e-3)


def test_two_waves_reach_what_scipy_reaches_from_the_truth() -> None:
    curve, y = curve_of("two_wave", "flow"), series("two_wave", 10, 0.05)
    mean = mean_of(curve, "flow", "log")
    start = fit_many(curve, y, TIMES).theta
    _, squares = search(mean, y, TIMES, start, np.zeros(10), limits_of(curve, TIMES))
    for one, sum_ in zip(y, squares, strict=True):
        found = curve_fit(lambda t, *p: mean(np.array(p), t)[0], TIMES, one, p0=TRUE["two_wave"])[0]
        # a grid of starts may do better than one good start, and does no worse
        assert sum_ <= ((one - mean(found, TIMES)[0]) ** 2).sum() * (1 + 1e-5)


def test_no_point_of_a_fine_grid_is_better() -> None:
    curve, y = curve_of("logistic", "flow"), series("logistic", 1)
    _, squares = search(
        mean_of(curve, "flow", "log"),
        y,
        TIMES,
        fit_many(curve, y, TIMES).theta,
        np.zeros(1),
        limits_of(curve, TIMES),
    )
    r, t0 = (one.ravel() for one in np.meshgrid(np.linspace(-2.5, 0.5, 121), np.linspace(1990, 2030, 161)))
    shapes = curve.log_values(np.column_stack([np.zeros_like(r), r, t0]), TIMES)[0]
    left = y - shapes
    left -= left.mean(axis=1, keepdims=True)
    grid = (left**2).sum(axis=1)
    assert squares[0] <= grid.min() + 1e-12
    assert squares[0] == pytest.approx(grid.min(), rel=0.02)  # the grid is that fine


def test_errors_in_levels_and_gains_of_a_total() -> None:
    curve = curve_of("logistic", "cumulative")
    theta = np.array([5.0, np.log(0.4), 2008.0])
    mean = mean_of(curve, "cumulative", "level")
    y = mean(theta, TIMES)[0][None]
    # figures without errors give the parameters back
    np.testing.assert_allclose(
        fit_many(curve, y, TIMES, measure="cumulative", errors="level").theta[0], theta, rtol=1e-5
    )


def test_constant_growth_as_statsmodels_gls() -> None:
    curve = curve_of("constant_growth", "flow", origin=float(TIMES.mean()))
    y = np.cumsum(np.random.default_rng(3).normal(0.05, 0.1, (1, len(TIMES))), axis=1)
    fits = fit_many(curve, y, TIMES)
    rho = float(fits.rho[0])
    distance = np.abs(np.subtract.outer(TIMES, TIMES))
    found = sm.GLS(y[0], np.column_stack([np.ones_like(TIMES), TIMES - TIMES.mean()]), rho**distance).fit()
    np.testing.assert_allclose(fits.theta[0], found.params, rtol=1e-9)
    assert fits.squares[0] == pytest.approx(found.ssr * (1 - rho**2), rel=1e-6)


def test_likelihoods_by_densities_and_statsmodels() -> None:
    y = np.random.default_rng(1).normal(size=(1, 20)).cumsum(axis=1)
    change = np.diff(y[0])
    own = norm.logpdf(change, change.mean(), change.std()).sum()
    assert random_walk_likelihood(y)[0] == pytest.approx(own, rel=1e-12)
    e = np.random.default_rng(2).normal(size=(1, 20))
    slope = sm.OLS(e[0, 1:], e[0, :-1]).fit()
    assert log_likelihood(e)[0] == pytest.approx(slope.llf, rel=1e-10)
    walk = ARIMA(y[0], order=(0, 1, 0), trend="t").fit()
    # statsmodels counts drift and variance, given the first observation
    assert aicc(random_walk_likelihood(y), 2, 19)[0] == pytest.approx(walk.aicc, abs=0.02)


def test_weights_by_hand() -> None:
    weights = akaike_weights(np.array([0.0, 2.0 * np.log(3.0), np.inf]))
    np.testing.assert_allclose(weights, [0.75, 0.25, 0.0], rtol=1e-12)
    assert np.isinf(aicc(np.zeros(1), 8, 9)).all()


def test_transform_and_autocorrelation() -> None:
    rho = 0.6
    values = np.random.default_rng(0).normal(size=(1, 6))
    moved = quasi_differenced(values, np.array([rho]))
    inverse = np.linalg.inv(rho ** np.abs(np.subtract.outer(np.arange(6), np.arange(6))))
    # Prais and Winsten's transform is the root of the inverse of the correlations, times 1 - rho^2
    assert (moved**2).sum() == pytest.approx((values @ inverse @ values.T)[0, 0] * (1 - rho**2), rel=1e-12)
    rng, n, drawn = np.random.default_rng(5), 25, np.empty((4_000, 25))
    drawn[:, 0] = rng.normal(size=4_000)
    for t in range(1, n):
        drawn[:, t] = 0.5 * drawn[:, t - 1] + np.sqrt(0.75) * rng.normal(size=4_000)
    x = np.column_stack([np.ones(n), np.arange(n)])
    left = drawn - drawn @ x @ np.linalg.inv(x.T @ x) @ x.T
    # .005 is the error of 4,000 draws; the bounds at 0 and .9 and the second order of the bias leave a little more
    assert autocorrelation(left, 2).mean() == pytest.approx(0.5, abs=0.04)


def test_profile_of_the_ceiling_as_scipy() -> None:
    curve, y = curve_of("logistic", "flow"), series("logistic", 1)
    mean, fits = mean_of(curve, "flow", "log"), fit_many(curve, y, TIMES)
    tops = np.array([1.8, 2.0, 2.4])
    squares = profile(curve, tops, y[0], TIMES, np.zeros(1), measure="flow", errors="log", near=fits.theta[0])
    for top, own in zip(tops, squares, strict=True):
        found = curve_fit(
            lambda t, r, at, top=top: mean(np.array([top, r, at]), t)[0], TIMES, y[0], p0=TRUE["logistic"][1:]
        )[0]
        # both stop where the sum of squares changes by a billionth of itself
        assert own == pytest.approx(((y[0] - mean(np.r_[top, found], TIMES)[0]) ** 2).sum(), rel=1e-6)


def test_a_series_that_still_grows_has_no_ceiling() -> None:
    curve = curve_of("logistic", "flow")
    y = 0.15 * (TIMES - 2000) + 0.1 * np.random.default_rng(4).standard_normal(len(TIMES))
    fits = fit_many(curve, y[None], TIMES)
    found = ceiling_of(curve, fits, y, TIMES, measure="flow", errors="log", level=0.95)
    assert not found.identified
    assert found.low > np.exp(y).max() / 5
    held = series("logistic", 1)
    known = ceiling_of(
        curve,
        fit_many(curve, held, TIMES),
        held[0],
        TIMES,
        measure="flow",
        errors="log",
        level=0.95,
    )
    assert known.low < np.exp(2.0) < known.high < 2 * np.exp(2.0)

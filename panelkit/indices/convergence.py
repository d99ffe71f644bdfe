"""Sigma and beta convergence: arrays and closed forms; the panel results stand in `dynamics.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from panelkit.core.errors import DataError, SpecError
from panelkit.core.results import FloatArray, TestResult
from panelkit.indices.checks import matrix, vector

LONG = 30


def sigma(y: ArrayLike) -> FloatArray:
    """Return the standard deviation of ln y with divisor N by period (T,) of y (N, T); y must be positive."""
    return np.asarray(np.std(_logs(y), axis=0))


def speed(slope: float | FloatArray, years: float) -> FloatArray:
    """Return the speed lambda = -ln(1 + b T) / T of a growth regression (Barro and Sala-i-Martin 1992).

    b is the slope of mean annual log growth on the initial log; NaN where 1 + b T <= 0 (faster than any speed).
    """
    if years <= 0:
        raise SpecError(f"the span is positive, not {years!r}")
    inside = 1.0 + np.asarray(slope, dtype=float) * years
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(inside > 0, -np.log(inside) / years, np.nan))


def half_life(rate: float | FloatArray) -> FloatArray:
    """Return ln 2 / lambda; NaN where lambda <= 0, because a diverging gap has no half-life."""
    value = np.asarray(rate, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(value > 0, np.log(2.0) / value, np.nan))


def growth(y: ArrayLike, years: float) -> tuple[FloatArray, FloatArray]:
    """Return mean annual log growth and the initial log (N,) of y (N, T), first and last column `years` apart."""
    logs = _logs(y)
    if logs.shape[1] < 2:
        raise DataError("growth needs at least two periods")
    if years <= 0:
        raise SpecError(f"the span is positive, not {years!r}")
    return (logs[:, -1] - logs[:, 0]) / years, logs[:, 0]


def batched_slopes(growth_rates: FloatArray, initial: FloatArray, weights: FloatArray) -> FloatArray:
    """Return OLS slopes (B,) of growth on the initial log under weights (B, N), one row a resample."""
    total = weights.sum(axis=1)
    mean_x, mean_y = weights @ initial / total, weights @ growth_rates / total
    cross = weights @ (initial * growth_rates) / total - mean_x * mean_y
    square = weights @ initial**2 / total - mean_x**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(square > 1e-14, cross / square, np.nan))


def spatial_lag(
    growth_rates: FloatArray, initial: FloatArray, w: FloatArray
) -> tuple[float, float, FloatArray]:
    """Return rho, the slope and the covariance (2, 2) of (slope, rho) of growth = rho W growth + a + b initial + e.

    Maximum likelihood with the log-determinant from the eigenvalues of row-standardised w (N, N) (Ord 1975);
    covariance from the inverse information (Anselin 1988).
    """
    from scipy.optimize import minimize_scalar

    n = len(initial)
    x = np.column_stack([np.ones(n), initial])
    lagged = w @ growth_rates
    residual = np.eye(n) - x @ np.linalg.pinv(x)
    e0, e1 = residual @ growth_rates, residual @ lagged
    roots = np.linalg.eigvals(w)

    def loss(rho: float) -> float:
        spread = float(((e0 - rho * e1) ** 2).sum()) / n
        return 0.5 * n * np.log(spread) - float(np.log(np.abs(1.0 - rho * roots)).sum())

    low = 1.0 / min(float(roots.real.min()), -1e-6)
    found = minimize_scalar(
        loss, bounds=(max(low, -1.0) + 1e-6, 1.0 - 1e-6), method="bounded", options={"xatol": 1e-11}
    )
    rho = float(found.x)
    beta = np.linalg.lstsq(x, growth_rates - rho * lagged, rcond=None)[0]
    error = growth_rates - rho * lagged - x @ beta
    sigma2 = float(error @ error) / n
    a = w @ np.linalg.inv(np.eye(n) - rho * w)
    mean = a @ x @ beta
    information = np.zeros((4, 4))
    information[:2, :2] = x.T @ x / sigma2
    information[:2, 2] = information[2, :2] = x.T @ mean / sigma2
    information[2, 2] = float(np.trace(a @ a) + np.trace(a.T @ a) + mean @ mean / sigma2)
    information[2, 3] = information[3, 2] = float(np.trace(a)) / sigma2
    information[3, 3] = n / (2.0 * sigma2**2)
    covariance = np.linalg.inv(information)
    pick = [1, 2]
    return rho, float(beta[1]), np.asarray(covariance[np.ix_(pick, pick)], dtype=float)


def trend(series: ArrayLike, *, lags: int = 2) -> TestResult:
    """Return the test that a yearly series has no linear trend, Newey-West with Bartlett weights, t(T - 2).

    The slope per year and its standard error stand in `facts`. Fewer than ten years: not applicable.
    The covariance carries the factor T / (T - 2). With so few years the test rejects too often: 17 % of series
    without a trend at ten years, 29 % with AR(.5) errors (docs/evidence/index_inference.csv); the note says so.
    """
    y = vector(series, "trend")
    n = len(y)
    null = "the series has no linear trend"
    if n < 10:
        return TestResult.not_applicable(
            "Trend, Newey-West",
            null,
            f"ten years are needed and {n} are held: a trend test on fewer has no size",
        )
    x = np.column_stack([np.ones(n), np.arange(n) - (n - 1) / 2.0])
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    scores = x * (y - x @ beta)[:, None]
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1.0 - lag / (lags + 1.0)) * (cross + cross.T)
    covariance = inverse @ middle @ inverse * n / (n - 2.0)
    error = float(np.sqrt(max(covariance[1, 1], 0.0)))
    if error <= 1e-12 * max(1.0, float(np.abs(y).max())):
        return TestResult.not_applicable("Trend, Newey-West", null, "the series is an exact line or constant")
    from panelkit.core.results import t_survival

    statistic = float(beta[1]) / error
    return TestResult(
        name="Trend, Newey-West",
        null=null,
        statistic=statistic,
        distribution="t",
        df=(float(n - 2),),
        p_value=float(t_survival(np.array(statistic), n - 2.0)),
        facts={"slope": float(beta[1]), "std_error": error, "years": n, "lags": lags},
        notes=()
        if n >= LONG
        else (f"with {n} years the test rejects too often, one in six without any trend",),
    )


def _logs(y: ArrayLike) -> FloatArray:
    values = matrix(y, "convergence")
    if (values <= 0).any():
        raise DataError(f"convergence takes logarithms: {int((values <= 0).sum())} values are not positive")
    return np.asarray(np.log(values))

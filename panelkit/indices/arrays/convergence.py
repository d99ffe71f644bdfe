"""Sigma and beta convergence: arrays and closed forms; the panel results stand in `panels/growth_convergence.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from panelkit.indices.arrays.checks import matrix, vector
from panelkit.kernels.frames import as_floats
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import ConvergenceError, DataError, SpecError
from panelkit.language.message import message, term
from panelkit.results.fit import FloatArray, TestResult, t_quantile, t_survival
from panelkit.show.brief import Brief

LONG = 30
EDGE = 1e-4  # of the interval of rho; the search itself stops at 1e-11
TOO_OFTEN = message(
    "with ten years the test rejects 15 % of series without a trend, 31 % with AR(.5) errors; simulated critical "
    "values reject 4 % and 10 % (docs/evidence/index_inference.csv)"
)
Reference = Literal["t", "simulated"]


def sigma(y: ArrayLike) -> FloatArray:
    """Return the standard deviation of ln y with divisor N by period (T,) of y (N, T); y must be positive."""
    return np.asarray(np.std(_logs(y), axis=0))


def speed(slope: float | FloatArray, years: float) -> FloatArray:
    """Return the speed lambda = -ln(1 + b T) / T of a growth regression (Barro and Sala-i-Martin 1992).

    b is the slope of mean annual log growth on the initial log; NaN where 1 + b T <= 0 (faster than any speed).
    """
    if years <= 0:
        raise SpecError(message("the span is positive, not {years!r}", years=years))
    inside = 1.0 + as_floats(slope, term("convergence", "slope")) * years
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(inside > 0, -np.log(inside) / years, np.nan))


def half_life(rate: float | FloatArray) -> FloatArray:
    """Return ln 2 / lambda; NaN where lambda <= 0, because a diverging gap has no half-life."""
    value = as_floats(rate, term("convergence", "speed"))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(value > 0, np.log(2.0) / value, np.nan))


def growth(y: ArrayLike, years: float) -> tuple[FloatArray, FloatArray]:
    """Return mean annual log growth and the initial log (N,) of y (N, T), first and last column `years` apart."""
    logs = _logs(y)
    if logs.shape[1] < 2:
        raise DataError(message("growth needs at least two periods"))
    if years <= 0:
        raise SpecError(message("the span is positive, not {years!r}", years=years))
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
    covariance from the inverse information (Anselin 1988). rho is searched in (-1, 1).

    Raises
    ------
    ConvergenceError
        If the likelihood is largest at the edge of that interval.
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

    low, high = max(1.0 / min(float(roots.real.min()), -1e-6), -1.0) + 1e-6, 1.0 - 1e-6
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-11})
    rho = float(found.x)
    if min(rho - low, high - rho) < EDGE:
        raise ConvergenceError(
            message(
                "the likelihood of the spatial lag is largest at the edge of ({low:.4f}, "
                "{high:.4f}): rho is not identified in these data under these weights; take other "
                "weights, or absolute convergence",
                low=low,
                high=high,
            )
        )
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


def trend(
    series: ArrayLike,
    *,
    lags: int = 2,
    reference: Reference = "t",
    reps: int = 9_999,
    rng: int | np.random.Generator = 0,
) -> TestResult:
    """Return the test that a yearly series has no linear trend, Newey-West with Bartlett weights.

    The slope per year, its standard error and the 5 % critical value of |t| stand in `facts`. Fewer than ten years: not
    applicable. The covariance carries the factor T / (T - 2). `reference` is what the statistic is held against:

    - "t": t(T - 2). With so few years it rejects too often, 15 % of series without a trend at ten years and 31 % with
      AR(.5) errors;
    - "simulated": the same statistic on `reps` trendless normal series of this length, AR(1) with the coefficient of
      the residuals freed of most of its bias, (r T + 2) / (T - 4) in [0, .95]: 4 % and 10 %.

    Both from docs/evidence/index_inference.csv.
    """
    y = vector(series, term("array", "trend"))
    n = len(y)
    null = message("the series has no linear trend")
    name = message("Trend, Newey-West")
    if reference not in ("t", "simulated"):
        raise SpecError(message("reference must be t or simulated, not {reference!r}", reference=reference))
    if n < 10:
        return TestResult.not_applicable(
            name,
            null,
            message("ten years are needed and {n} are held: a trend test on fewer has no size", n=n),
        )
    slope, error, _ = (part[0] for part in _slopes(y[None], lags))
    if error <= 1e-12 * max(1.0, float(np.abs(y).max())):
        return TestResult.not_applicable(name, null, message("the series is an exact line or constant"))
    statistic = float(slope / error)
    facts = {
        "slope": float(slope),
        "std_error": float(error),
        "years": n,
        "lags": lags,
        "reference": reference,
    }
    if reference == "t":
        return TestResult(
            name=name,
            null=null,
            statistic=statistic,
            distribution="t",
            df=(float(n - 2),),
            p_value=float(t_survival(np.array(statistic), n - 2.0)),
            facts=facts | {"critical": float(t_quantile(0.95, n - 2.0))},
            notes=() if n >= LONG else (TOO_OFTEN,),
        )
    found = simulated_trend(y, lags=lags, reps=reps, rng=rng)
    serial = found.serial
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution=message("simulated t"),
        p_value=found.p_value,
        facts=facts
        | {"critical": found.critical(0.95), "serial": serial, "reps": reps, "seed": seed_of(rng)},
        notes=(
            message(
                "held against {reps} simulated series without a trend, AR({serial:.2f}) errors",
                reps=reps,
                serial=serial,
            ),
        ),
    )


@dataclass(frozen=True, eq=False)
class SimulatedTrend(Brief):
    """A linear trend held against series without one: slope, Newey-West error, |t| of each simulated series (sorted).

    `serial` is the AR(1) coefficient of the simulated errors.
    """

    slope: float
    error: float
    serial: float
    drawn: FloatArray

    @property
    def p_value(self) -> float:
        """Return the share of trendless series with at least this |t|, the series itself counted."""
        beyond = len(self.drawn) - int(np.searchsorted(self.drawn, abs(self.slope / self.error), side="left"))
        return (1.0 + beyond) / (len(self.drawn) + 1.0)

    def critical(self, level: float) -> float:
        """Return the |t| that so large a share of trendless series stays below."""
        return float(np.quantile(self.drawn, level))

    def interval(self, level: float) -> tuple[float, float]:
        """Return the slopes that the simulated test does not reject."""
        half = self.critical(level) * self.error
        return self.slope - half, self.slope + half


def simulated_trend(
    series: ArrayLike,
    *,
    lags: int = 2,
    least_serial: float = 0.0,
    reps: int = 9_999,
    rng: int | np.random.Generator = 0,
) -> SimulatedTrend:
    """Return the Newey-West trend of a series (T,) with trendless AR(1) normal series of its length to hold it against.

    Their coefficient is that of the residuals freed of most of its bias, (r T + 2) / (T - 4) in [0, .95], and
    `least_serial` at least. The slope of a series plus a trend is that of the series plus the trend, so that the test
    inverts into an interval of the slope.

    Raises
    ------
    DataError
        If there are fewer than five values, or they are an exact line.
    """
    y = vector(series, term("array", "trend"))
    n = len(y)
    if n < 5:
        raise DataError(message("a trend of {n} values says nothing: take five at least", n=n))
    slope, error, residual = (part[0] for part in _slopes(y[None], lags))
    if error <= 1e-12 * max(1.0, float(np.abs(y).max())):
        raise DataError(message("the series is an exact line or constant"))
    serial = float(np.clip((n * _serial(residual) + 2.0) / (n - 4.0), least_serial, 0.95))
    drawn_slope, drawn_error, _ = _slopes(_trendless(n, serial, reps, as_generator(rng)), lags)
    return SimulatedTrend(float(slope), float(error), serial, np.sort(np.abs(drawn_slope / drawn_error)))


def _slopes(y: FloatArray, lags: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return trend slopes (B,), their Newey-West errors (B,) and residuals (B, T) of series y (B, T)."""
    n = y.shape[1]
    x = np.arange(n) - (n - 1) / 2.0
    square = float(x @ x)
    slope = y @ x / square
    residual = y - y.mean(axis=1, keepdims=True) - slope[:, None] * x
    score = residual * x
    middle = (score**2).sum(axis=1)
    for lag in range(1, lags + 1):
        middle = middle + 2.0 * (1.0 - lag / (lags + 1.0)) * (score[:, lag:] * score[:, :-lag]).sum(axis=1)
    return slope, np.sqrt(np.maximum(middle, 0.0) * n / (n - 2.0)) / square, residual


def _serial(residual: FloatArray) -> float:
    return float(residual[1:] @ residual[:-1] / (residual @ residual))


def _trendless(n: int, serial: float, reps: int, rng: np.random.Generator) -> FloatArray:
    e = rng.standard_normal((reps, n))
    e[:, 0] /= np.sqrt(1.0 - serial**2)
    for t in range(1, n):
        e[:, t] += serial * e[:, t - 1]
    return e


def _logs(y: ArrayLike) -> FloatArray:
    values = matrix(y, message("convergence"))
    if (values <= 0).any():
        raise DataError(
            message(
                "convergence takes logarithms: {count} values are not positive",
                count=int((values <= 0).sum()),
            )
        )
    return np.asarray(np.log(values))

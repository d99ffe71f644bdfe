"""GM(1,1), Deng's grey model of one series: the fit, its path, the precondition and the accuracy; arrays alone.

With x1 the cumulative sum of x0 and z_k = (x1_k + x1_(k-1)) / 2, least squares of x0_k = -a z_k + b, k = 2..n,
gives a and b, and the path is x0_k = (b - a x0_1) e^(-a (k-2)) (1 - e^(-a)) / a: an exponential at the rate -a
whose level is fitted, with the first value kept (Deng 1982; Liu and Lin 2006, ch. 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

LEAST = 4  # values: three equations for two parameters
NORMAL_QUARTILE = 0.6745


@dataclass(frozen=True, eq=False)
class GreyFit(Brief):
    """Development coefficient a, grey input b and first value of series (...,), a leading shape of any kind."""

    a: FloatArray
    b: FloatArray
    first: FloatArray

    def path(self, periods: int) -> FloatArray:
        """Return the fitted and further values (..., periods), the first of them as it was observed."""
        a, b, first = (part[..., None] for part in (self.a, self.b, self.first))
        steps = np.arange(periods - 1)
        with np.errstate(over="ignore", invalid="ignore"):
            later = (b - a * first) * np.exp(-a * steps) * _growth(a)
        return np.concatenate([first, later], axis=-1)


def _growth(a: FloatArray) -> FloatArray:
    """Return (1 - e^(-a)) / a, one where a is zero."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.asarray(np.where(a == 0.0, 1.0, -np.expm1(-a) / np.where(a == 0.0, 1.0, a)))


def grey_fit(x: FloatArray) -> GreyFit:
    """Return GM(1,1) of positive series x (..., n), n >= 4; NaN where the series does not identify a and b."""
    total = np.cumsum(x, axis=-1)
    z, y = 0.5 * (total[..., 1:] + total[..., :-1]), x[..., 1:]
    middle, mean = z.mean(axis=-1), y.mean(axis=-1)
    from_mean = z - middle[..., None]
    spread = (from_mean**2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        a = -(from_mean * (y - mean[..., None])).sum(axis=-1) / np.where(spread > 0.0, spread, np.nan)
    return GreyFit(a, mean + a * middle, x[..., 0])


def class_ratios(x: FloatArray) -> tuple[FloatArray, float, float]:
    """Return x_(k-1) / x_k (..., n-1), and the ends e^(-2/(n+1)) and e^(2/(n+1)) between which all have to lie."""
    end = 2.0 / (x.shape[-1] + 1)
    return x[..., :-1] / x[..., 1:], float(np.exp(-end)), float(np.exp(end))


@dataclass(frozen=True, eq=False)
class GreyAccuracy(Brief):
    """Posterior ratio C, small-error share p and MAPE in per cent (...,)."""

    posterior_ratio: FloatArray
    small_errors: FloatArray
    mape: FloatArray


def grey_accuracy(x: FloatArray, fitted: FloatArray) -> GreyAccuracy:
    """Return the accuracy of fitted values (..., n) of x (..., n), as the textbooks count it.

    C = S2 / S1, the standard deviation of the errors over that of the series, both with divisor n; p, the share of
    errors nearer to their mean than 0.6745 S1; the mean absolute percentage error of the values from the second on.
    A series that never changes has no spread to hold errors against: C and p are NaN.
    """
    errors = x - fitted
    spread = np.where(np.ptp(x, axis=-1) == 0.0, np.nan, x.std(axis=-1))
    near = np.abs(errors - errors.mean(axis=-1, keepdims=True)) < NORMAL_QUARTILE * spread[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = errors.std(axis=-1) / spread
    share = np.where(np.isnan(spread), np.nan, near.mean(axis=-1))
    return GreyAccuracy(ratio, share, 100.0 * np.abs(errors[..., 1:] / x[..., 1:]).mean(axis=-1))


def horizon_limit(a: FloatArray) -> FloatArray:
    """Return for how many periods ahead -a permits a forecast (...,): Liu and Deng's limits.

    -a <= 0.3: any; to 0.5: short, two; to 0.8: one, with care; to 1: none without correction of residuals; above: the
    model is not to be used. The textbooks give these as words; the counts of periods are panelkit's reading.
    """
    growth = -a
    limits = np.select([growth <= 0.3, growth <= 0.5, growth <= 0.8], [np.inf, 2.0, 1.0], 0.0)
    return np.asarray(np.where(np.isnan(a), np.nan, limits))

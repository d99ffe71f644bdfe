"""Dumitrescu and Hurlin (2012): the mean of Wald statistics by unit, standardised for many and for few periods."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.causality.regressions import past_of, unit_squares


def unit_walds(y: FloatArray, X: FloatArray, lags: int) -> FloatArray:
    """Return the Wald statistic (..., N) that the past of x, (..., N, T, k), has no part in y (..., N, T), by unit."""
    without, held = unit_squares(past_of(y, X, lags))
    return (without - held) / held * free_of(y.shape[-1], X.shape[-1], lags)


def free_of(periods: int, k: int, lags: int) -> int:
    """Return the degrees of freedom of a unit's regression: T - P rows, a constant, P own lags and k P of x."""
    return periods - lags - 1 - lags - k * lags


def most_lags(periods: int, k: int) -> int:
    """Return the most lags at which Z-bar tilde exists: more than four degrees of freedom (T > 5 + 3P for one x)."""
    return max(0, (periods - 6) // (2 + k))


def z_bar(walds: FloatArray, q: int) -> FloatArray:
    """Return Z-bar (...) of Wald statistics (..., N) with q restrictions: many periods (equation 27)."""
    n = walds.shape[-1]
    value: FloatArray = np.sqrt(n / (2.0 * q)) * (walds.mean(-1) - q)
    return value


def z_bar_tilde(walds: FloatArray, q: int, free: FloatArray) -> FloatArray:
    """Return Z-bar tilde (...) of Wald statistics (..., N), q F(q, free (N,)) each: few periods (equation 33).

    With one x and the same T it is the published formula; units of other lengths have their own mean and variance.
    """
    mean = q * free / (free - 2.0)
    variance = 2.0 * q * free**2 * (q + free - 2.0) / ((free - 2.0) ** 2 * (free - 4.0))
    value: FloatArray = np.sqrt(walds.shape[-1]) * (walds.mean(-1) - mean.mean()) / np.sqrt(variance.mean())
    return value

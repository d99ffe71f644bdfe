"""Standard errors of the slope of many short regressions on one regressor, by three long-run variances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

import numpy as np

from panelkit.kernels.within import FloatArray

Hac = Literal["phillips-sul", "andrews", "newey-west"]
# R's sandwich leaves out weights from the last lag on that has more than this.
_LEAST_WEIGHT = 1e-7


class SlopeError(Protocol):
    """The standard error of slopes: regressor (n,), residuals (m, n) to (m,)."""

    def __call__(self, z: FloatArray, residuals: FloatArray) -> FloatArray: ...


def phillips_sul(z: FloatArray, residuals: FloatArray) -> FloatArray:
    """Return errors from (Z'Z)^-1 times a long-run variance of residuals, as Phillips and Sul's program has them.

    The quadratic spectral kernel at Andrews' (1991) bandwidth of an AR(1). As in that program, which Stata's `psecta`
    and R's `ConvergenceClubs` ("FQSB") repeat, autocovariances leave out the last residual and every sum is divided
    by n - 1.
    """
    n = residuals.shape[1]
    first, last = residuals[:, :-1], residuals[:, 1:]
    rho = (first * last).sum(axis=1) / (first**2).sum(axis=1)
    weights = quadratic_spectral(_lags(n)[None, :] / _bandwidth(rho, n)[:, None])
    kept, count = residuals[:, :-1], n - 1
    variance = (residuals**2).sum(axis=1) / count
    for lag in range(1, count):
        both = (kept[:, :-lag] * kept[:, lag:]).sum(axis=1)
        variance = variance + 2.0 * weights[:, lag - 1] * both / count
    centred = z - z.mean()
    return np.asarray(np.sqrt(variance / (centred @ centred)))


def andrews(z: FloatArray, residuals: FloatArray) -> FloatArray:
    """Return errors of the sandwich with a quadratic spectral kernel at Andrews' bandwidth, times n / (n - 2).

    That of the scores of the slope, without prewhitening: R's `sandwich::vcovHAC`, "AQSB" of `ConvergenceClubs`.
    """
    n = residuals.shape[1]
    scores = residuals * z
    centred = scores - scores.mean(axis=1, keepdims=True)
    first = centred[:, :-1] - centred[:, :-1].mean(axis=1, keepdims=True)
    last = centred[:, 1:] - centred[:, 1:].mean(axis=1, keepdims=True)
    rho = (first * last).sum(axis=1) / (first**2).sum(axis=1)
    weights = quadratic_spectral(_lags(n)[None, :] / _bandwidth(rho, n)[:, None])
    large = np.abs(weights) > _LEAST_WEIGHT
    reach = np.where(large.any(axis=1), n - 1 - np.argmax(large[:, ::-1], axis=1), 0)
    weights = np.where(_lags(n)[None, :] <= reach[:, None], weights, 0.0)
    return _sandwich(z, residuals, weights, n / (n - 2))


def newey_west(z: FloatArray, residuals: FloatArray) -> FloatArray:
    """Return errors of Newey and West (1987), int(4 (n / 100)^(2/9)) lags, as statsmodels' HAC without correction."""
    n = residuals.shape[1]
    lags = int(4.0 * (n / 100.0) ** (2.0 / 9.0))
    weights = np.maximum(0.0, 1.0 - _lags(n) / (lags + 1.0))
    return _sandwich(z, residuals, np.tile(weights, (len(residuals), 1)), 1.0)


ERRORS: Mapping[str, SlopeError] = {
    "phillips-sul": phillips_sul,
    "andrews": andrews,
    "newey-west": newey_west,
}


def quadratic_spectral(x: FloatArray) -> FloatArray:
    """Return the quadratic spectral kernel at x > 0, zero where x is infinite."""
    with np.errstate(invalid="ignore", divide="ignore"):
        y = 1.2 * np.pi * x
        value = 3.0 / y**2 * (np.sin(y) / y - np.cos(y))
    return np.asarray(np.where(np.isfinite(y), value, 0.0))


def _bandwidth(rho: FloatArray, n: int) -> FloatArray:
    """Return Andrews' bandwidth of the quadratic spectral kernel for an AR(1) of coefficient rho (m,)."""
    with np.errstate(divide="ignore"):
        return np.asarray(1.3221 * (4.0 * rho**2 / (1.0 - rho) ** 4 * n) ** 0.2)


def _lags(n: int) -> FloatArray:
    return np.arange(1.0, n)


def _sandwich(z: FloatArray, residuals: FloatArray, weights: FloatArray, factor: float) -> FloatArray:
    """Return errors of the slope from scores weighted by lag, weights (m, n - 1)."""
    centred = z - z.mean()
    scores = residuals * centred
    meat = (scores**2).sum(axis=1)
    for lag in range(1, scores.shape[1]):
        meat = meat + 2.0 * weights[:, lag - 1] * (scores[:, :-lag] * scores[:, lag:]).sum(axis=1)
    return np.asarray(np.sqrt(factor * np.maximum(meat, 0.0)) / (centred @ centred))

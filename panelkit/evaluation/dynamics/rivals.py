"""The simple rivals of a forecast of positive series: no change, and a straight line through the logarithms."""

from __future__ import annotations

import numpy as np

from panelkit.results.fit import FloatArray


def random_walk(x: FloatArray, horizon: int) -> FloatArray:
    """Return the last value of x (..., n) as forecasts (..., horizon)."""
    return np.repeat(x[..., -1:], horizon, axis=-1)


def log_trend(x: FloatArray, horizon: int) -> FloatArray:
    """Return fitted and further values (..., n + horizon) of least squares of ln x (..., n) on time."""
    logs, n = np.log(x), x.shape[-1]
    at = np.arange(n + horizon) - 0.5 * (n - 1)
    slope = (logs * at[:n]).sum(axis=-1) / (at[:n] ** 2).sum()
    return np.asarray(np.exp(logs.mean(axis=-1)[..., None] + slope[..., None] * at))

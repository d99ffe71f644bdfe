"""Forecasts that need no regression over provinces: persistence, drifts and trends."""

from __future__ import annotations

import numpy as np

from panelkit.language.offers import offered
from panelkit.results.fit import FloatArray

_FEW = 3


@offered("forecaster", "random_walk", family="naive", source="y(t+h) = y(t)")
def random_walk(history: FloatArray, horizon: int) -> FloatArray:
    """Return the last value of every unit (N, horizon): what an index that stands still would say.

    `history` (N, t, K): the target first, in its own unit.
    """
    return np.repeat(history[:, -1:, 0], horizon, axis=1)


@offered("forecaster", "drift", family="naive", source="y(t+h) = y(t) + h (y(t) - y(1)) / (t - 1)")
def drift(history: FloatArray, horizon: int) -> FloatArray:
    """Return the last value and the unit's own mean yearly change, h times (N, horizon)."""
    y = history[:, :, 0]
    step = (y[:, -1] - y[:, 0]) / (y.shape[1] - 1)
    return np.asarray(y[:, -1:] + step[:, None] * np.arange(1, horizon + 1))


@offered("forecaster", "common_drift", family="naive", source="drift, its step the mean over units")
def common_drift(history: FloatArray, horizon: int) -> FloatArray:
    """Return the last value and the mean yearly change of all units, h times (N, horizon)."""
    y = history[:, :, 0]
    step = ((y[:, -1] - y[:, 0]) / (y.shape[1] - 1)).mean()
    return np.asarray(y[:, -1:] + step * np.arange(1, horizon + 1))


@offered("forecaster", "trend", family="naive", source="least squares of y on time, by unit")
def trend(history: FloatArray, horizon: int) -> FloatArray:
    """Return the straight line through the history of every unit, prolonged (N, horizon)."""
    return _line(history[:, :, 0], horizon)


@offered("forecaster", "log_trend", family="naive", source="least squares of log y on time, by unit; exp")
def log_trend(history: FloatArray, horizon: int) -> FloatArray:
    """Return the exponential through the history of every unit, prolonged (N, horizon); NaN without positive values.

    The exponential of the forecast of the logarithm: a median, not a mean.
    """
    y = history[:, :, 0]
    positive = (y > 0).all(axis=1)
    found = np.full((len(y), horizon), np.nan)
    found[positive] = np.exp(_line(np.log(y[positive]), horizon))
    return found


def _line(y: FloatArray, horizon: int) -> FloatArray:
    length = y.shape[1]
    if length < _FEW:
        return np.full((len(y), horizon), np.nan)
    time = np.arange(length) - (length - 1) / 2.0
    slope = (y @ time) / (time @ time)
    ahead = (length - 1) / 2.0 + np.arange(1, horizon + 1)
    return np.asarray(y.mean(axis=1)[:, None] + slope[:, None] * ahead)

"""Autoregressions pooled over units, with effects of units or one intercept, with neighbours, with companions.

Each horizon has a regression of its own, of y(t+h) - y(t) on what is known at t ("direct"), so that companions and
neighbours need no forecasts themselves.
"""

from __future__ import annotations

import numpy as np

from panelkit.language.offers import offered
from panelkit.results.fit import FloatArray


@offered(
    "forecaster",
    "autoregression",
    family="pooled",
    source="y(t+h) - y(t) = a_i + b y(t) by within least squares; the bias of b: Nickell 1981",
)
def autoregression(history: FloatArray, horizon: int) -> FloatArray:
    """Return direct forecasts (N, horizon) of an autoregression with effects of units.

    The slope is pooled and biased towards a return to the unit's mean (Nickell 1981), which shows in short histories.
    """
    return direct(history[:, :, 0], horizon, history[:, :, :1], effects=True)


@offered(
    "forecaster",
    "common_autoregression",
    family="pooled",
    source="y(t+h) - y(t) = a + b y(t), pooled least squares",
)
def common_autoregression(history: FloatArray, horizon: int) -> FloatArray:
    """Return direct forecasts (N, horizon) of an autoregression with one intercept: every unit nears one level."""
    return direct(history[:, :, 0], horizon, history[:, :, :1], effects=False)


@offered(
    "forecaster",
    "companions",
    family="pooled",
    source="y(t+h) - y(t) = a_i + b y(t) + c'x(t) by within least squares",
)
def companions(history: FloatArray, horizon: int) -> FloatArray:
    """Return direct forecasts (N, horizon) of an autoregression with all companions; NaN where there are none."""
    if history.shape[2] == 1:
        return np.full((len(history), horizon), np.nan)
    return direct(history[:, :, 0], horizon, history, effects=True)


@offered(
    "forecaster",
    "network",
    family="pooled",
    source="y(t+h) - y(t) = a_i + b y(t) + c W y(t) by within least squares",
)
def network(history: FloatArray, horizon: int, *, w: FloatArray) -> FloatArray:
    """Return direct forecasts (N, horizon) of an autoregression that also sees the neighbours' last value.

    `w` (N, N): weights in the order of the units, rows summing to one.
    """
    y = history[:, :, :1]
    near = np.einsum("ij,jtk->itk", w, y)
    return direct(history[:, :, 0], horizon, np.concatenate([y, near], axis=2), effects=True)


def direct(y: FloatArray, horizon: int, regressors: FloatArray, *, effects: bool) -> FloatArray:
    """Return direct forecasts (N, horizon) of y (N, t) from regressors (N, t, K), with effects of units or without."""
    columns = [_ahead(y, regressors, step, effects) for step in range(1, horizon + 1)]
    return np.stack(columns, axis=1)


def _ahead(y: FloatArray, x: FloatArray, step: int, effects: bool) -> FloatArray:
    """Return the forecast (N,) of one horizon; NaN where the window is too short or the regressors are dependent."""
    units, length, count = x.shape
    periods = length - step
    if periods < 2:
        return np.full(units, np.nan)
    change = y[:, step:] - y[:, :-step]
    known = x[:, :periods]
    over = (1,) if effects else (0, 1)
    mean_change, mean_known = change.mean(axis=over), known.mean(axis=over)
    spread = mean_change[:, None] if effects else mean_change
    level = mean_known[:, None] if effects else mean_known
    left = (known - level).reshape(-1, count)
    # of length one, so that units of measurement do not decide which columns count as dependent
    size = np.linalg.norm(left, axis=0)
    slope, _, rank, _ = np.linalg.lstsq(
        left / np.where(size > 0, size, 1.0), (change - spread).ravel(), rcond=None
    )
    if rank < count:
        return np.full(units, np.nan)
    return np.asarray(y[:, -1] + mean_change + ((x[:, -1] - mean_known) / size) @ slope)

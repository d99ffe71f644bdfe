"""The mean of several forecasts."""

from __future__ import annotations

import numpy as np

from panelkit.results.fit import FloatArray


def mean_of(forecasts: FloatArray) -> FloatArray:
    """Return the mean (N, P, H) of forecasts (M, N, P, H) of those that speak; NaN where none does."""
    held = np.isfinite(forecasts)
    count = held.sum(axis=0)
    total = np.where(held, forecasts, 0.0).sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))

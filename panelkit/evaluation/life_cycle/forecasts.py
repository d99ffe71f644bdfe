"""Forecasts of curves, a random walk with drift and constant growth, drawn with parameters and errors uncertain."""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.life_cycle.curves import Curve, Errors, Measure, mean_of
from panelkit.evaluation.life_cycle.fitting import Fits
from panelkit.evaluation.life_cycle.resampled import innovations_of
from panelkit.kernels.within import FloatArray


def curve_paths(
    curve: Curve,
    fits: Fits,
    drawn: Fits,
    y: FloatArray,
    times: FloatArray,
    horizon: int,
    *,
    measure: Measure,
    errors: Errors,
    rng: np.random.Generator,
) -> FloatArray:
    """Return paths (reps, horizon) on the scale of y: the curve of every draw, and an AR(1) from its last residual.

    Parameters
    ----------
    fits
        The fit of the one series, whose innovations are drawn.
    drawn
        The refits, (reps, k).
    y
        Shape (n,), what was fitted.
    """
    mean = mean_of(curve, measure, errors)
    ahead = times[-1] + np.arange(1, horizon + 1)
    paths, last = mean(drawn.theta, ahead)[0], y[-1] - mean(drawn.theta, times[-1:])[0][:, 0]
    shocks = rng.choice(innovations_of(fits), size=paths.shape)
    for h in range(horizon):
        last = drawn.rho * last + shocks[:, h]
        paths[:, h] += last
    return np.asarray(paths)


def random_walk_paths(y: FloatArray, horizon: int, reps: int, rng: np.random.Generator) -> FloatArray:
    """Return paths (reps, horizon) of a random walk with drift from the last value of y (n,), the drift uncertain."""
    change = np.diff(y)
    left = (change - change.mean()) * np.sqrt(len(change) / (len(change) - 1))
    drift = change.mean() + rng.choice(left, size=(reps, len(change))).mean(axis=1)
    shocks = rng.choice(left, size=(reps, horizon))
    return np.asarray(y[-1] + np.cumsum(drift[:, None] + shocks, axis=1))

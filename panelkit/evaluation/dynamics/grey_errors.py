"""What a GM(1,1) forecast is worth: its interval from resampled residuals, and errors outside the sample."""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.dynamics.grey import LEAST, grey_fit
from panelkit.evaluation.dynamics.rivals import log_trend, random_walk
from panelkit.results.fit import FloatArray

MODELS = ("grey", "trend", "random_walk")


def grey_draws(x: FloatArray, horizon: int, reps: int, rng: np.random.Generator) -> FloatArray:
    """Return drawn future values (reps, N, horizon) of series x (N, n).

    Log residuals of the fit, second value on, are widened for its two parameters and drawn again by series; the
    model is fitted to every drawn series, and its forecast takes a drawn residual of its own. A fit that is not
    above zero draws NaN.
    """
    units, n = x.shape
    fitted = grey_fit(x).path(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        residuals = np.log(x[:, 1:] / fitted[:, 1:]) * np.sqrt((n - 1) / (n - 3))
    at = rng.integers(0, n - 1, (reps, units, n - 1 + horizon))
    drawn = residuals[np.arange(units)[None, :, None], at]
    made = np.concatenate(
        [np.broadcast_to(x[:, :1], (reps, units, 1)), fitted[:, 1:] * np.exp(drawn[..., : n - 1])], axis=-1
    )
    later = grey_fit(made).path(n + horizon)[..., n:]
    return np.asarray(np.where(later > 0.0, later, np.nan) * np.exp(drawn[..., n - 1 :]))


def forecasts(x: FloatArray, horizon: int) -> dict[str, FloatArray]:
    """Return the forecasts (N, horizon) of each model of `MODELS` for series x (N, n)."""
    n = x.shape[-1]
    return {
        "grey": grey_fit(x).path(n + horizon)[..., n:],
        "trend": log_trend(x, horizon)[..., n:],
        "random_walk": random_walk(x, horizon),
    }


def outside_errors(x: FloatArray, horizon: int, origins: int) -> dict[str, FloatArray]:
    """Return absolute percentage errors (N, origins, horizon) of each model, fitted up to each of the last origins.

    NaN where the horizon of an origin ends behind the last value.
    """
    n = x.shape[-1]
    found = {name: np.full((len(x), origins, horizon), np.nan) for name in MODELS}
    for number, last in enumerate(range(n - origins, n)):
        ahead = min(horizon, n - last)
        for name, made in forecasts(x[:, :last], ahead).items():
            found[name][:, number, :ahead] = 100.0 * np.abs(made / x[:, last : last + ahead] - 1.0)
    return found


def most_origins(n: int) -> int:
    """Return how many origins n values leave, each with enough of them before it."""
    return n - LEAST

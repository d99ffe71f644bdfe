"""What scores add to the past of a figure: as they stand, and with their last change."""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.contest.forecasters.pooled import direct
from panelkit.results.fit import FloatArray


def static_scores(history: FloatArray, horizon: int) -> FloatArray:
    """Return direct forecasts (N, horizon) from the target's last value and change and the scores as they stand.

    y(t+h) - y(t) = a + b y(t) + c (y(t) - y(t-1)) + d's(t), pooled least squares; history (N, t, K), the target first.
    """
    return direct(history[:, 1:, 0], horizon, _known(history), effects=False)


def moving_scores(history: FloatArray, horizon: int) -> FloatArray:
    """Return the same with the last changes of the scores beside them."""
    changes = np.diff(history[:, :, 1:], axis=1)
    return direct(
        history[:, 1:, 0], horizon, np.concatenate([_known(history), changes], axis=2), effects=False
    )


def _known(history: FloatArray) -> FloatArray:
    """Return the target, its change and the scores (N, t - 1, 1 + K) of all years but the first."""
    own = np.diff(history[:, :, :1], axis=1)
    return np.concatenate([history[:, 1:, :1], own, history[:, 1:, 1:]], axis=2)

"""Growth that slows and has no ceiling: the rivals that a claim of stages must be told from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.evaluation.life_cycle.choice import aicc, log_likelihood
from panelkit.evaluation.life_cycle.serial import linear_fit
from panelkit.kernels.within import FloatArray

# years before the first in which a growth that slows may have begun
_BEFORE = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
# years that a growth rate lasts on each side of a break
_LASTS = 4


def endless_growth(y: FloatArray, times: FloatArray) -> dict[str, FloatArray]:
    """Return AICc (B,) of two growths of log output y (B, n) that slow, or speed up, and have no ceiling.

    `slowing_growth`: a power of the years since a start before the first, on a grid; linear growth of output is the
    power one. `broken_growth`: one rate up to a year, sought among all with four years on either side, another after.
    Both have AR(1) errors; the start and the year of the break count as parameters.
    """
    since = times - times[0]
    powers = [np.log(since + before) for before in _BEFORE]
    breaks = [np.maximum(since - year, 0.0) for year in since[_LASTS:-_LASTS]]
    return {
        "slowing_growth": _least(y, [[power] for power in powers]),
        "broken_growth": _least(y, [[since, after] for after in breaks]),
    }


def _least(y: FloatArray, designs: Sequence[Sequence[FloatArray]]) -> FloatArray:
    """Return AICc (B,) of the best of several designs beside a constant: which of them is one parameter more."""
    best = np.full(len(y), -np.inf)
    for columns in designs:
        design = np.column_stack([np.ones(y.shape[1]), *columns])
        best = np.maximum(best, log_likelihood(linear_fit(design, y)[1]))
    # coefficients, the choice, the variance and the autocorrelation
    return aicc(best, len(designs[0]) + 4, y.shape[1] - 1)

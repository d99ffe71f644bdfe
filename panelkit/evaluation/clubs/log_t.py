"""The log t regression of Phillips and Sul (2007): does the variation between units fall faster than 1 / log(t)^2?

Relative transition h_it = x_it / mean_i x_it; variation H_t = mean_i (h_it - 1)^2; regression

    log(H_1 / H_t) - 2 log log t = a + b log t + u_t,   t = [r T] + 1, ..., T,

one-sided: convergence is rejected where the t of b is below -1.65. b is twice the speed at which transitions come
together; b >= 2 means convergence of levels, 0 <= b < 2 of growth rates alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.clubs.long_run import ERRORS, Hac
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

CRITICAL = -1.65
"""The one-sided 5 % value of the normal distribution, rounded as Phillips and Sul round it."""


@dataclass(frozen=True, eq=False)
class LogT(Brief):
    """Log t regressions of m groups: slope, its error, t (not finite where a variation is zero), constant."""

    slope: FloatArray
    std_error: FloatArray
    t: FloatArray
    constant: FloatArray

    def converges(self, critical: float = CRITICAL) -> np.ndarray:
        """Return which groups do not reject convergence, (m,)."""
        return np.asarray(self.t > critical)


@dataclass(frozen=True)
class Regression:
    """Which periods a log t regression leaves out at the start, and how its errors are made."""

    dropped: int
    hac: Hac = "phillips-sul"

    def of(self, variation: FloatArray) -> LogT:
        """Return the regressions of H (m, T)."""
        variation = np.atleast_2d(variation)
        periods = np.arange(self.dropped + 1, variation.shape[1] + 1)
        z = np.log(periods)
        with np.errstate(divide="ignore", invalid="ignore"):
            y = np.log(variation[:, :1] / variation[:, self.dropped :]) - 2.0 * np.log(z)
            centred = z - z.mean()
            slope = (y @ centred) / (centred @ centred)
            constant = y.mean(axis=1) - slope * z.mean()
            residuals = y - constant[:, None] - slope[:, None] * z
            error = ERRORS[self.hac](z, residuals)
            return LogT(slope, error, slope / error, constant)


def relative_transition(x: FloatArray) -> FloatArray:
    """Return x (N, T) over its mean by period."""
    return np.asarray(x / x.mean(axis=0))


def variation(x: FloatArray) -> FloatArray:
    """Return H (T,) of a group x (k, T): the mean of (x / mean - 1)^2."""
    return np.asarray(((relative_transition(x) - 1.0) ** 2).mean(axis=0))


def growing(x: FloatArray) -> FloatArray:
    """Return H of the first 2, 3, ..., k units, (k - 1, T).

    Sums of squares grow by the deviation of the next unit from the mean before it, so that nothing cancels.
    """
    count = np.arange(1.0, len(x) + 1.0)[:, None]
    mean = np.cumsum(x, axis=0) / count
    added = (x[1:] - mean[:-1]) ** 2 * (count[1:] - 1.0) / count[1:]
    return np.asarray(np.cumsum(added, axis=0) / count[1:] / mean[1:] ** 2)


def one_more(group: FloatArray, others: FloatArray) -> FloatArray:
    """Return H of a group (k, T) with each of others (q, T) added alone, (q, T)."""
    k, mean = float(len(group)), group.mean(axis=0)
    squares = ((group - mean) ** 2).sum(axis=0) + (others - mean) ** 2 * k / (k + 1.0)
    whole = (k * mean + others) / (k + 1.0)
    return np.asarray(squares / (k + 1.0) / whole**2)

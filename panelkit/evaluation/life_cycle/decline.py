"""Has output fallen for good? A fall from the peak that a random walk without drift would rarely show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.life_cycle.serial import autocorrelation
from panelkit.kernels.within import FloatArray, IntArray

# years after the peak without which there is no test, and years whose mean is compared
LEAST_AFTER, WINDOW = 3, 3
LEVEL = 0.05


@dataclass(frozen=True)
class DeclineTest:
    """The fall of the logarithm from its peak to its last three years, against random walks without drift.

    `peak` is the middle year of the three with the largest mean, `fall` the difference of mean logarithms, `after` the
    years since. `p_value` is None where fewer than three years follow the peak. `yearly` is the mean growth after it.
    """

    peak: float
    after: int
    fall: float
    yearly: float
    statistic: float
    p_value: float | None
    reps: int

    @property
    def shown(self) -> bool:
        """Return whether a sustained fall is shown at five per cent."""
        return self.p_value is not None and self.p_value < LEVEL and self.fall > 0.0


def fall_from_peak(y: FloatArray) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
    """Return the statistic (B,), the position of the peak (B,), the fall (B,) and the changes less their means (B,
    n-1).

    The peak is the largest mean of three years; the statistic is the fall from it to the mean of the last three years
    over s sqrt(years between), s the deviation of yearly changes about their means before and after the peak.
    """
    n = y.shape[1]
    means = (y[:, :-2] + y[:, 1:-1] + y[:, 2:]) / WINDOW
    at = means.argmax(axis=1)
    fall = means[np.arange(len(y)), at] - means[:, -1]
    change = np.diff(y, axis=1)
    later = np.arange(n - 1) >= (at + 1)[:, None]
    centred = change - np.where(later, _mean(change, later), _mean(change, ~later))
    spread = np.sqrt((centred**2).sum(axis=1) / max(n - 3, 1))
    years = np.maximum(n - 3 - at, 1)
    return fall / np.maximum(spread * np.sqrt(years), np.finfo(float).tiny), at + 1, fall, centred


def decline_test(y: FloatArray, times: FloatArray, *, reps: int, rng: np.random.Generator) -> DeclineTest:
    """Return the test of a sustained fall of log output y (n,), its null drawn with the same peak sought anew.

    The null is a random walk without drift, the one of all walks that do not fall whose last years lie lowest below
    their peak; its changes are the residual ones, resampled, with their autocorrelation where it is positive. A curve
    that saturates with noise falls less than such a walk.

    Parameters
    ----------
    y
        Shape (n,), logarithms of output.
    times
        Shape (n,), years.
    """
    statistic, peak, fall, centred = fall_from_peak(y[None])
    after = int(len(y) - 1 - peak[0])
    growth = float((y[-1] - y[peak[0]]) / after) if after else 0.0
    p_value = None
    if after >= LEAST_AFTER:
        null = fall_from_peak(driftless_walks(centred, len(y), reps, rng))[0]
        p_value = float((1 + (null >= statistic[0]).sum()) / (reps + 1))
    return DeclineTest(
        float(times[peak[0]]), after, float(fall[0]), growth, float(statistic[0]), p_value, reps
    )


def driftless_walks(centred: FloatArray, n: int, reps: int, rng: np.random.Generator) -> FloatArray:
    """Return random walks (reps, n) without drift whose changes are an AR(1) with innovations of `centred` (1, n-1)."""
    rho = float(autocorrelation(centred, 2)[0])
    innovations = centred[0, 1:] - rho * centred[0, :-1]
    innovations = innovations - innovations.mean()
    changes = rng.choice(innovations, size=(reps, n - 1 + 10))
    for t in range(1, changes.shape[1]):
        changes[:, t] += rho * changes[:, t - 1]
    return np.concatenate([np.zeros((reps, 1)), np.cumsum(changes[:, 10:], axis=1)], axis=1)


def probability_of_fall(y: FloatArray, peak: int, *, reps: int, rng: np.random.Generator) -> float:
    """Return how probable it is that mean growth after the peak is negative: its changes drawn again as an AR(1)."""
    change = np.diff(y)[peak:]
    mean = float(change.mean())
    rho = float(autocorrelation((change - mean)[None], 1)[0])
    left = change - mean
    drawn = rng.choice(left, size=(reps, len(left))) / (1.0 - rho)
    return float((mean + drawn.mean(axis=1) < 0.0).mean())


def _mean(values: FloatArray, chosen: FloatArray) -> FloatArray:
    count = np.maximum(chosen.sum(axis=1, keepdims=True), 1)
    return np.asarray((values * chosen).sum(axis=1, keepdims=True) / count)

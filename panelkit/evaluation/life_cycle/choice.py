"""Which curves the data cannot tell apart: AICc with AR(1) errors, the rivals, and one wave against two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.life_cycle.curves import Curve, Errors, Measure
from panelkit.evaluation.life_cycle.fitting import Fits, fit_many
from panelkit.evaluation.life_cycle.resampled import drawn_series
from panelkit.kernels.within import FloatArray

# by how much AICc must fall for a second wave to be looked at (METHODS: > 4), and the level of its test
WAVE_GAIN, WAVE_LEVEL = 4.0, 0.05
# two waves and their errors are eight parameters of AICc
LEAST_FOR_TWO = 15
_NEAR_ONE = 0.99


def log_likelihood(residuals: FloatArray) -> FloatArray:
    """Return the Gaussian log likelihood (B,) of residuals (B, n) that follow an AR(1), given the first of them.

    It is conditional on the first observation, as that of a random walk must be, so that the two can be compared.
    """
    now, before = residuals[:, 1:], residuals[:, :-1]
    size = np.maximum((before**2).sum(axis=1), np.finfo(float).tiny)
    rho = np.clip((now * before).sum(axis=1) / size, -_NEAR_ONE, _NEAR_ONE)
    return _gaussian(now - rho[:, None] * before)


def random_walk_likelihood(y: FloatArray) -> FloatArray:
    """Return the log likelihood (B,) of a random walk with drift given the first observation, y (B, n)."""
    change = np.diff(y, axis=1)
    return _gaussian(change - change.mean(axis=1, keepdims=True))


def _gaussian(errors: FloatArray) -> FloatArray:
    n = errors.shape[1]
    variance = np.maximum((errors**2).mean(axis=1), np.finfo(float).tiny)
    return np.asarray(-0.5 * n * (np.log(2.0 * np.pi * variance) + 1.0))


def aicc(likelihood: FloatArray, parameters: int, n: int) -> FloatArray:
    """Return Akaike's criterion with the correction of Hurvich and Tsai (1989) for n observations.

    It is infinite where n leaves no degree of freedom for the correction.
    """
    left = n - parameters - 1
    if left <= 0:
        return np.full_like(likelihood, np.inf)
    return np.asarray(-2.0 * likelihood + 2.0 * parameters * (1.0 + (parameters + 1.0) / left))


def criterion_of(fits: Fits) -> FloatArray:
    """Return AICc (B,) of fits of one curve: its parameters, the variance and the autocorrelation are counted."""
    n, k = fits.slopes.shape[-2:]
    return aicc(log_likelihood(fits.residuals), k + 2, n - 1)


def random_walk_criterion(y: FloatArray) -> FloatArray:
    """Return AICc (B,) of random walks with drift."""
    return aicc(random_walk_likelihood(y), 2, y.shape[1] - 1)


def akaike_weights(criteria: FloatArray) -> FloatArray:
    """Return Akaike weights over the first axis of criteria (C, ...); infinite criteria have none."""
    least = criteria.min(axis=0)
    raw = np.exp(-0.5 * (criteria - least))
    return np.asarray(raw / raw.sum(axis=0))


@dataclass(frozen=True)
class WaveTest:
    """Two waves against the best of one: what AICc gains, the likelihood ratio, and its bootstrap p-value.

    `against` is what AICc prefers among all others, rivals included; `p_value` is None where the gain is too small to
    ask. `admitted`: gain > 4 and p < .05.
    """

    gain: float
    against: str
    statistic: float
    p_value: float | None
    reps: int

    @property
    def admitted(self) -> bool:
        """Return whether the second wave is taken to be there."""
        return self.p_value is not None and self.p_value < WAVE_LEVEL


def test_of_waves(
    one: tuple[Curve, Fits],
    two: tuple[Curve, Fits],
    y: FloatArray,
    times: FloatArray,
    *,
    measure: Measure,
    errors: Errors,
    reps: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return the likelihood ratio of two waves against one curve, and its p-value by the parametric bootstrap.

    Series are drawn from the one-wave curve with AR(1) errors, and both curves are fitted anew from a whole grid.

    Parameters
    ----------
    one, two
        Curve and fit of one series, B = 1.
    y
        Shape (n,).
    """
    statistic = float(2.0 * (log_likelihood(two[1].residuals) - log_likelihood(one[1].residuals))[0])
    drawn = drawn_series(one[1], reps, rng)
    own = fit_many(one[0], drawn, times, measure=measure, errors=errors, near=one[1].theta[0])
    wider = fit_many(two[0], drawn, times, measure=measure, errors=errors, near=two[1].theta[0])
    null = 2.0 * (log_likelihood(wider.residuals) - log_likelihood(own.residuals))
    return statistic, float((1 + (null >= statistic).sum()) / (reps + 1))

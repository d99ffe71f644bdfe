"""The density of a normal error less a half-normal inefficiency, and the likelihood of a panel of such residuals.

Residuals are those of production, r = v - u with u >= 0; a cost frontier changes the sign of both sides first. Spreads
are given by their logarithms, `spreads` = (ln sigma_v, ln sigma_u).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, logsumexp

from panelkit.kernels.normal import mills
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

_LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))
_NODES = 32  # on each side of the mode
_STEPS = 60
_FELL = 34.0  # of the log-integrand from its mode to where the integral stops: exp(-34) is rounding


@dataclass(frozen=True, eq=False)
class Likelihood(Brief):
    """Log-likelihoods of the units (N,), and their scores (N, p) by slopes, ln sigma_v and ln sigma_u."""

    values: FloatArray
    scores: FloatArray

    @property
    def total(self) -> float:
        """Return the log-likelihood of all."""
        return float(self.values.sum())


@dataclass(frozen=True, eq=False)
class Levels(Brief):
    """Where the mean error of every unit may lie: values (N, K) and their probabilities (N, K)."""

    values: FloatArray
    weights: FloatArray
    log_mass: FloatArray


def log_density(r: FloatArray, spreads: FloatArray) -> FloatArray:
    """Return ln f(r) = ln 2 - ln sigma + ln phi(r/sigma) + ln Phi(-lambda r/sigma).

    Source: Aigner, Lovell and Schmidt 1977, equation 8.
    """
    sigma, ratio, _ = _shape(spreads)
    return np.asarray(
        np.log(2) - np.log(sigma) - 0.5 * (r / sigma) ** 2 - _LOG_SQRT_2PI + log_ndtr(-ratio * r / sigma)
    )


def partials(r: FloatArray, spreads: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the derivatives of `log_density` by r, ln sigma_v and ln sigma_u, each of the shape of r."""
    sigma, ratio, gamma = _shape(spreads)
    a = -ratio * r / sigma
    m = mills(a)
    bent = (r / sigma) ** 2 - 1
    by_r = -r / sigma**2 - m * ratio / sigma
    return by_r, (1 - gamma) * bent - m * a * (2 - gamma), gamma * bent + m * a * (1 - gamma)


def pooled_likelihood(r: FloatArray, X: FloatArray, spreads: FloatArray) -> Likelihood:
    """Return the likelihood of independent residuals r (n,) of regressors X (n, k); every row is a unit of its own."""
    by_r, by_v, by_u = partials(r, spreads)
    return Likelihood(log_density(r, spreads), np.column_stack([-by_r[:, None] * X, by_v, by_u]))


def within_likelihood(r: FloatArray, X: FloatArray, unit: IntArray, spreads: FloatArray) -> Likelihood:
    """Return the likelihood of deviations from unit means: the unit's mean error is integrated out.

    r (n,) and X (n, k) are deviations, rows of a unit together. The density of the deviations of a unit is the
    integral of the product of its errors' densities over their mean (Chen, Schmidt and Wang 2014 write it as a
    T-dimensional normal distribution, which has one factor); the integral is taken by quadrature between the points
    where its log-concave integrand has fallen to nothing.

    Source: Chen, Schmidt and Wang 2014.
    """
    levels = levels_of_units(r, unit, spreads)
    by_r, by_v, by_u = partials(r[:, None] + levels.values[unit], spreads)
    weights = levels.weights[unit]
    by_r, by_v, by_u = ((weights * one).sum(axis=1) for one in (by_r, by_v, by_u))
    rows = np.column_stack([-by_r[:, None] * X, by_v, by_u])
    return Likelihood(levels.log_mass, np.add.reduceat(rows, _starts(unit)))


def levels_of_units(r: FloatArray, unit: IntArray, spreads: FloatArray) -> Levels:
    """Return what the deviations r (n,) of every unit say of its mean error: quadrature points and their weights."""
    starts = _starts(unit)

    def inner(level: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(log_density(r[:, None] + level[unit], spreads), starts))

    modes, widths = _modes(r, unit, starts, spreads)
    low, high = (_fallen(inner, modes, side * widths) for side in (-1.0, 1.0))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    values = np.hstack(
        [
            (one + two)[:, None] / 2 + (two - one)[:, None] / 2 * nodes
            for one, two in ((low, modes), (modes, high))
        ]
    )
    widths = np.repeat(np.column_stack([modes - low, high - modes]) / 2, _NODES, axis=1)
    terms = inner(values) + np.log(np.tile(weights, 2) * widths)
    mass = np.asarray(logsumexp(terms, axis=1))
    return Levels(values, np.exp(terms - mass[:, None]), mass)


def normal_likelihood(r: FloatArray, unit: IntArray | None) -> tuple[float, float]:
    """Return the log-likelihood without inefficiency at least squares residuals r, and sigma.

    `unit`: the residuals are deviations from unit means, whose level is integrated out; None: they are not.
    """
    n, lost, constant = len(r), 0, 0.0
    if unit is not None:
        counts = np.bincount(unit)
        lost, constant = len(counts), -0.5 * float(np.log(counts).sum())
    variance = float(r @ r) / (n - lost)
    return -0.5 * (n - lost) * (np.log(2 * np.pi * variance) + 1) + constant, float(np.sqrt(variance))


def _modes(
    r: FloatArray, unit: IntArray, starts: IntArray, spreads: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where each unit's integrand is largest, and its width there; it is log-concave."""
    sigma, ratio, _ = _shape(spreads)
    level = -np.maximum.reduceat(r, starts)
    for _ in range(_STEPS):
        whole = r + level[unit]
        a = -ratio * whole / sigma
        m = mills(a)
        slope = np.add.reduceat(-whole / sigma**2 - m * ratio / sigma, starts)
        bend = np.add.reduceat(-1 / sigma**2 - (ratio / sigma) ** 2 * m * (a + m), starts)
        step = -slope / bend
        level = level + step
        if np.abs(step).max() < 1e-10 * sigma:
            break
    return level, 1 / np.sqrt(-bend)


def _fallen(inner: Callable[[FloatArray], FloatArray], modes: FloatArray, step: FloatArray) -> FloatArray:
    """Return points (N,) on the side of `step` (N,) from the modes where the integrand has fallen by `_FELL`."""
    floor = inner(modes[:, None])[:, 0] - _FELL
    near, far = modes, modes + 8 * step
    while (short := inner(far[:, None])[:, 0] > floor).any():
        far = np.where(short, modes + 2 * (far - modes), far)
    for _ in range(8):
        middle = (near + far) / 2
        above = inner(middle[:, None])[:, 0] > floor
        near, far = np.where(above, middle, near), np.where(above, far, middle)
    return np.asarray(far)


def _shape(spreads: FloatArray) -> tuple[float, float, float]:
    """Return sigma, lambda = sigma_u/sigma_v and gamma = sigma_u^2/sigma^2."""
    v, u = np.exp(spreads[0]), np.exp(spreads[1])
    sigma = float(np.hypot(v, u))
    return sigma, float(u / v), float((u / sigma) ** 2)


def _starts(unit: IntArray) -> IntArray:
    """Return where the rows of each unit begin; rows of a unit stand together, codes rise."""
    return np.asarray(np.flatnonzero(np.r_[True, np.diff(unit) != 0]), dtype=np.int64)

"""Two logistic stocks that act on each other: parameters, interior equilibrium, stability, bounds.

dS/dt = r_S S (1 - S/K_S + a_SI I/K_I) - d_S S + g_S, and the same for I with a_IS: Lotka-Volterra mutualism where
both a are positive. As coefficients (..., 2, 3) of `trajectories.py`: growth r - d, own effect -r/K, cross effect r
a / K of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class TwoLogistic(Brief):
    """Growth rates r, capacities K and interactions a (..., 2), each of the stock that grows, and decay d (2,)."""

    growth: FloatArray
    capacity: FloatArray
    alpha: FloatArray
    decay: FloatArray

    def coefficients(self) -> FloatArray:
        """Return the coefficients (..., 2, 3)."""
        others = self.capacity[..., ::-1]
        parts = (self.growth - self.decay, -self.growth / self.capacity, self.growth * self.alpha / others)
        return np.stack(np.broadcast_arrays(*parts), axis=-1)


def parameters_of(coefficients: FloatArray, decay: FloatArray) -> TwoLogistic:
    """Return growth, capacity and interaction; NaN where a stock does not saturate or does not grow by itself."""
    growth, own, cross = (coefficients[..., at] for at in range(3))
    rate = growth + decay
    with np.errstate(invalid="ignore", divide="ignore"):
        capacity = np.where((own < 0.0) & (rate > 0.0), -rate / own, np.nan)
        alpha = cross * capacity[..., ::-1] / np.where(rate > 0.0, rate, np.nan)
    return TwoLogistic(rate, capacity, alpha, decay)


def relative_equilibrium(alpha: FloatArray) -> FloatArray:
    """Return S/K_S and I/K_I (..., 2) at rest without decay and inflow: (1 + a_SI) / (1 - a_SI a_IS), and its
    mirror."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((1.0 + alpha) / (1.0 - alpha.prod(axis=-1))[..., None])


def equilibrium(coefficients: FloatArray) -> FloatArray:
    """Return the interior equilibrium (..., 2) without inflow; NaN where none has both stocks above zero."""
    growth, own, cross = (coefficients[..., at] for at in range(3))
    across = own.prod(axis=-1) - cross.prod(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (cross * growth[..., ::-1] - growth * own[..., ::-1]) / across[..., None]
    held = np.isfinite(found).all(axis=-1, keepdims=True) & (found > 0.0).all(axis=-1, keepdims=True)
    return np.asarray(np.where(held, found, np.nan))


def jacobian(coefficients: FloatArray, state: FloatArray) -> FloatArray:
    """Return the derivatives (..., 2, 2) of the rates at states (..., 2)."""
    growth, own, cross = (coefficients[..., at] for at in range(3))
    across = state * cross
    straight = growth + 2.0 * own * state + cross * state[..., ::-1]
    rows = [(straight[..., 0], across[..., 0]), (across[..., 1], straight[..., 1])]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def slowest(coefficients: FloatArray, state: FloatArray) -> FloatArray:
    """Return the largest real part (...,) of the eigenvalues at states (..., 2): below zero is stable; NaN is
    kept."""
    made = jacobian(coefficients, state)
    held = np.asarray(np.isfinite(made).all(axis=(-1, -2)))
    roots = np.linalg.eigvals(np.where(held[..., None, None], made, 0.0))
    return np.asarray(np.where(held, roots.real.max(axis=-1), np.nan))


def is_bounded(coefficients: FloatArray) -> np.ndarray:
    """Tell of each system (...,) whether no stock can grow beyond every bound.

    Both stocks saturate, and the product of the cross effects is below that of the own ones (a_SI a_IS < 1), or a
    cross effect is not positive.
    """
    own, cross = coefficients[..., 1], coefficients[..., 2]
    mutual = (cross > 0.0).all(axis=-1)
    return np.asarray((own < 0.0).all(axis=-1) & (~mutual | (cross.prod(axis=-1) < own.prod(axis=-1))))

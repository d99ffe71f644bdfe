"""Moments of the within regression with their expectation taken off, and their solution along a path.

Breitung, Kripfganz and Hayakawa (2022), eqs. 6-9: for lag l of unit i, m_il(b) = y_(i,-l)'M e_i(b) + h_il(rho) e_i(b)'M
e_i(b) / (n_i - 1), and x_i'M e_i(b) for regressors and period dummies, M the deviations from unit means.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.models.dynamic.short.nickell import reached
from panelkit.show.brief import Brief

_STAGES = 10
_STEPS = 60
_CLOSE = 1e-11
"""A Newton step below so much of the estimates ends the search."""


@dataclass(frozen=True, eq=False)
class AdjustedProblem(Brief):
    """Rows swept of unit means: y (n,), W (n, K) with the own lags in its first columns; starts of units (N,).

    `pairs` (N, T) are those of `nickell.pairs_apart`, `orders` of the own lags, ascending.
    """

    y: FloatArray
    W: FloatArray
    starts: IntArray
    pairs: FloatArray
    orders: tuple[int, ...]

    @property
    def within(self) -> FloatArray:
        """Return the within estimates (K,)."""
        return np.asarray(np.linalg.lstsq(self.W, self.y, rcond=None)[0], dtype=np.float64)

    @cached_property
    def products(self) -> FloatArray:
        """Return W_i'W_i by unit, (N, K, K)."""
        return np.asarray(np.add.reduceat(self.W[:, :, None] * self.W[:, None, :], self.starts, axis=0))

    def moments(self, b: FloatArray, share: float = 1.0) -> FloatArray:
        """Return m_i (N, K), with a share of the adjustment."""
        p = len(self.orders)
        e = self.y - self.W @ b
        m = np.add.reduceat(self.W * e[:, None], self.starts, axis=0)
        h, _ = reached(self.pairs, b[:p], self.orders)
        m[:, :p] += share * h * self._variance(e)[:, None]
        return np.asarray(m)

    def jacobians(self, b: FloatArray, share: float = 1.0) -> FloatArray:
        """Return the derivatives of m_i, (N, K, K)."""
        p = len(self.orders)
        e = self.y - self.W @ b
        made = -self.products
        h, dh = reached(self.pairs, b[:p], self.orders)
        by_unit = np.add.reduceat(self.W * e[:, None], self.starts, axis=0)
        made[:, :p] -= share * 2.0 * h[:, :, None] * (by_unit / (self.pairs[:, :1] - 1.0))[:, None, :]
        made[:, :p, :p] += share * dh * self._variance(e)[:, None, None]
        return np.asarray(made)

    def _variance(self, e: FloatArray) -> FloatArray:
        """Return e_i'e_i / (n_i - 1), (N,)."""
        return np.asarray(np.add.reduceat(e * e, self.starts) / (self.pairs[:, 0] - 1.0))


def solve_adjusted(problem: AdjustedProblem) -> FloatArray:
    """Return the root b (K,) that the within estimate leads to as the adjustment grows from none to the whole.

    Raises
    ------
    ConvergenceError
        If the moments have no root there: the path turns back before the whole adjustment is reached.
    """
    b = problem.within
    for share in np.linspace(0.0, 1.0, _STAGES + 1)[1:]:
        b = _newton(problem, b, float(share))
    return b


def _newton(problem: AdjustedProblem, b: FloatArray, share: float) -> FloatArray:
    for _ in range(_STEPS):
        total = problem.jacobians(b, share).sum(axis=0)
        sign, _ = np.linalg.slogdet(-total)
        if not np.isfinite(total).all() or sign <= 0.0:
            break
        step = np.linalg.solve(total, -problem.moments(b, share).sum(axis=0))
        b = b + step
        if float(np.abs(step).max()) <= _CLOSE * max(1.0, float(np.abs(b).max())):
            return b
    raise ConvergenceError(
        message(
            "the adjusted moments have no root: {share:.0%} of the adjustment leads the own lags to {rho}, and more "
            "of it has no solution. The outcome is too persistent for so few {periods}: take HalfPanelJackknife, "
            "changes of the outcome, or more {periods}",
            share=share,
            rho=[f"{value:.3f}" for value in b[: len(problem.orders)]],
        )
    )

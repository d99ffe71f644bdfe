"""The bias of least squares with unit dummies in a dynamic panel, to three orders (Kiviet 1995, 1999; Bruno 2005).

With A the deviations from unit means on the rows held, L the lag and G = (I - gamma L)^-1, P = A L G; W = [y_-1 : X],
Q = E(W'AW)^-1, q = Q e_1. Bruno (2005), eqs. 7-9:

c1 = s tr(P) q, order 1/T; c2 = -s [Q W'PAW + tr(Q W'PAW) I + 2 s q_1 tr(P'PP) I] q, order 1/(NT);
c3 = s^2 tr(P) {2 q_1 Q W'PP'W q + [q'W'PP'W q + q_1 tr(Q W'PP'W) + 2 s q_1^2 tr(P'PP'P)] q}, order 1/(NT^2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Traces(Brief):
    """tr(P), tr(P'PP) and tr(P'PP'P) of every unit, (N,) each."""

    first: FloatArray
    second: FloatArray
    third: FloatArray

    def sums(self, kept: FloatArray) -> tuple[float, float, float]:
        """Return their sums over units with weights (N,)."""
        return float(kept @ self.first), float(kept @ self.second), float(kept @ self.third)


def reach_matrix(gamma: float, length: int) -> FloatArray:
    """Return L G (T, T): what an error does to the lagged outcome of every later period."""
    apart = np.arange(length)[:, None] - np.arange(length)[None, :] - 1
    return np.where(apart >= 0, float(gamma) ** np.maximum(apart, 0), 0.0)


def traces(mask: NDArray[np.bool_], gamma: float) -> Traces:
    """Return the traces of units with rows in the marked periods, (N, T)."""
    patterns, which = np.unique(mask, axis=0, return_inverse=True)
    return traces_of(patterns, which, gamma)


def traces_of(patterns: NDArray[np.bool_], which: IntArray, gamma: float) -> Traces:
    """Return the traces of units by their pattern (P, T) of rows, `which` (N,) of them."""
    reach = reach_matrix(gamma, patterns.shape[1])
    found = np.array([_of_pattern(row.astype(np.float64), reach) for row in patterns])
    return Traces(*found[which.ravel()].T)


def _of_pattern(held: FloatArray, reach: FloatArray) -> tuple[float, float, float]:
    P = (np.diag(held) - np.outer(held, held) / held.sum()) @ reach
    square = P.T @ P
    return float(np.trace(P)), float((P * (P @ P)).sum()), float((square * square).sum())


def bias_terms(
    Q: FloatArray,
    WPW: FloatArray,
    WPPW: FloatArray,
    of_units: tuple[float, float, float],
    variance: float,
) -> FloatArray:
    """Return c1, c2 and c3, (3, K), the lag in the first place.

    Parameters
    ----------
    Q
        The inverse of W'AW (K, K).
    WPW, WPPW
        W'PAW and W'PP'W (K, K).
    of_units
        The sums of the three traces.
    variance
        That of the errors, s.
    """
    s, q, eye = variance, Q[:, 0], np.eye(len(Q))
    first, second, third = of_units
    held = Q @ WPW
    c1 = s * first * q
    c2 = -s * (held + np.trace(held) * eye + 2.0 * s * q[0] * second * eye) @ q
    inner = q @ WPPW @ q + q[0] * np.trace(Q @ WPPW) + 2.0 * s * q[0] ** 2 * third
    c3 = s**2 * first * (2.0 * q[0] * (Q @ (WPPW @ q)) + inner * q)
    return np.array([c1, c2, c3])


@dataclass(frozen=True, eq=False)
class KivietSums(Brief):
    """Cells (N, T, K) of W swept of unit means, zero where no row is, and the products of all, (T, T, K, K)."""

    cells: FloatArray
    products: FloatArray
    mask: NDArray[np.bool_]

    @cached_property
    def patterns(self) -> tuple[NDArray[np.bool_], IntArray]:
        """Return the patterns of rows (P, T) and which every unit has, (N,)."""
        patterns, which = np.unique(self.mask, axis=0, return_inverse=True)
        return patterns, which.ravel()

    def bias(self, gamma: float, variance: float, without: int | None = None) -> FloatArray:
        """Return c1, c2, c3 (3, K) at given parameters, W itself in the place of its expectation.

        `without` leaves one unit out.
        """
        reach = reach_matrix(gamma, self.mask.shape[1])
        kept = np.ones(len(self.mask))
        parts = [self._part(kernel) for kernel in (np.eye(len(reach)), reach, reach @ reach.T)]
        if without is not None:
            kept[without] = 0.0
            own = self.cells[without]
            kernels = (np.eye(len(reach)), reach, reach @ reach.T)
            parts = [part - own.T @ kernel @ own for part, kernel in zip(parts, kernels, strict=True)]
        A, WPW, WPPW = parts
        return bias_terms(
            np.asarray(np.linalg.pinv(A, hermitian=True), dtype=np.float64),
            WPW,
            WPPW,
            traces_of(*self.patterns, gamma).sums(kept),
            variance,
        )

    def _part(self, kernel: FloatArray) -> FloatArray:
        return np.asarray(np.einsum("st,stkl->kl", kernel, self.products))


def kiviet_sums(cells: FloatArray, mask: NDArray[np.bool_]) -> KivietSums:
    """Return the sums of cells (N, T, K)."""
    N, T, K = cells.shape
    flat = cells.reshape(N, T * K)
    products = (flat.T @ flat).reshape(T, K, T, K).transpose(0, 2, 1, 3)
    return KivietSums(cells, products, mask)

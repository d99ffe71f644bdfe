"""The likelihood of a dynamic panel in first differences, its maximum and its scores.

Hsiao, Pesaran and Tahmiscioglu (2002), eqs. 3.1-3.9: the changes (dy_1, ..., dy_T) of a unit have mean D_i b and
covariance s O(w), O tridiagonal with 2 on the diagonal and -1 beside it but w in the first place; |O| = 1 + T (w - 1).
Given w the maximum over b and s is generalised least squares, so that the search is over one number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg, optimize

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief

_GRID = np.arange(-9.0, 20.01, 0.25)
"""Logarithms of |O|: stationary starts lie between 0 and log(1 + T)."""
_LOST = 1e-11
"""Directions of columns at norm one below this are none."""
_STRIDE = 0.5
"""The steps of the logarithm of |O| by which a maximum is followed when a unit leaves."""


@dataclass(frozen=True, eq=False)
class Transformed(Brief):
    """Changes of the outcome dy (N, T) and their regressors D (N, T, K).

    `products` (T, T, K + 1, K + 1) are those of all columns, the outcome last, by pairs of periods.
    """

    dy: FloatArray
    D: FloatArray
    products: FloatArray

    @property
    def length(self) -> int:
        """Return T."""
        return int(self.dy.shape[1])

    def without(self, unit: int) -> Transformed:
        """Return the problem of the other units."""
        own = _products(self.dy[[unit]], self.D[[unit]])
        return Transformed(
            np.delete(self.dy, unit, axis=0), np.delete(self.D, unit, axis=0), self.products - own
        )

    def omega(self, log_det: float) -> float:
        """Return w at a logarithm of |O|."""
        return 1.0 + (float(np.exp(log_det)) - 1.0) / self.length

    def matrix(self, omega: float) -> FloatArray:
        """Return O (T, T)."""
        T = self.length
        made = 2.0 * np.eye(T) - np.eye(T, k=1) - np.eye(T, k=-1)
        made[0, 0] = omega
        return made

    def concentrated(self, log_det: float) -> tuple[float, FloatArray, float]:
        """Return the log-likelihood, b (K,) and s at a logarithm of |O|."""
        N, T, _ = self.D.shape
        root = np.linalg.cholesky(self.matrix(self.omega(log_det)))
        inverse = linalg.cho_solve((root, True), np.eye(T))
        total = np.einsum("ts,tskl->kl", inverse, self.products)
        size = np.sqrt(np.diag(total))
        size = np.where(size > 0.0, size, 1.0)
        scaled = total / np.outer(size, size)
        # a column of the first period or a dummy may leave with a unit: the slopes are the same without it
        b = np.linalg.pinv(scaled[:-1, :-1], rcond=_LOST, hermitian=True) @ scaled[:-1, -1]
        s = float(scaled[-1, -1] - scaled[:-1, -1] @ b) * float(size[-1]) ** 2 / (N * T)
        b = np.asarray(b * size[-1] / size[:-1])
        return -0.5 * N * (T * (np.log(2.0 * np.pi * s) + 1.0) + log_det), b, s

    def pieces(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, float, float]:
        """Return residuals r (N, T), O^-1 r, O^-1, s and w at (b, s, w)."""
        b, s, omega = theta[:-2], float(theta[-2]), float(theta[-1])
        inverse: FloatArray = np.asarray(np.linalg.inv(self.matrix(omega)), dtype=np.float64)
        r: FloatArray = self.dy - self.D @ b
        return r, r @ inverse, inverse, s, omega

    def scores(self, theta: FloatArray) -> FloatArray:
        """Return the scores of every unit (N, K + 2) by b, s and w."""
        r, a, inverse, s, _ = self.pieces(theta)
        by_b = np.einsum("ntk,nt->nk", self.D, a) / s
        by_s = -0.5 * self.length / s + 0.5 * (r * a).sum(axis=1) / s**2
        by_omega = -0.5 * inverse[0, 0] + 0.5 * a[:, 0] ** 2 / s
        return np.column_stack([by_b, by_s, by_omega])

    def hessians(self, theta: FloatArray) -> FloatArray:
        """Return the second derivatives of every unit, (N, K + 2, K + 2)."""
        r, a, inverse, s, _ = self.pieces(theta)
        N, T, K = self.D.shape
        made = np.zeros((N, K + 2, K + 2))
        made[:, :K, :K] = -np.einsum("ntk,ts,nsl->nkl", self.D, inverse, self.D, optimize=True) / s
        made[:, :K, K] = made[:, K, :K] = -np.einsum("ntk,nt->nk", self.D, a) / s**2
        across = -np.einsum("ntk,t->nk", self.D, inverse[:, 0]) * a[:, :1] / s
        made[:, :K, K + 1] = made[:, K + 1, :K] = across
        made[:, K, K] = 0.5 * T / s**2 - (r * a).sum(axis=1) / s**3
        made[:, K, K + 1] = made[:, K + 1, K] = -0.5 * a[:, 0] ** 2 / s**2
        made[:, K + 1, K + 1] = 0.5 * inverse[0, 0] ** 2 - a[:, 0] ** 2 * inverse[0, 0] / s
        return made


def transformed(dy: FloatArray, D: FloatArray) -> Transformed:
    """Return the problem of changes (N, T) and regressors (N, T, K)."""
    return Transformed(dy, D, _products(dy, D))


def _products(dy: FloatArray, D: FloatArray) -> FloatArray:
    both = np.concatenate([D, dy[:, :, None]], axis=2)
    N, T, K = both.shape
    flat = both.reshape(N, T * K)
    return np.asarray((flat.T @ flat).reshape(T, K, T, K).transpose(0, 2, 1, 3))


@dataclass(frozen=True, eq=False)
class Maximum(Brief):
    """The maximum: `theta` (b, s, w), its log-likelihood, and how many local maxima the search met."""

    theta: FloatArray
    loglik: float
    log_det: float
    local: int


def maximise(problem: Transformed) -> Maximum:
    """Return the highest maximum over w.

    Raises
    ------
    ConvergenceError
        If the likelihood rises towards the edge, where O is singular or the first period counts for nothing.
    """
    heights = np.array([problem.concentrated(float(at))[0] for at in _GRID])
    inner = np.flatnonzero((heights[1:-1] >= heights[:-2]) & (heights[1:-1] >= heights[2:])) + 1
    best = int(np.argmax(heights))
    if best in (0, len(_GRID) - 1) or not len(inner):
        raise ConvergenceError(_no_maximum(start=best == 0))
    found = [_between(problem, _GRID[at - 1], _GRID[at + 1]) for at in inner]
    top = max(found)
    loglik, b, s = problem.concentrated(top[1])
    return Maximum(_polished(problem, np.r_[b, s, problem.omega(top[1])]), loglik, top[1], len(found))


def _between(problem: Transformed, low: float, high: float) -> tuple[float, float]:
    """Return the highest log-likelihood between two logarithms of |O|, and where it is."""
    made: Any = optimize.minimize_scalar(
        lambda x: -problem.concentrated(float(x))[0],
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-8},
    )
    return -float(made.fun), float(made.x)


def without_each(problem: Transformed, top: Maximum) -> FloatArray:
    """Return b (N, K) without each unit: the maximum that lies uphill from that of all."""
    found = []
    for unit in range(len(problem.dy)):
        left = problem.without(unit)
        near = _uphill(left, top.log_det)
        _, at = _between(left, near - _STRIDE, near + _STRIDE)
        found.append(left.concentrated(at)[1])
    return np.array(found)


def _uphill(problem: Transformed, start: float) -> float:
    """Return the logarithm of |O|, in steps from a start, on both sides of which the likelihood is lower."""
    at, height = start, problem.concentrated(start)[0]
    for way in (-_STRIDE, _STRIDE):
        while _GRID[0] < at + way < _GRID[-1]:
            other = problem.concentrated(at + way)[0]
            if not other > height:
                break
            at, height = at + way, other
    return at


def _polished(problem: Transformed, theta: FloatArray) -> FloatArray:
    """Take Newton steps (K + 2,) from where the search ended, while they shorten the score."""
    best = np.linalg.norm(problem.scores(theta).sum(axis=0))
    for _ in range(5):
        step = np.linalg.solve(problem.hessians(theta).sum(axis=0), problem.scores(theta).sum(axis=0))
        moved = theta - step
        if moved[-2] <= 0.0 or moved[-1] <= 1.0 - 1.0 / problem.length:
            break
        size = np.linalg.norm(problem.scores(moved).sum(axis=0))
        if not size < best:
            break
        theta, best = moved, size
    return theta


def _no_maximum(*, start: bool) -> Message:
    if start:
        return message(
            "the likelihood has no maximum inside: it rises as the covariance of the changes becomes singular. Take "
            "AdjustedMoments, which asks nothing of the first {period}, or another start of the sample"
        )
    return message(
        "the likelihood has no maximum inside: it rises as the variance of the first change grows without bound. Take "
        "AdjustedMoments, which asks nothing of the first {period}, or another start of the sample"
    )

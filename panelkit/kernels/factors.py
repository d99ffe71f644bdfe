"""Factors of a panel without gaps: the best approximation of rank r, and least squares beside one.

Matrices are (N, T). Least squares beside r factors minimises the squares of Y - Xb that its r largest singular values
leave (Bai 2009; Moon and Weidner 2015), which is not convex in b: a search starts from several places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

STEPS = 2000
# a step ends the search when it is this share of the distance that chance moves the coefficients
SETTLED = 1e-8
# ends whose squares differ by less than this share are one minimum
SAME = 1e-7


@dataclass(frozen=True, eq=False)
class Approximation(Brief):
    """`left` U (N, r), `values` s (r,), `right` V (T, r) with W near U s V', and what that leaves, `errors` (N, T)."""

    left: FloatArray
    values: FloatArray
    right: FloatArray
    errors: FloatArray

    @property
    def squares(self) -> float:
        """Return the sum of squares left."""
        return float((self.errors**2).sum())

    def projected(self, X: FloatArray) -> FloatArray:
        """Return columns (k, N, T) less what loadings and factors explain: M_U X M_V."""
        X = X - self.left @ (self.left.T @ X)
        return np.asarray(X - (X @ self.right) @ self.right.T)


@dataclass(frozen=True, eq=False)
class Found(Brief):
    """Where a search ended: `beta` (k,), the approximation there, and whether it settled."""

    beta: FloatArray
    approximation: Approximation
    settled: bool


def approximate(W: FloatArray, rank: int) -> Approximation:
    """Return the best approximation of a matrix (N, T) by one of a rank."""
    left, values, right = np.linalg.svd(W, full_matrices=False)
    left, values, right = left[:, :rank], values[:rank], right[:rank].T
    return Approximation(left, values, right, W - (left * values) @ right.T)


def beside_factors(y: FloatArray, X: FloatArray, rank: int, start: FloatArray, df: int) -> Found:
    """Return the minimum of the squares that a search from `start` reaches.

    Parameters
    ----------
    y, X
        (N, T), and (k, N, T) of which each is orthogonal to the others and of norm one.
    rank
        The number of factors.
    start
        Coefficients (k,).
    df
        Rows less parameters: what tells a step from chance.

    Notes
    -----
    A step is least squares of the errors on M_U X M_V, halved until the squares fall enough. Their gradient is
    -2 <X, E> = -2 <M_U X M_V, E>, since the approximation is at its own minimum.
    """
    beta, k = start, len(X)
    rounding = 1e-14 * np.sqrt((y**2).sum())
    here = approximate(y - np.tensordot(beta, X, 1), rank)
    for _ in range(STEPS):
        Z = here.projected(X).reshape(k, -1)
        step = np.linalg.lstsq(Z.T, here.errors.ravel(), rcond=1e-10)[0]
        if np.sqrt((step**2).sum()) <= SETTLED * np.sqrt(here.squares / df) + rounding:
            return Found(beta + step, approximate(y - np.tensordot(beta + step, X, 1), rank), True)
        promised = float(((step @ Z) ** 2).sum())
        length = 1.0
        while True:
            there = approximate(y - np.tensordot(beta + length * step, X, 1), rank)
            if there.squares <= here.squares - 0.2 * length * promised or length < 1e-6:
                break
            length /= 2.0
        beta, here = beta + length * step, there
    return Found(beta, here, False)


def searched(
    y: FloatArray, X: FloatArray, rank: int, df: int, starts: int, rng: np.random.Generator
) -> tuple[Found, Array]:
    """Return the best of several searches and the squares where each ended, (starts,).

    The first starts from least squares without factors, the second beside the factors of y alone, the others around the
    first, as far as the factors may have moved it.
    """
    first = np.tensordot(X, y, 2)
    around = np.sqrt(((y - np.tensordot(first, X, 1)) ** 2).sum())
    alone = approximate(y, rank)
    second = np.linalg.lstsq(alone.projected(X).reshape(len(X), -1).T, alone.errors.ravel(), rcond=1e-10)[0]
    draws = first + around * rng.normal(size=(max(starts - 2, 0), len(X))) / np.sqrt(len(X))
    found = [beside_factors(y, X, rank, start, df) for start in [first, second, *draws][:starts]]
    squares = np.array([one.approximation.squares for one in found])
    same = at_best(squares, float((y**2).sum()))
    return min((found[at] for at in np.flatnonzero(same)), key=lambda one: not one.settled), squares


def at_best(squares: Array, total: float) -> Array:
    """Return which ends are the best minimum, (starts,); `total` squares of the outcome say what is rounding."""
    return np.asarray(squares <= squares.min() * (1.0 + SAME) + 1e-24 * total)


def bias_of_errors(X: FloatArray, found: Approximation) -> FloatArray:
    """Return Z'Z times what heteroskedastic errors move the coefficients up or down, (k,).

    Moon and Weidner (2017), B2 and B3: errors that differ between units, and between periods.
    """
    across = (found.left / found.values) @ found.right.T
    by_unit, by_time = (found.errors**2).sum(axis=1), (found.errors**2).sum(axis=0)
    loaded = X - found.left @ (found.left.T @ X)
    timed = X - (X @ found.right) @ found.right.T
    first = np.einsum("knt,nt,n->k", loaded, across, by_unit)
    return np.asarray(-first - np.einsum("knt,nt,t->k", timed, across, by_time))


def bias_of_lags(X: FloatArray, found: Approximation, bandwidth: int, *, constant: bool) -> FloatArray:
    """Return Z'Z times what errors do to later values of the regressors, (k,) (Moon and Weidner 2017, B1).

    `bandwidth`: how many periods later still count; `constant`: whether unit effects are swept out, a factor of ones.
    """
    periods = found.right
    if constant:
        periods = np.column_stack([np.full(len(periods), len(periods) ** -0.5), periods])
    projection = periods @ periods.T
    at = np.arange(len(projection))
    ahead = at[None, :] - at[:, None]
    projection = np.where((ahead >= 1) & (ahead <= bandwidth), projection, 0.0)
    return np.asarray(-np.einsum("ts,nt,kns->k", projection, found.errors, X))

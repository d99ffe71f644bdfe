"""Least squares over weights that are not negative and sum to one: Wolfe's point of least norm in a polytope.

Wolfe (1976, Mathematical Programming 11). The search visits faces of the simplex, solves least squares on each,
and ends after finitely many at the optimum, with zeros that are exact.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from panelkit.kernels.within import FloatArray

# where several weights fit alike, those of least norm are taken: this ridge decides, and moves nothing else
_DECIDING = 1e-10
_ROUNDING = 1e-15


def simplex_least_squares(A: FloatArray, b: FloatArray, ridge: float = 0.0) -> FloatArray:
    """Minimise |A w - b|^2 + ridge |w|^2 over w >= 0 with sum one.

    Parameters
    ----------
    A
        Columns to weigh, (m, n).
    b
        What they are to make, (m,).
    ridge
        Weight of |w|^2, zero or more. With zero the minimiser may not be the only one: that of least norm is returned.

    Returns
    -------
    w (n,).
    """
    n = A.shape[1]
    gaps = A - b[:, None]
    scale = float(np.einsum("ij,ij->", gaps, gaps)) / n
    if scale == 0.0:
        return np.full(n, 1.0 / n)
    held = max(ridge, _DECIDING * scale)
    points = np.vstack([gaps, np.sqrt(held) * np.eye(n)]) / np.sqrt(scale + held)
    return _least_norm(points)


def _least_norm(points: FloatArray) -> FloatArray:
    """Return the weights (n,) of the point of least norm in the hull of columns (m, n)."""
    n = points.shape[1]
    squares = np.einsum("ij,ij->j", points, points)
    corral = [int(np.argmin(squares))]
    weights = np.ones(1)
    tolerance = _ROUNDING * float(squares.max()) * len(points)
    best = np.inf
    for _ in range(50 * (n + 10)):
        here = points[:, corral] @ weights
        norm = float(here @ here)
        along = here @ points
        entering = int(np.argmin(along))
        if norm - along[entering] <= tolerance or entering in corral or norm >= best:
            break
        best = norm
        corral, weights = _inside([*corral, entering], np.append(weights, 0.0), points)
    made = np.zeros(n)
    made[corral] = weights
    return made / made.sum()


def _inside(corral: list[int], weights: FloatArray, points: FloatArray) -> tuple[list[int], FloatArray]:
    """Move to the least point of the affine hull of the corral, dropping the points that stand in the way."""
    while True:
        wanted = _affine_minimiser(points[:, corral])
        if (wanted > 0.0).all():
            return corral, wanted
        falling = wanted <= 0.0
        steps = weights[falling] / (weights[falling] - wanted[falling])
        share = float(steps.min())
        weights = (1.0 - share) * weights + share * wanted
        leaving = int(np.flatnonzero(falling)[np.argmin(steps)])
        keep = np.arange(len(corral)) != leaving
        corral = [point for point, stays in zip(corral, keep, strict=True) if stays]
        weights = np.maximum(weights[keep], 0.0)


def _affine_minimiser(points: FloatArray) -> FloatArray:
    """Return weights (k,) with sum one, of either sign, of the least point in the affine hull of columns (m, k)."""
    upper = np.linalg.qr(np.vstack([np.ones(points.shape[1]), points]), mode="r")
    half = solve_triangular(upper, np.ones(points.shape[1]), trans="T", check_finite=False)
    found = solve_triangular(upper, half, check_finite=False)
    return np.asarray(found / found.sum())

"""Covariance kernels on a swept least-squares fit; arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.core.instruments import InstrumentedFit
from panelkit.core.linear import LinearFit
from panelkit.core.moments import LOST_SHARE, group_moments, regress
from panelkit.core.within import FloatArray, IntArray, within


def sum_by(columns: FloatArray, codes: IntArray) -> FloatArray:
    """Return sums of `columns` (n, m) by group code, (G, m)."""
    groups = int(codes.max()) + 1
    if (codes[1:] >= codes[:-1]).all():
        starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
        return np.add.reduceat(columns, starts, axis=0)
    return np.stack([np.bincount(codes, column, groups) for column in columns.T], axis=1)


def heteroskedastic(fit: LinearFit) -> FloatArray:
    """Return (X'X)^-1 X' diag(e^2) X (X'X)^-1, (k, k), without a factor (HC0)."""
    return fit.bread @ (fit.scores.T @ fit.scores) @ fit.bread


def clustered(fit: LinearFit, codes: IntArray) -> FloatArray:
    """Return (X'X)^-1 sum_g s_g s_g' (X'X)^-1, (k, k), without a factor (CRV0); `codes` (n,)."""
    sums = sum_by(fit.scores, codes) @ fit.bread
    return sums.T @ sums


def delete_one(
    fit: LinearFit, y: FloatArray, X: FloatArray, codes: IntArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the coefficients with each cluster left out, (G, k), effects estimated anew, and a mask (G,).

    `y` (n,) and `X` (n, k) are unswept; `codes` (n,). The mask is False where a deletion loses identification.
    """
    groups = whole_units(fit, codes)
    if isinstance(fit, InstrumentedFit):
        return fit.delete_rows(codes) if groups is None else fit.delete_groups(groups)
    columns, intercept = _without_levels(fit, X, y)
    if groups is None:
        grams = _grams_without_each(fit, columns, codes)
    else:
        grams = group_moments(columns, fit.layout, fit.effects, groups).swept_without_each()
    solved, identified = regress(grams, range(fit.k), [fit.k])
    betas = solved[:, :, 0]
    if intercept is not None:
        others = np.arange(fit.k) != intercept
        level = y.mean() - betas[:, others] @ X[:, others].mean(axis=0)
        betas[:, intercept] += level / X[0, intercept]
    return betas, identified


def _without_levels(fit: LinearFit, X: FloatArray, y: FloatArray) -> tuple[FloatArray, int | None]:
    """Return [X, y] without their large levels, (n, k + 1), and the column of an intercept to be restored.

    With effects the levels lie in the span of the dummies; without, in that of an intercept, if there is one.
    """
    columns = np.column_stack([X, y])
    if fit.effects != "none":
        return within(columns, fit.layout, fit.effects), None
    constant = np.flatnonzero((np.ptp(X, axis=0) == 0.0) & (X[0] != 0.0))
    if not len(constant):
        return columns, None
    means = columns.mean(axis=0)
    means[constant[0]] = 0.0
    return columns - means, int(constant[0])


def whole_units(fit: LinearFit, codes: IntArray) -> IntArray | None:
    """Return the group of each unit (n_units,) if clusters hold whole units, else None."""
    groups = codes[fit.layout.starts]
    return groups if (groups[fit.layout.unit] == codes).all() else None


def _grams_without_each(fit: LinearFit, columns: FloatArray, codes: IntArray) -> FloatArray:
    """Return the cross-products swept anew without each cluster, (G, k + 1, k + 1)."""
    gram = np.empty((int(codes.max()) + 1, fit.k + 1, fit.k + 1))
    scale = np.einsum("ij,ij->j", columns, columns)
    for group in range(len(gram)):
        weights = (codes != group).astype(float)
        swept = within(columns, fit.layout, fit.effects, weights) * weights[:, None]
        size = np.einsum("ij,ij->j", swept, swept)
        swept[:, size <= LOST_SHARE * scale] = 0.0
        gram[group] = swept.T @ swept
    return gram


def nearest_positive(
    matrix: FloatArray, what: str = "two-way clustered"
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the matrix with negative eigenvalues set to zero, and a note where any was negative."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    # below this share of the largest eigenvalue a negative one is rounding
    if values[0] >= -1e-12 * abs(values[-1]):
        return matrix, ()
    mended = (vectors * np.maximum(values, 0.0)) @ vectors.T
    note = (
        f"the {what} covariance is not positive definite: its negative eigenvalues were set to zero "
        "(Cameron, Gelbach and Miller 2011)"
    )
    return mended, (note,)

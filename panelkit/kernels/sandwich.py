"""Covariance kernels on a swept least-squares fit; arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.identified import TOLERANCE
from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray, IntArray, Layout, within

# Where a deletion leaves less than this of the squares in some direction, cross-products hold too few digits of it.
# The leverages of all clusters add up to about k, so that few clusters are such.
_LITTLE = 1e-6

# Eigenvalues are known to a unit in the last place of the largest: six digits of what is this share of it.
_CARRIED = 1e-9


def sum_by(columns: FloatArray, codes: IntArray) -> FloatArray:
    """Return sums of `columns` (n, m) by group code, (G, m)."""
    groups = int(codes.max()) + 1
    if (codes[1:] >= codes[:-1]).all():
        starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
        return np.add.reduceat(columns, starts, axis=0)
    return np.stack([np.bincount(codes, column, groups) for column in columns.T], axis=1)


def heteroskedastic(fit: LinearFit) -> FloatArray:
    """Return (X'X)^-1 X' diag(e^2) X (X'X)^-1, (k, k), without a factor (HC0)."""
    return fit.root @ (fit.basis_scores.T @ fit.basis_scores) @ fit.root.T


def clustered(fit: LinearFit, codes: IntArray) -> FloatArray:
    """Return (X'X)^-1 sum_g s_g s_g' (X'X)^-1, (k, k), without a factor (CRV0); `codes` (n,)."""
    sums = sum_by(fit.basis_scores, codes) @ fit.root.T
    return sums.T @ sums


def clustered_meat(fit: LinearFit, codes: IntArray) -> FloatArray:
    """Return the meat of `clustered` on the orthonormal basis, (k, k)."""
    sums = sum_by(fit.basis_scores, codes)
    return sums.T @ sums


def delete_one(fit: LinearFit, codes: IntArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the coefficients with each cluster left out, (G, k), effects estimated anew, and a mask (G,).

    `codes` (n,). The regressors enter as an orthonormal basis of the whole sample and the residuals in place of the
    outcome, so that what is solved for is the move of the coefficients, and no digit goes into levels or near
    repetitions. A sample that keeps little of some direction is fitted by itself. The mask is False where a deletion
    loses identification; those coefficients are missing.
    """
    if isinstance(fit, InstrumentedFit):
        return fit.without_each(codes)
    columns = np.column_stack([fit.basis, fit.residuals])
    grams = grams_without_each(columns, fit.layout, fit.effects, codes)
    k = fit.k
    kept = np.linalg.eigvalsh(grams[:, :k, :k])[:, 0]
    poor = np.flatnonzero(~(kept > _LITTLE))
    grams[poor, :k, :k] = np.eye(k)
    moves = np.linalg.solve(grams[:, :k, :k], grams[:, :k, k:])[:, :, 0]
    identified = np.ones(len(moves), dtype=bool)
    for group in poor:
        alone = without_rows(fit, codes == group)
        identified[group] = alone is not None
        moves[group] = np.nan if alone is None else alone
    return fit.beta + moves @ fit.root.T, identified


def without_rows(fit: LinearFit, gone: NDArray[np.bool_]) -> FloatArray | None:
    """Return the move of the coefficients on the fit's orthonormal basis without some rows, or None if it has none."""
    found = refit_without(fit, gone)
    return None if found is None else found[0]


def refit_without(
    fit: LinearFit, gone: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Return the move (k,) without some rows, the map (k, m) from the outcome to it and the residuals (m,), or None."""
    columns = swept_without(fit, np.column_stack([fit.basis, fit.residuals]), gone)
    left, values, right = np.linalg.svd(columns[:, :-1], full_matrices=False)
    if len(columns) < fit.k or not values[-1] > fit.noise / TOLERANCE:
        return None
    influence = right.T @ (left.T / values[:, None])
    move = np.asarray(influence @ columns[:, -1])
    return move, influence, columns[:, -1] - columns[:, :-1] @ move


def swept_without(fit: LinearFit, columns: FloatArray, gone: NDArray[np.bool_]) -> FloatArray:
    """Return columns (n, m) without some rows, swept of the effects of the others."""
    kept = ~gone
    return within(columns[kept], _layout_of(fit, kept), fit.effects) if kept.any() else columns[kept]


def _layout_of(fit: LinearFit, kept: NDArray[np.bool_]) -> Layout:
    codes = (fit.layout.unit[kept], fit.layout.time[kept])
    unit, time = (np.unique(each, return_inverse=True)[1] for each in codes)
    return Layout(unit, time)


def effects_without(fit: LinearFit, gone: NDArray[np.bool_]) -> int:
    """Return the rank of the effects' dummies on the rows that are left."""
    return _layout_of(fit, ~gone).absorbed(fit.effects) if not gone.all() else 0


def terms_lost(fit: LinearFit, gone: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return which regressors take part in what the rows that are left do not identify.

    None does where the regressors are there and the instruments do not reach them.
    """
    basis = fit.regressors @ fit.root if isinstance(fit, InstrumentedFit) else fit.basis
    columns = swept_without(fit, basis, gone)
    _, values, right = np.linalg.svd(columns)
    values = np.r_[values, np.zeros(fit.k - len(values))]
    # the lost directions as combinations of columns of norm one
    below = values <= fit.noise / TOLERANCE
    if not below.any():
        return ()
    lost = fit.root @ right[below].T * np.sqrt(np.einsum("ij,ij->j", fit.X, fit.X))[:, None]
    share = np.abs(lost).max(axis=1) / np.abs(lost).max()
    return tuple(np.flatnonzero(share > 1e-6).tolist())


def whole_units(fit: LinearFit, codes: IntArray) -> IntArray | None:
    """Return the group of each unit (n_units,) if clusters hold whole units, else None."""
    groups = codes[fit.layout.starts]
    return groups if (groups[fit.layout.unit] == codes).all() else None


def nearest_positive(
    fit: LinearFit, matrix: FloatArray, meat: FloatArray, what: str = "two-way clustered"
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return a covariance with negative eigenvalues set to zero, and a note where any was negative.

    `meat` (k, k) is the same on the orthonormal basis: its signs are those of the covariance, and neither the units of
    the regressors nor near repetitions blur them. Where units differ so much that the eigenvalues of the covariance
    have no digits for the smallest variance, regressors are put on one scale first.
    """
    signs = np.linalg.eigvalsh((meat + meat.T) / 2.0)
    # below this share of the largest eigenvalue a negative one is rounding
    if signs[0] >= -1e-12 * abs(signs[-1]):
        return matrix, ()
    scale = np.ones(fit.k)
    sizes = np.abs(np.diag(matrix))
    if sizes.min() < _CARRIED * sizes.max():
        scale = np.sqrt(np.einsum("ij,ij->j", fit.X, fit.X))
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0 * np.outer(scale, scale))
    root = vectors * np.sqrt(np.maximum(values, 0.0)) / scale[:, None]
    note = (
        f"the {what} covariance is not positive definite: its negative eigenvalues were set to zero "
        "(Cameron, Gelbach and Miller 2011)"
    )
    return root @ root.T, (note,)

"""Covariance kernels on a swept least-squares fit; arrays in, arrays out."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message

# Eigenvalues are known to a unit in the last place of the largest: six digits of what is this share of it.
_CARRIED = 1e-9
# Sums of scores below a ten-billionth of the scores are rounding; these are their squares.
_CANCELLED = 1e-20


def sum_by(columns: FloatArray, codes: IntArray) -> FloatArray:
    """Return sums of `columns` (n, m) by group code, (G, m)."""
    groups = int(codes.max()) + 1
    if (codes[1:] >= codes[:-1]).all():
        starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
        return np.add.reduceat(columns, starts, axis=0)
    return np.stack([np.bincount(codes, column, groups) for column in columns.T], axis=1)


def heteroskedastic(fit: LinearFit) -> FloatArray:
    """Return (X'X)^-1 X' diag(e^2) X (X'X)^-1, (k, k), without a factor (HC0).

    A row of frequency weight w is w rows, each with a score of its own.
    """
    scores = fit.basis_scores
    if fit.weights is not None and fit.weights.repeats:
        scores = scores / fit.weights.root[:, None]
    return fit.root @ (scores.T @ scores) @ fit.root.T


def clustered(fit: LinearFit, codes: IntArray) -> FloatArray:
    """Return (X'X)^-1 sum_g s_g s_g' (X'X)^-1, (k, k), without a factor (CRV0); `codes` (n,)."""
    sums = sum_by(fit.basis_scores, codes) @ fit.root.T
    return sums.T @ sums


def clustered_meat(fit: LinearFit, codes: IntArray) -> FloatArray:
    """Return the meat of `clustered` on the orthonormal basis, (k, k)."""
    sums = sum_by(fit.basis_scores, codes)
    return sums.T @ sums


def refuse_cancelled(fit: LinearFit, meat: FloatArray, what: Message) -> None:
    """Refuse a covariance of sums of scores, `meat` (k, k) on the orthonormal basis, where they cancel in every group.

    Between two units with period effects each row is the mirror of the other unit's, and the scores of a unit add up to
    zero as those of both do; so do those of either of two periods beside unit effects.

    Raises
    ------
    SpecError
        With the name of the covariance, `what`.
    """
    whole = float((fit.basis_scores**2).sum())
    if whole > 0.0 and float(np.trace(meat)) <= _CANCELLED * whole:
        raise SpecError(
            message(
                "{what}: the scores add up to zero in every group, as they do by construction where two units (or two "
                "periods) mirror each other after two-way effects, and the variance of their sums is rounding: take "
                "Robust(), or a sample of more groups",
                what=what,
            )
        )


def whole_units(fit: LinearFit, codes: IntArray) -> IntArray | None:
    """Return the group of each unit (n_units,) if clusters hold whole units, else None."""
    groups = codes[fit.layout.starts]
    return groups if (groups[fit.layout.unit] == codes).all() else None


def nearest_positive(
    fit: LinearFit, matrix: FloatArray, meat: FloatArray, what: Message
) -> tuple[FloatArray, tuple[Message, ...]]:
    """Return a covariance with negative eigenvalues set to zero, and a note where any was negative.

    `meat` (k, k) is the same on the orthonormal basis: its signs are those of the covariance, and neither the units of
    the regressors nor near repetitions blur them. Where units differ so much that the eigenvalues of the covariance
    have no digits for the smallest variance, regressors are put on one scale first. `what` names the covariance.
    """
    signs = np.linalg.eigvalsh((meat + meat.T) / 2.0)
    # below this share of the largest eigenvalue a negative one is rounding
    if signs[0] >= -1e-12 * abs(signs[-1]):
        return matrix, ()
    scale = np.ones(len(matrix))
    sizes = np.abs(np.diag(matrix))
    if sizes.min() < _CARRIED * sizes.max():
        scale = np.sqrt(np.einsum("ij,ij->j", fit.X, fit.X))
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0 * np.outer(scale, scale))
    root = vectors * np.sqrt(np.maximum(values, 0.0)) / scale[:, None]
    note = message(
        "the {what} covariance is not positive definite: its negative eigenvalues were set to zero "
        "(Cameron, Gelbach and Miller 2011)",
        what=what,
    )
    return root @ root.T, (note,)

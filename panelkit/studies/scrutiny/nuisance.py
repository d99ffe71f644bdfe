"""What a design projects out of every column: effects, trends and paths of single units, and what units share.

Columns of one unit each (its intercept, its trend, its loading on a path) are orthonormal inside the unit; what units
share (year effects, region-years, controls) is swept of those and made orthonormal. The projection is the sum of both,
exact however many rows a unit has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.cube import Mask

# a column with less than this share of its norm left is a combination of what was swept before it
_NOTHING = 1e-7
# the same of squares, for the eigenvalues of cross-products of columns of norm one
_NOTHING_SQUARED = 1e-11


@dataclass(frozen=True, eq=False)
class Nuisance(Brief):
    """Orthonormal columns: `own` (w, N, T, s) of one unit each and `common` (w, N, T, r); w is 1 or the worlds.

    A column that repeats others is zero. `held` (N, T) marks the rows.
    """

    held: Mask
    own: FloatArray
    common: FloatArray

    def sweep(self, columns: FloatArray) -> FloatArray:
        """Return the residuals of columns (W, N, T), zero in holes."""
        left = np.where(self.held, columns, 0.0)
        # the second pass takes what rounding left of the first
        for _ in range(2):
            left = _without(_without_own(left, self.own), self.common)
        return left


def nuisance(held: Mask, own: FloatArray, shared: FloatArray, controls: FloatArray) -> Nuisance:
    """Return the projection off columns of single units, shared columns and controls.

    Parameters
    ----------
    held
        Shape (N, T), the rows.
    own
        Shape (w, s, N, T): columns each of which every unit holds for itself, as 1 for unit effects.
    shared
        Shape (q, N, T): columns common to all units, as year dummies.
    controls
        Shape (k, N, T).

    Returns
    -------
    Nuisance
    """
    by_unit = _own_basis(held, own)
    base = np.empty((len(by_unit), *held.shape, 0))
    for block in (shared, controls):
        left = Nuisance(held, by_unit, base)
        base = np.concatenate([base, _common_basis(left, block)], axis=-1)
    return Nuisance(held, by_unit, base)


def constant(held: Mask) -> FloatArray:
    """Return the column of unit effects, (1, 1, N, T)."""
    return np.ones((1, 1, *held.shape))


def trend(held: Mask) -> FloatArray:
    """Return the columns of unit effects and unit trends, (1, 2, N, T)."""
    years = np.broadcast_to(np.arange(float(held.shape[1])), held.shape)
    return np.concatenate([constant(held), years[None, None]], axis=1)


def year_dummies(held: Mask) -> FloatArray:
    """Return the dummies of the years that are held, (q, N, T)."""
    years = np.flatnonzero(held.any(axis=0))
    dummies = (years[:, None] == np.arange(held.shape[1])).astype(float)
    return np.broadcast_to(dummies[:, None, :], (len(years), *held.shape))


def times_years(weights: FloatArray, held: Mask) -> FloatArray:
    """Return the year dummies times numbers of the units (m, N), (m q, N, T)."""
    dummies = year_dummies(held)
    return (weights[:, None, :, None] * dummies[None]).reshape(-1, *held.shape)


def _own_basis(held: Mask, own: FloatArray) -> FloatArray:
    """Make the columns of every unit orthonormal, (w, N, T, s); one that repeats others is zero."""
    made: list[FloatArray] = []
    for column in np.moveaxis(own, 1, 0):
        left = np.where(held, column, 0.0)
        size = _norms(left)
        for _ in range(2):
            for before in made:
                left = left - before * (before * left).sum(axis=-1, keepdims=True)
        norm = _norms(left)
        kept = norm > _NOTHING * np.maximum(size, np.finfo(float).tiny)
        made.append(np.where(kept, left / np.where(kept, norm, 1.0), 0.0))
    return np.stack(np.broadcast_arrays(*made), axis=-1)


def _norms(columns: FloatArray) -> FloatArray:
    made: FloatArray = np.sqrt((columns**2).sum(axis=-1, keepdims=True))
    return made


def _common_basis(before: Nuisance, block: FloatArray) -> FloatArray:
    """Make the columns of a block (q, N, T) orthonormal beside what was swept before, (w, N, T, q)."""
    w, q = len(before.common), len(block)
    if not q:
        return np.empty((w, *before.held.shape, 0))
    size = np.sqrt((np.where(before.held, block, 0.0) ** 2).sum(axis=(1, 2)))
    swept = np.stack([before.sweep(np.broadcast_to(c, (w, *c.shape))) for c in block], axis=-1)
    flat = swept.reshape(w, before.held.size, q)
    norm = np.sqrt((flat**2).sum(axis=1, keepdims=True))
    kept = norm > _NOTHING * np.maximum(size, np.finfo(float).tiny)
    flat = np.where(kept, flat / np.where(kept, norm, 1.0), 0.0)
    values, vectors = np.linalg.eigh(flat.swapaxes(1, 2) @ flat)
    held = (values > _NOTHING_SQUARED)[:, None, :]
    basis = np.where(held, flat @ vectors / np.sqrt(np.where(held, values[:, None, :], 1.0)), 0.0)
    # one Newton step: cross-products lose half the digits of what is nearly repeated
    basis = 1.5 * basis - 0.5 * basis @ (basis.swapaxes(1, 2) @ basis)
    return basis.reshape(*swept.shape)


def _without_own(columns: FloatArray, own: FloatArray) -> FloatArray:
    loadings = own.swapaxes(-1, -2) @ columns[..., None]
    made: FloatArray = columns - (own @ loadings)[..., 0]
    return made


def _without(columns: FloatArray, common: FloatArray) -> FloatArray:
    w, n, t, r = common.shape
    basis = common.reshape(w, n * t, r)
    flat = columns.reshape(len(columns), -1)
    if w == 1:
        return (flat - (flat @ basis[0]) @ basis[0].T).reshape(columns.shape)
    row = flat[:, None, :]
    return (row - (row @ basis) @ basis.swapaxes(1, 2)).reshape(columns.shape)

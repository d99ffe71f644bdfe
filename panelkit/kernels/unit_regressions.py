"""A least-squares regression of its own for every unit, all at once, beside columns that each unit has a slope on.

Rows stand in cubes (N units, T periods, columns); a cell that is not held is zero, which leaves sums as they are, so
that gaps and short units are no special case.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.kernels.identified import ABSORBED_SHARE, ROUNDING, TOLERANCE
from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class UnitRegressions(Brief):
    """Regressions of N units on k columns, less what an intercept and q nuisance columns explain.

    `X` (N, T, k) and `y` (N, T) are what is left of the columns; `slopes` (N, k) and `errors` (N, T), zero where no
    row is held; `rows` (N,) and `other` (N,), the rank of intercept and nuisance. `solvable` (N,) says where the
    slopes are identified (elsewhere slopes, errors and inverse are missing), `lost` (N, k) which terms take part in
    what is not; `inverse` (N, k, k) is (X'X)^-1.
    """

    X: FloatArray
    y: FloatArray
    slopes: FloatArray
    errors: FloatArray
    rows: IntArray
    other: IntArray
    solvable: Array
    lost: Array
    inverse: FloatArray

    @property
    def left(self) -> IntArray:
        """Return the rows that each unit has beside its coefficients, (N,)."""
        return self.rows - self.other - self.X.shape[2]

    @cached_property
    def variances(self) -> FloatArray:
        """Return s2 (X'X)^-1 of each unit (N, k, k); missing where no row is left to tell s2."""
        with np.errstate(divide="ignore", invalid="ignore"):
            s2 = np.where(self.left > 0, (self.errors**2).sum(axis=1) / self.left, np.nan)
        return np.asarray(s2[:, None, None] * self.inverse)


def cube(values: FloatArray, unit: IntArray, time: IntArray, shape: tuple[int, int]) -> FloatArray:
    """Return columns (n, m) as a cube (N, T, m), zero where no row is held."""
    made = np.zeros((*shape, values.shape[1]))
    made[unit, time] = values
    return made


def regress_units(y: FloatArray, X: FloatArray, nuisance: FloatArray, held: Array) -> UnitRegressions:
    """Fit every unit by itself.

    Parameters
    ----------
    y, X, nuisance
        Cubes (N, T), (N, T, k) and (N, T, q); an intercept is always fitted.
    held
        Which cells hold a row, (N, T).

    Notes
    -----
    Columns are taken as deviations from the unit's mean and at norm one; what the nuisance explains is projected out
    of them twice, on an orthonormal basis. Slopes are solved by QR, and refused where rounding may have moved more
    than `TOLERANCE` of a column's distance to the others.
    """
    rows = held.sum(axis=1)
    basis, other = _basis(_deviations(nuisance, held, rows))
    moved = _partialled(_deviations(X, held, rows), basis)
    left = _partialled(_deviations(y[:, :, None], held, rows), basis)[:, :, 0]
    solvable, lost, scale = _identified(X, moved)
    solvable &= rows - other - 1 >= X.shape[2]
    safe = np.where(solvable[:, None, None], moved / scale, np.eye(*moved.shape[1:]))
    Q, R = np.linalg.qr(safe) if moved.shape[1] >= moved.shape[2] else _none(moved)
    inverse = np.linalg.inv(R) / scale.transpose(0, 2, 1)
    slopes = np.einsum("njk,nk->nj", inverse, np.einsum("ntk,nt->nk", Q, left))
    errors = left - np.einsum("ntk,nk->nt", moved, slopes)
    slopes += np.einsum("njk,nk->nj", inverse, np.einsum("ntk,nt->nk", Q, errors))
    slopes[~solvable] = np.nan
    errors = left - np.einsum("ntk,nk->nt", moved, slopes)
    square = np.where(solvable[:, None, None], inverse @ inverse.transpose(0, 2, 1), np.nan)
    return UnitRegressions(moved, left, slopes, errors, rows, other + 1, solvable, lost, square)


def _none(moved: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return factors where no unit has as many periods as columns: nothing is solvable."""
    n, _, k = moved.shape
    return np.zeros_like(moved), np.broadcast_to(np.eye(k), (n, k, k)).copy()


def _deviations(columns: FloatArray, held: Array, rows: IntArray) -> FloatArray:
    """Return columns (N, T, m) less the mean of the unit's rows, taken twice so that large means leave no rest."""
    for _ in range(2):
        means = columns.sum(axis=1) / np.maximum(rows, 1)[:, None]
        columns = np.where(held[:, :, None], columns - means[:, None, :], 0.0)
    return columns


def _norms(columns: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt((columns**2).sum(axis=1, keepdims=True)))


def _basis(columns: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return an orthonormal basis (N, T, q) of columns, zero beyond their rank, and the rank (N,)."""
    n, _, q = columns.shape
    if q == 0:
        return columns, np.zeros(n, dtype=np.int64)
    norms = _norms(columns)
    left, values, _ = np.linalg.svd(columns / np.where(norms > 0.0, norms, 1.0), full_matrices=False)
    kept = values > ABSORBED_SHARE * np.maximum(values[:, :1], ABSORBED_SHARE)
    return left * kept[:, None, :], kept.sum(axis=1)


def _partialled(columns: FloatArray, basis: FloatArray) -> FloatArray:
    for _ in range(2):
        columns = columns - basis @ (basis.transpose(0, 2, 1) @ columns)
    return columns


def identified_together(X: FloatArray, moved: FloatArray) -> tuple[bool, Array]:
    """Tell whether all rows together identify one slope each, and which terms (k,) take part in what is not.

    `X` (n, k) are the columns, `moved` (m, k) what is left of them beside each unit's own intercept and nuisance.
    """
    solvable, lost, _ = _identified(X[None], moved[None])
    return bool(solvable[0]), np.asarray(lost[0])


def _identified(X: FloatArray, moved: FloatArray) -> tuple[Array, Array, FloatArray]:
    """Return which units identify their slopes (N,), the terms at fault (N, k) and the norms (N, 1, k)."""
    before, after = _norms(X), _norms(moved)
    flat = after <= ABSORBED_SHARE * before
    scale = np.where(flat, 1.0, after)
    normed = np.where(flat, 0.0, moved / scale)
    k = X.shape[2]
    gram_root = np.linalg.qr(normed, mode="r") if X.shape[1] >= k else normed
    _, values, right = np.linalg.svd(gram_root, full_matrices=True)
    smallest = values[:, -1] if values.shape[1] == k else np.zeros(len(X))
    noise = ROUNDING * np.maximum(1.0, before / scale).max(axis=(1, 2))
    solvable = smallest * TOLERANCE > noise
    repeated = np.abs(right[:, -1, :]) > 1e-3
    flat = flat[:, 0, :]
    lost = np.where(flat.any(axis=1, keepdims=True), flat, repeated) & ~solvable[:, None]
    return solvable & ~flat.any(axis=1), lost, scale

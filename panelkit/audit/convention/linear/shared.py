"""Variances of one fit that all covariances are factors on: the diagonals of few sandwiches over one factorisation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from panelkit.covariance.lags import bartlett
from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, within
from panelkit.show.brief import Brief

# a regressor of which sweeping or the others leave less than this share is not identified
_LOST = 1e-8
LAGS = (1, 2, 3)
# eigenvalues are known to a unit in the last place of the largest (`kernels/sandwich.py`)
_CARRIED = 1e-9


@dataclass(frozen=True, eq=False)
class Solved(Brief):
    """Least squares on swept columns: `beta` (k,), `residuals` (n,), `basis` Q (n, k) = X T, `root` T (k, k).

    `y` (n,) is the swept outcome, `raw` (n,) the outcome and `regressors` (n, k) as they are.
    """

    beta: FloatArray
    residuals: FloatArray
    basis: FloatArray
    root: FloatArray
    y: FloatArray
    raw: FloatArray
    regressors: FloatArray
    layout: Layout
    effects: Effects


def solve_swept(raw: FloatArray, layout: Layout, effects: Effects) -> Solved | None:
    """Sweep the effects out of columns (n, 1 + k), the outcome first, and solve; None where that identifies nothing.

    Without effects the last regressor is the intercept.
    """
    columns = np.column_stack([raw, np.ones(len(raw))]) if effects == "none" else raw
    if len(columns) - columns.shape[1] + 1 - layout.absorbed(effects) <= 0:
        return None
    swept = within(columns, layout, effects)
    before, after = np.linalg.norm(columns, axis=0), np.linalg.norm(swept, axis=0)
    if not (after > _LOST * before).all():
        return None
    scale = after[1:]
    basis, upper = np.linalg.qr(swept[:, 1:] / scale)
    if not np.abs(np.diag(upper)).min() > _LOST:
        return None
    root = np.linalg.solve(upper, np.eye(len(upper))) / scale[:, None]
    on_basis = basis.T @ swept[:, 0]
    residuals = swept[:, 0] - basis @ on_basis
    if not float(residuals @ residuals) > _LOST**2 * float(after[0] ** 2):
        return None
    return Solved(
        root @ on_basis, residuals, basis, root, swept[:, 0], columns[:, 0], columns[:, 1:], layout, effects
    )


def diagonals(solved: Solved, calendar: IntArray, wanted: Collection[str]) -> Mapping[str, FloatArray]:
    """Return the diagonals (k,) of the sandwiches that are wanted, without factors.

    `calendar` (n_times,) is the position of each period, which skips those that are not held. Two-way clustering is the
    sum of two less that by row; "mended" with its negative eigenvalues set to zero.
    """
    layout, root = solved.layout, solved.root
    scores = solved.basis * solved.residuals[:, None]
    by_row = scores @ root.T
    by_unit = np.add.reduceat(by_row, layout.starts, axis=0)
    by_time = _sums(by_row, calendar[layout.time])
    ways: dict[str, Callable[[], FloatArray]] = {
        "iid": lambda: np.einsum("ij,ij->i", root, root) * float(solved.residuals @ solved.residuals),
        "row": lambda: _squares(by_row),
        "unit": lambda: _squares(by_unit),
        "time": lambda: _squares(by_time),
        "two-way": lambda: _squares(by_unit) + _squares(by_time) - _squares(by_row),
        "two-way mended": lambda: _mended(by_unit, by_time, by_row),
        "jackknife": lambda: jackknife(solved),
        **{f"kernel {lags}": partial(_kernel, by_time, lags) for lags in LAGS},
    }
    return {name: ways[name]() for name in dict.fromkeys(wanted)}


def jackknife(solved: Solved) -> FloatArray:
    """Return the delete-one-unit jackknife variances with their factor (G-1)/G, (k,); missing where one is needed."""
    layout, k = solved.layout, len(solved.beta)
    groups = layout.n_units
    columns = np.column_stack([solved.basis, solved.residuals])
    grams = grams_without_each(columns, layout, solved.effects, layout.unit)
    if not (np.linalg.eigvalsh(grams[:, :k, :k])[:, 0] > _LOST).all():
        return np.full(k, np.nan)
    moves = np.linalg.solve(grams[:, :k, :k], grams[:, :k, k:])[:, :, 0] @ solved.root.T
    return _squares(moves) * (groups - 1) / groups


def _mended(by_unit: FloatArray, by_time: FloatArray, by_row: FloatArray) -> FloatArray:
    """Return the diagonal of the two-way sandwich with its negative eigenvalues set to zero, (k,)."""
    matrix = by_unit.T @ by_unit + by_time.T @ by_time - by_row.T @ by_row
    scale = np.sqrt(np.einsum("ij,ij->j", by_row, by_row))
    scale = np.where(scale > 0.0, scale, 1.0)
    signs = np.linalg.eigvalsh(matrix / np.outer(scale, scale))
    if signs[0] >= -1e-12 * abs(signs[-1]):
        return np.diag(matrix).copy()
    sizes = np.abs(np.diag(matrix))
    put = scale if sizes.min() < _CARRIED * sizes.max() else np.ones(len(scale))
    values, vectors = np.linalg.eigh(matrix / np.outer(put, put))
    root = vectors * np.sqrt(np.maximum(values, 0.0)) * put[:, None]
    return np.asarray(np.einsum("ij,ij->i", root, root))


def _squares(columns: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ij,ij->j", columns, columns))


def _sums(scores: FloatArray, codes: IntArray) -> FloatArray:
    sums = np.zeros((int(codes.max()) + 1, scores.shape[1]))
    np.add.at(sums, codes, scores)
    return sums


def _kernel(by_time: FloatArray, lags: int) -> FloatArray:
    """Return the diagonal of the Bartlett sum over lags; `by_time` (T, k). Missing where lags are more than periods."""
    if lags >= len(by_time):
        return np.full(by_time.shape[1], np.nan)
    weights = bartlett(lags)
    total = _squares(by_time)
    for lag in range(1, lags + 1):
        total = total + 2.0 * weights[lag] * np.einsum("ij,ij->j", by_time[lag:], by_time[:-lag])
    return total

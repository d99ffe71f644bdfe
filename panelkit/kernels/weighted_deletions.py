"""Cross-products swept anew without each cluster where rows have weights: unit, period or two-way effects.

With l the dimension of more levels and s the other, the projection on weighted dummies is that on l level by level and
a Schur complement S = D_s - C' D_l^-1 C in s, C (L, m) the weights of the pairs. A cluster takes its cells out of C.
Columns swept of all effects have sums of zero, so that what is left sums to minus the sums of the cluster: without it
they are Z'Z - Z_g'Z_g - sum_l s_l s_l' / D_l - r' S^+ r, r = s_s - C' D_l^-1 s_l. Nothing larger than C is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from panelkit.kernels.row_weights import RowWeights
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout
from panelkit.show.brief import Brief

# Eigenvalues of the scaled system lie between 0 and 1: below this one is a component without a link to the others.
_NULL = 1e-9
# A scaled system whose reciprocal condition is above this is solved by its triangle.
_PLAIN = 1e-6
# A level that keeps less than this share of its weight is added up anew: a difference would lose its digits.
_KEPT = 1e-3
_CELLS_EACH, _CELLS_FREE = 16, 1_000_000


@dataclass(frozen=True, eq=False)
class Pairs(Brief):
    """The weights of the pairs of levels, `cells` (L, m), one row each; `long` and `short` (n,) are the rows' codes.

    Where they are not `crossed`, the short levels have no effects.
    """

    cells: FloatArray
    long: IntArray
    short: IntArray
    crossed: bool

    @cached_property
    def long_sums(self) -> FloatArray:
        return np.asarray(self.cells.sum(axis=1))

    @cached_property
    def short_sums(self) -> FloatArray:
        return np.asarray(self.cells.sum(axis=0))

    @cached_property
    def schur(self) -> FloatArray:
        """Return S of all rows, (m, m)."""
        return np.asarray(np.diag(self.short_sums) - self.cells.T @ _over(self.cells, self.long_sums))

    def schur_without(
        self, rows: IntArray, levels: IntArray, kept: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return S and the short levels' sums without some rows, which leave `kept` (l, m) of their `levels` (l,)."""
        gone = np.bincount(
            self.short[rows], self.cells[self.long[rows], self.short[rows]], len(self.short_sums)
        )
        left = self.short_sums - gone
        if 2 * len(levels) > len(self.cells) or bool((left < _KEPT * self.short_sums).any()):
            cells = self.cells.copy()
            cells[levels] = kept
            left = cells.sum(axis=0)
            return np.diag(left) - cells.T @ _over(cells, cells.sum(axis=1)), left
        touched = self.cells[levels]
        S = self.schur - np.diag(gone) + touched.T @ _over(touched, self.long_sums[levels])
        return S - kept.T @ _over(kept, kept.sum(axis=1)), left


def weighted_pairs(layout: Layout, effects: Effects) -> Pairs | None:
    """Return the pairs of a layout with weights; None where it has interactions, or too many cells to be held."""
    if layout.weights is None or layout.interactions is not None or effects == "none":
        return None
    turned = effects == "time" or (effects == "twoway" and layout.n_times > layout.n_units)
    long, short = (layout.time, layout.unit) if turned else (layout.unit, layout.time)
    shape = int(long.max()) + 1, int(short.max()) + 1
    if shape[0] * shape[1] > _CELLS_EACH * layout.n + _CELLS_FREE:
        return None
    cells = np.zeros(shape)
    np.add.at(cells, (long, short), layout.weights.values)
    if np.count_nonzero(cells) != layout.n:  # a cell of two rows would leave with one of them
        return None
    return Pairs(cells, long, short, crossed=effects == "twoway")


def work_of(pairs: Pairs, codes: IntArray) -> float:
    """Return the floating-point operations of a jackknife, as far as its clusters (n,) decide them."""
    levels, m = pairs.cells.shape
    touched = np.unique(codes.astype(np.int64) * levels + pairs.long) // levels
    each = np.bincount(touched).astype(float)
    each = np.where(2.0 * each > levels, float(levels), 2.0 * each)
    return float((2.0 * each * m**2 + m**3 + 4e5).sum()) if pairs.crossed else 0.0


def weighted_grams(columns: FloatArray, pairs: Pairs, weights: RowWeights, codes: IntArray) -> FloatArray:
    """Return the cross-products of swept columns (n, q) with each cluster left out, everything swept anew, (G, q, q).

    `columns` stand times the root of their weight; `codes` (n,): the cluster of each row, from 0 without gaps.
    """
    groups, q, m = int(codes.max()) + 1, columns.shape[1], pairs.cells.shape[1]
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(groups + 1))
    total = columns.T @ columns
    grams = np.empty((groups, q, q))
    for group in range(groups):
        rows = order[edges[group] : edges[group + 1]]
        z = columns[rows]
        sums = weights.root[rows, None] * z
        levels, where = np.unique(pairs.long[rows], return_inverse=True)
        kept = pairs.cells[levels]
        kept[where, pairs.short[rows]] = 0.0
        left = kept.sum(axis=1)
        by_long = -_sums(sums, where, len(levels))
        share = _over(by_long, left)
        grams[group] = total - z.T @ z - by_long.T @ share
        if pairs.crossed:
            right = -_sums(sums, pairs.short[rows], m) - kept.T @ share
            grams[group] -= _through(*pairs.schur_without(rows, levels, kept), right)
    return grams


def _through(S: FloatArray, left: FloatArray, right: FloatArray) -> FloatArray:
    """Return right' S^+ right (q, q), S (m, m) of levels with sums `left` (m,), whose shift is null."""
    held = left > 0.0
    if held.sum() < 2:
        return np.zeros((right.shape[1], right.shape[1]))
    root = np.sqrt(left[held])
    scaled = S[np.ix_(held, held)] / np.outer(root, root)
    known = root / np.sqrt((root**2).sum())
    b = right[held] / root[:, None]
    b -= np.outer(known, known @ b)
    whole = scaled + np.outer(known, known)
    factor, failed = linalg.lapack.dpotrf(whole, lower=1)
    if not failed and linalg.lapack.dpocon(factor, np.abs(whole).sum(axis=0).max(), uplo="L")[0] > _PLAIN:
        part = linalg.solve_triangular(factor, b, lower=True, check_finite=False)
        return np.asarray(part.T @ part)
    values, vectors = np.linalg.eigh(scaled)
    stays = values > _NULL
    part = (vectors[:, stays] / np.sqrt(values[stays])).T @ b
    return np.asarray(part.T @ part)


def _over(rows: FloatArray, totals: FloatArray) -> FloatArray:
    """Return rows (l, m) over the totals of their level (l,), zero where a level is empty."""
    return np.asarray(rows * np.where(totals > 0.0, 1.0 / np.where(totals > 0.0, totals, 1.0), 0.0)[:, None])


def _sums(columns: FloatArray, codes: IntArray, levels: int) -> FloatArray:
    return np.stack([np.bincount(codes, column, levels) for column in columns.T], axis=1)

"""Cross-products by group, so that thousands of reweighted fits of one panel are one batched computation.

A group is a unit or a cluster of whole units. With weights constant inside a unit, demeaning by unit does
not depend on them; the period dummies stay inside the cross-products, because resampled or deleted units
change the period means. A reweighted fit is then a weighted sum of group moments and a small solve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, within
from panelkit.show.brief import Brief

# A squared norm below this share of what it was before sweeping is rounding: cross-products carry 16 digits
# of the square, so 1e-12 leaves four digits for the cancellation.
LOST_SHARE = 1e-12

# The smallest eigenvalue of scaled cross-products of a draw that is solved: it leaves the coefficients five digits.
_IDENTIFIED = 1e-10

# Cells of one batch of (draw, row, column): about 200 MB of doubles.
_BATCH_CELLS = 25_000_000


@dataclass(frozen=True, eq=False)
class GroupMoments(Brief):
    """Moments of the period dummies and of the columns, by group.

    `moments` (G, p, p) with p = n_dummies + q: the dummies first, then the q columns; `effects` as swept. `sloped` says
    that units have slopes or rows have cells, so that dummies may repeat each other in more than one direction.
    """

    moments: FloatArray
    n_dummies: int
    effects: Effects
    sloped: bool = False

    @property
    def n_groups(self) -> int:
        return len(self.moments)

    @property
    def n_columns(self) -> int:
        return int(self.moments.shape[1]) - self.n_dummies

    def swept(self, weights: FloatArray) -> FloatArray:
        """Return the cross-products of the columns, swept of the effects, for each row of weights.

        Parameters
        ----------
        weights
            Shape (B, G), non-negative: 0 deletes a group, 2 takes it twice as two units of their own.

        Returns
        -------
        Shape (B, q, q).
        """
        p = self.moments.shape[1]
        step = max(1, _BATCH_CELLS // (p * p))
        flat = self.moments.reshape(self.n_groups, p * p)
        parts = [
            self._sweep((weights[start : start + step] @ flat).reshape(-1, p, p))
            for start in range(0, len(weights), step)
        ]
        return np.concatenate(parts)

    def swept_without_each(self) -> FloatArray:
        """Return the swept cross-products with each group left out in turn, (G, q, q)."""
        total = self.moments.sum(axis=0)
        step = max(1, _BATCH_CELLS // total.size)
        parts = [
            self._sweep(total - self.moments[start : start + step]) for start in range(0, self.n_groups, step)
        ]
        return np.concatenate(parts)

    def _sweep(self, total: FloatArray) -> FloatArray:
        d = self.n_dummies
        columns = total[:, d:, d:]
        if d == 0:
            return columns
        dummies, cross = total[:, :d, :d].copy(), total[:, :d, d:]
        diagonal = np.einsum("bii->bi", dummies)
        diagonal += np.where(diagonal <= LOST_SHARE * diagonal.max(axis=1, keepdims=True), 1.0, 0.0)
        if self.effects == "twoway" and not self.sloped:
            dummies += diagonal.mean(axis=1)[:, None, None] / d
        solution = _solve_repeated(dummies, cross) if self.sloped else _solve(dummies, cross)
        swept = columns - cross.transpose(0, 2, 1) @ solution
        before, after = np.einsum("bii->bi", columns), np.einsum("bii->bi", swept)
        lost = after <= LOST_SHARE * before
        swept[np.broadcast_to(lost[:, :, None], swept.shape)] = 0.0
        swept[np.broadcast_to(lost[:, None, :], swept.shape)] = 0.0
        return swept


def _solve(left: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a stack of consistent systems; those that deletions have disconnected by pseudo-inverse."""
    try:
        solution = np.linalg.solve(left, right)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(left, hermitian=True) @ right, dtype=np.float64)
    size = np.abs(right).max(axis=(1, 2)) + np.finfo(float).tiny
    poor = np.abs(left @ solution - right).max(axis=(1, 2)) > 1e-8 * size
    if poor.any():
        solution[poor] = np.linalg.pinv(left[poor], hermitian=True) @ right[poor]
    return np.asarray(solution, dtype=np.float64)


def _solve_repeated(left: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a stack of consistent systems whose columns repeat each other, by pseudo-inverse."""
    scale = 1.0 / np.sqrt(np.einsum("bii->bi", left))
    values, vectors = np.linalg.eigh(left * scale[:, :, None] * scale[:, None, :])
    held = values > _IDENTIFIED
    inverse = np.where(held, 1.0 / np.where(held, values, 1.0), 0.0)[:, :, None]
    solution = vectors @ (inverse * (vectors.transpose(0, 2, 1) @ (right * scale[:, :, None])))
    return np.asarray(solution * scale[:, :, None], dtype=np.float64)


def regress(
    swept: FloatArray, regressors: Sequence[int], outcomes: Sequence[int]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Regress columns on columns in every draw.

    Parameters
    ----------
    swept
        Shape (B, q, q), from `GroupMoments.swept`.

    Returns
    -------
    Coefficients (B, k, m) and a mask (B,) that is False where a draw does not identify them (the
    coefficients are then missing).
    """
    rows, columns = list(regressors), list(outcomes)
    gram = swept[:, rows][:, :, rows]
    right = swept[:, rows][:, :, columns]
    size = np.sqrt(np.maximum(np.einsum("bii->bi", gram), 0.0))
    scale = 1.0 / np.where(size > 0.0, size, 1.0)
    scaled = gram * scale[:, :, None] * scale[:, None, :]
    identified = (size > 0.0).all(axis=1)
    if len(rows) > 1:
        identified &= np.linalg.eigvalsh(scaled)[:, 0] > _IDENTIFIED
    scaled[~identified] = np.eye(len(rows))
    coefficients = np.linalg.solve(scaled, right * scale[:, :, None]) * scale[:, :, None]
    coefficients[~identified] = np.nan
    return coefficients, identified


def group_moments(
    columns: FloatArray, layout: Layout, effects: Effects, groups: IntArray | None = None
) -> GroupMoments:
    """Compute the moments of `columns` (n, q) by group of whole units.

    The columns are swept of the effects of the whole sample first. That changes no reweighted fit, because
    what is taken away lies in the span of the dummies, and it keeps large levels out of the squares.

    Parameters
    ----------
    groups
        Shape (n_units,): the group code of each unit; None makes each unit a group.
    """
    codes = np.arange(layout.n_units) if groups is None else groups
    blocks = layout.blocks(effects)
    d = layout.n_times if effects in ("time", "twoway") else 0
    inside = within(columns, layout, effects)
    if blocks is not None:
        dense = blocks.short.toarray()
        d, inside = dense.shape[1], np.column_stack([dense - blocks.unit_part(dense), inside])
        moments = np.zeros((int(codes.max()) + 1, inside.shape[1], inside.shape[1]))
        for unit, rows in enumerate(np.split(inside, layout.starts[1:])):
            moments[codes[unit]] += rows.T @ rows
        made = _without_rounding(moments, inside[:, d:], columns, d)
        return GroupMoments(made, d, effects, sloped=True)
    p = d + inside.shape[1]
    moments = np.zeros((int(codes.max()) + 1, p, p))
    step = max(1, _BATCH_CELLS // (layout.n_times * p))
    for first in range(0, layout.n_units, step):
        last = min(first + step, layout.n_units)
        cube = _cube(inside, layout, first, last, d, effects)
        np.add.at(moments, codes[first:last], cube.transpose(0, 2, 1) @ cube)
    return GroupMoments(_without_rounding(moments, inside, columns, d), d, effects)


def _cube(inside: FloatArray, layout: Layout, first: int, last: int, d: int, effects: Effects) -> FloatArray:
    """Return the rows of units first..last as (units, periods, dummies + columns), zero where not held."""
    start = layout.starts[first]
    stop = layout.n if last == layout.n_units else layout.starts[last]
    unit, time = layout.unit[start:stop] - first, layout.time[start:stop]
    cube = np.zeros((last - first, layout.n_times, d + inside.shape[1]))
    cube[unit, time, d:] = inside[start:stop]
    if d:
        held = np.zeros((last - first, layout.n_times))
        held[unit, time] = 1.0
        cube[:, np.arange(d), np.arange(d)] = held
        if effects == "twoway":
            share = held / held.sum(axis=1, keepdims=True)
            cube[:, :, :d] -= share[:, None, :] * held[:, :, None]
    return cube


def _without_rounding(moments: FloatArray, inside: FloatArray, columns: FloatArray, d: int) -> FloatArray:
    """Set to zero the moments of columns in which demeaning by unit left rounding only."""
    before = np.einsum("ij,ij->j", columns, columns)
    lost = d + np.flatnonzero(np.einsum("ij,ij->j", inside, inside) <= LOST_SHARE**2 * before)
    moments[:, lost, :] = 0.0
    moments[:, :, lost] = 0.0
    return moments

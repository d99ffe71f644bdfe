"""The tops of many concentrated likelihoods of one spatial parameter, all at once.

A grid finds the hill, bisection of the score its top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.models.spatial.batch.asked import GRID
from panelkit.show.brief import Brief

_ZOOMS = 8  # as in `maximum`
_HALVINGS = 60  # a bracket of 0.1 shrinks below the spacing of doubles


class Heights(Protocol):
    """Concentrated likelihoods of m panels, a part of them chosen by `at` (places)."""

    def value(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        """Return the log-likelihoods (m,) up to a constant."""

    def slope(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        """Return the scores (m,)."""


@dataclass(frozen=True, eq=False)
class Determinants(Brief):
    """ln|I - x W| counted `times` (m,), by eigenvalues (m, N) padded with zeros."""

    times: FloatArray
    values: NDArray[Any]

    @classmethod
    def of(cls, times: Sequence[float], values: Sequence[NDArray[Any]]) -> Determinants:
        """Stack the eigenvalues of each panel."""
        most = max(map(len, values))
        kind = np.complex128 if any(np.iscomplexobj(one) for one in values) else np.float64
        stacked = np.zeros((len(values), most), dtype=kind)
        for row, one in zip(stacked, values, strict=True):
            row[: len(one)] = one
        return cls(np.asarray(times, dtype=np.float64), stacked)

    def logs(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        """Return times ln|I - x W|."""
        return np.asarray(self.times[at] * np.log(np.abs(1.0 - x[:, None] * self.values[at])).sum(axis=1))

    def traces(self, x: FloatArray, at: NDArray[np.int64], power: int = 1) -> FloatArray:
        """Return tr G^power of one period, G = W (I - x W)^-1."""
        values = self.values[at]
        return np.asarray(((values / (1.0 - x[:, None] * values)) ** power).sum(axis=1).real)


@dataclass(frozen=True, eq=False)
class LagHeights(Brief):
    """Likelihoods with a lag: the sum of squares is own - 2 x cross + x^2 behind, each (m,)."""

    nobs: FloatArray
    own: FloatArray
    cross: FloatArray
    behind: FloatArray
    determinants: Determinants

    def squares(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        """Return the sums of squares (m,)."""
        return np.asarray(self.own[at] - 2.0 * x * self.cross[at] + x * x * self.behind[at])

    def value(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        return np.asarray(-self.nobs[at] / 2 * np.log(self.squares(x, at)) + self.determinants.logs(x, at))

    def slope(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        pull = self.nobs[at] * (self.cross[at] - x * self.behind[at]) / self.squares(x, at)
        return np.asarray(pull - self.determinants.times[at] * self.determinants.traces(x, at))


@dataclass(frozen=True, eq=False)
class ErrorHeights(Brief):
    """Likelihoods with a spatial error, from products of [y, Z] and of its lags (m, 1 + k, 1 + k).

    `own` = base'base, `cross` = base'lagged, `behind` = lagged'lagged; columns that a panel does not have are a one on
    the diagonal of `own`.
    """

    nobs: FloatArray
    own: FloatArray
    cross: FloatArray
    behind: FloatArray
    determinants: Determinants

    def filtered(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        """Return the products of the filtered columns (m, 1 + k, 1 + k)."""
        cross, x = self.cross[at], x[:, None, None]
        return np.asarray(self.own[at] - x * (cross + cross.transpose(0, 2, 1)) + x * x * self.behind[at])

    def solved(self, x: FloatArray, at: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """Return the coefficients (m, k) and the sums of squares (m,)."""
        products = self.filtered(x, at)
        b: FloatArray = np.asarray(
            np.linalg.solve(products[:, 1:, 1:], products[:, 1:, :1])[..., 0], dtype=np.float64
        )
        return b, products[:, 0, 0] - np.einsum("mk,mk->m", products[:, 0, 1:], b)

    def value(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        squares = self.solved(x, at)[1]
        return np.asarray(-self.nobs[at] / 2 * np.log(squares) + self.determinants.logs(x, at))

    def slope(self, x: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        b, squares = self.solved(x, at)
        v = np.concatenate([np.ones((len(b), 1)), -b], axis=1)
        along = np.einsum("mi,mij,mj->m", v, self.cross[at] - x[:, None, None] * self.behind[at], v)
        pull = self.nobs[at] * along / squares
        return np.asarray(pull - self.determinants.times[at] * self.determinants.traces(x, at))


def tops(heights: Heights, grids: FloatArray) -> FloatArray:
    """Return where each likelihood is largest (m,), NaN where that is the edge of its grid (m, GRID)."""
    m = len(grids)
    found = np.full(m, np.nan)
    active, grid = np.arange(m), grids.copy()
    low, high = grids[:, 0], grids[:, -1]
    for _ in range(_ZOOMS):
        if not len(active):
            break
        height = np.column_stack([heights.value(grid[:, j], active) for j in range(grid.shape[1])])
        best = height.argmax(axis=1)
        rows, last = np.arange(len(active)), grid.shape[1] - 1
        left, right = grid[rows, np.maximum(best - 1, 0)], grid[rows, np.minimum(best + 1, last)]
        falls, rises = heights.slope(left, active) <= 0.0, heights.slope(right, active) >= 0.0
        held = ~(falls | rises)
        if held.any():
            found[active[held]] = _halved(heights, left[held], right[held], active[held])
        edge = (falls & (left == low[active]) & (best == 0)) | (
            rises & (right == high[active]) & (best == last)
        )
        on = ~held & ~edge
        active = active[on]
        grid = np.linspace(left[on], right[on], GRID, axis=1)  # several hills between two points
    return found


def _halved(heights: Heights, left: FloatArray, right: FloatArray, at: NDArray[np.int64]) -> FloatArray:
    """Return the roots of the scores between left (rising) and right (falling)."""
    for _ in range(_HALVINGS):
        middle = 0.5 * (left + right)
        rising = heights.slope(middle, at) > 0.0
        left, right = np.where(rising, middle, left), np.where(rising, right, middle)
    return np.asarray(0.5 * (left + right))

"""The exact search: what a split at every candidate takes from the sum of squares, for many outcomes at once.

With D(c) the regime columns of the first c rows in order of the threshold variable, moved into the regression and made
orthogonal to all that stands beside them, a split takes e'D (D'D)^-1 D'e from the squares of the residuals e of the
model without it. Both parts are running sums: D'e of x e, and D'D of x x' less squares of sums by unit and of products
with an orthonormal basis of the other columns. One pass over the rows serves all candidates (Hansen 1999, section 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.threshold.spaces import Space
from panelkit.show.brief import Brief

# A split whose columns keep less than this share of their squares is none that cross-products can tell.
_LOST = 1e-9
# cells of one block of outcomes: a few megabytes, which stay near the processor
_CELLS = 500_000


@dataclass(frozen=True, eq=False)
class Search(Brief):
    """The candidates of one threshold variable beside the columns of a model.

    `order` (n,) sorts the rows by the threshold variable; `x` (n, k) are the regime columns in that order, orthonormal
    as they stand; `cuts` (G,) says how many rows lie below each candidate. `gram` (G, k, k) is D'D, `plain` (G, k) what
    its diagonal was before anything was taken out, `basis` (m, p) what D is orthogonal to.
    """

    space: Space
    order: IntArray
    x: FloatArray
    cuts: IntArray
    gram: FloatArray
    plain: FloatArray
    basis: FloatArray

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return len(self.order)

    @cached_property
    def _ends(self) -> slice | IntArray:
        """Return the last row below each candidate: a slice where every row is one, which copies nothing."""
        first, last = int(self.cuts[0]), int(self.cuts[-1])
        return slice(first - 1, last) if last - first + 1 == len(self.cuts) else self.cuts - 1

    def columns(self, place: int) -> FloatArray:
        """Return the regime columns (m, k) of the rows below a candidate, moved, and orthogonal to the basis."""
        raw = np.zeros_like(self.x)
        below = self.order[: self.cuts[place]]
        raw[below] = self.x[: self.cuts[place]]
        return self.without(self.space.moved(raw).T).T

    def without(self, rows: FloatArray) -> FloatArray:
        """Return what the basis leaves of outcomes (B, m)."""
        return rows - (rows @ self.basis) @ self.basis.T

    def given(self, place: int) -> Search:
        """Return the search beside a split that is held."""
        more = orthonormal_columns(self.columns(place))
        gram = self.gram - squares_with(self.x, self.space.adjoint(more.T)[:, self.order], self.cuts)
        return replace(self, gram=gram, basis=np.column_stack([self.basis, more]))

    @cached_property
    def roots(self) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return R (G, k, k) with R gram R' = 1, and which candidates identify their columns (G,)."""
        size = np.sqrt(np.where(self.plain > 0.0, self.plain, 1.0))
        scaled = self.gram / (size[:, :, None] * size[:, None, :])
        values, vectors = np.linalg.eigh(scaled)
        found = (values[:, 0] > _LOST) & (self.plain > 0.0).all(axis=1)
        kept = np.where(found[:, None], values, 1.0)
        roots = np.swapaxes(vectors, 1, 2) / np.sqrt(kept)[:, :, None] / size[:, None, :]
        return np.where(found[:, None, None], roots, 0.0), found

    def gains(self, residuals: FloatArray) -> FloatArray:
        """Return what every candidate takes from the squares of outcomes (B, m): (B, G).

        The outcomes are orthogonal to the basis.
        """
        roots, _ = self.roots
        rows = self.space.adjoint(residuals)[:, self.order]
        sums = [np.cumsum(rows * column, axis=1)[:, self._ends] for column in self.x.T]
        return np.asarray(
            sum(sum(roots[:, i, j] * sums[j] for j in range(len(sums))) ** 2 for i in range(len(sums)))
        )

    def best(self, residuals: FloatArray, allowed: NDArray[np.bool_]) -> tuple[IntArray, FloatArray]:
        """Return the best allowed candidate of outcomes (B, m), and the squares that are left: (B,), (B,)."""
        places = np.empty(len(residuals), dtype=np.int64)
        left = np.einsum("bm,bm->b", residuals, residuals)
        barred = np.flatnonzero(~(allowed & self.roots[1]))
        for part in blocks(len(residuals), self.n * (self.x.shape[1] + 1)):
            gains = self.gains(residuals[part])
            gains[:, barred] = -np.inf
            at = gains.argmax(axis=1)
            places[part] = at
            left[part] -= gains[np.arange(len(at)), at]
        return places, left


def blocks(count: int, cells: int) -> Iterator[slice]:
    """Return slices of `count` outcomes of so many cells each, bounded in memory."""
    step = max(1, _CELLS // max(cells, 1))
    return (slice(first, min(first + step, count)) for first in range(0, count, step))


def search_of(
    space: Space, q: FloatArray, x: FloatArray, beside: FloatArray, cuts: IntArray, *, whiten: bool = True
) -> Search:
    """Return the search of a panel.

    Parameters
    ----------
    space
        How the effects leave.
    q
        The threshold variable (n,).
    x
        The regime columns (n, k).
    beside
        The columns (n, j) whose slopes are the same in all regimes, the regime columns among them.
    cuts
        How many rows (G,) lie below each candidate.
    whiten
        Whether the regime columns are made orthonormal, which moves no split.
    """
    order = np.argsort(q, kind="stable")
    # slopes by regime span the same for any basis of the regime columns
    whitened = (orthonormal_columns(x) if whiten else x)[order]
    effects = space.effects
    moved = space.moved(beside)
    moved -= effects @ (effects.T @ moved)
    basis = np.column_stack([effects, orthonormal_columns(moved)])
    gram = running(whitened[:, :, None] * whitened[:, None, :], cuts)
    plain = np.einsum("gkk->gk", gram).copy()
    unit = space.layout.unit[order]
    for weights in space.functionals:
        gram = gram - running(_steps_of_squares(weights[order][:, None] * whitened, unit), cuts)
    gram = gram - squares_with(whitened, space.adjoint(basis.T)[:, order], cuts)
    return Search(space, order, whitened, cuts, gram, plain, basis)


def running(values: FloatArray, cuts: IntArray) -> FloatArray:
    """Return running sums over the first axis at the cuts (G, ...)."""
    return np.asarray(np.cumsum(values, axis=0)[cuts - 1])


def squares_with(x: FloatArray, rows: FloatArray, cuts: IntArray) -> FloatArray:
    """Return (Q'D)'(Q'D) at every cut, (G, k, k), of a basis whose adjoint (p, n) is in the order of the search."""
    total = np.zeros((len(cuts), x.shape[1], x.shape[1]))
    for row in rows:
        sums = running(x * row[:, None], cuts)
        total += sums[:, :, None] * sums[:, None, :]
    return total


def _steps_of_squares(values: FloatArray, unit: IntArray) -> FloatArray:
    """Return by how much each row (n, k) moves the sum over units of s s', s the running sum of its unit: (n, k, k)."""
    by_unit = np.argsort(unit, kind="stable")
    sorted_values = values[by_unit]
    sums = np.cumsum(sorted_values, axis=0)
    before = sums - sorted_values
    starts = np.flatnonzero(np.r_[True, np.diff(unit[by_unit]) != 0])
    before -= np.repeat(before[starts], np.diff(np.r_[starts, len(unit)]), axis=0)
    held = np.empty_like(before)
    held[by_unit] = before
    cross = values[:, :, None] * held[:, None, :]
    return np.asarray(cross + np.swapaxes(cross, 1, 2) + values[:, :, None] * values[:, None, :])


def held_places(places: IntArray) -> Iterator[tuple[list[int], IntArray]]:
    """Return the distinct rows of places (B, h), each sorted, with the outcomes (b,) that hold it."""
    if places.shape[1] == 0:
        yield [], np.arange(len(places))
        return
    held = np.sort(places, axis=1)
    kinds, of = np.unique(held, axis=0, return_inverse=True)
    of = of.reshape(-1)
    order = np.argsort(of, kind="stable")
    for kind, members in zip(kinds, np.split(order, np.cumsum(np.bincount(of))[:-1]), strict=True):
        yield kind.tolist(), members

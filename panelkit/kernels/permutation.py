"""Regressions under permuted regressor paths, all at once.

A path is what one unit holds of a regressor, over all its periods. Permuting paths among units that hold the same
periods leaves the space of the effects' dummies as it is, so that the swept path of a unit is the path it brings; all
cross-products then come from tables of products of unit with unit, and a permutation costs N look-ups. Where such
tables would be large, the products are formed anew for every permutation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations
from math import comb, perm
from typing import cast

import numpy as np

from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.show.brief import Brief

_BATCH_CELLS = 20_000_000


@dataclass(frozen=True, eq=False)
class Paths(Brief):
    """One regression: the permuted column against controls, outcome and itself.

    `path` (N, T) is the permuted column by unit, `cube` (k+1, N, T) controls and outcome (last), zero where not held;
    `moments` (N, k+1, k+1) are the products of the latter by unit.
    """

    path: FloatArray
    cube: FloatArray
    moments: FloatArray

    @property
    def tabled(self) -> bool:
        """Return whether a table of all pairs of units is small."""
        units = len(self.path)
        return len(self.cube) * units * units <= _BATCH_CELLS

    @cached_property
    def crossed(self) -> FloatArray:
        """Return [c, i, j], the path of unit i times column c of unit j, (k+1, N, N)."""
        return np.asarray(self.path @ self.cube.transpose(0, 2, 1))

    @cached_property
    def own(self) -> FloatArray:
        """Return the square of each path, (N,)."""
        return np.einsum("it,it->i", self.path, self.path)

    def _products(self, draws: IntArray) -> FloatArray:
        """Return the products of the paths received with controls and outcome, (B, N, k+1)."""
        if self.tabled:
            return self.crossed[:, draws, np.arange(draws.shape[1])].transpose(1, 2, 0)
        return np.stack([np.einsum("bgt,gt->bg", self.path[draws], column) for column in self.cube], axis=2)

    def statistics(self, draws: IntArray, factor: float = 1.0) -> tuple[FloatArray, FloatArray]:
        """Return coefficient and CRV1 t (clusters are the units) of every permutation.

        Parameters
        ----------
        draws
            Shape (B, N): the unit whose path unit g receives.

        Returns
        -------
        Coefficients (B,) and t statistics (B,), missing where a permutation leaves no variation.
        """
        units, periods = self.path.shape
        step = max(1, _BATCH_CELLS // (units * max(len(self.cube), 1 if self.tabled else periods)))
        parts = [self._batch(draws[at : at + step], factor) for at in range(0, len(draws), step)]
        return np.concatenate([b for b, _ in parts]), np.concatenate([t for _, t in parts])

    def _batch(self, draws: IntArray, factor: float) -> tuple[FloatArray, FloatArray]:
        k = len(self.cube) - 1
        products = self._products(draws)
        squares = self.own[draws]
        total = self.moments.sum(axis=0)
        sums = products.sum(axis=1)
        gamma = sums[:, :k]
        on_outcome = total[:k, k]
        spread = squares.sum(axis=1) - np.einsum("bk,bk->b", gamma, sums[:, :k])
        with np.errstate(divide="ignore", invalid="ignore"):
            lost = spread <= 1e-10 * squares.sum(axis=1)
            spread = np.where(lost, np.nan, spread)
            beta = (sums[:, k] - sums[:, :k] @ on_outcome) / spread
            slopes = on_outcome - gamma * beta[:, None]
            scores = products[:, :, k] - beta[:, None] * squares
            scores -= np.einsum("bgk,bk->bg", products[:, :, :k], slopes - beta[:, None] * gamma)
            scores -= gamma @ self.moments[:, :k, k].T
            scores += np.einsum("bk,gkl,bl->bg", gamma, self.moments[:, :k, :k], slopes, optimize=True)
            t = beta * spread / np.sqrt(factor * np.einsum("bg,bg->b", scores, scores))
        return beta, t


def paths_of(focal: FloatArray, rest: FloatArray, layout: Layout) -> Paths:
    """Return the tables of a swept focal column (n,) and swept controls with the outcome last (n, k+1).

    The controls enter as an orthonormal basis: what is held constant is their span.
    """
    rest = np.column_stack([orthonormal_columns(rest[:, :-1]), rest[:, -1]])
    n_units, n_times, width = layout.n_units, layout.n_times, rest.shape[1]
    path = np.zeros((n_units, n_times))
    path[layout.unit, layout.time] = focal
    cube = np.zeros((width, n_units, n_times))
    cube[:, layout.unit, layout.time] = rest.T
    by_unit = cube.transpose(1, 0, 2)
    return Paths(path, cube, moments=by_unit @ by_unit.transpose(0, 2, 1))


def same_periods(layout: Layout) -> IntArray:
    """Return a code by unit (N,), equal where two units hold the same periods, slopes swept out of them, and cells."""
    held = np.zeros((layout.n_units, layout.n_times), dtype=bool)
    held[layout.unit, layout.time] = True
    codes = np.unique(np.packbits(held, axis=1), axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    if layout.interactions is None:
        return codes
    paths = [codes[:, None].astype(np.float64)]
    for column in (*layout.interactions.slopes.T, *layout.interactions.cells.T):
        path = np.zeros(held.shape)
        path[layout.unit, layout.time] = column
        paths.append(path)
    return (
        np.unique(np.concatenate(paths, axis=1), axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    )


def random_permutations(groups: IntArray, count: int, rng: np.random.Generator) -> IntArray:
    """Return permutations (count, N) of the units inside their groups."""
    # four bytes a unit: draws of many units are the largest array there is
    draws = np.tile(np.arange(len(groups), dtype=np.int32), (count, 1))
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group).astype(np.int32)
        step = max(1, _BATCH_CELLS // len(members)) if len(members) > 1 else count
        for first in range(0, count if len(members) > 1 else 0, step):
            part = rng.random((min(step, count - first), len(members)))
            draws[first : first + step, members] = members[np.argsort(part, axis=1)]
    return cast(IntArray, draws)


def local_draws(draws: IntArray, units: IntArray) -> IntArray:
    """Return permutations (B, N) of a whole panel as permutations of the units of a sample, named by their places."""
    where = np.full(draws.shape[1], -1, dtype=np.int64)
    where[units] = np.arange(len(units))
    return where[draws[:, units]]


def placements(n_units: int, treated: IntArray, alike: bool) -> int:
    """Return in how many ways the treated paths can be placed on the units."""
    return comb(n_units, len(treated)) if alike else perm(n_units, len(treated))


def all_placements(n_units: int, treated: IntArray, alike: bool) -> IntArray:
    """Return every placement of the treated paths as permutations (B, N); the others' paths are alike."""
    rest = np.setdiff1d(np.arange(n_units), treated)
    chosen: Iterator[tuple[int, ...]] = (combinations if alike else permutations)(
        range(n_units), len(treated)
    )
    draws = []
    for places in chosen:
        row = np.empty(n_units, dtype=np.int64)
        row[list(places)] = treated
        free = np.ones(n_units, dtype=bool)
        free[list(places)] = False
        row[free] = rest
        draws.append(row)
    return np.array(draws)

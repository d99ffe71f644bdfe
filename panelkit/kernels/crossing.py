"""The two blocks of swept effects: one is projected out level by level, the other solves a small system.

With `long` the dimension of more levels and `short` the other, the projection on all dummies is
P = P_long + W H W', where W (n, m) holds the short dummies less their means by long level and H (m, m) is a
generalised inverse of their Schur complement. Nothing larger than the data or m x m is held. Slopes of units and
effects of cells change the levels' own projections and W (`SlopedCrossing`), not what stands on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from panelkit.kernels.interactions import Blocks
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout
from panelkit.show.brief import Brief

# An eigenvalue below this share of the largest belongs to a connected component, not to the data.
_NULL = 1e-10
_BATCH_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class Crossing(Brief):
    """The effects' dummies: `long` and `short` are codes (n,), None where there is no such block."""

    n: int
    long: IntArray | None
    short: IntArray | None

    @cached_property
    def n_long(self) -> int:
        return 0 if self.long is None else int(self.long.max()) + 1

    @cached_property
    def n_short(self) -> int:
        return 0 if self.short is None else int(self.short.max()) + 1

    @cached_property
    def long_counts(self) -> IntArray:
        return np.bincount(codes_of(self.long), minlength=self.n_long)

    @cached_property
    def short_counts(self) -> IntArray:
        return np.bincount(codes_of(self.short), minlength=self.n_short)

    @cached_property
    def table(self) -> sparse.csr_array:
        """Return which pairs of levels are held, (n_long, n_short)."""
        places = (codes_of(self.long), codes_of(self.short))
        return sparse.csr_array((np.ones(self.n), places), shape=(self.n_long, self.n_short))

    @cached_property
    def means(self) -> sparse.csr_array:
        """Return the means of the short dummies by long level, (n_long, n_short)."""
        return (sparse.diags_array(1.0 / self.long_counts) @ self.table).tocsr()

    @cached_property
    def schur(self) -> FloatArray:
        """Return W'W, (n_short, n_short)."""
        made: FloatArray = np.diag(self.short_counts.astype(float)) - (self.table.T @ self.means).toarray()
        return made

    @cached_property
    def root(self) -> FloatArray:
        """Return F (n_short, rank) with F F' the pseudo-inverse H of W'W, so that W F is orthonormal."""
        values, vectors = np.linalg.eigh(self.schur)
        held = values > _NULL * max(float(values[-1]), 1.0)
        made: FloatArray = vectors[:, held] / np.sqrt(values[held])
        return made

    def short_columns(self, rows: IntArray) -> FloatArray:
        """Return the rows of W F, an orthonormal basis of what the long block leaves of the short one, (r, rank)."""
        if self.short is None:
            return np.empty((len(rows), 0))
        levels, where = np.unique(codes_of(self.long)[rows], return_inverse=True)
        made: FloatArray = self.root[self.short[rows]] - (self.means[levels] @ self.root)[where]
        return made

    def short_sums(self, column: FloatArray, codes: IntArray) -> FloatArray:
        """Return the sums of column (n,) times W F by group, (G, rank)."""
        if self.short is None:
            return np.empty((int(codes.max()) + 1, 0))
        by_short = pair_table(column, codes, self.short, self.n_short)
        by_long = self.long_sums(column, codes)
        made: FloatArray = (by_short - by_long @ self.means) @ self.root
        return made

    def long_block(self, rows: IntArray) -> FloatArray:
        """Return the projection on the long block among some rows, (r, r)."""
        own = codes_of(self.long)[rows]
        made: FloatArray = (own[:, None] == own) / self.long_counts[own][:, None]
        return made

    def thin_sums(self, column: FloatArray, codes: IntArray) -> sparse.csr_array:
        """Return the sums of column (n,) times an orthonormal basis of the long block by group, (G, levels), sparse."""
        scale = sparse.diags_array(1.0 / np.sqrt(self.long_counts))
        return (self.long_sums(column, codes) @ scale).tocsr()

    def kept_shares(self) -> FloatArray:
        """Return the diagonal of the projection off the dummies, (n,)."""
        if self.long is None:
            return np.ones(self.n)
        shares = 1.0 - 1.0 / self.long_counts[self.long]
        if self.short is not None:
            step = max(1, _BATCH_CELLS // self.n_short)
            for first in range(0, self.n, step):
                part = self.short_columns(np.arange(first, min(first + step, self.n)))
                shares[first : first + step] -= np.einsum("ij,ij->i", part, part)
        return shares

    def long_sums(self, column: FloatArray, codes: IntArray) -> sparse.csr_array:
        """Return the sums of column (n,) by group and long level, (G, n_long)."""
        return pair_table(column, codes, codes_of(self.long), self.n_long)


@dataclass(frozen=True, eq=False)
class SlopedCrossing(Crossing):
    """The blocks of a panel with interactions or weights: units with their slopes are the long one, periods and cells
    the short.

    `short` is None: the blocks hold the short dummies, of which a row may have several.
    """

    blocks: Blocks = field(kw_only=True)

    @cached_property
    def root(self) -> FloatArray:
        return self.blocks.root

    def short_columns(self, rows: IntArray) -> FloatArray:
        return self.blocks.short_columns(rows)

    def short_sums(self, column: FloatArray, codes: IntArray) -> FloatArray:
        groups = sparse.csr_array((column, (codes, np.arange(self.n))), shape=(int(codes.max()) + 1, self.n))
        made: FloatArray = groups @ self.blocks.short_columns()
        return made

    def long_block(self, rows: IntArray) -> FloatArray:
        own, held = self.blocks.unit[rows], self.blocks.coordinates[rows]
        made: FloatArray = (own[:, None] == own) * (held @ held.T)
        return made

    def thin_sums(self, column: FloatArray, codes: IntArray) -> sparse.csr_array:
        parts = [
            pair_table(column * own, codes, self.blocks.unit, self.n_long)
            for own in self.blocks.coordinates.T
        ]
        return sparse.csr_array(
            sparse.hstack(parts) if parts else sparse.csr_array((int(codes.max()) + 1, 0))
        )

    def kept_shares(self) -> FloatArray:
        short = self.blocks.short_columns()
        held = self.blocks.coordinates
        return np.asarray(1.0 - np.einsum("ij,ij->i", held, held) - np.einsum("ij,ij->i", short, short))


def crossing_of(layout: Layout, effects: Effects) -> Crossing:
    """Return the blocks of the effects of a panel, the dimension of more levels first."""
    blocks = layout.blocks(effects)
    if blocks is not None:
        return SlopedCrossing(layout.n, layout.unit, None, blocks=blocks)
    if effects == "none":
        return Crossing(layout.n, None, None)
    if effects == "unit":
        return Crossing(layout.n, layout.unit, None)
    if effects == "time":
        return Crossing(layout.n, layout.time, None)
    if layout.n_times <= layout.n_units:
        return Crossing(layout.n, layout.unit, layout.time)
    return Crossing(layout.n, layout.time, layout.unit)


def pair_table(column: FloatArray, codes: IntArray, levels: IntArray, n_levels: int) -> sparse.csr_array:
    """Return the sums of column (n,) by group and level, (G, n_levels)."""
    shape = (int(codes.max()) + 1, n_levels)
    return sparse.csr_array((column, (codes, levels)), shape=shape)


def codes_of(block: IntArray | None) -> IntArray:
    """Return the codes of a block that is there."""
    if block is None:
        raise ValueError("no such block of effects")
    return block

"""What is swept out beside unit and time effects: slopes of every unit, and effects of cells such as region-years.

Three blocks: every unit's intercept and slopes, which are projected out unit by unit on an orthonormal basis of its own
rows (a trend is centred and scaled inside the unit, so that no level takes digits); the period dummies; the dummies of
the cells. The last two are the short block: what the units leave of them solves a small system. Which of its directions
the units' block holds already (a common trend, a region's years) are null directions of that system, decided once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# A slope of which less than this share of its size is left beside those before it does not vary in the unit.
_VARIES = 1e-9
# Eigenvalues of what the units leave of the short block, its columns of norm one, are squared sines of angles: exact
# zeros come out below the first, what double precision carries lies above the second.
_NULL, _HELD = 1e-12, 1e-9
# Cells of the short block's basis that are held whole: 160 MB.
_HELD_CELLS = 20_000_000


@dataclass(frozen=True, eq=False)
class Interactions(Brief):
    """Interactions that are swept out: `slopes` (n, s), each with a coefficient in every unit, and `cells` (n, c).

    A column of cells holds codes from 0 without gaps: every cell has an effect of its own. `slope_names` (s,) and
    `cell_names` (c,) are the terms as the user wrote them.
    """

    slopes: FloatArray
    cells: IntArray
    slope_names: tuple[str, ...] = ()
    cell_names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the terms that are swept out."""
        return (*self.slope_names, *self.cell_names)

    def at(self, rows: NDArray[np.bool_]) -> Interactions:
        """Return the interactions of the marked rows (n,)."""
        cells = [np.unique(column, return_inverse=True)[1] for column in self.cells[rows].T]
        held = np.stack(cells, axis=1) if cells else self.cells[rows]
        return Interactions(self.slopes[rows], held.astype(np.int64), self.slope_names, self.cell_names)

    def changes(self, before: IntArray) -> Interactions:
        """Return the slopes less those of the row before, `before` (n,): in differences a trend is a drift."""
        return replace(self.without_cells(), slopes=self.slopes - self.slopes[before])

    def without_cells(self) -> Interactions:
        """Return the slopes alone."""
        return Interactions(self.slopes, self.cells[:, :0], self.slope_names)


def unit_slopes(*columns: FloatArray) -> Interactions:
    """Return interactions of these columns (n,) with the units: `unit_slopes(year)` is a trend in every unit."""
    slopes = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
    return Interactions(slopes, np.empty((len(slopes), 0), dtype=np.int64), ("",) * slopes.shape[1])


def cell_effects(*codes: IntArray) -> Interactions:
    """Return effects of cells: `cell_effects(region_year)` is an effect of every region-year; codes (n,)."""
    cells = np.stack([np.unique(column, return_inverse=True)[1] for column in codes], axis=1)
    return Interactions(np.empty((len(cells), 0)), cells.astype(np.int64), (), ("",) * cells.shape[1])


def no_interactions(n: int) -> Interactions:
    """Return interactions of n rows that are none."""
    return Interactions(np.empty((n, 0)), np.empty((n, 0), dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Blocks(Brief):
    """The blocks of one sample: `unit` (n,) sorted codes, `coordinates` (n, b), `short` (n, m) sparse dummies.

    Row r of the orthonormal basis of its unit's block is `coordinates[r]`; a slope that does not vary in a unit, or
    repeats others there, has zeros in it. Where rows have weights, both stand times the root of the weight.
    """

    unit: IntArray
    coordinates: FloatArray
    short: sparse.csr_array

    @property
    def n(self) -> int:
        return len(self.unit)

    @property
    def width(self) -> int:
        """Return b, the intercept and slopes of a unit."""
        return int(self.coordinates.shape[1])

    @cached_property
    def starts(self) -> IntArray:
        return np.flatnonzero(np.r_[True, self.unit[1:] != self.unit[:-1]])

    @cached_property
    def unit_ranks(self) -> IntArray:
        """Return how many parameters the rows of each unit identify, (N,)."""
        squares = np.add.reduceat(self.coordinates**2, self.starts, axis=0)
        return np.asarray((squares > 0.5).sum(axis=1), dtype=np.int64)

    @cached_property
    def rank(self) -> int:
        """Return the rank of all blocks."""
        return int(self.unit_ranks.sum()) + int(self.root.shape[1])

    @cached_property
    def tables(self) -> tuple[sparse.csr_array, ...]:
        """Return the sums of each coordinate times the short dummies by unit, b of (N, m)."""
        rows = np.arange(self.n)
        shape = (int(self.unit[-1]) + 1, self.n)
        made = (sparse.csr_array((column, (self.unit, rows)), shape=shape) for column in self.coordinates.T)
        return tuple((by_unit @ self.short).tocsr() for by_unit in made)

    @cached_property
    def root(self) -> FloatArray:
        """Return F (m, rank) so that W F is orthonormal, W what the units leave of the short dummies."""
        m = self.short.shape[1]
        if m == 0:
            return np.empty((0, 0))
        scale = 1.0 / np.sqrt(np.asarray(self.short.power(2).sum(axis=0)).reshape(-1))
        left = (self.short.T @ self.short).toarray()
        for table in self.tables:
            left -= (table.T @ table).toarray()
        values, vectors = np.linalg.eigh(left * np.outer(scale, scale))
        if ((values > _NULL) & (values < _HELD)).any():
            raise SpecError(
                message(
                    "the absorbed interactions, or weights of very different size, nearly hold an effect of the "
                    "{periods} or cells: double precision cannot tell whether they do. Leave out an interaction, the "
                    "time effects, or rows of very small weight"
                )
            )
        held = values >= _HELD
        made: FloatArray = scale[:, None] * vectors[:, held] / np.sqrt(values[held])
        return made

    def unit_part(self, columns: FloatArray) -> FloatArray:
        """Return the projection of columns (n, p) on the units' block."""
        fitted = np.zeros_like(columns)
        for own in self.coordinates.T:
            fitted += own[:, None] * np.add.reduceat(own[:, None] * columns, self.starts, axis=0)[self.unit]
        return fitted

    def sweep(self, columns: FloatArray) -> FloatArray:
        """Return the residuals of columns (n, p) on all blocks; a second pass clears the rounding of the first."""
        for _ in range(2):
            columns = columns - self.unit_part(columns)
            if self.root.size:
                effect = self.root @ (self.root.T @ (self.short.T @ columns))
                columns -= self.short @ effect - self.short_means(effect, slice(None))
        return columns

    def short_means(self, effect: FloatArray, rows: IntArray | slice) -> FloatArray:
        """Return rows of the units' projection of the short dummies times `effect` (m, p)."""
        units = self.unit[rows]
        held, where = np.unique(units, return_inverse=True)
        return sum(
            (
                own[rows][:, None] * (table[held] @ effect)[where]
                for own, table in zip(self.coordinates.T, self.tables, strict=True)
            ),
            start=np.zeros((len(units), effect.shape[1])),
        )

    def short_columns(self, rows: IntArray | slice = slice(None)) -> FloatArray:
        """Return rows of W F, an orthonormal basis of what the units leave of the short block, (r, rank)."""
        if not self.root.size:
            return np.empty((len(self.unit[rows]), 0))
        if self.n * self.root.shape[1] <= _HELD_CELLS:
            return self._all_short_columns[rows]
        return self._short_columns(rows)

    @cached_property
    def _all_short_columns(self) -> FloatArray:
        return self._short_columns(slice(None))

    def _short_columns(self, rows: IntArray | slice) -> FloatArray:
        made: FloatArray = self.short[rows] @ self.root - self.short_means(self.root, rows)
        return made


def blocks_of(
    unit: IntArray,
    time: IntArray | None,
    interactions: Interactions,
    *,
    intercepts: bool = True,
    root: FloatArray | None = None,
) -> Blocks:
    """Return the blocks of a sample: unit codes (n,) sorted, period codes where there are time effects.

    Without `intercepts` a unit has slopes only. `root` (n,) are the roots of the rows' weights; None counts rows alike.
    """
    n = len(unit)
    size = np.ones(n) if root is None else root
    codes = [*([] if time is None else [time]), *interactions.cells.T]
    parts = [sparse.csr_array((size, (np.arange(n), code)), shape=(n, int(code.max()) + 1)) for code in codes]
    short = sparse.csr_array(sparse.hstack(parts)) if parts else sparse.csr_array((n, 0))
    return Blocks(unit, _coordinates(unit, interactions.slopes, intercepts, size), short)


def _coordinates(unit: IntArray, slopes: FloatArray, intercepts: bool, size: FloatArray) -> FloatArray:
    """Return the orthonormal basis of intercept and slopes inside each unit, (n, 1 + s), or of slopes alone.

    `size` (n,) multiplies the rows.
    """
    starts = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]])

    def by_unit(column: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(column, starts)[unit])

    made = [size / np.sqrt(by_unit(size**2))] if intercepts else []
    for slope in slopes.T:
        column = size * slope
        size = np.sqrt(by_unit(column**2))
        rest = column
        for _ in range(2):
            for own in made:
                rest = rest - own * by_unit(own * rest)
        left = np.sqrt(by_unit(rest**2))
        varies = left > _VARIES * size
        made.append(np.where(varies, rest / np.where(varies, left, 1.0), 0.0))
    return np.stack(made, axis=1) if made else np.empty((len(unit), 0))

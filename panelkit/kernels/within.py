"""The within kernel: unit, time and two-way demeaning, exact on unbalanced panels, batched over columns.

Two-way effects are removed without iteration: the effects of the shorter dimension solve a small linear
system (the Schur complement of the dummy-variable normal equations), so the result is exact to rounding
however unbalanced the panel is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse import csgraph

from panelkit.kernels.interactions import Blocks, Interactions, blocks_of, no_interactions
from panelkit.kernels.row_weights import RowWeights, rooted, unrooted
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Effects = Literal["none", "unit", "time", "twoway"]

EFFECTS: tuple[str, ...] = get_args(Effects)


def check_effects(effects: str) -> Effects:
    """Return `effects` if it names a set of effects.

    Raises
    ------
    SpecError
        If it is none of none, unit, time, twoway.
    """
    if effects not in EFFECTS:
        raise SpecError(message("effects is one of {known}, not {effects!r}", known=EFFECTS, effects=effects))
    return effects  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class Layout(Brief):
    """Where the rows of a panel stand: `unit` and `time` are codes from 0 without gaps, shape (n,), unit-major.

    `interactions` are swept out beside the effects: slopes of every unit and effects of cells. With `weights` the
    columns of the rows stand times the root of their weight, and so do the dummies that are swept
    (`kernels/row_weights.py`).
    """

    unit: IntArray
    time: IntArray
    interactions: Interactions | None = None
    weights: RowWeights | None = None

    @property
    def n(self) -> int:
        return len(self.unit)

    @cached_property
    def n_units(self) -> int:
        return int(self.unit[-1]) + 1

    @cached_property
    def n_times(self) -> int:
        return int(self.time.max()) + 1

    @cached_property
    def starts(self) -> IntArray:
        """Return the first row of each unit, shape (n_units,)."""
        return np.flatnonzero(np.r_[True, self.unit[1:] != self.unit[:-1]])

    @cached_property
    def balanced(self) -> bool:
        """Return whether every unit has every period exactly once."""
        if self.n != self.n_units * self.n_times:
            return False
        return bool((self.time.reshape(self.n_units, self.n_times) == np.arange(self.n_times)).all())

    @cached_property
    def unit_counts(self) -> IntArray:
        return np.diff(np.r_[self.starts, self.n])

    @cached_property
    def time_counts(self) -> IntArray:
        return np.bincount(self.time, minlength=self.n_times)

    @cached_property
    def _by_time(self) -> sparse.csr_array:
        ones = np.ones(self.n)
        return sparse.csr_array((ones, (self.time, np.arange(self.n))), shape=(self.n_times, self.n))

    @cached_property
    def components(self) -> int:
        """Return the number of groups of units that share no period with another group."""
        return int(csgraph.connected_components(self._crossing(None), directed=False)[0])

    def at(self, rows: NDArray[np.bool_]) -> Layout:
        """Return the layout of the marked rows (n,), numbered anew."""
        codes = (self.unit[rows], self.time[rows])
        unit, time = (np.unique(each, return_inverse=True)[1] for each in codes)
        interactions = None if self.interactions is None else self.interactions.at(rows)
        return Layout(unit, time, interactions, None if self.weights is None else self.weights.at(rows))

    def plain(self) -> Layout:
        """Return the layout without its interactions and weights."""
        return Layout(self.unit, self.time)

    def blocks(self, effects: Effects) -> Blocks | None:
        """Return the blocks of the effects where rows have weights or interactions stand beside them, else None.

        With time effects alone units have slopes, and no intercepts of their own.

        Raises
        ------
        SpecError
            If there are interactions and no effects, beside which they would be swept.
        """
        if self.interactions is None and (self.weights is None or effects == "none"):
            return None
        if self.interactions is not None and effects == "none":
            raise SpecError(
                message(
                    "{names} are swept out beside effects, and {effects} sweeps nothing: take 'unit' or "
                    "'twoway'",
                    effects=option("effects", "none"),
                    names=[f"`{name}`" for name in self.interactions.names],
                )
            )
        if effects not in self._blocks:
            time = None if effects == "unit" else self.time
            self._blocks[effects] = blocks_of(
                self.unit,
                time,
                no_interactions(self.n) if self.interactions is None else self.interactions,
                intercepts=effects != "time",
                root=None if self.weights is None else self.weights.root,
            )
        return self._blocks[effects]

    @cached_property
    def _blocks(self) -> dict[str, Blocks]:
        """Return the blocks by effects, as far as they have been asked for."""
        return {}

    def added(self, effects: Effects) -> tuple[int, int]:
        """Return how much slopes of units, and then effects of cells, add to the rank of the effects."""
        if self.interactions is None:
            return 0, 0
        base, whole = self.plain().absorbed(effects), self.absorbed(effects)
        if self.interactions.cells.shape[1] == 0:
            return whole - base, 0
        slopes = Layout(self.unit, self.time, self.interactions.without_cells()).absorbed(effects)
        return slopes - base, whole - slopes

    def absorbed(self, effects: Effects) -> int:
        """Return the rank of the effects' dummies, interactions included."""
        blocks = None if self.interactions is None else self.blocks(effects)
        if blocks is not None:
            return blocks.rank
        if effects == "none":
            return 0
        if effects == "unit":
            return self.n_units
        if effects == "time":
            return self.n_times
        return self.n_units + self.n_times - (1 if self.balanced else self.components)

    def sum_units(self, columns: FloatArray) -> FloatArray:
        """Return sums by unit, (n_units, m)."""
        return np.add.reduceat(columns, self.starts, axis=0)

    def sum_times(self, columns: FloatArray) -> FloatArray:
        """Return sums by period, (n_times, m)."""
        return self._by_time @ columns

    def _crossing(self, weights: FloatArray | None) -> sparse.csr_array:
        """Return the bipartite graph of units and periods, for its connected components."""
        n_units, n_times = self.n_units, self.n_times
        held = np.flatnonzero(np.ones(self.n) if weights is None else weights > 0)  # a stored zero is an edge
        size = n_units + n_times
        places = (self.unit[held], n_units + self.time[held])
        return sparse.csr_array((np.ones(len(held)), places), shape=(size, size))


def within(
    columns: FloatArray, layout: Layout, effects: Effects, weights: FloatArray | None = None
) -> FloatArray:
    """Return the residuals of each column on the dummies of the effects.

    Parameters
    ----------
    columns
        Shape (n, m), rows in the order of `layout`, times the root of their weight where the layout has weights.
    weights
        Shape (n,), non-negative: the (weighted) least-squares projection of columns as observed. None is equal weights,
        or those of the layout.

    Returns
    -------
    Shape (n, m), a new array. With `effects="none"` a copy.

    Raises
    ------
    SpecError
        If the layout has interactions, and there are no effects, or weights that are not the layout's.
    """
    if layout.interactions is not None:
        if weights is not None:
            raise SpecError(
                message("absorbed interactions are swept with equal weights only: leave out the weights")
            )
        return cast(Blocks, layout.blocks(effects)).sweep(columns)
    if layout.weights is not None:
        observed = unrooted(columns, layout.weights)
        swept = within(observed, layout.plain(), effects, layout.weights.values)
        return rooted(swept, layout.weights)
    if effects == "none":
        return columns.copy()
    if layout.balanced and weights is None:
        return _balanced(columns, layout, effects)
    if effects == "unit":
        return columns - _unit_means(columns, layout, weights)[layout.unit]
    if effects == "time":
        return columns - _time_means(columns, layout, weights)[layout.time]
    return _twoway(columns, layout, weights)


def _balanced(columns: FloatArray, layout: Layout, effects: Effects) -> FloatArray:
    cube = columns.reshape(layout.n_units, layout.n_times, -1)
    if effects == "time":
        return (cube - cube.mean(axis=0)).reshape(columns.shape)
    inside = cube - cube.mean(axis=1, keepdims=True)
    if effects == "twoway":
        inside -= inside.mean(axis=0)
    return inside.reshape(columns.shape)


def _unit_means(columns: FloatArray, layout: Layout, weights: FloatArray | None) -> FloatArray:
    if weights is None:
        return layout.sum_units(columns) / layout.unit_counts[:, None]
    return layout.sum_units(columns * weights[:, None]) / _positive(layout.sum_units(weights[:, None]))


def _time_means(columns: FloatArray, layout: Layout, weights: FloatArray | None) -> FloatArray:
    if weights is None:
        return layout.sum_times(columns) / layout.time_counts[:, None]
    return layout.sum_times(columns * weights[:, None]) / _positive(layout.sum_times(weights[:, None]))


def _positive(totals: FloatArray) -> FloatArray:
    """Return totals with empty groups at one: their sums are zero and so are their means."""
    return np.where(totals > 0.0, totals, 1.0)


def _twoway(columns: FloatArray, layout: Layout, weights: FloatArray | None) -> FloatArray:
    w = np.ones(layout.n) if weights is None else weights
    by_unit = sparse.csr_array((w, (layout.unit, layout.time)), shape=(layout.n_units, layout.n_times))
    if layout.n_times <= layout.n_units:
        inside = columns - _unit_means(columns, layout, weights)[layout.unit]
        right = layout.sum_times(inside * w[:, None])
        effect = _solve_short(by_unit, right, layout, weights)
        shift = by_unit @ effect / _positive(by_unit.sum(axis=1))[:, None]
        inside -= effect[layout.time] - shift[layout.unit]
        return inside
    inside = columns - _time_means(columns, layout, weights)[layout.time]
    right = layout.sum_units(inside * w[:, None])
    by_time = by_unit.T.tocsr()
    effect = _solve_short(by_time, right, layout, weights)
    shift = by_time @ effect / _positive(by_time.sum(axis=1))[:, None]
    inside -= effect[layout.unit] - shift[layout.time]
    return inside


def _solve_short(
    crossing: sparse.csr_array, right: FloatArray, layout: Layout, weights: FloatArray | None
) -> FloatArray:
    """Solve for the effects of the shorter dimension; one effect a connected component is set to zero.

    `crossing` is (long, short) and holds the summed weights of each pair; `right` is (short, m).
    """
    long_totals = _positive(crossing.sum(axis=1))
    short_totals = crossing.sum(axis=0)
    scaled = sparse.diags_array(1.0 / long_totals) @ crossing
    schur = np.diag(short_totals) - (crossing.T @ scaled).toarray()
    free = ~_reference_levels(crossing, layout, weights) & (short_totals > 0)
    effect = np.zeros(right.shape)
    if free.any():
        factor = linalg.cho_factor(schur[np.ix_(free, free)], lower=True, check_finite=False)
        effect[free] = linalg.cho_solve(factor, right[free], check_finite=False)
    return effect


def _reference_levels(
    crossing: sparse.csr_array, layout: Layout, weights: FloatArray | None
) -> NDArray[np.bool_]:
    """Return True for one level of the shorter dimension in each connected component."""
    n_units = layout.n_units
    labels = csgraph.connected_components(layout._crossing(weights), directed=False)[1]
    short = labels[n_units:] if crossing.shape[1] == layout.n_times else labels[:n_units]
    reference = np.zeros(len(short), dtype=bool)
    reference[np.unique(short, return_index=True)[1]] = True
    return reference

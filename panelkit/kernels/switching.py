"""How a 0/1 column moves along the units of a panel: who switches on and when, who never does, who switches off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.show.brief import Brief

# what is looked at first: most columns show within these rows that they are no 0/1 column
_HEAD = 256


@dataclass(frozen=True, eq=False)
class Switching(Brief):
    """A 0/1 column by unit; N units, T periods.

    `start` (N,) is the code of the first period with a one: 0 where the unit's own first row has it already ("always"),
    T where no row has it ("never"). `stops` (N,) marks units in which a one is followed by a zero,
    `gap` (N,) those whose rows lack a period between the last zero and the first one.
    """

    start: IntArray
    stops: NDArray[np.bool_]
    gap: NDArray[np.bool_]
    n_times: int

    @property
    def never(self) -> NDArray[np.bool_]:
        """Return which units have no row with a one, (N,)."""
        return self.start == self.n_times

    @property
    def always(self) -> NDArray[np.bool_]:
        """Return which units have a one in their own first row, (N,)."""
        return self.start == 0

    @property
    def adopts(self) -> NDArray[np.bool_]:
        """Return which units go from zero to one, (N,)."""
        return (self.start > 0) & (self.start < self.n_times)

    @property
    def absorbing(self) -> bool:
        """Return whether no unit goes from one to zero."""
        return not bool(self.stops.any())

    @cached_property
    def dates(self) -> IntArray:
        """Return the codes of the periods at which units adopt, sorted."""
        return np.unique(self.start[self.adopts])

    @cached_property
    def groups(self) -> tuple[IntArray, IntArray]:
        """Return the starts that occur, sorted (G,), always and never among them, and the group of each unit (N,)."""
        starts, group = np.unique(self.start, return_inverse=True)
        return starts, group


def is_binary(column: FloatArray) -> bool:
    """Return whether a column (n,) holds zeros and ones alone, and both."""
    if not _zero_or_one(column[:_HEAD]) or not _zero_or_one(column):
        return False
    return bool(column.min() < column.max())


def _zero_or_one(column: FloatArray) -> bool:
    return bool(((column == 0.0) | (column == 1.0)).all())


def switching(column: FloatArray, layout: Layout) -> Switching:
    """Return how a 0/1 column (n,) moves along the units of a layout (unit-major, periods in order)."""
    n_units, n_times = layout.n_units, layout.n_times
    start = np.full(n_units, n_times, dtype=np.int64)
    steps = np.flatnonzero(column[1:] != column[:-1]) + 1
    steps = steps[layout.unit[steps] == layout.unit[steps - 1]]
    rises = steps[column[steps] == 1.0][::-1]  # backwards: the first of a unit is written last
    start[layout.unit[rises]] = layout.time[rises]
    gap = np.zeros(n_units, dtype=bool)
    gap[layout.unit[rises]] = layout.time[rises] - layout.time[rises - 1] > 1
    start[column[layout.starts] == 1.0] = 0
    stops = np.zeros(n_units, dtype=bool)
    stops[layout.unit[steps[column[steps] == 0.0]]] = True
    return Switching(start, stops, gap & (start > 0), n_times)

"""What holds in a table, made by the table itself: gaps that can be zero, order, stars without brackets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import norm

from benchmarks.synthetic.corners import Corners, Gap, Truth, ends, zero
from benchmarks.synthetic.style import Place, Printout
from panelkit.audit.printed import plain

Must = Callable[[Printout], Truth]
Cell = tuple[int, int]


def at(*cells: Cell, part: str = "number") -> list[Place]:
    """Return the places of cells."""
    return [(row, column, part) for row, column in cells]


def equal(name: str, places: Sequence[Place], gap: Gap) -> Must:
    """Return that a gap of the numbers can be zero."""
    return lambda printout: zero(name, places, gap)


def least(name: str, places: Sequence[Place], room: Gap) -> Must:
    """Return that some of the numbers printed so leave room of zero or more."""
    return equal(name, places, lambda c: np.append(room(c), -1.0))


def rising(name: str, places: Sequence[Place]) -> Must:
    """Return that numbers rise."""
    return least(name, places, lambda c: np.diff(c, axis=1).min(axis=1))


def mean_of(name: str, mean: Cell, parts: Sequence[Cell]) -> Must:
    """Return that a number is the mean of others, from the ends of all."""

    def holds(out: Printout) -> bool:
        low, high = np.mean([ends(out.pieces[place]) for place in at(*parts)], axis=0)
        return _meets(ends(out.pieces[mean[0], mean[1], "number"]), (low, high))

    return lambda printout: Truth(name, tuple(at(mean, *parts)), holds)


def sum_of(name: str, whole: Cell, parts: Sequence[Cell]) -> Must:
    """Return that a number is the sum of others."""

    def holds(out: Printout) -> bool:
        low, high = np.sum([ends(out.pieces[place]) for place in at(*parts)], axis=0)
        return _meets(ends(out.pieces[whole[0], whole[1], "number"]), (low, high))

    return lambda printout: Truth(name, tuple(at(whole, *parts)), holds)


def _meets(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return bool(one[0] <= other[1] + 1e-12 and other[0] <= one[1] + 1e-12)


def ranked(name: str, ranks: Sequence[Cell], values: Sequence[Cell]) -> Must:
    """Return that ranks follow values that fall."""

    def holds(out: Printout) -> bool:
        rank = [float(plain(out.pieces[place])) for place in at(*ranks)]
        value = [ends(out.pieces[place]) for place in at(*values)]
        return not any(
            rank[i] < rank[j] and value[i][1] < value[j][0]
            for i in range(len(rank))
            for j in range(len(rank))
        )

    return lambda printout: Truth(name, tuple(at(*ranks, *values)), holds)


def starred(name: str, cell: Cell, p: Callable[[Corners], np.ndarray], beside: Sequence[Place] = ()) -> Must:
    """Return that the stars of a number are those of a p-value that it gives, with others."""
    places = [*at(cell), *beside]

    def made(printout: Printout) -> Truth:
        levels = printout.style.levels

        def holds(out: Printout) -> bool:
            grid = np.array(np.meshgrid(*(ends(out.pieces[place]) for place in places))).reshape(
                len(places), -1
            )
            values = p(grid.T)
            count = len(out.stars_of(*cell))
            few, many = (sum(end < level for level in levels) for end in (values.max(), values.min()))
            return few <= count <= many

        return Truth(name, (*places, (*cell, "stars")), holds)

    return made


def constant(name: str, place: Place, value: float) -> Must:
    """Return that a number is what its table says it is."""
    return equal(name, [place], lambda c: c[:, 0] - value)


def two_sided(z: np.ndarray) -> np.ndarray:
    """Return the p-values of z."""
    return np.asarray(2.0 * norm.sf(np.abs(z)))

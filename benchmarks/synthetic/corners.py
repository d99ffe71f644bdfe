"""What holds whatever the rounding: an independent judge that tries the corners of all roundings; stars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from benchmarks.synthetic.style import Place, Printout

FEWEST = 10.0
"""The fewest degrees of freedom that an audit, told nothing, has to allow for."""
Corners = np.ndarray
Gap = Callable[[Corners], np.ndarray]


@dataclass(frozen=True)
class Truth:
    """Something that holds at places of a printout: its name, the places, and a judge of any printout."""

    name: str
    places: tuple[Place, ...]
    holds: Callable[[Printout], bool]


def ends(text: str) -> tuple[float, float]:
    """Return the smallest and largest number that is printed so."""
    plain = text.replace("−", "-").replace("–", "-").replace("∗", "*").rstrip("*")
    half = 0.5 * 10.0 ** -len(plain.partition(".")[2])
    return float(plain) - half, float(plain) + half


def corners(printout: Printout, places: Sequence[Place]) -> Corners:
    """Return all combinations of the ends of the numbers at the places, one a row."""
    return np.array(list(product(*(ends(printout.pieces[place]) for place in places))))


def zero(name: str, places: Sequence[Place], gap: Gap) -> Truth:
    """Return the truth that a gap can be zero."""

    def holds(printout: Printout) -> bool:
        with np.errstate(all="ignore"):
            gaps = gap(corners(printout, places))
        size = 1e-9 * float(np.abs(gaps).max())
        return bool(gaps.min() <= size and gaps.max() >= -size)

    return Truth(name, tuple(places), holds)


def columns_of(printout: Printout) -> range:
    return range(len(printout.true.columns))


def stars(printout: Printout) -> Iterator[Truth]:
    for row, column, part in printout.pieces:
        if part == "stars" and (row, column, "bracket") in printout.pieces:
            yield stars_at(printout, row, column)


def stars_at(printout: Printout, row: int, column: int) -> Truth:
    style, true = printout.style, printout.true
    number = true.lines[row].numbers[column]
    meaning = "p" if number is None or number.se is None else style.bracket
    places: tuple[Place, ...] = ((row, column, "number"), (row, column, "stars"), (row, column, "bracket"))

    def holds(out: Printout) -> bool:
        p = p_range(out, row, column, meaning)
        count = len(out.stars_of(row, column))
        # p = .10 printed may be .0999
        most, least = (sum(end < level for level in style.levels) for end in p)
        return least <= count <= most

    return Truth(f"stars ({meaning})", places, holds)


def p_range(out: Printout, row: int, column: int, meaning: str) -> tuple[float, float]:
    """Return the p-values that the brackets allow, under the normal and under few degrees of freedom."""
    beside = ends(out.pieces[row, column, "bracket"])
    if meaning == "p":
        return max(beside[0], 0.0), beside[1]
    if meaning == "se":
        grid = corners(out, [(row, column, "number"), (row, column, "bracket")])
        t = np.abs(grid[:, 0] / np.maximum(grid[:, 1], 1e-12))
        number = ends(out.pieces[row, column, "number"])
        if number[0] <= 0.0 <= number[1]:
            t = np.append(t, 0.0)
    else:
        t = np.abs(np.array(beside))
    p = [2.0 * norm.sf(t), 2.0 * student.sf(t, FEWEST)]
    return float(np.min(p)), float(np.max(p))

"""Which values a threshold may take: every value of the variable, or a grid by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief

SearchName = Literal["exact", "quantiles-393", "xthreg"]
SEARCHES: tuple[str, ...] = get_args(SearchName)

# fewer values are groups, whose slopes an interaction compares without a search
FEWEST_VALUES = 10
_XTHREG = 400


@dataclass(frozen=True, eq=False)
class Candidates(Brief):
    """The values (G,) that are searched, and how many rows (G,) lie below each; `least` rows stay in every regime."""

    values: FloatArray
    cuts: IntArray
    least: int


def candidates(
    q: FloatArray, name: str, trim: float, *, columns: int, search: str, strict: bool = False
) -> Candidates:
    """Return the candidates of a threshold variable q (n,).

    Parameters
    ----------
    name
        What the variable is called.
    trim
        The share of rows that a regime holds at least.
    columns
        How many slopes a regime has: it holds more rows than that.
    search
        "exact": every value held. "quantiles-393": of the U distinct values those with the numbers floor(U s), s = .01,
        .0125, ..., .99 (the program of Hansen 1999). "xthreg": 400 of the distinct values, equidistant in their order.
    strict
        Whether the lower regime is q < value and not q <= value.

    Raises
    ------
    DataError
        If the variable has few values, or the trim leaves none.
    """
    distinct = np.unique(q)
    if len(distinct) < FEWEST_VALUES:
        raise DataError(_few(name, distinct))
    values = distinct if search == "exact" else distinct[_grid(len(distinct), search)]
    cuts = np.searchsorted(np.sort(q), values, side="left" if strict else "right")
    least = max(int(np.ceil(trim * len(q) - 1e-9)), columns + 1)
    inside = (cuts >= least) & (len(q) - cuts >= least)
    if not inside.any():
        raise DataError(
            message(
                "`{name}`: no value leaves {least:,} of {n:,} rows on both sides (trim={trim:g}): take a smaller trim, "
                "or a variable that is spread more evenly",
                name=name,
                least=least,
                n=len(q),
                trim=trim,
            )
        )
    inside &= np.r_[True, np.diff(cuts) > 0]
    return Candidates(values[inside], cuts[inside], least)


def check_search(search: str) -> None:
    """Refuse a search that has no such name.

    Raises
    ------
    SpecError
        Naming the searches that there are.
    """
    if search not in SEARCHES:
        raise SpecError(message("search is one of {known}, not {search!r}", known=SEARCHES, search=search))


def _grid(count: int, search: str) -> IntArray:
    """Return the places of a grid among `count` distinct values, in order."""
    if search == "xthreg":
        return np.unique(np.round(np.linspace(0, count - 1, _XTHREG)).astype(np.int64))
    shares = 0.01 + np.arange(393) / 400.0
    places = np.floor(np.round(shares * count, 9)).astype(np.int64) - 1
    return np.unique(np.maximum(places, 0))


def _few(name: str, distinct: FloatArray) -> Message:
    shown = [f"{value:g}" for value in distinct[:FEWEST_VALUES]]
    return message(
        "`{name}` has {count} values ({shown}), too few to search among: with groups known beforehand compare slopes "
        "by an interaction, such as `{name}:x` (0/1) or `C({name}):x`",
        name=name,
        count=len(distinct),
        shown=shown,
    )

"""The printed numbers that a search aims at, and what each may mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

# a number of a fit: the term that it is of ("" where it is of the whole fit), and what it is
Slot = tuple[str, str]

ESTIMATE = "estimate"
ERROR = "error"
T = "t"
P = "p"
NOBS = "nobs"
UNITS = "units"
PERIODS = "periods"
# what the coefficient of determination may leave out or count; see `linear.py`
R2 = ("R2 within", "R2 of units", "R2", "adjusted R2", "adjusted R2 within", "R2 of units alone")
WITHIN_R2 = (*R2[:2], R2[5])
ADJUSTED_R2 = R2[3:5]


@dataclass(frozen=True)
class Wanted:
    """One printed number: every true value from `low` to `high` is printed as `text`.

    `kinds` are what it may be. Numbers of one `group` are of the same kind, as all brackets of a table are; a number
    of the group "" has one kind.
    """

    term: str
    text: str
    low: float
    high: float
    kinds: tuple[str, ...]
    group: str = ""

    @property
    def centre(self) -> float:
        """Return the middle of what rounds to the text."""
        return (self.low + self.high) / 2.0

    @property
    def half(self) -> float:
        """Return half a unit of the last printed digit."""
        return (self.high - self.low) / 2.0


@dataclass(frozen=True, eq=False)
class Reading(Brief):
    """One way to read the groups of a target: the kind of each, and the slot of every wanted number, (J,)."""

    kinds: Mapping[str, str]
    columns: IntArray


@dataclass(frozen=True)
class Target:
    """All printed numbers of one search, J of them, in the order in which they were given."""

    wanted: tuple[Wanted, ...]

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Return every number of a fit that a candidate is asked for, S of them."""
        return tuple(dict.fromkeys((one.term, kind) for one in self.wanted for kind in one.kinds))

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Return all ways to read the groups, what is named first first."""
        groups = {one.group: one.kinds for one in self.wanted if one.group}
        found = []
        for kinds in product(*groups.values()):
            chosen = dict(zip(groups, kinds, strict=True))
            at = [self.slots.index((one.term, chosen.get(one.group, one.kinds[0]))) for one in self.wanted]
            found.append(Reading(chosen, np.array(at, dtype=np.int64)))
        return tuple(found)

    @cached_property
    def centres(self) -> FloatArray:
        """Return the middles of the printed numbers, (J,)."""
        return np.array([one.centre for one in self.wanted])

    @cached_property
    def halves(self) -> FloatArray:
        """Return half a unit of the last digit of each, (J,)."""
        return np.array([one.half for one in self.wanted])

    @property
    def terms(self) -> tuple[str, ...]:
        """Return the terms that numbers are printed of."""
        return tuple(dict.fromkeys(one.term for one in self.wanted if one.term))

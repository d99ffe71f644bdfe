"""Columns of estimates across the tables of a paper, and how much of two of them is the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from panelkit.audit.entries import Document, Entry
from panelkit.audit.parts import SLOPES
from panelkit.audit.printed import Printed

SAME = 0.6  # the share of common coefficients that makes a column the same one, printed again
LEAST = 2
CHANCE = 1e-3  # of one alarm or more in a whole paper


@dataclass(frozen=True)
class Column:
    """The coefficients of one column and panel of a table, by role and variable; each once."""

    place: tuple[int, int, str]
    entries: dict[tuple[str, str], Entry]


@dataclass(frozen=True)
class Pair:
    """Two columns with coefficients of the same variables: those that are printed alike, and those that are not."""

    one: Column
    other: Column
    alike: tuple[tuple[Entry, Entry], ...]
    apart: tuple[tuple[Entry, Entry], ...]

    @property
    def shared(self) -> int:
        """Return how many coefficients are of the same variables."""
        return len(self.alike) + len(self.apart)

    def by_chance(self, alike: Sequence[Entry], tried: int) -> float:
        """Return how many pairs of columns, of those tried, would repeat so many entries by chance, at most."""
        chance = math.prod(max(coincidence(one), self.likeness(one)) for one in alike)
        return tried * math.comb(self.shared, len(alike)) * chance

    def likeness(self, entry: Entry) -> float:
        """Return the chance of an entry where two columns differ by as much as in the middle of their other entries.

        Columns of one sample and nearly one model (SAR and SEM with little dependence) agree in many digits.
        """
        if not self.apart:
            return 0.0
        numbers = [(one.number, other.number) for one, other in self.apart]
        brackets = [
            (one.attached[0].number, other.attached[0].number)
            for one, other in self.apart
            if one.attached and other.attached
        ]
        return _within(entry.number, numbers) * _within(entry.attached[0].number, brackets)

    def reprinted(self, tried: int) -> bool:
        """Return whether the second column is the first one again, in another table, and not by chance."""
        same_table = self.one.place[0] == self.other.place[0]
        whole = self.shared >= 0.5 * max(len(self.one.entries), len(self.other.entries))
        if same_table or not whole or len(self.alike) < max(LEAST, SAME * self.shared):
            return False
        return self.by_chance([one for one, _ in self.alike], tried) <= CHANCE


def _within(number: Printed, pairs: Sequence[tuple[Printed, Printed]]) -> float:
    """Return one over the units of a number that lie within the middle one of the relative differences of pairs."""
    apart = sorted(
        abs(one.value - other.value) / max(abs(one.value), abs(other.value), one.unit) for one, other in pairs
    )
    middle = apart[(len(apart) - 1) // 2] if apart else 0.0
    return 1.0 / (1.0 + middle * abs(number.value) / number.unit)


def columns_of(document: Document) -> list[Column]:
    """Return the columns of coefficients of a document, in order."""
    found: dict[tuple[int, int, str], dict[tuple[str, str], Entry]] = {}
    twice: set[tuple[tuple[int, int, str], tuple[str, str]]] = set()
    for number, table in enumerate(document):
        for one in table.of(*SLOPES):
            place, key = (number, one.column, one.panel), (one.role, one.subject)
            held = found.setdefault(place, {})
            if key in held:
                twice.add((place, key))
            held[key] = one
    for place, key in twice:
        found[place].pop(key, None)
    return [Column(place, held) for place, held in found.items() if held]


def pairs_of(document: Document) -> tuple[list[Pair], int]:
    """Return the pairs of columns that have a coefficient with its bracket in common, and how many pairs there are."""
    columns = columns_of(document)
    return list(_alike(columns)), max(1, math.comb(len(columns), 2))


def _alike(columns: Sequence[Column]) -> Iterator[Pair]:
    for one, other in combinations(columns, 2):
        shared = [(one.entries[key], other.entries[key]) for key in one.entries if key in other.entries]
        alike = tuple(pair for pair in shared if alike_in(*pair))
        if alike:
            yield Pair(one, other, alike, tuple(pair for pair in shared if not alike_in(*pair)))


def alike_in(one: Entry, other: Entry) -> bool:
    """Return whether two entries hold the same coefficient and the same number in its first bracket."""
    if not one.attached or not other.attached:
        return False
    return _key(one) == _key(other)


def _key(entry: Entry) -> tuple[float, int, float, int]:
    number, bracket = entry.number, entry.attached[0].number
    return number.value, number.decimals, bracket.value, bracket.decimals


def significant(value: float, decimals: int) -> int:
    """Return how many significant digits a number is printed with."""
    return 0 if value == 0.0 else max(0, math.floor(math.log10(abs(value)) + 1e-12) + 1 + decimals)


def coincidence(entry: Entry) -> float:
    """Return a generous chance that another column repeats an entry: coefficients of one variable share their first
    digits, so that one digit of each number counts for nothing, and another one of the coefficient.
    """
    number, bracket = entry.number, entry.attached[0].number
    free = max(0, significant(number.value, number.decimals) - 2) + max(
        0, significant(bracket.value, bracket.decimals) - 1
    )
    return 10.0**-free

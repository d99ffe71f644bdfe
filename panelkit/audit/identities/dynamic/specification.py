"""What a printed specification test of GMM is: its statistic, its p-value, or one that may be either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand

_P = re.compile(r"(?<![a-z])p(?:[-_ ]?val(?:ue)?s?)?(?![a-z0-9])|p值|prob|pr\s*>|相伴概率", re.IGNORECASE)


@dataclass(frozen=True)
class Specification:
    """Operands of a test: statistic and p, where it is known which is which; stars where tests carry any."""

    statistic: Operand | None
    p: Operand | None
    stars: Operand | None
    entry: Entry

    @property
    def about(self) -> str:
        return f"{self.entry.label} {self.entry.heading}".strip()


def specifications(table: Table, *roles: str) -> Iterator[Specification]:
    """Yield the tests of the roles, column by column, each with its p: attached, in a row of its own, or alone."""
    for role in roles:
        tests = table.of(role)
        for entry in tests:
            yield _specification(table, entry)
        columns = {one.column for one in tests}
        for p in table.of("p", subject=role):
            if p.column not in columns:
                yield Specification(None, Operand(p), _stars(table, p), p)


def _specification(table: Table, entry: Entry) -> Specification:
    """Return what is printed of a test.

    A lone number is a p where its headings say so, a statistic where it cannot be a p or the test of order 1 beside
    one of order 2 is negative; else neither is known.
    """
    stars = _stars(table, entry)
    place, below = entry.part("p"), table.of("p", column=entry.column, subject=entry.role)
    if place is not None:
        return Specification(Operand(entry), Operand(entry, place), stars, entry)
    if len(below) == 1:
        return Specification(Operand(entry), Operand(below[0]), stars, entry)
    possible = entry.number.high >= 0.0 and entry.number.low <= 1.0
    if possible and any(_P.search(said) for said in (entry.label, entry.heading)):
        return Specification(None, Operand(entry), stars, entry)
    if not possible or _beside_negative(table, entry):
        return Specification(Operand(entry), None, stars, entry)
    return Specification(None, None, stars, entry)


def _stars(table: Table, entry: Entry) -> Operand | None:
    held = table.of("ar1", "ar2", "hansen", "sargan", "p")
    return Operand(entry, "stars") if any(one.stars for one in held) else None


def _beside_negative(table: Table, entry: Entry) -> bool:
    """Return whether the test of order 1 in the column of one of order 2 prints a negative number."""
    first = table.of("ar1", column=entry.column)
    return entry.role == "ar2" and len(first) == 1 and first[0].number.high < 0.0

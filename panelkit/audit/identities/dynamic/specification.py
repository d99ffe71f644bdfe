"""What a printed specification test of GMM is: its statistic, its p-value, or one that may be either."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand

_P = re.compile(
    r"(?<![a-z])p(?:[-_ ]?val(?:ue)?s?)?(?![a-z0-9])|p值|p 值|prob|pr\s*>|相伴概率", re.IGNORECASE
)


@dataclass(frozen=True)
class Specification:
    """Operands of a test: statistic and p, where it is known which is which; stars where tests carry any."""

    statistic: Operand | None
    p: Operand | None
    stars: Operand | None


def specification_of(table: Table, entry: Entry) -> Specification:
    """Return what is printed of a test. A lone number is a p where its headings say so, a statistic where it cannot
    be a p or an order-1 test beside it is negative; else neither is known."""
    marked = any(one.stars for one in table.of("ar1", "ar2", "hansen", "sargan"))
    stars = Operand(entry, "stars") if marked else None
    place = entry.part("p")
    if place is not None:
        return Specification(Operand(entry), Operand(entry, place), stars)
    possible = entry.number.high >= 0.0 and entry.number.low <= 1.0
    if possible and any(_P.search(said) for said in (entry.label, entry.heading)):
        return Specification(None, Operand(entry), stars)
    if not possible or _beside_negative(table, entry):
        return Specification(Operand(entry), None, stars)
    return Specification(None, None, stars)


def _beside_negative(table: Table, entry: Entry) -> bool:
    """Return whether the test of order 1 in the column of one of order 2 prints a negative number."""
    first = table.of("ar1", column=entry.column)
    return entry.role == "ar2" and len(first) == 1 and first[0].number.high < 0.0

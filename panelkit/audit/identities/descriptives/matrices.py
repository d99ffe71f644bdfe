"""Correlations by pair of variables and triangle of their matrix."""

from __future__ import annotations

import re
from collections.abc import Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import words
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Outcome
from panelkit.audit.significance import state_of
from panelkit.language.message import message


def mirrors_of(table: Table, panel: str) -> list[tuple[Entry, Entry]]:
    """Return the pairs of entries that stand for one pair of variables in both triangles."""
    held = {(one.subject, one.other): one for one in table.of("correlation", panel=panel)}
    return [
        (one, held[other, subject])
        for (subject, other), one in held.items()
        if subject < other and (other, subject) in held
    ]


def two_kinds(table: Table, panel: str) -> bool:
    """Return whether the triangles hold two kinds of correlation (Pearson, Spearman): it is said, or most differ."""
    mirrors = mirrors_of(table, panel)
    differ = sum(mirrored((one.number, other.number)).state != "consistent" for one, other in mirrors)
    said = re.search(r"spearman|斯皮尔曼|kendall", words(table), re.IGNORECASE)
    return bool(mirrors) and (bool(said) or (differ > 2 and 2 * differ > len(mirrors)))


def is_own(one: Entry) -> bool:
    """Return whether an entry is of a variable with itself."""
    return one.subject == one.other


def mirrored(numbers: Sequence[Printed]) -> Outcome:
    """Return whether two printed correlations are one number."""
    met = numbers[0].interval.meets(numbers[1].interval)
    why = None if met else message("both triangles of a correlation matrix hold the same numbers")
    return Outcome(state_of(met, False), numbers[0].text, numbers[1].text, why)

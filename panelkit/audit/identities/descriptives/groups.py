"""The descriptive statistics that belong to one variable."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.entries import Entry, Table
from panelkit.audit.printed import Printed
from panelkit.kernels.intervals import Interval

ROLES = ("mean", "sd", "minimum", "maximum", "median", "variance", "cv", "count", "nobs")


def groups_of(table: Table) -> Iterator[dict[str, Entry]]:
    """Yield the statistics of each variable of each panel: one a role, told apart by row or column where several."""
    subjects = dict.fromkeys(
        (one.panel, one.subject) for one in table.of("mean", "sd", "maximum", "variance")
    )
    for panel, subject in subjects:
        held = table.of(*ROLES, subject=subject, panel=panel)
        for part in _parts(held):
            yield {one.role: one for one in part}


def _parts(held: tuple[Entry, ...]) -> list[list[Entry]]:
    """Return entries split so that each role stands once; none where neither rows nor columns split them so."""
    for key in (lambda one: 0, lambda one: one.row, lambda one: one.column):
        parts: dict[int, list[Entry]] = {}
        for one in held:
            parts.setdefault(key(one), []).append(one)
        if all(len({one.role for one in part}) == len(part) for part in parts.values()):
            return list(parts.values())
    return []


def rows_of(table: Table, group: dict[str, Entry]) -> Entry | None:
    """Return how many values a variable has, where it is printed: its own count, or the table's only one."""
    own = group.get("count") or group.get("nobs")
    if own is not None:
        return own
    counts = table.of("count", "nobs")
    return counts[0] if len(counts) == 1 else None


def bessel(rows: Printed | None) -> Interval:
    """Return n / (n − 1), and 1 as well: programs divide by either; without n, that of ten values at most."""
    n = rows.value if rows is not None else 10.0
    return Interval(1.0, n / (n - 1.0)) if n > 1.0 else Interval(1.0, 2.0)

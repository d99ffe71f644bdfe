"""The indices of systems, C, T and D that belong to one unit and year of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from panelkit.audit.entries import Entry, Table

ROLES = {"C": "coupling_c", "T": "development_t", "D": "coordination_d"}


@dataclass(frozen=True)
class CouplingRow:
    """What is printed of one unit and year: systems U1, U2, ... in their order, and C, T, D where they are."""

    systems: tuple[Entry, ...]
    parts: dict[str, Entry]

    @property
    def about(self) -> str:
        first = next(iter((*self.parts.values(), *self.systems)))
        return first.subject


def coupling_rows(table: Table) -> list[CouplingRow]:
    """Return the rows (the columns, where indices stand below one another) of a table with coupling degrees.

    Where a row holds several groups of C, T, D (years side by side), its first C goes with its first D.
    """
    held = table.of("system_u", *ROLES.values())
    across = _grouped(held, by_row=True)
    lines = across if any(len({one.role for one in line}) > 1 for line in across) else _grouped(held, False)
    return [row for line in lines for row in _split(line)]


def _grouped(held: tuple[Entry, ...], by_row: bool) -> list[list[Entry]]:
    lines: dict[tuple[int, str, int], list[Entry]] = defaultdict(list)
    for one in held:
        lines[(one.table, "" if by_row else one.panel, one.row if by_row else one.column)].append(one)
    return list(lines.values())


def _split(line: list[Entry]) -> Iterator[CouplingRow]:
    """Yield the groups of a line: as many as it holds of the part that it holds most of."""
    parts = {name: [one for one in line if one.role == role] for name, role in ROLES.items()}
    by_system: dict[str, list[Entry]] = defaultdict(list)
    for one in line:
        if one.role == "system_u":
            by_system[one.other].append(one)
    systems = list(by_system.values())
    if len(systems) == 1 and len(systems[0]) > 1:
        systems = [[one] for one in systems[0]]
    groups = max((len(found) for found in (*parts.values(), *systems)), default=0)
    for k in range(groups):
        yield CouplingRow(
            tuple(found[k] for found in systems if len(found) == groups),
            {name: found[k] for name, found in parts.items() if len(found) == groups},
        )

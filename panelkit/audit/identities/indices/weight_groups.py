"""Which weights of a table add up together: a column, the indicators of each level, or those below a parent."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from panelkit.audit.beside import beside
from panelkit.audit.entries import Entry, Table

_SUM = re.compile(r"\s*(?:合\s*计|总\s*计|总\s*和|加\s*总|求\s*和|sum|total|altogether)\s*", re.IGNORECASE)


def weight_groups(table: Table) -> Iterator[tuple[float, list[Entry]]]:
    """Yield what a group of weights adds up to (1 or 100) with its entries.

    A column adds up as a whole where its sum is within a fifth of 1 or 100; else its sections do where the middle one
    is; else as a whole where half of it follows from entropies beside it, or where one weight alone is too large; else
    it is left alone.
    """
    for held in by_column(table).values():
        sections = list(by_section(held).values())
        if len(sections) == 1 and not any(_near(held, whole) for whole in (1.0, 100.0)):
            if _of_entropies(table, held) or _one_too_large(held):
                yield 1.0, held
            continue
        for whole in (1.0, 100.0):
            if _near(held, whole):
                yield whole, held
                break
            if len(sections) > 1 and abs(median(added(one) for one in sections) - whole) < 0.2 * whole:
                yield from ((whole, one) for one in sections)
                break


def parents(table: Table) -> Iterator[tuple[Entry, list[Entry]]]:
    """Yield the weight of a level with those below it: the one weight of its section in a column, or the one that the
    section is called after, and several in another column.

    Only of two columns for which at least half of the sections add up to their parents within a tenth.
    """
    columns = {column: by_section(held) for column, held in by_column(table).items()}
    for upper, levels in columns.items():
        for lower, below in columns.items():
            if upper == lower:
                continue
            tops = [(name, held[0]) for name, held in levels.items() if len(held) == 1]
            tops += [(one.label, one) for held in levels.values() if len(held) > 1 for one in held]
            pairs = [(top, below[name]) for name, top in tops if len(below.get(name, ())) > 1]
            fits = sum(
                abs(added(parts) - top.number.value) < 0.1 * abs(top.number.value) for top, parts in pairs
            )
            if len(pairs) > 1 and 2 * fits >= len(pairs):
                yield from pairs


def by_column(table: Table) -> dict[int, list[Entry]]:
    """Return the weights of a table by the column in which they stand."""
    columns: dict[int, list[Entry]] = defaultdict(list)
    for one in table.of("weight"):
        if not is_sum(one):
            columns[one.column].append(one)
    return columns


def is_sum(one: Entry) -> bool:
    """Return whether a row is called the sum of the others (合计, total)."""
    return bool(_SUM.fullmatch(one.label))


def printed_sums(table: Table) -> Iterator[tuple[Entry, list[Entry]]]:
    """Yield the last row of a column of weights where it is called their sum, with the weights above it."""
    for one in table.of("weight"):
        if is_sum(one):
            above = [held for held in by_column(table).get(one.column, ()) if held.row < one.row]
            below = any(held.row > one.row for held in by_column(table).get(one.column, ()))
            if len(above) > 1 and not below and not any(held.panel for held in above):
                yield one, above


def by_section(held: list[Entry]) -> dict[str, list[Entry]]:
    """Return entries by their section."""
    sections: dict[str, list[Entry]] = defaultdict(list)
    for one in held:
        sections[one.panel].append(one)
    return sections


def added(held: list[Entry]) -> float:
    """Return the sum of the printed numbers."""
    return sum(one.number.value for one in held)


def _of_entropies(table: Table, held: list[Entry]) -> bool:
    """Return whether entropies stand beside all weights and give half of them within a tenth."""
    found = [beside(table, one, "entropy", one.subject) for one in held]
    gains = [1.0 - one.number.value for one in found if one is not None]
    if len(gains) < len(held) or len(held) < 3 or min(gains) <= 0.0:
        return False
    due = [gain / sum(gains) for gain in gains]
    fits = sum(abs(one.number.value - value) < 0.1 * value for one, value in zip(held, due, strict=True))
    return 2 * fits >= len(held)


def _one_too_large(held: list[Entry]) -> bool:
    """Return whether a weight above one stands among others that leave room for one below."""
    values = sorted(one.number.value for one in held)
    return len(values) > 2 and values[0] >= 0.0 and values[-1] > 1.0 and 0.5 < sum(values[:-1]) < 1.0


def _near(held: list[Entry], whole: float) -> bool:
    return len(held) > 1 and abs(added(held) - whole) < 0.2 * whole

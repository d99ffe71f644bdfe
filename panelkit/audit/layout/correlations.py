"""Whether a part of a table is a correlation matrix: its columns are headed by its rows, with ones where they meet."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit.audit.layout.columns import Column
from panelkit.audit.layout.rows import Row
from panelkit.audit.layout.tabular import order_of, unordered
from panelkit.audit.vocabulary.spatial import name_of

_MOST = 1.0


def is_correlation(rows: Sequence[Row], columns: Sequence[Column]) -> bool:
    """Return whether columns without a measure are headed by the names, or the numbers, of the rows in their order."""
    free = [column for column in columns if column.said.measure is None and not column.said.part]
    own = [row for row in rows if not row.part and not row.alone]
    if len(free) < 2 or len(own) < 2:
        return False
    names = [name_of(unordered(row.label)) for row in own]
    headed = [name_of(unordered(column.own)) for column in free]
    if set(headed) <= set(names):
        places = [names.index(one) for one in headed]
    elif all(order_of(column.own) for column in free) and any(_counted(row) for row in own):
        places = [int(order_of(column.own)) - 1 for column in free]
    else:
        return False
    return all(place < len(own) for place in places) and _bounded(own, free) and _ones(own, free, places)


def _counted(row: Row) -> bool:
    return unordered(row.label) != row.label or bool(row.above and order_of(row.above[-1]))


def _bounded(rows: Sequence[Row], columns: Sequence[Column]) -> bool:
    """Return whether all numbers but a stray one lie between -1 and 1."""
    numbers = [
        cell.held.number
        for row in rows
        for column in columns
        if (cell := row.cells[column.index]).held.number
    ]
    out = sum(abs(number.value) > _MOST for number in numbers if number is not None)
    return bool(numbers) and out <= len(numbers) // 10


def _ones(rows: Sequence[Row], columns: Sequence[Column], places: Sequence[int]) -> bool:
    """Return whether ones, or blanks of a triangle, stand where a variable meets itself."""
    cells = [rows[place].cells[column.index] for place, column in zip(places, columns, strict=True)]
    ones = sum(cell.held.number is not None and cell.held.number.value == 1.0 for cell in cells)
    blanks = sum(cell.held.number is None for cell in cells)
    return ones > len(cells) // 2 or blanks > len(cells) // 2

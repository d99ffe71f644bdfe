"""Tables of provinces and of cities that stand on one sheet, below each other or side by side, taken apart."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from panelkit.data.yearbook.files.cells import looks_like_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty
from panelkit.data.yearbook.layouts.city_tables import is_of_cities, is_of_provinces, is_place_head

_COLUMNS = 4
_ROWS = 40


def level_parts(grid: Grid) -> list[Grid]:
    """Return a sheet as it is, or its tables of provinces and those of cities as sheets with nothing else in them.

    A table that names too few places to tell goes with the one before it.
    """
    beside = _beside(grid)
    if len(beside) > 1:
        return beside
    starts = _starts(grid)
    if len(starts) == 1:
        return [grid]
    parts = [_rows(grid, first, last) for first, last in pairwise([*starts, len(grid.rows)])]
    levels = [_level(part) for part in parts]
    if not {"city", "province"} <= set(levels):
        return [grid]
    joined: list[tuple[int, str]] = []
    for start, level in zip(starts, levels, strict=True):
        if not joined or (level and level != joined[-1][1]):
            joined.append((start, level))
    if len(joined) > 1 and not joined[0][1]:
        joined = [(joined[0][0], joined[1][1]), *joined[2:]]
    bounds = [start for start, _ in joined] + [len(grid.rows)]
    return [_rows(grid, first, last) for first, last in pairwise(bounds)]


def _level(grid: Grid) -> str:
    if is_of_cities(grid):
        return "city"
    return "province" if is_of_provinces(grid) else ""


def _starts(grid: Grid) -> list[int]:
    """Return the row in which each table begins: behind the figures above its header of places."""
    heads = [
        row for row in range(len(grid.rows)) if any(is_place_head(cell) for cell in grid.rows[row][:_COLUMNS])
    ]
    starts = [0]
    for head in heads[1:]:
        row = head
        while row > starts[-1] and not _has_figures(grid, row - 1):
            row -= 1
        if row > starts[-1]:
            starts.append(row)
    return starts


def _has_figures(grid: Grid, row: int) -> bool:
    return any(looks_like_number(cell) for cell in grid.rows[row][1:])


def _rows(grid: Grid, first: int, last: int) -> Grid:
    """Return a sheet in which only some rows are left, each in its place."""
    empty: tuple[Cell, ...] = ()
    rows = tuple(cells if first <= row < last else empty for row, cells in enumerate(grid.rows))
    merged = tuple(area for area in grid.merged if first <= area[0] < last)
    return replace(grid, rows=rows, merged=merged, complete=grid.complete or last < len(grid.rows))


def _beside(grid: Grid) -> list[Grid]:
    """Return the tables side by side of which one is of cities and the other of provinces; else nothing."""
    for row, cells in enumerate(grid.rows[:_ROWS]):
        heads = [column for column, cell in enumerate(cells) if is_place_head(cell)]
        for column in heads[1:]:
            if not any(_figures_in(grid, row, other) for other in range(heads[0] + 1, column)):
                continue
            left, right = _columns(grid, 0, column), _columns(grid, column, len(cells))
            if {_level(left), _level(right)} == {"city", "province"}:
                return [left, right]
    return []


def _figures_in(grid: Grid, row: int, column: int) -> bool:
    return any(looks_like_number(grid.cell(other, column)) for other in range(row + 1, len(grid.rows)))


def _columns(grid: Grid, first: int, last: int) -> Grid:
    """Return a sheet in which only some columns are left, each in its place, and lines above that stand alone."""
    rows = tuple(
        cells
        if sum(not is_empty(cell) for cell in cells) == 1 and not any(map(looks_like_number, cells))
        else tuple(cell if first <= column < last else None for column, cell in enumerate(cells))
        for cells in grid.rows
    )
    merged = tuple(area for area in grid.merged if first <= area[1] < last)
    return replace(grid, rows=rows, merged=merged)

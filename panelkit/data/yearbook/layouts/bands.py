"""Tables that stand side by side on one sheet, each with its own column of places."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from panelkit.data.provinces import Place
from panelkit.data.yearbook.errors import YearbookError, refuse
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.files.cells import looks_like_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty, shown
from panelkit.data.yearbook.layouts.headings import HAN, is_head, is_numbering, unit_text
from panelkit.data.yearbook.layouts.reading import Builder
from panelkit.data.yearbook.vocabulary.place_labels import place_in, place_of
from panelkit.language.message import message

_LABEL_COLUMNS = 4
_BELOW = 40
"""How far below its header a column of places must begin."""


@dataclass(frozen=True, slots=True)
class Band:
    """One of the tables side by side: the sheet with nothing in it but the table's own columns.

    Attributes
    ----------
    grid : the sheet; cells of the other tables are empty.
    column : the column of places.
    last : the last column of the table.
    """

    grid: Grid
    column: int
    last: int


def label_column(grid: Grid) -> int | None:
    """Return the column that names the most places among the first columns of a sheet, left of any figures."""
    counts: Counter[int] = Counter()
    words: set[str] = set()
    for cells in grid.rows:
        for column, cell in enumerate(cells[:_LABEL_COLUMNS]):
            if not isinstance(cell, str) or cell in words:
                continue
            if place_of(cell, grid.places) is not None:
                counts[column] += 1
            else:
                words.add(cell)
        if len(words) > limits.LABELS:
            if not counts:
                return None
            raise _wordy(grid)
    if not counts:
        return None
    most = max(counts.values())
    several = sorted(column for column, count in counts.items() if count > 1 or count == most)
    first = [
        column for column in several if column == several[0] or not _figures(grid, several[0] + 1, column - 1)
    ]
    return max(first, key=lambda column: (counts[column], -column))


def _wordy(grid: Grid) -> YearbookError:
    return refuse(
        grid.where(),
        message(
            "more than {limit} different words that are no places: not a yearbook table", limit=limits.LABELS
        ),
    )


def heads_beside(grid: Grid, row: int) -> list[int]:
    """Return the columns of a row that are headed 地区, Region or the like and hold names below."""
    return [
        column
        for column, cell in enumerate(grid.rows[row])
        if isinstance(cell, str) and is_head(cell) and _names_below(grid, row, column)
    ]


def split_bands(grid: Grid, builder: Builder) -> list[Band]:
    """Return the tables of a sheet from left to right; one that stands alone keeps its sheet as it is."""
    first = label_column(grid)
    if first is None:
        return []
    places = {
        column: found
        for column in _candidates(grid, first)
        if (found := _places(grid, column, codes=column == first)) or column != first
    }
    groups = _groups(grid, first, places)
    starts = [groups[0]]
    for group in groups[1:]:
        if _is_table(grid, starts[0], group, places, builder):
            starts.append(group)
        else:
            starts[-1].extend(group)
    if len(starts) > limits.TABLES:
        raise refuse(
            grid.where(),
            message(
                "{tables} tables side by side; at most {limit} are read",
                tables=len(starts),
                limit=limits.TABLES,
            ),
        )
    width = max(map(len, grid.rows))
    if len(starts) == 1:
        _agree(grid, starts[0], first, places, builder)
        return [Band(grid, first, width - 1)]
    bands = []
    for number, group in enumerate(starts):
        own = first if number == 0 else max(group, key=lambda c: (_provinces(places[c]), -c))
        _agree(grid, group, own, places, builder)
        low = 0 if number == 0 else _left_edge(grid, min(group))
        high = width - 1 if number + 1 == len(starts) else _left_edge(grid, min(starts[number + 1])) - 1
        bands.append((own, low, high))
    return _cut(grid, bands)


def _candidates(grid: Grid, first: int) -> list[int]:
    """Return the columns that name provinces, or are headed as such; the first one is always there."""
    counts: Counter[int] = Counter()
    headed: set[int] = set()
    words: set[str] = set()
    for row, cells in enumerate(grid.rows):
        for column, cell in enumerate(cells):
            if not isinstance(cell, str) or is_empty(cell) or looks_like_number(cell):
                continue
            place = None if cell in words else place_of(cell, grid.places)
            if place is None:
                words.add(cell)
            if place is not None and place.is_row:
                counts[column] += 1
            elif column not in headed and is_head(cell) and _names_below(grid, row, column):
                headed.add(column)
        if len(words) > limits.LABELS:
            raise _wordy(grid)
    several = {column for column, count in counts.items() if count > 1}
    return sorted({first} | several | headed)


def _names_below(grid: Grid, row: int, column: int) -> bool:
    """Return whether the first cell below a header that is neither empty nor a header is a word."""
    for other in range(row + 1, min(row + 1 + _BELOW, len(grid.rows))):
        cell = grid.cell(other, column)
        if not is_empty(cell) and not (isinstance(cell, str) and (is_head(cell) or unit_text(cell))):
            return isinstance(cell, str) and not looks_like_number(cell)
    return False


def _places(grid: Grid, column: int, *, codes: bool) -> dict[int, Place]:
    """Return row -> place of one column; figures that look like codes of places are none unless `codes`."""
    return {
        row: place
        for row in range(len(grid.rows))
        if isinstance(cell := grid.cell(row, column), str)
        and (codes or not looks_like_number(cell))
        and (place := place_in(grid, row, column)) is not None
    }


def _provinces(places: dict[int, Place]) -> int:
    return sum(place.is_row for place in places.values())


def _groups(grid: Grid, first: int, places: dict[int, dict[int, Place]]) -> list[list[int]]:
    """Return the columns of places, those together that have no figures between them."""
    groups = [[column for column in places if column <= first]]
    for column in (column for column in places if column > first):
        if _figures(grid, groups[-1][-1] + 1, column - 1):
            groups.append([column])
        else:
            groups[-1].append(column)
    if len(groups) > 1 and not _figures(grid, groups[-1][-1] + 1, max(map(len, grid.rows)) - 1):
        groups[-2].extend(groups.pop())
    return groups


def _figures(grid: Grid, low: int, high: int) -> bool:
    """Return whether figures stand in some columns; numbers of rows and codes of places are none."""
    return any(
        not is_counter(grid, column)
        and sum(looks_like_number(cells[column]) for cells in grid.rows if column < len(cells)) > 0
        for column in range(low, high + 1)
    )


def _left_edge(grid: Grid, column: int) -> int:
    """Return the first column of a table on the right: numbers of rows and codes before its places are its own."""
    while column > 0 and is_counter(grid, column - 1):
        column -= 1
    return column


def is_counter(grid: Grid, column: int) -> bool:
    """Return whether a column is headed 序号, 代码 or the like: it holds no figures."""
    return any(is_numbering(shown(cells[column])) for cells in grid.rows[:40] if column < len(cells))


def _is_table(
    grid: Grid, one: list[int], group: list[int], places: dict[int, dict[int, Place]], builder: Builder
) -> bool:
    """Return whether columns of places begin a table of their own, and not a column of names within the first."""
    above = [
        text
        for column in group
        for row in range(min(places[column], default=len(grid.rows)))
        if isinstance(cell := grid.cell(row, column), str) and (text := shown(cell))
    ]
    column = group[0]
    left = {row: place for known in one for row, place in places[known].items() if place.adcode}
    right = {row: place for row, place in places[column].items() if place.adcode}
    heads = [text for text in above if is_head(text)]
    chinese = any(HAN.search(shown(grid.cell(row, column))) for row in right)
    if any(HAN.search(text) for text in heads) or (heads and chinese):
        return True
    if right and right.keys() <= left.keys() and all(left[row] == place for row, place in right.items()):
        return False
    if heads or not right:
        return True
    named = [text for text in above if HAN.search(text) and not unit_text(text)]
    close = [shown(grid.cell(row, column)) for row in range(max(0, min(right) - 2), min(right))]
    doubled = len({place.adcode for place in right.values()}) < len(right)
    if doubled or any(text in named for text in close):
        builder.problem(
            grid.where(min(right), column),
            message(
                "this column names other provinces than the first of its row, under {header!r}: put 地区 "
                "above it if a table of its own begins here, or take the column out",
                header=named[-1] if named else message("no header"),
            ),
        )
        return False
    return True


def _agree(
    grid: Grid, group: list[int], own: int, places: dict[int, dict[int, Place]], builder: Builder
) -> None:
    """Note the rows in which two columns of one table name two different places."""
    for column in group:
        for row, place in places[column].items():
            mine = places[own].get(row)
            if mine is not None and mine.adcode and place.adcode and mine.adcode != place.adcode:
                said = shown(grid.cell(row, own)), shown(grid.cell(row, column))
                builder.problem(
                    grid.where(row, column),
                    message("two places in one row: {first!r} and {second!r}", first=said[0], second=said[1]),
                )


def _cut(grid: Grid, spans: list[tuple[int, int, int]]) -> list[Band]:
    """Return the sheet once for each table, with its own columns alone; a line of units holds for all of them."""
    labels = [own for own, _, _ in spans]
    shared = _shared_units(grid, labels)
    bands = []
    for own, low, last in spans:
        merged = [
            (top, max(left, low), bottom, min(right, last))
            for top, left, bottom, right in grid.merged
            if left <= last and right >= low
        ]
        moved = {
            (top, low): grid.cell(top, left)
            for top, left, _, right in grid.merged
            if left < low <= right and top < len(grid.rows) and _within(grid, top, labels)
        }
        rows = []
        for row, cells in enumerate(grid.rows):
            kept: list[Cell] = [cell if low <= column <= last else None for column, cell in enumerate(cells)]
            if (row, low) in moved and low < len(kept):
                kept[low] = moved[row, low]
            if row in shared and all(map(is_empty, kept)):
                kept += [None] * (own + 1 - len(kept))
                kept[own] = shared[row]
            rows.append(tuple(kept))
        bands.append(Band(replace(grid, rows=tuple(rows), merged=tuple(merged)), own, last))
    return bands


def _within(grid: Grid, row: int, labels: list[int]) -> bool:
    """Return whether a row lies at or below the header of some table."""
    return any(
        isinstance(cell := grid.cell(other, column), str) and is_head(cell)
        for column in labels
        for other in range(row + 1)
    )


def _shared_units(grid: Grid, labels: list[int]) -> dict[int, Cell]:
    """Return the rows below the first places that hold a unit and nothing else, as 单位：万元."""
    found: dict[int, Cell] = {}
    begun = False
    for row, cells in enumerate(grid.rows):
        filled = [cell for cell in cells if not is_empty(cell)]
        begun = begun or any(place_of(grid.cell(row, column), grid.places) is not None for column in labels)
        if begun and len(filled) == 1 and isinstance(filled[0], str) and unit_text(filled[0]):
            found[row] = re.sub(r"\s+", " ", filled[0])
    return found

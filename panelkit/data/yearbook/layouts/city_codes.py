"""The six-digit codes that a table of cities gives beside its names, in a column or a row of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from panelkit.data.cities import city_code, plain_city
from panelkit.data.yearbook.files.cells import looks_like_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty, shown

CODE_HEAD = re.compile(r"代码|编码|区划|code", re.I)
_COLUMNS = 8
_ROWS = 40
_ENOUGH = 3
_WORD = re.compile(r"[\u3400-\u9fffA-Za-z]")

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Codes:
    """A column or a row of codes: its cells, its header among them, and the name beside each code."""

    cells: tuple[Spot, ...]
    names: tuple[tuple[Spot, Spot | None], ...]


def codes_of(grid: Grid) -> list[Codes]:
    """Return the columns of codes of a sheet, or else its rows of codes."""
    columns = [found for column in range(_COLUMNS) if (found := _column(grid, column)) is not None]
    return columns or [
        found for row in range(min(_ROWS, len(grid.rows))) if (found := _row(grid, row)) is not None
    ]


def coded_names(grid: Grid) -> dict[str, int]:
    """Return the plain name, else the code as text, of every city of which a sheet gives the code."""
    found: dict[str, int] = {}
    for code, name in (pair for one in codes_of(grid) for pair in one.names):
        number = city_code(shown(grid.cell(*code)))
        if number is not None and number % 10000:
            found.setdefault(str(number) if name is None else plain_city(name_of(grid.cell(*name))), number)
    return found


def name_of(cell: Cell) -> str:
    """Return a city's name as a message and a panel show it, without blanks and notes."""
    return re.sub(r"[\s①-⑳*＊]+", "", re.sub(r"[(（][^()（）]*[)）]", "", shown(cell)))


def _column(grid: Grid, column: int) -> Codes | None:
    head = next(
        (row for row in range(min(_ROWS, len(grid.rows))) if CODE_HEAD.search(_text(grid.cell(row, column)))),
        None,
    )
    first = 0 if head is None else head + 1
    filled: list[int] = []
    coded = 0
    for row in range(first, len(grid.rows)):
        if not looks_like_number(grid.cell(row, column)):
            if head is None and not filled and row > _ROWS:
                return None
            continue
        filled.append(row)
        coded += city_code(shown(grid.cell(row, column))) is not None
        if head is None and coded < len(filled):
            return None
    if 2 * coded < max(len(filled), 1) or (head is None and coded < _ENOUGH):
        return None
    heads = [] if head is None else [(head, column)]
    pairs = tuple(((row, column), _beside(grid, row, column)) for row in filled)
    return Codes((*heads, *((row, column) for row in filled)), pairs)


def _row(grid: Grid, row: int) -> Codes | None:
    cells = grid.rows[row]
    label = next((shown(cell) for cell in cells if not is_empty(cell)), "")
    columns = [column for column, cell in enumerate(cells) if looks_like_number(cell)]
    if not CODE_HEAD.search(label) or not columns:
        return None
    if any(city_code(shown(cells[column])) is None for column in columns):
        return None
    names = max(
        (other for other in (row - 1, row + 1) if 0 <= other < len(grid.rows)),
        key=lambda other: sum(_is_word(grid.cell(other, column)) for column in columns),
        default=row,
    )
    pairs = tuple(
        ((row, column), (names, column) if _is_word(grid.cell(names, column)) else None) for column in columns
    )
    whole = tuple((row, column) for column in range(len(cells)))
    return Codes(whole, pairs)


def _beside(grid: Grid, row: int, column: int) -> Spot | None:
    """Return the nearest word beside a code, on its right or else on its left."""
    return next((spot for spot in _spots(grid, row, column) if _is_word(grid.cell(*spot))), None)


def _spots(grid: Grid, row: int, column: int) -> Iterator[Spot]:
    yield from ((row, column + step) for step in (1, -1, 2, -2) if column + step >= 0)


def _is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(_WORD.search(cell)) and not looks_like_number(cell)


def _text(cell: Cell) -> str:
    return shown(cell) if isinstance(cell, str) and len(cell) < 40 else ""

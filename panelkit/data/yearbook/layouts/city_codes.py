"""The six-digit codes that a table of cities gives beside its names, in a column or a row of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panelkit.data.cities import CITIES, city_code, plain_city
from panelkit.data.yearbook.files.cells import looks_like_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty, shown
from panelkit.data.yearbook.layouts.headings import plain

HEADS = {
    "城市", "市", "城市名称", "城市名", "地级市", "主要城市", "各城市", "市名", "省会城市", "副省级城市", "重点城市",
    "city", "cities", "cityname", "city_name", "citynames",
}  # fmt: skip
"""Headers of a column of cities, without blanks and marks."""

_CODE_HEAD = re.compile(r"代码|编码|区划|code", re.I)
_OTHER_CODE = re.compile(r"邮|电话|股票|证券|指标|国家|post|zip|phone|stock|indicator|country", re.I)
OF_PROVINCE = re.compile(r"省.*(?:代码|编码)|prov.*code", re.I)
"""A header of the codes of provinces, which stand beside cities."""
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


def city_head(grid: Grid) -> tuple[int, int] | None:
    """Return row and column of a header of cities, names below it."""
    for row, cells in enumerate(grid.rows[:_ROWS]):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and plain(cell) in HEADS and _has_names(grid, row, column):
                return row, column
    return None


def _has_names(grid: Grid, row: int, column: int) -> bool:
    below = (grid.cell(other, column) for other in range(row + 1, len(grid.rows)))
    first = next((cell for cell in below if not is_empty(cell)), None)
    return isinstance(first, str) and re.search(r"[^\d\s.,\-]", first) is not None


def codes_of(grid: Grid) -> list[Codes]:
    """Return the columns of codes of a sheet, or else its rows of codes."""
    columns = [found for column in range(_COLUMNS) if (found := _column(grid, column)) is not None]
    return columns or [
        found for row in range(min(_ROWS, len(grid.rows))) if (found := _row(grid, row)) is not None
    ]


def is_code_head(cell: Cell) -> bool:
    """Return whether a cell heads codes of places, and not postal codes or those of firms."""
    text = _text(cell)
    return bool(_CODE_HEAD.search(text)) and not _OTHER_CODE.search(text)


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
        (row for row in range(min(_ROWS, len(grid.rows))) if is_code_head(grid.cell(row, column))),
        None,
    )
    if head is not None and OF_PROVINCE.search(_text(grid.cell(head, column))):
        return None
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
    if head is None and filled[0] and not is_empty(grid.cell(filled[0] - 1, column)):
        return None
    heads = [] if head is None else [(head, column)]
    named = city_head(grid)
    pairs = tuple(
        ((row, column), _beside(grid, row, column, None if named is None else named[1])) for row in filled
    )
    return Codes((*heads, *((row, column) for row in filled)), pairs)


def _row(grid: Grid, row: int) -> Codes | None:
    cells = grid.rows[row]
    label = next((shown(cell) for cell in cells if not is_empty(cell)), "")
    columns = [column for column, cell in enumerate(cells) if looks_like_number(cell)]
    if not is_code_head(label) or not columns:
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


def _beside(grid: Grid, row: int, column: int, named: int | None) -> Spot | None:
    """Return the name beside a code: in the column headed 城市, or the nearest word that is no province."""
    near = [named] if named is not None else [column + step for step in (1, -1, 2, -2)]
    spots = [(row, at) for at in near if at is not None and at >= 0]
    return next((spot for spot in spots if _is_name(grid.cell(*spot))), None)


def _is_name(cell: Cell) -> bool:
    return _is_word(cell) and not CITIES.is_whole(name_of(cell))


def _is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(_WORD.search(cell)) and not looks_like_number(cell)


def _text(cell: Cell) -> str:
    return shown(cell) if isinstance(cell, str) and len(cell) < 40 else ""

"""Where the parts of a portal export lie: its header row, the lines above it, and the three dimensions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panelkit.data.yearbook.errors import refuse
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.bands import heads_beside
from panelkit.data.yearbook.vocabulary.periods import parse_period
from panelkit.data.yearbook.vocabulary.place_labels import place_of
from panelkit.language.message import message, term

_HEADS = {
    "地区": "place", "省份": "place", "region": "place", "regions": "place", "province": "place",
    "指标": "label", "indicator": "label", "indicators": "label",
    "时间": "period", "年份": "period", "time": "period", "year": "period", "period": "period",
}  # fmt: skip

_META = re.compile(
    r"(数据库|指标|时间|地区|单位|database|indicators?|year|time|period|region|unit)\s*[:：]\s*(.*)",
    re.I | re.S,
)

_META_KEYS = {
    "数据库": "database", "database": "database", "指标": "indicator", "indicator": "indicator",
    "indicators": "indicator", "时间": "time", "year": "time", "time": "time", "period": "time",
    "地区": "region", "region": "region", "单位": "unit", "unit": "unit",
}  # fmt: skip

DIMENSIONS = {
    "place": term("dimension of a table", "place"),
    "period": term("dimension of a table", "period"),
    "label": term("dimension of a table", "label"),
}


@dataclass(frozen=True, slots=True)
class PortalTable:
    """Where the parts of a pivot table lie, and what the lines above it say."""

    grid: Grid
    meta: dict[str, str]
    head: int
    rows: str
    columns: str
    width: int


def is_pivot(grid: Grid) -> bool:
    """Return whether a grid has the portal's header row, below its lines or as the very first row."""
    head = _head_row(grid)
    if head is None:
        return False
    alone = all(is_empty(cell) for cells in grid.rows[:head] for cell in cells)
    if alone and len(heads_beside(grid, head)) > 1:
        return False
    return alone or bool(_meta(grid, head).keys() - {"unit"})


def is_damaged_pivot(grid: Grid) -> bool:
    """Return whether lines of a portal export stand at the top without its header row below them."""
    if _head_row(grid) is not None:
        return False
    return any(key in _meta(grid, min(len(grid.rows), 6)) for key in ("database", "indicator"))


def mended(text: str) -> str:
    """Return a label whose UTF-8 bytes had been taken for Latin letters as the text it was."""
    if text.isascii() or any(ord(c) > 255 for c in text):
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _head_row(grid: Grid) -> int | None:
    for row, cells in enumerate(grid.rows[:40]):
        if not cells:
            continue
        name = re.sub(r"\s+", "", shown(cells[0])).casefold()
        if name in _HEADS and any(not is_empty(cell) for cell in cells[1:]):
            return row
    return None


def table_of(grid: Grid) -> PortalTable:
    """Return where the parts of an export lie.

    Raises
    ------
    YearbookError
        If there is no header row, or rows and columns hold the same dimension.
    """
    head = _head_row(grid)
    if head is None:
        raise refuse(grid.where(), message("no header row of a portal export"))
    cells = grid.rows[head]
    width = max(i for i, cell in enumerate(cells) if not is_empty(cell)) + 1
    rows = _HEADS[re.sub(r"\s+", "", shown(cells[0])).casefold()]
    names = [mended(shown(cell)) for cell in cells[1:width]]
    columns = _dimension(names, grid)
    if rows == columns:
        raise refuse(
            grid.where(head),
            message(
                "rows and columns both hold the {dimension}: the table's header is damaged",
                dimension=DIMENSIONS[rows],
            ),
        )
    return PortalTable(grid, _meta(grid, head), head, rows, columns, width)


def _meta(grid: Grid, head: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for cells in grid.rows[:head]:
        line = mended(",".join(shown(cell) for cell in cells if not is_empty(cell)))
        match = _META.match(line)
        if match:
            found[_META_KEYS[match.group(1).casefold()]] = match.group(2).strip()
    return found


def _dimension(names: list[str], grid: Grid) -> str:
    periods = sum(parse_period(name) is not None for name in names)
    places = sum(place_of(name, grid.places) is not None for name in names)
    filled = sum(bool(name) for name in names)
    if periods * 2 > filled:
        return "period"
    return "place" if places * 2 > filled else "label"

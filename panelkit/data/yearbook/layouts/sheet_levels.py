"""Which sheets of a file are about the level that is asked for, and the way to those about the other."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit.data.cities import Level
from panelkit.data.yearbook.errors import refuse
from panelkit.data.yearbook.files.cells import looks_like_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.city_tables import (
    is_of_cities,
    is_of_provinces,
    may_be_of_cities,
    some_cities,
)
from panelkit.data.yearbook.layouts.headings import plain
from panelkit.data.yearbook.layouts.level_parts import level_parts
from panelkit.language.message import Message, message

_ZONES = {
    *(
        "高新区",
        "国家高新区",
        "高新技术产业开发区",
        "国家高新技术产业开发区",
        "高新技术产业开发区名称",
        "高新区名称",
    ),
    *(
        "开发区",
        "开发区名称",
        "经济技术开发区",
        "国家级经济技术开发区",
        "经开区",
        "园区",
        "园区名称",
        "产业园区",
    ),
    *("自主创新示范区", "国家自主创新示范区", "新区", "自贸区", "自贸试验区", "综合保税区"),
}
_ROWS = 40
_LABELS = 4


def at_level(grids: Sequence[Grid], level: Level, *, named: bool) -> tuple[list[Grid], list[Message]]:
    """Return the sheets about one level, and a note on each that is about the other; a sheet of both is taken apart.

    `named`: the caller says whose figures a file holds that names no place.

    Raises
    ------
    YearbookError
        Where no sheet is about the level that is asked for, and one is about the other; where one is about zones.
    """
    knows = (_names_none if named else may_be_of_cities) if level == "city" else _is_of_provinces
    grids = [part for grid in grids for part in level_parts(grid)]
    for grid in grids:
        _refuse_zones(grid)
    filled = [grid for grid in grids if any(not is_empty(cell) for row in grid.rows for cell in row)]
    others = [grid for grid in filled if not knows(grid)]
    if others and len(others) == len(filled):
        raise refuse(others[0].where(), _not_cities() if level == "city" else _of_cities(others[0]))
    kept = [grid for grid in grids if not any(grid is one for one in others)]
    return kept, [_left_out(grid, level) for grid in others]


def _names_none(grid: Grid) -> bool:
    return may_be_of_cities(grid) or not is_of_provinces(grid)


def _refuse_zones(grid: Grid) -> None:
    """Refuse a table whose places stand below 高新区 or 开发区: 天津 in it is a zone, no city and no province."""
    for row, cells in enumerate(grid.rows[:_ROWS]):
        for column, cell in enumerate(cells[:_LABELS]):
            if isinstance(cell, str) and plain(cell) in _ZONES and _names_below(grid, row, column):
                raise refuse(
                    grid.where(row, column),
                    message(
                        "a table of zones: what stands below {head!r} is neither a province nor a city, whatever "
                        "its name; zones are not held",
                        head=shown(cell),
                    ),
                )


def _names_below(grid: Grid, row: int, column: int) -> bool:
    below = [grid.cell(other, column) for other in range(row + 1, len(grid.rows))]
    return sum(isinstance(cell, str) and not looks_like_number(cell) for cell in below) > 1


def _is_of_provinces(grid: Grid) -> bool:
    return not is_of_cities(grid)


def _of_cities(grid: Grid) -> Message:
    return message(
        "a table of cities ({cities}, ...): 北京, 天津, 上海 and 重庆 in it are cities, and no provinces; "
        "`--level city` reads it as figures of cities, which lie apart from those of provinces",
        cities=some_cities(grid),
    )


def _not_cities() -> Message:
    return message(
        "no table of cities: it names no more cities than provinces; leave out `--level city` to read a table of "
        "provinces"
    )


def _left_out(grid: Grid, level: Level) -> Message:
    if level == "city":
        return message("{where}: no table of cities: left out", where=grid.where().said())
    return message(
        "{where}: a table of cities ({cities}, ...) is left out; `--level city` reads it",
        where=grid.where().said(),
        cities=some_cities(grid),
    )

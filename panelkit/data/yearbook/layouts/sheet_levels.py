"""Which sheets of a file are about the level that is asked for, and the way to those about the other."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit.data.cities import Level
from panelkit.data.yearbook.errors import refuse
from panelkit.data.yearbook.files.grid import Grid, is_empty
from panelkit.data.yearbook.layouts.city_tables import (
    is_of_cities,
    is_of_provinces,
    may_be_of_cities,
    some_cities,
)
from panelkit.data.yearbook.layouts.level_parts import level_parts
from panelkit.language.message import Message, message


def at_level(grids: Sequence[Grid], level: Level, *, named: bool) -> tuple[list[Grid], list[Message]]:
    """Return the sheets about one level, and a note on each that is about the other; a sheet of both is taken apart.

    `named`: the caller says whose figures a file holds that names no place.

    Raises
    ------
    YearbookError
        Where no sheet is about the level that is asked for, and one is about the other.
    """
    knows = (_names_none if named else may_be_of_cities) if level == "city" else _is_of_provinces
    grids = [part for grid in grids for part in level_parts(grid)]
    filled = [grid for grid in grids if any(not is_empty(cell) for row in grid.rows for cell in row)]
    others = [grid for grid in filled if not knows(grid)]
    if others and len(others) == len(filled):
        raise refuse(others[0].where(), _not_cities() if level == "city" else _of_cities(others[0]))
    kept = [grid for grid in grids if not any(grid is one for one in others)]
    return kept, [_left_out(grid, level) for grid in others]


def _names_none(grid: Grid) -> bool:
    return may_be_of_cities(grid) or not is_of_provinces(grid)


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

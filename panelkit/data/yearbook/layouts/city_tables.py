"""Which sheets are tables of cities: 北京 and 重庆 in them are cities beside others, and no provinces."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from panelkit.data.cities import CITIES, PROVINCES, city_labels, plain_city, shipped_city
from panelkit.data.yearbook.files.grid import Cell, Grid, shown
from panelkit.data.yearbook.layouts.city_codes import HEADS, city_head, coded_names
from panelkit.data.yearbook.layouts.headings import is_head, plain
from panelkit.data.yearbook.vocabulary.place_labels import place_of

_LABEL_COLUMNS = 4
_ROWS = 40
_SEVERAL = 3
_ABOVE = 10
_LONGEST = 60
_BOTH = re.compile(r"[\u3400-\u9fff].*[A-Za-z①-⑳*＊]", re.S)
_OF_CITIES = re.compile(r"(?:数据库|database)\s*[:：].*(?:城市|\bcit(?:y|ies)\b)", re.I | re.S)


def is_of_cities(grid: Grid) -> bool:
    """Return whether a sheet says that it is about cities.

    It does where the portal's line of its database does, where a column headed 城市 names three of them or nothing
    else, and where three capitals of provinces, or cities with their codes, outnumber the provinces.
    """
    below = _below_head(grid)
    if _named_above(grid) or len(_cities(below)) >= _SEVERAL or _are_cities(below):
        return True
    found = (_named(grid) & _capitals()) | coded_names(grid).keys()
    return len(found) >= _SEVERAL and len(found) > len(_provinces(grid))


def may_be_of_cities(grid: Grid) -> bool:
    """Return whether a sheet that is said to be about cities can be: it names some, and fewer provinces."""
    below = _below_head(grid)
    if _named_above(grid) or _cities(below) or _are_cities(below):
        return True
    return len(_named(grid) | coded_names(grid).keys()) > len(_provinces(grid))


def is_of_provinces(grid: Grid) -> bool:
    """Return whether a sheet names three provinces or more, and fewer cities."""
    return len(_provinces(grid)) >= max(_SEVERAL, len(_named(grid)) + 1)


def is_place_head(cell: Cell) -> bool:
    """Return whether a cell heads a column of places, of whatever level."""
    return isinstance(cell, str) and len(cell) < _LONGEST and _is_head(cell)


@lru_cache(maxsize=4096)
def _is_head(text: str) -> bool:
    return plain(text) in HEADS or is_head(text)


def some_cities(grid: Grid) -> list[str]:
    """Return a few of the cities that a sheet names, for a message."""
    return sorted(_named(grid) | coded_names(grid).keys())[:_SEVERAL] or ["城市"]


def _below_head(grid: Grid) -> list[str]:
    """Return the texts below a header of cities; none where there is no such header."""
    head = city_head(grid)
    if head is None:
        return []
    row, column = head
    below = (shown(grid.cell(other, column)) for other in range(row + 1, len(grid.rows)))
    return [text for text in below if text]


def _are_cities(texts: list[str]) -> bool:
    """Return whether texts are cities and nothing else, as where all of them are municipalities."""
    return len(texts) > 1 and all(_city(text) is not None for text in texts)


def _named_above(grid: Grid) -> bool:
    """Return whether the portal's line of its database says so, and the names below do not contradict it."""
    said = any(_OF_CITIES.match(shown(cell)) for cells in grid.rows[:_ABOVE] for cell in cells[:1])
    return said and not is_of_provinces(grid)


def _words(grid: Grid) -> set[str]:
    """Return the texts that may name places: those of the first columns, and of the rows above or amid the figures."""
    cells = {cell for row in grid.rows for cell in row[:_LABEL_COLUMNS] if isinstance(cell, str)}
    cells |= {cell for row in grid.rows[:_ROWS] for cell in row if isinstance(cell, str)}
    return {cell for cell in cells if not cell[:1].isdigit()}


def _named(grid: Grid) -> set[str]:
    return _cities(_words(grid))


def _cities(cells: Iterable[Cell]) -> set[str]:
    """Return the plain names of the cities in some cells that are no provinces."""
    names = city_labels("zh")
    codes = {_city(cell) for cell in cells if isinstance(cell, str)}
    return {plain_city(str(names[code])) for code in codes if code is not None and code % 10000}


def _city(text: str) -> int | None:
    """Return the code of the shipped city that a cell names, in Chinese, in English or in both."""
    code = shipped_city(text)
    if code is None and len(text) < _LONGEST and _BOTH.search(text):
        place = place_of(text, CITIES)
        return place.adcode if place is not None and place.kind == "city" else None
    return code


def _provinces(grid: Grid) -> set[int]:
    """Return the provinces that a sheet names and that are no cities."""
    places = [
        place for cell in _words(grid) if (place := place_of(cell, PROVINCES)) is not None and place.is_row
    ]
    return {place.adcode for place in places} - set(city_labels("code"))


@lru_cache(maxsize=1)
def _capitals() -> frozenset[str]:
    """Return the plain names of the capitals of provinces; the cities of separate plan stand in tables of provinces."""
    planned = {210200, 330200, 350200, 370200, 440300}
    return frozenset(
        plain_city(str(name))
        for code, name in city_labels("zh").items()
        if code not in planned and code % 10000
    )

"""Tables of cities, which are refused: 北京 and 重庆 in them are cities beside others, and no provinces."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from panelkit.data.shipped_tables import read_rows
from panelkit.data.yearbook.errors import refuse
from panelkit.data.yearbook.files.grid import Cell, Grid, shown
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import FileReading
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.vocabulary.place_labels import place_of
from panelkit.language.message import message
from panelkit.language.offers import offered

_LABEL_COLUMNS = 4
_ROWS = 40
_SEVERAL = 3


@offered("layout", "cities", family="sheet")
class Cities(SheetLayout):
    """Cities by their names, in rows or across."""

    order = 5

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether a sheet names several capitals of provinces, and more of them than provinces."""
        return bool(_cities(grid))

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Refuse the sheet.

        Raises
        ------
        YearbookError
            Always.
        """
        raise refuse(
            grid.where(),
            message(
                "a table of cities ({cities}, ...): the store holds provinces, and 北京, 天津, 上海 and 重庆 in such a "
                "table are cities; give a table of provinces, or name its sheet with `--sheet NAME`",
                cities=sorted(_cities(grid))[:3],
            ),
        )


def _cities(grid: Grid) -> set[str]:
    """Return the capitals in the first columns or in a header row, where they outnumber the provinces there."""
    columns = ([row[column] for row in grid.rows if column < len(row)] for column in range(_LABEL_COLUMNS))
    lines = [*columns, *grid.rows[:_ROWS]]
    capitals: set[str] = set()
    provinces: set[int] = set()
    for line in lines:
        capitals |= _named(line)
    if len(capitals) < _SEVERAL:
        return set()
    for line in lines:
        provinces |= {place.adcode for cell in line if isinstance(cell, str) and (place := place_of(cell))}
    municipal = {int(row["adcode"]) for row in read_rows("provinces.csv") if _is_municipal(row)}
    return capitals if len(capitals) > len(provinces - municipal - {0}) else set()


def _named(cells: Iterable[Cell]) -> set[str]:
    found = {re.sub(r"\s+", "", shown(cell)).removesuffix("市") for cell in cells if isinstance(cell, str)}
    return found & _capitals()


@lru_cache(maxsize=1)
def _capitals() -> frozenset[str]:
    """Return the capitals of the provinces that are no cities themselves."""
    return frozenset(row["capital_zh"] for row in read_rows("provinces.csv") if not _is_municipal(row))


def _is_municipal(row: dict[str, str]) -> bool:
    return row["capital_zh"] == row["name_zh"]

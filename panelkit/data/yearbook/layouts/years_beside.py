"""Printed tables of several years with one row a place and year: the year beside the place, above it or below it.

Each year is read as a printed table of its own: the lines above, the header, and the rows of that year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from panelkit.data.yearbook.errors import CellProblem, YearbookError, refuse
from panelkit.data.yearbook.files.cells import looks_like_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty, shown
from panelkit.data.yearbook.layouts.bands import label_column
from panelkit.data.yearbook.layouts.blocks import is_period
from panelkit.data.yearbook.layouts.headings import is_head, period_in
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import FileReading, joined, together
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.layouts.workbook import read_workbook
from panelkit.data.yearbook.vocabulary.periods import in_range
from panelkit.data.yearbook.vocabulary.place_labels import place_in
from panelkit.language.message import message
from panelkit.language.offers import offered

_YEARS = {"年", "年份", "年度", "时间", "统计年份", "统计年度", "year", "years"}
_ROWS = 40


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which rows are about which place and year.

    Attributes
    ----------
    first : the first row of places; what stands above it belongs to every year.
    column : the column of places.
    years : the column of years, or none.
    body : row -> the place's cell and the year.
    dropped : rows that hold a year or a place alone.
    """

    first: int
    column: int
    years: int | None
    body: dict[int, tuple[Cell, str]]
    dropped: frozenset[int]


@offered("layout", "years_beside", family="sheet")
class YearsBeside(SheetLayout):
    """One row a place and year under a title."""

    order = 28

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether a column of years stands beside the places, or rows of years and places alternate."""
        return _rows_of(grid) is not None

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return the figures of all years.

        Raises
        ------
        YearbookError
            With every cell, header and row that cannot be read, in any year.
        """
        rows = _rows_of(grid)
        if rows is None:
            raise refuse(grid.where(), message("no column of provinces, or none of years"))
        readings: list[FileReading] = []
        problems: list[CellProblem] = []
        for year in dict.fromkeys(year for _, year in rows.body.values()):
            try:
                readings.append(_of_year(grid, rows, year))
            except YearbookError as error:
                problems += error.problems
        if problems:
            raise YearbookError(list(dict.fromkeys(problems)))
        reading = joined(readings)
        return replace(reading, layout="years_beside", rows_apart=together(list(reading.rows_apart)))


def _heads_years(text: str) -> bool:
    return "".join(text.split()).casefold() in _YEARS


def _rows_of(grid: Grid) -> _Rows | None:
    for row in range(min(_ROWS, len(grid.rows))):
        texts = {column: shown(cell) for column, cell in enumerate(grid.rows[row]) if not is_empty(cell)}
        places = [column for column, text in texts.items() if is_head(text)]
        years = [column for column, text in texts.items() if _heads_years(text)]
        if len(places) == 1 and len(years) == 1 and abs(places[0] - years[0]) <= 2:
            return _beside(grid, row, places[0], years[0])
    column = label_column(grid)
    return None if column is None else _alternating(grid, column)


def _beside(grid: Grid, head: int, column: int, years: int) -> _Rows | None:
    """Return the rows of a table with a column of years; what merged cells leave empty goes on."""
    body: dict[int, tuple[Cell, str]] = {}
    label: Cell = None
    year = ""
    for row in range(head + 1, len(grid.rows)):
        own, stated = grid.cell(row, column), grid.cell(row, years)
        period = None if is_empty(stated) else period_in(shown(stated))
        period = period if period and in_range(period) else None
        figures = any(looks_like_number(cell) for cell in grid.rows[row][max(column, years) + 1 :])
        goes_on = is_empty(stated) and bool(year) and not is_empty(own)
        if period is not None or (goes_on and (figures or place_in(grid, row, column) is not None)):
            label, year = own if not is_empty(own) else label, period or year
            body[row] = label, year
        elif figures:
            return None
    if not body or any(is_empty(label) for label, _ in body.values()):
        return None
    return _whole(grid, _Rows(min(body), column, years, body, frozenset()))


def _whole(grid: Grid, rows: _Rows) -> _Rows | None:
    """Return the rows; None where a line amid them is about no place and year, as 单位：万元 or a header."""
    between = set(range(rows.first, max(rows.body))) - rows.body.keys() - rows.dropped
    return rows if all(is_empty(cell) for row in between for cell in grid.rows[row]) else None


def _alternating(grid: Grid, column: int) -> _Rows | None:
    """Return the rows of a table in which a row of its own names the year of those below, or the place of them."""
    body: dict[int, tuple[Cell, str]] = {}
    dropped: set[int] = set()
    kinds: set[str] = set()
    label: Cell = None
    year = ""
    first = -1
    for row, cells in enumerate(grid.rows):
        filled = [cell for cell in cells if not is_empty(cell)]
        own = grid.cell(row, column)
        alone = len(filled) == 1
        place = place_in(grid, row, column) if isinstance(own, str) else None
        if first < 0 and place is None and not (alone and is_period(filled[0])):
            continue
        if alone and is_period(filled[0]) and "places" not in kinds:
            year, first = period_in(shown(filled[0])) or "", row if first < 0 else first
            dropped.add(row)
            kinds.add("years")
        elif alone and place is not None and "years" not in kinds and not is_head(shown(own)):
            label, first = own, row if first < 0 else first
            dropped.add(row)
            kinds.add("places")
        elif first >= 0 and place is not None and year and not is_head(shown(own)):
            body[row] = own, year
        elif first >= 0 and is_period(own) and not is_empty(label):
            body[row] = label, period_in(shown(own)) or ""
        elif any(looks_like_number(cell) for cell in cells[column + 1 :]) or is_head(shown(own)):
            return None
    if len(kinds) != 1 or len(dropped) < 2 or not body:
        return None
    return _whole(grid, _Rows(first, column, None, body, frozenset(dropped)))


def _of_year(grid: Grid, rows: _Rows, year: str) -> FileReading:
    """Return what a sheet holds of one year."""
    last = max(rows.body)
    kept = [
        row
        for row in range(len(grid.rows))
        if row not in rows.dropped
        and (rows.body[row][1] == year if row in rows.body else row < rows.first or row > last)
    ]
    moved = {row: at for at, row in enumerate(kept)}
    cells = [_row(grid, rows, row) for row in kept]
    part = replace(
        grid,
        rows=tuple(cells),
        lines=tuple(grid.lines[row] for row in kept),
        merged=tuple(area for area in grid.merged if area[2] < rows.first),
        formats={(moved[row], column): unit for (row, column), unit in grid.formats.items() if row in moved},
        complete=grid.complete or rows.body[last][1] != year,
    )
    reading = read_workbook(part, year=year)
    other = next((f for f in reading.figures if f.period != year), None)
    if other is not None:
        said = message("two periods in one row: {first!r} and {second!r}", first=year, second=other.period)
        raise YearbookError([CellProblem(other.where, said)])
    return reading


def _row(grid: Grid, rows: _Rows, row: int) -> tuple[Cell, ...]:
    """Return a row with its place, and with nothing in the column of years."""
    cells = list(grid.rows[row])
    if (
        rows.years is not None
        and rows.years < len(cells)
        and (row in rows.body or _heads_years(shown(cells[rows.years])))
    ):
        cells[rows.years] = None
    if row in rows.body:
        cells += [None] * (rows.column + 1 - len(cells))
        cells[rows.column] = rows.body[row][0]
    return tuple(cells)

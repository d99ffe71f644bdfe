"""Tables with years in rows and provinces across, under a title."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from panelkit.data.provinces import Place
from panelkit.data.yearbook.files.cells import looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty, shown
from panelkit.data.yearbook.layouts.completeness import check_row, check_tail
from panelkit.data.yearbook.layouts.headings import period_in, plain, title_of, unit_in, unit_text
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import Builder, FileReading, PrintedFigure
from panelkit.data.yearbook.layouts.shown_units import column_units
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.vocabulary.apart_rows import Why
from panelkit.data.yearbook.vocabulary.periods import in_range
from panelkit.data.yearbook.vocabulary.place_labels import row_place, why_apart
from panelkit.data.yearbook.vocabulary.printed_units import split_unit
from panelkit.data.yearbook.vocabulary.remarks import CONTINUED, is_remark, opens_table
from panelkit.language.message import message
from panelkit.language.offers import offered

_CORNERS = {
    "年份",
    "年度",
    "年",
    "时间",
    "年份地区",
    "地区年份",
    "年份省份",
    "省份年份",
    "年度地区",
    "地区年度",
    "year",
    "time",
    "period",
}
_ROWS = 40


@dataclass(slots=True)
class _Table:
    """One table of a sheet: its lines above, its columns of places and of what is none, the rows of its periods."""

    title: str = ""
    unit: str = ""
    column: int = 0
    places: dict[int, tuple[str, Place]] = field(default_factory=dict)
    apart: dict[int, tuple[str, Why]] = field(default_factory=dict)
    rows: dict[int, str] = field(default_factory=dict)


@offered("layout", "years_down", family="sheet")
class YearsDown(SheetLayout):
    """Years in rows, provinces across."""

    order = 25

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether one of the first rows holds places behind 年份 or an empty corner, and periods stand below."""
        return any(_places_across(grid, row) is not None for row in range(min(_ROWS, len(grid.rows))))

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return the figures of the tables of a sheet.

        Raises
        ------
        YearbookError
            With every row that is no period, every column that is no place, and every cell that is no number.
        """
        builder = Builder("years_down")
        tables = _tables(grid, builder)
        seen: dict[tuple[str, str, str], int] = {}
        for table in tables:
            _figures(grid, table, seen, builder)
        check_tail(grid, [row for table in tables for row in table.rows], builder)
        return builder.finish()


def _places_across(grid: Grid, row: int) -> int | None:
    """Return the column of periods below a row of places; None where the row is no such header."""
    filled = [(column, cell) for column, cell in enumerate(grid.rows[row]) if not is_empty(cell)]
    if len(filled) < 2:
        return None
    corner = filled[0][0] if _is_corner(shown(filled[0][1])) else filled[0][0] - 1
    names = [cell for column, cell in filled if column > corner]
    if (
        corner < 0
        or len(names) < 2
        or sum(isinstance(c, str) and row_place(c, grid.places) is not None for c in names) < 2
        or not all(_is_place(c, grid) for c in names)
    ):
        return None
    for other in range(row + 1, len(grid.rows)):
        if any(looks_like_number(cell) for cell in grid.rows[other][corner + 1 :]):
            return corner if period_in(shown(grid.cell(other, corner))) is not None else None
    return None


def _is_place(cell: Cell, grid: Grid) -> bool:
    """Return whether a header names a place, or something that is known to be none."""
    if not isinstance(cell, str):
        return False
    place = row_place(cell, grid.places)
    return place is not None or why_apart(grid, shown(cell), place) is not None


def _is_corner(text: str) -> bool:
    return plain(re.sub(r"[\\/／|]", "", text)) in _CORNERS


def _tables(grid: Grid, builder: Builder) -> list[_Table]:
    """Return the tables of a sheet from top to bottom; footnotes and strays go into the builder."""
    tables: list[_Table] = []
    above: list[tuple[int, str]] = []
    for row, cells in enumerate(grid.rows):
        if all(map(is_empty, cells)):
            continue
        corner = _places_across(grid, row)
        if corner is not None:
            tables.append(_opened(grid, row, corner, above, tables[-1] if tables else None, builder))
            above = []
            continue
        table = tables[-1] if tables else None
        period = None if table is None else period_in(shown(grid.cell(row, table.column)))
        if table is not None and period is not None and not above:
            table.rows[row] = period
        elif any(looks_like_number(cell) for cell in cells[1:]) and not is_remark(shown(cells[0])):
            name = next(shown(cell) for cell in cells if not is_empty(cell))
            builder.problem(
                grid.where(row),
                message("figures in a row that is no year, quarter or month: {name!r}", name=name),
            )
        else:
            above += [(row, shown(cell)) for cell in cells if not is_empty(cell)]
    builder.footnotes.extend(text for _, text in above)
    return tables


def _opened(
    grid: Grid, row: int, corner: int, above: list[tuple[int, str]], before: _Table | None, builder: Builder
) -> _Table:
    """Return the table that begins with a row of places, with what the lines above it say."""
    lines = [text for _, text in above if not is_remark(text)]
    builder.footnotes.extend(text for _, text in above if is_remark(text))
    goes_on = before is not None and any(CONTINUED.search(text) for text in lines)
    if before is not None and not goes_on and lines and not any(opens_table(text) for text in lines):
        builder.problem(
            grid.where(above[0][0]),
            message(
                "does {text!r} belong to the table above or below? Number the title of the lower table (3-2 ...), or "
                "give it a file of its own",
                text=lines[0],
            ),
        )
    units = [unit_text(text) or unit_in(text) for text in lines]
    unit = next(filter(None, units), "")
    titles = [split_unit(title_of(text))[0] for text in lines if not unit_text(text) and title_of(text)]
    start = before if before is not None and (goes_on or not lines) else _Table()
    places: dict[int, tuple[str, Place]] = {}
    apart: dict[int, tuple[str, Why]] = {}
    for column in range(corner + 1, len(grid.rows[row])):
        name = shown(grid.cell(row, column))
        place = row_place(name, grid.places) if name else None
        why = why_apart(grid, name, place)
        if why is not None:
            apart[column] = name, why
        elif place is not None:
            places[column] = name, place
        elif any(not is_empty(grid.cell(other, column)) for other in range(row + 1, len(grid.rows))):
            builder.problem(grid.where(row, column), message("figures in a column without a header"))
    return replace(
        start,
        title=next(iter(titles), start.title),
        unit=unit or start.unit,
        column=corner,
        places=places,
        apart=apart,
        rows={},
    )


def _figures(grid: Grid, table: _Table, seen: dict[tuple[str, str, str], int], builder: Builder) -> None:
    if not table.title:
        builder.problem(grid.where(), message("no title above the table names its indicator"))
        return
    for column, (name, why) in table.apart.items():
        cells = sum(looks_like_number(grid.cell(row, column)) for row in table.rows)
        builder.set_apart(grid.where(next(iter(table.rows), None), column), name, cells, why)
    for column, (name, place) in table.places.items():
        units = column_units(grid, list(table.rows), column, table.unit, strong=False, builder=builder)
        for row, period in table.rows.items():
            where = grid.where(row, column)
            if column == min(table.places):
                check_row(grid, row, max(table.places), builder)
                if not in_range(period):
                    builder.problem(where, message("the year {period} is out of range", period=period))
            key = (table.title, period, str(place.adcode) if place.adcode else re.sub(r"\s+", "", name))
            if key in seen:
                line = grid.lines[seen[key]]
                builder.problem(
                    where,
                    message("{name!r} stands in row {line} already: duplicate rows", name=name, line=line),
                )
                continue
            seen[key] = row
            value = builder.number(where, read_number(grid.cell(row, column)))
            if value is not None:
                unit = units.get(row, table.unit)
                figure = PrintedFigure(place.adcode or None, period, "", unit, value, where, table.title)
                builder.add(place, name, figure)

"""Printed tables of one year with provinces across and an indicator in each row."""

from __future__ import annotations

from dataclasses import dataclass, field

from panelkit.data.provinces import Place
from panelkit.data.yearbook.files.cells import looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.completeness import check_row, check_tail
from panelkit.data.yearbook.layouts.headings import (
    cell_name,
    is_part,
    nameless_part,
    period_in,
    plain,
    title_of,
    unit_in,
    unit_text,
)
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.named_columns import takes_unit
from panelkit.data.yearbook.layouts.reading import Builder, FileReading, PrintedFigure
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.layouts.workbook import years_of
from panelkit.data.yearbook.vocabulary.periods import in_range, parse_period, part_of_year
from panelkit.data.yearbook.vocabulary.place_labels import row_place
from panelkit.data.yearbook.vocabulary.remarks import is_remark
from panelkit.language.message import message
from panelkit.language.offers import offered

_ROWS = 40
_CORNERS = {"指标", "指标名称", "项目", "指标项目", "指标地区", "地区指标", "名称", "item", "indicator"}
_UNITS = {"单位", "计量单位", "unit"}


@dataclass(slots=True)
class _Across:
    """The header of such a table, and what the lines above it say."""

    row: int
    column: int
    unit: int | None
    places: dict[int, tuple[str, Place]]
    title: str = ""
    printed: str = ""
    year: str | None = None
    seen: dict[str, int] = field(default_factory=dict)


@offered("layout", "places_across", family="sheet")
class PlacesAcross(SheetLayout):
    """Provinces across, indicators in rows."""

    order = 27

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether a row holds places behind 指标 (and 单位), and the rows below begin with words."""
        return _header(grid) is not None

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return the figures of the table.

        Raises
        ------
        YearbookError
            With every row without a name or a second time, every cell that is no number, and a table without a year.
        """
        builder = Builder("places_across")
        head = _header(grid)
        if head is None:
            builder.problem(grid.where(), message("no column of provinces"))
            return builder.finish()
        _above(grid, head, told, builder)
        rows = []
        for row in range(head.row + 1, len(grid.rows)):
            if any(looks_like_number(grid.cell(row, column)) for column in head.places):
                rows.append(row)
                if check_row(grid, row, max(head.places), builder):
                    _row(grid, row, head, builder)
            elif any(not is_empty(grid.cell(row, column)) for column in head.places):
                builder.only_marks(
                    (grid.where(row, column), grid.cell(row, column)) for column in head.places
                )
            elif line := " ".join(shown(cell) for cell in grid.rows[row] if not is_empty(cell)):
                builder.footnotes.append(line)
        check_tail(grid, rows, builder)
        return builder.finish()


def _header(grid: Grid) -> _Across | None:
    for row, cells in enumerate(grid.rows[:_ROWS]):
        filled = [column for column, cell in enumerate(cells) if not is_empty(cell)]
        if len(filled) < 3 or plain(shown(cells[filled[0]])) not in _CORNERS:
            continue
        rest = filled[1:]
        unit = rest.pop(0) if plain(shown(cells[rest[0]])) in _UNITS else None
        found = {
            column: place for column in rest if (place := row_place(cells[column], grid.places)) is not None
        }
        if len(found) < 2 or len(found) != len(rest):
            continue
        places = {column: (shown(cells[column]), place) for column, place in found.items()}
        head = _Across(row, filled[0], unit, places)
        return head if _words_below(grid, head) else None
    return None


def _words_below(grid: Grid, head: _Across) -> bool:
    """Return whether every row of figures begins with a word that is neither a place nor a period."""
    rows = [
        row
        for row in range(head.row + 1, len(grid.rows))
        if any(looks_like_number(grid.cell(row, column)) for column in head.places)
    ]
    labels = [grid.cell(row, head.column) for row in rows]
    return bool(labels) and all(
        isinstance(label, str) and row_place(label, grid.places) is None and period_in(shown(label)) is None
        for label in labels
    )


def _above(grid: Grid, head: _Across, told: CallerSays, builder: Builder) -> None:
    texts = [
        shown(cell)
        for cells in grid.rows[: head.row]
        for cell in cells
        if isinstance(cell, str) and not is_empty(cell)
    ]
    lines = [text for text in texts if not is_remark(text)]
    head.printed = next((unit for text in lines if (unit := unit_text(text) or unit_in(text))), "")
    head.title = next((title for text in lines if not unit_text(text) and (title := title_of(text))), "")
    years = set[int]() if any(map(part_of_year, lines)) else years_of(lines)
    head.year = (str(years.pop()) if len(years) == 1 else None) or parse_period(grid.sheet)
    if told.year is not None and head.year not in (None, told.year):
        said = message("the table is about {stated}, not {year}", stated=head.year, year=told.year)
        builder.problem(grid.where(head.row), said)
    head.year = head.year or told.year
    if head.year is None or not in_range(head.year):
        said = message(
            "neither the title nor a header names the year of these figures ({title!r}): say which with `--year`",
            title=head.title or message("no title"),
        )
        builder.problem(grid.where(head.row), said)
    columns: dict[int, int] = {}
    for column, (name, place) in head.places.items():
        if place.adcode and place.adcode in columns:
            said = message(
                "{name!r} stands in column {column} already", name=name, column=columns[place.adcode] + 1
            )
            builder.problem(grid.where(head.row, column), said)
        columns.setdefault(place.adcode, column)


def _row(grid: Grid, row: int, head: _Across, builder: Builder) -> None:
    text = shown(grid.cell(row, head.column))
    label, inside = cell_name(text)
    if not label and is_part(text):
        builder.problem(grid.where(row, head.column), nameless_part(text))
        return
    stated = "" if head.unit is None else shown(grid.cell(row, head.unit))
    unit = stated or inside or (head.printed if head.unit is None and takes_unit(label, head.printed) else "")
    if label in head.seen:
        said = message(
            "{name!r} stands in row {line} already: duplicate rows",
            name=label,
            line=grid.lines[head.seen[label]],
        )
        builder.problem(grid.where(row, head.column), said)
        return
    head.seen[label] = row
    for column, (name, place) in head.places.items():
        where = grid.where(row, column)
        value = builder.number(where, read_number(grid.cell(row, column)))
        if value is not None:
            figure = PrintedFigure(
                place.adcode or None, head.year or "", label, unit, value, where, head.title
            )
            builder.add(place, name, figure)

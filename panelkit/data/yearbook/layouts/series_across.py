"""Exports of data terminals: a series in each column, called by place and indicator (北京:GDP), dates below."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from panelkit.data.provinces import NATION, Place
from panelkit.data.yearbook.files.cells import looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.completeness import check_row, check_tail
from panelkit.data.yearbook.layouts.headings import period_in, plain
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import Builder, FileReading, PrintedFigure
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.vocabulary.periods import in_range
from panelkit.data.yearbook.vocabulary.place_labels import row_place
from panelkit.data.yearbook.vocabulary.printed_units import split_unit
from panelkit.language.message import message
from panelkit.language.offers import offered

_ROWS = 40
_UNITS = {"单位", "计量单位", "unit", "units"}
_PACES = {"频率", "频度", "frequency"}
_YEARLY = {"年", "年度", "每年", "annual", "annually", "yearly", "year", "a", "y"}
_DECEMBER = re.compile(r"12/(\d{4})")


@dataclass(slots=True)
class _Series:
    """What the columns are, what the lines below the names say of them, and which rows hold figures."""

    row: int
    column: int
    names: dict[int, tuple[str, Place, str]]
    units: dict[int, str] = field(default_factory=dict)
    paces: dict[int, str] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)


@offered("layout", "series_across", family="sheet")
class SeriesAcross(SheetLayout):
    """A series in each column, dates below, as Wind and CEIC export them."""

    order = 22

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether a row names series by place and indicator, and periods stand below its first cell."""
        return _series_of(grid) is not None

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return the figures of all series.

        Raises
        ------
        YearbookError
            With every series that is not yearly or stands twice, every row without a year, every cell that is no
            number.
        """
        builder = Builder("series_across")
        series = _series_of(grid)
        if series is None:
            builder.problem(grid.where(), message("no column of provinces, or none of years"))
            return builder.finish()
        _lines(grid, series, builder)
        _check(grid, series, builder)
        seen: dict[str, int] = {}
        for row in series.rows:
            period = _period(grid, series, row)
            if period is None or not in_range(period):
                said = message("{name!r} is no year of a yearbook", name=shown(grid.cell(row, series.column)))
                builder.problem(grid.where(row, series.column), said)
            elif period in seen:
                line = grid.lines[seen[period]]
                said = message("{period} stands in row {line} already", period=period, line=line)
                builder.problem(grid.where(row, series.column), said)
            elif check_row(grid, row, max(series.names), builder):
                seen[period] = row
                _row(grid, row, period, series, builder)
        check_tail(grid, series.rows, builder)
        return builder.finish()


def _series_of(grid: Grid) -> _Series | None:
    for row, cells in enumerate(grid.rows[:_ROWS]):
        filled = [column for column, cell in enumerate(cells) if not is_empty(cell)]
        column = min(filled, default=0)
        column = column if filled and _named(grid, row, column) is None else column - 1
        names = {at: found for at in filled if at > column and (found := _named(grid, row, at)) is not None}
        if column >= 0 and names and len(names) == len([at for at in filled if at > column]):
            below = range(row + 1, len(grid.rows))
            if any(_is_dated(grid, other, column, names) for other in below):
                return _Series(row, column, names)
            return None
    return None


def _named(grid: Grid, row: int, column: int) -> tuple[str, Place, str] | None:
    """Return (name of the place, place, indicator) of a cell such as 北京:GDP or 中国:GDP:北京."""
    cell = grid.cell(row, column)
    pieces = [piece.strip() for piece in re.split(r"[:：]", cell)] if isinstance(cell, str) else []
    places = {
        at: place
        for at, piece in enumerate(pieces)
        if (place := row_place(piece, grid.places)) and place.adcode
    }
    if len(places) > 1:
        places = {at: place for at, place in places.items() if place.adcode != NATION}
    label = "：".join(p for p in pieces if (found := row_place(p, grid.places)) is None or not found.adcode)
    if len(pieces) < 2 or len(places) != 1 or not label:
        return None
    at, place = next(iter(places.items()))
    return pieces[at], place, label


def _is_dated(grid: Grid, row: int, column: int, names: dict[int, tuple[str, Place, str]]) -> bool:
    text = shown(grid.cell(row, column))
    dated = period_in(text) is not None or _DECEMBER.fullmatch(text) is not None
    return dated and any(looks_like_number(grid.cell(row, at)) for at in names)


def _lines(grid: Grid, series: _Series, builder: Builder) -> None:
    """Take the lines below the names: units, frequencies, others about the series, then the rows of figures."""
    for row in range(series.row + 1, len(grid.rows)):
        head = shown(grid.cell(row, series.column))
        filled = [at for at in series.names if not is_empty(grid.cell(row, at))]
        dated = period_in(head) is not None or _DECEMBER.fullmatch(head) is not None
        if dated or (series.rows and filled):
            series.rows.append(row)
        elif series.rows:
            builder.footnotes += [head] if head else []
        elif plain(head) in _UNITS or plain(head) in _PACES:
            said = series.units if plain(head) in _UNITS else series.paces
            said.update({at: shown(grid.cell(row, at)) for at in filled})
        elif not head and any(looks_like_number(grid.cell(row, at)) for at in filled):
            series.rows.append(row)


def _check(grid: Grid, series: _Series, builder: Builder) -> None:
    first: dict[tuple[int, str], int] = {}
    for column, (name, place, label) in series.names.items():
        where = grid.where(series.row, column)
        pace = series.paces.get(column, "年")
        if pace.casefold() not in _YEARLY:
            builder.problem(
                where, message("a series of the frequency {pace!r}: export it by year", pace=pace)
            )
        if (place.adcode, label) in first:
            said = message(
                "two indicators under one name: {label!r} stands in column {column} already",
                label=f"{name}:{label}",
                column=first[place.adcode, label] + 1,
            )
            builder.problem(where, said)
        first[place.adcode, label] = column


def _period(grid: Grid, series: _Series, row: int) -> str | None:
    text = shown(grid.cell(row, series.column))
    december = _DECEMBER.fullmatch(text)
    period = december.group(1) if december and series.paces else period_in(text)
    return period if period is not None and period.isdigit() else None


def _row(grid: Grid, row: int, period: str, series: _Series, builder: Builder) -> None:
    for column, (name, place, printed) in series.names.items():
        where = grid.where(row, column)
        value = builder.number(where, read_number(grid.cell(row, column)))
        if value is not None:
            label, inside = split_unit(printed)
            unit = series.units.get(column, "") or inside
            builder.add(place, name, PrintedFigure(place.adcode, period, label, unit, value, where))

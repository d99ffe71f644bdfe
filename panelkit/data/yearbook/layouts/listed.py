"""Exports of data platforms: indicator, place and unit in columns of their own, periods across.

An empty cell under indicator, place or unit says the same as the one above it, as where cells were merged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from panelkit.data.yearbook.files.cells import looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.completeness import check_row, check_tail
from panelkit.data.yearbook.layouts.headings import is_head, period_in, plain, title_of, unit_text
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import Builder, FileReading, PrintedFigure
from panelkit.data.yearbook.layouts.shown_units import column_units
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.vocabulary.near_places import no_place
from panelkit.data.yearbook.vocabulary.periods import in_range
from panelkit.data.yearbook.vocabulary.place_labels import row_place, why_apart
from panelkit.data.yearbook.vocabulary.printed_units import parse_unit, split_unit
from panelkit.data.yearbook.vocabulary.remarks import is_remark
from panelkit.language.message import message
from panelkit.language.offers import offered

_LABELS = {
    "指标",
    "指标名称",
    "变量",
    "变量名称",
    "序列名称",
    "indicator",
    "indicators",
    "series",
    "variable",
}
_UNITS = {"单位", "计量单位", "unit", "units"}
_BESIDE = {
    "频率", "频度", "来源", "数据来源", "序号", "编号", "代码", "地区代码", "行政区划代码", "指标代码", "指标编码",
    "国家", "frequency", "source", "code", "no", "no.", "country", "id",
}  # fmt: skip
_ROWS = 40


@dataclass(frozen=True, slots=True)
class Header:
    """Which column of a list holds what; `periods` is column -> period."""

    row: int
    place: int
    label: int | None
    unit: int | None
    periods: dict[int, str]


@dataclass(slots=True)
class _Held:
    """What the rows so far said last."""

    place: str = ""
    label: str = ""
    unit: str = ""
    seen: dict[tuple[str, str], int] = field(default_factory=dict)


@offered("layout", "listed", family="sheet")
class Listed(SheetLayout):
    """Indicator, place and unit in columns, periods across, as EPS and CEIC export them."""

    order = 15

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether a header row holds places, indicators or units, and else periods alone."""
        return header_of(grid) is not None

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return the figures of the list.

        Raises
        ------
        YearbookError
            With every row that names no place or a second time the same series, and every cell that is no number.
        """
        builder = Builder("listed")
        header = header_of(grid)
        if header is None:
            builder.problem(grid.where(), message("no column of provinces, or none of years"))
            return builder.finish()
        _check_periods(grid, header, builder)
        title, unit = _above(grid, header)
        held = _Held()
        rows: list[int] = []
        for row in range(header.row + 1, len(grid.rows)):
            if all(map(is_empty, grid.rows[row])):
                continue
            if not any(looks_like_number(grid.cell(row, column)) for column in header.periods):
                _line(grid, row, header, held, builder)
                continue
            rows.append(row)
            if check_row(grid, row, max(header.periods), builder):
                _row(grid, row, header, held, (title, unit), builder)
        check_tail(grid, rows, builder)
        return builder.finish()


def header_of(grid: Grid) -> Header | None:
    """Return the header row of a list; None where no row of the first forty is one."""
    for row, cells in enumerate(grid.rows[:_ROWS]):
        names = {column: shown(cell) for column, cell in enumerate(cells) if not is_empty(cell)}
        periods = {
            column: period for column, name in names.items() if (period := period_in(name)) is not None
        }
        roles = {column: _role(name) for column, name in names.items() if column not in periods}
        found = list(roles.values())
        one_each = all(found.count(role) <= 1 for role in ("place", "label", "unit"))
        if periods and "place" in found and {"label", "unit"} & set(found) and "" not in found and one_each:
            at = {role: column for column, role in roles.items()}
            return Header(row, at["place"], at.get("label"), at.get("unit"), periods)
    return None


def _role(name: str) -> str:
    key = plain(name)
    if key in _LABELS:
        return "label"
    if key in _UNITS:
        return "unit"
    if key in _BESIDE:
        return "beside"
    return "place" if is_head(name) else ""


def _check_periods(grid: Grid, header: Header, builder: Builder) -> None:
    first: dict[str, int] = {}
    for column, period in header.periods.items():
        if not in_range(period):
            builder.problem(
                grid.where(header.row, column), message("the year {period} is out of range", period=period)
            )
        if period in first:
            builder.problem(
                grid.where(header.row, column),
                message(
                    "{period} stands in column {column} already", period=period, column=first[period] + 1
                ),
            )
        first[period] = column


def _above(grid: Grid, header: Header) -> tuple[str, str]:
    """Return the title and the unit in the lines above a list."""
    texts = [shown(cell) for cells in grid.rows[: header.row] for cell in cells if isinstance(cell, str)]
    lines = [text for text in texts if text and not is_remark(text)]
    unit = next((unit_text(text) for text in lines if unit_text(text)), "")
    return next((title_of(text) for text in lines if not unit_text(text) and title_of(text)), ""), unit


def _line(grid: Grid, row: int, header: Header, held: _Held, builder: Builder) -> None:
    """Take a row without figures: marks for missing ones, or a line below the list."""
    place = row_place(grid.cell(row, header.place), grid.places)
    if place is None:
        builder.footnotes.append(" ".join(shown(cell) for cell in grid.rows[row] if not is_empty(cell)))
        return
    _carry(grid, row, header, held)
    builder.only_marks((grid.where(row, column), grid.cell(row, column)) for column in header.periods)


def _carry(grid: Grid, row: int, header: Header, held: _Held) -> None:
    """Take what a row says of its series; what it leaves empty goes on, a unit as long as the indicator does."""
    label = "" if header.label is None else shown(grid.cell(row, header.label))
    unit = "" if header.unit is None else shown(grid.cell(row, header.unit))
    held.unit = unit or ("" if label and label != held.label else held.unit)
    held.label = label or held.label
    held.place = shown(grid.cell(row, header.place)) or held.place


def _row(grid: Grid, row: int, header: Header, held: _Held, above: tuple[str, str], builder: Builder) -> None:
    _carry(grid, row, header, held)
    place = row_place(held.place, grid.places)
    why = why_apart(grid, held.place, place)
    if why is not None:
        cells = sum(looks_like_number(grid.cell(row, column)) for column in header.periods)
        builder.set_apart(grid.where(row), held.place, cells, why)
        return
    if place is None:
        builder.problem(grid.where(row, header.place), no_place(held.place, grid.places))
        return
    if header.label is not None and not held.label:
        builder.problem(grid.where(row, header.label), message("no indicator stands in or above this row"))
        return
    name, inside = split_unit(held.label)
    if inside and held.unit and parse_unit(inside) != parse_unit(held.unit):
        builder.problem(
            grid.where(row, header.unit),
            message("two units that contradict each other: {listed}", listed=[inside, held.unit]),
        )
        return
    key = (str(place.adcode or held.place), held.label)
    if key in held.seen:
        line = grid.lines[held.seen[key]]
        builder.problem(
            grid.where(row),
            message("{name!r} stands in row {line} already: duplicate rows", name=held.place, line=line),
        )
        return
    held.seen[key] = row
    unit = held.unit or inside or above[1]
    for column, period in header.periods.items():
        where = grid.where(row, column)
        value = builder.number(where, read_number(grid.cell(row, column)))
        if value is not None:
            stated = column_units(grid, [row], column, unit, strong=bool(unit), builder=builder).get(
                row, unit
            )
            figure = PrintedFigure(place.adcode or None, period, name, stated, value, where, above[0])
            builder.add(place, held.place, figure)

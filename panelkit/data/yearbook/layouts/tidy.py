"""A user's own table, one row a province and year, columns mapped by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from panelkit.data.yearbook.files.cells import read_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.completeness import check_tail
from panelkit.data.yearbook.layouts.headings import is_numbering
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import Builder, FileReading, PrintedFigure
from panelkit.data.yearbook.layouts.shown_units import column_units
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.vocabulary.near_places import no_place
from panelkit.data.yearbook.vocabulary.periods import in_range, parse_period
from panelkit.data.yearbook.vocabulary.place_labels import known_place, why_apart
from panelkit.data.yearbook.vocabulary.printed_units import split_unit, unit_behind
from panelkit.language.message import message
from panelkit.language.offers import offered

_ROLES = {
    "place": {
        "adcode",
        "province",
        "region",
        "prov",
        "省",
        "省份",
        "地区",
        "省市",
        "省区市",
        "省份名称",
        "地区名称",
        "行政区划代码",
        "地区代码",
    },
    "period": {"year", "period", "time", "年", "年份", "年度", "时间", "时期", "统计年份", "统计年度"},
    "label": {"indicator", "variable", "series", "指标", "变量", "指标名称"},
    "value": {"value", "figure", "数值", "值", "数据", "数据值", "指标值"},
    "unit": {"unit", "单位", "计量单位", "数据单位", "指标单位"},
    "ignored": {"vintage", "source", "版本", "来源", "数据来源"},
}


@dataclass(frozen=True, slots=True)
class _Roles:
    """Which column plays which part; the others hold one indicator each."""

    place: int
    period: int
    label: int | None
    value: int | None
    unit: int | None
    others: tuple[int, ...]
    places: tuple[int, ...] = ()
    periods: tuple[int, ...] = ()


@offered("layout", "tidy", family="sheet")
class Tidy(SheetLayout):
    """A user's own table: one row a province and year."""

    order = 10

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether the first row names a column of places and one of periods."""
        return is_tidy(grid, told.columns)

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return the figures of the table."""
        return read_tidy(grid, told.columns)


def is_tidy(grid: Grid, columns: Mapping[str, str] | None = None) -> bool:
    """Return whether the first row names a column of places and one of periods."""
    return _roles(grid, columns or {}) is not None


def read_tidy(grid: Grid, columns: Mapping[str, str] | None = None) -> FileReading:
    """Return the figures of a tidy table; `columns` maps its column names to place, period, indicator, value, unit.

    Raises
    ------
    YearbookError
        With every cell that cannot be read, and every cell given twice.
    """
    builder = Builder("tidy")
    roles = _roles(grid, columns or {})
    if roles is None:
        builder.problem(grid.where(0), message("no column of provinces, or none of years"))
        return builder.finish()
    names = _names(grid, roles, builder)
    seen: dict[tuple[int, str, str], int] = {}
    rows = [row for row in range(1, len(grid.rows)) if not all(map(is_empty, grid.rows[row]))]
    units = _shown_units(grid, rows, roles, names, builder)
    for row in rows:
        _row(grid, row, roles, names, seen, units, builder)
    check_tail(grid, rows, builder)
    return builder.finish()


def _shown_units(
    grid: Grid, rows: list[int], roles: _Roles, names: dict[int, str], builder: Builder
) -> dict[tuple[int, int], str]:
    """Return (row, column) -> unit for the cells whose number format shows one."""
    if not grid.formats:
        return {}
    found: dict[tuple[int, int], str] = {}
    if roles.value is not None:
        for row in rows:
            printed = "" if roles.unit is None else shown(grid.cell(row, roles.unit))
            printed = printed or split_unit(_label(grid, row, roles))[1]
            one = column_units(grid, [row], roles.value, printed, strong=True, builder=builder)
            found |= {(spot, roles.value): unit for spot, unit in one.items()}
        return found
    for column, label in names.items():
        one = column_units(grid, rows, column, split_unit(label)[1], strong=True, builder=builder)
        found |= {(row, column): unit for row, unit in one.items()}
    return found


def _roles(grid: Grid, columns: Mapping[str, str]) -> _Roles | None:
    if not grid.rows:
        return None
    wanted = {name.strip().casefold(): role for name, role in columns.items()}
    found: dict[str, int] = {}
    others, places, periods = [], [], []
    for column, cell in enumerate(grid.rows[0]):
        name = re.sub(r"\s+", "", shown(cell)).casefold()
        role = wanted.get(shown(cell).casefold()) or next((r for r, n in _ROLES.items() if name in n), None)
        role = {"indicator": "label", "province": "place", "city": "place", "year": "period"}.get(
            role or "", role
        )
        if role is None:
            if name == "no" or not is_numbering(name):  # `no` may be an emission
                others.append(column)
        elif role == "place" and "place" in found:
            places.append(column)
        elif role == "period" and "period" in found:
            periods.append(column)
        elif role != "ignored":
            found.setdefault(role, column)
    if "place" not in found or "period" not in found:
        return None
    long = "value" in found
    return _Roles(
        found["place"],
        found["period"],
        found.get("label"),
        found.get("value"),
        found.get("unit"),
        () if long else tuple(others),
        tuple(places),
        tuple(periods),
    )


def _names(grid: Grid, roles: _Roles, builder: Builder) -> dict[int, str]:
    names: dict[int, str] = {}
    for column in roles.others:
        name = shown(grid.cell(0, column))
        if not name:
            if any(not is_empty(grid.cell(row, column)) for row in range(1, len(grid.rows))):
                builder.problem(grid.where(0, column), message("a column without a name"))
            continue
        if name in names.values():
            builder.problem(
                grid.where(0, column), message("two indicators under one name: {name!r}", name=name)
            )
        names[column] = name
    return names


def _row(
    grid: Grid,
    row: int,
    roles: _Roles,
    names: dict[int, str],
    seen: dict[tuple[int, str, str], int],
    units: dict[tuple[int, int], str],
    builder: Builder,
) -> None:
    if grid.text and len(grid.rows[row]) != len(grid.rows[0]):
        builder.problem(
            grid.where(row),
            message(
                "the row has {cells} cells where the header has {headed}",
                cells=len(grid.rows[row]),
                headed=len(grid.rows[0]),
            ),
        )
        return
    place = known_place(shown(grid.cell(row, roles.place)), grid.places)
    if place is None and _is_apart(grid, row, roles, names, builder):
        return
    period = _period(grid, row, roles.period)
    if place is None or place.kind == "subtotal":
        name = shown(grid.cell(row, roles.place))
        builder.problem(
            grid.where(row, roles.place),
            no_place(name, grid.places),
        )
        return
    for column in roles.places:
        other = known_place(shown(grid.cell(row, column)), grid.places)
        if other is not None and other.kind != "subtotal" and other != place:
            said = shown(grid.cell(row, roles.place)), shown(grid.cell(row, column))
            builder.problem(
                grid.where(row, column),
                message("two places in one row: {first!r} and {second!r}", first=said[0], second=said[1]),
            )
            return
    for column in roles.periods:
        if _period(grid, row, column) not in (None, period):
            said = shown(grid.cell(row, roles.period)), shown(grid.cell(row, column))
            builder.problem(
                grid.where(row, column),
                message(
                    "two periods in one row: {first!r} and {second!r}; keep one table with one column of "
                    "years",
                    first=said[0],
                    second=said[1],
                ),
            )
            return
    if period is None or not in_range(period):
        name = shown(grid.cell(row, roles.period))
        builder.problem(
            grid.where(row, roles.period),
            message("{name!r} is no year, quarter or month of a yearbook", name=name),
        )
        return
    cells = {roles.value: _label(grid, row, roles)} if roles.value is not None else names
    for column, label in cells.items():
        if column is not None:
            _cell(grid, row, column, (place.adcode, period, label), roles, seen, units, builder)


def _is_apart(grid: Grid, row: int, roles: _Roles, names: dict[int, str], builder: Builder) -> bool:
    """Return whether a row is about no province, which is then listed."""
    label = shown(grid.cell(row, roles.place))
    why = why_apart(grid, label)
    if why is None:
        return False
    columns = names if roles.value is None else [roles.value]
    cells = sum(isinstance(read_number(grid.cell(row, c), scientific=True), Decimal) for c in columns)
    builder.set_apart(grid.where(row), label, cells, why)
    return True


def _period(grid: Grid, row: int, column: int) -> str | None:
    return parse_period(re.sub(r"\.0$", "", shown(grid.cell(row, column))))


def _label(grid: Grid, row: int, roles: _Roles) -> str:
    return "" if roles.label is None else shown(grid.cell(row, roles.label))


def _cell(
    grid: Grid,
    row: int,
    column: int,
    key: tuple[int, str, str],
    roles: _Roles,
    seen: dict[tuple[int, str, str], int],
    units: dict[tuple[int, int], str],
    builder: Builder,
) -> None:
    where = grid.where(row, column)
    if key in seen:
        line = grid.lines[seen[key]]
        builder.problem(
            where,
            message("the same province, period and indicator stand in row {line} already", line=line),
        )
        return
    seen[key] = row
    value = builder.number(where, read_number(grid.cell(row, column), scientific=True))
    if value is not None:
        label, unit = split_unit(key[2])
        label, unit = (label, unit) if unit else unit_behind(label)
        if roles.unit is not None:
            unit = shown(grid.cell(row, roles.unit)) or unit
        unit = unit or units.get((row, column), "")
        figure = PrintedFigure(key[0], key[1], label, unit, value, where)
        (builder.apart if key[0] > 700000 else builder.figures).append(figure)

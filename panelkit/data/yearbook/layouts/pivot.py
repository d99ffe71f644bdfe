"""The portal's exports, classic and of 2026, Chinese and English: two of place, time and indicator, crossed.

Lines above the table (`数据库：`, `指标：`, `时间：`, `地区：`) give the third; lines below are footnotes.
"""

from __future__ import annotations

import re
from dataclasses import replace

from panelkit.data.provinces import NATION
from panelkit.data.yearbook.errors import refuse
from panelkit.data.yearbook.files.cells import Misread, looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.headings import unit_text
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.portal_keys import columns_of, doubled, key_of
from panelkit.data.yearbook.layouts.portal_table import (
    DIMENSIONS,
    PortalTable,
    is_damaged_pivot,
    is_pivot,
    mended,
    table_of,
)
from panelkit.data.yearbook.layouts.reading import Builder, FileReading, PrintedFigure, Subtotal
from panelkit.data.yearbook.layouts.shown_units import column_units
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.vocabulary.near_places import no_place
from panelkit.data.yearbook.vocabulary.periods import in_range, parse_period
from panelkit.data.yearbook.vocabulary.place_labels import place_of, row_place, why_apart
from panelkit.data.yearbook.vocabulary.printed_units import parse_unit, split_unit
from panelkit.data.yearbook.vocabulary.remarks import FOOTNOTE, SOURCE
from panelkit.language.message import message, term
from panelkit.language.offers import offered

_PROVINCES = 31


@offered("layout", "portal", family="sheet")
class Portal(SheetLayout):
    """An export of the statistics portal."""

    order = 20

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether a sheet has the portal's header row, or the lines above it alone."""
        return is_pivot(grid) or is_damaged_pivot(grid)

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return the figures of the export; refuse one without its header row."""
        if not is_pivot(grid):
            raise refuse(
                grid.where(),
                message(
                    "lines of a portal export, but no header row that starts with 地区, 指标 or 时间: the file "
                    "is damaged"
                ),
            )
        return read_pivot(grid, year=told.year)


def read_pivot(grid: Grid, *, year: str | None = None) -> FileReading:
    """Return the figures of a portal export.

    `year` is the period for a table that names none.

    Raises
    ------
    YearbookError
        With every cell that cannot be read, doubled rows and columns, years out of range, a cut file.
    """
    table = table_of(grid)
    builder = Builder("portal")
    columns = columns_of(table, builder)
    _body(table, columns, year, builder)
    return builder.finish()


def _body(table: PortalTable, columns: dict[int, str], year: str | None, builder: Builder) -> None:
    grid = table.grid
    fixed = _third(table, year, builder)
    if builder.problems:
        return
    seen: dict[str, int] = {}
    rows: list[tuple[int, str]] = []
    footer = sourced = False
    last_line = ""
    loose: list[tuple[int, str]] = []
    places = 0
    for row in range(table.head + 1, len(grid.rows)):
        cells = grid.rows[row]
        if all(is_empty(cell) for cell in cells):
            continue
        name = mended(shown(grid.cell(row, 0)))
        last_line = name
        if FOOTNOTE.match(name) or (footer and not _is_data(grid, row, name, table)):
            footer = True
            sourced = sourced or bool(SOURCE.match(name))
            builder.footnotes.append(mended(" ".join(shown(cell) for cell in cells if not is_empty(cell))))
            continue
        if all(is_empty(cell) for cell in cells[1:]) and _unknown(name, table):
            loose.append((row, name))
            continue
        for spot, text in loose:
            builder.problem(
                grid.where(spot),
                message(
                    "a row that is no {dimension}: {text!r}", dimension=DIMENSIONS[table.rows], text=text
                ),
            )
        loose.clear()
        if footer:
            builder.problem(grid.where(row), message("figures below the footnotes"))
            continue
        if (
            table.rows == "place"
            and row_place(name, grid.places) is None
            and _is_apart(grid, row, name, builder)
        ):
            continue
        key = _row_key(table, row, name, builder)
        if key is None:
            continue
        if key in seen:
            line = grid.lines[seen[key]]
            builder.problem(grid.where(row, 0), doubled(table.rows, name, message("row {row}", row=line)))
            continue
        seen[key] = row
        places += table.rows == "place"
        rows.append((row, key))
    units = _shown_units(table, rows, columns, fixed, builder)
    for row, key in rows:
        _row(table, row, key, columns, fixed, units, builder)
    for row, text in loose:
        _take_loose(grid, row, text, builder)
    _set_nation(builder)
    if not builder.problems:
        counted = table.rows == "place" and grid.places.level == "province"
        _check_complete(table, footer, sourced, places if counted else _PROVINCES, builder, last_line)


def _is_apart(grid: Grid, row: int, name: str, builder: Builder) -> bool:
    """Return whether a row of figures is about no province, which is then listed."""
    why = why_apart(grid, name)
    if why is None:
        return False
    builder.set_apart(grid.where(row), name, sum(map(looks_like_number, grid.rows[row][1:])), why)
    return True


def _take_loose(grid: Grid, row: int, text: str, builder: Builder) -> None:
    """Say that a line below the table is not understood; a unit there holds for figures without one."""
    unit = unit_text(text)
    if not unit:
        builder.note(grid.where(row), message("not understood, left out: {text!r}", text=text))
        return
    stated = {figure.unit for figure in builder.figures}
    if any(one and parse_unit(one) != parse_unit(unit) for one in stated):
        builder.problem(
            grid.where(row),
            message(
                "{text!r} below the table contradicts its unit ({units})",
                text=text,
                units=sorted(filter(None, stated)),
            ),
        )
    builder.figures[:] = [replace(f, unit=f.unit or unit) for f in builder.figures]
    builder.apart[:] = [replace(f, unit=f.unit or unit) for f in builder.apart]
    builder.subtotals[:] = [
        replace(s, figure=replace(s.figure, unit=s.figure.unit or unit)) for s in builder.subtotals
    ]


def _unknown(name: str, table: PortalTable) -> bool:
    if table.rows == "place":
        return row_place(name, table.grid.places) is None
    return table.rows == "period" and parse_period(name) is None


def _is_data(grid: Grid, row: int, name: str, table: PortalTable) -> bool:
    """Return whether a row below a footnote is a row of the table after all."""
    numbers = sum(
        not is_empty(cell) and not isinstance(read_number(cell), Misread) for cell in grid.rows[row][1:]
    )
    return numbers > 0 and (not _unknown(name, table))


def _row_key(table: PortalTable, row: int, name: str, builder: Builder) -> str | None:
    grid, cells = table.grid, table.grid.rows[row]
    if grid.text and len(cells) != len(grid.rows[table.head]):
        builder.problem(
            grid.where(row),
            message(
                "the row has {cells} cells where the header has {headed}: cut short, or a separator too "
                "many or too few",
                cells=len(cells),
                headed=len(grid.rows[table.head]),
            ),
        )
        return None
    for column in range(table.width, len(cells)):
        if not is_empty(cells[column]):
            builder.problem(grid.where(row, column), message("a cell beyond the last named column"))
            return None
    return key_of(name, table.rows, table, grid.where(row, 0), builder)


def _third(table: PortalTable, year: str | None, builder: Builder) -> dict[str, str]:
    """Return what the lines above the table say of the dimension that it does not spread out."""
    missing = ({"place", "period", "label"} - {table.rows, table.columns}).pop()
    if missing == "label":
        return {"label": table.meta.get("indicator", "")}
    if missing == "place":
        return {"place": _place_above(table, builder)}
    stated = parse_period(table.meta.get("time", ""))
    if stated is not None and year is not None and stated != year:
        builder.problem(
            table.grid.where(table.head),
            message("the file is about {stated}, not {year}", stated=stated, year=year),
        )
    period = stated or year
    if period is None or not in_range(period):
        builder.problem(
            table.grid.where(),
            message(
                "the file names no single year for its figures (time: {time!r}): say which with `--year`",
                time=table.meta.get("time") or term("time of a table", "absent"),
            ),
        )
        return {}
    return {"period": period}


def _place_above(table: PortalTable, builder: Builder) -> str:
    region = table.meta.get("region", "")
    if region:
        place = place_of(region, table.grid.places)
        if place is None or place.kind == "subtotal":
            builder.problem(table.grid.where(), no_place(region, table.grid.places))
            return ""
        return str(place.adcode)
    database = table.meta.get("database", "").casefold()
    local = re.search(r"分省|省|城市|地区|province|city|cities|region", database)
    return str(NATION) if database and not local else ""


def _shown_units(
    table: PortalTable,
    rows: list[tuple[int, str]],
    columns: dict[int, str],
    fixed: dict[str, str],
    builder: Builder,
) -> dict[tuple[int, int], str]:
    """Return (row, column) -> unit for the cells whose number format shows one."""
    if not table.grid.formats:
        return {}
    found: dict[tuple[int, int], str] = {}
    for column, name in columns.items():
        labels = [{table.rows: key, table.columns: name, **fixed}["label"] for _, key in rows]
        for label in dict.fromkeys(labels):
            own = split_unit(label)[1]
            spots = [row for (row, _), one in zip(rows, labels, strict=True) if one == label]
            printed = own or table.meta.get("unit", "")
            units = column_units(table.grid, spots, column, printed, strong=bool(own), builder=builder)
            found |= {(row, column): unit for row, unit in units.items()}
    return found


def _row(
    table: PortalTable,
    row: int,
    key: str,
    columns: dict[int, str],
    fixed: dict[str, str],
    units: dict[tuple[int, int], str],
    builder: Builder,
) -> None:
    for column, name in columns.items():
        where = table.grid.where(row, column)
        value = builder.number(where, read_number(table.grid.cell(row, column)))
        if value is not None:
            parts = {table.rows: key, table.columns: name, **fixed}
            label, unit = split_unit(parts["label"])
            unit = units.get((row, column)) or unit or table.meta.get("unit", "")
            place = row_place(parts["place"], table.grid.places) if parts["place"] else None
            adcode = (place.adcode or None) if place else None
            figure = PrintedFigure(adcode, parts["period"], label, unit, value, where)
            if place is None or place.is_row:
                builder.figures.append(figure)
            elif place.kind == "apart":
                builder.apart.append(figure)
            else:
                builder.subtotals.append(Subtotal(parts["place"], figure))


def _set_nation(builder: Builder) -> None:
    """Turn national totals into rows where the file is about the nation alone."""
    if not builder.figures and builder.subtotals:
        nation = [s.figure for s in builder.subtotals if s.figure.adcode == NATION]
        builder.figures.extend(nation)
        builder.subtotals[:] = [s for s in builder.subtotals if s.figure.adcode != NATION]


def _check_complete(
    table: PortalTable, footer: bool, sourced: bool, places: int, builder: Builder, last_line: str
) -> None:
    """Refuse a text export that was cut: no line of source, and provinces or the last line break missing."""
    if not table.grid.text or footer or sourced:
        return
    cut = not table.grid.complete
    if cut or ("database" in table.meta and places < _PROVINCES):
        end = (
            message("in the middle of a line")
            if cut
            else message("after {places} of {all} provinces", places=places, all=_PROVINCES)
        )
        builder.problem(
            table.grid.where(len(table.grid.rows) - 1),
            message(
                "the file ends {end}, without the line of source that exports end with: cut short; export it "
                "again, or, where its last line is whole, end that with a line break",
                end=end,
            ),
        )

"""The portal's exports, classic and of 2026, Chinese and English: two of place, time and indicator, crossed.

Lines above the table (`数据库：`, `指标：`, `时间：`, `地区：`) give the third; lines below are footnotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from panelkit.data.provinces import NATION
from panelkit.data.yearbook.errors import Where, refuse
from panelkit.data.yearbook.files.cells import Misread, read_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.bands import heads_beside
from panelkit.data.yearbook.layouts.headings import unit_text
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import Builder, Figure, Reading, Subtotal
from panelkit.data.yearbook.layouts.shown_units import column_units
from panelkit.data.yearbook.layouts.told import Told
from panelkit.data.yearbook.vocabulary.periods import in_range, parse_period, years_in
from panelkit.data.yearbook.vocabulary.places import place_of, row_place
from panelkit.data.yearbook.vocabulary.remarks import FOOTNOTE, SOURCE
from panelkit.data.yearbook.vocabulary.units import parse_unit, split_unit
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered

_HEADS = {
    "地区": "place", "省份": "place", "region": "place", "regions": "place", "province": "place",
    "指标": "label", "indicator": "label", "indicators": "label",
    "时间": "period", "年份": "period", "time": "period", "year": "period", "period": "period",
}  # fmt: skip
_META = re.compile(
    r"(数据库|指标|时间|地区|单位|database|indicators?|year|time|period|region|unit)\s*[:：]\s*(.*)",
    re.I | re.S,
)
_META_KEYS = {
    "数据库": "database", "database": "database", "指标": "indicator", "indicator": "indicator",
    "indicators": "indicator", "时间": "time", "year": "time", "time": "time", "period": "time",
    "地区": "region", "region": "region", "单位": "unit", "unit": "unit",
}  # fmt: skip
_PROVINCES = 31
_DIMENSIONS = {
    "place": term("dimension of a table", "place"),
    "period": term("dimension of a table", "period"),
    "label": term("dimension of a table", "label"),
}


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the parts of a pivot table lie, and what the lines above it say."""

    grid: Grid
    meta: dict[str, str]
    head: int
    rows: str
    columns: str
    width: int


@offered("layout", "portal", family="sheet")
class Portal(SheetLayout):
    """An export of the statistics portal."""

    order = 20

    @staticmethod
    def knows(grid: Grid, told: Told) -> bool:
        """Return whether a sheet has the portal's header row, or the lines above it alone."""
        return is_pivot(grid) or is_damaged_pivot(grid)

    @staticmethod
    def read(grid: Grid, told: Told) -> Reading:
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


def is_pivot(grid: Grid) -> bool:
    """Return whether a grid has the portal's header row, below its lines or as the very first row."""
    head = _head_row(grid)
    if head is None:
        return False
    alone = all(is_empty(cell) for cells in grid.rows[:head] for cell in cells)
    if alone and len(heads_beside(grid, head)) > 1:
        return False
    return alone or bool(_meta(grid, head).keys() - {"unit"})


def is_damaged_pivot(grid: Grid) -> bool:
    """Return whether lines of a portal export stand at the top without its header row below them."""
    if _head_row(grid) is not None:
        return False
    return any(key in _meta(grid, min(len(grid.rows), 6)) for key in ("database", "indicator"))


def read_pivot(grid: Grid, *, year: str | None = None) -> Reading:
    """Return the figures of a portal export.

    `year` is the period for a table that names none.

    Raises
    ------
    YearbookError
        With every cell that cannot be read, doubled rows and columns, years out of range, a cut file.
    """
    table = _layout(grid)
    builder = Builder("portal")
    columns = _columns(table, builder)
    _body(table, columns, year, builder)
    return builder.finish()


def mended(text: str) -> str:
    """Return a label whose UTF-8 bytes had been taken for Latin letters as the text it was."""
    if text.isascii() or any(ord(c) > 255 for c in text):
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _head_row(grid: Grid) -> int | None:
    for row, cells in enumerate(grid.rows[:40]):
        if not cells:
            continue
        name = re.sub(r"\s+", "", shown(cells[0])).casefold()
        if name in _HEADS and any(not is_empty(cell) for cell in cells[1:]):
            return row
    return None


def _layout(grid: Grid) -> _Table:
    head = _head_row(grid)
    if head is None:
        raise refuse(grid.where(), message("no header row of a portal export"))
    cells = grid.rows[head]
    width = max(i for i, cell in enumerate(cells) if not is_empty(cell)) + 1
    rows = _HEADS[re.sub(r"\s+", "", shown(cells[0])).casefold()]
    names = [mended(shown(cell)) for cell in cells[1:width]]
    columns = _dimension(names)
    if rows == columns:
        raise refuse(
            grid.where(head),
            message(
                "rows and columns both hold the {dimension}: the table's header is damaged",
                dimension=_DIMENSIONS[rows],
            ),
        )
    return _Table(grid, _meta(grid, head), head, rows, columns, width)


def _meta(grid: Grid, head: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for cells in grid.rows[:head]:
        line = mended(",".join(shown(cell) for cell in cells if not is_empty(cell)))
        match = _META.match(line)
        if match:
            found[_META_KEYS[match.group(1).casefold()]] = match.group(2).strip()
    return found


def _dimension(names: list[str]) -> str:
    periods = sum(parse_period(name) is not None for name in names)
    places = sum(place_of(name) is not None for name in names)
    filled = sum(bool(name) for name in names)
    if periods * 2 > filled:
        return "period"
    return "place" if places * 2 > filled else "label"


def _columns(table: _Table, builder: Builder) -> dict[int, str]:
    """Return column -> key (period, adcode or label) of the header row, noting what is wrong with it."""
    columns: dict[int, str] = {}
    seen: dict[str, int] = {}
    for column in range(1, table.width):
        name = mended(shown(table.grid.cell(table.head, column)))
        where = table.grid.where(table.head, column)
        key = _key(name, table.columns, table.meta, where, builder)
        if key is None:
            continue
        if key in seen:
            column_before = message("column {column}", column=seen[key] + 1)
            builder.problem(where, _doubled(table.columns, name, column_before))
        seen[key] = column
        columns[column] = key
    return columns


def _doubled(kind: str, name: str, spot: Message) -> Message:
    if kind == "label":
        return message(
            "two indicators under one name: {name!r} stands in {spot} already", name=name, spot=spot
        )
    return message(
        "the {dimension} {name!r} stands in {spot} already: duplicate rows or columns",
        dimension=_DIMENSIONS[kind],
        name=name,
        spot=spot,
    )


def _key(name: str, kind: str, meta: dict[str, str], where: Where, builder: Builder) -> str | None:
    if not name:
        builder.problem(where, message("no name stands here: the header is damaged"))
        return None
    if kind == "period":
        return _period_key(name, meta, where, builder)
    if kind == "label":
        return name
    place = row_place(name)
    if place is None:
        builder.problem(where, message("no province or region is known as {name!r}", name=name))
        return None
    return name if place.kind == "subtotal" else str(place.adcode)


def _period_key(name: str, meta: dict[str, str], where: Where, builder: Builder) -> str | None:
    period = parse_period(name)
    if period is None:
        builder.problem(where, message("{name!r} is no year, quarter or month", name=name))
        return None
    if not in_range(period):
        builder.problem(where, message("the year {name!r} is out of range", name=name))
        return None
    years = years_in(meta.get("time", ""))
    if len(years) == 2 and not min(years) <= int(period[:4]) <= max(years):
        builder.problem(
            where,
            message("{name!r} lies outside the time the file states ({time})", name=name, time=meta["time"]),
        )
        return None
    return period


def _body(table: _Table, columns: dict[int, str], year: str | None, builder: Builder) -> None:
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
                    "a row that is no {dimension}: {text!r}", dimension=_DIMENSIONS[table.rows], text=text
                ),
            )
        loose.clear()
        if footer:
            builder.problem(grid.where(row), message("figures below the footnotes"))
            continue
        key = _row_key(table, row, name, builder)
        if key is None:
            continue
        if key in seen:
            line = grid.lines[seen[key]]
            builder.problem(grid.where(row, 0), _doubled(table.rows, name, message("row {row}", row=line)))
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
        _check_complete(
            table, footer, sourced, places if table.rows == "place" else _PROVINCES, builder, last_line
        )


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


def _unknown(name: str, table: _Table) -> bool:
    if table.rows == "place":
        return row_place(name) is None
    return table.rows == "period" and parse_period(name) is None


def _is_data(grid: Grid, row: int, name: str, table: _Table) -> bool:
    """Return whether a row below a footnote is a row of the table after all."""
    numbers = sum(
        not is_empty(cell) and not isinstance(read_number(cell), Misread) for cell in grid.rows[row][1:]
    )
    return numbers > 0 and (not _unknown(name, table))


def _row_key(table: _Table, row: int, name: str, builder: Builder) -> str | None:
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
    return _key(name, table.rows, table.meta, grid.where(row, 0), builder)


def _third(table: _Table, year: str | None, builder: Builder) -> dict[str, str]:
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


def _place_above(table: _Table, builder: Builder) -> str:
    region = table.meta.get("region", "")
    if region:
        place = place_of(region)
        if place is None or place.kind == "subtotal":
            builder.problem(table.grid.where(), message("no province is known as {region!r}", region=region))
            return ""
        return str(place.adcode)
    database = table.meta.get("database", "").casefold()
    local = re.search(r"分省|省|城市|地区|province|city|cities|region", database)
    return str(NATION) if database and not local else ""


def _shown_units(
    table: _Table,
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
    table: _Table,
    row: int,
    key: str,
    columns: dict[int, str],
    fixed: dict[str, str],
    units: dict[tuple[int, int], str],
    builder: Builder,
) -> None:
    for column, name in columns.items():
        where = table.grid.where(row, column)
        value = read_number(table.grid.cell(row, column))
        if isinstance(value, Misread):
            builder.problem(where, value.said)
        elif value is None:
            builder.missing += 1
        else:
            parts = {table.rows: key, table.columns: name, **fixed}
            label, unit = split_unit(parts["label"])
            unit = units.get((row, column)) or unit or table.meta.get("unit", "")
            place = row_place(parts["place"]) if parts["place"] else None
            adcode = (place.adcode or None) if place else None
            figure = Figure(adcode, parts["period"], label, unit, value, where)
            if place is None or place.kind == "province":
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
    table: _Table, footer: bool, sourced: bool, places: int, builder: Builder, last_line: str
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

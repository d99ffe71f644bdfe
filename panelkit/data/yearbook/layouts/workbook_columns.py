"""The columns of a printed table: what its headers and the lines above say of each one's name, unit and year."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from panelkit.data.yearbook.files.cells import Misread, in_chinese_digits, looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.bands import Band, is_counter
from panelkit.data.yearbook.layouts.blocks import Block, is_period
from panelkit.data.yearbook.layouts.headings import (
    HAN,
    UNIT,
    Spans,
    cell_name,
    heading,
    is_part,
    nameless_part,
    period_in,
    spans_of,
    unit_in,
    unit_text,
    wide_rows,
)
from panelkit.data.yearbook.layouts.named_columns import SheetColumn, takes_unit, told_apart
from panelkit.data.yearbook.layouts.reading import Builder
from panelkit.data.yearbook.vocabulary.periods import in_range, is_loose_date, parse_period, part_of_year
from panelkit.data.yearbook.vocabulary.place_labels import place_of
from panelkit.data.yearbook.vocabulary.printed_units import parse_unit
from panelkit.language.message import message

_BEFORE = re.compile(r"上\s*年(?:数|同期|实绩|实际)?|去\s*年")

Texts = list[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Above:
    """What the rows above the headers say; carried on to a continued table and to one on the right.

    `part`: the month, quarter or half of a year that they name; the year is then left to the caller.
    """

    title: str = ""
    unit: str = ""
    year: str | None = None
    part: str = ""


def one_unit(grid: Grid, units: Texts, block: Block, builder: Builder) -> str:
    """Return the unit that lines name; several hold for one column each, or contradict each other."""
    known = {
        parsed: unit for _, _, text in reversed(units) if (parsed := parse_unit(unit := unit_text(text)))
    }
    if len(known) > 1:
        if _by_column(grid, units, block):
            return ""
        row, column, _ = units[-1]
        listed = sorted(known.values())
        builder.problem(
            grid.where(row, column),
            message("two units that contradict each other: {listed}", listed=listed),
        )
    if not units:
        return ""
    return next(iter(known.values()), unit_text(units[0][2]))


def _by_column(grid: Grid, units: Texts, block: Block) -> dict[int, str]:
    """Return column -> unit where each of several units stands above figures of its own; nothing where not."""
    places = {column for _, column, _ in units}
    rows = list(block.body)
    if len({parse_unit(unit_text(text)) for _, _, text in units}) < 2 or not rows:
        return {}
    if not all(_is_numeric(grid, rows, column) for column in places):
        return {}
    return {column: unit_text(text) for _, column, text in units}


def columns_of(
    band: Band,
    block: Block,
    before: list[SheetColumn],
    above: Above,
    left: tuple[Above, list[SheetColumn]] | None,
    year: str | None,
    builder: Builder,
) -> list[SheetColumn]:
    """Return the columns of numbers of a block: by its header, or those of the table above or beside that goes on.

    Parameters
    ----------
    band, block
        The table's part of the sheet, and its rows.
    before
        The columns of the table above.
    above
        What the lines above the header say.
    left
        What lines and header of the table on the left say, where there is one.
    year
        The year that the caller names.
    builder
        Takes the problems.
    """
    grid, body = band.grid, list(block.body)
    units = [item for item in block.above if unit_text(item[2])]
    if not block.header and before:
        return _with_units(grid, before, units, block, builder)
    indices = [
        i
        for i in range(band.column + 1, band.last + 1)
        if _is_numeric(grid, body, i) and not is_counter(grid, i)
    ]
    if not block.header and left is not None and above.title in ("", left[0].title):
        _, columns = left
        if len(columns) == len(indices):
            return [replace(c, index=i) for c, i in zip(columns, indices, strict=True)]
    beside = [
        (row, column, shown(cell))
        for row in block.header
        for column, cell in enumerate(grid.rows[row])
        if UNIT.match(shown(cell))
    ] + _in_corner(band, block)
    by_column = _by_column(grid, [*units, *beside], block)
    if beside and not by_column:
        above = replace(above, unit=one_unit(grid, beside, block, builder) or above.unit)
    shared = "" if by_column else above.unit
    spans, wide = spans_of(grid, set(block.header)), wide_rows(grid, set(block.header))
    full = _full_rows(grid, block.header, indices, wide)
    columns = []
    for index in indices:
        named = _name(grid, block.header, index, spans, wide, full, band.column, builder)
        if not named.label and not above.title:
            builder.problem(grid.where(body[0], index), message("figures in a column without a header"))
            continue
        whole = columns[-1] if columns and named.part and not named.unit and columns[-1].own else None
        unit = named.unit or (whole.unit if whole else "") or _nearest(by_column, index) or shared
        unit = unit if named.unit or takes_unit(named.label, unit) else ""
        period = above.year or (None if above.part else parse_period(grid.sheet)) or year
        if named.before and period is not None and period.isdigit():
            period = str(int(period) - 1)
        columns.append(
            replace(named, unit=unit, period=named.period or period, own=bool(named.unit or whole))
        )
    return told_apart(columns)


def _in_corner(band: Band, block: Block) -> Texts:
    """Return the unit that stands beside the head of the places, as 地区（单位：亿元）."""
    corners = ((row, shown(band.grid.cell(row, band.column))) for row in block.header)
    return [
        (row, band.column, f"单位：{unit}")
        for row, text in corners
        if not UNIT.match(text) and (unit := unit_in(text))
    ]


def _nearest(units: dict[int, str], column: int) -> str:
    left = [at for at in units if at <= column]
    return units[max(left)] if left else ""


def _with_units(
    grid: Grid, columns: list[SheetColumn], units: Texts, block: Block, builder: Builder
) -> list[SheetColumn]:
    """Return the columns of a table that goes on, in the units of a line such as 单位：万元 amid its places."""
    if not units:
        return columns
    row, column, text = units[0]
    by_column = _by_column(grid, units, block)
    known = {parse_unit(unit_text(text)) for _, _, text in units}
    if len(known) > 1 and not by_column:
        one_unit(grid, units, block, builder)
        return columns
    own = {parse_unit(c.unit) for c in columns if c.own}
    every = all(c.own for c in columns) and len(own) == 1
    loose = [c for c in columns if not c.own or every]
    if not loose or any(not c.unit for c in loose):
        reason = (
            message("no unit stands above the places before it")
            if loose
            else message("the headers name units of their own")
        )
        builder.problem(
            grid.where(row, column),
            message(
                "{text!r} stands amid the places, and {reason}: write the unit of every column above the table, "
                "or split it in two",
                text=text,
                reason=reason,
            ),
        )
    new = unit_text(text)
    return [
        replace(c, unit=(_nearest(by_column, c.index) or c.unit) if by_column else new) if c in loose else c
        for c in columns
    ]


def _is_numeric(grid: Grid, body: list[int], column: int) -> bool:
    """Return whether a column holds figures; names of places in another language do not count."""
    cells = [grid.cell(row, column) for row in body if not is_empty(grid.cell(row, column))]
    words = [cell for cell in cells if isinstance(cell, str) and not looks_like_number(cell)]
    if not cells or (
        len(words) == len(cells) and all(place_of(cell, grid.places) is not None for cell in words)
    ):
        return False
    return not all(
        isinstance(cell, str)
        and isinstance(read_number(cell), Misread)
        and not re.search(r"\d", cell)
        and not in_chinese_digits(cell)
        for cell in cells
    )


def _name(
    grid: Grid,
    rows: list[int],
    column: int,
    spans: Spans,
    wide: set[int],
    full: set[int],
    first: int,
    builder: Builder,
) -> SheetColumn:
    """Return what the header rows say of one column: its label in parts joined by a colon, its unit, its period."""
    period: str | None = None
    unit = ""
    part = before = False
    above = -1
    parts: list[str] = []
    english: list[str] = []
    last: tuple[int, int] | None = None
    bare: tuple[int, int] | None = None
    for row in rows:
        spot = spans.get((row, column)) or heading(grid, rows, row, column, first, wide)
        if spot == last:
            continue
        last = spot
        cell = grid.cell(*spot)
        text = shown(cell)
        if not text or UNIT.match(text):
            continue
        if isinstance(cell, float) and not is_period(cell):
            builder.problem(
                grid.where(*spot),
                message(
                    "the number {text} stands in the header, and is neither a year nor a name", text=text
                ),
            )
            continue
        if is_loose_date(text):
            builder.problem(
                grid.where(*spot),
                message(
                    "the date {text} above figures may stand for a year, a quarter or a month: write that in "
                    "its place, as 2022年",
                    text=text,
                ),
            )
            continue
        if part_of_year(text) == text:
            said = message(
                "{text} above figures is a part of a year: write it with its year, as 2022年第一季度",
                text=text,
            )
            builder.problem(grid.where(*spot), said)
            continue
        own, inside = cell_name(text)
        stated = period_in(text) or period_in(own)
        before = before or bool(_BEFORE.fullmatch(own))
        unit = inside or unit
        if stated is not None or _BEFORE.fullmatch(own):
            period = stated or period
            continue
        part = part or is_part(text)
        if own or is_part(text):
            bare = None if own else spot
        kind = parts if own and HAN.search(own) else english
        if kind is parts and parts and above in full and not is_part(text):
            parts[-1] += own
        else:
            kind.append(own)
        above = row
    if bare is not None:
        builder.problem(grid.where(*bare), nameless_part(shown(grid.cell(*bare))))
    label = "：".join(part_ for part_ in parts or english if part_)
    latin = "：".join(name for name in english if name) if parts else ""
    return SheetColumn(column, label, unit, period, part=part, latin=latin, before=before)


def _full_rows(grid: Grid, rows: list[int], columns: list[int], wide: set[int]) -> set[int]:
    """Return the header rows in which every column has a name of its own, so that the row below goes on with it."""
    found = set()
    for row in rows:
        texts = [shown(grid.cell(row, column)) for column in columns]
        if row not in wide and all(texts) and len(set(texts)) == len(texts):
            found.add(row)
    return found


def check_columns(
    grid: Grid, columns: list[SheetColumn], body: list[int], above: Above, year: str | None, builder: Builder
) -> None:
    """Note columns without a year, with one out of range or other than the caller's, and two of one name.

    Parameters
    ----------
    grid, body
        The sheet, and the rows of its places.
    columns, above
        The columns of numbers, and what the lines above the header say.
    year
        The year that the caller names.
    builder
        Takes the problems.
    """
    seen: dict[tuple[str, str | None], int] = {}
    for column in columns:
        where = grid.where(body[0], column.index)
        if column.period is None and above.part:
            said = message(
                "the lines above name a part of a year, {part}: say `--year 2022-Q1` for a quarter, `--year 2022-06` "
                "for a month, or `--year 2022` if these are figures of the whole year",
                part=above.part,
            )
            builder.problem(where, said)
        elif column.period is None:
            builder.problem(
                where,
                message(
                    "neither the title nor a header names the year of these figures ({title!r}): say which "
                    "with `--year`",
                    title=above.title or message("no title"),
                ),
            )
        elif not in_range(column.period):
            builder.problem(where, message("the year {period} is out of range", period=column.period))
        elif year is not None and above.year is not None and above.year != year:
            builder.problem(
                where, message("the table is about {stated}, not {year}", stated=above.year, year=year)
            )
        key = (column.label, column.period)
        if key in seen:
            builder.problem(
                where,
                message(
                    "two indicators under one name: {label!r} stands in column {column} already",
                    label=column.label,
                    column=seen[key] + 1,
                ),
            )
        seen[key] = column.index

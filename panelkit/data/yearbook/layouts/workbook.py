"""Tables of printed yearbooks: a title with number and year, a row of units, headers of several rows, places below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from panelkit.data.provinces import NATION, Place
from panelkit.data.yearbook.files.cells import Misread, in_chinese_digits, looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.bands import Band, is_counter, label_column, split_bands
from panelkit.data.yearbook.layouts.blocks import Block, is_period, split_blocks, titled
from panelkit.data.yearbook.layouts.completeness import check_row, check_tail
from panelkit.data.yearbook.layouts.headings import (
    HAN,
    UNIT,
    Spans,
    cell_name,
    heading,
    is_part,
    period_in,
    spans_of,
    title_of,
    unit_in,
    unit_text,
    wide_rows,
)
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import Builder, Figure, Reading, Subtotal
from panelkit.data.yearbook.layouts.shown_units import column_units
from panelkit.data.yearbook.layouts.told import Told
from panelkit.data.yearbook.vocabulary.periods import in_range, parse_period, years_in
from panelkit.data.yearbook.vocabulary.places import place_of
from panelkit.data.yearbook.vocabulary.remarks import CONTINUED, dated, is_remark
from panelkit.data.yearbook.vocabulary.units import parse_unit, split_unit
from panelkit.language.message import message
from panelkit.language.offers import offered

_EDITION = re.compile(
    r"年鉴[》\s(（\[［—–－-]*(?:19|20)\d{2}|yearbook[\s(\[,—–-]*(?:19|20)\d{2}|(?:19|20)\d{2}\s*年?[《\s]*[\u3400-\u9fff]*年鉴",
    re.I,
)
_Texts = list[tuple[int, int, str]]
_Seen = dict[tuple[int | str, str | None, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of numbers, as its header names it; `own` says whether the header itself names the unit."""

    index: int
    label: str
    unit: str
    period: str | None
    own: bool = False
    part: bool = False


@dataclass(frozen=True, slots=True)
class _Above:
    """What the rows above the headers say; carried on to a continued table and to one on the right."""

    title: str = ""
    unit: str = ""
    year: str | None = None


@offered("layout", "workbook", family="sheet")
class Workbook(SheetLayout):
    """Tables of printed yearbooks."""

    order = 30

    @staticmethod
    def knows(grid: Grid, told: Told) -> bool:
        """Return whether a sheet has a column of provinces."""
        return label_column(grid) is not None

    @staticmethod
    def read(grid: Grid, told: Told) -> Reading:
        """Return the figures of the tables of the sheet."""
        return read_workbook(grid, year=told.year)


def read_workbook(grid: Grid, *, year: str | None = None) -> Reading:
    """Return the figures of the tables of one sheet, below each other and side by side.

    `year` is the period for a table that names none.

    Raises
    ------
    YearbookError
        With every cell, header and row that cannot be read.
    """
    builder = Builder("workbook")
    bands = split_bands(grid, builder)
    if not bands:
        builder.problem(grid.where(), message("no column of provinces"))
        return builder.finish()
    blocks = [split_blocks(band, builder) for band in bands]
    if builder.problems:
        return builder.finish()
    seen: _Seen = {}
    beside: dict[int, tuple[_Above, list[_Column]]] = {}
    for number, band in enumerate(bands):
        above, columns = _Above(), list[_Column]()
        for order, block in enumerate(blocks[number]):
            left = beside.get(order)
            if order == 0 and left is not None:
                above = left[0]
            right = [one[order].above for one in blocks[number + 1 :] if order < len(one)]
            beyond = [one[order].above for one in blocks[:number] if order < len(one)]
            above = _take_above(grid, block, right, beyond, above, builder)
            columns = _columns(band, block, columns, above, left, year, builder)
            if block.body:
                above = _below(grid, block, columns, above, builder)
                columns = [replace(c, unit=c.unit or above.unit) for c in columns]
            beside[order] = above, columns
            _check_columns(grid, columns, list(block.body), above, year, builder)
            _body(band, block, columns, above, seen, builder)
    check_tail(grid, [row for one in blocks for block in one for row in block.body], builder)
    _set_nation(builder)
    return builder.finish()


def _take_above(
    grid: Grid,
    block: Block,
    right: Sequence[_Texts],
    beyond: Sequence[_Texts],
    above: _Above,
    builder: Builder,
) -> _Above:
    """Return the title, its year and the unit from the lines above a header, or else above a table beside it."""
    texts = block.above
    if not above.title and not titled(texts):
        texts = texts + next((one for one in right if titled(one)), [])
    words = [re.sub(r"\s*[\r\n]+\s*", " ", text) for _, _, text in texts if not unit_text(text)]
    told = [text for text in words if title_of(text) and not parse_unit(text)]
    told = [text for text in told if not _EDITION.search(text)] or told
    named = [text for text in told if HAN.search(text)] or told
    years = _years(words)
    if named:
        years = years or _years([text for one in (*beyond, *right) for _, _, text in one])
        above = replace(
            above, title=split_unit(title_of(named[0]))[0], year=str(years.pop()) if len(years) == 1 else None
        )
    elif len(years) == 1 and (
        not above.title or any(CONTINUED.search(text) for text in words) or len(words) == 1
    ):
        above = replace(above, year=str(years.pop()))
    units = (
        [item for item in texts if unit_text(item[2])] or _units_in_titles(texts) or _units_of(above, right)
    )
    return replace(above, unit=_one_unit(grid, units, block, builder) or above.unit)


def _units_in_titles(texts: _Texts) -> _Texts:
    """Return the units that a title names, as in 各地区技术市场合同数（项）, or that are a cell of their own."""
    found = ((row, column, unit_in(text)) for row, column, text in texts if not is_remark(text))
    return [(row, column, f"({unit})") for row, column, unit in found if unit]


def _units_of(above: _Above, others: Sequence[_Texts]) -> _Texts:
    """Return the units above the nearest table on the right that has any, where none stands above this one."""
    if above.unit:
        return []
    found = ([item for item in texts if unit_text(item[2])] for texts in others)
    return next((units for units in found if units), [])


def _years(texts: Sequence[str]) -> set[int]:
    return set(years_in(_EDITION.sub("", dated(" ".join(texts)))))


def _one_unit(grid: Grid, units: _Texts, block: Block, builder: Builder) -> str:
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


def _by_column(grid: Grid, units: _Texts, block: Block) -> dict[int, str]:
    """Return column -> unit where each of several units stands above figures of its own; nothing where not."""
    places = {column for _, column, _ in units}
    rows = list(block.body)
    if len({parse_unit(unit_text(text)) for _, _, text in units}) < 2 or not rows:
        return {}
    if not all(_is_numeric(grid, rows, column) for column in places):
        return {}
    return {column: unit_text(text) for _, column, text in units}


def _columns(
    band: Band,
    block: Block,
    before: list[_Column],
    above: _Above,
    left: tuple[_Above, list[_Column]] | None,
    year: str | None,
    builder: Builder,
) -> list[_Column]:
    """Return the columns of numbers of a block: by its header, or those of the table above or beside that goes on."""
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
    ]
    by_column = _by_column(grid, [*units, *beside], block)
    if beside and not by_column:
        above = replace(above, unit=_one_unit(grid, beside, block, builder) or above.unit)
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
        period = named.period or above.year or parse_period(grid.sheet) or year
        columns.append(_Column(index, named.label, unit, period, bool(named.unit or whole), named.part))
    return columns


def _nearest(units: dict[int, str], column: int) -> str:
    left = [at for at in units if at <= column]
    return units[max(left)] if left else ""


def _with_units(
    grid: Grid, columns: list[_Column], units: _Texts, block: Block, builder: Builder
) -> list[_Column]:
    """Return the columns of a table that goes on, in the units of a line such as 单位：万元 amid its places."""
    if not units:
        return columns
    row, column, text = units[0]
    by_column = _by_column(grid, units, block)
    known = {parse_unit(unit_text(text)) for _, _, text in units}
    if len(known) > 1 and not by_column:
        _one_unit(grid, units, block, builder)
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


def _below(grid: Grid, block: Block, columns: list[_Column], above: _Above, builder: Builder) -> _Above:
    """Return what holds for a table whose unit stands below it: the unit, where none stands above."""
    if not block.units:
        return above
    row, column, text = block.units[-1]
    unit = _one_unit(grid, block.units, block, builder)
    differing = [c for c in columns if c.unit and parse_unit(c.unit) != parse_unit(unit)]
    if all(c.own for c in differing):
        bare = any(not c.unit for c in columns)
        return replace(above, unit=unit) if bare else above
    builder.problem(
        grid.where(row, column),
        message(
            "{text!r} below the table contradicts the unit above it, {unit!r}",
            text=text,
            unit=differing[0].unit,
        ),
    )
    return above


def _is_numeric(grid: Grid, body: list[int], column: int) -> bool:
    """Return whether a column holds figures; names of places in another language do not count."""
    cells = [grid.cell(row, column) for row in body if not is_empty(grid.cell(row, column))]
    words = [cell for cell in cells if isinstance(cell, str) and not looks_like_number(cell)]
    if not cells or (len(words) == len(cells) and all(place_of(cell) is not None for cell in words)):
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
) -> _Column:
    """Return what the header rows say of one column: its label in parts joined by a colon, its unit, its period."""
    period: str | None = None
    unit = ""
    part = False
    above = -1
    parts: list[str] = []
    english: list[str] = []
    last: tuple[int, int] | None = None
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
        stated = period_in(text)
        if stated is not None:
            period = stated
            continue
        own, inside = cell_name(text)
        unit = inside or unit
        part = part or is_part(text)
        kind = parts if own and HAN.search(own) else english
        if kind is parts and parts and above in full and not is_part(text):
            parts[-1] += own
        else:
            kind.append(own)
        above = row
    label = "：".join(part_ for part_ in parts or english if part_)
    return _Column(column, label, unit, period, part=part)


def _full_rows(grid: Grid, rows: list[int], columns: list[int], wide: set[int]) -> set[int]:
    """Return the header rows in which every column has a name of its own, so that the row below goes on with it."""
    found = set()
    for row in rows:
        texts = [shown(grid.cell(row, column)) for column in columns]
        if row not in wide and all(texts) and len(set(texts)) == len(texts):
            found.add(row)
    return found


def _check_columns(
    grid: Grid, columns: list[_Column], body: list[int], above: _Above, year: str | None, builder: Builder
) -> None:
    seen: dict[tuple[str, str | None], int] = {}
    for column in columns:
        where = grid.where(body[0], column.index)
        if column.period is None:
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


def _body(
    band: Band, block: Block, columns: list[_Column], above: _Above, seen: _Seen, builder: Builder
) -> None:
    grid = band.grid
    units = {
        c.index: column_units(grid, list(block.body), c.index, c.unit, strong=c.own, builder=builder)
        for c in columns
    }
    for row, place in block.body.items():
        if check_row(grid, row, columns[-1].index if columns else 0, builder):
            _row(band, row, place, columns, units, above, seen, builder)


def _row(
    band: Band,
    row: int,
    place: Place,
    columns: list[_Column],
    units: dict[int, dict[int, str]],
    above: _Above,
    seen: _Seen,
    builder: Builder,
) -> None:
    grid = band.grid
    name = shown(grid.cell(row, band.column))
    for column in columns:
        where = grid.where(row, column.index)
        place_key = place.adcode or re.sub(r"\s+", "", name)
        key = (place_key, column.period, f"{above.title}：{column.label}")
        if key in seen and place.kind == "subtotal" and seen[key][1] != band.column:
            key = (f"{place_key} {band.column}", *key[1:])
        if key in seen:
            line = grid.lines[seen[key][0]]
            builder.problem(
                where,
                message("{name!r} stands in row {line} already: duplicate rows", name=name, line=line),
            )
            return
        seen[key] = row, band.column
        value = read_number(grid.cell(row, column.index))
        if isinstance(value, Misread):
            builder.problem(where, value.said)
        elif value is None or column.period is None:
            builder.missing += 1
        else:
            unit = units[column.index].get(row, column.unit)
            figure = Figure(
                place.adcode or None, column.period, column.label, unit, value, where, above.title
            )
            _add(place, name, figure, builder)


def _add(place: Place, name: str, figure: Figure, builder: Builder) -> None:
    if place.kind == "province":
        builder.figures.append(figure)
    elif place.kind == "apart":
        builder.apart.append(figure)
    else:
        builder.subtotals.append(Subtotal(name, figure))


def _set_nation(builder: Builder) -> None:
    if not builder.figures:
        builder.figures.extend(s.figure for s in builder.subtotals if s.figure.adcode == NATION)
        builder.subtotals[:] = [s for s in builder.subtotals if s.figure.adcode != NATION]

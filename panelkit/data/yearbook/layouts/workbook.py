"""Tables of printed yearbooks: a title with number and year, a row of units, headers of several rows, places below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from panelkit.data.provinces import NATION, Place
from panelkit.data.yearbook.files.cells import read_number
from panelkit.data.yearbook.files.grid import Grid, shown
from panelkit.data.yearbook.layouts.bands import Band, label_column, split_bands
from panelkit.data.yearbook.layouts.blocks import Block, split_blocks, titled
from panelkit.data.yearbook.layouts.completeness import check_row, check_tail
from panelkit.data.yearbook.layouts.headings import (
    HAN,
    title_of,
    unit_in,
    unit_text,
)
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.named_columns import SheetColumn, takes_unit
from panelkit.data.yearbook.layouts.reading import Builder, FileReading, PrintedFigure
from panelkit.data.yearbook.layouts.shown_units import column_units
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.layouts.workbook_columns import (
    Above,
    Texts,
    check_columns,
    columns_of,
    one_unit,
)
from panelkit.data.yearbook.vocabulary.periods import parse_period, part_of_year, years_in
from panelkit.data.yearbook.vocabulary.printed_units import parse_unit, split_unit
from panelkit.data.yearbook.vocabulary.remarks import CONTINUED, NUMBERED, dated, is_remark
from panelkit.language.message import message
from panelkit.language.offers import offered

_CHAPTER = re.compile(
    r"\s*(?:[一二三四五六七八九十]+\s*[、.．]|第\s*[一二三四五六七八九十\d]+\s*[章篇编节]|第\s*[一二三四五六七八九十\d]+\s*部\s*分)?"
    r"\s*(?:综\s*合|概\s*况|总\s*体)(?:\s*[情状]\s*况)?\s*"
)
"""A chapter about everything; one about 高等学校 or 工业企业 narrows the table below it."""
_EDITION = re.compile(
    r"年鉴[》\s(（\[［—–－-]*(?:19|20)\d{2}|yearbook[\s(\[,—–-]*(?:19|20)\d{2}|(?:19|20)\d{2}\s*年?[《\s]*[\u3400-\u9fff]*年鉴",
    re.I,
)
_Seen = dict[tuple[int | str, str | None, str], tuple[int, int]]


@offered("layout", "workbook", family="sheet")
class Workbook(SheetLayout):
    """Tables of printed yearbooks."""

    order = 30

    @staticmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether a sheet has a column of provinces."""
        return label_column(grid) is not None

    @staticmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return the figures of the tables of the sheet."""
        return read_workbook(grid, year=told.year)


def read_workbook(grid: Grid, *, year: str | None = None) -> FileReading:
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
    beside: dict[int, tuple[Above, list[SheetColumn]]] = {}
    for number, band in enumerate(bands):
        above, columns = Above(), list[SheetColumn]()
        for order, block in enumerate(blocks[number]):
            left = beside.get(order)
            if order == 0 and left is not None:
                above = left[0]
            right = [one[order].above for one in blocks[number + 1 :] if order < len(one)]
            beyond = [one[order].above for one in blocks[:number] if order < len(one)]
            above = _take_above(grid, block, right, beyond, above, builder, below=order > 0)
            columns = columns_of(band, block, columns, above, left, year, builder)
            if block.body:
                above = _below(grid, block, columns, above, builder)
                columns = [
                    replace(c, unit=above.unit) if not c.unit and takes_unit(c.label, above.unit) else c
                    for c in columns
                ]
            beside[order] = above, columns
            check_columns(grid, columns, list(block.body), above, year, builder)
            _body(band, block, columns, above, seen, builder)
    check_tail(grid, [row for one in blocks for block in one for row in block.body], builder)
    _set_nation(builder)
    return builder.finish()


def _take_above(
    grid: Grid,
    block: Block,
    right: Sequence[Texts],
    beyond: Sequence[Texts],
    above: Above,
    builder: Builder,
    *,
    below: bool,
) -> Above:
    """Return the title, its year and the unit from the lines above a header, or else above a table beside it.

    A table `below` another with a title of its own takes no unit from that one.
    """
    texts = block.above
    if not above.title and not titled(texts):
        texts = texts + next((one for one in right if titled(one)), [])
    words = [re.sub(r"\s*[\r\n]+\s*", " ", text) for _, _, text in texts if not unit_text(text)]
    told = [
        text
        for text in words
        if (title := title_of(text))
        and not parse_unit(text)
        and not unit_text(title)
        and not parse_period(title)
    ]
    told = [text for text in told if not _EDITION.search(text)] or told
    named = _without_chapters([text for text in told if HAN.search(text)] or told)
    years = years_of(words)
    part = next((part for text in words if years_of([text]) and (part := part_of_year(text))), "")
    carried = above.unit
    if named:
        years = years or years_of([text for one in (*beyond, *right) for _, _, text in one])
        title = split_unit(title_of(named[0]))[0]
        carried = "" if below and title != above.title and not _goes_on(words) else carried
        goes_on = title == above.title and _goes_on(words) and not years
        year = above.year if goes_on else str(years.pop()) if len(years) == 1 else None
        above = replace(above, title=title, year=year, part=above.part if goes_on else "")
    elif len(years) == 1 and (not above.title or _goes_on(words) or len(words) == 1):
        above = replace(above, year=str(years.pop()))
    above = replace(above, unit=carried)
    if part:
        above = replace(above, year=None, part=part)
    units = (
        [item for item in texts if unit_text(item[2])] or _units_in_titles(texts) or _units_of(above, right)
    )
    return replace(above, unit=one_unit(grid, units, block, builder) or above.unit)


def _goes_on(words: list[str]) -> bool:
    return any(CONTINUED.search(text) for text in words)


def _without_chapters(lines: list[str]) -> list[str]:
    """Return the lines without 一、综合 and the like, where a title with a number of its own stands among them."""
    rest = [text for text in lines if not _CHAPTER.fullmatch(text)]
    return rest if any(map(NUMBERED.match, rest)) else lines


def _units_in_titles(texts: Texts) -> Texts:
    """Return the units that a title names, as in 各地区技术市场合同数（项）, or that are a cell of their own."""
    found = ((row, column, unit_in(text)) for row, column, text in texts if not is_remark(text))
    return [(row, column, f"({unit})") for row, column, unit in found if unit]


def _units_of(above: Above, others: Sequence[Texts]) -> Texts:
    """Return the units above the nearest table on the right that has any, where none stands above this one."""
    if above.unit:
        return []
    found = ([item for item in texts if unit_text(item[2])] for texts in others)
    return next((units for units in found if units), [])


def years_of(texts: Sequence[str]) -> set[int]:
    """Return the years that lines name, without those of editions and those since which something holds."""
    return set(years_in(_EDITION.sub("", dated(" ".join(texts)))))


def _below(grid: Grid, block: Block, columns: list[SheetColumn], above: Above, builder: Builder) -> Above:
    """Return what holds for a table whose unit stands below it: the unit, where none stands above."""
    if not block.units:
        return above
    row, column, text = block.units[-1]
    unit = one_unit(grid, block.units, block, builder)
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


def _body(
    band: Band, block: Block, columns: list[SheetColumn], above: Above, seen: _Seen, builder: Builder
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
    columns: list[SheetColumn],
    units: dict[int, dict[int, str]],
    above: Above,
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
        value = builder.number(where, read_number(grid.cell(row, column.index)))
        if value is not None and column.period is None:
            builder.missing += 1
        elif value is not None and column.period is not None:
            unit = units[column.index].get(row, column.unit)
            figure = PrintedFigure(
                place.adcode or None, column.period, column.label, unit, value, where, above.title
            )
            builder.add(place, name, figure)


def _set_nation(builder: Builder) -> None:
    if not builder.figures:
        builder.figures.extend(s.figure for s in builder.subtotals if s.figure.adcode == NATION)
        builder.subtotals[:] = [s for s in builder.subtotals if s.figure.adcode != NATION]

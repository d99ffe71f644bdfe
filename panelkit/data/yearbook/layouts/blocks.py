"""The rows of a printed table: what stands above it, its header, its places, and the footnotes below."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from panelkit.data.provinces import Place
from panelkit.data.yearbook.errors import Where
from panelkit.data.yearbook.files.cells import looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty, shown
from panelkit.data.yearbook.layouts.bands import Band
from panelkit.data.yearbook.layouts.headings import is_head, period_in, title_of, unit_text
from panelkit.data.yearbook.layouts.reading import Builder
from panelkit.data.yearbook.vocabulary.apart_rows import apart_row, is_told, plain_label
from panelkit.data.yearbook.vocabulary.near_places import stray_row
from panelkit.data.yearbook.vocabulary.place_labels import place_in, why_apart
from panelkit.data.yearbook.vocabulary.remarks import NUMBERED, goes_on, is_remark, opens_table
from panelkit.language.message import message

_CORNER = re.compile(
    r"省\s*[份市区别]|各\s*省|指\s*标|年\s*[份度]|时\s*间|名\s*称|[\\/／|]|province|region|area|indicator|item|year|time",
    re.I,
)
"""Words in the corner of a table, where places meet years or indicators."""

_SHORT = 8
"""Letters of the longest name of a row without figures; more are a footnote or a title."""

_LATIN_WORDS = re.compile(r"[A-Za-z][A-Za-z .,&()\r\n-]*")
_OPEN_TITLE = re.compile(r"[（(][^()（）]*(?:19|20)\d{2}[^()（）]*[)）]\s*$|^\s*(?:19|20)\d{2}\s*年")


@dataclass(slots=True)
class Block:
    """One table of a band: lines above, rows of the header, rows of places.

    Attributes
    ----------
    above : the lines above the header as (row, column, text); footnotes of the table before are not among them.
    header : the rows of the header; none where the columns of the table before go on.
    body : row -> place.
    units : units that stand below the last row of places, as (row, column, text).
    """

    above: list[tuple[int, int, str]] = field(default_factory=list)
    header: list[int] = field(default_factory=list)
    body: dict[int, Place] = field(default_factory=dict)
    units: list[tuple[int, int, str]] = field(default_factory=list)


def split_blocks(band: Band, builder: Builder) -> list[Block]:
    """Return the tables that stand below each other in one band; what is no part of any is a footnote or a problem."""
    grid, column = band.grid, band.column
    blocks: list[Block] = []
    waiting: list[int] = []
    headed = False
    first_head = _first_head(band)
    for row, cells in enumerate(grid.rows):
        label = grid.cell(row, column)
        place = place_in(grid, row, column)
        if (place is None or not place.adcode) and is_told(shown(label), grid.told_rows):
            builder.set_apart(grid.where(row), shown(label), _numbers(band, row), "told")
        elif place is None and blocks and _is_bare_apart(band, row):
            builder.set_apart(grid.where(row), shown(label), 0, why_apart(grid, shown(label)) or "rest")
        elif place is not None and blocks and _repeats(band, row, place, blocks[-1]):
            continue
        elif place is not None and not is_head(shown(label)):
            if waiting or not blocks:
                _open(band, waiting, blocks, builder)
            blocks[-1].body[row] = place
            waiting, headed = [], False
        elif all(is_empty(cell) for cell in cells):
            waiting.append(row)
        elif _is_stray(band, row, headed or bool(blocks)) and not _is_above(
            band, row, bool(blocks), first_head
        ):
            _stray(band, row, builder)
        else:
            headed = headed or is_head(shown(label))
            waiting.append(row)
    if blocks:
        _close(grid, waiting, blocks[-1], builder)
    return blocks


def _repeats(band: Band, row: int, place: Place, block: Block) -> bool:
    """Return whether a row holds nothing but the name of the row above it again, in another language."""
    filled = sum(not is_empty(cell) for cell in band.grid.rows[row])
    return filled == 1 and place.adcode > 0 and block.body.get(row - 1) == place


def _first_head(band: Band) -> int:
    """Return the row of the first header of places above the first place; -1 where none stands there."""
    for row in range(len(band.grid.rows)):
        text = shown(band.grid.cell(row, band.column))
        if is_head(text):
            return row
        if place_in(band.grid, row, band.column) is not None:
            break
    return -1


def _open(band: Band, rows: list[int], blocks: list[Block], builder: Builder) -> None:
    """Begin a table after the rows since the last place, or go on with it below a footnote."""
    grid = band.grid
    start = _header_start(band, rows, first=not blocks)
    if start is None and blocks:
        units = _units_in(grid, rows)
        texts = [row for row in rows if not all(is_empty(c) or _is_unit(c) for c in grid.rows[row])]
        builder.footnotes.extend(_lines(grid, texts))
        for row, column, text in (item for line in texts for item in _texts(grid, line)):
            if opens_table(text) and title_of(text):
                builder.problem(
                    grid.where(row, column),
                    message("the table {text!r} has no header above its first place", text=text),
                )
        if units:
            blocks.append(Block(above=units))
        return
    cut = len(grid.rows) if start is None else start
    block = Block(header=[row for row in rows if row >= cut and not _numbering(band, row)])
    block.header = [row for row in block.header if not is_remark(_first(grid, row)) and not _blank(grid, row)]
    block.above = _above(grid, [row for row in rows if row < cut], not blocks, builder)
    blocks.append(block)


def _close(grid: Grid, rows: list[int], block: Block, builder: Builder) -> None:
    """Take what stands below the last place: footnotes, and a unit that was printed there."""
    for row in rows:
        texts = [
            (row, column, shown(cell)) for column, cell in enumerate(grid.rows[row]) if not is_empty(cell)
        ]
        if texts and all(unit_text(text) and not is_remark(text) for _, _, text in texts):
            block.units += texts
        elif texts:
            builder.footnotes.append(" ".join(text for _, _, text in texts))


def _header_start(band: Band, rows: list[int], *, first: bool) -> int | None:
    """Return the first row of a header; None where no header stands between two rows of places."""
    grid, column = band.grid, band.column
    rows = [row for row in rows if not _blank(grid, row) and not is_remark(_first(grid, row))]
    for row in rows:
        if is_head(shown(grid.cell(row, column))):
            return row
    for row in rows:
        texts = [shown(cell) for cell in grid.rows[row] if not is_empty(cell)]
        named = [text for text in texts if not unit_text(text) and not NUMBERED.match(text)]
        listed = re.fullmatch(r"[(（]?\d{1,2}[)）.、．]?", texts[0])
        if len(named) >= 2 and not listed and (first or not is_empty(grid.cell(row, column))):
            return row
    return _lone_header(band, rows) if first else None


def _lone_header(band: Band, rows: list[int]) -> int | None:
    """Return the row that names the only column of figures, below a title and with nothing in the corner."""
    grid, column = band.grid, band.column
    rows = [row for row in rows if not _numbering(band, row)]
    while rows and all(
        is_period(cell) or looks_like_number(cell) for cell in grid.rows[rows[-1]] if not is_empty(cell)
    ):
        rows = rows[:-1]
    if not rows or not any(titled(_texts(grid, row)) for row in rows[:-1]):
        return None
    found = [at for at, cell in enumerate(grid.rows[rows[-1]]) if not is_empty(cell)]
    text = shown(grid.cell(rows[-1], found[0]))
    figures = {
        at
        for cells in grid.rows[rows[-1] + 1 :]
        for at, cell in enumerate(cells)
        if at > column and looks_like_number(cell)
    }
    lone = figures == set(found) and len(found) == 1
    return rows[-1] if lone and not unit_text(text) and not NUMBERED.match(text) else None


def _above(grid: Grid, rows: list[int], first: bool, builder: Builder) -> list[tuple[int, int, str]]:
    """Return the lines above a header, footnotes apart: those of the table before, and those about this one."""
    lines = [row for row in rows if not _blank(grid, row)]
    if not first:
        opening = [row for row in lines if any(opens_table(text) for _, _, text in _texts(grid, row))]
        if opening:
            builder.footnotes.extend(_lines(grid, [row for row in lines if row < opening[-1]]))
            lines = [row for row in lines if row >= opening[-1]]
    kept: list[tuple[int, int, str]] = []
    last: int | None = None
    for row in lines:
        texts = [item for item in _texts(grid, row) if not is_remark(item[2])]
        remarks = [text for _, _, text in _texts(grid, row) if is_remark(text)]
        below = last is not None and last == row - 1
        if not first and below and texts and not _is_plain(texts):
            if any(_OPEN_TITLE.search(text) or not goes_on(text) for _, _, text in texts):
                _unclear(grid.where(row), texts[0][2], builder)
            remarks += [text for _, _, text in texts]
            texts = []
        builder.footnotes.extend(remarks)
        last = row if remarks else None
        kept += texts
    return kept


def _is_plain(texts: list[tuple[int, int, str]]) -> bool:
    """Return whether texts below a footnote can be no further one: units, years, the opening of a table."""
    return all(unit_text(text) or period_in(text) or opens_table(text) for _, _, text in texts)


def _unclear(where: Where, text: str, builder: Builder) -> None:
    builder.problem(
        where,
        message(
            "is {text!r} a further footnote of the table above, or the title of the one below? Put "
            "an empty row above a title, or 注： before a footnote",
            text=text,
        ),
    )


def _is_stray(band: Band, row: int, below_header: bool) -> bool:
    """Return whether figures stand in a row whose label is no place; years above a table are a header."""
    grid, label = band.grid, shown(band.grid.cell(row, band.column))
    values = [cell for cell in grid.rows[row][band.column + 1 :] if looks_like_number(cell)]
    if not values or is_remark(label) or is_remark(_first(grid, row)) or _numbering(band, row):
        return False
    if is_head(label) or (not label and not _placed(grid, row, values)):
        return False
    if all(is_period(cell) for cell in values):
        return bool(label) and (below_header or not _heads_years(label, values))
    return bool(label) or below_header


def _heads_years(label: str, values: list[Cell]) -> bool:
    """Return whether numbers like years beside a label that is no head of places are a header all the same.

    2021, 2022, 2023 in a row are one beside any words but 平均; a number alone may be the figure of 沿海 or 直辖市.
    """
    if apart_row(label):
        return False
    periods = [period_in(shown(cell)) or "" for cell in values]
    steps = {later > earlier for earlier, later in pairwise(periods)}
    ordered = len(periods) > 1 and len(set(periods)) == len(periods) and len(steps) == 1
    return ordered or opens_table(label) or bool(_CORNER.search(label))


def _is_above(band: Band, row: int, begun: bool, first_head: int) -> bool:
    """Return whether a row with numbers is a line above a table, as a title with the number of its page."""
    label = shown(band.grid.cell(row, band.column))
    if begun or not label:
        return opens_table(label)
    return row < first_head


def _placed(grid: Grid, row: int, values: list[Cell]) -> bool:
    """Return whether a row without a label holds figures, and not years or words."""
    texts = [cell for cell in grid.rows[row] if isinstance(cell, str) and not is_empty(cell)]
    return not all(is_period(cell) for cell in values) and len(values) > len(texts) - len(
        [cell for cell in texts if looks_like_number(cell)]
    )


def is_period(cell: Cell) -> bool:
    """Return whether a header cell is a period; of numbers, only four digits are one."""
    if isinstance(cell, float):
        return cell.is_integer() and 1000 <= cell <= 9999
    return period_in(shown(cell)) is not None


def _numbering(band: Band, row: int) -> bool:
    """Return whether a row numbers the columns: 1, 2, 3 ... beside 甲 or nothing."""
    label = shown(band.grid.cell(row, band.column))
    cells = [shown(cell) for cell in band.grid.rows[row][band.column + 1 :] if not is_empty(cell)]
    numbers = [re.match(r"[(（]?(\d{1,3})(?:[)）]|\s*=[\d+＋*×/÷()%\s-]+)?$", text) for text in cells]
    found = [int(number.group(1)) for number in numbers if number]
    return (
        (len(cells) > 1 or (len(cells) == 1 and label in ("甲", "栏次")))
        and len(found) == len(cells)
        and label in ("", "甲", "A", "栏次")
        and found == list(range(found[0], found[0] + len(found)))
        and found[0] in (0, 1, 2)
    )


def _stray(band: Band, row: int, builder: Builder) -> None:
    """Set a row apart that is known to be no province; any other that holds figures is a problem."""
    grid, column = band.grid, band.column
    name = shown(grid.cell(row, column))
    why = why_apart(grid, name)
    if why is not None:
        builder.set_apart(grid.where(row), name, _numbers(band, row), why)
        return
    beside = [shown(cell) for cell in grid.rows[row] if isinstance(cell, str)]
    taken = {place.adcode for at in range(len(grid.rows)) if (place := place_in(grid, at, column))}
    builder.problem(
        grid.where(row, column),
        stray_row(name, grid.places, beside, taken),
    )


def _numbers(band: Band, row: int) -> int:
    """Return how many numbers stand in a row of a table."""
    return sum(looks_like_number(cell) for cell in band.grid.rows[row][band.column + 1 :])


def _is_bare_apart(band: Band, row: int) -> bool:
    """Return whether a row amid or below the places is about no province and holds no figure at all."""
    grid, label = band.grid, shown(band.grid.cell(row, band.column))
    if (
        why_apart(grid, label) is None
        or len(plain_label(label)) > _SHORT
        or is_remark(label)
        or opens_table(label)
    ):
        return False
    others = (shown(cell) for cell in grid.rows[row][band.column + 1 :] if not is_empty(cell))
    return all(read_number(text) is None or _LATIN_WORDS.fullmatch(text) for text in others)


def _blank(grid: Grid, row: int) -> bool:
    return all(is_empty(cell) for cell in grid.rows[row])


def _first(grid: Grid, row: int) -> str:
    return next((shown(cell) for cell in grid.rows[row] if not is_empty(cell)), "")


def _is_unit(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(unit_text(shown(cell))) and not is_remark(cell)


def _units_in(grid: Grid, rows: list[int]) -> list[tuple[int, int, str]]:
    return [
        (row, column, shown(cell))
        for row in rows
        for column, cell in enumerate(grid.rows[row])
        if _is_unit(cell)
    ]


def _texts(grid: Grid, row: int) -> list[tuple[int, int, str]]:
    return [
        (row, column, shown(cell))
        for column, cell in enumerate(grid.rows[row])
        if not is_empty(cell) and not isinstance(cell, float)
    ]


def _lines(grid: Grid, rows: list[int]) -> list[str]:
    found = [" ".join(shown(cell) for cell in grid.rows[row] if not is_empty(cell)) for row in rows]
    return [line for line in found if line]


def titled(texts: list[tuple[int, int, str]]) -> list[str]:
    """Return the lines that have words beside number, year and unit."""
    return [text for _, _, text in texts if not unit_text(text) and title_of(text)]

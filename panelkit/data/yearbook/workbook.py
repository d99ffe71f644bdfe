"""Tables of printed yearbooks: a title with number and year, a row of units, headers of several rows, places below."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from panelkit.data.provinces import NATION, Place
from panelkit.data.yearbook.cells import Misread, in_chinese_digits, read_number
from panelkit.data.yearbook.grid import Grid, is_empty, shown
from panelkit.data.yearbook.periods import in_range, parse_period, years_in
from panelkit.data.yearbook.places import place_of
from panelkit.data.yearbook.reading import Builder, Figure, Reading, Subtotal
from panelkit.data.yearbook.units import parse_unit, split_unit

_HAN = re.compile(r"[\u3400-\u9fff]")
_ACRONYM = re.compile(r"[A-Z][A-Z&]{0,5}")
_HEADS = {"地区", "省份", "省市", "地区名称", "省市区", "省区市", "region", "province", "area", "regions"}
_UNIT = re.compile(r"(?:计量)?单\s*位\s*[:：]\s*(.+)|unit\s*[:：]\s*(.+)", re.I | re.S)
_NUMBERED = re.compile(r"^\s*(?:表|附表|table)?\s*\d+\s*[-－–—.]\s*\d+(?:\s*[-－–—.]\s*\d+)*\s*", re.I)
_YEAR_NOTE = re.compile(r"[（(]\s*(?:\d{4}\s*[-－–—~～]\s*)?\d{4}\s*年?\s*[)）]|^\s*\d{4}\s*年\s*")
_EDITION = re.compile(
    r"年鉴[》\s(（\[［—–－-]*(?:19|20)\d{2}|yearbook[\s(\[,—–-]*(?:19|20)\d{2}|(?:19|20)\d{2}\s*年?[《\s]*[\u3400-\u9fff]*年鉴",
    re.I,
)
_CONTINUED = re.compile(r"续表\s*\d*|[（(]续\s*\d*[)）]|continued", re.I)
_APART = re.compile(
    r"(?:新疆)?(?:生产)?建设?兵团|计划单列市|(?:大\s*连|宁\s*波|厦\s*门|青\s*岛|深\s*圳)市?|不分地区|不明|国外|境外|中央|地方"
)
_LABEL_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of numbers, as its header names it."""

    index: int
    label: str
    unit: str
    period: str | None


@dataclass(slots=True)
class _Above:
    """What the rows above the headers say; carried on to a continued table."""

    title: str = ""
    unit: str = ""
    year: str | None = None


def is_workbook_table(grid: Grid) -> bool:
    """Return whether a sheet has a column of provinces."""
    return _label_column(grid) is not None


def read_workbook(grid: Grid, *, year: str | None = None) -> Reading:
    """Return the figures of one yearbook table.

    `year` is the period for a table that names none.

    Raises
    ------
    YearbookError
        With every cell, header and row that cannot be read.
    """
    builder = Builder("workbook")
    column = _label_column(grid)
    if column is None:
        builder.problem(grid.where(), "no column of provinces", "找不到省份列")
        return builder.finish()
    above = _Above()
    seen: dict[tuple[int | str, str | None, str], int] = {}
    rows = list(range(len(grid.rows)))
    places = {row: place for row in rows if (place := place_of(grid.cell(row, column))) is not None}
    for head, body in _blocks(grid, column, places, builder):
        columns = _header(grid, column, head, body, above, year, builder)
        for row in body:
            _row(grid, row, places[row], columns, above, seen, builder)
    _set_nation(builder)
    return builder.finish()


def _label_column(grid: Grid) -> int | None:
    counts: Counter[int] = Counter()
    for cells in grid.rows:
        for column, cell in enumerate(cells[:_LABEL_COLUMNS]):
            if isinstance(cell, str) and place_of(cell) is not None:
                counts[column] += 1
    if not counts:
        return None
    most = max(counts.values())
    return min(column for column, count in counts.items() if count == most)


def _blocks(
    grid: Grid, column: int, places: dict[int, Place], builder: Builder
) -> list[tuple[list[int], list[int]]]:
    """Return (rows above, rows of places) for every table on the sheet; rows below the last are footnotes."""
    blocks: list[tuple[list[int], list[int]]] = []
    above: list[int] = []
    for row, cells in enumerate(grid.rows):
        if row in places:
            if not blocks or _has_header(grid, column, above):
                blocks.append((above, []))
            else:
                builder.footnotes.extend(_lines(grid, above))
            blocks[-1][1].append(row)
            above = []
        elif not all(is_empty(cell) for cell in cells):
            if blocks and _has_numbers(grid, row, column):
                _stray(grid, row, column, builder)
            else:
                above.append(row)
    builder.footnotes.extend(_lines(grid, above))
    return blocks


def _has_header(grid: Grid, column: int, rows: list[int]) -> bool:
    return any(
        sum(not is_empty(cell) for cell in grid.rows[row]) >= 2 and not is_empty(grid.cell(row, column))
        for row in rows
    ) or any(_plain(shown(grid.cell(row, column))) in _HEADS for row in rows)


def _has_numbers(grid: Grid, row: int, column: int) -> bool:
    """Return whether figures stand in a row beside its label; the years of a repeated header do not count."""
    values = [cell for cell in grid.rows[row][column + 1 :] if not is_empty(cell)]
    if values and all(parse_period(shown(cell)) is not None for cell in values):
        return False
    return any(
        isinstance(cell, float) or (isinstance(cell, str) and cell.strip()[:1].isdigit()) for cell in values
    )


def _stray(grid: Grid, row: int, column: int, builder: Builder) -> None:
    name = shown(grid.cell(row, column))
    if _APART.search(re.sub(r"\s+", "", name)):
        builder.notes.append(f"{grid.where(row).en()}: {name!r} is no province: left out")
        return
    builder.problem(
        grid.where(row, column),
        f"figures in a row that is no province or region: {name!r}",
        f"“{name}”不是已知的省份或地区，但该行有数据",
    )


def _lines(grid: Grid, rows: list[int]) -> list[str]:
    return [" ".join(shown(cell) for cell in grid.rows[row] if not is_empty(cell)) for row in rows]


def _header(
    grid: Grid,
    column: int,
    head: list[int],
    body: list[int],
    above: _Above,
    year: str | None,
    builder: Builder,
) -> list[_Column]:
    """Return the columns of numbers of a block, after the rows above its headers have been taken in."""
    start = _header_start(grid, column, head)
    _take_above(grid, [row for row in head if row < start], above, builder)
    rows = [row for row in head if row >= start]
    _take_units_beside(grid, rows, above)
    spans = _spans(grid)
    columns = []
    for index in range(column + 1, max((len(grid.rows[row]) for row in body), default=0)):
        if not _is_numeric(grid, body, index):
            continue
        named = _name(grid, rows, index, spans, column)
        if not named.label and not above.title:
            builder.problem(
                grid.where(body[0], index), "figures in a column without a header", "有数据的列没有表头"
            )
            continue
        period = named.period or above.year or parse_period(grid.sheet) or year
        columns.append(_Column(index, named.label, named.unit or above.unit, period))
    _check_columns(grid, columns, body, above, year, builder)
    return columns


def _header_start(grid: Grid, column: int, head: list[int]) -> int:
    for row in head:
        if _plain(shown(grid.cell(row, column))) in _HEADS:
            return row
    for row in head:
        cells = [shown(cell) for cell in grid.rows[row] if not is_empty(cell)]
        named = [cell for cell in cells if not _unit_text(cell) and not _NUMBERED.match(cell)]
        if len(named) >= 2:
            return row
    return (head[-1] + 1) if head else 0


def _plain(text: str) -> str:
    squeezed = re.sub(r"\s+", "", text)
    han = "".join(_HAN.findall(squeezed))
    return han or squeezed.casefold()


def _take_above(grid: Grid, rows: list[int], above: _Above, builder: Builder) -> None:
    """Read the title, its year and the unit from the rows above the headers."""
    titles: list[str] = []
    units: list[tuple[int, int, str]] = []
    for row in rows:
        for column, cell in enumerate(grid.rows[row]):
            text = shown(cell)
            if not text:
                continue
            unit = _unit_text(text)
            if unit:
                units.append((row, column, unit))
            else:
                titles.append(re.sub(r"\s*[\r\n]+\s*", " ", text))
    told = [title for title in titles if _title(title)]
    told = [title for title in told if not _EDITION.search(title)] or told
    named = [title for title in told if _HAN.search(title)] or told
    if named:
        above.title = _title(named[0])
        years = set(years_in(_EDITION.sub("", " ".join(titles))))
        above.year = str(years.pop()) if len(years) == 1 else None
    known = {parse_unit(unit): unit for _, _, unit in reversed(units) if parse_unit(unit)}
    if len(known) > 1:
        row, column, _ = units[-1]
        builder.problem(
            grid.where(row, column),
            f"two units that contradict each other: {', '.join(sorted(known.values()))}",
            f"两个单位互相矛盾：{'、'.join(sorted(known.values()))}",
        )
    if units:
        above.unit = next(iter(known.values()), units[0][2])


def _take_units_beside(grid: Grid, rows: list[int], above: _Above) -> None:
    """Read a unit that stands inside the header rows, as `单位：万元`."""
    for row in rows:
        for cell in grid.rows[row]:
            if _UNIT.match(shown(cell)):
                above.unit = _unit_text(shown(cell)) or above.unit


def _unit_text(text: str) -> str:
    """Return the unit of `单位:万元 / (10 000 yuan)` or `(10 000 yuan)`, in Chinese where both stand; or nothing."""
    match = _UNIT.match(text.strip())
    inside = (match.group(1) or match.group(2)).strip() if match else ""
    if not match:
        bare = re.fullmatch(r"[（(]\s*([^()（）]+?)\s*[)）]", text.strip())
        return bare.group(1) if bare and parse_unit(bare.group(1)) else ""
    pieces = [
        inside,
        *re.split(r"\s*[（(]|\s+/\s*|\s{2,}|[\r\n]+", inside),
        *re.split(r"\s*/\s*|\s+", inside),
    ]
    return next((piece.strip("()（） ") for piece in pieces if parse_unit(piece.strip("()（） "))), inside)


def _title(text: str) -> str:
    cut = _CONTINUED.sub("", _YEAR_NOTE.sub("", _NUMBERED.sub("", text)))
    return re.sub(r"\s+", "", cut) if _HAN.search(cut) else cut.strip()


def _spans(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """Return cell -> first cell of the merged area it lies in."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for top, left, bottom, right in grid.merged:
        if (bottom - top + 1) * (right - left + 1) > 10_000:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                spans[row, column] = (top, left)
    return spans


def _is_numeric(grid: Grid, body: list[int], column: int) -> bool:
    """Return whether a column holds figures; names of places in another language do not count."""
    cells = [grid.cell(row, column) for row in body if not is_empty(grid.cell(row, column))]
    if not cells or all(isinstance(cell, str) and place_of(cell) is not None for cell in cells):
        return False
    return not all(
        isinstance(cell, str)
        and isinstance(read_number(cell), Misread)
        and not re.search(r"\d", cell)
        and not in_chinese_digits(cell)
        for cell in cells
    )


def _name(
    grid: Grid, rows: list[int], column: int, spans: dict[tuple[int, int], tuple[int, int]], first: int
) -> _Column:
    """Return what the header rows say of one column: its label in parts joined by a colon, its unit, its period."""
    period: str | None = None
    unit = ""
    parts: list[str] = []
    english: list[str] = []
    last: tuple[int, int] | None = None
    for row in rows:
        spot = spans.get((row, column)) or _heading(grid, rows, row, column, first)
        if spot == last:
            continue
        last = spot
        text = shown(grid.cell(*spot))
        if not text or _UNIT.match(text):
            continue
        stated = parse_period(re.sub(r"\s+", "", text))
        if stated is not None:
            period = stated
            continue
        own, inside = _cell_name(text)
        unit = inside or unit
        (parts if own and _HAN.search(own) else english).append(own)
    label = "：".join(part for part in parts or english if part)
    return _Column(column, label, unit, period)


def _heading(grid: Grid, rows: list[int], row: int, column: int, first: int) -> tuple[int, int]:
    """Return the cell that heads a column in a header row without merged areas.

    An empty cell belongs to the heading on its left, as in a table saved without its merged cells, where both that
    heading and this column have names of their own below.
    """
    below = [other for other in rows if other > row]
    if any(top <= row <= bottom and right > left for top, left, bottom, right in grid.merged):
        return row, column
    at = column
    while at > first and is_empty(grid.cell(row, at)) and _named_below(grid, below, at):
        at -= 1
    return (row, at) if at > first and _named_below(grid, below, at) else (row, column)


def _named_below(grid: Grid, below: list[int], column: int) -> bool:
    texts = [shown(grid.cell(row, column)) for row in below]
    return any(text and not _UNIT.match(text) and not _bare_unit(text) for text in texts)


def _cell_name(text: str) -> tuple[str, str]:
    """Return (name, unit) of a header cell: its Chinese lines joined, or all of it where it has none."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]
    chinese = [line for line in lines if _HAN.search(line) or _ACRONYM.fullmatch(line)]
    unit = next((found for line in lines if (found := _bare_unit(line))), "")
    kept = chinese if any(_HAN.search(line) for line in chinese) else lines
    joined = "".join(line for line in kept if not _bare_unit(line)) if kept is chinese else " ".join(kept)
    if len(lines) == 1 and parse_unit(joined):
        return "", joined
    name, inside = split_unit(re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", joined))
    name = re.sub(r"^[#＃\s]+|^其中\s*[:：]?\s*", "", _without_english(name))
    return name, inside or unit


def _bare_unit(line: str) -> str:
    bare = re.fullmatch(r"[（(]\s*([^()（）]+?)\s*[)）]", line)
    return bare.group(1) if bare and parse_unit(bare.group(1)) else ""


def _without_english(name: str) -> str:
    """Return a one-line bilingual name without the English behind the Chinese."""
    return (
        re.sub(r"(?<=[\u3400-\u9fff])\s+[A-Za-z][A-Za-z ,.'’&()\-]*$", "", name)
        if _HAN.search(name)
        else name
    )


def _check_columns(
    grid: Grid, columns: list[_Column], body: list[int], above: _Above, year: str | None, builder: Builder
) -> None:
    seen: dict[tuple[str, str | None], int] = {}
    for column in columns:
        where = grid.where(body[0], column.index)
        if column.period is None:
            builder.problem(
                where,
                f"neither the title nor a header names the year of these figures ({above.title or 'no title'!r}): say "
                "which with `--year`",
                f"标题和表头都没有年份（{above.title or '无标题'}）：请用 --year 指定",
            )
        elif not in_range(column.period):
            builder.problem(
                where, f"the year {column.period} is out of range", f"年份{column.period}超出范围"
            )
        elif year is not None and above.year is not None and above.year != year:
            builder.problem(
                where, f"the table is about {above.year}, not {year}", f"表格年份为{above.year}，并非{year}"
            )
        key = (column.label, column.period)
        if key in seen:
            builder.problem(
                where,
                f"two indicators under one name: {column.label!r} stands in column {seen[key] + 1} already",
                f"两个指标同名：“{column.label}”已见于第{seen[key] + 1}列",
            )
        seen[key] = column.index


def _row(
    grid: Grid,
    row: int,
    place: Place,
    columns: list[_Column],
    above: _Above,
    seen: dict[tuple[int | str, str | None, str], int],
    builder: Builder,
) -> None:
    name = shown(grid.cell(row, _label_index(grid, row)))
    for column in columns:
        where = grid.where(row, column.index)
        place_key = place.adcode or re.sub(r"\s+", "", name)
        key = (place_key, column.period, f"{above.title}：{column.label}")
        if key in seen:
            line = grid.lines[seen[key]]
            builder.problem(
                where,
                f"{name!r} stands in row {line} already: duplicate rows",
                f"“{name}”已见于第{line}行：重复",
            )
            return
        seen[key] = row
        value = read_number(grid.cell(row, column.index))
        if isinstance(value, Misread):
            builder.problem(where, value.en, value.zh)
        elif value is None or column.period is None:
            builder.missing += 1
        else:
            figure = Figure(
                place.adcode or None, column.period, column.label, column.unit, value, where, above.title
            )
            _add(place, name, figure, builder)


def _label_index(grid: Grid, row: int) -> int:
    return next(i for i, cell in enumerate(grid.rows[row]) if place_of(cell) is not None)


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

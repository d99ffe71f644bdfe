"""What a title, a line of units and a cell of a table's header say."""

from __future__ import annotations

import re
from collections import Counter

from panelkit.data.yearbook.errors import refuse
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.vocabulary.periods import arabic_years, parse_period
from panelkit.data.yearbook.vocabulary.printed_units import (
    is_plain_unit,
    listed_units,
    parse_unit,
    split_unit,
    unit_behind,
)
from panelkit.data.yearbook.vocabulary.remarks import CONTINUED, NUMBERED
from panelkit.language.message import Message, message

HAN = re.compile(r"[\u3400-\u9fff]")
HEADS = {
    "地区", "各地区", "地区别", "分地区", "省", "省份", "各省份", "省市", "地区名称", "省份名称", "省市名称",
    "地区名", "省名", "行政区", "省级行政区", "区域", "省市区", "省区市", "省市自治区",
    "省自治区直辖市", "项目", "region", "province", "area", "regions", "provinces",
    "areas", "item",
}  # fmt: skip
"""Headers of a column of places, without blanks and marks."""

NOT_FIGURES = {"序号", "编号", "代码", "行政区划代码", "地区代码", "区划代码", "no", "no.", "code", "adcode"}
"""Headers of a column that holds no figures; so is whatever ends in 代码 or 编码."""
_NUMBERS = re.compile(r".*(?:代码|编码|邮编)|行次|行号|序|序列|id|省码")

UNIT = re.compile(r"(?:计量)?单\s*位\s*[:：]\s*(.+)|unit\s*[:：]\s*(.+)", re.I | re.S)
_UNIT_WITHIN = re.compile(r"单\s*位\s*[:：为]\s*([^\s()（）\[\]，,。；;]+)")
_BRACKETS = re.compile(r"[（(\[【]([^()（）\[\]【】]*)[)）\]】]")
_YEAR_NOTE = re.compile(r"[（(]\s*(?:\d{4}\s*[-－–—~～]\s*)?\d{4}\s*年?\s*[)）]|^\s*\d{4}\s*年\s*")
_ACRONYM = re.compile(r"[A-Z][A-Z&]{0,5}")
_TRANSLATION = re.compile(
    r"(?<=[\u3400-\u9fff)）])(?:\s+(?=[^\u3400-\u9fff]*[a-z]{2})[A-Za-z]|[A-Z][a-z]{3,}(?=[\s(（,]|$))[^\u3400-\u9fff]*$"
)
"""English behind Chinese: behind a blank and with small letters, or a word that touches it."""
_MARK_BEHIND = re.compile(r"(?<=[\u3400-\u9fff)）])\s*[①-⑳⑴-⑽*＊※†‡¹²³⁴⁵⁶⁷⁸⁹⁰]+$")
_OF_WHICH = re.compile(r"^[#＃\s]+|^其中\s*[:：]?\s*")
Spans = dict[tuple[int, int], tuple[int, int]]


def plain(text: str) -> str:
    """Return a header's Chinese characters, or where it has none the text in lower case, without blanks."""
    squeezed = re.sub(r"\s+", "", text)
    han = "".join(HAN.findall(squeezed))
    return han or squeezed.casefold()


def is_head(text: str) -> bool:
    """Return whether a cell heads a column of places."""
    return plain(CONTINUED.sub("", text)) in HEADS


def unit_text(text: str) -> str:
    """Return the unit of `单位:万元 / (10 000 yuan)` or `(10 000 yuan)`, in Chinese where both stand; or nothing."""
    match = UNIT.match(_within_brackets(text))
    inside = (match.group(1) or match.group(2)).strip() if match else ""
    if not match:
        return bare_unit(text.strip())
    if listed_units(inside):
        return inside
    pieces = [
        inside,
        *re.split(r"\s*[（(]|\s+/\s*|\s{2,}|[\r\n]+", inside),
        *re.split(r"\s*/\s*|\s+", inside),
    ]
    return next((piece.strip("()（） ") for piece in pieces if parse_unit(piece.strip("()（） "))), inside)


def _within_brackets(text: str) -> str:
    """Return （单位：亿元） without its brackets, any other text as it is."""
    line = text.strip()
    inside = re.fullmatch(r"[（(【\[]\s*((?:计量)?单\s*位\s*[:：].*?)\s*[)）】\]]", line, re.S)
    return inside.group(1) if inside else line


def unit_in(title: str) -> str:
    """Return the unit that stands within a title: behind 单位：, in brackets, behind a stroke, or as all of it."""
    line = title.strip()
    if parse_unit(line):
        return line
    stated = _UNIT_WITHIN.search(line)
    if stated and parse_unit(stated.group(1)):
        return stated.group(1)
    plain = title_of(line)
    pieces = [piece for inside in _BRACKETS.findall(line) for piece in re.split(r"[,，、;；]", inside)]
    pieces += plain.rsplit("/", 1)[1:] if HAN.search(plain) else []
    return next((piece.strip() for piece in reversed(pieces) if parse_unit(piece.strip())), "")


def bare_unit(line: str) -> str:
    """Return the unit of a line that holds nothing else, in brackets."""
    bare = re.fullmatch(r"[（(]\s*([^()（）]+?)\s*[)）]", line)
    return bare.group(1) if bare and parse_unit(bare.group(1)) else ""


def title_of(text: str) -> str:
    """Return a title without its number, its year and the word that it goes on."""
    cut = CONTINUED.sub("", _YEAR_NOTE.sub("", NUMBERED.sub("", arabic_years(text))))
    return re.sub(r"\s+", "", _TRANSLATION.sub("", cut.strip())) if HAN.search(cut) else cut.strip()


def spans_of(grid: Grid, rows: set[int]) -> Spans:
    """Return cell -> first cell of the merged area it lies in, for the rows of a header.

    Raises
    ------
    YearbookError
        If the areas lie over each other so often that no program can have written them.
    """
    spans: Spans = {}
    if not rows:
        return spans
    first, last = min(rows), max(rows)
    width = max(len(grid.rows[row]) for row in rows)
    work = 0
    for top, left, bottom, right in grid.merged:
        if bottom < first or top > last or left >= width:
            continue
        low, high, end = max(top, first), min(bottom, last), min(right, width - 1)
        work += (high - low + 1) * (end - left + 1)
        if work > 2 * limits.CELLS:
            raise refuse(
                grid.where(),
                message("merged areas lie over each other: the workbook is damaged"),
            )
        for row in range(low, high + 1):
            for column in range(left, end + 1):
                spans[row, column] = (top, left)
    return spans


def wide_rows(grid: Grid, rows: set[int]) -> set[int]:
    """Return the rows of a header in which a merged area covers several columns."""
    opened: Counter[int] = Counter()
    for top, left, bottom, right in grid.merged:
        if right > left:
            opened[top] += 1
            opened[bottom + 1] -= 1
    found, depth, edges = set(), 0, sorted(opened)
    at = 0
    for row in sorted(rows):
        while at < len(edges) and edges[at] <= row:
            depth += opened[edges[at]]
            at += 1
        if depth > 0:
            found.add(row)
    return found


def heading(
    grid: Grid, rows: list[int], row: int, column: int, first: int, wide: set[int]
) -> tuple[int, int]:
    """Return the cell that heads a column in a header row without merged areas.

    An empty cell belongs to the heading on its left, as in a table saved without its merged cells, where both that
    heading and this column have names of their own below.
    """
    below = [other for other in rows if other > row]
    if row in wide:
        return row, column
    at = column
    while at > first and is_empty(grid.cell(row, at)) and _named_below(grid, below, at):
        at -= 1
    return (row, at) if at > first and _named_below(grid, below, at) else (row, column)


def _named_below(grid: Grid, below: list[int], column: int) -> bool:
    texts = [shown(grid.cell(row, column)) for row in below]
    return any(text and not UNIT.match(text) and not bare_unit(text) for text in texts)


def cell_name(text: str) -> tuple[str, str]:
    """Return (name, unit) of a header cell: its Chinese lines joined, or all of it where it has none."""
    lines = _without_translation([line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()])
    chinese = [line for line in lines if HAN.search(line) or _ACRONYM.fullmatch(line)]
    unit = next((found for line in lines if (found := bare_unit(line))), "")
    kept = chinese if any(HAN.search(line) for line in chinese) else lines
    lone = kept[-1] if kept is chinese and len(kept) > 1 and is_plain_unit(kept[-1]) else ""
    joined = "".join(line for line in kept if not bare_unit(line)) if kept is chinese else " ".join(kept)
    joined = joined.removesuffix(lone)
    if len(lines) == 1 and parse_unit(joined):
        return "", joined
    joined, behind = unit_behind(_MARK_BEHIND.sub("", joined))
    unit = unit or lone or behind
    name, inside = split_unit(re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", joined))
    name, before = split_unit(_without_english(name))
    return _OF_WHICH.sub("", name), before or inside or unit


def _without_translation(lines: list[str]) -> list[str]:
    """Return the lines of a header cell without an acronym that begins the English below the Chinese (R&D Projects)."""
    last = max((at for at, line in enumerate(lines) if HAN.search(line)), default=None)
    if last is None or all(_ACRONYM.fullmatch(line) for line in lines[last + 1 :]):
        return lines
    return [line for at, line in enumerate(lines) if at <= last or not _ACRONYM.fullmatch(line)]


def is_numbering(text: str) -> bool:
    """Return whether a header says that its column numbers rows or places, and holds no figures."""
    name = plain(text)
    return name in NOT_FIGURES or bool(_NUMBERS.fullmatch(name))


def is_part(text: str) -> bool:
    """Return whether a header says that its column is part of the one on its left."""
    return bool(_OF_WHICH.match(text.strip()))


def nameless_part(text: str) -> Message:
    """Return what is wrong with a header that is 其中 and nothing else: its title would name it, as a whole."""
    return message(
        "{text!r} says that the figures are a part of others, and not which part: write it there, as 其中：出口",
        text=text,
    )


def period_in(text: str) -> str | None:
    """Return the period that a header cell is, blanks apart."""
    return parse_period(re.sub(r"\s+", "", text))


def _without_english(name: str) -> str:
    """Return a one-line bilingual name without the English behind the Chinese, be it only a word that touches it."""
    if not HAN.search(name):
        return name
    return _TRANSLATION.sub("", name)

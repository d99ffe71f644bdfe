"""Lines around a table in a document: which above are its caption, which below its notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from panelkit.audit.reading.sheet import Sheet, Span, blank, is_title, sheet_of

_NOTE = re.compile(
    r"\s*[\[(（【]?\s*(?:注|说明|备注|(?:资料|数据)?来源|括号|括弧|方括号|notes?\b|sources?\b"
    r"|(?:robust |clustered )?standard errors?"
    r"|(?:absolute )?[tzp][- ](?:stat|val|ratio)|[*∗＊†‡+]|[a-c]\s*[,、]?\s*p\s*<|significan|signif\.?\s*codes?)",
    re.I,
)
_LEVELS = re.compile(r"p\s*[<＜≤]\s*0?\.\d|(?:\*|∗|＊).{0,40}\d\s*%|\d\s*%.{0,20}(?:显著|significan)", re.I)
_ABOVE = 3
_BELOW = 8


@dataclass(frozen=True)
class Grid:
    """A table of a document: its rows, merged cells, the caption and the notes marked as its own."""

    rows: list[list[str]]
    merged: list[Span]
    caption: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of text outside tables; `caption` where the document marks it as one."""

    text: str
    caption: bool = False


def is_note(text: str) -> bool:
    """Return whether a line reads like the note of a table."""
    return bool(_NOTE.match(text) or (len(text) < 400 and _LEVELS.search(text)))


def in_order(blocks: Sequence[Line | Grid], source: str) -> list[Sheet]:
    """Return the tables of a document with the captions above and the notes below them."""
    found = []
    for at, block in enumerate(blocks):
        if not isinstance(block, Grid):
            continue
        above = [] if block.caption else _above(blocks, at)
        below = _below(blocks, at)
        if not above and not block.caption and below and is_title(below[0]):
            above, below = below[:1], below[1:]
        titles = [block.caption] if block.caption else above
        found.append(
            sheet_of(
                block.rows,
                source=source,
                title=" ".join(titles),
                notes=[*block.notes, *below],
                merged=block.merged,
            )
        )
    return [sheet for sheet in found if sheet.cells]


def _above(blocks: Sequence[Line | Grid], at: int) -> list[str]:
    """Return the caption among the lines before a table: lines that name a table, and units between."""
    lines: list[str] = []
    between: list[str] = []
    for block in reversed(blocks[max(0, at - _ABOVE - 1) : at]):
        if isinstance(block, Grid) or (len(block.text) > 300):
            break
        if block.caption or is_title(block.text):
            lines = [block.text, *between, *lines]
            between = []
        elif lines or is_note(block.text):
            break
        else:
            between = [block.text, *between]
    return lines


def _below(blocks: Sequence[Line | Grid], at: int) -> list[str]:
    """Return the notes among the lines after a table; a title stands there where no table follows it."""
    lines: list[str] = []
    for place in range(at + 1, min(at + 1 + _BELOW, len(blocks))):
        block = blocks[place]
        if isinstance(block, Grid):
            return [line for line in lines if not is_title(line)]
        if blank(block.text):
            continue
        titled = is_title(block.text) or block.caption
        if (titled and not lines) or (is_note(block.text) and not titled):
            lines.append(block.text)
        else:
            break
    return lines

"""Text whose columns are aligned by two or more blanks: where a cell stands says which column it is in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from panelkit.audit.reading.around import is_note
from panelkit.audit.reading.console import is_legend, pieces_of, unmarked
from panelkit.audit.reading.raw import count_cells
from panelkit.audit.reading.ruled import is_ruler
from panelkit.audit.reading.sheet import Span, is_title
from panelkit.audit.reading.single_blanks import is_figure, parts_unclear
from panelkit.language.errors import DataError

_COUNTER = re.compile(r"[(\[（]\d{1,2}[)\]）]")
_TOKEN = re.compile(r"\S+(?: \S+)*")


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int


def tokens_of(line: str) -> list[str]:
    """Return what two or more blanks part."""
    return _TOKEN.findall(_spaced(line))


def aligned_rows(lines: Sequence[str], first: int, name: str) -> tuple[list[list[str]], list[Span]]:
    """Return rows and headings over several columns; `first` is the number of the first line.

    Columns are where numbers stand in any line; a heading belongs to the columns that it stands over. Characters of
    East Asia are taken two places wide, or one, whichever leaves the numbers of every line apart. Lines that are not
    aligned must have as many cells as the others.

    Raises
    ------
    DataError
        If a line has fewer cells than others and does not stand under them.
    """
    count_cells(name, sum(map(len, lines)) // 2)
    for width in (_wide, _narrow):
        cut = [_tokens(line, width) for line in lines]
        columns = _columns(cut)
        if columns is not None:
            return _placed(cut, columns)
    return _in_sequence(lines, first, name), []


def _spaced(line: str) -> str:
    """Return a line without a bar between labels and numbers; a full-width blank is two."""
    held = re.sub(r">\|([tz])\|", r">\1", line.expandtabs(8)).replace("\u3000", "  ")
    return held.replace("|", "  ", 1) if held.count("|") == 1 else held


def _wide(text: str) -> int:
    return sum(
        2 if unicodedata.east_asian_width(sign) in "WF" else not unicodedata.combining(sign) for sign in text
    )


def _narrow(text: str) -> int:
    return len(text)


def _tokens(line: str, width: Callable[[str], int]) -> list[_Token]:
    """Return the cells of a line with their places; none for a ruler, one for a title or a note."""
    if is_ruler(line):
        return []
    held = _spaced(line)
    found = [
        _Token(unmarked(held[start:end]), width(held[:start]), width(held[:end]))
        for at, one in enumerate(_TOKEN.finditer(held))
        for start, end in _pieces(one, leads=at == 0)
    ]
    noted = is_note(line) and not any(is_figure(one.text) for one in found[-1:])
    if found and (is_title(line) or is_legend(line) or noted):
        return [_Token(" ".join(one.text for one in found), 0, 0)]
    return found


def _pieces(found: re.Match[str], *, leads: bool) -> list[tuple[int, int]]:
    """Return where the cells of a token stand in its line."""
    return [(found.start() + a, found.start() + b) for a, b in pieces_of(found.group(), leads=leads)]


def _columns(cut: Sequence[Sequence[_Token]]) -> list[tuple[int, int]] | None:
    """Return where the columns of numbers stand, None where two numbers of one line share a column."""
    edge = min((line[0].start for line in cut if len(line) > 1), default=0)
    labels = [int(len(line) > 1 and line[0].start <= edge) for line in cut]
    figures = [
        [one for one in line[labelled:] if is_figure(one.text)]
        for line, labelled in zip(cut, labels, strict=True)
        if not _counts(line)
    ]
    merged: list[list[int]] = []
    for start, end in sorted((one.start, one.end) for line in figures for one in line):
        if merged and start < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    columns = [(start, end) for start, end in merged]
    for line in figures:
        places = [next(at for at, (a, b) in enumerate(columns) if a <= one.start < b) for one in line]
        if len(set(places)) < len(places):
            return None
    return columns or None


def _counts(line: Sequence[_Token]) -> bool:
    """Return whether a line counts columns: (1), (2), (3)."""
    return len(line) > 1 and all(_COUNTER.fullmatch(one.text) for one in line[1:])


def _placed(
    cut: Sequence[Sequence[_Token]], columns: Sequence[tuple[int, int]]
) -> tuple[list[list[str]], list[Span]]:
    """Return the cells of every line under their columns; column 0 holds what stands left of all numbers."""
    rows: list[list[str]] = []
    merged: list[Span] = []
    heading = True
    for line in cut:
        heading = heading and (_counts(line) or not any(is_figure(one.text) for one in line[1:]))
        row = [""] * (len(columns) + 1)
        for token, (first, last) in zip(line, _places(line, columns, heading), strict=True):
            row[first] = f"{row[first]} {token.text}".strip()
            if last > first > 0:
                merged.append((len(rows), first, len(rows), last))
        rows.append(row)
    return rows, merged


def _places(
    line: Sequence[_Token], columns: Sequence[tuple[int, int]], heading: bool
) -> list[tuple[int, int]]:
    """Return the first and last column of every cell of a line: by order where none is missing, else by place."""
    count = len(columns)
    if len(line) == count + 1:
        return [(at, at) for at in range(count + 1)]
    if len(line) == count and line[0].start > 0 and all(_COUNTER.fullmatch(one.text) for one in line):
        return [(at + 1, at + 1) for at in range(count)]
    labelled = int(bool(line) and line[0].end <= columns[0][0] and line[0].start < columns[0][0] // 2)
    if len(line) == 1 and not is_figure(line[0].text) and line[0].start <= columns[0][0] // 2:
        return [(0, 0)]
    if heading and (groups := _groups(line[labelled:], columns)):
        return [(0, 0)] * labelled + groups
    return [_place(token, columns, at == 0 and len(line) > 1) for at, token in enumerate(line)]


def _groups(line: Sequence[_Token], columns: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the columns under headings that stand over equally many each; none where their middles do not."""
    if not line or len(columns) % len(line) or len(line) == len(columns):
        return []
    size = len(columns) // len(line)
    groups = [(at * size, at * size + size - 1) for at in range(len(line))]
    middles = [(token.start + token.end) / 2 for token in line]
    if any(
        not columns[a][0] <= middle <= columns[b][1] for middle, (a, b) in zip(middles, groups, strict=True)
    ):
        return []
    return [(a + 1, b + 1) for a, b in groups]


def _place(token: _Token, columns: Sequence[tuple[int, int]], leads: bool) -> tuple[int, int]:
    """Return the first and last column that a cell stands over, the nearest where it stands over none."""
    over = [at + 1 for at, (start, end) in enumerate(columns) if token.start < end and start < token.end]
    if leads and not is_figure(token.text) and token.start < columns[0][0]:
        return 0, 0
    if over:
        return over[0], over[-1]
    if token.end <= columns[0][0] and token.start < columns[0][0] // 2:
        return 0, 0
    nearest = min(
        range(len(columns)),
        key=lambda at: min(abs(columns[at][0] - token.end), abs(token.start - columns[at][1])),
    )
    return nearest + 1, nearest + 1


def _in_sequence(lines: Sequence[str], first: int, name: str) -> list[list[str]]:
    """Return the cells of lines that are not aligned, told by their order.

    Raises
    ------
    DataError
        If a line of several cells has another number of them than the others.
    """
    cut = [[one.text for one in _tokens(line, _narrow)] for line in lines]
    most = max((len(line) for line in cut if any(map(is_figure, line[1:]))), default=0)
    rows: list[list[str]] = []
    for at, line in enumerate(cut):
        if len(line) == most - 1 and (not line or all(map(is_figure, line)) or not any(map(is_figure, line))):
            rows.append(["", *line])
        elif len(line) in (0, 1, most):
            rows.append(line)
        else:
            raise _unclear(name, first + at + 1, len(line), most)
    return rows


def _unclear(name: str, line: int, cells: int, most: int) -> DataError:
    return parts_unclear(name, line, cells, most)

"""A table as a grid of printed strings, with its title, its notes and its merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from panelkit.audit.entries import Facts
from panelkit.audit.reading.spilled import gathered
from panelkit.show.brief import Brief

Span = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged cell, from 0, ends included."""

_TITLE = re.compile(
    r"\s*(?:附?表|续表|table|tab\.|tableau|exhibit)\s*[A-Za-z]?[-.]?\s*[\dIVX一二三四五六七八九十]", re.I
)
_PANEL = re.compile(r"\s*(?:panel|面板|part)\s*[A-Za-z一二三四五六七八九十\d]\b", re.I)
_COUNTER = re.compile(r"\W*\d{1,2}\W*|\D+\d{1,2}\W*")
_LONG = 40
_BLANK = " \t\r\n\xa0\u3000\u200b\ufeff"
_OPENS = re.compile(r"\s*\[\s*\d+\s*[%％]\s*[^\d\[\]]*")
_SHUTS = re.compile(r"[^\d\[\]]*\]\s*")


@dataclass(frozen=True, repr=False)
class Sheet(Brief):
    """One printed table before it is understood.

    Attributes
    ----------
    cells
        Rows of strings as printed, all of one length; "" where nothing stands. A merged cell stands in its upper left
        corner, what it covers is "". Lines of one cell are parted by "\\n"; a superscript is written with superscript
        signs ("R²", "0.12ᵃ"), so that it is not taken for a digit.
    title
        The caption, "" where there is none.
    notes
        Lines below the table.
    source
        The file (and sheet) that it was read from.
    merged
        Merged cells.
    facts
        What the user states of the table (a toml layout).
    """

    cells: tuple[tuple[str, ...], ...]
    title: str = ""
    notes: tuple[str, ...] = ()
    source: str = ""
    merged: tuple[Span, ...] = ()
    facts: Facts = field(default_factory=Facts)

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows and columns."""
        return len(self.cells), len(self.cells[0]) if self.cells else 0

    def over(self, row: int, column: int) -> str:
        """Return what stands over a place: the merged cell that covers it, else its own text."""
        for top, left, bottom, right in self.merged:
            if top <= row <= bottom and left <= column <= right:
                return self.cells[top][left]
        return self.cells[row][column]

    def spread(self) -> tuple[tuple[str, ...], ...]:
        """Return the rows with the text of every merged cell in all places that it covers."""
        grid = [list(row) for row in self.cells]
        for top, left, bottom, right in self.merged:
            for row in range(top, min(bottom, len(grid) - 1) + 1):
                for column in range(left, min(right, len(grid[row]) - 1) + 1):
                    grid[row][column] = self.cells[top][left]
        return tuple(map(tuple, grid))


def blank(text: str) -> bool:
    """Return whether nothing is printed."""
    return not text.strip(_BLANK)


def filled(row: Sequence[str]) -> int:
    """Return how many cells of a row hold anything."""
    return sum(not blank(cell) for cell in row)


def is_title(text: str) -> bool:
    """Return whether a line names a table: 表3, Table A1, Tab. 2."""
    return bool(_TITLE.match(text))


def sheet_of(
    rows: Iterable[Sequence[str]],
    *,
    source: str = "",
    title: str = "",
    notes: Iterable[str] = (),
    merged: Iterable[Span] = (),
    facts: Facts | None = None,
) -> Sheet:
    """Return rows of any length as a sheet: blank edges cut, lines above and below as title and notes.

    A line above is a row of one cell before the first row of several, one below a row of one cell after the last.
    """
    grid = [[cell.strip(_BLANK) for cell in row] for row in rows]
    spans = _apart(merged)
    single = [filled(row) == 1 and _is_line(row) for row in grid]
    several = [at for at, row in enumerate(grid) if filled(row) and not single[at]]
    first, last = (several[0], several[-1] + 1) if several else (0, len(grid))
    while first and single[first - 1] and _PANEL.match(_only(grid[first - 1])):
        first -= 1
    above = [_only(grid[at]) for at in range(first) if single[at]]
    below = [_only(grid[at]) for at in range(last, len(grid)) if single[at]]
    held = [at for at in range(first, last) if filled(grid[at])]
    columns = _columns([grid[at] for at in held])
    cells = tuple(tuple(grid[at][c] if c < len(grid[at]) else "" for c in columns) for at in held)
    said = " ".join([*([title] if title else []), *above])
    return Sheet(
        cells,
        said,
        (*below, *(note.strip() for note in notes if not blank(note))),
        source,
        tuple(span for one in spans if (span := _moved(one, held, columns)) is not None),
        facts or Facts(),
    )


def parted(rows: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Return where the tables of a grid begin and end: at lines that name one, and at a heading after a blank row.

    A heading after a blank row is a row of several cells, none a number, whose first cell is blank or that of the
    first heading: "Controls, yes, yes" after a blank row belongs to the table above.
    """
    starts = [0]
    heading = ""
    seen_figures = False
    for at, row in enumerate(rows):
        count = filled(row)
        first = row[0].strip(_BLANK) if row else ""
        if count >= 2 and not heading:
            heading = first or " "
        gap = at > 0 and filled(rows[at - 1]) == 0
        named = count == 1 and is_title(_only(row)) and at > starts[-1] and seen_figures
        headed = gap and count >= 2 and seen_figures and first == heading.strip() and not _figures(row)
        if named or headed:
            starts.append(at)
            seen_figures, heading = False, (first or " ") if headed else ""
        seen_figures = seen_figures or _figures(row)
    return list(zip(starts, [*starts[1:], len(rows)], strict=True))


def sheets_of(rows: Sequence[Sequence[str]], *, source: str = "", merged: Iterable[Span] = ()) -> list[Sheet]:
    """Return the tables of a grid, those without a filled cell left out."""
    spans = list(merged)
    found = []
    rows = gathered([_joined(row) for row in rows])
    for first, last in parted(rows):
        own = [(a - first, b, c - first, d) for a, b, c, d in spans if first <= a and c < last]
        sheet = sheet_of(rows[first:last], source=source, merged=own)
        if sheet.cells:
            found.append(sheet)
    return found


def _joined(row: Sequence[str]) -> Sequence[str]:
    """Return a row in which a heading cut in two ("[95% Conf." beside "Interval]") stands whole over both columns."""
    cuts = [k for k in range(len(row) - 1) if _OPENS.fullmatch(row[k]) and _SHUTS.fullmatch(row[k + 1])]
    if not cuts:
        return row
    held = list(row)
    for k in cuts:
        held[k] = held[k + 1] = f"{row[k].strip()} {row[k + 1].strip()}"
    return held


def _figures(row: Sequence[str]) -> bool:
    """Return whether a row holds a number beyond column numbers such as (1) or W1."""
    return any(re.search(r"\d", cell) and not _COUNTER.fullmatch(cell.strip()) for cell in row[1:])


def _only(row: Sequence[str]) -> str:
    return next((cell.strip(_BLANK) for cell in row if not blank(cell)), "")


def _is_line(row: Sequence[str]) -> bool:
    """Return whether the one cell of a row is a line of its own, not a heading over some columns."""
    text = _only(row)
    return not blank(row[0]) or is_title(text) or len(text) > _LONG


def _columns(grid: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns that hold anything; a first column of blanks stays where it heads the rows of none."""
    width = max(map(len, grid), default=0)
    return [c for c in range(width) if any(c < len(row) and row[c] for row in grid)]


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Return the spans of more than one cell."""
    return [(a, b, c, d) for a, b, c, d in spans if c > a or d > b]


def _moved(span: Span, rows: Sequence[int], columns: Sequence[int]) -> Span | None:
    """Return a span counted in the rows and columns kept, None where nothing is left of it."""
    top, left, bottom, right = span
    own = [at for at, row in enumerate(rows) if top <= row <= bottom]
    across = [at for at, column in enumerate(columns) if left <= column <= right]
    if not own or not across or len(own) == len(across) == 1:
        return None
    return own[0], across[0], own[-1], across[-1]

"""A sheet as a grid of cells, whatever file it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from panelkit.data.cities import PROVINCES, Gazetteer
from panelkit.data.yearbook.errors import Where
from panelkit.show.brief import Brief

_LONG = 500
_RUN = re.compile(r"\s{9,}")


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell that is neither text nor a number: a date, a truth value, an error, a formula without value."""

    kind: str
    shown: str


Cell = str | float | Odd | None
"""`None` is an empty cell; text is as it stands, untrimmed."""


@dataclass(frozen=True, slots=True)
class Grid(Brief):
    """One sheet.

    Attributes
    ----------
    rows : cells by row and column, rectangular only if the file was.
    lines : number of every row in the file, from one.
    merged : (first row, first column, last row, last column) of merged cells, from zero.
    text : whether the file was plain text, where a short row means a cut row.
    complete : whether the last line of a text file ended with a line break.
    hidden : whether a workbook shows the sheet to nobody who does not ask for it.
    formats : unit that a number's format shows beside it, by cell: `%`, or a word such as 万元.
    unseen : rows and columns that a workbook hides, as a person names them.
    unstyled : whether the workbook's number formats could not be read.
    alone : whether only one of two readers could read the workbook.
    told_rows : labels of rows that the caller sets apart, as `plain_label` gives them.
    places : the provinces, or the cities where the sheet is a table of cities.
    settled : cells that one of two readers is known to misread, as a person names them, and how many there are.
    """

    file: str
    sheet: str
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[int, ...]
    merged: tuple[tuple[int, int, int, int], ...] = field(default=())
    text: bool = False
    complete: bool = True
    hidden: bool = False
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    unseen: str = ""
    unstyled: bool = False
    alone: bool = False
    told_rows: frozenset[str] = frozenset()
    places: Gazetteer = PROVINCES
    settled: tuple[str, int] = ("", 0)

    def where(self, row: int | None = None, column: int | None = None) -> Where:
        """Return the spot of a cell given by its indices from zero."""
        line = None if row is None else self.lines[row]
        return Where(self.file, self.sheet, line, None if column is None else column + 1)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; beyond the end of its row it is empty."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else None


def shown(cell: Cell) -> str:
    """Return a cell as a person sees it, without blanks around it."""
    if cell is None:
        return ""
    if isinstance(cell, Odd):
        return cell.shown
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return trimmed(cell)


def trimmed(text: str) -> str:
    """Return text without blanks of any width, or a byte-order mark, around it.

    Long runs of blanks within a long text become one: patterns that skip blanks would go over them again and again.
    """
    if len(text) > _LONG:
        text = _RUN.sub(" ", text)
    return text.strip(" \t\r\n\u3000\xa0\ufeff\u200b")


def is_empty(cell: Cell) -> bool:
    """Return whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not trimmed(cell))

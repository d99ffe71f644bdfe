"""The cells of a sheet, each with its shape: a number, a bracket, a mark, a text, stars, nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from panelkit.audit.legends import Legend
from panelkit.audit.printed import Decimal, PrintedCell, plain, read_cell
from panelkit.audit.vocabulary.marks import is_blank, is_mark

Shape = Literal["blank", "mark", "value", "bracket", "stars", "text"]
_IN_BRACKETS = re.compile(r"[(\[{<][^()\[\]{}<>]*[)\]}>]")
_NAMED = re.compile(
    r"(?P<name>[A-Za-zρλσ\u3400-\u9fff][^=:：]*?)\s*[=:：]\s*(?P<rest>[<>≤≥]?\s*[-+]?[\d.].*)", re.S
)


@dataclass(frozen=True)
class Cell:
    """A cell: where it stands, its text, its shape, what it holds; `name` where it says "N = 248" itself."""

    row: int
    column: int
    text: str
    shape: Shape
    held: PrintedCell
    name: str = ""


Grid = tuple[tuple[Cell, ...], ...]


def grid_of(rows: Sequence[Sequence[str]], decimal: Decimal = ".", legend: Legend | None = None) -> Grid:
    """Return the rows of a sheet as cells, all rows of one length."""
    width = max(map(len, rows), default=0)
    return tuple(
        tuple(
            cell_of(row[column] if column < len(row) else "", at, column, decimal, legend)
            for column in range(width)
        )
        for at, row in enumerate(rows)
    )


def cell_of(text: str, row: int, column: int, decimal: Decimal = ".", legend: Legend | None = None) -> Cell:
    """Return one cell with its shape."""
    held = read_cell(text, decimal, legend)
    if is_blank(text):
        shape: Shape = "stars" if "*" in plain(text) else "blank"
        return Cell(row, column, text, shape, held)
    if is_mark(text):
        return Cell(row, column, text, "mark", held)
    if held.number is not None:
        return Cell(row, column, text, "value", held)
    if held.brackets and (not held.brackets[0].shape or not _IN_BRACKETS.sub("", plain(text)).strip("* \n")):
        return Cell(row, column, text, "bracket", held)
    named = _NAMED.fullmatch(text.strip())
    if named:
        inner = read_cell(named["rest"], decimal, legend)
        if inner.number is not None:
            return Cell(row, column, text, "value", inner, named["name"].strip())
    return Cell(row, column, text, "text", held)


def has_figures(cells: Sequence[Cell]) -> bool:
    """Return whether any of the cells holds a number."""
    return any(cell.shape in ("value", "bracket") for cell in cells)


def texts_of(cells: Sequence[Cell]) -> list[str]:
    """Return the texts of the cells that are not empty, each once, in order."""
    return list(dict.fromkeys(cell.text.strip() for cell in cells if cell.shape != "blank"))

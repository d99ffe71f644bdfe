"""Numbers under each other by their decimal points: what a cell is split at, and blanks that make up the difference."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from panelkit.show.grid import TableGrid

_NUMBER = re.compile(r"([(\[]?<?[-−]?\d[\d,]*)(\.\d+(?:e-\d+)?[)\]]?\*{0,5})")
_FIGURE, _SIXTH = "\u2007", "\u2006"  # blanks as wide as a digit, and a sixth of an em
HARD = "\u2800"  # one column wide, and no blank to those who strip blanks


def split(text: str) -> tuple[str, str] | None:
    """Return what stands before the decimal point and what from it on; None for texts and whole numbers."""
    found = _NUMBER.fullmatch(text)
    return None if found is None else (found.group(1), found.group(2))


def sides(grid: TableGrid, column: int, measure: Callable[[str], int] = len) -> tuple[int, int]:
    """Return how wide the numbers of a column are before and after their decimal points."""
    parts = [part for row in grid.rows if (part := split(row.cells[column])) is not None]
    lefts, rights = (max((measure(part[side]) for part in parts), default=0) for side in (0, 1))
    return lefts, rights


def padded_for_terminal(grid: TableGrid) -> TableGrid:
    """Return the table with hard blanks around its numbers, where it asks for decimal points below each other."""
    return _padded(grid, len, lambda width: HARD * width)


def padded_for_print(grid: TableGrid) -> TableGrid:
    """Return the table with blanks of a proportional font around its numbers; digits and stars are half an em wide."""
    return _padded(grid, _sixths, lambda width: _FIGURE * (width // 3) + _SIXTH * (width % 3))


def _sixths(text: str) -> int:
    return sum(3 if char.isdigit() or char in "*<e" else 2 for char in text)


def _padded(grid: TableGrid, measure: Callable[[str], int], blanks: Callable[[int], str]) -> TableGrid:
    if grid.align != "decimal":
        return grid
    widths = [sides(grid, column, measure) for column in range(len(grid.header))]

    def cell(text: str, column: int) -> str:
        parts = split(text)
        if parts is None:
            return text
        left, right = (blanks(widths[column][side] - measure(parts[side])) for side in (0, 1))
        return f"{left}{text}{right}"

    blocks = tuple(
        tuple(replace(row, cells=tuple(cell(text, at) for at, text in enumerate(row.cells))) for row in block)
        for block in grid.blocks
    )
    return replace(grid, blocks=blocks)

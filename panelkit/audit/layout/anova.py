"""The analysis of variance that Stata prints over a regression: its sums beside N, F and R2, as rows of statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from panelkit.audit.layout.grid import Cell, Grid, cell_of
from panelkit.audit.vocabulary.squeezed import squeezed

_HEADS = ("source", "ss", "df", "ms")
_LONGEST = 8


def unfolded(grid: Grid) -> Grid:
    """Return a grid whose first block is an analysis of variance with the statistics of the block below the others.

    Every number gets a row of its own, with its place on the sheet: "Residual SS", "Number of obs".
    """
    start = next((at for at, row in enumerate(grid) if _heads(row)), None)
    if start is None:
        return grid
    ends = [
        at for at in range(start, min(start + _LONGEST, len(grid))) if squeezed(grid[at][0].text) == "total"
    ]
    if not ends or ends[0] + 1 >= len(grid):
        return grid
    end = ends[0] + 1
    while end < len(grid) and not grid[end][0].text.strip() and any(one.text.strip() for one in grid[end]):
        end += 1
    found = [pair for row in grid[start:end] for pair in _beside(row)]
    found += [pair for row in grid[start:end] for pair in _inside(row, grid[start])]
    width = len(grid[0])
    rows = [_row(label, number, width) for label, number in found]
    return (*grid[:start], *grid[end:], *rows)


def _heads(row: Sequence[Cell]) -> bool:
    return tuple(squeezed(cell.text) for cell in row[:4]) == _HEADS


def _inside(row: Sequence[Cell], heads: Sequence[Cell]) -> Iterator[tuple[str, Cell]]:
    """Yield the numbers of a row of the block, named by row and column."""
    for at in range(1, len(_HEADS)):
        if row[at].shape == "value":
            yield f"{row[0].text.strip()} {heads[at].text.strip()}", row[at]


def _beside(row: Sequence[Cell]) -> Iterator[tuple[str, Cell]]:
    """Yield the numbers right of the block, named by the text before them."""
    name = ""
    for cell in row[len(_HEADS) :]:
        if cell.name or (cell.shape == "value" and name):
            yield (cell.name or name), replace(cell, name="")
            name = ""
        elif cell.shape == "text":
            name = cell.text.strip().rstrip("= ")


def _row(label: str, number: Cell, width: int) -> tuple[Cell, ...]:
    """Return a row of a statistic: its name, its number in the first column of figures, blanks."""
    blanks = (cell_of("", number.row, column) for column in range(2, width))
    return (cell_of(label, number.row, 0), replace(number, column=1), *blanks)

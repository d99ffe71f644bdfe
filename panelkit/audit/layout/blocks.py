"""A sheet in blocks: tables side by side, and parts below one another with headings of their own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from panelkit.audit.layout.grid import Cell, Grid, has_figures
from panelkit.audit.vocabulary.marks import (
    divides,
    heads_dependents,
    heads_horizons,
    heads_labels,
    heads_quantiles,
    heads_ranks,
    is_numbered,
    is_year,
)
from panelkit.audit.vocabulary.parts import part_of
from panelkit.audit.vocabulary.squeezed import squeezed

_LEVEL = re.compile(r"(?:1|5|10|2\.5|97\.5|9[059])\s*[%％]")
_FIRST_YEAR, _LAST_YEAR = 1949, 2060


@dataclass(frozen=True)
class Part:
    """Rows under one set of headings, of columns `first` to `last` (not included)."""

    heads: tuple[tuple[Cell, ...], ...]
    body: tuple[tuple[Cell, ...], ...]


def parts_of(grid: Grid) -> list[Part]:
    """Return the parts of a grid from left to right, each from the top: where headings come again, a part begins."""
    return [part for block in _side_by_side(grid) for part in _below(block)]


def _below(block: Grid) -> list[Part]:
    parts: list[Part] = []
    heads: list[tuple[Cell, ...]] = []
    body: list[tuple[Cell, ...]] = []
    for at, row in enumerate(block):
        started = any(has_figures(line[1:]) for line in body)
        if not _is_heading(row, block, at, first=not started, headed=bool(heads)):
            body.append(row)
            continue
        if started:
            kept = _trailing_sections(body)
            parts.append(Part(tuple(heads), tuple(body[: len(body) - kept])))
            heads, body = [], body[len(body) - kept :]
        heads.append(row)
    return [*parts, Part(tuple(heads), tuple(body))]


def _trailing_sections(body: Sequence[tuple[Cell, ...]]) -> int:
    """Return how many rows at the end only head a section: they belong to the part that follows."""
    count = 0
    while count < len(body) and _lone(body[-1 - count]) and divides(body[-1 - count][0].text):
        count += 1
    return count


def _lone(row: Sequence[Cell]) -> bool:
    return all(cell.shape == "blank" for cell in row[1:])


def _is_heading(row: Sequence[Cell], block: Grid, at: int, *, first: bool, headed: bool) -> bool:
    """Return whether a row is of column headings; `first`: no figures stand above it."""
    cells = [cell for cell in row[1:] if cell.shape != "blank"]
    if not cells:
        return False
    label = row[0].text
    counted = [cell for cell in cells if cell.shape in ("value", "bracket")]
    if first and counted and all(_LEVEL.fullmatch(cell.text.strip()) for cell in counted):
        return True
    if len(counted) + sum(cell.shape == "text" for cell in cells) == len(cells) and is_numbered_row(counted):
        return heads_labels(label) or divides(label) or (first and not are_bare(counted))
    texts = [cell for cell in cells if cell.shape == "text"]
    dated = bool(counted) and len(counted) + len(texts) == len(cells) and _all_years(counted)
    if dated and heads_labels(label) and _followed(block, at):
        return True
    if heads_quantiles(label) and first:
        return True
    if heads_horizons(label) and first and all(cell.text.strip().isdigit() for cell in cells):
        return True
    if has_figures(cells):
        return False
    named = heads_labels(label) or heads_dependents(label)
    if first:
        return (bool(texts) and not (headed and _says_how(row))) or named
    again = named or divides(label) or any(part_of(cell.text) for cell in texts)
    return len(texts) >= 1 and again and _followed(block, at)


def _says_how(row: Sequence[Cell]) -> bool:
    """Return whether a row between headings and figures is no heading: only marks beside one text."""
    return sum(cell.shape == "mark" for cell in row[1:]) > sum(cell.shape == "text" for cell in row[1:])


def is_numbered_row(cells: Sequence[Cell]) -> bool:
    """Return whether cells count columns: (1), (2), ... from the left, each number the one before or one more.

    Bare numbers are figures unless each is one more and the first is 1 or 2.
    """
    if not cells or not all(is_numbered(cell.text) for cell in cells):
        return False
    digits = ["".join(filter(str.isdigit, cell.text)) for cell in cells]
    if not all(digits):
        return True
    numbers = list(map(int, digits))
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    if are_bare(cells):
        return steps == {1} and numbers[0] <= 2
    return (steps <= {0, 1} or numbers.count(numbers[0]) > 1) and numbers[0] < 30


def are_bare(cells: Sequence[Cell]) -> bool:
    """Return whether any cell is a bare whole number, which may as well be a figure."""
    return any(cell.text.strip().isdigit() for cell in cells)


def _all_years(cells: Sequence[Cell]) -> bool:
    return all(
        is_year(cell.text)
        and (cell.held.number is None or _FIRST_YEAR <= cell.held.number.value <= _LAST_YEAR)
        for cell in cells
    )


def _followed(block: Grid, at: int) -> bool:
    """Return whether figures follow below."""
    return any(has_figures(row[1:]) for row in block[at + 1 :])


def _side_by_side(grid: Grid) -> list[Grid]:
    """Return the blocks of a grid in which the heading of the labels comes again further right."""
    starts = [0]
    for row in grid[:4]:
        name = squeezed(row[0].text) if row else ""
        again = [
            cell.column
            for cell in row[1:]
            if name and squeezed(cell.text) == name and _of_labels(grid, cell.column)
        ]
        if again:
            starts += again
            break
    if len(starts) == 1:
        return [grid]
    ends = [*starts[1:], len(grid[0])]
    return [tuple(row[start:end] for row in grid) for start, end in zip(starts, ends, strict=True)]


def _of_labels(grid: Grid, column: int) -> bool:
    """Return whether a column holds texts, or running numbers such as years, with other columns right of it."""
    shapes = [row[column] for row in grid if row[column].shape != "blank"]
    texts = sum(cell.shape == "text" or is_year(cell.text) for cell in shapes)
    return column + 1 < len(grid[0]) and 2 * texts >= len(shapes)


def is_running(heading: str) -> bool:
    """Return whether a heading is of horizons or running numbers, whose figures are labels."""
    return heads_horizons(heading) or heads_ranks(heading)

"""Whether a text file ends where its table does, as far as the file itself can tell."""

from __future__ import annotations

import re

from panelkit.data.yearbook.files.grid import Grid, is_empty, shown
from panelkit.data.yearbook.layouts.reading import Builder
from panelkit.language.message import message

_ENOUGH = 5


def check_row(grid: Grid, row: int, last: int, builder: Builder) -> bool:
    """Return whether a row of a text file reaches the last column of figures; note one that is cut short."""
    cells = grid.rows[row]
    if not grid.text or len(cells) > last:
        return True
    builder.problem(
        grid.where(row),
        message(
            "the row has {cells} cells where the table has {columns}: cut short, or a separator missing",
            cells=len(cells),
            columns=last + 1,
        ),
    )
    return False


def check_tail(grid: Grid, rows: list[int], builder: Builder) -> None:
    """Say where a text file may have been cut inside its last number: refused where the digits show it, else noted.

    A whole file ends with a line break, or with a line of source. Where neither stands, and every other number of the
    last column has as many decimals, or nearly as many digits, fewer of them are the mark of a cut.
    """
    if not grid.text or grid.complete or not rows:
        return
    row = max(rows)
    if any(not all(map(is_empty, cells)) for cells in grid.rows[row + 1 :]):
        return
    column = max((i for i, cell in enumerate(grid.rows[row]) if not is_empty(cell)), default=0)
    text = shown(grid.cell(row, column))
    if column + 1 < len(grid.rows[row]) or not re.search(r"\d", text):
        return
    others = [shown(grid.cell(other, column)) for other in rows if other != row]
    if _lacks_decimals(text, others):
        builder.problem(
            grid.where(row, column),
            message(
                "the file ends without a line break inside this number: {text!r} has fewer decimals than "
                "every other in its column. Export it again, or, where the number is whole, put a line "
                "break behind it",
                text=text,
            ),
        )
        return
    builder.note(
        grid.where(row, column),
        message(
            "the file ends without a line break: if it was cut here, the last number ({text}) is not "
            "whole; look at it",
            text=text,
        ),
    )


def _lacks_decimals(text: str, others: list[str]) -> bool:
    numbers = [other for other in others if re.fullmatch(r"-?\d+(?:\.\d+)?", other)]
    if len(numbers) < _ENOUGH or not re.fullmatch(r"-?\d+(?:\.\d*)?", text):
        return False
    places = {_decimals(number) for number in numbers}
    return len(places) == 1 and 0 < max(places) != _decimals(text)


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])

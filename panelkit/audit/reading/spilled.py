"""Rows longer than the headings, because a bracket stands in a cell of its own: blanks taken for separators."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BRACKET = re.compile(r"\s*[(（\[［]\s*[-−–]?[\d.,０-９．]+\s*[)）\]］]\s*[*∗＊]*\s*")
_NUMBER = re.compile(r"\s*[-−–]?\s*[\d０-９][\d.,０-９．]*\s*[*∗＊]*\s*|\s*[-−–]?\s*\.\d+\s*[*∗＊]*\s*")


def gathered(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Return rows with each bracket beside its number, where that gives all of them the cells of their headings.

    Paste into Excel, or "text to columns" by blanks, cuts "0.213*** (3.21)" in two, and leaves the headings and N over
    the wrong columns. Rows are left as they are unless every long one has a bracket right of every number.
    """
    long = [row for row in rows if any(_BRACKET.fullmatch(cell) for cell in row[1:])]
    if not long or not all(_in_pairs(row) for row in long):
        return rows
    first = next(at for at, row in enumerate(rows) if row is long[0])
    head = _length(rows[first - 1]) if first else 0
    if head < 3 or any(_length(row) != 2 * head - 1 for row in long):
        return rows
    return [_pairs(row) if _in_pairs(row) else row for row in rows]


def _in_pairs(row: Sequence[str]) -> bool:
    cells = row[1 : _length(row)]
    return (
        len(cells) > 1
        and len(cells) % 2 == 0
        and all(_NUMBER.fullmatch(cell) for cell in cells[::2])
        and all(_BRACKET.fullmatch(cell) for cell in cells[1::2])
    )


def _pairs(row: Sequence[str]) -> list[str]:
    cells = row[1 : _length(row)]
    joined = [f"{number} {bracket}" for number, bracket in zip(cells[::2], cells[1::2], strict=True)]
    return [row[0], *joined, *([""] * (len(row) - 1 - len(joined)))]


def _length(row: Sequence[str]) -> int:
    """Return the number of cells up to the last that is filled."""
    return max((at + 1 for at, cell in enumerate(row) if cell.strip()), default=0)

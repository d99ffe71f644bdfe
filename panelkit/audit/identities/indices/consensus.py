"""Which of several formulas the rows of a table follow: the first that the most rows allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Formula = TypeVar("Formula")
Row = TypeVar("Row")


def followed(
    formulas: Sequence[Formula], rows: Sequence[Row], allows: Callable[[Formula, Row], bool]
) -> tuple[Formula, int]:
    """Return the formula that the most rows allow, the first of several, and how many do."""
    counts = [sum(allows(formula, row) for row in rows) for formula in formulas]
    best = max(range(len(formulas)), key=lambda place: (counts[place], -place))
    return formulas[best], counts[best]

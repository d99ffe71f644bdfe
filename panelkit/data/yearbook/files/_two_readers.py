"""What two readers saw in one old workbook: where the first is known to misread, and where nobody can tell.

Loaded by the process that reads workbooks, by its path; it stands on the standard library alone.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))
_UNSOUND = frozenset(("Cc", "Cn", "Co", "Cs"))
_SECOND = 1 / 86400

Spot = tuple[int, int]


def settle(first: dict[str, Any], second: dict[str, Any]) -> Spot | None:
    """Put the cells that calamine (`first`) is known to misread as xlrd (`second`) reads them.

    Known: texts under a code page of their own, texts with formats inside (absent), and numbers behind a format
    that looks like a date's. A number or a text that differs in any other way is returned by its row and column,
    from zero; None where nothing is left open. `first["settled"]` lists the cells that were taken from xlrd.
    """
    mine, theirs = cells_of(first), cells_of(second)
    taken: list[Spot] = []
    for spot in sorted(mine.keys() | theirs.keys()):
        one, two = mine.get(spot), theirs.get(spot)
        if _alike(one, two):
            continue
        if not _is_known(one, two):
            return spot
        _put(first, spot, two)
        taken.append(spot)
    first["settled"] = [list(spot) for spot in taken]
    return None


def cells_of(sheet: dict[str, Any]) -> dict[Spot, Any]:
    """Return the cells that hold anything."""
    return {
        (r, c): cell
        for r, row in enumerate(sheet["rows"])
        for c, cell in enumerate(row)
        if cell is not None and cell != ""
    }


def _alike(one: Any, two: Any) -> bool:
    if isinstance(one, str) and isinstance(two, str):
        return one.strip() == two.strip()
    if isinstance(one, dict) or isinstance(two, dict):
        return not (isinstance(one, dict) and one["odd"] == "date" and isinstance(two, float))
    return one == two


def _is_known(one: Any, two: Any) -> bool:
    """Return whether xlrd reads a cell well where calamine is known not to."""
    if isinstance(two, str):
        return (one is None or isinstance(one, str)) and _is_sound(two)
    return isinstance(one, dict) and isinstance(two, float) and _is_serial(one["shown"], two)


def _is_sound(text: str) -> bool:
    """Return whether a text holds no control, private or replacement characters, which only a misreading leaves."""
    return "\ufffd" not in text and not any(
        unicodedata.category(letter) in _UNSOUND and letter not in "\t\r\n" for letter in text
    )


def _is_serial(shown: str, number: float) -> bool:
    """Return whether a date is what a number looks like as one."""
    try:
        date = datetime.fromisoformat(shown)
    except ValueError:
        return False
    days = ((date - epoch).total_seconds() / 86400 for epoch in _EPOCHS)
    return any(abs(day - number) < _SECOND for day in days)


def _put(sheet: dict[str, Any], spot: Spot, cell: Any) -> None:
    rows, (row, column) = sheet["rows"], spot
    while len(rows) <= row:
        rows.append([])
    rows[row] += [None] * (column + 1 - len(rows[row]))
    rows[row][column] = cell

"""How wide the columns of a printed table are: the longest text of each, together no wider than the page."""

from __future__ import annotations

import unicodedata

from panelkit.show.grid import TableGrid

_ROOM, _WIDE_ROOM = 450.0, 700.0
_MANY = 6


def column_widths(grid: TableGrid, *, size: float) -> list[float]:
    """Return column widths in points at a size of letters, the column of labels first."""
    columns = [[grid.stub, *(row.label for row in grid.rows if not row.heading)]]
    for i, head in enumerate(grid.header):
        columns.append([*head.split("\n"), *(row.cells[i] for row in grid.rows)])
    natural = [size * (max(map(ems, texts)) + 1.4) for texts in columns]
    at = 1
    for head, width in grid.spans:
        lacking = size * (ems(head) + 1.4) - sum(natural[at : at + width])
        if head and lacking > 0:
            natural[at : at + width] = [one + lacking / width for one in natural[at : at + width]]
        at += width
    room = _WIDE_ROOM if len(grid.header) > _MANY else _ROOM
    others = sum(natural[1:])
    labels = min(natural[0], max(room / 3.0, room - others))
    shrink = min(1.0, (room - labels) / others) if others else 1.0
    return [labels, *(width * shrink for width in natural[1:])]


def ems(text: str) -> float:
    """Return the width of a text in its own size: Chinese letters one, others about half."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.52 for char in text)

"""How wide the columns of a printed table are: the longest text of each, together no wider than the page."""

from __future__ import annotations

import unicodedata

from panelkit.show.grid import TableGrid

_ROOM, _WIDE_ROOM = 450.0, 700.0
_MANY = 6


def column_widths(grid: TableGrid, *, size: float, wide: bool = False) -> list[float]:
    """Return column widths in points at a size of letters, the column of labels first.

    A table of many columns, and every table on `wide` pages, has the width of a page that lies on its side. Columns
    that must be narrower than their longest text keep the width of their longest word where there is room for all.
    """
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
    room = _WIDE_ROOM if wide or len(grid.header) > _MANY else _ROOM
    others = sum(natural[1:])
    labels = min(natural[0], max(room / 3.0, room - others))
    if labels + others <= room:
        return [labels, *natural[1:]]
    least = [min(width, size * _longest(texts)) for width, texts in zip(natural, columns, strict=True)]
    labels = max(labels, least[0])
    spare, over = room - labels - sum(least[1:]), others - sum(least[1:])
    if spare < 0:
        return [labels, *(width * (room - labels) / others for width in natural[1:])]
    return [
        labels,
        *(low + (width - low) * spare / over for low, width in zip(least[1:], natural[1:], strict=True)),
    ]


def _longest(texts: list[str]) -> float:
    """Return the width of the longest word, with a little air; capitals are broader than small letters."""
    words = [word for text in texts for word in text.split()]
    return max((ems(word) + 0.2 * sum(map(str.isupper, word)) for word in words), default=0.0) + 0.6


def ems(text: str) -> float:
    """Return the width of a text in its own size: Chinese letters one, others about half."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.52 for char in text)

"""Where the labels of a part stand, and its headings in every place that they are over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from panelkit.audit.layout.blocks import Part, is_running
from panelkit.audit.layout.grid import Cell
from panelkit.audit.vocabulary.marks import heads_classes, heads_labels, is_year
from panelkit.audit.vocabulary.parts import part_of
from panelkit.audit.vocabulary.spatial import effect_of
from panelkit.audit.vocabulary.squeezed import squeezed

_WORD = re.compile(r"[A-Za-z]{2}|[\u3400-\u9fff]|^\s*[A-Za-z\u0370-\u03ff][\w'′]*\s*$")


def label_columns(part: Part) -> list[int]:
    """Return the columns of a part that hold the headings of its rows: the first, and texts left of figures."""
    width = len(part.body[0]) if part.body else 0
    found = [] if _is_measured(part) else [0]
    for index in range(1, width):
        cells = [row[index] for row in part.body if row[index].shape not in ("blank", "mark", "stars")]
        texts = sum(cell.shape == "text" and bool(_WORD.search(cell.text)) for cell in cells)
        heading = next((row[index].text for row in reversed(part.heads) if row[index].shape != "blank"), "")
        running = (
            bool(found)
            and found[-1] == index - 1
            and is_running(heading)
            and all(_whole(cell) for cell in cells)
        )
        if found and heads_classes(heading) and any(holds_figures(part, left) for left in range(1, index)):
            continue
        if cells and (running or (2 * texts > len(cells) and part_of(heading) in ("", "value"))):
            found.append(index)
    last = max(
        (index for index in range(1, width) if holds_figures(part, index) and index not in found), default=0
    )
    return [index for index in found if index < last or index == 0]


def _is_measured(part: Part) -> bool:
    """Return whether even the first column holds figures: decimals or stars under a heading, no label anywhere."""
    cells = [row[0] for row in part.body if row[0].shape != "blank"]
    heading = next((row[0].text for row in reversed(part.heads) if row[0].shape != "blank"), "")
    told = any(cell.held.stars or "." in cell.text for cell in cells)
    figures = all(cell.shape in ("value", "bracket") for cell in cells)
    return bool(cells) and told and figures and not heads_labels(heading)


def _whole(cell: Cell) -> bool:
    return cell.text.strip().strip("期").isdigit()


def holds_figures(part: Part, index: int) -> bool:
    """Return whether a column holds any number."""
    return any(row[index].shape in ("value", "bracket") for row in part.body)


def spread_headings(part: Part, covered: Mapping[tuple[int, int], str]) -> list[list[str]]:
    """Return the rows of headings with every merged heading in all its places.

    `covered` holds the texts of cells that the sheet says are merged. In a row without any, a blank right of a
    heading belongs to it where another heading stands below the blank.
    """
    rows = [[cell.text for cell in row] for row in part.heads]
    for at, cells in enumerate(part.heads):
        known = [index for index, cell in enumerate(cells) if (cell.row, cell.column) in covered]
        for index in known:
            rows[at][index] = covered[cells[index].row, cells[index].column]
        if _wide(known, rows[at]):
            continue
        if effect_of(cells[0].text) and not any(text.strip() for text in rows[at][1:]):
            rows[at] = [cells[0].text] * len(cells)
        for index in range(2, len(cells)):
            below = any(line[index].text.strip() for line in part.heads[at + 1 :])
            left = rows[at][index - 1]
            if (
                not rows[at][index].strip()
                and left.strip()
                and below
                and not _of_labels(part, index - 1, left)
            ):
                rows[at][index] = left
    return rows


def _wide(merged: Sequence[int], row: Sequence[str]) -> bool:
    """Return whether a heading of the row is merged over columns, so that blanks are meant."""
    return any(index - 1 in merged and row[index] == row[index - 1] != "" for index in merged)


def _of_labels(part: Part, index: int, text: str) -> bool:
    """Return whether a heading stands over labels, not figures."""
    return squeezed(text) == squeezed(part.heads[0][0].text) or not (
        holds_figures(part, index) or is_year(text)
    )

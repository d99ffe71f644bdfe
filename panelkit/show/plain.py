"""A grid as Markdown and as text for a terminal."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from io import StringIO
from itertools import count
from typing import TYPE_CHECKING, Any

from panelkit.language.errors import StyleError
from panelkit.language.message import message
from panelkit.show.alignment import HARD, padded_for_terminal
from panelkit.show.grid import INDENT, Row, TableGrid

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

_WIDTH: ContextVar[int | None] = ContextVar("width", default=None)
LEAST_WIDTH = 30  # below it, numbers would be cut
_GAP = 3  # two blanks around a column, and the rule between two
_FRAME = 4
_WORD = 12
_LONGEST_NUMBER = 20
_MARK = (
    "\ue000"  # of private use, in no name: the first of those that stand for headings while a table is made
)
_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile(r"[0-9]")
_MISREAD = re.compile(r"\(<?[\d.]+(?:e-\d+)?\)$|[=+@]|-(?![\d.])")
_PIECES = re.compile(r"\s*[（【「《]*(?:[^\s\u2e80-\uffef]+|[\u2e80-\uffef])[，。；：、）】」》”]*\s*")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~$])")


def escape(text: str) -> str:
    """Return text that Markdown shows as it stands, on one line."""
    shown = _SPECIAL.sub(r"\\\1", text).replace(INDENT, "&emsp;")
    return shown.replace("\n", "<br>")


def csv_table(grid: TableGrid) -> str:
    """Return the cells as CSV, heads over columns in a line of their own; caption and notes are no cells.

    Numbers in parentheses, which Excel would take for negative ones, and texts that it would take for formulas stand as
    `="(0.050)"`, as `esttab` writes them.
    """
    out = StringIO()
    lines = csv.writer(out, lineterminator="\n")
    if grid.spans:
        lines.writerow(["", *(head for head, width in grid.spans for _ in range(width))])
    lines.writerow([grid.stub, *(_for_excel(head.rstrip().replace("\n", " ")) for head in grid.header)])
    lines.writerows([_for_excel(text) for text in (row.label.strip(), *row.cells)] for row in grid.rows)
    return "\ufeff" + out.getvalue()


def _for_excel(text: str) -> str:
    """Return a cell that Excel opens as it stands."""
    if not _MISREAD.match(text):
        return text
    doubled = text.replace('"', '""')
    return f'="{doubled}"'


def under_heads(grid: TableGrid) -> TableGrid:
    """Return the table with heads over several columns as a first line of each of them."""
    over = [head for head, width in grid.spans for _ in range(width)]
    if not over:
        return grid
    return replace(
        grid,
        header=tuple(f"{above}\n{head}" for above, head in zip(over, grid.header, strict=True)),
        spans=(),
    )


def markdown(grid: TableGrid) -> str:
    """Return a pipe table, the caption above it and the notes below."""
    grid = under_heads(grid)
    lines = [_line((grid.stub, *(head.strip("\n") for head in grid.header)))]
    lines.append("|" + "|".join([":---", *(":---:" for _ in grid.header)]) + "|")
    lines += [_line((row.label, *row.cells)) for row in grid.rows]
    if grid.caption:
        lines = [f"**{escape(grid.caption)}**", "", *lines]
    if grid.notes:
        lines += ["", escape(grid.note_text())]
    return "\n".join(lines) + "\n"


def text(grid: TableGrid, *, width: int = 100) -> str:
    """Return the table for a terminal, ruled by three lines.

    Columns that do not fit beside each other stand below each other, the first column repeated, so that no number is
    cut; long words are folded.
    """
    from panelkit.show.console import open_console

    if width < LEAST_WIDTH:
        raise StyleError(
            message("width={width}: a table needs {least} columns at least", width=width, least=LEAST_WIDTH)
        )
    grid = padded_for_terminal(under_heads(grid))
    out = StringIO()
    console = open_console(
        file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False
    )
    heads = [row.label for row in grid.rows if row.heading]
    grid = _without_headings(grid)
    for at, part in enumerate(_parts(grid, width)):
        if at:
            console.print()
        console.print(_table(grid, part, width, caption=grid.caption if at == 0 else None))
    if grid.notes:
        out.write(fold(grid.note_text(), width) + "\n")
    lines = [line.rstrip() for line in out.getvalue().replace(HARD, " ").splitlines()]
    shown = [
        fold(f"  {heads[ord(line.strip()) - ord(_MARK)]}", width) if _is_heading(line, heads) else line
        for line in lines
    ]
    return "\n".join(shown) + "\n"


def _without_headings(grid: TableGrid) -> TableGrid:
    """Return the table with one letter in place of each heading, so that none of them widens the first column."""
    number = count(ord(_MARK))
    blocks = tuple(
        tuple(replace(row, label=chr(next(number))) if row.heading else row for row in block)
        for block in grid.blocks
    )
    return replace(grid, blocks=blocks)


def _is_heading(line: str, heads: Sequence[str]) -> bool:
    letter = line.strip()
    return len(letter) == 1 and 0 <= ord(letter) - ord(_MARK) < len(heads)


def _table(grid: TableGrid, part: Sequence[int], width: int, *, caption: str | None) -> Table:
    """Return some columns of a grid as a table; where they do not fit as they are, words give way to numbers."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    tight = _needed(grid, part, _natural) > width
    table = Table(box=box.HORIZONTALS, show_edge=True, title=None if caption is None else Text(caption))
    table.add_column(Text(grid.stub), justify="left", no_wrap=not tight, overflow="fold")
    for column in part:
        rigid = not tight or _least(_cells(grid, column)) == _natural(_cells(grid, column))
        table.add_column(
            Text(grid.header[column]),
            justify="center",
            no_wrap=rigid,
            overflow="fold",
            min_width=min(_least(_cells(grid, column)), max(1, width - _FRAME)) if tight else None,
        )
    whole = len(part) == len(grid.header)
    blocks = [list(block) if whole else _held(block, part) for block in grid.blocks]
    for i, block in enumerate(block for block in blocks if block):
        if i:
            table.add_section()
        for row in block:
            table.add_row(Text(row.label), *(Text(row.cells[column]) for column in part))
    return table


def _held(block: Sequence[Row], part: Sequence[int]) -> list[Row]:
    """Return the rows of a block that some columns fill, and the headings that stand over such rows."""
    kept: list[Row] = []
    for row in reversed(block):
        heads = not any(row.cells)
        if any(row.cells[column] for column in part) or (heads and kept and any(kept[-1].cells)):
            kept.append(row)
    return kept[::-1]


def _parts(grid: TableGrid, width: int) -> list[list[int]]:
    """Return the columns that stand beside each other in a given width, at least one each time."""
    keys = list(range(min(grid.keys, len(grid.header) - 1)))
    parts: list[list[int]] = [[*keys]]
    for column in range(len(keys), len(grid.header)):
        if len(parts[-1]) > len(keys) and _needed(grid, [*parts[-1], column], _least) > width:
            parts.append([*keys])
        parts[-1].append(column)
    return parts


def _needed(grid: TableGrid, part: Sequence[int], measure: Callable[[list[str]], int]) -> int:
    stub = [grid.stub, *(row.label for row in grid.rows)]
    return sum(measure(cells) + _GAP for cells in (stub, *(_cells(grid, column) for column in part))) + 1


def _cells(grid: TableGrid, column: int) -> list[str]:
    return [grid.header[column], *(row.cells[column] for row in grid.rows)]


def _natural(cells: list[str]) -> int:
    from rich.cells import cell_len

    return max(cell_len(line) for cell in cells for line in (cell.splitlines() or [""]))


def _least(cells: list[str]) -> int:
    """Return the width below which a column may not go: that of its longest number, or some letters of its words."""
    from rich.cells import cell_len

    pieces = [piece for cell in cells for piece in _BLANKS.split(cell) if piece]
    numbers = [cell_len(piece) for piece in pieces if _NUMBER.search(piece) and len(piece) <= _LONGEST_NUMBER]
    return max([min(_natural(cells), _WORD), *numbers])


@contextmanager
def columns_of_terminal(width: int) -> Iterator[None]:
    """Let the plain text of results keep to a number of columns inside the block."""
    before = _WIDTH.set(width)
    try:
        yield
    finally:
        _WIDTH.reset(before)


def frame_text(frame: pd.DataFrame) -> str:
    """Return a frame of texts, right-aligned; in a narrow terminal every row stands as `name value` pairs instead."""
    import pandas as pd
    from rich.cells import cell_len

    with pd.option_context("display.unicode.east_asian_width", True):
        whole = frame.to_string(index=False)
    width = _WIDTH.get()
    if width is None or max(map(cell_len, whole.splitlines())) <= width:
        return whole
    return "\n".join(_pairs(row, width) for row in frame.astype(str).to_dict("records"))


def folded(text: str) -> str:
    """Return text whose lines keep to the terminal of the block, broken between words; numbers stay whole."""
    width = _WIDTH.get()
    return text if width is None else fold(text, width)


def fold(text: str, width: int) -> str:
    """Return text in lines of at most `width` columns, broken at blanks and between Chinese characters."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += [line[:width]] if set(line) == {"="} else _fold_line(line, width)
    return "\n".join(lines)


def _fold_line(line: str, width: int) -> list[str]:
    from rich.cells import cell_len, chop_cells

    lines = [""]
    for piece in _PIECES.findall(line):
        if cell_len(lines[-1]) + cell_len(piece.rstrip()) <= width:
            lines[-1] += piece
            continue
        first, *rest = chop_cells(piece.strip(), width) or [""]
        if lines[-1].strip():
            lines.append(first)
        else:
            lines[-1] = first
        lines += rest
        if piece != piece.rstrip():
            lines[-1] += " "
    return [part.rstrip() for part in lines]


def _pairs(row: Mapping[Any, str], width: int) -> str:
    from rich.cells import cell_len

    lines: list[str] = []
    for name, value in row.items():
        piece = f"{name} {value.strip()}"
        if lines and cell_len(lines[-1]) + 2 + cell_len(piece) <= width:
            lines[-1] += f"  {piece}"
        else:
            lines.append(piece if not lines else f"  {piece}")
    return "\n".join(lines)


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"

"""A grid as Markdown and as text for a terminal."""

from __future__ import annotations

import re
from io import StringIO

from panelkit.show.grid import INDENT, Grid

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~$])")


def escape(text: str) -> str:
    """Return text that Markdown shows as it stands, on one line."""
    shown = _SPECIAL.sub(r"\\\1", text).replace(INDENT, "&emsp;")
    return shown.replace("\n", "<br>")


def markdown(grid: Grid) -> str:
    """Return a pipe table, the caption above it and the notes below."""
    lines = [_line((grid.stub, *(head.rstrip() for head in grid.header)))]
    lines.append("|" + "|".join([":---", *(":---:" for _ in grid.header)]) + "|")
    lines += [_line((row.label, *row.cells)) for row in grid.rows]
    if grid.caption:
        lines = [f"**{escape(grid.caption)}**", "", *lines]
    if grid.notes:
        lines += ["", escape(grid.note_text())]
    return "\n".join(lines) + "\n"


def text(grid: Grid, *, width: int = 100) -> str:
    """Return the table for a terminal, ruled by three lines."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.HORIZONTALS, show_edge=True, title=None if grid.caption is None else Text(grid.caption)
    )
    table.add_column(Text(grid.stub), justify="left", no_wrap=True)
    for head in grid.header:
        table.add_column(Text(head), justify="center", no_wrap=True)
    for i, block in enumerate(grid.blocks):
        if i:
            table.add_section()
        for row in block:
            table.add_row(Text(row.label), *(Text(cell) for cell in row.cells))
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False)
    console.print(table)
    if grid.notes:
        console.print(Text(grid.note_text()))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"

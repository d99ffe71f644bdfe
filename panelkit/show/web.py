"""A grid as a self-contained HTML fragment."""

from __future__ import annotations

import hashlib
import html as markup
import re
from itertools import count
from typing import Any

from panelkit.show.alignment import sides, split
from panelkit.show.grid import MARK, TableGrid, marked

_HEADING = re.compile(f"(<th [^>]*gt_stub[^>]*)>{MARK}(.*?){MARK}</th>(?:\\s*<td[^>]*></td>)*")
_ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
_CELL = re.compile(r"(<td[^>]*>)(.*?)</td>")
_FONTS = [
    "Times New Roman",
    "Songti SC",
    "SimSun",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "serif",
]
_STYLE = {
    "table_font_names": _FONTS,
    "table_font_size_all": "15px",
    "source_notes_font_size": "12.5px",
    "data_row_padding": "2px",
    "column_labels_border_top_width": "1.5px",
    "column_labels_border_bottom_width": "0.75px",
    "table_body_border_bottom_width": "1.5px",
    "heading_align": "center",
    "heading_border_bottom_style": "hidden",
    "source_notes_border_bottom_style": "hidden",
}


def html(grid: TableGrid) -> str:
    """Return one `<div>` that holds its own style; its identifier depends on the content only."""
    from maketables import MTable

    table = MTable(marked(grid).frame(), notes=grid.note_text(), caption=grid.caption, rgroup_sep="")
    made: Any = table.make("gt", gt_style=_STYLE)
    text = str(made.as_raw_html())
    text = _aligned(_headings(text, len(grid.header)), grid)
    if grid.stub:
        text = _with_stub(text, grid.stub)
    return _steady(text, grid)


def _headings(text: str, columns: int) -> str:
    """Let headings stand over all columns, so that none of them widens the first."""
    return _HEADING.sub(rf'\1 colspan="{columns + 1}"><em>\2</em></th>', text)


def _aligned(text: str, grid: TableGrid) -> str:
    """Put numbers under each other by their decimal points, where the table asks for it."""
    if grid.align != "decimal":
        return text
    widths = [sides(grid, column) for column in range(len(grid.header))]

    def row(found: re.Match[str]) -> str:
        column = count()
        return _CELL.sub(
            lambda cell: cell.group(1) + _boxed(cell.group(2), widths[next(column)]) + "</td>", found.group()
        )

    head, body, rest = text.partition("<tbody")
    return head + body + _ROW.sub(row, rest)


def _boxed(text: str, widths: tuple[int, int]) -> str:
    parts = split(text)
    if parts is None:
        return text
    return "".join(
        f'<span style="display:inline-block;width:{width}ch;text-align:{side}">{part}</span>'
        for part, width, side in zip(parts, widths, ("right", "left"), strict=True)
    )


def _with_stub(text: str, stub: str) -> str:
    """Put the name of the first column into its empty head."""
    return re.sub(r"(<th [^>]*gt_col_heading[^>]*>)(</th>)", rf"\1{markup.escape(stub)}\2", text, count=1)


def _steady(text: str, grid: TableGrid) -> str:
    """Replace the random identifier by one made from the content, and name the language."""
    found = re.search(r'<div id="([a-z]+)"', text)
    if found is None:
        return text
    old = found.group(1)
    content = text.replace(old, "")
    new = "pk-" + hashlib.sha256(content.encode("utf-8")).hexdigest()[:10]
    tag = "zh-CN" if grid.language == "zh" else "en"
    text = text.replace(f'<div id="{old}"', f'<div id="{new}" lang="{tag}"', 1).replace(f"#{old}", f"#{new}")
    return text.rstrip() + "\n"

"""A grid as a self-contained HTML fragment."""

from __future__ import annotations

import hashlib
from html import escape

from panelkit.show.alignment import sides, split
from panelkit.show.grid import Row, TableGrid

_STYLE = """\
{at} {{ overflow-x: auto; padding: 10px 0; }}
{at} table {{ border-collapse: collapse; margin: 0 auto; width: auto; background: #fff; color: #333;
  font: 15px/normal 'Times New Roman', 'Songti SC', SimSun, 'Noto Serif CJK SC', 'Source Han Serif SC', serif; }}
{at} caption {{ caption-side: top; padding: 6px 5px; background: #fff; color: #333; text-align: center; }}
{at} tr, {at} tbody tr:nth-child(n) {{ background: #fff; border: none; }}
{at} th, {at} td {{ border: none; padding: 2px 5px; font-weight: normal; text-align: center; vertical-align: middle; }}
{at} thead th {{ vertical-align: bottom; }}
{at} thead tr:last-child th {{ padding-bottom: 7px; }}
{at} thead th span {{ display: block; border-bottom: 0.75px solid #000; padding-bottom: 2px; }}
{at} tr > :first-child {{ text-align: left; }}
{at} thead {{ border-top: 1.5px solid #000; border-bottom: 0.75px solid #000; }}
{at} tbody {{ border-bottom: 1.5px solid #000; }}
{at} tfoot td {{ font-size: 12.5px; text-align: left; padding: 4px 5px; }}
"""


def html(grid: TableGrid) -> str:
    """Return one `<div>` that holds its own style; its identifier depends on the content only."""
    parts = ["<table>"]
    if grid.caption is not None:
        parts.append(f"<caption>{_lines(grid.caption)}</caption>")
    parts += ["<thead>", *_head(grid), "</thead>", "<tbody>", *_body(grid), "</tbody>"]
    if grid.notes:
        over = len(grid.header) + 1
        parts.append(f'<tfoot>\n<tr><td colspan="{over}">{_lines(grid.note_text())}</td></tr>\n</tfoot>')
    table = "\n".join([*parts, "</table>"])
    tag = "zh-CN" if grid.language == "zh" else "en"
    name = "pk-" + hashlib.sha256((tag + table).encode("utf-8")).hexdigest()[:10]
    style = _STYLE.format(at=f"#{name}")
    return f'<div id="{name}" lang="{tag}">\n<style>\n{style}</style>\n{table}\n</div>\n'


def _head(grid: TableGrid) -> list[str]:
    """Return the rows of the head: heads over columns with short lines below them, then one head a column."""
    rows = []
    if grid.spans:
        over = [
            f'<th scope="colgroup" colspan="{width}"><span>{_lines(head)}</span></th>'
            if head
            else f'<td colspan="{width}"></td>'
            for head, width in grid.spans
        ]
        rows.append(_written(["<td></td>", *over]))
    heads = [f'<th scope="col">{_lines(head)}</th>' for head in (grid.stub, *grid.header)]
    return [*rows, _written(heads)]


def _body(grid: TableGrid) -> list[str]:
    """Return the rows; numbers stand under each other by their decimal points where the table asks for it."""
    decimal = grid.align == "decimal"
    widths = [sides(grid, column) if decimal else None for column in range(len(grid.header))]
    return [_row(row, widths) for row in grid.rows]


def _row(row: Row, widths: list[tuple[int, int] | None]) -> str:
    """Return one row; a heading stands over all columns, so that it widens none of them."""
    if row.heading:
        over = len(widths) + 1
        return _written([f'<th scope="rowgroup" colspan="{over}"><em>{_lines(row.label)}</em></th>'])
    cells = [
        f"<td>{_lines(cell) if width is None else _boxed(cell, width)}</td>"
        for cell, width in zip(row.cells, widths, strict=True)
    ]
    return _written([f'<th scope="row">{_lines(row.label)}</th>', *cells])


def _written(cells: list[str]) -> str:
    """Return a row, a cell a line: a program that takes out the tags keeps the cells apart."""
    return "\n".join(["<tr>", *(f"  {cell}" for cell in cells), "</tr>"])


def _boxed(text: str, widths: tuple[int, int]) -> str:
    parts = split(text)
    if parts is None:
        return _lines(text)
    return "".join(
        f'<span style="display:inline-block;width:{width}ch;text-align:{side}">{escape(part)}</span>'
        for part, width, side in zip(parts, widths, ("right", "left"), strict=True)
    )


def _lines(text: str) -> str:
    """Return a text that a browser shows as it stands, line below line."""
    return "<br>".join(escape(line) for line in text.split("\n"))

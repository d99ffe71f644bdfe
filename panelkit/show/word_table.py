"""The three-line table of a Word file: rows, cells and rules, in the order that the schema wants."""

from __future__ import annotations

from typing import Any

from panelkit.show.grid import TableGrid
from panelkit.show.widths import column_widths

_HEAVY, _LIGHT = 12, 6  # eighths of a point: 1.5 pt outside, 0.75 pt under the header
_ROWS, _FLAT_ROWS = 40, 20  # rows of a page, upright and on its side: some are of several lines
_FIRST = 2  # rows that stay with the head of a table that runs over pages
_MARGINS = (("top", 30), ("left", 0), ("bottom", 20), ("right", 0))  # twentieths of a point


def three_lines(document: Any, grid: TableGrid, *, wide: bool = False) -> Any:
    """Add the table to a document, its pages upright or `wide`, and return it; fonts are named afterwards.

    It stands on one page, but for a table of more rows than a page has room for.
    """
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Pt

    size = 9.0 if len(grid.header) > 6 else 10.5
    widths = [Pt(width) for width in column_widths(grid, size=size, wide=wide)]
    heads = 1 + (len(grid.spans) > 0)
    table = document.add_table(rows=heads + len(grid.rows), cols=len(widths))
    table.style = None
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _frame(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    lines = table._element.tr_lst
    for line in lines[:heads]:
        line.get_or_add_trPr().append(_element("tblHeader"))
    if grid.spans:
        _fill(table, lines[0], [("", 1), *grid.spans], size, widths)
        _rule(lines[0], [bool(head) for head, _ in grid.spans])
    _fill(table, lines[heads - 1], [(text, 1) for text in (grid.stub, *grid.header)], size, widths)
    _rule(lines[heads - 1], [True] * len(grid.header), label=True)
    last = len(grid.rows) - 1
    whole = len(grid.rows) <= (_FLAT_ROWS if wide else _ROWS)
    for at, (row, line) in enumerate(zip(grid.rows, lines[heads:], strict=True)):
        texts = [(row.label, len(widths))] if row.heading else [(text, 1) for text in (row.label, *row.cells)]
        kept = (whole or at < _FIRST or row.heading) and (at < last or bool(grid.notes))
        _fill(table, line, texts, size, widths, italic=row.heading, kept=kept)
    return table


def _frame(table: Any) -> None:
    """Draw the lines above and below the table, and set how far texts stand from their cells' edges."""
    properties = table._element.tblPr
    borders = _element("tblBorders")
    borders.extend([_border("top", _HEAVY), _border("bottom", _HEAVY)])
    margins = _element("tblCellMar")
    margins.extend([_element(side, w=str(width), type="dxa") for side, width in _MARGINS])
    layout = properties.find(_qualified("tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)


def _fill(
    table: Any,
    line: Any,
    texts: list[tuple[str, int]],
    size: float,
    widths: list[Any],
    *,
    italic: bool = False,
    kept: bool = True,
) -> None:
    """Write one row: each text over so many columns, all but the first centred, kept on the page of the next row."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.table import _Cell

    first = 0
    for element, (text, over) in zip(line.tc_lst, texts, strict=False):
        cell = _Cell(element, table)
        element.width = sum(widths[first : first + over])
        element.grid_span = over
        _set(cell, text, size, italic=italic, kept=kept)
        if first:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        first += over
    for element in line.tc_lst[len(texts) :]:
        line.remove(element)


def _set(cell: Any, text: str, size: float, *, italic: bool, kept: bool) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.shared import Pt

    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    (paragraph,) = cell.paragraphs
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing = 1.0
    layout.keep_together = True
    layout.keep_with_next = kept
    if text:
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        run.italic = italic or None


def _rule(line: Any, ruled: list[bool], *, label: bool = False) -> None:
    """Draw a thin line below the cells of a head that ask for it."""
    for element, wanted in zip(line.tc_lst, [label, *ruled], strict=True):
        if wanted:
            rule = _element("tcBorders")
            rule.append(_border("bottom", _LIGHT))
            element.tcPr.find(_qualified("vAlign")).addprevious(rule)


def _border(side: str, size: int) -> Any:
    return _element(side, val="single", sz=str(size), space="0", color="000000")


def _element(name: str, **values: str) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(f"w:{name}")
    for key, value in values.items():
        element.set(_qualified(key), value)
    return element


def _qualified(name: str) -> Any:
    from docx.oxml.ns import qn

    return qn(f"w:{name}")

"""A grid as a Word file: a three-line table with the East-Asian font set."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

from panelkit.language.message import Language
from panelkit.show.alignment import padded_for_print
from panelkit.show.grid import TableGrid
from panelkit.show.widths import column_widths
from panelkit.show.words import word

LATIN = "Times New Roman"
BODY = "宋体"
HEADING = "黑体"
_HEAVY, _LIGHT = 12, 6  # eighths of a point: 1.5 pt outside, 0.75 pt under the header
_EPOCH = (1980, 1, 1, 0, 0, 0)


def docx(grid: TableGrid) -> bytes:
    """Return the Word file; the same grid gives the same bytes."""
    grid = padded_for_print(grid)
    document = _laid(grid)
    table = document.tables[0]
    a4(document, wide=len(grid.header) > 6)
    if grid.caption:
        table._element.addprevious(_caption(document, grid)._element)
    if grid.notes:
        _notes(document, table, grid)
    set_fonts(document)
    named_and_dated(document, grid.caption or "", grid.language)
    return steadied(document)


def three_line_table(grid: TableGrid) -> Any:
    """Return the table alone, as the element that a larger document takes in."""
    return _laid(padded_for_print(grid)).tables[0]._element


def _laid(grid: TableGrid) -> Any:
    document = _filled(grid)
    table = document.tables[0]
    _three_lines(table, grid)
    _fit(table, grid)
    return document


def _filled(grid: TableGrid) -> Any:
    """Return maketables' document with the cells filled in; lines, fonts and notes are set afterwards."""
    from maketables import MTable

    document: Any = MTable(grid.frame()).make(
        "docx",
        docx_style={
            "font_name": LATIN,
            "font_size_pt": _size(grid),
            "cell_margins_dxa": {"left": 0, "right": 0, "top": 30, "bottom": 20},
        },
    )
    table = document.tables[0]
    table._element.remove(table.rows[-1]._element)  # the empty row that maketables keeps for notes
    heads = table.rows[len(grid.spans) > 0]
    heads.cells[0].text = grid.stub
    _headings(table, grid)
    return document


def _headings(table: Any, grid: TableGrid) -> None:
    """Let headings stand over all columns, slanted."""
    first = len(table.rows) - len(grid.rows)
    for at, row in enumerate(grid.rows):
        if row.heading:
            cells = table.rows[first + at].cells
            for cell in cells[1:]:
                cell._element.getparent().remove(cell._element)
            cells[0]._element.grid_span = len(cells)
            for run in cells[0].paragraphs[0].runs:
                run.italic = True


def _three_lines(table: Any, grid: TableGrid) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for borders in list(table._element.iter(qn("w:tcBorders"))):
        borders.getparent().remove(borders)
    properties = table._element.tblPr
    for style in properties.findall(qn("w:tblStyle")):
        properties.remove(style)
    frame = OxmlElement("w:tblBorders")
    for side in ("top", "bottom"):
        frame.append(_border(side, _HEAVY))
    look = properties.find(qn("w:tblLayout"))
    anchor = look if look is not None else properties.find(qn("w:tblCellMar"))
    anchor.addprevious(frame)
    for cell in _ruled(table, grid):
        rule = OxmlElement("w:tcBorders")
        rule.append(_border("bottom", _LIGHT))
        cell._element.get_or_add_tcPr().append(rule)
    for look in properties.findall(qn("w:tblLook")):
        properties.append(look)  # the schema wants it last
    for head in table.rows[: 1 + (len(grid.spans) > 0)]:
        head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _ruled(table: Any, grid: TableGrid) -> list[Any]:
    """Return the cells with a line below: those of the head, and heads that stand over several columns."""
    if not grid.spans:
        return list(table.rows[0].cells)
    over, first = [], 1
    for head, width in grid.spans:
        if head:
            over.append(table.rows[0].cells[first])
        first += width
    return [*over, *table.rows[1].cells]


def _border(side: str, size: int) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    border = OxmlElement(f"w:{side}")
    for key, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", "000000")):
        border.set(qn(f"w:{key}"), value)
    return border


def _fit(table: Any, grid: TableGrid) -> None:
    """Give every column the width of its longest text, and lines no extra space."""
    from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
    from docx.shared import Pt

    widths = column_widths(grid, size=_size(grid))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Pt(width)
    for row in table.rows:
        for cell, width in zip(_cells(row), _covered(row, widths), strict=True):
            cell.width = Pt(width)
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(0)
                paragraph.paragraph_format.space_before = Pt(0)
                paragraph.paragraph_format.line_spacing = 1.0
                _keep_together(paragraph)
    if not grid.notes:
        for cell in table.rows[-1].cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = False


def _cells(row: Any) -> list[Any]:
    """Return the cells of a row, one over several columns once."""
    return [
        cell
        for at, cell in enumerate(row.cells)
        if at == 0 or cell._element is not row.cells[at - 1]._element
    ]


def _covered(row: Any, widths: list[float]) -> list[float]:
    """Return the widths of the cells of a row, those over several columns with the width of all of them."""
    spans = [cell._element.grid_span for cell in _cells(row)]
    return [sum(widths[sum(spans[:at]) : sum(spans[: at + 1])]) for at in range(len(spans))]


def _keep_together(paragraph: Any) -> None:
    """Keep a row on the page of the next one (maketables sets this too, out of the schema's order)."""
    from docx.oxml.ns import qn

    properties = paragraph._element.get_or_add_pPr()
    for name in ("w:keepNext", "w:keepLines"):
        for mark in properties.findall(qn(name)):
            properties.remove(mark)
    paragraph.paragraph_format.keep_together = True
    paragraph.paragraph_format.keep_with_next = True


def _size(grid: TableGrid) -> float:
    return 9.0 if len(grid.header) > 6 else 10.5


def a4(document: Any, *, wide: bool) -> None:
    """Give the pages their size, upright or `wide`."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section = document.sections[0]
    width, height = Mm(210), Mm(297)
    section.page_width, section.page_height = (height, width) if wide else (width, height)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(25)


def _caption(document: Any, grid: TableGrid) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph(word("table", grid.language) + " ")
    _sequence(paragraph)
    paragraph.add_run(("\u3000" if grid.language == "zh" else ". ") + str(grid.caption))
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(4)
    paragraph.paragraph_format.keep_with_next = True
    for run in paragraph.runs:
        run.font.size = Pt(10.5)
        run.font.bold = True
        _set_font(run._element.get_or_add_rPr(), HEADING)
    return paragraph


def _sequence(paragraph: Any) -> None:
    """Add Word's running number of tables, showing 1 until Word counts again."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind in ("begin", "instruction", "separate", "1", "end"):
        run = paragraph.add_run("1" if kind == "1" else "")
        if kind == "instruction":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = r" SEQ Table \* ARABIC "
            run._element.append(text)
        elif kind != "1":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._element.append(mark)


def _notes(document: Any, table: Any, grid: TableGrid) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph(grid.note_text())
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    paragraph.paragraph_format.space_before = Pt(4)
    for run in paragraph.runs:
        run.font.size = Pt(9)
    table._element.addnext(paragraph._element)


def set_fonts(document: Any) -> None:
    """Name the Latin and the East-Asian font of every run."""
    from docx.oxml.ns import qn

    normal = document.styles["Normal"].element.get_or_add_rPr()
    _set_font(normal, BODY)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    paragraphs = list(document.paragraphs)
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    paragraphs += [paragraph for cell in cells for paragraph in cell.paragraphs]
    for paragraph in paragraphs:
        for run in paragraph.runs:
            _set_font(run._element.get_or_add_rPr(), None)


def _set_font(properties: Any, east_asian: str | None) -> None:
    """Name the Latin and the East-Asian font; None keeps an East-Asian font that stands there already."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for slot in ("ascii", "hAnsi"):
        fonts.set(qn(f"w:{slot}"), LATIN)
    held = fonts.get(qn("w:eastAsia"))
    fonts.set(qn("w:eastAsia"), east_asian or held or BODY)


def named_and_dated(document: Any, title: str, language: Language) -> None:
    """Give the file its title and language, no author and a fixed date."""
    core = document.core_properties
    core.author = ""
    core.comments = ""
    core.title = title
    core.language = "zh-CN" if language == "zh" else "en"
    core.created = core.modified = datetime(*_EPOCH[:3])


def steadied(document: Any) -> bytes:
    """Return the file with fixed times in its archive."""
    raw = BytesIO()
    document.save(raw)
    steady = BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return steady.getvalue()

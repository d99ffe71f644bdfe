"""A grid as a Word file: a three-line table with the East-Asian font set."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

from panelkit.language.message import Language
from panelkit.show.alignment import padded_for_print
from panelkit.show.grid import TableGrid
from panelkit.show.word_table import three_lines
from panelkit.show.words import word

LATIN = "Times New Roman"
BODY = "宋体"
HEADING = "黑体"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def docx(grid: TableGrid) -> bytes:
    """Return the Word file; the same grid gives the same bytes."""
    from docx import Document

    grid = padded_for_print(grid)
    document = Document()
    wide = len(grid.header) > 6
    table = three_lines(document, grid, wide=wide)
    a4(document, wide=wide)
    if grid.caption:
        table._element.addprevious(caption(document, grid)._element)
    if grid.notes:
        table._element.addnext(notes(document, grid)._element)
    set_fonts(document)
    named_and_dated(document, grid.caption or "", grid.language)
    return steadied(document)


def three_line_table(grid: TableGrid, *, wide: bool = False) -> Any:
    """Return the table alone, as the element that a larger document takes in, its pages upright or `wide`."""
    from docx import Document

    return three_lines(Document(), padded_for_print(grid), wide=wide)._element


def a4(document: Any, *, wide: bool) -> None:
    """Give the pages their size, upright or `wide`."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section = document.sections[0]
    width, height = Mm(210), Mm(297)
    section.page_width, section.page_height = (height, width) if wide else (width, height)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(25)


def caption(document: Any, grid: TableGrid, table: int = 1) -> Any:
    """Add the caption as the last paragraph; `table` is its number until Word counts again."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph(word("table", grid.language) + " ")
    _sequence(paragraph, str(table))
    paragraph.add_run(("\u3000" if grid.language == "zh" else ". ") + str(grid.caption))
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(4)
    paragraph.paragraph_format.keep_with_next = True
    for run in paragraph.runs:
        run.font.size = Pt(10.5)
        run.font.bold = True
        _set_font(run._element.get_or_add_rPr(), HEADING)
    return paragraph


def _sequence(paragraph: Any, shown: str) -> None:
    """Add Word's running number of tables, showing a number until Word counts again."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind in ("begin", "instruction", "separate", shown, "end"):
        run = paragraph.add_run(shown if kind == shown else "")
        if kind == "instruction":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = r" SEQ Table \* ARABIC "
            run._element.append(text)
        elif kind != shown:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._element.append(mark)


def notes(document: Any, grid: TableGrid) -> Any:
    """Add the notes below a table as the last paragraph."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph(grid.note_text())
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    paragraph.paragraph_format.space_before = Pt(4)
    for run in paragraph.runs:
        run.font.size = Pt(9)
    return paragraph


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

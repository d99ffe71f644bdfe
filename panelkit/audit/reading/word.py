"""Tables of Word files (.docx): merged cells, raised stars, several paragraphs in a cell, captions, notes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from panelkit.audit.reading.archive import tree, xml_parts
from panelkit.audit.reading.around import Grid, Line, in_order
from panelkit.audit.reading.pasted import sheets_of_text
from panelkit.audit.reading.raw import Raw, count_cells
from panelkit.audit.reading.refused import no_table, only_pictures
from panelkit.audit.reading.sheet import Sheet, Span
from panelkit.audit.reading.word_runs import MC, PICTURE, W, text_of
from panelkit.language.offers import offered

_HOLDERS = {f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}


@offered("table_file", "docx", family="document", source="ISO/IEC 29500-1, 17.4")
def read_word(raw: Raw) -> list[Sheet]:
    """Return the tables of a Word file; text aligned by tabs where there is no table.

    A table within a cell is a table of its own where it has several columns, else lines of that cell.

    Raises
    ------
    DataError
        If the file is damaged or protected, or holds no table, or only pictures.
    """
    body = tree(xml_parts(raw, r"word/document\.xml")["word/document.xml"], raw.name).find(f"{W}body")
    blocks = [] if body is None else list(_blocks(body, raw.name))
    found = in_order([block for block in blocks if block != Line(PICTURE)], raw.name)
    if found and any(_has_figures(sheet) for sheet in found):
        return [sheet for sheet in found if _has_figures(sheet)]
    texts = [block.text for block in blocks if isinstance(block, Line)]
    tabbed = "\n".join(texts) if sum("\t" in text for text in texts) > 1 else ""
    if tabbed:
        return sheets_of_text(tabbed, raw.name)
    pictures = any(PICTURE in text for text in texts) or any(
        PICTURE in cell for sheet in found for row in sheet.cells for cell in row
    )
    raise only_pictures(raw.name) if pictures else no_table(raw.name)


def _has_figures(sheet: Sheet) -> bool:
    return any(any(map(str.isdigit, cell)) for row in sheet.cells for cell in row)


def _blocks(body: Element, name: str) -> Iterator[Line | Grid]:
    """Yield paragraphs and tables in order, those within content controls, insertions and text boxes too."""
    for child in body:
        if child.tag == f"{W}tbl":
            yield from _table(child, name)
        elif child.tag == f"{W}p":
            for box in _boxes(child):
                yield from _blocks(box, name)
            text = text_of(child)
            if text:
                yield Line(text, caption=_is_caption(child))
        elif child.tag in _HOLDERS:
            yield from _blocks(child, name)


def _boxes(paragraph: Element) -> Iterator[Element]:
    """Yield the text boxes of a paragraph, each once though a file may hold it in two ways."""
    for child in paragraph:
        if child.tag == f"{MC}AlternateContent":
            chosen = child.find(f"{MC}Choice")
            yield from _boxes(child if chosen is None else chosen)
        elif child.tag == f"{W}txbxContent":
            yield child
        elif child.tag != f"{W}tbl":
            yield from _boxes(child)


def _is_caption(paragraph: Element) -> bool:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    said = "" if style is None else style.get(f"{W}val", "")
    return said.lower().startswith("caption") or said == "题注"


def _table(table: Element, name: str) -> Iterator[Grid]:
    """Yield a table, and before it those of several columns within its cells."""
    rows: list[list[str]] = []
    merged: list[Span] = []
    open_down: dict[int, int] = {}
    inner: list[Grid] = []
    cells = 0
    for row in _rows(table):
        line: list[str] = [""] * _number(row.find(f"{W}trPr/{W}gridBefore"))
        for cell in _cells(row):
            across = max(1, _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1))
            column = len(line)
            cells += across
            count_cells(name, cells, column + across)
            down = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = (
                down is not None and down.get(f"{W}val", "continue") == "continue" and column in open_down
            )
            if not goes_on:
                open_down.pop(column, None)
                merged.append((len(rows), column, len(rows), column + across - 1))
            if down is not None and not goes_on:
                open_down[column] = len(merged) - 1
            if goes_on:
                top, left, _, right = merged[open_down[column]]
                merged[open_down[column]] = (top, left, len(rows), right)
            line += ["" if goes_on else _cell_text(cell, name, inner), *[""] * (across - 1)]
        rows.append(line)
    yield from inner
    yield Grid(rows, [span for span in merged if span[0] < span[2] or span[1] < span[3]])


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == f"{W}tr" and child.find(f"{W}trPr/{W}del") is None:
            yield child
        elif child.tag in _HOLDERS:
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in _HOLDERS:
            yield from _cells(child)


def _cell_text(cell: Element, name: str, inner: list[Grid]) -> str:
    """Return the lines of a cell; tables of several columns within it go to `inner`."""
    lines: list[str] = []
    for block in _blocks(cell, name):
        if isinstance(block, Line):
            lines.append(block.text.replace("\t", " "))
        elif max(map(len, block.rows), default=0) > 1:
            inner.append(block)
        else:
            lines += [row[0] for row in block.rows if row and row[0]]
    return "\n".join(lines)


def _number(element: Element | None, otherwise: int = 0) -> int:
    said = "" if element is None else element.get(f"{W}val", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 5 else otherwise

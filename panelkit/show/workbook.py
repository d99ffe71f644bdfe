"""A grid as an Excel workbook: a three-line table whose numbers are numbers, printed with their stars and brackets.

A cell holds the number that is printed, rounded as in every other format; its number format adds what stands around it,
so that `0.183***` and `(0.050)` can be read by the eye and be added up by Excel.
"""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

from panelkit.show.alignment import sides, split
from panelkit.show.grid import TableGrid
from panelkit.show.widths import column_widths, ems
from panelkit.show.words import word

_NUMBER = re.compile(r"([(\[]?)(<?)(-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?(e[+-]?[0-9]+)?)([)\]]?)(\*{0,5})")
_LATIN, _BODY = "Times New Roman", "宋体"
_LONGEST = 15  # digits that a double holds
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def xlsx(grid: TableGrid) -> bytes:
    """Return the workbook; the same grid gives the same bytes."""
    from openpyxl import Workbook
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook()
    sheet = book.active
    sheet.title = word("table", grid.language)
    sheet.sheet_view.showGridLines = False
    row = 1
    if grid.caption:
        _caption(sheet, grid)
        row = 2
    top = row
    if grid.spans:
        _spans(sheet, grid, row)
        row += 1
    _line(sheet, row, grid.stub, [head.rstrip("\n") for head in grid.header], numbers=False)
    sheet.row_dimensions[row].height = 15.0 * (
        1 + max((head.rstrip().count("\n") for head in grid.header), default=0)
    )
    head = row
    for one in grid.rows:
        row += 1
        _line(sheet, row, one.label, one.cells, italic=one.heading)
    _rules(sheet, grid, top, head, row)
    if grid.notes:
        _note(sheet, grid, row + 1)
    for i, width in enumerate(column_widths(grid, size=11.0)):
        sheet.column_dimensions[_letter(i + 1)].width = max(4.0, width / 5.6)
    sheet.page_setup.orientation = "landscape" if len(grid.header) > 6 else "portrait"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if grid.align == "decimal":
        _align(sheet, grid, head)
    return _packed(book)


def _line(
    sheet: Any, row: int, label: str, cells: Any, *, italic: bool = False, numbers: bool = True
) -> None:
    from openpyxl.styles import Alignment, Font

    for i, text in enumerate((label, *cells)):
        cell = sheet.cell(row, i + 1)
        found = _NUMBER.fullmatch(text) if numbers and i else None
        if found is not None and len(found.group(3)) <= _LONGEST + 2:
            cell.value, cell.number_format = _number(found)
        elif text:
            _write(cell, text)
        cell.font = Font(name=_font(text), size=11, italic=italic)
        cell.alignment = Alignment(
            horizontal="center" if i else "left", vertical="center", wrap_text="\n" in text
        )


def _number(found: re.Match[str]) -> tuple[float | int, str]:
    """Return a number and the format that prints it as the text did."""
    left, less, digits, decimals, power, right, stars = found.groups()
    shown = ("0." + "0" * len(decimals) if decimals else "0") + ("E+00" if power else "")
    before, after = (f'"{part}"' if part else "" for part in (left + less, right + stars))
    return float(digits) if decimals or power else int(
        digits
    ), f"{before}{shown}{after};{before}-{shown}{after}"


def _align(sheet: Any, grid: TableGrid, head: int) -> None:
    """Put numbers under each other by their decimal points: to the right, with room for what others have there."""
    from openpyxl.styles import Alignment

    for column in range(len(grid.header)):
        room = sides(grid, column)[1]
        for at, row in enumerate(grid.rows, head + 1):
            parts = split(row.cells[column])
            cell = sheet.cell(at, column + 2)
            if parts is not None and not isinstance(cell.value, str):
                blank = "_*" * (room - len(parts[1]))
                cell.number_format = ";".join(part + blank for part in cell.number_format.split(";"))
                cell.alignment = Alignment(horizontal="right", vertical="center", indent=1)


def _write(cell: Any, text: str) -> None:
    """Write text as text, whatever sign it begins with."""
    cell.value = _FORBIDDEN.sub(" ", text)
    cell.data_type = "s"


def _font(text: str) -> str:
    return _BODY if any(ord(char) > 0x2E7F for char in text) else _LATIN


def _caption(sheet: Any, grid: TableGrid) -> None:
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(1, 1)
    _write(cell, str(grid.caption))
    cell.font = Font(name=_font(cell.value), size=11, bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=1 + len(grid.header))


def _spans(sheet: Any, grid: TableGrid, row: int) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side

    first = 2
    for head, width in grid.spans:
        cell = sheet.cell(row, first)
        if head:
            _write(cell, head)
            for column in range(first, first + width):
                sheet.cell(row, column).border = Border(bottom=Side("thin"))
        cell.font = Font(name=_font(head), size=11)
        cell.alignment = Alignment(horizontal="center", vertical="center")
        if width > 1:
            sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=first + width - 1)
        first += width


def _rules(sheet: Any, grid: TableGrid, top: int, head: int, last: int) -> None:
    """Draw the three lines: above and below the table, and under its head."""
    from openpyxl.styles import Border, Side

    thick, thin = Side("medium"), Side("thin")
    for column in range(1, len(grid.header) + 2):
        for row, edge in ((top, {"top": thick}), (head, {"bottom": thin}), (last, {"bottom": thick})):
            cell = sheet.cell(row, column)
            held = {"top": cell.border.top, "bottom": cell.border.bottom}
            cell.border = Border(**{**held, **edge})


def _note(sheet: Any, grid: TableGrid, row: int) -> None:
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(row, 1)
    _write(cell, grid.note_text())
    cell.font = Font(name=_font(cell.value), size=9)
    cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=1 + len(grid.header))
    room = sum(column_widths(grid, size=11.0)) * 0.95
    sheet.row_dimensions[row].height = 13.0 * (1 + int(9.0 * ems(cell.value) / room))


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _packed(book: Any) -> bytes:
    """Return the file with fixed times in its archive and its properties."""
    book.properties.creator = "panelkit"
    book.properties.created = book.properties.modified = datetime(*_EPOCH[:3])
    raw = BytesIO()
    book.save(raw)
    steady = BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return steady.getvalue()

"""Tables of workbooks (.xlsx, .xls): numbers as their formats show them, merged cells, raised text."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

from panelkit.audit.glyphs import raised
from panelkit.audit.reading.archive import xml_parts
from panelkit.audit.reading.number_formats import shown
from panelkit.audit.reading.raw import Raw, count_cells
from panelkit.audit.reading.refused import no_table, only_pictures
from panelkit.audit.reading.sheet import Sheet, Span, sheets_of
from panelkit.data.yearbook.files._protection import NoLibraryError, unprotected
from panelkit.data.yearbook.files.sheets import WorkbookReader, still_locked
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered

_SHEETS = 100


@offered("table_file", "xlsx", family="workbook", also=("xlsm",), source="ISO/IEC 29500-1, 18")
def read_workbook(raw: Raw) -> list[Sheet]:
    """Return the tables of the sheets of a workbook that are not hidden.

    A number is what its format shows: 0.38 behind "0.000" is "0.380". Formulas show the value stored beside them; one
    without a value stands as "=...".

    Raises
    ------
    DataError
        If the workbook is damaged, protected or too large, or holds no table.
    """
    parts = xml_parts(raw, r"xl/(?:workbook|styles|sharedStrings|worksheets/[^/]+)\.xml")
    held = _opened(raw, values=True)
    formulas = _opened(raw, values=False) if any(b"<f" in body for body in parts.values()) else None
    found: list[Sheet] = []
    pictures = False
    for sheet in held.worksheets[:_SHEETS]:
        if sheet.sheet_state != "visible" and len(held.worksheets) > 1:
            continue
        pictures = pictures or bool(sheet._images)
        count_cells(raw.name, sheet.max_row * sheet.max_column, sheet.max_column)
        other = None if formulas is None else formulas[sheet.title]
        rows = [[_text(cell, other) for cell in row] for row in sheet.iter_rows()]
        merged: list[Span] = [
            (one.min_row - 1, one.min_col - 1, one.max_row - 1, one.max_col - 1)
            for one in sheet.merged_cells.ranges
        ]
        found += sheets_of(rows, source=_source(raw.name, sheet.title, len(held.worksheets)), merged=merged)
    if not found:
        raise only_pictures(raw.name) if pictures else no_table(raw.name)
    return found


@offered("table_file", "xls", family="workbook", source="[MS-XLS]")
def read_old_workbook(raw: Raw) -> list[Sheet]:
    """Return the tables of the sheets of an .xls, or of a workbook behind Excel's own default protection.

    A reader in a process of its own opens the file first, so that a damaged one takes nothing else down.

    Raises
    ------
    DataError
        If the workbook is damaged, protected or too large, or holds no table.
    """
    if "EncryptedPackage".encode("utf-16-le") in raw.content:
        return _unlocked(raw)
    with WorkbookReader() as reader:
        reader.read(raw.content, "xls", raw.name)
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=raw.content, formatting_info=True, logfile=io.StringIO())
        sheets = list(_old_sheets(book, raw.name))
    except DataError:
        raise
    except Exception as error:  # a damaged file may raise anything
        raise _damaged(raw.name, error) from error
    if not sheets:
        raise no_table(raw.name)
    return sheets


def _unlocked(raw: Raw) -> list[Sheet]:
    """Return the tables of a protected file that opens without a password of its own."""
    try:
        plain = unprotected(raw.content)
    except NoLibraryError as error:
        raise DataError(message("{name}: {reason}", name=raw.name, reason=still_locked())) from error
    except Exception as error:  # a damaged file may raise anything
        raise _damaged(raw.name, error) from error
    if plain is None or not plain.startswith(b"PK"):
        raise DataError(message("{name} is protected by a password: save a copy without it", name=raw.name))
    from panelkit.audit.reading.word import read_word

    inner = Raw(raw.name, plain, raw.ending)
    return read_word(inner) if b"word/document.xml" in plain else read_workbook(inner)


def _opened(raw: Raw, *, values: bool) -> Any:
    """Return the workbook, with the values of its formulas or the formulas themselves."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(raw.content), data_only=values, rich_text=True)
    except Exception as error:  # a damaged file may raise anything
        raise _damaged(raw.name, error) from error


def _text(cell: Any, formulas: Any) -> str:
    """Return what a cell shows."""
    value = cell.value
    if value is None:
        source = None if formulas is None else formulas[cell.coordinate]
        return "=..." if source is not None and source.data_type == "f" else ""
    if isinstance(value, list):
        return "".join(_rich(value))
    if isinstance(value, str):
        raised_font = getattr(cell.font, "vertAlign", None) == "superscript"
        return raised(value) if raised_font else value
    return shown(value, cell.number_format)


def _rich(blocks: list[Any]) -> Iterator[str]:
    """Yield the parts of a text whose parts have fonts of their own."""
    for block in blocks:
        font = getattr(block, "font", None)
        text = str(getattr(block, "text", block))
        yield raised(text) if getattr(font, "vertAlign", None) == "superscript" else text


def _old_sheets(book: Any, name: str) -> Iterator[Sheet]:
    import xlrd

    for sheet in book.sheets():
        if sheet.visibility and book.nsheets > 1:
            continue
        count_cells(name, sheet.nrows * sheet.ncols, sheet.ncols)
        rows = []
        for row in range(sheet.nrows):
            line = []
            for column in range(sheet.ncols):
                cell = sheet.cell(row, column)
                code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
                if cell.ctype == xlrd.XL_CELL_ERROR:
                    line.append(xlrd.error_text_from_code.get(cell.value, "#ERROR"))
                elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    line.append(str(bool(cell.value)).upper())
                else:
                    line.append(cell.value if isinstance(cell.value, str) else shown(cell.value, code))
            rows.append(line)
        merged = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
        yield from sheets_of(rows, source=_source(name, sheet.name, book.nsheets), merged=merged)


def _source(name: str, sheet: str, sheets: int) -> str:
    return name if sheets == 1 else f"{name} [{sheet}]"


def _damaged(name: str, error: Exception) -> DataError:
    return DataError(
        message(
            "{name} cannot be read as a workbook: it is damaged ({error})", name=name, error=str(error)[:200]
        )
    )

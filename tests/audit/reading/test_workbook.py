"""Workbooks: digits that formats show, merged cells, formulas, hidden sheets, protection, damage."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from panelkit.audit.reading.door import read_sheets
from panelkit.audit.reading.number_formats import shown
from panelkit.language.errors import DataError
from tests.audit.reading.test_word import _LAUGHS, rewritten


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.38, "0.000", "0.380"),
        (-0.38, "0.000", "-0.380"),
        (0.38, "0.00%", "38.00%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (-0.123, "0.000_);(0.000)", "-0.123"),  # of an account, no standard error
        (0.05, '"("0.000")"', "(0.050)"),
        (-1.5, r"\(0.00\)", "(-1.50)"),
        (0.123, '0.000"***"', "0.123***"),
        (0.00001234, "0.00E+00", "1.23E-05"),
        (0.1 + 0.2, "General", "0.3"),
        (248, "General", "248"),
        (1e-5, "General", "1E-05"),
        (0.0004, '[<0.001]"<0.001";0.000', "<0.001"),
        (0.5, '[<0.001]"<0.001";0.000', "0.500"),
        (0.5, ".00", ".50"),
        (0.5, "[Red]0.0", "0.5"),
        (2.5, "0", "3"),
        (0.285, "0.00", "0.29"),  # as shown, though the double lies below
        (-3, "0.0;[Red]-0.0", "-3.0"),
        (0, '0.00;-0.00;"-"', "-"),
        (5, "00", "05"),
        (0.5, "@", "0.5"),
        (True, "General", "TRUE"),
    ],
)
def test_formats(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_a_sheet_with_title_merged_cells_raised_text_and_notes() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "Table 2 Effects"
    sheet.merge_cells("A1:C1")
    sheet["B3"] = "SDM"
    sheet.merge_cells("B3:C3")
    for c, text in enumerate(["v", "(1)", "(2)"], start=1):
        sheet.cell(4, c, text)
    sheet["A5"] = CellRichText("R", TextBlock(InlineFont(vertAlign="superscript"), "2"))
    sheet["B5"], sheet["C5"] = 0.38, "0.4**"
    sheet["B5"].number_format = "0.000"
    sheet["B6"], sheet["C6"] = "=B5*2", "(0.1)"
    sheet["A8"] = "Note: x"
    (read,) = read_sheets(saved(book))
    assert (read.title, read.notes) == ("Table 2 Effects", ("Note: x",))
    assert read.cells == (
        ("", "SDM", ""),
        ("v", "(1)", "(2)"),
        ("R²", "0.380", "0.4**"),
        ("", "=...", "(0.1)"),  # a formula without a stored value is no blank
    )
    assert read.merged == ((0, 1, 0, 2),)


def test_several_sheets_and_hidden_ones() -> None:
    book = openpyxl.Workbook()
    for name, value in (("甲", 0.1), ("乙", 0.2)):
        sheet = book.create_sheet(name)
        sheet.append(["v", "a"])
        sheet.append(["x", value])
    book["乙"].sheet_state = "hidden"
    sheets = read_sheets(saved(book))
    assert [(sheet.source, sheet.cells[1]) for sheet in sheets] == [("the input [甲]", ("x", "0.1"))]


def test_an_old_workbook() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("t")
    sheet.write_merge(0, 0, 1, 2, "SDM")
    for c, text in enumerate(["v", "(1)", "(2)"]):
        sheet.write(1, c, text)
    sheet.write(2, 0, "x")
    sheet.write(2, 1, 0.38, xlwt.easyxf(num_format_str="0.000"))
    sheet.write(2, 2, 21675, xlwt.easyxf(num_format_str="#,##0"))
    (read,) = read_sheets(saved(book))
    assert read.cells == (("", "SDM", ""), ("v", "(1)", "(2)"), ("x", "0.380", "21,675"))
    assert read.merged == ((0, 1, 0, 2),)


def test_protected_workbooks() -> None:
    msoffcrypto = pytest.importorskip("msoffcrypto.format.ooxml")
    book = openpyxl.Workbook()
    book.active.append(["v", "a"])
    book.active.append(["x", 0.5])
    for password, refused in (("secret", True), ("VelvetSweatshop", False)):
        stream = io.BytesIO()
        msoffcrypto.OOXMLFile(io.BytesIO(saved(book))).encrypt(password, stream)
        if refused:
            with pytest.raises(DataError, match="protected by a password"):
                read_sheets(stream.getvalue())
        else:
            assert read_sheets(stream.getvalue())[0].cells[1] == ("x", "0.5")


def test_bombs_damage_and_emptiness() -> None:
    book = openpyxl.Workbook()
    empty = saved(book)
    with pytest.raises(DataError, match="holds no table"):
        read_sheets(empty)
    with pytest.raises(DataError, match="XML entities"):
        read_sheets(rewritten(empty, "xl/worksheets/sheet1.xml", _LAUGHS))
    with pytest.raises(DataError, match="unpacks beyond"):
        read_sheets(rewritten(empty, "xl/worksheets/sheet1.xml", b"<a>" + b" " * (70 << 20) + b"</a>"))
    with pytest.raises(DataError, match="damaged"):
        read_sheets(rewritten(empty, "xl/workbook.xml", b"<workbook"))
    stream = io.BytesIO(empty)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(300 << 20))
    with pytest.raises(DataError, match="unpacks beyond"):
        read_sheets(stream.getvalue())
    with pytest.raises(DataError, match="damaged"):
        read_sheets(empty[: len(empty) // 2])
    book.active["XFD1048576"] = 1
    with pytest.raises(DataError, match="more than 200,000 cells"):
        read_sheets(saved(book))
    with pytest.raises(DataError):
        read_sheets(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))

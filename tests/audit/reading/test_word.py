"""Word files: merged cells, raised parts, paragraphs in cells, captions, notes, tracked changes, formulas, pictures."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from panelkit.audit.reading.door import read_sheets
from panelkit.language.errors import DataError

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "5ef2b8c50000000049454e44ae426082"
)


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def put(table: Any, rows: list[list[str]]) -> None:
    for at, row in enumerate(rows):
        for c, text in enumerate(row):
            table.cell(at, c).text = text


def test_merged_cells_raised_stars_and_two_paragraphs() -> None:
    document = docx.Document()
    document.add_paragraph("本文结果如下。")
    document.add_paragraph("表3 空间效应")
    document.add_paragraph("Table 3 Spatial effects")
    table = document.add_table(4, 4)
    put(table, [["变量", "SDM", "", "SEM"], ["", "(1)", "(2)", "(3)"], ["x", "", "", ""], ["", "", "", ""]])
    table.cell(0, 1).merge(table.cell(0, 2)).text = "SDM"
    table.cell(0, 0).merge(table.cell(1, 0)).text = "变量"
    paragraph = table.cell(2, 1).paragraphs[0]
    paragraph.add_run("−0.42")
    paragraph.add_run("***").font.superscript = True
    table.cell(2, 1).add_paragraph("(0.19)")
    raised = table.cell(2, 2).paragraphs[0]
    raised.add_run("0.38")
    raised.add_run("a").font.superscript = True
    label = table.cell(3, 0).paragraphs[0]
    label.add_run("R")
    label.add_run("2").font.superscript = True
    table.cell(3, 1).text = "0.91"
    document.add_paragraph("注：括号内为标准误；***p<0.01。")
    document.add_paragraph("资料来源：作者计算。")
    document.add_paragraph("由此可见，效应显著。")
    (sheet,) = read_sheets(saved(document))
    assert sheet.title == "表3 空间效应 Table 3 Spatial effects"
    assert sheet.notes == ("注：括号内为标准误；***p<0.01。", "资料来源：作者计算。")
    assert sheet.cells == (
        ("变量", "SDM", "", "SEM"),
        ("", "(1)", "(2)", "(3)"),
        ("x", "−0.42***\n(0.19)", "0.38ᵃ", ""),
        ("R²", "0.91", "", ""),
    )
    assert set(sheet.merged) == {(0, 0, 1, 0), (0, 1, 0, 2)}
    assert sheet.spread()[0] == ("变量", "SDM", "SDM", "SEM")


def test_several_tables_and_one_within_a_cell() -> None:
    document = docx.Document()
    for number in (1, 2):
        document.add_paragraph(f"表{number} 结果")
        put(document.add_table(2, 2), [["v", "a"], ["x", f"0.{number}"]])
        document.add_paragraph("注：同上。")
    outer = document.add_table(2, 2)
    put(outer, [["v", "a"], ["y", "0.3"]])
    put(outer.cell(0, 1).add_table(2, 2), [["w", "b"], ["z", "0.4"]])
    sheets = read_sheets(saved(document))
    assert [(sheet.title, sheet.cells[1]) for sheet in sheets] == [
        ("表1 结果", ("x", "0.1")),
        ("表2 结果", ("x", "0.2")),
        ("", ("z", "0.4")),
        ("", ("y", "0.3")),
    ]


def test_deleted_hidden_and_symbol_text_and_formulas() -> None:
    document = docx.Document()
    table = document.add_table(2, 5)
    put(table, [["v", "a", "b", "c", "d"], ["x", "", "", "", ""]])
    runs = (
        '<w:del w:id="1" w:author="a"><w:r><w:delText>0.1</w:delText></w:r></w:del><w:ins w:id="2" w:author="a"><w:r>'
        "<w:t>0.2</w:t></w:r></w:ins>",
        "<w:r><w:t>0.3</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>99</w:t></w:r>",
        '<w:r><w:sym w:font="Symbol" w:char="F02D"/><w:t>0.4</w:t></w:r>',
        "<m:oMath><m:r><m:t>1.2×</m:t></m:r><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>−5</m:t></m:r>"
        "</m:sup></m:sSup></m:oMath>",
    )
    spaces = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    for c, body in enumerate(runs, start=1):
        cell = table.cell(1, c)._element
        cell.remove(cell.p_lst[0])
        cell.append(parse_xml(f"<w:p {nsdecls('w')} {spaces}>{body}</w:p>"))
    (sheet,) = read_sheets(saved(document))
    assert sheet.cells[1] == ("x", "0.2", "0.3", "−0.4", "1.2×10⁻⁵")


def test_a_number_that_is_a_picture_is_no_blank() -> None:
    document = docx.Document()
    table = document.add_table(2, 3)
    put(table, [["v", "a", "b"], ["x", "0.1", ""]])
    table.cell(1, 2).paragraphs[0].add_run().add_picture(io.BytesIO(_PNG))
    (sheet,) = read_sheets(saved(document))
    assert sheet.cells[1] == ("x", "0.1", "[picture]")


def test_a_document_with_pictures_alone_and_one_with_nothing() -> None:
    document = docx.Document()
    document.add_paragraph("表1 结果")
    document.add_picture(io.BytesIO(_PNG))
    with pytest.raises(DataError, match="does not recognise characters in pictures"):
        read_sheets(saved(document))
    empty = docx.Document()
    empty.add_paragraph("No table here, in 2019.")
    with pytest.raises(DataError, match="holds no table"):
        read_sheets(saved(empty))


def test_text_with_tabs_in_place_of_a_table() -> None:
    document = docx.Document()
    for line in ("v\ta\tb", "x\t0.1\t0.2", "y\t0.3\t0.4"):
        document.add_paragraph(line)
    (sheet,) = read_sheets(saved(document))
    assert sheet.cells == (("v", "a", "b"), ("x", "0.1", "0.2"), ("y", "0.3", "0.4"))


def test_a_table_in_a_text_box_or_content_control_is_found_once() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    put(table, [["v", "a"], ["x", "0.1"]])
    body = document.element.body
    control = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
    body.insert(0, control)
    control[0].append(table._element)
    assert [sheet.cells[1] for sheet in read_sheets(saved(document))] == [("x", "0.1")]


def rewritten(content: bytes, part: str, body: bytes) -> bytes:
    """Return a document with one part replaced."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, body if name == part else old.read(name))
    return stream.getvalue()


_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">'
    b'<!ENTITY z "&y;&y;&y;&y;&y;&y;&y;&y;">]><a>&z;</a>'
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (_LAUGHS, "XML entities"),
        (_LAUGHS.decode().encode("utf-16"), "XML entities"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "deeper than any document"),
        (b"<a>" + b" " * (70 << 20) + b"</a>", "unpacks beyond"),
        (b"<a><b></a>", "is no XML"),
        (b"", "is no XML"),
    ],
)
def test_bombs_and_damage(body: bytes, said: str) -> None:
    content = rewritten(saved(docx.Document()), "word/document.xml", body)
    with pytest.raises(DataError, match=said):
        read_sheets(content)


def test_spans_beyond_any_table() -> None:
    document = docx.Document()
    table = document.add_table(1, 1)
    cell = table.cell(0, 0)._element
    cell.grid_span = 9999
    with pytest.raises(DataError, match="more than 200,000 cells or 500 columns"):
        read_sheets(saved(document))


def test_a_cut_file() -> None:
    content = saved(docx.Document())
    with pytest.raises(DataError, match="damaged"):
        read_sheets(content[: len(content) // 2])

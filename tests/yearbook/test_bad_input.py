"""Bad files: one clear message with file, sheet, row and column, in both languages; nothing is ever run or unpacked."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Table

SMALL = Table(
    list(NAMES),
    ["2021", "2020"],
    ["甲产量"],
    {(a, p, "甲产量"): f"{100 + i}.5" for i, a in enumerate(NAMES) for p in ("2021", "2020")},
)
TEXT = writers.classic(SMALL)
WORKBOOK = writers.xlsx([[cell or None for cell in line.split(",")] for line in TEXT.splitlines()])


def refused(
    tmp_path: Path, context: Context, content: bytes, name: str = "甲.csv", told: CallerSays | None = None
) -> str:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(YearbookError) as caught:
        read_file(path, told or CallerSays(), context)
    chinese = caught.value.text("zh")
    assert str(caught.value).startswith(name)
    assert chinese.startswith(name)
    assert any(
        "\u4e00" <= letter <= "\u9fff"
        for problem in caught.value.problems
        for letter in problem.said.text("zh")
    )
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b"\n <HTML><table><tr><td>1</td></tr></table></HTML>", "a web page"),
        (
            b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>",
            "an XML document",
        ),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x1f\x8b\x08\x00" + b"\x00" * 40, "gzip"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"some words without any table\nand more", "no table is found"),
        (b"\x00\x01\x02\x03" * 50, "neither a text file nor a workbook"),
        ("地区,2020年\n北京,1\x07\n".encode(), "control character (0x07)"),
        (b'{"returncode": 501, "returndata": "error"}', "returncode 501"),
        (b'{"returncode": 200', "damaged or cut short"),
        (b"[" * 200_000, "damaged or cut short"),
        (b'{"a": ' + b"9" * 5000 + b"}", "damaged or cut short"),
        (b"PK\x03\x04 broken", "damaged or cut short"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "an OLE document without a workbook"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, blank: Context, content: bytes, message: str) -> None:
    assert message in refused(tmp_path, blank, content, "表.xls")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "天津市",
            "北京市",
            "row 6, column 1 (A): the place '北京市' stands in row 5 already: duplicate rows",
        ),
        ("2020年", "2021年", "row 4, column 3 (C): the period '2021年' stands in column 2 already"),
        ("2020年", "2920年", "row 4, column 3 (C): the year '2920年' is out of range"),
        ("2020年", "1901年", "row 4, column 3 (C): the year '1901年' is out of range"),
        ("101.5,", "一百零一,", "row 6, column 2 (B): '一百零一' is a number in Chinese digits"),
        ("101.5,", '"11,01.5",', "row 6, column 2 (B): '11,01.5' is neither a number"),
        ("101.5,", "(12),", "row 6, column 2 (B): '(12)' may be a negative number or the mark of a footnote"),
        ("101.5,", "1.0e2,", "row 6, column 2 (B): '1.0e2' is in scientific notation"),
        ("101.5,", "#DIV/0!,", "row 6, column 2 (B): '#DIV/0!' is neither a number"),
        ("101.5,", "101.5", "row 6: the row has 2 cells where the header has 3"),
        ("101.5,", "101.5,,", "row 6: the row has 4 cells where the header has 3"),
        ("天津市", "天京市", "row 6, column 1 (A): no province or region is known as '天京市'"),
        ("101.5,", '"101.5,', "quotation mark that never closes"),
    ],
)
def test_cells_and_rows_that_cannot_be_read(
    tmp_path: Path, blank: Context, old: str, new: str, message: str
) -> None:
    assert old in TEXT
    found = refused(tmp_path, blank, TEXT.replace(old, new, 1).encode())
    assert message in found


def test_a_cut_export_is_refused_wherever_it_is_cut(tmp_path: Path, blank: Context) -> None:
    content = TEXT.encode("gb18030")
    last = content.rindex("新疆".encode("gb18030"))
    for end in range(last - 60, content.index("注".encode("gb18030"))):
        refused(tmp_path, blank, content[:end])


def test_all_problems_of_a_file_come_in_one_message(tmp_path: Path, blank: Context) -> None:
    damaged = TEXT.replace("101.5", "x").replace("103.5", "y")
    lines = refused(tmp_path, blank, damaged.encode()).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("甲.csv, row 6, column 2 (B): 'x'")


def test_an_export_with_only_missing_cells_is_empty(tmp_path: Path, blank: Context) -> None:
    empty = Table(SMALL.provinces, SMALL.periods, SMALL.labels, {})
    assert "the table is empty: 62 cells" in refused(tmp_path, blank, writers.classic(empty).encode())


def test_two_indicators_under_one_name(tmp_path: Path, blank: Context) -> None:
    text = writers.modern_many(
        Table([110000], ["2020"], ["甲", "乙"], {(110000, "2020", k): "1" for k in ("甲", "乙")})
    )
    assert "two indicators under one name" in refused(tmp_path, blank, text.replace("乙", "甲").encode())


def test_a_unit_that_cannot_be_right_is_refused_with_the_evidence(tmp_path: Path, context: Context) -> None:
    cells = {
        (a, "2021", "地区生产总值"): f"{context.held.values['gdp', 'census2023'][a, '2021'] * 10_000:.0f}"
        for a in NAMES
    }
    table = Table(list(NAMES), ["2021"], ["地区生产总值"], cells)
    found = refused(tmp_path, context, writers.classic(table).encode())
    assert "10,000 times the held figures (median of 31 cells" in found
    right = writers.classic(Table(table.provinces, table.periods, table.labels, cells, "万元")).encode()
    (tmp_path / "b.csv").write_bytes(right)
    assert len(read_file(tmp_path / "b.csv", CallerSays(), context).entries) == 31


def test_what_the_caller_says_must_not_contradict_the_file(tmp_path: Path, blank: Context) -> None:
    table = Table([110000], ["2020"], ["地区生产总值"], {(110000, "2020", "地区生产总值"): "1"})
    text = writers.classic(table).encode()
    assert "which is gdp and not population" in refused(
        tmp_path, blank, text, told=CallerSays(indicator="population")
    )


def test_a_password_is_named_with_the_way_out(tmp_path: Path, blank: Context) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(WORKBOOK)).encrypt("mine", out)
    found = refused(tmp_path, blank, out.getvalue(), "a.xlsx")
    assert "protected by a password of its own" in found
    assert "save a plain copy" in found


def test_an_encrypted_xls_is_named_too(tmp_path: Path, blank: Context) -> None:
    plain = writers.xls(writers.english_rows(SMALL))
    start = plain.index(b"\x09\x08\x10\x00")
    record = struct.pack("<HHHHH", 0x2F, 6, 1, 1, 1) + b"\x00" * 50
    length = 4 + 16
    damaged = plain[: start + length] + record[:10] + plain[start + length + 10 :]
    found = refused(tmp_path, blank, damaged, "a.xls")
    assert "password" in found or "damaged" in found


def repacked(parts: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**held, **parts}.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_archives_that_unpack_without_end_are_refused(tmp_path: Path, blank: Context) -> None:
    found = refused(tmp_path, blank, repacked({"xl/media/image1.bin": b"\x00" * 60_000_000}), "a.xlsx")
    assert "unpacks beyond the stated limits (xl/media/image1.bin)" in found
    many = repacked({f"xl/x{i}.bin": b"" for i in range(limits.PARTS)})
    assert "unpacks beyond the stated limits" in refused(tmp_path, blank, many, "a.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, blank: Context, encoding: str) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><sst>&c;</sst>'.encode(
        encoding
    )
    assert "XML entities" in refused(tmp_path, blank, repacked({"xl/sharedStrings.xml": bomb}), "a.xlsx")


def test_another_office_document_is_refused(tmp_path: Path, blank: Context) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    assert "not an Excel workbook (word/document.xml)" in refused(tmp_path, blank, out.getvalue(), "a.docx")


def test_a_file_above_the_limit_is_refused_unread(tmp_path: Path, blank: Context) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as handle:
        handle.truncate(limits.FILE_BYTES + 1)
    with pytest.raises(YearbookError, match="larger than 20 MB"):
        read_file(path, CallerSays(), blank)
    with pytest.raises(YearbookError, match="no such file"):
        read_file(tmp_path / "absent.csv", CallerSays(), blank)


def test_a_workbook_that_takes_too_long_or_kills_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(WORKBOOK)
    with (
        WorkbookReader(seconds=0.0) as hurried,
        pytest.raises(YearbookError, match=r"a\.xlsx: .*was stopped"),
    ):
        hurried.read(path, "xlsx")
    with WorkbookReader() as reader:
        assert reader.read(path, "xlsx")[0].rows
        reader._process.kill()
        with pytest.raises(YearbookError, match=r"a\.xlsx: .*ended abnormally \(signal 9\)"):
            reader.read(path, "xlsx")
        assert reader.read(path, "xlsx")[0].rows


def test_a_sheet_with_far_too_many_cells(tmp_path: Path, blank: Context) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet = head + b'<row r="1"><c r="A1"><v>1</v></c></row>' + far + b"</sheetData></worksheet>"
    found = refused(tmp_path, blank, repacked({"xl/worksheets/sheet1.xml": sheet}), "a.xlsx")
    assert "too large" in found or "more memory" in found or "ended abnormally" in found or "damaged" in found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: d["returndata"]["datanodes"][0]["data"].update(strdata="7.5"),
            "printed as '7.5', stored as",
        ),
        (
            lambda d: d["returndata"]["datanodes"][0]["wds"][0].update(valuecode="A99"),
            "not those of `wdnodes`",
        ),
        (lambda d: d["returndata"]["datanodes"][0].update(code="zb.A00000_sj.1999"), "contradict each other"),
        (
            lambda d: d["returndata"]["datanodes"].append(d["returndata"]["datanodes"][0]),
            "same cell as data node 1",
        ),
        (lambda d: d["returndata"].pop("wdnodes"), "no `datanodes` and `wdnodes`"),
        (lambda d: d["returndata"]["datanodes"][0]["data"].update(hasdata="yes"), "`hasdata` is neither"),
        (lambda d: d["returndata"]["datanodes"].insert(0, None), "data node's codes"),
    ],
)
def test_portal_answers_that_contradict_themselves(
    tmp_path: Path, blank: Context, change: object, message: str
) -> None:
    answer = json.loads(writers.easyquery(SMALL, regions=True))
    change(answer)  # type: ignore[operator]
    assert message in refused(tmp_path, blank, json.dumps(answer).encode(), "a.json")


def test_a_row_of_a_tidy_table_names_one_place(tmp_path: Path, blank: Context) -> None:
    message = refused(tmp_path, blank, "adcode,province,year,gdp\n110000,天津,2021,5\n".encode())
    assert "row 2, column 2 (B): two places in one row: '110000' and '天津'" in message
    path = tmp_path / "regions.csv"
    path.write_text("province,region,year,gdp\n北京,东部地区,2021,5\n", encoding="utf-8")
    assert [entry.adcode for entry in read_file(path, CallerSays(), blank).entries] == [110000]

"""What is refused before it is read: pictures, PDF, archives, data, junk; each with what to do instead."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from panelkit.audit.reading.door import read_sheets
from panelkit.language.errors import DataError, PanelkitError, SpecError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    "start",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"II*\x00",
        b"MM\x00*",
        b"BM\x00\x00\x01\x00\x00\x00\x00\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypheic",
        b"\x00\x00\x00\x18ftypavif",
        b"AT&TFORM",
        b"%PDF-1.7\n",
        b"\n%PDF-1.4\n",
        b"%!PS-Adobe",
        b"CAJ\x00",
        b"KDH ",
        b"<svg xmlns='http://www.w3.org/2000/svg'>\n<text>0.1</text></svg>",
        b"<?xml version='1.0'?>\n<svg>",
    ],
)
@pytest.mark.parametrize("name", ["table.png", "table.csv", "table.docx"])
def test_pictures_and_laid_out_pages_whatever_they_are_called(
    tmp_path: Path, start: bytes, name: str
) -> None:
    place = tmp_path / name
    place.write_bytes(start + bytes(200))
    with pytest.raises(
        DataError, match="does not recognise characters in pictures or on laid-out pages"
    ) as told:
        read_sheets(place)
    assert "粘贴" in told.value.args[0].text("zh")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x1f\x8b\x08" + bytes(99), "is packed .gzip"),
        (b"Rar!\x1a\x07", "is packed .RAR"),
        (b"{\\rtf1 0.1}", "save it as .docx"),
        (b"PAR1" + bytes(99), "holds data"),
        (b"<stata_dta>" + bytes(9), "holds data"),
        (_OLE + "WordDocument".encode("utf-16-le") + bytes(512), "Word before 2007"),
        (bytes(range(256)) * 4, "neither text nor a document"),
        (b"\x00" * 99, "is empty"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"a,b\n\xff\xff\xfe,1\n", "neither UTF-8 nor GB18030"),
        (b"only words\nand more words\n", "holds no table"),
        (b"0.1\n0.2\n", "holds no table"),
        (b"v,a\nx,\x0c\x01 0.1\n", "control character"),
        (b'v,a\n"x,0.1\ny,0.2\n', "cannot be split into cells"),
        (b"1,2\n" * (5 << 20), "larger than"),
        (b"0.1," * 100_000, "cells or 500 columns"),
        (b"v,a\n" * 200_000, "more than 200,000 cells"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, said: str) -> None:
    place = tmp_path / "t.csv"
    place.write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_sheets(place)


def test_archives_that_are_no_documents() -> None:
    for name, said in (
        ("xl/workbook.bin", "binary workbook"),
        ("content.xml", "OpenDocument"),
        ("a.csv", "neither .docx nor .xlsx"),
    ):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(name, "x")
        with pytest.raises(DataError, match=said):
            read_sheets(stream.getvalue())


def test_paths(tmp_path: Path) -> None:
    for source, said in (
        (tmp_path / "none.csv", "there is no file"),
        (str(tmp_path / "none.csv"), "there is no file"),
        (tmp_path, "is no file"),
        ("x" * 5000, "cannot be read"),
        ("a\x00b", "there is no file"),
    ):
        with pytest.raises(DataError, match=said):
            read_sheets(source)
    with pytest.raises(SpecError, match="not int"):
        read_sheets(3)
    with pytest.raises(DataError, match="no table"):
        read_sheets([])


def test_chance_bytes_and_damaged_text_end_in_one_clear_error_or_a_table() -> None:
    rng = np.random.default_rng(7)
    pieces = ["\\begin{tabular}", "<table>", "<td>", "| --- |"]
    alphabet = [*"0123456789.,;|-−*()[]{}\\&%$#\"'<>/ \t\n=表注xyz", *pieces]
    for _ in range(400):
        text = "\n" + "".join(rng.choice(alphabet, size=int(rng.integers(1, 200))))
        for source in (text, text.encode(), rng.bytes(int(rng.integers(1, 400)))):
            try:
                sheets = read_sheets(source)
            except PanelkitError:
                continue
            assert all(len({len(row) for row in sheet.cells}) == 1 for sheet in sheets)


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{tabular}{cc}\n a & " + "^" * 300_000,
        "\\begin{tabular}{cc}\n" + "{" * 300_000,
        "\\begin{tabular}{cc}\n" + "\\foo[" * 100_000 + "&1",
        "\\begin{comment}\n" * 100_000 + "\\begin{tabular}{cc} a&1",
        "<table><tr>\n" + "<!--" * 300_000,
        "<table><tr>\n" + "<?" * 300_000,
        "<table><tr><td>\n" * 10_000,
        "|a|b|\n|---|---|\n|" + "<sup>" * 100_000 + "|1|\n",
        "a 1\n" + " " * 1_000_000 + "x\n",
        "\n".join(["a " + "- 1 " * 200 + "x"] * 100),
    ],
    ids=range(10),
)
def test_marks_that_are_never_closed_are_refused_in_one_pass(text: str) -> None:
    """Each took minutes, or had no end, where reading was quadratic in the length: the test would not return."""
    with pytest.raises(DataError):
        read_sheets(text)

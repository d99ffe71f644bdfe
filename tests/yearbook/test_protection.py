"""Workbooks behind Excel's default read protection, behind a password, and those that two readers read differently."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files import _two_readers
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.yearbook import locked, writers
from tests.yearbook.writers import NAMES

DEFAULT = "VelvetSweatshop"
ROWS: list[list[Any]] = [
    ["3-9 各地区生产总值(2022年)"],
    [None, "单位：亿元"],
    ["地  区  Region", "地区生产总值"],
    *([f"{chinese}  {english}", 100.5 + place] for place, (_, chinese, english) in enumerate(NAMES.values())),
]
VALUES = [Decimal("100.5") + place for place in range(31)]


def read(tmp_path: Path, context: Context, content: bytes, name: str = "表.xls") -> FileRead:
    path = tmp_path / name
    path.write_bytes(content)
    return read_file(path, CallerSays(), context)


def package(password: str) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(writers.xlsx(ROWS))).encrypt(password, out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_the_default_protection_opens_silently(kind: str, tmp_path: Path, blank: Context) -> None:
    content = locked.locked(locked.biff(ROWS), DEFAULT) if kind == "xls" else package(DEFAULT)
    found = read(tmp_path, blank, content, f"表.{kind}")
    assert [(e.indicator, e.period) for e in found.entries] == [("gdp", "2022")] * 31
    assert [entry.value for entry in found.entries] == VALUES
    assert found.notes == ()
    assert found.content == content


@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_a_password_of_its_own_is_refused_and_named(kind: str, tmp_path: Path, blank: Context) -> None:
    content = locked.locked(locked.biff(ROWS), "2022") if kind == "xls" else package("2022")
    with pytest.raises(YearbookError) as caught:
        read(tmp_path, blank, content, f"表.{kind}")
    assert "protected by a password of its own" in str(caught.value)
    assert "密码" in caught.value.text("zh")


def test_a_damaged_protected_workbook_is_damaged_and_not_locked(tmp_path: Path, blank: Context) -> None:
    content = bytearray(package(DEFAULT))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(YearbookError, match="damaged"):
        read(tmp_path, blank, bytes(content), "表.xlsx")


def test_texts_under_a_foreign_code_page_are_taken_from_the_reader_that_reads_them(
    tmp_path: Path, blank: Context
) -> None:
    """Other writers than Excel name code page 936 where all texts are Unicode; calamine reads by the name."""
    found = read(tmp_path, blank, locked.document(locked.with_codepage(locked.biff(ROWS), 936)))
    assert [entry.value for entry in found.entries] == VALUES
    assert [entry.adcode for entry in found.entries] == list(NAMES)
    assert any("calamine" in note and "35 cell(s) (A1, B2, A3, ...)" in note for note in found.notes)


def test_a_sheet_of_macros_does_not_make_two_readers_disagree(tmp_path: Path, blank: Context) -> None:
    stream = locked.with_macro_sheet(locked.biff(ROWS, "Macro1"), 1)
    assert [entry.value for entry in read(tmp_path, blank, locked.document(stream)).entries] == VALUES


@pytest.mark.parametrize(
    ("one", "two", "left"),
    [
        (1.5, 1.5, None),
        (1.5, 1.25, (0, 0)),
        (None, 1.5, (0, 0)),
        (1.5, None, (0, 0)),
        ("1.5", 1.5, (0, 0)),
        (1.5, "1.5", (0, 0)),
        ("北京 ", "北京", None),
        ("\x17S琋", "北京", None),
        (None, "北京", None),
        ("北京", None, (0, 0)),
        ("北京", "\x17S", (0, 0)),
        ("北京", "\ufffd", (0, 0)),
        ({"odd": "date", "shown": "1905-07-13 12:00:00"}, 2021.5, None),
        ({"odd": "date", "shown": "1905-07-13 12:00:00"}, 2022.5, (0, 0)),
        ({"odd": "date", "shown": "2021 days, 12:00:00"}, 2021.5, (0, 0)),
    ],
)
def test_what_two_readers_may_see_differently(one: Any, two: Any, left: Any) -> None:
    first, second = {"rows": [[one]]}, {"rows": [[two]]}
    assert _two_readers.settle(first, second) == left
    if left is None and isinstance(two, float):
        assert first["rows"][0][0] == two

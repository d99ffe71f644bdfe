"""What a person sees in a workbook: percent signs, thousands, hidden sheets; and what the caller may not contradict."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from panelkit.data.yearbook.errors import ToldError, YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.reference import yearbook_case
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Table

Reader = Callable[..., FileRead]
Cell = tuple[Any, str]
"""A cell and its number format."""


@pytest.fixture(params=["xlsx", "xls"])
def read_styled(request: pytest.FixtureRequest, tmp_path: Path, blank: Context) -> Reader:
    """Write cells with their formats as .xlsx and as .xls and read them."""

    def read(rows: list[list[Any]], **told: Any) -> FileRead:
        path = tmp_path / f"表.{request.param}"
        path.write_bytes(styled(rows, request.param))
        return read_file(path, CallerSays(**told), blank)

    return read


def styled(rows: list[list[Any]], kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "xls":
        import xlwt

        old = xlwt.Workbook()
        page = old.add_sheet("表")
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                value, code = cell if isinstance(cell, tuple) else (cell, "General")
                if value is not None:
                    page.write(r, c, value, xlwt.easyxf(num_format_str=code))
        old.save(out)
        return out.getvalue()
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for r, row in enumerate(rows, 1):
        for c, cell in enumerate(row, 1):
            value, code = cell if isinstance(cell, tuple) else (cell, "General")
            sheet.cell(r, c, value).number_format = code
    book.save(out)
    return out.getvalue()


def one(code: str, value: float, head: str = "甲") -> list[list[Any]]:
    return [["1-1 表(2023年)"], ["地区", head], ["北京", (value, code)], ["天津", (value, code)]]


@pytest.mark.parametrize(
    ("code", "stored", "seen", "unit"),
    [
        ("0%", 0.12, "12", "%"),
        ("0.00%", 0.1234, "12.34", "%"),
        ("0.00%", -0.1234, "-12.34", "%"),
        ("#,##0.0%;[Red]-#,##0.0%", -1.25, "-125", "%"),
        ("0.0%_);(0.0%)", 0.051, "5.1", "%"),
        ('0.00"%"', 12.34, "12.34", "%"),
        ("0.00\\%", 12.34, "12.34", "%"),
        ("#,##0,", 47353700.0, "47353.7", ""),
        ("0.00,,", 47353700.0, "47.3537", ""),
        ("0,.0", 1234.5, "1.2345", ""),
        ('0.0,"千元"', 1234500.0, "1234.5", "千元"),
        ('0.0"亿元"', 5.5, "5.5", "亿元"),
        ("#,##0.00", 1234.5, "1234.5", ""),
        ("#,##0", 1234567.0, "1234567", ""),
        ("0.00E+00", 1234.5, "1234.5", ""),
        ('_-* #,##0_-;-* #,##0_-;_-* "-"??_-', 1234.0, "1234", ""),
        ('0.0;-0.0;"—"', 0.0, "0", ""),
        ("General", 0.1234, "0.1234", ""),
    ],
)
def test_a_number_is_what_its_format_shows(
    read_styled: Reader, code: str, stored: float, seen: str, unit: str
) -> None:
    read = read_styled(one(code, stored))
    assert [(e.value, e.unit) for e in read.entries] == [(Decimal(seen), unit)] * 2


@pytest.mark.parametrize(
    ("code", "message"),
    [(";;;", "shows no number"), ('0"0000"', "digits of its own"), ('[>9]0.0,"万";0', "conditions")],
)
def test_a_number_that_its_format_hides_or_changes_is_refused(
    read_styled: Reader, code: str, message: str
) -> None:
    with pytest.raises(YearbookError, match=rf"row 3, column 2 \(B\): a number behind a format .*{message}"):
        read_styled(one(code, 5.0))


def test_percent_cells_and_the_printed_unit(read_styled: Reader) -> None:
    assert [e.value for e in read_styled(one("0.00%", 0.1234, "增速(%)")).entries] == [Decimal("12.34")] * 2
    with pytest.raises(YearbookError, match="shows its number in '%', and the column's unit is '亿元'"):
        read_styled(one("0.00%", 0.1234, "甲(亿元)"))
    corner: list[list[Any]] = one("0.00%", 0.1234)
    corner.insert(1, ["单位：亿元"])
    assert [e.unit for e in read_styled(corner).entries] == [
        "%",
        "%",
    ]  # the cell knows better than the corner
    mixed = one("0.00%", 0.1234)
    mixed[3][1] = 12.34
    with pytest.raises(YearbookError, match=r"row 4, column 2 \(B\): some cells of the column show '%'"):
        read_styled(mixed)
    mixed[1][1] = "增速(%)"
    assert [e.value for e in read_styled(mixed).entries] == [Decimal("12.34")] * 2
    with pytest.raises(YearbookError, match="gdp is held in 亿元, and the printed unit '%'"):
        read_styled(one("0%", 0.5, "地区生产总值"))


@pytest.mark.parametrize("layout", ["portal", "wide", "long"])
def test_percent_cells_in_every_layout(read_styled: Reader, layout: str) -> None:
    cell = (0.0525, "0.00%")
    rows: dict[str, list[list[Any]]] = {
        "portal": [["数据库：分省年度数据"], ["指标：甲增速"], ["地区", "2020年", "2021年"]]
        + [[name, cell, cell] for name, _, _ in NAMES.values()],
        "wide": [["province", "year", "甲增速"], ["北京", 2020, cell], ["天津", 2020, cell]],
        "long": [["province", "year", "indicator", "value", "unit"], ["北京", 2020, "甲增速", cell, "%"]],
    }
    assert {(e.value, e.unit) for e in read_styled(rows[layout]).entries} == {(Decimal("5.25"), "%")}


def workbook(states: dict[str, str], kind: str) -> bytes:
    out = io.BytesIO()
    rows = {name: [[f"3-9 表({2020 + at}年)"], ["地区", name], ["北京", 5]] for at, name in enumerate(states)}
    if kind == "xls":
        import xlwt

        old = xlwt.Workbook()
        for name, state in states.items():
            page = old.add_sheet(name)
            page.visibility = {"visible": 0, "hidden": 1, "veryHidden": 2}[state]
            for r, row in enumerate(rows[name]):
                for c, cell in enumerate(row):
                    page.write(r, c, cell)
        old.save(out)
        return out.getvalue()
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, state in states.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for row in rows[name]:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_left_out_and_said_unless_it_is_asked_for(
    tmp_path: Path, blank: Context, kind: str, state: str
) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(workbook({"甲": "visible", "旧": state}, kind))
    read = read_file(path, CallerSays(), blank)
    assert [e.indicator for e in read.entries] == ["表：甲"]
    (note,) = [note for note in read.notes if "hidden" in note]
    assert "sheet '旧' is hidden: left out" in note
    assert "工作表“旧”是隐藏的" in note.text("zh")
    assert [e.indicator for e in read_file(path, CallerSays(sheet="旧"), blank).entries] == ["表：旧"]


def test_a_workbook_with_its_only_table_on_a_hidden_sheet_is_refused_with_the_way(
    tmp_path: Path, blank: Context
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["目录"])
    sheet = book.create_sheet("旧")
    sheet.sheet_state = "hidden"
    for row in (["表(2020年)"], ["地区", "甲"], ["北京", 5]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(YearbookError, match=r"hidden sheets: 旧\. Name one with `--sheet NAME`"):
        read_file(tmp_path / "a.xlsx", CallerSays(), blank)


def test_hidden_rows_and_columns_are_read_and_said(tmp_path: Path, blank: Context) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["表(2020年)"], ["地区", "甲", "乙"], ["北京", 5, 6], ["天津", 7, 8]):
        book.active.append(row)
    book.active.row_dimensions[4].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.save(tmp_path / "a.xlsx")
    read = read_file(tmp_path / "a.xlsx", CallerSays(), blank)
    assert len(read.entries) == 4
    assert any("hidden rows or columns (4, B) are read" in note for note in read.notes)


def test_the_case_with_a_hidden_sheet(context: Context) -> None:
    read = read_file(yearbook_case("09_hidden.xlsx"), CallerSays(), context)
    assert {entry.period for entry in read.entries} == {"2021", "2022", "2023"}
    assert any("'旧' is hidden" in note for note in read.notes)


def region_file(place: str, *, english: bool = False) -> str:
    if english:
        return (
            f"Database：Annual by Province\nRegion：{place}\nIndicators,2021,2020\nProduct (100 million yuan),5,6\n"
            "Data Sources：National Bureau of Statistics\n"
        )
    return (
        f"数据库：分省年度数据\n地区：{place}\n指标,2021年,2020年\n甲(亿元),5,6\n乙(亿元),7,8\n"
        "数据来源：国家统计局\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (region_file("上海市"), "北京"),
        (region_file("上海"), "Beijing"),
        (region_file("Shanghai", english=True), "北京市"),
        (region_file("上海市"), 110000),
    ],
)
def test_a_province_that_the_file_contradicts_is_refused_naming_both(
    tmp_path: Path, blank: Context, text: str, said: str | int
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(YearbookError, match=rf"上海.*{said}") as caught:
        read_file(path, CallerSays(province=said), blank)
    assert "上海" in caught.value.text("zh")
    assert str(said) in caught.value.text("zh")
    for same in ("上海", "Shanghai", 310000, None):
        assert {e.adcode for e in read_file(path, CallerSays(province=same), blank).entries} == {310000}


def test_a_province_or_year_for_a_file_that_names_its_own_is_refused(tmp_path: Path, blank: Context) -> None:
    label = "甲"
    cells = {(a, p, label): "5" for a in NAMES for p in ("2021", "2020")}
    table = Table(list(NAMES), ["2021", "2020"], [label], cells)
    files = {
        "a.csv": writers.classic(table),
        "b.json": writers.easyquery(table, regions=True),
        "c.csv": writers.tidy(table, long=False),
        "d.json": writers.easyquery(table, regions=False),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with pytest.raises(YearbookError, match="the file says whose figures these are"):
            read_file(path, CallerSays(province="上海"), blank)
        with pytest.raises(YearbookError, match="the file names the period of its figures, 202"):
            read_file(path, CallerSays(year="2019"), blank)


@pytest.mark.parametrize("year", ["abc", "1" + "0" * 26, "20231", "1e26", "", "1900", "2999"])
def test_a_year_that_is_none_is_refused_before_the_file_is_read(
    tmp_path: Path, blank: Context, year: str
) -> None:
    with pytest.raises(ToldError, match="is no year from 1949 on"):
        read_file(tmp_path / "absent.csv", CallerSays(year=year), blank)

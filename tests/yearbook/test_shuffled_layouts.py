"""Layouts found by shuffling: titles like totals, numbers of rows, units in titles, headers without a corner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.yearbook.test_side_by_side import (
    CODES,
    GDP,
    PEOPLE,
    WANTED,
    Reader,
    Rows,
    beside,
    cells,
    column,
)
from tests.yearbook.writers import NAMES

HEADLINE = "地区生产总值(亿元)"


def places(values: dict[int, float], times: float = 1) -> Rows:
    return [[NAMES[code][0], values[code] * times] for code in CODES]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("number", ["", "3-2 ", "表3-2 "])
@pytest.mark.parametrize("gap", [0, 1])
def test_a_title_that_ends_like_a_total_names_the_table_below_it(
    read_sheet: Reader, kind: str, number: str, gap: int
) -> None:
    first: Rows = [
        ["各地区地区生产总值（2021年）", None],
        ["单位：亿元", None],
        ["地区", "2021年"],
        *places(GDP),
    ]
    title = f"{number}各地区社会消费品零售总额（2021年）"
    second: Rows = [[title, None], ["单位：亿元", None], ["地区", "2021年"], *places(PEOPLE)]
    read = cells(read_sheet([*first, *[[None, None]] * gap, *second], kind))
    retail = {c: v for (name, _, c), v in read.items() if name != "gdp"}
    assert {name for name, _, _ in read} == {"gdp", "retail_sales"}
    assert {c: float(v) for c, v in retail.items()} == PEOPLE


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_footnote_that_ends_like_a_total_is_a_footnote(read_sheet: Reader, kind: str) -> None:
    line = "注：全国数据不等于各省合计"
    rows: Rows = [["表(2021年)", None], ["地区", HEADLINE], *places(GDP), [line, None], [line, None]]
    read = read_sheet(rows, kind)
    assert len(read.entries) == 31
    assert set(read.footnotes) == {line}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("corner", [None, "单位名称", "地区\\指标"])
@pytest.mark.parametrize("name", ["平均", "沿海地区", "直辖市", "民族地区", "六省平均"])
@pytest.mark.parametrize("number", [2010, 2010.1])
def test_a_figure_like_a_year_in_a_row_of_no_province_dates_nothing(
    read_sheet: Reader, kind: str, corner: str | None, name: str, number: float
) -> None:
    rows: Rows = [["各地区地区生产总值（2021年）", None], [corner, HEADLINE], [name, number], *places(GDP)]
    assert _periods_or_refused(read_sheet, rows, kind) in ({"2021"}, {"no province or region"})


def _periods_or_refused(read_sheet: Reader, rows: Rows, kind: str) -> set[str]:
    try:
        return {entry.period for entry in read_sheet(rows, kind).entries}
    except YearbookError as error:
        return {found for found in ("no province or region",) if found in str(error)}


@pytest.mark.parametrize("corner", [None, "指标名称", "年份", "地区\\年份", "省（区、市）"])
def test_years_above_places_are_a_header_beside_any_corner(read_sheet: Reader, corner: str | None) -> None:
    rows: Rows = [["地区生产总值(亿元)"], [corner, 2020, 2021]]
    rows += [[NAMES[code][0], GDP[code], PEOPLE[code]] for code in CODES]
    assert {e.period for e in read_sheet(rows).entries} == {"2020", "2021"}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("shift", [(0, 0), (0, 1), (1, 0)])
@pytest.mark.parametrize("head", ["地区", "Region"])
@pytest.mark.parametrize("order", [CODES, CODES[::-1]])
def test_numbers_of_rows_belong_to_the_table_on_their_right(
    read_sheet: Reader, kind: str, shift: tuple[int, int], head: str, order: list[int]
) -> None:
    def numbered(title: str, unit: str, label: str, values: dict[int, float], codes: list[int]) -> Rows:
        rows: Rows = [[title, None, None], [f"单位：{unit}", None, None], ["序号", head, label]]
        return rows + [[at + 1, NAMES[code][0], values[code]] for at, code in enumerate(codes)]

    left = numbered("各地区生产总值(2023年)", "亿元", "地区生产总值", GDP, CODES)
    right = numbered("各地区人口(2023年)", "万人", "年末常住人口", PEOPLE, order)
    read = read_sheet(beside(left, right, gap=1, shift=shift), kind)
    assert cells(read) == WANTED
    assert {e.indicator: e.unit for e in read.entries} == {"gdp": "亿元", "population": "万人"}


def test_a_half_with_a_title_of_its_own_and_no_header_is_not_called_like_the_left_one(
    read_sheet: Reader,
) -> None:
    left: Rows = [["主要指标(2023年)", None], [None, HEADLINE], *places(GDP)]
    right: Rows = [[None, "年末常住人口（万人）"], [None, None], *places(PEOPLE)[::-1]]
    assert cells(read_sheet(beside(left, right, gap=0, shift=(0, 3)))) == WANTED


TITLES = [
    "2021年各地区年末常住人口（千人）",
    "2021年各地区年末常住人口 单位：千人",
    "2021年各地区年末常住人口（单位：千人）",
    "各地区年末常住人口（2021年，千人）",
    "各地区年末常住人口（千人，2021年）",
    "各地区年末常住人口/千人（2021年）",
]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("corner", ["地区", None])
def test_a_unit_within_the_title_is_the_unit(
    read_sheet: Reader, kind: str, title: str, corner: str | None
) -> None:
    rows: Rows = [[title, None], [corner, "年末常住人口"], *places(PEOPLE, 10)]
    read = cells(read_sheet(rows, kind))
    assert {c: float(v) for (_, _, c), v in read.items()} == PEOPLE
    assert {key[:2] for key in read} == {("population", "2021")}


@pytest.mark.parametrize("line", [["各地区年末常住人口(2021年)", None, "千人"], [None, "千人"]])
def test_a_cell_that_is_a_unit_is_the_unit(read_sheet: Reader, line: list[Any]) -> None:
    rows: Rows = [["各地区年末常住人口(2021年)"], line, ["地区", "年末常住人口"], *places(PEOPLE, 10)]
    assert {c: float(v) for (_, _, c), v in cells(read_sheet(rows)).items()} == PEOPLE


@pytest.mark.parametrize("line", ["注：单位：千人", "注：单位为千人。", "说明：数据单位均为千人。"])
def test_a_unit_that_only_a_footnote_names_is_refused(read_sheet: Reader, line: str) -> None:
    rows: Rows = [["各地区年末常住人口(2021年)"], ["地区", "年末常住人口"], *places(PEOPLE, 10), [line]]
    with pytest.raises(YearbookError, match="a footnote names '千人'") as caught:
        read_sheet(rows)
    assert "千人" in caught.value.text("zh")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_header_without_a_corner_names_its_only_column(read_sheet: Reader, kind: str) -> None:
    for below in ([], [[None, "2021年"]]):
        rows: Rows = [["各地区主要指标（2021年）", None], [None, "年末常住人口（千人）"], *below]
        read = cells(read_sheet(rows + places(PEOPLE, 10), kind))
        assert {c: float(v) for (_, _, c), v in read.items()} == PEOPLE
        assert {key[:2] for key in read} == {("population", "2021")}


@pytest.mark.parametrize("code", ['0.0"万"', '0"千"'])
def test_a_scale_alone_behind_the_number_is_refused(tmp_path: Path, blank: Context, code: str) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["表(2021年)"], ["地区", HEADLINE], ["北京", 5], ["天津", 6]):
        book.active.append(row)
    book.active["B3"].number_format = code
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(YearbookError, match="the cell shows its number with"):
        read_file(tmp_path / "a.xlsx", CallerSays(), blank)


def test_a_sheet_called_after_another_province_is_refused(tmp_path: Path, blank: Context) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "上海市"
    for row in (["指标", "2021年"], [HEADLINE, 5]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(YearbookError, match=r"上海.*北京"):
        read_file(tmp_path / "a.xlsx", CallerSays(province="北京"), blank)
    assert len(read_file(tmp_path / "a.xlsx", CallerSays(province="上海"), blank).entries) == 1


def test_words_without_number_are_refused_at_once(
    tmp_path: Path, blank: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LABELS", 200)
    junk = "".join(f"甲{at},{at}\n" for at in range(300))
    head = "各地区地区生产总值（2021年）\n单位：亿元\n地区,地区生产总值\n北京,5\n"
    (tmp_path / "a.csv").write_text(head + junk, encoding="utf-8")
    with pytest.raises(YearbookError, match="more than 200 different words that are no places"):
        read_file(tmp_path / "a.csv", CallerSays(), blank)
    (tmp_path / "b.csv").write_text(junk, encoding="utf-8")
    with pytest.raises(YearbookError, match="no table is found"):
        read_file(tmp_path / "b.csv", CallerSays(), blank)


def test_halves_under_english_heads_with_the_same_order_are_two_tables(read_sheet: Reader) -> None:
    left = column("Region", HEADLINE, GDP, CODES)
    right: Rows = [["Region", "合计"], *places(PEOPLE)]
    rows = beside([["各地区生产总值(2023年)", None], *left], [["年末常住人口(2023年)", None], *right])
    assert {key[0] for key in cells(read_sheet(rows))} == {"gdp", "population"}


def test_more_tables_side_by_side_than_any_sheet_has_are_refused(
    read_sheet: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TABLES", 3)
    tables = [column("地区", f"指标{at}(亿元)", GDP, CODES) for at in range(4)]
    title: Rows = [["各地区主要指标(2023年)"]]
    assert len(read_sheet(title + beside(*tables[:3])).entries) == 93
    with pytest.raises(YearbookError, match="4 tables side by side; at most 3 are read"):
        read_sheet(title + beside(*tables))


@pytest.mark.parametrize("blank_run", [" ", "\n", "\u3000"])
def test_blanks_without_end_within_a_title_are_one_blank(read_sheet: Reader, blank_run: str) -> None:
    titles: Rows = [[f"单 位{blank_run * 6000}x{at}", None] for at in range(40)]
    rows: Rows = [*titles, ["各地区主要指标(2023年)", None], ["地区", HEADLINE], *places(GDP)]
    assert {e.adcode: float(e.value) for e in read_sheet(rows, "csv").entries} == GDP

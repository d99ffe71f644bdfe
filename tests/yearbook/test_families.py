"""A few generated workbooks of every family of layouts: none with a wrong cell, nearly all read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.reference import yearbook_case
from tests.yearbook import writers
from tests.yearbook.families import FAMILIES, one_book, outcome
from tests.yearbook.test_round_trip import QUICK, expected, only, read, tables
from tests.yearbook.writers import NAMES, Table, written

Reader = Callable[..., FileRead]
BOOKS = 8


@pytest.mark.parametrize("family", FAMILIES)
def test_generated_workbooks_are_read_to_the_cell(tmp_path: Path, blank: Context, family: str) -> None:
    outcomes = [outcome(one_book(family, 11, number), tmp_path, blank) for number in range(BOOKS)]
    assert not [one for one in outcomes if one.startswith("wrong")]
    assert outcomes.count("read") >= BOOKS - 1, outcomes


def test_a_wrong_cell_is_seen(tmp_path: Path, blank: Context) -> None:
    page = one_book("listed", 11, 0)
    key = next(iter(page.cells))
    page.cells[key] += 1
    assert outcome(page, tmp_path, blank).startswith("wrong: 1 cells")


@QUICK
@given(table=tables(kinds=("annual", "quarterly", "monthly")))
def test_years_down(tmp_path: Path, blank: Context, table: Table) -> None:
    if len(table.provinces) < 2:
        return
    label = table.labels[0]
    rows: list[list[Any]] = [
        [f"3-9 {label}"],
        ["单位：亿元"],
        ["年份", *(NAMES[a][1] for a in table.provinces)],
    ]
    rows += [[writers.header(p), *(table.text(a, p, label) for a in table.provinces)] for p in table.periods]
    found = read(tmp_path, "a.xlsx", written(rows, "xlsx"), blank)
    assert found == expected(only(table, label=label))


@QUICK
@given(table=tables(kinds=("annual", "quarterly", "monthly")))
def test_listed(tmp_path: Path, blank: Context, table: Table) -> None:
    rows: list[list[Any]] = [["指标", "地区", "单位", *map(writers.header, table.periods)]]
    for label in table.labels:
        for adcode in table.provinces:
            cells = [table.text(adcode, period, label) for period in table.periods]
            rows.append([label, NAMES[adcode][1], table.unit, *cells])
    assert read(tmp_path, "a.xlsx", written(rows, "xlsx"), blank) == expected(table.cells)


LIST = [
    ["指标", "地区", "单位", "2020", "2021"],
    ["甲产量", "北京", "万吨", 5, 6],
    [None, "天津", None, 7, 8],
]


def test_a_list_goes_on_where_its_cells_are_empty(read_sheet: Reader) -> None:
    read = read_sheet([*LIST, ["乙产量", "北京", "吨", 9, 10]])
    assert {(e.indicator, e.unit) for e in read.entries} == {("甲产量", "万吨"), ("乙产量", "吨")}
    assert {e.value for e in read.entries if e.adcode == 120000} == {Decimal(7), Decimal(8)}
    bare = read_sheet([*LIST, ["乙产量", "北京", None, 9, 10]])
    assert {e.unit for e in bare.entries if e.indicator == "乙产量"} == {""}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["甲产量", "北京", "万吨", 5, 6], "'北京' stands in row 2 already"),
        (["甲产量", "北平", "万吨", 5, 6], "no province is known as '北平'"),
        (["乙产量(吨)", "北京", "万吨", 5, 6], "two units that contradict each other"),
        (["乙产量", "北京", "万吨", "一百", 6], "Chinese digits"),
    ],
)
def test_rows_of_a_list_that_cannot_be_read(read_sheet: Reader, row: list[Any], message: str) -> None:
    with pytest.raises(YearbookError, match=message):
        read_sheet([*LIST, row])


def test_the_same_year_twice_across_a_list(read_sheet: Reader) -> None:
    with pytest.raises(YearbookError, match="2021 stands in column 3 already"):
        read_sheet([["指标", "地区", "2021", "2021年"], ["甲", "北京", 5, 6]])


DOWN = [["3-9 地区生产总值"], ["单位：亿元"], ["年份", "北京", "天津"], [2021, 5, 6], [2022, 7, 8]]


def test_years_down_are_the_catalogues_indicator(read_sheet: Reader) -> None:
    read = read_sheet(DOWN)
    assert {(e.adcode, e.period, e.indicator, int(e.value)) for e in read.entries} == {
        (110000, "2021", "gdp", 5),
        (120000, "2021", "gdp", 6),
        (110000, "2022", "gdp", 7),
        (120000, "2022", "gdp", 8),
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*DOWN, ["平均", 9, 9]], "figures in a row that is no year, quarter or month: '平均'"),
        ([*DOWN, [2022, 9, 9]], "stands in row 5 already"),
        (
            [*DOWN, ["人口"], ["年份", "河北", "山西"], [2022, 9, 9]],
            "does '人口' belong to the table above or below",
        ),
        ([["单位：亿元"], *DOWN[2:]], "no title above the table"),
        ([*DOWN[:2], ["年份", "北京", None], *DOWN[3:]], "no province or region|without a header|no table"),
        ([*DOWN, [1900, 9, 9]], "out of range"),
    ],
)
def test_years_down_that_cannot_be_read(read_sheet: Reader, rows: list[list[Any]], message: str) -> None:
    with pytest.raises(YearbookError, match=message):
        read_sheet(rows)


@pytest.mark.parametrize(
    ("case", "layout", "count", "key", "value"),
    [
        ("03_parenneg.xlsx", "workbook", 93, (120000, "2021", "净出口"), "-16093.2"),
        ("07_cnyear.xlsx", "workbook", 93, (110000, "2021", "gdp"), "44350.7"),
        ("15_transposed.xlsx", "years_down", 93, (650000, "2023", "gdp"), "19603.3"),
        ("22_dates.xlsx", "workbook", 62, (110000, "2022", "gdp"), "45222.4"),
        ("27_prelim.xlsx", "workbook", 62, (110000, "2023", "gdp"), "47353.7"),
        ("eps_h.xlsx", "listed", 270, (110000, "2011", "energy_consumption"), "6995.39789"),
    ],
)
def test_cases_of_the_shared_folder(
    blank: Context, case: str, layout: str, count: int, key: tuple[int, str, str], value: str
) -> None:
    read = read_file(yearbook_case(case), CallerSays(), blank)
    cells = {(e.adcode, e.period, e.indicator.split("：")[-1]): e.value for e in read.entries}
    assert (read.layout, len(cells), cells[key]) == (layout, count, Decimal(value))

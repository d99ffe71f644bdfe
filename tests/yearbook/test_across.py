"""Series in columns with dates below, and provinces across with an indicator in each row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead

Reader = Callable[..., FileRead]


def series(
    *dates: Any, pace: str | None = "年", names: tuple[str, str] = ("北京:产值", "上海:产值")
) -> list[list[Any]]:
    rows: list[list[Any]] = [
        ["指标名称", *names],
        *([["频率", pace, pace]] if pace else []),
        ["单位", "亿元", "万元"],
    ]
    return rows + [[day, 5000 + at, 7000 + at] for at, day in enumerate(dates)]


def test_series_keep_place_unit_and_year(read_sheet: Reader) -> None:
    read = read_sheet([*series(date(2020, 12, 31), "2021-12-31"), ["数据来源：某某"]])
    assert {(e.adcode, e.period, e.indicator, e.unit, e.value) for e in read.entries} == {
        (110000, "2020", "产值", "亿元", Decimal(5000)),
        (110000, "2021", "产值", "亿元", Decimal(5001)),
        (310000, "2020", "产值", "万元", Decimal(7000)),
        (310000, "2021", "产值", "万元", Decimal(7001)),
    }


def test_a_nation_before_the_province_is_no_place_of_the_series(read_sheet: Reader) -> None:
    read = read_sheet(series("2020", names=("中国:北京:产值", "中国:产值:现价:上海")))
    assert {(e.adcode, e.indicator) for e in read.entries} == {(110000, "产值"), (310000, "产值：现价")}


@pytest.mark.parametrize("pace", ["月", "季", "Monthly", "日"])
def test_series_that_are_not_yearly_are_refused(read_sheet: Reader, pace: str) -> None:
    with pytest.raises(YearbookError, match="frequency"):
        read_sheet(series("2020-12-31", "2021-12-31", pace=pace))


@pytest.mark.parametrize("days", [("2020-12-31", "2021-03-31"), ("2020", "12/2021"), ("2020", "")])
def test_rows_that_are_no_year_are_refused(read_sheet: Reader, days: tuple[str, str]) -> None:
    with pytest.raises(YearbookError, match="is no year"):
        read_sheet(series(*days, pace=None))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (series("2020", "2020-12-31"), "2020 stands in row 4 already"),
        (series("2020", names=("北京:产值", "产值：北京")), "two indicators under one name"),
        ([*series("2020"), ["2021", "五", 1]], "Chinese digits"),
    ],
)
def test_what_contradicts_itself_is_refused(read_sheet: Reader, rows: list[list[Any]], said: str) -> None:
    with pytest.raises(YearbookError, match=said):
        read_sheet(rows)


def across(*lines: list[Any], title: str = "各地区主要指标（2022年）", unit: bool = True) -> list[list[Any]]:
    return [[title], ["指标", *(["单位"] if unit else []), "北京", "上海"], *lines]


def test_indicators_in_rows_keep_their_units(read_sheet: Reader) -> None:
    read = read_sheet(across(["产值", "亿元", 1000, 2000], ["人员", "万人", 30, "…"], ["注：某某。"]))
    assert {(e.adcode, e.period, e.indicator, e.unit, e.value) for e in read.entries} == {
        (110000, "2022", "各地区主要指标：产值", "亿元", Decimal(1000)),
        (310000, "2022", "各地区主要指标：产值", "亿元", Decimal(2000)),
        (110000, "2022", "各地区主要指标：人员", "万人", Decimal(30)),
    }


def test_a_unit_above_holds_for_amounts_alone(read_sheet: Reader) -> None:
    rows = across(["产值", 1000, 2000], ["产值增速", 3, 4], ["人员（万人）", 3, 4], unit=False)
    read = read_sheet([rows[0], ["单位：亿元"], *rows[1:]])
    assert {e.indicator.partition("：")[2]: e.unit for e in read.entries} == {
        "产值": "亿元",
        "产值增速": "",
        "人员": "万人",
    }


@pytest.mark.parametrize("title", ["各地区主要指标", "中国统计年鉴2023", "各地区主要指标（2021-2022）"])
def test_a_table_without_a_year_of_its_own_asks(read_sheet: Reader, title: str) -> None:
    rows = across(["产值", "亿元", 1000, 2000], title=title)
    with pytest.raises(YearbookError, match="--year"):
        read_sheet(rows)
    assert {entry.period for entry in read_sheet(rows, year="2022").entries} == {"2022"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([["产值", "亿元", 1, 2], ["产值", "亿元", 1, 2]], "duplicate rows"),
        ([["产值", "亿元", 1, "x"]], "neither a number"),
        ([["产值", "亿元", 1, 2], ["人员", "万人", "高", "低"]], "neither a number"),
    ],
)
def test_rows_that_cannot_be_read_are_refused(read_sheet: Reader, lines: list[list[Any]], said: str) -> None:
    with pytest.raises(YearbookError, match=said):
        read_sheet(across(*lines))

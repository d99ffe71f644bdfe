"""Words around figures that decide what they are: units in odd places, rates, ranks, marks behind years and names."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from panelkit.data.cities import PROVINCES
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files.cells import Misread, read_number
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.vocabulary.periods import part_of_year
from panelkit.data.yearbook.vocabulary.place_labels import place_of
from tests.yearbook.writers import NAMES

Reader = Callable[..., FileRead]


def table(heads: list[Any], *lines: list[Any], corner: str = "地区") -> list[list[Any]]:
    body = [
        [names[0], *(1000 * at + 7 * spot + 2500 for spot in range(len(heads)))]
        for at, names in enumerate(NAMES.values(), 1)
    ]
    return [["3-9 各地区某类情况（2022年）"], *lines, [corner, *heads], *body]


def units(read: FileRead) -> dict[str, str]:
    return {entry.indicator.partition("：")[2]: entry.unit for entry in read.entries}


@pytest.mark.parametrize("corner", ["地区（单位：亿元）", "地区\n单位：亿元"])
def test_a_unit_in_the_corner_holds_for_the_table(read_sheet: Reader, corner: str) -> None:
    assert units(read_sheet(table(["产值", "收入"], corner=corner))) == {"产值": "亿元", "收入": "亿元"}


@pytest.mark.parametrize("line", ["（单位：亿元）", "(单位: 亿元)", "【单位：亿元】"])
def test_a_line_of_units_in_brackets_is_one(read_sheet: Reader, line: str) -> None:
    assert units(read_sheet(table(["产值"], [line]))) == {"产值": "亿元"}


def test_a_line_in_brackets_that_names_several_units_asks(read_sheet: Reader) -> None:
    with pytest.raises(YearbookError, match="several units"):
        read_sheet(table(["某项"], ["（单位：人/平方公里）"]))


@pytest.mark.parametrize(
    "name",
    [
        "增长",
        "增速",
        "比上年增长",
        "占比",
        "占全国比重",
        "构成",
        "失业率",
        "价格指数",
        "弹性系数",
        "密度",
        "人均产值",
        "位次",
        "全国排名",
        "名次",
    ],
)
def test_rates_shares_and_ranks_have_no_unit_of_money(read_sheet: Reader, name: str) -> None:
    assert units(read_sheet(table(["产值", name], ["单位：亿元"]))) == {"产值": "亿元", name: ""}


@pytest.mark.parametrize("group", ["比上年增长", "构成", "占全国比重", "位次"])
def test_a_heading_of_rates_holds_for_the_columns_below_it(read_sheet: Reader, group: str) -> None:
    rows = table(["产值", "甲", "乙"], ["单位：亿元"])
    rows = [*rows[:2], ["地区", "产值", group, None], [None, None, "甲", "乙"], *rows[3:]]
    assert units(read_sheet(rows)) == {"产值": "亿元", f"{group}：甲": "", f"{group}：乙": ""}


def test_figures_per_head_keep_a_unit_that_can_be_theirs(read_sheet: Reader) -> None:
    assert units(read_sheet(table(["人均产值", "产值"], ["单位：万元"]))) == {
        "人均产值": "万元",
        "产值": "万元",
    }


def test_a_table_of_ones_own_knows_units_behind_names_and_columns_of_numbers(read_sheet: Reader) -> None:
    read = read_sheet(
        [["序号", "省份代码", "省份", "年份", "人数/万人", "占比%"], [1, 110000, "北京", 2020, 50, 60]]
    )
    assert {(e.indicator, e.unit, e.value) for e in read.entries} == {("人数", "万人", 50), ("占比", "%", 60)}


@pytest.mark.parametrize("name", ["设备功率", "增长量", "新增额", "增加值"])
def test_amounts_that_sound_alike_keep_it(read_sheet: Reader, name: str) -> None:
    assert units(read_sheet(table([name], ["单位：万元"]))) == {name: "万元"}


def test_rates_keep_the_per_cent_above_the_table_and_ranks_do_not(read_sheet: Reader) -> None:
    assert units(read_sheet(table(["增速", "位次"], ["单位：%"]))) == {"增速": "%", "位次": ""}


@pytest.mark.parametrize("printed", ["比重%", "比重％", "比重(%)", "比重（％）", "比重/%"])
def test_per_cent_behind_a_name_is_its_unit(read_sheet: Reader, printed: str) -> None:
    found = units(read_sheet(table(["产值", printed], ["单位：亿元"])))
    assert found["比重"] in ("%", "％")


@pytest.mark.parametrize("unit", ["件/万人", "吨标准煤/万元", "公斤/公顷", "天", "℃", "‰", "百分点"])
def test_a_unit_of_its_own_is_not_covered_by_the_one_above(read_sheet: Reader, unit: str) -> None:
    found = units(read_sheet(table(["产值", f"甲项（{unit}）"], ["单位：亿元"])))
    assert [found[name] for name in found if name.startswith("甲项")] in ([""], [unit])


def test_columns_that_are_called_rank_are_of_the_column_on_their_left(read_sheet: Reader) -> None:
    read = read_sheet(table(["产值", "位次", "收入", "位次"], ["单位：亿元"]))
    assert units(read) == {"产值": "亿元", "产值：位次": "", "收入": "亿元", "收入：位次": ""}


@pytest.mark.parametrize(
    "name", ["省份代码", "行政代码", "地区编码", "邮政编码", "行次", "ID", "序号", "No."]
)
@pytest.mark.parametrize("left", [True, False])
def test_columns_of_codes_and_numbers_hold_no_figures(read_sheet: Reader, name: str, left: bool) -> None:
    body = [
        [str(at), names[0], 2000 + at] if left else [names[0], at, 2000 + at]
        for at, names in enumerate(NAMES.values(), 1)
    ]
    heads = [name, "地区", "产值"] if left else ["地区", name, "产值"]
    read = read_sheet([["3-9 各地区某类情况（2022年）"], ["单位：亿元"], heads, *body])
    assert units(read) == {"产值": "亿元"}
    assert {entry.value for entry in read.entries} == {Decimal(2001 + at) for at in range(31)}


@pytest.mark.parametrize(
    "shape", ["{}*", "{}①", "{}年①", "{}年末", "{}年底", "{}年年末", "截至{}年底", "{}年（亿元）", "{}(p)"]
)
def test_years_with_marks_above_columns_are_years(read_sheet: Reader, shape: str) -> None:
    read = read_sheet(table([shape.format(year) for year in (2020, 2021)], ["单位：亿元"]))
    assert {(e.period, e.unit, e.indicator) for e in read.entries} == {
        (year, "亿元", "各地区某类情况") for year in ("2020", "2021")
    }


@pytest.mark.parametrize("head", ["2020r", "2020(1)", "FY2020", "2020/21", "2019-2020", "2020a)", "2020注"])
def test_years_with_unknown_signs_are_no_names_of_indicators(read_sheet: Reader, head: str) -> None:
    with pytest.raises(YearbookError, match="write that in its place"):
        read_sheet(table([head], ["单位：亿元"]))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("2022年6月各地区情况", "6月"),
        ("各地区情况（2022年第一季度）", "第一季度"),
        ("2022年上半年各地区情况", "上半年"),
        ("2022年1—9月各地区情况", "1—9月"),
        ("2022年前三季度", "前三季度"),
        ("二〇二二年三月", "三月"),
        ("2022年1-11月", "1-11月"),
        ("2022年1-12月", ""),
        ("2022年12月31日", ""),
        ("截至2022年12月", ""),
        ("2022年", ""),
        ("各地区第1季度情况", "第1季度"),
        ("3-12 各地区情况（2022年）", ""),
    ],
)
def test_parts_of_a_year(line: str, part: str) -> None:
    assert part_of_year(line) == part


def test_a_title_about_a_part_of_the_year_asks(read_sheet: Reader) -> None:
    rows = table(["产值"], ["单位：亿元"])
    rows[0] = ["3-9 各地区某类情况（2022年1-6月）"]
    with pytest.raises(YearbookError, match="part of a year, 1-6月"):
        read_sheet(rows)
    assert {entry.period for entry in read_sheet(rows, year="2022-Q2").entries} == {"2022-Q2"}


@pytest.mark.parametrize("head", ["1月", "一季度", "第2季度", "上半年", "1-6月", "前三季度"])
def test_parts_of_a_year_above_figures_are_no_names(read_sheet: Reader, head: str) -> None:
    with pytest.raises(YearbookError, match="is a part of a year"):
        read_sheet(table(["产值", head], ["单位：亿元"]))


@pytest.mark.parametrize(
    ("head", "name", "unit"),
    [
        ("产值/亿元", "产值", "亿元"),
        ("产值，亿元", "产值", "亿元"),
        ("产值 亿元", "产值", "亿元"),
        ("产值：亿元", "产值", "亿元"),
        ("产值【亿元】", "产值", "亿元"),
        ("产值〔亿元〕", "产值", "亿元"),
        ("产值《亿元》", "产值", "亿元"),
        ("产值单位：亿元", "产值", "亿元"),
        ("产值\n亿元", "产值", "亿元"),
        ("产值（亿元）①", "产值", "亿元"),
        ("产值（亿元，当年价）", "产值（当年价）", "亿元"),
        ("产值(当年价，亿元)", "产值（当年价）", "亿元"),
        ("企业数/个", "企业数", "个"),
        ("产值/人", "产值/人", "万吨"),
        ("从业\n人", "从业人", "万吨"),
        ("人员（含外聘，其他）", "人员（含外聘，其他）", "万吨"),
        ("产品产量①", "产品产量", "万吨"),
    ],
)
def test_a_unit_behind_a_name_is_its_own(read_sheet: Reader, head: str, name: str, unit: str) -> None:
    assert units(read_sheet(table([head], ["单位：万吨"]))) == {name: unit}


def test_a_table_with_a_title_of_its_own_takes_no_unit_from_the_one_above(read_sheet: Reader) -> None:
    one = table(["产值"], ["单位：亿元"])
    read = read_sheet([*one, [], ["3-10 各地区另类情况（2022年）"], ["地区", "人口"], *one[3:]])
    assert units(read) == {"产值": "亿元", "人口": ""}


def test_a_line_that_is_a_year_is_no_title(read_sheet: Reader) -> None:
    one = table(["产值"], ["单位：亿元"])
    read = read_sheet([*one, [], ["2021"], *one[2:]])
    assert {(e.period, e.indicator, e.unit) for e in read.entries} == {
        (year, "各地区某类情况：产值", "亿元") for year in ("2022", "2021")
    }


def test_the_year_before_is_said_in_words(read_sheet: Reader) -> None:
    read = read_sheet(table(["上年", "2022年"], ["单位：亿元"]))
    assert {(e.period, e.indicator) for e in read.entries} == {
        ("2021", "各地区某类情况"),
        ("2022", "各地区某类情况"),
    }


@pytest.mark.parametrize(
    "mark", ["①", "*", "(1)", "（2）", "[1]", "[注1]", "1)", "a)", "注", "注2", "#", " 1)"]
)
def test_marks_of_footnotes_behind_a_province(mark: str) -> None:
    for name in ("北京", "内 蒙 古", "新疆维吾尔自治区"):
        assert place_of(name + mark, PROVINCES) == place_of(name, PROVINCES) is not None


@pytest.mark.parametrize("name", ["一、东部地区", "【东部地区】", "二. 中部地区"])
def test_regions_with_a_number_or_in_brackets(name: str) -> None:
    place = place_of(name, PROVINCES)
    assert place is not None
    assert place.kind == "subtotal"


@pytest.mark.parametrize("label", ["标准差", "均值", "中位数", "最大值", "变异系数"])
def test_rows_of_statistics_are_set_apart(read_sheet: Reader, label: str) -> None:
    read = read_sheet([*table(["产值"], ["单位：亿元"]), [label, 12.5]])
    assert [(row.name, row.why) for row in read.rows_apart] == [(label, "whole")]
    assert len(read.entries) == 31


def test_the_english_name_in_a_row_of_its_own(read_sheet: Reader) -> None:
    rows: list[list[Any]] = [["3-9 各地区某类情况（2022年）"], ["单位：亿元"], ["地区", "产值"]]
    for at, (chinese, _, english) in enumerate(NAMES.values()):
        rows += [[chinese, 2000 + at], [english]]
    assert [entry.value for entry in read_sheet(rows).entries] == [Decimal(2000 + at) for at in range(31)]


def test_a_continued_table_whose_unit_stands_beside_the_word(read_sheet: Reader) -> None:
    rows = table(["产值"], ["单位：亿元"])
    rows = [*rows[:13], [], ["续表 单位：亿元"], rows[2], *rows[13:]]
    read = read_sheet(rows)
    assert {(e.indicator, e.unit) for e in read.entries} == {("各地区某类情况：产值", "亿元")}
    assert len(read.entries) == 31


def test_a_continued_title_without_its_year_goes_on_with_it(read_sheet: Reader) -> None:
    rows = table(["产值"], ["单位：亿元"])
    rows += [[], ["3-9 各地区某类情况（续）"], ["地区", "收入"], *rows[3:]]
    assert {entry.period for entry in read_sheet(rows).entries} == {"2022"}


@pytest.mark.parametrize("numbers", [["1", "2=1+3"], ["(1)", "(2)"], [1, 2]])
def test_a_row_that_numbers_columns_by_what_they_add_up(read_sheet: Reader, numbers: list[Any]) -> None:
    rows = table(["产值", "收入"], ["单位：亿元"])
    assert len(read_sheet([*rows[:3], ["甲", *numbers], *rows[3:]]).entries) == 62


@pytest.mark.parametrize(
    "text", ["··", "．．．", "—  —", "－", "~", "…①", "──", "n.a", "不详", "暂无", "- -"]
)
def test_dots_and_strokes_mark_what_is_missing(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["无", "x", "*", "一", "0无"])
def test_words_with_more_than_one_meaning_do_not(text: str) -> None:
    assert isinstance(read_number(text), Misread)


@pytest.mark.parametrize("text", ["-12.5", "- 12.5", "—12.5", "–12.5", "－12.5", "−12.5"])
def test_strokes_before_digits_are_a_minus(text: str) -> None:
    assert read_number(text) == Decimal("-12.5")


@pytest.mark.parametrize("text", ["--12", "—  12", "12-", "-12-", "12—15"])
def test_other_strokes_are_none(text: str) -> None:
    assert isinstance(read_number(text), Misread)


@pytest.mark.parametrize("place", ["北京 ", None])
@pytest.mark.parametrize("heads", [["地区", "年份"], ["地区", "时间"]])
def test_years_beside_places_keep_line_numbers(
    read_sheet: Reader, place: str | None, heads: list[str]
) -> None:
    rows = [
        ["3-9 各地区某类情况"],
        ["单位：亿元"],
        [*heads, "产值"],
        ["北京", 2020, 5.5],
        [place, 2021, "五"],
    ]
    with pytest.raises(YearbookError, match="row 5, column 3"):
        read_sheet(rows)


def test_a_title_of_one_year_above_years_beside_places_is_refused(read_sheet: Reader) -> None:
    rows = [
        ["各地区某类情况（2022年）"],
        ["单位：亿元"],
        ["地区", "年份", "产值"],
        ["北京", 2020, 5.5],
        ["天津", 2020, 6],
    ]
    with pytest.raises(YearbookError, match="2022"):
        read_sheet(rows)


def test_a_line_of_a_year_above_each_of_two_tables_is_no_row_of_years(read_sheet: Reader) -> None:
    one = table(["产值"], ["单位：亿元"])[1:]
    rows = [["各地区某类情况"], ["2020年"], *one, [], ["各地区某类情况"], ["2021年"], *one]
    read = read_sheet(rows)
    assert {entry.period for entry in read.entries} == {"2020", "2021"}
    assert len(read.entries) == 62

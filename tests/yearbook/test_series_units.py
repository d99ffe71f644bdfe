"""The unit of a column: of several above a table by its dimension, from the caller, or asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from panelkit.cli import main
from panelkit.data.yearbook.errors import ToldError, YearbookError
from panelkit.data.yearbook.ingest import ingest
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from panelkit.data.yearbook.store.head import wrong_record
from panelkit.data.yearbook.store.store import read_store
from panelkit.data.yearbook.vocabulary.printed_units import listed_units
from tests.reference import sample_path
from tests.yearbook.test_table_names import _opened
from tests.yearbook.writers import NAMES, written

Read = Callable[..., FileRead]


def rows(
    unit: str, *heads: str, title: str = "5-2 各地区高技术产业生产经营情况(2019年)"
) -> list[Sequence[Any]]:
    """Return a table of the yearbook's layout; column k of province n holds 100 k + n."""
    top: list[Sequence[Any]] = [[title], [unit], ["地 区", "Region", *heads]]
    places = enumerate(NAMES.values())
    return top + [[zh, en, *(100 * k + n for k in range(1, len(heads) + 1))] for n, (_, zh, en) in places]


def units(read: FileRead) -> dict[str, str]:
    return {entry.indicator.split("：")[-1]: entry.unit for entry in read.entries}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("个,亿元", ("个", "亿元")),
        ("个、万元", ("个", "万元")),
        ("个/万元", ("个", "万元")),
        ("项 万元 人年", ("项", "万元", "人年")),
        ("人.人年", ("人", "人年")),
        ("元/人", ()),
        ("万元", ()),
        ("万元 / 10 000 yuan", ()),
        ("个,亿元,什么", ()),
    ],
)
def test_which_units_a_line_lists(text: str, found: tuple[str, ...]) -> None:
    assert listed_units(text) == found


@pytest.mark.parametrize("line", ["单位:个,亿元", "单位：个、亿元", "单位：个/亿元"])
def test_each_column_takes_the_unit_of_its_dimension(read_sheet: Read, line: str) -> None:
    read = read_sheet(rows(line, "企业数", "营业\n收入", "利润\n总额"))
    assert units(read) == {
        "hightech_enterprises": "个",
        "hightech_revenue": "亿元",
        "hightech_profit": "亿元",
    }
    assert read.series()["hightech_profit"][120000, "2019"] == 301
    said = "\n".join(read.notes)
    assert "hightech_profit is held in 亿元" in said
    assert "hightech_profit在目录中的单位是亿元" in "\n".join(note.text("zh") for note in read.notes)


def test_a_listed_unit_is_converted_to_the_catalogue(read_sheet: Read) -> None:
    read = read_sheet(rows("单位:个,万元", "企业数", "利润总额"))
    assert read.series()["hightech_profit"][110000, "2019"] == Decimal("0.02")


def test_names_outside_the_catalogue_by_their_last_words(read_sheet: Read) -> None:
    title = "9-9 各地区园区情况(2019年)"
    read = read_sheet(rows("单位:个,万元,人", "入园企业数", "园区总收入", "从业人员", title=title))
    assert units(read) == {"入园企业数": "个", "园区总收入": "万元", "从业人员": "人"}


def test_heads_and_full_time_equivalents_are_told_apart(read_sheet: Read) -> None:
    title = "中国2020年各地区规上工业企业R&D人员统计"
    heads = ("R&D人员", "女性", "R&D人员折合全时当量", "研究人员")
    read = read_sheet(rows("单位:人.人年", *heads, title=title))
    assert units(read) == {
        "industry_rd_personnel": "人",
        "industry_rd_personnel_female": "人",
        "industry_rd_personnel_fte": "人年",
        "industry_rd_researchers_fte": "人年",
    }
    other = read_sheet(rows("单位:人,人年", "科研人员折合全时当量", title="9-9 各地区园区情况(2020年)"))
    assert units(other) == {"科研人员折合全时当量": "人年"}


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("单位:个,亿元", "园区面积"),
        ("单位:个,万人", "在校大学数"),
        ("单位:亿元,亿美元", "园区出口总额"),
        ("单位:万元,亿元", "园区总收入"),
    ],
)
def test_what_nothing_tells_is_asked_for(read_sheet: Read, line: str, head: str) -> None:
    title = "9-9 各地区园区情况(2019年)"
    last = line.split(",")[1]
    with pytest.raises(YearbookError, match=f"say it, .*`--unit {head}={last}`"):
        read_sheet(rows(line, head, title=title))
    assert units(read_sheet(rows(line, head, title=title), unit={head: last})) == {head: last}


def test_the_caller_names_the_unit_of_what_has_none(read_sheet: Read) -> None:
    read = read_sheet(rows("", "企业数(个)", "利润总额"), unit="万元")
    assert units(read) == {"hightech_enterprises": "个", "hightech_profit": "亿元"}
    assert read.series()["hightech_profit"][110000, "2019"] == Decimal("0.02")
    one = read_sheet(rows("", "企业数", "利润总额"), unit={"利润总额": "万元"})
    assert one.series()["hightech_profit"][110000, "2019"] == Decimal("0.02")
    assert one.series()["hightech_enterprises"][110000, "2019"] == 100


def test_a_unit_that_the_file_contradicts_is_refused(read_sheet: Read) -> None:
    with pytest.raises(YearbookError, match="stands in 亿元, and the call says '万元'"):
        read_sheet(rows("单位:亿元", "利润总额"), unit={"利润总额": "万元"})
    with pytest.raises(YearbookError, match="and the call says '万人'"):
        read_sheet(rows("单位:个,亿元", "利润总额"), unit={"利润总额": "万人"})
    with pytest.raises(ToldError, match="the unit of every column"):
        read_sheet(rows("单位:亿元", "利润总额"), unit="万元")
    with pytest.raises(ToldError, match="0 series of the file are called '利润'"):
        read_sheet(rows("单位:亿元", "利润总额"), unit={"利润": "亿元"})
    with pytest.raises(ToldError, match="is no unit"):
        read_sheet(rows("", "利润总额"), unit=" ")
    assert read_sheet(rows("单位:亿元", "利润总额"), unit="亿元").entries


def test_the_command_takes_units_and_the_store_remembers_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, store = tmp_path / "园区.xlsx", tmp_path / "store"
    path.write_bytes(written(rows("", "面积", "总量", title="9-9 各地区园区情况(2019年)"), "xlsx", ()))
    options = ["--unit", "面积=公顷", "--unit", "总量=万吨"]
    monkeypatch.setattr(sys, "argv", ["panelkit", "ingest", str(path), "--store", str(store), *options])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code in (0, None)
    state = read_store(store)
    assert set(state.figures["unit"]) == {"公顷", "万吨"}
    assert state.files[0].told == {"unit": {"面积": "公顷", "总量": "万吨"}}
    assert wrong_record(state.files[0].record()) is None
    assert not ingest([path], store=store, unit={"面积": "公顷", "总量": "万吨"}).changed


def test_the_original_with_two_units(tmp_path: Path, context: Context) -> None:
    path = _opened(sample_path("yearbook_protected/hightech_operation_2019_two_units.xls"), tmp_path)
    read = read_file(path, CallerSays(), context)
    assert units(read) == {
        "hightech_enterprises": "个",
        "hightech_revenue": "亿元",
        "hightech_profit": "亿元",
    }
    for key, cells in read.series().items():
        held = context.held.values[key, "as_published"]
        assert {cell: float(value) for cell, value in cells.items()} == {cell: held[cell] for cell in cells}


def test_two_units_with_a_stroke_between_them_may_be_one_of_a_ratio(read_sheet: Read) -> None:
    table: list[list[Any]] = [
        ["8-1 各地区某某情况(2022年)"],
        ["单位：吨/万元"],
        ["地区", "某指标"],
        ["北京", 1],
        ["天津", 2],
    ]
    with pytest.raises(YearbookError, match="--unit 某指标=吨/万元`"):
        read_sheet(table)
    for unit in ("吨/万元", {"某指标": "吨 / 万元"}):
        assert {entry.value for entry in read_sheet(table, unit=unit).entries} == {Decimal(1), Decimal(2)}
    with pytest.raises(YearbookError, match="and the call says '件/万人'"):
        read_sheet(table, unit="件/万人")

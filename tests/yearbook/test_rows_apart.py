"""Rows of a table that are about no province: set apart and listed with their numbers, never dropped unsaid."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from panelkit.data.yearbook.store.store import read_store
from panelkit.data.yearbook.vocabulary.apart_rows import apart_row
from panelkit.language.errors import SpecError
from tests.reference import sample_path
from tests.yearbook import writers
from tests.yearbook.writers import NAMES

Reader = Callable[..., FileRead]
HEAD: list[list[Any]] = [
    ["8-33 测绘单位完成服务总值"],
    ["单位:万元"],
    ["地 区", "Region", "2000", "2010"],
]
PLACES: list[list[Any]] = [[chinese, english, 1, 2] for _, chinese, english in NAMES.values()]


def rows_of(read: FileRead) -> list[tuple[str, int, str]]:
    return [(row.name, row.cells, row.why) for row in read.rows_apart]


def test_rows_below_the_provinces_are_listed_with_their_numbers(read_sheet: Reader) -> None:
    rows = [
        *HEAD,
        *PLACES,
        ["台 湾", "Taiwan", 4, None],
        ["港澳台", "Hong Kong,\nMacao & Taiwan", None, 126750],
        ["其 他", "Others", 5, 6],
    ]
    read = read_sheet(rows)
    assert len(read.entries) == 62
    assert rows_of(read) == [("港澳台", 1, "hmt"), ("其他", 2, "rest"), ("台湾", 1, "hmt")]
    assert read.footnotes == ()
    assert read.rows_apart[0].where.row == 36


def test_wholes_and_countries_are_listed_also_without_a_number(read_sheet: Reader) -> None:
    rows = [
        ["8-27 分地区农业植物新品种权申请和授权(2022年)"],
        ["单位:件"],
        ["项 目", "Item", "申 请\nApplication", "授权\nGranted"],
        ["总 计", "Total", 200, 100],
        ["国 内", "Domestic", 190, 95],
        *PLACES,
        ["国 外", "Foreign", 10, 5],
        ["荷 兰", "Netherlands", 7, "…"],
        ["英 国", "England", None, None],
    ]
    read = read_sheet(rows)
    assert len(read.entries) == 62
    assert rows_of(read) == [
        ("国内", 2, "whole"),
        ("国外", 2, "beyond"),
        ("荷兰", 1, "beyond"),
        ("英国", 0, "beyond"),
    ]


def test_only_the_row_of_its_own_table_is_set_apart(read_sheet: Reader) -> None:
    rows = [
        ["1-1 各地区年末人口(2020年)"],
        ["地区", "人口(万人)", None, "地区", "就业人员(万人)"],
        ["北京", 1, None, "上海", 30],
        ["其他", 9, None, "北京", 10],
        ["上海", 3, None, "不分地区", 99],
    ]
    read = read_sheet(rows)
    assert sorted((e.adcode, e.value) for e in read.entries) == [
        (110000, Decimal(1)),
        (110000, Decimal(10)),
        (310000, Decimal(3)),
        (310000, Decimal(30)),
    ]
    assert rows_of(read) == [("其他", 1, "rest"), ("不分地区", 1, "rest")]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_long_tables_and_portal_exports_list_them_too(kind: str, read_sheet: Reader) -> None:
    tidy = [["province", "year", "gdp"], ["北京", 2020, 1], ["港澳台", 2020, 2], ["港澳台", 2021, 3]]
    read = read_sheet(tidy, kind)
    assert rows_of(read) == [("港澳台", 2, "hmt")]
    portal = [["地区", "2021年", "2020年"], ["北京市", 1, 2], ["新疆生产建设兵团", 3, 4]]
    read = read_sheet(portal, kind, indicator="gdp")
    assert [entry.value for entry in read.entries] == [Decimal(1), Decimal(2)]
    assert rows_of(read) == [("新疆生产建设兵团", 2, "within")]


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("港、澳、台地区", "hmt"),
        ("香港澳门台湾", "hmt"),
        ("其它", "rest"),
        ("其他省份", "rest"),
        ("不分地区", "rest"),
        ("荷 兰 Netherlands", "beyond"),
        ("大 韩 民 国", "beyond"),
        ("国外 Foreign①", "beyond"),
        ("其中：新疆生产建设兵团", "within"),
        ("计划单列市", "within"),
        ("新疆兵团", "within"),
        ("华　北", "whole"),
        ("西北地区", "whole"),
        ("京津冀", "whole"),
        ("粤港澳大湾区", "whole"),
        ("华北制药", None),
        ("中国气象局", "rest"),
        ("国家自然资源部", "rest"),
        ("局机关", "rest"),
        ("直属单位", "rest"),
        ("中国", None),
        ("国家重点实验室", None),
        ("国内", "whole"),
        ("平均水平", "whole"),
        ("内蒙占", None),
        ("蒙古", None),
        ("其他行业企业", None),
        ("内蒙占 Inner Mongolia", None),
        ("国内生产总值", None),
        ("", None),
    ],
)
def test_which_labels_are_about_no_province(label: str, why: str | None) -> None:
    assert apart_row(label) == why


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_lists_of_platforms_and_years_down_list_them_too(kind: str, read_sheet: Reader) -> None:
    others = ["港澳台", "其他", "未分地区", "测绘局"]
    platform: list[list[Any]] = [["指标", "地区", "单位", "2021年", "2022年"]]
    platform += [
        ["测绘服务总值" if not at else None, name, "万元", at, at + 1]
        for at, name in enumerate([n[0] for n in NAMES.values()] + others)
    ]
    read = read_sheet(platform, kind, rows=("测绘局",))
    assert len(read.entries) == 62
    assert [(n, c) for n, c, _ in rows_of(read)] == [(name, 2) for name in others]
    down: list[list[Any]] = [
        ["8-33 测绘服务总值"],
        ["单位:万元"],
        ["年份", "北京", "天津", *others],
        [2021, 1, 2, 3, None, 5, 6],
        [2022, 1, 2, 3, 4, 5, 6],
    ]
    read = read_sheet(down, kind, rows=("测绘局",))
    assert {(e.adcode, e.period): e.value for e in read.entries} == {
        (code, year): Decimal(value)
        for code, value in ((110000, 1), (120000, 2))
        for year in ("2021", "2022")
    }
    assert [(n, c) for n, c, _ in rows_of(read)] == [
        ("港澳台", 2),
        ("其他", 1),
        ("未分地区", 2),
        ("测绘局", 2),
    ]
    with pytest.raises(YearbookError, match="测绘局"):
        read_sheet(platform, kind)


def test_the_caller_names_further_rows(read_sheet: Reader, tmp_path: Path, blank: Context) -> None:
    rows: Sequence[Sequence[Any]] = [*HEAD, *PLACES, ["军 队 Army", None, 7, 8]]
    with pytest.raises(YearbookError, match="'军 队 Army'"):
        read_sheet(rows)
    path = tmp_path / "表.xlsx"
    path.write_bytes(writers.xlsx(rows))
    read = read_file(path, CallerSays(rows=("军队",)), blank)
    assert (len(read.entries), rows_of(read)) == (62, [("军队", 2, "told")])
    assert read.told.rows == ("军队",)


def test_a_province_is_no_row_to_set_apart_and_a_name_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(writers.xlsx([*HEAD, *PLACES]))
    with pytest.raises(SpecError, match="is a province"):
        pk.read_yearbook(path, skip_rows=["北 京"])
    with pytest.raises(SpecError, match="no row is called '军队'"):
        pk.read_yearbook(path, skip_rows=["军队"])


def test_what_is_set_apart_stands_in_attrs_and_in_the_store(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(writers.xlsx([*HEAD, *PLACES, ["其 他", "Others", 5, 6], ["军队", None, 7, None]]))
    listed = pk.read_yearbook(path, skip_rows=["军队"]).attrs["panelkit"]["rows_apart"]
    assert listed == [
        {"name": "其他", "sheet": "分省年度数据", "row": 35, "cells": 2, "why": "rest"},
        {"name": "军队", "sheet": "分省年度数据", "row": 36, "cells": 1, "why": "told"},
    ]
    store = tmp_path / "store"
    report = pk.ingest([path], store=store, vintage="own", skip_rows=["军队"])
    assert json.loads(json.dumps(report.as_dict()["files"][0]["rows_apart"])) == listed
    assert read_store(store).files[0].told == {"rows": ["军队"]}
    assert not pk.ingest([path], store=store, skip_rows=["军队"]).changed
    (next((store / "figures").iterdir())).unlink()
    assert pk.repair_store(store).lost == ()
    assert len(read_store(store).figures) == 62


@pytest.mark.parametrize(
    ("name", "cells", "listed"),
    [
        ("technology_market_2019", 271, [("港澳台", 7), ("国外", 7)]),
        ("technology_inflow_contracts_2021", 310, [("港澳台", 10), ("其他", 10)]),
    ],
)
def test_originals(name: str, cells: int, listed: list[tuple[str, int]]) -> None:
    table = pk.read_yearbook(sample_path(f"yearbook_protected/{name}.xls"))
    assert len(table) == cells
    assert [(r["name"], r["cells"]) for r in table.attrs["panelkit"]["rows_apart"]] == listed

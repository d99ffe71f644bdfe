"""Columns that their table's title names: 合计 under 国内三种专利申请数, 出口 under 新产品开发和销售."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from panelkit.data.paths import shipped
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.layouts.headings import cell_name, title_of
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from panelkit.data.yearbook.vocabulary.indicator_names import known_names
from tests.reference import figures_path, sample_path
from tests.yearbook.writers import NAMES

NAMED = known_names()

COLUMNS = [
    ("国内三种专利申请数按地区分布", "合计", "件", "patent_applications"),
    ("国内三种专利申请数按地区分布", "合计：发明", "件", "patent_applications_invention"),
    ("国内三种专利申请受理数按地区分布", "发明", "件", "patent_applications_invention"),
    ("国内三种专利申请授权数按地区分布", "合计", "件", "patents_granted"),
    ("国内三种专利授权数按地区分布", "发明", "件", "patents_granted_invention"),
    ("国内三种专利授权数按地区分布", "实用新型", "件", "patents_granted_utility"),
    ("国内三种专利有效数按地区分布", "合计", "件", "patents_in_force"),
    ("国内三种专利有效数按地区分布", "发明", "件", "patents_in_force_invention"),
    ("各地区按资金来源分研究与试验发展(R&D)经费内部支出", "政府资金", "万元", "rd_funds_government"),
    ("各地区R&D经费内部支出(按资金来源分)", "企业资金", "万元", "rd_funds_enterprise"),
    ("各地区按资金来源分研究与试验发展（R&D）经费内部支出", "国外资金", "亿元", "rd_funds_foreign"),
    ("各地区研究与试验发展(R&D)经费内部支出", "应用研究", "万元", "rd_applied_research"),
    ("各地区按支出用途分R&D经费内部支出", "资产性支出：仪器和设备", "万元", "rd_equipment"),
    ("各地区R&D人员全时当量", "研究人员", "人年", "rd_researchers_fte"),
    ("各地区规模以上工业企业R&D经费内部支出", "政府资金", "万元", "industry_rd_funds_government"),
    ("各地区规上工业企业R&D人员", "R&D人员：女性", "人", "industry_rd_personnel_female"),
    ("各地区规上工业企业R&D人员", "研究人员", "人年", "industry_rd_researchers_fte"),
    ("各地区规上工业企业新产品开发和销售", "新产品销售收入：出口", "万元", "industry_new_product_exports"),
    ("各地区高技术产业生产经营情况", "营业收入", "亿元", "hightech_revenue"),
    ("各地区高技术产业生产经营情况", "主营业务收入", "亿元", "hightech_revenue"),
    ("各地区高技术产业生产经营情况", "利润总额", "亿元", "hightech_profit"),
    ("技术市场技术输出地域(合同数)", "", "项", "tech_contracts_outflow"),
    ("技术市场技术输出地域（合同金额）", "", "万元", "tech_market_turnover"),
    ("技术市场技术流向地域(合同金额)", "", "万元", "tech_market_inflow"),
]

OTHERS = [
    ("国外三种专利申请数按地区分布", "合计", "件"),
    ("国内三种专利申请数按地区分布", "外观设计", "件"),
    ("国内三种专利申请数按地区分布(高等学校)", "合计", "件"),
    ("各地区高等学校按资金来源分R&D经费内部支出", "政府资金", "万元"),
    ("各地区研究与开发机构R&D经费内部支出", "基础研究", "万元"),
    ("各地区大中型工业企业R&D经费内部支出", "政府资金", "万元"),
    ("各地区大中型工业企业新产品开发和销售", "新产品销售收入：出口", "万元"),
    ("各地区规上企业R&D人员", "女性", "人"),
    ("各地区国有及国有控股高技术产业生产经营情况", "利润总额", "亿元"),
    ("各地区规上工业企业R&D人员", "研究人员", ""),
    ("各地区规上工业企业R&D人员", "研究人员", "人"),
    ("技术市场技术输出地域(合同数)", "", "万元"),
    ("各地区高等学校R&D人员全时当量", "研究人员", "人年"),
    ("各地区科技企业孵化器主要指标(国家级)", "在孵企业", "个"),
]


@pytest.mark.parametrize(("title", "label", "unit", "key"), COLUMNS)
def test_a_title_says_which_indicator_a_column_is(title: str, label: str, unit: str, key: str) -> None:
    assert NAMED.find(label, title, unit) == (key,)


@pytest.mark.parametrize(("title", "label", "unit"), OTHERS)
def test_a_narrower_or_other_table_keeps_its_own_name(title: str, label: str, unit: str) -> None:
    assert NAMED.find(label, title, unit) == ()


@pytest.mark.parametrize(
    "before", ["高等学校", "大中型", "国有控股", "外商投资", "国外", "规模以上服务业企业"]
)
def test_no_row_of_the_table_takes_a_title_that_says_more(before: str) -> None:
    for title, label, unit, _ in COLUMNS:
        bare = title.removeprefix("各地区")
        assert not [one for one in NAMED.tables if one.names(before + bare, label, unit)]


def test_every_row_of_the_table_names_an_indicator_of_the_catalogue() -> None:
    with (shipped("data") / "indicator_tables.csv").open(encoding="utf-8", newline="") as file:
        keys = [row["indicator"] for row in csv.DictReader(file)]
    assert len(NAMED.tables) == len(keys) > 80


def test_an_acronym_that_begins_the_english_is_no_part_of_a_name(
    read_sheet: Callable[..., FileRead],
) -> None:
    rows: list[Sequence[Any]] = [
        ["5-4 各地区高技术产业R&D活动及相关情况(2022年)", None, None, None, None],
        ["单位:万元", None, None, None, None],
        ["地 区", "Region", "研 发\n机构数\n(个)\nR&D\nInstitutions\n(unit)",
         "R&D\n项目数\n(项)\nR&D\nProjects\n(item)", "人均\nGDP"],
    ]  # fmt: skip
    rows += [[zh, en, number, 10 * number, 7] for number, (_, zh, en) in enumerate(NAMES.values(), start=3)]
    read = read_sheet(rows)
    assert list(read.series())[:2] == ["hightech_rd_institutions", "hightech_rd_projects"]
    assert list(read.series())[2].endswith("人均GDP")
    assert read.series()["hightech_rd_projects"][110000, "2022"] == 30


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("8-1 分地区专利(2022年)  Patents by Region (2022)", "分地区专利"),
        ("表 2-7  按地区分组的 R&D 活动情况（2022年）", "按地区分组的R&D活动情况"),
        ("5-1 各地区 R&D", "各地区R&D"),
        ("Patents by Region (2022)", "Patents by Region"),
    ],
)
def test_a_title_ends_where_its_translation_begins(title: str, said: str) -> None:
    assert title_of(title) == said


def test_a_change_on_the_year_before_is_of_the_last_year_on_its_left(
    read_sheet: Callable[..., FileRead],
) -> None:
    rows: list[list[Any]] = [
        ["3-2 各地区论文数和专著数"],
        ["地区", "论文数(篇)", None, None, "专著数(册)", None, None],
        [None, "2021", "2022", "比上年增长(%)", "2020", "2021", "2021年比2020年增减(%)"],
    ]
    rows += [[name[0], 1 + at, 2 + at, 1.5, 3 + at, 4 + at, 2.5] for at, name in enumerate(NAMES.values())]
    read = read_sheet(rows, "xlsx", ["B2:D2", "E2:G2"])
    found = {(entry.indicator.partition("：")[2], entry.period, entry.unit) for entry in read.entries}
    assert found == {
        ("论文数", "2021", "篇"),
        ("论文数", "2022", "篇"),
        ("论文数：比上年增长", "2022", "%"),
        ("专著数", "2020", "册"),
        ("专著数", "2021", "册"),
        ("专著数：2021年比2020年增减", "2021", "%"),
    }


@pytest.mark.parametrize("part", ["其中", "其中：", "#", "# "])
@pytest.mark.parametrize("deep", [False, True])
def test_a_part_without_a_name_is_refused(read_sheet: Callable[..., FileRead], part: str, deep: bool) -> None:
    """Its title alone would name it, and 各地区生产总值 is an indicator."""
    head: list[list[Any]] = [["地区", "合计", part]]
    if deep:
        head = [["地区", "生产总值", None], [None, "合计", part]]
    title: list[list[Any]] = [["3-2 各地区生产总值(2022年)"], ["单位：亿元"]]
    rows = [[name[0], 200 + at, 100 + at] for at, name in enumerate(NAMES.values())]
    with pytest.raises(YearbookError, match="not which part") as caught:
        read_sheet([*title, *head, *rows], "xlsx", ["B3:C3"] if deep else [])
    assert "其中：出口" in caught.value.text("zh")
    named = [["地区", "合计", part, None], [None, None, "出口", "内销"]]
    read = read_sheet([*title, *named, *([*row, 50] for row in rows)], "xlsx", ["C3:D3"])
    assert {name.rpartition("：")[2] for name in read.series()} >= {"出口", "内销"}


def test_a_row_of_a_part_without_a_name_is_refused(read_sheet: Callable[..., FileRead]) -> None:
    places = [name[0] for name in NAMES.values()]
    rows: list[list[Any]] = [["各地区生产总值(2022年)"], ["单位：亿元"], ["指标", *places]]
    with pytest.raises(YearbookError, match="not which part"):
        read_sheet([*rows, ["其中", *range(200, 231)]])
    assert read_sheet([*rows, ["其中：出口", *range(200, 231)]]).entries


@pytest.mark.parametrize(
    ("chapter", "key"),
    [
        ("一、综合", "rd_researchers_fte"),
        ("第一章 综 合", "rd_researchers_fte"),
        ("第一部分  综合情况", "rd_researchers_fte"),
        ("三、高等学校", None),
        ("二、工业企业", None),
    ],
)
def test_a_chapter_about_everything_is_no_title_and_a_narrower_one_names_its_table(
    read_sheet: Callable[..., FileRead], chapter: str, key: str | None
) -> None:
    rows: list[list[Any]] = [
        [chapter],
        ["1-4各地区研究与试验发展(R&D)人员全时当量(2013年)"],
        ["单位：人年"],
        ["地区", "Region", "#研究人员"],
    ]
    rows += [[name[0], name[2], at] for at, name in enumerate(NAMES.values())]
    (found,) = read_sheet(rows, "xls").series()
    assert found == key if key else found.startswith(chapter)


SAMPLES = {
    "06-RD-institution_2021.xls": 5,
    "external_rd_2020.xls": 3,
    "hightech_rd_2018_side_by_side.xls": 16,
    "hightech_rd_2022.xls": 14,
    "incubators.xls": 5,
    "industry_firms_2022.xls": 2,
    "industry_new_products_2021.xls": 4,
    "patent_applications_2022.xls": 2,
    "patents_in_force_2019.xls": 2,
    "public_budget_2021_total_row.xls": 3,
    "rd_by_activity_2022.xls": 4,
    "rd_by_source_2022.xls": 5,
    "technology_renewal_2019.xls": 4,
}
"""An original workbook -> how many of its columns are indicators of the catalogue."""


def _opened(path: Path, folder: Path) -> Path:
    """Return a workbook without its read protection."""
    office = pytest.importorskip("msoffcrypto")
    with path.open("rb") as stream:
        locked = office.OfficeFile(stream)
        if not locked.is_encrypted():
            return path
        locked.load_key(password="VelvetSweatshop")
        content = io.BytesIO()
        locked.decrypt(content)
    opened = folder / path.name
    opened.write_bytes(content.getvalue())
    return opened


@pytest.mark.parametrize("name", SAMPLES)
def test_what_an_original_names_equals_the_independent_figures(
    name: str, tmp_path: Path, context: Context
) -> None:
    path = _opened(sample_path(f"yearbook_protected/{name}"), tmp_path)
    read = read_file(path, CallerSays(), context)
    tables = (
        pd.read_csv(figures_path(f"{one}.csv"), dtype=str) for one in ("yearbook_figures", "more_figures")
    )
    right = {
        (row.indicator, int(row.adcode), row.year): Decimal(row.value)
        for row in pd.concat(tables).itertuples()
    }
    shown: dict[tuple[str, str], int] = {}
    for (key, _, year), value in right.items():
        shown[key, year] = min(shown.get((key, year), 0), int(value.as_tuple().exponent))
    found = [entry for entry in read.entries if entry.known]
    assert len({entry.indicator for entry in found}) == SAMPLES[name]
    for entry in found:
        gap = abs(entry.value - right[entry.indicator, entry.adcode, entry.period])
        both = max(shown[entry.indicator, entry.period], int(entry.value.as_tuple().exponent))
        assert gap <= Decimal("0.5").scaleb(both), entry


@pytest.mark.parametrize("bare", ["国内位次", "国内位次Precedence", "国内位次 Precedence"])
def test_marks_in_latin_letters_tell_columns_of_one_chinese_name_apart(
    read_sheet: Callable[..., FileRead], bare: str
) -> None:
    """Two header rows without merged cells: the second holds SCI, EI and CPCI-S twice."""
    rows: list[list[Any]] = [
        ["8-17 国外主要检索工具收录我国科技论文按地区分布(2022年)"],
        ["地区", "Region", "篇数(篇) Pieces(piece)", None, None, bare, None, None],
        [None, None, "SCI", "EI", "CPCI-S", "SCI", "EI", "CPCI-S"],
    ]
    rows += [
        [name[0], name[2], at + 100, at + 200, at + 300, at, at + 1, at + 2]
        for at, name in enumerate(NAMES.values())
    ]
    found: dict[str, list[Decimal]] = {}
    for entry in read_sheet(rows, "xls").entries:
        found.setdefault(entry.indicator, []).append(entry.value)
    order = range(len(NAMES))
    assert found.pop("papers_sci") == [Decimal(at + 100) for at in order]
    assert found.pop("papers_ei") == [Decimal(at + 200) for at in order]
    assert found.pop("papers_cpci_s") == [Decimal(at + 300) for at in order]
    ranks = {name.partition("：")[2]: values for name, values in found.items()}
    assert ranks == {
        f"国内位次：{mark}": [Decimal(at + more) for at in order]
        for mark, more in (("SCI", 0), ("EI", 1), ("CPCI-S", 2))
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("R&D经费(亿元) Expenditure on R&D (100 million yuan)", ("R&D经费", "亿元")),
        ("合计Total", ("合计", "")),
        ("移动互联网(户)", ("移动互联网", "户")),
        ("人均GDP", ("人均GDP", "")),
        ("SCI论文(篇)", ("SCI论文", "篇")),
        ("使用FinTech的企业", ("使用FinTech的企业", "")),
        ("专利申请 PCT(件)", ("专利申请 PCT", "件")),
    ],
)
def test_a_translation_behind_a_chinese_name_is_no_part_of_it(text: str, said: tuple[str, str]) -> None:
    assert cell_name(text) == said

"""Every real export reads to exactly what stands in it; read in place, skipped where the folder is absent."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import cache

import pytest

from panelkit.data.figures import read_figures
from panelkit.data.provinces import lookup as look_up
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.judge import judge, vintages_of
from panelkit.data.yearbook.read import CallerSays, Context, read_file, read_yearbook
from tests.reference import sample_path

lookup = cache(look_up)


def cells_of(text: str) -> dict[tuple[str, str], str]:
    """Split an export by hand: (first cell of the row, header of the column) -> the number as it stands."""
    lines = [line for line in re.split(r"\r?\n", text.lstrip("\ufeff")) if line]
    start = next(i for i, line in enumerate(lines) if re.match(r"(地区|指标)\s*,", line))
    heads = [cell.strip() for cell in lines[start].split(",")]
    cells = {}
    for line in lines[start + 1 :]:
        row = [cell.strip() for cell in line.split(",")]
        if len(row) == len(heads):
            cells |= {(row[0], head): cell for head, cell in zip(heads[1:], row[1:], strict=True) if cell}
    return cells


def by_place(read: FileRead) -> dict[tuple[int, str], Decimal]:
    return {(e.adcode, e.period): e.value for e in read.entries}


@pytest.mark.parametrize(
    "name", ["nbs_classic_gb18030_gdp_1993_2017.csv", "nbs_classic_gb18030_urban_employment.csv"]
)
def test_classic_exports(name: str, context: Context) -> None:
    path = sample_path(name)
    standing = cells_of(path.read_text(encoding="gb18030"))
    read = read_file(path, CallerSays(), context)
    wanted = {(lookup(row).adcode, head[:4]): Decimal(cell) for (row, head), cell in standing.items()}
    assert by_place(read) == wanted
    assert len(read.entries) == len(standing)


def test_one_indicator_without_a_name(context: Context) -> None:
    path = sample_path("nbs_portal2026_single_indicator_no_name.csv")
    with pytest.raises(
        YearbookError, match=r"budget_science_technology.*403 of 403 shared cells equal.*confirm"
    ):
        read_file(path, CallerSays(), context)
    read = read_file(path, CallerSays(indicator="budget_science_technology"), context)
    standing = cells_of(path.read_text(encoding="utf-8-sig"))
    assert by_place(read) == {(lookup(r).adcode, h[:4]): Decimal(c) for (r, h), c in standing.items()}
    assert read.missing == 62


def test_many_indicators_of_one_year(context: Context) -> None:
    path = sample_path("nbs_portal2026_multi_indicator_2023.csv")
    read = read_file(path, CallerSays(), context)
    standing = cells_of(path.read_text(encoding="utf-8-sig"))
    assert sorted(e.value for e in read.entries) == sorted(Decimal(c) for c in standing.values())
    held = {k: v for k, v in vintages_of(read, context.held).items() if v}
    assert held == dict.fromkeys(
        ["gdp", "va_primary", "va_secondary", "va_tertiary", "gdp_per_capita"], "census2023"
    )
    assert {e.period for e in read.entries} == {"2023"}


def test_one_province_with_indicators_as_rows(context: Context) -> None:
    path = sample_path("nbs_portal2026_one_province_many_indicators.csv")
    with pytest.raises(YearbookError, match=r"Beijing \(24 of 24 shared cells equal\)"):
        read_file(path, CallerSays(), context)
    with pytest.raises(YearbookError) as refused:
        read_file(path, CallerSays(), context)
    assert "疑为北京（24个" in refused.value.text("zh")
    assert "--province 北京" in refused.value.text("zh")
    read = read_file(path, CallerSays(province="北京"), context)
    standing = cells_of(path.read_text(encoding="utf-8-sig"))
    assert len(read.entries) == len(standing)
    first = {(e.indicator, e.period): e.value for e in read.entries}
    assert first["budget_education", "2023"] == Decimal("1227.90")
    assert first["地方财政国防支出", "2016"] == Decimal("8.51")


def test_english_workbook_with_two_encodings(context: Context) -> None:
    import xlrd

    path = sample_path("nbs_english_gdp_2004_2023.xls")
    sheet = xlrd.open_workbook(str(path)).sheet_by_index(0)
    wanted = {
        (lookup(sheet.cell_value(r, 0)).adcode, sheet.cell_value(3, c)): Decimal(sheet.cell_value(r, c))
        for r in range(4, 35)
        for c in range(1, 21)
    }
    read = read_file(path, CallerSays(), context)
    assert by_place(read) == wanted
    assert {e.indicator for e in read.entries} == {"gdp"}
    with pytest.raises(YearbookError, match=r"as_published: 45 of 527.*census2023: 0 of 558.*--vintage NAME"):
        judge(read, context.held)


def test_quarterly_json_of_the_nation(context: Context) -> None:
    path = sample_path("nbs_easyquery_national_quarterly.json")
    nodes = json.loads(path.read_text(encoding="utf-8"))["returndata"]["datanodes"]
    read = read_file(path, CallerSays(), context)
    assert [e.value for e in read.entries] == [Decimal(n["data"]["strdata"]) for n in nodes]
    assert {e.adcode for e in read.entries} == {100000}
    assert {e.period for e in read.entries} == {
        "2018-Q1",
        "2018-Q2",
        "2018-Q3",
        "2018-Q4",
        "2019-Q1",
        "2019-Q2",
    }


@pytest.mark.parametrize(
    ("name", "told", "vintage", "indicator", "shared"),
    [
        ("nbs_classic_gb18030_gdp_1993_2017.csv", {}, "as_published", "gdp", 341),
        (
            "nbs_portal2026_single_indicator_no_name.csv",
            {"indicator": "budget_science_technology"},
            "as_published",
            "budget_science_technology",
            403,
        ),
        ("nbs_portal2026_multi_indicator_2023.csv", {}, "census2023", "gdp", 31),
        ("nbs_portal2026_multi_indicator_2023.csv", {}, "census2023", "gdp_per_capita", 31),
    ],
)
def test_shared_cells_equal_the_held_vintage(
    name: str, told: dict[str, str], vintage: str, indicator: str, shared: int
) -> None:
    table = read_yearbook(sample_path(name), **told)
    assert list(table.columns) == ["adcode", "period", "indicator", "vintage", "value", "unit", "source"]
    mine = table[table["indicator"] == indicator]
    assert set(mine["vintage"]) == {vintage}
    both = mine.merge(read_figures([indicator], vintage), on=["adcode", "period"])
    assert len(both) == shared
    # the export prints two decimals at most, some held figures more
    assert (both["value_x"] - both["value_y"]).abs().max() <= 0.005 + 1e-9


def test_a_sample_read_twice_is_the_same(context: Context) -> None:
    path = sample_path("nbs_english_gdp_2004_2023.xls")
    assert read_file(path, CallerSays(), context).entries == read_file(path, CallerSays(), context).entries

"""A table of cities is read as figures of cities, when it is asked for, and never becomes one of provinces."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

import panelkit as pk
from panelkit.data.yearbook.errors import ToldError, YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from panelkit.language.errors import SpecError
from tests.yearbook.families import one_book
from tests.yearbook.writers import written

Reader = Callable[..., FileRead]
CODES = {
    "北京": 110000, "天津": 120000, "石家庄": 130100, "太原": 140100,
    "呼和浩特": 150100, "上海": 310000, "重庆": 500000, "大连": 210200,
}  # fmt: skip
CITIES = list(CODES)
HEAD: list[list[Any]] = [["11-3 主要城市生产总值(2021年)"], ["单位：亿元"], ["城市", "地区生产总值"]]
ROWS = [[name, number + 0.5] for number, name in enumerate(CITIES)]


def cells(read: FileRead) -> dict[int, float]:
    """Return code -> value of a reading of one series."""
    assert len(read.series()) == 1
    return {entry.adcode: float(entry.value) for entry in read.entries}


EXPECTED = {code: number + 0.5 for number, code in enumerate(CODES.values())}


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("ending", ["", "市"])
@pytest.mark.parametrize("apart", [(), ("石家庄", "太原", "呼和浩特", "大连")])
def test_cities_in_rows_are_refused_unasked(
    tmp_path: Path, blank: Context, kind: str, ending: str, apart: tuple[str, ...]
) -> None:
    table = [*HEAD, *([f"{name[0]} {name[1:]}{ending}", 5.5] for name in CITIES)]
    path = tmp_path / f"a.{kind}"
    path.write_bytes(written(table, kind))
    with pytest.raises(YearbookError, match=r"a table of cities.*`--level city`") as caught:
        read_file(path, CallerSays(rows=apart), blank)
    assert "城市" in caught.value.text("zh")


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("shape", ["{}", "{}市", "{0[0]} {0[1]}"])
def test_cities_in_rows(read_sheet: Reader, kind: str, shape: str) -> None:
    named = [[shape.format(name) + name[2:] * ("[1]" in shape), value] for name, value in ROWS]
    read = read_sheet([*HEAD, *named], kind, level="city")
    assert (cells(read), read.entries[0].indicator) == (EXPECTED, "gdp")


ACROSS = [["主要城市地区生产总值"], ["单位：亿元"], ["年份", *CITIES], [2021, *(value for _, value in ROWS)]]
EXPORT = [
    ["数据库：主要城市年度数据"],
    ["指标：地区生产总值(亿元)"],
    ["时间：2021年"],
    ["地区", "2021年"],
    *ROWS,
    ["数据来源：国家统计局"],
]
TIDY = [["城市", "年份", "gdp"], *([name, 2021, value] for name, value in ROWS)]
LISTED = [["指标", "城市", "单位", "2021"], *(["地区生产总值", name, "亿元", value] for name, value in ROWS)]
PIVOTED = [
    ["数据库：主要城市年度数据"],
    ["时间：2021年"],
    ["指标", *CITIES],
    ["地区生产总值(亿元)", *(v for _, v in ROWS)],
    ["数据来源：国家统计局"],
]


@pytest.mark.parametrize("table", [ACROSS, EXPORT, TIDY, LISTED, PIVOTED])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_cities_in_every_layout(read_sheet: Reader, table: list[list[Any]], kind: str) -> None:
    with pytest.raises(YearbookError, match="a table of cities"):
        read_sheet(table, kind)
    assert cells(read_sheet(table, kind, level="city")) == EXPECTED


def test_an_export_of_one_city_is_not_of_the_province_of_its_name(read_sheet: Reader) -> None:
    table = [EXPORT[0], ["地区：北京"], ["指标", "2021年"], ["地区生产总值(亿元)", 5], EXPORT[-1]]
    with pytest.raises(YearbookError, match="a table of cities"):
        read_sheet(table, "csv")
    assert cells(read_sheet(table, "csv", level="city")) == {110000: 5}
    bare = [EXPORT[0], *table[2:]]
    with pytest.raises(YearbookError, match="which city it is about"):
        read_sheet(bare, "csv", level="city")
    assert cells(read_sheet(bare, "csv", level="city", province="宁波")) == {330200: 5}


def test_english_names(read_sheet: Reader) -> None:
    names = {"Beijing": 110000, "Xi'an": 610100, "Hohhot City": 150100, "Taiyuan": 140100, "Urumqi": 650100}
    table = [["11-3 GDP of Major Cities (2021)"], ["City", "GDP (100 million yuan)"]]
    assert cells(read_sheet([*table, *([name, 5] for name in names)], level="city")) == dict.fromkeys(
        names.values(), 5
    )


CODED: list[list[Any]] = [[130100, "石家庄市", 5.5], [130200, "唐 山", 6.5], [220200, "吉林市", 7.5]]


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("head", ["代码", "城市代码", "行政区划代码"])
def test_a_code_makes_any_prefecture_known(read_sheet: Reader, text: bool, left: bool, head: str) -> None:
    order = (0, 1, 2) if left else (1, 0, 2)
    rows = [[str(code) if text else code, name, value] for code, name, value in CODED]
    table = [[head, "城市", "地区生产总值"], *rows]
    read = read_sheet([*HEAD[:2], *([row[at] for at in order] for row in table)], level="city")
    assert cells(read) == {130100: 5.5, 130200: 6.5, 220200: 7.5}
    assert read.cities == {130200: "唐山", 220200: "吉林"}


def test_codes_across_and_codes_alone(read_sheet: Reader) -> None:
    across = [["主要城市地区生产总值"], ["年份", "石家庄", "唐山"], ["代码", 130100, 130200], [2021, 5, 6]]
    assert cells(read_sheet(across, level="city")) == {130100: 5, 130200: 6}
    alone = [["城市代码", "年份", "gdp"], [130100, 2021, 5], [130200, 2021, 6]]
    assert cells(read_sheet(alone, level="city")) == {130100: 5, 130200: 6}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            [140100, "石家庄", 5],
            r"row 4, column 1 \(A\): '石家庄' has the code 140100 here, and 130100 elsewhere",
        ),
        ([130102, "长安区", 5], "130102 is the code of no city"),
        ([130300, "唐山", 5], "'唐山' has the code 130300 here, and 130200 elsewhere|and 130300 elsewhere"),
    ],
)
def test_codes_that_cannot_be(read_sheet: Reader, row: list[Any], message: str) -> None:
    table = [*HEAD[:2], ["代码", "城市", "地区生产总值"], row, *CODED[1:]]
    with pytest.raises(YearbookError, match=message):
        read_sheet(table, level="city")


def test_a_city_that_is_not_known_is_asked_for_once(read_sheet: Reader) -> None:
    table = [*HEAD, ["石加庄", 5], ["唐山", 6], ["太原", 7], ["合肥", 8]]
    with pytest.raises(YearbookError) as caught:
        read_sheet(table, level="city")
    said = str(caught.value)
    for part in (
        "row 4, column 1 (A)",
        "`--place 石加庄=石家庄`",
        "row 5, column 1 (A)",
        "`--place 唐山=CODE`",
    ):
        assert part in said
    assert "不是已知的城市" in caught.value.text("zh")
    read = read_sheet(table, level="city", places={"石加庄": "石家庄", "唐山": "130200"})
    assert cells(read) == {130100: 5, 130200: 6, 140100: 7, 340100: 8}
    assert read.cities == {130200: "唐山"}


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({"唐山": "河北"}, "no city is known as '河北'"),
        ({"唐山": "130000"}, "no city is known as '130000'"),
        ({"太原": "石家庄"}, "'太原' is a place or a total already"),
    ],
)
def test_places_that_are_no_cities(read_sheet: Reader, places: dict[str, str], message: str) -> None:
    with pytest.raises(ToldError, match=message):
        read_sheet([*HEAD, ["唐山", 6], *ROWS], level="city", places=places)


def test_rows_of_provinces_among_cities_are_listed(read_sheet: Reader) -> None:
    table = [*HEAD, ["河北省", 9], ["石家庄", 5], ["山西", None], ["太原", 6], ["合肥", 7], ["合 计", 27]]
    read = read_sheet(table, level="city")
    assert cells(read) == {130100: 5, 140100: 6, 340100: 7}
    assert [(row.name, row.cells, row.why) for row in read.rows_apart] == [
        ("河北省", 1, "whole"),
        ("山西", 0, "whole"),
    ]
    assert [total.region for total in read.totals] == ["合 计"]
    for name in ("吉林", "吉林市", "Jilin", "Jilin City"):
        with pytest.raises(YearbookError, match=f"figures in a row that is no city that is known: '{name}'"):
            read_sheet([*HEAD, [name, 9], *ROWS], level="city")
    read = read_sheet([*HEAD, ["吉林省", 9], ["Hebei", 8], *ROWS], level="city")
    assert [row.name for row in read.rows_apart] == ["吉林省", "Hebei"]


def test_a_column_of_provinces_beside_that_of_cities(read_sheet: Reader) -> None:
    rows = [["河北", "石家庄", 5], ["山西", "太原", 6], ["北京", "北京", 7], ["辽宁", "大连", 8]]
    table = [*HEAD[:2], ["省份", "城市", "地区生产总值"], *rows]
    with pytest.raises(YearbookError, match="a table of cities"):
        read_sheet(table)
    assert cells(read_sheet(table, level="city")) == {130100: 5, 140100: 6, 110000: 7, 210200: 8}
    with pytest.raises(YearbookError, match="two places in one row: '山西' and '石家庄'"):
        read_sheet([*table[:3], ["山西", "石家庄", 5], *rows[1:]], level="city")
    tidy = [["省份", "城市", "年份", "gdp"], *([a, b, 2021, c] for a, b, c in rows)]
    assert len(read_sheet(tidy, "csv", level="city").entries) == 4


def test_provinces_beside_their_capitals_stay_provinces(read_sheet: Reader) -> None:
    capitals = {"北京": "北京", "河北": "石家庄", "山西": "太原", "辽宁": "沈阳"}
    beside = [*HEAD[:2], ["地区", "省会", "地区生产总值"], *([a, b, 5.5] for a, b in capitals.items())]
    assert {e.adcode for e in read_sheet(beside).entries} == {110000, 130000, 140000, 210000}
    planned = ["北京", "河北", "辽宁", "大连", "福建", "厦门"]
    budget = [*HEAD[:2], ["地区", "地区生产总值"], *([name, 5.5] for name in planned)]
    assert {e.adcode for e in read_sheet(budget).entries} == {110000, 130000, 210000, 350000}
    for table in (budget, [*HEAD[:2], ["地区", "地区生产总值"], ["北京", 5], ["河北", 6]]):
        with pytest.raises(YearbookError, match=r"no table of cities.*leave out `--level city`"):
            read_sheet(table, level="city")


def test_two_levels_in_one_workbook_each_stay_what_they_are(tmp_path: Path, blank: Context) -> None:
    book = Workbook()
    provinces = [*HEAD[:1], HEAD[1], ["地区", "地区生产总值"], ["北京", 1], ["河北", 2], ["山西", 3]]
    for name, rows in (("省", provinces), ("市", [*HEAD, *ROWS])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    read = read_file(tmp_path / "a.xlsx", CallerSays(), blank)
    assert cells(read) == {110000: 1, 130000: 2, 140000: 3}
    assert any("a table of cities" in note and "is left out" in note for note in read.notes)
    read = read_file(tmp_path / "a.xlsx", CallerSays(level="city"), blank)
    assert cells(read) == EXPECTED
    assert any("no table of cities: left out" in note for note in read.notes)
    with pytest.raises(YearbookError, match="no table of cities"):
        read_file(tmp_path / "a.xlsx", CallerSays(level="city", sheet="省"), blank)


def test_the_json_of_the_portal(tmp_path: Path, blank: Context) -> None:
    nodes = [
        {
            "code": f"zb.A01_reg.{code}_sj.2021",
            "data": {"data": 5, "hasdata": True, "strdata": "5"},
            "wds": [
                {"wdcode": "zb", "valuecode": "A01"},
                {"wdcode": "reg", "valuecode": str(code)},
                {"wdcode": "sj", "valuecode": "2021"},
            ],
        }
        for code in (110000, 130100, 130200)
    ]
    names = {110000: "北京", 130100: "石家庄", 130200: "唐山市"}
    dimensions = [
        {"wdcode": "zb", "nodes": [{"code": "A01", "cname": "地区生产总值", "unit": "亿元"}]},
        {"wdcode": "reg", "nodes": [{"code": str(code), "cname": name} for code, name in names.items()]},
        {"wdcode": "sj", "nodes": [{"code": "2021", "cname": "2021年"}]},
    ]
    path = tmp_path / "a.json"
    answer = {"returncode": 200, "returndata": {"datanodes": nodes, "wdnodes": dimensions}}
    path.write_text(json.dumps(answer), encoding="utf-8")
    with pytest.raises(YearbookError, match="no province has the code '130100'; `--level city` reads cities"):
        read_file(path, CallerSays(), blank)
    read = read_file(path, CallerSays(level="city"), blank)
    assert cells(read) == {110000: 5, 130100: 5, 130200: 5}
    assert read.cities == {130200: "唐山"}


@pytest.mark.parametrize(
    "title", ["省会城市和计划单列市地区生产总值", "36个主要城市地区生产总值", "各城市地区生产总值"]
)
def test_a_title_that_says_cities_narrows_nothing(read_sheet: Reader, title: str) -> None:
    table = [[f"{title}(2021年)"], ["单位：亿元"], ["城市", "合计"], *ROWS]
    assert read_sheet(table, level="city").entries[0].indicator == "gdp"
    district = [*HEAD[:2], ["城市", "市辖区地区生产总值"], *ROWS]
    assert read_sheet(district, level="city").entries[0].indicator != "gdp"


def test_cities_are_returned_apart_from_provinces(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(written([*HEAD, *ROWS], "csv"))
    table = pk.read_yearbook(path, level="city")
    assert list(table) == [
        "code",
        "city",
        "period",
        "indicator",
        "vintage",
        "value",
        "unit",
        "source",
        "level",
    ]
    assert (list(table["city"]), set(table["level"])) == (CITIES, {"city"})
    with pytest.raises(pk.DataError, match="figures of cities"):
        pk.build_panel(table)
    with pytest.raises(SpecError, match="choose 'province' or 'city'"):
        pk.read_yearbook(path, level="town")  # type: ignore[arg-type]


@pytest.mark.parametrize("number", range(6))
def test_generated_tables_never_cross_the_levels(tmp_path: Path, blank: Context, number: int) -> None:
    path = tmp_path / "a.xlsx"
    for family, level in (("cities", "province"), ("years_down", "city"), ("indicators_across", "city")):
        path.write_bytes(one_book(family, 5, number).content())
        with pytest.raises(YearbookError, match="table of cities"):
            read_file(path, CallerSays(level=level), blank)  # type: ignore[arg-type]


def test_figures_are_read_to_the_last_digit(read_sheet: Reader) -> None:
    read = read_sheet([*HEAD, *([name, f"1,234.5{at}"] for at, name in enumerate(CITIES))], level="city")
    assert read.entries[3].value == Decimal("1234.53")


OF_PROVINCES: list[list[Any]] = [
    ["11-1 各地区生产总值(2021年)"],
    ["单位：亿元"],
    ["地区", "地区生产总值"],
    *([name, number + 100] for number, name in enumerate(["北京", "河北", "山西", "辽宁", "上海"])),
    ["注：本表按当年价格计算。"],
]
BOTH = {110000: 100, 130000: 101, 140000: 102, 210000: 103, 310000: 104}


def side_by_side(left: list[list[Any]], right: list[list[Any]]) -> list[list[Any]]:
    """Return two tables beside each other, an empty column between them."""
    height = max(len(left), len(right))
    padded = [[*row, *[None] * (3 - len(row))] for row in [*left, *[[]] * (height - len(left))]]
    return [a + b for a, b in zip(padded, [*right, *[[]] * (height - len(right))], strict=True)]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("head", ["城市", "地区"])
@pytest.mark.parametrize("shape", ["below", "above", "left", "right"])
def test_two_levels_on_one_sheet_each_stay_what_they_are(
    read_sheet: Reader, kind: str, head: str, shape: str
) -> None:
    of_cities = [*HEAD[:2], [head, "地区生产总值"], *ROWS]
    table = {
        "below": [*OF_PROVINCES, [], *of_cities],
        "above": [*of_cities, [], *OF_PROVINCES],
        "left": side_by_side(of_cities, OF_PROVINCES),
        "right": side_by_side(OF_PROVINCES, of_cities),
    }[shape]
    provinces, cities = read_sheet(table, kind), read_sheet(table, kind, level="city")
    assert cells(provinces) == BOTH
    assert cells(cities) == EXPECTED
    assert any("`--level city` reads it" in note for note in provinces.notes)


def test_a_table_that_goes_on_with_few_cities_stays_one(read_sheet: Reader) -> None:
    table = [*HEAD, *ROWS[:5], ["续表"], ["城市", "地区生产总值"], *ROWS[5:]]
    with pytest.raises(YearbookError, match="a table of cities"):
        read_sheet(table)
    assert cells(read_sheet(table, level="city")) == EXPECTED


def test_a_column_headed_city_is_one_of_cities_also_where_all_are_municipalities(read_sheet: Reader) -> None:
    table = [*HEAD[:2], ["城市", "地区生产总值"], ["北京", 5], ["上海", 6]]
    with pytest.raises(YearbookError, match="a table of cities"):
        read_sheet(table)
    assert cells(read_sheet(table, level="city")) == {110000: 5, 310000: 6}


@pytest.mark.parametrize(
    "region", [["河北", "山西", "辽宁", "北京"], ["东部地区", "中部地区", "东北地区", "东部地区"]]
)
def test_a_column_of_regions_beside_that_of_cities(read_sheet: Reader, region: list[str]) -> None:
    names = ["石家庄", "太原", "大连", "北京"]
    rows = [[a, b, 2021, at] for at, (a, b) in enumerate(zip(region, names, strict=True))]
    read = read_sheet([["地区", "城市", "年份", "gdp"], *rows], "csv", level="city")
    assert cells(read) == {130100: 0, 140100: 1, 210200: 2, 110000: 3}
    assert read.rows_apart == ()


def test_codes_of_provinces_and_of_cities_in_one_table(read_sheet: Reader) -> None:
    rows = [[130000, "河北", 130200, "唐山", 2021, 5], [140000, "山西", 140100, "太原", 2021, 6]]
    table = [["省份代码", "省份", "城市代码", "城市", "年份", "gdp"], *rows]
    assert cells(read_sheet(table, "csv", level="city")) == {130200: 5, 140100: 6}
    beside = [[130200, "河北", "唐山", 5], [130100, "河北", "石家庄", 6]]
    assert cells(
        read_sheet([*HEAD[:2], ["代码", "省份", "城市", "地区生产总值"], *beside], level="city")
    ) == {
        130200: 5,
        130100: 6,
    }
    nested = [[130000, "河北省", 50], *CODED[:2], [140000, "山西省", 50], [140100, "太原", 7]]
    read = read_sheet([*HEAD[:2], ["代码", "地区", "地区生产总值"], *nested], level="city")
    assert cells(read) == {130100: 5.5, 130200: 6.5, 140100: 7}
    assert [row.name for row in read.rows_apart] == ["河北省", "山西省"]


def test_a_database_of_cities_may_hold_provinces(read_sheet: Reader) -> None:
    table = [["数据库：中国城市数据库"], ["指标：地区生产总值(亿元)"], ["地区", "2021年"]]
    read = read_sheet([*table, *([name, 5] for name in ("北京", "河北", "山西", "辽宁"))], "xlsx")
    assert cells(read) == {110000: 5, 130000: 5, 140000: 5, 210000: 5}


def test_a_file_that_names_no_place_is_the_citys_that_the_call_names(read_sheet: Reader) -> None:
    table = [["年份", "地区生产总值(亿元)"], [2020, 5], [2021, 6]]
    read = read_sheet(table, "csv", level="city", province="大连")
    assert [(entry.adcode, int(entry.value)) for entry in read.entries] == [(210200, 5), (210200, 6)]
    with pytest.raises(ToldError, match="no city is known as '河北'"):
        read_sheet(table, "csv", level="city", province="河北")


def test_a_city_under_several_names_is_one_by_its_code(read_sheet: Reader) -> None:
    names = {"唐山": 2019, "唐山市": 2020, "唐山地区": 2021}
    rows = [["130200", name, year, year] for name, year in names.items()]
    read = read_sheet([["代码", "城市", "年份", "gdp"], *rows], "csv", level="city")
    assert ({entry.adcode for entry in read.entries}, read.cities) == ({130200}, {130200: "唐山"})


def test_codes_amid_the_columns_of_an_export(read_sheet: Reader) -> None:
    table = [["城市", "城市代码", "2020年", "2021年"], ["石家庄", 130100, 1, 2], ["唐山", 130200, 3, 4]]
    read = read_sheet(table, level="city", indicator="gdp")
    assert {(entry.adcode, entry.period, int(entry.value)) for entry in read.entries} == {
        (130100, "2020", 1),
        (130100, "2021", 2),
        (130200, "2020", 3),
        (130200, "2021", 4),
    }


def test_postal_codes_are_no_codes_of_cities(read_sheet: Reader) -> None:
    rows = [["大连", 116000, 5], ["宁波", 315000, 6], ["厦门", 361000, 7]]
    read = read_sheet([*HEAD[:2], ["城市", "邮政编码", "地区生产总值"], *rows], level="city")
    gdp = {entry.adcode: int(entry.value) for entry in read.entries if entry.indicator == "gdp"}
    assert gdp == {210200: 5, 330200: 6, 350200: 7}


@pytest.mark.parametrize("level", ["province", "city"])
@pytest.mark.parametrize("head", ["高新区", "国家高新区", "开 发 区", "园区名称"])
def test_zones_are_neither_cities_nor_provinces(
    tmp_path: Path, blank: Context, level: Any, head: str
) -> None:
    table: list[list[Any]] = [["7-8 国家高新区企业主要经济指标(2022年)"], ["单位：亿元"], [head, "营业收入"]]
    rows: list[list[Any]] = [[name, 5.5] for name in ("天津", "沈阳", "南京", "重庆")]
    path = tmp_path / "a.xlsx"
    path.write_bytes(written([*table, *rows], "xlsx"))
    with pytest.raises(YearbookError, match="a table of zones") as caught:
        read_file(path, CallerSays(level=level), blank)
    assert "园区" in caught.value.text("zh")

"""Tables of printed yearbooks as they are laid out: headers, units, blanks, subtotals, several tables a sheet."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.judge import judge
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.yearbook.writers import NAMES, written

Rows = Sequence[Sequence[Any]]


@pytest.fixture
def read_rows(tmp_path: Path, blank: Context) -> Callable[..., FileRead]:
    def read(*sheets: Rows, merge: Sequence[str] = (), **told: Any) -> FileRead:
        from openpyxl import Workbook

        book = Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets):
            page = book.create_sheet(f"表{number + 1}")
            for row in rows:
                page.append(list(row))
            for area in merge:
                page.merge_cells(area)
        out = io.BytesIO()
        book.save(out)
        path = tmp_path / "yearbook.xlsx"
        path.write_bytes(out.getvalue())
        return read_file(path, CallerSays(**told), blank)

    return read


def series(read: FileRead) -> dict[tuple[str, str], list[Decimal]]:
    found: dict[tuple[str, str], list[Decimal]] = {}
    for entry in read.entries:
        found.setdefault((entry.indicator, entry.period), []).append(entry.value)
    return found


def test_science_yearbook_table_with_funds_by_source(read_rows: Callable[..., FileRead]) -> None:
    rows = [
        ["2-14  各地区规上工业企业R&D经费内部支出(2021年)"],
        ["Intramural Expenditure on R&D of Industrial Enterprises above Designated Size by Region (2021)"],
        [None, None, None, "单位:万元 / (10 000 yuan)"],
        ["地  区\nRegion", "R&D经费\r\n内部支出\nExpenditure", None, None],
        [None, None, "#政府资金\nGovernment\nFunds", "#企业资金\nSelf-raised\nFunds"],
        ["全  国  National", 300.5, 30, 250],
        ["东部地区 Eastern", 300.5, 30, 250],
        ["北  京  Beijing", 100.5, 10.25, 80],
        ["天  津  Tianjin", 200, "19.75①", "—"],
        ["注：①为快报数。"],
    ]
    read = read_rows(rows, merge=["A4:A5", "B4:B5"])
    assert series(read) == {
        ("industry_rd_expenditure", "2021"): [Decimal("100.5"), Decimal(200)],
        ("industry_rd_funds_government", "2021"): [Decimal("10.25"), Decimal("19.75")],
        ("industry_rd_funds_enterprise", "2021"): [Decimal(80)],
    }
    assert read.missing == 1
    assert [(t.region, t.entry.indicator) for t in read.totals][:2] == [
        ("全  国  National", "industry_rd_expenditure"),
        ("全  国  National", "industry_rd_funds_government"),
    ]


def test_a_narrower_title_never_gives_the_wider_indicator(read_rows: Callable[..., FileRead]) -> None:
    rows = [
        ["3-2 各地区国有控股工业企业R&D活动(2021年)", None, "单位：万元"],
        ["地区", "R&D经费内部支出", "专利申请受理量(件)"],
        ["北京", 1, 2],
    ]
    names = {entry.indicator for entry in read_rows(rows).entries}
    assert names == {
        f"各地区国有控股工业企业R&D活动：{leaf}" for leaf in ("R&D经费内部支出", "专利申请受理量")
    }


@pytest.mark.parametrize(
    ("title", "unit", "names"),
    [
        ("3-9 地区生产总值(2022年)", "亿元", {"gdp", "va_primary", "va_tertiary"}),
        (
            "4-2 各地区就业人员(2022年)",
            "万人",
            {"各地区就业人员：合计", "employment_primary", "employment_tertiary"},
        ),
        (
            "3-10 地区生产总值指数(2022年)",
            "上年=100",
            {"gdp_index_prev_year", "地区生产总值指数：第一产业", "地区生产总值指数：第三产业"},
        ),
        (
            "1-8 各地区法人单位数(2022年)",
            "个",
            {"各地区法人单位数：合计", "各地区法人单位数：第一产业", "各地区法人单位数：第三产业"},
        ),
    ],
)
def test_short_headers_are_read_with_their_title(
    read_rows: Callable[..., FileRead], title: str, unit: str, names: set[str]
) -> None:
    total = "合计" if "各地区" in title else title.split("(")[0].split()[1]
    rows = [
        [title],
        [None, None, f"单位：{unit}"],
        ["地区", total, "第一产业", "第三产业"],
        ["北京", 100, 99, 98],
    ]
    assert {entry.indicator for entry in read_rows(rows).entries} == names


def test_an_english_table_as_an_old_workbook(tmp_path: Path, blank: Context) -> None:
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("3-9")
    book.add_sheet("Sheet2")
    page.write_merge(0, 0, 0, 3, "3-9  Gross Regional Product (2022)")
    page.write(1, 3, "(100 million yuan)")
    page.write_merge(2, 3, 0, 0, "Region")
    page.write_merge(2, 3, 1, 1, "Gross\nRegional\nProduct")
    page.write(2, 2, "By Industry")
    page.write(3, 2, "Primary\nIndustry")
    page.write_merge(2, 3, 3, 3, "Per Capita GRP\n(yuan)")
    rows = [
        ["National Total", 63691.1, 111.5, 85698],
        ["Beijing", 41540.9, 111.5, 190313],
        ["Tibet", 2150.2, "-", "58438 a)"],
    ]
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write(4 + number, column, cell)
    page.write(7, 0, "a) Data are preliminary.")
    path = tmp_path / "a.xls"
    book.save(str(path))
    read = read_file(path, CallerSays(), blank)
    assert series(read) == {
        ("gdp", "2022"): [Decimal("41540.9"), Decimal("2150.2")],
        ("va_primary", "2022"): [Decimal("111.5")],
        ("gdp_per_capita", "2022"): [Decimal(190313), Decimal(58438)],
    }
    assert read.footnotes == ("a) Data are preliminary.",)


def test_years_in_columns_and_units_in_headers(read_rows: Callable[..., FileRead]) -> None:
    rows = [
        ["表2-5 分地区人口和地区生产总值"],
        ["地 区", "年末常住人口\n(人)", None, "地区生产总值(万元)", None],
        [None, 2020, 2021, "2020年", "2021年"],
        ["内 蒙 古", 24030000, 24000000, 172580000, 205140000],
        ["西  藏", 3660000, None, 19030000, "…"],
    ]
    read = read_rows(rows, merge=["B2:C2", "D2:E2", "A2:A3"])
    assert series(read) == {
        ("population", "2020"): [Decimal(2403), Decimal(366)],
        ("population", "2021"): [Decimal(2400)],
        ("gdp", "2020"): [Decimal(17258), Decimal(1903)],
        ("gdp", "2021"): [Decimal(20514)],
    }


def test_a_continued_table_below_and_sheets_to_skip(read_rows: Callable[..., FileRead]) -> None:
    contents = [["目  录"], ["2-1 地区生产总值", 15]]
    rows = [
        ["2-1 地区生产总值(2022年)", None, "单位：亿元"],
        ["地区", "第一产业增加值", "第二产业增加值"],
        ["北京", 111.5, 6605.1],
        ["天津", 273.1, 6038.9],
        [None, None, None],
        ["2-1 续表", None, None],
        ["地区", "第三产业增加值", "人均地区生产总值(元)"],
        ["北京", 34894.3, 190313],
        ["天津", 9999.2, 119235],
        ["注：本表按当年价格计算。"],
    ]
    read = read_rows(contents, rows)
    assert {key for key, _ in series(read)} == {"va_primary", "va_secondary", "va_tertiary", "gdp_per_capita"}
    assert all(period == "2022" for _, period in series(read))
    assert any("'表1' holds no table" in note for note in read.notes)


def test_rows_that_are_no_provinces_are_named_or_refused(read_rows: Callable[..., FileRead]) -> None:
    rows = [
        ["地区生产总值(2022年)"],
        ["地区", "地区生产总值"],
        ["新疆", 5],
        ["新疆生产建设兵团", 1],
        ["香 港", 9],
        ["甘肃", 4],
    ]
    read = read_rows(rows)
    assert [entry.adcode for entry in read.entries] == [650000, 620000]
    assert [entry.adcode for entry in read.apart] == [810000]
    assert [(row.name, row.cells) for row in read.rows_apart] == [("新疆生产建设兵团", 1), ("香港", 1)]
    with pytest.raises(
        YearbookError, match=r"row 4, column 1 \(A\): figures in a row that is no province.*'蒙古'"
    ):
        read_rows([["地区生产总值(2022年)"], ["地区", "地区生产总值"], ["甘肃", 4], ["蒙古", 5], ["青海", 6]])


def test_totals_are_compared_with_their_parts(tmp_path: Path, blank: Context) -> None:
    from openpyxl import Workbook

    def judged(nation: float) -> list[tuple[str, bool]]:
        book = Workbook()
        page = book.active
        for row in (
            ["地区生产总值(2022年)"],
            [None, "单位：亿元"],
            ["地区", "地区生产总值"],
            ["全 国", nation],
            ["东 北", 4],
        ):
            page.append(row)
        for adcode, (_, name, _) in NAMES.items():
            page.append([name, 2 if adcode == 210000 else 1])
        path = tmp_path / "a.xlsx"
        book.save(path)
        result = judge(read_file(path, CallerSays(), blank), blank.held, "trial")
        return [(check.region, check.agrees) for check in result.checks]

    assert judged(32) == [("全 国", True), ("东 北", True)]
    assert judged(33.5) == [("全 国", False), ("东 北", True)]


@pytest.mark.parametrize(
    ("head", "nation", "checked"),
    [("强度", 1.5, 0), ("强度（%）", 1.5, 0), ("经费（亿元）", 1.5, 1), ("强度", 40, 1)],
)
def test_a_national_rate_is_no_sum(
    tmp_path: Path, blank: Context, head: str, nation: float, checked: int
) -> None:
    body = [[name, 1 + at / 31] for at, (_, name, _) in enumerate(NAMES.values())]
    path = tmp_path / "a.xlsx"
    path.write_bytes(written([["各地区某类情况(2022年)"], ["地区", head], ["全 国", nation], *body], "xlsx"))
    result = judge(read_file(path, CallerSays(), blank), blank.held, "trial")
    assert len(result.checks) == checked


def test_the_number_of_the_only_column_is_no_figure(read_rows: Callable[..., FileRead]) -> None:
    rows = [["地区生产总值(2022年)"], ["地区", "地区生产总值"], ["甲", 1], ["北京", 5], ["天津", 6]]
    assert [float(e.value) for e in read_rows(rows).entries] == [5, 6]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (True, "a truth value"),
        ("一百二十", "Chinese digits"),
        ("12,34.5", "neither a number"),
        ("#N/A?", "neither a number"),
    ],
)
def test_cells_that_are_no_numbers(read_rows: Callable[..., FileRead], cell: object, message: str) -> None:
    rows = [["地区生产总值(2022年)"], ["地区", "地区生产总值"], ["北京", 1], ["天津", cell]]
    with pytest.raises(
        YearbookError, match=rf"yearbook.xlsx, sheet '表1', row 4, column 2 \(B\): .*{message}"
    ):
        read_rows(rows)


def test_a_formula_is_read_by_its_stored_value_or_refused(
    tmp_path: Path, blank: Context, read_rows: Callable[..., FileRead]
) -> None:
    rows = [["地区生产总值(2022年)"], ["地区", "地区生产总值"], ["北京", 1], ["天津", "=B3*2"]]
    with pytest.raises(YearbookError, match=r"row 4, column 2 \(B\): a formula"):
        read_rows(rows)
    import zipfile

    path = tmp_path / "yearbook.xlsx"
    parts = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts[name] = (
                archive.read(name)
                .replace(b"<f>B3*2</f><v></v>", b"<f>B3*2</f><v>2.5</v>")
                .replace(b"<f>B3*2</f><v />", b"<f>B3*2</f><v>2.5</v>")
            )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert [entry.value for entry in read_file(path, CallerSays(), blank).entries] == [
        Decimal(1),
        Decimal("2.5"),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["地区生产总值"], ["地区", "地区生产总值"], ["北京", 1]], r"names the year.*--year"),
        (
            [["地区生产总值(2022年)"], ["地区", "总产值", "总产值"], ["北京", 1, 2]],
            "two indicators under one name",
        ),
        (
            [["地区生产总值(2022年)"], ["地区", "地区生产总值"], ["北京", 1], ["北 京", 2]],
            "row 3 already: duplicate rows",
        ),
        ([["地区生产总值(2032年)"], ["地区", "地区生产总值"], ["北京", 1]], "2032 is out of range"),
        (
            [
                ["地区生产总值(2022年)", "单位：万元", "(100 million yuan)"],
                ["地区", "地区生产总值"],
                ["北京", 1],
            ],
            "contradict",
        ),
        (
            [["地区生产总值(2022年)", "单位：人"], ["地区", "地区生产总值"], ["北京", 1]],
            "'人' is none of its kind",
        ),
        (
            [["地区生产总值(2022年)"], ["地区", "地区生产总值"], ["北京", None]],
            "table is empty|column without a header|no table",
        ),
        ([["说明"], ["本表无数据"]], "no table is found"),
    ],
)
def test_tables_that_cannot_be_read(read_rows: Callable[..., FileRead], rows: Rows, message: str) -> None:
    with pytest.raises(YearbookError, match=message):
        read_rows(rows)


def test_the_caller_may_name_year_and_column(read_rows: Callable[..., FileRead]) -> None:
    rows = [["各地区产值", None, "单位：万元"], ["地区", "甲", "乙"], ["北京", 10000, 20000]]
    read = read_rows(rows, year="2021", indicator={"甲": "gdp"})
    assert series(read) == {("gdp", "2021"): [Decimal(1)], ("各地区产值：乙", "2021"): [Decimal(20000)]}


def test_a_heading_of_columns_narrows_what_stands_below_it(read_rows: Callable[..., FileRead]) -> None:
    rows = [
        ["2-1 各地区R&D活动(2021年)"],
        ["地区", "规上工业企业", None, "高等学校", None],
        [
            None,
            "R&D经费内部支出(万元)",
            "R&D人员全时当量(人年)",
            "R&D经费内部支出(万元)",
            "R&D人员全时当量(人年)",
        ],
        ["北京", 1, 2, 3, 4],
    ]
    wanted = {
        "industry_rd_expenditure",
        "industry_rd_personnel_fte",
        "university_rd_expenditure",
        "各地区R&D活动：高等学校：R&D人员全时当量",
    }
    assert {entry.indicator for entry in read_rows(rows, merge=["B2:C2", "D2:E2"]).entries} == wanted
    assert {entry.indicator for entry in read_rows(rows).entries} == wanted  # saved without its merged cells


def test_years_under_a_heading_without_merged_cells(read_rows: Callable[..., FileRead]) -> None:
    rows = [
        ["1-1 各地区三种专利"],
        [None, None, None, None, "单位：件"],
        ["地区", "甲", None, "乙", None],
        [None, 2020, 2021, 2020, 2021],
        ["北京", 1, 2, 3, 4],
    ]
    read = [(e.indicator.split("：")[-1], e.period, int(e.value)) for e in read_rows(rows).entries]
    assert read == [("甲", "2020", 1), ("甲", "2021", 2), ("乙", "2020", 3), ("乙", "2021", 4)]


@pytest.mark.parametrize("narrow", ["不变价", "可比价", "省会", "少数民族", "县"])
def test_a_title_that_narrows_is_no_match(read_rows: Callable[..., FileRead], narrow: str) -> None:
    rows = [[f"3-1 {narrow}地区生产总值(2021年)"], ["单位：亿元"], ["地区", "地区生产总值"], ["北京", 1]]
    assert {entry.indicator for entry in read_rows(rows).entries} == {f"{narrow}地区生产总值：地区生产总值"}


@pytest.mark.parametrize(
    "edition",
    ["中国统计年鉴2022", "《中国统计年鉴—2022》", "2022年中国统计年鉴", "China Statistical Yearbook 2022"],
)
def test_the_year_of_the_edition_is_not_the_year_of_the_figures(
    read_rows: Callable[..., FileRead], edition: str
) -> None:
    rows = [[edition], ["3-9 地区生产总值"], ["单位：亿元"], ["地区", "地区生产总值"], ["北京", 1]]
    with pytest.raises(YearbookError, match="--year"):
        read_rows(rows)
    assert set(series(read_rows(rows, year="2021"))) == {("gdp", "2021")}


def test_a_column_of_chinese_digits_is_refused_and_not_skipped(read_rows: Callable[..., FileRead]) -> None:
    rows: list[list[object]] = [
        ["3-9 地区生产总值(2021年)"],
        ["单位：亿元"],
        ["地区", "地区生产总值", "第一产业"],
    ]
    rows += [["北京", "一百二十", 5], ["天津", "三百", 6]]
    with pytest.raises(YearbookError, match="Chinese digits"):
        read_rows(rows)

"""Tables side by side, folded tables, rows of totals, footnotes and units amid the places: each for what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.reference import yearbook_case
from tests.yearbook.writers import NAMES

CODES = list(NAMES)
Rows = list[list[Any]]
Reader = Callable[..., FileRead]


def cells(read: FileRead) -> dict[tuple[str, str, int], Decimal]:
    found = {(e.indicator, e.period, e.adcode): e.value for e in read.entries}
    assert len(found) == len(read.entries)
    return found


def column(head: str, label: str, values: Mapping[int, float], order: Sequence[int], style: int = 0) -> Rows:
    return [[head, label], *([NAMES[code][style], values[code]] for code in order)]


def beside(*tables: Rows, gap: int = 1, shift: Sequence[int] = ()) -> Rows:
    """Return tables next to each other, each so many rows further down."""
    moved = [
        [[None] * len(t[0])] * down + t for t, down in zip(tables, shift or [0] * len(tables), strict=True)
    ]
    height = max(map(len, moved))
    rows: Rows = []
    for at in range(height):
        row: list[Any] = []
        for number, table in enumerate(moved):
            row += table[at] if at < len(table) else [None] * len(table[0])
            row += [None] * (gap if number + 1 < len(moved) else 0)
        rows.append(row)
    return rows


GDP = {code: 1000.5 + at for at, code in enumerate(CODES)}
PEOPLE = {code: 5000.0 + 7 * at for at, code in enumerate(CODES)}
PRIMARY = {code: 10.25 + at for at, code in enumerate(CODES)}
TITLE: Rows = [["3-9 地区生产总值和人口(2023年)"]]
WANTED = {("gdp", "2023", c): Decimal(str(v)) for c, v in GDP.items()} | {
    ("population", "2023", c): Decimal(int(v)) for c, v in PEOPLE.items()
}


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("gap", [0, 1, 2])
@pytest.mark.parametrize(
    ("heads", "order", "shift", "style"),
    [
        (("地区", "地区"), CODES, (0, 0), 0),
        (("地 区", "地\n区"), CODES[::-1], (0, 0), 1),
        (("省份", "省  份"), CODES[3:] + CODES[:3], (0, 1), 0),
        (("Region", "Region"), CODES[::-1], (1, 0), 2),
        (("地区 Region", "地区 Region"), CODES[5:20] + CODES[:5] + CODES[20:], (0, 2), 1),
    ],
)
def test_the_right_half_has_its_own_places(
    read_sheet: Reader,
    kind: str,
    gap: int,
    heads: tuple[str, str],
    order: list[int],
    shift: tuple[int, int],
    style: int,
) -> None:
    rows = TITLE + beside(
        column(heads[0], "地区生产总值(亿元)", GDP, CODES, style),
        column(heads[1], "年末常住人口(万人)", PEOPLE, order, style),
        gap=gap,
        shift=shift,
    )
    assert cells(read_sheet(rows, kind)) == WANTED


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("longer", ["left", "right", "both"])
def test_a_half_with_totals_and_regions_is_longer_than_the_other(
    read_sheet: Reader, kind: str, longer: str
) -> None:
    left = column("地区", "地区生产总值(亿元)", GDP, CODES)
    right = column("地区", "年末常住人口(万人)", PEOPLE, CODES[::-1])
    for name, half in (("left", left), ("right", right)):
        if longer in (name, "both"):
            half[1:1] = [["全国", 99999.5], ["东部地区", 99.0], ["地方合计", 2010.1]]
            half.append(["香港", 1.0])
    read = read_sheet(TITLE + beside(left, right), kind)
    assert cells(read) == WANTED
    assert (len(read.totals), len(read.apart)) == ((6, 2) if longer == "both" else (3, 1))


def test_names_of_places_that_nobody_knows_are_refused_in_the_right_half_too(read_sheet: Reader) -> None:
    left = column("地区", "地区生产总值(亿元)", GDP, CODES)
    for names in (("北亰", "天津"), ("北亰", "夭津")):
        right: Rows = [["地区", "年末常住人口(万人)"], *([name, 5.0] for name in names)]
        with pytest.raises(
            YearbookError, match=r"row 3, column 4 \(D\): figures in a row that is no province .*北亰"
        ):
            read_sheet(TITLE + beside(left, right))


@pytest.mark.parametrize("merge", [["A2:A3", "B2:C2", "E2:E3", "F2:G2"], []])
def test_headers_of_two_rows_in_both_halves(read_sheet: Reader, merge: list[str]) -> None:
    rows: Rows = [["3-9 主要指标(2023年)"]]
    rows.append(["地 区\nRegion", "产出(亿元)", None, None, "地 区\nRegion", "人口和产出", None])
    rows.append(
        [None, "地区生产总值", "第一产业增加值", None, None, "年末常住人口(万人)", "人均地区生产总值(元)"]
    )
    for left, right in zip(CODES, CODES[::-1], strict=True):
        rows.append(
            [NAMES[left][1], GDP[left], PRIMARY[left], None, NAMES[right][1], PEOPLE[right], PRIMARY[right]]
        )
    found = cells(read_sheet(rows, merge=merge))
    wanted = {"gdp": GDP, "population": PEOPLE, "va_primary": PRIMARY, "gdp_per_capita": PRIMARY}
    assert {(key, code): float(value) for (key, _, code), value in found.items()} == {
        (key, code): value for key, values in wanted.items() for code, value in values.items()
    }


@pytest.mark.parametrize("style", ["text", "number"])
def test_years_across_both_halves(read_sheet: Reader, style: str) -> None:
    years: list[Any] = [2021, 2022, 2023] if style == "number" else ["2021年", "2022年", "2023年"]
    left: Rows = [["地区", *years[:2]], *([NAMES[c][1], GDP[c], PEOPLE[c]] for c in CODES)]
    right: Rows = [["地区（续）", years[2]], *([NAMES[c][1], PRIMARY[c]] for c in CODES[::-1])]
    rows: Rows = [["3-9 地区生产总值"], [None, None, None, None, None, "单位：亿元"], *beside(left, right)]
    for kind in ("xlsx", "csv"):
        assert {(p, c): float(v) for (_, p, c), v in cells(read_sheet(rows, kind)).items()} == {
            (p, c): v
            for p, values in (("2021", GDP), ("2022", PEOPLE), ("2023", PRIMARY))
            for c, v in values.items()
        }


def test_three_blocks_with_numbers_of_rows_between(read_sheet: Reader) -> None:
    def numbered(rows: Rows) -> Rows:
        return [["序号", *rows[0]], *([at, *row] for at, row in enumerate(rows[1:], 1))]

    rows = TITLE + beside(
        numbered(column("地区", "地区生产总值(亿元)", GDP, CODES)),
        numbered(column("地区", "年末常住人口(万人)", PEOPLE, CODES[::-1])),
        numbered(column("地区", "第一产业增加值(亿元)", PRIMARY, CODES[10:] + CODES[:10])),
        gap=0,
    )
    assert cells(read_sheet(rows)) == WANTED | {
        ("va_primary", "2023", c): Decimal(str(v)) for c, v in PRIMARY.items()
    }


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("parts", [2, 3])
@pytest.mark.parametrize("heads", ["all", "first"])
def test_a_folded_table_is_one_table(read_sheet: Reader, kind: str, parts: int, heads: str) -> None:
    size = -(-len(CODES) // parts)
    blocks = [
        column("地区", "地区生产总值", GDP, CODES[at * size : (at + 1) * size], 1) for at in range(parts)
    ]
    if heads == "first":
        for block in blocks[1:]:
            block[0] = [None, None]
    rows: Rows = [["3-9 地区生产总值(2023年)"], ["单位：亿元"], *beside(*blocks)]
    assert cells(read_sheet(rows, kind)) == {k: v for k, v in WANTED.items() if k[0] == "gdp"}


def test_halves_with_titles_units_and_years_of_their_own(read_sheet: Reader) -> None:
    left: Rows = [
        ["3-9 地区生产总值(2023年)", None],
        ["单位：亿元", None],
        *column("地区", "合计", GDP, CODES),
    ]
    right: Rows = [
        ["2-2 年末常住人口(2022年)", None],
        [None, "单位：人"],
        *column("地区", "合计", PEOPLE, CODES[::-1]),
    ]
    assert cells(read_sheet(beside(left, right))) == {
        **{("gdp", "2023", c): Decimal(str(v)) for c, v in GDP.items()},
        **{("population", "2022", c): Decimal(int(v)) / 10_000 for c, v in PEOPLE.items()},
    }


def test_a_continued_half_goes_on_with_title_year_and_unit(read_sheet: Reader) -> None:
    left: Rows = [["5-4 各地区产值(2018年)", None], ["单位:万元", None], *column("地 区", "甲", GDP, CODES)]
    right: Rows = [["5-4续表", None], *column("地 区", "乙", PEOPLE, CODES)]
    read = read_sheet(beside(left, right))
    assert {(e.indicator, e.period, e.unit) for e in read.entries} == {
        ("各地区产值：甲", "2018", "万元"),
        ("各地区产值：乙", "2018", "万元"),
    }
    assert {e.adcode: float(e.value) for e in read.entries if e.indicator.endswith("乙")} == PEOPLE


def test_columns_of_names_within_a_table_are_told_apart_or_refused(read_sheet: Reader) -> None:
    bilingual = [["地区", "Region", "甲", "乙", "Region"]]
    bilingual += [[NAMES[c][0], NAMES[c][2], GDP[c], PEOPLE[c], NAMES[c][2]] for c in CODES]
    read = read_sheet([["表(2023年)"], *bilingual])
    assert {e.adcode: float(e.value) for e in read.entries if e.indicator.endswith("乙")} == PEOPLE
    wrong = [row[:] for row in bilingual]
    wrong[3][4], wrong[4][4] = wrong[4][4], wrong[3][4]
    with pytest.raises(YearbookError, match=r"row 5, column 5 \(E\): two places in one row"):
        read_sheet([["表(2023年)"], *wrong])
    partner = [["地区", "甲", "最大伙伴", "乙"]]
    partner += [
        [NAMES[c][0], GDP[c], NAMES[d][0], PEOPLE[c]]
        for c, d in zip(CODES, CODES[1:] + CODES[:1], strict=True)
    ]
    with pytest.raises(YearbookError, match=r"names other provinces .* under '最大伙伴'"):
        read_sheet([["表(2023年)"], *partner])


def test_numbers_like_codes_of_places_are_numbers(read_sheet: Reader) -> None:
    rows: Rows = [["表(2023年)"], ["地区", "甲(个)", "乙(个)"]]
    rows += [["北京", "5", "310000"], ["天津", "6", "320000"], ["河北", "7", "330000"]]
    read = read_sheet(rows, "csv")
    assert [int(e.value) for e in read.entries] == [5, 310000, 6, 320000, 7, 330000]


def test_a_place_in_two_halves_of_one_series_is_refused(read_sheet: Reader) -> None:
    half = column("地区", "地区生产总值(亿元)", GDP, CODES[:16])
    with pytest.raises(YearbookError, match=r"'北京市' stands in row 3 already: duplicate rows"):
        read_sheet(TITLE + beside(half, half))


def test_a_tidy_table_with_two_columns_of_years_names_one_year_a_row(read_sheet: Reader) -> None:
    rows: Rows = [["province", "year", "gdp", "year", "population"], ["北京", 2020, 5, 2021, 6]]
    with pytest.raises(
        YearbookError, match=r"row 2, column 4 \(D\): two periods in one row: '2020' and '2021'"
    ):
        read_sheet(rows)
    assert len(read_sheet([rows[0], ["北京", 2020, 5, 2020, 6]]).entries) == 2


TOTALS = [
    "地方合计",
    "各地区合计",
    "全国总计",
    "合  计",
    "总计",
    "东部地区合计",
    "Total",
    "十省市小计",
    "各省合计①",
    "National Total",
]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("name", TOTALS)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
@pytest.mark.parametrize("numbers", [(142.6, 2010.1), (2010, 2011), (1.5, 202301)])
def test_a_row_of_totals_is_no_header_and_no_period(
    read_sheet: Reader, kind: str, name: str, where: str, numbers: tuple[float, float]
) -> None:
    places: Rows = [[NAMES[c][0], at + 0.5, at + 8] for at, c in enumerate(CODES)]
    places.insert({"first": 0, "middle": 12, "last": len(places)}[where], [name, *numbers])
    rows: Rows = [["7-6 分地区支出(2023年)"], ["单位：亿元"], ["地区", "甲", "乙"], *places]
    read = read_sheet(rows, kind)
    assert {(e.indicator, e.period) for e in read.entries} == {
        ("分地区支出：甲", "2023"),
        ("分地区支出：乙", "2023"),
    }
    assert {e.adcode: float(e.value) for e in read.entries if e.indicator.endswith("乙")} == {
        c: at + 8 for at, c in enumerate(CODES)
    }
    assert {float(t.entry.value) for t in read.totals} == set(numbers)


def test_a_row_above_the_first_place_that_is_no_total_is_refused_and_never_a_header(
    read_sheet: Reader,
) -> None:
    for numbers in ([142.6, 2010.1], [2010, 2011]):
        rows: Rows = [["表(2023年)"], ["地区", "甲", "乙"], ["某地", *numbers], ["北京", 1, 2]]
        with pytest.raises(
            YearbookError, match=r"row 3, column 1 \(A\): figures in a row that is no province"
        ):
            read_sheet(rows)
    numbered: Rows = [["表(2023年)"], ["地区", "甲", "乙"], ["甲", 1, 2], ["北京", 5, 6]]
    assert [e.indicator for e in read_sheet(numbered).entries] == ["表：甲", "表：乙"]
    odd: Rows = [["表(2023年)"], ["地区", "甲", 2010.1], ["北京", 5, 6]]
    with pytest.raises(YearbookError, match=r"the number 2010.1 stands in the header"):
        read_sheet(odd)


NOTES = [
    ["注:2018年起,按新口径统计。"],
    ["资料来源：中国统计年鉴2020"],
    ["注：1.2018年起不含未缴年费", "2.本表2024年数据为初步核算数"],
    ["本表2024年数据为初步核算数"],
    ["说明：2016年以前为旧口径", "① 2019年数据"],
    ["Note: data before 2015 are not comparable."],
]


@pytest.mark.parametrize("notes", NOTES)
@pytest.mark.parametrize("line", ["8-3 续表", "续表", "8-3 续表1", "（续）", None])
@pytest.mark.parametrize("blank_row", [False, True])
def test_a_footnote_neither_dates_nor_names_the_table_below(
    read_sheet: Reader, notes: list[str], line: str | None, blank_row: bool
) -> None:
    rows: Rows = [["8-3 各地区专利(2022年)"], ["地区", "甲(件)"]]
    rows += [[NAMES[c][0], GDP[c]] for c in CODES]
    rows += [[text] for text in notes]
    rows += [[None]] * blank_row + ([[line]] if line else [])
    rows += [["地区", "乙(件)"], *([NAMES[c][0], PEOPLE[c]] for c in CODES)]
    read = read_sheet(rows)
    assert {(e.indicator, e.period) for e in read.entries} == {
        ("各地区专利：甲", "2022"),
        ("各地区专利：乙", "2022"),
    }
    assert {e.adcode: float(e.value) for e in read.entries if e.indicator.endswith("乙")} == PEOPLE
    assert list(read.footnotes) == notes


@pytest.mark.parametrize("notes", NOTES)
def test_a_footnote_above_the_header_neither_dates_nor_names_the_table(
    read_sheet: Reader, notes: list[str]
) -> None:
    below: Rows = [["地区", "甲(件)"], ["北京", 5]]
    read = read_sheet([["8-3 各地区专利(2022年)"], *([text] for text in notes), *below])
    assert [(e.indicator, e.period) for e in read.entries] == [("各地区专利：甲", "2022")]
    with pytest.raises(YearbookError, match="--year"):
        read_sheet([["8-3 各地区专利"], *([text] for text in notes), *below])


def test_a_title_below_footnotes_opens_a_table_of_its_own(read_sheet: Reader) -> None:
    rows: Rows = [["8-3 各地区专利(2022年)"], ["地区", "合计"], ["北京", 5], ["注：2018年起含外观设计。"]]
    new: Rows = [["8-4 各地区论文(2021年)"], ["地区", "合计"], ["北京", 7]]
    wanted = [("各地区专利：合计", "2022", 5), ("各地区论文：合计", "2021", 7)]
    assert [(e.indicator, e.period, int(e.value)) for e in read_sheet(rows + new).entries] == wanted
    new[0] = ["各地区论文(2021年)"]
    assert [
        (e.indicator, e.period, int(e.value)) for e in read_sheet([*rows, [None], *new]).entries
    ] == wanted
    with pytest.raises(YearbookError, match=r"row 5: is '各地区论文\(2021年\)' a further footnote"):
        read_sheet(rows + new)
    with pytest.raises(YearbookError, match="has no header above its first place"):
        read_sheet([*rows, ["8-4 各地区论文(2021年)"], ["天津", 7]])


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize(
    "unit", ["单位：万元", "单位: 万元", "计量单位：万元", "（万元）", "Unit: 10 000 yuan"]
)
@pytest.mark.parametrize("inline", [False, True])
def test_a_unit_amid_the_places_holds_from_there_on(
    read_sheet: Reader, kind: str, unit: str, inline: bool
) -> None:
    head = "地区生产总值(亿元)" if inline else "地区生产总值"
    rows: Rows = [["3-9 地区生产总值(2023年)"], [None if inline else "单位：亿元"], ["地区", head]]
    rows += [[NAMES[c][0], GDP[c]] for c in CODES[:16]]
    rows += [[unit], *([NAMES[c][0], GDP[c] * 10_000] for c in CODES[16:])]
    assert cells(read_sheet(rows, kind)) == {k: v for k, v in WANTED.items() if k[0] == "gdp"}


def test_a_unit_amid_the_places_leaves_columns_with_a_unit_of_their_own(read_sheet: Reader) -> None:
    rows: Rows = [["3-9 表(2023年)"], ["单位：亿元"], ["地区", "地区生产总值", "人均地区生产总值(元)"]]
    rows += [["北京", 5.5, 100], ["单位：万元"], ["天津", 65_000, 200]]
    assert [float(e.value) for e in read_sheet(rows).entries] == [5.5, 100, 6.5, 200]


def test_a_unit_amid_the_places_that_fits_no_column_is_refused(read_sheet: Reader) -> None:
    rows: Rows = [
        ["3-9 表(2023年)"],
        ["地区", "地区生产总值"],
        ["北京", 5.5],
        ["单位：万元"],
        ["天津", 65_000],
    ]
    with pytest.raises(YearbookError, match="no unit stands above the places before it"):
        read_sheet(rows)
    rows[1] = ["地区", "地区生产总值(亿元)", "年末常住人口(万人)"]
    rows[2], rows[4] = ["北京", 5.5, 1], ["天津", 65_000, 2]
    with pytest.raises(YearbookError, match="headers name units of their own"):
        read_sheet(rows)


def test_one_unit_amid_two_halves_holds_for_both(read_sheet: Reader) -> None:
    halves = [column("地区", "地区生产总值", GDP, part) for part in (CODES[:16], CODES[16:])]
    rows: Rows = [["3-9 地区生产总值(2023年)"], ["单位：亿元"], *beside(*halves)]
    cut = 10
    later = [[cell * 10_000 if isinstance(cell, float) else cell for cell in row] for row in rows[cut:]]
    read = read_sheet([*rows[:cut], ["单位：万元"], *later])
    assert cells(read) == {k: v for k, v in WANTED.items() if k[0] == "gdp"}


def test_units_below_the_table_and_in_several_columns(read_sheet: Reader) -> None:
    table: Rows = [["3-9 表(2023年)"], ["地区", "地区生产总值"], ["北京", 55_000], ["单位：万元"]]
    assert [float(e.value) for e in read_sheet(table).entries] == [5.5]
    table.insert(1, ["单位：亿元"])
    with pytest.raises(YearbookError, match="contradicts the unit above"):
        read_sheet(table)
    several: Rows = [
        ["3-9 表(2023年)"],
        [None, "单位：万元", "单位：人"],
        ["地区", "地区生产总值", "年末常住人口"],
    ]
    several += [["北京", 55_000, 70_000]]
    assert [float(e.value) for e in read_sheet(several).entries] == [5.5, 7]
    several[1] = ["单位：万元", None, "单位：人"]
    with pytest.raises(YearbookError, match="contradict each other"):
        read_sheet(several)


def test_a_part_without_a_unit_has_the_unit_of_the_whole_on_its_left(read_sheet: Reader) -> None:
    rows: Rows = [
        ["8-1 表(2023年)"],
        ["单位：万元"],
        ["地区", "专利申请数(件)", "#发明专利", "甲"],
        ["北京", 5, 4, 3],
    ]
    assert [e.unit for e in read_sheet(rows).entries] == ["件", "件", "万元"]


def test_a_header_in_two_lines_is_one_name(read_sheet: Reader) -> None:
    rows: Rows = [
        ["7-6 分地区支出(2023年)"],
        ["地区", "卫生健康", "外交支出"],
        [None, "支    出", None],
        ["北京", 5, 4],
    ]
    assert [e.indicator for e in read_sheet(rows).entries] == [
        "分地区支出：卫生健康支出",
        "分地区支出：外交支出",
    ]


@pytest.mark.parametrize(
    ("name", "indicator", "cells_"),
    [
        ("05_sidebyside.xlsx", "population", 31),
        ("05b_sidebyside_reversed.xlsx", "population", 31),
        ("05c_folded.xlsx", "gdp", 31),
        ("08b_unitmid_bare.xlsx", "gdp", 93),
        ("41_continued.xlsx", "population", 31),
    ],
)
def test_cases_equal_the_official_figures(context: Context, name: str, indicator: str, cells_: int) -> None:
    read = read_file(yearbook_case(name), CallerSays(), context)
    found = read.series()[indicator]
    vintage = "census2023" if indicator == "gdp" else "census2020"
    assert len(found) == cells_
    held = context.held.values[indicator, vintage]
    assert {
        cell: float(value) for cell, value in found.items()
    } == {  # the unit's power of ten rounds a double once
        cell: pytest.approx(float(held[cell]), rel=1e-15) for cell in found
    }


def test_cases_with_a_total_and_with_a_footnote_name_their_year(context: Context) -> None:
    for name, year in (("14_total_looks_like_month.xlsx", "2023"), ("44_2024_note_continued.xlsx", "2024")):
        read = read_file(yearbook_case(name), CallerSays(), context)
        assert {entry.period for entry in read.entries} == {year}
        assert len(read.entries) == 62

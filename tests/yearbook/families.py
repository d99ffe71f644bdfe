"""Generated workbooks of each family of layouts: titles, headers, footnotes and blanks shuffled, with their cells."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl.utils import get_column_letter

from panelkit.data.cities import Level
from panelkit.data.shipped_tables import read_rows
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.yearbook.writers import NAMES, written

Cells = dict[tuple[int, str, str], Decimal]
Random = np.random.Generator
TITLES = ["各地区甲类产品情况", "分地区乙类经费情况", "各地区丙项活动基本情况", "丁类企业主要指标"]
CITY_TITLES = ["主要城市甲类产品情况", "省会城市和计划单列市乙类经费情况", "各城市丙项活动基本情况"]
LEAVES = ["产品产量", "经费收入", "项目数", "从业人员", "设备原价", "销售额"]
GROUPS = ["按来源分", "按用途分", "按隶属关系分"]
NOTES = [
    "注：本表按当年价格计算。",
    "资料来源：国家统计局。",
    "注：1.本表为年快报数。",
    "a) Preliminary.",
    "注：2018年起按新口径统计。",
]
LATIN = ["Basic Statistics by Region", "Main Indicators of Enterprises by Region", "Statistics on Products"]
Names = Mapping[int, tuple[str, str, str]]
SHIPPED: Names = {
    int(row["code"]): (f"{row['name_zh']}市", " ".join(row["name_zh"]), row["name_en"])
    for row in read_rows("cities.csv")
}
FURTHER: Names = {
    130200: ("唐山市", "唐 山", "Tangshan"),
    220200: ("吉林市", "吉 林", "Jilin"),
    320500: ("苏州市", "苏 州", "Suzhou"),
    370600: ("烟台市", "烟 台", "Yantai"),
    419001: ("济源市", "济 源", "Jiyuan"),
    532900: ("大理州", "大 理 州", "Dali"),
}


@dataclass
class Page:
    """A sheet that is being written, and the figures that are to be read from it."""

    random: Random
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    cells: Cells = field(default_factory=dict)
    title: str = ""
    kind: str = ""
    names: Names = field(default_factory=lambda: NAMES)
    level: Level = "province"

    def chance(self, share: float = 0.5) -> bool:
        """Return true in this share of calls."""
        return bool(self.random.random() < share)

    def pick(self, options: list[Any]) -> Any:
        """Return one of several."""
        return options[int(self.random.integers(len(options)))]

    def some(self, options: list[Any], least: int, most: int) -> list[Any]:
        """Return some of several, in their order."""
        count = int(self.random.integers(least, most + 1))
        chosen = self.random.choice(len(options), size=min(count, len(options)), replace=False)
        return [options[i] for i in sorted(chosen)]

    def blank(self, share: float = 0.3) -> None:
        """Leave an empty row now and then."""
        if self.chance(share):
            self.rows.append([])

    def number(self, key: tuple[int, str, str] | None) -> Any:
        """Return a figure as it is printed, and note what it is; now and then a mark for a missing one."""
        if self.chance(0.04):
            return self.pick(["…", "-", None, "—"])
        value = Decimal(int(self.random.integers(100, 10**7))).scaleb(-int(self.random.integers(0, 3)))
        shown: Any = self.pick([float(value), float(value), f"{value}", f"{value:,}"])
        if value > 100 and self.chance(0.05):
            value, shown = -value, f"({value:,})"
        if key is not None:
            self.cells[key] = value
        return shown

    def heading(self, year: str | None, unit: str | None = None) -> None:
        """Write a title, perhaps its English, perhaps a line of units, blank rows between."""
        self.title = self.title or self.pick(TITLES)
        number = self.pick(["", "2-14 ", "表3-2 ", "5-4  "])
        dated = {None: [self.title]}.get(
            year,
            [f"{self.title}({year}年)", f"{year}年{self.title}", f"{self.title}（{_han(year or '')}年）"],
        )
        self.rows.append([number + self.pick(dated)])
        if self.chance(0.4):
            self.rows.append([f"{self.pick(LATIN)}{f' ({year})' if year else ''}"])
        self.blank()
        if unit is not None:
            line = [None] * int(self.random.integers(0, 4)) + [
                self.pick([f"单位：{unit}", f"单位:{unit}", f"计量单位：{unit}"])
            ]
            self.rows.append(line)
            self.blank(0.2)

    def footer(self) -> None:
        """Write footnotes below a table."""
        self.blank()
        self.rows += [[note] for note in self.some(NOTES, 0, 3)]

    def name(self, adcode: int) -> str:
        """Return a province as a table prints it."""
        names = self.names[adcode]
        return str(self.pick([names[0], names[1], names[1].replace(" ", "")]))

    def region(self) -> str:
        """Return a header of the places; above provinces always the same."""
        return "地区" if self.level == "province" else str(self.pick(["城市", "城 市", "地区", "主要城市"]))

    def periods(self, least: int = 1, most: int = 4) -> dict[str, Any]:
        """Return some years, each with how it is printed."""
        years = [str(y) for y in self.some(list(range(2005, 2025)), least, most)]
        shapes: list[Callable[[str], Any]] = [
            str,
            int,
            lambda y: f"{y}年",
            lambda y: f"{y} 年",
            lambda y: f"{_han(y)}年",
        ]
        shape = self.pick(shapes)
        return {year: shape(year) for year in years}

    def body(
        self, places: list[int], keys: list[Callable[[int], tuple[int, str, str]] | None], latin: bool
    ) -> None:
        """Write rows of places, totals and blank rows between; `keys` says what each column holds, None for a gap."""
        totals = self.chance(0.4)
        lead = ["全 国", "东部地区"] if totals else []
        for name in lead:
            self.rows.append(
                [
                    name,
                    *(["Total"] if latin else []),
                    *(None if k is None else self.number(None) for k in keys),
                ]
            )
        for adcode in places:
            self.blank(0.08)
            line: list[Any] = [self.name(adcode), *([self.names[adcode][2]] if latin else [])]
            self.rows.append([*line, *(None if key is None else self.number(key(adcode)) for key in keys)])

    def provinces(self) -> list[int]:
        """Return all provinces, or some of them; cities likewise."""
        return list(self.names) if self.chance(0.7) else self.some(list(self.names), 8, 25)

    def content(self) -> bytes:
        """Return the sheet as a workbook, or as the web page that a platform calls one."""
        if self.kind == "page":
            return as_page(self.rows, self.merged)
        left = int(self.chance(0.15))
        kind = "xlsx" if self.merged or self.chance(0.7) else "xls"
        areas = [
            f"{get_column_letter(a + left + 1)}{r + 1}:{get_column_letter(b + left + 1)}{s + 1}"
            for r, a, s, b in self.merged
        ]
        rows = [[None] * left + row if row else [None] for row in self.rows]
        return written(rows, kind, areas)


def as_page(rows: list[list[Any]], merged: list[tuple[int, int, int, int]]) -> bytes:
    """Return rows as a web page: those of one cell as lines, the others as tables with spans."""
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merged}
    hidden = {
        (r, c) for t, a, b, e in merged for r in range(t, b + 1) for c in range(a, e + 1) if (r, c) != (t, a)
    }
    first = next(at for at, row in enumerate(rows) if sum(cell is not None for cell in row) > 1)
    last = max(at for at, row in enumerate(rows) if sum(cell is not None for cell in row) > 1)
    width = max(map(len, rows))
    lines = ["<html><head><title>Excel</title><style>td {height:25px;}</style></head><body>"]
    for at, row in enumerate(rows):
        if at == first:
            lines.append('<table class="tb">')
        if first <= at <= last:
            lines.append("<tr>")
            for column, cell in enumerate([*row, *[None] * (width - len(row))]):
                down, across = spans.get((at, column), (1, 1))
                if (at, column) not in hidden:
                    text = "&nbsp;" if cell is None else html.escape(str(cell))
                    lines.append(f'<td rowspan="{down}" colspan="{across}">{text}</td>')
            lines.append("</tr>")
        else:
            lines += [f"<div>{html.escape(str(cell))}</div>" for cell in row if cell is not None]
        if at == last:
            lines.append("</table>")
    return "\n".join([*lines, "</body></html>"]).encode()


def _han(year: str) -> str:
    return year.translate(str.maketrans("0123456789", "〇一二三四五六七八九"))


def _key(page: Page, period: str, label: str) -> Callable[[int], tuple[int, str, str]]:
    name = "：".join(part for part in (page.title, label) if part)
    return lambda adcode: (adcode, period, name)


def _gapped(page: Page, heads: list[Any], keys: list[Any]) -> None:
    """Put an empty column somewhere among the others."""
    if len(heads) > 1 and page.chance(0.2):
        at = int(page.random.integers(1, len(heads)))
        heads.insert(at, None)
        keys.insert(at, None)


def years_across(page: Page) -> None:
    """One indicator, years across."""
    page.heading(None, "万元")
    periods, latin = page.periods(), page.chance()
    heads: list[Any] = list(periods.values())
    keys: list[Any] = [_key(page, year, "") for year in periods]
    _gapped(page, heads, keys)
    page.rows.append(
        [
            page.pick(["地区", "地 区", "省份"]) if page.level == "province" else page.region(),
            *(["Region"] if latin else []),
            *heads,
        ]
    )
    page.body(page.provinces(), keys, latin)
    page.footer()


def indicators_across(page: Page) -> None:
    """Indicators of one year, one row of headers."""
    year = str(page.random.integers(2005, 2025))
    page.heading(year, "万元")
    labels, latin = page.some(LEAVES, 1, 6), page.chance()
    units = page.chance(0.3)
    heads: list[Any] = [f"{label}（万元）" if units else label for label in labels]
    keys: list[Any] = [_key(page, year, label) for label in labels]
    _gapped(page, heads, keys)
    page.rows.append(
        [
            page.pick(["地区", "地 区", "省 份", "地  区"]) if page.level == "province" else page.region(),
            *(["Region"] if latin else []),
            *heads,
        ]
    )
    if page.chance(0.2):
        page.rows.append(["甲", *([None] if latin else []), *range(1, len(heads) + 1)])
    page.body(page.provinces(), keys, latin)
    page.footer()


def deep_headers(page: Page) -> None:
    """Indicators under headings, in two or three rows of headers, merged or not."""
    year = str(page.random.integers(2005, 2025))
    page.heading(year, "万元")
    latin, merged, depth = page.chance(), page.chance(), 2 + int(page.chance(0.3))
    first = 2 if latin else 1
    start = len(page.rows)
    groups = page.some(GROUPS, 1, 3)
    rows: list[list[Any]] = [
        [page.region(), *(["Region"] if latin else [])],
        *([None] * first for _ in range(depth - 1)),
    ]
    keys: list[Any] = []
    if page.chance():
        for line, cell in zip(rows, ["合计", *[None] * (depth - 1)], strict=True):
            line.append(cell)
        keys.append(_key(page, year, "合计"))
        if merged:
            page.merged.append((start, first, start + depth - 1, first))
    for group in groups:
        leaves = page.some(LEAVES, 2, 4)
        left = first + len(keys)
        if merged:
            page.merged.append((start, left, start, left + len(leaves) - 1))
        for at, leaf in enumerate(leaves):
            rows[0].append(group if at == 0 else None)
            rows[1].append(leaf)
            if depth == 3:
                rows[2].append("Of which" if page.chance() else None)
            keys.append(_key(page, year, f"{group}：{leaf}"))
    page.rows += rows
    page.body(page.provinces(), keys, latin)
    page.footer()


def beside(page: Page) -> None:
    """Two tables side by side, each with its places, in another order and shifted."""
    year = str(page.random.integers(2005, 2025))
    page.heading(year, "万元")
    places = page.provinces()
    left = _half(page, year, page.some(LEAVES[:3], 1, 3), places)
    order = places if page.chance() else [places[int(i)] for i in page.random.permutation(len(places))]
    right = _half(page, year, page.some(LEAVES[3:], 1, 3), order)
    gap = [None] * int(page.random.integers(0, 3))
    width = max(map(len, left))
    height = max(len(left), len(right))
    left += [[]] * (height - len(left))
    right += [[]] * (height - len(right))
    page.rows += [[*a, *[None] * (width - len(a)), *gap, *b] for a, b in zip(left, right, strict=True)]
    page.footer()


def _half(page: Page, year: str, labels: list[str], places: list[int]) -> list[list[Any]]:
    rows: list[list[Any]] = [[page.region(), *labels]]
    for adcode in places:
        rows.append([page.name(adcode), *(page.number(_key(page, year, label)(adcode)) for label in labels)])
    return rows


def folded(page: Page) -> None:
    """One table folded into two or three blocks side by side."""
    year = str(page.random.integers(2005, 2025))
    page.heading(year, "万元")
    labels, places = page.some(LEAVES, 1, 3), list(page.names)
    count = int(page.random.integers(2, 4))
    size = -(-len(places) // count)
    blocks = [_half(page, year, labels, places[at : at + size]) for at in range(0, len(places), size)]
    height = max(map(len, blocks))
    for row in range(height):
        line: list[Any] = []
        for block in blocks:
            line += block[row] if row < len(block) else [None] * (1 + len(labels))
        page.rows.append(line)
    page.footer()


def continued(page: Page) -> None:
    """A table that goes on below under 续表, with further indicators."""
    year = str(page.random.integers(2005, 2025))
    page.heading(year, "万元")
    places = page.provinces()
    for number, labels in enumerate((page.some(LEAVES[:3], 1, 3), page.some(LEAVES[3:], 1, 3))):
        if number:
            page.footer()
            page.blank()
            page.rows.append(
                [page.pick(["续表", "续表1", "续表 continued", f"2-14续表 {page.title}({year}年)"])]
            )
            if page.chance():
                page.rows.append([None, "单位：万元"])
        page.rows.append([page.region(), *labels])
        page.body(places, [_key(page, year, label) for label in labels], latin=False)
    page.footer()


def years_down(page: Page) -> None:
    """Years in rows, provinces across, all in one block or in several."""
    page.heading(None, "万元")
    places, periods = page.provinces(), page.periods(2, 6)
    key = _key(page, "", "")(0)[2]
    blocks = 1 if page.chance(0.6) else 2
    size = -(-len(places) // blocks)
    for at in range(0, len(places), size):
        part = places[at : at + size]
        if at:
            page.blank()
            if page.chance():
                page.rows.append([page.pick(["续表", "续表1"])])
        page.rows.append([page.pick(["年份", "年 份", None, "年份\\地区", "Year"]), *map(page.name, part)])
        if page.chance(0.3):
            page.rows.append([None, *(page.names[code][2] for code in part)])
        for year, shown in periods.items():
            page.blank(0.08)
            page.rows.append([shown, *(page.number((code, year, key)) for code in part)])
    page.footer()


def listed(page: Page) -> None:
    """Indicator, place and unit in columns, periods across."""
    if page.chance(0.3):
        page.rows += [["分省年度数据库"], []][: 1 + int(page.chance())]
        page.title = "分省年度数据库"
    own, order = page.chance(), page.chance()
    periods, places = page.periods(1, 6), page.provinces()
    labels = page.some(LEAVES, 1, 4)
    heads = {
        "label": page.pick(["指标", "指标名称"]),
        "place": page.pick(["地区", "省份"]) if page.level == "province" else page.region(),
        "unit": "单位",
        "beside": "频率",
    }
    roles = [
        *(["label", "place"] if order else ["place", "label"]),
        *(["unit"] if own else []),
        *(["beside"] if page.chance(0.3) else []),
    ]
    page.rows.append([*(heads[role] for role in roles), *periods.values()])
    merged = order and page.chance()
    for label in labels:
        for at, adcode in enumerate(places):
            said = {
                "label": label if own else f"{label}（万元）",
                "place": page.name(adcode),
                "unit": "万元",
                "beside": "年",
            }
            if merged and at:
                said["label"] = ""
            numbers = [page.number(_key(page, year, label)(adcode)) for year in periods]
            page.rows.append([*(said[role] or None for role in roles), *numbers])
    page.blank()
    page.rows.append(["数据来源：某某统计年鉴"])


def years_beside(page: Page) -> None:
    """One row a place and year: the year beside the place, merged or not, or in rows of its own."""
    page.heading(None, "万元")
    labels, places, years = page.some(LEAVES, 1, 4), page.provinces(), list(page.periods(2, 4))
    kind = page.pick(["after", "before", "above", "below"])
    merged = page.chance()

    def numbers(adcode: int, year: str) -> list[Any]:
        return [page.number(_key(page, year, label)(adcode)) for label in labels]

    def spanned(rows: int) -> None:
        if merged and rows > 1:
            page.merged.append((len(page.rows), 0, len(page.rows) + rows - 1, 0))

    heads = {"after": ["地区", "年份"], "before": ["年度", "地区"]}.get(kind, ["地区"])
    page.rows.append([*heads, *labels])
    if kind in ("after", "below"):
        for adcode in places:
            name = page.name(adcode)
            if kind == "below":
                page.rows += [[name], *([f"{year}年", *numbers(adcode, year)] for year in years)]
                continue
            spanned(len(years))
            for at, year in enumerate(years):
                page.rows.append([None if merged and at else name, int(year), *numbers(adcode, year)])
    else:
        for year in years:
            if kind == "above":
                page.rows.append([f"{year}年"])
            else:
                spanned(len(places))
            for at, adcode in enumerate(places):
                lead = [] if kind == "above" else [None if merged and at else f"{year}年"]
                page.rows.append([*lead, page.name(adcode), *numbers(adcode, year)])
    page.footer()


def series_across(page: Page) -> None:
    """A series in each column, called by place and indicator; lines about them, then dates."""
    periods, places = list(page.periods(2, 6)), page.provinces()
    shape = page.pick(["{place}:{label}", "{label}:{place}", "中国:{place}：{label}", "{place}：{label}"])
    series = [(code, label) for label in page.some(LEAVES, 1, 2) for code in places]
    names = [shape.format(place=NAMES[code][0], label=label) for code, label in series]
    page.rows.append([page.pick(["指标名称", None, "日期"]), *names])
    yearly = page.chance(0.7)
    if yearly:
        page.rows.append([page.pick(["频率", "Frequency"]), *[page.pick(["年", "年度"]) for _ in series]])
    page.rows.append(["单位", *["万元" for _ in series]])
    if page.chance():
        page.rows.append(["指标ID", *(1000 + at for at in range(len(series)))])
    shapes = ["{}-12-31", "{}", "{}年"] + (["12/{}"] if yearly else [])
    date = page.pick(shapes)
    for year in periods:
        figures = [page.number((code, year, label)) for code, label in series]
        page.rows.append([date.format(year), *figures])
    page.rows += [["数据来源：某某"]][: int(page.chance())]


def places_across(page: Page) -> None:
    """Provinces across and an indicator in each row, of one year."""
    year, own = str(page.random.integers(2005, 2025)), page.chance()
    page.heading(year, None if own else "万元")
    places, labels = page.some(list(NAMES), 2, 31), page.some(LEAVES, 1, 6)
    names = [page.name(code) for code in places]
    page.rows.append([page.pick(["指标", "指 标", "项目", "Item"]), *(["单位"] if own else []), *names])
    for label in labels:
        figures = [page.number(_key(page, year, label)(code)) for code in places]
        page.rows.append([label, *(["万元"] if own else []), *figures])
    page.footer()


def web_page(page: Page) -> None:
    """One of the printed tables, exported by a platform as a web page called .xls."""
    page.pick([years_across, indicators_across, deep_headers])(page)
    page.kind = "page"


def coded(page: Page) -> None:
    """Cities that are not shipped among others, each with its code in a column of its own."""
    year = str(page.random.integers(2005, 2025))
    page.names = {**page.names, **FURTHER}
    page.heading(year, "万元")
    labels, text, left = page.some(LEAVES, 1, 5), page.chance(), page.chance(0.7)
    pair = [page.pick(["代码", "城市代码", "行政区划代码"]), page.region()]
    page.rows.append([*(pair if left else pair[::-1]), *labels])
    for code in page.provinces():
        page.blank(0.08)
        named = [str(code) if text else code, page.name(code)]
        numbers = [page.number(_key(page, year, label)(code)) for label in labels]
        page.rows.append([*(named if left else named[::-1]), *numbers])
    page.footer()


def cities(page: Page) -> None:
    """One of the tables of places, of cities."""
    page.level, page.names = "city", SHIPPED
    tables = [
        years_across,
        indicators_across,
        deep_headers,
        beside,
        folded,
        continued,
        years_down,
        listed,
        coded,
    ]
    table = page.pick(tables)
    page.title = "" if table is listed else page.pick(CITY_TITLES)
    table(page)


FAMILIES: Mapping[str, Callable[[Page], None]] = {
    one.__name__: one
    for one in (
        years_across,
        indicators_across,
        deep_headers,
        beside,
        folded,
        continued,
        years_down,
        listed,
        years_beside,
        series_across,
        places_across,
        web_page,
        cities,
    )
}


def one_book(family: str, seed: int, number: int) -> Page:
    """Return one generated sheet of a family."""
    page = Page(np.random.default_rng([seed, number, *family.encode()]))
    FAMILIES[family](page)
    return page


def outcome(page: Page, folder: Path, context: Context) -> str:
    """Return "read" where every cell is right, why a sheet is refused, or which cell is wrong."""
    path = folder / "table.xlsx"
    path.write_bytes(page.content())
    try:
        read = read_file(path, CallerSays(level=page.level), context)
    except YearbookError as error:
        return f"refused: {error}"
    found = {(e.adcode, e.period, e.indicator): e.value for e in read.entries}
    if found == page.cells:
        return "read"
    wrong = [key for key in found.keys() | page.cells.keys() if found.get(key) != page.cells.get(key)]
    key = min(wrong)
    return f"wrong: {len(wrong)} cells; {key} is {page.cells.get(key)} and was read as {found.get(key)}"

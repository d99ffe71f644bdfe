"""Write small files in the layouts that the readers know; the other half of the golden round trip."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NAMES = {
    110000: ("北京市", "北 京", "Beijing"),
    120000: ("天津市", "天 津", "Tianjin"),
    130000: ("河北省", "河 北", "Hebei"),
    140000: ("山西省", "山 西", "Shanxi"),
    150000: ("内蒙古自治区", "内 蒙 古", "Inner Mongolia"),
    210000: ("辽宁省", "辽 宁", "Liaoning"),
    220000: ("吉林省", "吉 林", "Jilin"),
    230000: ("黑龙江省", "黑 龙 江", "Heilongjiang"),
    310000: ("上海市", "上 海", "Shanghai"),
    320000: ("江苏省", "江 苏", "Jiangsu"),
    330000: ("浙江省", "浙 江", "Zhejiang"),
    340000: ("安徽省", "安 徽", "Anhui"),
    350000: ("福建省", "福 建", "Fujian"),
    360000: ("江西省", "江 西", "Jiangxi"),
    370000: ("山东省", "山 东", "Shandong"),
    410000: ("河南省", "河 南", "Henan"),
    420000: ("湖北省", "湖 北", "Hubei"),
    430000: ("湖南省", "湖 南", "Hunan"),
    440000: ("广东省", "广 东", "Guangdong"),
    450000: ("广西壮族自治区", "广 西", "Guangxi"),
    460000: ("海南省", "海 南", "Hainan"),
    500000: ("重庆市", "重 庆", "Chongqing"),
    510000: ("四川省", "四 川", "Sichuan"),
    520000: ("贵州省", "贵 州", "Guizhou"),
    530000: ("云南省", "云 南", "Yunnan"),
    540000: ("西藏自治区", "西 藏", "Tibet"),
    610000: ("陕西省", "陕 西", "Shaanxi"),
    620000: ("甘肃省", "甘 肃", "Gansu"),
    630000: ("青海省", "青 海", "Qinghai"),
    640000: ("宁夏回族自治区", "宁 夏", "Ningxia"),
    650000: ("新疆维吾尔自治区", "新 疆", "Xinjiang"),
}
"""Adcode -> long Chinese name, name as a yearbook prints it, English name."""

EAST = {110000, 120000, 130000, 310000, 320000, 330000, 350000, 370000, 440000, 460000}

Cells = Mapping[tuple[int, str, str], str]
"""(adcode, period, label) -> the number as printed."""


@dataclass(frozen=True)
class Table:
    """What a file is to hold."""

    provinces: Sequence[int]
    periods: Sequence[str]
    labels: Sequence[str]
    cells: Cells
    unit: str = "亿元"

    def text(self, adcode: int, period: str, label: str) -> str:
        """Return a cell as printed; empty where it is missing."""
        return self.cells.get((adcode, period, label), "")


def header(period: str) -> str:
    """Return a period as the portal prints it."""
    if "-Q" in period:
        return f"{period[:4]}年第{'一二三四'[int(period[-1]) - 1]}季度"
    return f"{period[:4]}年{int(period[5:])}月" if "-" in period else f"{period}年"


def classic(table: Table, *, newline: str = "\n", colon: str = "：", source: bool = True) -> str:
    """Return a classic portal export of the first label."""
    label = table.labels[0]
    lines = [
        f"数据库{colon}分省年度数据",
        f"指标{colon}{label}({table.unit})",
        f"时间{colon}最近{len(table.periods)}年",
    ]
    lines.append(",".join(["地区", *map(header, table.periods)]))
    for adcode in table.provinces:
        lines.append(",".join([NAMES[adcode][0], *(table.text(adcode, p, label) for p in table.periods)]))
    if source:
        lines += [f"注{colon}1.本表按当年价格计算。", "　　　2.续前注。", f"数据来源{colon}国家统计局"]
    return newline.join(lines) + newline


def modern_single(table: Table) -> str:
    """Return an export of 2026 with one indicator that it does not name."""
    label = table.labels[0]
    years = [int(p[:4]) for p in table.periods]
    rows = [[NAMES[a][0], *(table.text(a, p, label) for p in table.periods)] for a in table.provinces]
    return _modern(["地区", *map(header, table.periods)], rows, f"{min(years)}年-{max(years)}年")


def modern_many(table: Table) -> str:
    """Return an export of 2026 with many indicators for the first period."""
    period = table.periods[0]
    heads = ["地区", *(f"{label} ({table.unit}) " for label in table.labels)]
    rows = [[NAMES[a][0], *(table.text(a, period, label) for label in table.labels)] for a in table.provinces]
    return _modern(heads, rows, header(period))


def modern_one_province(table: Table) -> str:
    """Return an export of 2026 with indicators as rows, for the first province, which it does not name."""
    adcode = table.provinces[0]
    rows = [
        [f"{label} ({table.unit})", *(table.text(adcode, p, label) for p in table.periods)]
        for label in table.labels
    ]
    return _modern(["指标", *map(header, table.periods)], rows, "")


def _modern(heads: Sequence[str], rows: Sequence[Sequence[str]], time: str) -> str:
    lines = ["数据库：分省年度数据 ", f"时间：{time} "]
    lines += ["".join(cell + "\t," for cell in row) for row in (heads, *rows)]
    return "\n".join([*lines, "注：1. 附注。", "数据来源：国家统计局"])


def english_rows(table: Table, unit: str = "100 million yuan") -> list[list[str]]:
    """Return the rows of an export of the English portal."""
    label = table.labels[0]
    rows = [["Database：Annual by Province"], [f"Indicators：{label}({unit})"], ["Year：LATEST20"]]
    rows.append(["Region", *table.periods])
    rows += [[NAMES[a][2], *(table.text(a, p, label) for p in table.periods)] for a in table.provinces]
    return [*rows, ["Data Sources：National Bureau of Statistics"]]


def xls(rows: Sequence[Sequence[str]], sheet: str = "Annual by Province", *, numbers: bool = False) -> bytes:
    """Return rows as an .xls workbook."""
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet(sheet)
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell:
                page.write(r, c, float(cell) if numbers and c and r > 3 else cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(rows: Sequence[Sequence[str | float | None]], sheet: str = "分省年度数据") -> bytes:
    """Return rows as an .xlsx workbook."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def yearbook(table: Table, title: str, *, subtotals: bool = True, first_sheet: bool = True) -> bytes:
    """Return a yearbook table for the first period: merged headers, `#` cells, inner blanks, subtotals, footnotes.

    `title` has a place for the year, as `2-14 各地区规上工业企业R&D经费内部支出({year}年)`.
    """
    from openpyxl import Workbook

    period, labels = table.periods[0], table.labels
    book = Workbook()
    page = book.active
    if first_sheet:
        page.title = "说明"
        page["A1"] = "本表空格表示数据不详"
        page = book.create_sheet("2-14")
    width = 2 + len(labels)
    page.append([title.format(year=period)])
    page.append(["Intramural Expenditure by Region"])
    page.append([None] * (width - 1) + [f"单位:{table.unit} / (10 000 yuan)"])
    page.append(
        ["地  区\r\nRegion", None, labels[0][:4] + "\n" + labels[0][4:] + "\nTotal", "按来源分 By Source"]
    )
    page.append([None, None, None, *(f"#{label[:2]}\r\n{label[2:]}\n Funds" for label in labels[1:])])
    page.append([None, None, None, *("Of which" for _ in labels[1:])])
    page.merge_cells("A4:A6")
    page.merge_cells("C4:C6")
    if width > 4:
        page.merge_cells(start_row=4, end_row=4, start_column=4, end_column=width)
    page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
    if subtotals:
        _total(page, table, "全  国", "National", list(table.provinces))
        _total(page, table, "东部地区", "Eastern", [a for a in table.provinces if a in EAST])
    for adcode in table.provinces:
        cells = [_stored(table.text(adcode, period, label)) for label in labels]
        page.append([NAMES[adcode][1], NAMES[adcode][2], *cells])
    page.append(["注：1.本表为年快报数。"])
    page.append(["a) Preliminary."])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def side_by_side(table: Table, title: str) -> list[list[str | float | None]]:
    """Return a yearbook table for the first period in two halves: the first label, and the last in another order."""
    period, first, last = table.periods[0], table.labels[0], table.labels[-1]
    rows: list[list[str | float | None]] = [
        [title.format(year=period)],
        [None, None, None, None, "单位：亿元"],
    ]
    rows.append(["地  区", first, None, "地  区", last])
    order = [*table.provinces[7:], *table.provinces[:7]]
    for left, right in zip(table.provinces, order, strict=True):
        values = _stored(table.text(left, period, first)), _stored(table.text(right, period, last))
        rows.append([NAMES[left][1], values[0], None, NAMES[right][1], values[1]])
    return [*rows, ["注：2018年起按新口径统计。"]]


def _stored(text: str) -> float | str | None:
    return float(text) if text else "…"


def _total(page: object, table: Table, name: str, english: str, members: Sequence[int]) -> None:
    from decimal import Decimal

    texts = [[table.text(a, table.periods[0], label) for a in members] for label in table.labels]
    sums = [float(sum((Decimal(t) for t in column if t), Decimal(0))) for column in texts]
    page.append([name, english, *sums])  # type: ignore[attr-defined]


def easyquery(table: Table, *, regions: bool) -> str:
    """Return the portal's JSON; without regions, for the nation (the first province's figures)."""
    codes = {label: f"A0{i:04d}" for i, label in enumerate(table.labels)}
    nodes = []
    for adcode in table.provinces if regions else table.provinces[:1]:
        for label in table.labels:
            for period in table.periods:
                nodes.append(
                    _node(table.text(adcode, period, label), codes[label], _code(period), adcode, regions)
                )
    names = [
        {"cname": label, "name": label, "code": codes[label], "unit": table.unit, "memo": ""}
        for label in table.labels
    ]
    times = [{"cname": p, "name": p, "code": _code(p), "unit": ""} for p in table.periods]
    dimensions = [{"wdcode": "zb", "nodes": names}]
    if regions:
        places = [
            {"cname": NAMES[a][0], "name": NAMES[a][0], "code": str(a), "unit": ""} for a in table.provinces
        ]
        dimensions.append({"wdcode": "reg", "nodes": places})
    dimensions.append({"wdcode": "sj", "nodes": times})
    answer = {"returncode": 200, "returndata": {"datanodes": nodes, "wdnodes": dimensions}}
    return json.dumps(answer, ensure_ascii=False)


def _code(period: str) -> str:
    if "-Q" in period:
        return period[:4] + "ABCD"[int(period[-1]) - 1]
    return period.replace("-", "")


def _node(text: str, zb: str, sj: str, adcode: int, regions: bool) -> dict[str, object]:
    wds = [{"valuecode": zb, "wdcode": "zb"}, {"valuecode": sj, "wdcode": "sj"}]
    code = f"zb.{zb}_sj.{sj}"
    if regions:
        wds.insert(1, {"valuecode": str(adcode), "wdcode": "reg"})
        code = f"zb.{zb}_reg.{adcode}_sj.{sj}"
    number = float(text) if text else 0
    return {"code": code, "data": {"data": number, "hasdata": bool(text), "strdata": text}, "wds": wds}


def tidy(table: Table, *, long: bool) -> str:
    """Return a tidy table of the user's own, long or wide."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if long:
        writer.writerow(["省份", "年份", "指标", "数值", "单位"])
        for (adcode, period, label), text in table.cells.items():
            writer.writerow([NAMES[adcode][1].replace(" ", ""), period, label, text, table.unit])
    else:
        writer.writerow(["adcode", "year", *(f"{label}({table.unit})" for label in table.labels)])
        for adcode in table.provinces:
            for period in table.periods:
                writer.writerow(
                    [adcode, period, *(table.text(adcode, period, label) for label in table.labels)]
                )
    return out.getvalue()


def written(rows: Sequence[Sequence[Any]], kind: str, merge: Sequence[str] = ()) -> bytes:
    """Return rows as .xlsx (with merged areas), .xls or .csv."""
    out = io.BytesIO()
    if kind == "csv":
        text = io.StringIO()
        width = max(map(len, rows))
        csv.writer(text, lineterminator="\n").writerows(
            [["" if c is None else c for c in row] + [""] * (width - len(row)) for row in rows]
        )
        return text.getvalue().encode()
    if kind == "xls":
        import xlwt

        old = xlwt.Workbook()
        page = old.add_sheet("表")
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if cell is not None:
                    page.write(r, c, cell)
        old.save(out)
        return out.getvalue()
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    book.save(out)
    return out.getvalue()


_ODS_HEAD = (
    '<?xml version="1.0"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="表1">'
)
_ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"


def ods(rows: Sequence[Sequence[Any]], old: str = "", new: str = "") -> bytes:
    """Return rows as a small OpenDocument spreadsheet, with one text of its content replaced."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    out = io.BytesIO()
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    assert old in lines
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", _ODS_HEAD + lines.replace(old, new, 1) + _ODS_TAIL)
    return out.getvalue()


def _ods_cell(cell: Any) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        text = cell.replace("&", "&amp;")
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    value = f'office:value-type="float" office:value="{cell}"'
    return f"<table:table-cell {value}><text:p>{cell}</text:p></table:table-cell>"

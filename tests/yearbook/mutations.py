"""Damage files, and say by an independent way of reading what stands in a cell of the damaged file."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from panelkit.data.figures import read_figures
from panelkit.data.provinces import lookup
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.ingest import Run, take_in
from panelkit.data.yearbook.judge.entries import JudgedEntry
from tests.yearbook import writers
from tests.yearbook.families import as_page
from tests.yearbook.writers import NAMES, Table

Outcome = str
"""`refused`, `read` (every cell is what stands there), or what went wrong."""

_WIDE = str.maketrans("０１２３４５６７８９．－", "0123456789.-")


def base_files() -> dict[str, bytes]:
    """Return one small file of each layout, filled from the held figures of two vintages."""
    gdp = _held("gdp", "census2023", ["2017", "2018", "2019", "2020", "2021", "2022", "2023"], "地区生产总值")
    many = Table(
        gdp.provinces,
        ["2023"],
        ["地区生产总值", "第一产业增加值", "第三产业增加值"],
        {
            **{k: v for k, v in gdp.cells.items() if k[1] == "2023"},
            **_held("va_primary", "census2023", ["2023"], "第一产业增加值").cells,
            **_held("va_tertiary", "census2023", ["2023"], "第三产业增加值").cells,
        },
    )
    rows = [line.split(",") for line in writers.classic(gdp).splitlines()]
    return {
        "classic.csv": writers.classic(gdp, newline="\r\n").encode("gb18030"),
        "classic_utf8.csv": writers.classic(gdp).encode("utf-8-sig"),
        "many.csv": writers.modern_many(many).encode("utf-8-sig"),
        "tidy.csv": writers.tidy(many, long=False).encode(),
        "portal.json": writers.easyquery(gdp, regions=True).encode(),
        "english.xls": writers.xls(writers.english_rows(gdp)),
        "classic.xlsx": writers.xlsx([[cell or None for cell in row] for row in rows]),
        "yearbook.xlsx": writers.yearbook(many, "3-9 各地区生产总值({year}年)"),
        "beside.xlsx": writers.xlsx(writers.side_by_side(many, "3-9 各地区生产总值({year}年)"), "3-9"),
        **_other_programs(gdp),
        "page.xls": as_page([["3-9 各地区生产总值"], ["单位：亿元"], *_across(gdp)], []),
        "listed.xlsx": writers.xlsx(_listed(many), "3-9"),
    }


def _across(table: Table) -> list[list[Any]]:
    """Return years across: the header, and one row a province."""
    rows = [
        [NAMES[code][0], *(table.text(code, year, table.labels[0]) for year in table.periods)]
        for code in table.provinces
    ]
    return [["地区", *(f"{year}年" for year in table.periods)], *rows]


def _listed(table: Table) -> list[list[Any]]:
    """Return indicator, place and unit in columns, years across."""
    rows = [
        [label, NAMES[code][0], table.unit, *(float(table.text(code, year, label)) for year in table.periods)]
        for label in table.labels
        for code in table.provinces
    ]
    return [["指标", "地区", "单位", *(f"{year}年" for year in table.periods)], *rows]


def _other_programs(table: Table) -> dict[str, bytes]:
    """Return a table of one's own as OpenDocument, Stata and Parquet files."""
    label = table.labels[0]
    rows: list[list[Any]] = [
        [code, int(year), float(table.text(code, year, label))]
        for code in table.provinces
        for year in table.periods
    ]
    frame = pd.DataFrame(rows, columns=["adcode", "year", "gdp"])
    stata, parquet = io.BytesIO(), io.BytesIO()
    frame.to_stata(stata, write_index=False, version=118)
    frame.to_parquet(parquet)
    return {
        "own.ods": writers.ods([list(frame.columns), *rows]),
        "own.dta": stata.getvalue(),
        "own.parquet": parquet.getvalue(),
    }


def _held(key: str, vintage: str, periods: list[str], label: str) -> Table:
    figures = read_figures([key], vintage, check=False)
    cells = {
        (int(row.adcode), str(row.period), label): format(Decimal(repr(float(row.value))).normalize(), "f")
        for row in figures.itertuples()
        if row.period in periods
    }
    return Table(list(NAMES), periods, [label], cells)


def mutate(content: bytes, name: str, random: np.random.Generator) -> tuple[str, bytes]:
    """Return (which mutation, the damaged file)."""
    text = name.endswith((".csv", ".json")) or name == "page.xls"
    kinds: list[Callable[[bytes, np.random.Generator], bytes]] = [flip, cut]
    if text:
        kinds += [drop_rows, double_row, swap_encodings, swap_columns, change_digit, junk_cell]
    elif name.endswith(".xlsx"):
        kinds += [change_cell, change_cell]
    elif name.endswith(".ods"):
        kinds += [change_content, change_content]
    elif name.endswith((".dta", ".parquet")):
        kinds += [change_frame, change_frame]
    kind = kinds[int(random.integers(len(kinds)))]
    return kind.__name__, kind(content, random)


def flip(content: bytes, random: np.random.Generator) -> bytes:
    """Change one to eight bytes."""
    damaged = bytearray(content)
    for _ in range(int(random.integers(1, 9))):
        damaged[int(random.integers(len(damaged)))] = int(random.integers(256))
    return bytes(damaged)


def cut(content: bytes, random: np.random.Generator) -> bytes:
    """End the file early."""
    return content[: int(random.integers(1, len(content)))]


def drop_rows(content: bytes, random: np.random.Generator) -> bytes:
    """Leave out one to five lines."""
    lines = content.splitlines(keepends=True)
    for _ in range(min(int(random.integers(1, 6)), len(lines) - 1)):
        del lines[int(random.integers(len(lines)))]
    return b"".join(lines)


def double_row(content: bytes, random: np.random.Generator) -> bytes:
    """Repeat one line somewhere."""
    lines = content.splitlines(keepends=True)
    lines.insert(int(random.integers(len(lines) + 1)), lines[int(random.integers(len(lines)))])
    return b"".join(lines)


def swap_encodings(content: bytes, random: np.random.Generator) -> bytes:
    """Write some lines, or all, in another encoding."""
    try:
        text, other = content.decode("utf-8-sig"), "gb18030"
    except UnicodeDecodeError:
        text, other = content.decode("gb18030"), "utf-8"
    if random.random() < 0.3:
        other = str(random.choice(["utf-16", "utf-16-le", "big5", "latin-1", "utf-8-sig", "gb18030"]))
        return text.encode(other, errors="replace")
    own = "utf-8" if other == "gb18030" else "gb18030"
    lines = text.splitlines(keepends=True)
    return b"".join(line.encode(other if random.random() < 0.5 else own) for line in lines)


def swap_columns(content: bytes, random: np.random.Generator) -> bytes:
    """Exchange two comma-separated cells in every line, or from some line on."""
    lines = content.split(b"\n")
    one, two = (int(i) for i in random.integers(0, 5, size=2))
    start = int(random.integers(len(lines))) if random.random() < 0.5 else 0
    for number in range(start, len(lines)):
        cells = lines[number].split(b",")
        if max(one, two) < len(cells):
            cells[one], cells[two] = cells[two], cells[one]
            lines[number] = b",".join(cells)
    return b"\n".join(lines)


def change_digit(content: bytes, random: np.random.Generator) -> bytes:
    """Change one digit, point, comma or sign into another."""
    spots = [i for i, byte in enumerate(content) if byte in b"0123456789.,-"]
    damaged = bytearray(content)
    damaged[spots[int(random.integers(len(spots)))]] = b'0123456789.,-eE +\t"'[int(random.integers(19))]
    return bytes(damaged)


def junk_cell(content: bytes, random: np.random.Generator) -> bytes:
    """Put a number in Chinese digits, with thousands separators, an error or a formula in place of a number."""
    spots = list(re.finditer(rb"\d+\.\d+", content))
    if not spots:
        return content
    spot = spots[int(random.integers(len(spots)))]
    options = [
        "一千二百",
        '"1,234.5"',
        "#DIV/0!",
        "=1+1",
        "1.2.3",
        "--5",
        "1 234",
        "∞",
        "１２３",
        "12①",
        "…",
        "nan",
        "1e5",
    ]
    junk = options[int(random.integers(len(options)))].encode()
    return content[: spot.start()] + junk + content[spot.end() :]


def change_cell(content: bytes, random: np.random.Generator) -> bytes:
    """Change, empty, exchange or fill with junk some cells of an .xlsx."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[-1]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    for _ in range(int(random.integers(1, 4))):
        cell = cells[int(random.integers(len(cells)))]
        other = cells[int(random.integers(len(cells)))]
        options = [None, "一百", "1,234", 7.25, "=1/0", True, other.value, "12①", "河北", -1.5, "…", "2031年"]
        cell.value = options[int(random.integers(len(options)))]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def change_content(content: bytes, random: np.random.Generator) -> bytes:
    """Change a digit, or put junk in place of a number, in the cells of an OpenDocument sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            body = old.read(part)
            if part == "content.xml":
                start = body.index(b"<table:table-row>")
                kind = [change_digit, junk_cell, swap_cells][int(random.integers(3))]
                body = body[:start] + kind(body[start:], random)
            new.writestr(part, body)
    return out.getvalue()


def swap_cells(content: bytes, random: np.random.Generator) -> bytes:
    """Exchange two cells of an OpenDocument sheet, or leave one out."""
    cells = list(re.finditer(rb"<table:table-cell.*?</table:table-cell>", content))
    one, two = sorted(int(at) for at in random.choice(len(cells), size=2, replace=False))
    (a, b), (c, d) = cells[one].span(), cells[two].span()
    first = b"" if random.random() < 0.3 else content[a:b]
    return content[:a] + content[c:d] + content[b:c] + first + content[d:]


def change_frame(content: bytes, random: np.random.Generator) -> bytes:
    """Change, empty or exchange cells of a Stata or Parquet file, or double and leave out rows of it."""
    parquet = content[:4] == b"PAR1"
    stream, out = io.BytesIO(content), io.BytesIO()
    frame = pd.read_parquet(stream) if parquet else pd.read_stata(stream)
    for _ in range(int(random.integers(1, 4))):
        row, other = (int(at) for at in random.integers(len(frame), size=2))
        column = str(frame.columns[int(random.integers(3))])
        options = [2031.0, float(frame[column].iloc[other]), -1.0, 130000.0, 7.0]
        kind = int(random.integers(3))
        if kind == 0:
            frame = frame.iloc[[*range(row), *range(row + 1, len(frame)), other]].reset_index(drop=True)
        elif kind == 1:
            frame = frame.astype({column: float})
            frame.loc[row, column] = np.nan
        else:
            value = options[int(random.integers(len(options)))]
            frame.loc[row, column] = value if frame[column].dtype == float else int(value)
    if parquet:
        frame.to_parquet(out)
    else:
        frame.to_stata(out, write_index=False, version=118)
    return out.getvalue()


class Standing:
    """What stands in the cells of one damaged file, read without the package's readers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        kinds = {
            ".json": self._nodes, ".xlsx": self._xlsx, ".xls": self._xls, ".ods": self._ods,
            ".dta": lambda: _rows(pd.read_stata(path)), ".parquet": lambda: _rows(_parquet(path)),
        }  # fmt: skip
        own = self._page if path.name == "page.xls" else kinds.get(path.suffix, self._lines)
        self._cells = own()

    def value(self, entry: JudgedEntry) -> Decimal | None:
        """Return the number in the cell that a figure says it was read from; None where another place's row is."""
        row, column = (entry.where.row or 0) - 1, (entry.where.column or 0) - 1
        if self._path.suffix == ".json":
            return self._node(self._cells[row], entry)
        cells = self._cells[entry.where.sheet, row] if self._path.suffix == ".xlsx" else self._cells[row]
        halves = self._path.name.startswith("beside")
        texts = [str(cell or "") for cell in (cells[: column + 1] if halves else cells)]
        if not _is_place(texts, entry.adcode, nearest=halves):
            return None
        value = cells[column]
        return number(value) if isinstance(value, str) else Decimal(repr(float(value)))

    def _lines(self) -> Any:
        content = self._path.read_bytes()
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            lines = re.split("\r\n|\n|\r", content.decode("utf-16"))
        else:
            lines = [_line(raw) for raw in re.split(b"\r\n|\n|\r", content)]
        return [next(csv.reader([line], delimiter="\t" if "," not in line else ","), []) for line in lines]

    def _nodes(self) -> Any:
        text = _text(self._path.read_bytes())
        return json.loads(text.lstrip("\ufeff"))["returndata"]["datanodes"]

    def _node(self, node: Any, entry: JudgedEntry) -> Decimal | None:
        codes = {spot["wdcode"]: spot["valuecode"] for spot in node["wds"]}
        if codes["reg"] != str(entry.adcode) or codes["sj"] != entry.period:
            return None
        data = node["data"]
        return number(str(data.get("strdata", data["data"])))

    def _xlsx(self) -> Any:
        from openpyxl import load_workbook

        book = load_workbook(self._path, data_only=True)
        return {
            (sheet.title, number): list(row)
            for sheet in book.worksheets
            for number, row in enumerate(sheet.iter_rows(values_only=True))
        }

    def _ods(self) -> Any:
        with zipfile.ZipFile(self._path) as archive:
            root = ElementTree.fromstring(archive.read("content.xml"))
        stored = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value"
        return [
            [cell.get(stored) or "".join(cell.itertext()) for cell in row if cell.tag.endswith("table-cell")]
            for row in root.iter()
            if row.tag.endswith("table-row")
        ]

    def _page(self) -> Any:
        text = _text(self._path.read_bytes())
        rows: list[list[str]] = []
        closed = True
        for tag, said in re.findall(r"<(/?(?:tr|td|div))\b[^>]*>([^<]*)", text):
            if tag in ("tr", "div") or (tag == "td" and closed):
                rows.append([])
            if tag in ("td", "div"):
                rows[-1].append(html.unescape(said))
            closed = {"tr": False, "td": False}.get(tag, closed or tag == "/tr")
        return rows

    def _xls(self) -> Any:
        import xlrd

        sheet = xlrd.open_workbook(self._path, logfile=io.StringIO()).sheet_by_index(0)
        return [sheet.row_values(row) for row in range(sheet.nrows)]


def _parquet(path: Path) -> pd.DataFrame:
    """Return the columns of a file, whatever another program noted about them."""
    import pyarrow.parquet as pq

    return pd.DataFrame(pq.read_table(path).to_pydict())


def _rows(frame: pd.DataFrame) -> list[list[Any]]:
    """Return a table's names, then its rows."""
    held = frame.reset_index() if frame.index.name else frame
    return [list(held.columns), *(list(row) for row in held.itertuples(index=False))]


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    return "\n".join(map(_line, content.split(b"\n")))


def _line(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _is_place(cells: list[str], adcode: int, *, nearest: bool) -> bool:
    """Return whether a row names a place; of tables side by side, whether the name nearest to a figure does."""
    found = [
        code for cell in cells if (code := _adcode(re.sub(r"[①*]", "", cell.strip("\ufeff\t ")))) is not None
    ]
    return adcode in (found[-1:] if nearest else found)


@cache
def _adcode(name: str) -> int | None:
    if re.fullmatch(r"[\d.]*", name) and len(name) != 6:
        return None
    place = lookup(name)
    return None if place is None else place.adcode


def number(text: str) -> Decimal | None:
    """Return the number a text starts with, markers and separators of thousands cut; None where it is none."""
    plain = re.sub(r"\s*[①*]+$", "", text.strip("\t \u3000\xa0").translate(_WIDE))
    plain = re.sub(r"(?<=\d)[ ,](?=\d{3}(?!\d))", "", plain)
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def fuzz_one(name: str, content: bytes, folder: Path, run: Run, store_print: Callable[[], str]) -> Outcome:
    """Ingest one damaged file and say what came of it."""
    path = folder / name
    path.write_bytes(content)
    before = store_print()
    try:
        report = take_in(run, [path])
    except YearbookError as error:
        if not str(error).startswith(name) or not all(p.said.text("zh") for p in error.problems):
            return f"a message without the file: {error}"
        return "refused" if store_print() == before else "refused, and the store changed"
    cells = Standing(path)
    for entry in report.files[0].read.entries:
        found = cells.value(entry)
        if found is None or found != entry.value:
            return f"silently wrong: {entry} where {found} stands"
    return "read"

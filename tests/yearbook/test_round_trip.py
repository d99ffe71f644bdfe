"""Our own writer of each layout, generated tables, read back equal."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Cells, Table

QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LABELS = ["甲类产品产量", "乙类经费", "丙资金", "丁收入"]
PERIODS = {
    "annual": [str(y) for y in range(1995, 2025)],
    "quarterly": [f"{y}-Q{q}" for y in range(2015, 2020) for q in range(1, 5)],
    "monthly": [f"{y}-{m:02d}" for y in range(2018, 2020) for m in range(1, 13)],
}


@st.composite
def tables(
    draw: st.DrawFn, *, kinds: tuple[str, ...] = ("annual",), full: bool = False, whole: bool = True
) -> Table:
    provinces = list(NAMES)
    if not full:
        provinces = draw(st.lists(st.sampled_from(list(NAMES)), min_size=1, max_size=6, unique=True))
    kind = draw(st.sampled_from(kinds))
    periods = draw(st.lists(st.sampled_from(PERIODS[kind]), min_size=1, max_size=4, unique=True))
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=4, unique=True))
    numbers = st.decimals(-(10**6), 10**9, places=draw(st.integers(0, 4))).map(lambda d: format(d, "f"))
    cells: dict[tuple[int, str, str], str] = {}
    for adcode in provinces:
        for period in periods:
            for label in labels:
                if whole or draw(st.booleans()):
                    cells[adcode, period, label] = draw(numbers)
    return Table(provinces, periods, labels, cells)


def expected(cells: Cells) -> dict[tuple[int, str, str], Decimal]:
    return {key: Decimal(text) for key, text in cells.items()}


def read(
    tmp_path: Path, name: str, content: bytes, context: Context, told: CallerSays | None = None
) -> dict[tuple[int, str, str], Decimal]:
    path = tmp_path / name
    path.write_bytes(content)
    found = read_file(path, told or CallerSays(), context)
    return {(e.adcode, e.period, e.indicator): e.value for e in found.entries}


def only(
    table: Table, *, label: str | None = None, period: str | None = None, adcode: int | None = None
) -> Cells:
    return {
        key: text
        for key, text in table.cells.items()
        if label in (None, key[2]) and period in (None, key[1]) and adcode in (None, key[0])
    }


@QUICK
@given(
    table=tables(kinds=("annual", "quarterly", "monthly")),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    colon=st.sampled_from(["：", ":"]),
)
def test_classic(
    tmp_path: Path, blank: Context, table: Table, encoding: str, newline: str, colon: str
) -> None:
    content = writers.classic(table, newline=newline, colon=colon).encode(encoding)
    assert read(tmp_path, "a.csv", content, blank) == expected(only(table, label=table.labels[0]))


@QUICK
@given(table=tables(whole=True), split=st.integers(1, 5))
def test_classic_with_two_encodings_in_one_file(
    tmp_path: Path, blank: Context, table: Table, split: int
) -> None:
    lines = writers.classic(table).splitlines(keepends=True)
    content = b"".join(
        line.encode("utf-8" if number < split else "gb18030") for number, line in enumerate(lines)
    )
    assert read(tmp_path, "a.csv", content, blank) == expected(only(table, label=table.labels[0]))


@QUICK
@given(table=tables())
def test_modern_many(tmp_path: Path, blank: Context, table: Table) -> None:
    content = writers.modern_many(table).encode("utf-8-sig")
    assert read(tmp_path, "a.csv", content, blank) == expected(only(table, period=table.periods[0]))


@QUICK
@given(table=tables())
def test_modern_single_named_by_the_caller(tmp_path: Path, blank: Context, table: Table) -> None:
    content = writers.modern_single(table).encode("utf-8-sig")
    found = read(tmp_path, "a.csv", content, blank, CallerSays(indicator="gdp"))
    wanted = expected(only(table, label=table.labels[0]))
    assert found == {(a, p, "gdp"): value for (a, p, _), value in wanted.items()}


@QUICK
@given(table=tables())
def test_modern_one_province(tmp_path: Path, blank: Context, table: Table) -> None:
    content = writers.modern_one_province(table).encode("utf-8-sig")
    found = read(tmp_path, "a.csv", content, blank, CallerSays(province=table.provinces[0]))
    assert found == expected(only(table, adcode=table.provinces[0]))


@QUICK
@given(table=tables(), numbers=st.booleans())
def test_english_xls(tmp_path: Path, blank: Context, table: Table, numbers: bool) -> None:
    content = writers.xls(writers.english_rows(table), numbers=numbers)
    assert read(tmp_path, "a.xls", content, blank) == expected(only(table, label=table.labels[0]))


@QUICK
@given(table=tables(kinds=("annual", "quarterly")))
def test_classic_as_xlsx(tmp_path: Path, blank: Context, table: Table) -> None:
    rows = [line.split(",") for line in writers.classic(table).splitlines()]
    content = writers.xlsx([[cell or None for cell in row] for row in rows])
    assert read(tmp_path, "a.xlsx", content, blank) == expected(only(table, label=table.labels[0]))


@QUICK
@given(table=tables(whole=False), subtotals=st.booleans())
def test_yearbook_workbook(tmp_path: Path, blank: Context, table: Table, subtotals: bool) -> None:
    period = table.periods[0]
    held = only(table, period=period)
    if not held:
        return
    content = writers.yearbook(table, "2-14 各地区专项({year}年)", subtotals=subtotals)
    found = {
        (a, p, name.split("：")[-1]): v
        for (a, p, name), v in read(tmp_path, "a.xlsx", content, blank).items()
    }
    assert found == expected(held)


@QUICK
@given(table=tables(kinds=("annual", "quarterly", "monthly"), whole=False), regions=st.booleans())
def test_portal_json(tmp_path: Path, blank: Context, table: Table, regions: bool) -> None:
    held = table.cells if regions else only(table, adcode=table.provinces[0])
    if not held:
        return
    found = read(tmp_path, "a.json", writers.easyquery(table, regions=regions).encode(), blank)
    wanted = expected(held)
    assert found == (wanted if regions else {(100000, p, label): v for (_, p, label), v in wanted.items()})


@QUICK
@given(
    table=tables(kinds=("annual", "quarterly")),
    long=st.booleans(),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_tidy(tmp_path: Path, blank: Context, table: Table, long: bool, encoding: str) -> None:
    content = writers.tidy(table, long=long).encode(encoding)
    assert read(tmp_path, "a.csv", content, blank) == expected(table.cells)


@pytest.mark.parametrize(
    ("printed", "held"), [("万元", "0.0001"), ("千元", "0.00001"), ("元", "0.00000001"), ("亿元", "1")]
)
def test_units_are_converted_exactly(tmp_path: Path, blank: Context, printed: str, held: str) -> None:
    table = Table(
        [110000], ["2020"], ["地区生产总值"], {(110000, "2020", "地区生产总值"): "361025536.71"}, printed
    )
    found = read(tmp_path, "a.csv", writers.classic(table).encode(), blank)
    assert found == {(110000, "2020", "gdp"): Decimal("361025536.71") * Decimal(held)}

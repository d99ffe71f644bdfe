"""OpenDocument sheets, Stata and Parquet: read exactly, or refused with the way out."""

from __future__ import annotations

import io
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.files.sheets import _REASONS
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.reference import yearbook_case
from tests.yearbook.test_round_trip import QUICK, expected, read, tables
from tests.yearbook.writers import Table, ods, written

FEW = settings(QUICK, max_examples=6)
"""Each of these files is read by a process of its own."""


def frame(table: Table) -> pd.DataFrame:
    rows = [
        {
            "adcode": a,
            "year": int(p),
            **{f"x{at}": float(table.text(a, p, label)) for at, label in enumerate(table.labels)},
        }
        for a in table.provinces
        for p in table.periods
    ]
    return pd.DataFrame(rows)


def wanted(table: Table) -> dict[tuple[int, str, str], Decimal]:
    names = {label: f"x{at}" for at, label in enumerate(table.labels)}
    return {(a, p, names[label]): value for (a, p, label), value in expected(table.cells).items()}


def equal(found: dict[Any, Decimal], right: dict[Any, Decimal]) -> bool:
    return found.keys() == right.keys() and all(float(found[key]) == float(right[key]) for key in right)


@FEW
@given(table=tables(), version=st.sampled_from([114, 117, 118, 119]))
def test_stata(tmp_path: Path, blank: Context, table: Table, version: Any) -> None:
    out = io.BytesIO()
    frame(table).to_stata(out, write_index=False, version=version)
    assert equal(read(tmp_path, "a.dta", out.getvalue(), blank), wanted(table))


@FEW
@given(table=tables(), codec=st.sampled_from(["snappy", "gzip", "zstd"]), index=st.booleans())
def test_parquet(tmp_path: Path, blank: Context, table: Table, codec: Any, index: bool) -> None:
    out = io.BytesIO()
    frame(table).to_parquet(out, compression=codec, index=index)
    assert equal(read(tmp_path, "a.parquet", out.getvalue(), blank), wanted(table))


@QUICK
@given(table=tables())
def test_ods(tmp_path: Path, blank: Context, table: Table) -> None:
    held = frame(table)
    rows = [
        list(held.columns),
        *([int(r[0]), int(r[1]), *map(float, r[2:])] for r in held.itertuples(index=False)),
    ]
    assert equal(read(tmp_path, "a.ods", ods(rows), blank), wanted(table))


def test_an_ods_that_is_no_xml_is_damaged(tmp_path: Path, blank: Context) -> None:
    rows = [["province", "year", "gdp"], ["北京", 2020, 5.5], ["天津", 2020, 7.5]]
    path = tmp_path / "a.ods"
    for old, new in (
        ('office:value="5.5"', 'office:value=""5.5"'),
        ("<text:p>5.5</text:p>", "<text:p>5.5</text:q>"),
    ):
        path.write_bytes(ods(rows, old, new))
        with pytest.raises(YearbookError, match="damaged"):
            read_file(path, CallerSays(), blank)


@pytest.mark.parametrize(("old", "new"), [(b"</row>", b"</raw>"), (b"<v>5.5</v>", b"<v>5.5<v>")])
def test_an_xlsx_that_is_no_xml_is_damaged(tmp_path: Path, blank: Context, old: bytes, new: bytes) -> None:
    part = "xl/worksheets/sheet1.xml"
    rows: list[list[Any]] = [["province", "year", "gdp"], ["北京", 2020, 5.5], ["天津", 2020, 7.5]]
    whole = written(rows, "xlsx")
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(whole)) as archive, zipfile.ZipFile(path, "w") as other:
        for name in archive.namelist():
            body = archive.read(name)
            assert name != part or old in body  # else nothing is damaged
            other.writestr(name, body.replace(old, new, 1) if name == part else body)
    with pytest.raises(YearbookError, match="damaged"):
        read_file(path, CallerSays(), blank)


@pytest.mark.parametrize("ending", ["dta", "parquet"])
def test_single_precision_is_its_shortest_decimal(tmp_path: Path, blank: Context, ending: str) -> None:
    table = pd.DataFrame({"province": ["北京", "天津"], "year": [2020, 2020], "x": np.float32([5.59, 0.1])})
    path = tmp_path / f"a.{ending}"
    table.to_stata(path, write_index=False, version=118) if ending == "dta" else table.to_parquet(path)
    values = [e.value for e in read_file(path, CallerSays(), blank).entries]
    assert values == [Decimal("5.59"), Decimal("0.1")]


def test_stata_years_are_years_and_other_dates_are_refused(tmp_path: Path, blank: Context) -> None:
    days = pd.to_datetime(["2020-01-01", "2021-01-01"])
    table = pd.DataFrame({"province": ["北京", "天津"], "year": days, "x": [1.0, 2.0]})
    path = tmp_path / "a.dta"
    table.to_stata(path, write_index=False, version=118, convert_dates={"year": "ty"})
    assert {e.period for e in read_file(path, CallerSays(), blank).entries} == {"2020", "2021"}
    table.to_stata(path, write_index=False, version=118, convert_dates={"year": "td"})
    with pytest.raises(YearbookError, match="'2020-01-01' is no year"):
        read_file(path, CallerSays(), blank)


SHEET = [["地区", "2020年", "2021年"], ["北京", 5, 0.5], ["天津", 7, 0.25]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"float" office:value="0.5"', '"percentage" office:value="0.5"', "numbers as percentages"),
        ('"float" office:value="0.5"', '"string" calcext:value-type="error"', "errors of formulas"),
        (
            '<table:table-cell office:value-type="float" office:value="0.5">',
            '<table:table-cell table:formula="of:=1+1">',
            "formulas without a stored value",
        ),
    ],
)
def test_ods_cells_shown_otherwise_are_refused(
    tmp_path: Path, blank: Context, old: str, new: str, message: str
) -> None:
    path = tmp_path / "a.ods"
    path.write_bytes(ods(SHEET))
    assert len(read_file(path, CallerSays(indicator="gdp"), blank).entries) == 4
    path.write_bytes(ods(SHEET, old, new))
    with pytest.raises(YearbookError, match=f"{message}.*save it as .xlsx") as caught:
        read_file(path, CallerSays(indicator="gdp"), blank)
    assert "OpenDocument" in caught.value.text("zh")


@pytest.mark.parametrize("ending", ["dta", "parquet", "ods"])
def test_files_cut_short_are_refused(tmp_path: Path, blank: Context, ending: str) -> None:
    table = pd.DataFrame({"province": ["北京"] * 50, "year": range(1970, 2020), "x": np.arange(50.0)})
    path = tmp_path / f"a.{ending}"
    if ending == "ods":
        path.write_bytes(ods(SHEET))
    else:
        table.to_stata(path, write_index=False, version=118) if ending == "dta" else table.to_parquet(path)
    whole = path.read_bytes()
    for share in (0.3, 0.6, 0.9, 0.98):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(YearbookError, match=f"a.{ending}"):
            read_file(path, CallerSays(indicator="gdp"), blank)


def test_tables_beyond_the_limits_and_without_their_library(
    tmp_path: Path, blank: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    from panelkit.data.yearbook.files import _tables

    path = tmp_path / "a.parquet"
    pd.DataFrame({"province": ["北京"] * 9, "year": range(2000, 2009), "x": 1.5}).to_parquet(path)
    monkeypatch.setattr(limits, "CELLS", 20)
    with pytest.raises(YearbookError, match=r"too large \(9 x 3\)"):
        read_file(path, CallerSays(), blank)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(_tables.NoReaderError):
        _tables.read_parquet(path.read_bytes(), {})
    assert "panelkit-regional[parquet]" in str(_REASONS["no_parquet"](""))


@pytest.mark.parametrize("ending", ["dta", "ods", "parquet"])
def test_cases_of_the_shared_folder(blank: Context, ending: str) -> None:
    cells = {
        (e.adcode, e.period, e.indicator): e.value
        for e in read_file(yearbook_case(f"13.{ending}"), CallerSays(), blank).entries
    }
    assert (len(cells), cells[110000, "2021", "gdp"]) == (93, Decimal("44350.7"))

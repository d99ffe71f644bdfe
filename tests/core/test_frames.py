"""Frames of other libraries at the door: the same numbers as the pandas frame, or a refusal that names the type."""

from __future__ import annotations

import datetime
import decimal
import subprocess
import sys
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from panelkit.kernels.frames import as_pandas, as_pandas_series, is_frame
from panelkit.language.errors import DataError

DAY = datetime.date(2010, 1, 1)


def mixed() -> pl.DataFrame:
    """Return one column a type, most with a null in the second row."""
    return pl.DataFrame(
        {
            "province": ["北京", "天津"],
            "year": [2010, 2011],
            "whole": [3, None],
            "real": [1.5, None],
            "flag": [True, False],
            "gap": [True, None],
            "text": ["a", None],
            "exact": [decimal.Decimal("1.25"), None],
            "nothing": [None, None],
            "day": [DAY, None],
            "wide": pl.Series([1, None], dtype=pl.Int128),
            "small": pl.Series([200, 255], dtype=pl.UInt8),
            "kind": pl.Series(["b", None], dtype=pl.Categorical),
            "rank": pl.Series(["low", None], dtype=pl.Enum(["low", "high"])),
        }
    )


def test_a_pandas_frame_is_the_same_object() -> None:
    frame = pd.DataFrame({"x": [1.0]})
    frame.attrs["panelkit"] = {"vintage": "2024"}
    assert as_pandas(frame) is frame


@pytest.mark.parametrize("road", [pl.DataFrame, nw.from_native, lambda f: f.drop("wide", "rank").to_arrow()])
def test_values_and_nulls_are_kept(road: Any) -> None:
    got = as_pandas(road(mixed()))
    assert got["province"].tolist() == ["北京", "天津"]
    assert got["year"].dtype == np.int64
    assert got["small"].tolist() == [200, 255]
    assert got["flag"].dtype == bool
    for name, first in (("whole", 3.0), ("real", 1.5), ("gap", True), ("text", "a"), ("exact", 1.25)):
        assert got[name].iloc[0] == first, name
        assert pd.isna(got[name].iloc[1]), name
    for name in ("whole", "real", "exact", "nothing"):
        assert got[name].dtype == np.float64, name
    assert got["kind"].iloc[0] == "b"
    assert got["day"].iloc[0] == DAY
    assert bool(got["day"].isna().iloc[1])


def test_an_enum_keeps_the_order_of_its_categories() -> None:
    got = as_pandas(mixed())["rank"]
    assert list(got.cat.categories) == ["low", "high"]
    assert bool(got.isna().iloc[1])


def test_a_wrapped_pandas_frame_keeps_its_index() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0]}, index=pd.Index(["a", "b"]))
    pd.testing.assert_frame_equal(as_pandas(nw.from_native(frame)), frame)


def test_an_empty_frame_keeps_its_columns() -> None:
    got = as_pandas(mixed().head(0))
    assert list(got.columns) == mixed().columns
    assert len(got) == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pl.LazyFrame({"x": [1]}), r"polars\.LazyFrame.*`data\.collect\(\)`"),
        (nw.from_native(pl.LazyFrame({"x": [1]})), r"LazyFrame.*`data\.collect\(\)`"),
        ({"x": [1]}, r"not dict: .*pandas\.DataFrame"),
        ([[1, 2]], "not list"),
        (np.eye(2), r"not numpy\.ndarray"),
        (pd.Series([1.0]), r"not pandas\.Series.*to_frame"),
        (pl.Series([1.0]), r"not polars\.Series"),
        (pd.DataFrame({"g": [1], "x": [1]}).groupby("g"), r"not pandas\.DataFrameGroupBy.*aggregation"),
        (pl.DataFrame({"g": [1], "x": [1]}).group_by("g"), r"not polars\.GroupBy"),
        ("panel.csv", "not str: read the file first"),
        (None, "not NoneType"),
        (pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), "unique column names"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused_by_its_name(data: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        as_pandas(data)


def test_series_of_other_libraries() -> None:
    for series in (pl.Series("a", [1, None, 3]), pa.chunked_array([[1, None, 3]])):
        got = as_pandas_series(series)
        np.testing.assert_array_equal(got.to_numpy(), [1.0, np.nan, 3.0])
    given = [1, 2]
    assert as_pandas_series(given) is given


def test_is_frame() -> None:
    assert is_frame(mixed())
    assert is_frame(mixed().lazy())
    assert is_frame(pd.DataFrame())
    assert not is_frame({"x": [1]})


def test_polars_needs_no_pyarrow() -> None:
    code = """
import sys
sys.modules["pyarrow"] = None
import polars as pl
from panelkit.kernels.frames import as_pandas, as_pandas_series
got = as_pandas(pl.DataFrame({"p": ["北京", None], "c": pl.Series(["u", "v"], dtype=pl.Categorical),
    "e": pl.Series(["u", None], dtype=pl.Enum(["v", "u"])), "y": [2010, None], "b": [True, None], "x": [1.5, None]}))
assert got["y"].isna().tolist() == [False, True] and got["p"].iloc[0] == "北京" and got["x"].iloc[0] == 1.5
assert got["c"].tolist() == ["u", "v"] and got["e"].iloc[0] == "u"
assert as_pandas_series(pl.Series([1, None])).isna().tolist() == [False, True]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

"""Estimators read nullable and Arrow columns as they read plain ones; Conley's places may be of any library."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import panelkit as pk
from panelkit.data.figures import read_figures
from panelkit.formula.formula import evaluate
from panelkit.panel.design import build_design

PLACE: dict[str, Any] = {"unit": "id", "time": "year"}


def plain() -> pd.DataFrame:
    """Return sixteen units x eight years with missing cells in every kind of column."""
    rng = np.random.default_rng(0)
    data = pd.DataFrame(
        [(f"u{i:02d}", 2010 + t) for i in range(16) for t in range(8)], columns=["id", "year"]
    )
    data["x"], data["z"] = rng.normal(size=128), rng.integers(0, 9, 128).astype(float)
    data["k"] = np.where(data.id < "u08", 1.0, 2.0)
    data["f"] = (rng.random(128) > 0.5).astype(float)
    data["m"] = data.x + rng.normal(size=128)
    data["y"] = data.x + 0.3 * data.z + rng.normal(size=128)
    for row, name in ((3, "x"), (7, "z"), (9, "f"), (12, "k"), (20, "m")):
        data.loc[row, name] = np.nan
    return data


def nullable(data: pd.DataFrame) -> pd.DataFrame:
    return data.astype({"f": "boolean"}).convert_dtypes()


def on_arrow(data: pd.DataFrame) -> pd.DataFrame:
    return data.astype({"f": "boolean"}).convert_dtypes(dtype_backend="pyarrow")


def of_decimals(data: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of numbers as exact decimals in cells, None where missing, as databases give them."""
    out = data.astype(dict.fromkeys("xzmy", object))
    for name in "xzmy":
        out[name] = [None if np.isnan(value) else Decimal(repr(float(value))) for value in data[name]]
    return out


FITS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "FixedEffects": lambda d: pk.FixedEffects("y ~ x + z + f + C(k):x + lag(x)").fit(d, **PLACE).tidy(),
    "clusters": lambda d: pk.FixedEffects("y ~ x", vcov=pk.Cluster("k")).fit(d, **PLACE).tidy(),
    "two-way": lambda d: pk.FixedEffects("y ~ x", vcov=pk.TwoWayCluster("id", "year")).fit(d, **PLACE).tidy(),
    "PooledOLS": lambda d: pk.PooledOLS("y ~ x + f").fit(d, **PLACE).tidy(),
    "RandomEffects": lambda d: pk.RandomEffects("y ~ x + z").fit(d, **PLACE).tidy(),
    "BetweenEffects": lambda d: pk.BetweenEffects("y ~ x").fit(d, **PLACE).tidy(),
    "FirstDifference": lambda d: pk.FirstDifference("y ~ x").fit(d, **PLACE).tidy(),
    "Mediation": lambda d: pk.Mediation("y", "x", "m", "z").fit(d, reps=100, **PLACE).tidy(),
}


@pytest.mark.parametrize("kind", [nullable, on_arrow, of_decimals])
@pytest.mark.parametrize("name", FITS)
def test_column_types_do_not_matter(name: str, kind: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    right, got = FITS[name](plain()), FITS[name](kind(plain()))
    assert list(got["term"]) == list(right["term"])
    np.testing.assert_array_equal(
        got.select_dtypes("number").to_numpy(), right.select_dtypes("number").to_numpy()
    )


def test_places_of_conley_in_any_frame() -> None:
    data = plain().dropna()
    units = sorted(data.id.unique())
    rng = np.random.default_rng(2)
    places = pd.DataFrame(
        {"lat": rng.uniform(20, 45, len(units)), "lon": rng.uniform(80, 120, len(units))}, units
    )
    spec = pk.FixedEffects("y ~ x", vcov=pk.Conley(500.0))
    right = spec.fit(data, coords=places, **PLACE).std_errors
    flat = places.rename_axis("id").reset_index()
    for given in (
        pl.DataFrame(flat.to_dict("list")),
        pa.table(flat.to_dict("list")),
        flat,
        places.astype("Float64"),
    ):
        np.testing.assert_array_equal(spec.fit(data, coords=given, **PLACE).std_errors, right)
    with pytest.raises(pk.DataError, match="coords: column lat holds text"):
        spec.fit(data, coords=places.assign(lat="39.9"), **PLACE)
    with pytest.raises(pk.DataError, match="coords must be a frame"):
        spec.fit(data, coords=[(39.9, 116.4)], **PLACE)


def test_figures_may_come_from_polars() -> None:
    figures = read_figures(["gdp"], "census2023")
    other = pl.DataFrame({name: figures[name].tolist() for name in figures.columns})
    right = pk.build_panel(figures, indicators="gdp", years=(2018, 2020))
    pd.testing.assert_frame_equal(
        pk.build_panel(other, indicators="gdp", years=(2018, 2020)), right, check_dtype=False
    )
    assert len(pk.diff_vintages(other, figures)) == 0
    for call in (lambda: pk.build_panel({"gdp": [1]}), lambda: pk.diff_vintages(figures, None)):
        with pytest.raises(pk.DataError, match="must be a frame"):
            call()


def test_designs_and_expressions_take_frames_of_polars() -> None:
    data = plain().dropna()
    rows = pl.DataFrame(data.to_dict("list"))
    right, got = (build_design("y ~ x + lag(z)", frame, **PLACE) for frame in (data, rows))
    np.testing.assert_array_equal(got.X, right.X)
    np.testing.assert_array_equal(evaluate("x / z + 1", rows.filter(pl.col("z") > 0)), right_values(data))
    with pytest.raises(pk.DataError, match=r"not polars.LazyFrame|has not been run"):
        build_design("y ~ x", rows.lazy(), **PLACE)


def right_values(data: pd.DataFrame) -> pd.Series:
    held = data[data.z > 0]
    return held.x / held.z + 1

"""Spatial doors and columns or frames of other kinds: the same numbers, or a refusal that names the kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import panelkit as pk
from panelkit.language.errors import DataError
from panelkit.models.spatial.cross_section import SpatialCrossSection

UNITS = [f"u{i:02d}" for i in range(10)]
PLACE: dict[str, Any] = {"unit": "id", "time": "year"}


def panel() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    data = pd.DataFrame(
        [(name, year) for name in UNITS for year in range(2010, 2016)], columns=["id", "year"]
    )
    data["x"] = rng.normal(size=60)
    data["m"] = data.x + rng.normal(size=60)
    data["y"] = data.x + data.m + rng.normal(size=60)
    return data


def ring() -> pk.Weights:
    return pk.as_weights(np.roll(np.eye(10), 1, 1) + np.roll(np.eye(10), -1, 1), ids=UNITS)


@pytest.mark.parametrize("kind", [pl.DataFrame, pa.table])
def test_frames_without_an_index_name_their_columns(kind: Any) -> None:
    data, w = panel(), ring()
    held = data.set_index(["id", "year"])
    rows = kind(data.to_dict("list"))
    spec = pk.SpatialMediation("y", "x", "m", model="sar")
    right, got = spec.fit(held, w, reps=100), spec.fit(rows, w, reps=100, **PLACE)
    np.testing.assert_array_equal(got.estimates, right.estimates)
    one = SpatialCrossSection("y ~ x")
    right, got = one.fit(held, w, year=2012), one.fit(rows, w, year=2012, **PLACE)
    np.testing.assert_array_equal(got.estimates, right.estimates)
    year = data[data.year == 2012].drop(columns="year")
    got = one.fit(kind(year.to_dict("list")), w, unit="id")
    np.testing.assert_allclose(got.estimates, right.estimates, rtol=1e-12)  # the same rows, another road
    with pytest.raises(DataError, match="names no column of the data"):
        one.fit(rows, w, unit="id", time="town")


def test_moran_reads_numbers_of_any_type_and_nothing_else() -> None:
    series, w = panel().set_index(["id", "year"])["x"], ring()
    for centring in ("none", "unit"):
        right = pk.moran(series, w, centring=centring, permutations=99)
        for kind in (
            series.astype("Float64"),
            series.astype("double[pyarrow]"),
            series.map(lambda value: Decimal(repr(value))),
        ):
            pd.testing.assert_frame_equal(pk.moran(kind, w, centring=centring, permutations=99), right)
    dummy = series > 0
    pd.testing.assert_frame_equal(
        pk.moran(dummy, w, permutations=99), pk.moran(dummy.astype(float), w, permutations=99)
    )
    texts = [series.astype(str), series + 1j, series.astype("category"), series * np.timedelta64(1, "D")]
    for other in texts:
        for door in (pk.moran, pk.local_moran):
            with pytest.raises(DataError, match=r"`x`( \(|.*)(holds|hold) "):
                door(other, w)


def test_one_value_a_province_is_a_labelled_series() -> None:
    values = pd.Series(np.arange(1.0, 32.0) ** 1.5, index=pk.contiguity().ids)
    for door in (pk.economic_distance, pk.gravity, pk.nested):
        right = door(values).matrix.toarray()
        np.testing.assert_array_equal(door(values.astype("double[pyarrow]")).matrix.toarray(), right)
        for other in (values.tolist(), values.to_dict(), values.to_frame(), pl.Series(values.tolist()), None):
            with pytest.raises(DataError, match="pandas series under the provinces' names"):
                door(other)  # type: ignore[operator]
        with pytest.raises(DataError, match="holds text"):
            door(values.astype(str))

"""Every panel door of the indices: one name a province, no totals among provinces, frames of other libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import panelkit as pk
from panelkit.indices.panels.coordination import couple
from panelkit.indices.panels.designs import design_of_columns
from panelkit.indices.panels.upgrading import neighbour_similarity, specialisation
from panelkit.language.errors import DataError
from panelkit.panel.provenance import place_notes

PROVINCES = ["北京", "天津", "河北", "山西", "辽宁", "吉林", "上海", "江苏", "浙江", "安徽", "福建", "江西"]
YEARS = range(2010, 2016)
NUMBERS = ("a", "b", "c")
OWN: dict[str, Any] = {"unit": "省份", "time": "年份"}
RING = pd.DataFrame(
    np.roll(np.eye(12), 1, 0) + np.roll(np.eye(12), -1, 0), index=PROVINCES, columns=PROVINCES
)


def clean() -> pd.DataFrame:
    """Return twelve provinces x six years, three positive columns and two scores."""
    rng = np.random.default_rng(4)
    data = pd.DataFrame([(p, t) for p in PROVINCES for t in YEARS], columns=["省份", "年份"])
    for name in NUMBERS:
        level, growth = rng.normal(1.0, 0.5, 12).repeat(6), 0.05 * (data["年份"] - 2010)
        data[name] = np.exp(level + growth + rng.normal(0.0, 0.1, len(data)))
    data["n"] = rng.integers(5, 50, len(data))
    data["u"], data["v"] = rng.uniform(0.1, 0.9, len(data)), rng.uniform(0.1, 0.9, len(data))
    return data


def messy() -> pd.DataFrame:
    """Return the same, Peking under its long name at the end, with the nation and a region among the rows."""
    data = clean()
    late = data["年份"] >= 2014
    total = data.groupby("年份").sum(numeric_only=True).reset_index().assign(省份="全国")
    east = total.assign(省份="东部地区")
    total[["u", "v"]] = east[["u", "v"]] = 0.99
    data.loc[late, "省份"] = data["省份"].replace({"北京": "北京市"})
    return pd.concat([data, total, east], ignore_index=True)


def scored(data: Any) -> Any:
    return pk.composite_index({"a": 1, "b": -1, "c": 1}, data, **OWN, weights="entropy")


def coupled(data: Any) -> Any:
    designs = [design_of_columns({name: 1}).with_(id=name) for name in ("a", "b")]
    return couple(*designs, data=data, **OWN)[0]


Door = Callable[[Any], Any]
DOORS: dict[str, Door] = {
    "composite_index": scored,
    "couple": coupled,
    "coupling_coordination": lambda d: pk.coupling_coordination(_only(d, "u", "v"), **OWN),
    "synergy_degree": lambda d: pk.synergy_degree(_only(d, "u", "v"), **OWN),
    "structural_upgrading": lambda d: pk.structural_upgrading(d, value_added=NUMBERS, employment=None, **OWN),
    "specialisation": lambda d: specialisation(d, NUMBERS, **OWN),
    "neighbour_similarity": lambda d: neighbour_similarity(d, NUMBERS, [("北京", "天津")], year=2012, **OWN),
    "inequality_by_year": lambda d: pk.inequality_by_year(d, "a", index="gini", population="n", **OWN),
    "inequality_gap": lambda d: pk.inequality_gap(d, "a", "b", population="n", reps=99, **OWN),
    "sigma_convergence": lambda d: pk.sigma_convergence(d, "a", reps=99, **OWN),
    "beta, absolute": lambda d: pk.beta_convergence(d, "a", reps=99, **OWN),
    "beta, conditional": lambda d: pk.beta_convergence(d, "a", kind="conditional", controls=["b"], **OWN),
    "beta, spatial": lambda d: pk.beta_convergence(d, "a", kind="spatial", w=RING, **OWN),
    "markov_chain": lambda d: pk.markov_chain(d, "a", k=2, reps=99, **OWN),
    "spatial_markov": lambda d: pk.spatial_markov(d, "a", RING, k=2, **OWN),
    "describe_panel": lambda d: pk.describe_panel(d, [*NUMBERS, "log(n)"], **OWN),
    "correlations": lambda d: pk.correlations(d, NUMBERS, kind="within", **OWN),
    "missing_cells": lambda d: pk.missing_cells(d, "a", **OWN),
}


def _only(data: Any, *names: str) -> Any:
    keep = ["省份", "年份", *names]
    return data.select(keep) if not isinstance(data, pd.DataFrame) and hasattr(data, "select") else data[keep]


def numbers(found: Any) -> np.ndarray:
    """Return every number of a result, in one row."""
    if isinstance(found, (pd.DataFrame, pd.Series)):
        held = found.to_frame() if isinstance(found, pd.Series) else found
        return held.select_dtypes("number").astype(float).to_numpy().ravel()
    if hasattr(found, "estimates"):
        return np.asarray(found.estimates)
    if hasattr(found, "lag_counts"):
        return np.concatenate([found.counts.ravel(), found.lag_counts.ravel(), found.cutoffs])
    return found.values.astype(float).to_numpy().ravel()


def told(found: Any) -> str:
    """Return what a result says of the names of provinces."""
    notes = getattr(found, "notes", ())
    return " ".join([*notes, *(place_notes(found) if isinstance(found, (pd.DataFrame, pd.Series)) else ())])


@pytest.mark.parametrize("door", DOORS)
def test_spellings_are_joined_and_totals_set_apart(door: str) -> None:
    right, found = DOORS[door](clean()), DOORS[door](messy())
    np.testing.assert_allclose(numbers(found), numbers(right), rtol=1e-12)  # the same rows, the same order
    assert "全国" in told(found)
    assert "北京市" in told(found)
    assert told(right) == told(right).replace("全国", "")


def test_remarks_of_indices_are_in_both_languages() -> None:
    for found in (scored(messy()), coupled(messy())):
        assert any("未纳入" in note.text("zh") and "set apart" in note for note in found.notes)


ROADS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": lambda d: pl.DataFrame(d.to_dict("list")),
    "polars, lengthened categories": lambda d: pl.DataFrame(d.to_dict("list")).with_columns(
        pl.col("省份").cast(pl.Categorical), pl.col("年份").cast(pl.Int16)
    ),
    "arrow": lambda d: pa.table(d.to_dict("list")),
    "nullable": lambda d: d.convert_dtypes(),
    "pandas on arrow": lambda d: d.convert_dtypes(dtype_backend="pyarrow"),
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("door", DOORS)
def test_frames_of_other_libraries_give_the_same_numbers(door: str, road: str) -> None:
    data = clean()
    np.testing.assert_allclose(
        numbers(DOORS[door](ROADS[road](data))), numbers(DOORS[door](data)), rtol=1e-12
    )


@pytest.mark.parametrize("road", ROADS)
def test_missing_cells_stay_missing_on_every_road(road: str) -> None:
    data = clean().astype({"n": object})
    data.loc[5, ["a", "u"]] = np.nan
    data.loc[7, "n"] = None
    frame = ROADS[road](data.replace({np.nan: None}) if road.startswith(("polars", "arrow")) else data)
    for door in (
        "composite_index",
        "coupling_coordination",
        "inequality_by_year",
        "describe_panel",
        "missing_cells",
    ):
        right = DOORS[door](data.astype({"n": float}))
        np.testing.assert_allclose(numbers(DOORS[door](frame)), numbers(right), rtol=1e-12)


@pytest.mark.parametrize("door", [d for d in DOORS if d not in ("coupling_coordination", "synergy_degree")])
@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (clean().to_dict("list"), "dict"),
        (clean().to_numpy(), r"numpy\.ndarray"),
        (clean().groupby("省份"), r"pandas\.DataFrameGroupBy"),
        (pl.DataFrame(clean().to_dict("list")).lazy(), r"polars\.LazyFrame"),
        ("panel.csv", "str"),
    ],
    ids=["dict", "array", "groups", "lazy", "path"],
)
def test_what_is_no_frame_is_refused_by_its_type(door: str, wrong: Any, name: str) -> None:
    with pytest.raises(DataError, match=name):
        DOORS[door](wrong)


# -- labelled twins of the array functions

TWINS: dict[str, Door] = {
    "normalise": lambda t: pk.normalise(t),
    "normalise by year": lambda t: pk.normalise(t, extremes="per_year"),
    "ranks": lambda t: pk.normalise(t, "ranks"),
    "entropy_weights": lambda t: pk.entropy_weights(t),
    "entropy by year": lambda t: pk.entropy_weights(t, by_year=True),
    "critic_weights": lambda t: pk.critic_weights(t),
    "cv_weights": lambda t: pk.cv_weights(t),
    "pca_weights": lambda t: pk.pca_weights(t),
    "scatter_weights": lambda t: pk.scatter_weights(t),
    "topsis": lambda t: pk.topsis(t, [0.2, 0.3, 0.5]),
    "grey_relational": lambda t: pk.grey_relational(t),
}


def table(data: pd.DataFrame) -> pd.DataFrame:
    return data.rename(columns={"省份": "province", "年份": "year"}).set_index(["province", "year"])[
        list(NUMBERS)
    ]


@pytest.mark.parametrize("twin", TWINS)
def test_tables_leave_totals_out_and_say_so(twin: str) -> None:
    found, right = TWINS[twin](table(messy())), TWINS[twin](table(clean()))
    np.testing.assert_allclose(
        numbers(found), numbers(right), rtol=1e-12
    )  # the same rows in another order of names
    assert "全国" in told(found)


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("twin", TWINS)
def test_tables_of_nullable_columns(twin: str, backend: Any) -> None:
    given = table(clean())
    held = given.convert_dtypes(dtype_backend=backend)
    np.testing.assert_allclose(numbers(TWINS[twin](held)), numbers(TWINS[twin](given)), rtol=1e-12)


@pytest.mark.parametrize("twin", TWINS)
def test_tables_refuse_texts_and_dates_by_column(twin: str) -> None:
    text = table(clean()).assign(b="1.5")
    with pytest.raises(DataError, match=r"column b holds text, for example '1\.5'"):
        TWINS[twin](text)
    with pytest.raises(DataError, match="column b holds dates"):
        TWINS[twin](table(clean()).assign(b=pd.Timestamp("2010-01-01")))
    with pytest.raises(DataError, match="dict"):
        TWINS[twin]({"a": [1.0]})


@pytest.mark.parametrize(
    "twin", ["normalise", "entropy_weights", "critic_weights", "topsis", "grey_relational"]
)
def test_tables_of_polars(twin: str) -> None:
    given = table(clean()).reset_index(drop=True)
    np.testing.assert_allclose(
        numbers(TWINS[twin](pl.DataFrame(given.to_dict("list")))), numbers(TWINS[twin](given)), rtol=1e-12
    )


def test_inequality_of_labelled_series() -> None:
    right = clean().set_index("省份").query("年份 == 2012")
    wrong = messy().set_index("省份").query("年份 == 2012")
    groups = pd.Series(["east", "west"] * 6, index=PROVINCES)
    for decompose in (pk.theil, pk.dagum_gini):
        best = decompose(right["a"], groups, right["n"])
        told_all = decompose(wrong["a"], groups, wrong["n"])
        by_place = decompose(wrong["a"], [*groups, "all", "all"], list(wrong["n"]))
        for found in (told_all, by_place):
            assert found.total == pytest.approx(best.total, rel=1e-12)  # the same values
            assert "全国" in " ".join(found.notes)
        nullable = decompose(
            right["a"].astype("Float64"), groups.astype("string"), right["n"].astype("Int64")
        )
        assert nullable.total == pytest.approx(best.total, rel=1e-12)
        polars = decompose(
            pl.Series(right["a"].tolist()), pl.Series(groups.tolist()), pl.Series(right["n"].tolist())
        )
        assert polars.total == pytest.approx(best.total, rel=1e-12)
        with pytest.raises(DataError, match="missing or infinite values at position 2"):
            decompose(right["a"].astype("Float64").mask(np.arange(12) == 2), groups)


def test_trend_takes_a_frame_or_series_of_any_library() -> None:
    values = np.random.default_rng(1).normal(size=12)
    right = pk.inequality_trend(pd.Series(values))
    for given in (pd.Series(values).astype("Float64"), pl.Series(values), pl.DataFrame({"total": values})):
        assert pk.inequality_trend(given).statistic == pytest.approx(right.statistic, rel=1e-12)
    with pytest.raises(DataError, match="not dict"):
        pk.inequality_trend({"total": values})


def test_a_trend_follows_the_years_of_its_table() -> None:
    values = np.cumsum(np.random.default_rng(1).normal(size=12))
    right = pk.inequality_trend(pd.Series(values, index=range(2010, 2022)))
    shuffled = pl.DataFrame({"year": list(range(2010, 2022)), "total": values}).sample(
        fraction=1.0, shuffle=True, seed=1
    )
    assert pk.inequality_trend(shuffled).statistic == pytest.approx(right.statistic, rel=1e-12)
    with pytest.raises(DataError, match="no column total"):
        pk.inequality_trend(pd.DataFrame({"gini": values}))
    places = pd.MultiIndex.from_product([["a"], range(12)], names=["province", "year"])
    with pytest.raises(DataError, match="stands under province and year"):
        pk.inequality_trend(pd.Series(values, index=places))


def test_a_value_that_is_given_twice_is_refused() -> None:
    table = pd.DataFrame(np.random.default_rng(0).uniform(size=(9, 2)), columns=["a", "b"])
    with pytest.raises(DataError, match="named twice"):
        pk.topsis(table, pd.Series([0.5, 0.5, 0.5], index=["a", "b", "b"]))


def test_rows_that_a_condition_cannot_judge_are_named() -> None:
    rows = [(name, year) for name in ("北京", "天津", "河北") for year in range(2010, 2014)]
    data = pd.DataFrame(rows, columns=["province", "year"])
    data[["a", "b", "k"]] = np.random.default_rng(0).uniform(1.0, 2.0, (12, 3))
    data.loc[5, "k"] = np.nan
    found = pk.composite_index({"a": 1, "b": 1}, data, unit="province", time="year", where="k > 0")
    assert len(found.scores) == 11
    english = next(note for note in found.notes if "k > 0" in note)
    chinese = english.text("zh")
    assert "11 of 12 rows" in english
    assert english.endswith("left: 天津 2011")
    assert chinese.endswith("退出的行：天津 2011")


def test_provinces_are_chosen_beside_totals_in_any_wording() -> None:
    names = ["北京", "天津", "河北", "山西", "全国", "各地区合计"]
    data = pd.DataFrame(
        [(name, year) for name in names for year in (2010, 2011)], columns=["province", "year"]
    )
    data[["a", "b"]] = np.random.default_rng(0).uniform(1.0, 2.0, (12, 2))
    asked = {"provinces": ["北京", "河北", "山西"], "unit": "province", "time": "year"}
    found = pk.composite_index({"a": 1, "b": 1}, data, **asked)  # type: ignore[arg-type]
    plain = pk.composite_index({"a": 1, "b": 1}, data[:8], **asked)  # type: ignore[arg-type]
    pd.testing.assert_series_equal(found.scores, plain.scores, check_exact=True)

"""The one road from a user's frame: polars, names of provinces, `where` in every spelling, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.reading import namesakes

NAMES = ["北京", "天津", "河北", "山西", "辽宁", "吉林", "上海", "江苏", "浙江", "西藏"]
KEYS: dict[str, Any] = {"unit": "省份", "time": "年份"}


def clean() -> pd.DataFrame:
    r = np.random.default_rng(2)
    frame = pd.DataFrame([(name, 2010 + t) for name in NAMES for t in range(8)], columns=["省份", "年份"])
    frame["x"], frame["z"], frame["e"] = r.normal(size=(3, len(frame)))
    frame["m"] = 0.5 * frame.x + r.normal(size=len(frame))
    frame["y"] = frame.x + 0.5 * frame.m + frame.e
    return frame


def messy() -> pd.DataFrame:
    """Return the same panel with 北京 and 上海 spelt in two ways, and a national row a year."""
    frame = clean()
    late = frame["年份"] >= 2014
    frame.loc[late, "省份"] = frame["省份"].replace({"北京": "北京市", "上海": "Shanghai"})
    nation = frame.groupby("年份")[["x", "y", "z", "m", "e"]].sum().reset_index().assign(省份="全国")
    return pd.concat([frame, nation], ignore_index=True)


RING = pk.as_weights(
    np.roll(np.eye(len(NAMES)), 1, 0) + np.roll(np.eye(len(NAMES)), -1, 0), NAMES
).normalised("row")


def weights(frame: pd.DataFrame) -> Any:
    """Return the ring of the provinces that a frame holds, cut by hand."""
    return RING.subset([key for key in RING.ids if key in set(frame["省份"])])


ROADS: dict[str, Callable[..., Any]] = {
    "FixedEffects": lambda d, **o: pk.FixedEffects("y ~ scale(x)", **o).fit(d, **KEYS),
    "PooledOLS": lambda d, **o: pk.PooledOLS("y ~ scale(x)", **o).fit(d, **KEYS),
    "RandomEffects": lambda d, **o: pk.RandomEffects("y ~ scale(x)", **o).fit(d, **KEYS),
    "BetweenEffects": lambda d, **o: pk.BetweenEffects("y ~ scale(x)", **o).fit(d, **KEYS),
    "FirstDifference": lambda d, **o: pk.FirstDifference("y ~ scale(x)", **o).fit(d, **KEYS),
    "InstrumentalFE": lambda d, **o: pk.InstrumentalFE("y ~ x + [m ~ z]", **o).fit(d, **KEYS),
    "Mediation": lambda d, **o: pk.Mediation("y", "x", "m", **o).fit(d, reps=100, **KEYS),
    "SpecificationCurve": lambda d, **o: pk.SpecificationCurve(("y",), ("scale(x)",), **o).fit(d, **KEYS),
    "SpatialPanel": lambda d, **o: pk.SpatialPanel("y ~ x", model="sar", **o).fit(d, weights(d), **KEYS),
    "DynamicSpatialPanel": lambda d, **o: pk.DynamicSpatialPanel("y ~ x", **o).fit(d, weights(d), **KEYS),
    "SpatialRandomEffects": lambda d, **o: pk.SpatialRandomEffects("y ~ x", model="sar", **o).fit(
        d, weights(d), **KEYS
    ),
    "SpatialMediation": lambda d, **o: pk.SpatialMediation("y", "x", "m", model="slx", **o).fit(
        d, weights(d), reps=100, **KEYS
    ),
    "SpatialCrossSection": lambda d, **o: pk.SpatialCrossSection("y ~ x", model="sar", **o).fit(
        d, weights(d), year=2015, **KEYS
    ),
}


def numbers(made: Any) -> Any:
    return made.frame["estimate"].to_numpy() if hasattr(made, "frame") else made.params.to_numpy()


@pytest.mark.parametrize("name", list(ROADS))
def test_one_province_has_one_name_and_the_nation_is_none(name: str) -> None:
    made = ROADS[name](messy())
    assert numbers(made) == pytest.approx(numbers(ROADS[name](clean())), rel=1e-9)
    said, chinese = "\n".join(made.notes), "\n".join(note.text("zh") for note in made.notes)
    assert "北京市 as 北京" in said or "北京 as 北京市" in said
    assert "全国" in said
    assert "未纳入" in chinese


@pytest.mark.parametrize("spelling", ["西藏", "西藏自治区", "Xizang", "Tibet", "540000"])
@pytest.mark.parametrize("name", list(ROADS))
def test_where_knows_every_spelling_of_a_province(name: str, spelling: str) -> None:
    where = f"province != '{spelling}' & year >= 2011"
    made = ROADS[name](clean(), where=where)  # the weights still hold Tibet
    kept = clean()[lambda d: (d["省份"] != "西藏") & (d["年份"] >= 2011)]
    if name in ("DynamicSpatialPanel", "FirstDifference"):
        kept = clean()[lambda d: d["省份"] != "西藏"]  # 2010 lends the start of the first change
    right = numbers(ROADS[name](kept))
    if name == "FirstDifference":
        inside = kept[kept["年份"] >= 2011].x  # the lending year is no part of the sample that scale() reads
        right = right / kept.x.std(ddof=1) * inside.std(ddof=1)
    assert numbers(made) == pytest.approx(right, rel=1e-6, abs=1e-9)
    assert any(note.startswith(f"sample: {where}") for note in made.notes)


def test_weights_may_lack_what_where_leaves_out() -> None:
    w = RING.subset([key for key in RING.ids if key != "西藏"])
    spec = pk.SpatialPanel("y ~ x", model="sar", where="province != '西藏'")
    whole = spec.fit(clean(), RING, **KEYS)
    assert spec.fit(clean(), w, **KEYS).rho == pytest.approx(whole.rho, rel=1e-9)


def test_a_cross_section_without_years_takes_a_condition() -> None:
    frame = clean()[lambda d: d["年份"] == 2015].set_index("省份")[["x", "y", "z"]]
    spec = pk.SpatialCrossSection("y ~ scale(x)", model="sar", where="province != '西藏' & z < 9")
    right = pk.SpatialCrossSection("y ~ scale(x)", model="sar").fit(
        frame.drop("西藏"), RING.subset([key for key in RING.ids if key != "西藏"])
    )
    fit = spec.fit(frame, RING)
    assert fit.params.to_numpy() == pytest.approx(right.params.to_numpy(), rel=1e-6)
    dated = clean().assign(年份=lambda d: d["年份"].astype(str)).set_index(["省份", "年份"])
    assert pk.SpatialCrossSection("y ~ x", model="sar").fit(dated, RING, year="2015").nobs == len(NAMES)


def test_columns_that_name_units_are_the_index() -> None:
    """Two estimators that took an index only: the same numbers from named columns, and a year of one row a unit."""
    frame = clean()
    indexed = frame.set_index(list(KEYS.values()))
    mediation = pk.SpatialMediation("y", "x", "m", model="slx")
    named, by_index = (mediation.fit(d, RING, reps=100, **k) for d, k in ((frame, KEYS), (indexed, {})))
    assert named.params.to_numpy() == pytest.approx(by_index.params.to_numpy(), rel=1e-12)
    spec = pk.SpatialCrossSection("y ~ lag(x, 1)", model="sar")
    right = spec.fit(indexed, RING, year=2015).params.to_numpy()
    assert spec.fit(frame, RING, year=2015, **KEYS).params.to_numpy() == pytest.approx(right, rel=1e-12)
    plain = pk.SpatialCrossSection("y ~ x", model="sar")
    one = plain.fit(frame[frame["年份"] == 2015], RING, unit="省份")
    assert one.params.to_numpy() == pytest.approx(
        plain.fit(indexed, RING, year=2015).params.to_numpy(), rel=1e-12
    )
    assert "Provinces" in one.to_text()
    with pytest.raises(pk.DataError, match="unit='省' is no column"):
        plain.fit(frame, RING, unit="省")
    with pytest.raises(pk.DataError, match="unit= and time="):
        plain.fit(frame, RING, year=2015)


def test_a_misspelt_province_is_refused_with_its_neighbours() -> None:
    with pytest.raises(pk.DataError, match=r"no row of `province` holds '西臧' \(near: .*西藏"):
        pk.FixedEffects("y ~ x", where="province != '西臧'").fit(clean(), **KEYS)
    with pytest.raises(pk.DataError, match="holds '广东'"):
        pk.FixedEffects("y ~ x", where="province == '广东'").fit(clean(), **KEYS)


def test_labels_that_are_no_provinces_have_no_namesakes() -> None:
    assert namesakes("北京", np.array(["北京市", "某公司", "甲", "乙"], dtype=object)) is None
    assert namesakes("甲", np.array(["北京市"], dtype=object)) is None
    found = namesakes("Beijing", np.array(["北京市", "天津"], dtype=object))
    assert found is not None
    assert found.tolist() == [True, False]


@pytest.mark.parametrize("name", ROADS)
def test_frames_of_polars(name: str) -> None:
    polars = pytest.importorskip("polars")
    frame = clean()
    other = polars.DataFrame({column: frame[column].to_list() for column in frame})
    got = ROADS[name](other, where="province != '西藏'")
    assert numbers(got) == pytest.approx(numbers(ROADS[name](frame, where="province != '西藏'")), rel=1e-12)


def test_what_is_no_frame_is_refused_by_its_type() -> None:
    with pytest.raises(pk.DataError, match="not dict"):
        pk.FixedEffects("y ~ x").fit({"y": [1.0]}, unit="a", time="b")  # type: ignore[arg-type]


@pytest.mark.parametrize("year", [10**10, 2**63, -(10**26), 10**26, 1e26, 1e300])
@pytest.mark.parametrize("name", ["FixedEffects", "FirstDifference", "Mediation", "SpatialPanel"])
def test_a_time_of_any_size_is_one_message(name: str, year: float) -> None:
    frame = clean().astype({"年份": object})
    frame.loc[3, "年份"] = year
    with pytest.raises(pk.DataError, match="is no year: count times in years or periods"):
        ROADS[name](frame)


def test_times_of_64_bits_without_a_sign() -> None:
    times = clean()["年份"].to_numpy(np.uint64)
    assert pk.PooledOLS("y ~ x").fit(clean().assign(年份=times), **KEYS).nobs == 80
    times[3] = 2**63 + 1
    with pytest.raises(pk.DataError, match="is no year"):
        pk.PooledOLS("y ~ x").fit(clean().assign(年份=times), **KEYS)


def test_control_characters_in_levels_are_printed_as_escapes(tmp_path: Path) -> None:
    frame = clean()
    frame["k"] = np.array(["a", "b\x1b[31m", "c\x00d"])[np.arange(len(frame)) * 7 % 3]
    fit = pk.FixedEffects("y ~ x + C(k)").fit(frame, **KEYS)
    assert fit.terms == ("x", "C(k)[b\\x1b[31m]", "C(k)[c\\x00d]")
    plain = frame.assign(k=frame["k"].str[0])
    assert list(fit.params) == list(pk.FixedEffects("y ~ x + C(k)").fit(plain, **KEYS).params)
    fit.to_docx(tmp_path / "table.docx")
    assert not set("\x00\x1b") & set(fit.to_text() + fit.to_html() + fit.plot().svg())

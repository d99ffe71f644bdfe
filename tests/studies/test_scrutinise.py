"""`pk.scrutinise`: the conditions of one fit, what they are called, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from panelkit.studies.scrutiny.door import Scrutinised
from tests.panels import random_panel

FLAGSHIP = "log((rd_expenditure - rd_funds_government) / gdp) ~ log(rd_funds_government)"
MONEY = "log(rd_funds_government)"


@pytest.fixture(scope="module")
def flagship() -> Scrutinised:
    columns = ["rd_expenditure", "rd_funds_government", "gdp"]
    data = pk.load_provinces(columns, (2016, 2023), {"gdp": "census2023"})
    fit = pk.FixedEffects(FLAGSHIP, vcov=pk.Conley(800.0)).fit(data)
    return pk.scrutinise(fit, MONEY, reps=499)


@pytest.fixture(scope="module")
def firms() -> pd.DataFrame:
    """Twelve firms over seven years, some rows missing, in two kinds."""
    frame = random_panel(95, 12, 7, regressors=2).sort_index()
    frame["kind"] = [("old", "new")[int(unit[1:]) % 2] for unit in frame.index.get_level_values(0)]
    return frame.drop(frame.index[[8, 29]]).rename_axis(index=["firm", "year"])


@pytest.fixture(scope="module")
def kinds(firms: pd.DataFrame) -> pd.Series:
    return firms.groupby(level=0)["kind"].first()


def test_the_flagship_claim_is_taken_away_by_trends(flagship: Scrutinised) -> None:
    by_name = {condition.name: condition for condition in flagship.conditions}
    assert (flagship.word, flagship.mirrored) == ("NOT SUPPORTED", False)
    # slopes of dense dummies by statsmodels
    assert by_name["trends"].slope == pytest.approx(-0.050675, abs=1e-6)
    assert by_name["differences"].slope == pytest.approx(-0.168532, abs=1e-6)
    assert "worst without" in flagship.table().iloc[-1, -1]


def test_it_reads_in_both_languages(flagship: Scrutinised) -> None:
    english, chinese = flagship.summary(), flagship.summary(language="zh")
    assert english.startswith(f"`{MONEY}` raises")
    assert "takes it away" in english
    assert "499 draws" in english
    assert "不支持" in chinese
    assert "剔除海南" in chinese
    assert not set("abcdefg") & set("".join(flagship.table(language="zh").columns).replace("p", ""))
    assert "<table" in flagship._repr_html_()
    assert repr(flagship).startswith(f"Scrutinised({MONEY}: NOT SUPPORTED")
    assert flagship.tidy()["condition"].tolist() == [found.name for found in flagship.conditions]


def test_units_that_are_no_provinces_have_the_regions_that_they_are_given(
    firms: pd.DataFrame, kinds: pd.Series
) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(firms)
    bare, grouped = (pk.scrutinise(fit, "x1", reps=100, regions=told) for told in (None, kinds))
    found = {item.name: item for item in grouped.conditions}
    assert "the regions of the firms are not known" in bare.tidy()["reason"].tolist()
    dummies = pk.FixedEffects("y ~ x1 + x2 + C(kind):C(year)").fit(firms)
    assert found["regions"].slope == pytest.approx(float(dummies.params["x1"]), rel=1e-9)
    trends = pk.FixedEffects("y ~ x1 + x2 + C(firm):year").fit(firms)
    assert found["trends"].slope == pytest.approx(float(trends.params["x1"]), rel=1e-9)
    assert dict(kinds) == {unit: kinds[unit] for unit in grouped.units}
    assert pk.scrutinise(fit, "x1", reps=100, regions=dict(kinds)).tidy().equals(grouped.tidy())


def test_a_lead_reaches_beyond_the_sample(firms: pd.DataFrame) -> None:
    years = firms.index.get_level_values(1)
    fit = pk.FixedEffects("y ~ x1", where=f"year < {years.max()}").fit(firms)
    ahead = firms["x1"].rename(lambda year: year - 1, level=1)
    rows = {}
    for name, lead in {"sample": None, "beyond": ahead}.items():
        found = {item.name: item for item in pk.scrutinise(fit, "x1", reps=100, lead=lead).conditions}
        rows[name] = found["leads"].rows
    assert rows["beyond"] == rows["sample"] + firms.xs(years.max(), level=1).shape[0]


def test_the_word_of_a_number_and_of_the_other_side(firms: pd.DataFrame) -> None:
    rng = np.random.default_rng(0)
    frame = firms.assign(y=2.0 * firms["x1"] + 0.1 * rng.normal(size=len(firms)))
    fit = pk.FixedEffects("y ~ x1").fit(frame)
    assert pk.scrutinise(fit, "x1", number=2.0, reps=499).inside is True
    far = pk.scrutinise(fit, "x1", number=9.0, reps=499)
    assert (far.word, far.inside) == ("PARTLY", False)
    assert "9 lies outside" in far.summary()
    mirrored = pk.scrutinise(fit, "x1", sign=-1.0, reps=499)
    assert mirrored.mirrored
    assert "lies on the other side" in mirrored.summary()
    assert mirrored.smallest == pytest.approx(float(mirrored.main.smallest[0]))
    assert pk.scrutinise(fit, "x1", smallest=0.7, reps=100).smallest == 0.7


def _of(frame: pd.DataFrame, formula: str = "y ~ x1 + x2", **options: Any) -> Any:
    return pk.FixedEffects(formula, **options).fit(frame)


REFUSED: dict[str, tuple[Callable[[pd.DataFrame], Any], dict[str, Any], str]] = {
    "pooled": (lambda d: pk.PooledOLS("y ~ x1").fit(d), {}, "least squares with firm and year effects"),
    "unit effects": (lambda d: _of(d, effects="unit"), {}, "least squares with"),
    "instruments": (
        lambda d: pk.InstrumentalFE("y ~ [x1 ~ x2]").fit(d),
        {},
        "least squares with",
    ),
    "trends inside": (lambda d: _of(d, "y ~ x1 + C(firm):year"), {}, "C(firm):year"),
    "cells inside": (lambda d: _of(d, "y ~ x1 + C(kind):C(year)"), {}, "leave it out of the formula"),
    "other clusters": (lambda d: _of(d, vcov=pk.Cluster("kind")), {}, "clusters by kind"),
    "exact": (lambda d: _of(d.assign(y=3.0 * d["x1"])), {}, "fits the outcome exactly"),
    "no term": (_of, {"term": "x9"}, "no term x9"),
    "sign": (_of, {"sign": 2.0}, "sign is 1 or -1"),
    "zero": (_of, {"number": 0.0}, "zero has no direction"),
    "smallest": (_of, {"smallest": -1.0}, "above 0"),
    "no draws": (_of, {"reps": 0}, "cannot reach p < 0.01"),
    "one draw": (_of, {"reps": 1}, "reps=1 cannot reach p < 0.01"),
    "too few draws": (_of, {"reps": 99}, "take 100 or more"),
    "no number of draws": (_of, {"reps": 499.5}, "whole number and at least 100"),
    "generator": (_of, {"rng": np.random.default_rng(1)}, "rng is a whole number"),
    "regions short": (_of, {"regions": {"P00": "a"}}, "regions says nothing of 11 firms: P01, P02"),
    "income missing": (_of, {"income": dict.fromkeys([f"P{i:02d}" for i in range(12)], np.nan)}, "12 firms"),
    "lead": (_of, {"lead": pd.Series([1.0, 2.0])}, "a series by firm and year"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_not_be_right_is_refused(firms: pd.DataFrame, case: str) -> None:
    made, options, words = REFUSED[case]
    fit = made(firms)
    with pytest.raises(SpecError) as refused:
        pk.scrutinise(fit, options.pop("term", "x1"), **options)
    assert words in str(refused.value)


def test_a_spec_is_no_fit() -> None:
    with pytest.raises(SpecError, match="FixedEffects: the conditions of a verdict"):
        pk.scrutinise(pk.FixedEffects("y ~ x"), "x")  # type: ignore[arg-type]


def test_years_that_leap_are_refused_and_dates_of_months_are_not(firms: pd.DataFrame) -> None:
    """20110101, 20120101, ... would be followed through seventy thousand years; 201101, 201201, ... are not many."""
    plain = firms.rename(lambda year: year - 2000, level=1)
    term = str(next(name for name in plain.columns if name.startswith("x")))
    dates = plain.rename(lambda year: 20_000_101 + 10_000 * year, level=1)
    with pytest.raises(SpecError, match=r"hold rows in 7 of 60,001, .*: count years without gaps"):
        pk.scrutinise(pk.FixedEffects(f"y ~ {term}").fit(dates), term, reps=199)
    months = plain.rename(lambda year: 200_001 + 100 * year, level=1)
    thin = pk.scrutinise(pk.FixedEffects(f"y ~ {term}").fit(months), term, reps=199)
    usual = pk.scrutinise(pk.FixedEffects(f"y ~ {term}").fit(plain), term, reps=199)
    by_name = [{c.name: c.slope for c in one.conditions} for one in (thin, usual)]
    assert by_name[0]["trends"] == pytest.approx(by_name[1]["trends"], rel=1e-9)

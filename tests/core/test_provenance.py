"""What the figures say of themselves reaches the result; what two labels or levels hide is refused."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from panelkit.panel.design import build_design
from tests.panels import random_panel

FORMULA = "log(rd_expenditure / gdp) ~ log(rd_funds_government)"
COLUMNS = ["rd_expenditure", "rd_funds_government", "gdp"]


def test_vintage_and_flag_stand_under_every_table(tmp_path: Path) -> None:
    data = pk.load_provinces(COLUMNS, (2016, 2023), vintage={"gdp": "as_published"})
    fit = pk.FixedEffects(FORMULA).fit(data)
    assert sum("vintage as_published" in note for note in fit.notes) == 3
    assert any("mixed_vintage" in note for note in fit.notes)
    for text in (fit.summary(), fit.to_latex(), fit.to_html(), fit.to_markdown(), fit.to_text()):
        plain = text.replace("\\", "")
        assert "mixed_vintage" in plain
        assert "gdp: gross regional product" in " ".join(plain.split())
    chinese = fit.to_markdown(language="zh").replace("\\", "")
    assert "地区生产总值" in chinese
    assert "版本 as_published" in chinese
    assert "标记 mixed_vintage：gdp，全部省份" in chinese
    assert "flag mixed_vintage" not in chinese
    again = pickle.loads(pickle.dumps(fit.notes))
    assert [note.text("zh") for note in again] == [note.text("zh") for note in fit.notes]


def test_a_blanket_vintage_names_no_series() -> None:
    data = pk.load_provinces(COLUMNS, (2016, 2023), vintage="as_published")
    with pytest.raises(DataError) as refusal:
        pk.FixedEffects(FORMULA).fit(data)
    for part in ("`gdp` (as_published)", "2017 to 2019", 'vintage={"gdp": "as_published"}', "--vintage gdp="):
        assert part in str(refusal.value)
    years = data.index.get_level_values("year")
    late = pk.FixedEffects(FORMULA).fit(data[years >= 2019])
    assert not any("mixed_vintage" in note for note in late.notes)
    allowed = pk.load_provinces(COLUMNS, (2016, 2023), vintage="as_published", allow_breaks="gdp")
    assert any("mixed_vintage" in note for note in pk.FixedEffects(FORMULA).fit(allowed).notes)


def test_a_default_series_across_its_break_is_asked_for_by_name() -> None:
    columns = ["va_secondary", "va_tertiary", "population"]
    formula = "log(va_tertiary / va_secondary) ~ log(population)"
    with pytest.raises(DataError, match="`va_tertiary` .* and the sample runs from 2012 to 2022") as refusal:
        pk.FixedEffects(formula).fit(pk.load_provinces(columns, (2012, 2022)))
    assert '{"va_tertiary": "as_published", "va_secondary": "as_published"}' in str(refusal.value)
    named = {"va_secondary": "as_published", "va_tertiary": "as_published"}
    fit = pk.FixedEffects(formula).fit(pk.load_provinces(columns, (2012, 2022), vintage=named))
    assert sum("mixed_vintage" in note for note in fit.notes) == 2
    one_base = pk.load_provinces(columns, (2012, 2022)).query("year <= 2016")
    assert not any("mixed_vintage" in note for note in pk.FixedEffects(formula).fit(one_base).notes)


def test_a_flagged_cell_is_told_of_where_it_is_in_the_sample() -> None:
    formula = "log(software_revenue) ~ log(population)"
    for labels in ("en", "zh", "adcode"):
        data = pk.load_provinces(["software_revenue", "population"], (2018, 2022), labels=labels)
        notes = build_design(formula, data).notes
        assert any("flag suspect: software_revenue, Inner Mongolia 2021" in note for note in notes), labels
        left = data[data.index.get_level_values("year") < 2021]
        assert not any("suspect" in note for note in build_design(formula, left).notes)


def test_a_part_over_a_total_of_another_vintage_is_told_of() -> None:
    data = pk.load_provinces(["va_secondary", "gdp", "population"], (2019, 2022))
    both = build_design("va_secondary / gdp ~ log(population)", data).notes
    assert any("vintages_differ" in note for note in both)
    part = build_design("log(va_secondary) ~ log(population)", data).notes
    assert not any("vintages_differ" in note for note in part)


def test_data_of_ones_own_have_no_such_notes() -> None:
    assert build_design("y ~ x1", random_panel(3)).notes == build_design("y ~ x1", random_panel(3)).notes
    frame = random_panel(3)
    frame.attrs["panelkit"] = {"weights": "queen"}
    assert build_design("y ~ x1", frame).notes == build_design("y ~ x1", random_panel(3)).notes


def test_summary_in_chinese() -> None:
    data = pk.load_provinces(COLUMNS, (2016, 2023))
    fit = pk.FixedEffects(FORMULA).fit(data)
    text = fit.summary(language="zh")
    for part in (
        "标准误",
        "p 值",
        "观测值",
        "固定效应",
        "省份和年份",
        "注：",
        "CRV3（刀切法），聚类于省份",
        "是",
    ):
        assert part in text
    assert "std_error" not in text
    assert fit.summary() == str(fit)
    assert "std_error" in fit.summary()


@pytest.mark.parametrize("other", ["p01 ", "\u3000p01", "p\u300001", " p01"])
def test_units_that_differ_by_blanks_are_refused(other: str) -> None:
    flat = pd.DataFrame({"firm": ["p01", "p02"] * 3, "t": np.repeat([1, 2, 3], 2), "y": 1.0})
    flat.loc[4, "firm"] = other
    for frame in (flat, flat.astype({"firm": "category"})):
        with pytest.raises(DataError, match="differ only by blanks.*p01"):
            build_design("y ~ 1", frame, unit="firm", time="t")
    with pytest.raises(DataError, match="differ only by blanks"):
        build_design(
            "y ~ 1", flat.rename(columns={"firm": "province", "t": "year"}).set_index(["province", "year"])
        )


def test_blanks_that_hide_nothing_pass() -> None:
    flat = pd.DataFrame({"firm": ["北\u3000京", "天津 "] * 2, "t": [1, 1, 2, 2], "y": 1.0})
    assert len(build_design("y ~ 1", flat, unit="firm", time="t").unit_labels) == 2


def test_a_third_level_is_refused() -> None:
    frame = random_panel(1).assign(sector="all").set_index("sector", append=True)
    with pytest.raises(DataError, match=r"3 levels.*reset_index\(\['sector'\]\)"):
        build_design("y ~ x1", frame)
    assert len(build_design("y ~ x1", frame.reset_index("sector")).y)


def test_two_years_in_a_list_can_be_read_in_two_ways() -> None:
    for years in ([2016, 2023], [2023, 2016], np.array([2016, 2023])):
        with pytest.raises(SpecError, match=r"\(2016, 2023\) for every year.*\{2016, 2023\} for these two"):
            pk.load_provinces("gdp", years)
    held = pk.load_provinces("gdp", {2016, 2023}).index.get_level_values("year")
    assert sorted(set(held)) == [2016, 2023]
    assert len(pk.load_provinces("gdp", [2016, 2017])) == 62
    assert len(pk.load_provinces("gdp", [2016, 2019, 2023])) == 93


def test_what_is_derived_from_a_fit_says_it_too() -> None:
    named = {"va_secondary": "as_published", "va_tertiary": "as_published"}
    columns = ["va_secondary", "va_tertiary", "patents_granted_invention", "population"]
    data = pk.load_provinces(columns, (2013, 2022), vintage=named)
    spec = pk.Mediation(
        outcome="va_tertiary / va_secondary",
        treatment="log(population)",
        mediators="log(patents_granted_invention / population)",
    )
    found = spec.fit(data, reps=200, rng=1)
    assert any("mixed_vintage" in note for note in found.notes)
    assert "标记 mixed_vintage" in found.summary(language="zh")
    panel = pk.load_provinces(["rd_expenditure", "population"], (2018, 2022))
    fit = pk.SpatialPanel("log(rd_expenditure) ~ log(population)", "sdm").fit(panel, pk.contiguity())
    assert any("vintage as_published" in note for note in fit.notes)
    assert any("vintage as_published" in note for note in fit.impacts().notes)

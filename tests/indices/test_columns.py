"""Composite indices and structural measures as columns of a regression."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.figures import Figures
from panelkit.indices.arrays import structure
from panelkit.indices.panels import columns, made
from panelkit.language.errors import SpecError
from panelkit.studies.specification import Specification


def test_names_of_derived_columns() -> None:
    assert columns.is_derived("index_tech_innovation")
    assert columns.is_derived("neighbour_similarity")
    assert not columns.is_derived("gdp")
    assert columns.derived_labels("neighbour_similarity")["zh"].startswith("与邻省")
    assert (
        columns.derived_labels("index_tech_innovation__equal")["en"] == "Technological-innovation subsystem"
    )
    with pytest.raises(SpecError, match="no design nothing"):
        columns.derived_labels("index_nothing")


def test_scores_stand_under_their_province_and_year() -> None:
    index = pk.load_provinces("gdp", years=(2013, 2020)).index
    assert isinstance(index, pd.MultiIndex)
    found = columns.derived_columns(["index_tech_innovation", "index_tech_innovation__equal"], index)
    scores = pk.composite_index("tech_innovation").scores
    assert found.loc[("Hubei", 2018), "index_tech_innovation"] == scores.loc[("Hubei", 2018)]
    equal = pk.composite_index("tech_innovation", weights="equal").scores
    assert found.loc[("Hubei", 2018), "index_tech_innovation__equal"] == equal.loc[("Hubei", 2018)]
    assert np.isnan(found.loc[("Hubei", 2013), "index_tech_innovation"])  # before the design's years
    assert np.isnan(found.loc[("Tibet", 2018), "index_tech_innovation"])  # outside its provinces


def test_similarity_with_neighbours_by_hand() -> None:
    found = made.neighbour_similarity()
    sectors = pk.load_provinces(["va_primary", "va_secondary", "va_tertiary"], years=2019).xs(
        2019, level="year"
    )
    alike = pd.DataFrame(structure.similarity(sectors.to_numpy()), index=sectors.index, columns=sectors.index)
    assert found.loc[("Hainan", 2019)] == pytest.approx(alike.loc["Hainan", "Guangdong"])
    assert found.loc[("Tianjin", 2019)] == pytest.approx(alike.loc["Tianjin", ["Beijing", "Hebei"]].mean())


def test_a_specification_reads_indices_beside_figures() -> None:
    spec = Specification(
        outcome="log(rd_expenditure / gdp)",
        treatment="log(index_digitalisation)",
        controls=(),
        lag=0,
        effects="twoway",
        estimator="fixed_effects",
        vcov="CRV3",
        years=(2015, 2020),
        provinces="no_tibet",
    )
    frame = Figures([spec]).exact(spec)
    assert set(frame.columns) == {"gdp", "index_digitalisation", "rd_expenditure"}
    assert frame.notna().all(axis=None)
    assert frame.attrs["panelkit"]["names"]["index_digitalisation"]["zh"] == "数字化水平"
    whole = Figures([spec]).panel(spec)
    pd.testing.assert_series_equal(whole["index_digitalisation"], frame["index_digitalisation"])


def test_the_coordination_of_both_subsystems_is_the_fourth_root_of_their_product() -> None:
    index = pk.load_provinces("gdp", years=(2016, 2018)).index
    assert isinstance(index, pd.MultiIndex)
    names = ["coordination", "coordination_wang", "index_tech_innovation", "index_industrial_innovation"]
    found = columns.derived_columns(names, index)
    product = found["index_tech_innovation"] * found["index_industrial_innovation"]
    pd.testing.assert_series_equal(found["coordination"], product**0.25, check_names=False)
    small = found[["index_tech_innovation", "index_industrial_innovation"]].min(axis=1)
    large = found[["index_tech_innovation", "index_industrial_innovation"]].max(axis=1)
    # Wang Shujia and others 2021 for two systems: C = sqrt((1 - (large - small)) small / large), D = sqrt(C T)
    corrected = np.sqrt(np.sqrt((1 - large + small) * small / large) * (small + large) / 2)
    pd.testing.assert_series_equal(found["coordination_wang"], corrected, check_names=False)
    assert set(columns.figures_behind("coordination")) > {"rd_expenditure", "software_revenue"}


def test_the_stock_of_research_is_what_is_left_of_every_year_s_spending() -> None:
    flow = pk.load_provinces("rd_expenditure")["rd_expenditure"].xs("Hubei")
    first, last = int(flow.index[0]), int(flow.index[-1])
    growth = np.log(flow.loc[last] / flow.loc[first]) / (last - first)
    begun = flow.loc[first] / (growth + 0.15)
    expected = begun * 0.85**3 + sum(flow.loc[first + k] * 0.85 ** (3 - k) for k in (1, 2, 3))
    assert made.rd_stock().loc[("Hubei", first + 3)] == pytest.approx(expected)


def test_misallocation_over_sectors_by_hand() -> None:
    sectors, jobs = ["va_primary", "va_secondary", "va_tertiary"], ["primary", "secondary", "tertiary"]
    frame = pk.load_provinces([*sectors, *(f"employment_{job}" for job in jobs)], years=2019).loc[
        ("Hubei", 2019)
    ]
    value = frame[sectors].to_numpy() / frame[sectors].sum()
    work = frame[[f"employment_{job}" for job in jobs]].to_numpy()
    expected = float((value * np.log(value / (work / work.sum()))).sum())
    assert made.sector_misallocation().loc[("Hubei", 2019)] == pytest.approx(expected)


def test_the_year_of_a_row_is_a_column() -> None:
    index = pk.load_provinces("gdp", years=(2016, 2018)).index
    assert isinstance(index, pd.MultiIndex)
    found = columns.derived_columns(["calendar_year"], index)["calendar_year"]
    assert (found.to_numpy() == index.get_level_values("year").to_numpy()).all()
    assert columns.figures_behind("calendar_year") == ()

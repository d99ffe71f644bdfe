"""Printed national totals: held beside the provinces, added up on load, and loaded on their own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import panelkit as pk
from panelkit import DataError, SpecError
from panelkit.data import catalogue
from panelkit.data.checks import national_problems
from panelkit.data.figure_notes import data_notes
from panelkit.data.figures import read_figures
from panelkit.data.paths import shipped
from panelkit.data.provinces import NATION, labels_of
from panelkit.data.shipped_tables import read_rows

PAPERS = "papers_sci.as_published.csv"


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder laid out as `data/`, with the papers of one index."""
    for table in shipped("data").glob("*.csv"):
        shutil.copy(table, tmp_path)
    (tmp_path / "figures").mkdir()
    shutil.copy(shipped("data") / "figures" / PAPERS, tmp_path / "figures")
    return tmp_path


def gaps(figures: pd.DataFrame) -> pd.Series:
    """Return nation less provinces by (indicator, period), in the printed unit."""
    key = ["indicator", "period"]
    nation = figures[figures["adcode"] == NATION].set_index(key)["value"]
    return (nation - figures[figures["adcode"] != NATION].groupby(key)["value"].sum()).dropna()


def test_every_printed_total_is_told_how_it_adds_up(every_figure: pd.DataFrame) -> None:
    printed = set(every_figure.loc[every_figure["adcode"] == NATION, "indicator"])
    rules = catalogue.national_sums()
    assert len(rules) == len({rule.indicator for rule in rules})
    assert printed == {rule.indicator for rule in rules}
    assert {rule.relation for rule in rules} == {"equal", "at_most"}
    assert all(0 <= rule.rtol <= 0.0006 and rule.why for rule in rules)
    assert national_problems(every_figure) == []


@pytest.mark.parametrize(
    ("indicator", "apart"),
    [("papers_sci", (54, 14, 15)), ("papers_ei", (0, 3, 982)), ("papers_cpci_s", (28, 15, 3))],
)
def test_papers_of_no_province(
    every_figure: pd.DataFrame, indicator: str, apart: tuple[int, int, int]
) -> None:
    held = gaps(every_figure)[indicator]
    assert held[held != 0].to_dict() == {
        year: float(n) for year, n in zip(("2011", "2012", "2013"), apart, strict=True) if n
    }


def test_a_province_that_breaks_the_national_total_is_refused(papers: Path) -> None:
    path = papers / "figures" / PAPERS
    read_figures(["papers_sci"], folder=papers)
    text = path.read_text(encoding="utf-8")
    assert text.count("23307,3428") == 1
    path.write_text(text.replace("23307,3428", "23307,3429"), encoding="utf-8")
    with pytest.raises(DataError, match="miss the national total of papers_sci in 2010") as caught:
        read_figures(["papers_sci"], folder=papers)
    assert "papers_sci 各省之和与全国公布数不符：2010（as_published）相差0.000823%" in caught.value.text("zh")


def test_the_nation_is_no_province_of_a_panel() -> None:
    frame = pk.load_provinces("papers_sci", (2019, 2020))
    assert len(frame) == 62
    assert set(frame.index.get_level_values("province")) == set(labels_of("en").values())


def test_the_nation_alone() -> None:
    frame = pk.load_nation(["papers_sci", "集成电路", "external_rd_expenditure"], (2017, 2019))
    assert list(frame.columns) == ["papers_sci", "integrated_circuits", "external_rd_expenditure"]
    assert list(frame.index) == [2017, 2018, 2019]
    assert frame["external_rd_expenditure"].isna().tolist() == [True, False, False]
    assert frame.loc[2019, "external_rd_expenditure"] == 8930340 / 10_000
    printed = pk.load_nation("external_rd_expenditure", 2019, units="yearbook")
    assert printed.to_numpy().tolist() == [[8930340.0]]
    facts = frame.attrs["panelkit"]
    assert facts["units"] == {
        "papers_sci": "篇",
        "integrated_circuits": "万块",
        "external_rd_expenditure": "亿元",
    }
    assert [one["years"] for one in facts["sources"]["integrated_circuits"]] == ["2017-2019"]
    notes = data_notes(frame)
    assert any("National Data, annual, output of industrial products" in note for note in notes)
    assert "external_rd_expenditure: 1 of 3 cells are missing; nothing is interpolated" in notes


def test_the_nation_carries_the_flags_of_the_whole_and_the_unit_that_is_not_known() -> None:
    frame = pk.load_nation(["papers_cpci_s", "fax_machines"], (2018, 2019))
    english, chinese = data_notes(frame), data_notes(frame, language="zh")
    assert any(
        note.startswith("flag suspect: papers_cpci_s, all provinces 2010-2022: 86,754") for note in english
    )
    assert any(note.startswith("fax_machines: facsimile machines, unit not stated, ") for note in english)
    assert any("传真机，单位未注明，" in note for note in chinese)


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ("gdp", r'no printed national total of gdp is held; .*load_provinces\("gdp"\)'),
        ("integrated_circuit", "no indicator is called 'integrated_circuit'"),
        ([], "name at least one indicator"),
    ],
)
def test_what_the_nation_has_not(series: str | list[str], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        pk.load_nation(series)


def test_years_that_no_series_holds() -> None:
    with pytest.raises(SpecError, match="no figure asked for is held in 1990"):
        pk.load_nation(["cement", "papers_sci"], 1990)


def test_every_name_means_one_thing() -> None:
    rows = [*read_rows("indicators.csv"), *read_rows("products.csv")]
    for column in ("name_en", "name_zh"):
        names = [row[column].casefold() for row in rows]
        twice = {name for name in names if names.count(name) > 1}
        assert twice <= {"货物进出口总额(按经营单位所在地)"}
    keys = [row.get("indicator", row.get("product")) for row in rows]
    assert len(set(keys)) == len(keys)


def test_the_table_of_products_says_what_the_outputs_say() -> None:
    about = {row["product"]: row for row in read_rows("products.csv")}
    outputs = read_rows("national_products.csv")
    assert {row["product"] for row in outputs} == set(about)
    for row in outputs:
        assert (row["name_zh"], row["unit"]) == (
            about[row["product"]]["name_zh"],
            about[row["product"]]["unit"],
        )
        assert row["source"] in catalogue.sources().index
    cells = [(row["product"], row["year"]) for row in outputs]
    assert len(set(cells)) == len(cells)


def test_the_years_of_a_source_are_those_that_its_publication_names(every_figure: pd.DataFrame) -> None:
    spans = every_figure.groupby("source")["period"].agg(lambda periods: {int(p) for p in periods})
    named = catalogue.sources()["publication_en"].str.extract(r"data years? ([0-9, -]+)")[0].dropna()
    checked = 0
    for source, text in named.items():
        if source not in spans:
            continue
        years: set[int] = set()
        for part in re.findall(r"\d{4}(?:-\d{4})?", text):
            first, _, last = part.partition("-")
            years |= set(range(int(first), int(last or first) + 1))
        assert spans[source] == years, source
        checked += 1
    assert checked >= 20


def test_a_flag_on_several_years_stands_under_a_result_of_any_of_them() -> None:
    data = pk.load_provinces(["hightech_new_product_exports", "papers_ei", "papers_sci"], (2020, 2022))
    fit = pk.FixedEffects("log(papers_sci) ~ log(hightech_new_product_exports)").fit(data)
    told = [str(note) for note in fit.notes if note.startswith("flag")]
    assert told == [
        "flag absent: hightech_new_product_exports, all provinces 2016-2023: left out where blank; the printed "
        "provinces add up to the national total, so that blank means none"
    ]
    years = data.index.get_level_values("year")
    early = pk.load_provinces(["industry_rd_researchers_fte", "papers_sci"], (2018, 2022))
    suspect = pk.FixedEffects("log(papers_sci) ~ log(industry_rd_researchers_fte)").fit(early)
    assert any(
        note.startswith("flag suspect: industry_rd_researchers_fte, all provinces 2020")
        for note in suspect.notes
    )
    late = pk.FixedEffects("log(papers_sci) ~ log(industry_rd_researchers_fte)").fit(
        early[early.index.get_level_values("year") > 2020]
    )
    assert not any(note.startswith("flag") for note in late.notes)
    assert len(years) == 93

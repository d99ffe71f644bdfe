"""What is held, counted: against the long table, and as a picture on the terminal and in files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.data.figures import read_figures
from panelkit.data.provinces import NATION
from panelkit.show.held import held_map


def test_counts_are_those_of_the_long_table() -> None:
    counts = pk.held_counts(["energy_consumption", "gdp"])
    figures = read_figures(["energy_consumption", "gdp"])
    figures = figures[figures["adcode"] != NATION]
    for (key, vintage), row in counts.iterrows():
        own = figures[(figures["indicator"] == key) & (figures["vintage"] == vintage)]
        by_year = own.groupby(own["period"].astype(int))["adcode"].nunique()
        assert row[row > 0].to_dict() == by_year.to_dict()
    assert list(counts.columns) == list(range(counts.columns[0], counts.columns[-1] + 1))
    assert counts.index[1] == ("gdp", "census2023")  # the default vintage stands before the others


def test_figures_of_a_store_are_counted(tmp_path: Path) -> None:
    text = "province,year,indicator,value,unit\n北京,2031,甲,1,个\n上海,2031,甲,2,个\n"
    (tmp_path / "a.csv").write_text(text.replace("2031", "2024"), encoding="utf-8")
    pk.ingest([tmp_path / "a.csv"], store=tmp_path / "store", vintage="own")
    counts = pk.held_counts("甲", store=tmp_path / "store")
    assert counts.loc[("甲", "own")].to_dict() == {2024: 2}
    with pytest.raises(pk.SpecError, match="甲"):
        pk.held_counts("甲")


def test_what_is_not_held_is_refused() -> None:
    with pytest.raises(pk.SpecError, match="gdpp"):
        pk.held_counts("gdpp")


def test_the_terminal_shows_a_row_a_series() -> None:
    run = CliRunner().invoke(app, ["data", "coverage", "gdp", "--years", "2021-2025"])
    lines = run.stdout.splitlines()
    assert lines[0].split() == ["12345"]
    assert lines[1].split()[-2:] == ["████·", "census2023"]
    assert "█ 31 provinces" in run.stdout


def test_json_and_files(tmp_path: Path) -> None:
    run = CliRunner()
    found = json.loads(run.invoke(app, ["data", "coverage", "gdp", "--years", "2022-2023", "--json"]).stdout)
    assert found[0] == {
        "indicator": "gdp",
        "vintage": "census2023",
        "provinces": {"2022": 31, "2023": 31},
    }
    for name in ("a.svg", "a.csv"):
        done = run.invoke(
            app, ["data", "coverage", "gdp", "energy_consumption", "--out", str(tmp_path / name)]
        )
        assert done.exit_code == 0
    assert "census2023" in (tmp_path / "a.csv").read_text(encoding="utf-8")
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "gross regional product" in drawn
    partial = pk.held_counts("energy_consumption").to_numpy()
    assert drawn.count(">30<") == int((partial == 30).sum()) > 0


def test_the_picture_speaks_chinese() -> None:
    assert "各指标各年份有数据的省份数" in held_map(pk.held_counts("gdp"), language="zh").svg()


def test_names_too_long_for_the_page_are_shortened_in_their_middle() -> None:
    counts = pk.held_counts("gdp")
    label = counts.index[0]
    long = "甲乙丙丁" * 20 + " as_published"
    drawn = held_map(counts, labels={label: long}).svg()
    assert long not in drawn
    assert " … " in drawn
    assert "as_published" in drawn

"""`panelkit data list` and `panelkit data show`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata

import pytest
from typer.testing import CliRunner

from panelkit.cli.data import app
from panelkit.data.panels import load_provinces
from panelkit.language.errors import DataError


def run(*words: str, width: int = 80) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": str(width)}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_list_fits_the_terminal(width: int, lang: str) -> None:
    text = run("list", "--lang", lang, width=width)
    assert max(map(columns, text.splitlines())) <= width
    assert "disposable_income_per_capita" in text
    assert "151" in "".join(text.splitlines()[-4:])
    assert text.count("*") == (152 if width == 120 else 0)  # the mark is explained where it stands


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_show_fits_the_terminal(width: int, lang: str) -> None:
    text = run("show", "gdp", "--lang", lang, width=width)
    assert max(map(columns, text.splitlines())) <= width
    for word in ("census2023", "as_published", "nbs_portal_2017", "mixed_vintage", "亿元", "2019-2023"):
        assert word in text


def test_show_names_absent_cells_and_flags() -> None:
    text = run("show", "rd_funds_enterprise")
    assert "Beijing" in text
    assert "30/31" in text
    chinese = run("show", "R&D经费:企业资金", "--lang", "zh")
    assert "北京" in chinese
    assert "来源缺失" in chinese
    many = run("show", "industry_new_product_exports", width=120)
    assert "30/31 and the nation" in many
    assert "all provinces 2018-2023" in many
    several = run("show", "technology_import_spending", "--lang", "zh", width=120)
    assert "海南, 西藏, 青海" in several
    assert "28/31，另有全国" in several
    assert "全部省份 2018-2023" in several


def test_show_names_every_source_of_a_year() -> None:
    text = run("show", "patents_granted", width=120)
    assert "st_yearbook_misread, techme" in text
    assert "st_yearbook_misread: National Bureau of Statistics" in text
    shown = json.loads(run("show", "patents_granted", "--json"))
    (year,) = (one for one in shown["vintages"][0]["years"] if one["year"] == 2012)
    assert year["sources"] == ["st_yearbook_misread", "techme"]
    assert (year["held"], year["absent"], year["nation"]) == (31, [], False)
    assert shown["sources"] == ["st_yearbook_misread", "techme"]
    assert "no flags" in run("show", "population")


def test_json() -> None:
    shown = json.loads(run("show", "gdp", "--json"))
    assert shown["default_vintage"] == "census2023"
    assert {one["vintage"]: one["cells"] for one in shown["vintages"]} == {
        "as_published": 527,
        "census2023": 589,
    }
    assert shown["flags"][0]["flag"] == "mixed_vintage"
    listed = json.loads(run("list", "--json"))
    assert sum(bool(row["vintages"]) for row in listed) == 151
    assert next(row for row in listed if row["indicator"] == "housing_price")["vintages"] == {}
    assert {"indicator", "name_en", "name_zh", "unit", "vintages", "flags"} <= set(listed[0])


def test_an_indicator_without_figures_says_so() -> None:
    assert "none yet" in run("list", "housing_price")
    assert "housing_price" in run("show", "housing_price")
    with pytest.raises(DataError, match="no figures are held yet"):
        load_provinces("housing_price")


def test_search() -> None:
    assert "population" in run("list", "人口")
    assert "gdp" not in run("list", "人口")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "gpd"), "did you mean gdp"),
        (("list", "zzz"), "contains 'zzz'"),
        (("show", "gdp", "--lang", "fr"), "fr"),
    ],
)
def test_mistakes_end_with_status_two(words: tuple[str, ...], message: str) -> None:
    code = "from panelkit.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "data", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr

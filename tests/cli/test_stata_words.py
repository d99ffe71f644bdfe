"""What a Stata user writes first on the command line: matrices without names, options and spellings of Stata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.language.errors import PanelkitError

# Codes of `encode` run against the alphabet of the labels, so that an order by name would be another one.
CODES = {"北京": 4, "天津": 1, "河北": 3, "山西": 2, "上海": 6, "江苏": 5}
YEARS = range(2010, 2018)


def run(*args: str) -> Any:
    from panelkit.cli import app

    return CliRunner().invoke(app, list(args))


def refusal(*args: str) -> PanelkitError:
    found = run(*args)
    assert isinstance(found.exception, PanelkitError), found.output
    return found.exception


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A panel with an encoded unit, its matrix without names in the order of the codes, and the same with names."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        [
            {"prov": name, "id": code, "text": name, "year": year, "x": rng.normal(), "y": rng.normal()}
            for name, code in CODES.items()
            for year in YEARS
        ]
    )
    names = sorted(CODES, key=lambda name: CODES[name])
    frame["prov"] = pd.Categorical(frame["prov"], categories=names)
    frame["two"] = (frame["id"] > 3).astype(int)
    data = tmp_path / "data.dta"
    frame.to_stata(data, write_index=False, version=118)
    links = np.triu(rng.integers(0, 2, (6, 6)), 1)
    links[0, 1:] = 1
    square = pd.DataFrame((links + links.T).astype(float))
    bare, named = tmp_path / "bare.csv", tmp_path / "named.csv"
    square.to_csv(bare, header=False, index=False)
    square.set_axis(names, axis=0).set_axis(names, axis=1).to_csv(named)
    return data, bare, named


@pytest.mark.parametrize("column", ["id", "prov"])
@pytest.mark.parametrize(
    "command",
    [["fit", "y ~ x"], ["lm", "y ~ x"], ["moran", "y", "--permutations", "99"], ["hausman", "y ~ x"]],
)
def test_rows_without_names_stand_in_the_order_of_a_column(
    own: tuple[Path, Path, Path], command: list[str], column: str
) -> None:
    data, bare, named = own
    call = ["spatial", *command, "--data", str(data), "--unit", "prov", "--time", "year", "--json"]
    by_order = run(*call, "--w", str(bare), "--w-order", column)
    by_name = run(*call, "--w", str(named))
    assert by_order.exit_code == 0, by_order.output
    assert json.loads(by_order.output.replace("bare", "named")) == json.loads(by_name.output)


def test_an_order_that_tells_nobody_who_is_who_is_refused(own: tuple[Path, Path, Path]) -> None:
    data, bare, _ = own
    call = [
        "spatial",
        "fit",
        "y ~ x",
        "--data",
        str(data),
        "--unit",
        "prov",
        "--time",
        "year",
        "--w",
        str(bare),
    ]
    for column, said in (
        ("y", "changes"),
        ("two", "share a number"),
        ("text", "text"),
        ("other", "no such column"),
    ):
        assert said in str(refusal(*call, "--w-order", column))
    assert "--w-order COLUMN" in str(refusal(*call))
    assert "北京" in refusal(*call, "--w-order", "two").text("zh")
    alone = ["spatial", "fit", "log(gdp) ~ log(population)", "--w-order", "id"]
    assert "leave it out" in str(refusal(*alone))


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (["fit", "y ~ x", "--absorb", "id year"], "--effects twoway"),
        (["fit", "y ~ x", "--cluster", "id"], "Cluster(column)"),
        (["fit", "y ~ x", "--vce=robust"], "--vcov Robust"),
        (["fit", "y ~ x", "--re"], "--model random_effects"),
        (["spatial", "fit", "y ~ x", "--re"], "--random"),
        (["spatial", "fit", "y ~ x", "--type", "both"], "twoway for both"),
        (["spatial", "fit", "y ~ x", "--wmat", "w.csv"], "--w FILE"),
        (["fit", "y ~ x", "--using", "t.docx"], "--out t.docx"),
        (["mediate", "y", "x", "m", "--cv", "z"], "--controls"),
        (["fit", "y ~ x", "--aweight", "n"], '--weights "aw=population"'),
        (["spatial", "fit", "y ~ x", "--weights", "aw=n"], "gives no row a share to weigh"),
        (["mediate", "y", "x", "m", "--weights", "aw=n"], "its equations take no weights"),
    ],
)
def test_an_option_of_stata_is_answered_by_the_one_that_there_is(written: list[str], instead: str) -> None:
    assert instead in str(refusal(*written))


def test_every_remedy_names_an_option_that_some_command_has() -> None:
    from panelkit.cli._stata_options import HINTS
    from tests.cli.tree import commands

    held = {name for _, command in commands() for parameter in command.params for name in parameter.opts}
    assert {needed for hints in HINTS.values() for needed, _ in hints} <= held


def test_options_that_a_command_has_are_never_taken_for_those_of_stata() -> None:
    found = run(
        "spatial", "moran", "log(gdp)", "--years", "2021-2022", "--permutations", "99", "--w", "contiguity"
    )
    assert found.exit_code == 0, found.output
    assert "No such option" in run("fit", "y ~ x", "--unheard").output


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("cluster province", "`Cluster(province)`"),
        ("vce(cluster id year)", "`TwoWayCluster(id, year)`"),
        ("cl id", "`Cluster(id)`"),
    ],
)
def test_clusters_as_stata_writes_them_are_answered(text: str, instead: str) -> None:
    assert instead in str(refusal("fit", "log(gdp) ~ log(population)", "--vcov", text))


@pytest.mark.parametrize(
    ("formula", "where", "instead"),
    [
        ("y ~ z + (x = w)", None, "`y ~ z + [x ~ w]`"),
        ("y ~ x", "inlist(x, 1, 2)", "x in [1, 2]"),
        ("y ~ x", "!inrange(x, 1, 5)", "1 <= x <= 5"),
        ("y ~ x", "!missing(x)", "leave of themselves"),
    ],
)
def test_instruments_and_conditions_of_stata_are_answered(
    formula: str, where: str | None, instead: str
) -> None:
    frame = pd.DataFrame({"id": [1, 1, 2, 2], "t": [1, 2, 1, 2], "y": 1.0, "x": 1.0, "z": 1.0, "w": 1.0})
    with pytest.raises(PanelkitError) as refused:
        pk.FixedEffects(formula, where=where).fit(frame, unit="id", time="t")
    assert instead in str(refused.value)


def test_a_plot_of_margins_speaks_the_language_and_the_labels_of_the_table(tmp_path: Path) -> None:
    formula = "log(patents_granted) ~ log(rd_expenditure)*log(gdp)"
    named = ["--labels", "log(rd_expenditure)=研发", "--labels", "log(gdp)=经济规模", "--lang", "zh"]
    made = tmp_path / "m.svg"
    asked = ["--years", "2016-2022", "--margins", "log(rd_expenditure)@log(gdp)", "--margins-plot", str(made)]
    found = run("fit", formula, *asked, *named)
    assert found.exit_code == 0, found.output
    drawn = made.read_text(encoding="utf-8")
    assert "marginal effect" not in drawn
    assert "经济规模" in drawn

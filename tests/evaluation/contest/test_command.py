"""`panelkit evaluate forecast`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from typer.testing import CliRunner

from panelkit.cli import app

run = CliRunner().invoke
QUICK = ["--model", "drift", "--model", "trend"]


def test_an_index_and_one_of_its_dimensions(tmp_path: Path) -> None:
    found = run(app, ["evaluate", "forecast", "tech_innovation", *QUICK, "--out", str(tmp_path)])
    assert "the random walk" in found.output
    assert {path.name for path in tmp_path.iterdir()} == {
        "scores.csv", "forecasts.csv", "contest.docx", "contest.tex", "gains.svg", "map.svg"
    }  # fmt: skip
    part = run(app, ["evaluate", "forecast", "tech_innovation", "--part", "input", *QUICK, "--json"])
    told = json.loads(part.output)
    assert told["title"] == "Forecasts of input out of sample"
    assert {row["forecaster"] for row in told["scores"]} == {"random_walk", "drift", "trend"}


def test_an_expression_with_companion_and_neighbours_in_chinese() -> None:
    found = run(
        app,
        ["evaluate", "forecast", "log(rd_expenditure)", "--companion", "log(gdp)", "--network", "contiguity",
         "--model", "companions", "--model", "network", "--rolling", "--lang", "zh"],
    )  # fmt: skip
    assert "自回归（含邻近个体）" in found.output
    assert "滚动窗口" in found.output


def test_a_panel_of_ones_own(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([range(20), range(2010, 2020)], names=["firm", "year"])
    frame = pd.DataFrame({"sales": 50 + rng.normal(size=200).cumsum()}, index=index).reset_index()
    frame.to_csv(tmp_path / "own.csv", index=False)
    found = run(app, ["evaluate", "forecast", "sales", "--data", str(tmp_path / "own.csv"), *QUICK])
    assert "clusters of firms and of years" in " ".join(found.output.split())


def test_options_that_cannot_apply_are_refused() -> None:
    for arguments, said in (
        (["gdp", "--part", "input"], "--part names a dimension"),
        (["tech_innovation", "--vintage", "gdp=as_published"], "--vintage is about figures"),
        (["gdp", "--model", "oracle"], "no forecaster 'oracle'"),
    ):
        found = run(app, ["evaluate", "forecast", *arguments])
        assert found.exit_code != 0
        assert said in str(found.exception)

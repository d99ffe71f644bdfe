"""`panelkit evaluate grey`: numbers of Python, files, both languages, an index, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import panelkit as pk
from tests.cli.conftest import panelkit  # noqa: F401 (a fixture)

# the textbook's series (Liu and Lin 2006) and one that keeps growing, under Chinese heads
TEXTBOOK = (2.874, 3.278, 3.337, 3.390, 3.679)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    rows = [("甲", 2018 + t, value) for t, value in enumerate(TEXTBOOK)]
    rows += [("乙", 2018 + t, 2.0 * 1.1**t) for t in range(5)]
    pd.DataFrame(rows, columns=["企业", "年份", "专利"]).to_csv(path, index=False)
    return path


def test_it_prints_what_python_returns(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:  # noqa: F811
    out = tmp_path / "out"
    run = panelkit("evaluate", "grey", "专利", "--data", own, "--unit", "企业", "--time", "年份", "--horizon", 1,
                   "--origins", 1, "--reps", 19, "--json", "--out", out, "--of", "乙")  # fmt: skip
    assert run.status == 0, run.err
    found = json.loads(run.out)
    one = next(row for row in found["models"] if row["unit"] == "甲")
    # printed to five digits
    assert (one["a"], one["b"]) == (pytest.approx(-0.03720, abs=5e-6), pytest.approx(3.06536, abs=5e-6))
    frame = pd.read_csv(own)
    same = pk.grey_forecast(frame, "专利", horizon=1, origins=1, reps=19, unit="企业", time="年份")
    assert [row["conf_low"] for row in found["forecasts"]] == pytest.approx(list(same.forecast()["conf_low"]))
    names = {path.name for path in out.iterdir()}
    assert names == {"models.csv", "forecasts.csv", "outside.csv", "grey.docx", "grey.tex", "grey.svg"}


def test_it_speaks_of_firms_in_both_languages(panelkit: Callable[..., Any], own: Path) -> None:  # noqa: F811
    options = ("--data", own, "--unit", "企业", "--time", "年份", "--origins", 1, "--reps", 19)
    assert "firm" in panelkit("evaluate", "grey", "专利", *options).out
    said = panelkit("evaluate", "grey", "log(专利)", *options, "--lang", "zh").out
    assert "企业" in said
    assert "级比" in said


def test_an_index_is_said_to_move_with_later_years(panelkit: Callable[..., Any]) -> None:  # noqa: F811
    run = panelkit("evaluate", "grey", "tech_innovation", "--reps", 9, "--json")
    assert any("moves with those that came later" in note for note in json.loads(run.out)["notes"])
    refused = panelkit("evaluate", "grey", "tech_innovation", "--vintage", "gdp=as_published")
    assert refused.status == 2
    assert "--vintage is about figures" in refused.err


def test_zero_and_idle_options_are_refused(panelkit: Callable[..., Any], own: Path) -> None:  # noqa: F811
    options = ("--data", own, "--unit", "企业", "--time", "年份", "--origins", 1, "--reps", 9)
    zero = panelkit("evaluate", "grey", "专利 - 2.874", *options)
    assert zero.status == 2
    assert "not above zero for 乙 2018" in zero.err
    idle = panelkit("evaluate", "grey", "专利", *options, "--of", "甲")
    assert "--of names whom --out draws" in idle.err

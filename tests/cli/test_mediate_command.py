"""`panelkit mediate`: a user's panel and the shipped figures, both languages, JSON, files, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mediation_panels import path_panel

SHIPPED = (
    "va_tertiary / va_secondary",
    "budget_science_technology / budget_expenditure",
    "log(patents_granted_invention / population)",
)

VINTAGE = ("--vintage", "va_tertiary=as_published", "--vintage", "va_secondary=as_published")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    path_panel(seed=1, units=12, periods=6).reset_index().to_csv(path, index=False)
    return path


def test_a_panel_of_ones_own(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    arguments = ("y", "x", "m1", "m2", "--controls", "z", "--data", own, "--reps", 200, "--procedures")
    run = panelkit("mediate", *arguments, "--labels", "X,M1,M2,Y", "--out", folder)
    assert run.status == 0
    assert "via m1 − via m2" in run.out
    assert "Wen and Ye (2014), the flow" in run.out
    names = {path.name for path in folder.iterdir()}
    assert {
        "effects.tex",
        "effects.docx",
        "equations.docx",
        "paths.svg",
        "sensitivity_2.svg",
        "procedures.txt",
    } <= names
    assert ">M1<" in (folder / "paths.svg").read_text(encoding="utf-8")


def test_chinese_and_moderated(panelkit: Callable[..., Any], own: Path) -> None:
    run = panelkit(
        "mediate", "y", "x", "m1", "--data", own, "--reps", 200, "--moderator", "w", "--lang", "zh", "--procedures"
    )  # fmt: skip
    assert "间接效应" in run.out
    assert "有调节的中介指数" in run.out
    assert "index of moderated mediation" not in run.out
    assert "仅适用于无调节的并列中介" in run.out


def test_interaction_at_stated_levels(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    common = ("mediate", "y", "x", "m1", "--data", own, "--reps", 200, "--interaction")
    run = panelkit(*common, "--levels", "0.5，1", "--lang", "zh", "--out", tmp_path / "out", "--procedures")
    assert run.status == 0
    assert "纯间接效应" in run.out
    assert "不含交互项" in run.out
    assert {path.suffix for path in (tmp_path / "out").glob("levels.*")} == {".csv", ".md", ".tex", ".docx"}
    assert "受控直接效应" in (tmp_path / "out" / "levels.md").read_text(encoding="utf-8")
    told = json.loads(panelkit(*common, "--levels", "0.5,1", "--json").out)
    assert {row["term"] for row in told["levels"] if row["equation"] == "pure indirect"} == {"0.5", "1"}
    assert "--levels lists numbers" in panelkit(*common, "--levels", "low").err
    assert "--levels belongs to --interaction" in panelkit(*common[:-1], "--levels", "1").err


def test_a_mediator_inside_a_control_is_refused(panelkit: Callable[..., Any], own: Path) -> None:
    run = panelkit("mediate", "y", "x", "m1", "--data", own, "--controls", "x:m1")
    assert run.status != 0
    assert "`x:m1` is made of the mediator `m1`" in run.err


def test_json_on_the_shipped_figures(panelkit: Callable[..., Any]) -> None:
    named = ("--vintage", "va_tertiary=as_published", "--vintage", "va_secondary=as_published")
    arguments = ("--lag", 1, "--years", "2013-2022", "--reps", 200, "--seed", 4, "--json", *named)
    one, two = (panelkit("mediate", *SHIPPED, *arguments) for _ in range(2))
    assert one.out == two.out
    found = json.loads(one.out)
    assert found["facts"]["nobs"] == 310
    assert found["bootstrap"] == {"reps": 200, "seed": 4}
    assert {row["term"] for row in found["effects"]} == {"total", "direct", "indirect"}
    assert -1 < found["sensitivity"][0]["rho_zero"] < 1


def test_errors_are_one_line(panelkit: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (("y", "x", "x"), "stands in two places"),
        (("y", "x", "nothere"), "nothere"),
        (
            ("y", "x", "m1", "--labels", "a,b", "--out", tmp_path / "out"),
            "--labels names 2 variables, the model has 3",
        ),
        (("y", "x", "m1", "--moderator", "w", "--moderates", "last"), "moderates names some of"),
    ):
        run = panelkit("mediate", *arguments, "--data", own, "--reps", 200)
        assert run.status == 2
        assert words in run.err
        assert "Traceback" not in run.err
    assert "indicator=vintage" in panelkit("mediate", *SHIPPED, "--vintage", "gdp").err


def test_composite_indices_by_name(panelkit: Callable[..., Any]) -> None:
    run = panelkit(
        "mediate", "index_high_quality_development", SHIPPED[1], "gdp / population", "--reps", 200, "--lang", "zh"
    )  # fmt: skip
    assert run.status == 0
    assert "index_high_quality_development”指标重叠" in run.out
    lines = [line for line in run.out.splitlines() if line.startswith("  - ")]
    assert len(lines) == len(set(lines))
    assert sum("整个省份退出" in line for line in lines) == 1

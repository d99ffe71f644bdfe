"""`panelkit fit` on the shipped figures and on files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from tests.panels import random_panel

RUN = CliRunner()


@pytest.fixture
def own(tmp_path: Path) -> pd.DataFrame:
    frame = random_panel(95, 12, 7, regressors=3).sort_index()
    frame["z"] = frame["x1"] + frame["x3"]
    flat = frame.reset_index()
    flat.to_csv(tmp_path / "own.csv", index=False)
    flat.rename(columns={"province": "省份", "year": "年份", "y": "产出"}).to_csv(
        tmp_path / "zh.csv", index=False, encoding="gb18030"
    )
    flat.to_excel(tmp_path / "own.xlsx", index=False)
    flat.to_stata(tmp_path / "own.dta", write_index=False)
    return frame


@pytest.mark.parametrize("name", ["own.csv", "own.xlsx", "own.dta"])
def test_files_give_the_numbers_of_python(own: pd.DataFrame, tmp_path: Path, name: str) -> None:
    done = RUN.invoke(app, ["fit", "y ~ x1 + x2", "--data", str(tmp_path / name)])
    assert done.exit_code == 0, done.output
    fit = pk.FixedEffects("y ~ x1 + x2").fit(own)
    for value in (*fit.estimates, *fit.std_errors):
        assert f"{value:.3f}" in done.output


def test_chinese_columns_and_language(own: pd.DataFrame, tmp_path: Path) -> None:
    done = RUN.invoke(app, ["fit", "`产出` ~ x1", "--data", str(tmp_path / "zh.csv"), "--lang", "zh"])
    assert done.exit_code == 0, done.output
    assert "观测值" in done.output
    assert "产出" in done.output


@pytest.mark.parametrize(
    "options",
    [
        ["--model", "pooled", "--vcov", "Robust"],
        ["--model", "random_effects", "--vcov", "Cluster", "--tests"],
        ["--model", "between"],
        ["--model", "first_difference", "--vcov", "CR2", "--tests"],
        ["--vcov", "DriscollKraay(2)", "--convention", "fixest"],
        ["--vcov", "TwoWayCluster", "--effects", "unit", "--tests", "--wild", "x1"],
    ],
)
def test_every_model_and_covariance(own: pd.DataFrame, tmp_path: Path, options: list[str]) -> None:
    done = RUN.invoke(app, ["fit", "y ~ x1 + x2", "--data", str(tmp_path / "own.csv"), *options])
    assert done.exit_code == 0, done.output
    if "--wild" in options:
        assert "wild cluster restricted bootstrap" in done.output
        assert "95 % confidence set [" in done.output


def test_instruments_and_coordinates(own: pd.DataFrame, tmp_path: Path) -> None:
    places = pd.DataFrame({"province": [f"P{u:02d}" for u in range(12)], "lat": range(20, 32), "lon": 110})
    places.to_csv(tmp_path / "places.csv", index=False)
    arguments = [
        "fit",
        "y ~ x2 + [x1 ~ z]",
        "--model",
        "instrumental",
        "--tests",
        "--data",
        str(tmp_path / "own.csv"),
    ]
    done = RUN.invoke(app, [*arguments, "--vcov", "Conley(300)", "--coords", str(tmp_path / "places.csv")])
    assert done.exit_code == 0, done.output
    assert "first-stage F of x1" in done.output
    assert "300 km" in done.output


def test_tests_speak_chinese(own: pd.DataFrame, tmp_path: Path) -> None:
    options = ["--tests", "--wild", "x1", "--lang", "zh", "--data", str(tmp_path / "own.csv")]
    done = RUN.invoke(app, ["fit", "y ~ x1 + x2", *options])
    assert done.exit_code == 0, done.output
    assert "null:" not in done.output
    for text in (
        "受约束的野生聚类自助法",
        "95% 置信集：[",
        "可混合性检验",
        "原假设：误差无序列相关",
        "组间异方差检验",
    ):
        assert text in done.output


def test_an_endogenous_term_is_tested_through_the_reduced_form(own: pd.DataFrame, tmp_path: Path) -> None:
    options = ["--model", "instrumental", "--wild", "x1", "--data", str(tmp_path / "own.csv")]
    done = RUN.invoke(app, ["fit", "y ~ x2 + [x1 ~ z]", *options])
    assert done.exit_code == 0, done.output
    test = pk.anderson_rubin(pk.InstrumentalFE("y ~ x2 + [x1 ~ z]").fit(own))
    assert f"p = {test.p_value:.4g}" in done.output
    assert f"[{test.conf_low:.6g}, {test.conf_high:.6g}]" in done.output


@pytest.mark.parametrize(
    ("ending", "mark"), [("tex", r"\toprule"), ("html", "<table"), ("md", "|"), ("docx", None)]
)
def test_tables_are_written(own: pd.DataFrame, tmp_path: Path, ending: str, mark: str | None) -> None:
    path = tmp_path / f"table.{ending}"
    done = RUN.invoke(
        app, ["fit", "y ~ x1", "y ~ x1 + x2", "--data", str(tmp_path / "own.csv"), "--out", str(path)]
    )
    assert done.exit_code == 0, done.output
    assert path.stat().st_size > 100
    if mark is not None:
        assert mark in path.read_text(encoding="utf-8")


def test_shipped_figures() -> None:
    done = RUN.invoke(app, ["fit", "log(patents_granted) ~ log(rd_expenditure)", "--years", "2012-2020"])
    assert done.exit_code == 0, done.output
    assert "log(rd_expenditure)" in done.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--vcov", "HC9"], "no covariance 'HC9'"),
        (["--wild", "x9"], "--wild x9: no such term"),
        (["--model", "magic"], "no estimator 'magic'"),
        (["--format", "pdf"], "--format is one of"),
        (["--format", "docx"], "a table as docx needs --out"),
        (["--out", "table.pdf"], "no table is written as .pdf: end the name in one of .tex, .html"),
        (["--years", "early"], "--years is written 2011-2022"),
        (["--below", "stars"], "--below is se, t, ci or p"),
        (["--model", "between", "--effects", "unit"], "has no --effects"),
    ],
)
def test_bad_options_are_one_clear_line(
    own: pd.DataFrame, tmp_path: Path, options: list[str], message: str
) -> None:
    done = RUN.invoke(app, ["fit", "y ~ x1", "--data", str(tmp_path / "own.csv"), *options])
    assert isinstance(done.exception, pk.PanelkitError)
    assert message in str(done.exception)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("model", ["fixed_effects", "random_effects", "instrumental"])
def test_sensitivity_prints_what_the_functions_say(
    own: pd.DataFrame, tmp_path: Path, language: str, model: str
) -> None:
    formula = "y ~ x2 + [x1 ~ z]" if model == "instrumental" else "y ~ x1 + x2"
    arguments = ["fit", formula, "--data", str(tmp_path / "own.csv"), "--model", model, "--sensitivity"]
    done = RUN.invoke(app, [*arguments, "--lang", language])
    assert done.exit_code == 0, done.output
    fits = {
        "fixed_effects": pk.FixedEffects,
        "random_effects": pk.RandomEffects,
        "instrumental": pk.InstrumentalFE,
    }
    table = pk.sensitivity_table(fits[model](formula).fit(own))
    for value in table.loc["x1"].dropna():
        assert f"{value:.6g}" in done.output
    assert ("Sensitivity of the estimates" in done.output) == (language == "en")


def test_json_holds_the_sensitivity_of_each_fit(own: pd.DataFrame, tmp_path: Path) -> None:
    formulas = ["y ~ x1 + x2", "y ~ x1"]
    arguments = ["fit", *formulas, "--data", str(tmp_path / "own.csv"), "--sensitivity", "--json"]
    done = RUN.invoke(app, arguments)
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert [len(each["sensitivity"]) for each in told] == [2, 1]
    fit = pk.FixedEffects("y ~ x1 + x2").fit(own)
    first = told[0]["sensitivity"][0]
    assert first["term"] == "x1"
    assert first["robustness_value"] == pytest.approx(pk.robustness_value(fit, "x1").value, abs=1e-9)
    plain = RUN.invoke(app, [*arguments[:5], "--json"])
    assert "sensitivity" not in json.loads(plain.output)[0]


def test_scrutiny_prints_what_the_function_says(own: pd.DataFrame, tmp_path: Path) -> None:
    kinds = pd.Series(["old", "new"] * 6, index=own.index.levels[0], name="kind")
    own.join(kinds, on=own.index.names[0]).to_csv(tmp_path / "kinds.csv")
    formulas = ["y ~ x1 + x2", "y ~ x1"]
    arguments = [
        "fit",
        *formulas,
        "--data",
        str(tmp_path / "kinds.csv"),
        "--scrutiny",
        "x2",
        "--scrutiny",
        "x1",
    ]
    arguments += ["--regions", "kind", "--seed", "5"]
    done = RUN.invoke(app, arguments)
    assert done.exit_code == 0, done.output
    fit = pk.FixedEffects("y ~ x1 + x2").fit(own)
    found = pk.scrutinise(fit, "x2", regions=kinds, rng=5)
    assert f"(1) {found.title}" in done.output
    assert done.output.count("raises `y`") == 3
    for item in found.conditions:
        if item.computable:
            assert f"{item.slope:.4g}" in done.output
    told = json.loads(RUN.invoke(app, [*arguments, "--json"]).output)
    assert [len(each["scrutiny"]) for each in told] == [2, 1]
    first = told[0]["scrutiny"][0]
    assert (first["term"], first["word"]) == ("x2", found.word)
    assert [item["condition"] for item in first["conditions"]] == [item.name for item in found.conditions]
    assert first["conditions"][0]["slope"] == pytest.approx(found.conditions[0].slope, abs=1e-9)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scrutiny", "x9"], "--scrutiny x9: no such term"),
        (["--regions", "x2"], "--regions belongs to --scrutiny"),
        (["--scrutiny", "x1", "--regions", "nowhere"], "--regions nowhere: no such column"),
        (["--scrutiny", "x1", "--regions", "x2"], "it changes within"),
        (["--scrutiny", "x1", "--model", "pooled"], "least squares with"),
    ],
)
def test_scrutiny_refuses(own: pd.DataFrame, tmp_path: Path, options: list[str], words: str) -> None:
    done = RUN.invoke(app, ["fit", "y ~ x1", "--data", str(tmp_path / "own.csv"), *options])
    assert words in str(done.exception)

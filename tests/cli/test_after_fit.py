"""What `panelkit fit` and `panelkit spatial fit` print after the fit is what Python gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
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
    frame["y"] -= 0.4 * frame["x1"] ** 2
    frame.reset_index().to_csv(tmp_path / "own.csv", index=False)
    return frame


def call(tmp_path: Path, *options: str, formula: tuple[str, ...] = ("y ~ x1 + x2 + I(x1^2)",)) -> list[dict]:
    done = RUN.invoke(app, ["fit", *formula, "--data", str(tmp_path / "own.csv"), *options, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_tests_and_combinations_are_those_of_python(own: pd.DataFrame, tmp_path: Path) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2 + I(x1^2)").fit(own)
    (found,) = call(
        tmp_path,
        "--test",
        "x1 = 0; x2 = 1",
        "--test",
        "x1 = x2",
        "--combine",
        "x1 + x2",
        "--combine",
        "x1/x2",
    )
    expected = [fit.test(["x1 = 0", "x2 = 1"]), fit.test("x1 = x2")]
    assert [test["statistic"] for test in found["tests"]] == pytest.approx(
        [test.statistic for test in expected]
    )
    table = fit.combine(["x1 + x2", "x1/x2"]).tidy()
    rows = found["combinations"][0]
    assert [row["std_error"] for row in rows] == pytest.approx(list(table["std_error"]))


def test_effects_and_statistics_are_those_of_python(own: pd.DataFrame, tmp_path: Path) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2 + I(x1^2)").fit(own)
    plot = tmp_path / "margins.svg"
    (found,) = call(
        tmp_path,
        "--margins",
        "x1@x1=0,1",
        "--margins-plot",
        str(plot),
        "--turning-point",
        "x1",
        "--statistics",
    )
    margins = fit.margins("x1", "x1", values=[0.0, 1.0])
    rows = found["margins"][0]["rows"]
    assert [row["estimate"] for row in rows] == pytest.approx(list(margins.estimates))
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    assert found["turning_points"][0]["point"] == pytest.approx(fit.turning_point("x1").point)
    assert found["statistics"][0]["sigma_u"] == pytest.approx(fit.model_statistics()["sigma_u"])


def test_predictions_are_written_by_unit_and_period(own: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    call(tmp_path, "--predict", str(path))
    table = pd.read_csv(path).set_index(["province", "year"])
    fit = pk.FixedEffects("y ~ x1 + x2 + I(x1^2)").fit(own)
    np.testing.assert_allclose(table["xbu"].to_numpy(), fit.fitted.to_numpy(), rtol=1e-12)
    np.testing.assert_allclose(
        (table["xbu"] + table["e"]).to_numpy(), own["y"].to_numpy(), rtol=1e-9, atol=1e-9
    )
    assert {"xb", "u", "time", "absorbed", "ue"} <= set(table.columns)


def test_two_formulas_are_compared(own: pd.DataFrame, tmp_path: Path) -> None:
    both = call(tmp_path, "--compare", "--test", "x3", formula=("y ~ x1 + x2", "y ~ x1 + x3"))
    one, two = (pk.FixedEffects(text).fit(own) for text in ("y ~ x1 + x2", "y ~ x1 + x3"))
    assert both[0]["comparison"][0]["rows"][0]["std_error"] == pytest.approx(
        one.compare(two).std_errors.iloc[0]
    )
    assert [len(column["tests"]) for column in both] == [0, 1]  # x3 stands in the second alone


def test_the_bootstrap_is_drawn_from_the_seed(own: pd.DataFrame, tmp_path: Path) -> None:
    (found,) = call(tmp_path, "--test", "x1 = x2 = 0", "--bootstrap", "--seed", "3")
    fit = pk.FixedEffects("y ~ x1 + x2 + I(x1^2)").fit(own)
    assert found["tests"][0]["p_value"] == fit.test("x1 = x2 = 0", bootstrap=True, rng=3).p_value


def test_text_speaks_both_languages(own: pd.DataFrame, tmp_path: Path) -> None:
    options = ["--test", "x1 = 0", "--turning-point", "x1", "--statistics", "--margins", "x1@x1"]
    base = ["fit", "y ~ x1 + I(x1^2)", "--data", str(tmp_path / "own.csv"), *options]
    assert "Wald test" in RUN.invoke(app, base).output
    chinese = RUN.invoke(app, [*base, "--lang", "zh"]).output
    for word in ("Wald 检验", "Lind–Mehlum", "组内 R²", "平均边际效应"):
        assert word in chinese


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--test", "x7 = 0"], "no term `x7`"),
        (["--test", "x1 = 0; x1 = 1"], "contradicts"),
        (["--combine", "x1/(x2 - x2)"], "pole"),
        (["--bootstrap"], "--bootstrap is about --test"),
        (["--predict", "rows.xlsx"], ".csv"),
        (["--compare"], "two formulas"),
        (["--margins", "x1@x2=a"], "stand numbers"),
        (["--margins-plot", "plot.svg"], "--margins-plot"),
        (["--turning-point", "x2"], "no term of this fit is the square"),
    ],
)
def test_what_cannot_be_made_is_refused(
    own: pd.DataFrame, tmp_path: Path, options: list[str], said: str
) -> None:
    done = RUN.invoke(app, ["fit", "y ~ x1 + x2 + I(x1^2)", "--data", str(tmp_path / "own.csv"), *options])
    assert done.exit_code != 0
    assert isinstance(done.exception, pk.SpecError)
    assert said in str(done.exception)


def test_spatial_fits_take_tests_combinations_and_predictions(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    formula = "log(gdp/population) ~ log(rd_expenditure/gdp)"
    done = RUN.invoke(
        app,
        ["spatial", "fit", formula, "--years", "2019-2022", "--test", "rho = 0", "--combine", "exp(rho)",
         "--predict", str(path), "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    rho = next(row for row in found["estimates"] if row["term"] == "rho")
    assert found["tests"][-1]["p_value"] == pytest.approx(rho["p_value"], rel=1e-6)
    assert found["combinations"][0][0]["estimate"] == pytest.approx(np.exp(rho["estimate"]))
    assert {"xbu", "naive", "rform", "e"} <= set(pd.read_csv(path).columns)


@pytest.mark.parametrize("given", ["x1@", "@x2", "x1@x2=", ""])
def test_margins_have_something_on_each_side(own: pd.DataFrame, tmp_path: Path, given: str) -> None:
    done = RUN.invoke(
        app, ["fit", "y ~ x1*x2", "--data", str(tmp_path / "own.csv"), "--margins", given, "--json"]
    )
    assert "with something on each side" in str(done.exception)


def test_margins_read_names_with_signs_in_them(own: pd.DataFrame, tmp_path: Path) -> None:
    (found,) = call(tmp_path, "--margins", "x1@lag(x2, k=1)=0,1", formula=("y ~ x1*lag(x2, 1)",))
    fit = pk.FixedEffects("y ~ x1*lag(x2, 1)").fit(own)
    expected = fit.margins("x1", "lag(x2, 1)", values=[0, 1]).estimates
    assert [row["estimate"] for row in found["margins"][0]["rows"]] == pytest.approx(list(expected))


def test_predictions_make_their_folder(own: pd.DataFrame, tmp_path: Path) -> None:
    call(tmp_path, "--predict", str(tmp_path / "new" / "rows.csv"))
    assert len(pd.read_csv(tmp_path / "new" / "rows.csv")) == len(own)

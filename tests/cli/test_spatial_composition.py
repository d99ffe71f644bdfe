"""`panelkit spatial` with random unit effects and lags of the outcome: numbers as in Python, options refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk

SHIPPED = "log(gdp/population) ~ log(rd_expenditure/gdp)"
YEARS = ["--years", "2014-2022"]


def run(*args: str) -> Any:
    from panelkit.cli import app

    return CliRunner().invoke(app, ["spatial", *args])


def content(*args: str) -> dict[str, Any]:
    found = run(*args, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.output)


def figures() -> pd.DataFrame:
    return pk.load_provinces(["gdp", "population", "rd_expenditure"], (2014, 2022))


@pytest.mark.parametrize(
    ("options", "spec"),
    [
        (["--model", "gspre", "--error", "1"], pk.GeneralisedRandomEffects(SHIPPED)),
        (
            ["--model", "gspre", "--error", "3", "--durbin", "log(rd_expenditure/gdp)"],
            pk.GeneralisedRandomEffects(SHIPPED, 3, "sdem", durbin=("log(rd_expenditure/gdp)",)),
        ),
        (
            ["--random", "--model", "sem", "--errors", "baltagi", "--no-small-sample"],
            pk.SpatialRandomEffects(SHIPPED, "sem", errors="baltagi", small_sample=False),
        ),
        (
            ["--random", "--model", "sdm", "--vcov", "ScoreCluster"],
            pk.SpatialRandomEffects(SHIPPED, "sdm", vcov=pk.ScoreCluster()),
        ),
        (
            ["--random", "--model", "sar", "--means", "--year-effects"],
            pk.SpatialRandomEffects(SHIPPED, "sar", means=True, time_effects=True),
        ),
        (["--dlag", "3", "--model", "sdm"], pk.DynamicSpatialPanel(SHIPPED)),
        (
            ["--dlag", "1", "--model", "sar", "--convention", "lsdv", "--vcov", "ScoreCluster"],
            pk.DynamicSpatialPanel(SHIPPED, "sar", "time", convention="lsdv", vcov=pk.ScoreCluster()),
        ),
    ],
)
def test_the_command_gives_what_python_gives(options: list[str], spec: Any) -> None:
    found = content("fit", SHIPPED, *YEARS, *options)
    fit = spec.fit(figures(), pk.contiguity())
    assert [row["estimate"] for row in found["estimates"]] == pytest.approx(fit.estimates, rel=1e-9)
    # JSON has twelve digits; the numerical Hessian is the same arithmetic
    assert [row["std_error"] for row in found["estimates"]] == pytest.approx(
        fit.std_errors.to_numpy(), rel=1e-9
    )
    assert ("variances" in found) == hasattr(fit, "components")
    if "variances" in found:
        assert found["variances"][0]["term"] == "sigma2_e"


def test_tables_and_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = run("fit", SHIPPED, *YEARS, "--model", "gspre", "--lang", "zh", "--out", str(out))
    assert found.exit_code == 0, found.output
    assert "sigma_mu" in found.output
    assert pd.read_csv(out / "variances.csv")["term"].tolist()[:3] == ["sigma2_e", "sigma_e", "sigma_mu"]


def test_two_matrices_of_the_generalised_model() -> None:
    found = content("fit", SHIPPED, *YEARS, "--model", "gspre", "--w-error", "nearest-4")
    spec = pk.GeneralisedRandomEffects(SHIPPED)
    fit = spec.fit(figures(), pk.contiguity(), w_error=pk.nearest(4))
    assert [row["estimate"] for row in found["estimates"]] == pytest.approx(fit.estimates, rel=1e-9)


def test_the_weights_of_an_error_model_are_those_of_its_errors() -> None:
    """`--w` has a default, which such a model does not read: given, it is refused."""
    options = [*YEARS, "--model", "sem", "--convention", "xsmle", "--w-error", "nearest-4"]
    found = content("fit", SHIPPED, *options)
    fit = pk.SpatialPanel(SHIPPED, "sem", convention="xsmle").fit(figures(), pk.nearest(4))
    assert [row["estimate"] for row in found["estimates"]] == pytest.approx(fit.estimates, rel=1e-9)
    assert found["facts"]["weights"] == fit.facts["weights"]
    given = run("fit", SHIPPED, *options, "--w", "contiguity")
    assert "--w: this model has no lag" in str(given.exception)


def test_hausman_with_an_island(tmp_path: Path) -> None:
    bare = pk.contiguity(hainan="none", normalisation="none")
    frame = pd.DataFrame(bare.matrix.toarray(), index=bare.ids, columns=bare.ids)
    frame.to_csv(tmp_path / "w.csv")
    options = [SHIPPED, *YEARS, "--model", "sar", "--method", "mundlak", "--w", str(tmp_path / "w.csv")]
    assert "no neighbour for Hainan" in str(run("hausman", *options).exception)
    found = content("hausman", *options, "--islands", "zero")
    weights = pk.as_weights(frame, islands="zero")
    test = pk.spatial_hausman(pk.SpatialRandomEffects(SHIPPED, "sar"), figures(), weights, method="mundlak")
    assert found[0]["statistic"] == pytest.approx(test[0].statistic, rel=1e-9)


def test_impacts_of_random_and_dynamic_models() -> None:
    random = content("impacts", SHIPPED, *YEARS, "--random", "--method", "delta")["impacts"]
    fit = pk.SpatialRandomEffects(SHIPPED, "sdm").fit(figures(), pk.contiguity())
    assert [row["estimate"] for row in random] == pytest.approx(fit.impacts().estimates, rel=1e-9)
    growth = "log(gdp/population) - lag(log(gdp/population)) ~ log(rd_expenditure/gdp)"
    args = ["impacts", growth, *YEARS, "--dlag", "time", "--model", "sar", "--method", "delta"]
    short, long = (content(*args, "--horizon", run)["impacts"] for run in ("short", "long"))
    assert short[0]["estimate"] != long[0]["estimate"]


def test_the_three_tests_of_random_against_fixed() -> None:
    tests = content("hausman", SHIPPED, *YEARS, "--model", "sar")
    assert [test["name"] for test in tests] == [
        "Hausman",
        "Hausman, robust",
        "Hausman, robust with pairs",
        "Mundlak",
    ]
    one = content("hausman", SHIPPED, *YEARS, "--model", "sem", "--errors", "baltagi", "--method", "robust")
    assert "scores by unit" in one[0]["reason"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--errors", "baltagi"], "belongs to --random"),
        (["--year-effects"], "belongs to --random"),
        (["--error", "2"], "belongs to --model gspre"),
        (["--random", "--error", "2"], "belongs to --model gspre"),
        (["--model", "gspre", "--means"], "belongs to --random"),
        (["--random", "--effects", "unit"], "fixed effects"),
        (["--random", "--convention", "splm"], "fixed effects"),
        (["--random", "--dlag", "1"], "lags of the outcome"),
        (["--dlag", "4"], "lags of a dynamic spatial panel"),
        (["--dlag", "1", "--model", "sem"], "model of a dynamic spatial panel"),
        (["--random", "--w-error", "nearest-4"], "one matrix"),
        (["--dlag", "1", "--w-durbin", "nearest-4"], "one matrix"),
        (["--model", "gspre", "--w-durbin", "nearest-4"], "one matrix"),
        (["--random", "--model", "sar", "--errors", "baltagi"], "no spatial error"),
        (["--durbin", ""], "--durbin '' names no regressor: write them as 'x1; x2'"),
        (["--durbin", " ; "], "--model sar (of sdm)"),
    ],
)
def test_options_of_another_model_are_refused(options: list[str], said: str) -> None:
    found = run("fit", SHIPPED, *YEARS, *options)
    assert said in str(found.exception)


def test_the_horizon_belongs_to_a_dynamic_panel() -> None:
    found = run("impacts", SHIPPED, *YEARS, "--horizon", "long", "--method", "delta")
    assert "--dlag" in str(found.exception)

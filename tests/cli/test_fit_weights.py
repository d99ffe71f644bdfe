"""`panelkit fit --weights`, with conditions and event time, on files and on the shipped figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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
    frame = random_panel(96, 10, 7).sort_index()
    rng = np.random.default_rng(1)
    frame["人口"] = rng.uniform(100.0, 9_000.0, len(frame)).round(1)
    frame["n"] = rng.integers(1, 6, len(frame))
    frame["treat"] = (frame.index.get_level_values("province") < "P04") * 1.0
    frame["z"] = frame["x1"] + rng.normal(size=len(frame))
    frame.reset_index().to_csv(tmp_path / "own.csv", index=False)
    return frame


def told(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    done = RUN.invoke(app, ["fit", *arguments, "--data", str(tmp_path / "own.csv"), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)[0]


@pytest.mark.parametrize(
    ("model", "formula", "weights"),
    [
        ("fixed_effects", "y ~ x1 + C(year, base=2013):treat", "aw=人口"),
        ("fixed_effects", "y ~ x1 + C(province):year", "fw=n"),
        ("pooled", "y ~ x1 + x2", "pw=1/n"),
        ("first_difference", "y ~ x1", "analytic=人口"),
        ("instrumental", "y ~ x2 + [x1 ~ z]", "aw=log(人口)"),
    ],
)
def test_weights_and_a_condition_give_the_numbers_of_python(
    own: pd.DataFrame, tmp_path: Path, model: str, formula: str, weights: str
) -> None:
    kinds = {
        "fixed_effects": pk.FixedEffects, "pooled": pk.PooledOLS, "first_difference": pk.FirstDifference,
        "instrumental": pk.InstrumentalFE,
    }  # fmt: skip
    where = "year <= 2015 & province != 'P07'"
    found = told(tmp_path, formula, "--model", model, "--weights", weights, "--where", where)
    made = kinds[model](formula, weights=weights, where=where).fit(own)
    for row, estimate, error in zip(found["estimates"], made.estimates, made.std_errors, strict=True):
        assert row["estimate"] == pytest.approx(estimate, rel=1e-9)
        assert row["std_error"] == pytest.approx(error, rel=1e-7)
    assert found["facts"]["row_weights"] == made.facts["row_weights"]
    assert found["facts"]["weights_sum"] == pytest.approx(made.facts["weights_sum"])


def test_tests_of_a_weighted_model_apply_or_say_why_not(own: pd.DataFrame, tmp_path: Path) -> None:
    arguments = ["fit", "y ~ x1", "--data", str(tmp_path / "own.csv"), "--weights", "aw=人口", "--tests"]
    done = RUN.invoke(app, [*arguments, "--wild", "x1"])
    assert done.exit_code == 0, done.output
    flat = " ".join(done.output.split())
    fit = pk.FixedEffects("y ~ x1", weights="aw=人口").fit(own)
    assert f"{pk.effects_f(fit).statistic:.6g}" in flat
    assert f"{pk.wild_cluster_bootstrap(fit, 'x1', rng=0).statistic:.6g}" in flat
    assert flat.count("because it is not defined for rows with weights") == 5
    assert "analytic weights `人口`, sum" in flat


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("人口", "`aw=人口` (analytic"),
        ("aw=人", "no column `人`"),
        ("aw=z", "negative in P00"),
        ("fw=人口", "no whole number"),
    ],
)
def test_weights_that_cannot_be_are_refused(
    own: pd.DataFrame, tmp_path: Path, weights: str, said: str
) -> None:
    done = RUN.invoke(app, ["fit", "y ~ x1", "--data", str(tmp_path / "own.csv"), "--weights", weights])
    assert done.exit_code == 1
    assert said in str(done.exception)


@pytest.mark.parametrize("model", ["between", "random_effects"])
def test_a_model_without_weights_says_so(own: pd.DataFrame, tmp_path: Path, model: str) -> None:
    arguments = ["fit", "y ~ x1", "--data", str(tmp_path / "own.csv"), "--weights", "aw=n", "--model", model]
    done = RUN.invoke(app, arguments)
    assert done.exit_code == 1
    assert "takes no weights, as Stata's xtreg" in str(done.exception)


def test_the_column_of_the_weights_is_loaded_with_the_shipped_figures() -> None:
    formula, weights = "log(patents_granted) ~ log(rd_expenditure)", "aw=lag(population)"
    done = RUN.invoke(app, ["fit", formula, "--years", "2016-2018", "--weights", weights, "--json"])
    assert done.exit_code == 0, done.output
    facts = json.loads(done.output)[0]["facts"]
    assert facts["row_weights"] == weights
    assert facts["nobs"] == 93  # the lag reads the year before

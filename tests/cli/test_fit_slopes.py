"""`panelkit fit` of slopes by unit and of common shocks: the numbers of Python, and options that do not apply."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import panelkit as pk
from tests.panels import random_panel

FORMULA = "y ~ x1 + x2"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    random_panel(95, 12, 9, regressors=3).sort_index().reset_index().to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("options", "spec"),
    [
        (["mean_group", "--demeaned", "--trends"], pk.MeanGroup(FORMULA, demeaned=True, trends=True)),
        (["cce"], pk.CommonCorrelatedEffects(FORMULA)),
        (
            ["cce", "--pooled", "--vcov", "UnitSlopes(pooled)", "--average-lags", "1"],
            pk.CommonCorrelatedEffects(FORMULA, pooled=True, lags=1, vcov=pk.UnitSlopes("pooled")),
        ),
        (
            ["interactive_effects", "--factors", "2", "--effects", "unit", "--vcov", "Robust"],
            pk.InteractiveEffects(FORMULA, 2, "unit", vcov=pk.Robust()),
        ),
        (["interactive_effects", "--correct-bias"], pk.InteractiveEffects(FORMULA, bias_correction=True)),
    ],
)
def test_numbers_are_those_of_python(
    panelkit: Callable[..., Any], own: Path, options: list[str], spec: Any
) -> None:
    done = panelkit("fit", FORMULA, "--data", own, "--json", "--model", *options)
    assert done.status == 0, done.err
    found = json.loads(done.out)[0]["estimates"]
    fit = spec.fit(random_panel(95, 12, 9, regressors=3))
    np.testing.assert_allclose([row["estimate"] for row in found], fit.estimates, rtol=1e-9)
    np.testing.assert_allclose([row["std_error"] for row in found], fit.std_errors, rtol=1e-8)


def test_the_table_speaks_both_languages(panelkit: Callable[..., Any], own: Path) -> None:
    assert "averages of outcome" in panelkit("fit", FORMULA, "--data", own, "--model", "cce").out
    assert "截面均值" in panelkit("fit", FORMULA, "--data", own, "--model", "cce", "--lang", "zh").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["mean_group", "--factors", "2"], "the model mean_group has no --factors"),
        (["cce", "--demeaned"], "the model cce has no --demeaned"),
        (["cce", "--effects", "unit"], "the model cce has no --effects"),
        (["mean_group", "--convention", "xtreg"], "the model mean_group has no --convention"),
        (["interactive_effects", "--weights", "aw=x3"], "the model interactive_effects has no --weights"),
        (["interactive_effects", "--drop-units"], "the model interactive_effects has no --drop-units"),
        (["fixed_effects", "--pooled"], "the model fixed_effects has no --pooled"),
        (["mean_group", "--tests"], "--tests has no test that belongs to the model mean_group"),
        (["mean_group", "--vcov", "CRV3"], "take one of UnitSlopes"),
    ],
)
def test_options_that_do_not_apply_are_refused(
    panelkit: Callable[..., Any], own: Path, options: list[str], said: str
) -> None:
    done = panelkit("fit", FORMULA, "--data", own, "--model", *options)
    assert done.status != 0
    assert said in " ".join(done.err.split())

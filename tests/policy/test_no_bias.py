"""Staggered effects without errors are the true ones: linear in the outcome, the estimators have no bias."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import panelkit as pk
from benchmarks.evidence.staggered import EFFECTS, ESTIMATORS, PERIODS, Cell, worlds
from tests.policy.adopting import teaching_panel


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("periods", PERIODS)
@pytest.mark.parametrize("effect", EFFECTS)
def test_effects_without_errors_are_the_true_ones(estimator: str, periods: int, effect: str) -> None:
    method: Any = ESTIMATORS[estimator]
    for treated in (3, 12):
        for panel, true in worlds(Cell(estimator, periods, treated, effect), 3):
            alone = replace(panel, design=replace(panel.design, y=np.nan_to_num(true).ravel()))
            found = method.effects(alone).averages("overall").estimates[0]
            assert found == pytest.approx(np.nanmean(true), abs=1e-10)  # sums of some 400 numbers near one


def test_a_cohort_with_one_period_before_is_imputed() -> None:
    """The printed effect on counties, where did2s of pyfixest stops at the cohort of 2004."""
    spec = pk.StaggeredDiD("lemp ~ 1", cohort="first.treat", estimator="imputation")
    found = spec.fit(teaching_panel("mpdta"), unit="countyreal", time="year", by=["overall", "event"])
    table = found.tidy().set_index(["equation", "term"])["estimate"]
    assert table["overall", "ATT"] == pytest.approx(-0.047710, abs=5.1e-7)  # six digits
    for event, value in zip("0123", (-0.03107, -0.05223, -0.13608, -0.10471), strict=True):
        assert table["event", event] == pytest.approx(value, abs=5.1e-6)  # five digits

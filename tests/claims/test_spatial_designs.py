"""Spatial claims: what the designs compute, how R-SPILL reads it, trends of dependence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Finding, Measured
from panelkit.claims.rules.judge import judge
from panelkit.indices.panels.chained import chained
from panelkit.language.message import verbatim
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.spatial import provincial
from panelkit.studies.spatial_effects import simulated
from tests.spatial.data import simulate


def _finding(low: float, high: float, *conditions: bool) -> Finding:
    said = verbatim("said")
    return Finding(
        measured=Measured(
            quantity=said,
            value=(low + high) / 2,
            low=low,
            high=high,
            conditions=tuple((said, held) for held in conditions),
            sentence=said,
        )
    )


@pytest.mark.parametrize(
    ("sign", "low", "high", "conditions", "word"),
    [
        ("+", 0.1, 0.5, (True, True), "SUPPORTED"),
        ("+", 0.1, 0.5, (True, False), "PARTLY"),
        ("+", -0.1, 0.5, (True, True), "NOT SUPPORTED"),
        ("+", -0.5, -0.1, (False, True), "CONTRADICTED"),
        ("-", -0.5, -0.1, (True, True), "SUPPORTED"),
        ("-", 0.1, 0.5, (True, True), "CONTRADICTED"),
    ],
)
def test_rule_of_spillovers(
    sign: str, low: float, high: float, conditions: tuple[bool, ...], word: str
) -> None:
    rule = rule_of({"name": "R-SPILL", "sign": sign})
    assert judge(rule, _finding(low, high, *conditions)).word == word


def test_estimates_are_those_of_the_fit() -> None:
    w = provincial.contiguity()
    data = simulate(w, 10, np.random.default_rng(1), rho=0.3)
    fit = SpatialPanel("y ~ x1", vcov=pk.Cluster()).fit(data, w)
    impacts = fit.impacts("draws", reps=9999, rng=1)
    for at, effect in enumerate(("direct", "indirect", "total")):
        found = simulated(fit, effect, 9999, 1)
        row = impacts.tidy().iloc[at]
        assert found.value == pytest.approx(row["estimate"], rel=1e-12)
        assert (found.low, found.high) == pytest.approx((row["conf_low"], row["conf_high"]), rel=1e-12)
        assert found.p_value == pytest.approx(row["p_value"], abs=3e-4)  # ties are counted on one side only
    rho = simulated(fit, "rho", 9999, 1)
    assert rho.value == fit.rho


def test_real_output_chains_the_growth_index() -> None:
    index = pd.MultiIndex.from_product([["Anhui"], [2016, 2017, 2018]], names=["province", "year"])
    frame = pd.DataFrame({"gdp_index_prev_year": [108.0, 110.0, 105.0]}, index=index)
    found = chained(frame["gdp_index_prev_year"])
    assert found.to_numpy() == pytest.approx([1.0, 1.1, 1.155], rel=1e-12)


def test_a_spatial_claim_is_computed_whole() -> None:
    verdict = pk.check("B49").verdicts[0]
    assert verdict.error is None
    found = verdict.tested.measured
    assert found.facts["convention"] == "lee-yu"
    assert found.facts["vcov"] == "cluster"
    assert len(found.conditions) == 2
    assert len(found.table) == 18
    assert "missing" not in found.facts  # R&D expenditure is held for every province in every year

"""Weights of treated rows in two-way coefficients, and what fits say of treatments that units adopt."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from tests.panels import dummies
from tests.policy.compared_panels import adopting_panel, swept_treatment

ALL = {0.0: 2, 2.0: 3, 3.0: 4, 5.0: 2, np.inf: 5}
SOME = {2.0: 4, 3.0: 4, 5.0: 3}
# one regression against another in doubles
ROUNDING = 1e-10


def fitted(frame: pd.DataFrame, formula: str = "y ~ d", **options: object) -> pk.FitResult:
    return pk.FixedEffects(formula, **options).fit(frame, unit="province", time="year")


def said(fit: pk.FitResult) -> list[str]:
    return [
        note
        for note in fit.notes
        if "adopt it" in note or "two-way coefficient" in note or "treated rows" in note
    ]


@pytest.mark.parametrize("share", [1.0, 0.8])
@pytest.mark.parametrize("weights", [None, "pw=n"])
@pytest.mark.parametrize("controls", [(), ("x",)])
def test_weights_by_dummies(share: float, weights: str | None, controls: tuple[str, ...]) -> None:
    frame = adopting_panel(11, SOME)
    rng = np.random.default_rng(11)
    frame = frame.assign(n=rng.uniform(0.5, 2.0, len(frame)))[rng.random(len(frame)) < share]
    formula = " + ".join(["y ~ d", *controls])
    fit = fitted(frame, formula, weights=weights, convention="fixest")
    found = pk.two_way_weights(fit)
    n = None if weights is None else frame["n"].to_numpy()
    left = swept_treatment(frame, controls, n) * (1.0 if n is None else n)
    on = frame["d"].to_numpy() == 1.0
    expect = pd.Series(left / left[on].sum(), index=pd.MultiIndex.from_frame(frame[["province", "year"]]))[on]
    np.testing.assert_allclose(found.cells["weight"], expect[found.cells.index], atol=ROUNDING)
    assert found.negative.count == int((expect < 0).sum()) > 0
    assert found.negative.total == pytest.approx(float(expect[expect < 0].sum()), abs=ROUNDING)
    row = found.tidy().iloc[0]
    assert row["negative_share"] == fit.facts["negative_weight_share"] == found.negative.count / on.sum()
    assert row["negative_sum"] == fit.facts["negative_weight_sum"]


def test_the_coefficient_is_that_average_of_effects() -> None:
    frame = adopting_panel(12, SOME).sort_values(["province", "year"])
    effect = np.random.default_rng(12).normal(size=len(frame))
    codes = pd.factorize(frame["province"])[0]
    frame["y"] = codes * 0.3 + frame["year"] * 0.1 + frame["d"] * effect + frame["x"]
    fit = fitted(frame, "y ~ d + x")
    weights = pk.two_way_weights(fit).cells["weight"].to_numpy()
    # without errors it is an identity where the effects are unrelated to x beside d, so x stays out of the outcome
    frame["y"] -= frame["x"]
    plain = fitted(frame)
    expect = float(pk.two_way_weights(plain).cells["weight"].to_numpy() @ effect[frame["d"] == 1.0])
    assert float(plain.params["d"]) == pytest.approx(expect, abs=ROUNDING)
    expect = float(weights @ effect[frame["d"] == 1.0])
    assert float(fit.params["d"]) == pytest.approx(expect, abs=ROUNDING)


def test_least_deviations_by_a_solver() -> None:
    fit = fitted(adopting_panel(13, SOME, 6))
    found = pk.two_way_weights(fit)
    weight, share, beta = found.cells["weight"].to_numpy(), found.cells["share"].to_numpy(), found.estimate

    def spread(effects: np.ndarray) -> float:
        return float(share @ (effects - share @ effects) ** 2)

    gives = {"type": "eq", "fun": lambda effects: weight @ effects - beta}
    zero = {"type": "eq", "fun": lambda effects: share @ effects}
    how = {"ftol": 1e-14, "maxiter": 2000}
    least = minimize(spread, weight, constraints=[gives, zero], method="SLSQP", options=how)
    assert found.sigma == pytest.approx(np.sqrt(least.fun), rel=1e-5)  # the solver's digits
    sign = [(None, 0.0)] * len(weight) if beta > 0 else [(0.0, None)] * len(weight)
    opposite = minimize(
        spread, -np.sign(weight), bounds=sign, constraints=[gives], method="SLSQP", options=how
    )
    assert found.sigma_opposite == pytest.approx(np.sqrt(opposite.fun), rel=1e-4)


def test_no_negative_weights_no_opposite_sign() -> None:
    found = pk.two_way_weights(fitted(adopting_panel(14, {3.0: 5, np.inf: 5})))
    assert found.negative.count == 0
    assert np.isnan(found.sigma_opposite)
    assert np.isinf(found.sigma)  # every treated row weighs alike: the average effect is the coefficient
    assert "Sum of negative weights" in str(found)
    assert "负权重之和" in found.summary(language="zh")


def test_a_treatment_that_ends_has_weights_and_no_comparisons() -> None:
    frame = adopting_panel(15, ALL)
    frame["d"] = frame["d"].where((frame["province"] != "P03") | (frame["year"] < 2015), 0.0)
    fit = fitted(frame)
    notes = said(fit)
    assert "it ends again in 1 province" in notes[0]
    assert "negative weight" in notes[1]
    assert "Goodman" not in notes[1]
    assert "StaggeredDiD" not in notes[1]
    assert pk.two_way_weights(fit).cells["weight"].sum() == pytest.approx(1.0)


def test_several_dates_get_shares_and_counts() -> None:
    fit = fitted(adopting_panel(16, ALL))
    counts, shares = said(fit)
    assert counts == (
        "`d`: 9 of 16 provinces adopt it, at 3 dates from 2012 to 2015; 5 never have it; 2 have it from their first "
        "year on"
    )
    types = pk.bacon_weights(fit).types["weight"]
    for kind, share in types.items():
        assert f"{100 * share:.1f} % {kind}" in shares
    assert "StaggeredDiD or EventStudy" in shares
    facts = fit.facts
    assert (facts["treated_units"], facts["adoption_dates"]) == (9, 3)
    assert (facts["never_treated"], facts["always_treated"]) == (5, 2)
    assert facts["bacon_always_treated"] == types["treated v always treated"]
    assert "9 个在样本期内开始接受处理" in fit.summary(language="zh")


def test_no_never_treated_unit_is_stated() -> None:
    counts = said(fitted(adopting_panel(17, SOME)))[0]
    assert "11 of 11 provinces" in counts
    assert "there is no never-treated province" in counts


def test_unbalanced_rows_get_the_negative_share() -> None:
    frame = adopting_panel(18, SOME)
    frame = frame[(frame["province"] != "P01") | (frame["year"] != 2012)]
    counts, shares = said(fitted(frame))
    assert "1 adopts it in a gap of its rows" in counts
    assert "Goodman" not in shares
    assert "negative weight" in shares
    assert "bacon_later_earlier" not in fitted(frame).facts


def test_one_date_gets_counts_alone() -> None:
    fit = fitted(adopting_panel(19, {3.0: 5, np.inf: 4}))
    assert said(fit) == ["`d`: 5 of 9 provinces adopt it, all in 2013; 4 never have it"]
    assert not any(key.startswith(("bacon", "negative")) for key in fit.facts)


def test_one_date_beside_always_treated_gets_shares() -> None:
    shares = said(fitted(adopting_panel(20, {0.0: 3, 3.0: 5})))[1]
    assert "100.0 % treated v always treated" in shares


def test_two_treatments_have_facts_of_their_own() -> None:
    frame = adopting_panel(21, ALL)
    late = frame["province"].str[1:].astype(int) % 4
    frame["e"] = (frame["year"] >= 2012 + late).astype(float) * (late < 3)
    fit = fitted(frame, "y ~ d + e")
    assert len(said(fit)) == 4
    assert fit.facts["treated_units of d"] == 9
    assert fit.facts["treated_units of e"] == 12
    with pytest.raises(pk.SpecError, match="2 regressors are treatments"):
        pk.two_way_weights(fit)


NO_TREATMENTS = {
    "levels": "y ~ x",
    "a 0/1 regressor that comes and goes": "y ~ flag",
    "leads and lags": "y ~ before + at + after",
    "interactions with years": "y ~ C(year, base=2013):half",
}


@pytest.mark.parametrize("formula", NO_TREATMENTS.values(), ids=NO_TREATMENTS)
def test_what_is_no_treatment_gets_no_note(formula: str) -> None:
    frame = adopting_panel(22, {2.0: 4, 4.0: 4, np.inf: 6}, 8)
    since = frame["year"] - 2010 - frame["start"]
    flags = np.random.default_rng(22).random(len(frame)) < 0.4
    frame = frame.assign(
        flag=flags.astype(float),
        half=(frame["start"] < 9).astype(float),
        before=(since == -2).astype(float),
        at=(since == 0).astype(float),
        after=(since >= 1).astype(float),
    )
    assert said(fitted(frame, formula)) == []
    assert said(fitted(frame, f"{formula} + C(year)", effects="unit")) == []


def test_only_two_way_effects_get_notes() -> None:
    frame = adopting_panel(23, ALL)
    assert said(fitted(frame, effects="unit")) == []
    assert said(fitted(frame, effects="time")) == []
    where = {"unit": "province", "time": "year"}
    assert said(pk.FirstDifference("y ~ d", effects="none").fit(frame, **where)) == []
    assert said(pk.RandomEffects("y ~ d").fit(frame, **where)) == []
    assert said(pk.PooledOLS("y ~ d").fit(frame, **where)) == []
    dummies = pk.PooledOLS("y ~ d + C(province) + C(year)", vcov=pk.Cluster()).fit(frame, **where)
    assert said(dummies) == said(fitted(frame))


@pytest.mark.parametrize("where", [None, "year >= 2012"])
def test_first_differences_weigh_rows_too(where: str | None) -> None:
    frame = adopting_panel(27, ALL).sort_values(["province", "year"]).reset_index(drop=True)
    frame = frame[(frame["province"] != "P04") | (frame["year"] != 2013)].reset_index(drop=True)
    fit = pk.FirstDifference("y ~ d + x", where=where).fit(frame, unit="province", time="year")
    before = frame.groupby("province")[["year", "d", "x"]].shift()
    at = np.flatnonzero((frame["year"] - before["year"] == 1) & (frame["year"] >= (2012 if where else 0)))
    change = (frame[["d", "x"]] - before[["d", "x"]]).iloc[at].to_numpy()
    Z = np.column_stack([change[:, 1], dummies(pd.factorize(frame["year"].iloc[at])[0])])
    left = change[:, 0] - Z @ np.linalg.lstsq(Z, change[:, 0], rcond=None)[0]
    weight = np.zeros(len(frame))
    weight[at] = left / (left @ left)
    weight[at - 1] -= left / (left @ left)
    assert weight @ frame["y"] == pytest.approx(float(fit.params["d"]), abs=ROUNDING)
    below = weight[(frame["d"] == 1.0) & (weight < -1e-12)]
    assert fit.facts["negative_weight_sum"] == pytest.approx(below.sum(), abs=ROUNDING)
    treated = frame["d"].iloc[np.union1d(at, at - 1)].sum()
    assert fit.facts["negative_weight_share"] == pytest.approx(len(below) / treated, abs=ROUNDING)
    assert "Goodman" not in " ".join(said(fit))
    assert "StaggeredDiD" in said(fit)[1]


def test_a_lag_and_an_interaction_stand_inside() -> None:
    frame = adopting_panel(24, ALL)
    high = frame["province"].str[1:].astype(int) % 2
    fit = fitted(frame.assign(dh=frame["d"] * high), "y ~ d + dh")
    notes = said(fit) + [note for note in fit.notes if "inside it" in note]
    assert len(notes) == 2
    assert "`dh` stand inside it" in notes[1]
    lagged = fitted(frame, "y ~ d + lag(d)")
    assert [note[:4] for note in said(lagged)] == ["`d`:"]


def test_another_covariance_keeps_what_is_said() -> None:
    fit = fitted(adopting_panel(25, ALL))
    again = fit.with_vcov(pk.Robust())
    assert said(again) == said(fit)
    assert again.facts["bacon_later_earlier"] == fit.facts["bacon_later_earlier"]


def test_the_command_line_says_it(tmp_path: Path) -> None:
    adopting_panel(26, ALL).to_csv(tmp_path / "panel.csv", index=False)
    command = ["fit", "y ~ d", "--data", str(tmp_path / "panel.csv"), "--unit", "province", "--time", "year"]
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0, shown.output
    assert "later v earlier treated" in " ".join(shown.output.split())
    told = CliRunner().invoke(app, [*command, "--json"])
    assert "bacon_later_earlier" in json.dumps(json.loads(told.output))


def test_refused_without_a_fit() -> None:
    with pytest.raises(pk.SpecError, match="fitted model"):
        pk.two_way_weights(pk.FixedEffects("y ~ d"))

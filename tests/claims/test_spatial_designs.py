"""Spatial claims: what the designs compute, how R-SPILL reads it, trends of dependence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

import panelkit as pk
from panelkit.claims.designs import spatial_conditions
from panelkit.claims.designs.spatial_conditions import Asked, beside_trends, other_weights, trends_condition
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Condition, Finding, Measured
from panelkit.claims.rules.judge import judge
from panelkit.indices.panels.chained import chained
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import verbatim
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import SpatialSample, align_weights, read_sample
from panelkit.spatial import provincial
from panelkit.spatial.weights import Weights
from panelkit.studies.scrutiny.door import scrutinise
from panelkit.studies.spatial_effects import (
    Placebo,
    delta,
    simulated,
    smallest_impact,
    smallest_rho,
    without_trends,
)
from panelkit.studies.specification import Specification
from tests.spatial.data import simulate

FORMULA = "log(gdp / population) ~ log(rd_expenditure) + urbanisation_rate"


def held(years: tuple[int, int] = (2014, 2021)) -> pd.DataFrame:
    vintage = {"gdp": "census2023"}
    return pk.load_provinces(
        ["gdp", "population", "rd_expenditure", "urbanisation_rate"], years, vintage=vintage
    )


def fitted(
    model: str = "sdm", data: pd.DataFrame | None = None, **options: str
) -> tuple[SpatialFit, SpatialSample, Weights]:
    sample = read_sample(FORMULA, held() if data is None else data)
    w = align_weights(provincial.contiguity(), sample)
    spec = SpatialPanel(FORMULA, model, vcov=pk.Cluster(), **options)  # type: ignore[arg-type]
    return fit_sample(spec, sample, w, w, w), sample, w


def finding(low: float, high: float, *outcomes: str, smallest: float = 0.01) -> Finding:
    said = verbatim("said")
    return Finding(
        measured=Measured(
            quantity=said,
            value=(low + high) / 2,
            low=low,
            high=high,
            inner_low=low + 0.001,
            inner_high=high - 0.001,
            error=0.1,
            df=30.0,
            smallest=smallest,
            conditions=tuple(Condition(key="c", asks=said, outcome=o, found=said) for o in outcomes),  # type: ignore[arg-type]
            sentence=said,
        )
    )


@pytest.mark.parametrize(
    ("sign", "low", "high", "outcomes", "word"),
    [
        ("+", 0.1, 0.5, ("passes", "passes"), "SUPPORTED"),
        ("+", 0.1, 0.5, ("passes", "fails"), "PARTLY"),
        ("+", 0.1, 0.5, ("not computed", "passes"), "PARTLY"),
        ("+", 0.1, 0.5, ("takes away", "fails"), "NOT SUPPORTED"),
        ("+", -0.1, 0.5, ("passes", "passes"), "UNDECIDED"),
        ("+", -0.5, -0.1, ("passes", "passes"), "CONTRADICTED"),
        ("+", -0.5, -0.1, ("fails", "passes"), "NOT SUPPORTED"),
        ("-", -0.5, -0.1, ("passes", "passes"), "SUPPORTED"),
        ("-", 0.1, 0.5, ("passes", "passes"), "CONTRADICTED"),
        ("-", 0.1, 0.5, ("fails", "passes"), "NOT SUPPORTED"),
        ("+", -0.005, 0.009, ("passes",), "NOT SUPPORTED"),
    ],
)
def test_rule_of_spillovers(sign: str, low: float, high: float, outcomes: tuple[str, ...], word: str) -> None:
    rule = rule_of({"name": "R-SPILL", "sign": sign})
    assert judge(rule, finding(low, high, *outcomes)).word == word


def test_a_far_proxy_says_partly_at_most() -> None:
    rule = rule_of({"name": "R-SPILL", "sign": "+"})
    assert judge(rule, finding(0.1, 0.5, "passes"), far_proxy=True).word == "PARTLY"
    assert judge(rule, finding(-0.5, -0.1, "passes"), far_proxy=True).word == "NOT SUPPORTED"


def test_estimates_are_those_of_the_fit() -> None:
    w = provincial.contiguity()
    data = simulate(w, 10, np.random.default_rng(1), rho=0.3)
    fit = SpatialPanel("y ~ x1", vcov=pk.Cluster()).fit(data, w)
    impacts = fit.impacts("draws", reps=9999, rng=1)
    theirs = fit.impacts("delta")
    for at, effect in enumerate(("direct", "indirect", "total")):
        found = simulated(fit, effect, 9999, 1)
        row = impacts.tidy().iloc[at]
        assert found.value == pytest.approx(row["estimate"], rel=1e-12)
        assert (found.low, found.high) == pytest.approx((row["conf_low"], row["conf_high"]), rel=1e-12)
        assert found.p_value == pytest.approx(row["p_value"], abs=3e-4)  # ties are counted on one side only
        inner = impacts.tidy(0.90).iloc[at]
        assert (found.inner_low, found.inner_high) == pytest.approx(
            (inner["conf_low"], inner["conf_high"]), rel=1e-12
        )
        # the same central differences
        value, error = delta(fit.impact_parts(), effect)
        assert (value, error) == pytest.approx(
            tuple(theirs.tidy().iloc[at][["estimate", "std_error"]]), rel=1e-9
        )
    rho = simulated(fit, "rho", 9999, 1)
    assert rho.value == fit.rho


def test_rotated_years_are_the_two_way_model() -> None:
    """Rotating out the constant alone gives Lee and Yu's likelihood: estimates and covariance, to rounding."""
    fit, sample, w = fitted()
    basis = np.linalg.qr(np.ones((8, 1)), mode="complete")[0][:, 1:]
    rotated = replace(sample, y=sample.y @ basis, X=np.einsum("ntk,ts->nsk", sample.X, basis))
    twin = fit_sample(SpatialPanel(FORMULA, "sdm", "time", vcov=pk.Cluster()), rotated, w, w, w)
    assert twin.estimates == pytest.approx(fit.estimates, rel=1e-10)
    assert twin.covariance == pytest.approx(fit.covariance, rel=1e-9)


def design_with_trends(sample: SpatialSample) -> np.ndarray:
    """Return dummies of units and years and a trend in every unit, (N T, q), unit-major."""
    n, t = sample.y.shape
    units, years = np.kron(np.eye(n), np.ones((t, 1))), np.kron(np.ones((n, 1)), np.eye(t))
    steps = sample.design.time_labels.astype(float)
    return np.hstack([units, years, units * np.tile(steps - steps.mean(), n)[:, None]])


def test_without_a_lag_trends_are_those_of_dummies() -> None:
    _, sample, w = fitted("slx")
    spec = SpatialPanel(FORMULA, "slx", "time", vcov=pk.Cluster())
    twin = fit_sample(spec, without_trends(sample), w, w, w)
    behind = np.einsum("ij,jtk->itk", w.matrix.toarray(), sample.X)
    X = np.hstack([sample.X.reshape(-1, 2), behind.reshape(-1, 2), design_with_trends(sample)])
    by_hand = np.linalg.lstsq(X, sample.y.ravel(), rcond=None)[0][:4]
    assert twin.estimates == pytest.approx(by_hand, rel=1e-7)  # dummies repeat each other: lstsq loses digits


def test_beside_trends_rho_is_at_the_top_of_the_likelihood() -> None:
    """(N - 1)(T - 2) errors and T - 2 determinants without the root one; the sum of squares from dummies."""
    _, sample, w = fitted()
    spec = SpatialPanel(FORMULA, "sdm", "time", vcov=pk.Cluster())
    twin = fit_sample(spec, without_trends(sample), w, w, w)
    W = w.matrix.toarray()
    n, t = sample.y.shape
    behind = np.einsum("ij,jtk->itk", W, sample.X)
    X = np.hstack([sample.X.reshape(-1, 2), behind.reshape(-1, 2), design_with_trends(sample)])

    def loglik(rho: float) -> float:
        y = (sample.y - rho * W @ sample.y).ravel()
        left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
        log_det = np.linalg.slogdet(np.eye(n) - rho * W)[1] - np.log(1.0 - rho)
        return -(n - 1) * (t - 2) / 2 * np.log(left @ left) + (t - 2) * log_det

    top = minimize_scalar(
        lambda rho: -loglik(rho), bounds=(-0.9, 0.95), method="bounded", options={"xatol": 1e-10}
    )
    assert twin.rho == pytest.approx(top.x, abs=1e-6)  # a flat top: half of the digits


def test_trends_need_four_years() -> None:
    sample = read_sample(FORMULA, held((2019, 2021)))
    with pytest.raises(SpecError, match="at least 4"):
        without_trends(sample)


def test_the_smallest_effects_are_fifths_of_deviations() -> None:
    _, sample, w = fitted()
    n, t = sample.y.shape
    D = design_with_trends(sample)[:, : n + t]
    rest = np.hstack([D, sample.X[..., 1].reshape(-1, 1)])

    def left(column: np.ndarray, on: np.ndarray) -> float:
        return float(np.linalg.norm(column - on @ np.linalg.lstsq(on, column, rcond=None)[0]))

    y, x = sample.y.ravel(), sample.X[..., 0].ravel()
    assert smallest_impact(sample, "twoway") == pytest.approx(0.2 * left(y, rest) / left(x, rest), rel=1e-8)
    both = np.hstack([D, sample.X.reshape(-1, 2)])
    behind = (w.matrix.toarray() @ sample.y).ravel()
    assert smallest_rho(sample, w, "twoway") == pytest.approx(
        0.2 * left(y, both) / left(behind, both), rel=1e-8
    )


class Given:
    """One sample, and weights by name; a name that is not held has no fit."""

    def __init__(self, sample: SpatialSample, **weights: Weights) -> None:
        self._sample, self._weights = sample, weights

    def sample(self, spec: Specification) -> SpatialSample:
        return self._sample

    def weights(self, name: str, sample: SpatialSample) -> Weights:
        if name not in self._weights:
            raise ConvergenceError(verbatim(f"{name} has no top"))
        return self._weights[name]


def ask(*weights: str, model: str = "sdm", direction: float = 1.0, **options: str) -> Asked:
    fit, sample, w = fitted(model, **options)
    near = align_weights(provincial.nearest(4), sample)
    spec = Specification(
        outcome="log(gdp / population)", treatment="log(rd_expenditure)", controls=("urbanisation_rate",), lag=0,
        effects="twoway", estimator="spatial_panel", vcov="cluster", years=(2014, 2021), provinces="all",
    )  # fmt: skip
    return Asked(
        model=fit.spec, fit=fit, found=simulated(fit, "indirect", 999, 1), effect="indirect", spec=spec,
        samples=Given(sample, contiguity=w, nearest_4=near), weights=weights, direction=direction, draws=999,
        permutations=199, seed=1,
    )  # fmt: skip


def test_weights_without_a_top_pass_for_none_and_the_next_are_printed() -> None:
    first, second = list(other_weights(ask("contiguity", "inverse_distance", "nearest_4")))
    assert (first.outcome, first.decides, first.passes) == ("not computed", True, False)
    assert "inverse_distance has no top" in str(first.found)
    assert (second.outcome, second.decides) == ("printed", False)
    assert "4 nearest" in str(second.asks)
    assert "4 近邻" in second.asks.text("zh")
    one = finding(0.1, 0.5, "passes")
    assert one.measured is not None
    spilled = replace(one, measured=replace(one.measured, conditions=(first, second)))
    assert judge(rule_of({"name": "R-SPILL", "sign": "+"}), spilled).word == "PARTLY"
    assert len(list(other_weights(ask("contiguity", "nearest_4", "inverse_distance")))) == 1
    asks = ask("contiguity", "nearest_4")
    near = asks.samples.weights("nearest_4", asks.samples.sample(asks.spec))
    fit = fit_sample(asks.model, asks.samples.sample(asks.spec), near, near, near)
    theirs = simulated(fit, "indirect", 999, 1)
    assert second.numbers["value"] == pytest.approx(theirs.value, rel=1e-12)
    (alone,) = other_weights(asks)
    assert (alone.outcome == "passes") == (theirs.low > 0.0)


def test_without_second_weights_nothing_passes() -> None:
    (alone,) = other_weights(ask("contiguity"))
    assert (alone.outcome, alone.passes) == ("not computed", False)
    (lost,) = other_weights(ask("contiguity", "inverse_distance"))
    assert (lost.outcome, lost.passes) == ("not computed", False)


def test_trends_pass_on_the_side_that_is_asked_for() -> None:
    asks = ask("contiguity")
    twin = simulated(beside_trends(asks), "indirect", 999, 1, 0.98)
    up, down = trends_condition(asks), trends_condition(replace(asks, direction=-1.0))
    assert up.numbers["value"] == pytest.approx(twin.value, rel=1e-12)
    assert (up.outcome == "passes") == (twin.low > 0.0)
    assert (down.outcome == "passes") == (twin.high < 0.0)


def test_trends_take_away_what_their_interval_excludes(monkeypatch: pytest.MonkeyPatch) -> None:
    asks = ask("contiguity")
    main = asks.found
    for low, high, outcome in (
        (main.value / 2, main.value, "passes"),
        (-main.value, main.value / 2, "takes away"),
        (-main.value, main.value * 2, "fails"),
    ):
        other = replace(main, low=low, high=high, inner_low=low, inner_high=high)
        monkeypatch.setattr(spatial_conditions, "simulated", lambda *_, made=other: made)
        assert trends_condition(asks).outcome == outcome


@pytest.mark.parametrize(
    ("p", "side", "outcome"), [(0.05, 1.0, "passes"), (0.051, 1.0, "fails"), (0.01, -1.0, "fails")]
)
def test_a_placebo_counts_on_its_side(
    p: float, side: float, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spatial_conditions, "placebo_of", lambda *_: Placebo(p, 0, side))
    assert spatial_conditions.placebo_condition(ask("contiguity")).outcome == outcome


def test_other_conventions_have_no_trends() -> None:
    assert trends_condition(ask("contiguity", convention="lsdv")).outcome == "not computed"


CLAIM = """
[document]
key = "someone"
authors = ["Someone"]
title = "A title"

[[claim]]
id = "X1"
place = { section = "1", phrase = "a phrase" }
status = "computed"
says = { en = "More R&D, more output.", zh = "研发越多，产出越多。" }
sample = { years = [2014, 2021], provinces = "all", vintage = { gdp = "census2023" } }
test = { weights = "rademacher", reps = 999, seed = 1 }

[[claim.reading]]
id = "home"
main = true
rule = { name = "R-SIGN", sign = "+" }
label = { en = "home", zh = "本地" }
says = { en = "At home.", zh = "本地。" }

[[claim.reading.design]]
id = "direct"
standing = "principal"
kind = "spatial"
label = { en = "direct", zh = "直接" }
outcome = "log(gdp / population)"
treatment = "log(rd_expenditure)"
controls = ["urbanisation_rate"]
effect = "direct"
draws = 999
seed = 2

[[claim.reading.design]]
id = "lag"
kind = "spatial"
label = { en = "lag", zh = "滞后" }
outcome = "log(gdp / population)"
treatment = "log(rd_expenditure)"
controls = ["urbanisation_rate"]
effect = "rho"
draws = 999
seed = 2
"""


def test_an_impact_at_home_is_asked_what_its_regression_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "claim.toml"
    path.write_text(CLAIM, encoding="utf-8")
    direct, lag = pk.check(path).verdicts
    fit = pk.FixedEffects(FORMULA).fit(held())
    ahead = (
        np.log(pk.load_provinces(["rd_expenditure"], (2014, 2022))["rd_expenditure"])
        .groupby(level=0)
        .shift(-1)
    )
    theirs = {
        item.name: item
        for item in scrutinise(fit, "log(rd_expenditure)", reps=999, rng=1, lead=ahead.dropna()).conditions
    }
    mine = {item.key: item for item in direct.conditions}
    assert list(mine) == [
        "main", "without_lags", "trends", "path", "differences", "regions", "leads", "income", "space",
        "provinces", "grid",
    ]  # fmt: skip
    for name in ("trends", "path", "differences", "regions", "leads", "space", "provinces"):
        assert mine[name].numbers["slope"] == pytest.approx(theirs[name].slope, rel=1e-9), name
        assert mine[name].decides == theirs[name].decides
    assert mine["without_lags"].numbers["slope"] == pytest.approx(fit.estimates[0], rel=1e-9)
    spatial = SpatialPanel(FORMULA, vcov=pk.Cluster()).fit(held(), provincial.contiguity())
    assert direct.tested.measured.error == pytest.approx(delta(spatial.impact_parts(), "direct")[1], rel=1e-9)
    assert direct.sizes.detectable == pytest.approx(
        (2.042272 + 0.853767) * direct.tested.measured.error, rel=1e-5
    )
    by_key = {item.key: item for item in lag.conditions}
    assert by_key["trends"].outcome == "not computed"
    assert "direct impact only" in str(by_key["trends"].found)
    assert "neighbours' outcome" in str(lag.sizes.why)


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
    assert [item.key for item in found.conditions] == ["weights", "placebo", "trends"]
    assert len(found.table) == 27
    assert "missing" not in found.facts  # R&D expenditure is held for every province in every year


def test_current_prices_are_a_far_proxy_of_growth() -> None:
    (a1,) = (item.claim for item in load_claims() if item.id == "A1")
    for design in a1.reading[0].design:
        assert ("far_proxy" in design.flags) == design.id.endswith("_nominal")
        assert ("real_gdp" in design.outcome) == (not design.flags)

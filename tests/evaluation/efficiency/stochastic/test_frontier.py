"""Stochastic frontiers against FRONTIER 4.1, integration by brute force, and panels with known spreads."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.stats import halfnorm, norm

import panelkit as pk
from panelkit.evaluation.efficiency.stochastic.density import (
    levels_of_units,
    log_density,
    normal_likelihood,
    pooled_likelihood,
    within_likelihood,
)
from panelkit.evaluation.efficiency.stochastic.inefficiency import inefficiency
from panelkit.evaluation.efficiency.stochastic.maximum import maximise
from panelkit.language.errors import ConvergenceError, DataError, SpecError
from tests.stored import stored


def firms() -> pd.DataFrame:
    held = stored("frontier41")["input"]
    data = pd.DataFrame(held["rows"], columns=held["columns"])
    return data.assign(firm=[f"f{i:02d}" for i in range(len(data))])


def simulated(
    seed: int, n: int = 31, t: int = 12, u: float = 0.5, v: float = 0.2, sign: float = 1.0
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"c{i:02d}" for i in range(n)], range(2011, 2011 + t)])
    level = rng.normal(size=n)[index.codes[0]]
    frame = pd.DataFrame({"x": rng.normal(size=n * t) + level}, index=index.set_names(["city", "year"]))
    frame["u"] = u * np.abs(rng.normal(size=n * t))
    frame["y"] = 0.5 * frame["x"] + level + v * rng.normal(size=n * t) - sign * frame["u"]
    return frame


def test_frontier_4_1_prints_the_same() -> None:
    oracle = stored("frontier41")
    expect, tol = oracle["expect"], oracle["rtol"]
    fit = pk.stochastic_frontier(firms(), oracle["spec"]["formula"], unit="firm", errors="hessian")
    spreads = fit.spreads
    assert fit.params.to_numpy() == pytest.approx(expect["slopes"], rel=tol)
    assert spreads["sigma_u"] ** 2 + spreads["sigma_v"] ** 2 == pytest.approx(
        expect["sigma_squared"], rel=tol
    )
    assert spreads["gamma"] == pytest.approx(expect["gamma"], rel=tol)
    assert fit.facts["loglik"] == pytest.approx(expect["loglik"], rel=tol)
    assert fit.maximum.loglik_normal == pytest.approx(expect["loglik_normal"], rel=tol)
    assert fit.maximum.ratio == pytest.approx(expect["ratio"], rel=tol)
    assert fit.facts["loglik"] >= expect["loglik"]
    made = fit.efficiencies()["efficiency"]
    assert made.to_numpy() == pytest.approx(expect["efficiencies"], rel=tol)
    assert made.mean() == pytest.approx(expect["mean_efficiency"], rel=tol)


def test_the_density_is_that_of_noise_less_inefficiency() -> None:
    v, u = 0.3, 0.6
    for r in (-2.0, -0.3, 0.0, 0.5):
        whole = quad(lambda s, r=r: norm.pdf(r + s, scale=v) * halfnorm.pdf(s, scale=u), 0, 8, epsabs=1e-13)[
            0
        ]
        # quad's own error is below 1e-12
        assert np.exp(log_density(np.array(r), np.log([v, u]))) == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize("ratio", [0.3, 2.0, 12.0])
def test_the_level_of_a_unit_is_integrated_out(ratio: float) -> None:
    rng = np.random.default_rng(3)
    v = 0.25
    spreads = np.log([v, ratio * v])
    unit = np.repeat([0, 1, 2], [3, 12, 6])
    r = v * rng.normal(size=len(unit)) - ratio * v * np.abs(rng.normal(size=len(unit)))
    r = r - (np.bincount(unit, r) / np.bincount(unit))[unit]
    found = within_likelihood(r, np.ones((len(r), 1)), unit, spreads).values
    for i in range(3):
        own = r[unit == i]

        def product(level: float, own: np.ndarray = own) -> float:
            return float(np.exp(log_density(own + level, spreads).sum()))

        top = levels_of_units(own, np.zeros(len(own), dtype=int), spreads)
        centre = float((top.values * top.weights).sum())
        area = quad(product, centre - 9, centre + 9, points=[centre], epsabs=0, epsrel=1e-12, limit=400)[0]
        # 64 nodes leave less than 1e-8 of integrands that are cut sharply
        assert found[i] == pytest.approx(np.log(area), abs=1e-7)


def test_without_inefficiency_the_same_integral_is_the_within_likelihood() -> None:
    rng = np.random.default_rng(0)
    unit = np.repeat(np.arange(5), [4, 4, 3, 6, 2])
    r = rng.normal(size=len(unit))
    r = r - (np.bincount(unit, r) / np.bincount(unit))[unit]
    loglik, sigma = normal_likelihood(r, unit)
    made = within_likelihood(r, np.ones((len(r), 1)), unit, np.log([sigma, 1e-7 * sigma])).total
    # inefficiency of 1e-7 of the noise moves the likelihood by about as much
    assert made == pytest.approx(loglik, abs=1e-5)


def test_scores_are_the_derivatives() -> None:
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(4), 5)
    X, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    at = np.array([0.2, -0.4, np.log(0.7), np.log(1.1)])
    makers = (
        lambda b: pooled_likelihood(y - X @ b[:2], X, b[2:]),
        lambda b: within_likelihood(y - X @ b[:2], X, unit, b[2:]),
    )
    for made in makers:
        steps = approx_fprime(at, lambda b, made=made: made(b).total, 1e-6)
        # forward differences of step 1e-6 are right to about 1e-5
        assert made(at).scores.sum(axis=0) == pytest.approx(steps, abs=1e-4)


def test_efficiencies_are_means_of_the_truncated_distribution() -> None:
    v, u = 0.3, 0.6
    r = np.array([-1.2, -0.1, 0.4, 2.5])
    found = inefficiency(r[:, None], np.ones((4, 1)), v, u, level=0.9)
    for i, one in enumerate(r):

        def weight(s: float, one: float = one) -> float:
            return float(norm.pdf(one + s, scale=v) * halfnorm.pdf(s, scale=u) / norm.pdf(one, scale=v))

        def mean(f: object, weight: object = weight) -> float:
            return quad(lambda s: f(s) * weight(s), 0, 6, epsabs=1e-14, limit=200)[0]  # type: ignore[operator]

        mass = mean(lambda s: 1.0)
        # quad's own error is below 1e-10
        assert found.expected[i] == pytest.approx(mean(lambda s: np.exp(-s)) / mass, rel=1e-7)
        assert found.jlms[i] == pytest.approx(np.exp(-mean(lambda s: s) / mass), rel=1e-7)
        for bound, share in ((found.low[i], 0.95), (found.high[i], 0.05)):
            below = quad(weight, 0, -np.log(bound), epsabs=1e-14)[0] / mass
            assert below == pytest.approx(share, abs=1e-7)


def test_spreads_of_deviations_are_right_where_dummies_are_not() -> None:
    spreads, dummies = [], []
    for seed in range(12):
        data = simulated(seed)
        spreads.append(pk.stochastic_frontier(data, "y ~ x", effects="unit").spreads)
        try:
            dummies.append(pk.stochastic_frontier(data, "y ~ x", effects="dummies").spreads["sigma_v"])
        except ConvergenceError:
            dummies.append(0.0)
    found = pd.DataFrame(spreads)
    # twelve panels: standard deviations of one are 0.029 and 0.024, four standard errors of their mean
    assert found["sigma_u"].mean() == pytest.approx(0.5, abs=0.034)
    assert found["sigma_v"].mean() == pytest.approx(0.2, abs=0.028)
    assert np.mean(dummies) < 0.17


def test_efficiencies_follow_the_true_ones() -> None:
    data = simulated(1, n=60)
    fit = pk.stochastic_frontier(data, "y ~ x", effects="unit")
    made = fit.efficiencies(0.9)
    true = np.exp(-data["u"])
    assert np.corrcoef(made["efficiency"], true)[0, 1] > 0.8
    covered = ((made["conf_low"] <= true) & (true <= made["conf_high"])).mean()
    # 720 rows in 60 units: a standard error of 0.011 if rows were independent
    assert covered == pytest.approx(0.9, abs=0.04)


def test_a_cost_frontier_is_a_production_frontier_with_both_sides_turned() -> None:
    data = simulated(2, sign=-1.0)
    cost = pk.stochastic_frontier(data, "y ~ x", effects="unit", kind="cost")
    turned = pk.stochastic_frontier(data.assign(y=-data["y"]), "y ~ x", effects="unit")
    assert cost.params["x"] == pytest.approx(-turned.params["x"], rel=1e-7)
    assert cost.efficiencies().to_numpy() == pytest.approx(turned.efficiencies().to_numpy(), rel=1e-6)
    assert cost.facts["skewness"] > 0
    assert cost.residuals.mean() > 0


def test_units_of_measurement_do_not_matter() -> None:
    data = firms()
    formula = stored("frontier41")["spec"]["formula"]
    one = pk.stochastic_frontier(data, formula, unit="firm")
    other = pk.stochastic_frontier(
        data.assign(output=1e6 * data["output"], labour=data["labour"] / 1e4), formula, unit="firm"
    )
    # both searches end where Newton steps gain no more
    assert other.params.iloc[1:].to_numpy() == pytest.approx(one.params.iloc[1:].to_numpy(), rel=1e-6)
    assert other.efficiencies().to_numpy() == pytest.approx(one.efficiencies().to_numpy(), rel=1e-6)


def test_wrong_skewness_is_said_and_no_efficiency_printed() -> None:
    data = simulated(0, sign=-1.0)  # inefficiency of costs, taken for production
    fit = pk.stochastic_frontier(data, "y ~ x", effects="unit")
    least_squares = pk.FixedEffects("y ~ x", effects="unit").fit(data)
    assert fit.spreads["sigma_u"] == 0.0
    assert fit.params["x"] == pytest.approx(least_squares.params["x"], rel=1e-10)
    assert fit.inefficiency_test().p_value == 1.0
    assert any("no inefficiency is found" in note for note in fit.notes)
    with pytest.raises(SpecError, match="no finding that all are efficient"):
        fit.efficiencies()


def test_the_test_of_inefficiency_has_its_size() -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(100), rng.normal(size=100)])
    p = [2 * maximise(rng.normal(size=100), X).ratio for _ in range(150)]
    # 150 samples: a 10 % test rejects 15, with a standard deviation of 3.7; small samples reject a little less
    assert 5 <= sum(value > 2 * 1.6424 for value in p) <= 27


def test_what_cannot_be_is_refused() -> None:
    data = simulated(0, n=6, t=4)
    for options in ({"kind": "profit"}, {"effects": "random"}, {"errors": "robust"}):
        with pytest.raises(SpecError, match="is one of"):
            pk.stochastic_frontier(data, "y ~ x", **options)
    with pytest.raises(DataError, match="rows for"):
        pk.stochastic_frontier(data.iloc[:4], "y ~ x + u")
    fit = pk.stochastic_frontier(data, "y ~ x")
    with pytest.raises(SpecError, match="rows that entered"):
        fit.predict(data)
    assert fit.predict().to_numpy() == pytest.approx(data["y"] - fit.residuals)

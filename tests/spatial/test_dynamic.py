"""Dynamic spatial panels: the vignette's one-way model, the bias correction, long-run impacts, stability."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.inference.impact_parts import stability_radius
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.models.spatial.dynamic import DynamicSpatialPanel
from panelkit.models.spatial.dynamic_maximum import solve_dynamic
from panelkit.models.spatial.likelihood import Counting, Problem
from panelkit.spatial import provincial
from tests.spatial.data import CIGAR, brute_force, cigarettes, simulate
from tests.stored import stored

W31 = provincial.contiguity()


def grow(
    t: int, rng: np.random.Generator, tau: float, eta: float, rho: float
) -> tuple[np.ndarray, np.ndarray]:
    """One stationary panel: y (31, t + 1) and x (31, t), with unit and time effects."""
    n, burn = 31, 40
    W = W31.matrix.toarray()
    S = np.linalg.inv(np.eye(n) - rho * W)
    x = rng.standard_normal((n, t + burn))
    mu, year = rng.standard_normal(n), rng.standard_normal(t + burn)
    y = np.zeros((n, t + burn))
    for s in range(1, t + burn):
        past = tau * y[:, s - 1] + eta * (W @ y[:, s - 1])
        y[:, s] = S @ (past + x[:, s] + mu + year[s] + rng.standard_normal(n))
    return y[:, -t - 1 :], x[:, -t:]


def test_one_way_model_of_the_vignette() -> None:
    entry = stored("sdpdmod_vignette_dynamic")
    expected = entry["expect"]["sar_unit"]
    data, w = cigarettes()
    fit = DynamicSpatialPanel(CIGAR, model="sar", lags="time", effects="unit", small_sample=False).fit(
        data, w
    )
    assert fit.params["dynamic", "lag(log(sales))"] == pytest.approx(expected["tau"], rel=entry["rtol"])
    assert fit.params["main"].to_numpy() == pytest.approx(
        [expected["price"], expected["income"]], rel=entry["rtol"]
    )
    assert fit.rho == pytest.approx(expected["rho"], rel=entry["rtol"])
    assert fit.std_errors["spatial", "rho"] == pytest.approx(expected["se_rho"], rel=2e-3)
    assert fit.std_errors["dynamic", "lag(log(sales))"] == pytest.approx(expected["se_tau"], rel=2e-3)


def test_two_way_model_of_the_vignette_as_far_as_exact_ml_reproduces_it() -> None:
    entry = stored("sdpdmod_vignette_dynamic")
    expected = entry["expect"]["sdm_twoway"]
    data, w = cigarettes()
    fit = DynamicSpatialPanel(CIGAR, small_sample=False).fit(data, w)
    assert fit.params["dynamic", "lag(log(sales))"] == pytest.approx(expected["tau"], rel=1e-3)
    assert fit.params["main", "log(price / cpi)"] == pytest.approx(expected["price"], rel=entry["rtol"])
    assert fit.std_errors["spatial", "rho"] == pytest.approx(expected["se"]["rho"], rel=entry["rtol"])
    # the printed rho is two standard errors away from where the exact likelihood has its maximum
    assert fit.rho < expected["rho"] - 2 * expected["se"]["rho"]


def test_uncorrected_estimates_are_dense_brute_force() -> None:
    y, x = grow(6, np.random.default_rng(2), 0.4, 0.1, 0.3)
    W = W31.matrix.toarray()
    Z = np.stack([x, y[:, :-1], W @ y[:, :-1]], axis=2)
    problem = Problem(
        y[:, 1:], Z, Counting(31, 6, "twoway", "lsdv", True), W31.matrix, None, W31.spectrum(), None
    )
    optimum, _ = solve_dynamic(problem, (1, 2))
    expected = brute_force(y[:, 1:], Z, W, None, "twoway", "lsdv")
    assert optimum.rho == pytest.approx(expected["rho"], abs=1e-7)
    assert optimum.b == pytest.approx(expected["b"], abs=1e-6)


def test_the_correction_removes_most_of_the_bias() -> None:
    # 120 panels of 31 x 10: standard errors of the means are about .004 (tau), .008 (eta), .006 (rho)
    rng, truth = np.random.default_rng(6), np.array([1.0, 0.5, -0.1, 0.3])
    found: dict[str, list[np.ndarray]] = {"lee-yu": [], "lsdv": []}
    for _ in range(120):
        y, x = grow(10, rng, *truth[1:])
        Z = np.stack([x, y[:, :-1], W31.matrix @ y[:, :-1]], axis=2)
        for convention, kept in found.items():
            counting = Counting(31, 10, "twoway", convention, True)  # type: ignore[arg-type]
            problem = Problem(y[:, 1:], Z, counting, W31.matrix, None, W31.spectrum(), None)
            kept.append(solve_dynamic(problem, (1, 2))[0].theta(problem)[:4])
    bias = {name: np.mean(kept, axis=0) - truth for name, kept in found.items()}
    assert np.abs(bias["lee-yu"]).max() < 0.03
    assert bias["lsdv"][1] < -0.06
    assert bias["lsdv"][3] < -0.03


def test_long_run_formula_on_printed_numbers() -> None:
    # METHODS: the point long-run total of price is (b + theta)/(1 - tau - rho - eta) = -1.0805
    data, w = cigarettes()
    fit = DynamicSpatialPanel(CIGAR).fit(data, w)
    expected = stored("sdpdmod_vignette_dynamic")["expect"]["sdm_twoway"]
    names = ("price", "income", "w_price", "w_income", "tau", "eta", "rho")
    theta = np.array([expected[name] for name in names])
    from panelkit.inference.impact_parts import stacked

    total = stacked(fit.impact_parts(), theta[None, :], "long")[0].reshape(3, 2)[2, 0]
    assert total == pytest.approx(-1.0805, abs=5e-5)  # four printed decimals
    own = fit.impacts(horizon="long").estimates.reshape(3, 2)[2]
    b, t = fit.estimates[:2], fit.estimates[2:4]
    assert own == pytest.approx((b + t) / (1 - fit.tau - fit.eta - fit.rho), rel=1e-9)


def test_stability_is_not_the_sum() -> None:
    values = W31.spectrum().values
    one = np.array([1.0])
    assert stability_radius(0.5 * one, -0.5 * one, -0.4 * one, values)[0] == pytest.approx(1.077, abs=5e-4)


def test_unstable_estimates_have_no_long_run() -> None:
    data, w = cigarettes()
    fit = replace(DynamicSpatialPanel(CIGAR).fit(data, w), radius=1.02)
    with pytest.raises(ConvergenceError, match="no long run"):
        fit.impacts(horizon="long")


def test_without_dynamics_in_the_data_the_static_estimate_comes_back() -> None:
    data = simulate(W31, 40, np.random.default_rng(3), rho=0.4)
    fit = DynamicSpatialPanel("y ~ x1").fit(data, W31)
    assert abs(fit.tau) < 4 * fit.std_errors["dynamic", "lag(y)"]
    assert fit.rho == pytest.approx(0.4, abs=0.12)
    assert fit.facts["years"] == "2002-2040"
    assert any("2001 serves as the start" in note for note in fit.notes)


def test_bootstrap_and_delta_are_of_one_size() -> None:
    data = simulate(W31, 15, np.random.default_rng(3), rho=0.4)
    fit = DynamicSpatialPanel("y ~ x1").fit(data, W31)
    delta = fit.impacts().std_errors.to_numpy()
    boot = fit.impacts("bootstrap", reps=150, rng=2).std_errors.to_numpy()
    # 150 replications: a standard error is known within 6 %, three of them
    assert boot == pytest.approx(delta, rel=0.35)


def test_another_covariance_keeps_the_estimates() -> None:
    data = simulate(W31, 15, np.random.default_rng(3), rho=0.4)
    fit = DynamicSpatialPanel("y ~ x1").fit(data, W31)
    clustered = fit.with_vcov(pk.Cluster())
    assert np.array_equal(fit.estimates, clustered.estimates)
    assert not np.array_equal(fit.covariance, clustered.covariance)
    assert clustered.impacts(horizon="long").tidy()["std_error"].gt(0).all()
    assert not fit.reduction_tests()[0].applicable


def test_refusals() -> None:
    data = simulate(W31, 6, np.random.default_rng(3))
    with pytest.raises(SpecError, match="is one of sar, sdm"):
        DynamicSpatialPanel("y ~ x1", model="sem")
    with pytest.raises(SpecError, match="is one of lee-yu, lsdv"):
        DynamicSpatialPanel("y ~ x1", convention="splm")
    gap = data[data.index.get_level_values(1) != 2003]
    with pytest.raises(SpecError, match="consecutive years"):
        DynamicSpatialPanel("y ~ x1").fit(gap, W31)
    with pytest.raises(SpecError, match="row-standardised"):
        DynamicSpatialPanel("y ~ x1").fit(data, provincial.contiguity(normalisation="spectral"))
    assert isinstance(DynamicSpatialPanel("y ~ x1", durbin=("x1",)).fit(data, W31).tidy(), pd.DataFrame)


def test_clustered_scores_are_their_recipe_by_brute_force() -> None:
    # the likelihood with dummies, unit by unit: scores by differences, the information from its formulas
    data = simulate(W31, 9, np.random.default_rng(3), rho=0.4)
    spec = DynamicSpatialPanel(
        "y ~ x1", "sar", "time", "unit", "lsdv", small_sample=False, vcov=pk.ScoreCluster()
    )
    fit = spec.fit(data, W31)
    wide = data.unstack("year").loc[list(fit.sample.ids)]
    y, x = wide["y"].to_numpy(), wide["x1"].to_numpy()[:, 1:]
    W = W31.aligned(fit.sample.ids).matrix.toarray()
    n, t = x.shape

    def within(cube: np.ndarray) -> np.ndarray:
        return cube - cube.mean(axis=1, keepdims=True)

    def by_unit(z: np.ndarray) -> np.ndarray:
        S = np.eye(n) - z[2] * W
        e = within(S @ y[:, 1:] - z[0] * x - z[1] * y[:, :-1])
        known = t * np.linalg.slogdet(S)[1] / n - t / 2 * np.log(2 * np.pi * z[3])
        return known - (e**2).sum(axis=1) / (2 * z[3])

    at = np.r_[fit.estimates, fit.facts["sigma2"]]
    assert by_unit(at).sum() == pytest.approx(fit.loglik, abs=1e-8)
    scores = np.array([(by_unit(at + h) - by_unit(at - h)) / 2e-5 for h in 1e-5 * np.eye(4)]).T
    # an uncorrected maximum: scores sum to zero up to differences over 1e-5
    assert np.abs(scores.sum(axis=0)).max() < 1e-3
    bread = fit.likelihood.inverse_information()
    expected = bread @ scores.T @ scores @ bread * n / (n - 1)
    assert fit.full_covariance == pytest.approx(expected, rel=1e-5)
    assert any("scores summed by unit" in note for note in fit.notes)


def test_durbin_subset_where_and_long_run_errors() -> None:
    data = simulate(W31, 14, np.random.default_rng(3), rho=0.3, beta=(1.0, 0.5), theta=(0.3, 0.0))
    spec = DynamicSpatialPanel("y ~ x1 + x2", durbin=("x1",), where="year >= 2003")
    fit = spec.fit(data, W31)
    assert [term for term in fit.terms if term.startswith("W*x")] == ["W*x1"]
    assert fit.facts["years"] == "2003-2014"
    found = fit.impacts(horizon="long")
    at = dict(zip(fit.terms, range(len(fit.terms)), strict=True))

    def total(theta: np.ndarray) -> float:
        own = theta[at["x1"]] + theta[at["W*x1"]]
        dynamic = theta[at["lag(y)"]] + theta[at["W*lag(y)"]] + theta[at["rho"]]
        return float(own / (1 - dynamic))

    # rows of W sum to one: the long-run total is (b + t) / (1 - tau - eta - rho), its error by the delta method
    row = [
        j
        for j, (e, x) in enumerate(zip(found.equations, found.terms, strict=True))
        if e == "total" and x == "x1"
    ]
    gradient = np.array(
        [(total(fit.estimates + h) - total(fit.estimates - h)) / 2e-6 for h in 1e-6 * np.eye(len(at))]
    )
    assert found.estimates[row] == pytest.approx(total(fit.estimates), rel=1e-9)
    expected = np.sqrt(gradient @ fit.covariance @ gradient)
    assert found.std_errors.to_numpy()[row] == pytest.approx(expected, rel=1e-5)

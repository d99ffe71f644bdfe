"""The convention `xsmle`: what Stata printed, the recipe of its robust errors by brute force, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from panelkit.models.spatial.likelihood import Problem
from panelkit.spatial.weights import Weights
from tests.spatial.data import MUNNELL, lattice, munnell, simulate
from tests.stored import stored

TYPES = {"ind": "unit", "both": "twoway"}


@pytest.mark.parametrize("name", ["sar_ind", "sem_ind", "sdm_ind", "sem_both"])
def test_what_stata_printed(name: str) -> None:
    oracle = stored("xsmle_produc")
    printed, (model, kind) = oracle["expect"][name], name.split("_")
    data, w = munnell()
    fit = pk.SpatialPanel(MUNNELL, model, TYPES[kind], "xsmle").fit(data, w)
    assert fit.estimates == pytest.approx(np.array(printed["estimates"]), rel=1e-8)
    assert fit.std_errors.to_numpy() == pytest.approx(np.array(printed["std_errors"]), rel=oracle["rtol"])
    assert fit.loglik == pytest.approx(printed["loglik"], rel=1e-12)
    assert fit.terms[-1] == "sigma2_e"
    assert fit.equations[-1] == "variance"
    assert np.isinf(fit.df)


@pytest.mark.parametrize("model", ["sar", "sdm"])
def test_stata_stops_short_of_the_top_with_both_effects(model: str) -> None:
    """Its log-likelihood is ours at its estimates, so the convention is right, and ours is higher."""
    printed = stored("xsmle_produc")["expect"][f"{model}_both"]
    data, w = munnell()
    fit = pk.SpatialPanel(MUNNELL, model, "twoway", "xsmle").fit(data, w)
    theta = np.array(printed["estimates"])
    there = cell_likelihood(fit.curvature.problem, "lag")(theta).sum()
    assert there == pytest.approx(printed["loglik"], rel=1e-12)
    assert 1e-6 < fit.loglik - there < 1e-3
    assert any("stop short of this maximum" in note for note in fit.notes)
    assert 1e-4 < abs(fit.rho - theta[-2]) < 2e-3
    swept_again = pk.SpatialPanel(MUNNELL, model, "twoway", "lsdv").fit(data, w)
    assert abs(swept_again.rho - theta[-2]) < 1e-4  # 6e-6 and 5e-5: its score sweeps the lag again


@pytest.mark.parametrize("model", ["sar", "sdm"])
def test_leeyu_of_stata_is_the_transformation_of_unit_effects(model: str) -> None:
    printed = stored("xsmle_produc")["expect"][f"{model}_leeyu"]
    data, w = munnell()
    spec = pk.SpatialPanel(MUNNELL, model, "unit", "lee-yu", vcov=pk.Hessian(), small_sample=False)
    fit = spec.fit(data, w)
    assert [*fit.estimates, fit.facts["sigma2"]] == pytest.approx(printed["estimates"], rel=1e-8)
    assert fit.loglik == pytest.approx(printed["loglik"], rel=1e-12)


def cell_likelihood(problem: Problem, kind: str) -> Callable[[np.ndarray], np.ndarray]:
    """The log-likelihood of every cell as a function of (b, rho, lambda, sigma2), written plainly.

    The outcome is demeaned first and lagged then; the log-determinants count in equal shares of all cells.
    """
    n = len(problem.y)

    def swept(a: np.ndarray) -> np.ndarray:
        for axis, swept_by in ((1, ("unit", "twoway")), (0, ("time", "twoway"))):
            if problem.counting.effects in swept_by:
                a = a - a.mean(axis=axis, keepdims=True)
        return a

    y, Z, k = swept(problem.y), swept(problem.Z), problem.k
    w = np.zeros((n, n)) if problem.w is None else problem.w.toarray()
    m = np.zeros((n, n)) if problem.m is None else problem.m.toarray()

    def cells(theta: np.ndarray) -> np.ndarray:
        rho = theta[k] if kind in ("lag", "both") else 0.0
        lam = theta[-2] if kind in ("error", "both") else 0.0
        s, r = np.eye(n) - rho * w, np.eye(n) - lam * m
        e = r @ (s @ y - Z @ theta[:k])
        share = (np.linalg.slogdet(s)[1] + np.linalg.slogdet(r)[1]) / n
        return -0.5 * np.log(2 * np.pi * theta[-1]) + share - e**2 / (2 * theta[-1])

    return cells


def jacobian(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """Derivatives by central differences of the sixth order, the last axis the parameters."""
    out = []
    for j, value in enumerate(at):
        step = 2e-3 * max(abs(value), 0.05)
        ahead = [function(at + s * step * np.eye(len(at))[j]) for s in (-3, -2, -1, 1, 2, 3)]
        weights = (-1 / 60, 3 / 20, -3 / 4, 3 / 4, -3 / 20, 1 / 60)
        out.append(sum(c * f for c, f in zip(weights, ahead, strict=True)) / step)
    return np.stack(out, axis=-1)


def regions(w: Weights, t: int) -> np.ndarray:
    return np.repeat(np.arange(w.n) // 4, t)


KINDS = {"sar": "lag", "sdm": "lag", "sem": "error", "sac": "both"}


def fitted(model: str, effects: str = "twoway", vcov: pk.ScoreCluster | None = None) -> pk.SpatialFit:
    w, t = lattice(5, 4), 8
    other = pk.as_weights((w.matrix @ w.matrix).toarray() * (1 - np.eye(w.n)), w.ids).normalised("row")
    data = simulate(w, t, np.random.default_rng(3), rho=0.35, lam=0.2, beta=(1.0, -0.5), theta=(0.4, 0.1))
    data["region"] = regions(w, t)
    data["y"] += 0.4 * np.random.default_rng(5).standard_normal((w.n, 1)).repeat(t, axis=1).reshape(-1)
    spec = pk.SpatialPanel("y ~ x1 + x2", model, effects, "xsmle", vcov=vcov)
    return spec.fit(data, w, w_error=other if model == "sac" else None)


@pytest.mark.parametrize("effects", ["twoway", "unit", "time"])
@pytest.mark.parametrize("model", ["sar", "sdm", "sem", "sac"])
def test_the_recipe_by_brute_force(model: str, effects: str) -> None:
    """H and scores by numerical differentiation of the likelihood written out.

    Differences of the sixth order at these steps leave 1e-9 of a first and 1e-7 of a second derivative; seven digits
    are what Stata prints.
    """
    fit = fitted(model, effects, pk.ScoreCluster("region"))
    theta = fit.estimates
    cells = cell_likelihood(fit.curvature.problem, KINDS[model])
    assert cells(theta).sum() == pytest.approx(fit.loglik, rel=1e-12)
    scores = jacobian(cells, theta)
    assert np.abs(scores.sum(axis=(0, 1))).max() < 1e-4  # the top
    hessian = -jacobian(lambda at: jacobian(lambda x: cells(x).sum(), at), theta)
    bread = np.linalg.inv((hessian + hessian.T) / 2)

    def errors(meat: np.ndarray) -> np.ndarray:
        return np.sqrt(np.diag(bread @ meat @ bread))

    units, count = scores.sum(axis=1), len(scores)
    assert fit.with_vcov(pk.Hessian()).std_errors.to_numpy() == pytest.approx(
        np.sqrt(np.diag(bread)), rel=2e-7
    )
    by_unit = errors(units.T @ units * count / (count - 1))
    assert fit.with_vcov(pk.ScoreCluster()).std_errors.to_numpy() == pytest.approx(by_unit, rel=2e-7)
    grouped = units.reshape(5, 4, -1).sum(axis=1)
    by_region = errors(grouped.T @ grouped * 5 / 4)
    assert fit.std_errors.to_numpy() == pytest.approx(
        by_region, rel=2e-6
    )  # five clusters, so that rounding weighs
    flat = scores.reshape(-1, len(theta))
    opg = np.sqrt(np.diag(np.linalg.inv(flat.T @ flat)))
    assert fit.with_vcov(pk.OPG()).std_errors.to_numpy() == pytest.approx(opg, rel=2e-7)
    periods = scores.sum(axis=0)
    meat = periods.T @ periods
    for gap in (1, 2):
        cross = periods[gap:].T @ periods[:-gap]
        meat += (1 - gap / 3) * (cross + cross.T)
    kraay = fit.with_vcov(pk.DriscollKraay(2)).std_errors.to_numpy()
    assert kraay == pytest.approx(
        errors(meat), rel=2e-6
    )  # sums over time are nearly zero beside time effects


def test_other_conventions_keep_their_bread() -> None:
    """The bread is the information everywhere else, and t and the factor stay on."""
    fit = fitted("sar")
    spec = replace(fit.spec, convention="splm", vcov=pk.ScoreCluster(), small_sample=False)
    data = pd.DataFrame(
        {"y": fit.design.y, "x1": fit.design.X[:, 1], "x2": fit.design.X[:, 2]}, index=fit.design.labels()
    )
    other = spec.fit(data, fit.weights)
    assert other.estimates == pytest.approx(fit.estimates[:-1], rel=1e-10)
    units = fit.likelihood.cell_scores().sum(axis=1)
    bread = fit.likelihood.inverse_information()
    matrix = bread @ units.T @ units @ bread * 20 / 19
    assert other.std_errors.to_numpy() == pytest.approx(np.sqrt(np.diag(matrix))[:-1], rel=1e-9)
    assert replace(spec, small_sample=None).fit(data, fit.weights).df == 19.0


def test_clusters_lie_above_the_unit() -> None:
    w, t = lattice(5, 4), 6
    data = simulate(w, t, np.random.default_rng(1), rho=0.3)
    data["moving"] = np.tile(np.arange(t) // 3, w.n)
    spec = pk.SpatialPanel("y ~ x1", "sar", convention="xsmle", vcov=pk.ScoreCluster("moving"))
    with pytest.raises(SpecError, match="more than one cluster: 0, 1"):
        spec.fit(data, w)
    carried = replace(spec, vcov=None).fit(data, w)
    with pytest.raises(SpecError, match=r"fit again with vcov=ScoreCluster\('moving'\)"):
        carried.with_vcov(pk.ScoreCluster("moving"))
    with pytest.raises(SpecError, match="more than one cluster"):
        carried.with_vcov(pk.ScoreCluster("year"))


def test_measures_of_fit_by_hand() -> None:
    fit = fitted("sdm")
    problem, rho = fit.curvature.problem, fit.rho
    linear = problem.Z @ fit.estimates[: problem.k]
    w = problem.w.toarray()
    predicted = np.linalg.solve(np.eye(20) - rho * w, linear)
    between = np.corrcoef(problem.y.mean(axis=1), predicted.mean(axis=1))[0, 1] ** 2
    overall = np.corrcoef(problem.y.reshape(-1), predicted.reshape(-1))[0, 1] ** 2
    assert fit.facts["r2_between"] == pytest.approx(between, rel=1e-9)
    assert fit.facts["r2_overall"] == pytest.approx(overall, rel=1e-9)
    mean = (problem.y - rho * w @ problem.y - linear).mean()
    assert fit.facts["mean_fixed_effects"] == pytest.approx(mean, rel=1e-9)


def test_size_of_robust_errors_with_serial_correlation() -> None:
    """30 units, 12 years, AR(.5) errors and regressor: what the recipe rejects of the truth, and why.

    The incidental parameters pull rho down (first bound), and scores summed by unit leave out pairs of units, so that
    the errors of rho are too small (second): together a nominal 5 % test of the true rho rejects a fourth of the
    panels and more. These 200 panels have a bias of -.067, a ratio of .69, and sizes of 34 and 5.5 %; the bounds lie
    three Monte Carlo errors away (.005, .035, 3.4 and 1.6 points).
    """
    w = lattice(6, 5)
    spec = pk.SpatialPanel("y ~ x", "sdm", convention="xsmle", vcov=pk.ScoreCluster())
    rng, root = np.random.default_rng(7), np.linalg.inv(np.eye(w.n) - 0.4 * w.matrix.toarray())
    rho, errors, rejected = [], [], []
    for _ in range(200):
        x, noise = serial(w.n, 12, rng), serial(w.n, 12, rng)
        y = root @ (
            x + 0.5 * (w.matrix @ x) + noise + rng.standard_normal((w.n, 1)) + rng.standard_normal((1, 12))
        )
        index = pd.MultiIndex.from_product([range(w.n), range(2011, 2023)], names=["unit", "year"])
        data = pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index)
        fit = spec.fit(data, w)
        calm = replace(spec, convention="lee-yu", vcov=pk.Cluster()).fit(data, w)
        rho.append(fit.rho)
        errors.append(fit.std_errors.iloc[2])
        rejected.append(
            [abs(fit.rho - 0.4) > 1.96 * errors[-1], abs(calm.rho - 0.4) > 2.045 * calm.std_errors.iloc[2]]
        )
    assert -0.085 < np.mean(rho) - 0.4 < -0.05
    assert 0.58 < np.mean(errors) / np.std(rho) < 0.8
    sizes = np.mean(rejected, axis=0)
    assert sizes[0] > 0.23
    assert sizes[1] < 0.11


def serial(n: int, t: int, rng: np.random.Generator, ar: float = 0.5) -> np.ndarray:
    out = rng.standard_normal((n, t))
    for s in range(1, t):
        out[:, s] = ar * out[:, s - 1] + np.sqrt(1 - ar**2) * out[:, s]
    return out


def test_the_column_of_clusters_reaches_every_spatial_estimator() -> None:
    w, t = lattice(5, 4), 8
    data = simulate(w, t, np.random.default_rng(1), rho=0.3, beta=(1.0, 0.5), theta=(0.2, 0.1))
    data["region"] = regions(w, t)
    by = pk.ScoreCluster("region")
    specs = {
        "one year": pk.SpatialCrossSection("y ~ x1", "sar", vcov=by).fit(data, w, year=2003),
        "mediation": pk.SpatialMediation("y", "x1", "x2", vcov=by).fit(data, w, reps=99).fits["outcome"],
    }
    for fit in specs.values():
        assert fit.facts["n_clusters"] == 5
        sums = fit.likelihood.cell_scores().sum(axis=1).reshape(5, 4, -1).sum(axis=1)
        bread = fit.likelihood.inverse_information()
        matrix = fit.likelihood.scale * bread @ sums.T @ sums @ bread * 5 / 4
        k = len(fit.terms)
        assert fit.covariance == pytest.approx(matrix[:k, :k], rel=1e-9, abs=1e-15)

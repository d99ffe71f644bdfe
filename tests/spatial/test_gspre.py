"""Unit effects with a spatial process of their own: plainly written normal likelihoods, limits, splm, a simulation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import panelkit as pk
from panelkit.language.errors import ConvergenceError, DataError, SpecError
from panelkit.models.spatial.random_likelihood import Composed, Filter, in_eigenvectors
from panelkit.models.spatial.random_search import maximise_composed
from panelkit.spatial import provincial
from panelkit.spatial.weights import Weights, as_weights
from tests.spatial.data import MUNNELL, helmert, munnell, simulate

W31 = provincial.contiguity()
W12 = provincial.nearest(3, provinces=list(W31.ids[:12]))
TRUTH = {"phi": 0.5, "lam": 0.3, "sigma_mu": 1.2, "sigma_e": 0.8}


def panel(
    w: Weights,
    t: int,
    rng: np.random.Generator,
    *,
    phi: float = TRUTH["phi"],
    lam: float = TRUTH["lam"],
    sigma_mu: float = TRUTH["sigma_mu"],
    sigma_e: float = TRUTH["sigma_e"],
) -> pd.DataFrame:
    """Return y = 1 + x + a + u with a = phi W a + mu and u = lam W u + v."""
    n, W = w.n, w.matrix.toarray()
    x = rng.standard_normal((n, t))
    a = np.linalg.solve(np.eye(n) - phi * W, sigma_mu * rng.standard_normal(n))
    u = np.linalg.solve(np.eye(n) - lam * W, sigma_e * rng.standard_normal((n, t)))
    index = pd.MultiIndex.from_product([list(w.ids), range(2001, 2001 + t)], names=["province", "year"])
    return pd.DataFrame({"y": (1.0 + x + a[:, None] + u).ravel(), "x": x.ravel()}, index=index)


def plain(
    y: np.ndarray, X: np.ndarray, W: np.ndarray, b: np.ndarray, phi: float, lam: float, mu: float, e: float
) -> float:
    """Return the log-density of y (N, T), unit-major, under the N T x N T covariance written out."""
    n, t = y.shape
    P, R = np.linalg.inv(np.eye(n) - phi * W), np.linalg.inv(np.eye(n) - lam * W)
    omega = mu**2 * np.kron(P @ P.T, np.ones((t, t))) + e**2 * np.kron(R @ R.T, np.eye(t))
    gap = (y - X @ b).reshape(-1)
    sign, det = np.linalg.slogdet(omega)
    assert sign > 0
    return float(-n * t / 2 * np.log(2 * np.pi) - det / 2 - gap @ np.linalg.solve(omega, gap) / 2)


def named(error: int, x: np.ndarray) -> dict[str, Any]:
    """Return the arguments of `plain` from (b, spatial parameters, ln sigma_mu, ln sigma_e)."""
    phi = {1: x[2], 2: x[2], 3: 0.0, 4: x[2]}[error]
    lam = {1: x[-3], 2: 0.0, 3: x[2], 4: x[2]}[error]
    return {"b": x[:2], "phi": phi, "lam": lam, "mu": np.exp(x[-2]), "e": np.exp(x[-1])}


@pytest.mark.parametrize("error", [1, 2, 3, 4])
def test_the_maximum_is_that_of_the_plain_normal_likelihood(error: int) -> None:
    data = panel(W12, 5, np.random.default_rng(4))
    fit = pk.GeneralisedRandomEffects("y ~ x", error, small_sample=False).fit(data, W12)
    y, X, W = fit.sample.y, fit.sample.X, fit.weights.matrix.toarray()
    variances = fit.components().params
    at = dict(zip(fit.terms, fit.estimates, strict=True))
    spatial = [at[name] for name in ("phi", "lambda") if name in at]
    x = np.r_[fit.estimates[:2], spatial, np.log(variances["sigma_mu"]), np.log(variances["sigma_e"])]
    # two ways to write one number: rounding of determinants of 60 x 60
    assert fit.loglik == pytest.approx(plain(y, X, W, **named(error, x)), abs=1e-9)

    def negative(z: np.ndarray) -> float:
        return -plain(y, X, W, **named(error, z))

    start = np.r_[0.0, 0.0, np.full(len(x) - 4, 0.1), 0.0, 0.0]
    found = optimize.minimize(negative, start, method="BFGS", options={"gtol": 1e-7})
    # forward differences of the optimiser stop within 1e-4 of a top whose height is flat to second order there
    assert -found.fun == pytest.approx(fit.loglik, abs=1e-7)
    assert found.x == pytest.approx(x, abs=2e-4)

    # the standard errors are those of the Hessian of the plain likelihood, by differences of fourth order
    bend = curvature(negative, x)
    expected = np.sqrt(np.diag(np.linalg.inv(bend)))
    order = {"phi": 2, "lambda": len(x) - 3}
    errors = [fit.std_errors["spatial", name] for name in order if name in at]
    assert fit.std_errors["main"].to_numpy() == pytest.approx(expected[:2], rel=1e-4)
    assert errors == pytest.approx(expected[2 : 2 + len(errors)], rel=1e-4)
    tail = fit.components().std_errors[["sigma_mu", "sigma_e"]].to_numpy()
    assert tail == pytest.approx(expected[-2:] * np.exp(x[-2:]), rel=1e-4)  # by the delta method


def curvature(function: Any, at: np.ndarray) -> np.ndarray:
    """Return second derivatives by central differences."""
    h, p = 2e-3, len(at)
    step = h * np.eye(p)

    def second(i: int, j: int) -> float:
        corners = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
        near = sum(a * b * function(at + a * step[i] + b * step[j]) for a, b in corners) / (4 * h * h)
        far = sum(a * b * function(at + 2 * a * step[i] + 2 * b * step[j]) for a, b in corners) / (16 * h * h)
        return (
            4 * near - far
        ) / 3  # Richardson: h = .002 leaves about 1e-10 of truncation and 1e-7 of rounding

    return np.array([[second(i, j) for j in range(p)] for i in range(p)])


def test_scores_are_the_derivatives_of_the_likelihood() -> None:
    fit = pk.GeneralisedRandomEffects("y ~ x").fit(panel(W12, 4, np.random.default_rng(4)), W12)
    problem = fit.likelihood.top.best.problem

    def value(x: np.ndarray) -> float:
        here = problem.at(problem.point(x[2:4], float(np.exp(x[5]))))
        e = here.direction(x[:2])
        squares = e @ here.moments @ e / np.exp(x[4])
        return float(-fit.sample.y.size / 2 * (np.log(2 * np.pi) + x[4]) - squares / 2 + here.determinants)

    at = np.array([0.3, -0.2, 0.2, 0.4, 0.1, 1.3])
    point = problem.point(at[2:4], float(np.exp(at[5])))
    exact = problem.at(point).scores(at[:2], float(np.exp(at[4])))
    step = 1e-5 * np.eye(6)
    differences = [(value(at + h) - value(at - h)) / 2e-5 for h in step]
    assert exact == pytest.approx(differences, rel=1e-6, abs=1e-6)  # rounding of values near 100 over 2e-5


def test_a_symmetric_w_gives_the_same_in_its_eigenvectors() -> None:
    w = provincial.contiguity(normalisation="spectral")
    data = panel(w, 5, np.random.default_rng(1))
    fit = pk.GeneralisedRandomEffects("y ~ x").fit(data, w)
    turned = fit.likelihood.top.best.problem
    assert turned.error.w.ndim == 1  # the diagonal road was taken
    dense = w.aligned(fit.sample.ids).matrix.toarray()
    own = Filter(dense, w.aligned(fit.sample.ids).spectrum())
    columns = np.concatenate(
        [fit.sample.y[..., None], np.zeros((*fit.sample.y.shape, 1)), fit.sample.X], axis=2
    )
    whole = Composed(columns, "own", None, own, own)
    assert in_eigenvectors(whole) is not whole
    top = maximise_composed(whole).best
    # the two roads differ by the rounding of an eigendecomposition
    assert top.loglik == pytest.approx(fit.loglik, abs=1e-9)
    assert [top.point.lam, top.point.phi] == pytest.approx(fit.estimates[2:], abs=1e-7)


def test_the_cases_are_the_models_that_they_name() -> None:
    data, w = munnell()
    four = pk.GeneralisedRandomEffects(MUNNELL, 4).fit(data, w)
    kkp = pk.SpatialRandomEffects(MUNNELL, "sem").fit(data, w)
    # two searches that end at gradients of about 1e-7
    assert four.loglik == pytest.approx(kkp.loglik, abs=1e-8)
    assert four.estimates == pytest.approx(kkp.estimates, rel=1e-6)
    assert four.std_errors.to_numpy() == pytest.approx(kkp.std_errors.to_numpy(), rel=1e-4)
    assert four.components().estimates == pytest.approx(kkp.components().estimates, rel=1e-6)
    assert four.components().std_errors.to_numpy() == pytest.approx(
        kkp.components().std_errors.to_numpy(), rel=1e-4
    )
    three = pk.GeneralisedRandomEffects(MUNNELL, 3).fit(data, w)
    baltagi = pk.SpatialRandomEffects(MUNNELL, "sem", errors="baltagi").fit(data, w)
    assert three.loglik == pytest.approx(baltagi.loglik, abs=1e-10)
    assert three.estimates == pytest.approx(baltagi.estimates, rel=1e-8)
    one = pk.GeneralisedRandomEffects(MUNNELL, 1).fit(data, w)
    assert one.loglik > max(three.loglik, four.loglik)  # it has both as cases
    # five coefficients, phi, lambda and two variances; one fewer in the cases and in both random-effects models
    assert one.facts["aic"] == pytest.approx(18 - 2 * one.loglik)
    assert three.facts["bic"] == pytest.approx(8 * np.log(816) - 2 * three.loglik)
    assert (kkp.facts["aic"], baltagi.facts["aic"]) == (16 - 2 * kkp.loglik, 16 - 2 * baltagi.loglik)
    # without unit effects all four are the pooled error model
    pooled = pk.SpatialPanel(MUNNELL, "sem", "none").fit(data, w)
    for fit in (one, three, four):
        assert fit.loglik_without == pytest.approx(pooled.loglik, abs=1e-7)


def test_lag_and_anselin_errors_are_those_of_splm() -> None:
    # Millo and Piras (2012, Journal of Statistical Software 47), spml(lag = TRUE, spatial.error = "b") on Munnell's
    # states; their optimiser stops at about 2e-5 of phi and 1.5e-3 of a lambda that is nearly zero
    data, w = munnell()
    fit = pk.SpatialRandomEffects(MUNNELL, "sac", errors="baltagi", small_sample=False).fit(data, w)
    printed = [2.3736012, 0.0425013, 0.2415077, 0.7419074, -0.0034560]
    assert fit.estimates[:5] == pytest.approx(printed, rel=2e-5)
    assert fit.sigma2_mu / fit.facts["sigma2"] == pytest.approx(7.530808, rel=1e-5)
    assert fit.lam == pytest.approx(0.536835, rel=1e-5)
    assert fit.rho == pytest.approx(0.0018174, abs=4e-6)
    # its standard errors are conditional: .0344810 of lambda and .1394745 of the intercept, both too small
    assert fit.std_errors["spatial", "lambda"] > 0.0345
    assert fit.std_errors["main", "Intercept"] > 0.1395


@pytest.mark.parametrize("model", ["sem", "sac", "sdem"])
def test_year_effects_are_swept_by_the_transformation(model: str) -> None:
    rng = np.random.default_rng(5)
    data = panel(W12, 5, rng) + 0.0
    data["y"] += np.tile(rng.standard_normal(5), 12)
    fit = pk.SpatialRandomEffects("y ~ x", model, time_effects=True, errors="baltagi").fit(data, W12)
    F = helmert(12)
    W = F.T @ fit.weights.matrix.toarray() @ F
    y = F.T @ fit.sample.y
    Z = [F.T @ fit.sample.X[..., 0]]
    if model == "sdem":
        Z.append(F.T @ (fit.weights.matrix @ fit.sample.X[..., 0]))
    filtered = y - fit.rho * W @ y
    value = plain(
        filtered,
        np.stack(Z, axis=2),
        W,
        fit.estimates[: len(Z)],
        phi=0.0,
        lam=fit.lam,
        mu=float(np.sqrt(fit.sigma2_mu)),
        e=float(np.sqrt(fit.facts["sigma2"])),
    )
    value += 5 * np.linalg.slogdet(np.eye(11) - fit.rho * W)[1]
    assert fit.loglik == pytest.approx(value, abs=1e-9)  # rounding of determinants of 55 x 55
    # a top: no neighbour is higher
    problem = fit.likelihood.top.best.problem
    best = fit.likelihood.top.best.point
    for name in ("lam", "theta"):
        for shift in (0.97, 1.03):
            beside = replace(best, **{name: getattr(best, name) * shift + 1e-3})
            assert problem.at(beside).loglik < fit.loglik


def test_two_matrices_and_durbin_terms() -> None:
    data = simulate(W31, 6, np.random.default_rng(2), lam=0.4, theta=(0.5,))
    far = provincial.inverse_distance()
    fit = pk.GeneralisedRandomEffects("y ~ x1", model="sdem").fit(data, W31, w_error=far)
    assert fit.terms == ("Intercept", "x1", "W*x1", "lambda", "phi")
    y, W, M = (
        fit.sample.y,
        fit.weights.matrix.toarray(),
        far.for_model().aligned(fit.sample.ids).matrix.toarray(),
    )
    X = np.concatenate([fit.sample.X, (W @ fit.sample.X[..., 1])[..., None]], axis=2)
    variances = fit.components().params
    P = np.linalg.inv(np.eye(31) - fit.phi_unit * W)
    R = np.linalg.inv(np.eye(31) - fit.lam * M)
    omega = variances["sigma_mu"] ** 2 * np.kron(P @ P.T, np.ones((6, 6)))
    omega += variances["sigma2_e"] * np.kron(R @ R.T, np.eye(6))
    gap = (y - X @ fit.estimates[:3]).reshape(-1)
    value = -186 / 2 * np.log(2 * np.pi) - np.linalg.slogdet(omega)[1] / 2
    assert fit.loglik == pytest.approx(value - gap @ np.linalg.solve(omega, gap) / 2, abs=1e-8)
    direct, indirect, total = fit.impacts().estimates
    assert [direct, indirect, total] == pytest.approx(
        [fit.estimates[1], fit.estimates[2], fit.estimates[1:3].sum()], rel=1e-9
    )


def test_estimates_are_unbiased_and_intervals_cover() -> None:
    # 60 panels of 31 x 8, seed 7: x and lambda within three Monte Carlo errors. phi is known from 31 unit effects only
    # and is biased down (-.17 here, -.01 with 144 units). Coverage: one Monte Carlo error is 2.8 points
    rng, reps = np.random.default_rng(7), 60
    truth = {"x": 1.0, "lambda": TRUTH["lam"], "phi": TRUTH["phi"]}
    found, covered = np.empty((reps, 3)), np.empty((reps, 3), dtype=bool)
    for r in range(reps):
        fit = pk.GeneralisedRandomEffects("y ~ x", small_sample=False).fit(panel(W31, 8, rng), W31)
        interval = fit.conf_int()
        for j, (name, value) in enumerate(truth.items()):
            row = ("main" if name == "x" else "spatial", name)
            found[r, j] = fit.params[row]
            covered[r, j] = interval.loc[row].iloc[0] <= value <= interval.loc[row].iloc[1]
    bias = found.mean(axis=0) - list(truth.values())
    noise = found.std(axis=0) / np.sqrt(reps)
    assert np.all(np.abs(bias[:2]) < 3 * noise[:2])
    assert -0.3 < bias[2] < 0.0
    assert np.all(covered.mean(axis=0) > 0.86)


def test_without_unit_effects_phi_is_refused_and_variances_say_so() -> None:
    data = panel(W31, 5, np.random.default_rng(4), sigma_mu=0.0)
    with pytest.raises(ConvergenceError, match="estimated at zero.*phi of error\\(1\\).*error=3"):
        pk.GeneralisedRandomEffects("y ~ x").fit(data, W31)
    fit = pk.GeneralisedRandomEffects("y ~ x", 3).fit(data, W31)
    pooled = pk.SpatialPanel("y ~ x", "sem", "none").fit(data, W31)
    assert fit.estimates == pytest.approx(pooled.estimates, abs=1e-7)
    assert fit.sigma2_mu == 0.0
    assert fit.components().terms == ("sigma2_e", "sigma_e")
    assert any("estimated at zero: these are pooled estimates" in note for note in fit.notes)
    assert fit.no_effects_test().p_value == 1.0
    there = pk.GeneralisedRandomEffects("y ~ x", 3).fit(panel(W31, 5, np.random.default_rng(3)), W31)
    assert there.no_effects_test().p_value < 1e-6


def test_refusals() -> None:
    data = panel(W31, 5, np.random.default_rng(4))
    spec = pk.GeneralisedRandomEffects("y ~ x")
    with pytest.raises(DataError, match="one year"):
        spec.fit(data.loc[pd.IndexSlice[:, 2001], :], W31)
    alike = as_weights(1.0 - np.eye(31), list(W31.ids), name="alike").normalised("row")
    with pytest.raises(SpecError, match="same weight"):
        spec.fit(data, alike)
    lonely = W31.matrix.toarray()
    lonely[3], lonely[:, 3] = 0.0, 0.0
    with pytest.raises(DataError, match="no neighbour"):
        spec.fit(data, as_weights(lonely, list(W31.ids), name="lonely"))
    with pytest.raises(DataError, match="no link at all"):
        spec.fit(data, as_weights(np.zeros((31, 31)), list(W31.ids), name="empty"))
    with pytest.raises(SpecError, match="w_error.*would change nothing"):
        pk.GeneralisedRandomEffects("y ~ x", 2).fit(data, W31, w_error=W31)
    with pytest.raises(SpecError, match="error is 1, 2, 3 or 4"):
        pk.GeneralisedRandomEffects("y ~ x", 5)
    with pytest.raises(SpecError, match="model is one of sem"):
        pk.GeneralisedRandomEffects("y ~ x", model="sar")
    with pytest.raises(SpecError, match="SAR has no spatial error"):
        pk.SpatialRandomEffects("y ~ x", "sar", errors="baltagi")
    with pytest.raises(SpecError, match="order of units"):
        pk.SpatialRandomEffects("y ~ x", "sem", errors="baltagi", vcov=pk.ScoreCluster()).fit(data, W31)
    with pytest.raises(SpecError, match="delta"):
        spec.fit(data, W31).impacts("bootstrap")
    assert not spec.fit(data, W31).mundlak_test().applicable


def test_many_units_are_refused() -> None:
    from tests.spatial.data import lattice

    w = lattice(32, 32)
    data = simulate(w, 2, np.random.default_rng(1), effects=False)
    with pytest.raises(SpecError, match="1024 units are too many"):
        pk.GeneralisedRandomEffects("y ~ x1").fit(data, w)

"""Random effects: live spreg, dense brute force of the full covariance, Hausman and Mundlak by simulation."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from panelkit.models.spatial.hausman import information_covariance, spatial_hausman
from panelkit.models.spatial.information import information_random
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.models.spatial.random import SpatialRandomEffects
from panelkit.models.spatial.random_fit import SpatialRandomFit
from panelkit.spatial import provincial
from tests.spatial.data import MUNNELL, munnell, simulate

W31 = provincial.contiguity()


def test_spreg_live() -> None:
    spreg = pytest.importorskip("spreg")
    libpysal = pytest.importorskip("libpysal")
    data, w = munnell()
    ordered = data.sort_index(level=["year", "state"])
    y = np.log(ordered["gsp"].to_numpy())[:, None]
    x = np.column_stack([np.log(ordered[["pcap", "pc", "emp"]].to_numpy()), ordered["unemp"]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = libpysal.weights.util.full2W(w.matrix.toarray())
        graph.transform = "r"
        theirs = spreg.Panel_RE_Lag(y, x, graph)
    fit = SpatialRandomEffects(MUNNELL, model="sar").fit(data, w)
    expected = np.ravel(theirs.betas)
    # spreg iterates to 1e-5 in its objective
    assert fit.estimates == pytest.approx(expected[:6], rel=1e-4)
    assert fit.phi == pytest.approx(float(theirs.phi), rel=1e-4)


@pytest.mark.parametrize("model", ["sar", "sem", "sac"])
def test_likelihood_is_that_of_the_dense_covariance(model: str) -> None:
    data = simulate(W31, 4, np.random.default_rng(3), rho=0.3, lam=0.3, theta=(0.0,))
    fit = SpatialRandomEffects("y ~ x1", model=model).fit(data, W31)
    o, n, t = fit.curvature.optimum, 31, 4
    W = W31.aligned(fit.sample.ids).matrix.toarray()
    S, R = np.eye(n) - o.rho * W, np.eye(n) - o.lam * W
    gap = np.einsum("ij,jt->it", S, fit.sample.y) - fit.sample.X @ o.b
    e = (R @ gap).reshape(-1)  # unit-major
    omega = o.sigma2 * np.eye(n * t) + fit.sigma2_mu * np.kron(np.eye(n), np.ones((t, t)))
    det = t * (np.linalg.slogdet(S)[1] + np.linalg.slogdet(R)[1]) - 0.5 * np.linalg.slogdet(omega)[1]
    value = -n * t / 2 * np.log(2 * np.pi) + det - 0.5 * e @ np.linalg.solve(omega, e)
    assert fit.loglik == pytest.approx(value, abs=1e-7)


def test_standard_error_is_the_curvature_of_the_profile() -> None:
    from panelkit.models.spatial.likelihood import Counting, Problem, loglik
    from panelkit.models.spatial.random_maximum import quasi_demeaned

    data = simulate(W31, 6, np.random.default_rng(3), rho=0.3, theta=(0.0,))
    fit = SpatialRandomEffects("y ~ x1", model="sar", small_sample=False).fit(data, W31)
    w = W31.aligned(fit.sample.ids)
    raw = Problem(
        fit.sample.y, fit.sample.X, Counting(31, 6, "none", "lee-yu"), w.matrix, None, w.spectrum(), None
    )
    grid = np.linspace(np.log(fit.phi) - 0.6, min(np.log(fit.phi) + 0.6, 0), 400)

    def profile(rho: float) -> float:
        return max(loglik(quasi_demeaned(raw, float(np.exp(p))), rho, 0.0) + 31 * p for p in grid)

    step = 0.5 * fit.std_errors["spatial", "rho"]
    bend = -(profile(fit.rho + step) - 2 * profile(fit.rho) + profile(fit.rho - step)) / step**2
    # half a standard error away the likelihood is quadratic within a few per cent
    assert fit.std_errors["spatial", "rho"] == pytest.approx(1 / np.sqrt(bend), rel=0.05)


def test_hausman_and_mundlak_tell_related_effects_from_unrelated() -> None:
    rng = np.random.default_rng(12)
    calm = simulate(W31, 8, rng, rho=0.3)
    _, mundlak = spatial_hausman(SpatialRandomEffects("y ~ x1"), calm, W31)
    assert mundlak.df == (2.0,)
    assert mundlak.p_value > 0.01
    related = calm.copy()
    unit = rng.standard_normal(31)
    code = related.index.get_level_values(0).map(dict(zip(W31.ids, unit, strict=True))).to_numpy(float)
    related["x1"] += code
    related["y"] += 4 * code
    hausman, mundlak = spatial_hausman(SpatialRandomEffects("y ~ x1"), related, W31)
    assert mundlak.p_value < 1e-4
    assert not hausman.applicable or hausman.p_value < 0.05


def test_year_effects_and_refusals() -> None:
    data = simulate(W31, 6, np.random.default_rng(3), rho=0.3)
    fit = SpatialRandomEffects("y ~ x1", time_effects=True).fit(data, W31)
    assert fit.rho == pytest.approx(0.3, abs=0.25)
    assert "Intercept" not in fit.terms
    with pytest.raises(SpecError, match="row-standardised"):
        SpatialRandomEffects("y ~ x1", time_effects=True).fit(
            data, provincial.contiguity(normalisation="spectral")
        )
    with pytest.raises(SpecError, match="delta"):
        fit.impacts("bootstrap", reps=10)
    with pytest.raises(SpecError, match="no covariance QML.*take one of .*Hessian"):
        fit.with_vcov(pk.QML())
    assert not fit.mundlak_test().applicable
    assert not fit.reduction_tests()[0].applicable
    assert fit.impacts().tidy().shape[0] == 3


def dense_information(fit: SpatialRandomFit, model: str) -> np.ndarray:
    """Return m_i'O^-1 m_j + tr(O^-1 O_i O^-1 O_j) / 2 of y ~ N(m, O), derivatives by central differences.

    Parameters (b, rho, lambda, sigma2, phi), those that the model has.
    """
    n, t = fit.sample.y.shape
    W, X = fit.weights.matrix.toarray(), fit.curvature.problem.Z
    share = 1 - fit.phi
    raw = X + share / fit.phi * X.mean(
        axis=1, keepdims=True
    )  # undo the quasi-demeaning: its unit means are phi times
    o, k = fit.curvature.optimum, raw.shape[2]
    eye_n, eye_t, ones = np.eye(n), np.eye(t), np.ones((t, t)) / t
    lagged, error = model in ("sar", "sdm", "sac"), model in ("sem", "sac")

    def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rho = x[k] if lagged else 0.0
        lam = x[k + lagged] if error else 0.0
        s2, phi = x[-2], x[-1]
        back = np.kron(np.linalg.inv(eye_n - rho * W), eye_t)
        filtered = np.kron(np.linalg.inv(eye_n - lam * W), eye_t)
        inner = s2 * np.kron(eye_n, eye_t - ones + ones / phi**2)
        mean = back @ (raw.reshape(n * t, k) @ x[:k])
        return mean, back @ filtered @ inner @ filtered.T @ back.T

    at = np.r_[o.theta(fit.curvature.problem), fit.phi]
    omega = moments(at)[1]
    inverse = np.linalg.inv(omega)
    slopes = []
    for j in range(len(at)):
        step = np.zeros(len(at))
        step[j] = 1e-5
        up, down = moments(at + step), moments(at - step)
        slopes.append(((up[0] - down[0]) / 2e-5, inverse @ (up[1] - down[1]) / 2e-5))
    return np.array([[m1 @ inverse @ m2 + 0.5 * np.trace(o1 @ o2) for m2, o2 in slopes] for m1, o1 in slopes])


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "sac"])
def test_information_with_random_effects_is_that_of_the_dense_covariance(model: str) -> None:
    w = provincial.nearest(3, provinces=list(W31.ids[:12]))
    data = simulate(w, 4, np.random.default_rng(3), rho=0.3, lam=0.2, theta=(0.4,))
    fit = SpatialRandomEffects("y ~ x1", model=model).fit(data, w)
    assert 0.1 < fit.phi < 0.99
    found = information_random(fit.curvature, fit.phi)
    expected = dense_information(fit, model)
    # differences of 1e-5 leave about 1e-9 of the largest cell
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-7 * np.abs(expected).max())
    p = len(fit.estimates)
    inverse = np.linalg.inv(expected)[:p, :p]
    assert information_covariance(fit) == pytest.approx(inverse, rel=1e-5, abs=1e-8)


def panel_of_the_null(rng: np.random.Generator, t: int) -> pd.DataFrame:
    """Return a sar with random effects inside the innovation, unrelated to the regressor."""
    data = simulate(W31, t, rng, rho=0.3, theta=(0.0,), effects=False)
    spread = np.linalg.inv(np.eye(31) - 0.3 * W31.matrix.toarray())
    return data.assign(y=data["y"] + np.repeat(spread @ rng.standard_normal(31), t))


def test_hausman_is_the_quadratic_form_of_covariances_of_one_kind() -> None:
    data = panel_of_the_null(np.random.default_rng(8), 6)
    spec = SpatialRandomEffects("y ~ x1", model="sar")
    (hausman,) = spatial_hausman(spec, data, W31, method="hausman")
    fixed = SpatialPanel("y ~ x1", "sar", "unit", small_sample=False).fit(data, W31)
    random = spec.fit(data, W31)
    at = [random.terms.index(term) for term in fixed.terms]
    p = len(random.estimates)
    information = np.linalg.inv(dense_information(random, "sar"))[:p, :p][np.ix_(at, at)]
    gap = fixed.estimates - random.estimates[at]
    assert hausman.statistic == pytest.approx(
        gap @ np.linalg.solve(fixed.covariance - information, gap), rel=1e-4
    )
    assert hausman.df == (2.0,)
    assert any("both covariances come from the information matrix" in note for note in hausman.notes)
    assert any("rely on the Mundlak test" in note for note in hausman.notes)


@pytest.mark.parametrize("model", ["sar", "sem"])
def test_robust_hausman_is_whites_variance_by_brute_force(model: str) -> None:
    # both likelihoods written unit by unit: W and Q(y) by numpy, scores and Hessians by differences
    n, t = 31, 6
    data = panel_of_the_null(np.random.default_rng(8), t)
    spec = SpatialRandomEffects("y ~ x1", model=model)
    (test,) = spatial_hausman(spec, data, W31, method="robust")
    random, fixed = spec.fit(data, W31), SpatialPanel("y ~ x1", model, "unit").fit(data, W31)
    W, y, x = random.weights.matrix.toarray(), random.sample.y, random.sample.X[..., 1]

    def by_unit(b0: float, b1: float, r: float, s2: float, share: float) -> np.ndarray:
        S = np.eye(n) - r * W
        gap = S @ (y - b0 - b1 * x) if model == "sem" else S @ y - b0 - b1 * x
        gap = gap - (1 - share) * gap.mean(axis=1, keepdims=True)
        times = t if share else t - 1
        known = times * np.linalg.slogdet(S)[1] / n + (np.log(share) if share else 0.0)
        return known - times / 2 * np.log(2 * np.pi * s2) - (gap**2).sum(axis=1) / (2 * s2)

    def moves(function: object, at: np.ndarray) -> np.ndarray:
        step = 1e-4 * np.eye(len(at))
        scores = np.array([(function(at + h) - function(at - h)) / 2e-4 for h in step]).T
        bend = [
            [
                (
                    function(at + a + c) - function(at + a - c) - function(at - a + c) + function(at - a - c)
                ).sum()
                / 4e-8
                for c in step
            ]
            for a in step
        ]
        return scores @ np.linalg.inv(-np.array(bend))

    of_random = moves(
        lambda z: by_unit(*z[:3], np.exp(z[3]), np.exp(z[4])),
        np.r_[random.estimates, np.log(random.facts["sigma2"]), np.log(random.phi)],
    )
    of_fixed = moves(
        lambda z: by_unit(0.0, *z[:2], np.exp(z[2]), 0.0),
        np.r_[fixed.estimates, np.log(fixed.facts["sigma2"])],
    )
    apart = of_fixed[:, :2] - of_random[:, 1:3]
    gap = fixed.estimates - random.estimates[1:]
    expected = gap @ np.linalg.solve(apart.T @ apart * n / (n - 1), gap)
    # second differences of values near 300 over 1e-8 leave 1e-4 of the variance of a small difference
    assert test.statistic == pytest.approx(expected, rel=2e-3)
    assert test.df == (2.0,)
    assert any("stacked by province (White 1982)" in note for note in test.notes)
    assert any("four to six times as often as it says" in note for note in test.notes)


def test_robust_hausman_sees_related_effects_and_says_where_it_does_not_apply() -> None:
    rng = np.random.default_rng(12)
    data = simulate(W31, 8, rng, rho=0.3)
    code = data.index.get_level_values(0).map(dict(zip(W31.ids, rng.standard_normal(31), strict=True)))
    data["x1"] += code.to_numpy(float)
    data["y"] += 4 * code.to_numpy(float)
    found = spatial_hausman(SpatialRandomEffects("y ~ x1"), data, W31, method="all")
    assert [test.name for test in found] == [
        "Hausman",
        "Hausman, robust",
        "Hausman, robust with pairs",
        "Mundlak",
    ]
    assert found[1].p_value < 1e-3
    assert found[2].p_value < 1e-3
    outside = SpatialRandomEffects("y ~ x1", "sem", errors="baltagi")
    classic, robust, paired, mundlak = spatial_hausman(outside, data, W31, method="all")
    assert "errors='kkp'" in classic.reason
    assert "scores by unit" in robust.reason
    assert "scores by unit" in paired.reason
    assert mundlak.applicable
    few = W31.ids[:9]
    with_few = data.loc[data.index.get_level_values(0).isin(few)]
    wide = with_few.assign(**{f"z{j}": rng.standard_normal(len(with_few)) for j in range(4)})
    (refused,) = spatial_hausman(
        SpatialRandomEffects("y ~ x1 + z0 + z1 + z2 + z3"),
        wide,
        provincial.nearest(2, provinces=list(few)),
        method="robust",
    )
    assert "cannot tell the variance of 11 differences" in refused.reason


def test_mundlak_is_the_wald_test_of_the_unit_means() -> None:
    data = simulate(W31, 6, np.random.default_rng(8), rho=0.3)
    spec = SpatialRandomEffects("y ~ x1")
    (mundlak,) = spatial_hausman(spec, data, W31, method="mundlak")
    # by hand: x, Wx and the unit means of both as regressors of a sar with random effects
    means = data.assign(
        wx1=data.groupby(level=1)["x1"].transform(lambda x: W31.lag(x.droplevel(1)).to_numpy())
    )
    for name in ("x1", "wx1"):
        means[f"m_{name}"] = means.groupby(level=0)[name].transform("mean")
    fit = SpatialRandomEffects("y ~ x1 + wx1 + m_x1 + m_wx1", model="sar").fit(means, W31)
    at = [fit.terms.index("m_x1"), fit.terms.index("m_wx1")]
    b = fit.estimates[at]
    # the numerical Hessian's steps leave about 1e-6
    assert mundlak.statistic == pytest.approx(
        b @ np.linalg.solve(fit.covariance[np.ix_(at, at)], b), rel=1e-4
    )
    both = spatial_hausman(spec, data, W31)
    assert [test.name for test in both] == ["Hausman", "Mundlak"]
    assert both[1].statistic == mundlak.statistic
    with pytest.raises(SpecError, match="both, hausman, robust, robust-pairs, mundlak, all"):
        spatial_hausman(spec, data, W31, method="white")


def test_size_under_the_null() -> None:
    # 150 panels, seed 4: one standard error at 5 % is 1.8 points; the evidence has more panels and more lengths
    rng = np.random.default_rng(4)
    rejected, applicable, reps = np.zeros(4), 0, 150
    for _ in range(reps):
        data = panel_of_the_null(rng, 6)
        spec = SpatialRandomEffects("y ~ x1", model="sar")
        hausman, robust, paired, mundlak = spatial_hausman(spec, data, W31, method="all")
        applicable += hausman.applicable
        rejected += [
            hausman.applicable and hausman.p_value < 0.05,
            robust.applicable and robust.p_value < 0.05,
            paired.applicable and paired.p_value < 0.05,
            mundlak.p_value < 0.05,
        ]
    assert (
        applicable > 0.8 * reps
    )  # an observed Hessian less an information matrix was rarely positive definite
    assert rejected[3] / reps < 0.05 + 3 * 0.018  # Mundlak holds its size
    assert rejected[2] / reps < 0.05 + 3 * 0.018  # and so does the robust form that counts pairs
    assert 0.08 < rejected[1] / reps < 0.35  # the robust form does not at 31 units, and its note says so
    assert rejected[0] / reps < 0.30  # Hausman does not, and its note says so


def test_standard_error_of_the_lag_that_splm_prints_conditionally() -> None:
    # splm's SARSEM2RE on Munnell's states prints .0290, conditional on the other parameters; four decimals
    data, w = munnell()
    fit = SpatialRandomEffects(MUNNELL, model="sac", small_sample=False).fit(data, w)
    assert fit.std_errors["spatial", "rho"] == pytest.approx(0.0174, abs=5e-5)


@pytest.mark.parametrize("model", ["sar", "sdm", "sem"])
def test_clustered_scores_are_the_recipe_by_brute_force(model: str) -> None:
    # H and the scores of units by numerical differentiation of the likelihood written unit by unit
    n, t = 31, 6
    data = panel_of_the_null(np.random.default_rng(8), t)
    fit = SpatialRandomEffects("y ~ x1", model=model, small_sample=False, vcov=pk.ScoreCluster()).fit(
        data, W31
    )
    W, y = fit.weights.matrix.toarray(), fit.sample.y
    X = fit.sample.X
    if model == "sdm":
        X = np.concatenate([X, (W @ X[..., 1])[..., None]], axis=2)
    k = X.shape[2]

    def by_unit(x: np.ndarray) -> np.ndarray:
        b, r, s2, phi = x[:k], x[k], np.exp(x[-2]), np.exp(x[-1])
        S = np.eye(n) - r * W
        gap = S @ (y - X @ b) if model == "sem" else S @ y - X @ b
        mean = gap.mean(axis=1, keepdims=True)
        squares = ((gap - (1 - phi) * mean) ** 2).sum(axis=1)
        share = t * np.linalg.slogdet(S)[1] / n + np.log(phi)
        return -t / 2 * np.log(2 * np.pi * s2) + share - squares / (2 * s2)

    at = np.r_[fit.estimates, np.log(fit.facts["sigma2"]), np.log(fit.phi)]
    assert by_unit(at).sum() == pytest.approx(fit.loglik, abs=1e-8)
    p = len(at)
    step = 1e-4 * np.eye(p)
    scores = np.array([(by_unit(at + h) - by_unit(at - h)) / 2e-4 for h in step]).T
    bend = np.array(
        [
            [
                (by_unit(at + a + c) - by_unit(at + a - c) - by_unit(at - a + c) + by_unit(at - a - c)).sum()
                / 4e-8
                for c in step
            ]
            for a in step
        ]
    )
    bread = np.linalg.inv(-bend)
    expected = bread @ (scores.T @ scores) @ bread * n / (n - 1)
    # second differences of values near 300 over 1e-8 leave 1e-5
    assert fit.covariance == pytest.approx(expected[: p - 2, : p - 2], rel=1e-3, abs=1e-7)
    assert any("scores summed by unit" in note for note in fit.notes)


def test_scores_by_cell_sum_to_zero_and_are_refused_at_the_edge() -> None:
    data = panel_of_the_null(np.random.default_rng(8), 6)
    fit = SpatialRandomEffects("y ~ x1", model="sar").fit(data, W31)
    cells = fit.likelihood.cell_scores()
    assert cells.shape == (31, 6, 5)
    # the search of phi stops at 1e-10 of ln phi, and the score bends by about 2 N there
    assert np.abs(cells.sum(axis=(0, 1))).max() < 1e-6
    flat = simulate(W31, 6, np.random.default_rng(4), rho=0.3, theta=(0.0,), effects=False)
    edge = SpatialRandomEffects("y ~ x1", model="sar").fit(flat, W31)
    assert edge.phi == 1.0
    assert edge.components().terms == ("sigma2_e", "sigma_e")
    with pytest.raises(SpecError, match="one side only"):
        edge.with_vcov(pk.ScoreCluster())


@pytest.mark.parametrize("years", [False, True])
def test_durbin_with_random_effects_is_the_top_of_the_plain_normal_likelihood(years: bool) -> None:
    # y (N T) ~ N(S^-1 Z b, S^-1 (s_mu^2 J + s^2 I) S^-1') written out, maximised by another road; with year effects
    # on the N - 1 combinations that sum to zero
    from scipy import optimize

    from tests.spatial.data import helmert

    w = provincial.nearest(3, provinces=list(W31.ids[:12]))
    t = 4
    data = simulate(w, t, np.random.default_rng(3), rho=0.3, beta=(1.0, 0.5), theta=(0.4, 0.0))
    spec = SpatialRandomEffects("y ~ x1 + x2", "sdm", years, durbin=("x1",), small_sample=False)
    fit = spec.fit(data, w)
    F = helmert(12) if years else np.eye(12)
    n = F.shape[1]
    whole = fit.weights.matrix.toarray()
    W, y = F.T @ whole @ F, (F.T @ fit.sample.y).reshape(-1)
    x1 = fit.sample.X[..., fit.sample.terms.index("x1")]
    columns = [*np.moveaxis(fit.sample.X, 2, 0), whole @ x1]
    Z = np.stack([(F.T @ column).reshape(-1) for column in columns], axis=1)
    k = Z.shape[1]
    assert fit.terms[k - 1] == "W*x1"

    def negative(z: np.ndarray) -> float:
        b, rho, mu, e = z[:k], z[k], np.exp(2 * z[-2]), np.exp(2 * z[-1])
        back = np.kron(np.linalg.inv(np.eye(n) - rho * W), np.eye(t))
        omega = back @ np.kron(np.eye(n), mu * np.ones((t, t)) + e * np.eye(t)) @ back.T
        gap = y - back @ (Z @ b)
        known = n * t / 2 * np.log(2 * np.pi) + np.linalg.slogdet(omega)[1] / 2
        return float(known + gap @ np.linalg.solve(omega, gap) / 2)

    parts = fit.components().params
    at = np.r_[fit.estimates, np.log(parts["sigma_mu"]), np.log(parts["sigma_e"])]
    assert -negative(at) == pytest.approx(fit.loglik, abs=1e-8)
    found = optimize.minimize(
        negative, np.r_[np.zeros(k), 0.0, 0.0, 0.0], method="BFGS", options={"gtol": 1e-6}
    )
    # forward differences of the optimiser leave about 1e-5 of the flattest direction
    assert found.x == pytest.approx(at, abs=5e-4)
    assert -found.fun == pytest.approx(fit.loglik, abs=1e-6)

    step = 2e-3 * np.eye(k + 3)
    bend = [
        [
            (negative(at + a + c) - negative(at + a - c) - negative(at - a + c) + negative(at - a - c))
            / 1.6e-5
            for c in step
        ]
        for a in step
    ]
    spread = np.linalg.inv(np.array(bend))
    # central differences of .002 leave 1e-4 of a curvature
    assert fit.std_errors.to_numpy() == pytest.approx(np.sqrt(np.diag(spread))[: k + 1], rel=2e-3)
    assert fit.components().std_errors["sigma_mu"] == pytest.approx(
        np.sqrt(spread[-2, -2]) * parts["sigma_mu"], rel=2e-3
    )
    theta = parts["sigma_e"] / np.sqrt(parts["sigma2_e"] + t * parts["sigma_mu"] ** 2)
    assert parts["theta"] == pytest.approx(theta, rel=1e-9)
    assert parts["lgt_theta"] == pytest.approx(np.log(theta / (1 - theta)), rel=1e-9)
    assert parts["ln_phi"] == pytest.approx(2 * np.log(parts["sigma_mu"] / parts["sigma_e"]), rel=1e-9)

    # impacts of x1 with errors: S^-1 (b I + theta W) by hand, its gradient by differences
    def mean_effects(z: np.ndarray) -> np.ndarray:
        own, behind = z[fit.terms.index("x1")], z[k - 1]
        matrix = np.linalg.solve(np.eye(12) - z[k] * whole, own * np.eye(12) + behind * whole)
        direct, total = np.diag(matrix).mean(), matrix.sum() / 12
        return np.array([direct, total - direct, total])

    gradient = np.array([(mean_effects(at + h) - mean_effects(at - h)) / 2e-6 for h in 1e-6 * np.eye(k + 3)])
    impacts = fit.impacts()
    rows = [j for j, term in enumerate(impacts.terms) if term == "x1"]
    assert impacts.estimates[rows] == pytest.approx(mean_effects(at), rel=1e-8)
    expected = np.sqrt(np.diag(gradient[: k + 1].T @ fit.covariance @ gradient[: k + 1]))
    assert impacts.std_errors.to_numpy()[rows] == pytest.approx(expected, rel=1e-5)


def test_outer_products_are_those_of_cells_by_brute_force() -> None:
    n, t = 31, 6
    data = panel_of_the_null(np.random.default_rng(8), t)
    spec = SpatialRandomEffects("y ~ x1", model="sar", small_sample=False, vcov=pk.OPG())
    fit = spec.fit(data, W31)
    W, y, X = fit.weights.matrix.toarray(), fit.sample.y, fit.sample.X

    def by_cell(x: np.ndarray) -> np.ndarray:
        S = np.eye(n) - x[2] * W
        gap = S @ y - X @ x[:2]
        gap = gap - (1 - np.exp(x[4])) * gap.mean(axis=1, keepdims=True)
        share = np.linalg.slogdet(S)[1] / n + x[4] / t
        return (share - np.log(2 * np.pi) / 2 - x[3] / 2 - gap**2 / (2 * np.exp(x[3]))).reshape(-1)

    at = np.r_[fit.estimates, np.log(fit.facts["sigma2"]), np.log(fit.phi)]
    scores = np.array([(by_cell(at + h) - by_cell(at - h)) / 2e-5 for h in 1e-5 * np.eye(5)]).T
    # first differences over 1e-5 leave 1e-9 of a score
    assert fit.covariance == pytest.approx(np.linalg.inv(scores.T @ scores)[:3, :3], rel=1e-5)


@pytest.mark.parametrize("model", ["sar", "sac"])
def test_clusters_count_pairs_of_units_one_by_one(model: str) -> None:
    data = panel_of_the_null(np.random.default_rng(8), 6)
    fit = SpatialRandomEffects("y ~ x1", model=model, small_sample=False, vcov=pk.Cluster()).fit(data, W31)
    c, n, t = fit.curvature, 31, 6
    W = fit.weights.matrix.toarray()
    e, s2, k = c.residuals, fit.facts["sigma2"], 2
    G = np.linalg.solve(np.eye(n) - fit.rho * W, W)
    forms = [G]
    mean = np.einsum("ij,jt->it", G, c.problem.Z @ fit.estimates[:k])  # E[Wy], quasi-demeaned
    linear = [c.problem.Z[..., j] for j in range(k)] + [mean]
    if model == "sac":
        R = np.eye(n) - fit.lam * W
        forms = [R @ G @ np.linalg.inv(R), W @ np.linalg.inv(R)]
        linear = [R @ column for column in linear]
    own = [(column * e).sum(axis=1) / s2 for column in linear]
    excess = (e**2).sum(axis=1) / s2
    excess = excess - excess.mean()
    own += [np.zeros(n)] * (len(forms) - 1)
    for j, form in enumerate(forms):
        own[k + j] = own[k + j] + np.diag(form) * excess
    means = t * e.mean(axis=1) ** 2 / s2
    own += [excess / 2, means.mean() - means]
    unit = np.array([column - column.mean() for column in own]).T
    meat = unit.T @ unit
    for i in range(n):
        for j in range(i):
            pair = np.zeros(unit.shape[1])
            for place, form in enumerate(forms):
                pair[k + place] = (form[i, j] + form[j, i]) * (e[i] @ e[j]) / s2
            meat += np.outer(pair, pair)
    bread = fit.likelihood.inverse_hessian()
    expected = bread @ meat @ bread * n / (n - 1)
    p = len(fit.estimates)
    assert fit.covariance == pytest.approx(expected[:p, :p], rel=1e-7)  # the same sums, in another order
    if model == "sac":
        return
    # and the robust comparison stands on the same parts, stacked with those of the fixed effects
    (test,) = spatial_hausman(SpatialRandomEffects("y ~ x1", model=model), data, W31, method="robust-pairs")
    fixed = SpatialPanel("y ~ x1", model, "unit", small_sample=False).fit(data, W31)
    ef, sf = fixed.curvature.residuals, fixed.facts["sigma2"]
    F = np.linalg.solve(np.eye(n) - fixed.rho * W, W)
    x = fixed.sample.X[..., 0]
    x = x - x.mean(axis=1, keepdims=True)
    over = (ef**2).sum(axis=1) / sf
    over = over - over.mean()
    first = [
        (x * ef).sum(axis=1) / sf,
        (F @ x * fixed.estimates[0] * ef).sum(axis=1) / sf + np.diag(F) * over,
    ]
    first += [over / (2 * sf)]
    both = np.column_stack([np.array([column - column.mean() for column in first]).T, unit])
    meat = both.T @ both
    for i in range(n):
        for j in range(i):
            pair = np.zeros(both.shape[1])
            pair[1] = (F[i, j] + F[j, i]) * (ef[i] @ ef[j]) / sf
            pair[3 + k] = (G[i, j] + G[j, i]) * (e[i] @ e[j]) / s2
            meat += np.outer(pair, pair)
    move = np.vstack([fixed.likelihood.inverse_hessian()[:, :2], -bread[:, 1:3]])
    gap = fixed.estimates - fit.estimates[1:]
    value = gap @ np.linalg.solve(move.T @ meat @ move * n / (n - 1), gap)
    assert test.statistic == pytest.approx(value, rel=1e-6)
    assert any("pairs of provinces count too" in note for note in test.notes)

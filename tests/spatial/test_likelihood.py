"""Exact ML: published and own numbers under every convention, brute force, live spreg and StatsPAI."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.likelihood import Counting, Problem, lag
from panelkit.models.spatial.maximum import maximise
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.spatial import provincial
from tests.reference import oracle
from tests.spatial.data import CIGAR, MUNNELL, brute_force, cigarettes, munnell, simulate
from tests.stored import stored

ROWS = [
    ("sdm_cigar_twoway_ml", "sdm", "twoway", "splm"),
    ("sdm_cigar_twoway_lsdv", "sdm", "twoway", "lsdv"),
    ("sar_cigar_twoway_lsdv", "sar", "twoway", "lsdv"),
    ("sdm_cigar_twoway_elhorst", "sdm", "twoway", "elhorst"),
    ("sdm_cigar_twoway_leeyu", "sdm", "twoway", "lee-yu"),
    ("sar_cigar_twoway_leeyu", "sar", "twoway", "lee-yu"),
    ("sar_cigar_state_ml", "sar", "unit", "lsdv"),
]


@pytest.mark.parametrize(("name", "model", "effects", "convention"), ROWS)
def test_cigarettes(name: str, model: str, effects: str, convention: str) -> None:
    entry = oracle(name)
    out, tol = entry["outputs"], entry["tol"]
    data, w = cigarettes()
    fit = SpatialPanel(CIGAR, model=model, effects=effects, convention=convention, small_sample=False).fit(
        data, w
    )
    assert fit.rho == pytest.approx(out["rho"], abs=tol)
    expected = [*out["beta"], *out.get("theta", [])]
    assert fit.estimates[: len(expected)] == pytest.approx(np.array(expected), abs=tol)
    assert fit.facts["sigma2"] == pytest.approx(out["sigma2"], abs=max(tol, 5e-7))
    if "logL" in out:
        assert fit.loglik == pytest.approx(out["logL"], abs=1e-5)
    errors = out.get("se", out.get("se_beta_theta_rho"))
    if errors is not None:
        assert fit.std_errors.to_numpy() == pytest.approx(np.array(errors), abs=tol)
    if "effects" in out:
        k = len(fit.impacts().terms) // 3
        found = fit.impacts().estimates.reshape(3, k)
        assert found[:, 0] == pytest.approx(np.array(out["effects"]["p"]), abs=max(tol, 6e-7))
        assert found[:, 1] == pytest.approx(np.array(out["effects"]["y"]), abs=max(tol, 6e-7))


def test_bias_correction_of_the_splm_convention_moves_rho_up() -> None:
    # the published correction printed with both signs in the literature: plus is right
    from panelkit.models.spatial.curvature import Curvature
    from panelkit.models.spatial.information import information
    from panelkit.models.spatial.maximum import correct_direct

    entry = oracle("sdm_cigar_twoway_bc")
    data, w = cigarettes()
    problem = SpatialPanel(CIGAR, convention="splm").fit(data, w).curvature.problem
    optimum = maximise(problem)
    corrected = correct_direct(problem, optimum, information(Curvature(problem, optimum)))
    assert corrected.rho == pytest.approx(entry["outputs"]["rho"], abs=entry["tol"])
    assert corrected.sigma2 == pytest.approx(entry["outputs"]["sigma2"], abs=entry["tol"])


def test_more_cigarette_rows() -> None:
    # six printed decimals: half a unit of the last
    data, w = cigarettes()
    sdm = SpatialPanel(CIGAR, effects="unit", convention="lsdv", small_sample=False).fit(data, w)
    assert sdm.rho == pytest.approx(0.457077, abs=5e-7)
    assert sdm.std_errors["spatial", "rho"] == pytest.approx(0.027356, abs=5e-7)
    assert sdm.loglik == pytest.approx(1598.715, abs=5e-4)
    sem = SpatialPanel(CIGAR, model="sem", effects="unit", convention="lsdv").fit(data, w)
    assert sem.lam == pytest.approx(0.469559, abs=5e-7)
    sar = SpatialPanel(CIGAR, model="sar", convention="splm", small_sample=False).fit(data, w)
    assert sar.rho == pytest.approx(0.189756, abs=5e-7)
    assert sar.loglik == pytest.approx(1683.419, abs=5e-4)


def test_munnell() -> None:
    out = stored("us_data")["expect"]["state_models"]
    data, w = munnell()
    for model in ("sem", "sar", "sdm"):
        fit = SpatialPanel(MUNNELL, model=model, effects="unit", convention="lsdv").fit(data, w)
        expected = out[model]
        # both find a flat top to the root of rounding
        assert (fit.lam if model == "sem" else fit.rho) == pytest.approx(expected["a"], abs=1e-7)
        assert fit.loglik == pytest.approx(expected["logL"], abs=1e-8)
        assert fit.estimates[: len(expected["b"])] == pytest.approx(np.array(expected["b"]), abs=1e-7)
    found = fit.impacts().estimates.reshape(3, 4).T
    assert found == pytest.approx(np.array(out["sdm"]["effects"]), abs=1e-6)
    two = {"sar": 0.1966642, "sem": 0.3908640, "sdm": 0.3688462}
    for model, value in two.items():
        fit = SpatialPanel(MUNNELL, model=model, convention="splm").fit(data, w)
        assert (fit.lam if model == "sem" else fit.rho) == pytest.approx(value, abs=1e-6)


BRUTE = [
    (model, effects, convention)
    for model in ("sar", "sem", "sdem", "sdm", "sac")
    for effects, convention in (
        ("twoway", "lee-yu"),
        ("twoway", "lsdv"),
        ("unit", "lee-yu"),
        ("time", "lee-yu"),
        ("none", "lsdv"),
    )
]


@pytest.mark.parametrize(("model", "effects", "convention"), BRUTE)
def test_against_dense_brute_force(model: str, effects: str, convention: str) -> None:
    w = provincial.contiguity()
    data = simulate(w, 5, np.random.default_rng(7), rho=0.3, lam=0.3, beta=(1.0, -0.5), theta=(0.4, 0.2))
    spec = SpatialPanel("y ~ x1 + x2", model=model, effects=effects, convention=convention)
    fit = spec.fit(data, w)
    problem = fit.curvature.problem
    dense = w.aligned(fit.sample.ids).matrix.toarray()
    expected = brute_force(
        problem.y,
        problem.Z,
        dense if problem.w is not None else None,
        dense if problem.m is not None else None,
        effects,
        convention,
    )
    # Nelder-Mead stops at 1e-9 in x; the flat direction of sac loses three digits of it
    assert fit.loglik == pytest.approx(expected["loglik"], abs=1e-7)
    assert fit.rho == pytest.approx(expected["rho"], abs=2e-6)
    assert fit.lam == pytest.approx(expected["lam"], abs=2e-6)
    assert fit.curvature.optimum.b == pytest.approx(expected["b"], abs=5e-6)
    assert fit.facts["sigma2"] == pytest.approx(expected["sigma2"], rel=1e-5)


def test_different_weights_for_lag_and_error_against_brute_force() -> None:
    w, m = provincial.contiguity(), provincial.inverse_distance(2)
    data = simulate(w, 6, np.random.default_rng(5), rho=0.4, beta=(1.0,), theta=(0.3,))
    fit = SpatialPanel("y ~ x1", model="sac").fit(data, w, w_error=m)
    problem = fit.curvature.problem
    dense = [one.aligned(fit.sample.ids).matrix.toarray() for one in (w, m)]
    expected = brute_force(problem.y, problem.Z, *dense, "twoway", "lee-yu")
    assert fit.loglik == pytest.approx(expected["loglik"], abs=1e-7)
    assert fit.rho == pytest.approx(expected["rho"], abs=1e-5)
    assert fit.lam == pytest.approx(expected["lam"], abs=1e-5)


def test_spreg_one_way_lag_live() -> None:
    spreg = pytest.importorskip("spreg")
    libpysal = pytest.importorskip("libpysal")
    data, w = cigarettes()
    ordered = data.sort_index(level=["year", "state"])  # spreg wants time-major
    y = np.log(ordered["sales"].to_numpy())[:, None]
    x = np.log(np.column_stack([ordered["price"] / ordered["cpi"], ordered["ndi"] / ordered["cpi"]]))
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = libpysal.weights.util.full2W(w.matrix.toarray())
        graph.transform = "r"
        theirs = spreg.Panel_FE_Lag(y, x, graph)
    ours = SpatialPanel(CIGAR, model="sar", effects="unit", convention="lsdv", small_sample=False).fit(
        data, w
    )
    # spreg stops its search at about 1e-8
    assert ours.rho == pytest.approx(float(np.ravel(theirs.rho)[0]), abs=1e-7)
    assert ours.estimates[:2] == pytest.approx(np.ravel(theirs.betas)[:2], abs=1e-7)


def test_statspai_two_way_live() -> None:
    sp = pytest.importorskip("statspai")
    import warnings

    data, w = cigarettes()
    frame = data.reset_index()
    frame["ls"] = np.log(frame["sales"])
    frame["lp"] = np.log(frame["price"] / frame["cpi"])
    frame["ly"] = np.log(frame["ndi"] / frame["cpi"])
    for convention, options in (("splm", {}), ("lsdv", {"twoways_lag": "within", "vce": "oim"})):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = sp.spatial_panel(
                frame,
                formula="ls ~ lp + ly",
                entity="state",
                time="year",
                W=w.matrix.toarray(),
                model="sdm",
                effects="twoways",
                **options,
            )
        ours = SpatialPanel(CIGAR, convention=convention).fit(data, w)
        rho = float(theirs.params[next(name for name in theirs.params.index if "rho" in str(name).lower())])
        assert ours.rho == pytest.approx(rho, abs=1e-5)  # their optimiser's tolerance


def test_search_finds_the_higher_of_two_hills() -> None:
    # sac likelihoods have two hills where rho and lambda trade places
    w = provincial.contiguity()
    data = simulate(w, 4, np.random.default_rng(11), rho=0.5, lam=-0.5, beta=(0.3,), theta=(0.0,))
    fit = SpatialPanel("y ~ x1", model="sac").fit(data, w)
    problem = fit.curvature.problem
    from panelkit.models.spatial.likelihood import loglik

    grid = [loglik(problem, r, s) for r in np.linspace(-1.5, 0.99, 60) for s in np.linspace(-1.5, 0.99, 60)]
    assert fit.loglik >= max(grid) - 1e-9


def test_lag_of_a_cube_is_the_lag_of_its_columns() -> None:
    w = provincial.contiguity().matrix
    cube = np.random.default_rng(0).standard_normal((31, 3, 2))
    assert np.allclose(lag(w, cube), np.einsum("ij,jtk->itk", w.toarray(), cube))


def test_counting() -> None:
    assert Counting(31, 13, "twoway", "lee-yu").nobs == 30 * 12
    assert Counting(31, 13, "unit", "lee-yu").nobs == 31 * 12
    assert Counting(31, 13, "time", "lee-yu").nobs == 30 * 13
    assert Counting(31, 13, "twoway", "splm").nobs == 31 * 13
    assert isinstance(Problem(np.zeros((3, 2)), np.zeros((3, 2, 1)), Counting(3, 2, "none", "lsdv")).k, int)


def elhorst_by_hand(fit: SpatialFit, effects: str) -> np.ndarray:
    """Return (b, spatial, sigma2) as Elhorst's programs print them, from the uncorrected estimates, dense.

    `sar_panel_FE` and `sem_panel_FE` (2010) with `info.bc = 1`: with one kind of effects only sigma2 is scaled, with
    both all parameters move by inv(I / NT) [0; 1 / (1 - rho); 1 / (2 sigma2)] / N, I from swept columns and all of W.
    """
    n, t = fit.sample.y.shape
    theta = fit.curvature.optimum.theta(fit.curvature.problem)
    scale = {"unit": t / (t - 1), "time": n / (n - 1), "twoway": t / (t - 1)}[effects]
    if effects == "twoway":
        W, value, s2, k = fit.weights.matrix.toarray(), theta[-2], theta[-1], len(theta) - 2
        X = fit.curvature.problem.base[..., 2:]
        G = W @ np.linalg.inv(np.eye(n) - value * W)
        info = np.zeros((k + 2, k + 2))
        trace = np.trace(G @ G + G.T @ G)
        if fit.spec.model == "sar":
            behind = np.einsum("ij,jtk->itk", G, X)
            info[:k, :k] = np.einsum("itk,itl->kl", X, X) / s2
            info[:k, k] = np.einsum("itk,itl,l->k", X, behind, theta[:k]) / s2
            info[k, k] = np.einsum("itk,k->", (behind @ theta[:k])[..., None] ** 2, [1.0]) / s2 + t * trace
        else:
            filtered = X - value * np.einsum("ij,jtk->itk", W, X)
            filtered -= filtered.mean(axis=0, keepdims=True)  # the lag of swept columns is swept again
            info[:k, :k] = np.einsum("itk,itl->kl", filtered, filtered) / s2
            info[k, k] = t * trace
        info[k, -1] = t * np.trace(G) / s2
        info[-1, -1] = n * t / (2 * s2**2)
        info = np.triu(info) + np.triu(info, 1).T
        theta = theta + np.linalg.solve(info / (n * t), np.r_[np.zeros(k), 1 / (1 - value), 1 / (2 * s2)]) / n
    return np.r_[theta[:-1], theta[-1] * scale]


@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
@pytest.mark.parametrize("model", ["sar", "sem"])
def test_elhorst_is_what_his_programs_print(model: str, effects: str) -> None:
    data = simulate(provincial.contiguity(), 7, np.random.default_rng(4), rho=0.4, lam=0.3)
    w = provincial.contiguity()
    spec = SpatialPanel("y ~ x1", model, effects, small_sample=False)
    plain = replace(spec, convention="lsdv").fit(data, w)
    found = replace(spec, convention="elhorst").fit(data, w)
    expected = elhorst_by_hand(plain, effects)
    assert found.estimates == pytest.approx(expected[:-1], rel=1e-9)
    assert found.facts["sigma2"] == pytest.approx(expected[-1], rel=1e-9)
    said = " ".join(found.notes)
    if effects == "twoway":
        assert abs(found.estimates[-1] - plain.estimates[-1]) > 0.01
        assert "direct bias correction" in said
    else:
        assert ("N/(N - 1)" if effects == "time" else "T/(T - 1)") in said


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "sdem", "sac"])
def test_elhorst_with_time_effects_leaves_every_coefficient(model: str) -> None:
    w = provincial.contiguity()
    data = simulate(w, 7, np.random.default_rng(4), rho=0.4, lam=0.3)
    spec = SpatialPanel("y ~ x1", model, "time", small_sample=False)
    plain = replace(spec, convention="lsdv").fit(data, w)
    found = replace(spec, convention="elhorst").fit(data, w)
    assert np.array_equal(found.estimates, plain.estimates)
    assert found.facts["sigma2"] == pytest.approx(plain.facts["sigma2"] * 31 / 30, rel=1e-12)


def test_elhorst_with_time_effects_takes_weights_of_any_scale() -> None:
    w = provincial.contiguity(normalisation="spectral")
    data = simulate(w, 7, np.random.default_rng(4), rho=0.4)
    fit = SpatialPanel("y ~ x1", "sar", "time", "elhorst").fit(data, w)
    assert fit.rho == pytest.approx(SpatialPanel("y ~ x1", "sar", "time", "lsdv").fit(data, w).rho, abs=1e-12)
    with pytest.raises(SpecError, match="elhorst with twoway effects needs row-standardised"):
        SpatialPanel("y ~ x1", "sar", "twoway", "elhorst").fit(data, w)


def test_standard_errors_that_other_programs_get_wrong() -> None:
    # splm's impacts() leaves out cov(beta, rho) and has .0455; four printed decimals: half a unit of the last
    data, w = cigarettes()
    sar = SpatialPanel(CIGAR, "sar", "unit", "lsdv", vcov=pk.Hessian(), small_sample=False).fit(data, w)
    assert sar.impacts().table()["std_error"]["total"].iloc[0] == pytest.approx(0.0254, abs=5e-5)

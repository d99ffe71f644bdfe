"""Batched spatial fits equal `SpatialPanel`, one by one, and dense brute force where the likelihood is a mistake."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import panelkit as pk
from panelkit.language.errors import PanelkitError
from panelkit.models.spatial.batch.asked import Asked, Cube, Job, Neighbours
from panelkit.models.spatial.batch.fits import fit_batch
from panelkit.models.spatial.conventions import SPATIAL_CONVENTIONS
from panelkit.models.spatial.sample import read_sample
from tests.spatial.data import CIGAR, cigarettes, lattice, simulate

MODELS = ("sar", "sem", "sdm", "slx", "sdem")
EFFECTS = ("twoway", "unit", "time", "none")
# both climb one likelihood; brentq stops at 1e-13, and errors amplify the gap by the curvature
TIGHT = {"rtol": 1e-7, "atol": 1e-9}


def panel_of(rows: int, columns: int, t: int, seed: int) -> tuple[pd.DataFrame, pk.Weights]:
    w = lattice(rows, columns)
    frame = simulate(w, t, np.random.default_rng(seed), rho=0.35, lam=0.0, beta=(1.0, -0.5), theta=(0.3, 0.2))
    return frame, w


def test_every_likelihood_is_that_of_spatial_panel():
    frame, w = panel_of(5, 4, 7, 11)
    formula = "y ~ x1 + x2"
    sample = read_sample(formula, frame)
    neighbours = Neighbours(w.aligned(sample.ids).matrix.toarray())
    cube = Cube(sample.y, sample.X)
    kinds = list(product(MODELS, ("twoway", "unit", "time"), SPATIAL_CONVENTIONS))
    fits = fit_batch([Job(cube, neighbours, Asked(m, e, c)) for m, e, c in kinds])
    for j, (model, effects, convention) in enumerate(kinds):
        one = pk.SpatialPanel(formula, model, effects=effects, convention=convention).fit(frame, w)
        held = one.tidy().set_index(["equation", "term"])
        where = f"{model} {effects} {convention}"
        expected = [held.loc[("main", f"x{i}"), "estimate"] for i in (1, 2)]
        np.testing.assert_allclose(fits.b[j], expected, err_msg=where, **TIGHT)
        bread = fits.errors["hessian" if convention == "xsmle" else "information"]
        factor = 1.0 if convention == "xsmle" else fits.factor[j]
        errors = [held.loc[("main", f"x{i}"), "std_error"] for i in (1, 2)]
        np.testing.assert_allclose(bread.b[j] * factor, errors, err_msg=where, **TIGHT)
        np.testing.assert_allclose(fits.loglik[j], one.loglik, err_msg=where, rtol=1e-10)
        np.testing.assert_allclose(fits.sigma2[j], one.facts["sigma2"], err_msg=where, **TIGHT)
        np.testing.assert_allclose(fits.r2[j], one.facts["r2_within"], err_msg=where, **TIGHT)
        for name, value in (("rho", fits.rho[j]), ("lambda", fits.lam[j])):
            if ("spatial", name) in held.index:
                np.testing.assert_allclose(
                    value, held.loc[("spatial", name), "estimate"], err_msg=where, **TIGHT
                )
                np.testing.assert_allclose(
                    bread.spatial[j] * factor,
                    held.loc[("spatial", name), "std_error"],
                    err_msg=where,
                    **TIGHT,
                )
            else:
                assert np.isnan(value)
        for i in (1, 2):
            if ("wx", f"W*x{i}") in held.index:
                row = held.loc[("wx", f"W*x{i}")]
                np.testing.assert_allclose(fits.theta[j, i - 1], row["estimate"], err_msg=where, **TIGHT)
                np.testing.assert_allclose(
                    bread.theta[j, i - 1] * factor, row["std_error"], err_msg=where, **TIGHT
                )
            else:
                assert np.isnan(fits.theta[j, i - 1])


def test_published_numbers_and_their_known_mistakes():
    """Cigarettes, two-way Durbin model: METHODS 3.1 and PEERS 6.1 name what makes each printed rho."""
    frame, w = cigarettes()
    sample = read_sample(CIGAR, frame)
    cube, neighbours = Cube(sample.y, sample.X), Neighbours(w.aligned(sample.ids).matrix.toarray())
    named = {
        0.271178: Asked("sdm", "twoway", "lee-yu"),
        0.229200: Asked("sdm", "twoway", "lsdv"),
        0.226879: Asked("sdm", "twoway", "splm"),
        0.268820: Asked("sdm", "twoway", "elhorst"),
        0.268375: Asked("sdm", "twoway", "lee-yu", lag_swept=True),
        0.189756: Asked("sar", "twoway", "splm"),
        0.191177: Asked("sar", "twoway", "lsdv"),
        0.221025: Asked("sar", "twoway", "lee-yu"),
        0.457077: Asked("sdm", "unit", "splm"),
        0.298155: Asked("sar", "unit", "lee-yu"),
    }
    fits = fit_batch([Job(cube, neighbours, asked) for asked in named.values()])
    np.testing.assert_allclose(fits.rho, list(named), atol=6e-7)  # six printed digits
    assert (
        pytest.approx(fit_batch([Job(cube, neighbours, Asked("sem", "unit", "splm"))]).lam[0], abs=6e-7)
        == 0.469559
    )


def dense_sdm(frame_y, X, w, *, times, lag_swept, durbin_swept, high):
    """Maximise the concentrated likelihood of a two-way Durbin model by dense determinants and normal equations."""
    n, t = frame_y.shape

    def q(a):
        return a - a.mean(0, keepdims=True) - a.mean(1, keepdims=True) + a.mean((0, 1), keepdims=True)

    def behind(a):
        return np.einsum("ij,jt...->it...", w, a)

    y = q(frame_y)
    wy = behind(q(frame_y)) if lag_swept else q(behind(frame_y))
    wx = behind(q(X)) if durbin_swept else q(behind(X))
    Z = np.concatenate([q(X), wx], axis=2).reshape(n * t, -1)
    M = np.eye(n * t) - Z @ np.linalg.solve(Z.T @ Z, Z.T)

    def negative(rho, nobs, periods, drop):
        e = M @ (y - rho * wy).reshape(-1)
        logdet = np.linalg.slogdet(np.eye(n) - rho * w)[1] - drop * np.log(abs(1 - rho))
        return nobs / 2 * np.log(e @ e) - periods * logdet

    return optimize.minimize_scalar(
        negative, bounds=(-0.95, high), args=times, method="bounded", options={"xatol": 1e-10}
    ).x


@pytest.mark.parametrize(
    ("asked", "times", "options"),
    [
        (
            Asked("sdm", "twoway", "lsdv", one_determinant=True),
            (20 * 7, 1, 0),
            {"lag_swept": False, "durbin_swept": False},
        ),
        (
            Asked("sdm", "twoway", "lee-yu", lag_swept=True),
            (19 * 6, 6, 1),
            {"lag_swept": True, "durbin_swept": False},
        ),
        (
            Asked("sdm", "twoway", "splm", durbin_swept=True),
            (20 * 7, 7, 0),
            {"lag_swept": True, "durbin_swept": True},
        ),
        (Asked("sdm", "twoway", "lsdv"), (20 * 7, 7, 0), {"lag_swept": False, "durbin_swept": False}),
    ],
)
def test_mistaken_likelihoods_equal_dense_brute_force(asked, times, options):
    frame, w = panel_of(5, 4, 7, 3)
    sample = read_sample("y ~ x1 + x2", frame)
    aligned = w.aligned(sample.ids)
    rho = fit_batch([Job(Cube(sample.y, sample.X), Neighbours(aligned.matrix.toarray()), asked)]).rho[0]
    dense = dense_sdm(sample.y, sample.X, aligned.matrix.toarray(), times=times, high=0.999, **options)
    assert rho == pytest.approx(dense, abs=1e-7)  # the bounded search stops at 1e-10 of a flat top


def test_weights_in_another_order_are_a_permuted_matrix():
    frame, w = panel_of(5, 4, 7, 5)
    sample = read_sample("y ~ x1 + x2", frame)
    neighbours = Neighbours(w.aligned(sample.ids).matrix.toarray())
    order = np.random.default_rng(2).permutation(w.n)
    cube = Cube(sample.y, sample.X)
    asked = [Asked(m, "twoway", "lee-yu") for m in ("sar", "sem", "sdm")]
    moved = fit_batch([Job(cube, neighbours.reordered(order), a) for a in asked])
    shuffled = neighbours.matrix[order][:, order]
    mistaken = pk.as_weights(shuffled, sample.ids)
    for j, a in enumerate(asked):
        one = pk.SpatialPanel("y ~ x1 + x2", a.model, convention="lee-yu").fit(frame, mistaken)
        value, theirs = (moved.rho[j], one.rho) if a.lagged else (moved.lam[j], one.lam)
        assert value == pytest.approx(theirs, abs=1e-8)  # the top is found to 1e-13 by both


@pytest.mark.parametrize("normalisation", ["none", "spectral", "minmax"])
def test_weights_without_unit_row_sums(normalisation):
    """Asymmetric weights with complex eigenvalues: a lopsided interval, and no eigenvalue one."""
    rng = np.random.default_rng(8)
    n, t = 12, 6
    matrix = rng.uniform(0.1, 2.0, size=(n, n)) * (rng.random((n, n)) < 0.4)
    np.fill_diagonal(matrix, 0.0)
    matrix[np.arange(n), (np.arange(n) + 1) % n] = 1.0
    w = pk.as_weights(matrix, [f"u{i:02d}" for i in range(n)]).normalised(normalisation)
    index = pd.MultiIndex.from_product([w.ids, range(2001, 2001 + t)], names=["province", "year"])
    frame = pd.DataFrame(rng.standard_normal((n * t, 3)), columns=["y", "x1", "x2"], index=index)
    frame["y"] += frame["x1"] - frame["x2"]
    sample = read_sample("y ~ x1 + x2", frame)
    neighbours = Neighbours(w.aligned(sample.ids).matrix.toarray())
    kinds = [
        Asked(m, e, c)
        for m, e, c in product(("sar", "sem", "sdm", "sdem"), EFFECTS[:3], ("lsdv", "splm", "xsmle"))
    ]
    fits = fit_batch([Job(Cube(sample.y, sample.X), neighbours, a) for a in kinds])
    checked = 0
    for j, a in enumerate(kinds):
        try:
            one = pk.SpatialPanel("y ~ x1 + x2", a.model, effects=a.effects, convention=a.convention).fit(
                frame, w
            )
        except PanelkitError:
            continue
        checked += 1
        value, theirs = (fits.rho[j], one.rho) if a.lagged else (fits.lam[j], one.lam)
        assert value == pytest.approx(theirs, rel=1e-7, abs=1e-9), a
        assert fits.loglik[j] == pytest.approx(one.loglik, rel=1e-10), a
    assert checked >= 20


def test_scale_and_level_of_figures_change_nothing_but_units():
    frame, w = panel_of(5, 4, 7, 6)
    sample = read_sample("y ~ x1 + x2", frame)
    neighbours = Neighbours(w.aligned(sample.ids).matrix.toarray())
    kinds = [Asked(m, "twoway", c) for m, c in product(MODELS, ("lee-yu", "elhorst", "xsmle"))]
    plain = fit_batch([Job(Cube(sample.y, sample.X), neighbours, a) for a in kinds])
    scaled = Cube(sample.y * 1e6 + 1e8, sample.X * np.array([1e-6, 1e3]) + np.array([5.0, 1e5]))
    other = fit_batch([Job(scaled, neighbours, a) for a in kinds])
    # the levels cost about five of sixteen digits
    np.testing.assert_allclose(other.rho, plain.rho, rtol=1e-7)
    np.testing.assert_allclose(other.b * np.array([1e-12, 1e-3]), plain.b, rtol=1e-7)
    np.testing.assert_allclose(
        other.errors["information"].theta * np.array([1e-12, 1e-3]),
        plain.errors["information"].theta,
        rtol=1e-7,
    )


def test_what_is_not_identified_is_refused_with_its_reason():
    frame, w = panel_of(5, 4, 7, 7)
    frame["x2"] = frame["x1"] * 2.0
    sample = read_sample("y ~ x1", frame)
    neighbours = Neighbours(w.aligned(sample.ids).matrix.toarray())
    twice = Cube(sample.y, np.concatenate([sample.X, 2.0 * sample.X], axis=2))
    still = Cube(sample.y, np.repeat(sample.X[:, :1], sample.X.shape[1], axis=1))
    fits = fit_batch(
        [
            Job(twice, neighbours, Asked("sar", "unit", "splm")),
            Job(still, neighbours, Asked("sar", "unit", "splm")),
            Job(Cube(sample.y, sample.X), neighbours, Asked("sar", "unit", "splm")),
        ]
    )
    assert [said is None for said in fits.refused] == [False, False, True]
    assert np.isnan(fits.rho[:2]).all()
    assert np.isfinite(fits.rho[2])


def test_fits_of_different_shapes_and_widths_stand_in_one_batch():
    """A window, a province out and fewer controls in one call give what each gives alone."""
    frame, w = panel_of(5, 4, 7, 9)
    jobs = []
    for formula, years, out in (("y ~ x1 + x2", 7, 0), ("y ~ x1", 5, 0), ("y ~ x1 + x2", 7, 1)):
        keep = list(w.ids)[out:]
        part = frame.loc[(keep, slice(2001, 2000 + years)), :]
        sample = read_sample(formula, part)
        weights = w.subset(keep).aligned(sample.ids)
        jobs += [
            Job(Cube(sample.y, sample.X), Neighbours(weights.matrix.toarray()), Asked(m, "twoway", "lee-yu"))
            for m in ("sar", "sdem")
        ]
    together = fit_batch(jobs)
    for j, job in enumerate(jobs):
        alone = fit_batch([job])
        k = job.cube.X.shape[2]
        np.testing.assert_allclose(together.b[j, :k], alone.b[0], rtol=1e-9)
        np.testing.assert_allclose(
            together.errors["information"].b[j, :k], alone.errors["information"].b[0], rtol=1e-9
        )


@pytest.mark.parametrize("model", MODELS)
def test_clustered_and_other_breads_are_those_of_spatial_panel(model):
    frame, w = panel_of(5, 4, 7, 12)
    sample = read_sample("y ~ x1 + x2", frame)
    neighbours = Neighbours(w.aligned(sample.ids).matrix.toarray())
    cube = Cube(sample.y, sample.X)
    for convention in ("xsmle", "lee-yu"):
        fits = fit_batch([Job(cube, neighbours, Asked(model, "twoway", convention))])
        spec = pk.SpatialPanel("y ~ x1 + x2", model, convention=convention, small_sample=False)
        one = spec.fit(frame, w)
        bread = "hessian" if convention == "xsmle" else "information"
        for name, vcov in (
            (f"cluster {bread}", pk.ScoreCluster()),
            ("hessian", pk.Hessian()),
            ("information", pk.Information()),
        ):
            expected = one.with_vcov(vcov).tidy()["std_error"].to_numpy()[:2]
            np.testing.assert_allclose(
                fits.errors[name].b[0], expected, rtol=1e-6, err_msg=f"{convention} {name}"
            )

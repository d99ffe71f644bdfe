"""Random effects: live spreg, dense brute force of the full covariance, Hausman and Mundlak by simulation."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from panelkit.core.errors import SpecError
from panelkit.models.spatial_random import SpatialRandomEffects, spatial_hausman
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
    from panelkit.models.spatial_likelihood import Counting, Problem, loglik
    from panelkit.models.spatial_random import quasi_demeaned

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
    with pytest.raises(SpecError, match="observed Hessian"):
        fit.with_vcov("cluster")
    assert not fit.mundlak_test().applicable
    assert not fit.reduction_tests()[0].applicable
    assert fit.impacts().tidy().shape[0] == 3

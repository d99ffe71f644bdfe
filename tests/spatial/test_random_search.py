"""Random effects where the search is hard: lopsided intervals, several hills, huge or no variances, flat tops."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import panelkit as pk
from panelkit.language.errors import ConvergenceError
from panelkit.models.spatial.information import inverse_observed
from panelkit.models.spatial.maximum import search_grid
from panelkit.spatial.weights import Weights
from tests.spatial.data import lattice, simulate


def directed(rng: np.random.Generator, n: int) -> Weights:
    """Return row-standardised random weights with complex eigenvalues; few real ones make the interval long."""
    m = rng.random((n, n)) * (rng.random((n, n)) < 0.4)
    np.fill_diagonal(m, 0.0)
    m[np.arange(n), (np.arange(n) + 1) % n] = 1.0
    return pk.as_weights(m, list("abcdefgh"[:n])).normalised("row")


def directed_panel(seed: int, t: int, sigma_mu: float) -> tuple[pd.DataFrame, Weights]:
    rng = np.random.default_rng(seed)
    w = directed(rng, 8)
    x, effect = rng.standard_normal((8, t)), sigma_mu * rng.standard_normal((8, 1))
    y = np.linalg.solve(np.eye(8) - 0.5 * w.matrix.toarray(), x + effect + rng.standard_normal((8, t)))
    index = pd.MultiIndex.from_product([list(w.ids), range(2001, 2001 + t)], names=["province", "year"])
    return pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index), w


def written_out(fit: Any, inside: bool) -> Any:
    """Return minus the log-density of (rho, lambda, ln theta), the N T x N T covariance formed."""
    y, X, W = fit.sample.y, fit.sample.X, fit.weights.matrix.toarray()
    n, t = y.shape

    def negative(z: np.ndarray) -> float:
        S = np.eye(n) - z[0] * W
        R = np.linalg.inv(np.eye(n) - z[1] * W)
        own = np.exp(z[2]) / t * (R @ R.T if inside else np.eye(n))
        omega = np.kron(own, np.ones((t, t))) + np.kron(R @ R.T, np.eye(t))
        root = np.linalg.cholesky(omega)
        columns = np.linalg.solve(root, np.c_[(S @ y).ravel(), X.reshape(n * t, -1)])
        b = np.linalg.lstsq(columns[:, 1:], columns[:, 0], rcond=None)[0]
        e = columns[:, 0] - columns[:, 1:] @ b
        fall = np.log(np.diag(root)).sum() - t * np.linalg.slogdet(S)[1]
        return float(n * t / 2 * (np.log(2 * np.pi * (e @ e) / (n * t)) + 1) + fall)

    return negative


@pytest.mark.parametrize("seed", [1, 26, 50])
def test_the_highest_of_several_hills_is_found(seed: int) -> None:
    """Five starts a dimension of the whole interval stopped .3, 3.0 and 7.0 below the top on these panels."""
    data, w = directed_panel(seed, 2, 3.0)
    fit = pk.SpatialRandomEffects("y ~ x", "sac", errors="baltagi").fit(data, w)
    negative = written_out(fit, False)
    low = max(fit.weights.spectrum().interval[0], -3.0)
    bounds = [(low + 1e-3, 1 - 1e-3)] * 2 + [(-10.0, 14.0)]
    starts = product((-0.7, -0.2, 0.3, 0.8), (-0.7, -0.2, 0.3, 0.8), (0.0, 4.0))
    found = [optimize.minimize(negative, x, method="L-BFGS-B", bounds=bounds).fun for x in starts]
    assert fit.loglik >= -min(found) - 1e-6  # forward differences stop within 1e-6 of a top's height


@pytest.mark.parametrize("seed", [349, 601, 618])
def test_an_edge_at_another_phi_is_no_refusal(seed: int) -> None:
    """At some phi that is not the best the lag lies at its edge, or between two distant points of the grid."""
    data, w = directed_panel(seed, 5, 30.0)
    fit = pk.SpatialRandomEffects("y ~ x", "sar").fit(data, w)
    negative = written_out(fit, True)

    def of_two(x: np.ndarray) -> float:
        return negative(np.array([x[0], 0.0, x[1]]))

    bounds = [(-0.999, 0.999), (-10.0, 16.0)]
    starts = product((-0.5, 0.2, 0.7), (2.0, 8.0))
    found = [optimize.minimize(of_two, x, method="L-BFGS-B", bounds=bounds).fun for x in starts]
    assert fit.loglik == pytest.approx(-min(found), abs=1e-5)  # forward differences of the optimiser


def test_a_grid_is_close_between_minus_one_and_one() -> None:
    grid = search_grid(-65.0, 1.0, 25)
    assert np.diff(grid[grid >= -1.0]).max() < 0.1
    assert grid[0] == -65.0
    assert grid[-1] == 1.0
    assert np.array_equal(search_grid(-1.5, 1.0, 25), np.linspace(-1.5, 1.0, 25))


@pytest.mark.parametrize("inside", [True, False])
def test_unit_effects_may_be_ten_thousand_times_the_errors(inside: bool) -> None:
    """The slope and its error do not depend on how large the effects are, once they are large."""
    w = lattice(4, 3)
    rng = np.random.default_rng(1)
    data = simulate(w, 4, rng, lam=0.3, effects=False)
    effect = np.repeat(rng.standard_normal(w.n), 4)
    errors: Any = "kkp" if inside else "baltagi"
    found = []
    for size in (1e2, 1e4, 1e5):
        frame = data.assign(y=data["y"] + size * effect)
        fit = pk.SpatialRandomEffects("y ~ x1", "sem", errors=errors).fit(frame, w)
        assert np.sqrt(fit.sigma2_mu) == pytest.approx(size * effect.std(), rel=0.5)
        at = [fit.terms.index(term) for term in ("x1", "lambda")]
        found.append([*fit.estimates[at], *np.sqrt(np.diag(fit.covariance))[at], fit.facts["sigma2"]])
    # what is left of the size is the weight of the unit means, 1e-3 of the slope
    np.testing.assert_allclose(found[1], found[0], rtol=2e-3, atol=1e-4)
    # rounding of columns 1e5 times the errors: 3e-4 where the effects stand outside, 1e-5 inside
    np.testing.assert_allclose(found[2], found[1], rtol=1e-3, atol=1e-4)


def test_effects_that_drown_the_errors_are_refused() -> None:
    w = lattice(4, 3)
    rng = np.random.default_rng(1)
    data = simulate(w, 4, rng, effects=False)
    data["y"] += 1e9 * np.repeat(rng.standard_normal(w.n), 4)
    for errors in ("kkp", "baltagi"):
        with pytest.raises(ConvergenceError, match="more than a million million times"):
            pk.SpatialRandomEffects("y ~ x1", "sem", errors=errors).fit(data, w)


def test_a_flat_top_has_no_standard_errors() -> None:
    bend = np.array([[2.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0 - 1e-9]])
    with pytest.raises(ConvergenceError, match=r"flat along rho, the variance of the errors"):
        inverse_observed(bend, 1, ("rho",))
    bend[2, 2] = 2.0
    np.testing.assert_allclose(inverse_observed(bend, 1, ("rho",)), np.linalg.inv(bend), rtol=1e-12)


def test_means_of_years_are_no_means() -> None:
    """A trend and year dummies are alike in all units: only what differs between units has a mean to test."""
    w = lattice(4, 3)
    data = simulate(w, 5, np.random.default_rng(3))
    data["year"] = data.index.get_level_values("year")
    data["trend"] = data["year"] - 2001.0
    data["still"] = data.groupby(level=0)["x1"].transform("first")
    for more in ("trend", "C(year)", "still"):
        fit = pk.SpatialRandomEffects("y ~ x1 + " + more, "sar", means=True).fit(data, w)
        assert [term for term, e in zip(fit.terms, fit.equations, strict=True) if e == "means"] == [
            "mean(x1)"
        ]
        assert fit.mundlak_test().df == (1.0,)
    alone = pk.SpatialRandomEffects("y ~ still", "sar", means=True).fit(data, w)
    assert "no regressor varies both within" in str(alone.mundlak_test().reason)


def test_hausman_compares_what_fixed_effects_have() -> None:
    w = lattice(4, 3)
    data = simulate(w, 5, np.random.default_rng(3))
    data["still"] = data.groupby(level=0)["x1"].transform("first")
    for model, df in (("sar", 2.0), ("sdm", 3.0)):
        spec = pk.SpatialRandomEffects("y ~ x1 + still", model)
        tests = pk.spatial_hausman(spec, data, w, method="all")
        assert [test.df for test in tests[1:3]] == [(df,), (df,)]
        for test in tests[:3]:
            assert any("still: constant in time" in note for note in test.notes)
        fixed = pk.SpatialPanel("y ~ x1", model, "unit").fit(data, w)
        random = spec.fit(data, w)
        at = [random.terms.index(term) for term in fixed.terms]
        assert len(at) == df
    tests = pk.spatial_hausman(pk.SpatialRandomEffects("y ~ x1", "sar"), data, w, method="all")
    assert not any("constant in time" in note for test in tests for note in test.notes)

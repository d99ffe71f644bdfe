"""Other weights for the Durbin terms and the error (xsmle's dmat, emat), and how errors of impacts are made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import panelkit as pk
from panelkit.inference.positive import mended
from panelkit.language.errors import DataError, SpecError
from panelkit.spatial.weights import Weights
from tests.spatial.data import lattice, simulate

W = lattice(5, 4)


def second() -> Weights:
    matrix = (W.matrix @ W.matrix).toarray()
    np.fill_diagonal(matrix, 0.0)
    return pk.as_weights(matrix, W.ids, name="second order").normalised("row")


def data(seed: int = 1):  # type: ignore[no-untyped-def]
    return simulate(W, 8, np.random.default_rng(seed), rho=0.4, beta=(1.0, -0.5), theta=(0.4, 0.1))


@pytest.mark.parametrize("effects", ["twoway", "unit"])
@pytest.mark.parametrize("convention", ["xsmle", "lee-yu"])
def test_durbin_terms_with_weights_of_their_own(effects: str, convention: str) -> None:
    """Impacts are (I - rho W)^-1 (b I + t D) written out, their errors the gradient by finite differences."""
    spec = pk.SpatialPanel("y ~ x1 + x2", "sdm", effects, convention, durbin=("x2",))
    fit = spec.fit(data(), W, w_durbin=second())
    assert fit.terms[:4] == ("x1", "x2", "W*x2", "rho")
    x2 = fit.sample.X[:, :, 1]
    assert fit.curvature.problem.Z[:, :, 2] == pytest.approx(second().matrix @ x2, rel=1e-12)
    w, d, eye = W.matrix.toarray(), second().matrix.toarray(), np.eye(W.n)

    def written(theta: np.ndarray) -> np.ndarray:
        inverse = np.linalg.inv(eye - theta[3] * w)
        parts = [inverse * theta[0], inverse @ (theta[1] * eye + theta[2] * d)]
        direct = np.array([np.trace(part) for part in parts]) / W.n
        total = np.array([part.sum() for part in parts]) / W.n
        return np.r_[direct, total - direct, total]

    theta = fit.estimates[:4]
    found = fit.impacts()
    assert found.estimates == pytest.approx(written(theta), rel=1e-9)
    steps = 1e-5 * np.eye(4)
    slopes = np.column_stack([(written(theta + s) - written(theta - s)) / 2e-5 for s in steps])
    expected = np.sqrt(np.diag(slopes @ fit.covariance[:4, :4] @ slopes.T))
    assert found.std_errors.to_numpy() == pytest.approx(expected, rel=1e-6)  # differences of the second order


def test_a_sac_with_two_matrices_has_the_impacts_of_its_lag() -> None:
    fit = pk.SpatialPanel("y ~ x1 + x2", "sac", convention="xsmle").fit(data(), W, w_error=second())
    inverse = np.linalg.inv(np.eye(W.n) - fit.rho * W.matrix.toarray())
    expected = np.trace(inverse) / W.n * fit.estimates[:2]
    assert fit.impacts().estimates[:2] == pytest.approx(expected, rel=1e-9)
    assert fit.terms[2:] == ("rho", "lambda", "sigma2_e")


def test_what_other_weights_refuse() -> None:
    strange = second().relabelled({key: f"u{key}" for key in W.ids})
    with pytest.raises(DataError, match="ids of weights and panel differ"):
        pk.SpatialPanel("y ~ x1", "sdm").fit(data(), W, w_durbin=strange)
    with pytest.raises(SpecError, match="a SAR has no such weights"):
        pk.SpatialPanel("y ~ x1", "sar").fit(data(), W, w_durbin=second())
    with pytest.raises(SpecError, match="durbin: no regressor x9"):
        pk.SpatialPanel("y ~ x1", "sdm", durbin=("x9",)).fit(data(), W)
    equal = pk.as_weights(np.ones((20, 20)) - np.eye(20), W.ids, name="equal").normalised("row")
    with pytest.raises(SpecError, match="no spatial parameter is identified"):
        pk.SpatialPanel("y ~ x1", "sac").fit(data(), W, w_error=equal)


def test_points_alone() -> None:
    fit = pk.SpatialPanel("y ~ x1 + x2", "sdm", convention="xsmle").fit(data(), W)
    found = fit.impacts("none")
    assert found.estimates == pytest.approx(fit.impacts().estimates, rel=1e-12)
    assert found.tidy()[["std_error", "p_value", "conf_low"]].isna().all(axis=None)
    assert "no standard errors were asked for" in found.notes[0]
    with pytest.raises(SpecError, match="draws nothing"):
        fit.impacts("none", reps=500)


def test_a_covariance_that_is_not_positive_definite_is_mended() -> None:
    """Two variables correlated by .9 with a third cannot be by -.9 with each other."""
    scale = np.array([1e-3, 1.0, 20.0])
    correlation = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, -0.9], [0.9, -0.9, 1.0]])
    found, notes = mended(correlation * np.outer(scale, scale))
    assert np.diag(found) == pytest.approx(scale**2, rel=1e-12)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
    assert found / np.outer(scale, scale) == pytest.approx(root @ root.T, rel=1e-12)
    assert len(notes) == 1
    kept = np.array([[2.0, 1.0], [1.0, 0.5]])  # singular, not negative
    assert mended(kept)[0] is kept
    assert mended(kept)[1] == ()
    with pytest.raises(SpecError, match="variance of the estimates is negative"):
        mended(np.diag([1.0, -1.0]))


def test_impacts_say_that_the_covariance_was_mended() -> None:
    fit = pk.SpatialPanel("y ~ x1", "sar", convention="xsmle").fit(data(), W)
    broken = fit.covariance.copy()
    broken[0, 1] = broken[1, 0] = 1.5 * np.sqrt(broken[0, 0] * broken[1, 1])
    for method in ("delta", "draws"):
        found = replace(fit, covariance=broken).impacts(method)
        assert any("Rebonato" in note for note in found.notes)
        assert np.isfinite(found.std_errors).all()
    assert not any("Rebonato" in note for note in fit.impacts().notes)

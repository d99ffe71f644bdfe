"""A seeded small version of the coverage evidence, and Chebyshev against exact ML on a lattice."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.inference.impact_parts import ImpactParts, stacked
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.models.spatial.information import information
from panelkit.models.spatial.likelihood import Counting, Problem, lag
from panelkit.models.spatial.maximum import solve
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.spatial import provincial
from panelkit.spatial.weights import as_weights
from tests.spatial.data import lattice, simulate

REPS, T, RHO = 250, 8, 0.4


@pytest.fixture(scope="module")
def panels() -> dict[str, np.ndarray]:
    """Estimates of rho by convention, and whether default intervals hold the true impacts."""
    weights = provincial.contiguity()
    w, spectrum, n = weights.matrix, weights.spectrum(), weights.n
    rng = np.random.default_rng(2026)
    root = np.linalg.inv(np.eye(n) - RHO * w.toarray())
    base = ImpactParts(
        ("x",),
        np.array([1.0, 0.5, RHO]),
        np.eye(3),
        n - 1.0,
        (0,),
        (1,),
        tuple(range(n)),
        rho=2,
        w=w,
        w_durbin=w,
        spectrum=spectrum,
    )
    truth = stacked(base, base.theta[None, :])[0]
    found: dict[str, list[float]] = {"lee-yu": [], "lsdv": [], "splm": []}
    held = []
    for _ in range(REPS):
        X = rng.standard_normal((n, T, 1))
        Z = np.concatenate([X, lag(w, X)], axis=2)
        noise = rng.standard_normal((n, 1)) + rng.standard_normal((1, T)) + rng.standard_normal((n, T))
        y = root @ (Z @ np.array([1.0, 0.5]) + noise)
        for convention, values in found.items():
            counting = Counting(n, T, "twoway", convention)  # type: ignore[arg-type]
            problem = Problem(y, Z, counting, w, None, spectrum, None)
            optimum, curvature = solve(problem)
            values.append(optimum.rho)
            if convention == "lee-yu":
                theta = optimum.theta(problem)[:-1]
                slope = numerical_jacobian(lambda at: stacked(base, at[None, :])[0], theta)
                cov = np.linalg.inv(information(curvature))[:-1, :-1]
                scale = counting.nobs / (counting.nobs - 2)
                half = 2.0423 * np.sqrt(scale * np.diag(slope @ cov @ slope.T))  # t(30)
                held.append(np.abs(stacked(base, theta[None, :])[0] - truth) <= half)
    return {**{name: np.array(values) for name, values in found.items()}, "held": np.array(held)}


def test_bias_of_rho(panels: dict[str, np.ndarray]) -> None:
    # standard error of a mean of 250: .007; the full evidence has -.005 (lee-yu) and -.083 (lsdv, splm)
    assert abs(panels["lee-yu"].mean() - RHO) < 0.025
    assert panels["lsdv"].mean() - RHO < -0.05
    assert panels["splm"].mean() - RHO < -0.05


def test_coverage_of_the_default_intervals(panels: dict[str, np.ndarray]) -> None:
    # a share of .957 has a standard error of 1.3 points
    share = panels["held"].mean(axis=0)
    assert (share > 0.915).all()
    assert (share < 0.99).all()


def test_chebyshev_estimates_are_those_of_exact_ml() -> None:
    # the bound for large N: rho within 0.002
    w = lattice(35, 35)
    data = simulate(w, 5, np.random.default_rng(1), rho=0.4)
    exact = SpatialPanel("y ~ x1", logdet="eigen").fit(data, w)
    rough = SpatialPanel("y ~ x1", logdet="chebyshev").fit(data, w)
    sparse = SpatialPanel("y ~ x1", logdet="lu").fit(data, w)
    assert rough.rho == pytest.approx(exact.rho, abs=0.002)
    assert sparse.rho == pytest.approx(exact.rho, abs=1e-6)
    assert any("Chebyshev" in note for note in rough.notes)
    # traces come from probes above 1,000 units: 64 of them know tr G'G within two per cent
    assert rough.std_errors.to_numpy() == pytest.approx(exact.std_errors.to_numpy(), rel=0.03)


def test_row_standardised_twice_is_impossible() -> None:
    w = provincial.contiguity()
    assert as_weights(w) is w
    assert w.normalised("row") is w

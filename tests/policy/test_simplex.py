"""Weights on the simplex: the conditions of an optimum, another solver, and which of many optima is taken."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from panelkit.kernels.simplex import simplex_least_squares


def problem(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return columns, what they are to make (inside or outside their hull), and a ridge (none in every second)."""
    rng = np.random.default_rng(seed)
    m, n = rng.integers(2, 25), rng.integers(2, 40)
    A = rng.normal(size=(m, n)) * 10.0 ** rng.uniform(-3, 5) + rng.choice([0.0, 1e3])
    b = A @ rng.dirichlet(np.ones(n)) + rng.choice([0.0, 1.0]) * A.std() * rng.normal(size=m)
    return A, b, float(rng.choice([0.0, 0.3]) * A.var())


@pytest.mark.parametrize("seed", range(60))
def test_the_optimum_meets_its_conditions(seed: int) -> None:
    A, b, ridge = problem(seed)
    w = simplex_least_squares(A, b, ridge)
    assert (w >= 0.0).all()
    assert w.sum() == pytest.approx(1.0, abs=1e-12)
    slope = A.T @ (A @ w - b) + ridge * w
    scale = np.square(A - b[:, None]).sum() / A.shape[1]
    # the duality gap bounds the distance to the least objective; the deciding ridge of 1e-10 is all that is left
    assert slope @ w - slope.min() <= 1e-9 * scale


@pytest.mark.parametrize("seed", range(6))
def test_another_solver_goes_no_lower(seed: int) -> None:
    A, b, ridge = problem(seed)
    scale = np.square(A - b[:, None]).mean()

    def objective(w: np.ndarray) -> float:
        return float((np.square(A @ w - b).sum() + ridge * w @ w) / scale)

    n = A.shape[1]
    found = minimize(
        objective,
        np.full(n, 1.0 / n),
        method="SLSQP",
        bounds=[(0.0, 1.0)] * n,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0},
        options={"maxiter": 300, "ftol": 1e-10},
    )
    # SLSQP stops at a change of 1e-10
    assert objective(simplex_least_squares(A, b, ridge)) <= found.fun + 1e-8


def test_of_many_optima_that_of_least_norm_is_taken_whatever_the_order() -> None:
    A = np.array([[0.0, 0.0, 2.0, 2.0, 1.0]])
    w = simplex_least_squares(A, np.array([1.0]))
    np.testing.assert_allclose(w, 0.2, atol=1e-6)
    rng = np.random.default_rng(4)
    B, b = rng.normal(size=(3, 20)), np.zeros(3)
    order = rng.permutation(20)
    one, two = simplex_least_squares(B, b), simplex_least_squares(B[:, order], b)
    np.testing.assert_allclose(one[order], two, atol=1e-5)  # a ridge of 1e-10 decides, to its root


def test_edges() -> None:
    assert simplex_least_squares(np.ones((3, 1)), np.zeros(3)).tolist() == [1.0]
    np.testing.assert_allclose(simplex_least_squares(np.ones((3, 4)), np.ones(3)), 0.25)
    far = simplex_least_squares(np.array([[1.0, 2.0, 3.0]]), np.array([9.0]))
    assert far.tolist() == [0.0, 0.0, 1.0]

"""Paths, equilibria and checks of two stocks, against scipy, closed forms and the tests of system dynamics."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.dynamics.equilibria import (
    TwoLogistic,
    equilibrium,
    is_bounded,
    jacobian,
    parameters_of,
    relative_equilibrium,
    slowest,
)
from panelkit.evaluation.dynamics.extreme_conditions import extreme_conditions
from panelkit.evaluation.dynamics.theil import theil
from panelkit.evaluation.dynamics.trajectories import exact_path, paths, rates
from panelkit.language.errors import ConvergenceError

R, K = np.array([0.4, 0.3]), np.array([2.0, 5.0])


def system(alpha: tuple[float, float], decay: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    return TwoLogistic(R, K, np.array(alpha), np.array(decay)).coefficients()


@pytest.mark.parametrize("alpha", [(0.0, 0.0), (0.4, 0.5), (0.6, -0.3), (-0.3, -0.2)])
def test_batched_steps_against_scipy(alpha: tuple[float, float]) -> None:
    start, times = np.array([0.2, 0.6]), np.arange(16.0)
    inflow = np.array([0.02, 0.0])
    exact = exact_path(start, system(alpha), times, inflow)
    made = paths(start, system(alpha), 15, np.broadcast_to(inflow, (15, 2)))
    # steps of a tenth: errors of order h^4 times rates below one; scipy's own is 1e-8
    assert made == pytest.approx(exact, rel=1e-6)


def test_the_logistic_curve_in_closed_form() -> None:
    made = paths(np.array([0.2, 0.6]), system((0.0, 0.0)), 20)
    for at, first in enumerate((0.2, 0.6)):
        curve = K[at] / (1 + (K[at] / first - 1) * np.exp(-R[at] * np.arange(21)))
        assert made[:, at] == pytest.approx(curve, rel=1e-7)


def test_a_path_without_end() -> None:
    with pytest.raises(ConvergenceError, match="without bound"):
        exact_path(np.array([0.2, 0.6]), system((2.0, 2.0)), np.arange(60.0))
    assert not np.isfinite(paths(np.array([0.2, 0.6]), system((2.0, 2.0)), 60)[-1]).all()
    assert not is_bounded(system((2.0, 2.0)))
    assert is_bounded(system((2.0, -2.0)))
    assert is_bounded(system((0.9, 1.1)))


@pytest.mark.parametrize("alpha", [(0.4, 0.5), (0.3, -0.2), (-0.3, -0.2)])
def test_equilibrium_in_closed_form_at_rest_and_stable(alpha: tuple[float, float]) -> None:
    rest = equilibrium(system(alpha))
    a, b = alpha
    by_hand = [(1 + a) / (1 - a * b), (1 + b) / (1 - a * b)]
    assert rest / K == pytest.approx(by_hand, rel=1e-12)
    assert relative_equilibrium(np.array(alpha)) == pytest.approx(by_hand, rel=1e-12)
    assert rates(rest, system(alpha)) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert paths(np.array([0.2, 0.6]), system(alpha), 300)[-1] == pytest.approx(rest, rel=1e-6)
    assert slowest(system(alpha), rest) < 0


def test_strong_competition_has_no_stable_rest() -> None:
    made = system((-1.5, -1.5))
    assert slowest(made, equilibrium(made)) > 0


def test_decay_moves_capacity_and_not_the_parameters() -> None:
    made = system((0.4, 0.5), (0.1, 0.05))
    back = parameters_of(made, np.array([0.1, 0.05]))
    assert back.growth == pytest.approx(R)
    assert back.capacity == pytest.approx(K)
    assert back.alpha == pytest.approx([0.4, 0.5])
    assert (equilibrium(made) < equilibrium(system((0.4, 0.5)))).all()
    assert np.isnan(parameters_of(made * [1.0, -1.0, 1.0], np.zeros(2)).alpha).all()


def test_the_jacobian_by_differences() -> None:
    made, at = system((0.4, -0.5)), np.array([0.7, 1.9])
    step = 1e-6
    by_hand = np.column_stack(
        [(rates(at + step * e, made) - rates(at - step * e, made)) / (2 * step) for e in np.eye(2)]
    )
    assert jacobian(made, at) == pytest.approx(by_hand, rel=1e-7)  # of differences


def test_extreme_conditions_hold_and_can_fail() -> None:
    checks = extreme_conditions(system((0.4, 0.5)), np.array([0.2, 0.6]), 12)
    assert len(checks) == 5
    assert all(check.passed for check in checks)
    wild = extreme_conditions(40 * system((0.4, 0.5)), np.array([0.2, 0.6]), 12)
    assert not all(check.passed for check in wild)  # a step of a tenth is too long for such rates
    systems = np.stack([system((0.4, 0.5)), 40 * system((0.4, 0.5)), system((1.5, 1.5))])
    for at, one in enumerate(systems):  # many at once as one by one
        alone = extreme_conditions(one, np.array([0.2, 0.6]), 12)
        for many, single in zip(extreme_conditions(systems, np.array([0.2, 0.6]), 12), alone, strict=True):
            assert many.passed[at] == single.passed
            assert many.value[at] == pytest.approx(single.value, rel=1e-9, nan_ok=True)


def test_theil_by_hand() -> None:
    rng = np.random.default_rng(2)
    made, actual = rng.normal(size=(2, 4, 30)) + 3
    found = theil(made, actual)
    parts = found.u_mean + found.u_spread + found.u_covariance
    assert parts == pytest.approx(np.ones(4))
    one = ((made[0] - actual[0]) ** 2).mean()
    size = np.sqrt((made[0] ** 2).mean()) + np.sqrt((actual[0] ** 2).mean())
    assert found.u[0] == pytest.approx(np.sqrt(one) / size)
    r = np.corrcoef(made[0], actual[0])[0, 1]
    assert found.u_covariance[0] == pytest.approx(2 * (1 - r) * made[0].std() * actual[0].std() / one)
    exact = theil(actual, actual)
    assert (exact.u == 0).all()
    assert np.isnan(exact.u_mean).all()
    moved = theil(actual + 1.0, actual)
    assert moved.u_mean == pytest.approx(np.ones(4))

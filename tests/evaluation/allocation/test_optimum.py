"""The dual against brute force, against another program, and against the conditions of an optimum."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, check_grad, minimize

from panelkit.evaluation.allocation.imbalance import BALANCES, Imbalance, gini
from panelkit.evaluation.allocation.optimality import optimality
from panelkit.evaluation.allocation.plan import Plan
from panelkit.evaluation.allocation.roots import increasing_roots
from panelkit.evaluation.allocation.searched import objective, search
from panelkit.evaluation.allocation.technology import Bounds, Technology
from panelkit.evaluation.allocation.water_filling import only, water_fill
from panelkit.language.errors import ConvergenceError
from tests.evaluation.allocation.made import bounds, technology

TARGET = np.array([0.5, 0.3, 0.2])


def test_two_cells_by_hand() -> None:
    """Roots of money: with eta = 1/2 marginal values c / (2 sqrt(x)) are equal where x goes with c squared."""
    made = Technology(np.ones((2, 1)), np.array([[0.2], [0.4]]), np.array([0.5]))
    found = only(water_fill(made, Bounds(np.zeros((2, 1)), np.full((2, 1), np.inf), 2.0)))
    # exact but for rounding of exponentials
    assert found.x.ravel() == pytest.approx([0.4, 1.6], rel=1e-12)
    assert found.price == pytest.approx(0.2 / 2.0 / np.sqrt(0.4), rel=1e-12)


@pytest.mark.parametrize("penalty", [0.0, 0.5, 20.0])
def test_no_point_of_a_grid_is_better(penalty: float) -> None:
    made = technology(2, 2, 3)
    held, target = bounds(made), np.array([0.7, 0.3])
    measure = Imbalance("shares", made, held.budget, target)
    found = only(water_fill(made, held, penalty=penalty, target=target)).x
    steps = 41
    axes = [np.linspace(low, high, steps) for low, high in zip(held.lower.flat, held.upper.flat, strict=True)]
    best, at = -np.inf, found
    for three in itertools.product(*axes[:3]):
        last = min(held.budget - sum(three), held.upper[1, 1])
        if last >= held.lower[1, 1]:
            x = np.array([*three, last]).reshape(2, 2)
            value = objective(x, made, measure, penalty)[0]
            best, at = (value, x) if value > best else (best, at)
    mine = objective(found, made, measure, penalty)[0]
    assert mine >= best
    # money moves between cells in steps of the widest one: the best point lies within two of them
    assert np.abs(at - found).max() <= 2.0 * (held.upper - held.lower).max() / (steps - 1)


@pytest.mark.parametrize("limits", [(0.5, 2.0), (0.0, np.inf), (0.9, 1.05)])
@pytest.mark.parametrize("penalty", [0.0, 0.3, 10.0, 1e4])
def test_the_conditions_hold(limits: tuple[float, float], penalty: float) -> None:
    made = technology(31, 3)
    plan = Plan(bounds(made, *limits), "shares", penalty, TARGET)
    _, met = plan.optimum(made)
    # prices have fourteen digits, of which powers up to 5 and differences of large penalties leave ten
    assert met.worst < 1e-10


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_another_program_finds_the_same(penalty: float) -> None:
    made = technology(6, 3, 5)
    held = bounds(made)
    measure = Imbalance("shares", made, held.budget, TARGET)
    mine = only(water_fill(made, held, penalty=penalty, target=TARGET)).x
    slsqp, _ = search(made, held, measure, penalty, [made.actual])

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = objective(x.reshape(6, 3), made, measure, penalty)
        return -value, -slope.ravel()

    other = minimize(
        loss,
        made.actual.ravel(),
        jac=True,
        method="trust-constr",
        bounds=list(zip(held.lower.ravel(), held.upper.ravel(), strict=True)),
        constraints=[LinearConstraint(np.ones(18), -np.inf, held.budget)],
        options={"gtol": 1e-9, "xtol": 1e-12, "maxiter": 3000},
    )
    # the programs stop by changes of a flat objective: money to a ten-thousandth of the budget, value to 1e-7
    assert np.abs(slsqp - mine).max() < 1e-4 * held.budget
    assert np.abs(other.x.reshape(6, 3) - mine).max() < 1e-3 * held.budget
    value = objective(mine, made, measure, penalty)[0]
    assert value >= objective(slsqp, made, measure, penalty)[0] - 1e-12
    assert value == pytest.approx(-other.fun, abs=1e-6)


def test_draws_are_solved_as_one_by_one() -> None:
    made = technology(5, 3)
    rng = np.random.default_rng(1)
    many = replace(
        made,
        value=made.value * np.exp(0.2 * rng.normal(size=(20, 5, 3))),
        elasticity=rng.uniform(0.02, 0.97, (20, 3)),
    )
    held = bounds(made)
    for penalty in (0.0, 2.0):
        together = water_fill(many, held, penalty=penalty, target=TARGET)
        for d in range(20):
            one = replace(many, value=many.value[d], elasticity=many.elasticity[d])
            alone = only(water_fill(one, held, penalty=penalty, target=TARGET))
            # powers of up to 33 take two digits from fourteen, and steep ones as many again
            assert together.x[d] == pytest.approx(alone.x, rel=1e-9)


def test_money_is_left_where_bounds_hold_less_than_the_budget() -> None:
    made = technology(4, 2)
    held = bounds(made, upper=1.2, budget=1.5)
    x, met = Plan(held, "shares", 0.0, np.array([0.5, 0.5])).optimum(made)
    assert x == pytest.approx(held.upper, rel=1e-12)
    assert met.price == 0.0
    assert met.worst < 1e-10


def test_the_price_is_what_one_more_unit_adds() -> None:
    made = technology(8, 3)
    held = bounds(made)
    step = 1e-5 * held.budget
    for penalty in (0.0, 1.0):
        # shares are of the budget, which moves as well: only without a penalty is the index alone the objective
        plan = Plan(held, "shares", penalty, TARGET)
        x, met = plan.optimum(made)
        more, _ = replace(plan, bounds=replace(held, budget=held.budget + step)).optimum(made)
        if penalty == 0.0:
            # a difference of one side: off by half the step times the curvature
            assert (made.index(more) - made.index(x)) / step == pytest.approx(met.price, rel=1e-3)


@pytest.mark.parametrize("kind", BALANCES)
def test_gradients_are_derivatives(kind: str) -> None:
    made = technology(5, 3)
    measure = Imbalance(kind, made, float(made.actual.sum()), TARGET)  # type: ignore[arg-type]
    at = made.actual * np.random.default_rng(2).uniform(0.7, 1.4, (5, 3))

    def value(x: np.ndarray) -> float:
        return measure(x.reshape(5, 3))

    def slope(x: np.ndarray) -> np.ndarray:
        return measure.with_gradient(x.reshape(5, 3))[1].ravel()

    # one-sided differences of step 1.5e-8 have seven digits
    assert check_grad(value, slope, at.ravel()) < 1e-6


def test_measures_by_hand() -> None:
    made = Technology(np.ones((2, 2)), np.full((2, 2), 0.25), np.array([0.5, 0.5]))
    x = np.array([[4.0, 1.0], [1.0, 1.0]])
    measures = {kind: Imbalance(kind, made, 7.0, np.array([0.5, 0.5])) for kind in BALANCES}
    assert measures["shares"](x) == pytest.approx(2 * (5 / 7 - 0.5) ** 2)
    # marginal products 1/16, 1/8, 1/8, 1/8: mean 7/64, deviation sqrt(3)/64
    assert measures["marginal"](x) == pytest.approx(np.sqrt(3) / 7)
    # outputs relative to the mean: 2 and 1 in the first unit, C = 2 sqrt(2) / 3, and alike in the second
    assert measures["coupling"](x) == pytest.approx(0.5 * (1 - 2 * np.sqrt(2) / 3))
    # published in any textbook: (1, 2, 3) has Gini 2/9
    assert gini(np.array([3.0, 1.0, 2.0])) == pytest.approx(2 / 9)


@pytest.mark.parametrize("kind", ["marginal", "coupling"])
def test_balance_is_bought_with_output(kind: str) -> None:
    made = technology(6, 2, 4)
    plan = Plan(bounds(made), kind, 0.0, np.array([0.5, 0.5]))  # type: ignore[arg-type]
    measure = plan.imbalance(made)
    outputs, uneven = [], []
    for penalty in (0.0, 0.3, 1.0, 3.0):
        x, met = plan.weighing(penalty).optimum(made)
        # SLSQP ends where a step gains less than 1e-13
        assert met.worst < 1e-3
        outputs.append(float(made.index(x)))
        uneven.append(measure(x))
    assert (np.diff(outputs) <= 1e-7).all()
    assert (np.diff(uneven) <= 1e-7).all()


def test_conditions_tell_a_point_that_is_no_optimum() -> None:
    made = technology(6, 2)
    held = bounds(made)
    x = held.scaled(made.actual)
    assert optimality(made.marginal(x), x, held).stationarity > 0.1
    assert optimality(made.marginal(2 * x), 2 * x, held).feasibility == pytest.approx(1.0)


def test_money_by_a_rule_spends_the_budget_inside_the_bounds() -> None:
    made = technology(7, 3)
    held = bounds(made)
    x = held.scaled(np.stack([made.value, made.value**2]))
    assert x.sum(axis=(1, 2)) == pytest.approx([held.budget] * 2, rel=1e-12)
    assert (x >= held.lower).all()
    assert (x <= held.upper).all()


def test_roots_say_where_they_do_not_settle() -> None:
    ends = np.array([0.0]), np.array([3.0])
    found = increasing_roots(lambda t: (t**3 - 8.0, 3.0 * t**2), *ends, start=np.array([0.1]))
    assert found == pytest.approx([2.0], rel=1e-14)
    with pytest.raises(ConvergenceError, match="300 steps"):
        increasing_roots(lambda t: (np.full_like(t, np.nan), t), *ends, start=np.array([0.1]))

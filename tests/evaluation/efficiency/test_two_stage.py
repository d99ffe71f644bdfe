"""Two stages in a row: multipliers in HiGHS, a case by hand, and what must hold of a product."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.efficiency.two_stage import two_stage
from panelkit.language.errors import SpecError
from tests.evaluation.efficiency.reference import relational


def _systems(seed, count=16):
    rng = np.random.default_rng(seed)
    X = np.exp(rng.normal(size=(count, 2)))
    Z = X.mean(axis=1, keepdims=True) * np.exp(rng.normal(0.0, 0.6, (count, 3)))
    return X, Z, Z[:, :2] * np.exp(rng.normal(0.0, 0.6, (count, 2)))


def _whole_numbers(seed, count=16):
    """Return systems with ties, in which values behind one product are often not the only ones."""
    rng = np.random.default_rng(seed)
    return tuple(rng.integers(1, 5, (count, k)).astype(float) for k in (1, 2, 1))


@pytest.mark.parametrize("systems", [_systems(1), _systems(2), _whole_numbers(1), _whole_numbers(2)])
def test_efficiencies_and_both_ends_are_those_of_the_multipliers(systems):
    X, Z, Y = systems
    found = two_stage(X, Z, Y, X, Z, Y)
    wanted = np.array([relational(X[i], Z[i], Y[i], X, Z, Y) for i in range(len(X))])
    # tolerance of HiGHS on the system, whose multipliers then move within 1e-6
    np.testing.assert_allclose(found.system, wanted[:, 0], rtol=1e-7)
    np.testing.assert_allclose(found.first_most, wanted[:, 1], rtol=1e-5)
    np.testing.assert_allclose(found.second_most, wanted[:, 2], rtol=1e-5)
    assert found.by_highs == 0


def test_the_parts_make_the_product_and_stay_inside_each_stage_alone():
    X, Z, Y = _whole_numbers(3, count=31)
    found = two_stage(X, Z, Y, X, Z, Y)
    for priority in (1, 2):
        first, second = found.stages(priority)
        np.testing.assert_allclose(first * second, found.system, rtol=1e-12)
        # certificates are a billionth
        assert (first <= found.first_alone + 1e-8).all()
        assert (second <= found.second_alone + 1e-8).all()
    assert (found.first_least <= found.first_most + 1e-8).all()
    assert (found.first_most - found.first_least).max() > 0.1  # the decomposition is not the only one
    scaled = (X * 1e4, Z * [1e-3, 9.0], Y * 50.0)
    np.testing.assert_allclose(two_stage(*scaled, *scaled).system, found.system, rtol=1e-10)


def test_one_system_whose_parts_are_a_range():
    # by hand: unit 3 makes z = (3, 1) of x = 2, and y = 1 of it. Nobody makes more of z_1 out of x (3 / 2): with value
    # on z_1 alone stage 1 is 1. Stage 2: y per z_1 is 1/3 against 3/2, hence 2/9; per z_2 it is 1 against 3/2
    X, Z, Y = np.full((3, 1), 2.0), np.array([[2.0, 2], [2, 2], [3, 1]]), np.array([[3.0], [3], [1]])
    found = two_stage(X, Z, Y, X, Z, Y)
    np.testing.assert_allclose(found.system[2], 1 / 3, rtol=1e-12)
    np.testing.assert_allclose([found.first_least[2], found.first_most[2]], [0.5, 1.0], rtol=1e-12)
    np.testing.assert_allclose([found.second_least[2], found.second_most[2]], [1 / 3, 2 / 3], rtol=1e-12)
    np.testing.assert_allclose(found.second_alone[2], 2 / 3, rtol=1e-12)


def test_one_figure_at_every_place_by_hand():
    # one input, intermediate and output: theta_1 = (z/x) over its largest, theta_2 = (y/z) over its largest
    X, Z, Y = (
        np.array([[1.0], [2.0], [4.0]]),
        np.array([[2.0], [2.0], [2.0]]),
        np.array([[1.0], [2.0], [1.0]]),
    )
    found = two_stage(X, Z, Y, X, Z, Y)
    np.testing.assert_allclose(found.first_most, [1.0, 0.5, 0.25], rtol=1e-12)
    np.testing.assert_allclose(found.second_most, [0.5, 1.0, 0.5], rtol=1e-12)
    np.testing.assert_allclose(found.system, [0.5, 0.5, 0.125], rtol=1e-12)


def test_a_third_stage_has_no_priority():
    X, Z, Y = _systems(4, count=5)
    with pytest.raises(SpecError, match="priority is the stage 1 or the stage 2"):
        two_stage(X, Z, Y, X, Z, Y).stages(3)


def test_units_of_measurement_far_apart_do_not_matter():
    X, Z, Y = _systems(4)
    found = two_stage(X, Z, Y, X, Z, Y)
    for yuan in (1e9, 1e-9):
        for scaled in ((X * yuan, Z, Y), (X, Z * yuan, Y), (X, Z, Y * yuan)):
            again = two_stage(*scaled, *scaled)
            for name in (
                "system",
                "first_most",
                "first_least",
                "second_most",
                "second_least",
                "second_alone",
            ):
                # the same programs up to rounding, divided by each other
                np.testing.assert_allclose(getattr(again, name), getattr(found, name), rtol=1e-10)


def test_outputs_that_the_reference_does_not_make_have_no_efficiency():
    ones = np.ones((1, 1))
    found = two_stage(
        ones, ones, np.array([[1.0, 1.0]]), np.ones((2, 1)), np.ones((2, 1)), np.array([[1.0, 0], [2, 0]])
    )
    assert np.isnan([found.system, found.first_most, found.second_least, found.second_most]).all()

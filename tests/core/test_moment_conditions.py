"""Moment conditions by unit against the textbook's dense matrices, and deviations against their definition."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.kernels.deviations import first_differences, forward_deviations
from panelkit.kernels.moment_conditions import LinearMoments, second_step, solve_moments


def test_forward_deviations_of_a_worked_example() -> None:
    """1, 2, 4, 8: sqrt(3/4)(1 - 14/3), sqrt(2/3)(2 - 6), sqrt(1/2)(4 - 8)."""
    out, kept = forward_deviations(np.array([[1.0], [2.0], [4.0], [8.0]]), np.zeros(4, dtype=int))
    np.testing.assert_allclose(
        out[:3, 0], [-3.17542648, -3.26598632, -2.82842712], atol=5e-9
    )  # printed digits
    assert kept.tolist() == [True, True, True, False]


def test_deviations_keep_independent_errors_independent() -> None:
    """The map of one unit has orthonormal rows and takes a constant away, however many periods are missing."""
    for periods in (2, 5, 9):
        out, kept = forward_deviations(np.eye(periods), np.zeros(periods, dtype=int))
        rows = out[kept]
        np.testing.assert_allclose(
            rows @ rows.T, np.eye(periods - 1), atol=1e-14
        )  # rounding of orthonormal rows
        np.testing.assert_allclose(rows.sum(axis=1), 0.0, atol=1e-14)


def test_deviations_by_unit_and_level() -> None:
    """Units do not mix, one row has none, and a level of 1e9 costs no more than its own rounding."""
    unit = np.array([0, 0, 0, 1, 2, 2])
    values = np.array([[3.0], [5.0], [1.0], [9.0], [2.0], [6.0]])
    out, kept = forward_deviations(values + 1e9, unit)
    want = [np.sqrt(2 / 3) * 0.0, np.sqrt(0.5) * 4.0, 0.0, 0.0, np.sqrt(0.5) * -4.0, 0.0]
    np.testing.assert_allclose(out[:, 0], want, atol=1e-6)
    assert kept.tolist() == [True, True, False, False, True, False]


def test_first_differences_stop_at_gaps() -> None:
    """A change needs the period before."""
    out, kept = first_differences(
        np.array([[1.0], [4.0], [9.0], [3.0]]), np.array([0, 0, 0, 1]), np.array([0, 1, 3, 4])
    )
    assert out[:, 0].tolist() == [0.0, 3.0, 0.0, 0.0]
    assert kept.tolist() == [False, True, False, False]


@pytest.fixture(scope="module")
def moments() -> LinearMoments:
    rng = np.random.default_rng(7)
    z, x = rng.normal(size=(40, 6, 5)), rng.normal(size=(40, 6, 2))
    x[..., 0] += z[..., 0] + z[..., 1]
    x[..., 1] += z[..., 2] - z[..., 3]
    y = x @ np.array([0.5, -1.0]) + rng.normal(size=(40, 6)) * (1.0 + np.abs(z[..., 0]))
    return LinearMoments(np.einsum("itm,it->im", z, y), np.einsum("itm,itk->imk", z, x), ("p", "q"))


def _dense(moments: LinearMoments, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = moments.a.sum(0), moments.B.sum(0)
    bread = np.linalg.inv(b.T @ weight @ b)
    return bread @ b.T @ weight @ a, bread


def test_two_steps_equal_the_dense_formulas(moments: LinearMoments) -> None:
    """Estimates, sandwich, J; Windmeijer's D is the derivative of the second step by the first, taken numerically."""
    inverse = np.diag([1.0, 2.0, 3.0, 1.0, 0.5])
    first = solve_moments(moments, inverse)
    params, bread = _dense(moments, np.linalg.inv(inverse))
    np.testing.assert_allclose(first.params, params, rtol=1e-12)
    g = moments.a - moments.B @ params
    b = moments.B.sum(0)
    sandwich = bread @ b.T @ np.linalg.inv(inverse) @ (g.T @ g) @ np.linalg.inv(inverse) @ b @ bread
    np.testing.assert_allclose(first.robust, sandwich, rtol=1e-11)

    second = second_step(moments, first)
    weight = np.linalg.inv(g.T @ g)
    params2, bread2 = _dense(moments, weight)
    np.testing.assert_allclose(second.params, params2, rtol=1e-11)
    np.testing.assert_allclose(second.bread, bread2, rtol=1e-10)
    total = moments.a.sum(0) - b @ params2
    assert second.j == pytest.approx(total @ weight @ total, rel=1e-10)

    def second_of(start: np.ndarray) -> np.ndarray:
        at = moments.a - moments.B @ start
        return _dense(moments, np.linalg.inv(at.T @ at))[0]

    step = 1e-5
    d = np.column_stack(
        [(second_of(params + e) - second_of(params - e)) / (2 * step) for e in step * np.eye(2)]
    )
    want = bread2 + d @ bread2 + bread2 @ d.T + d @ first.robust @ d.T
    # central differences of step 1e-5 are right to about 1e-8 of the derivative
    np.testing.assert_allclose(second.corrected, want, rtol=1e-6)


def test_scales_and_repeated_instruments_change_nothing(moments: LinearMoments) -> None:
    """Instruments in other units and instruments twice give the same estimates; the rank says how many count."""
    rng = np.random.default_rng(3)
    raw = rng.normal(size=(5, 5))
    inverse = raw @ raw.T + np.eye(5)
    first, scale = solve_moments(moments, inverse), np.array([1e8, 1e-6, 1.0, 1e3, 1e-3])
    twice = [0, 1, 2, 3, 4, 2]
    other = LinearMoments((moments.a * scale)[:, twice], (moments.B * scale[:, None])[:, twice])
    again = solve_moments(other, (inverse * np.outer(scale, scale))[np.ix_(twice, twice)])
    assert again.rank == 5
    # an instrument that stands twice weighs more in the inverse of a generalised inverse only up to rounding
    np.testing.assert_allclose(again.params, first.params, rtol=1e-9)
    np.testing.assert_allclose(
        second_step(other, again).params, second_step(moments, first).params, rtol=1e-8
    )


def test_more_moments_than_units_are_refused_or_inverted_when_asked(moments: LinearMoments) -> None:
    """A singular second-step weight is said; a generalised inverse is used when it is asked for."""
    few = LinearMoments(moments.a[:4], moments.B[:4])
    first = solve_moments(few, np.eye(5))
    with pytest.raises(pk.SpecError, match="5 moments, 4 units, rank 4"):
        second_step(few, first)
    assert second_step(few, first, singular="pinv").rank == 4


def test_what_is_not_identified_is_named(moments: LinearMoments) -> None:
    """Two coefficients that the moments cannot tell apart, and more coefficients than moments."""
    alike = LinearMoments(
        moments.a, np.concatenate([moments.B, moments.B[..., :1] * 1e7], axis=-1), ("p", "q", "r")
    )
    with pytest.raises(pk.SpecError, match="do not identify `p`, `r`:"):
        solve_moments(alike, np.eye(5))
    none = np.zeros_like(moments.B[..., :1])
    alone = LinearMoments(moments.a, np.concatenate([moments.B, none], axis=-1), ("p", "q", "r"))
    with pytest.raises(pk.SpecError, match="do not identify `r`:"):
        solve_moments(alone, np.eye(5))
    two = np.stack([moments.B[:, :2, 0], np.zeros_like(moments.B[:, :2, 0]), moments.B[:, :2, 1]], axis=-1)
    few = LinearMoments(moments.a[:, :2], two, ("p", "gone", "q"))
    with pytest.raises(pk.SpecError, match="do not identify `gone`:"):
        solve_moments(few, np.eye(2))
    with pytest.raises(pk.SpecError, match="do not identify"):
        solve_moments(LinearMoments(moments.a[:, :1], moments.B[:, :1]), np.eye(1))

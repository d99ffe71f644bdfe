"""Stacks of linear programs against scipy's HiGHS, one at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from panelkit.kernels import linear_programs, tableaus
from panelkit.kernels.linear_programs import solve_programs


def _alone(c, A, b, equal):
    found = linprog(c, A_ub=A[~equal], b_ub=b[~equal], A_eq=A[equal], b_eq=b[equal], method="highs")
    return {0: found.fun, 2: np.nan, 3: -np.inf}[found.status]


@pytest.mark.parametrize("rows_equal", [0, 1, 2])
@pytest.mark.parametrize("kind", ["feasible", "any", "whole numbers"])
def test_values_of_a_stack_are_those_of_highs(rows_equal, kind):
    rng = np.random.default_rng(rows_equal)
    count, rows, columns = 300, 5, 9
    A = rng.normal(size=(count, rows, columns))
    c = rng.normal(size=(count, columns))
    b = rng.normal(size=(count, rows))
    if kind == "feasible":
        b = np.einsum("pij,pj->pi", A, rng.random((count, columns)))
        c = np.abs(c)
    if kind == "whole numbers":  # many ties, and bases with zeros
        A, b, c = np.rint(A * 1.5), np.rint(b), np.rint(c * 2.0)
    equal = np.arange(rows) < rows_equal
    found = solve_programs(c, A, b, equal)
    wanted = np.array([_alone(c[i], A[i], b[i], equal) for i in range(count)])
    assert (np.isnan(found.values) == np.isnan(wanted)).all()
    assert (np.isneginf(found.values) == np.isneginf(wanted)).all()
    held = np.isfinite(wanted)
    # HiGHS accepts bounds that are missed by 1e-7, times multipliers of the order of 10
    np.testing.assert_allclose(found.values[held], wanted[held], rtol=1e-6, atol=1e-6)
    # what HiGHS had to be asked: the unbounded, and few others
    assert found.by_highs <= np.isneginf(wanted).sum() + 0.02 * count


def test_answers_prove_each_other():
    rng = np.random.default_rng(5)
    count, rows, columns = 200, 6, 40
    A, c = rng.normal(size=(count, rows, columns)), rng.random((count, columns))
    b = np.einsum("pij,pj->pi", A, rng.random((count, columns)))
    equal = np.arange(rows) == 2
    found = solve_programs(c, A, b, equal)
    gaps = b - np.einsum("pij,pj->pi", A, found.x)
    reduced = c - np.einsum("pi,pij->pj", found.duals, A)
    # bounds are of order 10: 1e-8 is the certificate in the units of the data
    assert gaps[:, ~equal].min() > -1e-8
    assert np.abs(gaps[:, equal]).max() < 1e-8
    assert found.x.min() >= 0.0
    assert reduced.min() > -1e-8
    assert found.duals[:, ~equal].max() < 1e-8
    np.testing.assert_allclose(np.einsum("pi,pi->p", found.duals, b), found.values, rtol=1e-9)
    assert found.by_highs == 0


def test_what_is_not_proved_goes_to_highs_and_is_counted(monkeypatch):
    rng = np.random.default_rng(3)
    A, c = rng.normal(size=(20, 4, 8)), rng.random((20, 8))
    b = np.einsum("pij,pj->pi", A, rng.random((20, 8)))
    wanted = solve_programs(c, A, b)
    monkeypatch.setattr(tableaus, "_walk", lambda stack, which, step: None)
    found = solve_programs(c, A, b)
    assert found.by_highs == 20
    assert wanted.by_highs == 0
    # the tolerance of HiGHS
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(found.duals, wanted.duals, rtol=1e-6, atol=1e-6)


def test_units_of_rows_and_columns_do_not_matter():
    rng = np.random.default_rng(8)
    A, c = rng.random((50, 4, 12)), rng.random((50, 12))
    b = A.sum(axis=2)
    rows, columns = 10.0 ** rng.integers(-7, 8, 4), 10.0 ** rng.integers(-7, 8, 12)
    here = solve_programs(-c, A, b)
    there = solve_programs(-c * columns, A * rows[:, None] * columns, b * rows)
    # doubles hold 16 digits, four rows of a solve lose few
    np.testing.assert_allclose(here.values, there.values, rtol=1e-10)
    assert there.by_highs == 0


def test_a_stack_of_none_is_empty():
    found = solve_programs(np.ones(3), np.ones((0, 2, 3)), np.ones((0, 2)))
    assert found.values.shape == (0,)
    assert found.x.shape == (0, 3)
    assert found.duals.shape == (0, 2)


def test_batches_do_not_matter(monkeypatch):
    rng = np.random.default_rng(4)
    A, c = rng.random((40, 3, 6)), rng.random((40, 6))
    b = A.sum(axis=2)
    whole = solve_programs(-c, A, b)
    monkeypatch.setattr(linear_programs, "_BATCH_CELLS", 100)
    np.testing.assert_array_equal(solve_programs(-c, A, b).values, whole.values)


@pytest.mark.parametrize("apart", [1e8, 1e12])
def test_units_of_measurement_of_rows_do_not_matter(apart):
    # one column (a factor of inputs) stands in the first rows alone, the others in all: rows of outputs in yuan beside
    # inputs in ten thousands once lost the inputs
    rng = np.random.default_rng(6)
    X, Y = rng.lognormal(size=(20, 2)), rng.lognormal(size=(20, 1))
    A = np.zeros((20, 3, 21))
    A[:, :2, :20], A[:, 2, :20], A[:, :2, 20] = X.T, -Y[:, 0], -X
    b = np.concatenate([np.zeros((20, 2)), -Y], axis=1)
    c = np.r_[np.zeros(20), 1.0]
    units = np.array([1.0, 1.0, apart])
    found, again = solve_programs(c, A, b), solve_programs(c, A * units[:, None], b * units)
    # the same programs up to rounding
    np.testing.assert_allclose(again.values, found.values, rtol=1e-12)
    assert again.by_highs == 0

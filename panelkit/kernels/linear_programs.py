"""Thousands of small linear programs at once: the simplex method on a stack of tableaus, each answer certified.

Every program is min c'x subject to A x <= b (some rows with equality) and x >= 0. A dual phase with disturbed costs
finds a feasible basis, a primal phase with the true costs the optimum. From the last basis primal and dual answers
are worked out anew on the data; where both are feasible within a billionth, each proves the other optimal (weak
duality). What is not proved so goes to HiGHS, one program at a time, and is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from panelkit.kernels.tableaus import Stack, reach_feasible, reach_optimal
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.show.brief import Brief

BoolArray = NDArray[np.bool_]

# tableaus of one batch stay inside a processor's cache
_BATCH_CELLS = 150_000
# rows, columns and bounds are scaled to a largest entry of one: a solution that misses by less is feasible
_CERTIFIED = 1e-9


@dataclass(frozen=True, eq=False)
class Programs(Brief):
    """Answers of P programs of n variables and k rows.

    Attributes
    ----------
    values
        (P,), the least c'x: nan where no x is feasible, -inf where it has no least.
    x
        (P, n), nan where there is no optimum.
    duals
        (P, k), the change of the value with the bounds (never positive for rows with <=), nan where there is none.
    by_highs
        How many programs went to HiGHS because the simplex method on tableaus did not prove its answer.
    """

    values: FloatArray
    x: FloatArray
    duals: FloatArray
    by_highs: int


def solve_programs(
    costs: FloatArray, matrix: FloatArray, bounds: FloatArray, equal: BoolArray | None = None
) -> Programs:
    """Minimise c'x subject to A x <= b and x >= 0, for every program of a stack.

    Parameters
    ----------
    costs
        (n,) or (P, n).
    matrix
        (P, k, n).
    bounds
        (P, k).
    equal
        (k,), which rows hold with equality; None: none.

    Raises
    ------
    ConvergenceError
        If HiGHS gives no answer either.
    """
    count, rows, columns = matrix.shape
    fixed = np.zeros(rows, dtype=bool) if equal is None else np.asarray(equal, dtype=bool)
    prices = np.broadcast_to(costs, (count, columns))
    step = max(1, _BATCH_CELLS // ((rows + 1) * (rows + columns + 1)))
    parts = [
        _solve_batch(
            prices[first : first + step], matrix[first : first + step], bounds[first : first + step], fixed
        )
        for first in range(0, count, step)
    ]
    if not parts:
        return Programs(np.empty(0), np.empty((0, columns)), np.empty((0, rows)), 0)
    return Programs(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.duals for part in parts]),
        sum(part.by_highs for part in parts),
    )


def _solve_batch(costs: FloatArray, matrix: FloatArray, bounds: FloatArray, fixed: BoolArray) -> Programs:
    """Scale, solve, certify, and send the rest to HiGHS."""
    by_row, by_column = _scales(matrix)
    A = matrix * by_row[:, :, None] * by_column[:, None, :]
    b, c = bounds * by_row, costs * by_column
    of_b, of_c = _largest(b), _largest(c)
    b, c = b / of_b[:, None], c / of_c[:, None]
    stack = Stack.of(A, b, fixed)
    reach_feasible(stack, c)
    reach_optimal(stack, c)
    x, duals, proved = _from_basis(stack, A, b, c)
    empty = _proved_empty(stack, A, b)
    x[empty], duals[empty] = np.nan, np.nan
    values = np.einsum("pn,pn->p", c, x)
    open_ = np.flatnonzero(~proved & ~empty)
    for i in open_:
        values[i], x[i], duals[i] = _by_highs(c[i], A[i], b[i], fixed)
    return Programs(
        values * of_b * of_c,
        x * by_column * of_b[:, None],
        duals * by_row * of_c[:, None],
        len(open_),
    )


def _scales(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return factors of rows (P, k) and columns (P, n) that bring the largest entries near one.

    Rows come first: their units of measurement then cancel, however far apart, before columns of several rows are
    scaled by the largest of them.
    """
    size = np.abs(matrix)
    first = 1.0 / _positive(size.max(axis=2))
    size *= first[:, :, None]
    by_column = 1.0 / _positive(size.max(axis=1))
    by_row = 1.0 / _positive((size * by_column[:, None, :]).max(axis=2))
    by_column = 1.0 / _positive((size * by_row[:, :, None]).max(axis=1))
    return first * by_row, by_column


def _positive(size: FloatArray) -> FloatArray:
    return np.where(size > 0.0, size, 1.0)


def _largest(values: FloatArray) -> FloatArray:
    return _positive(np.abs(values).max(axis=1))


def _from_basis(
    stack: Stack, A: FloatArray, b: FloatArray, c: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return x (P, n), duals (P, k) and which pairs prove each other, worked out from the last bases."""
    count, rows, columns = A.shape
    here = np.arange(count)[:, None]
    whole = np.concatenate([A, np.broadcast_to(np.eye(rows), (count, rows, rows))], axis=2)
    basis = whole[here[:, :, None], np.arange(rows)[None, :, None], stack.basis[:, None, :]]
    prices = np.concatenate([c, np.zeros((count, rows))], axis=1)
    of_basis = prices[here, stack.basis]
    inverse = stack.inverse()
    held = np.einsum("pij,pj->pi", inverse, b)
    duals = np.einsum("pi,pij->pj", of_basis, inverse)
    # the tableau's inverse has gathered rounding: two steps of refinement take it out
    for _ in range(2):
        held += np.einsum("pij,pj->pi", inverse, b - np.einsum("pij,pj->pi", basis, held))
        duals += np.einsum("pi,pij->pj", of_basis - np.einsum("pi,pij->pj", duals, basis), inverse)
    missed = np.abs(np.einsum("pij,pj->pi", basis, held) - b).max(axis=1)
    reduced = prices - np.einsum("pi,pin->pn", duals, whole)
    reduced[:, columns:][:, stack.fixed] = 0.0
    least = np.where(stack.holds_fixed(), -np.abs(held), held).min(axis=1)
    size = 1.0 + np.abs(duals).max(axis=1)
    proved = (
        (missed <= _CERTIFIED)
        & (least >= -_CERTIFIED)
        & (reduced.min(axis=1) >= -_CERTIFIED * size)
        & stack.optimal
    )
    x = np.zeros((count, columns + rows))
    x[here, stack.basis] = np.maximum(held, 0.0)
    return x[:, :columns], duals, proved


def _proved_empty(stack: Stack, A: FloatArray, b: FloatArray) -> BoolArray:
    """Return which programs have no feasible x: y'A >= 0 and y >= 0 with y'b < 0 (Farkas)."""
    rays = stack.rays()
    rays = rays / _largest(rays)[:, None]
    along = np.einsum("pi,pin->pn", rays, A).min(axis=1)
    least = np.where(stack.fixed, 0.0, rays).min(axis=1)
    below = np.einsum("pi,pi->p", rays, b)
    return np.asarray(stack.empty & (along >= -_CERTIFIED) & (least >= -_CERTIFIED) & (below < -_CERTIFIED))


def _by_highs(
    c: FloatArray, A: FloatArray, b: FloatArray, fixed: BoolArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return value, x and duals of one program by scipy's HiGHS."""
    free = ~fixed
    found = linprog(c, A_ub=A[free], b_ub=b[free], A_eq=A[fixed], b_eq=b[fixed], method="highs")
    nothing = np.full(len(c), np.nan), np.full(len(b), np.nan)
    if found.status in (2, 3):
        return (np.nan if found.status == 2 else -np.inf), *nothing
    if found.status != 0:
        raise ConvergenceError(message("a linear program has no answer: {reason}", reason=found.message))
    duals = np.empty(len(b))
    duals[free], duals[fixed] = found.ineqlin.marginals, found.eqlin.marginals
    return float(found.fun), found.x, duals

"""The simplex method on a stack of tableaus: each step is one pivot in every program that is not done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

BoolArray = NDArray[np.bool_]

# entries are scaled to one: below this a value is no violation, and an entry is no pivot
_FEASIBLE = 1e-10
_PIVOT = 1e-9
# Harris' two passes: how far a bound may give way so that a larger pivot is taken
_GIVES = 1e-10
# costs of the dual phase are disturbed by up to twice this, so that few of them tie
_DISTURBED = 1e-5


@dataclass(eq=False)
class Stack(Brief):
    """P tableaus: `cells` (P, k + 1, n + k + 1) with the costs as last row and the values as last column.

    `basis` (P, k) are the variables of the rows, slacks counted from n; `fixed` (k,) marks slacks that must be zero;
    `optimal` and `empty` (P,) say how a program ended, and `leaving` (P,) which row showed that it is empty.
    """

    cells: FloatArray
    basis: IntArray
    fixed: BoolArray
    optimal: BoolArray
    empty: BoolArray
    leaving: IntArray

    @classmethod
    def of(cls, A: FloatArray, b: FloatArray, fixed: BoolArray) -> Stack:
        """Return the tableaus of A x + s = b with the slacks as basis."""
        count, rows, columns = A.shape
        cells = np.zeros((count, rows + 1, columns + rows + 1))
        cells[:, :rows, :columns] = A
        cells[:, np.arange(rows), columns + np.arange(rows)] = 1.0
        cells[:, :rows, -1] = b
        basis = np.tile(columns + np.arange(rows), (count, 1))
        no = np.zeros(count, dtype=bool)
        return cls(cells, basis, fixed, no.copy(), no.copy(), np.zeros(count, dtype=int))

    @property
    def columns(self) -> int:
        """Return n, the number of variables without slacks."""
        return int(self.cells.shape[2] - 1 - len(self.fixed))

    def may_enter(self) -> BoolArray:
        """Return (n + k,) which variables may enter a basis."""
        return np.concatenate([np.ones(self.columns, dtype=bool), ~self.fixed])

    def holds_fixed(self) -> BoolArray:
        """Return (P, k) which rows hold a slack that must be zero."""
        slack = self.basis - self.columns
        return np.asarray((slack >= 0) & self.fixed[np.maximum(slack, 0)])

    def inverse(self) -> FloatArray:
        """Return the inverses (P, k, k) of the bases, as the columns of the slacks hold them."""
        rows = len(self.fixed)
        return self.cells[:, :rows, self.columns : self.columns + rows]

    def rays(self) -> FloatArray:
        """Return (P, k) the combination of rows that shows that a program is empty, where one is."""
        here, rows = np.arange(len(self.basis)), len(self.fixed)
        over = self.cells[here, self.leaving, -1] > 0.0
        found = self.cells[here, self.leaving, self.columns : self.columns + rows]
        return np.where(over[:, None], -found, found)

    def part(self, which: BoolArray | IntArray) -> Stack:
        """Return a copy of some of the programs."""
        return Stack(
            self.cells[which],
            self.basis[which],
            self.fixed,
            self.optimal[which],
            self.empty[which],
            self.leaving[which],
        )

    def put(self, which: IntArray, part: Stack) -> None:
        """Write programs back."""
        self.cells[which], self.basis[which] = part.cells, part.basis
        self.optimal[which], self.empty[which], self.leaving[which] = part.optimal, part.empty, part.leaving


Step = Callable[[Stack], tuple[IntArray, IntArray, BoolArray]]


def reach_feasible(stack: Stack, costs: FloatArray) -> None:
    """Make the bases feasible by the dual simplex method, under the costs where none is negative."""
    draws = np.random.default_rng(0).random(costs.shape[1])
    mild = np.where((costs >= 0.0).all(axis=1, keepdims=True), costs, 0.0)
    stack.cells[:, -1, : stack.columns] = mild + _DISTURBED * (1.0 + draws)
    _walk(stack, np.arange(len(costs)), _dual_step)


def reach_optimal(stack: Stack, costs: FloatArray) -> None:
    """Make feasible bases optimal under the costs by the primal simplex method."""
    feasible = np.flatnonzero(stack.optimal)
    stack.optimal[:] = False
    rows = len(stack.fixed)
    prices = np.concatenate([costs, np.zeros((len(costs), rows + 1))], axis=1)
    here = np.arange(len(costs))[:, None]
    stack.cells[:, -1] = prices - np.einsum("pi,pij->pj", prices[here, stack.basis], stack.cells[:, :rows])
    _walk(stack, feasible, _primal_step)


def _walk(stack: Stack, which: IntArray, step: Step) -> None:
    """Pivot until every program is done, or has taken more steps than a program of its size should."""
    part, ids = stack.part(which), which
    for _ in range(30 + 10 * len(stack.fixed)):
        rows, columns, going = step(part)
        if not going.any():
            break
        if going.mean() < 0.75:
            stack.put(ids[~going], part.part(~going))
            ids, part = ids[going], part.part(going)
            rows, columns, going = rows[going], columns[going], going[going]
        _pivot(part, rows, columns, going)
    stack.put(ids, part)


def _pivot(stack: Stack, rows: IntArray, columns: IntArray, going: BoolArray) -> None:
    here = np.arange(len(rows))
    pivots = np.where(going, stack.cells[here, rows, columns], 1.0)
    row = stack.cells[here, rows] / pivots[:, None]
    column = stack.cells[here, :, columns]
    column[here, rows] -= 1.0
    column[~going] = 0.0
    stack.cells -= column[:, :, None] * row[:, None, :]
    stack.basis[here[going], rows[going]] = columns[going]


def _dual_step(stack: Stack) -> tuple[IntArray, IntArray, BoolArray]:
    """Return the pivot of every program whose basis is not feasible."""
    here, k = np.arange(len(stack.basis)), len(stack.fixed)
    held = stack.cells[:, :k, -1]
    missing = -held
    if stack.fixed.any():
        # what must be zero leaves first, and never comes back
        missing = np.where(stack.holds_fixed(), 1e3 * np.abs(held), missing)
    leaving = missing.argmax(axis=1)
    stack.optimal = missing[here, leaving] <= _FEASIBLE
    row = stack.cells[here, leaving, :-1] * np.sign(held[here, leaving])[:, None]
    costs = np.maximum(stack.cells[:, -1, :-1], 0.0)
    entering = _by_harris(row, costs, (row > _PIVOT) & stack.may_enter())
    none = entering < 0
    stack.empty = ~stack.optimal & none
    stack.leaving = leaving
    return leaving, np.maximum(entering, 0), ~stack.optimal & ~none


def _primal_step(stack: Stack) -> tuple[IntArray, IntArray, BoolArray]:
    """Return the pivot of every program whose basis is not optimal."""
    here, k = np.arange(len(stack.basis)), len(stack.fixed)
    costs = np.where(stack.may_enter(), stack.cells[:, -1, :-1], 0.0)
    entering = costs.argmin(axis=1)
    stack.optimal = costs[here, entering] >= -_FEASIBLE
    column = stack.cells[here, :k, entering]
    held = np.maximum(stack.cells[:, :k, -1], 0.0)
    if stack.fixed.any():
        zero = stack.holds_fixed()
        column, held = np.where(zero, np.abs(column), column), np.where(zero, 0.0, held)
    leaving = _by_harris(column, held, column > _PIVOT)
    return np.maximum(leaving, 0), entering, ~stack.optimal & (leaving >= 0)


def _by_harris(pivots: FloatArray, held: FloatArray, allowed: BoolArray) -> IntArray:
    """Return the place of the least ratio held / pivot, of ties the largest pivot; -1 where none is allowed."""
    safe = np.where(allowed, pivots, 1.0)
    bound = np.where(allowed, (held + _GIVES) / safe, np.inf).min(axis=1)
    tied = allowed & (held <= bound[:, None] * safe)
    best = np.where(tied, pivots, -1.0).argmax(axis=1)
    return np.where(np.isfinite(bound), best, -1)

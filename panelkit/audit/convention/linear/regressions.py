"""From a plan to a solved regression: its rows, its columns, its effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.linear.plans import Plan
from panelkit.audit.convention.linear.pool import Made, Pool
from panelkit.audit.convention.linear.shared import Solved, solve_swept
from panelkit.audit.convention.linear.terms import lags_of
from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.panel.sample import singletons
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Regression(Brief):
    """A solved plan: labels of its terms in the order of the coefficients, deviations of its columns, its periods.

    `deviations` (1 + k,) are the standard deviations (n) of outcome and terms; `calendar` (T,) the position of every
    period that is held.
    """

    solved: Solved
    labels: tuple[str, ...]
    deviations: FloatArray
    calendar: IntArray


class Rows:
    """The rows of plans on one pool, those of equal samples worked out once."""

    def __init__(self, pool: Pool, entering: NDArray[np.bool_]) -> None:
        """Keep the pool and the sorted rows (n,) that the stated condition lets in."""
        self.pool = pool
        self.entering = entering
        self.unit, self.time = pool.unit, pool.time
        self._layouts: dict[bytes, Layout] = {}
        self._calendars: dict[bytes, IntArray] = {}

    def of(self, plan: Plan) -> NDArray[np.bool_]:
        """Return the rows of a plan before a row is doubled, (n,)."""
        made = self.pool.made(plan.recipe)
        keep = self.entering.copy()
        for label in terms_of(self.pool, plan):
            keep &= made.whole[label]
        if plan.window is not None:
            keep &= (self.time >= plan.window[0]) & (self.time <= plan.window[1])
        for code in plan.without:
            keep &= self.unit != code
        for code in plan.without_periods:
            keep &= self.time != code
        if plan.row is not None and plan.row[0] == "dropped":
            keep[plan.row[1]] = False
        if plan.split is not None:
            keep &= ~self._lent(plan)
        if not plan.singletons:
            keep = self._without_singletons(keep, plan)
        return keep

    def _lent(self, plan: Plan) -> NDArray[np.bool_]:
        """Mark the rows of a unit under its new name that a lag would take from its old one, (n,)."""
        assert plan.split is not None
        question = self.pool.question
        nodes = [piece.node for one in question.regressors for piece in one.pieces]
        longest = max((lags_of(node) for node in nodes), default=0) + max(plan.recipe.lag, 0)
        code, since = plan.split
        labels = self.pool.panel.time_labels
        late = labels[self.time] - labels[since]
        return (self.unit == code) & (late >= 0) & (late < longest)

    def _without_singletons(self, keep: NDArray[np.bool_], plan: Plan) -> NDArray[np.bool_]:
        kept = keep.copy()
        while True:
            alone = singletons(self.unit[kept], self.time[kept], plan.effects)
            if not alone.any():
                return kept
            kept[np.flatnonzero(kept)[alone]] = False

    def regression(self, plan: Plan, keep: NDArray[np.bool_] | None = None) -> Regression | None:
        """Solve a plan; None where its rows identify nothing."""
        keep = self.of(plan) if keep is None else keep
        at = np.flatnonzero(keep)
        if plan.row is not None and plan.row[0] == "doubled":
            if not keep[plan.row[1]]:
                return None
            at = np.sort(np.append(at, plan.row[1]))
        if len(at) == 0:
            return None
        layout, calendar = self._layout(plan, at)
        if layout.n_units < 2:
            return None
        labels = terms_of(self.pool, plan)
        raw = columns_of_plan(self.pool.made(plan.recipe), self.pool, plan, at)
        solved = solve_swept(raw, layout, plan.effects)
        if solved is None:
            return None
        return Regression(solved, labels, raw.std(axis=0), calendar)

    def _layout(self, plan: Plan, at: IntArray) -> tuple[Layout, IntArray]:
        key = at.tobytes() + repr(plan.split).encode()
        if key not in self._layouts:
            unit, time = self.unit[at], self.time[at]
            if plan.split is not None:
                code, since = plan.split
                unit = 2 * unit + ((unit == code) & (time >= since))
            held, codes = np.unique(time, return_inverse=True)
            labels = self.pool.panel.time_labels[held].astype(np.int64)
            step = int(np.gcd.reduce(np.diff(labels))) if len(labels) > 1 else 1
            self._calendars[key] = (labels - labels[0]) // step
            layout = Layout(np.unique(unit, return_inverse=True)[1].astype(np.int64), codes.astype(np.int64))
            self._layouts[key] = layout
        return self._layouts[key], self._calendars[key]


def terms_of(pool: Pool, plan: Plan) -> tuple[str, ...]:
    """Return the labels of the terms of a plan, in the order of the formula."""
    question = pool.question
    return tuple(
        one.label
        for one in question.regressors
        if one.label not in question.optional or one.label in plan.controls
    )


def columns_of_plan(made: Made, pool: Pool, plan: Plan, at: IntArray) -> FloatArray:
    """Return outcome and terms of a plan on its rows, (n, 1 + k): centred and standardised there."""
    columns = [_marked(made.outcome[at], pool.question.outcome.marker)]
    for label in terms_of(pool, plan):
        pieces = pool.question.regressor(label).pieces
        column = np.ones(len(at))
        for which, piece in enumerate(pieces):
            marker = piece.marker
            if len(pieces) > 1 and plan.centred:
                marker = {"none": "", "all": marker or "center"}[plan.centred]
            column = column * _marked(made.pieces[label, which][at], marker)
        columns.append(column)
    return np.column_stack(columns)


def _marked(column: FloatArray, marker: str) -> FloatArray:
    if not marker:
        return column
    centred = column - column.mean()
    if marker == "center":
        return centred
    deviation = column.std(ddof=1)
    return centred / deviation if deviation > 0.0 else centred

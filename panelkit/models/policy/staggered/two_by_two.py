"""The arithmetic of many 2x2 comparisons at once: effects, what units add to them, effects of other outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.staggered.comparisons import Comparisons
from panelkit.models.policy.staggered.propensity import Propensity, propensities
from panelkit.show.brief import Brief

Adjustment = Literal["regression", "ipw", "doubly-robust"]
ADJUSTMENTS: tuple[str, ...] = get_args(Adjustment)
TRIM = 0.995
"""Controls with a propensity above this have no weight (Sant'Anna and Zhao 2020, as their program)."""
BATCH_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class Rows(Brief):
    """A panel as arrays by unit and period: weights `W` (N, T), zero where not held, covariates `X` (N, T, q) or None.

    The covariates are centred, of spread one, with the intercept first; effects do not depend on that.
    """

    W: FloatArray
    X: FloatArray | None
    never: Array

    @staticmethod
    def of(panel: PolicyPanel) -> Rows:
        """Return the arrays of a panel."""
        weights = np.nan_to_num(panel.cube(panel.weights), nan=0.0)
        if not panel.covariates:
            return Rows(weights, None, ~panel.adoption.treated)
        spread = panel.X.std(axis=0)
        scaled = (panel.X - panel.X.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
        columns = [panel.cube(np.ones(len(scaled))), *(panel.cube(column) for column in scaled.T)]
        return Rows(weights, np.nan_to_num(np.stack(columns, axis=2), nan=0.0), ~panel.adoption.treated)


@dataclass(frozen=True, eq=False)
class Parts(Brief):
    """What some comparisons are made of; N units, k comparisons, q covariates.

    `treated` and `control` (N, k) hold weights with sum one, zero outside the pairs; `control` is missing for
    adjustment by regression. `X` (N, k, q), `outcome` (N, k) the weights of the regression among controls, `inverse`
    (k, q, q) of its cross-products, `lean` (k, q) the means that it is evaluated at; `logit` the propensities.
    `enough` (k,) marks comparisons with both kinds of units, `failed_logit`, `failed_outcome` (k,) what could not be
    fitted. `counts` (2, k) are pairs of both kinds.
    """

    treated: FloatArray
    control: FloatArray | None
    X: FloatArray | None
    outcome: FloatArray | None
    inverse: FloatArray | None
    lean: FloatArray | None
    logit: Propensity | None
    size: FloatArray
    enough: Array
    failed_logit: Array
    failed_outcome: Array
    counts: FloatArray

    def coefficients(self) -> FloatArray:
        """Return what the change of each unit enters the effects with, (N, k)."""
        made = self.treated.copy() if self.control is None else self.treated - self.control
        if self.X is not None and self.outcome is not None:
            made -= self.outcome * self._fitted()
        return made

    def _fitted(self) -> FloatArray:
        """Return X inverse lean, (N, k): what an error of the regression at each unit moves the effect by."""
        assert self.X is not None
        assert self.inverse is not None
        assert self.lean is not None
        return np.asarray(np.einsum("nkq,kq->nk", self.X, np.einsum("kqr,kr->kq", self.inverse, self.lean)))

    def influence(self, change: FloatArray) -> FloatArray:
        """Return what each unit adds to the effects, (N, k), of changes (N, k).

        Sant'Anna and Zhao (2020), section 3, divided by the number of units: the first stages' own errors are in it.
        """
        errors = change if self.X is None or self.outcome is None else change - self._regression(change)
        made = self.treated * (errors - (self.treated * errors).sum(axis=0))
        if self.control is not None:
            apart = errors - (self.control * errors).sum(axis=0)
            made -= self.control * apart
            if self.logit is not None and self.X is not None:
                moved = np.einsum("nkq,nk->kq", self.X, self.control * apart)
                lean = np.einsum("kqr,kr->kq", self.logit.inverse, moved)
                made -= self.logit.score * np.einsum("nkq,kq->nk", self.X, lean)
        if self.X is not None and self.outcome is not None:
            made -= self.outcome * errors * self._fitted()
        return made

    def _regression(self, change: FloatArray) -> FloatArray:
        """Return the changes that the regression among controls expects, (N, k)."""
        assert self.X is not None
        assert self.outcome is not None
        assert self.inverse is not None
        sums = np.einsum("nkq,nk->kq", self.X, self.outcome * change)
        return np.asarray(np.einsum("nkq,kq->nk", self.X, np.einsum("kqr,kr->kq", self.inverse, sums)))


def batches(plan: Comparisons, rows: Rows) -> Iterator[slice]:
    """Yield slices of comparisons whose arrays stay small."""
    width = rows.W.shape[0] * (1 if rows.X is None else 2 * rows.X.shape[2])
    step = max(1, BATCH_CELLS // max(width, 1))
    for first in range(0, len(plan.cohort), step):
        yield slice(first, first + step)


def parts_of(rows: Rows, plan: Comparisons, cells: slice, adjustment: Adjustment) -> Parts:
    """Return what some comparisons are made of: pairs held in both periods, weighted as in the base period."""
    base = plan.base[cells]
    pair = np.where(rows.W[:, plan.period[cells]] > 0.0, rows.W[:, base], 0.0)
    is_treated = plan.treated(cells)
    treated, control = pair * is_treated, pair * plan.controls(cells, rows.never)
    size = treated.sum(axis=0)
    others = control.sum(axis=0)
    enough = (size > 0.0) & (others > 0.0)
    counts = np.stack([np.count_nonzero(treated, axis=0), np.count_nonzero(control, axis=0)]).astype(
        np.float64
    )
    share = treated / np.where(enough, size, 1.0)
    fine = np.zeros(len(base), dtype=bool)
    if rows.X is None:
        plain = control / np.where(enough, others, 1.0)
        return Parts(share, plain, None, None, None, None, None, size, enough, fine, fine, counts)
    X = rows.X[:, base]
    odds, logit, bad_logit = _odds(X, is_treated, treated, control, enough, adjustment)
    if adjustment == "ipw":
        return Parts(share, odds, X, None, None, None, logit, size, enough, bad_logit, fine, counts)
    outcome = control / np.where(enough, others, 1.0)
    inverse, bad_outcome = _inverse(X, outcome, counts[1], enough)
    lean = np.einsum("nkq,nk->kq", X, share if odds is None else share - odds)
    return Parts(share, odds, X, outcome, inverse, lean, logit, size, enough, bad_logit, bad_outcome, counts)


def _odds(
    X: FloatArray,
    is_treated: Array,
    treated: FloatArray,
    control: FloatArray,
    enough: Array,
    adjustment: Adjustment,
) -> tuple[FloatArray | None, Propensity | None, Array]:
    """Return the controls weighted by their odds of being treated, with sum one, and the logits."""
    if adjustment == "regression":
        return None, None, np.zeros(len(enough), dtype=bool)
    weight = (treated + control) / np.where(enough, (treated + control).sum(axis=0), 1.0)
    logit = propensities(X, is_treated, weight)
    p = np.minimum(logit.p, 1.0 - 1e-6)
    odds = np.where(p < TRIM, control * p / (1.0 - p), 0.0)
    total = odds.sum(axis=0)
    failed = enough & (logit.failed | ~(total > 0.0))
    return odds / np.where(total > 0.0, total, 1.0), logit, failed


def _inverse(X: FloatArray, weight: FloatArray, held: FloatArray, enough: Array) -> tuple[FloatArray, Array]:
    """Return the inverse cross-products of regressions (k, q, q), and which have none."""
    q = X.shape[2]
    across = X.transpose(1, 2, 0)
    crossed = (across * weight.T[:, None, :]) @ across.transpose(0, 2, 1)
    scale = np.sqrt(np.einsum("kqq->kq", crossed))
    scale = np.where(scale > 0.0, scale, 1.0)
    unit = crossed / (scale[:, :, None] * scale[:, None, :])
    low = np.linalg.eigvalsh(unit)[:, 0]
    failed = enough & ((held < q) | (low < 1e-11))
    unit[failed | ~enough] = np.eye(q)
    return np.linalg.inv(unit) / (scale[:, :, None] * scale[:, None, :]), failed

"""The outcome without the policy: unit and period effects and covariates, fitted on the rows it cannot have moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph

from panelkit.kernels.index import Array
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.show.brief import Brief

# A direction of the T+m system this small beside the largest holds no information: the means of separate groups.
_FLAT = 1e-10


@dataclass(frozen=True, eq=False)
class Untreated(Brief):
    """The regression of untreated rows on unit effects, period effects and covariates, for any outcome.

    n rows of the panel, N units, T periods, m covariates. `rows` (n,) marks the untreated ones; `shared` (n, T+m) holds
    period dummies and covariates of all rows, the covariates at norm one; `means` (N, T+m) are their (weighted) means
    over the untreated rows of each unit. Units are swept by hand, so that what is solved is T+m wide.
    """

    panel: PolicyPanel
    rows: Array
    shared: FloatArray
    means: FloatArray

    @cached_property
    def inverse(self) -> FloatArray:
        """Return the pseudo-inverse of the swept cross-products, (T+m, T+m)."""
        rows, w = self.rows, self.panel.weights
        swept = self.shared[rows] - self.means[self.panel.unit[rows]]
        squares = swept.T @ (w[rows, None] * swept)
        return np.asarray(linalg.pinvh(squares, atol=0.0, rtol=_FLAT))

    def coefficients(self, outcomes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return unit effects (N, p) and shared coefficients (T+m, p) of outcomes (n, p)."""
        rows, w, unit = self.rows, self.panel.weights, self.panel.unit
        levels = unit_means(outcomes[rows], unit[rows], w[rows], self.panel.n_units)
        swept = outcomes[rows] - levels[unit[rows]]
        moments = (self.shared[rows] - self.means[unit[rows]]).T @ (w[rows, None] * swept)
        shared = self.inverse @ moments
        return levels - self.means @ shared, shared

    def left(self, outcomes: FloatArray) -> FloatArray:
        """Return outcomes (n, p) less what they would have been without the policy."""
        own, shared = self.coefficients(outcomes)
        return outcomes - own[self.panel.unit] - self.shared @ shared

    def pulled(self, rows: Array, weights: FloatArray) -> FloatArray:
        """Return how much averages of the marked rows, with weights (r, k), lean on the shared coefficients, (T+m, k).

        An average of outcome less prediction moves by minus this times the error of the shared moments.
        """
        own = np.zeros((self.panel.n_units, weights.shape[1]))
        np.add.at(own, self.panel.unit[rows], weights)
        return np.asarray(self.inverse @ (self.shared[rows].T @ weights - self.means.T @ own))

    def scores(self, left: FloatArray) -> FloatArray:
        """Return the moments of the untreated rows by unit, (N, T+m): residual times period dummies and covariates.

        `left` (n,) is an outcome less its prediction, on untreated rows the residual.
        """
        panel = self.panel
        residual = np.where(self.rows, panel.weights * left, 0.0)
        made = np.zeros((panel.n_units, self.shared.shape[1]))
        made[panel.unit, panel.time] = residual
        for j in range(len(panel.periods), self.shared.shape[1]):
            made[:, j] = np.bincount(panel.unit, residual * self.shared[:, j], panel.n_units)
        return made


def untreated_fit(panel: PolicyPanel, rows: Array | None = None, *, checked: bool = True) -> Untreated:
    """Return the regression of the rows before the policy may move them; `rows` (n,) marks others in their place.

    `checked=False` leaves covariates that are not identified to the pseudo-inverse: for draws on rows whose own
    regression was checked.

    Raises
    ------
    SpecError
        If a covariate is absorbed by the effects on these rows, or repeats others.
    """
    marked = ~panel.exposed if rows is None else rows
    X = panel.X
    if X.shape[1] and checked:
        fit_swept(
            panel.y[marked], X[marked], panel.covariates, panel.design.layout.at(marked).plain(), "twoway"
        )
    X = X / np.maximum(np.sqrt((X**2).sum(axis=0)), np.finfo(float).tiny)
    dummies = np.zeros((len(panel.y), len(panel.periods)))
    dummies[np.arange(len(panel.y)), panel.time] = 1.0
    shared = np.column_stack([dummies, X])
    means = unit_means(shared[marked], panel.unit[marked], panel.weights[marked], panel.n_units)
    return Untreated(panel, marked, shared, means)


def unit_means(values: FloatArray, unit: IntArray, weights: FloatArray, n_units: int) -> FloatArray:
    """Return weighted means of values (r, p) by unit, (N, p); zero for a unit without rows."""
    total = np.bincount(unit, weights, n_units)
    sums = np.zeros((n_units, values.shape[1]))
    for j in range(values.shape[1]):
        sums[:, j] = np.bincount(unit, weights * values[:, j], n_units)
    return np.asarray(sums / np.where(total > 0.0, total, 1.0)[:, None])


def predictable(panel: PolicyPanel, rows: Array) -> Array:
    """Mark the rows (n,) whose unit and period are linked by untreated rows, so that a prediction is identified."""
    n_units, n_periods = panel.n_units, len(panel.periods)
    held = np.flatnonzero(rows)
    graph = sparse.coo_array(
        (np.ones(len(held)), (panel.unit[held], n_units + panel.time[held])),
        shape=(n_units + n_periods, n_units + n_periods),
    )
    group = csgraph.connected_components(graph, directed=False)[1]
    return np.asarray(group[panel.unit] == group[n_units + panel.time])

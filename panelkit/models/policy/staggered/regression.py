"""Two-way regressions on rows of a policy panel: coefficients, and what every unit adds to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.covariance.clusters import Clusters
from panelkit.covariance.conventions import convention_named
from panelkit.covariance.small_sample import small_sample_factor
from panelkit.kernels.index import Array
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.row_weights import rooted
from panelkit.kernels.within import FloatArray, IntArray, Layout, within
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Regression(Brief):
    """Coefficients (k,), what clusters add to them (G, k), and the small-sample factor of CRV1 under "reghdfe"."""

    estimates: FloatArray
    influence: FloatArray
    factor: float
    n: int


def regress(
    panel: PolicyPanel, rows: IntArray, columns: FloatArray, names: tuple[str, ...], layout: Layout
) -> Regression:
    """Regress the outcome of rows (r,), which may repeat, on columns (r, k) and the covariates, effects swept out.

    `layout` says which effects the rows have; the coefficients of the columns are returned, not those of covariates.

    Raises
    ------
    SpecError
        If a column or covariate is absorbed or repeats others, named.
    """
    k = columns.shape[1]
    X = np.column_stack([columns, panel.X[rows]])
    fit = fit_swept(panel.y[rows], X, (*names, *panel.covariates), layout, "twoway")
    bread = (fit.root @ fit.root.T)[:, :k]
    moved = (fit.X @ bread) * fit.residuals[:, None]
    by_unit = np.zeros((panel.n_units, k))
    for j in range(k):
        by_unit[:, j] = np.bincount(panel.unit[rows], moved[:, j], panel.n_units)
    codes = np.unique(panel.cluster[panel.unit[rows]], return_inverse=True)[1].reshape(-1)
    clusters = Clusters(codes.astype(np.int64), panel.cluster_name, np.unique(codes))
    factor = small_sample_factor(fit, (clusters,), convention_named("reghdfe"))
    return Regression(fit.beta[:k], panel.by_cluster(by_unit), factor, len(rows))


def coefficients_of(
    panel: PolicyPanel, rows: IntArray, columns: FloatArray, outcomes: FloatArray, layout: Layout
) -> FloatArray:
    """Return the coefficients (k, m) of columns (r, k) for outcomes (n, m), as `regress` finds them."""
    k, m = columns.shape[1], outcomes.shape[1]
    stacked = np.column_stack([columns, panel.X[rows], outcomes[rows]])
    swept = within(rooted(stacked, layout.weights), layout, "twoway")
    found = np.linalg.lstsq(swept[:, : swept.shape[1] - m], swept[:, -m:], rcond=None)[0]
    return np.asarray(found[:k], dtype=np.float64)


def by_unit_and_key(
    panel: PolicyPanel, rows: IntArray, place: IntArray, weights: FloatArray, k: int
) -> Array:
    """Return the weight of rows by cluster and place, (G, k); a place of -1 counts nowhere."""
    made = np.zeros((panel.n_units, k))
    inside = place >= 0
    np.add.at(made, (panel.unit[rows[inside]], place[inside]), weights[inside])
    return panel.by_cluster(made)

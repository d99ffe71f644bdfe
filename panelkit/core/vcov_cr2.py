"""CR2: the bias-reduced clustered covariance with Satterthwaite degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.core.conventions import Convention
from panelkit.core.design import Design
from panelkit.core.errors import SpecError
from panelkit.core.linear import LinearFit
from panelkit.core.sandwich import sum_by
from panelkit.core.vcov import Vcov, clusters_of, columns_beside
from panelkit.core.within import Effects, FloatArray, IntArray, Layout, within

# An eigenvalue of I - H_gg below this is a direction that the cluster alone determines (its own dummies);
# the residual is zero there, and so is its adjustment (Pustejovsky and Tipton 2018, generalised inverse).
_DEGENERATE = 1e-10
_LARGEST_CLUSTER = 5_000


@dataclass(frozen=True)
class CR2:
    """Bell and McCaffrey's (2002) adjustment, from the projection on all dummies, with Satterthwaite df.

    Under independent errors of one variance the estimator is unbiased; each coefficient has degrees of freedom
    of its own (Pustejovsky and Tipton 2018). No convention changes it.
    """

    by: str | None = None

    def columns(self) -> tuple[str, ...]:
        return columns_beside(self.by)

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        clusters = clusters_of(design, self.by)
        matrix, df = cr2(fit, clusters.codes)
        return Vcov(
            matrix,
            df,
            f"CR2 by {clusters.name}, Satterthwaite df",
            {"n_clusters": clusters.count, "df_satterthwaite": tuple(round(float(v), 1) for v in df)},
        )


def cr2(fit: LinearFit, codes: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the CR2 covariance (k, k) and the Satterthwaite degrees of freedom by coefficient (k,).

    `codes` (n,). With H the hat matrix of regressors and dummies, A_g is the symmetric inverse square root of
    (I - H)_gg, the covariance is B (sum_g X_g' A_g e_g e_g' A_g X_g) B, and the df of coefficient c are
    (tr P)^2 / tr(P P) with P_gh = a_g' (I - H)_gh a_h, a_g = A_g X_g B c.

    Raises
    ------
    SpecError
        If a cluster is so large that its block of the hat matrix is not worth forming.
    """
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    rows_of = np.split(order, edges)
    largest = max(len(rows) for rows in rows_of)
    if largest > _LARGEST_CLUSTER:
        raise SpecError(
            f"CR2 needs the hat matrix of each cluster, and the largest has {largest:,} rows: use CRV3(), "
            "which is as good with few clusters"
        )
    basis = orthonormal_basis(fit.X, fit.layout, fit.effects)
    has_unit = fit.effects in ("unit", "twoway")
    influence = fit.X @ fit.bread
    adjusted = np.empty_like(influence)
    for rows in rows_of:
        block = np.eye(len(rows)) - basis[rows] @ basis[rows].T
        if has_unit:
            own = fit.layout.unit[rows]
            block -= (own[:, None] == own) / fit.layout.unit_counts[own][:, None]
        adjusted[rows] = _inverse_root(block) @ influence[rows]
    sums = sum_by(adjusted * fit.residuals[:, None], codes)
    return sums.T @ sums, _satterthwaite(fit, codes, basis, adjusted, has_unit)


def orthonormal_basis(X: FloatArray, layout: Layout, effects: Effects) -> FloatArray:
    """Return an orthonormal basis (n, r) of swept regressors and of what the unit dummies leave of the others."""
    blocks = [X]
    if effects in ("time", "twoway"):
        dummies = np.zeros((layout.n, layout.n_times))
        dummies[np.arange(layout.n), layout.time] = 1.0
        blocks.append(within(dummies, layout, "unit") if effects == "twoway" else dummies)
    columns = np.column_stack(blocks)
    columns = columns / np.maximum(np.sqrt(np.einsum("ij,ij->j", columns, columns)), 1e-300)
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, values > 1e-9 * values[0]]


def _inverse_root(block: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(block)
    keep = values > _DEGENERATE
    return (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T


def _satterthwaite(
    fit: LinearFit, codes: IntArray, basis: FloatArray, adjusted: FloatArray, has_unit: bool
) -> FloatArray:
    df = np.empty(fit.k)
    groups = int(codes.max()) + 1
    shared = has_unit and _crosses(fit.layout.unit, codes)
    for j in range(fit.k):
        a = adjusted[:, [j]]
        own = np.bincount(codes, a[:, 0] ** 2, groups)
        if has_unit:
            pairs = fit.layout.unit * groups + codes
            keys, where = np.unique(pairs, return_inverse=True)
            by_pair = np.bincount(where, a[:, 0])
            scaled = by_pair / np.sqrt(fit.layout.unit_counts[keys // groups])
            if not shared:
                own -= np.bincount(keys % groups, scaled**2, groups)
        w = sum_by(a * basis, codes)
        P = np.diag(own) - w @ w.T
        if shared:
            v = np.zeros((groups, fit.layout.n_units))
            v[keys % groups, keys // groups] = scaled
            P -= v @ v.T
        df[j] = np.trace(P) ** 2 / np.einsum("gh,gh->", P, P)
    return df


def _crosses(unit: IntArray, codes: IntArray) -> bool:
    """Return whether a unit has rows in more than one cluster."""
    first = codes[np.searchsorted(unit, np.arange(int(unit[-1]) + 1))]
    return bool((first[unit] != codes).any())

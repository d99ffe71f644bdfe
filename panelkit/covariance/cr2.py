"""CR2: the bias-reduced clustered covariance with Satterthwaite degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from panelkit.covariance.base import OneClustering, Vcov, least_squares
from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import Convention
from panelkit.covariance.small_sample import refuse_sampling_weights
from panelkit.kernels.capabilities import SCORES
from panelkit.kernels.crossing import Crossing, crossing_of
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.sandwich import clustered_meat, refuse_cancelled, sum_by
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.panel.design import Design

# An eigenvalue of I - H_gg below this is a direction that the cluster alone determines (its own dummies);
# the residual is zero there, and so is its adjustment (Pustejovsky and Tipton 2018, generalised inverse).
_DEGENERATE = 1e-10
_LARGEST_CLUSTER = 5_000
# The sum of the cubes of cluster sizes that eigenvalues may take: about five minutes on one core.
_LARGEST_WORK = 2e11
_BATCH_CELLS = 2_000_000
_SAMPLED = message(
    "it corrects under a working model of the errors, which analytic weights state (a variance over the weight) and "
    "sampling weights do not"
)


@offered(
    "covariance",
    can=(SCORES,),
    source="Bell and McCaffrey 2002; df by Pustejovsky and Tipton 2018",
    public=True,
)
@dataclass(frozen=True)
class CR2(OneClustering):
    """Bell and McCaffrey's (2002) adjustment, from the projection on all dummies, with Satterthwaite df.

    Under independent errors of one variance the estimator is unbiased; each coefficient has degrees of freedom
    of its own (Pustejovsky and Tipton 2018). No convention changes it. Under analytic weights the working model is a
    variance over the weight; sampling weights (`pw=`) state none and are refused.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.CR2())
    >>> fit = spec.fit(panel)
    """

    spellings: ClassVar[tuple[str, ...]] = ("CR2", "CR2(column)")

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a least-squares fit."""
        fit, _ = least_squares(problem, convention)
        refuse_sampling_weights(fit, "CR2()", _SAMPLED)
        clusters = clusters_of(design, self.by)
        name = message("CR2 by {name}", name=clusters.shown)
        refuse_cancelled(fit, clustered_meat(fit, clusters.codes), name)
        matrix, df = cr2(fit, clusters.codes)
        return Vcov(
            matrix,
            df,
            message("CR2 by {name}, Satterthwaite df", name=clusters.shown),
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
        If clusters are so large that their blocks of the hat matrix are not worth forming.
    """
    adjusted, crossing = _adjusted_influence(fit, codes)
    sums = sum_by(adjusted * fit.residuals[:, None], codes)
    df = [_satterthwaite(fit, codes, crossing, column) for column in adjusted.T]
    return sums.T @ sums, np.array(df)


def contrast_df(fit: LinearFit, codes: IntArray, contrasts: FloatArray) -> FloatArray:
    """Return the Satterthwaite degrees of freedom (m,) of combinations (m, k) of the coefficients under CR2."""
    adjusted, crossing = _adjusted_influence(fit, codes)
    columns = adjusted @ contrasts.T
    return np.array([_satterthwaite(fit, codes, crossing, column) for column in columns.T])


def _adjusted_influence(fit: LinearFit, codes: IntArray) -> tuple[FloatArray, Crossing]:
    """Return A_g X_g B by row (n, k), and the crossing of the effects; refused where the blocks are too large."""
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    rows_of = np.split(order, edges)
    largest = max(len(rows) for rows in rows_of)
    if largest > _LARGEST_CLUSTER:
        raise SpecError(
            message(
                "CR2 needs the hat matrix of each cluster, and the largest has {largest:,} rows: use CRV3(), "
                "which is as good with few clusters",
                largest=largest,
            )
        )
    cubes = sum(float(len(rows)) ** 3 for rows in rows_of)
    if cubes > _LARGEST_WORK:
        raise SpecError(
            message(
                "CR2 needs the hat matrix of each cluster, and {count:,} clusters of up to {largest:,} rows would "
                "take about {minutes:,.1f} minutes: use CRV3(), which is as good",
                count=len(rows_of),
                largest=largest,
                minutes=cubes / _LARGEST_WORK * 5.0,
            )
        )
    crossing = crossing_of(fit.layout, fit.effects)
    taken = _taken(fit)
    influence = fit.basis @ fit.root.T
    adjusted = np.empty_like(influence)
    for rows in rows_of:
        basis = np.column_stack([taken[rows], crossing.short_columns(rows)])
        block = np.eye(len(rows)) - basis @ basis.T
        if crossing.long is not None:
            block -= crossing.long_block(rows)
        adjusted[rows] = _inverse_root(block) @ influence[rows]
    return adjusted, crossing


def _taken(fit: LinearFit) -> FloatArray:
    """Return an orthonormal basis (n, k + m) of regressors and of what else was taken out beside the effects."""
    beyond = fit.beyond
    return fit.basis if beyond is None else np.column_stack([fit.basis, beyond])


def _inverse_root(block: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(block)
    keep = values > _DEGENERATE
    return (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T


def _satterthwaite(fit: LinearFit, codes: IntArray, crossing: Crossing, column: FloatArray) -> float:
    """Return (tr P)^2 / tr(P P) with P = D - U U', without P: U holds the sums over clusters of `column` (n,) times an
    orthonormal basis of regressors and effects.
    """
    own = sum_by((column**2)[:, None], codes)[:, 0]
    dense = np.column_stack(
        [sum_by(column[:, None] * _taken(fit), codes), crossing.short_sums(column, codes)]
    )
    squares = np.einsum("gr,gr->g", dense, dense)
    total = float(((dense.T @ dense) ** 2).sum())
    if crossing.long is not None:
        thin = crossing.thin_sums(column, codes)
        squares = squares + thin.multiply(thin).sum(axis=1)
        total += 2.0 * float(((thin.T @ dense) ** 2).sum()) + _squares_of_gram(thin)
    trace = float(own.sum() - squares.sum())
    return trace**2 / (float((own**2).sum()) - 2.0 * float(own @ squares) + total)


def _squares_of_gram(thin: sparse.csr_array) -> float:
    """Return the sum of the squares of V V', a few rows of V at a time."""
    step = max(1, _BATCH_CELLS // thin.shape[0])
    parts = (thin[first : first + step] @ thin.T for first in range(0, thin.shape[0], step))
    return float(sum(float((part.data**2).sum()) for part in parts))

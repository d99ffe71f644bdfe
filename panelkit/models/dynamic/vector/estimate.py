"""The estimate of a panel VAR: moments of all equations by cluster, solved in one step or two, or least squares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from panelkit.kernels.deviations import FloatArray
from panelkit.kernels.moment_conditions import LinearMoments, MomentFit, Singular, second_step, solve_moments
from panelkit.kernels.sandwich import sum_by
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.dynamic.vector.adjusted import adjusted, solved
from panelkit.models.dynamic.vector.columns import VectorColumns
from panelkit.models.dynamic.vector.products import estimates_under, products_of, spread_by_transform
from panelkit.show.brief import Brief

Method = Literal["gmm", "least-squares", "bias-corrected"]


@dataclass(frozen=True, eq=False)
class VectorEstimate(Brief):
    """Coefficients (k, m), their covariance (m k, m k) by equation, and the covariance of the errors (m, m).

    `j` is Hansen's statistic of two steps, None of one; `rank` that of the weight in use, over all equations. `vanish`:
    moments that are solved without instruments to spare, the bias-adjusted ones, are zero at the estimate.
    """

    beta: FloatArray
    covariance: FloatArray
    sigma: FloatArray
    rank: int
    j: float | None = None
    vanish: bool = True


def estimate(
    columns: VectorColumns,
    *,
    method: Method = "gmm",
    steps: int = 1,
    singular: Singular = "refuse",
    rcond: float | None = None,
    names: tuple[str, ...] = (),
) -> VectorEstimate:
    """Return the estimate of columns; those of least squares are their own instruments.

    Raises
    ------
    SpecError
        If the instruments do not identify the coefficients, or a two-step weight is singular.
    """
    moments = moments_of(columns, names)
    inside = columns.Z.T @ spread_by_transform(columns, columns.Z)
    weight: FloatArray = np.kron(np.eye(columns.y.shape[1]), inside).astype(np.float64)
    fit = solve_moments(moments, weight, rcond=rcond)
    if method == "bias-corrected":
        return _adjusted(columns, fit)
    j = None
    covariance = fit.robust
    if steps == 2:
        fit = second_step(moments, fit, rcond=rcond, singular=singular)
        covariance, j = _held(fit.corrected), fit.j
    return _in_own_units(columns, _by_equation(columns, fit.params), covariance, fit.rank, j)


def moments_of(columns: VectorColumns, names: tuple[str, ...] = ()) -> LinearMoments:
    """Return the moments of all equations by cluster, stacked by equation: M = m L, K = m k."""
    Z, X, y = columns.Z, columns.X, columns.y
    L, k, m, groups = Z.shape[1], X.shape[1], y.shape[1], columns.groups
    ZX = sum_by((Z[:, :, None] * X[:, None, :]).reshape(len(Z), -1), columns.cluster).reshape(groups, L, k)
    Zy = sum_by((y[:, :, None] * Z[:, None, :]).reshape(len(Z), -1), columns.cluster)
    B = np.zeros((groups, m * L, m * k))
    for j in range(m):
        B[:, j * L : (j + 1) * L, j * k : (j + 1) * k] = ZX
    return LinearMoments(Zy, B, names)


def _held(covariance: FloatArray | None) -> FloatArray:
    assert covariance is not None  # a second step always has one
    return covariance


def _by_equation(columns: VectorColumns, params: FloatArray) -> FloatArray:
    """Return parameters (m k,) as (k, m)."""
    return np.asarray(params.reshape(columns.y.shape[1], -1).T)


def _in_own_units(
    columns: VectorColumns, beta: FloatArray, covariance: FloatArray, rank: int, j: float | None
) -> VectorEstimate:
    """Return an estimate in the units of the data."""
    E = columns.y - columns.X @ beta
    sigma = E.T @ E / (columns.errors_in_row * columns.df_resid)
    scale = (columns.y_scale[:, None] / columns.X_scale[None, :]).ravel()
    return VectorEstimate(
        beta=beta * scale.reshape(columns.y.shape[1], -1).T,
        covariance=covariance * np.outer(scale, scale),
        sigma=sigma * np.outer(columns.y_scale, columns.y_scale),
        rank=rank,
        j=j,
    )


def _adjusted(columns: VectorColumns, least_squares: MomentFit) -> VectorEstimate:
    """Return least squares without its bias; the covariance is that of the estimates without each cluster."""
    products = products_of(columns)
    groups, start = len(products.rows), products.d + products.J + products.L
    squares = products.of_all[:, start:, start:].sum(axis=0)[None]
    counts = products.counts.sum(axis=0)[None] / len(columns.y)
    beta, left = adjusted(squares, _by_equation(columns, least_squares.params)[None], counts)
    without, _ = estimates_under(products, np.ones((groups, groups)) - np.eye(groups), adjust=True)
    apart = np.swapaxes(without - beta, 1, 2).reshape(groups, -1)
    covariance = apart.T @ apart * (groups - 1) / groups
    if not np.isfinite(covariance).all():
        raise SpecError(
            message("without one of the clusters the coefficients are not identified: take more units")
        )
    rank = products.m * products.L
    found = _in_own_units(columns, beta[0], covariance, rank, None)
    return replace(found, vanish=bool(solved(left)[0]))

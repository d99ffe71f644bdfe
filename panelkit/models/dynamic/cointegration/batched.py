"""Least squares and long-run variances on stacks of series: any leading axes, then periods, then columns."""

from __future__ import annotations

from typing import Literal

import numpy as np

from panelkit.kernels.within import FloatArray

Trend = Literal["none", "constant", "trend"]
_REPEATED = 1e-11  # of the norm of a column: what the columns before it leave of it is rounding


def deterministic(periods: int, trend: Trend) -> FloatArray:
    """Return orthonormal columns (T, d) that span nothing, a constant, or a constant and a trend."""
    degree = {"none": 0, "constant": 1, "trend": 2}[trend]
    steps = np.arange(periods) - (periods - 1) / 2.0
    columns = np.column_stack([np.ones(periods), steps])[:, :degree]
    return columns / np.linalg.norm(columns, axis=0)


def detrended(values: FloatArray, base: FloatArray) -> FloatArray:
    """Sweep orthonormal columns (T, d) out of values (..., T, k), twice, so that large means leave no rounding."""
    for _ in range(2):
        values = values - base @ (base.T @ values)
    return values


def swept(values: FloatArray, columns: FloatArray) -> FloatArray:
    """Return values (..., T, k) less their projection on columns (..., T, q), each stack its own.

    A column that is zero, or follows from those before it, takes nothing out.
    """
    if columns.shape[-1] == 0:
        return values
    sizes = np.linalg.norm(columns, axis=-2, keepdims=True)
    base, upper = np.linalg.qr(columns / np.where(sizes > 0.0, sizes, 1.0))
    base = base * (np.abs(np.diagonal(upper, axis1=-2, axis2=-1)) > _REPEATED)[..., None, :]
    turned = np.swapaxes(base, -1, -2)
    for _ in range(2):
        values = values - base @ (turned @ values)
    return values


def residuals(y: FloatArray, X: FloatArray, base: FloatArray) -> FloatArray:
    """Return residuals (..., T) of y (..., T) on X (..., T, k) and the orthonormal columns (T, d)."""
    return swept(detrended(y[..., None], base), detrended(X, base))[..., 0]


def lagged(values: FloatArray, first: int, lags: range) -> FloatArray:
    """Return (..., T - first - after, len(lags)): values (..., T) at t - j for j in lags, from period `first` on.

    A negative j is a lead, and as many last periods leave.
    """
    after = max(0, -min(lags, default=0))
    last = values.shape[-1] - after
    return (
        np.stack([values[..., first - j : last - j] for j in lags], axis=-1)
        if len(lags)
        else np.empty((*values.shape[:-1], last - first, 0))
    )


def one_sided(values: FloatArray, bandwidth: int) -> FloatArray:
    """Return sum_{s=1}^{k} (1 - s/(k+1)) sum_t v_t v_{t-s} / n of values (..., n), Bartlett's weights."""
    n = values.shape[-1]
    total = np.zeros(values.shape[:-1])
    for s in range(1, min(bandwidth, n - 1) + 1):
        total += (1.0 - s / (bandwidth + 1.0)) * (values[..., s:] * values[..., :-s]).sum(-1) / n
    return total


def long_run(values: FloatArray, bandwidth: int) -> FloatArray:
    """Return the long-run variance of values (..., n) about zero: Bartlett's kernel (Newey and West 1987)."""
    return (values**2).mean(-1) + 2.0 * one_sided(values, bandwidth)

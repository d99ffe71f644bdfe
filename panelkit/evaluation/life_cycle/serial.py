"""Errors that follow an AR(1): their autocorrelation, its transform, and linear fits beside it."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray

# the autocorrelation of errors is never taken to be negative, nor so near one that no curve is left
LEAST_RHO, MOST_RHO = 0.0, 0.9


def quasi_differenced(values: FloatArray, rho: FloatArray) -> FloatArray:
    """Return Prais and Winsten's transform of values (B, n, ...) along the second axis, rho (B,)."""
    r = rho.reshape(-1, *[1] * (values.ndim - 1))
    out = np.empty_like(values)
    out[:, :1] = np.sqrt(1.0 - r**2) * values[:, :1]
    out[:, 1:] = values[:, 1:] - r * values[:, :-1]
    return out


def autocorrelation(residuals: FloatArray, parameters: int) -> FloatArray:
    """Return the first autocorrelation of residuals (B, n), its bias in a regression on k trends taken off, (B,).

    E(r) - rho is about -(k + (k+2) rho)/n for a constant (k = 1: Kendall 1954) and a trend (k = 2: Tjostheim and
    Paulsen 1983), which is continued to k parameters.
    """
    n = residuals.shape[1]
    raw = (residuals[:, 1:] * residuals[:, :-1]).sum(axis=1) / np.maximum(
        (residuals**2).sum(axis=1), np.finfo(float).tiny
    )
    less = max(1.0 - (parameters + 2) / n, 0.3)
    return np.clip((raw + parameters / n) / less, LEAST_RHO, MOST_RHO)


def linear_fit(design: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return coefficients (B, k), residuals (B, n) and autocorrelations (B,) of y (B, n) on a design (n, k).

    Least squares, then twice generalised least squares with AR(1) errors.
    """
    rho: FloatArray = np.zeros(len(y))
    theta: FloatArray = np.zeros((len(y), design.shape[1]))
    for turn in range(3):
        x = quasi_differenced(np.broadcast_to(design, (len(y), *design.shape)), rho)
        moved = quasi_differenced(y, rho)
        gram = np.einsum("bnk,bnl->bkl", x, x)
        theta = np.linalg.solve(gram, np.einsum("bnk,bn->bk", x, moved)[..., None])[..., 0]
        if turn < 2:
            rho = autocorrelation(y - theta @ design.T, design.shape[1])
    return theta, y - theta @ design.T, rho

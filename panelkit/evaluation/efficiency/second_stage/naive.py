"""The regressions of efficiencies that papers print and that do not hold: least squares, and Tobit censored at one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_ndtr

from panelkit.kernels.normal import mills
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Naive(Brief):
    """Slopes (k,) and their usual standard errors (k,), which take efficiencies as independent and observed."""

    slopes: FloatArray
    std_errors: FloatArray
    sigma: float


def least_squares_regression(y: FloatArray, X: FloatArray) -> Naive:
    """Return ordinary least squares of y (n,) on X (n, k) with classical errors."""
    inverse = np.linalg.inv(X.T @ X)
    slopes = inverse @ X.T @ y
    left = y - X @ slopes
    variance = float(left @ left) / (len(y) - X.shape[1])
    return Naive(slopes, np.sqrt(variance * np.diag(inverse)), float(np.sqrt(variance)))


def tobit(y: FloatArray, X: FloatArray, bound: float = 1.0, *, on: float = 1e-6) -> Naive:
    """Return a normal regression censored from below at the bound; y (n,) within `on` of it count as censored.

    Source: Tobin 1958; Olsen 1978, whose parameters make the log-likelihood concave.
    """
    scale = np.sqrt((X**2).mean(axis=0))
    Z, censored = X / scale, y <= bound + on

    def value(theta: FloatArray) -> tuple[float, FloatArray]:
        g, h = theta[:-1], np.exp(theta[-1])
        fitted = Z @ g
        r = h * y - fitted
        a = h * bound - fitted
        m = mills(a)
        total = np.where(censored, log_ndtr(a), np.log(h) - 0.5 * r**2 - 0.5 * np.log(2 * np.pi)).sum()
        by_fitted = np.where(censored, -m, r)
        by_h = np.where(censored, m * bound, 1 / h - r * y).sum() * h
        return -float(total), -np.r_[Z.T @ by_fitted, by_h]

    start = least_squares_regression(y, Z)
    begun = np.r_[start.slopes / start.sigma, -np.log(start.sigma)]
    found = minimize(value, begun, jac=True, method="BFGS", options={"gtol": 1e-8, "maxiter": 1000}).x
    sigma = float(np.exp(-found[-1]))
    curvature = _information(found, y, Z, bound, censored)
    inverse = np.linalg.inv(curvature)
    turn = np.column_stack([np.eye(len(scale)) * sigma, -found[:-1] * sigma])
    variance = np.diag(turn @ inverse @ turn.T)
    return Naive(found[:-1] * sigma / scale, np.sqrt(variance) / scale, sigma)


def _information(
    theta: FloatArray, y: FloatArray, Z: FloatArray, bound: float, censored: NDArray[np.bool_]
) -> FloatArray:
    """Return minus the second derivatives (k + 1, k + 1) by g and ln h."""
    h = np.exp(theta[-1])
    fitted = Z @ theta[:-1]
    a = h * bound - fitted
    m = mills(a)
    bend = np.where(censored, m * (a + m), 1.0)
    along = np.where(censored, h * bound, h * y)
    rows = np.column_stack([-Z, along])
    out = np.asarray((rows * bend[:, None]).T @ rows)
    slope = np.where(censored, m * h * bound, -(h * y - fitted) * h * y).sum()
    out[-1, -1] -= slope
    return out

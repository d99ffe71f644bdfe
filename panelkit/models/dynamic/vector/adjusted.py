"""Least squares without its bias: the moments of the within estimator less their expectation, solved for many panels.

The within estimator of a vector autoregression solves X'E = 0, whose expectation is not zero: an error stands in the
mean of its unit, and so does the lag that it moves. With Psi_j the moving-average coefficients and T_i rows of unit i,

    E[sum_t x_lt e_t'] = -sum_i (1/T_i) sum_{s <= t - l} Psi_{t-l-s} Sigma,        l = 1, ..., p,

whatever the first period was, as long as errors have one variance over time. The estimate solves X'E plus this sum,
Sigma estimated at the same coefficients (Bun and Carree 2005; Breitung, Kripfganz and Hayakawa 2022, of several
equations).
"""

from __future__ import annotations

import numpy as np

from panelkit.kernels.deviations import FloatArray

_MOST = 60
_CLOSE = 1e-10
_STEP = 1e-30


def adjusted(squares: FloatArray, start: FloatArray, counts: FloatArray) -> FloatArray:
    """Return the coefficients (R, k, m) that solve the adjusted moments.

    Parameters
    ----------
    squares
        Cross-products (R, k + m, k + m) of [X, y], scaled so that every column has a size of one.
    start
        Least squares, (R, k, m).
    counts
        Pairs of rows by lag and distance over rows, (R, p, J), divided by the number of deviations.

    Returns
    -------
    Coefficients; missing where the search ends elsewhere.
    """
    beta = start.copy()
    k, m = beta.shape[1:]
    norm = np.sqrt(np.diagonal(squares, axis1=1, axis2=2))
    unit = norm[:, :k, None] * norm[:, None, k:]
    value = _moments(squares, beta, counts)
    left = _off(value, unit)
    active = np.isfinite(left) & (left > _CLOSE)
    for _ in range(_MOST):
        at = np.flatnonzero(active)
        if not len(at):
            break
        slope = jacobian(squares[at], beta[at], counts[at])
        step = np.linalg.solve(slope, -value[at].reshape(len(at), -1, 1)).reshape(-1, k, m)
        share = np.ones(len(at))
        for _ in range(12):  # halve the step where it leads away
            trial = beta[at] + share[:, None, None] * step
            moved = _moments(squares[at], trial, counts[at])
            off = _off(moved, unit[at])
            worse = ~(off < left[at])
            if not worse.any():
                break
            share = np.where(worse, share / 2.0, share)
        better = off < left[at]
        took = at[better]
        beta[took], value[took], left[took] = trial[better], moved[better], off[better]
        active[at[~better]] = False
        active[took] = left[took] > _CLOSE
    beta[~(left <= 1e3 * _CLOSE)] = np.nan
    return beta


def _off(value: FloatArray, unit: FloatArray) -> FloatArray:
    """Return how far moments (R, k, m) are from zero, in units of the columns' sizes."""
    return np.asarray(np.abs(value / unit).max(axis=(1, 2)))


def adjustment(beta: np.ndarray, sigma: np.ndarray, counts: FloatArray) -> np.ndarray:
    """Return minus the expectation of the moments, (R, k, m), at coefficients and the errors' squares (R, m, m)."""
    R, k, m = beta.shape
    p, J = counts.shape[1:]
    lagged = np.swapaxes(beta[:, : p * m].reshape(R, p, m, m), 2, 3)
    out = np.zeros((R, k, m), dtype=beta.dtype)
    ma = [np.broadcast_to(np.eye(m), (R, m, m)).astype(beta.dtype)]
    for j in range(J):
        if j:
            ma.append(sum(lagged[:, lag] @ ma[j - 1 - lag] for lag in range(min(j, p))))
        moved = ma[j] @ sigma
        for lag in range(p):
            out[:, lag * m : (lag + 1) * m] += counts[:, lag, j][:, None, None] * moved
    return out


def _moments(squares: FloatArray, beta: np.ndarray, counts: FloatArray) -> np.ndarray:
    """Return the adjusted moments (R, k, m), of complex coefficients too."""
    k = beta.shape[1]
    XX, Xy, yy = squares[:, :k, :k], squares[:, :k, k:], squares[:, k:, k:]
    turned = np.swapaxes(beta, 1, 2)
    XE = Xy - XX @ beta
    EE = yy - turned @ Xy - np.swapaxes(Xy, 1, 2) @ beta + turned @ XX @ beta
    return np.asarray(XE + adjustment(beta, EE, counts))


def jacobian(squares: FloatArray, beta: FloatArray, counts: FloatArray) -> FloatArray:
    """Return the derivatives (R, k m, k m) of the adjusted moments, by a complex step."""
    R, k, m = beta.shape
    out = np.empty((R, k * m, k * m))
    for at in range(k * m):
        moved = beta.astype(complex)
        moved[:, at // m, at % m] += 1j * _STEP
        out[:, :, at] = _moments(squares, moved, counts).imag.reshape(R, -1) / _STEP
    return out

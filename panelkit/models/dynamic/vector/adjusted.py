"""Least squares without its bias: the moments of the within estimator less their expectation, solved for many panels.

The within estimator of a vector autoregression solves X'E = 0, whose expectation is not zero: an error stands in the
mean of its unit, and so does the lag that it moves. With Psi_j the moving-average coefficients and T_i rows of unit i,

    E[sum_t x_lt e_t'] = -sum_i (1/T_i) sum_{s <= t - l} Psi_{t-l-s} Sigma,        l = 1, ..., p,

whatever the first period was, as long as errors have one variance over time. The estimate solves X'E plus this sum,
Sigma estimated at the same coefficients (Bun and Carree 2005; Breitung, Kripfganz and Hayakawa 2022, of several
equations). Chance can leave these moments without a root, the more often the nearer a root of the system is to one: the
estimate is then where they are nearest to zero.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from panelkit.kernels.deviations import FloatArray

_MOST = 100
_CURVED = 8
_CLOSE = 1e-10
_STEP = 1e-30
_APART = 1e-4
_SHORT = 1e-9


def adjusted(squares: FloatArray, start: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the coefficients (R, k, m) that solve the adjusted moments or come nearest, and what is left of them (R,).

    Damped steps from least squares, every panel with a damping of its own; after the first the curvature of the moments
    counts too, without which a search that ends off zero takes hundreds.

    Parameters
    ----------
    squares
        Cross-products (R, k + m, k + m) of [X, y].
    start
        Least squares, (R, k, m).
    counts
        Pairs of rows by lag and distance over rows, (R, p, J), divided by the number of deviations.

    Returns
    -------
    Coefficients, and the root of the sum of squared moments in units of the columns' sizes: rounding where they vanish.
    """
    beta, k = start.copy(), start.shape[1]
    sizes = np.diagonal(squares, axis1=1, axis2=2)
    norm = np.sqrt(np.where(sizes > 0.0, sizes, 1.0))
    unit = norm[:, :k, None] * norm[:, None, k:]
    value = _moments(squares, beta, counts) / unit
    left = (value**2).sum(axis=(1, 2))
    damping, active = np.full(len(beta), 1e-4), np.isfinite(left)
    for turn in range(_MOST):
        at = np.flatnonzero(active)
        if not len(at):
            break
        step = _damped(
            squares[at], beta[at], counts[at], unit[at], value[at], damping[at], curved=turn >= _CURVED
        )
        trial = beta[at] + step
        moved = _moments(squares[at], trial, counts[at]) / unit[at]
        off = (moved**2).sum(axis=(1, 2))
        better = off < left[at]
        took = at[better]
        beta[took], value[took], left[took] = trial[better], moved[better], off[better]
        damping[at] = np.where(better, damping[at] * 0.1, damping[at] * 10.0)
        short = np.abs(step).max(axis=(1, 2)) <= _SHORT * (1.0 + np.abs(beta[at]).max(axis=(1, 2)))
        active[at] = (left[at] > _CLOSE**2) & ~short
    return beta, np.sqrt(left)


def solved(left: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell where adjusted moments vanish, (R,)."""
    return np.asarray(left <= 1e3 * _CLOSE)


def _damped(
    squares: FloatArray,
    beta: FloatArray,
    counts: FloatArray,
    unit: FloatArray,
    value: FloatArray,
    damping: FloatArray,
    *,
    curved: bool,
) -> FloatArray:
    """Return the damped steps (R, k, m) from moments (R, k, m) in units of the columns' sizes."""
    R, k, m = value.shape
    flat, sizes = value.reshape(R, -1, 1), unit.reshape(R, -1, 1)
    slope = jacobian(squares, beta, counts) / sizes
    turned = np.swapaxes(slope, 1, 2)
    inner = turned @ slope
    size = np.einsum("rii->ri", inner).copy()
    if curved:
        for at in range(k * m):
            ahead, behind = beta.copy(), beta.copy()
            ahead[:, at // m, at % m] += _APART
            behind[:, at // m, at % m] -= _APART
            change = (jacobian(squares, ahead, counts) - jacobian(squares, behind, counts)) / (
                2.0 * _APART * sizes
            )
            inner[:, :, at] += (np.swapaxes(change, 1, 2) @ flat)[:, :, 0]
        inner = 0.5 * (inner + np.swapaxes(inner, 1, 2))
    inner += ((damping[:, None] + 1e-14) * size)[:, :, None] * np.eye(k * m)
    return np.asarray(np.linalg.solve(inner, -turned @ flat).reshape(R, k, m))


def adjustment(beta: np.ndarray, sigma: np.ndarray, counts: FloatArray) -> np.ndarray:
    """Return minus the expectation of the moments, (R, k, m), at coefficients and the errors' squares (R, m, m)."""
    R, k, m = beta.shape
    p = counts.shape[1]
    out = np.zeros((R, k, m), dtype=beta.dtype)
    for j, ma in enumerate(_moving_average(beta, p, counts.shape[2])):
        moved = ma @ sigma
        for lag in range(p):
            out[:, lag * m : (lag + 1) * m] += counts[:, lag, j][:, None, None] * moved
    return out


def _moving_average(beta: np.ndarray, p: int, count: int) -> Iterator[np.ndarray]:
    """Yield Psi_0, Psi_1, ... (R, m, m) of coefficients (R, k, m)."""
    R, _, m = beta.shape
    lagged = np.swapaxes(beta[:, : p * m].reshape(R, p, m, m), 2, 3)
    held = [np.broadcast_to(np.eye(m), (R, m, m)).astype(beta.dtype)]
    yield held[0]
    for j in range(1, count):
        found = np.zeros_like(held[0])
        for lag in range(min(j, p)):
            found = found + lagged[:, lag] @ held[j - 1 - lag]
        held.append(found)
        yield found


def _moments(squares: FloatArray, beta: np.ndarray, counts: FloatArray) -> np.ndarray:
    """Return the adjusted moments (R, k, m), of complex coefficients too."""
    k = beta.shape[1]
    XX, Xy, yy = squares[:, :k, :k], squares[:, :k, k:], squares[:, k:, k:]
    turned = np.swapaxes(beta, 1, 2)
    XE = Xy - XX @ beta
    EE = yy - turned @ Xy - np.swapaxes(Xy, 1, 2) @ beta + turned @ XX @ beta
    return np.asarray(XE + adjustment(beta, EE, counts))


def jacobian(squares: FloatArray, beta: FloatArray, counts: FloatArray) -> FloatArray:
    """Return the derivatives (R, k m, k m) of the adjusted moments, by a complex step in every coefficient at once."""
    R, k, m = beta.shape
    moved = np.repeat(beta.astype(complex)[:, None], k * m, axis=1)
    each = np.arange(k * m)
    moved[:, each, each // m, each % m] += 1j * _STEP
    flat = moved.reshape(-1, k, m)
    many = [np.repeat(one, k * m, axis=0) for one in (squares, counts)]
    found = _moments(many[0], flat, many[1]).imag / _STEP
    return np.ascontiguousarray(np.swapaxes(found.reshape(R, k * m, k * m), 1, 2))

"""The maximum of a stochastic frontier's likelihood: pooled, of deviations, or with a dummy a unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from panelkit.evaluation.efficiency.stochastic.density import (
    Likelihood,
    normal_likelihood,
    pooled_likelihood,
    within_likelihood,
)
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.show.brief import Brief

_SHARES = (0.3, 0.6, 0.9)  # of inefficiency in the variance, at which searches start
_NO_GAIN = 1e-6  # of the log-likelihood over no inefficiency: less is the boundary, where sigma_u is zero
_FLAT = 1e-5  # of the score in units of its curvature


@dataclass(frozen=True, eq=False)
class Maximum(Brief):
    """Slopes (k,), spreads, and the curvature of the likelihood there.

    `scores` (N, p) are those of the units (of the rows, where rows are independent) by slopes, ln sigma_v and
    ln sigma_u; `hessian` (p, p). Where no inefficiency is found (`boundary`), sigma_u is zero and both hold the slopes
    and ln sigma_v of least squares. `skewness` is that of the residuals of least squares.
    """

    slopes: FloatArray
    sigma_v: float
    sigma_u: float
    loglik: float
    loglik_normal: float
    scores: FloatArray
    hessian: FloatArray
    skewness: float
    boundary: bool
    starts: int = len(_SHARES)

    @property
    def spreads(self) -> FloatArray:
        """Return ln sigma_v and ln sigma_u."""
        with np.errstate(divide="ignore"):
            return np.log(np.array([self.sigma_v, self.sigma_u]))

    @property
    def ratio(self) -> float:
        """Return twice the gain of the log-likelihood over no inefficiency."""
        return max(0.0, 2 * (self.loglik - self.loglik_normal))


def maximise(y: FloatArray, X: FloatArray, unit: IntArray | None = None) -> Maximum:
    """Return the maximum over the slopes of X (n, k) and both spreads.

    Parameters
    ----------
    y, X
        The outcome (n,) and regressors (n, k) of a production frontier, k columns of full rank: as observed, or
        deviations from unit means with `unit`.
    unit
        Codes (n,) of the units of the deviations, rising; None: rows are independent.

    Raises
    ------
    ConvergenceError
        If no search ends where the likelihood is flat.

    Notes
    -----
    Residuals of least squares that are skewed to the right leave sigma_u = 0 as the maximum (Waldman 1982).
    """
    root, inverse = _orthonormal(X)
    start = root.T @ y / len(y)
    residuals = y - root @ start
    loglik_normal, sigma = normal_likelihood(residuals, unit)

    def at(theta: FloatArray) -> Likelihood:
        left = y - root @ theta[:-2]
        if unit is None:
            return pooled_likelihood(left, root, theta[-2:])
        return within_likelihood(left, root, unit, theta[-2:])

    best = _search(
        at, start, sigma, loglik_normal, intercept=None if unit is not None else _holds_constant(root)
    )
    skewness = float((residuals**3).mean() / (residuals**2).mean() ** 1.5)
    if best is None:
        return _without(X, residuals, inverse @ start, unit, (loglik_normal, sigma, skewness))
    found = at(best)
    hessian = _symmetric(numerical_jacobian(lambda theta: at(theta).scores.sum(axis=0), best))
    _refuse_unfinished(found.scores.sum(axis=0), hessian)
    turn = np.zeros((len(best), len(best)))
    turn[:-2, :-2], turn[-2:, -2:] = np.linalg.inv(inverse), np.eye(2)
    return Maximum(
        inverse @ best[:-2],
        float(np.exp(best[-2])),
        float(np.exp(best[-1])),
        found.total,
        loglik_normal,
        found.scores @ turn,
        turn.T @ hessian @ turn,
        skewness,
        boundary=False,
    )


def _search(
    at: Callable[[FloatArray], Likelihood],
    start: FloatArray,
    sigma: float,
    loglik_normal: float,
    *,
    intercept: FloatArray | None,
) -> FloatArray | None:
    """Return the best end of several searches; None where none gains on no inefficiency."""

    def value(theta: FloatArray) -> tuple[float, FloatArray]:
        found = at(theta)
        return -found.total, -found.scores.sum(axis=0)

    best, reached = None, loglik_normal + _NO_GAIN
    for share in _SHARES:
        spread = sigma / np.sqrt(1 - 2 * share / np.pi)
        slopes = start.copy()
        if intercept is not None:
            slopes = slopes + np.sqrt(2 * share / np.pi) * spread * intercept
        spreads = 0.5 * np.log(np.array([1 - share, share])) + np.log(spread)
        bounds = [(None, None)] * len(slopes) + [(np.log(sigma) - 12, np.log(sigma) + 3)] * 2
        found = minimize(
            value,
            np.r_[slopes, spreads],
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9},
        )
        if -found.fun > reached:
            best, reached = _polished(at, found.x), -found.fun
    return best


def _polished(at: Callable[[FloatArray], Likelihood], theta: FloatArray) -> FloatArray:
    """Return the point after Newton steps, as long as they gain."""
    for _ in range(8):
        found = at(theta)
        hessian = numerical_jacobian(lambda one: at(one).scores.sum(axis=0), theta)
        step = np.linalg.lstsq(hessian, found.scores.sum(axis=0), rcond=None)[0]
        trial = theta - step
        if not np.abs(step[-2:]).max() < 1.0 or at(trial).total < found.total:
            break
        theta = trial
    return theta


def _refuse_unfinished(score: FloatArray, hessian: FloatArray) -> None:
    """Refuse an end where the likelihood still rises, or bends upwards."""
    curvature = np.linalg.eigvalsh(-hessian)
    if curvature.min() <= 0 or float(score @ np.linalg.solve(-hessian, score)) > _FLAT:
        raise ConvergenceError(
            message(
                "the likelihood of the stochastic frontier has no regular maximum here: noise or inefficiency tends to "
                "nothing (smallest curvature {least:.3g}). Fewer regressors, or more rows, or data envelopment (dea)",
                least=float(curvature.min()),
            )
        )


def _without(
    X: FloatArray,
    residuals: FloatArray,
    slopes: FloatArray,
    unit: IntArray | None,
    known: tuple[float, float, float],
) -> Maximum:
    """Return least squares, the maximum where there is no inefficiency."""
    loglik, sigma, skewness = known
    counted = len(residuals) - (0 if unit is None else int(unit.max()) + 1)
    scores = np.column_stack([residuals[:, None] * X / sigma**2, (residuals / sigma) ** 2 - counted / len(X)])
    if unit is not None:
        scores = np.add.reduceat(scores, np.flatnonzero(np.r_[True, np.diff(unit) != 0]))
    k = X.shape[1]
    hessian = np.zeros((k + 1, k + 1))
    hessian[:k, :k], hessian[k, k] = -X.T @ X / sigma**2, -2.0 * counted
    return Maximum(slopes, sigma, 0.0, loglik, loglik, scores, hessian, skewness, boundary=True)


def _orthonormal(X: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return orthogonal columns of mean square one that span X (n, k), and X's slopes from theirs."""
    size = np.sqrt(len(X))
    Q, R = np.linalg.qr(X)
    return Q * size, np.linalg.inv(R) * size


def _holds_constant(root: FloatArray) -> FloatArray | None:
    """Return the coefficients of a constant on the columns, None where they hold none."""
    by = root.mean(axis=0)
    return by if np.allclose(root @ by, 1.0, atol=1e-8) else None


def _symmetric(matrix: FloatArray) -> FloatArray:
    return np.asarray((matrix + matrix.T) / 2)

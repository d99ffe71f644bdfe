"""Normal regressions of outcomes that are seen only above a bound (truncated) or never below it (censored).

Both are solved for g = b/sigma and h = 1/sigma (Olsen 1978; Orme 1989), many outcomes of the same regressors at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtri_exp

from panelkit.kernels.normal import mills
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

_STEPS = 100
_TOLERANCE = 1e-9  # of the score in units of the curvature: the gain of the log-likelihood that is left
_HALVINGS = 12
_REGULAR = 1e-10  # of the smallest curvature without the upward part: less bends upwards
_LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))

# outcomes (B, n), regressors (B, n, k), how often each counts (B, n)
Weighted = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, eq=False)
class Regressions(Brief):
    """Slopes (B, k) and sigma (B,) of B outcomes, their log-likelihood (B,) and where a maximum was reached (B,)."""

    slopes: FloatArray
    sigma: FloatArray
    loglik: FloatArray
    converged: FloatArray


def truncated_regression(
    y: FloatArray, X: FloatArray, bound: float = 1.0, weights: FloatArray | None = None
) -> Regressions:
    """Return maximum likelihood of y = X b + e given y > bound, e normal.

    Parameters
    ----------
    y
        Outcomes (B, n), above the bound.
    X
        Regressors (n, k) of full rank, or (B, n, k).
    bound
        What all outcomes exceed.
    weights
        How often each outcome counts (B, n); None: once.

    Notes
    -----
    The likelihood has one maximum at most, and none where outcomes are spread as an exponential distribution or wider:
    then slopes run off, and `converged` is False.
    """
    Z = np.broadcast_to(X, (*y.shape, X.shape[-1]))
    counts = np.ones_like(y) if weights is None else weights
    scale = np.sqrt((Z[0] ** 2).mean(axis=0))
    data: Weighted = (y, np.asarray(Z / scale), counts)
    theta = _start(data)
    loglik = _loglik(theta, data, bound)
    done = np.zeros(len(y), dtype=bool)
    for _ in range(_STEPS):
        live = np.flatnonzero(~done)
        if not len(live):
            break
        step, gain = _step(theta[live], _rows(data, live), bound)
        ended = gain < _TOLERANCE
        done[live[ended]] = True
        live, step = live[~ended], step[~ended]
        theta[live], loglik[live] = _climbed(theta[live], step, loglik[live], _rows(data, live), bound)
    h = theta[:, -1]
    return Regressions(theta[:, :-1] / h[:, None] / scale, 1 / h, loglik, done)


def refuse_unreached(found: Regressions) -> None:
    """Refuse the first outcome's regression where it has no maximum."""
    if found.converged[0] and np.isfinite(found.loglik[0]):
        return
    raise ConvergenceError(
        message(
            "the truncated regression has no maximum: inefficiencies are spread more widely than any normal "
            "distribution cut at 1. Take logarithms of regressors, leave out rows far from the frontier by {where}, or "
            "fewer inputs and outputs",
            where=option("where"),
        )
    )


def drawn_above(
    mean: FloatArray, sigma: float, bound: float, reps: int, generator: np.random.Generator
) -> FloatArray:
    """Return draws (reps, n) of normal outcomes of a mean (n,) given that they exceed the bound."""
    share = np.log(generator.uniform(size=(reps, len(mean))))
    above = log_ndtr((mean - bound) / sigma)
    return np.asarray(mean - sigma * ndtri_exp(share + above))


def _start(data: Weighted) -> FloatArray:
    """Return least squares as (g, h) (B, k + 1)."""
    y, Z, counts = data
    slopes = np.asarray(
        np.linalg.solve(_products(Z, Z, counts), _sums(Z, counts * y)[..., None])[..., 0], float
    )
    left: FloatArray = y - _fitted(Z, slopes)
    h: FloatArray = 1 / np.sqrt((counts * left**2).sum(axis=1) / counts.sum(axis=1))
    return np.column_stack([slopes * h[:, None], h])


def _loglik(theta: FloatArray, data: Weighted, bound: float) -> FloatArray:
    """Return the log-likelihood (B,), minus infinity where h <= 0."""
    y, Z, counts = data
    h = theta[:, -1:]
    fitted = _fitted(Z, theta[:, :-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = np.log(h) - 0.5 * (h * y - fitted) ** 2 - _LOG_SQRT_2PI - log_ndtr(fitted - h * bound)
        total = (counts * rows).sum(axis=1)
    return np.where(np.isfinite(total), total, -np.inf)


def _step(theta: FloatArray, data: Weighted, bound: float) -> tuple[FloatArray, FloatArray]:
    """Return a direction (B, k + 1) and what it promises to gain (B,).

    Newton's, where the log-likelihood bends downwards; elsewhere without the part of the curvature that bends upwards,
    which is a step of minorisation.
    """
    y, Z, counts = data
    h = theta[:, -1:]
    fitted = _fitted(Z, theta[:, :-1])
    a = fitted - h * bound
    m = mills(a)
    n = counts.sum(axis=1)
    whole = np.concatenate([-Z, y[..., None]], axis=2)
    cut = np.concatenate([Z, np.full((*y.shape, 1), -bound)], axis=2)
    score = -_sums(whole, counts * (h * y - fitted)) - _sums(cut, counts * m)
    score[:, -1] += n / h[:, 0]
    down = _products(whole, whole, counts)
    down[:, -1, -1] += n / h[:, 0] ** 2
    newton = down - _products(cut, cut, counts * m * (a + m))
    regular = np.linalg.eigvalsh(newton)[:, 0] > _REGULAR * np.linalg.eigvalsh(down)[:, 0]
    curvature = np.where(regular[:, None, None], newton, down)
    step = np.asarray(np.linalg.solve(curvature, score[..., None])[..., 0], float)
    return step, np.where(regular, (step * score).sum(axis=1), np.inf)


def _climbed(
    theta: FloatArray,
    step: FloatArray,
    loglik: FloatArray,
    data: Weighted,
    bound: float,
) -> tuple[FloatArray, FloatArray]:
    """Return points and log-likelihoods after steps, halved until they gain."""
    share = np.ones(len(theta))
    out, reached = theta.copy(), loglik.copy()
    waiting = np.arange(len(theta))
    for _ in range(_HALVINGS):
        trial = theta[waiting] + share[waiting, None] * step[waiting]
        value = _loglik(trial, _rows(data, waiting), bound)
        better = value >= loglik[waiting]
        out[waiting[better]], reached[waiting[better]] = trial[better], value[better]
        waiting = waiting[~better]
        share[waiting] /= 2
        if not len(waiting):
            break
    return out, reached


def _rows(data: Weighted, chosen: IntArray) -> Weighted:
    y, Z, counts = data
    return y[chosen], Z[chosen], counts[chosen]


def _fitted(Z: FloatArray, slopes: FloatArray) -> FloatArray:
    """Return Z b (B, n)."""
    return np.asarray((Z @ slopes[..., None])[..., 0])


def _sums(Z: FloatArray, weights: FloatArray) -> FloatArray:
    """Return weighted sums (B, k) of columns (B, n, k)."""
    return np.asarray((weights[:, None, :] @ Z)[:, 0])


def _products(left: FloatArray, right: FloatArray, weights: FloatArray) -> FloatArray:
    """Return weighted cross-products (B, k, l) of columns (B, n, k) and (B, n, l)."""
    return np.asarray(np.swapaxes(left * weights[..., None], 1, 2) @ right)

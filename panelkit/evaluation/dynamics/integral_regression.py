"""Least squares of two stocks on integrals: the change of a logarithm on the stocks' means over the period.

dx/dt = x (growth + own x + cross y) divided by x and integrated over a period gives

    ln x_(k+1) - ln x_k = growth + own X_k + cross Y_k,   X_k, Y_k: integrals of x and y from k to k + 1,

which is linear. An integral is taken as the logarithmic mean of its two ends, exact where the stock grows at a constant
rate. Grey Lotka-Volterra models (Wu, Liu and Wang 2012) take the mean of the ends of x itself; the division by x makes
the errors relative, as those of indices and patents are.
"""

from __future__ import annotations

import numpy as np

from panelkit.results.fit import FloatArray

LEAST = 5  # values of a series: four equations for three coefficients
_ALIKE = 1e-10  # of 1 - r2: regressors that rounding alone tells apart
_SERIES = 1e-4  # of ln(b / a): below, the series of the logarithmic mean is exact to 1e-17


def integrals(x: FloatArray) -> FloatArray:
    """Return the integral over each period (..., T-1) of positive series x (..., T)."""
    early, late = x[..., :-1], x[..., 1:]
    step = np.log(late / early)
    near = np.abs(step) < _SERIES
    with np.errstate(invalid="ignore", divide="ignore"):
        exact = (late - early) / np.where(near, 1.0, step)
    return np.asarray(np.where(near, np.sqrt(early * late) * (1.0 + step**2 / 24.0), exact))


def log_changes(x: FloatArray) -> FloatArray:
    """Return ln x_(k+1) - ln x_k (..., T-1) of positive series (..., T)."""
    return np.diff(np.log(x), axis=-1)


def by_series(stocks: FloatArray) -> FloatArray:
    """Return coefficients (..., 2, 3) of pairs of positive series (..., T, 2), one system each.

    NaN where two regressors are collinear, or a series has a value that is not positive.
    """
    x = np.moveaxis(stocks, -1, -2)
    lost = np.asarray(~(x > 0.0).all(axis=(-1, -2)))[..., None, None]
    safe = np.where(lost, np.arange(1.0, x.shape[-1] + 1.0), x)
    held, changes = integrals(safe), log_changes(safe)
    found = _two_regressors(held, held[..., ::-1, :], changes)
    return np.asarray(np.where(lost, np.nan, found))


def pooled(stocks: FloatArray) -> FloatArray:
    """Return the coefficients (2, 3) that all pairs of positive series (N, T, 2) share; NaN where collinear."""
    x = np.moveaxis(stocks, -1, 0)
    held, changes = (part(x).reshape(2, -1) for part in (integrals, log_changes))
    return _two_regressors(held, held[::-1], changes)


def _two_regressors(own: FloatArray, cross: FloatArray, y: FloatArray) -> FloatArray:
    """Return intercept and two slopes (..., 3) of y (..., n)."""
    means = [part.mean(axis=-1) for part in (own, cross, y)]
    a, b, c = (part - mean[..., None] for part, mean in zip((own, cross, y), means, strict=True))
    aa, bb, ab = ((p * q).sum(axis=-1) for p, q in ((a, a), (b, b), (a, b)))
    ac, bc = ((p * c).sum(axis=-1) for p in (a, b))
    left = aa * bb - ab**2
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.where(left > _ALIKE * aa * bb, left, np.nan)
        first, second = (bb * ac - ab * bc) / left, (aa * bc - ab * ac) / left
    return np.stack([means[2] - first * means[0] - second * means[1], first, second], axis=-1)

"""Least squares of two stocks on integrals: the change of a logarithm on the stocks' means over the period.

dx/dt = x (growth + own x + cross y) divided by x and integrated over a period gives

    ln x_(k+1) - ln x_k = growth + own X_k + cross Y_k,   X_k, Y_k: integrals of x and y from k to k + 1,

which is linear. An integral is taken as the logarithmic mean of its two ends, exact where the stock grows at a
constant rate. Grey Lotka-Volterra models (Wu, Liu and Wang 2012) take the mean of the ends of x itself; the
division by x makes the errors relative, as those of indices and patents are.
"""

from __future__ import annotations

import numpy as np

from panelkit.results.fit import FloatArray

LEAST = 5  # values of a series: four equations for three coefficients
_ALIKE = 1e-10  # least eigenvalue of the correlations: columns that rounding alone tells apart
_LEFT = 1e-7  # of a column's norm: the root of the rounding of its square
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


def inverse_or_nan(gram: FloatArray, before: FloatArray | None = None) -> FloatArray:
    """Return the inverses (..., k, k) of cross-products, NaN where columns are collinear or not finite.

    `before` (..., k) are the norms of the columns before others were swept out: what is left of one must be more than
    rounding.
    """
    size = np.sqrt(np.einsum("...ii->...i", gram))
    if before is not None:
        gone = np.asarray((size <= _LEFT * before).any(axis=-1))
        gram = np.where(gone[..., None, None], np.nan, gram)
    size = np.where(size > 0.0, size, 1.0)
    both = size[..., :, None] * size[..., None, :]
    eye = np.eye(gram.shape[-1])
    finite = np.asarray(np.isfinite(gram).all(axis=(-1, -2)))[..., None, None]
    scaled = np.where(finite, gram / both, eye)
    apart = finite & (np.linalg.eigvalsh(scaled)[..., 0] > _ALIKE)[..., None, None]
    return np.asarray(np.where(apart, np.linalg.inv(np.where(apart, scaled, eye)) / both, np.nan))


def pooled(stocks: FloatArray) -> FloatArray:
    """Return the coefficients (2, 3) that all pairs of positive series (N, T, 2) share; NaN where collinear."""
    x = np.moveaxis(stocks, -1, 0)
    held, changes = (part(x).reshape(2, -1) for part in (integrals, log_changes))
    rows = np.stack([np.ones_like(held), held, held[::-1]], axis=-1)
    across = np.swapaxes(rows, -1, -2)
    return np.asarray((inverse_or_nan(across @ rows) @ (across @ changes[..., None]))[..., 0])

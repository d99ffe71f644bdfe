"""Responses and shares of a vector autoregression from its coefficients: pure functions, batched over draws.

Throughout, `coefficients` (..., p, m, m) holds [l, j, k], what variable k at t-1-l does to variable j; `sigma`
(..., m, m) is the covariance of the errors; responses are [h, j, k], of variable j to a shock in k, h periods later.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.kernels.within import FloatArray


def moving_average(coefficients: FloatArray, horizon: int) -> FloatArray:
    """Return what a unit of every error does at horizons 0 to `horizon`, (..., horizon + 1, m, m).

    Phi_0 = I, Phi_h = sum over l of A_l Phi_(h-l) (Luetkepohl 2005, 2.1.22).
    """
    A = np.asarray(coefficients, dtype=float)
    lags, m = A.shape[-3], A.shape[-1]
    phi = np.zeros((*A.shape[:-3], horizon + 1, m, m))
    phi[..., 0, :, :] = np.eye(m)
    for h in range(1, horizon + 1):
        for lag in range(1, min(h, lags) + 1):
            phi[..., h, :, :] += A[..., lag - 1, :, :] @ phi[..., h - lag, :, :]
    return phi


def impact(sigma: FloatArray, order: Sequence[int]) -> FloatArray:
    """Return what an orthogonal shock of one standard deviation does at once, (..., m, m), variables as they came.

    P = S' chol(S Sigma S') S for the permutation S of the order: a variable answers at once to the shocks of those that
    stand before it, and of its own. P P' = Sigma.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a covariance is not positive definite.
    """
    at = np.asarray(order)
    ordered = np.asarray(sigma)[..., at[:, None], at]
    back = np.argsort(at)
    return np.asarray(np.linalg.cholesky(ordered)[..., back[:, None], back])


def orthogonalised_responses(
    coefficients: FloatArray, sigma: FloatArray, horizon: int, order: Sequence[int]
) -> FloatArray:
    """Return responses to orthogonal shocks of one standard deviation, (..., horizon + 1, m, m): Phi_h P."""
    return moving_average(coefficients, horizon) @ impact(sigma, order)[..., None, :, :]


def generalised_responses(coefficients: FloatArray, sigma: FloatArray, horizon: int) -> FloatArray:
    """Return generalised responses, (..., horizon + 1, m, m): Phi_h Sigma e_k / sqrt(sigma_kk).

    What is expected where the error of k is one standard deviation, the others moving with it as they usually do: no
    order enters (Pesaran and Shin 1998, equation 10).
    """
    scale = np.sqrt(np.diagonal(sigma, axis1=-2, axis2=-1))
    return moving_average(coefficients, horizon) @ (np.asarray(sigma) / scale[..., None, :])[..., None, :, :]


def cumulated(responses: FloatArray) -> FloatArray:
    """Return responses (..., H, m, m) summed up to each horizon: those of levels where the variables are changes."""
    return np.cumsum(responses, axis=-3)


def variance_decomposition(
    coefficients: FloatArray,
    sigma: FloatArray,
    horizon: int,
    order: Sequence[int] | None = None,
    *,
    normalise: bool = False,
) -> FloatArray:
    """Return shares of the variance of forecast errors 1 to `horizon` periods ahead, (..., horizon, m, m).

    Parameters
    ----------
    coefficients, sigma
        As throughout.
    horizon
        The farthest forecast.
    order
        Of orthogonal shocks, whose shares sum to one over k; None is the generalised decomposition (Pesaran and Shin
        1998), whose shares do not.
    normalise
        Whether generalised shares are divided by their sum over k.

    Returns
    -------
    (..., horizon, m, m)
        [h - 1, j, k]: sum over s < h of (e_j' Phi_s P e_k)^2 / sum over s of e_j' Phi_s Sigma Phi_s' e_j.
    """
    phi = moving_average(coefficients, horizon - 1)
    spread = np.asarray(sigma)[..., None, :, :]
    total = np.cumsum(np.einsum("...jk,...jk->...j", phi @ spread, phi), axis=-2)
    responses = (
        generalised_responses(coefficients, sigma, horizon - 1)
        if order is None
        else phi @ impact(sigma, order)[..., None, :, :]
    )
    shares = np.cumsum(responses**2, axis=-3) / total[..., None]
    if normalise:
        shares = shares / shares.sum(axis=-1, keepdims=True)
    return np.asarray(shares)


def companion(coefficients: FloatArray) -> FloatArray:
    """Return the companion matrices, (..., m p, m p)."""
    A = np.asarray(coefficients, dtype=float)
    *batch, lags, m, _ = A.shape
    made = np.zeros((*batch, m * lags, m * lags))
    made[..., :m, :] = np.moveaxis(A, -3, -2).reshape(*batch, m, lags * m)
    made[..., np.arange(m, m * lags), np.arange(m * (lags - 1))] = 1.0
    return made


def largest_root(coefficients: FloatArray) -> FloatArray:
    """Return the largest modulus of the roots of the companion matrix, (...): below one, responses die out."""
    return np.asarray(np.abs(np.linalg.eigvals(companion(coefficients))).max(axis=-1))

"""LIML and Fuller's estimator: the k-class on swept columns, whole and by deletion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray

# An eigenvalue of scaled cross-products below this leaves coefficients without digits.
_LITTLE = 1e-12


@dataclass(frozen=True)
class KClass:
    """A member of the k-class: LIML, or with `fuller` alpha its kappa less alpha / (n - L - effects)."""

    fuller: float | None = None

    def kappa(self, smallest: FloatArray, left: FloatArray) -> FloatArray:
        """Return kappa from the smallest squared canonical correlation and n less instruments and effects."""
        liml = 1.0 / (1.0 - smallest)
        return liml if self.fuller is None else liml - self.fuller / left


def smallest_correlation(outcome: FloatArray, regressors: FloatArray, instruments: FloatArray) -> float:
    """Return the smallest squared canonical correlation of outcome and regressors with the instruments.

    `outcome` (n,), `regressors` (n, k) with the included exogenous ones and `instruments` (n, l) orthonormal. That of
    the included regressors is one, and the smallest is that of outcome and endogenous regressors less what those
    explain: kappa of LIML is 1 / (1 - it). With as many instruments as regressors it is zero.
    """
    if instruments.shape[1] <= regressors.shape[1]:
        return 0.0
    both = np.column_stack([outcome, regressors])
    basis = np.linalg.qr(both / np.sqrt(np.einsum("ij,ij->j", both, both)))[0]
    return float(np.linalg.svd(instruments.T @ basis, compute_uv=False)[-1] ** 2)


def hessian(regressors: FloatArray, fitted: FloatArray, kappa: float) -> tuple[FloatArray, FloatArray]:
    """Return X - kappa M X (n, k) and its product with X (k, k), M the projection off the instruments."""
    moved = regressors - kappa * (regressors - fitted)
    product = regressors.T @ moved
    return moved, np.asarray((product + product.T) / 2.0)


def k_class_each(
    grams: FloatArray, k: int, instruments: int, kind: KClass, left: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return k-class coefficients (B, k) from cross-products (B, k+l+1, k+l+1) of regressors, instruments, outcome.

    `left` (B,) are rows less instruments and effects. The mask is False where a sample does not identify them.
    """
    scaled, scale, held = _unit(grams)
    x, z = slice(0, k), slice(k, k + instruments)
    y = np.r_[np.arange(k), k + instruments]
    zz, zy = scaled[:, z, z], scaled[:, z][:, :, y]
    held &= np.linalg.eigvalsh(zz)[:, 0] > _LITTLE
    zz = np.where(held[:, None, None], zz, np.eye(instruments))
    explained = zy.transpose(0, 2, 1) @ np.linalg.solve(zz, zy)
    whole = scaled[:, y][:, :, y]
    held &= np.linalg.eigvalsh(whole)[:, 0] > _LITTLE
    whole = np.where(held[:, None, None], whole, np.eye(k + 1))
    explained = np.where(held[:, None, None], explained, 0.0)
    inner = np.linalg.inv(np.linalg.cholesky(whole))
    smallest = np.linalg.eigvalsh(inner @ explained @ inner.transpose(0, 2, 1))[:, 0]
    if instruments <= k:
        smallest = np.zeros(len(grams))
    kappa = kind.kappa(np.clip(smallest, 0.0, 1.0 - _LITTLE), left)[:, None, None]
    mixed = (1.0 - kappa) * whole + kappa * explained
    held &= np.linalg.eigvalsh(mixed[:, x, x])[:, 0] > _LITTLE
    gram = np.where(held[:, None, None], mixed[:, x, x], np.eye(k))
    beta = np.linalg.solve(gram, mixed[:, x, k][:, :, None])[:, :, 0] * scale[:, x] / scale[:, -1:]
    beta[~held] = np.nan
    return beta, held


def _unit(grams: FloatArray) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Return cross-products of columns of norm one, one over the norms, and where none is zero."""
    size = np.sqrt(np.maximum(np.einsum("bii->bi", grams), 0.0))
    held = (size > 0.0).all(axis=1)
    scale = 1.0 / np.where(size > 0.0, size, 1.0)
    return grams * scale[:, :, None] * scale[:, None, :], scale, held

"""Weights divided by their sums or eigenvalues, on matrices (N, N); zero rows stay zero."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import sparse

from panelkit.language.message import Message, message
from panelkit.spatial.spectrum import spectral_radius

Normalisation = Literal["none", "row", "spectral", "minmax"]
UNIT_SUM = 1e-9  # what floating-point division leaves
ROUNDED_SUM = 5e-4  # files print weights with few decimals


def largest_share(matrix: sparse.csr_array) -> float:
    """Return the largest share that one weight has of its row's sum."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    coo = matrix.tocoo()
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = coo.data / sums[coo.row]
    return float(np.nanmax(shares, initial=0.0))


def scaled(matrix: sparse.csr_array, how: Normalisation) -> sparse.csr_array:
    """Return the matrix divided by its row sums, by its largest eigenvalue, or by min(max row, max column sum)."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    if how == "row":
        shares = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0.0)
        return sparse.csr_array(sparse.diags_array(shares) @ matrix)
    if how == "spectral":
        return sparse.csr_array(matrix / spectral_radius(matrix))
    columns = np.asarray(matrix.sum(axis=0)).ravel()
    return sparse.csr_array(matrix / min(sums.max(), columns.max()))


def unrounded(matrix: sparse.csr_array) -> tuple[sparse.csr_array, tuple[Message, ...]]:
    """Rescale rows that sum to one but for printed decimals, and say so."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()[np.diff(matrix.indptr) > 0]
    gap = float(np.abs(sums - 1.0).max(initial=0.0))
    if not UNIT_SUM <= gap < ROUNDED_SUM:
        return matrix, ()
    return scaled(matrix, "row"), (
        message("rows summed to one within {gap:.1g} and were rescaled to one", gap=gap),
    )

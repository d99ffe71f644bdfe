"""Moran's I of many columns, and its moments where units have no neighbour, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]


def moran_i(columns: FloatArray, w: sparse.csr_array) -> FloatArray:
    """Return I = (n / S0) z'Wz / z'z of each column of (N, m), n the units that have a neighbour.

    The deviations z are those from the mean of all N, as R spdep has it (`zero.policy`, `adjust.n`).
    """
    z = columns - columns.mean(axis=0)
    share = linked(w) / w.sum()
    statistic: FloatArray = share * np.einsum("ij,ij->j", z, w @ z) / np.einsum("ij,ij->j", z, z)
    return statistic


def linked(w: sparse.csr_array) -> int:
    """Return how many units have a neighbour."""
    return int(np.count_nonzero(np.diff(w.indptr)))


def moran_with_zero_rows(x: FloatArray, w: sparse.csr_array) -> tuple[float, float, float]:
    """Return I, E[I], and its variance under randomisation, with n the units that have a neighbour (R spdep).

    The formulas are those of Cliff and Ord (1981); the kurtosis is that of all units. With many islands they can give a
    variance below zero, which is none: it is missing then.
    """
    n, s0 = linked(w), float(w.sum())
    both = w + w.T
    s1 = float((both.multiply(both)).sum()) / 2.0
    sums = np.asarray(w.sum(axis=1)).ravel() + np.asarray(w.sum(axis=0)).ravel()
    s2 = float(sums @ sums)
    z = x - x.mean()
    k = len(x) * float((z**4).sum()) / float(z @ z) ** 2
    spread = n * (s1 * (n * n - 3 * n + 3) - n * s2 + 3 * s0 * s0)
    peaked = k * (s1 * (n * n - n) - 2 * n * s2 + 6 * s0 * s0)
    expected = -1.0 / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        second = np.divide(spread - peaked, (n - 1) * (n - 2) * (n - 3) * s0 * s0)
    variance = float(second - expected**2)
    return float(moran_i(x[:, None], w)[0]), expected, variance if variance > 0.0 else float("nan")

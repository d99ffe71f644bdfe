"""The bias of the within estimator of a dynamic panel: how far errors reach lagged outcomes inside a unit's mean.

y_t depends on e_s with weight psi_(t-s), psi_0 = 1, psi_h = rho_1 psi_(h-1) + ...; so the sum over rows t of unit i of
(y_(t-l) - mean) e_t has expectation -sigma^2 / n_i sum over rows t, s of psi_(t-l-s) (Nickell 1981, with gaps).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray


def response_weights(rho: FloatArray, orders: tuple[int, ...], length: int) -> tuple[FloatArray, FloatArray]:
    """Return psi (length,) and its derivatives (length, p) by the coefficients of the own lags."""
    psi, slopes = np.zeros(length), np.zeros((length, len(orders)))
    psi[0] = 1.0
    for h in range(1, length):
        for j, order in enumerate(orders):
            if order > h:
                continue
            psi[h] += rho[j] * psi[h - order]
            slopes[h] += rho[j] * slopes[h - order]
            slopes[h, j] += psi[h - order]
    return psi, slopes


def pairs_apart(mask: NDArray[np.bool_]) -> FloatArray:
    """Return how many pairs of rows of every unit lie d periods apart, (N, T) for d = 0, ..., T-1."""
    held = mask.astype(np.float64)
    width = held.shape[1]
    return np.column_stack([(held[:, d:] * held[:, : width - d]).sum(axis=1) for d in range(width)])


def reached(pairs: FloatArray, rho: FloatArray, orders: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    """Return what errors add to the mean of each lag: h (N, p), and its derivatives (N, p, p).

    h_il = sum over pairs of rows t, s of unit i of psi_(t-l-s), over its number of rows.
    """
    width = pairs.shape[1]
    psi, slopes = response_weights(rho, orders, width)
    counts = pairs[:, 0]
    h = np.zeros((len(pairs), len(orders)))
    dh = np.zeros((len(pairs), len(orders), len(orders)))
    for at, order in enumerate(orders):
        if order >= width:
            continue
        ahead = pairs[:, order:] / counts[:, None]
        h[:, at] = ahead @ psi[: width - order]
        dh[:, at] = ahead @ slopes[: width - order]
    return h, dh

"""Long-run variances by a kernel, unit by unit for many panels at once."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.unit_roots.sweeping import along


def long_run_variance(errors: FloatArray, divisor: FloatArray, kernel: str, bandwidth: Array) -> FloatArray:
    """Return gamma_0 + 2 sum_j w_j gamma_j of errors (R, N, T) that are zero outside each unit's unbroken rows.

    Parameters
    ----------
    errors
        The errors, whose mean is taken as zero.
    divisor
        By what sums of products are divided, (N,).
    kernel
        "bartlett" (1 - j / (m + 1)), "parzen" (at j / (m + 1)) or "quadratic-spectral" (at j / m).
    bandwidth
        Lags m by unit, (N,).

    Returns
    -------
    numpy.ndarray
        Variances (R, N).
    """
    found = along(errors, errors)[..., 0]
    last = errors.shape[-1] - 1
    most = last if kernel == "quadratic-spectral" else min(int(bandwidth.max()), last)
    for lag in range(1, most + 1):
        weight = kernel_weight(lag, kernel, bandwidth)
        found = found + 2.0 * weight * along(errors[..., lag:], errors[..., :-lag])[..., 0]
    return found / divisor


def kernel_weight(lag: int, kernel: str, bandwidth: Array) -> FloatArray:
    """Return the weight of a lag by unit, (N,)."""
    wide = np.asarray(bandwidth, float)
    if kernel == "bartlett":
        return np.clip(1.0 - lag / (wide + 1.0), 0.0, None)
    if kernel == "parzen":
        at = lag / (wide + 1.0)
        return np.where(at <= 0.5, 1.0 - 6.0 * at**2 + 6.0 * at**3, 2.0 * np.clip(1.0 - at, 0.0, None) ** 3)
    at = 1.2 * np.pi * lag / np.where(wide > 0.0, wide, 1.0)
    weight = 3.0 / at**2 * (np.sin(at) / at - np.cos(at))
    return np.where(wide > 0.0, weight, 0.0)


def newey_west_lags(rows: Array) -> Array:
    """Return int(4 (rows / 100)^(2/9)), the usual number of lags, by unit."""
    return np.floor(4.0 * (np.asarray(rows, float) / 100.0) ** (2.0 / 9.0)).astype(int)

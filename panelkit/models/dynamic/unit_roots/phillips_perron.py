"""The Z_t of Phillips and Perron (1988), unit by unit for many panels at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.unit_roots.adf import regressions
from panelkit.models.dynamic.unit_roots.batch import Batch
from panelkit.models.dynamic.unit_roots.long_run import long_run_variance, newey_west_lags
from panelkit.models.dynamic.unit_roots.sweeping import along


def z_t(batch: Batch) -> FloatArray:
    """Return Z_t = sqrt(g / l) t - (l - g) n se / (2 s sqrt(l)), (R, N).

    g the residual variance over n, l the long-run variance of the residuals, s^2 that over the degrees of freedom, se
    the error of the slope, in d y_t = terms + rho y_{t-1} + u_t (Hamilton 1994, equation 17.6.12). Bandwidth:
    int(4 (n / 100)^(2/9)) of the n rows unless given.
    """
    setting = batch.setting
    found = regressions(batch.values, batch.held, replace(setting, lags=0))
    rows, df = found.rows[0].astype(float), found.df[0].astype(float)
    square = along(found.level, found.level)
    error = (
        found.change - along(found.change, found.level) / np.where(square > 0.0, square, 1.0) * found.level
    )
    width = newey_west_lags(rows) if setting.bandwidth is None else np.full(len(rows), setting.bandwidth)
    short = along(error, error)[..., 0] / rows
    long = long_run_variance(error, rows, setting.kernel, width)
    s = np.sqrt(short * rows / df)
    se = s / np.sqrt(square[..., 0])
    return np.sqrt(short / long) * found.t - (long - short) * rows * se / (2.0 * s * np.sqrt(long))

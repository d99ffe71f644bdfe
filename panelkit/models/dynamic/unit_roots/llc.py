"""The test of Levin, Lin and Chu (2002): one autoregressive slope of all units."""

from __future__ import annotations

import numpy as np
from scipy import stats

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.unit_roots.adf import residual_squares
from panelkit.models.dynamic.unit_roots.batch import Batch
from panelkit.models.dynamic.unit_roots.long_run import long_run_variance
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.statistic import (
    BALANCED_ONLY,
    PanelTest,
    Scored,
    too_short,
    unbalanced,
)
from panelkit.models.dynamic.unit_roots.sweeping import basis_of, deterministic, swept

# Levin, Lin and Chu (2002), table 2: mu* and sigma* by the average number of rows of the regressions
PERIODS = (25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100, 250, np.inf)
_MU = {
    "none": (0.004, 0.003, 0.002, 0.002, 0.001, 0.001, 0.001, 0, 0, 0, 0, 0, 0),
    "constant": (
        *(-0.554, -0.546, -0.541, -0.537, -0.533, -0.531, -0.527),
        *(-0.524, -0.521, -0.520, -0.518, -0.509, -0.500),
    ),
    "trend": (
        *(-0.703, -0.674, -0.653, -0.637, -0.624, -0.614, -0.598),
        *(-0.587, -0.578, -0.571, -0.566, -0.533, -0.500),
    ),
}
_SIGMA = {
    "none": (1.049, 1.035, 1.027, 1.021, 1.017, 1.014, 1.011, 1.008, 1.007, 1.006, 1.005, 1.001, 1.000),
    "constant": (0.919, 0.889, 0.867, 0.850, 0.837, 0.826, 0.810, 0.798, 0.789, 0.782, 0.776, 0.742, 0.707),
    "trend": (1.003, 0.949, 0.906, 0.871, 0.842, 0.818, 0.780, 0.751, 0.728, 0.710, 0.695, 0.603, 0.500),
}


def adjustment(rows: FloatArray, trend: str, convention: str = "table") -> tuple[FloatArray, FloatArray]:
    """Return mu* and sigma* for the average rows of a panel: linear between the printed ones, ends held.

    Beyond 250 rows linear in their inverse, so that the last line of the table, without bound, is reached; "plm" goes
    on in a straight line and is there at 500.
    """
    grid = np.asarray(PERIODS)
    rows = np.asarray(rows, float)
    mu, sigma = np.asarray(_MU[trend], float), np.asarray(_SIGMA[trend])
    last = grid[-2]
    further = np.maximum(rows, last)
    beyond = np.clip((further - last) / last if convention == "plm" else 1.0 - last / further, 0.0, 1.0)
    return tuple(
        np.interp(rows, grid[:-1], part[:-1]) + beyond * (part[-1] - part[-2]) for part in (mu, sigma)
    )


@offered("unit_root", "llc", family="dynamic", source="Levin, Lin and Chu 2002, equations 3 to 13, table 2")
class LevinLinChu(PanelTest):
    """t of a slope that all units share, after each is scaled by its errors; corrected by mu* and sigma*."""

    key = "llc"

    def name(self, setting: Setting) -> Message:
        """Return the name."""
        return message("Levin-Lin-Chu")

    def distribution(self, setting: Setting, units: int) -> tuple[str, tuple[float, ...]]:
        """Return the symbol."""
        return "t*", ()

    def problem(self, held: Array, setting: Setting) -> Message | None:
        """Refuse panels that are not balanced."""
        return BALANCED_ONLY if unbalanced(held) else None

    def short(self, held: Array, setting: Setting) -> tuple[Array, int]:
        """Return the units that leave no degree of freedom."""
        return too_short(held, setting, least_df=1)

    def scored(self, batch: Batch) -> Scored:
        """Return t* = (t - N T~ S_N sd / s^2 mu*) / sigma*, equation 12."""
        adf, setting = batch.adf, batch.setting
        rows = adf.rows.astype(float)
        scale = np.sqrt(residual_squares(adf) / rows)
        change, level = adf.change / scale[..., None], adf.level / scale[..., None]
        square, total = (level**2).sum(axis=(1, 2)), rows.sum(axis=1)
        slope = (change * level).sum(axis=(1, 2)) / square
        variance = ((change - slope[:, None, None] * level) ** 2).sum(axis=(1, 2)) / total
        error = np.sqrt(variance / square)
        ratio = np.sqrt(_long_run(batch)) / scale
        mu, sigma = adjustment(_looked_up(batch), setting.trend, setting.llc_convention)
        drift = total * ratio.mean(axis=1) * error / variance * mu
        statistic = (slope / error - drift) / sigma
        facts = {"t": slope / error, "slope": slope, "mu": mu, "sigma": sigma, "ratio": ratio.mean(axis=1)}
        units = {"t": adf.t, "lags": adf.lags, "rows": adf.rows}
        return Scored(statistic, stats.norm.cdf(statistic), facts, units)

    def notes(self, batch: Batch, scored: Scored) -> tuple[Message, ...]:
        """Say where the table of adjustments ends."""
        rows = float(_looked_up(batch).mean())
        if rows >= PERIODS[0]:
            return ()
        return (
            message(
                "llc: mu* and sigma* are tabulated from {least} rows a {unit} on; those of {least} stand in here, "
                "where there are {rows:.3g}",
                least=PERIODS[0],
                rows=rows,
            ),
        )


def _looked_up(batch: Batch) -> FloatArray:
    """Return where in the table each panel stands (R,): the average rows of its regressions; "plm": its periods."""
    rows = batch.adf.rows.mean(axis=1)
    return np.full_like(rows, batch.held.shape[1]) if batch.setting.llc_convention == "plm" else rows


def _long_run(batch: Batch) -> FloatArray:
    """Return the long-run variances (R, N) of the changes, equation 8. Bandwidth: 3.21 T^(1/3), rounded.

    Under the null a trend in levels is a mean of the changes, a constant is nothing: so much leaves them where mu* and
    sigma* were tabulated ("table"); "plm" takes out mean and trend, one term more.
    """
    setting, periods = batch.setting, batch.held.shape[1]
    marked = batch.held.copy()
    marked[:, 0] = False
    changes = np.diff(batch.values, prepend=batch.values[..., :1], axis=-1) * marked
    errors = swept(changes, basis_of(deterministic(_LEAVES[setting.llc_convention][setting.trend], marked)))
    width = round(3.21 * periods ** (1.0 / 3.0)) if setting.bandwidth is None else setting.bandwidth
    units = len(marked)
    return long_run_variance(
        errors, np.full(units, periods - 1.0), setting.kernel, np.full(units, min(width, periods - 2))
    )


_LEAVES = {
    "table": {"none": "none", "constant": "none", "trend": "constant"},
    "plm": {"none": "none", "constant": "constant", "trend": "trend"},
}

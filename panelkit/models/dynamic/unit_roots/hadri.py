"""The test of Hadri (2000), whose null is that every series is stationary."""

from __future__ import annotations

import numpy as np
from scipy import stats

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.unit_roots.batch import Batch
from panelkit.models.dynamic.unit_roots.long_run import long_run_variance, newey_west_lags
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.statistic import (
    BALANCED_ONLY,
    STATIONARY,
    PanelTest,
    Scored,
    unbalanced,
)
from panelkit.models.dynamic.unit_roots.sweeping import along, basis_of, deterministic, swept, terms_in

_LOST = 1e-9  # of the norm of a series: rounding
_MOMENTS = {"constant": (1.0 / 6.0, 1.0 / 45.0), "trend": (1.0 / 15.0, 11.0 / 6300.0)}


@offered("unit_root", "hadri", family="dynamic", source="Hadri 2000, equations 9 to 25")
class Hadri(PanelTest):
    """Squared partial sums of the residuals around constant or trend, over their variance."""

    key = "hadri"
    tail = "upper"
    null = STATIONARY
    stationary_null = True

    def name(self, setting: Setting) -> Message:
        """Return the name with what is supposed of the errors."""
        return message("Hadri, {errors}", errors=_ERRORS[setting.hadri_errors])

    def problem(self, held: Array, setting: Setting) -> Message | None:
        """Refuse panels that are not balanced, and no deterministic terms."""
        if setting.trend == "none":
            return message("it is about residuals around a constant or a trend: ask for one of them")
        return BALANCED_ONLY if unbalanced(held) else None

    def short(self, held: Array, setting: Setting) -> tuple[Array, int]:
        """Return the units with too few periods for a variance."""
        need = terms_in(setting.trend) + 2
        return held.sum(axis=1) < need, need

    def scored(self, batch: Batch) -> Scored:
        """Return z = sqrt(N) (LM - xi) / zeta, LM the mean over units of sum_t S_it^2 / (T^2 s^2)."""
        setting, (units, periods) = batch.setting, batch.held.shape
        error = swept(batch.values, basis_of(deterministic(setting.trend, batch.held)))
        partial = np.cumsum(error, axis=-1)
        sums = along(partial, partial)[..., 0] / periods**2
        lost = along(error, error)[..., 0] <= _LOST**2 * along(batch.values, batch.values)[..., 0]
        own = np.where(lost, np.nan, sums / self._variance(error, setting))
        lm = own.mean(axis=1)
        mean, variance = _MOMENTS[setting.trend]
        statistic = np.sqrt(units) * (lm - mean) / np.sqrt(variance)
        return Scored(statistic, stats.norm.sf(statistic), {"LM": lm}, {"LM": own})

    def _variance(self, error: FloatArray, setting: Setting) -> FloatArray:
        """Return the variances of the errors, (R, N) or (R, 1)."""
        units, periods = error.shape[1:]
        divisor = float(periods - terms_in(setting.trend)) if setting.df_correction else float(periods)
        if setting.hadri_errors == "serial":
            rows = np.full(units, periods)
            width = newey_west_lags(rows) if setting.bandwidth is None else rows * 0 + setting.bandwidth
            return long_run_variance(error, np.full(units, divisor), setting.kernel, width)
        own = along(error, error)[..., 0] / divisor
        return own if setting.hadri_errors == "heteroskedastic" else own.mean(axis=1, keepdims=True)


_ERRORS = {
    "homoskedastic": message("one variance"),
    "heteroskedastic": message("a variance each"),
    "serial": message("long-run variances"),
}

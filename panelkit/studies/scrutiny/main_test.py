"""The main test in many worlds: slope, restricted wild bootstrap, intervals, detectable and smallest effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.cube import Cube
from panelkit.studies.scrutiny.designs import main_slopes
from panelkit.studies.scrutiny.slopes import Slopes, jackknife_error
from panelkit.studies.scrutiny.wild import Lots, wild

SMALLEST_SHARE = 0.2
"""One within deviation of x that moves y by less than a fifth of its own within deviation matters to nobody; less
than that, 31 provinces cannot exclude."""

POWER = 0.8

SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class MainTest(Brief):
    """The verdict's own test, (W,) each; `without` (W, N) are the slopes without each unit.

    `low`, `high` are the ends of the 95 % interval and `inner_low`, `inner_high` of the 90 % one. `error` is the
    jackknife's (CRV3). `smallest` is the effect that moves y by a fifth of its within deviation when x moves by one.
    """

    fit: Slopes
    slope: FloatArray
    p: FloatArray
    low: FloatArray
    high: FloatArray
    inner_low: FloatArray
    inner_high: FloatArray
    error: FloatArray
    without: FloatArray
    smallest: FloatArray

    @property
    def detectable(self) -> FloatArray:
        """Return the effect that a 5 % test finds with 80 % power, in jackknife errors with t(G-1), (W,).

        Where a slope hangs on one unit it has no such error: the width of its interval then says it.
        """
        df = self.without.shape[1] - 1.0
        wide = detectable(error_of(self.low, self.high, df), df, SIGNIFICANT)
        return np.where(np.isnan(self.error), wide, detectable(self.error, df, SIGNIFICANT))


def detectable(error: FloatArray, df: float, level: float) -> FloatArray:
    """Return the effect that a two-sided test finds with 80 % power, in standard errors with t(df), (W,)."""
    made: FloatArray = error * (float(t_quantile(1.0 - level, df)) + float(t_quantile(2.0 * POWER - 1.0, df)))
    return made


def error_of(low: FloatArray, high: FloatArray, df: float) -> FloatArray:
    """Return the standard error that a 95 % interval of its width would have with t(df), (W,)."""
    made: FloatArray = (high - low) / (2.0 * float(t_quantile(1.0 - SIGNIFICANT, df)))
    return made


def run_main(panel: Cube, lots: Lots) -> MainTest:
    """Fit the verdict's own design in every world and test its slope."""
    fit = main_slopes(panel)
    draws = wild(fit, lots)
    low, high = draws.interval(0.95)
    inner_low, inner_high = draws.interval(0.90)
    without = fit.without_each()[:, panel.held.any(axis=1)]
    ratio = np.sqrt((fit.y**2).sum(axis=(1, 2)) / fit.size)
    return MainTest(
        fit,
        fit.slope,
        draws.p(),
        low,
        high,
        inner_low,
        inner_high,
        jackknife_error(fit.slope, without),
        without,
        SMALLEST_SHARE * ratio,
    )

"""The slope of a lagged outcome without its bias of order 1/T, in many worlds at once: the half-panel jackknife.

Twice the slope of all periods less the mean of those of both halves (Dhaene and Jochmans 2015, eq. 2.1); with an odd
number of periods the mean over both ways of halving. Errors are those of the jackknife over units, every effect and
both halves estimated anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.results.students_t import t_quantile, t_survival
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.cube import Cube, Mask
from panelkit.studies.scrutiny.slopes import Slopes, jackknife_error

Fitted = Callable[[Cube], Slopes]
"""Regresses y on x in every world of a cube, as the functions of `studies/scrutiny/designs` do."""


@dataclass(frozen=True, eq=False)
class Corrected(Brief):
    """Slopes of W worlds without their first-order bias: `slope`, `uncorrected`, `error` (W,), `without` (W, G)."""

    slope: FloatArray
    uncorrected: FloatArray
    without: FloatArray
    error: FloatArray
    rows: int

    @property
    def df(self) -> float:
        """Return the degrees of freedom of its t: units less one."""
        return self.without.shape[1] - 1.0

    @property
    def p(self) -> FloatArray:
        """Return the two-sided p of no slope, (W,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return t_survival(self.slope / self.error, self.df)

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the ends of an interval, (W,) each."""
        wide = float(t_quantile(level, self.df)) * self.error
        return self.slope - wide, self.slope + wide


def half_panel_slope(panel: Cube, fitted: Fitted) -> Corrected:
    """Return the corrected slopes of a cube whose x is last period's y.

    Parameters
    ----------
    panel
        The worlds.
    fitted
        What else the regression sweeps out.

    Returns
    -------
    Corrected
    """
    whole, parts = fitted(panel), [fitted(panel.on(part)) for part in halves(panel.held)]
    counted = panel.held.any(axis=1)
    without = 2.0 * whole.without_each() - np.mean([part.without_each() for part in parts], axis=0)
    slope: FloatArray = 2.0 * whole.slope - np.mean([part.slope for part in parts], axis=0)
    left = without[:, counted]
    return Corrected(slope, whole.slope, left, jackknife_error(slope, left), whole.rows)


def halves(held: Mask) -> tuple[Mask, ...]:
    """Return the rows (N, T) of each half of the periods: two masks, or four where their number is odd."""
    periods = np.flatnonzero(held.any(axis=0))
    middle = len(periods) // 2
    cuts = (middle,) if len(periods) % 2 == 0 else (middle, middle + 1)
    when = np.arange(held.shape[1])
    parts = [part for cut in cuts for part in (periods[:cut], periods[cut:])]
    return tuple(held & np.isin(when, part) for part in parts)


def shortest_half(held: Mask) -> int:
    """Return how many periods the shorter half has."""
    return int(held.any(axis=0).sum()) // 2

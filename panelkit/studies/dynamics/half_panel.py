"""The slope of a lagged outcome without its bias of order 1/T, in many worlds at once: the half-panel jackknife.

Twice the slope of all periods less the mean of those of both halves (Dhaene and Jochmans 2015, eq. 2.1); with an odd
number of periods the mean over both ways of halving. Errors are those of the jackknife over units, every effect and
both halves estimated anew.

A unit whose rows lie in one half alone keeps its bias: in the whole panel and in the half it has the same rows. Where
more than a tenth of the units are such, their own rows are halved.
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

FEWEST_IN_HALF = 2
"""The rows that a unit must have in each half of all periods, or it tells of one alone."""
MOST_ALONE = 0.1
"""The share of such units beyond which their own rows are halved."""

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
    """Return the rows (N, T) of each half: two masks, or four where periods, or own rows of a unit, are odd in number.

    Halves are those of the periods held; where more than a tenth of the units have not two rows in each of them, of
    those units those of their own rows.
    """
    firsts = [_first_half(held, up) for up in (0, 1)]
    if (firsts[0] == firsts[1]).all():
        firsts = firsts[:1]
    return tuple(part for first in firsts for part in (first, held & ~first))


def shortest_half(held: Mask) -> int:
    """Return how many periods the shorter half has in the quarter of the units that have most rows."""
    rows = held.sum(axis=1)[held.any(axis=1)]
    return int(np.quantile(rows, 0.75)) // 2


def _first_half(held: Mask, up: int) -> Mask:
    """Return the rows (N, T) of the first half; of an odd number of periods the middle one goes there if `up` is 1."""
    periods = np.flatnonzero(held.any(axis=0))
    first = held & np.isin(np.arange(held.shape[1]), periods[: (len(periods) + up) // 2])
    ahead, count = first.sum(axis=1), held.sum(axis=1)
    alone = (np.minimum(ahead, count - ahead) < FEWEST_IN_HALF) & (count > 0)
    if alone.sum() <= MOST_ALONE * (count > 0).sum():
        return first
    own = held & (held.cumsum(axis=1) <= (count[:, None] + up) // 2)
    return np.where(alone[:, None], own, first)

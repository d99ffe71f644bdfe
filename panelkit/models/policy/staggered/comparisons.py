"""Which 2x2 comparisons a cohort and period stand on: periods compared, treated units, units compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Comparisons(Brief):
    """The comparisons of a panel; N units, T periods, k of them, in the order of cohorts and periods.

    `cohorts` (C,) are first treated periods, `code` (N,) the cohort of each unit, C for units that are no one's
    treated. `start` (N,) is the place of the first period that the policy may move. `cohort`, `period`, `base` (k,) are
    places: the change from `base` to `period`. `reference` (k,) marks those that compare a period with itself.
    """

    cohorts: FloatArray
    code: IntArray
    start: IntArray
    cohort: IntArray
    period: IntArray
    base: IntArray
    reference: Array
    never_only: bool

    def treated(self, cells: slice) -> Array:
        """Mark the treated units of some comparisons, (N, k) bool."""
        return np.asarray(self.code[:, None] == self.cohort[cells])

    def controls(self, cells: slice, never: Array) -> Array:
        """Mark the units compared with, (N, k) bool: those that the policy moves in neither period.

        Callaway and Sant'Anna (2021), sections 2.2 and 2.3: never treated, or not treated `anticipation` periods
        after the later of the two periods, and of another cohort.
        """
        if self.never_only:
            return np.repeat(never[:, None], len(self.cohort[cells]), axis=1)
        later = np.maximum(self.period[cells], self.base[cells])
        return np.asarray((self.start[:, None] > later) & (self.code[:, None] != self.cohort[cells]))


def comparisons_of(panel: PolicyPanel, *, never_only: bool, universal: bool) -> Comparisons:
    """Return the comparisons of all cohorts and periods that have a period before.

    From `anticipation` periods before adoption on, changes are measured from the last period before that; earlier
    ones from the same period ("universal") or from the period before them ("varying"). Where no unit stays untreated,
    the last cohort is compared with alone and has no effects.
    """
    adoption = panel.adoption
    n_periods = len(panel.periods)
    cohorts = adoption.cohorts
    if adoption.treated.all():
        cohorts = cohorts[:-1]
    code = np.searchsorted(cohorts, adoption.first)
    start = np.searchsorted(panel.periods, cohorts) - panel.anticipation
    grid = np.arange(n_periods)
    cohort, period = np.repeat(np.arange(len(cohorts)), n_periods), np.tile(grid, len(cohorts))
    last = start[cohort] - 1
    base = last if universal else np.where(period > last, last, period - 1)
    held = (last >= 0) & (base >= 0)
    cohort, period, base = cohort[held], period[held], base[held]
    return Comparisons(
        cohorts, code, panel.start, cohort, period, base, np.asarray(period == base), never_only
    )

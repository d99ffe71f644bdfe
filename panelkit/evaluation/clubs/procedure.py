"""From series to clubs in one go, so that worlds, resamples and shorter panels take the road of the panel itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.clubs.clustering import CONVENTIONS, Clustering, ConventionName, find_clubs
from panelkit.evaluation.clubs.log_t import LogT, Regression, variation
from panelkit.evaluation.clubs.long_run import Hac
from panelkit.evaluation.clubs.merging import Merge, joined, merged
from panelkit.evaluation.clubs.trend import hodrick_prescott
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Clustered(Brief):
    """What was clustered x (N, T), the test of all units, the clubs as found and as merged."""

    x: FloatArray
    whole: LogT
    first: Clustering
    final: Clustering


@dataclass(frozen=True)
class Procedure:
    """How clubs are found: trend, convention, trim, errors, sieve, order, merging."""

    trend: float | None
    convention: ConventionName
    trim: float | None
    hac: Hac
    sieve: float
    last: int
    merge: Merge
    join: bool

    def regression(self, periods: int) -> Regression:
        """Return the log t regression of so many periods."""
        return Regression(CONVENTIONS[self.convention].dropped(periods, self.trim), self.hac)

    def read(self, periods: int) -> NDArray[np.bool_]:
        """Return which of so many periods (T,) a log t regression reads: the first, and those behind the cut."""
        at = np.arange(periods)
        return np.asarray((at == 0) | (at >= self.regression(periods).dropped))

    def of(self, values: FloatArray) -> Clustered:
        """Return the clubs of series (N, T)."""
        x = values if self.trend is None else hodrick_prescott(values, self.trend)
        regression = self.regression(x.shape[1])
        rule = CONVENTIONS[self.convention]
        first = find_clubs(x, regression, rule, sieve=self.sieve, last=self.last)
        final = merged(x, first, regression, self.merge)
        final = joined(x, final, regression) if self.join else final
        return Clustered(x, regression.of(variation(x)), first, final)

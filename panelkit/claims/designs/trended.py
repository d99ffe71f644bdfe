"""What designs share that ask whether a yearly series has a trend: the simulated test, and a slow reference beside."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from panelkit.claims.findings import Condition, asked
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.indices.arrays.convergence import SimulatedTrend, simulated_trend
from panelkit.language.message import message
from panelkit.results.fit import t_survival
from panelkit.studies.scrutiny.main_test import POWER

SLOW = 0.8
"""AR(1) coefficient of a slow series: ten years show too little of their own persistence (at .8 the simulated test
finds a rise in 8 of 100 series without a trend, against the 2.5 it says; at the slow reference in 2.5)."""


class Trended(NamedTuple):
    """The trend of a series held against simulated series without one, and p against t(T - 2) for comparison."""

    found: SimulatedTrend
    low: float
    high: float
    inner_low: float
    inner_high: float
    p_by_t: float
    slow: Condition

    @property
    def detectable(self) -> float:
        """Return the trend that the simulated test finds with 80 % power."""
        found = self.found
        return found.error * (found.critical(1.0 - SIGNIFICANT) + found.critical(2.0 * POWER - 1.0))


def trend_of(series: pd.Series, lags: int, seed: int) -> Trended:
    """Return the trend of a yearly series with the test and the condition that decide.

    Raises
    ------
    DataError
        If there are fewer than five years, or the series is an exact line.
    """
    values = series.to_numpy(float)
    found = simulated_trend(values, lags=lags, rng=seed)
    slow = simulated_trend(values, lags=lags, least_serial=SLOW, rng=seed)
    p = slow.p_value
    return Trended(
        found,
        *found.interval(0.95),
        *found.interval(0.90),
        float(t_survival(np.array(found.slope / found.error), len(values) - 2.0)),
        asked(
            "slow",
            message(
                "it is more than series without a trend show whose errors are AR({serial:.1f})", serial=SLOW
            ),
            p < SIGNIFICANT,
            message("p = {p:.3f}", p=p),
            p=p,
        ),
    )

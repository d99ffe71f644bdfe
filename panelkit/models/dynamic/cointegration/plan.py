"""What a cointegration test is asked: deterministic terms, lags, leads, bandwidth; and what T that takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message
from panelkit.models.dynamic.cointegration.batched import Trend
from panelkit.show.brief import Brief

Statistics = Callable[[FloatArray, FloatArray, "Plan"], dict[str, FloatArray]]


@dataclass(frozen=True)
class Plan:
    """Options of a test: `lags` of changes, `leads` of changes of x (Westerlund 2007), `bandwidth` of the kernel."""

    trend: Trend = "constant"
    lags: int = 1
    leads: int = 0
    bandwidth: int = 2

    def with_periods(self, periods: int, bandwidth: int | None) -> Plan:
        """Return the plan with the bandwidth asked for, or the whole part of 4 (T/100)^(2/9)."""
        chosen = int(4.0 * (periods / 100.0) ** (2.0 / 9.0)) if bandwidth is None else int(bandwidth)
        return replace(self, bandwidth=chosen)


@dataclass(frozen=True)
class Family(Brief):
    """A family of statistics: `statistics(y (..., N, T), X (..., N, T, k), plan)` gives an array (...) a name.

    `upper` names those that reject for large values. `standard(raw, n, k, trend)` gives their z.
    """

    title: Message
    names: Mapping[str, Message]
    statistics: Statistics
    standard: Callable[[Mapping[str, FloatArray], int, int, Trend], dict[str, FloatArray]]
    upper: frozenset[str] = frozenset()
    trends: tuple[Trend, ...] = ("none", "constant", "trend")
    lagged: bool = True
    leading: bool = False
    kernel: bool = True

    def fewest(self, plan: Plan, k: int) -> int:
        """Return the fewest periods at which every regression of the family keeps two degrees of freedom."""
        terms = {"none": 0, "constant": 1, "trend": 2}[plan.trend]
        if self.leading:
            changes = plan.lags + k * (plan.lags + plan.leads + 1)
            return terms + 1 + k + changes + 1 + plan.lags + plan.leads + 2
        return max(terms + k + 3, 2 * plan.lags + 4 if self.lagged else 4)


def centred(raw: FloatArray, n: int, mean: float, variance: float, *, root: bool) -> FloatArray:
    """Return (raw - sqrt(N) mean) / sd where `raw` grows with sqrt(N) (`root`), else sqrt(N)(raw - mean) / sd."""
    if root:
        return (raw - np.sqrt(n) * mean) / np.sqrt(variance)
    return np.sqrt(n) * (raw - mean) / np.sqrt(variance)

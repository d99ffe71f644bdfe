"""R-SPILL: an impact on neighbours is judged by its interval, other weights, a placebo, unit trends, and decay.

Every condition is read on the side of the interval, so that the bar of CONTRADICTED is that of SUPPORTED, mirrored.
"""

from __future__ import annotations

from typing import ClassVar

from panelkit.claims.rules.interval import IntervalRule
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.language.offers import offered

PLACEBO = SIGNIFICANT
"""The largest p of the placebo: neighbours must matter more than provinces drawn by lot, at the level of the tests."""

BESIDE_TRENDS = 0.98
"""The level of the interval beside unit trends. Simulated intervals of 31 provinces and T - 2 rows reject 6 to 9 of 100
at 5 %; at .95 up to 3.6 of 100 worlds whose trends follow the neighbours' were told as spillovers."""


@offered("rule", "R-SPILL", can=("measured",))
class SpilloverRule(IntervalRule):
    """The impact is claimed to have a `sign`."""

    READS: ClassVar[tuple[str, ...]] = ("spatial",)

"""R-CAUSE: the past of one figure is claimed to move another: a Granger test by its interval, and its conditions.

It is precedence in time and no more: what moves both with different delays looks the same. Two directions ("A and B
promote each other") are two designs of a reading, a principal one and a part: both must hold, and one alone is PARTLY.
"""

from __future__ import annotations

from typing import ClassVar

from panelkit.claims.rules.interval import IntervalRule
from panelkit.language.offers import offered


@offered("rule", "R-CAUSE", can=("measured",))
class CausationRule(IntervalRule):
    """The claimed direction is `sign`, positive ("promotes") unless it is said to be negative."""

    NEEDS: ClassVar[tuple[str, ...]] = ()
    IDLE: ClassVar[tuple[str, ...]] = ("value",)
    READS: ClassVar[tuple[str, ...]] = ("granger",)

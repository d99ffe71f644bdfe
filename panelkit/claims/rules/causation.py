"""R-CAUSE: the past of one figure is claimed to move another: a Granger test by its interval, and its conditions.

It is precedence in time and no more: what moves both with different delays looks the same. Two directions ("A and B
promote each other") are two designs of a reading, a principal one and a part: both must hold, and one alone is PARTLY.
"""

from __future__ import annotations

from typing import ClassVar

from panelkit.claims.findings import Finding, Judgement
from panelkit.claims.rules.interval import IntervalRule
from panelkit.claims.rules.reading import measured_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered

STABLE = "stable"
"""The key of the condition that every result of a vector autoregression has."""


@offered("rule", "R-CAUSE", can=("measured",))
class CausationRule(IntervalRule):
    """The claimed direction is `sign`, positive ("promotes") unless it is said to be negative."""

    NEEDS: ClassVar[tuple[str, ...]] = ()

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interval of the summed lags, and the conditions beside it.

        Raises
        ------
        SpecError
            If the design is no Granger test.
        """
        if STABLE not in {item.key for item in measured_of(tested).conditions}:
            raise SpecError(
                message("R-CAUSE reads a Granger test, of a design of the kind `granger`, and this is none")
            )
        return super().judge(tested)

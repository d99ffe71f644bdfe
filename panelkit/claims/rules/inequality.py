"""R-INEQ: a difference or a trend of inequality is judged by its interval; other indices may have to agree.

Of a difference the studentised interval decides, because the percentile one covers too little of the skewed indices
(docs/evidence/index_inference.csv). Of a trend those slopes decide that simulated series without one do not reject,
because t(T - 2) rejects two to six times as often as it says. What both are worth in worlds without a gap or a trend:
docs/evidence/verdicts_inequality.csv.
"""

from __future__ import annotations

from typing import ClassVar

from panelkit.claims.findings import Finding, Judgement
from panelkit.claims.rules.interval import IntervalRule, by_interval
from panelkit.language.message import message
from panelkit.language.offers import offered

TENTH = 0.1
"""Of the inequality at hand: two vintages of the accounts differ by up to 4 % in the Gini of output (2016), so that
less than a tenth is no finding."""

SILENT = message("a tenth of the inequality that it is held against")


@offered("rule", "R-INEQ", can=("measured",))
class InequalityRule(IntervalRule):
    """The inequality is claimed to be larger, or to grow (`sign`)."""

    READS: ClassVar[tuple[str, ...]] = ("gap", "trend")

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interval and the conditions beside it."""
        return by_interval(self, tested, SILENT)

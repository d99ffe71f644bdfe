"""R-INEQ: a difference or a trend of inequality is judged by its interval; other indices may have to agree."""

from __future__ import annotations

from panelkit.claims.rules.interval import IntervalRule
from panelkit.language.offers import offered


@offered("rule", "R-INEQ", can=("measured",))
class InequalityRule(IntervalRule):
    """The inequality is claimed to be larger, or to grow (`sign`)."""

"""R-MED: an indirect effect is judged by its interval, the first path with its grid, and what would undo it."""

from __future__ import annotations

from panelkit.claims.rules.interval import IntervalRule
from panelkit.claims.rules.thresholds import MOST_OF_THE_GRID, SIGNIFICANT
from panelkit.language.offers import offered

FIRST_PATH = SIGNIFICANT
"""The p below which the treatment moves the mediator: no channel without its first half."""

FIRST_PATH_GRID = MOST_OF_THE_GRID
"""The share of specifications in which the first path has the claimed sign."""


@offered("rule", "R-MED", can=("measured",))
class MediationRule(IntervalRule):
    """The indirect effect is claimed to have a `sign`."""

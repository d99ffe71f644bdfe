"""A coefficient over its standard error, as an interval."""

from __future__ import annotations

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import EFFECTS, positive
from panelkit.audit.printed import Printed
from panelkit.kernels.intervals import Interval

SIMULATED = 0.25  # how far z of 500 simulated effects lies from effect over deviation: 2 of 1/sqrt(500), and curvature


def quotient(estimate: Printed, error: Printed) -> Interval | None:
    """Return b / se, None where the error cannot be one."""
    return over(estimate.interval, error.interval)


def over(estimate: Interval, error: Interval) -> Interval | None:
    """Return an estimate over what of its error is not negative, None where that is nothing or zero."""
    below = positive(error)
    return None if below is None or below.high == 0.0 else estimate / below


def noise_of(table: Table, entry: Entry) -> float:
    """Return how far a ratio of an effect may lie from its z where effects may be means over simulations."""
    return SIMULATED if entry.role in EFFECTS and table.facts.simulated is not False else 0.0

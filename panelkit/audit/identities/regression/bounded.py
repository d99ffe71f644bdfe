"""Estimates with the ends of a confidence interval, and the levels it may have."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.special import ndtri, stdtrit

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import estimates, operand
from panelkit.audit.relations import Operand, Reading
from panelkit.kernels.intervals import Interval

LEVELS = (0.90, 0.95, 0.99)


def bounded(table: Table, reading: Reading) -> Iterator[tuple[Entry, Operand, Operand]]:
    """Yield the estimates with both ends of an interval."""
    for entry in estimates(table):
        low, high = operand(entry, reading, "low"), operand(entry, reading, "high")
        if low is not None and high is not None:
            yield entry, low, high


def quantiles(level: float, degrees: Interval) -> Interval:
    """Return the two-sided critical values of a level with any of the degrees of freedom."""
    tail = 0.5 + 0.5 * level
    ends = [
        float(ndtri(tail)) if df == float("inf") else float(stdtrit(df, tail))
        for df in (degrees.high, degrees.low)
    ]
    return Interval(*ends)

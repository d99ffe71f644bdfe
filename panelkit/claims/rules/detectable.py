"""The effect that a test finds four times in five: UNDECIDED is never said without one."""

from __future__ import annotations

import math

import numpy as np

from panelkit.claims.findings import Measured
from panelkit.claims.rules.six_words import Ends
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.language.message import Message, message
from panelkit.studies.scrutiny.main_test import detectable, error_of

NO_SAMPLING = message("half the interval, which holds no sampling error: what lies further away is told")
BY_WIDTH = message("80 % power at 5 %, by the width of the interval")


def detectable_of(found: Measured, ends: Ends) -> tuple[float, Message | None]:
    """Return the effect that what was measured would have shown four times in five, and what it is.

    Parameters
    ----------
    found
        What was measured: with its error, or what says it in its place. An interval of its own without either holds
        no sampling error.
    ends
        The 95 % interval that the rule reads, that of years where `found` has none of its own.

    Returns
    -------
    float
        In the units of what was measured: an effect, or a distance from a bound.
    Message or None
        What it is, None where it is an effect by a standard error.
    """
    if not math.isnan(found.detectable):
        return found.detectable, None
    if not math.isnan(found.error):
        return float(detectable(np.array(found.error), found.df, SIGNIFICANT)), None
    if not math.isnan(found.low):
        return max(found.value - found.low, found.high - found.value), NO_SAMPLING
    return by_width(ends, math.inf), BY_WIDTH


def by_width(ends: Ends, df: float) -> float:
    """Return the effect that a test whose 95 % interval is so wide finds four times in five, with t(df)."""
    low, high = map(np.array, ends)
    return float(detectable(error_of(low, high, df), df, SIGNIFICANT))

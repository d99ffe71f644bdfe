"""What rules read of a result: the headline with its interval, or the measured quantity."""

from __future__ import annotations

import math
from collections.abc import Iterable

from panelkit.claims.findings import Finding, Headline, Measured
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, listed, message


def headline_of(tested: Finding) -> Headline:
    """Return the estimate with its interval.

    Raises
    ------
    SpecError
        If the design yields none.
    """
    if tested.headline is None:
        raise SpecError(
            message("the rule reads an estimate with its interval, which the design does not yield")
        )
    return tested.headline


def measured_of(tested: Finding) -> Measured:
    """Return the measured quantity.

    Raises
    ------
    SpecError
        If the design yields none.
    """
    if tested.measured is None:
        raise SpecError(message("the rule reads a measured quantity, which the design does not yield"))
    return tested.measured


def percent_of(level: float) -> str:
    """Return a level as a percentage."""
    return f"{100.0 * level:.10g}"


def written_p(p: float) -> str:
    """Return a p-value behind its `p`: never more digits than it bears, never zero."""
    return "< 0.001" if p < 0.001 else f"= {p:.3g}"


def shape(head: Headline) -> tuple[list[Message], tuple[str, ...]]:
    """Return what must be said of a set of values not rejected that is no bounded interval, and its flags."""
    said: list[Message] = []
    flags: list[str] = []
    if len(head.wild_set) > 1:
        said.append(
            message(
                "The values that the main test does not reject at {level} % are no single interval: {pieces}.",
                level=percent_of(head.level),
                pieces=_pieces(head.wild_set),
            )
        )
        flags.append("disconnected_interval")
    if math.isinf(head.wild_low) or math.isinf(head.wild_high):
        said.append(
            message(
                "The {level} % interval is unbounded: so few {units} carry the estimate that the test cannot close it.",
                level=percent_of(head.level),
            )
        )
        flags.append("unbounded_interval")
    return said, tuple(flags)


def _pieces(intervals: Iterable[tuple[float, float]]) -> Message:
    return listed(message("{low:.3g} to {high:.3g}", low=low, high=high) for low, high in intervals)

"""A measured difference, trend or effect is judged by its interval, and by what else a rule asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Finding, Judgement, Word
from panelkit.claims.rules.reading import judged, measured_of
from panelkit.language.message import Message, message, sentences


class IntervalRule(Rule):
    """The claimed direction is `sign`. The level of the interval is the design's."""

    NEEDS: ClassVar[tuple[str, ...]] = ("sign",)

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interval, PARTLY where a condition fails."""
        return by_interval(self.direction, tested)


def by_interval(direction: float, tested: Finding) -> Judgement:
    """Return the word for a measured quantity whose sign is claimed."""
    found = measured_of(tested)
    word = interval(direction, found.low, found.high, [held for _, held in found.conditions])
    return judged(found, word, _said(word, [text for text, held in found.conditions if not held]))


def interval(direction: float, low: float, high: float, conditions: Iterable[bool] = ()) -> Word:
    """Judge a quantity by its interval; further conditions make PARTLY of SUPPORTED.

    Parameters
    ----------
    direction
        The claimed sign, 1 or -1.
    low, high
        The ends of the interval.
    conditions
        Whether each of what the rule asks for beside holds.

    Returns
    -------
    Word
    """
    if not (low > 0.0 or high < 0.0):
        return "NOT SUPPORTED"
    if (low > 0.0) != (direction > 0):
        return "CONTRADICTED"
    return "SUPPORTED" if all(conditions) else "PARTLY"


def _said(word: Word, failed: list[Message]) -> Message:
    if word == "SUPPORTED":
        return message("The interval excludes zero on the claimed side.")
    if word == "CONTRADICTED":
        return message("The interval lies on the other side of zero.")
    if word == "PARTLY":
        return message(
            "The interval excludes zero on the claimed side, but not: {failed}.", failed=sentences(failed)
        )
    return message("The interval holds zero.")

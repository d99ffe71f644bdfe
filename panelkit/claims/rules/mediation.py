"""R-MED: an indirect effect is judged by its interval, the conditions of its first path, and unit trends.

Errors that mediator and outcome share look like a channel: of 100 worlds without a second path and with errors
correlated by a half every one passes. Nothing but a mediator that was randomised helps, or an instrument for it, so
that without one the word is PARTLY at most, which says consistent with the channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, cast

import numpy as np

from panelkit.claims.findings import Condition, Finding, Judgement, Word
from panelkit.claims.rules.interval import IntervalRule, by_interval
from panelkit.claims.rules.six_words import Ends, towards
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.language.offers import offered
from panelkit.studies.scrutiny.channel import channel_words

FIRST_PATH = SIGNIFICANT
"""The p below which the treatment moves the mediator: no channel without its first half."""

MEDIATOR = "mediator"
"""The key of the condition that the mediator was randomised: without it the word is PARTLY at most."""


@offered("rule", "R-MED", can=("measured",))
class MediationRule(IntervalRule):
    """The indirect effect is claimed to have a `sign`."""

    READS: ClassVar[tuple[str, ...]] = ("mediation",)

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interval and the conditions beside it."""
        return by_interval(self, tested, reading=word_of_a_channel)


def word_of_a_channel(
    direction: float, interval: Ends, inner: Ends, smallest: float, conditions: Iterable[Condition]
) -> Word:
    """Return the word for the interval of an indirect effect; parameters are those of `six_words.word_of`."""
    asked = list(conditions)
    others = [item for item in asked if item.key != MEDIATOR]
    found = channel_words(
        towards(direction, interval),
        towards(direction, inner),
        np.array([smallest]),
        np.array([all(item.passes for item in others)]),
        np.array([any(item.takes_away for item in others)]),
        identified=np.array([all(item.passes for item in asked if item.key == MEDIATOR)]),
    )
    return cast(Word, str(found[0]))

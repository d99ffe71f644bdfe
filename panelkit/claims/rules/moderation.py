"""R-MOD: the slope of an interaction is judged as R-SIGN judges a treatment's, and two things more are asked.

A product of two growing figures is a slow movement itself: it moves with the square of time, and trends leave little of
it. So

- `second_differences` must leave at least half of the main slope, as first ones must: PARTLY at most without that;
- `trends` is passed by p < .10 with the sign or by half of the main slope, not by a gap that is insignificant because
  the slope beside trends is imprecise. Where it is neither passed nor takes the interaction away the word is UNDECIDED:
  the interaction cannot be told from the growth of the two figures.

The change of a spatial impact with a moderator is read by its simulated interval, and must stand in second differences
as well as beside trends.

The thresholds, and what was found with and without them, stand in `studies/scrutiny/interaction`, which simulations use
too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, cast

import numpy as np

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Headline, Judgement, Word, paragraph
from panelkit.claims.rules.headline import FIFTH, by_headline
from panelkit.claims.rules.interval import by_interval
from panelkit.claims.rules.reading import headline_of, written_p
from panelkit.claims.rules.regression import conditions_of, sizes_of
from panelkit.claims.rules.six_words import Ends, towards
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.studies.scrutiny.interaction import interaction_words, stands

MARGINAL = "marginal"
"""The key of the printed line that holds the treatment's slope at levels of the moderator."""

TRENDS = "trends"
"""The key of the condition without which an interaction that is significant is UNDECIDED."""

SECOND = "second_differences"
"""The key of the condition that a spatial one cannot do without either: slow movements that follow the neighbours'
product, half of the variance of y, were PARTLY in 93 to 99 of 100 worlds, and fail it in 98 to 100."""


@offered("rule", "R-MOD", can=("headline", "measured"))
class ModerationRule(Rule):
    """The moderator is claimed to raise (`sign` "+") or to lower ("-") the slope of the treatment."""

    NEEDS: ClassVar[tuple[str, ...]] = ("sign",)
    READS: ClassVar[tuple[str, ...]] = ("moderated", "spatial_moderated")

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interaction, with the treatment's slope at low and high moderators.

        Raises
        ------
        SpecError
            If the design has no moderator.
        """
        slopes = [item for item in tested.printed if item.key == MARGINAL]
        if not slopes:
            raise SpecError(
                message("R-MOD reads the interaction of a design with a moderator, and this has none")
            )
        if tested.measured is not None:
            judged = by_interval(self, tested, reading=word_of_a_spatial_interaction)
            ends = (tested.measured.low, tested.measured.high)
            impact = message(
                "Impact of the treatment by moderator, intervals joint: {found}.", found=slopes[0].found
            )
            return _told(judged, ends, [impact])
        head = headline_of(tested)
        mirrored = tested.scrutiny is not None and tested.scrutiny.mirrored
        side = -self.direction if mirrored else self.direction
        conditions = tuple(
            _half_beside_trends(item, head, side) for item in conditions_of(head, tested, self.direction)
        )
        smallest, why = self.smallest_effect(FIFTH)
        sizes = sizes_of(head, tested, smallest, why)
        judged = by_headline(self.direction, tested, conditions, sizes, reading=word_of_an_interaction)
        said = [
            message("Slope of the treatment by moderator, intervals joint: {found}.", found=item.found)
            for item in slopes
        ]
        return _told(judged, head.ends, said)


def _told(judged: Judgement, ends: Ends, said: list[Message]) -> Judgement:
    """Return a judgement that says the slopes too, and what an interval beside zero without a word for it means."""
    if judged.word == "UNDECIDED" and not ends[0] <= 0.0 <= ends[1]:
        growth = message(
            "The interaction cannot be told from the growth of the two figures that are multiplied."
        )
        said = [growth, *said]
    return replace(judged, sentence=paragraph([judged.sentence, *said]))


def word_of_a_spatial_interaction(
    direction: float, interval: Ends, inner: Ends, smallest: float, conditions: Iterable[Condition]
) -> Word:
    """Return the word for the change of an impact: it must stand in second differences as well as beside trends."""
    return word_of_an_interaction(
        direction, interval, inner, smallest, conditions, stands_in=(TRENDS, SECOND)
    )


def word_of_an_interaction(
    direction: float,
    interval: Ends,
    inner: Ends,
    smallest: float,
    conditions: Iterable[Condition],
    *,
    stands_in: tuple[str, ...] = (TRENDS,),
) -> Word:
    """Return the word for the slope of an interaction; parameters are those of `six_words.word_of`.

    `stands_in` names the conditions that must be passed for it to be told from the growth of two figures.
    """
    asked = list(conditions)
    found = interaction_words(
        towards(direction, interval),
        towards(direction, inner),
        np.array([smallest]),
        np.array([all(item.passes for item in asked)]),
        np.array([any(item.takes_away for item in asked)]),
        standing=np.array([all(item.passes for item in asked if item.key in stands_in)]),
    )
    return cast(Word, str(found[0]))


def _half_beside_trends(item: Condition, head: Headline, side: float) -> Condition:
    """Return the condition `trends` as an interaction is asked it, every other as it is."""
    if item.key != TRENDS or item.outcome != "passes":
        return item
    slope, p = item.numbers["slope"], item.numbers["p"]
    if stands(*(np.array([value]) for value in (slope, p, head.estimate, side)))[0]:
        return item
    found = message(
        "{slope:.3g}, p {p}; {share:.0%} of the main slope",
        slope=slope,
        p=written_p(p),
        share=slope / head.estimate,
    )
    return replace(item, outcome="fails", found=found)

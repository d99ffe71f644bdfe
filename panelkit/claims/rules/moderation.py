"""R-MOD: the slope of an interaction is judged as R-SIGN judges a treatment's, with every condition on the interaction.

It has no threshold of its own: what a moderator does to a slope is a slope.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Finding, Judgement, paragraph
from panelkit.claims.rules.headline import FIFTH, by_headline
from panelkit.claims.rules.reading import headline_of
from panelkit.claims.rules.regression import conditions_of, sizes_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered

MARGINAL = "marginal"
"""The key of the printed line that holds the treatment's slope at levels of the moderator."""


@offered("rule", "R-MOD", can=("headline",))
class ModerationRule(Rule):
    """The moderator is claimed to raise (`sign` "+") or to lower ("-") the slope of the treatment."""

    NEEDS: ClassVar[tuple[str, ...]] = ("sign",)

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
                message("R-MOD reads the interaction of a design of the kind `moderated`, and this is none")
            )
        head = headline_of(tested)
        conditions = conditions_of(head, tested, self.direction)
        smallest, why = self.smallest_effect(FIFTH)
        judged = by_headline(self.direction, tested, conditions, sizes_of(head, tested, smallest, why))
        said = (
            message("Slope of the treatment by moderator, intervals joint: {found}.", found=item.found)
            for item in slopes
        )
        return replace(judged, sentence=paragraph([judged.sentence, *said]))

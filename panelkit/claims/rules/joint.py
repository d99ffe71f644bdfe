"""R-JOINT: several figures explain an outcome beyond what is held fixed, by a joint test and its conditions.

A joint test has no sign, so that nothing can contradict: the figures explain something, at most little, or it cannot be
told.
"""

from __future__ import annotations

import math
from typing import ClassVar

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Judgement, Measured, Sizes, Word, paragraph
from panelkit.claims.rules.reading import measured_of
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.claims.rules.unsigned import unsigned_word
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, listed, message
from panelkit.language.offers import offered

SMALLEST = 0.04
"""A regressor one of whose within deviations moves the outcome by a fifth of its own explains a share of .2 squared:
the smallest effect of interest of every other rule, as a share."""

DETECTABLE = message("a true share that the joint test finds four times in five")

WHY = message("the square of a fifth: one within deviation moves the outcome by a fifth of its own")


@offered("rule", "R-JOINT", can=("measured",))
class JointRule(Rule):
    """No parameter but `smallest`, the share that matters."""

    IDLE: ClassVar[tuple[str, ...]] = ("value", "sign")
    READS: ClassVar[tuple[str, ...]] = ("joint",)

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the joint test, its conditions, and what the figures explain at most.

        Raises
        ------
        SpecError
            If the design yields no joint test.
        """
        found = measured_of(tested)
        if math.isnan(found.p_value):
            raise SpecError(message("R-JOINT reads the p of a joint test, which the design does not yield"))
        smallest, why = self.smallest_effect(WHY, SMALLEST)
        sizes = Sizes(
            smallest=smallest,
            why=why,
            detectable=found.detectable,
            detectable_is=DETECTABLE,
            excluded=found.high,
        )
        word = joint_word(found, smallest)
        significant = found.p_value < SIGNIFICANT
        return Judgement(
            word=word,
            sentence=paragraph([found.sentence, _said(word, found, sizes)]),
            conditions=(_main(found, significant), *found.conditions, *tested.printed),
            leans=1 if significant else 0,
            sizes=sizes,
            flags=found.flags,
        )


def joint_word(found: Measured, smallest: float) -> Word:
    """Return the word: top down as for an interval, with no other side of zero."""
    return unsigned_word(found, little=found.high < smallest)


def _main(found: Measured, significant: bool) -> Condition:
    return Condition(
        key="main",
        asks=message("joint test"),
        outcome="passes" if significant else "fails",
        found=message("p = {p:.3g}, share {share:.3g}", p=found.p_value, share=found.value),
        numbers={"p": found.p_value, "share": found.value},
    )


def _said(word: Word, found: Measured, sizes: Sizes) -> Message:
    if found.p_value >= SIGNIFICANT:
        if word == "NOT SUPPORTED":
            return message(
                "Not significant together, and at most little: a share of {smallest:.3g} is excluded.",
                smallest=sizes.smallest,
            )
        return message(
            "Not significant together, and a share of {smallest:.3g} is not excluded: the figures cannot tell. A share "
            "of {detectable:.3g} would be found four times in five.",
            smallest=sizes.smallest,
            detectable=sizes.detectable,
        )
    if word == "SUPPORTED":
        return message("Significant together, and every condition holds.")
    taken = [item.asks for item in found.conditions if item.takes_away]
    if taken:
        return message("Significant together, but taken away by: {taken}.", taken=listed(taken))
    failed = [item.asks for item in found.conditions if not item.passes]
    return message(
        "Significant together, and nothing takes it away, but not: {failed}.", failed=listed(failed)
    )

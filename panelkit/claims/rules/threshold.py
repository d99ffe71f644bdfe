"""R-THR: the slope of one figure is claimed to change at a value of another, by Hansen's F and its conditions.

The F has no sign, so that nothing contradicts. A change is found where the bootstrap p is below .05; it is a threshold
where it shows beyond a slope that changes steadily, else the word is PARTLY.
"""

from __future__ import annotations

from typing import ClassVar

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Judgement, Measured, Sizes, Word, paragraph
from panelkit.claims.rules.headline import FIFTH
from panelkit.claims.rules.reading import measured_of, written_p
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.claims.rules.unsigned import unsigned_word
from panelkit.language.message import Message, listed, message
from panelkit.language.offers import offered

DETECTABLE = message(
    "a true change of slope in the middle of the rows that the bootstrap F finds four times in five"
)


@offered("rule", "R-THR", can=("measured",))
class ThresholdRule(Rule):
    """No parameter but `smallest`, the change of slope that matters."""

    IDLE: ClassVar[tuple[str, ...]] = ("value", "sign")
    READS: ClassVar[tuple[str, ...]] = ("threshold",)

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the bootstrap F and its conditions."""
        found = measured_of(tested)
        smallest, why = self.smallest_effect(found.why or FIFTH, found.smallest)
        sizes = Sizes(smallest=smallest, why=why, detectable=found.detectable, detectable_is=DETECTABLE)
        word = threshold_word(found, smallest)
        return Judgement(
            word=word,
            sentence=paragraph([found.sentence, _said(word, found, sizes)]),
            conditions=(_main(found), *found.conditions, *tested.printed),
            leans=1 if found.p_value < SIGNIFICANT else 0,
            sizes=sizes,
            flags=found.flags,
        )


def threshold_word(found: Measured, smallest: float) -> Word:
    """Return the word: top down as for a joint test."""
    return unsigned_word(found, little=found.detectable <= smallest)


def _main(found: Measured) -> Condition:
    return Condition(
        key="main",
        asks=message("one threshold against none"),
        outcome="passes" if found.p_value < SIGNIFICANT else "fails",
        found=message("bootstrap p {p}", p=written_p(found.p_value)),
        numbers={"p": found.p_value, "change": found.value},
    )


def _said(word: Word, found: Measured, sizes: Sizes) -> Message:
    if found.p_value >= SIGNIFICANT:
        if word == "NOT SUPPORTED":
            return message(
                "No threshold is found, and a change of {detectable:.3g}, no more than what matters, would have been "
                "found four times in five.",
                detectable=sizes.detectable,
            )
        return message(
            "No threshold is found, and a change of slope of {smallest:.3g} is not excluded: the figures cannot tell. "
            "A change of {detectable:.3g} would be found four times in five.",
            smallest=sizes.smallest,
            detectable=sizes.detectable,
        )
    if word == "SUPPORTED":
        return message("The slope changes there, and every condition holds.")
    taken = [item.asks for item in found.conditions if item.takes_away]
    if taken:
        return message("The change is significant, but taken away by: {taken}.", taken=listed(taken))
    failed = [item.asks for item in found.conditions if not item.passes]
    return message(
        "The change is significant, and nothing takes it away, but not: {failed}.", failed=listed(failed)
    )

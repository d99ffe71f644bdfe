"""R-RANK: a probability (of an exact order, of leading) or Kendall's W is judged by its size."""

from __future__ import annotations

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Finding, Judgement, Word, paragraph
from panelkit.claims.rules.reading import measured_of
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

FIRM = 0.9
"""Nine tenths of the defensible indices: an order stated without a proviso should hold under nearly all of them."""

FRAGILE = 0.5
"""Half of them: below it, another order is more likely than the claimed one."""


@offered("rule", "R-RANK", can=("measured",))
class RankRule(Rule):
    """No parameter: the order stands in the design."""

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the probability."""
        found = measured_of(tested)
        word = rank(found.value)
        return Judgement(
            word=word,
            sentence=paragraph([found.sentence, _said(word)]),
            conditions=(*found.conditions, *tested.printed),
            leans=1 if found.value >= FRAGILE else -1,
            flags=found.flags,
        )


def rank(probability: float) -> Word:
    """Judge a probability or Kendall's W: .90 SUPPORTED, .50 PARTLY."""
    if probability >= FIRM:
        return "SUPPORTED"
    return "PARTLY" if probability >= FRAGILE else "NOT SUPPORTED"


def _said(word: Word) -> Message:
    if word == "SUPPORTED":
        return message("Nine tenths or more.")
    if word == "PARTLY":
        return message("Fragile: more than half, less than nine tenths.")
    return message("Less than half.")

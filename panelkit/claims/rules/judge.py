"""From a result to a word, by the rule that its design or reading names."""

from __future__ import annotations

import math
from dataclasses import replace

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import WORDS, Finding, Judgement, Word, paragraph
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.register import entries

FAR: dict[Word, Word] = {"SUPPORTED": "PARTLY", "CONTRADICTED": "NOT SUPPORTED"}
"""What a far proxy can say at most: it measures another concept than the sentence's."""


def judge(rule: Rule, tested: Finding, *, far_proxy: bool = False) -> Judgement:
    """Return what the rule says of a tested design; `far_proxy`: its figures measure another concept.

    Raises
    ------
    SpecError
        If no result of this kind can be read by the rule, or it says UNDECIDED without a detectable effect.
    """
    kind = "measured" if tested.measured is not None else "headline"
    readers = [entry.key for entry in entries("rule") if kind in entry.can]
    if rule.name not in readers:
        raise SpecError(
            message(
                "rule {rule} reads no result of such a design: there are {readers}",
                rule=rule.name,
                readers=readers,
            )
        )
    judged = rule.judge(tested)
    if judged.word == "UNDECIDED" and (judged.sizes is None or math.isnan(judged.sizes.detectable)):
        raise SpecError(
            message(
                "rule {rule} says UNDECIDED without the effect that it would find four times in five: its judgement "
                "needs `sizes` with `detectable`",
                rule=rule.name,
            )
        )
    if far_proxy and judged.word in FAR:
        said = message("The figures are a far proxy, so that the verdict says no more than this.")
        judged = _capped(judged, FAR[judged.word], said)
    if rule.at_most is None or WORDS.index(judged.word) >= WORDS.index(rule.at_most):
        return judged
    said = message("The design tests a part of the claim only, so that the verdict is no better than this.")
    return _capped(judged, rule.at_most, said)


def _capped(judged: Judgement, word: Word, said: Message) -> Judgement:
    return replace(judged, word=word, sentence=paragraph([judged.sentence, said]))

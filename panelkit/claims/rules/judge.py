"""From a result to a word, by the rule that its design or reading names."""

from __future__ import annotations

import math
from dataclasses import replace

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import WORD_TEXTS, WORDS, Condition, Finding, Judgement, Word, paragraph
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.register import entries

AT_MOST, FAR_PROXY = "at_most", "far_proxy"
CAPS = (AT_MOST, FAR_PROXY)
"""The keys of the conditions that say how far a word is capped."""

FAR: dict[Word, Word] = {"SUPPORTED": "PARTLY", "CONTRADICTED": "NOT SUPPORTED"}
"""What a far proxy can say at most: it measures another concept than the sentence's."""


def judge(rule: Rule, tested: Finding, *, far_proxy: bool = False) -> Judgement:
    """Return what the rule says of a tested design; `far_proxy`: its figures measure another concept.

    A cap is the last condition, whether it lowers the word or not; where it does the flag `capped` stands beside.

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
    if far_proxy:
        judged = _capped(
            judged,
            FAR.get(judged.word, judged.word),
            FAR_PROXY,
            message("the figures measure what the sentence names"),
            message("another concept: no more than PARTLY, no more against it than NOT SUPPORTED"),
            message("The figures are a far proxy, so that the verdict says no more than this."),
        )
    if rule.at_most is not None:
        judged = _capped(
            judged,
            worse(judged.word, rule.at_most),
            AT_MOST,
            message("the design tests the whole claim"),
            message("a part of it: {word} at most", word=WORD_TEXTS[rule.at_most]),
            message("The design tests a part of the claim only, so that the verdict is no better than this."),
        )
    return judged


def worse(word: Word, cap: Word) -> Word:
    """Return the word, or the cap where it says more than that."""
    return word if WORDS.index(word) >= WORDS.index(cap) else cap


def _capped(
    judged: Judgement, word: Word, key: str, asks: Message, found: Message, said: Message
) -> Judgement:
    """Return a judgement with its cap as a condition; where it lowers the word the flag and the sentence say so."""
    if word == judged.word:
        cap = Condition(key=key, asks=asks, outcome="printed", found=found, decides=False)
        return replace(judged, conditions=(*judged.conditions, cap))
    more = message("{found}; {word} without the cap", found=found, word=WORD_TEXTS[judged.word])
    return replace(
        judged,
        word=word,
        sentence=paragraph([judged.sentence, said]),
        conditions=(*judged.conditions, Condition(key=key, asks=asks, outcome="fails", found=more)),
        flags=(*judged.flags, *(() if "capped" in judged.flags else ("capped",))),
    )

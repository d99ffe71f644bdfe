"""A round of designs: the principal one decides, parts must hold with it, alternatives stand beside it.

A reading names one principal design. *Parts* are halves of the sentence ("A and B both"): all must be SUPPORTED, and
one contradicts only at a p that Holm's adjustment over the parts leaves below the level: a part without a p (an order,
a complete count, an official total) cannot. *Alternatives* are other measures of the same thing: they never decide, but
where half of them or more point the other way the word falls.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.claims.findings import WORD_TEXTS, WORDS, Word
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.claims.verdict import Verdict
from panelkit.inference.multiplicity import holm
from panelkit.language.message import Message, listed, message, sentences
from panelkit.show.brief import Brief

FALLS_TO: dict[Word, Word] = {"SUPPORTED": "PARTLY", "CONTRADICTED": "NOT SUPPORTED"}
"""What a word falls to where half of the alternatives or more point the other way."""


@dataclass(frozen=True, eq=False)
class Round(Brief):
    """The word of one reading: `principal` with its `parts` decides, `alternatives` are counted."""

    word: Word | None
    principal: Verdict
    parts: tuple[Verdict, ...] = ()
    alternatives: tuple[Verdict, ...] = ()
    turned: int = 0

    @property
    def deciding(self) -> tuple[Verdict, ...]:
        """Return the principal design and its parts."""
        return (self.principal, *self.parts)

    def sentence(self) -> Message | None:
        """Return how the designs were put together; None where there is one."""
        if not self.parts and not self.alternatives:
            return None
        said: list[Message] = []
        if self.parts:
            said.append(message("parts, all of which must hold: {words}", words=_distribution(self.deciding)))
            said += self._without_p()
        if self.alternatives:
            said.append(message("alternatives: {words}", words=_distribution(self.alternatives)))
        if self.turned:
            said.append(
                message(
                    "{n} of {all} alternatives point the other way, so that the word falls",
                    n=self.turned,
                    all=len(self.alternatives),
                )
            )
        return sentences(said)

    def _without_p(self) -> Iterator[Message]:
        """Yield which parts have no p: no adjustment can leave one, so that none of them contradicts the whole."""
        names = [
            item.design.label.said
            for item in self.deciding
            if item.word is not None and item.design is not None and math.isnan(item.p)
        ]
        if names:
            yield message("without a p, so that it cannot contradict as a part: {parts}", parts=listed(names))


def round_of(verdicts: Sequence[Verdict]) -> Round:
    """Return the round of one reading's verdicts."""
    by_standing = {
        name: tuple(item for item in verdicts if item.standing == name)
        for name in ("principal", "part", "alternative")
    }
    principal, parts, others = by_standing["principal"][0], by_standing["part"], by_standing["alternative"]
    word = together((principal, *parts)) if parts else principal.word
    turned = turned_away(word, principal, others)
    return Round(FALLS_TO[word] if turned and word else word, principal, parts, others, turned)


def together(parts: Sequence[Verdict]) -> Word | None:
    """Return the word of parts that must all hold; None where one of them has none.

    All SUPPORTED: SUPPORTED. One CONTRADICTED, by Holm's p: CONTRADICTED. One SUPPORTED, or all at least PARTLY:
    PARTLY. One not supported: NOT SUPPORTED. One undecided: UNDECIDED. Else one is NOT TESTABLE, and with it the whole.
    """
    found = [item.word for item in parts]
    if any(word is None for word in found):
        return None
    if all(word == "SUPPORTED" for word in found):
        return "SUPPORTED"
    adjusted = holm(np.array([item.p for item in parts], dtype=float))
    if any(word == "CONTRADICTED" and p < SIGNIFICANT for word, p in zip(found, adjusted, strict=True)):
        return "CONTRADICTED"
    if "SUPPORTED" in found or all(word == "PARTLY" for word in found):
        return "PARTLY"
    if {"NOT SUPPORTED", "CONTRADICTED"} & set(found):
        return "NOT SUPPORTED"
    return "UNDECIDED" if "UNDECIDED" in found else "NOT TESTABLE"


def turned_away(word: Word | None, principal: Verdict, alternatives: Sequence[Verdict]) -> int:
    """Return how many alternatives point away from a word that says a direction, where they are half or more."""
    if word not in FALLS_TO or not alternatives:
        return 0
    side = 1 if word == "SUPPORTED" else -1
    away = sum(item.leans == -side for item in alternatives)
    return away if 2 * away >= len(alternatives) else 0


def _distribution(verdicts: Sequence[Verdict]) -> Message:
    """Return how many verdicts say which word."""
    count = Counter(item.word for item in verdicts)
    said = [message("{n} {word}", n=count[word], word=WORD_TEXTS[word]) for word in WORDS if count[word]]
    if count[None]:
        said.append(message("{n} could not be computed", n=count[None]))
    return listed(said)

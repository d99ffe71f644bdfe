"""R-MAG: a stated number is judged by the main interval.

No threshold of its own: the level of the interval is the claim's.
"""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Finding, Judgement, Word, paragraph
from panelkit.claims.rules.reading import headline_of, percent_of, shape
from panelkit.language.message import Message, message
from panelkit.language.offers import offered


@offered("rule", "R-MAG", can=("headline",))
class MagnitudeRule(Rule):
    """The claimed number is `value`."""

    NEEDS: ClassVar[tuple[str, ...]] = ("value",)

    @model_validator(mode="after")
    def _is_not_zero(self) -> Self:
        if self.claimed == 0.0:
            raise ValueError(
                message("R-MAG judges a number other than zero: give the claimed number, or use R-SIGN")
            )
        return self

    def check_claimed(self, claimed: str | None) -> None:
        """Refuse a reading that claims no number, or another one."""
        if claimed is None:
            raise ValueError(
                message(
                    'R-MAG judges {value} but the reading claims no number: add claimed = "{value}"',
                    value=self.value,
                )
            )
        if self.claimed != float(claimed):
            raise ValueError(
                message(
                    "rule value {value} contradicts claimed {claimed}: both are the number that the document states",
                    value=self.value,
                    claimed=claimed,
                )
            )

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interval, which holds the number, zero, both or neither."""
        head = headline_of(tested)
        claimed, low, high = float(self.value or "nan"), head.wild_low, head.wild_high
        word, both = magnitude(claimed, low, high), uninformative(claimed, low, high)
        said, flags = shape(head)
        sentence = message(
            "Estimate {estimate:.3g}; its {level} % interval, {low:.3g} to {high:.3g}, {finding}",
            estimate=head.estimate,
            level=percent_of(head.level),
            low=low,
            high=high,
            finding=self._finding(word, both),
        )
        return Judgement(
            word=word,
            sentence=paragraph([sentence, *said]),
            flags=(*(("uninformative",) if both else ()), *flags),
        )

    def _finding(self, word: Word, both: bool) -> Message:
        if word == "SUPPORTED":
            return message(
                "holds the claimed {claimed} and excludes zero: compatible, which is not confirmed.",
                claimed=self.value,
            )
        if word == "PARTLY":
            return message(
                "lies on the claimed side of zero but excludes the claimed {claimed}: the direction fits, the size "
                "does not.",
                claimed=self.value,
            )
        if word == "CONTRADICTED":
            return message(
                "lies wholly on the other side of zero from the claimed {claimed}.", claimed=self.value
            )
        if both:
            return message(
                "holds both zero and the claimed {claimed}: these figures cannot tell them apart.",
                claimed=self.value,
            )
        return message("holds zero and excludes the claimed {claimed}.", claimed=self.value)


def magnitude(claimed: float, low: float, high: float) -> Word:
    """Judge a stated number by the main interval.

    Holds the number and excludes zero: SUPPORTED. Excludes both, on the claimed side of zero: PARTLY.
    Excludes zero on the other side: CONTRADICTED. Else NOT SUPPORTED.
    """
    if low <= 0.0 <= high:
        return "NOT SUPPORTED"
    if low <= claimed <= high:
        return "SUPPORTED"
    same_side = (low > 0.0) == (claimed > 0.0)
    return "PARTLY" if same_side else "CONTRADICTED"


def uninformative(claimed: float, low: float, high: float) -> bool:
    """Return whether the interval holds both zero and the stated number."""
    return low <= 0.0 <= high and low <= claimed <= high

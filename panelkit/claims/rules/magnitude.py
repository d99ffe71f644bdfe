"""R-MAG: a stated number is judged by the main interval, by that beside unit trends, and by the conditions.

No threshold of its own but the smallest effect of interest.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import ClassVar, Self

from pydantic import model_validator

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Headline, Judgement, paragraph
from panelkit.claims.rules.headline import by_headline
from panelkit.claims.rules.reading import headline_of
from panelkit.claims.rules.regression import conditions_of, sizes_of
from panelkit.claims.rules.thresholds import HALF_OF_THE_NUMBER
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

HALF = message("half of the claimed number")


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

    @property
    def direction(self) -> float:
        """Return the side of the number."""
        return math.copysign(1.0, float(self.value or "nan"))

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interval, its conditions, and whether the number lies where it must."""
        head, number = headline_of(tested), float(self.value or "nan")
        inside = _inside(head, tested, number)
        conditions = (*conditions_of(head, tested, self.direction), _number(head, tested, number, inside))
        smallest, why = self.smallest_effect(HALF, HALF_OF_THE_NUMBER * abs(number))
        sizes = sizes_of(head, tested, smallest, why)
        judged = by_headline(
            self.direction,
            tested,
            tuple(item for item in conditions if item.key != "number"),
            sizes,
            number=number,
            inside=inside,
        )
        both = _holds(head, 0.0) and _holds(head, number)
        return replace(
            judged,
            sentence=paragraph([judged.sentence, _said(head, number, self.value, inside)]),
            conditions=conditions,
            flags=(*(("uninformative",) if both else ()), *judged.flags),
        )


def _holds(head: Headline, number: float) -> bool:
    low, high = head.ends
    return low <= number <= high


def _inside(head: Headline, tested: Finding, number: float) -> bool:
    """Return whether the number lies in the main interval and in that beside unit trends, where there is one."""
    held = _holds(head, number)
    beside = None if tested.scrutiny is None else tested.scrutiny.inside
    return held and beside is True


def _number(head: Headline, tested: Finding, number: float, inside: bool) -> Condition:
    held = _holds(head, number)
    computed = tested.scrutiny is not None and tested.scrutiny.inside is not None
    if not held:
        found = message("outside the main interval")
    elif not computed:
        found = message("in the main interval; beside {unit} trends it cannot be computed")
    else:
        found = message("in both") if inside else message("in the main interval, not beside {unit} trends")
    return Condition(
        key="number",
        asks=message("the number lies in the main interval and in that beside {unit} trends"),
        outcome="passes" if inside else "fails" if computed or not held else "not computed",
        found=found,
        numbers={"number": number},
    )


def _said(head: Headline, number: float, value: str | None, inside: bool) -> Message:
    """Return what the intervals say of the number."""
    if inside:
        return message(
            "The claimed {claimed} lies in both intervals: compatible, which is not confirmed.", claimed=value
        )
    if _holds(head, number):
        return message("The main interval holds the claimed {claimed}.", claimed=value)
    return message("The main interval excludes the claimed {claimed}.", claimed=value)

"""R-DESC: an inequality must hold in every one of the last years; PARTLY if it holds in some."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Finding, Judgement, Word, paragraph
from panelkit.claims.rules.reading import measured_of
from panelkit.language.message import Joined, Message, message
from panelkit.language.offers import offered

LAST_YEARS = 5
"""A plan's length: what is said of today must hold through one planning period, not in one lucky year."""

Relation = Literal["<", "<=", ">", ">="]
_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


@offered("rule", "R-DESC", can=("measured",))
class DescriptionRule(Rule):
    """The number of every year stands in a `relation` to `value`."""

    NEEDS: ClassVar[tuple[str, ...]] = ("relation", "value")

    relation: Relation | None = None

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the last years."""
        found = measured_of(tested)
        relation, bound = self.relation or ">", float(self.value or "nan")
        last = sorted(found.by_year)[-LAST_YEARS:]
        held = [year for year in last if _RELATIONS[relation](found.by_year[year], bound)]
        values = [_value(year, found.by_year[year]) for year in last]
        said = message(
            "{relation} {value} holds in {held} of the last {n} {periods} ({values}).",
            relation=relation,
            value=self.value,
            held=len(held),
            n=len(last),
            values=Joined(values, {"en": ", ", "zh": "，"}),
        )
        word = description(found.by_year, relation, bound)
        return Judgement(
            word=word,
            sentence=paragraph([found.sentence, said]),
            conditions=(*found.conditions, *tested.printed),
            leans=1 if len(held) == len(last) else -1,
            flags=found.flags,
        )


def description(by_year: Mapping[int, float], relation: str, bound: float) -> Word:
    """Judge an inequality by the last five years."""
    last = sorted(by_year)[-LAST_YEARS:]
    held = [_RELATIONS[relation](by_year[year], bound) for year in last]
    if held and all(held):
        return "SUPPORTED"
    return "PARTLY" if any(held) else "NOT SUPPORTED"


def _value(year: int, value: float) -> Message:
    if math.isnan(value):
        return message("{year}: not computed", year=year)
    return message("{year}: {value:.3g}", year=year, value=value)

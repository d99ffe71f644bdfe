"""R-DESC: a number that a `relation` to a bound is claimed of, by its interval, in each of the last five years.

The interval of the mean over the last five years (of the one number, where a design yields no years) is read by the six
words, seen from the bound. *Years* is its condition: the interval of each of these years clears the bound, too.

| word | when |
|---|---|
| SUPPORTED | the interval clears the bound, so does that of every year, and every other condition passes |
| PARTLY | the interval clears the bound, and a year or another condition does not |
| CONTRADICTED | the interval lies on the other side, so does that of every year, and every other condition passes |
| NOT SUPPORTED | it lies on the other side without that, or is within the smallest effect of interest of the bound |
| UNDECIDED | the interval holds the bound |

Point values decide nothing: where the truth is the bound they lie above it in half of all worlds. A null benchmark
(shuffled links, random index systems) is an interval of what is observed less what the benchmark gives, so that its
bound is zero. A complete count has no sampling error: its interval is the number itself, and the word is about the
figures alone. Printed beside: the bounds at which the word would turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Judgement, Measured, Sizes, Word, paragraph
from panelkit.claims.rules.detectable import NO_SAMPLING, detectable_of
from panelkit.claims.rules.interval import SILENT
from panelkit.claims.rules.reading import measured_of
from panelkit.claims.rules.six_words import Ends, leaning, word_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Joined, Message, listed, message
from panelkit.language.offers import offered

LAST_YEARS = 5
"""A plan's length: what is said of today must hold through one planning period, not in one lucky year."""

Relation = Literal["<", "<=", ">", ">="]
_MET = float(np.nextafter(0.0, 1.0))  # what a bound that may be met is cleared by where it is met


@dataclass(frozen=True)
class Bound:
    """A bound with its relation: intervals are seen from it, in the claimed direction."""

    relation: Relation
    value: float

    @property
    def direction(self) -> float:
        """Return 1 where numbers above the bound are claimed, else -1."""
        return 1.0 if self.relation.startswith(">") else -1.0

    def seen(self, ends: Ends) -> Ends:
        """Return the ends of an interval less the bound; what meets a bound that may be met is beyond it."""
        met = self.direction * _MET if self.relation.endswith("=") else 0.0
        low, high = (end - self.value for end in ends)
        return low + (met if low == 0.0 else 0.0), high + (met if high == 0.0 else 0.0)

    def side(self, ends: Ends) -> int:
        """Return 1 where an interval lies on the claimed side, -1 on the other, 0 where it holds the bound."""
        low, high = self.seen(ends)
        if not (low > 0.0 or high < 0.0):
            return 0
        return 1 if (low > 0.0) == (self.direction > 0.0) else -1

    def above(self, ends: Ends) -> bool:
        """Return whether conditions are read above the bound: where an interval lies, or where the claim does."""
        return self.direction * (self.side(ends) or 1) > 0.0


def bound_of(rule: Rule) -> Bound:
    """Return the bound of a rule, zero and its sign where it has no relation."""
    if isinstance(rule, DescriptionRule):
        return rule.bound
    return Bound(">" if rule.direction > 0.0 else "<", 0.0)


@offered("rule", "R-DESC", can=("measured",))
class DescriptionRule(Rule):
    """The number stands in a `relation` to `value`; `why` says where the bound comes from."""

    NEEDS: ClassVar[tuple[str, ...]] = ("relation", "value")
    BOUNDS: ClassVar[tuple[str, ...]] = ("value", "smallest")

    relation: Relation | None = None

    @property
    def bound(self) -> Bound:
        """Return the bound with its relation."""
        return Bound(self.relation or ">", float(self.value or "nan"))

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interval and its years.

        Raises
        ------
        SpecError
            If the design yields numbers without intervals.
        """
        found, bound = measured_of(tested), self.bound
        last = sorted(found.by_year)[-LAST_YEARS:]
        whole, inner = pooled(found, last)
        years = _years(found, bound, whole, last)
        conditions = (*([years] if years else []), *found.conditions)
        smallest, why = self.smallest_effect(SILENT, found.smallest)
        size, kind = detectable_of(found, whole)
        sizes = Sizes(
            smallest=smallest,
            why=why,
            detectable=size,
            detectable_is=kind,
            excluded=max(abs(end - bound.value) for end in inner),
        )
        word = word_of(bound.direction, bound.seen(whole), bound.seen(inner), smallest, conditions)
        return Judgement(
            word=word,
            sentence=paragraph([found.sentence, _said(word, self, whole, conditions, sizes)]),
            conditions=(
                _main(self, found, whole),
                *conditions,
                _turns(bound, found, whole, last),
                *tested.printed,
            ),
            leans=leaning(bound.direction, found.value - bound.value),
            sizes=sizes,
            flags=found.flags,
        )


def pooled(found: Measured, last: list[int]) -> tuple[Ends, Ends]:
    """Return the interval of what is measured and its 90 % interval; where there is one of years only, their mean.

    Raises
    ------
    SpecError
        If there is neither.
    """
    if not math.isnan(found.low):
        return (found.low, found.high), (found.inner_low, found.inner_high)
    held = [found.by_year_interval[year] for year in last if year in found.by_year_interval]
    if not held:
        raise SpecError(
            message("the rule R-DESC reads numbers with intervals, and the design yields numbers alone")
        )
    low, high = np.mean(np.array(held), axis=0)
    return (float(low), float(high)), (math.nan, math.nan)


def _main(rule: DescriptionRule, found: Measured, whole: Ends) -> Condition:
    why = rule.why.said if rule.why is not None else SILENT
    return Condition(
        key="main",
        asks=message(
            "the interval clears the bound, {relation} {value} ({why})",
            relation=rule.relation,
            value=rule.value,
            why=why,
        ),
        outcome="passes" if rule.bound.side(whole) > 0 else "fails",
        found=message(
            "{value:.3g} ({low:.3g} to {high:.3g})", value=found.value, low=whole[0], high=whole[1]
        ),
        numbers={"value": found.value, "low": whole[0], "high": whole[1], "p": found.p_value},
    )


def _years(found: Measured, bound: Bound, whole: Ends, last: list[int]) -> Condition | None:
    """Return whether every year's interval lies where the whole one does; None where there are no several years."""
    if len(last) < 2:
        return None
    missing = (math.nan, math.nan)
    sides = [bound.side(found.by_year_interval.get(year, missing)) for year in last]
    wanted = bound.side(whole) or 1
    held = sum(side == wanted for side in sides)
    values = [_value(year, found.by_year[year], found.by_year_interval.get(year, missing)) for year in last]
    said = message(
        "in {held} of {n} {periods}: {values}",
        held=held,
        n=len(last),
        values=Joined(values, {"en": ", ", "zh": "，"}),
    )
    asks = (
        message("the interval of each of the last {n} {periods} clears it", n=len(last))
        if wanted > 0
        else message(
            "the interval of each of the last {n} {periods} lies on the other side of it", n=len(last)
        )
    )
    return Condition(
        key="years",
        asks=asks,
        outcome="passes" if held == len(last) else "fails",
        found=said,
        numbers={"held": held, "asked": len(last)},
    )


def _turns(bound: Bound, found: Measured, whole: Ends, last: list[int]) -> Condition:
    """Return the bounds at which the word would turn, all else as it is."""
    all_of_them = [whole, *(found.by_year_interval.get(year, whole) for year in last)]
    low, high = min(ends[0] for ends in all_of_them), max(ends[1] for ends in all_of_them)
    least, most = found.possible
    # a bound that the number cannot pass turns nothing
    said = _turning(bound, low if low > least else None, high if high < most else None)
    return Condition(
        key="turns",
        asks=message("bounds at which the word would turn"),
        outcome="printed",
        found=said,
        decides=False,
        numbers={"low": low, "high": high},
    )


def _turning(bound: Bound, low: float | None, high: float | None) -> Message:
    """Say beyond which bounds every interval lies: below `low`, above `high`; None where no bound can be there."""
    if low is None and high is None:
        return message(
            "the intervals reach from end to end of what the number can be: no bound turns the word"
        )
    up = bound.direction > 0.0
    if high is None:
        if up:
            return message(
                "every interval clears a bound below {low:.3g}; they reach the top of what the number can be, so that "
                "they lie on the other side of none",
                low=low,
            )
        return message(
            "every interval lies on the other side of a bound below {low:.3g}; they reach the top of what the number "
            "can be, so that they clear none",
            low=low,
        )
    if low is None:
        if up:
            return message(
                "every interval lies on the other side of a bound above {high:.3g}; they reach the bottom of what the "
                "number can be, so that they clear none",
                high=high,
            )
        return message(
            "every interval clears a bound above {high:.3g}; they reach the bottom of what the number can be, so that "
            "they lie on the other side of none",
            high=high,
        )
    if up:
        return message(
            "every interval clears a bound below {low:.3g}, and lies on the other side of one above {high:.3g}",
            low=low,
            high=high,
        )
    return message(
        "every interval clears a bound above {high:.3g}, and lies on the other side of one below {low:.3g}",
        low=low,
        high=high,
    )


def _said(
    word: Word, rule: DescriptionRule, whole: Ends, conditions: tuple[Condition, ...], sizes: Sizes
) -> Message:
    if rule.bound.side(whole) == 0:
        if word == "NOT SUPPORTED":
            return message(
                "The interval holds the bound of {value} and is narrow: a distance of {smallest:.3g} from it is "
                "excluded.",
                value=rule.value,
                smallest=sizes.smallest,
            )
        if sizes.detectable_is is NO_SAMPLING:
            return message(
                "The interval holds the bound of {value}: the figures cannot tell. It holds no sampling error, so that "
                "a distance of more than {detectable:.3g} from it is told.",
                value=rule.value,
                detectable=sizes.detectable,
            )
        if math.isinf(sizes.detectable):
            return message(
                "The interval holds the bound of {value}: the figures cannot tell, and no distance from it, however "
                "large, would be found four times in five.",
                value=rule.value,
            )
        return message(
            "The interval holds the bound of {value}: the figures cannot tell. A distance of {detectable:.3g} from it "
            "would be found four times in five.",
            value=rule.value,
            detectable=sizes.detectable,
        )
    failed = listed(item.asks for item in conditions if not item.passes)
    claimed = rule.bound.side(whole) > 0
    if word == "SUPPORTED":
        return message(
            "The interval is {relation} {value}, and every condition holds.",
            relation=rule.relation,
            value=rule.value,
        )
    if claimed:
        return message(
            "The interval is {relation} {value}, but this does not hold: {failed}.",
            relation=rule.relation,
            value=rule.value,
            failed=failed,
        )
    if word == "CONTRADICTED":
        return message(
            "The interval lies on the other side of {value}, and every condition holds there.",
            value=rule.value,
        )
    return message(
        "The interval lies on the other side of {value}, but this does not hold: {failed}.",
        value=rule.value,
        failed=failed,
    )


def _value(year: int, value: float, ends: Ends) -> Message:
    if math.isnan(value):
        return message("{year}: not computed", year=year)
    if math.isnan(ends[0]):
        return message("{year}: {value:.3g}, no interval", year=year, value=value)
    return message(
        "{year}: {value:.3g} ({low:.3g} to {high:.3g})", year=year, value=value, low=ends[0], high=ends[1]
    )

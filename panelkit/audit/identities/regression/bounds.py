"""A confidence interval lies about its coefficient, is as wide as its standard error says, and agrees with stars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scipy.special import ndtri, stdtrit

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.stars import lines_of
from panelkit.audit.parts import ESTIMATES, degrees_of, operand, positive, words
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import Lines, shown, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "interval-middle": message("low + high = 2 b"),
    "interval-width": message("high − low = 2 q se, q of 90, 95 or 99 %"),
    "interval-zero": message("zero outside the interval = stars of its level"),
}

LEVELS = (0.90, 0.95, 0.99)
_SAID = re.compile(r"(9[059])\s*[%％]")


@offered("identity", "interval-middle", family="regression", source="Greene 2018, section 4.7.1")
def interval_middle(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield low + high = 2 b; a coefficient outside its interval decides."""
    for entry, low, high in _bounded(table, reading):
        yield Relation("interval-middle", (Operand(entry), low, high), _middle_of(table))


@offered("identity", "interval-width", family="regression", source="Greene 2018, section 4.7.1")
def interval_width(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield high − low = 2 q se, with q of 90, 95 or 99 % of a normal or t."""
    for entry, low, high in _bounded(table, reading):
        if error := operand(entry, reading, "se"):
            yield Relation("interval-width", (error, low, high), _width_of(table, entry))


@offered("identity", "interval-zero", family="regression", source="Greene 2018, section 5.4")
def interval_zero(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield zero outside the interval = stars of its level or beyond."""
    for entry, low, high in _bounded(table, reading):
        if table.starred:
            lines = lines_of(table, entry, reading)
            error = operand(entry, reading, "se")
            levels = _levels_of(table, error, low, high, degrees_of(table, entry))
            yield Relation("interval-zero", (low, high, Operand(entry, "stars")), _zero_of(lines, levels))


def _bounded(table: Table, reading: Reading) -> Iterator[tuple[Entry, Operand, Operand]]:
    for entry in table.of(*ESTIMATES):
        low, high = operand(entry, reading, "low"), operand(entry, reading, "high")
        if low is not None and high is not None:
            yield entry, low, high


def quantiles(level: float, degrees: Interval) -> Interval:
    """Return the two-sided critical values of a level with any of the degrees of freedom."""
    tail = 0.5 + 0.5 * level
    ends = [
        float(ndtri(tail)) if df == float("inf") else float(stdtrit(df, tail))
        for df in (degrees.high, degrees.low)
    ]
    return Interval(*ends)


def _levels_of(
    table: Table, error: Operand | None, low: Operand, high: Operand, degrees: Interval
) -> tuple[float, ...]:
    """Return the levels that an interval may have: the one said, those that its error fits, or all."""
    said = {int(level) / 100 for level in _SAID.findall(" ".join((words(table), *table.columns)))}
    if len(said) == 1:
        return tuple(said)
    if error is None:
        return LEVELS
    below = positive(error.printed.interval)
    wide = high.printed.interval - low.printed.interval
    fit = (
        () if below is None else tuple(x for x in LEVELS if (below * quantiles(x, degrees) * 2.0).meets(wide))
    )
    return fit or LEVELS


def _middle_of(table: Table) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        estimate, low, high = numbers
        middle = (low.interval + high.interval) * 0.5
        met = middle.meets(estimate.interval)
        outside = estimate.high < low.low or estimate.low > high.high
        why = None
        if outside:
            why = message("the coefficient lies outside its own interval")
        elif not met:
            why = message("an interval of quantiles of resamples need not lie evenly about the coefficient")
            if table.facts.bootstrap:
                return None
        return Outcome(state_of(met, outside), shown(numbers[1:]), digits(middle, estimate.decimals), why)

    return judge


def _width_of(table: Table, entry: Entry) -> Judge:
    degrees = degrees_of(table, entry)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        error, low, high = numbers
        below = positive(error.interval)
        if below is None or table.facts.bootstrap:
            return None
        half = (high.interval - low.interval) * 0.5
        wide = [below * quantiles(level, degrees) for level in LEVELS]
        met = any(one.meets(half) for one in wide)
        near = min(wide, key=lambda one: abs(one.middle - half.middle))
        why = None if met else message("no level of 90, 95 or 99 % gives an interval of this width")
        return Outcome(state_of(met, False), shown(numbers[1:]), f"± {digits(near, low.decimals)}", why)

    return judge


def _zero_of(lines: Lines, levels: tuple[float, ...]) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        low, high, stars = numbers
        said = lines.held_by(int(stars.value))
        if said is None or low.low > high.high:
            return None
        kept, left = high.high < 0.0 or low.low > 0.0, low.high < 0.0 < high.low
        if not kept and not left:  # an end that may be zero
            return Outcome("consistent", shown(numbers), "0")
        tails = [Interval(0.0, 1.0 - x) if not left else Interval(1.0 - x, 1.0) for x in levels]
        met = any(tail.meets(said) for tail in tails)
        decided = not lines.lenient and all(lines.parted(said, tail) for tail in tails)
        why = None if met else message("whether the interval holds zero and the stars do not agree")
        return Outcome(state_of(met, decided), shown(numbers), "0 ∈" if left else "0 ∉", why)

    return judge

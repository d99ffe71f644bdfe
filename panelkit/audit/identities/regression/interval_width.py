"""A confidence interval is as wide as its standard error says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.bounded import LEVELS, bounded, quantiles
from panelkit.audit.parts import degrees_of, operand, positive, resampled
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Outcome, Reading, Relation, digits
from panelkit.audit.significance import shown, state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("high − low = 2 q se, q of 90, 95 or 99 %")


@offered("identity", "interval-width", family="regression", source="Greene 2018, section 4.7.1")
def interval_width(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield high − low = 2 q se, with q of 90, 95 or 99 % of a normal or t."""
    for entry, low, high in bounded(table, reading):
        if error := operand(entry, reading, "se"):
            yield Relation("interval-width", (error, low, high), _width_of(table, entry))


def _width_of(table: Table, entry: Entry) -> Judge:
    degrees = degrees_of(table, entry)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        error, low, high = numbers
        below = positive(error.interval)
        if below is None or resampled(table):
            return None
        half = (high.interval - low.interval) * 0.5
        wide = [below * quantiles(level, degrees) for level in LEVELS]
        met = any(one.meets(half) for one in wide)
        near = min(wide, key=lambda one: abs(one.middle - half.middle))
        why = None if met else message("no level of 90, 95 or 99 % gives an interval of this width")
        return Outcome(state_of(met, False), shown(numbers[1:]), f"± {digits(near, low.decimals)}", why)

    return judge

"""A coefficient over its standard error is its t or z."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.ratios import noise_of, over, quotient
from panelkit.audit.parts import degrees_of, estimates, operand
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import Lines, p_of, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("t = b / se")


@offered("identity", "t-ratio", family="regression", source="Greene 2018, equation 4-45")
def t_ratio(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield t = b / se, where a table prints both."""
    for entry in estimates(table):
        error, ratio = operand(entry, reading, "se"), operand(entry, reading, "t", "z")
        if error is not None and ratio is not None:
            yield Relation("t-ratio", (Operand(entry), error, ratio), _judge_of(table, entry, reading))


def _judge_of(table: Table, entry: Entry, reading: Reading) -> Judge:
    noise, degrees = noise_of(table, entry), degrees_of(table, entry)
    lines = Lines(reading.star_levels)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        estimate, error, ratio = numbers
        exact, wide = quotient(estimate, error), over(estimate.truncated(), error.truncated())
        if exact is None or wide is None:
            return None
        met = _same(exact.widened(noise), ratio.interval)
        apart = not _same(wide.widened(noise), ratio.truncated())
        ends = p_of(wide.widened(noise), degrees), p_of(ratio.truncated(), degrees)
        signs = _signs_differ(wide, ratio.interval)
        why = None
        if signs:
            why = message("the sign of the coefficient and that of its t differ")
        elif not met:
            why = message("coefficient, standard error and t cannot all be as printed")
        state = state_of(
            met, apart and (lines.parted(*ends) or (signs and min(ends[0].high, ends[1].high) < 0.1))
        )
        return Outcome(state, ratio.text, digits(exact, ratio.decimals), why)

    return judge


def _same(one: Interval, other: Interval) -> bool:
    """Return whether two ratios meet, or meet in size where the printed one has no sign."""
    return one.meets(other) or (other.low >= 0.0 and one.high <= 0.0 and abs(one).meets(other))


def _signs_differ(one: Interval, other: Interval) -> bool:
    """Return whether b is positive and t negative; a t without a sign beside a negative b is taken for its size."""
    return one.low > 0.0 and other.high < 0.0

"""A printed p-value is that of t or z, and of the coefficient over its standard error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Facts, Table
from panelkit.audit.identities.regression.ratios import noise_of, quotient
from panelkit.audit.parts import degrees_of, estimates, operand, probability_of, resampled
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, against_p, p_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("p = that of t or b / se")


@offered("identity", "p-value", family="regression", source="Greene 2018, section 5.4")
def p_value(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield p = P(|t| > t printed); of b / se where no t is printed."""
    for entry in estimates(table):
        probability, ratio = operand(entry, reading, "p"), operand(entry, reading, "t", "z")
        error = operand(entry, reading, "se")
        if probability is None:
            continue
        if ratio is not None:
            yield Relation("p-value", (ratio, probability), _judge_of(table, entry, reading))
        elif error is not None:
            yield Relation("p-value", (Operand(entry), error, probability), _judge_of(table, entry, reading))


def _judge_of(table: Table, entry: Entry, reading: Reading) -> Judge:
    degrees, noise, facts = degrees_of(table, entry), noise_of(table, entry), table.facts
    lines = Lines(reading.star_levels, lenient=resampled(table) or entry.role == "indirect_effect")

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        return against_p(
            numbers[-1].interval, _tail(numbers, degrees, noise, facts), lines, numbers[-1].text, facts.draws
        )

    return judge


def _tail(numbers: Sequence[Printed], degrees: Interval, noise: float, facts: Facts) -> Interval | None:
    ratio = numbers[0].interval if len(numbers) == 2 else quotient(numbers[0], numbers[1])
    if ratio is None or probability_of(numbers[-1]) is None:
        return None
    return p_of(ratio.widened(noise if len(numbers) == 3 else 0.0), degrees, one_sided=facts.one_sided)

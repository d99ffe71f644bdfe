"""Deviations are not negative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("sd, variance ≥ 0")


@offered("identity", "deviation-sign", family="descriptives", source="by definition")
def deviation_sign(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield sd ≥ 0, and variance ≥ 0."""
    for one in table.of("sd", "variance"):
        yield Relation("deviation-sign", (Operand(one),), _not_negative)


def _not_negative(numbers: Sequence[Printed]) -> Outcome:
    met = numbers[0].high >= 0.0
    why = None if met else message("no deviation is negative")
    return Outcome(state_of(met, False), numbers[0].text, "≥ 0", why)

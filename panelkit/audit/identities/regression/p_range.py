"""A p-value lies from zero to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.parts import operand
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("0 ≤ p ≤ 1")


@offered("identity", "p-range", family="regression", source="by definition")
def p_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield 0 ≤ p ≤ 1, of coefficients and of tests."""
    for entry in table.entries:
        if probability := operand(entry, reading, "p"):
            yield Relation("p-range", (probability,), _probability)


def _probability(numbers: Sequence[Printed]) -> Outcome:
    (p,) = numbers
    met = p.high >= 0.0 and p.low <= 1.0
    return Outcome(
        state_of(met, True), p.text, "0 … 1", None if met else message("no p-value lies outside 0 to 1")
    )

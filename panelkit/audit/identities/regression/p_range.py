"""A p-value lies from zero to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.testing import CHI2
from panelkit.audit.parts import operand
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("0 ≤ p ≤ 1")
TESTS = (*CHI2, "lr", "wald")


@offered("identity", "p-range", family="regression", source="by definition")
def p_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield 0 ≤ p ≤ 1, of coefficients and of tests; brackets of tests hold what those of other tests do."""
    tests = table.of(*TESTS)
    for entry in table.entries:
        probability = operand(entry, reading, "p")
        place = entry.part("bracket")
        beside = any(one.part("p") is not None for one in tests if one is not entry)
        if probability is None and entry.role in TESTS and place is not None and beside:
            probability = Operand(entry, place)
        if probability is not None:
            yield Relation("p-range", (probability,), _probability)


def _probability(numbers: Sequence[Printed]) -> Outcome:
    (p,) = numbers
    met = p.high >= 0.0 and p.low <= 1.0
    return Outcome(
        state_of(met, True), p.text, "0 … 1", None if met else message("no p-value lies outside 0 to 1")
    )

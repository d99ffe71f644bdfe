"""Correlations lie from -1 to 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.matrices import is_own
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("|r| ≤ 1")


@offered("identity", "correlation-range", family="descriptives", source="Cauchy-Schwarz")
def correlation_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield |r| ≤ 1, and = 1 of a variable with itself."""
    for one in table.of("correlation"):
        yield Relation("correlation-range", (Operand(one),), _own if is_own(one) else _other)


def _own(numbers: Sequence[Printed]) -> Outcome:
    met = numbers[0].interval.has(1.0)
    why = None if met else message("a variable correlates with itself by one")
    return Outcome(state_of(met, False), numbers[0].text, "1", why)


def _other(numbers: Sequence[Printed]) -> Outcome:
    size = abs(numbers[0].interval)
    met = size.low <= 1.0
    why = None if met else message("no correlation exceeds one")
    return Outcome(state_of(met, False), numbers[0].text, "−1 … 1", why)

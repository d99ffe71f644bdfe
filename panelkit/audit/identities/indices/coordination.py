"""The coupling coordination degree is the root of coupling times development."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.indices.coupling_rows import coupling_rows
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("coordination D = √(coupling C × development T)")


@offered("identity", "coordination-degree", family="indices", source="Liao 1999; Wang, Kong, Ren et al. 2021")
def coordination_degree(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield D = sqrt(C T) for every unit and year that prints all three."""
    for row in coupling_rows(table):
        if len(row.parts) == 3:
            operands = {name: Operand(one) for name, one in row.parts.items()}
            yield relation("coordination-degree", operands, _judge, row.about)


def _judge(numbers: Numbers) -> Outcome | None:
    return weigh(numbers, "D", _root)


def _root(held: Intervals) -> Interval | None:
    product = held["C"] * held["T"]
    return product.root() if product.high >= 0.0 else None

"""The parts of a Theil index or a Dagum Gini add up to it."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.beside import beside
from panelkit.audit.entries import Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("Theil = within + between; Dagum Gini = within + net between + transvariation")
PARTS = {
    "theil_total": ("theil_within", "theil_between"),
    "gini": ("gini_within", "gini_between", "gini_transvariation"),
}


@offered("identity", "inequality-sum", family="indices", source="Theil 1967; Dagum 1997")
def inequality_sum(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield total = sum of parts, for every row or column that prints all of them."""
    for total, roles in PARTS.items():
        for entry in table.of(total):
            found = {role: beside(table, entry, role) for role in roles}
            operands = {role: Operand(one) for role, one in found.items() if one is not None}
            if len(operands) == len(roles):
                yield relation("inequality-sum", operands | {"total": Operand(entry)}, _judge, entry.label)


def _judge(numbers: Numbers) -> Outcome | None:
    return weigh(numbers, "total", _added)


def _added(held: Intervals) -> Interval:
    return sum((one for name, one in held.items() if name != "total"), Interval.at(0.0))

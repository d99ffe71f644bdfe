"""Weights below a level add up to its own."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.indices.weight_groups import parents
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("weight of a level = sum of the weights below it")


@offered("identity", "parent-weights", family="indices", source="definition of weights")
def parent_weights(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield weight of a level = sum of those of its section in another column."""
    for top, parts in parents(table):
        operands = {"parent": Operand(top)} | {f"weight {k}": Operand(one) for k, one in enumerate(parts)}
        yield relation("parent-weights", operands, _judge, top.subject)


def _judge(numbers: Numbers) -> Outcome | None:
    return weigh(numbers, "parent", _added)


def _added(held: Intervals) -> Interval:
    return sum((one for name, one in held.items() if name != "parent"), Interval.at(0.0))

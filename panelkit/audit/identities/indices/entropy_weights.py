"""Entropy weights are in the proportion of one less entropy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.beside import beside
from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.indices.weight_groups import weight_groups
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("entropy weight w = (1 - e) / sum of (1 - e)")


@offered("identity", "entropy-weights", family="indices", source="Shannon 1948; Zou, Yun and Sun 2006")
def entropy_weights(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield w_j = (1 - e_j) / sum_k (1 - e_k) for the indicators of a group that all print their entropy."""
    for whole, held in weight_groups(table):
        entropies = [beside(table, one, "entropy", one.subject) for one in held]
        found: list[Entry] = [one for one in entropies if one is not None]
        if len({(one.row, one.column) for one in found}) < len(held):
            continue
        for k, own in enumerate(held):
            operands = {"weight": Operand(own)} | {f"e {j}": Operand(one) for j, one in enumerate(found)}
            yield relation("entropy-weights", operands, _judge_of(f"e {k}", whole), own.subject)


def _judge_of(own: str, whole: float) -> Callable[[Numbers], Outcome | None]:
    def due(held: Intervals) -> Interval | None:
        rest = sum((1.0 - one for name, one in held.items() if name not in (own, "weight")), Interval.at(0.0))
        gain = 1.0 - held[own]
        if gain.low <= 0.0 or rest.low <= 0.0:
            return None
        return whole / (1.0 + rest / gain)

    def judge(numbers: Numbers) -> Outcome | None:
        excuse = message("it need not hold where the weights of several levels are multiplied")
        return weigh(numbers, "weight", due, excuse=excuse)

    return judge

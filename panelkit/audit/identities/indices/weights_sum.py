"""Weights add up to one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.indices.weight_groups import printed_sums, weight_groups
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.weighing import CUT_OFF, Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("weights of a level: sum = 1 (or 100)")


@offered("identity", "weights-sum", family="indices", source="definition of weights")
def weights_sum(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield sum of weights = 1 or 100, of a column or of each of its sections; = their sum where one is printed."""
    for whole, held in weight_groups(table):
        operands = {f"weight {k}": Operand(one) for k, one in enumerate(held)}
        yield relation("weights-sum", operands, _judge_of(whole), held[0].panel or held[0].heading)
    for said, held in printed_sums(table):
        operands = {"sum": Operand(said)} | {f"weight {k}": Operand(one) for k, one in enumerate(held)}
        yield relation("weights-sum", operands, _as_said, said.label)


def _as_said(numbers: Numbers) -> Outcome | None:
    return weigh(numbers, "sum", _added)


def _added(held: Intervals) -> Interval:
    return sum((one for name, one in held.items() if name != "sum"), Interval.at(0.0))


def _judge_of(whole: float) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        said = numbers.values()
        found = sum((one.interval for one in said), Interval.at(0.0))
        decimals = max(one.decimals for one in said)
        plain = f"{sum(one.value for one in said):.{max(decimals, 0)}f}"
        if found.has(whole) or found.meets(whole):
            return Outcome("consistent", plain, f"{whole:g}")
        cut = sum((one.truncated() for one in said), Interval.at(0.0)).has(whole)
        return Outcome(
            "inconsistent", plain, f"{whole:g} ({digits(found, decimals)})", CUT_OFF if cut else None
        )

    return judge

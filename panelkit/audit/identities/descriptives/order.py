"""Mean and median lie between minimum and maximum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.groups import groups_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("minimum ≤ mean, median ≤ maximum")

_ORDERS = (
    ("minimum", "mean"),
    ("mean", "maximum"),
    ("minimum", "median"),
    ("median", "maximum"),
    ("minimum", "maximum"),
)


@offered("identity", "order", family="descriptives", source="by definition")
def order(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield minimum ≤ mean, median ≤ maximum."""
    for group in groups_of(table):
        for low, high in _ORDERS:
            if low in group and high in group:
                yield Relation("order", (Operand(group[low]), Operand(group[high])), _ordered)


def _ordered(numbers: Sequence[Printed]) -> Outcome:
    low, high = numbers
    met = low.low <= high.high
    why = None if met else message("mean and median lie between minimum and maximum")
    return Outcome(state_of(met, False), low.text, f"≤ {high.text}", why)

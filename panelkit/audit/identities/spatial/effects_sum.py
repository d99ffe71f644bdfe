"""Direct and indirect effects add up to the total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, compare
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("direct effect + indirect effect = total effect")


@offered("identity", "effects-sum", family="spatial", source="LeSage and Pace 2009, section 2.7")
def effects_sum(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield direct + indirect = total, for every variable of every column."""
    for total in table.of("total"):
        parts = [
            table.one(role, column=total.column, subject=total.subject, panel=None)
            for role in ("direct", "indirect")
        ]
        if parts[0] is not None and parts[1] is not None:
            yield Relation("effects-sum", (Operand(parts[0]), Operand(parts[1]), Operand(total)), _judge)


def _judge(numbers: Sequence[Printed]) -> Outcome:
    direct, indirect, total = numbers
    return compare(total, direct.interval + indirect.interval)

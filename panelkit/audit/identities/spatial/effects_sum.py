"""Direct and indirect effects add up to the total."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.beside import beside
from panelkit.audit.entries import Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, opposite, relation, starred, stars, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("direct effect + indirect effect = total effect")


@offered("identity", "effects-sum", family="spatial", source="LeSage and Pace 2009, section 2.7")
def effects_sum(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield direct + indirect = total, for every variable of every column; means over draws add up as well."""
    for total in table.of("total"):
        direct, indirect = (beside(table, total, role, total.subject) for role in ("direct", "indirect"))
        if direct is None or indirect is None:
            continue
        parts = {"direct": Operand(direct), "indirect": Operand(indirect), "total": Operand(total)}
        marks = {f"stars {name}": stars(part) for name, part in parts.items()}
        yield relation("effects-sum", parts | marks, _judge, total.subject)


def _judge(numbers: Numbers) -> Outcome | None:
    direct, indirect, total = (numbers[name].interval for name in ("direct", "indirect", "total"))
    given = {"direct": total - indirect, "indirect": total - direct, "total": direct + indirect}

    def decides(_: Interval) -> bool:
        return any(
            starred(numbers, name) and opposite(numbers[name].interval, others)
            for name, others in given.items()
        )

    return weigh(
        numbers,
        "total",
        lambda held: held["direct"] + held["indirect"],
        decides=decides,
        why=message("the sign of a starred effect is the other one by the two effects beside it"),
    )

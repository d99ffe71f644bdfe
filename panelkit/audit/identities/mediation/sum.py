"""Direct and indirect effects of a mediation add up to the total."""

from __future__ import annotations

import re
from collections.abc import Iterator

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.mediation.paths import paths_of
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, opposite, relation, starred, stars, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("total effect c = direct effect c' + indirect effects")
_WHOLE = re.compile(r"(?<![a-z])total(?![a-z])|总", re.IGNORECASE)


@offered(
    "identity", "mediation-sum", family="mediation", source="Baron and Kenny 1986; Hayes 2018, section 3.1"
)
def mediation_sum(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield c = c' + indirect; of one model with several mediators, + all of them (or their printed sum)."""
    totals, directs, indirects = (
        table.of(role) for role in ("total_effect", "direct_effect", "indirect_effect")
    )
    if len(totals) == len(directs) == 1 and len(indirects) > 1:
        whole = [one for one in indirects if _WHOLE.search(one.label) or _WHOLE.search(one.subject)]
        yield _added(totals[0], directs[0], tuple(whole) if len(whole) == 1 else indirects)
        return
    for paths in paths_of(table):
        if paths.has("c", "direct", "indirect"):
            held = paths.entries
            yield _added(held["c"], held["direct"], (held["indirect"],))


def _added(total: Entry, direct: Entry, indirects: tuple[Entry, ...]) -> Relation:
    parts = {"direct": direct} | {f"indirect {k}": one for k, one in enumerate(indirects)}
    operands = {name: Operand(one) for name, one in parts.items()} | {"total": Operand(total)}
    return relation(
        "mediation-sum",
        operands | {f"stars {n}": stars(o) for n, o in operands.items()},
        _judge,
        total.subject,
    )


def _judge(numbers: Numbers) -> Outcome | None:
    names = [name for name in numbers if not name.startswith("stars") and name != "total"]

    def added(held: dict[str, Interval]) -> Interval:
        return sum((held[name] for name in names), Interval.at(0.0))

    def decides(_: Interval) -> bool:
        total = numbers["total"].interval
        rest = {name: total - added_but(name) for name in names} | {
            "total": added({n: numbers[n].interval for n in names})
        }
        return any(
            starred(numbers, name) and opposite(other, numbers[name].interval) for name, other in rest.items()
        )

    def added_but(name: str) -> Interval:
        return sum((numbers[one].interval for one in names if one != name), Interval.at(0.0))

    return weigh(
        numbers,
        "total",
        lambda held: added(dict(held)),
        decides=decides,
        why=message("the sign of a starred effect is the other one by the effects beside it"),
        excuse=message("it need not hold where the effects come from different samples or equations"),
    )

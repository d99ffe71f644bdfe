"""The utility of an indicator is one less its entropy."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.beside import beside
from panelkit.audit.entries import Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation, weigh
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("utility d = 1 - entropy e")


@offered("identity", "entropy-utility", family="indices", source="Zou, Yun and Sun 2006")
def entropy_utility(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield d = 1 - e of every indicator, where at least half of those that print both keep to it."""
    pairs = [
        (one, e)
        for one in table.of("redundancy")
        if (e := beside(table, one, "entropy", one.subject)) is not None
    ]
    kept = sum((1.0 - e.number.interval).meets(d.number.interval) for d, e in pairs)
    if 2 * kept < len(pairs):
        return
    for d, e in pairs:
        yield relation("entropy-utility", {"d": Operand(d), "e": Operand(e)}, _judge, d.subject)


def _judge(numbers: Numbers) -> Outcome | None:
    return weigh(numbers, "d", lambda held: 1.0 - held["e"])

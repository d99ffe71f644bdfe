"""Coupling, coordination, development, entropy and weights lie between zero and one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.indices.weight_groups import weight_groups
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, limits, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("0 <= C, D, T, U, entropy e, weight w <= 1")
_ROLES = ("coupling_c", "coordination_d", "development_t", "system_u", "entropy")
_DECIDING = ("coupling_c", "coordination_d")


@offered("identity", "index-range", family="indices", source="Liao 1999; Shannon 1948")
def index_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield 0 <= index <= 1, and of weights that add up to one.

    Columns of indices of which most numbers lie above one are on another scale and left alone.
    """
    columns: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    for one in table.of(*_ROLES):
        columns[(one.role, one.column)].append(one)
    for (role, _), held in columns.items():
        if 2 * sum(one.number.low > 1.0 for one in held) < max(len(held), 2):
            for one in held:
                judge = _decides if role in _DECIDING else _remarks
                yield relation("index-range", {"index": Operand(one)}, judge, one.subject)
    for whole, group in weight_groups(table):
        for one in group if whole == 1.0 else ():
            yield relation("index-range", {"index": Operand(one)}, _remarks, one.subject)


def _decides(numbers: Numbers) -> Outcome:
    why = message("no degree of coupling or coordination lies outside 0 and 1")
    return limits(numbers["index"], Interval(0.0, 1.0), state="decision", why=why)


def _remarks(numbers: Numbers) -> Outcome:
    why = message("an index of this kind lies between 0 and 1")
    return limits(numbers["index"], Interval(0.0, 1.0), state="inconsistent", why=why)

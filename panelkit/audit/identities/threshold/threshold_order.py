"""Thresholds that are numbered rise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("γ1 < γ2 < γ3")
_NUMBERED = re.compile(
    r"(?:γ|\bgamma|\br)_?\{?([123])\b|第([一二三])(?:个)?门[槛限]|(first|second|third) threshold",
    re.IGNORECASE,
)
_ORDER = {"一": 1, "二": 2, "三": 3, "first": 1, "second": 2, "third": 3}


@offered("identity", "threshold-order", family="threshold", source="Hansen 1999, section 5")
def threshold_order(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield gamma_1 < gamma_2 of thresholds whose labels number them; names such as Th-21 give the order of search."""
    columns: dict[tuple[int, int, str], dict[int, Entry]] = defaultdict(dict)
    for entry in table.of("threshold"):
        found = _NUMBERED.search(f"{entry.label} {entry.subject}")
        if found is not None:
            said = next(one for one in found.groups() if one)
            number = int(said) if said.isdigit() else _ORDER[said.lower()]
            columns[(entry.table, entry.column, entry.panel)].setdefault(number, entry)
    for held in columns.values():
        for low, high in pairwise(sorted(held)):
            operands = {"lower": Operand(held[low]), "upper": Operand(held[high])}
            yield relation("threshold-order", operands, _judge, held[low].panel or held[low].heading)


def _judge(numbers: Numbers) -> Outcome:
    lower, upper = numbers["lower"], numbers["upper"]
    right = lower.low < upper.high
    why = message("it need not hold where thresholds are numbered in the order in which they were found")
    return Outcome(
        "consistent" if right else "inconsistent", lower.text, f"< {upper.text}", None if right else why
    )

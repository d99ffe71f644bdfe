"""Quantiles rise in their level, from the minimum to the maximum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from panelkit.audit.entries import Entry, Table
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("minimum ≤ p25 ≤ median ≤ p75 ≤ maximum")
_ENDS = {"minimum": 0.0, "median": 0.5, "maximum": 1.0}


@offered("identity", "quantile-order", family="descriptives", source="by definition")
def quantile_order(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield that of each two neighbouring quantiles of a variable the higher one is not smaller."""
    for panel, subject in dict.fromkeys((one.panel, one.subject) for one in table.of("quantile")):
        held = table.of("quantile", *_ENDS, panel=panel, subject=subject)
        rows = [[one for one in held if one.row == row] for row in dict.fromkeys(one.row for one in held)]
        for part in rows if any(len(part) > 1 for part in rows) else [list(held)]:
            own = sorted(part, key=_level)
            if len({_level(one) for one in own}) == len(own):
                for low, high in pairwise(own):
                    yield Relation("quantile-order", (Operand(low), Operand(high)), _ordered)


def _level(entry: Entry) -> float:
    return _ENDS[entry.role] if entry.role in _ENDS else float(entry.other)


def _ordered(numbers: Sequence[Printed]) -> Outcome:
    low, high = numbers
    met = low.low <= high.high
    return Outcome("consistent" if met else "inconsistent", low.text, f"≤ {high.text}")

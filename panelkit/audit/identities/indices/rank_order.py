"""Ranks against the values that they order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("ranks follow the values: a better rank, no worse value")
_RANK = re.compile(r"排名|排序|名次|位次|(?<![a-z])rank(?:ing)?(?![a-z])", re.IGNORECASE)


@offered("identity", "rank-order", family="indices", source="definition of ranks")
def rank_order(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield that a column of ranks orders the column of values to the left of it, falling or rising."""
    ranks = [one for one in table.entries if one.role == "unknown" and _RANK.search(one.heading)]
    for column in sorted({one.column for one in ranks}):
        own = [one for one in ranks if one.column == column]
        left = [one.column for one in table.entries if one.column < column and one not in ranks]
        if not left or len(own) < 3:
            continue
        values = {one.row: one for one in table.entries if one.column == max(left)}
        pairs = [(one, values[one.row]) for one in own if one.row in values]
        if len(pairs) > 2:
            yield _ordered(pairs)


def _ordered(pairs: list[tuple[Entry, Entry]]) -> Relation:
    operands = {f"rank {k}": Operand(rank) for k, (rank, _) in enumerate(pairs)}
    operands |= {f"value {k}": Operand(value) for k, (_, value) in enumerate(pairs)}
    labels = [rank.label for rank, _ in pairs]
    return relation("rank-order", operands, _judge_of(labels), pairs[0][0].heading)


def _judge_of(labels: list[str]) -> Callable[[Numbers], Outcome]:
    count = len(labels)

    def judge(numbers: Numbers) -> Outcome:
        falling = [_breaks(numbers, count, 1.0), _breaks(numbers, count, -1.0)]
        broken = min(falling, key=len)
        if not broken:
            return Outcome("consistent", f"1 … {count}", f"1 … {count}")
        first, second = broken[0]
        why = message(
            "{first} and {second} are ranked the other way round ({n} pairs in all)",
            first=labels[first],
            second=labels[second],
            n=len(broken),
        )
        return Outcome("inconsistent", numbers[f"rank {first}"].text, numbers[f"value {first}"].text, why)

    return judge


def _breaks(numbers: Numbers, count: int, sign: float) -> list[tuple[int, int]]:
    """Return the pairs of which the better rank has the surely worse value (`sign` 1: high values rank first)."""
    said = [(numbers[f"rank {k}"].value, numbers[f"value {k}"].interval * sign) for k in range(count)]
    return [
        (i, j)
        for i in range(count)
        for j in range(count)
        if said[i][0] < said[j][0] and said[i][1].high < said[j][1].low
    ]

"""Ranks against the values that they order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.vocabulary.marks import is_rank
from panelkit.audit.weighing import Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("ranks follow the values: a better rank, no worse value")

Pair = tuple[Entry, Entry]


@offered("identity", "rank-order", family="indices", source="definition of ranks")
def rank_order(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield that a column of ranks orders a column of values, falling or rising.

    That is the one left of it; where it stands first, the one of which it breaks the fewest pairs. Ranks that break
    more pairs than one unit takes part in, or half of all, order something else, and are left alone, and so are
    numbers that count no places: changes of rank.
    """
    ranks = [one for one in table.entries if one.role == "unknown" and is_rank(one.heading)]
    for column in sorted({one.column for one in ranks}):
        own = [one for one in ranks if one.column == column]
        others = sorted({one.column for one in table.entries if one not in ranks})
        left = [one for one in others if one < column]
        found = [_pairs(table, own, other) for other in (left[-1:] or others)]
        found = [pairs for pairs in found if len(pairs) > 3]
        if not found:
            continue
        best = min(found, key=_broken)
        most = len(best) * (len(best) - 1) // 2
        places = all(rank.number.value >= 1.0 and rank.number.decimals <= 0 for rank, _ in best)
        if places and _broken(best) < len(best) and 2 * _broken(best) < most:
            yield _ordered(best)


def _pairs(table: Table, ranks: list[Entry], column: int) -> list[Pair]:
    values = {one.row: one for one in table.entries if one.column == column}
    return [(one, values[one.row]) for one in ranks if one.row in values]


def _broken(pairs: list[Pair]) -> int:
    """Return how many pairs ranks put the other way round."""
    said = [(rank.number.value, value.number.interval) for rank, value in pairs]
    return min(len(_breaks(said, 1.0)), len(_breaks(said, -1.0)))


def _ordered(pairs: list[tuple[Entry, Entry]]) -> Relation:
    operands = {f"rank {k}": Operand(rank) for k, (rank, _) in enumerate(pairs)}
    operands |= {f"value {k}": Operand(value) for k, (_, value) in enumerate(pairs)}
    labels = [rank.label for rank, _ in pairs]
    return relation("rank-order", operands, _judge_of(labels), pairs[0][0].heading)


def _judge_of(labels: list[str]) -> Callable[[Numbers], Outcome]:
    count = len(labels)

    def judge(numbers: Numbers) -> Outcome:
        said = [(numbers[f"rank {k}"].value, numbers[f"value {k}"].interval) for k in range(count)]
        falling = [_breaks(said, 1.0), _breaks(said, -1.0)]
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


def _breaks(said: list[tuple[float, Interval]], sign: float) -> list[tuple[int, int]]:
    """Return the pairs of which the better rank has the surely worse value (`sign` 1: high values rank first)."""
    held = [(rank, value * sign) for rank, value in said]
    return [
        (i, j)
        for i, (first, one) in enumerate(held)
        for j, (second, other) in enumerate(held)
        if first < second and one.high < other.low
    ]

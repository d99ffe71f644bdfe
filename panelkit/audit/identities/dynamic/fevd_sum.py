"""Shares of the forecast error variance of one response at one horizon add up to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from statistics import median

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.weighing import CUT_OFF, Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("shares of the forecast error variance over all shocks: sum = 1 (or 100)")


@offered("identity", "fevd-sum", family="dynamic", source="Luetkepohl 2005, section 2.3.3")
def fevd_sum(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield sum over impulses = 1 or 100 for every response and horizon.

    Tables of which no row adds up, and all fall short, print some of the shocks alone and are left alone.
    """
    groups: dict[tuple[int, str, str], list[Entry]] = defaultdict(list)
    for one in table.of("fevd"):
        groups[(one.table, one.panel, one.subject)].append(one)
    rows = [held for held in groups.values() if len(held) > 1]
    if not rows:
        return
    scale = 100.0 if median(sum(one.number.value for one in held) for held in rows) > 2.0 else 1.0
    judge = _judge_of(scale)
    short = [_added([one.number.interval for one in held]).high < scale for held in rows]
    if all(short) and len(rows) > 1:
        return
    for held in rows:
        operands = {f"share {k}": Operand(one) for k, one in enumerate(held)}
        yield relation("fevd-sum", operands, judge, f"{held[0].panel} {held[0].subject}".strip())


def _added(held: list[Interval]) -> Interval:
    return sum(held, Interval.at(0.0))


def _judge_of(scale: float) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        found = _added([one.interval for one in numbers.values()])
        shown = digits(found, max(one.decimals for one in numbers.values()))
        if found.meets(scale):
            return Outcome("consistent", f"{scale:g}", shown)
        cut = _added([one.truncated() for one in numbers.values()]).has(scale)
        return Outcome("inconsistent", f"{scale:g}", shown, CUT_OFF if cut else None)

    return judge

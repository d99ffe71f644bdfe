"""The z of Moran's I is its distance from its expectation in standard deviations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.spatial.moran import Ratio, deviation_of
from panelkit.audit.parts import operand
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Outcome, Reading, Relation, compare
from panelkit.audit.significance import FIVE, p_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("z = (I - E(I)) / sd(I)")


@offered("identity", "moran-z", family="spatial", source="Cliff and Ord 1981, section 2.3")
def moran_z(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield z = (I - E) / sd of every Moran's I printed with both; significance at 5 % decides."""
    for entry in table.of("moran_i"):
        z, found = operand(entry, reading, "z", "t"), deviation_of(table, entry, reading)
        if z is not None and found is not None and entry.number.low <= 1.0:
            yield Relation("moran-z", (z, *found[0]), _judge_of(found[1]), entry.label)


def _judge_of(ratio: Ratio) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        due = ratio(numbers[1:])
        if due is None:
            return None
        normal = Interval.at(float("inf"))
        here, there = p_of(numbers[0].interval, normal), p_of(due, normal)
        crossed = (here.low > FIVE and there.high < 0.5 * FIVE) or (
            here.high < 0.5 * FIVE and there.low > FIVE
        )
        why = message("z and the deviation printed beside it do not agree on 5 %") if crossed else None
        return compare(numbers[0], due, decision=crossed, why=why)

    return judge

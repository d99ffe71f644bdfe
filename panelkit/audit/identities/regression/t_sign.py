"""A coefficient and its t have one sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import degrees_of, estimates, operand
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import p_of, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("b and its t have one sign")


@offered("identity", "t-sign", family="regression", source="Greene 2018, equation 4-45")
def t_sign(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the sign of b = the sign of t; negative b beside t without signs throughout are not judged."""
    found = [(entry, ratio) for entry in estimates(table) if (ratio := operand(entry, reading, "t", "z"))]
    below = sum(ratio.printed.high < 0.0 for _, ratio in found)
    for entry, ratio in found:
        signed = below - (ratio.printed.high < 0.0) > 0
        yield Relation("t-sign", (Operand(entry), ratio), _judge_of(table, entry, signed))


def _judge_of(table: Table, entry: Entry, signed: bool) -> Judge:
    degrees: Interval = degrees_of(table, entry)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        estimate, ratio = numbers
        rises, falls = estimate.low > 0.0 > ratio.high, estimate.high < 0.0 < ratio.low
        if falls and not signed:
            return None
        differ = rises or falls
        matters = p_of(ratio.interval, degrees).high < 0.1
        why = message("the sign of the coefficient and that of its t differ") if differ else None
        return Outcome(state_of(not differ, matters), ratio.text, "+" if estimate.value > 0.0 else "−", why)

    return judge

"""R2 lies in its range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("R2 ≤ 1, within R2 ≥ 0")


@offered("identity", "r2-range", family="regression", source="Greene 2018, section 3.5")
def r2_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield R2 ≤ 1 and within R2 ≥ 0; all of a table above 1 are taken for per cent."""
    found = table.of("r2", "r2_within", "r2_adjusted")
    for one in found:
        others = [other.number.value for other in found if other is not one]
        scale = 100.0 if min(others, default=0.0) > 1.0 else 1.0
        yield Relation("r2-range", (Operand(one),), _range_of(one.role, scale))


def _range_of(role: str, scale: float) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome:
        (one,) = numbers
        met = one.low <= scale and (role != "r2_within" or one.high >= 0.0)
        why = None if met else message("R2 lies above its largest or below its smallest possible value")
        return Outcome(state_of(met, False), one.text, f"≤ {scale:.0f}", why)

    return judge

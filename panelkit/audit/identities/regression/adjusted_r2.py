"""Adjusted R2 follows from R2, N and a whole number of regressors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.parts import statistic
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import shown, state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("1 − adjusted R2 = (1 − R2)(N − 1)/(N − k − 1), with whole k")


@offered("identity", "adjusted-r2", family="regression", source="Greene 2018, equation 3-30")
def adjusted_r2(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield 1 − R2 adjusted = (1 − R2)(N − 1)/(N − k − 1) with a whole number k."""
    for adjusted in table.of("r2_adjusted"):
        plain, rows = statistic(table, "r2", adjusted), statistic(table, "nobs", adjusted)
        if plain is not None:
            held = [plain, adjusted] + ([rows] if rows is not None else [])
            yield Relation("adjusted-r2", tuple(map(Operand, held)), _adjusted)


def _adjusted(numbers: Sequence[Printed]) -> Outcome | None:
    plain, adjusted, *rows = numbers
    scale = 100.0 if min(plain.value, adjusted.value) > 1.0 else 1.0
    text = shown(numbers[:2])
    if adjusted.low > plain.high:
        return Outcome("inconsistent", text, f"≤ {plain.text}", message("adjusted R2 exceeds R2"))
    left, right = scale - plain.interval, scale - adjusted.interval
    if not rows or left.low <= 0.0 or right.low <= 0.0:
        return Outcome("consistent", text, f"≤ {plain.text}")
    n = rows[0].value - 1.0
    lost = n - n * (left / right)
    first = max(1.0, math.ceil(lost.low - 1e-9))
    met = first <= min(lost.high + 1e-9, n - 1.0)
    why = None if met else message("no whole number of regressors gives adjusted R2 from R2 and N")
    return Outcome(state_of(met, False), text, f"k = {lost.low:.1f} … {lost.high:.1f}", why)

"""Whether an interval holds zero and the stars agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.bounded import LEVELS, bounded, quantiles
from panelkit.audit.identities.regression.starring import lines_of
from panelkit.audit.parts import degrees_of, operand, positive, words
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, shown, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("zero outside the interval = stars of its level")
_SAID = re.compile(r"(9[059])\s*[%％]")


@offered("identity", "interval-zero", family="regression", source="Greene 2018, section 5.4")
def interval_zero(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield zero outside the interval = stars of its level or beyond."""
    for entry, low, high in bounded(table, reading):
        if table.starred:
            lines = lines_of(table, entry, reading)
            error = operand(entry, reading, "se")
            levels = _levels_of(table, error, low, high, degrees_of(table, entry))
            yield Relation("interval-zero", (low, high, Operand(entry, "stars")), _zero_of(lines, levels))


def _levels_of(
    table: Table, error: Operand | None, low: Operand, high: Operand, degrees: Interval
) -> tuple[float, ...]:
    """Return the levels that an interval may have: the one said, those that its error fits, or all."""
    said = {int(level) / 100 for level in _SAID.findall(" ".join((words(table), *table.columns)))}
    if len(said) == 1:
        return tuple(said)
    if error is None:
        return LEVELS
    below = positive(error.printed.interval)
    wide = high.printed.interval - low.printed.interval
    fit = (
        () if below is None else tuple(x for x in LEVELS if (below * quantiles(x, degrees) * 2.0).meets(wide))
    )
    return fit or LEVELS


def _zero_of(lines: Lines, levels: tuple[float, ...]) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        low, high, stars = numbers
        said = lines.held_by(int(stars.value))
        if said is None or low.low > high.high:
            return None
        kept, left = high.high < 0.0 or low.low > 0.0, low.high < 0.0 < high.low
        if not kept and not left:  # an end that may be zero
            return Outcome("consistent", shown(numbers), "0")
        tails = [_tail(1.0 - x, left) for x in levels]
        met = any(tail.meets(said) for tail in tails)
        decided = not lines.lenient and all(lines.parted(said, tail) for tail in tails)
        why = None if met else message("whether the interval holds zero and the stars do not agree")
        return Outcome(state_of(met, decided), shown(numbers), "0 ∈" if left else "0 ∉", why)

    return judge


def _tail(p: float, left: bool) -> Interval:
    """Return the p-values of an interval that holds zero (`left`), or does not; the level itself is in neither."""
    return Interval(p * (1.0 + 1e-6), 1.0) if left else Interval(0.0, p * (1.0 - 1e-6))

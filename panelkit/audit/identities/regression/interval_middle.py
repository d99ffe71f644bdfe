"""A confidence interval lies evenly about its coefficient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.bounded import bounded
from panelkit.audit.parts import resampled
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import shown, state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("low + high = 2 b")
_RESAMPLED = ("indirect", "indirect_effect", "mediated_share")


@offered("identity", "interval-middle", family="regression", source="Greene 2018, section 4.7.1")
def interval_middle(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield low + high = 2 b; a coefficient outside its interval decides."""
    for entry, low, high in bounded(table, reading):
        uneven = resampled(table) or (entry.role in _RESAMPLED and table.facts.bootstrap is not False)
        yield Relation("interval-middle", (Operand(entry), low, high), _middle_of(uneven))


def _middle_of(uneven: bool) -> Judge:
    """Return the judge; `uneven`: ends may be quantiles of resamples, as those of indirect effects mostly are."""

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        estimate, low, high = numbers
        middle = (low.interval + high.interval) * 0.5
        met = middle.meets(estimate.interval)
        outside = estimate.high < low.low or estimate.low > high.high
        why = None
        if outside:
            why = message("the coefficient lies outside its own interval")
        elif not met:
            why = message("an interval of quantiles of resamples need not lie evenly about the coefficient")
            if uneven:
                return None
        return Outcome(state_of(met, outside), shown(numbers[1:]), digits(middle, estimate.decimals), why)

    return judge

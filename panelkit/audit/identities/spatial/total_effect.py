"""The total effect from coefficients and rho, where rows of W sum to one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Facts, Table
from panelkit.audit.identities.spatial.effects import Effect, effect_behind, one_sign
from panelkit.audit.identities.spatial.judging import effect_judge
from panelkit.audit.identities.spatial.unnormalised import Held, together
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, starred
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("total effect = (beta + theta) / (1 - rho), where rows of W sum to one")
NEEDS = message(
    "it asks for beta, theta, rho and the total effect of one variable, and for a W whose rows sum to one"
)


@offered("identity", "total-effect", family="spatial", source="LeSage and Pace 2009, section 2.7")
def total_effect(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield total = (beta + theta) / (1 - rho) of SDM and SAR, within what a mean over draws may stray.

    It holds where rows of W sum to one; tables that say they do not are left alone. A table that does not say which
    model it is, and prints no theta, is consistent or not judged.
    """
    if table.facts.row_standardised is False:
        return
    yield from together("total-effect", totals_held(table, reading), table.facts)


def totals_held(table: Table, reading: Reading) -> list[Held]:
    """Return the total effects of a table with what stands behind them."""
    found = []
    for total in table.of("total"):
        effect = effect_behind(table, total, reading)
        if effect is not None:
            found.append(Held(total, effect, total_judge(effect, table.facts), table.group(total.column)))
    return found


def total_judge(effect: Effect, facts: Facts) -> Callable[[Numbers], Outcome | None]:
    """Return the judge of a total effect with what stands behind it."""
    unsaid = message("it need not hold where the rows of W do not sum to one")
    return effect_judge(
        effect,
        facts,
        _total,
        decides=lambda numbers: (
            starred(numbers, "effect") and (facts.row_standardised is True or one_sign(numbers))
        ),
        why=message("the sign of a starred total effect is not that of (beta + theta) / (1 - rho)"),
        excuse=None if facts.row_standardised else unsaid,
    )


def _total(held: Intervals, room: float) -> Interval | None:
    sum_of_both = held["beta"] + held.get("theta", Interval.at(0.0))
    divisor = 1.0 - held.get("rho", Interval.at(0.0))
    return (sum_of_both / divisor).widened(room) if divisor.low > 0.0 else None

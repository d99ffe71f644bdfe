"""The direct effect is near the coefficient: what comes back from neighbours has a bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Facts, Table
from panelkit.audit.identities.spatial.effects import Effect, effect_behind, one_sign
from panelkit.audit.identities.spatial.judging import effect_judge
from panelkit.audit.identities.spatial.total_effect import totals_held
from panelkit.audit.identities.spatial.unnormalised import unnormalised
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, relation, starred
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("direct effect = beta + g (rho beta + theta), g within what W allows")


@offered("identity", "direct-effect", family="spatial", source="LeSage and Pace 2009, section 2.7; own bound")
def direct_effect(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield direct = beta + g (rho beta + theta), g all that a W with rows of sum one and no own weight allows.

    tr S / N = 1 + rho g for S = (I - rho W)^-1. A diagonal element of S is 1 / (1 - F) for F the generating function
    of first returns, which take two steps or more: |F| <= rho^2, and F >= 0 where rho >= 0. Hence g lies in
    [0, rho / (1 - rho^2)] for rho >= 0, in [rho / (1 - rho^2), -rho / (1 + rho^2)] below, whatever W is. Columns whose
    total effects are of a W with other sums of rows are left alone.
    """
    other = unnormalised(totals_held(table, reading), table.facts)
    for direct in table.of("direct"):
        effect = effect_behind(table, direct, reading)
        if effect is not None and table.group(direct.column) not in other:
            yield relation("direct-effect", effect.operands, _judge_of(effect, table.facts), direct.subject)


def _judge_of(effect: Effect, facts: Facts) -> Callable[[Numbers], Outcome | None]:
    return effect_judge(
        effect,
        facts,
        lambda held, room: _direct(held, 2.0 * room),
        decides=lambda numbers: starred(numbers, "effect", "beta") and one_sign(numbers),
        why=message("the sign of a starred direct effect is not that of its coefficient"),
        excuse=message("it need not hold where W is not normalised"),
    )


def _direct(held: Intervals, room: float) -> Interval | None:
    beta, theta = held["beta"], held.get("theta", Interval.at(0.0))
    rho = held.get("rho", Interval.at(0.0))
    if rho.low <= -1.0 or rho.high >= 1.0:
        return None
    back = rho * beta + theta
    return (beta + _feedback(rho) * back).widened(room)


def _feedback(rho: Interval) -> Interval:
    """Return g at all rho of an interval inside (-1, 1)."""
    low, high = min(rho.low, 0.0), max(rho.high, 0.0)
    return Interval(low / (1.0 - low**2), max(high / (1.0 - high**2), -low / (1.0 + low**2)))

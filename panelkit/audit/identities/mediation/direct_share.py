"""The share of an effect that does not go through the mediator."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.mediation.paths import paths_of
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("share of the direct effect = c' / c; both shares = 1 (or 100)")


@offered("identity", "direct-share", family="mediation", source="MacKinnon, Warsi and Dwyer 1995")
def direct_share(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield c' / c, and that it and the mediated share add up, where the effects printed have one sign."""
    for paths in paths_of(table):
        if not paths.has("direct share", "direct", "c"):
            continue
        values = [paths.entries[name].number.value for name in ("direct", "c")]
        if min(values) <= 0.0 <= max(values):
            continue
        about = paths.entries["direct share"].subject
        yield relation("direct-share", paths.operands("direct share", "direct", "c"), _judge, about)
        if paths.has("share") and paths.entries["share"].number.value > 0.0:
            yield relation("direct-share", paths.operands("direct share", "share"), _sum, about)


def _judge(numbers: Numbers) -> Outcome | None:
    scale = _scale(numbers)
    if numbers["c"].interval.has(0.0):
        return None
    return weigh(numbers, "direct share", lambda held: scale * (held["direct"] / held["c"]))


def _sum(numbers: Numbers) -> Outcome | None:
    scale = _scale(numbers)

    def rest(held: Intervals) -> Interval:
        return scale - held["share"]

    excuse = message("it need not hold for shares of several mediators, or of c'")
    return weigh(numbers, "direct share", rest, excuse=excuse)


def _scale(numbers: Numbers) -> float:
    """Return 100 where shares are printed in per cent without the sign, else 1."""
    return 100.0 if abs(numbers["direct share"].value) > 2.0 else 1.0

"""The indirect effect is the product of its paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Facts, Table
from panelkit.audit.errors_of import ErrorSource, error_source
from panelkit.audit.identities.mediation.paths import paths_of
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, opposite, relation, starred, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("indirect effect = path a × path b")
_SHARE_OF_ERROR = 0.3


@offered("identity", "mediation-product", family="mediation", source="Sobel 1982; Baron and Kenny 1986")
def mediation_product(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield indirect = a b; where it is a mean over bootstrap draws, within three tenths of its error."""
    for paths in paths_of(table):
        if paths.has("a", "b", "indirect"):
            entry = paths.entries["indirect"]
            drawn = table.facts.bootstrap or entry.part("low") is not None
            error = error_source(entry, reading) if drawn else None
            operands = paths.operands("a", "b", "indirect")
            operands["error"] = None if error is None else error.operand
            yield relation("mediation-product", operands, _judge_of(error, table.facts), entry.subject)


def _judge_of(error: ErrorSource | None, facts: Facts) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        room = 0.0
        if error is not None:
            most = error.error(numbers["error"], numbers["indirect"].interval).high
            room = _SHARE_OF_ERROR * most if most < float("inf") else 0.0

        def decides(recomputed: Interval) -> bool:
            return starred(numbers, "indirect") and opposite(recomputed, numbers["indirect"].interval)

        return weigh(
            numbers,
            "indirect",
            lambda held: (held["a"] * held["b"]).widened(room),
            decides=decides,
            why=message("the starred indirect effect has not the sign of a × b"),
            excuse=message(
                "it need not hold where the effect is a mean over draws or spans several mediators"
            ),
        )

    return judge

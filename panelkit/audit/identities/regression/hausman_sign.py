"""A Hausman statistic is not negative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("Hausman ≥ 0")


@offered("identity", "hausman-sign", family="regression", source="Hausman 1978; Greene 2018, section 11.5.5")
def hausman_sign(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield Hausman ≥ 0: a negative one is no chi-squared, and decides nothing."""
    for test in table.of("hausman"):
        yield Relation("hausman-sign", (Operand(test), Operand(test, "stars")), _hausman)


def _hausman(numbers: Sequence[Printed]) -> Outcome:
    test, stars = numbers
    met = test.high >= 0.0
    why = (
        None
        if met
        else message("a negative Hausman statistic is no chi-squared and cannot tell the models apart")
    )
    return Outcome(state_of(met, stars.value > 0.0), test.text, "≥ 0", why)

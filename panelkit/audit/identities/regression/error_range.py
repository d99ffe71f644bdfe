"""A standard error is not negative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.parts import ESTIMATES, operand
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("se ≥ 0")


@offered("identity", "error-range", family="regression", source="by definition")
def error_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield se ≥ 0."""
    for entry in table.of(*ESTIMATES):
        if error := operand(entry, reading, "se"):
            yield Relation("error-range", (error,), _not_negative)


def _not_negative(numbers: Sequence[Printed]) -> Outcome:
    (error,) = numbers
    met = error.high >= 0.0
    return Outcome(
        state_of(met, True), error.text, "≥ 0", None if met else message("no standard error is negative")
    )

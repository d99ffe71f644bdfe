"""A variance is the square of its standard deviation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.groups import groups_of
from panelkit.audit.parts import positive
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, compare
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("variance = sd²")


@offered("identity", "variance", family="descriptives", source="by definition")
def variance(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield variance = sd²."""
    for group in groups_of(table):
        if "sd" in group and "variance" in group:
            yield Relation("variance", (Operand(group["sd"]), Operand(group["variance"])), _square)


def _square(numbers: Sequence[Printed]) -> Outcome | None:
    sd, spread = numbers
    below = positive(sd.interval)
    if below is None:
        return None
    why = message("the variance is not the square of the standard deviation")
    return compare(spread, below.square(), why=why)

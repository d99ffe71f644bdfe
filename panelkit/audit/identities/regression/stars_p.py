"""Stars agree with p."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.starring import relation_of, starred
from panelkit.audit.parts import probability_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Reading, Relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("stars = those of p")


@offered("identity", "stars-p", family="regression", source="by definition")
def stars_p(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of p."""
    for entry, probability, lines in starred(table, reading, "p"):
        operands = (probability, Operand(entry, "stars"))
        yield relation_of("stars-p", operands, _itself, lines, math.inf)


def _itself(numbers: Sequence[Printed]) -> Interval | None:
    return probability_of(numbers[0])

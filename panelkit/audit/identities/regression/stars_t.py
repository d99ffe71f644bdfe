"""Stars agree with t or z."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.starring import relation_of, starred
from panelkit.audit.parts import degrees_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Reading, Relation
from panelkit.audit.significance import p_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("stars = those of t")


@offered("identity", "stars-t", family="regression", source="Greene 2018, section 5.4")
def stars_t(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of t or z."""
    for entry, ratio, lines in starred(table, reading, "t", "z"):
        degrees = degrees_of(table, entry)

        def tail(numbers: Sequence[Printed], degrees: Interval = degrees) -> Interval:
            return p_of(numbers[0].interval, degrees, one_sided=table.facts.one_sided)

        yield relation_of("stars-t", (ratio, Operand(entry, "stars")), tail, lines, table.facts.draws)

"""Stars agree with the coefficient over its standard error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.ratios import noise_of, quotient
from panelkit.audit.identities.regression.starring import relation_of, starred
from panelkit.audit.parts import degrees_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Reading, Relation
from panelkit.audit.significance import p_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("stars = those of b / se")


@offered("identity", "stars-ratio", family="regression", source="Greene 2018, section 5.4")
def stars_ratio(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of b / se."""
    for entry, error, lines in starred(table, reading, "se"):
        noise, degrees = noise_of(table, entry), degrees_of(table, entry)

        def tail(
            numbers: Sequence[Printed], noise: float = noise, degrees: Interval = degrees
        ) -> Interval | None:
            ratio = quotient(numbers[0], numbers[1])
            return (
                None
                if ratio is None
                else p_of(ratio.widened(noise), degrees, one_sided=table.facts.one_sided)
            )

        operands = (Operand(entry), error, Operand(entry, "stars"))
        yield relation_of("stars-ratio", operands, tail, lines, table.facts.draws)

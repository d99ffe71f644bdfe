"""The stars of Moran's I are those of its z."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.starring import Tail, lines_of, relation_of
from panelkit.audit.identities.spatial.moran import Ratio, p_due, z_of
from panelkit.audit.parts import operand, probability_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Reading, Relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("stars of Moran's I = those of its p or z, of one side or two")


@offered("identity", "moran-stars", family="spatial", source="Cliff and Ord 1981, sections 2.3 and 2.5")
def moran_stars(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of every Moran's I by its p-value, else by its z."""
    for entry in table.of("moran_i") if table.starred else ():
        probability, found = operand(entry, reading, "p"), z_of(table, entry, reading)
        lines, stars, draws = lines_of(table, entry, reading), Operand(entry, "stars"), table.facts.draws
        if probability is not None:
            yield relation_of("moran-stars", (probability, stars), _printed, lines, draws)
        elif found is not None:
            yield relation_of("moran-stars", (*found[0], stars), _due(found[1], draws), lines, draws)


def _printed(numbers: Sequence[Printed]) -> Interval | None:
    return probability_of(numbers[0])


def _due(ratio: Ratio, draws: float | None) -> Tail:
    def tail(numbers: Sequence[Printed]) -> Interval | None:
        z = ratio(numbers[:-1])
        return None if z is None else p_due(z, draws)

    return tail

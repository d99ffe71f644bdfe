"""The p-value of Moran's I is that of its z."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.spatial.moran import Ratio, p_due, z_of
from panelkit.audit.parts import operand, probability_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, against_p, shown
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("p of Moran's I = that of z, of one side or two")


@offered("identity", "moran-p", family="spatial", source="Cliff and Ord 1981, sections 2.3 and 2.5")
def moran_p(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the p-value of every Moran's I with a z: normal or of permutations, of one side or two."""
    for entry in table.of("moran_i"):
        probability, found = operand(entry, reading, "p"), z_of(table, entry, reading)
        if probability is not None and found is not None:
            judge = _judge_of(found[1], Lines(reading.star_levels), table.facts.draws)
            yield Relation("moran-p", (*found[0], probability), judge, entry.label)


def _judge_of(ratio: Ratio, lines: Lines, draws: float | None) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        *held, probability = numbers
        said, z = probability_of(probability), ratio(held)
        if said is None or z is None:
            return None
        return against_p(said, p_due(z, draws), lines, shown([one.text for one in numbers]), draws)

    return judge

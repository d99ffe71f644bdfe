"""Both triangles of a correlation matrix are the same."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.matrices import mirrored, mirrors_of, two_kinds
from panelkit.audit.relations import Operand, Reading, Relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("r of x with y = r of y with x")


@offered("identity", "correlation-symmetry", family="descriptives", source="by definition")
def correlation_symmetry(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield r of x with y = r of y with x, where both triangles of one matrix are printed."""
    for panel in dict.fromkeys(one.panel for one in table.of("correlation")):
        if not two_kinds(table, panel):
            for one, mirror in mirrors_of(table, panel):
                yield Relation("correlation-symmetry", (Operand(one), Operand(mirror)), mirrored)

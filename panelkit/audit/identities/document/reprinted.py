"""A column that is printed again holds the same coefficients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Document
from panelkit.audit.identities.document.columns import pairs_of
from panelkit.audit.identities.document.reprints import same
from panelkit.audit.relations import Operand, Reading, Relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("a column printed twice holds the same coefficients")


@offered("identity", "reprinted", family="document", source="by what is printed twice")
def reprinted(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield one coefficient in both places, where most of a column stands in two tables."""
    pairs, tried = pairs_of(document)
    for pair in pairs:
        if pair.reprinted(tried):
            for one, other in (*pair.alike, *pair.apart):
                stars = Operand(one, "stars"), Operand(other, "stars")
                yield Relation("reprinted", (Operand(one), Operand(other), *stars), same)
                if one.attached and other.attached:
                    yield Relation("reprinted", (Operand(one, 0), Operand(other, 0)), same)

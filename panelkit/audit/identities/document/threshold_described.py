"""A threshold lies inside the sample of its variable, as another table describes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Document
from panelkit.audit.identities.threshold.threshold_range import ranges
from panelkit.audit.relations import Reading, Relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("minimum < γ < maximum of the threshold variable in another table")


@offered("identity", "threshold-described", family="document", source="Hansen 1999, section 3.1")
def threshold_described(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield minimum < gamma < maximum where another table describes the threshold variable under the same name."""
    for table in document:
        for other in document:
            if other is not table:
                yield from ranges("threshold-described", table.of("threshold"), other, "inconsistent")

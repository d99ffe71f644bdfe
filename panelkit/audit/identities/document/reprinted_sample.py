"""A column that is printed again has the same N."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Document, Entry
from panelkit.audit.identities.document.columns import Column, pairs_of
from panelkit.audit.identities.document.reprints import same
from panelkit.audit.relations import Operand, Reading, Relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("a column printed twice has the same N, R2 and likelihood")


@offered("identity", "reprinted-sample", family="document", source="by what is printed twice")
def reprinted_sample(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield one N, one R2 and one log-likelihood in both places, where most of a column stands in two tables."""
    pairs, tried = pairs_of(document)
    for pair in pairs:
        if pair.reprinted(tried):
            for role in ("nobs", "r2", "loglik"):
                one, other = (_statistic(document, column, role) for column in (pair.one, pair.other))
                if one is not None and other is not None:
                    yield Relation("reprinted-sample", (Operand(one), Operand(other)), same)


def _statistic(document: Document, column: Column, role: str) -> Entry | None:
    number, at, panel = column.place
    table = document.tables[number]
    return table.one(role, column=at, panel=panel) or table.one(role, column=at)

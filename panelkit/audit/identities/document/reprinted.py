"""A column that is printed again holds the same coefficients and the same N."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Document, Entry
from panelkit.audit.identities.document.columns import Column, pairs_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import shown, state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "reprinted": message("a column printed twice holds the same coefficients"),
    "reprinted-sample": message("a column printed twice has the same N, R2 and likelihood"),
    "sample-within-data": message("N of a regression ≤ number of values of its variables"),
}


@offered("identity", "reprinted", family="document", source="by what is printed twice")
def reprinted(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield one coefficient in both places, where most of a column stands in two tables."""
    for pair in pairs_of(document):
        if pair.reprinted:
            for one, other in (*pair.alike, *pair.apart):
                stars = Operand(one, "stars"), Operand(other, "stars")
                yield Relation("reprinted", (Operand(one), Operand(other), *stars), _same)
                if one.attached and other.attached:
                    yield Relation("reprinted", (Operand(one, 0), Operand(other, 0)), _same)


@offered("identity", "reprinted-sample", family="document", source="by what is printed twice")
def reprinted_sample(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield one N, one R2 and one log-likelihood in both places, where most of a column stands in two tables."""
    for pair in pairs_of(document):
        if pair.reprinted:
            for role in ("nobs", "r2", "loglik"):
                one, other = (_statistic(document, column, role) for column in (pair.one, pair.other))
                if one is not None and other is not None:
                    yield Relation("reprinted-sample", (Operand(one), Operand(other)), _same)


@offered("identity", "sample-within-data", family="document", source="by definition")
def sample_within_data(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield N of a regression ≤ number of values of each of its variables in the descriptive statistics."""
    counts = {one.subject: one for table in document for one in table.of("count")}
    for table in document:
        for rows in table.of("nobs"):
            used = table.of("coefficient", column=rows.column, panel=rows.panel)
            held = [counts[one.subject] for one in used if one.subject in counts]
            if held:
                least = min(held, key=lambda one: one.number.value)
                yield Relation("sample-within-data", (Operand(rows), Operand(least)), _no_more)


def _statistic(document: Document, column: Column, role: str) -> Entry | None:
    number, at, panel = column.place
    table = document.tables[number]
    return table.one(role, column=at, panel=panel) or table.one(role, column=at)


def _same(numbers: Sequence[Printed]) -> Outcome:
    one, other, *stars = numbers
    met = one.interval.meets(other.interval) and (not stars or stars[0].value == stars[1].value)
    signs = one.low > 0.0 > other.high or other.low > 0.0 > one.high
    any_star = bool(stars) and (stars[0].value > 0.0) != (stars[1].value > 0.0)
    starred = bool(stars) and max(stars[0].value, stars[1].value) > 0.0
    why = None if met else message("a column printed twice holds two numbers in one place")
    texts = (
        [f"{one.text}{stars[0].text}", f"{other.text}{stars[1].text}"] if stars else [one.text, other.text]
    )
    return Outcome(state_of(met, any_star or (signs and starred)), texts[0], texts[1], why)


def _no_more(numbers: Sequence[Printed]) -> Outcome:
    rows, values = numbers
    met = rows.low <= values.high
    why = None if met else message("a regression uses more rows than its variable has values")
    return Outcome(state_of(met, False), shown(numbers[:1]), f"≤ {values.text}", why)

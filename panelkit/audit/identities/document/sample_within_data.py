"""A regression has no more rows than its variables have values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Document
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import shown, state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("N of a regression ≤ number of values of its variables")


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


def _no_more(numbers: Sequence[Printed]) -> Outcome:
    rows, values = numbers
    met = rows.low <= values.high
    why = None if met else message("a regression uses more rows than its variable has values")
    return Outcome(state_of(met, False), shown(numbers[:1]), f"≤ {values.text}", why)

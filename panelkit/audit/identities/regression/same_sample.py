"""Columns that share a sample have one number of observations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.parts import words
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import shown, state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("one N in columns of one sample")
NEEDS = message("it asks for a note that columns share a sample, and for N in several columns")
_ONE_SAMPLE = re.compile(r"相同样本|同一样本|same (?:sample|observations)", re.IGNORECASE)


@offered("identity", "same-sample", family="regression", source="by what the note says")
def same_sample(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield one N in all columns, where a note says that they share a sample."""
    rows = table.of("nobs")
    if len(rows) > 1 and _ONE_SAMPLE.search(words(table)):
        yield Relation("same-sample", tuple(Operand(one) for one in rows), _same)


def _same(numbers: Sequence[Printed]) -> Outcome:
    met = len({round(one.value) for one in numbers}) == 1
    why = None if met else message("columns of one sample have one number of rows")
    return Outcome(state_of(met, False), shown(numbers), numbers[0].text, why)

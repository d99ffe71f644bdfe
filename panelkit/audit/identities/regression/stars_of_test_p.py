"""The stars of a test are those of the p printed beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.starring import lines_of_tests
from panelkit.audit.identities.regression.testing import CHI2, p_beside
from panelkit.audit.parts import probability_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import against_stars
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("stars of a test = those of its p")

_TESTS = (*CHI2, "f", "ar1", "ar2")


@offered("identity", "test-stars-p", family="regression", source="by definition")
def stars_of_tests_by_p(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of a test, where it has some, beside its p."""
    for test in table.of(*_TESTS):
        probability = p_beside(test, reading) if test.stars else None
        if probability is not None:
            operands = (probability, Operand(test, "stars"))
            yield Relation("test-stars-p", operands, _stars_of(test, table, reading))


def _stars_of(test: Entry, table: Table, reading: Reading) -> Judge:
    lines = lines_of_tests(table, reading, silent=False)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        p, stars = numbers
        count = int(stars.value)
        said = f"{test.number.text}{'*' * count} (p {p.text})"
        return against_stars(count, probability_of(p), lines, said, math.inf)

    return judge

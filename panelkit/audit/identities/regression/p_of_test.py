"""The p-value of a test is that of its statistic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.testing import CHI2, df_of, p_beside, tail_of
from panelkit.audit.parts import probability_of, resampled
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, against_p, shown
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("p of a test = that of its statistic and df")


@offered("identity", "test-p", family="regression", source="Greene 2018, sections 5.5 and 14.6")
def p_of_tests(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the p-value of a chi-squared or normal test with its degrees of freedom."""
    for test in table.of(*CHI2, "ar1", "ar2"):
        probability, df = p_beside(test, reading), df_of(table, test)
        if probability is not None:
            operands = (Operand(test), probability, *([Operand(df)] if df is not None else []))
            yield Relation("test-p", operands, _p_of(test, table, reading))


def _p_of(test: Entry, table: Table, reading: Reading) -> Judge:
    tail = tail_of(test)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        statistic, probability, *df = numbers
        if probability_of(probability) is None:
            return None
        return against_p(
            probability.interval,
            tail(statistic.interval, df[0] if df else None),
            Lines(reading.star_levels, lenient=resampled(table)),
            shown(numbers),
            table.facts.draws,
        )

    return judge

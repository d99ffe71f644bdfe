"""The stars of a test are those of its statistic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.starring import lines_of_tests
from panelkit.audit.identities.regression.testing import CHI2, df_of, tail_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import against_stars
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("stars of a test = those of its statistic and df")


@offered("identity", "test-stars", family="regression", source="Greene 2018, sections 5.5 and 14.6")
def stars_of_tests(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of a chi-squared test with its degrees of freedom."""
    for test in table.of(*CHI2) if table.starred else ():
        df = df_of(table, test)
        operands = (Operand(test), Operand(test, "stars"), *([Operand(df)] if df is not None else []))
        yield Relation("test-stars", operands, _stars_of(test, table, reading))


def _stars_of(test: Entry, table: Table, reading: Reading) -> Judge:
    tail = tail_of(test)
    silent = not any(one.stars for one in table.of(*CHI2) if one is not test)
    lines = lines_of_tests(table, reading, silent=silent)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        statistic, stars, *df = numbers
        count = int(stars.value)
        return against_stars(
            count,
            tail(statistic.interval, df[0] if df else None),
            lines,
            f"{statistic.text} {'*' * count}".strip(),
            table.facts.draws,
        )

    return judge

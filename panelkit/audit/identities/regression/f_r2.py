"""F of pooled least squares follows from R2."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.parts import SLOPES, statistic, words
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("F = (R2/k) / ((1 − R2)/(N − k − 1))")
NEEDS = message(
    "it asks for F, R2 and N of a column said to be least squares without effects and without robust errors"
)
_ROBUST = re.compile(r"robust|cluster|white|driscoll|newey|hac|稳健|聚类", re.IGNORECASE)
_PLAIN = re.compile(r"ols|pooled|混合|最小二乘", re.IGNORECASE)


@offered("identity", "f-r2", family="regression", source="Greene 2018, equation 5-30")
def f_r2(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield F = (R2/k)/((1 − R2)/(N − k − 1)) of pooled least squares whose errors are not said to be robust."""
    if _ROBUST.search(words(table)):
        return
    for test in table.of("f"):
        plain, rows = statistic(table, "r2", test), statistic(table, "nobs", test)
        counted = len(table.of(*SLOPES, column=test.column, panel=test.panel))
        pooled = _PLAIN.search(" ".join((words(table), test.heading)))
        if plain is not None and rows is not None and counted and pooled:
            yield Relation("f-r2", (Operand(test), Operand(plain), Operand(rows)), _f_of(counted))


def _f_of(counted: int) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        test, plain, rows = numbers
        if plain.high >= 1.0 or plain.low <= 0.0 or rows.value <= counted + 1:
            return None
        odds = plain.interval / (1.0 - plain.interval)
        fits = [
            odds * ((rows.value - k - 1.0) / k)
            for k in range(max(1, counted - 1), min(counted + 60, int(rows.value) - 1))
        ]
        met = any(one.meets(test.interval) for one in fits)
        why = (
            None
            if met
            else message("an F of robust errors would excuse it; one of equal variances would not")
        )
        return Outcome(state_of(met, False), test.text, digits(fits[0], test.decimals), why)

    return judge

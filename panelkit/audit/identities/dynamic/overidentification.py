"""Hansen's and Sargan's tests: p from statistic and degrees of freedom, these from instruments and parameters."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.special import chdtrc

from panelkit.audit.chi_squared import df_of, sides
from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.dynamic.specification import specifications
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.weighing import Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("Hansen and Sargan: p = P(chi2(df) > J), df = instruments - parameters")


@offered("identity", "overidentification", family="dynamic", source="Hansen 1982; Roodman 2009")
def overidentification(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield p from J where degrees of freedom are not printed: instruments less parameters, or less one at most."""
    for role in ("hansen", "sargan"):
        for test in specifications(table, role):
            column = test.entry.column
            instruments = table.one("instruments", column=column)
            operands = {"J": test.statistic, "p": test.p, "instruments": _operand(instruments)}
            operands["parameters"] = _operand(table.one("parameters", column=column))
            known = df_of(table, test.entry) is not None or instruments is None
            if test.statistic is not None and test.p is not None and not known:
                yield relation("overidentification", operands, _judge, test.about)


def _operand(entry: Entry | None) -> Operand | None:
    return None if entry is None else Operand(entry)


def _judge(numbers: Numbers) -> Outcome | None:
    statistic, least, most = numbers["J"], *_degrees(numbers)
    if statistic.high < 0.0 or most < 1.0:
        return None
    low, high = max(statistic.low, 0.0), max(statistic.high, 0.0)
    due = Interval(float(chdtrc(max(least, 1.0), high)), float(chdtrc(most, low)))
    if due.meets(numbers["p"].interval):
        return Outcome("consistent", numbers["p"].text, digits(due, 4))
    crossed = sides(due, 0.05) * sides(numbers["p"].interval, 0.05) < 0
    why = message("J and p stand on different sides of 5 %") if crossed else None
    return Outcome("decision" if crossed else "inconsistent", numbers["p"].text, digits(due, 4), why)


def _degrees(numbers: Numbers) -> tuple[float, float]:
    """Return the fewest and the most degrees of freedom that the printed counts allow."""
    if "parameters" in numbers:
        exact = numbers["instruments"].value - numbers["parameters"].value
        return exact, exact
    return 1.0, numbers["instruments"].value - 1.0

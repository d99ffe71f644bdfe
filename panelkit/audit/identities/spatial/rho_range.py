"""The spatial coefficients lie where the model has an inverse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Facts, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, State
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("1 / (smallest eigenvalue of W) < rho < 1 / (largest eigenvalue of W)")


@offered("identity", "rho-range", family="spatial", source="LeSage and Pace 2009, section 4.3.2")
def rho_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield 1 / (smallest eigenvalue of W) < rho < 1 / (largest), for rho and lambda.

    Where rows of W sum to one the largest is 1 and the smallest at or above -1. Below -1 the outcome names, as a
    remark, the eigenvalue that allows it; a rho of 1 or more is a decision where rows are stated to sum to one.
    """
    for entry in table.of("rho", "lambda"):
        yield relation("rho-range", {"rho": Operand(entry)}, _judge_of(table.facts), entry.label)


def _judge_of(facts: Facts) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        printed = numbers["rho"]
        if printed.high < -1.0:
            why = message(
                "possible only where the smallest eigenvalue of W is above {smallest:.3f}",
                smallest=1.0 / printed.value,
            )
            return Outcome("consistent", printed.text, "-1 … 1", why)
        if printed.low > 1.0:
            why = message(
                "possible only where the largest eigenvalue of W is below {largest:.3f}, not where its rows sum to one",
                largest=1.0 / printed.value,
            )
            state: State = "decision" if facts.row_standardised else "inconsistent"
            return Outcome(state, printed.text, "-1 … 1", why)
        return Outcome("consistent", printed.text, "-1 … 1")

    return judge

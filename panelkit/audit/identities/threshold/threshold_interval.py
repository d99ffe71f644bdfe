"""A threshold lies in its own confidence interval."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.entries import Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("low end <= threshold γ <= high end")


@offered("identity", "threshold-interval", family="threshold", source="Hansen 1999, section 4")
def threshold_interval(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield low <= gamma <= high: the estimate is never rejected by its own likelihood ratio."""
    for entry in table.of("threshold"):
        low, high = entry.part("low"), entry.part("high")
        if low is not None and high is not None:
            operands = {"threshold": Operand(entry), "low": Operand(entry, low), "high": Operand(entry, high)}
            yield relation("threshold-interval", operands, _judge, entry.label)


def _judge(numbers: Numbers) -> Outcome:
    estimate, low, high = (numbers[name] for name in ("threshold", "low", "high"))
    shown = f"[{low.text}, {high.text}]"
    inside = low.low <= estimate.high and estimate.low <= high.high
    why = message("the likelihood ratio is zero at the estimate, which is never outside its interval")
    return Outcome("consistent" if inside else "inconsistent", estimate.text, shown, None if inside else why)

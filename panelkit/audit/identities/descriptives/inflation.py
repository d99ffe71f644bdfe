"""Tolerance is the inverse of the variance inflation factor, and the mean of factors is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, compare
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("1/VIF = 1 / VIF ≤ 1; mean VIF = mean of all VIF")
_MEAN = re.compile(r"mean|average|均值|平均", re.IGNORECASE)


@offered("identity", "inflation", family="descriptives", source="Marquardt 1970; definition of the mean")
def inflation(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the range of every VIF, its inverse where printed, and the mean of those of a column."""
    for entry in table.of("vif"):
        inverse = table.one("tolerance", subject=entry.subject, panel=entry.panel)
        if inverse is not None:
            yield Relation("inflation", (Operand(entry), Operand(inverse)), _inverse)
        else:
            yield Relation("inflation", (Operand(entry),), _above_one)
    for panel, column in dict.fromkeys((one.panel, one.column) for one in table.of("vif")):
        held = [one for one in table.of("vif", panel=panel) if one.column == column]
        means = [one for one in held if _is_mean(one)]
        rest = [one for one in held if not _is_mean(one)]
        if len(means) == 1 and len(rest) > 1:
            yield Relation("inflation", (*map(Operand, rest), Operand(means[0])), _mean)


def _is_mean(entry: Entry) -> bool:
    return bool(_MEAN.search(entry.label))


def _inverse(numbers: Sequence[Printed]) -> Outcome | None:
    factor, inverse = numbers
    if factor.low <= 0.0:
        return None
    return compare(inverse, Interval.at(1.0) / factor.interval)


def _above_one(numbers: Sequence[Printed]) -> Outcome:
    met = numbers[0].high >= 1.0
    return Outcome("consistent" if met else "inconsistent", numbers[0].text, "≥ 1")


def _mean(numbers: Sequence[Printed]) -> Outcome:
    *held, mean = numbers
    whole = sum((one.interval for one in held), Interval.at(0.0)) * (1.0 / len(held))
    excuse = message(
        "it need not hold where factors of variables not shown, such as years, are among those averaged"
    )
    return compare(mean, whole, why=excuse)

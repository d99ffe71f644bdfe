"""A printed mean is the mean of the numbers that it sums up."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.vocabulary.marks import is_summary, is_year
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("mean = mean of the numbers of its row (or column)")
_MEAN = re.compile(
    r"\s*(?:(?:年|各年|历年|全国|全样本)?(?:均值|平均值?|均数)|means?|averages?|avg\.?)\s*", re.IGNORECASE
)
_FEWEST = 3
_MODELS = ("coefficient", "constant", "nobs")
Sum = tuple[Entry, list[Entry]]


@offered("identity", "summary-means", family="indices", source="definition of the mean")
def summary_means(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield mean = mean of its row over years, and of its column over units, of tables of index values.

    Tables print some of the years or units behind a mean, and means may be weighted: rows (columns) are judged where
    three or more of them, and more than half, come out.
    """
    if table.of(*_MODELS):
        return
    for sums in (_of_rows(table), _of_columns(table)):
        kept = sum(_due(parts).meets(mean.number.interval) for mean, parts in sums)
        if kept >= _FEWEST and 2 * kept > len(sums):
            for mean, parts in sums:
                operands = {f"part {k}": Operand(one) for k, one in enumerate(parts)} | {
                    "mean": Operand(mean)
                }
                yield relation("summary-means", operands, _judge, mean.label)


def _of_rows(table: Table) -> list[Sum]:
    """Return the means to the right of the years of their row."""
    lines: dict[tuple[int, int, str], list[Entry]] = defaultdict(list)
    for one in table.entries:
        lines[(one.table, one.row, one.panel)].append(one)
    found = []
    for line in lines.values():
        means = [one for one in line if _MEAN.fullmatch(_own(one.heading))]
        parts = [one for one in line if is_year(_own(one.heading))]
        if len(means) == 1 and len(parts) >= _FEWEST:
            found.append((means[0], parts))
    return found


def _of_columns(table: Table) -> list[Sum]:
    """Return the means below the units of their column."""
    columns: dict[tuple[int, int, str], list[Entry]] = defaultdict(list)
    for one in table.entries:
        columns[(one.table, one.column, one.panel)].append(one)
    found = []
    for column in columns.values():
        means = [one for one in column if _MEAN.fullmatch(one.label)]
        parts = [one for one in column if not is_summary(one.label) and one.role != "count"]
        ranked = all(one.number.decimals == 0 for one in parts)
        if len(means) == 1 and len(parts) >= _FEWEST and not ranked:
            found.append((means[0], parts))
    return found


def _own(heading: str) -> str:
    """Return the last word of a heading."""
    return heading.split()[-1] if heading.split() else ""


def _due(parts: list[Entry]) -> Interval:
    return sum((one.number.interval for one in parts), Interval.at(0.0)) / len(parts)


def _judge(numbers: Numbers) -> Outcome | None:
    return weigh(numbers, "mean", _mean)


def _mean(held: Intervals) -> Interval:
    parts = [one for name, one in held.items() if name != "mean"]
    return sum(parts, Interval.at(0.0)) / len(parts)

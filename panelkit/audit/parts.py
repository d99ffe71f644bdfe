"""Which of the numbers attached to an entry mean what under a reading, and which statistics stand in its column."""

from __future__ import annotations

import re

from panelkit.audit.entries import Entry, Table
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Reading
from panelkit.kernels.intervals import Interval

SLOPES = ("coefficient", "spatial_lag_x")
EFFECTS = ("direct", "indirect", "total")
PATHS = ("path_a", "path_b", "total_effect", "direct_effect", "indirect_effect")
MAIN = (*SLOPES, "rho", "lambda", *EFFECTS, *PATHS)
ESTIMATES = (*MAIN, "constant", "sigma2")
ROWS_OF_A_UNIT = 12.0
_RESAMPLED = re.compile(
    r"bootstrap|\bboot[\s_-]?(?:se|llci|ulci|ci|lower|upper|s\.e|标准误)|\bbca?[\s_-]?ci|jackknife|permutation"
    r"|自助法|自举|刀切|置换检验",
    re.IGNORECASE,
)
_RATIOS = re.compile(r"odds ratio|hazard ratio|incidence rate ratio|比值比|优势比|风险比", re.IGNORECASE)
_FEW_CLUSTERS = re.compile(r"driscoll|kraay|two-?way cluster|双向聚类|双重聚类", re.IGNORECASE)


def meaning_of(entry: Entry, place: int, reading: Reading) -> str | None:
    """Return what an attached number is; of several brackets without a name the first alone has the reading's."""
    kind = entry.attached[place].kind
    if kind != "bracket":
        return kind
    first = entry.part("bracket") == place
    return reading.brackets if first else None


def operand(entry: Entry, reading: Reading, *kinds: str) -> Operand | None:
    """Return the first attached number that is of one of the kinds under the reading."""
    for place in range(len(entry.attached)):
        if meaning_of(entry, place, reading) in kinds:
            return Operand(entry, place)
    return None


def statistic(table: Table, role: str, like: Entry) -> Entry | None:
    """Return the statistic of a role that belongs to an entry: of its panel and column, or the column's only one."""
    return table.one(role, column=like.column, panel=like.panel) or table.one(role, column=like.column)


def words(table: Table) -> str:
    """Return what a table says of itself in title, headings and notes."""
    return " ".join((table.title, *table.columns, *table.notes, *table.unread))


def resampled(table: Table) -> bool:
    """Return whether a table says that its errors or p-values are of resamples."""
    return bool(table.facts.bootstrap or (table.facts.bootstrap is None and _RESAMPLED.search(words(table))))


def of_ratios(table: Table) -> bool:
    """Return whether estimates are odds or hazard ratios, whose errors and tests are those of their logarithms."""
    return bool(_RATIOS.search(words(table)))


def estimates(table: Table) -> tuple[Entry, ...]:
    """Return the estimates of a table that their standard errors divide into t."""
    return () if of_ratios(table) else table.of(*ESTIMATES)


def degrees_of(table: Table, entry: Entry) -> Interval:
    """Return the degrees of freedom that a statistic of an entry may have, to those of the normal.

    Errors may be clustered by unit, so that they are as few as units less one: printed or stated units, or a unit for
    every twelve rows; 20 where many rows are, 10 where nothing is known.
    """
    infinite = float("inf")
    if table.facts.normal:
        return Interval(infinite, infinite)
    rows, units = statistic(table, "nobs", entry), statistic(table, "units", entry)
    known = [10.0 if rows is None and units is None and table.facts.provinces is None else 20.0]
    if units is not None or table.facts.provinces is not None:
        known.append((units.number.value if units is not None else float(table.facts.provinces or 21)) - 1.0)
    if rows is not None:
        known.append(rows.number.value / ROWS_OF_A_UNIT - 1.0)
        known.append(rows.number.value - len(table.of(*SLOPES, "constant", column=entry.column)) - 1.0)
    groups = statistic(table, "clusters", entry)
    if groups is not None or table.facts.clusters is not None:
        known.append((groups.number.value if groups is not None else float(table.facts.clusters or 21)) - 1.0)
    if table.facts.years is not None and _FEW_CLUSTERS.search(words(table)):
        known.append(table.facts.years - 1.0)
    return Interval(max(1.0, min(known)), infinite)


def positive(interval: Interval) -> Interval | None:
    """Return the part of an interval that is not negative, None where there is none."""
    return None if interval.high < 0.0 else Interval(max(interval.low, 0.0), interval.high)


def probability_of(number: Printed) -> Interval | None:
    """Return what a printed p-value may have been, None where it cannot be one."""
    if number.low > 1.0 or number.high < 0.0:
        return None
    return Interval(max(number.low, 0.0), min(number.high, 1.0))

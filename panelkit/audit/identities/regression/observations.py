"""Observations are units times periods, less lags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import statistic, words
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("N = units × periods, less lags")
NEEDS = message("it asks for N with the units and periods of the panel, printed, in a note or stated")
MOST_LAGS = 3
_BALANCED = re.compile(r"(?<!非)平衡面板|(?<!un)balanced panel", re.IGNORECASE)


@offered("identity", "observations", family="regression", source="Wooldridge 2010, section 10.1")
def observations(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield N = units × periods where the panel is balanced, N ≤ units × periods where that is not said.

    The numbers of values of descriptive statistics are held to the latter; more decides nothing there.
    """
    for rows in table.of("nobs", "count"):
        units, periods = statistic(table, "units", rows), statistic(table, "periods", rows)
        if (units or table.facts.provinces) and (periods or table.facts.years):
            operands = tuple(Operand(one) for one in (rows, units, periods) if one is not None)
            yield Relation("observations", operands, _panel_of(table, rows, units, periods))


def balanced(table: Table, column: int) -> bool:
    """Return whether a column's panel must be balanced: it is said, or a likelihood with W is estimated."""
    return bool(_BALANCED.search(words(table)) or table.of("rho", "lambda", "spatial_lag_x", column=column))


def _panel_of(table: Table, rows: Entry, units: Entry | None, periods: Entry | None) -> Judge:
    even, lags, facts = balanced(table, rows.column), table.facts.lags, table.facts

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        left = list(numbers)
        n = round(left.pop(0).value)
        u = round(left.pop(0).value) if units is not None else int(facts.provinces or 0)
        t = round(left.pop(0).value) if periods is not None else int(facts.years or 0)
        if u < 1 or t < 1:
            return None
        if n < 1:
            return Outcome("inconsistent", str(n), "≥ 1", message("no sample has fewer than one row"))
        stated = units is not None and periods is not None
        most = u * t
        if n > most:
            other = rows.role == "count" or (n >= 1.5 * most and not stated)
            why = (
                message("more rows than the panel has, unless rows are of other units than are said")
                if other
                else message("more rows than units times periods")
            )
            return Outcome(state_of(False, not other), str(n), f"≤ {u} × {t} = {most}", why)
        if not even:
            return Outcome("consistent", str(n), f"≤ {u} × {t} = {most}")
        met = _fits(n, u, t, lags, exact=stated)
        short = None if met else message("no whole number of periods, less lags, gives so many rows")
        return Outcome(state_of(met, False), str(n), f"{u} × {t} = {most}", short)

    return judge


def _fits(n: int, u: int, t: int, lags: int | None, *, exact: bool) -> bool:
    """Return whether a balanced panel of the units and periods, less lags, or of some of either, has n rows."""
    short = {t - (lags or 0), t} if lags is not None else set(range(max(1, t - MOST_LAGS), t + 1))
    if any(n == u * one for one in short):
        return True
    return not exact and (n % u == 0 or any(n % one == 0 for one in short))

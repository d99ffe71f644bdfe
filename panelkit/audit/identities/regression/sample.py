"""Observations against the panel, other columns and clusters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import statistic, words
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import shown, state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "observations": message("N = units × periods, less lags"),
    "same-sample": message("one N in columns of one sample"),
    "clusters": message("clusters, units, periods, parameters ≤ N"),
}

MOST_LAGS = 3
_BALANCED = re.compile(r"(?<!非)平衡面板|(?<!un)balanced panel", re.IGNORECASE)
_ONE_SAMPLE = re.compile(r"相同样本|同一样本|same (?:sample|observations)", re.IGNORECASE)


@offered("identity", "observations", family="regression", source="Wooldridge 2010, section 10.1")
def observations(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield N = units × periods where the panel is balanced, N ≤ units × periods where that is not said."""
    for rows in table.of("nobs"):
        units, periods = statistic(table, "units", rows), statistic(table, "periods", rows)
        if (units or table.facts.provinces) and (periods or table.facts.years):
            operands = tuple(Operand(one) for one in (rows, units, periods) if one is not None)
            yield Relation("observations", operands, _panel_of(table, rows, units, periods))


@offered("identity", "same-sample", family="regression", source="by what the note says")
def same_sample(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield one N in all columns, where a note says that they share a sample."""
    rows = table.of("nobs")
    if len(rows) > 1 and _ONE_SAMPLE.search(words(table)):
        yield Relation("same-sample", tuple(Operand(one) for one in rows), _same)


@offered("identity", "clusters", family="regression", source="Cameron and Miller 2015, section II")
def clusters(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield clusters ≤ N, units ≤ N and residual degrees of freedom < N."""
    for role in ("clusters", "units", "periods", "df_resid", "parameters"):
        for part in table.of(role):
            rows = statistic(table, "nobs", part)
            if rows is not None:
                yield Relation("clusters", (Operand(part), Operand(rows)), _no_more)


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
        stated = units is not None and periods is not None
        most = u * t
        if n > most:
            other = n >= 1.5 * most and not stated
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


def _same(numbers: Sequence[Printed]) -> Outcome:
    met = len({round(one.value) for one in numbers}) == 1
    why = None if met else message("columns of one sample have one number of rows")
    return Outcome(state_of(met, False), shown(numbers), numbers[0].text, why)


def _no_more(numbers: Sequence[Printed]) -> Outcome:
    part, rows = numbers
    met = part.low <= rows.high
    why = None if met else message("there are more of them than rows")
    return Outcome(state_of(met, True), part.text, f"≤ {rows.text}", why)

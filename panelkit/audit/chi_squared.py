"""Tail probabilities of chi-squared statistics whose degrees of freedom may not be printed."""

from __future__ import annotations

from scipy.special import chdtrc

from panelkit.audit.entries import Entry, Table
from panelkit.audit.printed import Printed
from panelkit.kernels.intervals import Interval

MOST_RESTRICTIONS = 40


def df_of(table: Table, test: Entry) -> Entry | None:
    """Return the entry with the degrees of freedom of a test, in its column or its row, None where none stands."""
    found = [one for one in table.of("df") if one.subject == test.role]
    near = [one for one in found if one.column == test.column] or [
        one for one in found if one.row == test.row
    ]
    return near[0] if len(near) == 1 else None


def tail(statistic: Interval, df: Printed | None) -> Interval:
    """Return all p that a chi-squared statistic has, over 1 to 40 degrees of freedom where they are not printed."""
    low, high = max(statistic.low, 0.0), max(statistic.high, 0.0)
    least, most = (1.0, float(MOST_RESTRICTIONS)) if df is None else (df.value, df.value)
    return Interval(float(chdtrc(least, high)), float(chdtrc(most, low)))


def reaches(statistic: Interval, p: Interval, df: Printed | None) -> bool:
    """Return whether a statistic has a p with some whole number of degrees of freedom (1 to 40 where not printed)."""
    low, high = max(statistic.low, 0.0), max(statistic.high, 0.0)
    counts = range(1, MOST_RESTRICTIONS + 1) if df is None else (df.value,)
    return any(p.meets(Interval(float(chdtrc(k, high)), float(chdtrc(k, low)))) for k in counts)


def sides(p: Interval, level: float) -> int:
    """Return -1 where all p lie below a level, 1 where all lie above, 0 else."""
    return -1 if p.high < level else 1 if p.low > level else 0

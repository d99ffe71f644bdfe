"""Tests of models with their degrees of freedom."""

from __future__ import annotations

from collections.abc import Callable

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import operand, probability_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Reading
from panelkit.audit.significance import chi2_p_of, p_of
from panelkit.kernels.intervals import Interval

ONE = ("lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error")
CHI2 = (*ONE, "lm_sarma", "hausman", "sargan", "hansen")
REGRESSORS, INSTRUMENTS = 40.0, 1000.0  # the most degrees of freedom of tests of either where nobody says
Tail = Callable[[Interval, Printed | None], Interval | None]


def p_beside(test: Entry, reading: Reading) -> Operand | None:
    """Return the p-value of a test: said to be one, or in a bracket without a name that can be one."""
    for place, one in enumerate(test.attached):
        bare = one.kind == "bracket" and one.number.decimals > 0  # whole numbers are degrees of freedom
        if one.kind == "p" or (bare and probability_of(one.number) is not None):
            return Operand(test, place)
    return operand(test, reading, "p")


def df_of(table: Table, test: Entry) -> Entry | None:
    """Return the printed degrees of freedom of a test: those of its restricted model, where several stand there."""
    held = [one for one in table.of("df", column=test.column, subject=test.role) if one.panel == test.panel]
    same = [one for one in held if one.other == test.other]
    found = same or held
    return found[0] if len(found) == 1 else None


def tail_of(test: Entry) -> Tail:
    """Return the p-values of a test as a function of its statistic and, where printed, its degrees of freedom."""
    known = 1.0 if test.role in ONE else 2.0 if test.role == "lm_sarma" else None

    def tail(statistic: Interval, df: Printed | None) -> Interval | None:
        if test.role in ("ar1", "ar2"):
            return p_of(statistic, Interval.at(float("inf")))
        if statistic.high < 0.0 or (df is not None and df.value < 1.0):
            return None
        said = df.value if df is not None else known
        most = INSTRUMENTS if test.role in ("sargan", "hansen") else REGRESSORS
        return chi2_p_of(statistic, Interval(said or 1.0, said or most))

    return tail

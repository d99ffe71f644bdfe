"""R2, adjusted R2, F and error variances against each other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import SLOPES, statistic, words
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import shown, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "r2-range": message("R2 ≤ 1, within R2 ≥ 0"),
    "adjusted-r2": message("1 − adjusted R2 = (1 − R2)(N − 1)/(N − k − 1), with whole k"),
    "f-r2": message("F = (R2/k) / ((1 − R2)/(N − k − 1))"),
    "error-variance": message("sigma2, root mse² = residual sum of squares / N or df"),
}

_ROBUST = re.compile(r"robust|cluster|white|driscoll|newey|hac|稳健|聚类", re.IGNORECASE)
_PLAIN = re.compile(r"ols|pooled|混合|最小二乘", re.IGNORECASE)


@offered("identity", "r2-range", family="regression", source="Greene 2018, section 3.5")
def r2_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield R2 ≤ 1 and within R2 ≥ 0; all of a table above 1 are taken for per cent."""
    found = table.of("r2", "r2_within", "r2_adjusted")
    for one in found:
        others = [other.number.value for other in found if other is not one]
        scale = 100.0 if min(others, default=0.0) > 1.0 else 1.0
        yield Relation("r2-range", (Operand(one),), _range_of(one.role, scale))


@offered("identity", "adjusted-r2", family="regression", source="Greene 2018, equation 3-30")
def adjusted_r2(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield 1 − R2 adjusted = (1 − R2)(N − 1)/(N − k − 1) with a whole number k."""
    for adjusted in table.of("r2_adjusted"):
        plain, rows = statistic(table, "r2", adjusted), statistic(table, "nobs", adjusted)
        if plain is not None:
            held = [plain, adjusted] + ([rows] if rows is not None else [])
            yield Relation("adjusted-r2", tuple(map(Operand, held)), _adjusted)


@offered("identity", "f-r2", family="regression", source="Greene 2018, equation 5-30")
def f_r2(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield F = (R2/k)/((1 − R2)/(N − k − 1)) of pooled least squares whose errors are not said to be robust."""
    if _ROBUST.search(words(table)):
        return
    for test in table.of("f"):
        plain, rows = statistic(table, "r2", test), statistic(table, "nobs", test)
        counted = len(table.of(*SLOPES, column=test.column, panel=test.panel))
        pooled = _PLAIN.search(" ".join((words(table), test.heading)))
        if plain is not None and rows is not None and counted and pooled:
            yield Relation("f-r2", (Operand(test), Operand(plain), Operand(rows)), _f_of(counted))


@offered("identity", "error-variance", family="regression", source="Greene 2018, section 4.4.2")
def error_variance(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield root mse² and sigma2 = residual sum of squares over N, or over residual degrees of freedom."""
    for sum_of in table.of("rss"):
        rows, df = statistic(table, "nobs", sum_of), statistic(table, "df_resid", sum_of)
        for role, power in (("root_mse", 2), ("sigma2", 1)):
            spread = statistic(table, role, sum_of)
            if spread is not None and (rows is not None or df is not None):
                held = [one for one in (sum_of, spread, rows, df) if one is not None]
                yield Relation("error-variance", tuple(map(Operand, held)), _divisor_of(held, power))
    for spread in table.of("root_mse"):
        variance, rows = statistic(table, "sigma2", spread), statistic(table, "nobs", spread)
        if variance is not None and rows is not None:
            held = [spread, variance, rows]
            yield Relation("error-variance", tuple(map(Operand, held)), _mse)


def _range_of(role: str, scale: float) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome:
        (one,) = numbers
        met = one.low <= scale and (role != "r2_within" or one.high >= 0.0)
        why = None if met else message("R2 lies above its largest or below its smallest possible value")
        return Outcome(state_of(met, False), one.text, f"≤ {scale:.0f}", why)

    return judge


def _adjusted(numbers: Sequence[Printed]) -> Outcome | None:
    plain, adjusted, *rows = numbers
    scale = 100.0 if min(plain.value, adjusted.value) > 1.0 else 1.0
    text = shown(numbers[:2])
    if adjusted.low > plain.high:
        return Outcome("inconsistent", text, f"≤ {plain.text}", message("adjusted R2 exceeds R2"))
    left, right = scale - plain.interval, scale - adjusted.interval
    if not rows or left.low <= 0.0 or right.low <= 0.0:
        return Outcome("consistent", text, f"≤ {plain.text}")
    n = rows[0].value - 1.0
    lost = n - n * (left / right)
    first = max(1.0, math.ceil(lost.low - 1e-9))
    met = first <= min(lost.high + 1e-9, n - 1.0)
    why = None if met else message("no whole number of regressors gives adjusted R2 from R2 and N")
    return Outcome(state_of(met, False), text, f"k = {lost.low:.1f} … {lost.high:.1f}", why)


def _f_of(counted: int) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        test, plain, rows = numbers
        if plain.high >= 1.0 or plain.low <= 0.0 or rows.value <= counted + 1:
            return None
        odds = plain.interval / (1.0 - plain.interval)
        fits = [
            odds * ((rows.value - k - 1.0) / k)
            for k in range(counted, min(counted + 60, int(rows.value) - 1))
        ]
        met = any(one.meets(test.interval) for one in fits)
        why = (
            None
            if met
            else message("an F of robust errors would excuse it; one of equal variances would not")
        )
        return Outcome(state_of(met, False), test.text, digits(fits[0], test.decimals), why)

    return judge


def _divisor_of(held: Sequence[Entry], power: int) -> Judge:
    roles = [one.role for one in held[2:]]

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        total, spread = numbers[0].interval, numbers[1].interval
        variance = spread.square() if power == 2 else spread
        if variance.low <= 0.0 or total.low < 0.0:
            return None
        divisor = total / variance
        by = dict(zip(roles, numbers[2:], strict=True))
        most = by["nobs"].value if "nobs" in by else math.inf
        exact = [by[role].value for role in ("nobs", "df_resid") if role in by]
        whole = math.ceil(divisor.low - 1e-9) <= min(divisor.high, most) + 1e-9
        met = any(divisor.meets(one) for one in exact) or (whole and "df_resid" not in by)
        why = None if met else message("neither N nor N less parameters divides the sum of squares to it")
        return Outcome(state_of(met, False), numbers[1].text, f"{divisor.low:.1f} … {divisor.high:.1f}", why)

    return judge


def _mse(numbers: Sequence[Printed]) -> Outcome | None:
    spread, variance, rows = numbers
    square: Interval = spread.interval.square()
    if square.low <= 0.0:
        return None
    least = 1.0 / rows.value
    met = (variance.interval / square).meets(Interval(least, 1.0))
    why = None if met else message("sigma2 exceeds the square of the root mean squared error")
    return Outcome(state_of(met, False), variance.text, f"≤ {digits(square, variance.decimals)}", why)

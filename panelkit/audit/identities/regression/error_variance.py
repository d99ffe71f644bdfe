"""Error variances follow from the residual sum of squares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import statistic
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("sigma2, root mse² = residual sum of squares / N or df")


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

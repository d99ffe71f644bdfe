"""Arellano and Bond's tests of serial correlation: their stars, their sign, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scipy.special import ndtr

from panelkit.audit.entries import Table
from panelkit.audit.identities.dynamic.specification import specifications
from panelkit.audit.relations import Outcome, Reading, Relation, digits
from panelkit.audit.weighing import Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message(
    "AR(1), AR(2): stars of p = 2 Φ(-|z|); AR(1) of differences not positive; no AR(2) said where p > 0.05"
)
_NONE = re.compile(
    r"不存在二阶(?:序列)?自?相关|无二阶(?:序列)?自?相关|no (?:evidence of )?(?:second|2nd)[- ]order",
    re.IGNORECASE,
)
_HIGHEST = 1.645


@offered("identity", "serial-correlation", family="dynamic", source="Arellano and Bond 1991, section 3")
def serial_correlation(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield stars of AR(1) and AR(2) from z or p, the sign of AR(1), and an AR(2) that is said to be absent."""
    denied = any(_NONE.search(said) for said in (table.title, *table.notes))
    for role in ("ar1", "ar2"):
        for test in specifications(table, role):
            operands = {"z": test.statistic, "p": test.p, "stars": test.stars}
            if test.statistic is not None or test.p is not None:
                judge = _judge_of(role, denied, reading)
                yield relation("serial-correlation", operands, judge, test.about)


def _judge_of(role: str, denied: bool, reading: Reading) -> Callable[[Numbers], Outcome]:
    levels = sorted(reading.star_levels, reverse=True)

    def judge(numbers: Numbers) -> Outcome:
        shown = numbers["z" if "z" in numbers else "p"]
        due = numbers["p"].interval if "p" in numbers else _p_of(numbers["z"].interval)
        text = f"p = {digits(due, 3)}"
        count = int(numbers["stars"].value) if "stars" in numbers else 0
        if count and due.low > levels[min(count, len(levels)) - 1]:
            none_due = due.low > levels[0]
            why = message("the test is starred, and its p gives no star") if none_due else None
            return Outcome("decision" if none_due else "inconsistent", shown.text + "*" * count, text, why)
        if role == "ar2" and denied and due.high < 0.05:
            why = message("second-order correlation is said to be absent, and the test finds it at 5 %")
            return Outcome("decision", shown.text, text, why)
        if role == "ar1" and "z" in numbers and numbers["z"].low > _HIGHEST:
            why = message(
                "errors in differences are negatively correlated unless errors in levels are so positively"
            )
            return Outcome("inconsistent", shown.text, "z ≤ 0", why)
        return Outcome("consistent", shown.text, text)

    return judge


def _p_of(z: Interval) -> Interval:
    size = abs(z)
    return Interval(2.0 * float(ndtr(-size.high)), 2.0 * float(ndtr(-size.low)))

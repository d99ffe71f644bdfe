"""LM tests of spatial lag and error, simple and robust, are parts of one joint test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scipy.special import chdtri

from panelkit.audit.entries import Table
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "lm-tests": message("LM lag + robust LM error = LM error + robust LM lag"),
    "lm-sarma": message("joint LM = simple LM + the other robust LM"),
    "lm-range": message("LM ≥ 0, joint LM ≥ simple LM"),
}

ROLES = ("lm_lag", "robust_lm_error", "lm_error", "robust_lm_lag")
CRITICAL = float(chdtri(1.0, 0.05))


@offered(
    "identity", "lm-tests", family="regression", source="Anselin, Bera, Florax and Yoon 1996, equation 15"
)
def lm_tests(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield LM lag + robust LM error = LM error + robust LM lag."""
    for column in table.columns_of(*ROLES):
        for panel in sorted({one.panel for one in table.of(*ROLES, column=column)}):
            held = [table.one(role, column=column, panel=panel) for role in ROLES]
            found = [one for one in held if one is not None]
            if len(found) == len(ROLES):
                yield Relation("lm-tests", tuple(map(Operand, found)), _sums)


@offered(
    "identity", "lm-sarma", family="regression", source="Anselin, Bera, Florax and Yoon 1996, equation 15"
)
def lm_sarma(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the joint test = LM lag + robust LM error, and = LM error + robust LM lag."""
    for joint in table.of("lm_sarma"):
        for pair in (ROLES[:2], ROLES[2:]):
            parts = [table.one(role, column=joint.column, panel=joint.panel) for role in pair]
            if parts[0] is not None and parts[1] is not None:
                yield Relation("lm-sarma", (Operand(joint), Operand(parts[0]), Operand(parts[1])), _joint)


@offered("identity", "lm-range", family="regression", source="Anselin, Bera, Florax and Yoon 1996")
def lm_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield LM ≥ 0; the joint test is no smaller than either simple one, by which robust tests are not negative."""
    for test in table.of(*ROLES, "lm_sarma"):
        yield Relation("lm-range", (Operand(test),), _not_negative)
    for column in table.columns_of("lm_sarma"):
        joint = table.one("lm_sarma", column=column)
        for role in ("lm_lag", "lm_error"):
            simple = table.one(role, column=column)
            if joint is not None and simple is not None:
                yield Relation("lm-range", (Operand(joint), Operand(simple)), _not_negative)


def _sums(numbers: Sequence[Printed]) -> Outcome:
    lag, robust_error, error, robust_lag = (one.interval for one in numbers)
    left, right = lag + robust_error, error + robust_lag
    met = left.meets(right)
    turned = [
        _turned(numbers[1], error + robust_lag - lag),
        _turned(numbers[3], lag + robust_error - error),
    ]
    decimals = min(one.decimals for one in numbers)
    why = None if met else message("the four LM tests of one W and one regression cannot all be as printed")
    return Outcome(state_of(met, any(turned)), digits(left, decimals), digits(right, decimals), why)


def _turned(printed: Printed, recomputed: Interval) -> bool:
    """Return whether the other three tests put a robust test on the other side of 5 %."""
    return (printed.low > CRITICAL > recomputed.high) or (printed.high < CRITICAL < recomputed.low)


def _joint(numbers: Sequence[Printed]) -> Outcome:
    joint, simple, robust = numbers
    total = simple.interval + robust.interval
    met = total.meets(joint.interval)
    why = None if met else message("the joint LM test is not the sum of a simple and the other robust test")
    return Outcome(state_of(met, False), joint.text, digits(total, joint.decimals), why)


def _not_negative(numbers: Sequence[Printed]) -> Outcome:
    test = numbers[0]
    least = numbers[1].low if len(numbers) > 1 else 0.0
    met = test.high >= least - 1e-9
    why = None if met else message("no LM test is negative, nor is the joint one smaller than a simple one")
    return Outcome(state_of(met, False), test.text, f"≥ {least:.{max(test.decimals, 0)}f}", why)

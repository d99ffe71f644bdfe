"""LM tests of spatial lag and error, simple and robust, are parts of one joint test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scipy.special import chdtri

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.lm_roles import ROLES
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("LM lag + robust LM error = LM error + robust LM lag")
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

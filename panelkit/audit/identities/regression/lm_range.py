"""LM tests are not negative, and the joint one is no smaller than a simple one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.lm_roles import ROLES
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("LM ≥ 0, joint LM ≥ simple LM")


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


def _not_negative(numbers: Sequence[Printed]) -> Outcome:
    test = numbers[0]
    least = numbers[1].low if len(numbers) > 1 else 0.0
    met = test.high >= least - 1e-9
    why = None if met else message("no LM test is negative, nor is the joint one smaller than a simple one")
    return Outcome(state_of(met, False), test.text, f"≥ {least:.{max(test.decimals, 0)}f}", why)

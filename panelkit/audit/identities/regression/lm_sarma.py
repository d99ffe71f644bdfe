"""The joint LM test is the sum of a simple and the other robust test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.regression.lm_roles import ROLES
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("joint LM = simple LM + the other robust LM")


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


def _joint(numbers: Sequence[Printed]) -> Outcome:
    joint, simple, robust = numbers
    total = simple.interval + robust.interval
    met = total.meets(joint.interval)
    why = None if met else message("the joint LM test is not the sum of a simple and the other robust test")
    return Outcome(state_of(met, False), joint.text, digits(total, joint.decimals), why)

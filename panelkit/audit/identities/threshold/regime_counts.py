"""Observations below and above thresholds add up to all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from panelkit.audit.entries import Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("observations of all regimes add up to N")
_REGIME = re.compile(
    r"regime|区制|[qγ]\s*[≤<>≥]|[≤<>≥]\s*γ|门[槛限]值?(?:以下|以上)|低于门[槛限]|高于门[槛限]", re.IGNORECASE
)


@offered("identity", "regime-counts", family="threshold", source="Hansen 1999, section 2")
def regime_counts(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield N of regimes = N, where two or more regimes and one total print their observations."""
    held = table.of("nobs", "count")
    parts = [
        one
        for one in held
        if any(_REGIME.search(said) for said in (one.label, one.heading, one.panel, one.subject))
    ]
    wholes = [one for one in held if one not in parts]
    if len(parts) > 1 and len(wholes) == 1:
        operands = {f"part {k}": Operand(one) for k, one in enumerate(parts)} | {"whole": Operand(wholes[0])}
        yield relation("regime-counts", operands, _judge, wholes[0].label)


def _judge(numbers: Numbers) -> Outcome:
    whole = numbers["whole"]
    added = sum(one.value for name, one in numbers.items() if name != "whole")
    return Outcome("consistent" if whole.interval.has(added) else "inconsistent", whole.text, f"{added:g}")

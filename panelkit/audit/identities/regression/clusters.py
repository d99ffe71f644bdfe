"""Clusters, units and parameters are no more than observations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.parts import statistic
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("clusters, units, periods, parameters ≤ N")


@offered("identity", "clusters", family="regression", source="Cameron and Miller 2015, section II")
def clusters(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield clusters ≤ N, units ≤ N and residual degrees of freedom < N."""
    for role in ("clusters", "units", "periods", "df_resid", "parameters"):
        for part in table.of(role):
            rows = statistic(table, "nobs", part)
            if rows is not None:
                yield Relation("clusters", (Operand(part), Operand(rows)), _no_more)


def _no_more(numbers: Sequence[Printed]) -> Outcome:
    part, rows = numbers
    met = part.low <= rows.high
    why = None if met else message("there are more of them than rows")
    return Outcome(state_of(met, True), part.text, f"≤ {rows.text}", why)

"""Some data could have all correlations of a matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.descriptives.definite import nearest_room
from panelkit.audit.identities.descriptives.matrices import two_kinds
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("a correlation matrix is positive semi-definite")


@offered("identity", "correlation-definite", family="descriptives", source="Higham 2002; Weyl's inequality")
def correlation_definite(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield that some positive semi-definite matrix rounds to the one printed."""
    for panel in dict.fromkeys(one.panel for one in table.of("correlation")):
        names = _names(table, panel)
        below = [(i, j) for i in range(len(names)) for j in range(i)]
        for upper in (False, True) if two_kinds(table, panel) else (None,):
            held = [
                one
                for i, j in below
                if (one := _of_pair(table, panel, names[i], names[j], upper)) is not None
            ]
            if len(names) > 2 and len(held) == len(below):
                yield Relation(
                    "correlation-definite", tuple(map(Operand, held)), _definite_of(len(names), below)
                )


def _names(table: Table, panel: str) -> list[str]:
    found = table.of("correlation", panel=panel)
    return list(dict.fromkeys(name for one in found for name in (one.subject, one.other)))


def _of_pair(table: Table, panel: str, late: str, early: str, upper: bool | None) -> Entry | None:
    """Return the correlation of two variables: of the upper or lower triangle, or of either."""
    held = {(one.subject, one.other): one for one in table.of("correlation", panel=panel)}
    lower, over = held.get((late, early)), held.get((early, late))
    return over if upper else lower if upper is False else lower or over


def _definite_of(size: int, below: Sequence[tuple[int, int]]) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        low, high = np.eye(size), np.eye(size)
        for (i, j), one in zip(below, numbers, strict=True):
            wide = one.truncated()
            if wide.low > 1.0 or wide.high < -1.0:
                return None
            low[i, j] = low[j, i] = max(wide.low, -1.0)
            high[i, j] = high[j, i] = min(wide.high, 1.0)
        smallest = float(np.linalg.eigvalsh(0.5 * (low + high))[0])
        met = nearest_room(low, high)
        why = (
            None
            if met
            else message("correlations of one set of rows cannot be so; of pairs on different rows they can")
        )
        return Outcome(state_of(met, False), f"λ = {smallest:.3f}", "λ ≥ 0", why)

    return judge

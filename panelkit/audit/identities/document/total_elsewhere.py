"""The total effect of one table from the coefficients and rho of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from panelkit.audit.beside import beside, is_long_run, model_named
from panelkit.audit.entries import Document, Entry, Table
from panelkit.audit.identities.spatial.effects import gathered
from panelkit.audit.identities.spatial.total_effect import total_judge
from panelkit.audit.identities.spatial.unnormalised import Held, together
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("total effect = (beta + theta) / (1 - rho), beta, theta and rho in another table")
Behind = dict[str, Entry | None]


@offered("identity", "total-effect-elsewhere", family="document", source="LeSage and Pace 2009, section 2.7")
def total_elsewhere(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield total = (beta + theta) / (1 - rho) where one column alone of the other tables has beta and rho of the
    variable; never a decision, since the two tables may be of different models."""
    tables = list(zip(document, readings, strict=True))
    for place, (table, own) in enumerate(tables):
        if table.facts.row_standardised is False:
            continue
        held: list[Held] = []
        known = table.facts
        for total in table.of("total"):
            if table.of("coefficient", subject=total.subject) or is_long_run(total):
                continue
            found = [
                (behind, other, reading)
                for at, (other, reading) in enumerate(tables)
                if at != place
                for behind in _columns(other, total)
            ]
            if len(found) == 1 and len(table.of("total", subject=total.subject)) == 1:
                behind, other, reading = found[0]
                effect = gathered({"effect": total} | behind, own, reading, model_named(other, total))
                known = table.facts.over(other.facts)
                judge = _undecided(total_judge(effect, known))
                held.append(Held(total, effect, judge, table.group(total.column)))
        yield from together("total-effect-elsewhere", held, known)


def _columns(table: Table, total: Entry) -> Iterator[Behind]:
    """Yield what stands behind the variable of a total in each column of a table that has its beta and a rho."""
    for beta in table.of("coefficient", subject=total.subject):
        rho = beside(table, beta, "rho")
        theta = beside(table, beta, "spatial_lag_x", total.subject)
        if rho is not None and (theta is not None or not table.of("spatial_lag_x")):
            yield {"beta": beta, "theta": theta, "rho": rho}


def _undecided(judge: Callable[[Numbers], Outcome | None]) -> Callable[[Numbers], Outcome | None]:
    def judged(numbers: Numbers) -> Outcome | None:
        outcome = judge(numbers)
        if outcome is None or outcome.state != "decision":
            return outcome
        why = message("the two tables may be of different models")
        return Outcome("inconsistent", outcome.printed, outcome.recomputed, why)

    return judged

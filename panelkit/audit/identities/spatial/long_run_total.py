"""The long-run total effect of a dynamic spatial model, where rows of W sum to one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite

from panelkit.audit.beside import is_long_run, subject_behind
from panelkit.audit.entries import Entry, Table
from panelkit.audit.errors_of import ErrorSource, error_source
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.vocabulary.spatial import is_lagged_outcome
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("long-run total effect = (beta + theta) / (1 - tau - eta - rho), where rows of W sum to one")
NEEDS = message(
    "it asks for the coefficients and long-run effects of one variable, and for a W whose rows sum to one"
)
_WIDE = 1.0


@offered("identity", "long-run-total", family="spatial", source="Elhorst 2014, section 4.6")
def long_run_total(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the long-run total within one of its errors: a mean over draws is far from the point where 1 - tau - eta
    - rho is small."""
    if table.facts.row_standardised is False:
        return
    for total in table.of("total"):
        if not is_long_run(total):
            continue
        held = _behind(table, total)
        error = error_source(total, reading)
        if {"beta", "theta", "tau", "eta", "rho"} <= held.keys() and error is not None:
            operands = {name: Operand(one) for name, one in held.items()} | {
                "total": Operand(total),
                "error": error.operand,
            }
            yield relation("long-run-total", operands, _judge_of(error), total.subject)


def _behind(table: Table, total: Entry) -> dict[str, Entry]:
    """Return beta, theta, tau, eta and rho of a total, those that are found once."""

    subject = subject_behind(table, total)

    def once(role: str, lagged: bool) -> Entry | None:
        found = [
            one
            for one in table.of(role)
            if not is_long_run(one)
            and (is_lagged_outcome(one.subject) if lagged else one.subject == subject or role == "rho")
        ]
        near = [one for one in found if one.column == total.column] or found
        return near[0] if len(near) == 1 else None

    found = {
        "beta": once("coefficient", False),
        "theta": once("spatial_lag_x", False),
        "tau": once("coefficient", True),
        "eta": once("spatial_lag_x", True),
        "rho": once("rho", False),
    }
    return {name: one for name, one in found.items() if one is not None}


def _judge_of(error: ErrorSource) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        room = _WIDE * error.error(numbers["error"], numbers["total"].interval).high
        if not isfinite(room):
            return None
        excuse = message(
            "it need not hold where the rows of W do not sum to one, or draws lie near a unit root"
        )
        return weigh(numbers, "total", lambda held: _total(held, room), excuse=excuse)

    return judge


def _total(held: Intervals, room: float) -> Interval | None:
    left = 1.0 - held["tau"] - held["eta"] - held["rho"]
    return ((held["beta"] + held["theta"]) / left).widened(room) if left.low > 0.0 else None

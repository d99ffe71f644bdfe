"""The development T is a weighted mean of the indices of the systems."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.indices.coupling import operands_of, systems_of
from panelkit.audit.identities.indices.coupling_rows import coupling_rows
from panelkit.audit.identities.indices.system_weights import Weights, weighted, weights_behind
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation, weigh
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

SAYS = message("development T = α1 U1 + ... + αn Un, weights of sum one")


@offered("identity", "development-index", family="indices", source="Liao 1999")
def development_index(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield T = sum of weight times U, with equal weights or those that most rows agree on.

    Rows are left alone where no weights fit more than half of them: T may be another index then.
    """
    rows = [row for row in coupling_rows(table) if "T" in row.parts and len(row.systems) > 1]
    widths = {len(row.systems) for row in rows}
    if len(widths) != 1:
        return
    lines = [([one.number.interval for one in row.systems], row.parts["T"].number.interval) for row in rows]
    weights, count = weights_behind(lines)
    if 2 * count <= len(rows):
        return
    for row in rows:
        yield relation("development-index", operands_of(row, "T"), _judge_of(weights), row.about)


def _judge_of(weights: Weights) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        outcome = weigh(
            numbers, "T", lambda held: weighted(weights, systems_of(held)).widened(1e-7), excuse=said(weights)
        )
        if outcome is None or outcome.state != "consistent":
            return outcome
        return Outcome(outcome.state, outcome.printed, outcome.recomputed, said(weights))

    return judge


def said(weights: Weights) -> Message | None:
    """Return the weights in words; None where they are equal."""
    if max(weights) - min(weights) < 1e-9:
        return None
    return message("with weights {weights}", weights=[f"{one:.2f}" for one in weights])

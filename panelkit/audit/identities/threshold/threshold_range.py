"""A threshold lies inside the sample of its variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, State
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("minimum of the threshold variable < γ < its maximum")


@offered("identity", "threshold-range", family="threshold", source="Hansen 1999, section 3.1")
def threshold_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield minimum < gamma < maximum where the table prints both for the threshold variable."""
    yield from ranges("threshold-range", table.of("threshold"), table, "decision")


def ranges(
    identity: str, thresholds: tuple[Entry, ...], described: Table, state: State
) -> Iterator[Relation]:
    """Yield minimum < gamma < maximum of thresholds whose variable a table describes once."""
    for entry in thresholds:
        low, high = (described.of(role, subject=entry.subject) for role in ("minimum", "maximum"))
        if entry.subject and len(low) == len(high) == 1:
            operands = {"threshold": Operand(entry), "low": Operand(low[0]), "high": Operand(high[0])}
            yield relation(identity, operands, _judge_of(state), entry.subject)


def _judge_of(state: State) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        gamma, low, high = (numbers[name] for name in ("threshold", "low", "high"))
        if low.low > high.high:
            return None
        shown = f"{low.text} … {high.text}"
        if gamma.high >= low.low and gamma.low <= high.high:
            return Outcome("consistent", gamma.text, shown)
        why = message(
            "a threshold outside the sample leaves one side without rows; logarithms of the variable excuse"
        )
        return Outcome(state, gamma.text, shown, why)

    return judge

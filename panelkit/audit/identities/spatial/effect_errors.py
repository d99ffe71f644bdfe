"""The error of the total effect lies between the difference and the sum of those of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.beside import beside
from panelkit.audit.entries import Entry, Table
from panelkit.audit.errors_of import ErrorSource, error_source
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.weighing import CUT_OFF, Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("|se direct - se indirect| <= se total <= se direct + se indirect")

_PARTS = ("direct", "indirect", "total")


@offered("identity", "effect-errors", family="spatial", source="triangle inequality of standard deviations")
def effect_errors(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield |sd(direct) - sd(indirect)| <= sd(total) <= sd(direct) + sd(indirect)."""
    for total in table.of("total"):
        parts: dict[str, Entry | None] = {
            "direct": beside(table, total, "direct", total.subject),
            "indirect": beside(table, total, "indirect", total.subject),
            "total": total,
        }
        held = {name: one for name, one in parts.items() if one is not None}
        sources = {
            name: source for name, one in held.items() if (source := error_source(one, reading)) is not None
        }
        if len(sources) == len(_PARTS):
            operands = {name: Operand(one) for name, one in held.items()}
            errors = {f"error {name}": source.operand for name, source in sources.items()}
            yield relation("effect-errors", operands | errors, _judge_of(sources), total.subject)


def _judge_of(sources: dict[str, ErrorSource]) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome:
        said = {
            name: source.error(numbers[f"error {name}"], numbers[name].interval)
            for name, source in sources.items()
        }
        allowed = _allowed(said["direct"], said["indirect"])
        printed = numbers["error total"]
        decimals = printed.decimals if sources["total"].kind == "se" else 4
        shown = digits(allowed, decimals)
        if allowed.meets(said["total"]):
            return Outcome("consistent", printed.text, shown)
        units = sum(numbers[f"error {name}"].unit for name in _PARTS)
        near = sources["total"].kind == "se" and allowed.widened(0.5 * units).meets(said["total"])
        why = message("no two numbers with the errors of the parts have a sum with the error of the total")
        return Outcome("inconsistent", printed.text, shown, CUT_OFF if near else why)

    return judge


def _allowed(one: Interval, other: Interval) -> Interval:
    """Return the errors that a sum of two estimates may have."""
    gap = abs(one - other)
    return Interval(gap.low, one.high + other.high)

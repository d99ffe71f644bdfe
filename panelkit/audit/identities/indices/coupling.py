"""The coupling degree from the indices of the systems, and which of the formulas in print it follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.indices.consensus import followed
from panelkit.audit.identities.indices.coupling_forms import COUPLING_FORMS, CouplingForm
from panelkit.audit.identities.indices.coupling_rows import CouplingRow, coupling_rows
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

SAYS = message("coupling C = n (U1 ... Un)^(1/n) / (U1 + ... + Un), or another formula in print")


@offered("identity", "coupling-degree", family="indices", source="Wang, Kong, Ren et al. 2021; Liao 1999")
def coupling_degree(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield C from U by the one formula in print that most rows follow; one relation of all rows where none does."""
    rows = [row for row in coupling_rows(table) if "C" in row.parts and len(row.systems) > 1]
    if not rows:
        return
    form, count = followed(list(COUPLING_FORMS.values()), rows, _allows)
    if 2 * count <= len(rows):
        yield _none_of(rows, form, count)
        return
    for row in rows:
        yield relation("coupling-degree", operands_of(row, "C"), _judge_of(form), row.about)


def operands_of(row: CouplingRow, *parts: str) -> dict[str, Operand]:
    """Return the numbers of a row by name: U1, U2, ..., and those of the parts (C, T, D) that are printed."""
    systems = {f"U{k}": Operand(one) for k, one in enumerate(row.systems, 1)}
    return systems | {name: Operand(row.parts[name]) for name in parts if name in row.parts}


def systems_of(held: Intervals) -> list[Interval]:
    """Return the intervals of the systems."""
    return [one for name, one in held.items() if name.startswith("U")]


def _allows(form: CouplingForm, row: CouplingRow) -> bool:
    value = form.over([one.number.interval for one in row.systems])
    return value is not None and value.meets(row.parts["C"].number.interval)


def _judge_of(form: CouplingForm) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        outcome = weigh(numbers, "C", lambda held: form.over(systems_of(held)), excuse=form.said)
        if outcome is None or outcome.state != "consistent":
            return outcome
        return Outcome(outcome.state, outcome.printed, outcome.recomputed, form.said)

    return judge


def _none_of(rows: Sequence[CouplingRow], form: CouplingForm, count: int) -> Relation:
    """Return the relation of all rows that no formula fits: consistent once one fits more than half."""
    operands = {
        f"{name} {k}": one for k, row in enumerate(rows) for name, one in operands_of(row, "C").items()
    }

    def judge(numbers: Numbers) -> Outcome:
        boxes = [
            (
                [n.interval for name, n in numbers.items() if name[0] == "U" and name.endswith(f" {k}")],
                numbers[f"C {k}"],
            )
            for k in range(len(rows))
        ]
        best = max(
            sum((value := one.over(box)) is not None and value.meets(c.interval) for box, c in boxes)
            for one in COUPLING_FORMS.values()
        )
        first = numbers["C 0"].text
        if 2 * best > len(boxes):
            return Outcome("consistent", first, "")
        return Outcome("inconsistent", first, "", _no_form(form, count, len(rows)))

    return relation("coupling-degree", operands, judge)


def _no_form(form: CouplingForm, count: int, rows: int) -> Message:
    return message(
        "no formula in print gives C from these U in more than half of the rows (the nearest, {form}, in {count} of "
        "{rows})",
        form=form.name,
        count=count,
        rows=rows,
    )

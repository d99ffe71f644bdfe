"""The coordination degree from the indices of the systems, where C or T is not printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from panelkit.audit.entries import Table
from panelkit.audit.identities.indices.coupling import operands_of, systems_of
from panelkit.audit.identities.indices.coupling_forms import COUPLING_FORMS, CouplingForm
from panelkit.audit.identities.indices.coupling_rows import CouplingRow, coupling_rows
from panelkit.audit.identities.indices.development import said
from panelkit.audit.identities.indices.system_weights import Weights, weighted, weights_behind
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Intervals, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

SAYS = message("coordination D = (U1 U2)^(1/4) for two systems of equal weight; √(C T) of U in general")


@dataclass(frozen=True)
class _Formula:
    """A formula for D: that of C, and the weights of T."""

    form: CouplingForm
    weights: Weights

    def of(self, held: Intervals) -> Interval | None:
        """Return D from what is printed of C and T, and from U for what is not."""
        systems = systems_of(held)
        if (
            not {"C", "T"} & held.keys()
            and self.form.name == "standard"
            and max(self.weights) == min(self.weights)
        ):
            return _equal(systems)
        c = held["C"] if "C" in held else self.form.over(systems)
        t = held["T"] if "T" in held else weighted(self.weights, systems)
        if c is None or (c * t).high < 0.0:
            return None
        return (c * t).root()

    @property
    def said(self) -> Message | None:
        return self.form.said or said(self.weights)


@offered(
    "identity",
    "coordination-of-systems",
    family="indices",
    source="C T = √(U1 U2) for equal weights",
)
def coordination_of_systems(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield D from U by the formula of C and the weights that most rows follow, (U1 U2)^(1/4) first.

    Rows are left alone where no formula in print with any weights fits more than half of them.
    """
    rows = [
        row
        for row in coupling_rows(table)
        if "D" in row.parts and len(row.systems) > 1 and not {"C", "T"} <= row.parts.keys()
    ]
    if len({len(row.systems) for row in rows}) != 1:
        return
    formula, count = _followed(rows)
    if 2 * count <= len(rows):
        return
    for row in rows:
        yield relation(
            "coordination-of-systems", operands_of(row, "C", "T", "D"), _judge_of(formula), row.about
        )


def _followed(rows: list[CouplingRow]) -> tuple[_Formula, int]:
    """Return the first formula that all rows allow, else the one that most do, and how many."""
    forms = list(COUPLING_FORMS.values()) if "C" not in rows[0].parts else [COUPLING_FORMS["standard"]]
    best, count = _weighed(forms[0], rows)
    for form in forms[1:]:
        if count == len(rows):
            break
        other, more = _weighed(form, rows)
        best, count = (other, more) if more > count else (best, count)
    return best, count


def _weighed(form: CouplingForm, rows: list[CouplingRow]) -> tuple[_Formula, int]:
    """Return a form of C with the weights that make D^2 / C out of U in the most rows, and in how many D follows."""
    held = [
        {name: one.entry.number.interval for name, one in operands_of(row, "C", "T", "D").items()}
        for row in rows
    ]
    weights = tuple([1.0 / len(rows[0].systems)] * len(rows[0].systems))
    if not any("T" in row for row in held):
        degrees = [row.get("C") or form.over(systems_of(row)) for row in held]
        lines = [
            (systems_of(row), row["D"].square() / c)
            for row, c in zip(held, degrees, strict=True)
            if c is not None and c.low > 0.0
        ]
        weights = weights_behind(lines)[0] if lines else weights
    formula = _Formula(form, weights)
    return formula, sum(_allows(formula, row) for row in rows)


def _allows(formula: _Formula, row: CouplingRow) -> bool:
    value = formula.of(
        {name: one.entry.number.interval for name, one in operands_of(row, "C", "T", "D").items()}
    )
    return value is not None and value.meets(row.parts["D"].number.interval)


def _judge_of(formula: _Formula) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        general = message("it need not hold with other weights of the systems or another formula of C")
        outcome = weigh(numbers, "D", formula.of, excuse=formula.said or general)
        if outcome is None or outcome.state != "consistent":
            return outcome
        return Outcome(outcome.state, outcome.printed, outcome.recomputed, formula.said)

    return judge


def _equal(systems: list[Interval]) -> Interval:
    """Return (U1 ... Un)^(1 / 2n), each U standing once."""
    power = 0.5 / len(systems)
    low, high = 1.0, 1.0
    for one in systems:
        low, high = low * max(one.low, 0.0) ** power, high * max(one.high, 0.0) ** power
    return Interval(low, high)

"""A coefficient moves its outcome no farther than the sample says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from panelkit.audit.entries import Document, Entry
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message(
    "|b| sd(x) / sd(y) is not many times one: variables are described as they enter the regression"
)
_NUMBERED = re.compile(r"^\s*[(（\[]?\s*\d+\s*[)）\]]?\s*[.:：]?\s*")
_PARTNER = re.compile(r"[×*^²#:]|2$|sq", re.IGNORECASE)
_FAR = 5.0


@offered("identity", "effect-sense", family="document", source="standardised coefficients; own bound")
def effect_sense(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield that one standard deviation of x moves y by fewer than five of its own, where both are described.

    Least squares of y on x alone moves it by one at most; regressors that go with x allow more, squares and products
    any number, and columns with these are left alone. An alarm is of units or logarithms, never a decision.
    """
    described = {one.subject.casefold(): one for table in document for one in table.of("sd")}
    for table in document:
        for entry in table.of("coefficient"):
            outcome = described.get(_NUMBERED.sub("", entry.heading).strip().casefold())
            cause = described.get(entry.subject.casefold())
            others = [one for one in table.of("coefficient", column=entry.column) if one is not entry]
            if outcome is None or cause is None or any(_goes_with(one, entry) for one in others):
                continue
            operands = {"b": Operand(entry), "sd x": Operand(cause), "sd y": Operand(outcome)}
            yield relation("effect-sense", operands, _judge_of(), entry.subject)


def _goes_with(other: Entry, entry: Entry) -> bool:
    """Return whether a regressor is a power or product of another."""
    name, held = other.subject.casefold(), entry.subject.casefold()
    return held in name and bool(_PARTNER.search(name.replace(held, "", 1) or ""))


def _judge_of() -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        spread = Interval(max(numbers["sd y"].low, 0.0), max(numbers["sd y"].high, 0.0))
        if spread.low <= 0.0:
            return None
        moved = abs(numbers["b"].interval) * abs(numbers["sd x"].interval) / spread
        shown = f"{moved.low:.3g} … {moved.high:.3g}"
        if moved.low <= _FAR:
            return Outcome("consistent", numbers["b"].text, shown)
        why = message(
            "one standard deviation of x would move y by {moved:.1f} of its own; other units, or logarithms in one of "
            "the tables, would excuse it",
            moved=moved.low,
        )
        return Outcome("inconsistent", numbers["b"].text, shown, why)

    return judge

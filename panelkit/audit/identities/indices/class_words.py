"""The word for a degree of coordination against the degree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.indices.arrays.coupling import LEVELS
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("ten levels of D, each .1 wide: extreme disorder below .1 ... superior coordination from .9")
_OFF = 0.1


@offered("identity", "coordination-words", family="indices", source="Liao 1999")
def coordination_words(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield that D lies in the level whose word stands in its row, column or section.

    Schemes of four to eight levels are in print too: outside the level is inconsistent, and a decision only where
    disorder is said above .6 or coordination below .4.
    """
    for entry in table.of("coordination_d"):
        level = _level(entry)
        if level is not None:
            yield relation("coordination-words", {"D": Operand(entry)}, _judge_of(level), entry.subject)


def _level(entry: Entry) -> int | None:
    """Return the level (0 to 9) that headings name, None where none or several do."""
    said = " ".join((entry.label, entry.heading, entry.panel, entry.other)).casefold()
    found = [k for k, word in enumerate(LEVELS) if word.text("zh") in said or str(word) in said]
    return found[0] if len(found) == 1 else None


def _judge_of(level: int) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        printed = numbers["D"]
        due = Interval(level / 10.0, (level + 1) / 10.0)
        shown = f"{due.low:.1f} … {due.high:.1f}"
        if due.meets(printed.interval):
            return Outcome("consistent", printed.text, shown)
        turned = printed.low > 0.5 + _OFF if level < 5 else printed.high < 0.5 - _OFF
        why = message(
            "{word} stands for {low:.1f} to {high:.1f} on the scale of ten levels; other scales are in print",
            word=LEVELS[level],
            low=due.low,
            high=due.high,
        )
        return Outcome("decision" if turned else "inconsistent", printed.text, shown, why)

    return judge

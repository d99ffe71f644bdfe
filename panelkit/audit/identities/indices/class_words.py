"""The word for a degree of coordination against the degree."""

from __future__ import annotations

import re
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
_DISORDER = r"\s+(?:disorder|imbalance|dissonance|incoordination|maladjustment|dysregulation)"
_ORDER = r"\s+(?:coordinat\w+|balance\w*)"
_WORDS = tuple(
    re.compile(rf"{word.text('zh')}|(?<![a-z]){word}(?![a-z])|(?<![a-z])(?:{more})(?![a-z])", re.IGNORECASE)
    for word, more in zip(
        LEVELS,
        (
            *(
                f"(?:{word}){_DISORDER}"
                for word in (
                    "extreme(?:ly)?",
                    "severe(?:ly)?|serious(?:ly)?",
                    "moderate(?:ly)?",
                    "mild(?:ly)?|slight(?:ly)?",
                    "near|verge of|borderline|impending|on the verge of",
                )
            ),
            *(
                f"(?:{word}){_ORDER}"
                for word in (
                    "barely|reluctant(?:ly)?|grudging(?:ly)?",
                    "primary|primarily",
                    "intermediate(?:ly)?",
                    "good|well",
                    "superior|quality|high[- ]quality|excellent",
                )
            ),
        ),
        strict=True,
    )
)
"""Words for the ten levels, in the languages and translations in print."""


@offered("identity", "coordination-words", family="indices", source="Liao 1999")
def coordination_words(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield that D lies in the level whose word stands in its row, column or section.

    Schemes of four to eight levels are in print too: tables are judged of which most rows keep to ten. Outside the
    level is inconsistent, and a decision only where disorder is said above .6 or coordination below .4.
    """
    found = [
        (entry, level)
        for entry in table.of("coordination_d")
        if (level := _level(entry, _words_beside(table, entry))) is not None
    ]
    kept = sum(_due(level).meets(entry.number.interval) for entry, level in found)
    if 2 * kept > len(found) or len(found) == 1:
        for entry, level in found:
            yield relation("coordination-words", {"D": Operand(entry)}, _judge_of(level), entry.subject)


def _words_beside(table: Table, entry: Entry) -> str:
    """Return the words in the row of a degree, right of it and left of the next degree."""
    degrees = [
        one.column for one in table.of("coordination_d") if one.row == entry.row and one.table == entry.table
    ]
    end = min((column for column in degrees if column > entry.column), default=entry.column + 1_000)
    return " ".join(
        mark.text for mark in table.marks if mark.row == entry.row and entry.column < mark.column < end
    )


def _level(entry: Entry, beside: str) -> int | None:
    """Return the level (0 to 9) that words beside name, else headings; None where none or several do."""
    headings = " ".join((entry.label, entry.heading, entry.panel, entry.other))
    for said in (beside, headings):
        found = [k for k, word in enumerate(_WORDS) if word.search(said)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _due(level: int) -> Interval:
    return Interval(level / 10.0, (level + 1) / 10.0)


def _judge_of(level: int) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        printed = numbers["D"]
        due = _due(level)
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

"""The words full and partial mediation against the stars of the direct effect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.mediation.paths import paths_of
from panelkit.audit.identities.regression.starring import p_of_entry
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("full mediation: c' without stars; partial mediation: c' with stars")
NEEDS = message("it asks for the paths beside a note that calls the mediation full or partial")
_FULL = re.compile(r"完全中介|(?:full|complete)(?:ly)? mediat", re.IGNORECASE)
_WEAK = 0.1
_PARTIAL = re.compile(r"部分中介|partial(?:ly)? mediat", re.IGNORECASE)


@offered("identity", "mediation-words", family="mediation", source="Baron and Kenny 1986; Wen and Ye 2014")
def mediation_words(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield that c' carries no star of 5 % where mediation is called full, and a star where it is called partial.

    Only where one of the two words stands in the table, and of a mediation whose headings hold it or the only one.
    """
    found = list(paths_of(table)) if table.starred else []
    for paths in found:
        said = [text for one in paths.entries.values() for text in (one.label, one.heading, one.panel)]
        if len(found) == 1:
            said += [table.title, *table.notes]
        full, partial = (any(word.search(text) for text in said) for word in (_FULL, _PARTIAL))
        if full != partial and paths.has("direct"):
            p = p_of_entry(table, paths.entries["direct"], reading)
            yield relation("mediation-words", paths.operands("direct"), _judge_of(full, reading, p))


def _judge_of(full: bool, reading: Reading, p: Interval | None) -> Callable[[Numbers], Outcome]:
    levels = sorted(reading.star_levels, reverse=True)
    tenth = levels[0] < _WEAK and (
        p is None or p.low <= _WEAK
    )  # significant at 10 %, where no star stands for it

    def judge(numbers: Numbers) -> Outcome:
        count = int(numbers["stars direct"].value)
        printed = numbers["direct"].text + "*" * count
        due = "p > 0.05" if full else "*"
        level = levels[min(count, len(levels)) - 1] if count else 1.0
        if full and level <= 0.05:
            why = message("mediation is called full, and the direct effect is starred")
            return Outcome("decision", printed, due, why)
        if not full and count == 0 and not tenth:
            why = message("mediation is called partial, and the direct effect carries no star")
            return Outcome("decision", printed, due, why)
        return Outcome("consistent", printed, due)

    return judge

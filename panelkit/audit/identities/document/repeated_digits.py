"""The same digits in columns that claim to differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Document
from panelkit.audit.identities.document.columns import CHANCE, Pair, pairs_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import shown
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("columns that differ repeat no more digits than chance does")

_SINGLETONS = 0.95  # units of one period leave a sample without moving an estimate


@offered("identity", "repeated-digits", family="document", source="Pitt and Hill 2016; Bonferroni")
def repeated_digits(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield coefficients with their brackets that two columns share, beyond what chance does.

    The columns differ in other coefficients, or stand in one table and have other numbers of observations.
    """
    pairs, tried = pairs_of(document)
    for pair in pairs:
        if (pair.apart or _other_samples(document, pair)) and not pair.reprinted(tried):
            yield Relation("repeated-digits", _operands(pair), _judge_of(pair, tried))


def _other_samples(document: Document, pair: Pair) -> bool:
    """Return whether two columns of one table have numbers of observations apart by more than singletons are."""
    (number, left, panel), (other, right, _) = pair.one.place, pair.other.place
    table = document.tables[number]
    rows = [table.one("nobs", column=at, panel=panel) or table.one("nobs", column=at) for at in (left, right)]
    held = [one.number.value for one in rows if one is not None]
    return number == other and len(held) == 2 and min(held) < _SINGLETONS * max(held)


def _operands(pair: Pair) -> tuple[Operand, ...]:
    found: list[Operand] = []
    for one, other in pair.alike:
        found += [Operand(one), Operand(one, 0), Operand(other), Operand(other, 0)]
    return tuple(found)


def _judge_of(pair: Pair, tried: int) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        fours = [numbers[start : start + 4] for start in range(0, len(numbers), 4)]
        still = [
            one
            for one, (b, e, c, f) in zip((one for one, _ in pair.alike), fours, strict=True)
            if (b.value, e.value) == (c.value, f.value)
        ]
        by_chance = pair.by_chance(still, tried) if still else math.inf
        met = by_chance > CHANCE
        text = shown([f"{one.subject} {one.number.text} ({one.attached[0].number.text})" for one in still])
        why = (
            None
            if met
            else message(
                "columns that differ repeat these numbers; chance would do so in {x:.1e} papers of one",
                x=by_chance,
            )
        )
        return Outcome("consistent" if met else "inconsistent", text, f"{by_chance:.1e}", why)

    return judge

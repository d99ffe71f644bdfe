"""The same digits in columns that claim to differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Document, Entry
from panelkit.audit.identities.document.columns import Pair, coincidence, columns_of, pairs_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import shown
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("columns that differ repeat no more digits than chance does")

CHANCE = 1e-3  # of one alarm or more in a whole paper


@offered("identity", "repeated-digits", family="document", source="Pitt and Hill 2016; Bonferroni")
def repeated_digits(document: Document, readings: Sequence[Reading]) -> Iterator[Relation]:
    """Yield coefficients with their brackets that two columns share though others differ, beyond what chance does."""
    columns = len(columns_of(document))
    tried = max(1, columns * (columns - 1) // 2)
    for pair in pairs_of(document):
        if pair.apart and not pair.reprinted:
            yield Relation("repeated-digits", _operands(pair), _judge_of(pair, tried))


def _operands(pair: Pair) -> tuple[Operand, ...]:
    found: list[Operand] = []
    for one, other in pair.alike:
        found += [Operand(one), Operand(one, 0), Operand(other), Operand(other, 0)]
    return tuple(found)


def expected(pair: Sequence[Entry], shared: int, tried: int) -> float:
    """Return how many pairs of columns, of those tried, would repeat so many entries by chance, at most."""
    chance = math.prod(coincidence(one) for one in pair)
    return tried * math.comb(shared, len(pair)) * chance


def _judge_of(pair: Pair, tried: int) -> Judge:
    shared = len(pair.alike) + len(pair.apart)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        fours = [numbers[start : start + 4] for start in range(0, len(numbers), 4)]
        still = [
            one
            for one, (b, e, c, f) in zip((one for one, _ in pair.alike), fours, strict=True)
            if (b.value, e.value) == (c.value, f.value)
        ]
        by_chance = expected(still, shared, tried) if still else math.inf
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

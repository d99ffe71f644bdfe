"""Stars agree with p, with t or z, and with the coefficient over its standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.ratio import noise_of, quotient
from panelkit.audit.parts import ESTIMATES, MAIN, degrees_of, operand, probability_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, against_stars, p_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "stars-ratio": message("stars = those of b / se"),
    "stars-t": message("stars = those of t"),
    "stars-p": message("stars = those of p"),
}

Tail = Callable[[Sequence[Printed]], Interval | None]


@offered("identity", "stars-ratio", family="regression", source="Greene 2018, section 5.4")
def stars_ratio(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of b / se."""
    for entry in _starred(table):
        if error := operand(entry, reading, "se"):
            noise, degrees = noise_of(table, entry), degrees_of(table, entry)

            def tail(
                numbers: Sequence[Printed], noise: float = noise, degrees: Interval = degrees
            ) -> Interval | None:
                ratio = quotient(numbers[0], numbers[1])
                if ratio is None:
                    return None
                return p_of(ratio.widened(noise), degrees, one_sided=table.facts.one_sided)

            operands = (Operand(entry), error, Operand(entry, "stars"))
            yield Relation("stars-ratio", operands, _judge_of(table, entry, reading, tail))


@offered("identity", "stars-t", family="regression", source="Greene 2018, section 5.4")
def stars_t(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of t or z."""
    for entry in _starred(table):
        if ratio := operand(entry, reading, "t", "z"):
            degrees = degrees_of(table, entry)

            def tail(numbers: Sequence[Printed], degrees: Interval = degrees) -> Interval:
                return p_of(numbers[0].interval, degrees, one_sided=table.facts.one_sided)

            yield Relation(
                "stars-t", (ratio, Operand(entry, "stars")), _judge_of(table, entry, reading, tail)
            )


@offered("identity", "stars-p", family="regression", source="by definition")
def stars_p(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of p."""
    for entry in _starred(table):
        if probability := operand(entry, reading, "p"):
            operands = (probability, Operand(entry, "stars"))
            yield Relation("stars-p", operands, _judge_of(table, entry, reading, _itself))


def _itself(numbers: Sequence[Printed]) -> Interval | None:
    return probability_of(numbers[0])


def lines_of(table: Table, entry: Entry, reading: Reading) -> Lines:
    """Return what the stars of an entry mean, by what the table shows of its other stars."""
    most = max((one.stars for one in table.entries), default=0)
    top = most if table.facts.star_levels is None and most < len(reading.star_levels) else None
    group = ESTIMATES if entry.role in MAIN else (entry.role,)
    silent = not any(one.stars for one in table.of(*group) if one is not entry)
    column = any(one.stars for one in table.of(*group, column=entry.column) if one is not entry)
    lenient = (
        bool(table.facts.bootstrap) or entry.role == "indirect_effect" or (not column and not entry.stars)
    )
    return Lines(reading.star_levels, top, silent, lenient)


def _starred(table: Table) -> tuple[Entry, ...]:
    return table.of(*ESTIMATES) if table.starred else ()


def _judge_of(table: Table, entry: Entry, reading: Reading, tail: Tail) -> Judge:
    lines = lines_of(table, entry, reading)

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        stars = int(numbers[-1].value)
        held = " ".join(one.text for one in numbers[:-1])
        return against_stars(stars, tail(numbers), lines, f"{held} {'*' * stars}".strip(), table.facts.draws)

    return judge

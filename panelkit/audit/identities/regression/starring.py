"""What the stars of an entry mean, and how they are judged against p-values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.regression.ratios import noise_of, quotient
from panelkit.audit.parts import ESTIMATES, MAIN, degrees_of, estimates, operand, probability_of, resampled
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, against_stars, p_of
from panelkit.kernels.intervals import Interval

Tail = Callable[[Sequence[Printed]], Interval | None]


def starred(table: Table, reading: Reading, *kinds: str) -> Iterator[tuple[Entry, Operand, Lines]]:
    """Yield the estimates of a table with stars that have a number of one of the kinds, and what their stars mean."""
    if not table.starred:
        return
    halved = one_sided_fits(table, reading)
    for entry in estimates(table):
        if number := operand(entry, reading, *kinds):
            lines = lines_of(table, entry, reading)
            yield entry, number, replace(lines, lenient=lines.lenient or halved)


def top_of(table: Table, reading: Reading) -> int | None:
    """Return the most stars of a table that does not say their levels and uses fewer than there are; else None."""
    most = max((one.stars for one in table.entries), default=0)
    return most if table.facts.star_levels is None and most < len(reading.star_levels) else None


def lines_of_tests(table: Table, reading: Reading, *, silent: bool) -> Lines:
    """Return what the stars of tests mean; `silent`: no other test has any."""
    return Lines(reading.star_levels, top_of(table, reading), silent, resampled(table))


def lines_of(table: Table, entry: Entry, reading: Reading) -> Lines:
    """Return what the stars of an entry mean, by what the table shows of its other stars."""
    group = ESTIMATES if entry.role in MAIN else (entry.role,)
    silent = not any(one.stars for one in table.of(*group) if one is not entry)
    column = any(one.stars for one in table.of(*group, column=entry.column) if one is not entry)
    lenient = resampled(table) or entry.role == "indirect_effect" or (not column and not entry.stars)
    return Lines(reading.star_levels, top_of(table, reading), silent, lenient)


def relation_of(
    key: str, operands: tuple[Operand, ...], tail: Tail, lines: Lines, draws: float | None
) -> Relation:
    """Return the relation of stars, the last operand, with the p-values of the others."""

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        stars = int(numbers[-1].value)
        first, *inside = [one.text for one in numbers[:-1]]
        held = f"{first}{'*' * stars}" + "".join(f" ({text})" for text in inside)
        return against_stars(stars, tail(numbers), lines, held, draws)

    return Relation(key, operands, judge)


def p_of_entry(table: Table, entry: Entry, reading: Reading) -> Interval | None:
    """Return the two-sided p-values that the first of p, t and b over its error allows."""
    probability, ratio = operand(entry, reading, "p"), operand(entry, reading, "t", "z")
    error = operand(entry, reading, "se")
    if probability is not None:
        return probability_of(probability.printed)
    over = ratio.printed.interval if ratio is not None else None
    if over is None and error is not None:
        over = quotient(entry.number, error.printed)
    return None if over is None else p_of(over.widened(noise_of(table, entry)), degrees_of(table, entry))


def one_sided_fits(table: Table, reading: Reading) -> bool:
    """Return whether two entries or more have stars that two-sided tests do not give, and one-sided ones give all."""
    if table.facts.one_sided is not None:
        return False
    beyond = 0
    for entry in estimates(table):
        p, said = p_of_entry(table, entry, reading), lines_of(table, entry, reading).held_by(entry.stars)
        if p is None or said is None:
            continue
        if not (p * 0.5).meets(said):
            return False
        beyond += not p.meets(said)
    return beyond > 1

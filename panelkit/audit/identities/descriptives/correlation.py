"""Correlations: their range, their symmetry, their stars, and whether any data could have them all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.descriptives.definite import nearest_room
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, against_stars, p_of, state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "correlation-range": message("|r| ≤ 1"),
    "correlation-symmetry": message("r of x with y = r of y with x"),
    "correlation-stars": message("stars = those of r and n"),
    "correlation-definite": message("a correlation matrix is positive semi-definite"),
}

# what one, two, three stars mean where nobody says: programs that print correlations differ from those of regressions
_STARS = {
    1: ((0.05,), (0.01,), (0.1,), (0.001,)),
    2: ((0.05, 0.01), (0.1, 0.05), (0.01, 0.001)),
    3: ((0.1, 0.05, 0.01), (0.05, 0.01, 0.001)),
}


@offered("identity", "correlation-range", family="descriptives", source="Cauchy-Schwarz")
def correlation_range(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield |r| ≤ 1, and = 1 of a variable with itself."""
    for one in table.of("correlation"):
        yield Relation("correlation-range", (Operand(one),), _own if _is_own(one) else _other)


@offered("identity", "correlation-symmetry", family="descriptives", source="by definition")
def correlation_symmetry(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield r of x with y = r of y with x, where both triangles of one matrix are printed."""
    held = {(one.panel, one.subject, one.other): one for one in table.of("correlation")}
    for (panel, subject, other), one in held.items():
        mirror = held.get((panel, other, subject))
        if subject < other and mirror is not None:
            yield Relation("correlation-symmetry", (Operand(one), Operand(mirror)), _mirrored)


@offered(
    "identity",
    "correlation-stars",
    family="descriptives",
    source="Fisher 1915",
)
def correlation_stars(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of t = r sqrt((n − 2)/(1 − r²)) with n − 2 degrees of freedom."""
    found = [one for one in table.of("correlation") if not _is_own(one)]
    n = _rows(table)
    if not any(one.stars for one in found) or n is None or n.value < 4.0:
        return
    most = max(one.stars for one in found)
    stated = table.facts.star_levels
    candidates = (stated,) if stated else _STARS.get(most, ((*reading.star_levels,),))
    choices = [
        [
            Relation(
                "correlation-stars", (Operand(one), Operand(one, "stars")), _stars_of(n.value, levels, table)
            )
            for one in found
        ]
        for levels in candidates
    ]
    yield from min(choices, key=_faults)


@offered("identity", "correlation-definite", family="descriptives", source="Higham 2002; Weyl's inequality")
def correlation_definite(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield that some positive semi-definite matrix rounds to the one printed."""
    for panel in dict.fromkeys(one.panel for one in table.of("correlation")):
        pairs = {frozenset((one.subject, one.other)): one for one in table.of("correlation", panel=panel)}
        names = sorted({name for pair in pairs for name in pair})
        below = [(i, j) for j in range(len(names)) for i in range(j)]
        found = [pairs.get(frozenset((names[i], names[j]))) for i, j in below]
        held = [one for one in found if one is not None]
        if len(names) > 2 and len(held) == len(below):
            yield Relation("correlation-definite", tuple(map(Operand, held)), _definite_of(len(names), below))


def _is_own(one: Entry) -> bool:
    return one.subject == one.other


def _rows(table: Table) -> Printed | None:
    """Return how many values correlations stand on, where the table says it once."""
    rows = table.of("nobs", "count")
    values = {one.number.value for one in rows}
    return rows[0].number if len(values) == 1 else None


def _faults(relations: Sequence[Relation]) -> tuple[int, int]:
    states = [outcome.state for one in relations if (outcome := one.outcome()) is not None]
    return sum(one != "consistent" for one in states), states.count("decision")


def _own(numbers: Sequence[Printed]) -> Outcome:
    met = numbers[0].interval.has(1.0)
    why = None if met else message("a variable correlates with itself by one")
    return Outcome(state_of(met, False), numbers[0].text, "1", why)


def _other(numbers: Sequence[Printed]) -> Outcome:
    size = abs(numbers[0].interval)
    met = size.low <= 1.0
    why = None if met else message("no correlation exceeds one")
    return Outcome(state_of(met, False), numbers[0].text, "−1 … 1", why)


def _mirrored(numbers: Sequence[Printed]) -> Outcome:
    met = numbers[0].interval.meets(numbers[1].interval)
    why = None if met else message("both triangles of a correlation matrix hold the same numbers")
    return Outcome(state_of(met, False), numbers[0].text, numbers[1].text, why)


def _stars_of(n: float, levels: tuple[float, ...], table: Table) -> Judge:
    lines = Lines(levels)
    degrees = Interval.at(n - 2.0)

    def tail(number: Printed) -> Interval | None:
        size = abs(number.interval)
        if size.low > 1.0:
            return None
        return p_of(
            size.mapped(lambda r: math.inf if r >= 1.0 else r * math.sqrt((n - 2.0) / (1.0 - r * r))),
            degrees,
            one_sided=table.facts.one_sided,
        )

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        number, stars = numbers
        count = int(stars.value)
        return against_stars(count, tail(number), lines, f"{number.text}{'*' * count}", None)

    return judge


def _definite_of(size: int, below: Sequence[tuple[int, int]]) -> Judge:
    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        low, high = np.eye(size), np.eye(size)
        for (i, j), one in zip(below, numbers, strict=True):
            wide = one.truncated()
            if wide.low > 1.0 or wide.high < -1.0:
                return None
            low[i, j] = low[j, i] = max(wide.low, -1.0)
            high[i, j] = high[j, i] = min(wide.high, 1.0)
        smallest = float(np.linalg.eigvalsh(0.5 * (low + high))[0])
        met = nearest_room(low, high)
        why = (
            None
            if met
            else message("correlations of one set of rows cannot be so; of pairs on different rows they can")
        )
        return Outcome(state_of(met, False), f"λ = {smallest:.3f}", "λ ≥ 0", why)

    return judge

"""The stars of a correlation follow from it and n."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.matrices import is_own
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Judge, Operand, Outcome, Reading, Relation
from panelkit.audit.significance import Lines, against_stars, p_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("stars = those of r and n")
# what one, two, three stars mean where nobody says: programs that print correlations differ from those of regressions
_STARS = {
    1: ((0.05,), (0.01,), (0.1,), (0.001,)),
    2: ((0.05, 0.01), (0.1, 0.05), (0.01, 0.001)),
    3: ((0.1, 0.05, 0.01), (0.05, 0.01, 0.001)),
}


@offered(
    "identity",
    "correlation-stars",
    family="descriptives",
    source="Fisher 1915",
)
def correlation_stars(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield the stars of t = r sqrt((n − 2)/(1 − r²)) with n − 2 degrees of freedom."""
    found = [one for one in table.of("correlation") if not is_own(one)]
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


def _rows(table: Table) -> Printed | None:
    """Return how many values correlations stand on, where the table says it once."""
    rows = table.of("nobs", "count")
    values = {one.number.value for one in rows}
    return rows[0].number if len(values) == 1 else None


def _faults(relations: Sequence[Relation]) -> tuple[int, int]:
    states = [outcome.state for one in relations if (outcome := one.outcome()) is not None]
    return sum(one != "consistent" for one in states), states.count("decision")


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

"""Guess, from held figures, what a file does not say; a guess is evidence shown, never taken unasked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from panelkit.data.provinces import labels_of
from panelkit.data.yearbook.judge.held import Held, PlacePeriod, match

ENOUGH = 0.99
CELLS = 62
CELLS_ONE_PROVINCE = 5


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file seems to hold, and how many shared cells say so."""

    key: str
    vintage: str
    shared: int
    equal: int


def guess_indicator(
    cells: Mapping[PlacePeriod, Decimal], units: Mapping[str, bool], held: Held
) -> list[Guess]:
    """Return the indicators whose held figures the cells equal, best first.

    `units` says which indicators the file's printed unit allows.
    """
    found = []
    for indicator, vintage in held.values:
        if units.get(indicator, True):
            one = match(indicator, cells, held, vintage)
            if one.shared >= CELLS and one.share >= ENOUGH:
                found.append(Guess(indicator, vintage, one.shared, one.equal))
    return sorted(found, key=lambda g: -g.equal)


def guess_province(series: Mapping[str, Mapping[str, Decimal]], held: Held) -> list[Guess]:
    """Return the provinces whose held figures equal the series (indicator -> period -> value), best first."""
    found = []
    for adcode in labels_of("adcode"):
        shared = equal = 0
        for indicator, values in series.items():
            cells = {(int(adcode), period): value for period, value in values.items()}
            best = [match(indicator, cells, held, vintage) for vintage in held.vintages(indicator)]
            top = max(best, key=lambda m: (m.equal, -m.shared), default=None)
            if top is not None:
                shared, equal = shared + top.shared, equal + top.equal
        if shared >= CELLS_ONE_PROVINCE and equal >= ENOUGH * shared:
            found.append(Guess(str(labels_of("en")[adcode]), "", shared, equal))
    return sorted(found, key=lambda g: -g.equal)

"""Figures already held, laid out for comparing a file with them cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

import pandas as pd

from panelkit.show.brief import Brief

PlacePeriod = tuple[int, str]
Series = tuple[str, str]

_TRUE_DIGITS = 15
_TRUE = Context(prec=_TRUE_DIGITS)
_HALF = Decimal("0.5")
_LAST_BITS = Decimal("1e-9")


@dataclass(frozen=True)
class Held(Brief):
    """Held figures by (indicator, vintage), then by (adcode, period).

    `digits` holds the decimals printed in each period of a series, to which two figures are compared.
    """

    values: Mapping[Series, Mapping[PlacePeriod, float]]
    digits: Mapping[Series, Mapping[str, int]]

    def vintages(self, indicator: str) -> list[str]:
        """Return the vintages held of an indicator."""
        return [vintage for key, vintage in self.values if key == indicator]


@dataclass(frozen=True, slots=True)
class Match(Brief):
    """How a file's series compares with one held vintage: cells in both, cells equal, median relative distance."""

    indicator: str
    vintage: str
    shared: int
    equal: int
    distance: float

    @property
    def share(self) -> float:
        """Return the share of shared cells that are equal."""
        return self.equal / self.shared if self.shared else 0.0


def index_figures(figures: pd.DataFrame) -> Held:
    """Lay a long table out for comparison."""
    values: dict[Series, dict[PlacePeriod, float]] = {}
    digits: dict[Series, dict[str, int]] = {}
    rows = zip(
        figures["indicator"],
        figures["vintage"],
        figures["adcode"],
        figures["period"],
        figures["value"],
        strict=True,
    )
    for indicator, vintage, adcode, period, value in rows:
        series = (str(indicator), str(vintage))
        values.setdefault(series, {})[int(adcode), str(period)] = float(value)
        shown = digits.setdefault(series, {})
        shown[str(period)] = max(shown.get(str(period), 0), decimals(exact(value)))
    return Held(values, digits)


def decimals(number: Decimal) -> int:
    """Return how many decimals a number shows, trailing zeros left out."""
    return max(0, printed(number.normalize()))


def printed(number: Decimal) -> int:
    """Return how many decimals a number is printed with, trailing zeros counted; less than none above the units.

    Of a double with more than 15 significant digits those beyond are the binary's, not the printer's.
    """
    if len(number.as_tuple().digits) > _TRUE_DIGITS:
        number = _TRUE.plus(number).normalize(_TRUE)
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def exact(number: float | Decimal) -> Decimal:
    """Return a figure in decimals as it was printed, without what the binary adds to it."""
    return _TRUE.plus(number if isinstance(number, Decimal) else Decimal(repr(float(number))))


def is_equal(one: float | Decimal, other: float | Decimal, digits: int) -> bool:
    """Return whether two figures are the same to the decimals that both print: no more than half of the last apart."""
    first, second = exact(one), exact(other)
    gap = abs(first - second)
    return gap <= _HALF.scaleb(-digits) or gap <= _LAST_BITS * max(abs(first), abs(second))


def series_digits(cells: Mapping[PlacePeriod, Decimal]) -> dict[str, int]:
    """Return the decimals printed in each period of a series; a unit that was converted moves them along."""
    shown: dict[str, int] = {}
    for (_, period), value in cells.items():
        shown[period] = max(shown.get(period, printed(value)), printed(value))
    return shown


def match(indicator: str, cells: Mapping[PlacePeriod, Decimal], held: Held, vintage: str) -> Match:
    """Compare a series with one held vintage."""
    series = (indicator, vintage)
    values, theirs, mine = held.values.get(series, {}), held.digits.get(series, {}), series_digits(cells)
    shared = equal = 0
    gaps: list[float] = []
    for cell, value in cells.items():
        old = values.get(cell)
        if old is None:
            continue
        shared += 1
        new = float(value)
        equal += is_equal(value, old, min(mine[cell[1]], theirs[cell[1]]))
        gaps.append(abs(new - old) / max(abs(old), 1e-12))
    return Match(indicator, vintage, shared, equal, _median(gaps))


def matches(indicator: str, cells: Mapping[PlacePeriod, Decimal], held: Held) -> list[Match]:
    """Compare a series with every held vintage of its indicator, nearest first."""
    found = [match(indicator, cells, held, vintage) for vintage in held.vintages(indicator)]
    return sorted(found, key=lambda m: (-m.share, m.distance if m.shared else float("inf")))


def _median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

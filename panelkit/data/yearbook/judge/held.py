"""Figures already held, laid out for comparing a file with them cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeVar

import pandas as pd

from panelkit.show.brief import Brief

PlacePeriod = tuple[int, str]
Series = tuple[str, str]
Part = TypeVar("Part")

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


class _BySeries(Mapping[Series, Part]):
    """Parts of a long table by series, each laid out when it is first asked for: a file names few of them."""

    def __init__(self, rows: Mapping[Series, pd.DataFrame], lay: Callable[[pd.DataFrame], Part]) -> None:
        self._rows, self._lay = rows, lay
        self._laid: dict[Series, Part] = {}

    def __getitem__(self, series: Series) -> Part:
        if series not in self._laid:
            self._laid[series] = self._lay(self._rows[series])
        return self._laid[series]

    def __iter__(self) -> Iterator[Series]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def index_figures(figures: pd.DataFrame) -> Held:
    """Lay a long table out for comparison."""
    groups = figures.groupby(["indicator", "vintage"], sort=False, observed=True)
    rows = {(str(indicator), str(vintage)): part for (indicator, vintage), part in groups}
    return Held(_BySeries(rows, _values), _BySeries(rows, _digits))


def _values(part: pd.DataFrame) -> dict[PlacePeriod, float]:
    places = zip(part["adcode"].tolist(), part["period"].tolist(), part["value"].tolist(), strict=True)
    return {(int(adcode), str(period)): float(value) for adcode, period, value in places}


def _digits(part: pd.DataFrame) -> dict[str, int]:
    shown: dict[str, int] = {}
    for period, value in zip(part["period"].tolist(), part["value"].tolist(), strict=True):
        shown[str(period)] = max(shown.get(str(period), 0), decimals(exact(value)))
    return shown


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

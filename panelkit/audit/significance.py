"""P-values of printed statistics as intervals, and what stars say of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import chdtrc, ndtr, stdtr

from panelkit.audit.relations import Outcome, State
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message, message

FIVE = 0.05
DRAWS = 500  # of a resampled p-value where nothing is stated: the fewest that are usual


def p_of(statistic: Interval, degrees: Interval, *, one_sided: bool | None = None) -> Interval:
    """Return the p-values of a t statistic with any of the degrees of freedom, two-sided.

    The tail falls in the size of the statistic and in the degrees of freedom. Where tests are stated to be one-sided,
    halves are held as well.
    """
    size = abs(statistic)
    low, high = _two_sided(size.high, degrees.high), _two_sided(size.low, degrees.low)
    return Interval(0.5 * low if one_sided else low, high)


def _two_sided(size: float, degrees: float) -> float:
    if math.isinf(size):
        return 0.0
    return 2.0 * float(ndtr(-size) if math.isinf(degrees) else stdtr(degrees, -size))


def chi2_p_of(statistic: Interval, degrees: Interval) -> Interval:
    """Return the p-values of a chi-squared statistic with any of the degrees of freedom: it rises in them."""
    low = float(chdtrc(degrees.low, max(statistic.high, 0.0)))
    return Interval(low, max(low, float(chdtrc(degrees.high, max(statistic.low, 0.0)))))


def blurred(p: Interval, draws: float | None = None) -> Interval:
    """Return an interval of p-values with 2.5 standard errors of a share among draws at each end."""

    def more(value: float) -> float:
        return 2.5 * math.sqrt(max(value * (1.0 - value), 0.0) / (draws or DRAWS))

    return Interval(max(0.0, p.low - more(p.low)), min(1.0, p.high + more(p.high)))


@dataclass(frozen=True)
class Lines:
    """What stars mean: `levels` of one, two, three stars; `open_top`: whether the most stars that the table shows may
    be all that it knows; `silent`: whether no star says nothing; `lenient`: whether a difference decides nothing.
    """

    levels: tuple[float, ...]
    open_top: int | None = None
    silent: bool = False
    lenient: bool = False

    def held_by(self, stars: int) -> Interval | None:
        """Return the p-values that a number of stars stands for, None where it says nothing."""
        if stars > len(self.levels) or (stars == 0 and self.silent):
            return None
        low = self.levels[stars] if stars < len(self.levels) and stars != self.open_top else 0.0
        return Interval(low, self.levels[stars - 1] if stars else 1.0)

    def parted(self, one: Interval, other: Interval) -> bool:
        """Return whether 5 % or the level of the first star lies between two intervals of p-values."""
        lines = (FIVE, self.levels[0]) if self.levels else (FIVE,)
        return any((one.high <= line < other.low) or (other.high < line <= one.low) for line in lines)


def against_stars(
    stars: int, p: Interval | None, lines: Lines, printed: str, draws: float | None
) -> Outcome | None:
    """Return how stars agree with the p-values that other numbers give."""
    said = lines.held_by(stars)
    return None if said is None or p is None else _against(said, p, lines, printed, draws)


def against_p(
    printed: Interval, p: Interval | None, lines: Lines, text: str, draws: float | None
) -> Outcome | None:
    """Return how a printed p-value agrees with those that other numbers give."""
    return None if p is None else _against(printed, p, lines, text, draws)


def _against(said: Interval, p: Interval, lines: Lines, text: str, draws: float | None) -> Outcome:
    if p.meets(said):
        return Outcome("consistent", text, told(p))
    decided = lines.parted(said, blurred(p, draws)) and not lines.lenient
    return Outcome("decision" if decided else "inconsistent", text, told(p), _why(decided, p.low > said.high))


def _why(decided: bool, weaker: bool) -> Message:
    if decided:
        return message("the numbers and the significance shown cannot both be as printed, by t or by z")
    if weaker:
        return message(
            "one-sided tests, resampled p-values, or digits cut off instead of rounded, would excuse it"
        )
    return message("resampled p-values, or digits cut off instead of rounded, would excuse it")


def told(p: Interval) -> str:
    """Return p-values as text."""
    low, high = f"{p.low:.3g}", f"{p.high:.3g}"
    return f"p = {low}" if low == high else f"p = {low} … {high}"


def state_of(met: bool, decided: bool) -> State:
    """Return the state of a relation."""
    return "consistent" if met else "decision" if decided else "inconsistent"


def shown(numbers: Sequence[object]) -> str:
    """Return numbers as they stand beside each other."""
    return ", ".join(str(one) for one in numbers)

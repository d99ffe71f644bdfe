"""Closed intervals of real numbers: what a printed, and so rounded, number may have been.

Every operation returns the smallest interval that holds all results of numbers in its operands; where an operand stands
twice in an expression the result is wider than it must be, so that identities are written with every number once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`, ends included; an end may be infinite.

    Raises
    ------
    ValueError
        If an end is not a number, or `low` lies above `high`.

    Source: Moore, Kearfott and Cloud 2009, chapter 2.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"no interval from {self.low} to {self.high}")

    @classmethod
    def at(cls, value: float) -> Interval:
        """Return the interval that holds one number."""
        return cls(value, value)

    @property
    def middle(self) -> float:
        return self.low if self.low == self.high else 0.5 * (self.low + self.high)

    @property
    def width(self) -> float:
        return self.high - self.low

    def __add__(self, other: Interval | float) -> Interval:
        that = _of(other)
        return Interval(self.low + that.low, self.high + that.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | float) -> Interval:
        return self + -_of(other)

    def __mul__(self, other: Interval | float) -> Interval:
        that = _of(other)
        return _hull(_times(a, b) for a in (self.low, self.high) for b in (that.low, that.high))

    def __truediv__(self, other: Interval | float) -> Interval:
        """Return the quotients; all numbers where the divisor may be zero on its inside, a ray where at an end."""
        that = _of(other)
        if that.low < 0.0 < that.high or that.low == that.high == 0.0:
            return EVERYTHING
        return _hull(_over(a, b, that) for a in (self.low, self.high) for b in (that.low, that.high))

    def __radd__(self, other: float) -> Interval:
        return self + other

    def __rsub__(self, other: float) -> Interval:
        return _of(other) - self

    def __rmul__(self, other: float) -> Interval:
        return self * other

    def __rtruediv__(self, other: float) -> Interval:
        return _of(other) / self

    def __abs__(self) -> Interval:
        if self.low >= 0.0:
            return self
        return -self if self.high <= 0.0 else Interval(0.0, max(-self.low, self.high))

    def square(self) -> Interval:
        """Return the squares."""
        size = abs(self)
        return Interval(_times(size.low, size.low), _times(size.high, size.high))

    def root(self) -> Interval:
        """Return the square roots of what is not negative in it.

        Raises
        ------
        ValueError
            If all of it is negative.
        """
        if self.high < 0.0:
            raise ValueError(f"no root of {self.low} to {self.high}")
        return Interval(math.sqrt(max(self.low, 0.0)), math.sqrt(self.high))

    def mapped(self, function: Callable[[float], float]) -> Interval:
        """Return the values of a monotone function, rising or falling."""
        ends = function(self.low), function(self.high)
        return Interval(min(ends), max(ends))

    def widened(self, by: float) -> Interval:
        """Return the interval with `by` (not negative) more at each end."""
        return Interval(self.low - by, self.high + by)

    def has(self, value: float) -> bool:
        """Return whether it holds a number."""
        return self.low <= value <= self.high

    def meets(self, other: Interval | float, slack: float = 1e-9) -> bool:
        """Return whether the two hold a number in common; ends that miss by rounding of doubles count as touching."""
        that = _of(other)
        near = slack * max(
            1e-300, *(abs(end) for end in (self.low, self.high, that.low, that.high) if math.isfinite(end))
        )
        return self.low <= that.high + near and that.low <= self.high + near

    def inside(self, other: Interval) -> bool:
        """Return whether all of it lies in the other."""
        return other.low <= self.low and self.high <= other.high


EVERYTHING = Interval(-math.inf, math.inf)


def _of(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval.at(float(value))


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0.0 or b == 0.0 else a * b


def _over(a: float, b: float, divisor: Interval) -> float:
    """Return a / b; at an end of the divisor that is zero, the limit from its inside."""
    if b != 0.0:
        return 0.0 if math.isinf(b) else a / b
    if a == 0.0:
        return 0.0
    return math.copysign(math.inf, a) * (1.0 if divisor.high > 0.0 else -1.0)


def _hull(values: Iterable[float]) -> Interval:
    held = list(values)
    return Interval(min(held), max(held))

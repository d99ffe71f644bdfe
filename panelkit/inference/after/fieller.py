"""Fieller's set of a ratio of two normal estimates: exact where the delta method is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Joined, Message, message, verbatim
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class RatioSet(Brief):
    """The values r of a / b with |a - r b| <= t se(a - r b): one interval, or two that reach to infinity.

    `intervals` in order; `bounded` is False where the denominator is not significantly different from zero.
    """

    intervals: tuple[tuple[float, float], ...]
    level: float

    @property
    def bounded(self) -> bool:
        """Tell whether the set has two finite ends."""
        return len(self.intervals) == 1 and bool(np.isfinite(self.intervals[0]).all())

    def said(self) -> Message:
        """Return the set as a sentence shows it."""
        if self.intervals == ((-np.inf, np.inf),):
            return message("every value")
        pieces = [verbatim(f"[{low:.6g}, {high:.6g}]") for low, high in self.intervals]
        return Joined(pieces, {"en": " and ", "zh": " ∪ "})


def fieller(ratio: tuple[float, float], spread: FloatArray, critical: float, level: float) -> RatioSet:
    """Return Fieller's set of a / b.

    Parameters
    ----------
    ratio
        The estimates a and b.
    spread
        Their covariance (2, 2).
    critical
        The two-sided critical value t.
    level
        Its level, for the record.

    Returns
    -------
    The values r with (a - r b)^2 <= t^2 (V_aa - 2 r V_ab + r^2 V_bb) (Fieller 1954).
    """
    a, b = ratio
    square = critical**2
    first = b * b - square * spread[1, 1]
    second = a * b - square * spread[0, 1]
    third = a * a - square * spread[0, 0]
    inside = second * second - first * third
    if first == 0.0:
        edge = third / (2.0 * second) if second != 0.0 else 0.0
        return RatioSet(((edge, np.inf),) if second > 0.0 else ((-np.inf, edge),), level)
    if inside <= 0.0:  # first < 0: nothing is rejected
        return RatioSet(((-np.inf, np.inf),), level)
    ends = sorted(((second - np.sqrt(inside)) / first, (second + np.sqrt(inside)) / first))
    low, high = float(ends[0]), float(ends[1])
    return RatioSet(((low, high),) if first > 0.0 else ((-np.inf, low), (high, np.inf)), level)

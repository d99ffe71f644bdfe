"""Confidence regions of thresholds: all values that the likelihood ratio does not refuse (Hansen 1999, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.message import Message, message
from panelkit.models.threshold.search import Search
from panelkit.models.threshold.sequence import allowed, beside_splits
from panelkit.show.brief import Brief


def critical_value(level: float) -> float:
    """Return -2 ln(1 - sqrt(level)): 5.94, 7.35 and 10.59 at 90, 95 and 99 % (Hansen 2000, theorem 1)."""
    return float(-2.0 * np.log1p(-np.sqrt(level)))


@dataclass(frozen=True, eq=False)
class ThresholdRegion(Brief):
    """The region of one threshold given the others.

    `ratios` (g,) are LR = (S(value) - S) / s2 at every value searched, `values` (g,); `intervals` the runs of values at
    or below `critical`, one after the other among those searched. `edges` says whether the first and the last value
    searched belong to the region, which then may reach further.
    """

    estimate: float
    values: FloatArray
    ratios: FloatArray
    intervals: tuple[tuple[float, float], ...]
    level: float
    critical: float
    edges: tuple[bool, bool]

    @property
    def disjoint(self) -> bool:
        """Tell whether the region has more than one part."""
        return len(self.intervals) > 1

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the first and the last value of the region."""
        return self.intervals[0][0], self.intervals[-1][1]

    def said(self) -> Message:
        """Return the region as text."""
        return message(
            "{parts}",
            parts=[message("[{low:.6g}, {high:.6g}]", low=low, high=high) for low, high in self.intervals],
        )


def likelihood_ratio_region(
    search: Search,
    values: FloatArray,
    residuals: FloatArray,
    others: list[int],
    place: int,
    least: int,
    level: float,
    squares: float,
) -> ThresholdRegion:
    """Return the region of the threshold at `place` given the others.

    Parameters
    ----------
    search
        The candidates, no split held.
    values
        Of the candidates (G,).
    residuals
        What the model without thresholds leaves of the outcome (m,).
    others
        The places of the other thresholds.
    squares
        The sum of squares of the whole model.
    """
    beside = beside_splits(search, others)
    left = beside.without(residuals[None, :])
    may = np.flatnonzero(allowed(search, np.asarray(others, dtype=np.int64), least) & beside.roots[1])
    sums = (left**2).sum() - beside.gains(left)[0, may]
    # the difference of two sums rounds; at the estimate it is zero
    ratios = np.maximum((sums - sums[may == place]) * search.space.degrees / squares, 0.0)
    critical = critical_value(level)
    return ThresholdRegion(
        float(values[place]),
        values[may],
        ratios,
        _runs(values, may, ratios <= critical),
        level,
        critical,
        (bool(ratios[0] <= critical), bool(ratios[-1] <= critical)),
    )


def _runs(values: FloatArray, may: IntArray, inside: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Return first and last value of the runs of candidates that lie inside."""
    held = may[inside]
    parts = np.split(held, np.flatnonzero(np.diff(held) > 1) + 1)
    return tuple((float(values[part[0]]), float(values[part[-1]])) for part in parts)

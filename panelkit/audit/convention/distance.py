"""How far predicted numbers lie from printed ones, in printed digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.audit.convention.target import Target
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

# a number half-way between two printed ones rounds either way, and its own rounding moves it
_EDGE = 1e-9
# what a candidate without the number, or one that misses by more digits, counts as
FARTHEST = 16.0


@dataclass(frozen=True, eq=False)
class Distances(Brief):
    """Distances of C candidates from J printed numbers, each under the reading that fits it best.

    Parameters
    ----------
    digits
        Shape (C, J): 0 inside the rounding interval, else the decimal logarithm of the miss over half a unit of the
        last printed digit. 1 is a miss of five units of that digit.
    reading
        Shape (C,), which of `Target.readings`.
    """

    digits: FloatArray
    reading: IntArray

    @property
    def missed(self) -> IntArray:
        """Return how many printed numbers each candidate misses, (C,)."""
        return np.asarray((self.digits > 0.0).sum(axis=1), dtype=np.int64)

    @property
    def worst(self) -> FloatArray:
        """Return the worst miss of each candidate, (C,)."""
        return np.asarray(self.digits.max(axis=1))

    def order(self, rank: IntArray) -> IntArray:
        """Return the candidates from near to far, (C,): fewest missed, worst miss, `rank`, the order given."""
        place = np.arange(len(self.digits))
        return np.lexsort((place, rank, np.round(self.worst, 6), self.missed))


def digits_missed(values: FloatArray, target: Target) -> FloatArray:
    """Return the distance of values (..., J), already in the order of the printed numbers."""
    halves = target.halves * (1.0 + _EDGE) + _EDGE**1.5 * np.abs(target.centres)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        digits = np.log10(np.abs(values - target.centres) / halves)
    return np.clip(np.where(np.isnan(digits) & ~np.isfinite(values), FARTHEST, digits), 0.0, FARTHEST)


def distances(matrix: FloatArray, target: Target) -> Distances:
    """Return the distances of predicted numbers (C, S) from a target, each candidate under its best reading."""
    best = np.empty((len(matrix), len(target.wanted)))
    score, reading = np.full(len(matrix), np.inf), np.zeros(len(matrix), dtype=np.int64)
    for at, way in enumerate(target.readings):
        digits = digits_missed(matrix[:, way.columns], target)
        here = (digits > 0.0).sum(axis=1) * (FARTHEST + 1.0) + digits.max(axis=1)
        better = here < score
        best[better], score[better], reading[better] = digits[better], here[better], at
    return Distances(best, reading)

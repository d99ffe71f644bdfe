"""Candidates from near to far, those that print the same numbers together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.audit.convention.candidate import Candidate, Option, Predicted
from panelkit.audit.convention.distance import Distances
from panelkit.audit.convention.target import Reading, Target
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

_SAME = 10  # numbers that agree to so many digits are one
_LOOKED_AT = 4_000


@dataclass(frozen=True, eq=False)
class Match(Brief):
    """Candidates that print the same numbers.

    Parameters
    ----------
    candidates
        The one nearest to what is stated first.
    place
        Where that one stands among all that were tried.
    values, digits
        What they print, and how far each is from the printed number in printed digits, (J,).
    reading
        How the printed numbers were read for that.
    """

    candidates: tuple[Candidate, ...]
    place: int
    values: FloatArray
    digits: FloatArray
    reading: Reading

    @property
    def candidate(self) -> Candidate:
        """Return the one nearest to what is stated."""
        return self.candidates[0]

    @property
    def hit(self) -> bool:
        """Return whether all numbers round to what is printed."""
        return not bool((self.digits > 0.0).any())

    @property
    def missed(self) -> int:
        """Return how many printed numbers it misses."""
        return int((self.digits > 0.0).sum())

    @property
    def worst(self) -> float:
        """Return its worst miss in printed digits."""
        return float(self.digits.max())


def nearest(predicted: Predicted, target: Target, found: Distances, most: int) -> tuple[Match, ...]:
    """Return the nearest matches: all that hit, and the nearest others up to `most` in all."""
    order = found.order(predicted.rank)[:_LOOKED_AT]
    groups: dict[tuple[object, ...], list[int]] = {}
    for at in order:
        values = predicted.matrix[at, target.readings[found.reading[at]].columns]
        if not np.isfinite(values).any():
            continue
        groups.setdefault(_key(values), []).append(int(at))
    matches: list[Match] = []
    for members in groups.values():
        at = members[0]
        hit = found.missed[at] == 0
        if len(matches) >= most and not hit:
            break
        reading = target.readings[found.reading[at]]
        candidates = tuple(predicted.candidates[member] for member in members)
        matches.append(
            Match(candidates, at, predicted.matrix[at, reading.columns], found.digits[at], reading)
        )
    return tuple(matches)


def _key(values: FloatArray) -> tuple[object, ...]:
    """Return what tells numbers from others beyond the rounding of the arithmetic."""
    return tuple(f"{value:.{_SAME - 1}e}" for value in values)


def common(hits: tuple[Match, ...]) -> tuple[Option, ...]:
    """Return the choices that all candidates of the matches share."""
    every = [set(one.options) for match in hits for one in match.candidates]
    if not every:
        return ()
    shared = set.intersection(*every)
    return tuple(option for option in hits[0].candidate.options if option in shared)


def undecided(hits: tuple[Match, ...]) -> tuple[str, ...]:
    """Return the axes on which the matches differ."""
    shared = {one.axis for one in common(hits)}
    axes = [one.axis for match in hits for candidate in match.candidates for one in candidate.options]
    return tuple(axis for axis in dict.fromkeys(axes) if axis not in shared)

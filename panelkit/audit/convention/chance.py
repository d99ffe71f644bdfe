"""How likely it is that some candidate matches printed numbers that are not its own.

Two counts, because papers differ from the candidates in two ways. *Far*: a paper of this design with another chance;
the errors of whole units are dealt anew, and what the best candidate then prints is held against all candidates.
*Near*: a paper whose figures or rows differ a little, so that its numbers fall anywhere close by; of the printings in a
box about the printed numbers, the share that other candidates fill.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.candidate import Predicted
from panelkit.audit.convention.target import NOBS, PERIODS, UNITS, Reading, Target
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

DRAWS = 999
ENOUGH = 0.01  # a match that chance gives more often tells nothing
RADII = (10, 30, 100)  # half the sides of the boxes, in half units of the last digit
CLOSE = 3  # that of a smaller box, for a match two steps away, among thousands of slightly different samples
_FEW = 3  # neighbours in it that say something: fewer are the same sample with another covariance
_COUNTS = (NOBS, UNITS, PERIODS)
_INSIDE = 1.0 + 1e-9
_SPREAD = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Chance(Brief):
    """How likely all numbers are matched by one of the candidates without cause.

    Parameters
    ----------
    matched, draws
        Far: of so many papers with another chance so many were matched.
    among
        How many candidates were held against each: those as near to what is stated as the best one, or nearer.
    filled
        Near: the largest share of the printings in a box about the printed numbers that other candidates fill.
    radius, neighbours
        Of that box: half its side in units of the last digit, and how many different printings other candidates fill.
    dealt
        Whether the papers of `draws` come from dealing residuals of units anew, or from shaking candidates' numbers.
    """

    matched: int
    draws: int
    among: int
    filled: float
    radius: float
    neighbours: int
    dealt: bool

    @property
    def far(self) -> float:
        """Return the share of papers with another chance that is matched, the printed paper counted among them."""
        return (self.matched + 1) / (self.draws + 1)

    @property
    def share(self) -> float:
        """Return the larger of both shares, one at most."""
        return min(1.0, max(self.far, self.filled))

    @property
    def tells(self) -> bool:
        """Return whether a match is rare enough to mean something."""
        return self.share < ENOUGH


def chance_of(
    predicted: Predicted,
    target: Target,
    best: int,
    reading: int,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Chance:
    """Return how likely a chance match is, for the candidate `best` under a reading of the target."""
    near = predicted.matrix[predicted.departures <= predicted.departures[best]]
    columns = target.readings[reading].columns
    if predicted.dealt is None:
        papers = _shaken(near[:, columns], rng, draws)
    else:
        papers = predicted.dealt(best, rng, draws)[:, columns]
    papers = _rounded(papers[np.isfinite(papers).all(axis=1)], target)
    matched = np.zeros(len(papers), dtype=bool)
    for way in target.readings:
        matched |= _matched(near[:, way.columns], papers, target)
    filled, radius, neighbours = _filled(near, target, crowded=bool(predicted.departures[best] >= 2))
    return Chance(
        matched=int(matched.sum()),
        draws=len(papers),
        among=len(near),
        filled=filled,
        radius=radius / 2.0,
        neighbours=neighbours,
        dealt=predicted.dealt is not None,
    )


def _rounded(papers: FloatArray, target: Target) -> FloatArray:
    """Return numbers as they would be printed, with as many digits as the target."""
    unit = 2.0 * target.halves
    return np.round(papers / unit) * unit


def _matched(values: FloatArray, papers: FloatArray, target: Target) -> NDArray[np.bool_]:
    """Return which papers (B, J) some row of values (C, J) prints."""
    from scipy.spatial import cKDTree

    whole = values[np.isfinite(values).all(axis=1)] / target.halves
    if len(whole) == 0 or len(papers) == 0:
        return np.zeros(len(papers), dtype=bool)
    nearest, _ = cKDTree(whole).query(papers / target.halves, p=np.inf, distance_upper_bound=2.0)
    return np.asarray(nearest <= _INSIDE)


def _shaken(values: FloatArray, rng: np.random.Generator, draws: int) -> FloatArray:
    """Return numbers of candidates at random, each moved by up to half the range of all, (draws, J)."""
    whole = values[np.isfinite(values).all(axis=1)]
    if len(whole) == 0:
        return np.empty((0, values.shape[1]))
    low, high = np.quantile(whole, _SPREAD, axis=0)
    chosen: IntArray = rng.integers(len(whole), size=draws)
    moves = rng.uniform(-0.5, 0.5, (draws, values.shape[1])) * (high - low)
    moves[:, (whole == np.round(whole)).all(axis=0)] = 0.0  # counts stay counts
    return np.asarray(whole[chosen] + moves)


def _filled(near: FloatArray, target: Target, *, crowded: bool) -> tuple[float, int, int]:
    """Return the largest share of a box that candidates (C, S) fill, the half side of the box, how many they fill.

    A box of half side R, in half units of the last digit, holds R printings a number. Counts of rows are no such
    numbers: a candidate with another count is no neighbour. `crowded`: the smallest box counts too, since a paper that
    lies close to the base of many slightly different samples lies where they are densest.
    """
    measured = np.array([_measured(one.kinds) for one in target.wanted])
    if not measured.any():
        return 1.0, RADII[0], 0
    around = np.concatenate([_around(near, way, target, measured) for way in target.readings])
    cells = np.unique(around, axis=0)
    far = np.abs(cells).max(axis=1) if len(cells) else np.empty(0)
    found = []
    for radius in (CLOSE, *RADII) if crowded else RADII:
        count = int(((far > 0) & (2.0 * far <= radius)).sum())
        if radius == CLOSE and count < _FEW:
            continue
        found.append((count / float(radius) ** int(measured.sum()), radius, count))
    return max(found)


def _around(near: FloatArray, way: Reading, target: Target, measured: NDArray[np.bool_]) -> FloatArray:
    """Return by how many units of the last digit candidates are off, of those with the right counts, (C', J')."""
    off = (near[:, way.columns] - target.centres) / target.halves
    with np.errstate(invalid="ignore"):
        right = (np.abs(off[:, ~measured]) <= _INSIDE).all(axis=1) & (np.abs(off) <= RADII[-1] + 1.0).all(
            axis=1
        )
    return np.asarray(np.round(off[right][:, measured] / 2.0))


def _measured(kinds: tuple[str, ...]) -> bool:
    return kinds[0] not in _COUNTS

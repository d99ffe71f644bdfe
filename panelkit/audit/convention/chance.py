"""How likely it is that some candidate matches printed numbers that are not its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.candidate import Predicted
from panelkit.audit.convention.target import Target
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

DRAWS = 999
ENOUGH = 0.01  # a match that chance gives more often tells nothing
_INSIDE = 1.0 + 1e-9
_SPREAD = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Chance(Brief):
    """How often a paper of the same design and other figures is matched by one of the candidates, all numbers at once.

    Parameters
    ----------
    matched, draws
        Of so many such papers, so many were matched.
    among
        How many candidates were held against each: those as near to what is stated as the best one, or nearer.
    expected
        The count by digits alone: that number times the share of the candidates' range that each printed number leaves
        open. Numbers count as independent, so that it is a rough one.
    dealt
        Whether such papers come from dealing residuals of units anew, or from shaking the candidates' own numbers.
    """

    matched: int
    draws: int
    among: int
    expected: float
    dealt: bool

    @property
    def share(self) -> float:
        """Return the share that is matched, the printed paper counted among them."""
        return (self.matched + 1) / (self.draws + 1)

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
    near = np.flatnonzero(predicted.departures <= predicted.departures[best])
    columns = target.readings[reading].columns
    if predicted.dealt is None:
        papers = _shaken(predicted.matrix[near][:, columns], rng, draws)
    else:
        papers = predicted.dealt(best, rng, draws)[:, columns]
    papers = papers[np.isfinite(papers).all(axis=1)]
    matched = np.zeros(len(papers), dtype=bool)
    for way in target.readings:
        matched |= _matched(predicted.matrix[near][:, way.columns], _rounded(papers, target), target)
    expected = _expected(predicted.matrix[near][:, columns], papers, target)
    return Chance(int(matched.sum()), len(papers), len(near), expected, predicted.dealt is not None)


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


def _expected(values: FloatArray, papers: FloatArray, target: Target) -> float:
    """Return how many candidates print the target by the count of digits, (C, J) values."""
    whole = values[np.isfinite(values).all(axis=1)]
    if len(whole) == 0:
        return 0.0
    scaled = np.round(whole / target.halves)
    low, high = np.quantile(np.vstack([whole, papers]) if len(papers) else whole, _SPREAD, axis=0)
    varies = high - low > 2.0 * target.halves
    share = np.where(varies, 2.0 * target.halves / np.where(varies, high - low, 1.0), 1.0)
    return float(len(np.unique(scaled, axis=0)) * np.prod(share))

"""Merging of clubs: Phillips and Sul (2009), von Lyncker and Thoennessen (2017), and units that belonged to none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from panelkit.evaluation.clubs.clustering import Club, Clustering
from panelkit.evaluation.clubs.log_t import CRITICAL, Regression, one_more, variation
from panelkit.kernels.within import FloatArray

Merge = Literal["phillips-sul", "von-lyncker", "none"]


def merged(x: FloatArray, found: Clustering, regression: Regression, way: Merge) -> Clustering:
    """Return the clubs of x (N, T) with neighbours put together that converge.

    "phillips-sul": from the top, each club takes the next ones as long as all together do not reject. "von-lyncker": of
    all pairs of neighbours the first whose t does not reject and exceeds that of the next pair is merged, and all
    pairs are tested anew.
    """
    numbered = tuple(
        Club(club.rows, club.regression, club.sieve, (number,)) for number, club in enumerate(found.clubs, 1)
    )
    if way == "none":
        return Clustering(numbered, found.divergent)
    clubs = (
        _downwards(x, numbered, regression) if way == "phillips-sul" else _by_pairs(x, numbered, regression)
    )
    return Clustering(tuple(clubs), found.divergent)


def joined(x: FloatArray, found: Clustering, regression: Regression) -> Clustering:
    """Return clubs with units that belonged to none: the largest t of unit and club first, while it does not reject."""
    clubs, left = list(found.clubs), list(found.divergent)
    while clubs and left:
        t = np.array([regression.of(one_more(x[club.rows], x[left])).t for club in clubs])
        at, unit = np.unravel_index(int(np.nanargmax(t)), t.shape)
        if not t[at, unit] > CRITICAL:
            break
        club = clubs[at]
        rows = np.append(club.rows, left.pop(unit))
        clubs[at] = Club(rows, regression.of(variation(x[rows])), club.sieve, club.parts)
    return Clustering(tuple(clubs), np.array(left, dtype=np.intp))


def _together(x: FloatArray, one: Club, other: Club, regression: Regression) -> Club:
    rows = np.concatenate([one.rows, other.rows])
    return Club(rows, regression.of(variation(x[rows])), max(one.sieve, other.sieve), one.parts + other.parts)


def _downwards(x: FloatArray, clubs: Sequence[Club], regression: Regression) -> list[Club]:
    done: list[Club] = []
    for club in clubs:
        whole = _together(x, done[-1], club, regression) if done else None
        if whole is not None and whole.regression.converges()[0]:
            done[-1] = whole
        else:
            done.append(club)
    return done


def _by_pairs(x: FloatArray, clubs: Sequence[Club], regression: Regression) -> list[Club]:
    held = list(clubs)
    while len(held) > 1:
        pairs = [_together(x, one, other, regression) for one, other in pairwise(held)]
        t = [float(pair.regression.t[0]) for pair in pairs]
        first = next(
            (m for m, own in enumerate(t) if own > CRITICAL and (m == len(t) - 1 or own > t[m + 1])), None
        )
        if first is None:
            break
        held[first : first + 2] = [pairs[first]]
    return held

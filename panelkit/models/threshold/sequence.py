"""One to three thresholds: found one after the other, and each again given the others (Hansen 1999, section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.threshold.search import Search, held_places
from panelkit.show.brief import Brief

# sums of squares fall with every move, so that the thresholds come to rest; two rounds are the rule
_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class Path(Brief):
    """Thresholds of B outcomes: `places` (B, m), sorted.

    `before` and `after` (B, m) are the squares left by one threshold fewer, all of them at rest, and by the search of
    the next beside them: what F compares. `settled` (B,) are those of the m thresholds at rest.
    """

    places: IntArray
    before: FloatArray
    after: FloatArray
    settled: FloatArray

    def f(self, degrees: int) -> FloatArray:
        """Return F (B, m) = (S_before - S_after) / (S_after / degrees); Hansen's degrees, n(T - 1), count no slopes."""
        with np.errstate(invalid="ignore"):
            return np.asarray((self.before - self.after) * degrees / self.after)


def allowed(search: Search, held: IntArray, least: int) -> NDArray[np.bool_]:
    """Mark the candidates (G,) that leave `least` rows in both regimes that they part."""
    edges = np.sort(np.r_[0, search.cuts[held], search.n])
    at = np.clip(np.searchsorted(edges, search.cuts, side="left"), 1, len(edges) - 1)
    return np.asarray((search.cuts - edges[at - 1] >= least) & (edges[at] - search.cuts >= least))


def path(search: Search, residuals: FloatArray, thresholds: int, least: int, *, rest: bool = True) -> Path:
    """Return the thresholds of outcomes (B, m) that are orthogonal to the basis of the search.

    Parameters
    ----------
    search
        The candidates, no split held.
    residuals
        What the model without thresholds leaves of the outcomes.
    thresholds
        How many.
    least
        The rows that a regime holds at least.
    rest
        Whether the others are sought again after the last was found; F does not need it.
    """
    places = np.empty((len(residuals), 0), dtype=np.int64)
    settled = np.einsum("bm,bm->b", residuals, residuals)
    before, after = [], []
    for count in range(1, thresholds + 1):
        before.append(settled)
        found, settled = next_split(search, residuals, places, least)
        after.append(settled)
        places = np.column_stack([places, found])
        if rest or count < thresholds:
            places, settled = _again(search, residuals, places, settled, least)
    return Path(np.sort(places, axis=1), np.column_stack(before), np.column_stack(after), settled)


def next_split(
    search: Search, residuals: FloatArray, places: IntArray, least: int
) -> tuple[IntArray, FloatArray]:
    """Return the best further split of outcomes (B, m) given the places (B, h) that they hold, and what is left."""
    found = np.full(len(residuals), -1, dtype=np.int64)
    left = np.full(len(residuals), np.inf)
    for held, members in held_places(places):
        beside = beside_splits(search, held)
        may = allowed(search, np.asarray(held, dtype=np.int64), least)
        if (may & beside.roots[1]).any():
            found[members], left[members] = beside.best(beside.without(residuals[members]), may)
    return found, left


def beside_splits(search: Search, held: list[int] | tuple[int, ...]) -> Search:
    """Return the search beside some splits."""
    for place in held:
        search = search.given(place)
    return search


def _again(
    search: Search, residuals: FloatArray, places: IntArray, left: FloatArray, least: int
) -> tuple[IntArray, FloatArray]:
    """Return the thresholds (B, m) after each was sought again given the others, until none moves."""
    places, left = places.copy(), left.copy()
    count = places.shape[1]
    moving = np.flatnonzero(np.isfinite(left)) if count > 1 else np.empty(0, dtype=np.int64)
    for _ in range(_ROUNDS):
        if not len(moving):
            break
        before = places[moving].copy()
        for j in range(count):
            others = np.delete(places[moving], j, axis=1)
            found, now = next_split(search, residuals[moving], others, least)
            better = now < left[moving]
            places[moving, j] = np.where(better, found, places[moving, j])
            left[moving] = np.where(better, now, left[moving])
        moving = moving[(places[moving] != before).any(axis=1)]
    return places, left

"""Measures of a whole directed network, batched: density, connectedness, hierarchy, efficiency, and further ones.

Krackhardt (1994, Graph theoretical dimensions of informal organizations). Each function takes ties (..., N, N) as truth
values without a diagonal, row the sender, and returns one number a network (...).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray

BoolArray = NDArray[np.bool_]


def density(ties: BoolArray) -> FloatArray:
    """Return the share of the n(n - 1) possible ties that are there."""
    n = ties.shape[-1]
    return np.asarray(ties.sum(axis=(-2, -1)) / (n * (n - 1)))


def reachability(ties: BoolArray) -> BoolArray:
    """Return which unit reaches which along ties, (..., N, N), every unit itself."""
    n = ties.shape[-1]
    reach = ties | np.eye(n, dtype=bool)
    steps = 1
    while steps < n - 1:
        wide = reach.astype(np.float32)
        reach = wide @ wide > 0.5
        steps *= 2
    return np.asarray(reach)


def connectedness(ties: BoolArray) -> FloatArray:
    """Return 1 - V / [n(n - 1)/2], V the pairs that no path joins when directions are left aside."""
    return _share_of_pairs(reachability(_either_way(ties)))


def hierarchy(ties: BoolArray) -> FloatArray:
    """Return 1 - K / max K: of the pairs that a path joins in some direction, the share joined in one alone.

    NaN where no pair is joined.
    """
    reach = reachability(ties)
    both = _pairs(reach & np.swapaxes(reach, -1, -2))
    some = _pairs(reach | np.swapaxes(reach, -1, -2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(some > 0, 1.0 - both / some, np.nan))


def efficiency(ties: BoolArray) -> FloatArray:
    """Return 1 - M / max M, M the ties (directions aside) beyond those that hold each component together.

    A component of c units needs c - 1 ties and has c(c - 1)/2 at most; sums run over components. NaN where no
    component has more than two units, so that no tie can be redundant. (R's sna counts directed ties against
    c(c - 1) instead, and finds other numbers.)
    """
    undirected = _either_way(ties)
    sizes = reachability(undirected).sum(axis=-1)
    needed = (1.0 - 1.0 / sizes).sum(axis=-1)
    most = ((sizes - 1) / 2.0).sum(axis=-1) - needed
    redundant = _pairs(undirected) - needed
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(most > 1e-9, 1.0 - redundant / most, np.nan))


def reciprocity(ties: BoolArray) -> FloatArray:
    """Return the share of ties that are returned; NaN without ties."""
    count = ties.sum(axis=(-2, -1))
    mutual = (ties & np.swapaxes(ties, -1, -2)).sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(count > 0, mutual / count, np.nan))


def clustering(ties: BoolArray) -> FloatArray:
    """Return the mean over units of `clustering_of_units`."""
    return np.asarray(clustering_of_units(ties).mean(axis=-1))


def clustering_of_units(ties: BoolArray) -> FloatArray:
    """Return Fagiolo's (2007) directed clustering of every unit, (..., N), zero where no triangle is possible."""
    either = ties.astype(np.float64) + np.swapaxes(ties, -1, -2)
    total = either.sum(axis=-1)
    mutual = (ties & np.swapaxes(ties, -1, -2)).sum(axis=-1)
    triangles = np.einsum("...ij,...jk,...ki->...i", either, either, either, optimize=True) / 2.0
    possible = total * (total - 1.0) - 2.0 * mutual
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(possible > 0, triangles / possible, 0.0))


MEASURES = {
    "density": density,
    "connectedness": connectedness,
    "hierarchy": hierarchy,
    "efficiency": efficiency,
    "reciprocity": reciprocity,
    "clustering": clustering,
}


def whole_measures(ties: BoolArray) -> dict[str, FloatArray]:
    """Return every measure of ties (..., N, N), (...) each."""
    return {name: measure(ties) for name, measure in MEASURES.items()}


def _either_way(ties: BoolArray) -> BoolArray:
    return np.asarray(ties | np.swapaxes(ties, -1, -2))


def _pairs(symmetric: BoolArray) -> FloatArray:
    """Return how many pairs of different units a symmetric relation holds."""
    n = symmetric.shape[-1]
    off = symmetric & ~np.eye(n, dtype=bool)
    return np.asarray(off.sum(axis=(-2, -1)) / 2.0)


def _share_of_pairs(symmetric: BoolArray) -> FloatArray:
    n = symmetric.shape[-1]
    return np.asarray(_pairs(symmetric) / (n * (n - 1) / 2.0))

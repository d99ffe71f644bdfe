"""How much of their own variation treated clusters lose in averages, because they are compared with their own mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

FEW = 200
"""With more treated clusters than this each loses so little that n/(n-1) says it."""


@dataclass(frozen=True, eq=False)
class Spread(Brief):
    """How to tell the variance of p averages from what G clusters add to them.

    `scale` (G, p) multiplies the squares of treated clusters so that their sum is unbiased, missing where a cluster's
    own variation cannot be told; `df` (p,) are the degrees of freedom of that sum, `square` (p,) is the variance of the
    average that it stands for where clusters differ by numbers of variance one.
    """

    scale: FloatArray
    df: FloatArray
    square: FloatArray

    @staticmethod
    def joined(found: Sequence[Spread]) -> Spread:
        """Return that of several averages in a row."""
        return Spread(
            np.column_stack([each.scale for each in found]),
            np.concatenate([each.df for each in found]),
            np.concatenate([each.square for each in found]),
        )

    def at(self, chosen: Array | slice) -> Spread:
        """Return that of some of the averages."""
        return Spread(self.scale[:, chosen], self.df[chosen], self.square[chosen])


def even(treated: Array) -> Spread:
    """Return the spread of averages in which all treated clusters (G, p) weigh the same: n/(n-1), n-1 degrees."""
    n = treated.sum(axis=0).astype(np.float64)
    factor = np.where(n > 1.0, n / np.maximum(n - 1.0, 1.0), np.nan)
    return Spread(
        np.broadcast_to(factor, treated.shape).copy(), np.maximum(n - 1.0, 1.0), 1.0 / np.maximum(n, 1.0)
    )


@dataclass(frozen=True, eq=False)
class Mixing(Brief):
    """What treated clusters add to p averages, if each of r differed from the others by a number of its own.

    `added` (p, r, r): what cluster i adds where cluster j alone differs by one. `share` (p, r): what it should have
    added, its share in the average. `clusters` (r,) are the places of the treated ones.
    """

    added: FloatArray
    share: FloatArray
    clusters: IntArray

    def mean(self, marked: Array) -> Mixing:
        """Return that of the plain mean of the marked averages in front of them all."""
        return self._led(self.added[marked].mean(axis=0), self.share[marked].mean(axis=0))

    def over_cohorts(self, largest: FloatArray, *, estimated: bool) -> Mixing:
        """Return that of the mean over cohorts, weighted by what clusters hold of them (G, p), in front of them."""
        largest = largest[self.clusters]
        units = largest.sum(axis=0)
        weight = units / units.sum()
        share = weight @ self.share
        added = np.einsum("p,prs->rs", weight, self.added)
        if estimated:
            added = added + largest @ (self.share - share) / units.sum()
        return self._led(added, share)

    def _led(self, added: FloatArray, share: FloatArray) -> Mixing:
        return Mixing(
            np.concatenate([added[None], self.added]),
            np.concatenate([share[None], self.share]),
            self.clusters,
        )

    def spread(self, n_clusters: int) -> Spread:
        """Return the scale that makes squares unbiased, and their degrees of freedom (Bell and McCaffrey 2002).

        The working model: clusters differ by numbers of one variance. With equal shares it is n/(n-1) and n-1.
        """
        own = self.share**2
        seen = np.einsum("prs,prs->pr", self.added, self.added)
        lost = seen <= 1e-12 * own.max(axis=1, keepdims=True)
        held = self.share > 0.0
        factor = np.where(lost, np.where(held, np.nan, 1.0), own / np.where(lost, 1.0, seen))
        factor = np.where(held, factor, 1.0)
        counted = np.where(held & ~lost, factor, 0.0)
        squares = np.einsum("prs,pr,prt->pst", self.added, counted, self.added)
        trace = np.einsum("pss->p", squares)
        of_squares = np.einsum("pst,pst->p", squares, squares)
        df = trace**2 / np.where(of_squares > 0.0, of_squares, 1.0)
        scale = np.ones((n_clusters, len(own)))
        scale[self.clusters] = factor.T
        return Spread(scale, np.maximum(df, 1.0), own.sum(axis=1))


def mixing_of(members: FloatArray, groups: Sequence[Array], *, estimated: bool) -> Mixing | None:
    """Return the mixing of averages over groups of cells, by their sizes; None where treated clusters are many.

    Parameters
    ----------
    members
        How much of each cell lies in each cluster, (G, k).
    groups
        The places of the cells of each average.
    estimated
        Whether the shares of cohorts add to the errors.
    """
    clusters = np.flatnonzero((members > 0.0).any(axis=1))
    if len(clusters) > FEW:
        return None
    held = members[clusters]
    size = held.sum(axis=0)
    inside = held / np.where(size > 0.0, size, 1.0)
    added = np.empty((len(groups), len(held), len(held)))
    share = np.empty((len(groups), len(held)))
    for row, at in enumerate(groups):
        weight = size[at] / size[at].sum()
        share[row] = inside[:, at] @ weight
        added[row] = np.diag(share[row]) - (inside[:, at] * weight) @ inside[:, at].T
        if estimated:
            added[row] += held[:, at] @ (inside[:, at].T - share[row]) / size[at].sum()
    return Mixing(added, share, clusters)

"""Centralities and clustering of the units of one directed network; scipy finds shortest paths and components."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, shortest_path

from panelkit.evaluation.network.structure import clustering_of_units
from panelkit.kernels.within import FloatArray

BoolArray = NDArray[np.bool_]
Closeness = Literal["strict", "component"]

NODE_MEASURES = (
    "out_degree",
    "in_degree",
    "degree_freeman",
    "degree_ucinet",
    "betweenness",
    "closeness_out",
    "closeness_in",
    "eigenvector",
    "clustering",
)


def degrees(ties: BoolArray) -> pd.DataFrame:
    """Return degrees of ties (N, N): counts of ties sent and received, and two normalisations.

    `degree_freeman` is (in + out) / [2(n - 1)]; `degree_ucinet`, which papers in Chinese print from Ucinet, the number
    of units tied in either direction over n - 1.
    """
    n = len(ties)
    out, into = ties.sum(axis=1), ties.sum(axis=0)
    return pd.DataFrame(
        {
            "out_degree": out.astype(float),
            "in_degree": into.astype(float),
            "degree_freeman": (out + into) / (2.0 * (n - 1)),
            "degree_ucinet": (ties | ties.T).sum(axis=1) / (n - 1),
        }
    )


def centralities(ties: BoolArray, closeness: Closeness = "strict") -> pd.DataFrame:
    """Return every measure of the units of one network.

    Parameters
    ----------
    ties
        Truth values (N, N) without a diagonal, row the sender, three units or more.
    closeness
        "strict": (n - 1) over the sum of distances, NaN for a unit that does not reach all (out) or is not reached
        by all (in). "component": Wasserman and Faust's, of the units reached, times their share among the others.

    Returns
    -------
    DataFrame
        (N, 9) with the columns `NODE_MEASURES`. Betweenness is directed and divided by (n - 1)(n - 2). The eigenvector
        is that of the network without directions, of length one; NaN where that is not connected, for then it
        is not unique. Clustering is Fagiolo's (2007) for directed networks.
    """
    table = degrees(ties)
    distances = shortest_path(ties.astype(float), unweighted=True)
    table["betweenness"] = betweenness(ties, distances)
    for name, one in (("closeness_out", distances), ("closeness_in", distances.T)):
        table[name] = _closeness(one, closeness)
    table["eigenvector"] = eigenvector(ties)
    table["clustering"] = clustering_of_units(ties)
    return table[list(NODE_MEASURES)]


def betweenness(ties: BoolArray, distances: FloatArray) -> FloatArray:
    """Return the share of the shortest paths between others that lead through each unit (N,), by Brandes (2001).

    `distances` (N, N) are those of the shortest paths, infinite where none leads. All senders are worked out at once:
    paths are counted outwards a distance at a time, dependencies gathered inwards.
    """
    n = len(ties)
    steps = ties.astype(float)
    farthest = int(distances[np.isfinite(distances)].max())
    paths = np.eye(n)
    for distance in range(1, farthest + 1):
        paths += np.where(distances == distance, (paths * (distances == distance - 1)) @ steps, 0.0)
    dependency = np.zeros((n, n))
    for distance in range(farthest, 1, -1):
        there = distances == distance
        passed = np.where(there, (1.0 + dependency) / np.where(there, paths, 1.0), 0.0) @ steps.T
        dependency += np.where(distances == distance - 1, paths * passed, 0.0)
    return np.asarray(dependency.sum(axis=0) / ((n - 1) * (n - 2)))


def eigenvector(ties: BoolArray) -> FloatArray:
    """Return the principal eigenvector (N,) of the network without directions; NaN where it is not connected."""
    either = ties | ties.T
    if connected_components(either, directed=False, return_labels=False) > 1:
        return np.full(len(ties), np.nan)
    vector = np.linalg.eigh(either.astype(float))[1][:, -1]
    return np.asarray(np.abs(vector))


def _closeness(distances: FloatArray, kind: Closeness) -> FloatArray:
    """Return the closeness (N,) of the units in rows to those in columns."""
    n = len(distances)
    reached = np.isfinite(distances)
    others = reached.sum(axis=1) - 1.0
    total = np.where(reached, distances, 0.0).sum(axis=1)
    near = others / np.where(total > 0, total, 1.0) * others / (n - 1)
    return near if kind == "component" else np.where(others == n - 1, near, np.nan)

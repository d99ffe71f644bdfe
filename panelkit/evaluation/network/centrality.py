"""Centralities and clustering of the units of one directed network: paths and eigenvectors are those of networkx."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    import networkx as nx

    graph = nx.from_numpy_array(ties.astype(int), create_using=nx.DiGraph)
    table = degrees(ties)
    table["betweenness"] = _by_node(nx.betweenness_centrality(graph, normalized=True))
    # networkx measures distances to a node; those from it are distances to it in the reversed network
    for name, way in (("closeness_out", graph.reverse()), ("closeness_in", graph)):
        near = _by_node(nx.closeness_centrality(way, wf_improved=True))
        table[name] = near if closeness == "component" else np.where(_reached_by_all(way), near, np.nan)
    table["eigenvector"] = eigenvector(ties)
    table["clustering"] = _by_node(nx.clustering(graph))
    return table[list(NODE_MEASURES)]


def eigenvector(ties: BoolArray) -> FloatArray:
    """Return the principal eigenvector (N,) of the network without directions; NaN where it is not connected."""
    import networkx as nx

    either = ties | ties.T
    graph = nx.from_numpy_array(either.astype(int))
    if not nx.is_connected(graph):
        return np.full(len(ties), np.nan)
    vector = np.linalg.eigh(either.astype(float))[1][:, -1]
    return np.asarray(np.abs(vector))


def _reached_by_all(graph: Any) -> BoolArray:
    import networkx as nx

    n = len(graph)
    return np.array([len(nx.ancestors(graph, node)) == n - 1 for node in range(n)])


def _by_node(values: Any) -> FloatArray:
    return np.array([values[node] for node in range(len(values))], dtype=np.float64)

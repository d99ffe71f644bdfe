"""Measures of networks against METHODS, networkx, R's sna and brute force."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from panelkit.evaluation.network import structure
from panelkit.evaluation.network.centrality import Closeness, centralities
from tests.evaluation.network.small import DIGRAPH, random_ties, remainders
from tests.stored import stored


def graph(ties: np.ndarray) -> nx.DiGraph:
    return nx.from_numpy_array(ties.astype(int), create_using=nx.DiGraph)


def test_the_numbers_of_the_digraph() -> None:
    # six digits are printed there
    found = structure.whole_measures(DIGRAPH)
    assert float(found["density"]) == pytest.approx(0.416667, abs=5e-7)
    assert float(found["connectedness"]) == 1.0
    assert float(found["hierarchy"]) == 0.5
    assert float(found["efficiency"]) == pytest.approx(0.666667, abs=5e-7)
    nodes = centralities(DIGRAPH)
    assert nodes["betweenness"].to_numpy() == pytest.approx([1 / 6, 0, 0.5, 0])
    # 2 is tied with all three others, and sends 2 and receives 2 ties
    assert nodes.loc[2, "degree_ucinet"] == 1.0
    assert nodes.loc[2, "degree_freeman"] == pytest.approx(4 / 6)


@pytest.mark.parametrize("seed", range(6))
def test_networkx_agrees(seed: int) -> None:
    ties = random_ties(9, 0.12 + 0.05 * seed, seed)
    g, found = graph(ties), structure.whole_measures(ties)
    assert float(found["density"]) == pytest.approx(nx.density(g))
    assert float(found["reciprocity"]) == pytest.approx(nx.reciprocity(g))
    assert float(found["clustering"]) == pytest.approx(nx.average_clustering(g))
    parts = [len(part) for part in nx.weakly_connected_components(g)]
    assert float(found["connectedness"]) == pytest.approx(sum(c * (c - 1) for c in parts) / (9 * 8))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.15, 0.4, 1.0])
@pytest.mark.parametrize("closeness", ["strict", "component"])
def test_networkx_agrees_unit_by_unit(share: float, closeness: Closeness) -> None:
    for seed in range(4):
        ties = random_ties(13, share, seed)
        g, found = graph(ties), centralities(ties, closeness)
        expected = {
            "betweenness": nx.betweenness_centrality(g),
            "closeness_in": nx.closeness_centrality(g),
            "closeness_out": nx.closeness_centrality(g.reverse()),
            "clustering": nx.clustering(g),
        }
        for name, by_unit in expected.items():
            values = np.array([float(by_unit[unit]) for unit in range(13)])
            if closeness == "strict" and name.startswith("closeness"):
                way = g.reverse() if name == "closeness_out" else g
                values[[len(nx.ancestors(way, unit)) < 12 for unit in range(13)]] = np.nan
            # the sums run in another order
            assert found[name].to_numpy() == pytest.approx(values, abs=1e-14, nan_ok=True)


@pytest.mark.parametrize("seed", range(6))
def test_krackhardt_by_counting_pairs(seed: int) -> None:
    ties = random_ties(8, 0.1 + 0.05 * seed, 10 + seed)
    g = graph(ties)
    reach = [[i in nx.descendants(g, j) for i in range(8)] for j in range(8)]
    pairs = [(i, j) for i in range(8) for j in range(i)]
    both = sum(reach[i][j] and reach[j][i] for i, j in pairs)
    some = sum(reach[i][j] or reach[j][i] for i, j in pairs)
    assert float(structure.hierarchy(ties)) == pytest.approx(1 - both / some)
    extra = most = 0
    for part in nx.connected_components(g.to_undirected()):
        inner = g.to_undirected().subgraph(part)
        c = len(part)
        extra += inner.number_of_edges() - (c - 1)
        most += c * (c - 1) // 2 - (c - 1)
    expected = 1 - extra / most if most else float("nan")
    assert float(structure.efficiency(ties)) == pytest.approx(expected, nan_ok=True)


def test_many_networks_at_once_are_each_alone() -> None:
    many = np.stack([random_ties(7, 0.3, seed) for seed in range(5)])
    together = structure.whole_measures(many)
    for k, ties in enumerate(many):
        for name, value in structure.whole_measures(ties).items():
            assert together[name][k] == pytest.approx(float(value), nan_ok=True)


def test_no_ties() -> None:
    none = np.zeros((4, 4), dtype=bool)
    found = structure.whole_measures(none)
    assert float(found["density"]) == 0.0
    assert np.isnan(float(found["hierarchy"]))
    assert np.isnan(float(found["efficiency"]))
    assert np.isnan(float(found["reciprocity"]))


def test_sna_agrees() -> None:
    oracle = stored("network_sna")
    held, rtol = oracle["expect"], oracle["rtol"]
    ties = remainders()["a"] > 0
    found = structure.whole_measures(ties)
    for name in ("density", "connectedness", "hierarchy", "reciprocity"):
        assert float(found[name]) == pytest.approx(held[name][0], rel=rtol), name
    nodes = centralities(ties)
    for name in ("betweenness", "out_degree", "in_degree"):
        assert nodes[name].to_numpy() == pytest.approx(held[name], rel=rtol), name


def test_closeness_of_what_is_not_reached_is_empty() -> None:
    nodes = centralities(DIGRAPH)
    # 3 sends nothing, and everybody reaches 3
    assert np.isnan(nodes.loc[3, "closeness_out"])
    assert nodes.loc[0, "closeness_out"] == pytest.approx(3 / (1 + 1 + 2))
    assert nodes.loc[3, "closeness_in"] == pytest.approx(3 / (2 + 2 + 1))
    inside = centralities(DIGRAPH, "component")
    assert inside["closeness_out"].notna().all()


def test_the_eigenvector_is_that_of_the_connected_network() -> None:
    nodes = centralities(DIGRAPH)
    either = (DIGRAPH | DIGRAPH.T).astype(float)
    v = nodes["eigenvector"].to_numpy()
    assert either @ v == pytest.approx(np.linalg.eigvalsh(either).max() * v)
    apart = np.zeros((5, 5), dtype=bool)
    apart[0, 1] = apart[2, 3] = True
    assert centralities(apart)["eigenvector"].isna().all()

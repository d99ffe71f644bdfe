"""CONCOR by a worked example and by brute force; roles, stability, isolates, symmetry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.evaluation.network.block_tables import block_counts, block_densities, explained, roles
from panelkit.evaluation.network.partition import concor_partition, profiles, split
from panelkit.evaluation.network.tie_rules import rule_named
from panelkit.evaluation.network.varied import random_links
from panelkit.language.errors import DataError, SpecError
from tests.evaluation.network.small import DIGRAPH, cities, distances, random_ties


def planted(noise: float, seed: int) -> np.ndarray:
    image = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1]])
    n = 4 * 6
    block = np.repeat(np.arange(4), 6)
    ties = image[np.ix_(block, block)].astype(bool)
    flip = np.random.default_rng(seed).random((n, n)) < noise
    ties = ties ^ flip
    np.fill_diagonal(ties, False)
    return ties


@pytest.mark.parametrize("seed", range(5))
def test_planted_blocks_are_found(seed: int) -> None:
    from sklearn.metrics import adjusted_rand_score

    truth = np.repeat(np.arange(4), 6)
    found = concor_partition(planted(0.05, seed)[None]).blocks
    # 5 % of ties turned leave the four blocks, or all but a unit or two
    assert adjusted_rand_score(truth, found) > 0.75


def test_one_parting_by_hand() -> None:
    # profiles of four units (sent, then received): 0 and 1 send to 2 and 3, which send nothing
    ties = np.zeros((1, 4, 4), dtype=bool)
    ties[0, :2, 2:] = True
    columns = profiles(ties)
    assert columns[:, 0].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert columns[:, 2].tolist() == [0, 0, 0, 0, 1, 1, 0, 0]
    # r(0,1) = 1; r(0,2): means 1/4, product sum 0: (0 - 8/16) / (2 - 8/16) = -1/3
    assert np.corrcoef(columns, rowvar=False)[0, 2] == pytest.approx(-1 / 3)
    assert concor_partition(ties, depth=1).blocks.tolist() == [0, 0, 1, 1]
    # parted again nothing differs inside, and the two blocks stay
    assert concor_partition(ties, depth=2).blocks.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("seed", range(4))
def test_the_signs_are_those_of_correlations_iterated_to_the_end(seed: int) -> None:
    columns = profiles(random_ties(10, 0.45, seed)[None])
    c = np.corrcoef(columns, rowvar=False)
    for _ in range(400):
        c = np.corrcoef(c, rowvar=False)
    assert np.allclose(np.abs(c), 1.0, atol=1e-6)
    found = split(columns, 0.2)
    assert found is not None
    assert (found == (c[0] > 0)).all()


def test_order_of_units_changes_names_of_blocks_alone() -> None:
    ties = planted(0.05, 3)
    order = np.random.default_rng(0).permutation(len(ties))
    one, other = (concor_partition(t[None]).blocks for t in (ties, ties[np.ix_(order, order)]))
    same = one[order][:, None] == one[order]
    assert (same == (other[:, None] == other)).all()
    assert one[0] == 0
    assert other[0] == 0


def test_isolates_are_set_apart_and_symmetry_stalls() -> None:
    ties = np.zeros((5, 5), dtype=bool)
    ties[:4, :4] = DIGRAPH
    found = concor_partition(ties[None])
    assert found.blocks[4] == -1
    ring = np.roll(np.eye(6, dtype=bool), 1, axis=1)
    stalled = concor_partition(ring[None])
    # all units of a ring are placed alike: rounding may part it or not, but never silently
    assert stalled.stalled == (0,) or len(set(stalled.blocks)) > 1


def test_tables_of_blocks_by_counting() -> None:
    ties, blocks = random_ties(9, 0.4, 2), np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    counts = block_counts(ties, blocks, 3)
    for a in range(3):
        for b in range(3):
            assert counts[a, b] == sum(
                ties[i, j] for i in range(9) for j in range(9) if blocks[i] == a and blocks[j] == b
            )
    densities = block_densities(counts, np.array([3, 2, 4]))
    assert densities[0, 0] == counts[0, 0] / 6
    assert densities[0, 2] == counts[0, 2] / 12
    off = ~np.eye(9, dtype=bool)
    dummies = np.stack([(blocks[:, None] == a) & (blocks == b) for a in range(3) for b in range(3)], axis=2)
    y, X = ties[off].astype(float), dummies[off].astype(float)
    left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    assert explained(ties, blocks, 3) == pytest.approx(1 - left @ left / ((y - y.mean()) ** 2).sum())


def test_roles_of_four_kinds() -> None:
    sizes = np.array([5, 5, 5, 5])
    # of 20 units a block of 5 keeps 4/19 = .21 of its ties where ties know no blocks
    counts = np.array([[8.0, 1, 1, 1], [2, 8, 9, 9], [9, 2, 0, 9], [9, 2, 0, 1]])
    # out and in: 3 and 20; 20 and 5; 20 and 10; 11 and 19
    assert roles(counts, sizes, 20) == ["net_beneficiary", "bidirectional", "net_spillover", "broker"]
    assert roles(np.zeros((1, 1)), np.array([3]), 20) == [""]


def test_roles_of_a_block_of_one_and_of_one_that_sends_nothing() -> None:
    # A sends 3 and receives 1, B sends 1 and receives 3; neither has an inside
    counts = np.array([[0.0, 3.0], [1.0, 0.0]])
    assert roles(counts, np.array([1, 1]), 9) == ["net_spillover", "net_beneficiary"]
    # the first only receives: it passes nothing on, and is no broker
    counts = np.array([[0.0, 0.0], [5.0, 1.0]])
    assert roles(counts, np.array([3, 3]), 9)[0] == "net_beneficiary"


def test_words_name_units_and_periods_as_a_reader_does() -> None:
    provinces = pk.load_provinces(["population", "gdp"], (2022, 2022))
    model = pk.concor(pk.gravity_network(provinces, ["population", "gdp"], share="gdp"), reps=2)
    told = " ".join(one.text("zh") for one in model.said)
    name = model.agreement[model.agreement["against"] == "left_out"].set_index("label")["index"].idxmin()
    assert str(name).isascii()
    assert f"（{name}）" not in told
    flows = [("a", "b", 1.0), ("b", "c", 2.0), ("c", "d", 3.0), ("d", "a", 2.0), ("a", "c", 0.5)]
    network = pk.flow_network(pd.DataFrame(flows, columns=["origin", "destination", "value"]))
    model = pk.concor(network, reps=2)
    # a table without periods has none to print
    shown = (str(network), str(model), str(pk.network_measures(network, reps=2)))
    assert not any(" all\n" in one or "all:" in one for one in shown)


def test_rules_of_ties_are_named_in_words() -> None:
    assert rule_named("mean").text("zh") == "不低于全部成对均值"
    assert rule_named("0.25") == "the strongest 25% of all pairs"


def test_random_links_keep_degrees() -> None:
    ties = random_ties(12, 0.3, 5)
    drawn = random_links(ties, 20, np.random.default_rng(0))
    assert (drawn.sum(axis=2) == ties.sum(axis=1)).all()
    assert (drawn.sum(axis=1) == ties.sum(axis=0)).all()
    assert not drawn[:, np.arange(12), np.arange(12)].any()
    assert len({one.tobytes() for one in drawn}) == 20


def test_the_door() -> None:
    network = pk.gravity_network(cities(12), ["people", "output"], share="output", distance=distances(12))
    found = pk.concor(network, reps=9)
    assert found.sizes.sum() + (found.blocks == 0).sum() == 12
    assert set(found.agreement["against"]) == {"year", "threshold", "left_out"}
    assert found.table()["Role"].notna().all()
    assert (found.image == (np.nan_to_num(found.densities) > found.overall)).all()
    assert "板块" in found.summary(language="zh")
    assert pk.concor(network, reps=9).random_r2.tolist() == found.random_r2.tolist()
    figure = network.plot(blocks=found.blocks, language="zh")
    assert "<svg" in figure.svg()
    with pytest.raises(SpecError, match="blocks= names no block"):
        network.plot(blocks=pd.Series({"c0": 1}))


def test_refusals() -> None:
    network = pk.gravity_network(cities(), "people", distance=distances())
    with pytest.raises(SpecError, match="convergence lies between 0 and 1"):
        pk.concor(network, convergence=2)
    with pytest.raises(SpecError, match="a Network is needed"):
        pk.concor(np.eye(3))  # type: ignore[arg-type]
    table = pd.DataFrame(
        {"origin": ["a", "b", "c"], "destination": ["b", "c", "a"], "value": [0.0, 0.0, 0.0]}
    )
    with pytest.raises(DataError, match="there is nothing to part"):
        pk.concor(pk.flow_network(table))

"""Gravity networks: the formula by loops, named variants, ties by rule, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.evaluation.network.tie_rules import ties_of
from panelkit.language.errors import DataError, SpecError
from tests.evaluation.network.small import cities, distances


@pytest.mark.parametrize(
    ("per_head", "share"), [(None, None), ("output / people", "output"), (None, "ideas")]
)
def test_the_formula_by_loops(per_head: str | None, share: str | None) -> None:
    data, km = cities(), distances()
    mass = ["people", "output", "ideas"]
    network = pk.gravity_network(data, mass, per_head=per_head, share=share, distance=km, year=2020)
    held = data.xs(2020, level="year")
    for i, a in enumerate(held.index):
        for j, b in enumerate(held.index):
            if i == j:
                assert network.scores[0, i, j] == 0.0
                continue
            product = (held.loc[a, mass].prod() * held.loc[b, mass].prod()) ** (1 / 3)
            d = km.loc[a, b]
            if per_head is not None:
                g = held["output"] / held["people"]
                d = d / (g[a] - g[b])
            k = 1.0 if share is None else held.loc[a, share] / (held.loc[a, share] + held.loc[b, share])
            assert network.scores[0, i, j] == pytest.approx(k * product / d**2)
    symmetric = np.allclose(network.scores[0], network.scores[0].T)
    assert symmetric == (share is None)


def test_equals_have_no_tie() -> None:
    data = cities(years=(2020,))
    data.loc[("c1", 2020), ["people", "output"]] = data.loc[("c0", 2020), ["people", "output"]]
    network = pk.gravity_network(
        data, "ideas", per_head="output / people", distance=distances(), threshold="positive"
    )
    assert network.scores[0, 0, 1] == network.scores[0, 1, 0] == 0.0
    assert not network.ties[0, 0, 1]
    assert any("c0-c1 2020" in note for note in map(str, network.notes))
    assert int(network.ties.sum()) == 8 * 7 - 2


@pytest.mark.parametrize(
    ("rule", "ties"),
    [
        ("row_mean", [[0, 0, 0, 1], [1, 0, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0]]),
        ("row_mean_all", [[0, 0, 0, 1], [1, 0, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]]),
        ("row_median", [[0, 0, 1, 1], [1, 0, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]]),
        ("mean", [[0, 0, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]),
        ("median", [[0, 0, 1, 1], [1, 0, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]]),
        (0.25, [[0, 0, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]),
    ],
)
def test_rules_of_ties(rule: Any, ties: list[list[int]]) -> None:
    # row sums 12, 11, 4, 0: means 4, 11/3, 4/3, 0 of three others; 27/12 = 2.25 over all pairs, median 1.5
    scores = np.array([[0, 1, 2, 9], [7, 0, 3, 1], [2, 0, 0, 2], [0, 0, 0, 0]], dtype=float)
    assert ties_of(scores, rule).astype(int).tolist() == ties


def test_a_common_factor_changes_no_tie() -> None:
    data, km = cities(), distances()
    one = pk.gravity_network(data, ["people", "output"], distance=km)
    other = pk.gravity_network(data * 7.0, ["people", "output"], distance=km * 0.3)
    assert (one.ties == other.ties).all()


def test_provinces_have_their_distances() -> None:
    figures = pk.load_provinces(["gdp", "population"], (2020, 2020))
    network = pk.gravity_network(figures, ["gdp", "population"])
    # Beijing and Tianjin lie 109 km apart on a sphere of 6,371 km (by hand: haversine of the capitals)
    ids = list(network.ids)
    assert network.recipe is not None
    assert network.recipe.distance[ids.index("Beijing"), ids.index("Tianjin")] == pytest.approx(
        109.6, abs=0.5
    )
    chinese = pk.gravity_network(
        pk.load_provinces(["gdp", "population"], (2020, 2020), labels="zh"), ["gdp", "population"]
    )
    there = [network.ids.index(name) for name in _english(chinese.ids)]
    assert np.allclose(chinese.scores[0], network.scores[0][np.ix_(there, there)])


def _english(names: tuple[Any, ...]) -> list[str]:
    from panelkit.data.provinces import lookup_many, place_name

    return [place_name(place.adcode).text("en") for place in lookup_many(names) if place is not None]


def test_refusals() -> None:
    data, km = cities(), distances()
    with pytest.raises(DataError, match="no provinces whose capitals are known: give distance="):
        pk.gravity_network(data, "people")
    with pytest.raises(DataError, match="c7 missing there"):
        pk.gravity_network(data, "people", distance=km.drop(index="c7", columns="c7"))
    with pytest.raises(DataError, match="above zero between all cities; not so for c0-c1"):
        pk.gravity_network(data, "people", distance=_changed(km, 0.0))
    with pytest.raises(DataError, match="`people` is not positive for c0 2019"):
        pk.gravity_network(data.assign(people=data["people"].where(data["people"] != data["people"].iloc[0], 0.0)),
                           "people", distance=km)  # fmt: skip
    with pytest.raises(SpecError, match="threshold is one of"):
        pk.gravity_network(data, "people", distance=km, threshold="mode")
    with pytest.raises(SpecError, match="threshold is one of"):
        pk.gravity_network(data, "people", distance=km, threshold=20)
    with pytest.raises(DataError, match="no year 1990"):
        pk.gravity_network(data, "people", distance=km, year=1990)
    with pytest.raises(DataError, match="missing for c1 2020"):
        pk.gravity_network(data.drop(("c1", 2020)), "people", distance=km)
    with pytest.raises(SpecError, match="at least one column"):
        pk.gravity_network(data, [], distance=km)


def _changed(km: pd.DataFrame, value: float) -> pd.DataFrame:
    out = km.copy()
    out.loc["c0", "c1"] = value
    return out


def test_a_network_shows_itself() -> None:
    network = pk.gravity_network(cities(), ["people", "output"], share="output", distance=distances())
    text = network.summary()
    assert "no flow between cities was observed" in text
    assert "未被观测" in network.summary(language="zh")
    assert len(network.tidy()) == 2 * 8 * 7
    assert network.at(2019).years == (2019,)
    assert r"\toprule" in network.to_latex()
    assert network.frame(2020, of="ties").to_numpy().sum() == network.ties[1].sum()
    assert network.with_threshold(0.1).ties[0].sum() == round(0.1 * 56)
    with pytest.raises(SpecError, match="the network holds 2019, 2020"):
        network.at(2030)
    assert "<svg" in network.plot().svg()


@pytest.mark.parametrize("rule", ["row_mean", "mean", "row_median", "median"])
@pytest.mark.parametrize("n", [4, 7, 31])
def test_equal_scores_are_all_at_their_mean(rule: str, n: int) -> None:
    # .1 + .1 + .1 over 3 lies above .1 by rounding, and no tie would be left
    scores = np.where(np.eye(n, dtype=bool), 0.0, 0.1)
    assert ties_of(scores, rule).sum() == n * (n - 1)

"""Systems made disjoint and random ones: no figure twice, the sizes asked for, Kendall's W as of the array."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.indices.arrays.uncertainty import kendall_w
from panelkit.indices.panels.random_systems import (
    System,
    agreements,
    made_disjoint,
    pool_of,
    random_scores,
    scores_of,
    system_of,
)
from panelkit.language.errors import DataError


def system(columns: str, totals: bool = False, units: int = 10, seed: int = 0) -> System:
    names = tuple(columns.split())
    rng = np.random.default_rng([seed, len(names)])
    return System(
        names,
        (totals,) * len(names),
        rng.uniform(1.0, 2.0, len(names)),
        rng.uniform(size=(units, len(names))),
    )


def test_no_figure_stands_in_two_systems_and_every_one_in_one() -> None:
    systems = [system("a b c d e"), system("c d e f g h"), system("a e h i j k")]
    marks = made_disjoint(systems, 200, np.random.default_rng(0))
    for name in "abcdefghijk":
        held = [
            part[:, one.columns.index(name)]
            for one, part in zip(systems, marks, strict=True)
            if name in one.columns
        ]
        assert (np.sum(held, axis=0) == 1.0).all()
    assert min(part.sum(axis=1).min() for part in marks) >= 3
    again = made_disjoint(systems, 200, np.random.default_rng(0))
    assert all((one == other).all() for one, other in zip(marks, again, strict=True))


def test_systems_that_share_all_cannot_be_made_disjoint() -> None:
    with pytest.raises(DataError, match="share so many figures"):
        made_disjoint([system("a b c"), system("a b c"), system("a b c")], 50, np.random.default_rng(0))


def test_scores_of_a_part_are_weighted_means() -> None:
    one = system("a b c d")
    marks = np.array([[1.0, 0.0, 1.0, 1.0]])
    w = one.weight * marks[0]
    assert scores_of(one, marks)[0] == pytest.approx(one.mean @ w / w.sum(), abs=1e-12)  # rounding


def test_a_whole_system_scores_as_the_composite_does() -> None:
    index = pk.composite_index("nqpf_three_factors", years=(2019, 2021), provinces="no_tibet")
    units = index.scores.index.get_level_values("province").unique()
    one = system_of(index, units)
    found = scores_of(one, np.ones((1, len(one.columns))))[0]
    expected = index.scores.groupby(level="province").mean().reindex(units)
    assert found == pytest.approx(expected.to_numpy(), abs=1e-9)  # rounding of the composite's own weights


def test_random_systems_have_the_sizes_and_are_disjoint() -> None:
    units = 10
    systems = [system("a b c", True), system("d e f g"), system("h i j")]
    names = [f"p{at}" for at in range(12)]
    # a figure scores for one unit alone, so that the scores show who holds it
    pool = {
        kind: System(tuple(names[:units]), (kind,) * units, np.ones(units), np.eye(units))
        for kind in (True, False)
    }
    marks = made_disjoint(systems, 100, np.random.default_rng(1))
    found = random_scores(pool, systems, marks, np.random.default_rng(2))
    held = np.stack([part > 0.0 for part in found])
    assert (held.sum(axis=2) == np.array([3, 4, 3])[:, None]).all()
    assert (held.sum(axis=0) <= 1).all()
    # every figure is drawn about as often as another: 3 of 10, 100 draws, five deviations
    assert abs(held[0].mean(axis=0) - 0.3).max() < 5 * np.sqrt(0.3 * 0.7 / 100)


def test_a_pool_that_is_too_small_is_refused() -> None:
    systems = [system("a b c"), system("d e f"), system("g h i")]
    pool = {kind: system("p q r s", kind) for kind in (True, False)}
    marks = made_disjoint(systems, 10, np.random.default_rng(1))
    with pytest.raises(DataError, match="too few figures"):
        random_scores(pool, systems, marks, np.random.default_rng(2))


def test_agreement_is_kendalls_w() -> None:
    scores = [np.random.default_rng(seed).normal(size=(5, 12)) for seed in range(3)]
    found = agreements(scores)
    for at in range(5):
        expected = kendall_w(np.stack([part[at] for part in scores])).facts["W"]
        assert found[at] == pytest.approx(expected, abs=1e-12)  # rounding


def test_a_pool_has_the_weights_of_an_index_of_its_figures() -> None:
    rng = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([["A", "B", "C", "D"], [2020, 2021]], names=["province", "year"])
    frame = pd.DataFrame(rng.uniform(1.0, 9.0, size=(8, 3)), index=index, columns=["x", "y", "z"])
    found = pool_of(frame, totals=True, equal=False, units=pd.Index(["A", "B", "C", "D"]))
    composite = pk.composite_index({"x": 1, "y": 1, "z": 1}, frame)
    assert composite.weights is not None
    share = found.weight / found.weight.sum()
    assert share == pytest.approx(composite.weights["weight"].to_numpy(), abs=1e-12)  # rounding

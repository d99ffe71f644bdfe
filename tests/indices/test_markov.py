"""Markov chains against published transition matrices, hand counts and properties."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from libpysal import examples

from panelkit.indices.arrays import markov
from panelkit.language.errors import DataError, SpecError
from tests.gal import neighbours

TOL = 1e-6  # printed to eight digits


def relative_incomes() -> tuple[np.ndarray, np.ndarray]:
    table = pd.read_csv(examples.get_path("usjoin.csv"))
    income = table[[str(year) for year in range(1929, 2010)]].to_numpy(dtype=float)
    return income / income.mean(axis=0), neighbours(Path(examples.get_path("states48.gal")))


def test_us_incomes_oracle() -> None:
    y, w = relative_incomes()
    found = markov.spatial_markov(y, w, k=5, m=5)
    assert found.p[0] == pytest.approx([0.91461837, 0.07503234, 0.00905563, 0.00129366, 0], abs=TOL)
    assert found.lag_p[0, 0] == pytest.approx([0.96341463, 0.0304878, 0.00609756, 0, 0], abs=TOL)
    assert found.cutoffs == pytest.approx([0.83999133, 0.94707545, 1.03242697, 1.14911154], abs=TOL)
    assert found.lag_cutoffs == pytest.approx([0.88973386, 0.95891917, 1.01469758, 1.1183566], abs=TOL)
    assert found.lr.p_value < 1e-10
    assert "fewer than 5" in found.lr.notes[0]


def test_per_year_quintiles_of_us_incomes() -> None:
    y, _ = relative_incomes()
    cuts = [markov.quantile_cutoffs(y[:, [t]], 5) for t in range(y.shape[1])]
    classes = np.column_stack([markov.classify(y[:, [t]], cut)[:, 0] for t, cut in enumerate(cuts)])
    p = markov.probabilities(markov.transitions(classes, 5))
    assert p[0] == pytest.approx([0.91011236, 0.0886392, 0.00124844, 0, 0], abs=TOL)
    steady = [0.20774716, 0.18725774, 0.20740537, 0.18821787, 0.20937187]
    assert markov.steady_state(p) == pytest.approx(steady, abs=TOL)


def test_counts_by_hand() -> None:
    classes = np.array([[0, 0, 1], [1, 0, 0], [1, 1, 1]])
    assert markov.transitions(classes, 2).tolist() == [[2, 1], [1, 2]]
    assert markov.transitions(classes, 2, step=2).tolist() == [[0, 1], [1, 1]]
    lag = np.array([[0, 1, 1], [1, 1, 0], [0, 0, 0]])
    counts = markov.spatial_counts(classes, lag, 2, 2)
    assert counts.sum(axis=0).tolist() == [[2, 1], [1, 2]]
    assert counts[0].tolist() == [[1, 0], [0, 2]]
    assert markov.mobility(np.eye(3)) == 0.0
    assert markov.mobility(np.full((3, 3), 1 / 3)) == pytest.approx(1.0)


def test_homogeneity_against_plain_loops() -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 9, size=(3, 4, 4)).astype(float)
    counts[:, 2] = 0.0
    counts[1, 0] = 0.0
    pooled = counts.sum(axis=0)
    lr = q = df = 0.0
    for i in range(4):
        if pooled[i].sum() == 0:
            continue
        a = sum(counts[s, i].sum() > 0 for s in range(3))
        df += (a - 1) * ((pooled[i] > 0).sum() - 1)
        for s in range(3):
            total = counts[s, i].sum()
            for j in range(4):
                p = pooled[i, j] / pooled[i].sum()
                if total and p:
                    q += total * (counts[s, i, j] / total - p) ** 2 / p
                if counts[s, i, j]:
                    lr += 2 * counts[s, i, j] * np.log(counts[s, i, j] / total / p)
    found = markov.homogeneity(counts)
    assert found[0].statistic == pytest.approx(lr)
    assert found[1].statistic == pytest.approx(q)
    assert found[0].df == (df,)


def test_homogeneity_holds_its_size_on_a_homogeneous_chain() -> None:
    rng = np.random.default_rng(7)
    p = np.array([[0.8, 0.2, 0.0], [0.1, 0.8, 0.1], [0.0, 0.3, 0.7]])
    rejected = 0
    for _ in range(200):
        counts = np.stack([[rng.multinomial(60, row) for row in p] for _ in range(2)])
        rejected += markov.homogeneity(counts)[1].p_value < 0.05
    assert 0.01 <= rejected / 200 <= 0.10  # 5 % with a simulation error of 1.5 points


def test_order_and_stationarity_tests() -> None:
    rng = np.random.default_rng(3)
    independent = rng.integers(3, size=(30, 12))
    sticky = np.repeat(rng.integers(3, size=(30, 4)), 3, axis=1)
    assert markov.order_test(independent, 3).p_value > 0.01
    assert markov.order_test(sticky, 3).p_value < 1e-6
    assert not markov.order_test(np.zeros((3, 4), dtype=int), 3).applicable
    changed = np.hstack([sticky, independent])
    assert markov.stationarity(changed, 3, breaks=[11])[0].p_value < 1e-6
    same = markov.homogeneity(np.stack([np.eye(2) * 5, np.zeros((2, 2))]))
    assert not same[0].applicable


def test_province_bootstrap_keeps_units_whole() -> None:
    classes = np.array([[0, 1, 0, 1], [1, 1, 1, 1], [0, 0, 0, 0]])
    draws = markov.bootstrap(classes, 2, reps=200, rng=1)
    assert draws.shape == (200, 2, 2)
    assert np.array_equal(draws, markov.bootstrap(classes, 2, reps=200, rng=1))
    sums = draws.sum(axis=2)
    assert set(np.round(np.unique(sums), 12)) <= {0.0, 1.0}


def test_steady_state_refuses_what_has_none() -> None:
    with pytest.raises(DataError, match="closed sets"):
        markov.steady_state(np.eye(3))
    with pytest.raises(DataError, match="never left"):
        markov.steady_state([[1.0, 0.0], [0.0, 0.0]])
    assert markov.steady_state([[0.5, 0.5], [0.25, 0.75]]) == pytest.approx([1 / 3, 2 / 3])


def test_traps_of_classes_and_weights() -> None:
    y = np.arange(12.0).reshape(4, 3)
    with pytest.raises(DataError, match="not distinct"):
        markov.quantile_cutoffs(np.ones((4, 3)), 3)
    with pytest.raises(DataError, match="no neighbours"):
        markov.spatial_markov(y, np.zeros((4, 4)), k=2)
    with pytest.raises(DataError, match="row-standardised"):
        markov.spatial_markov(y, np.ones((4, 4)) - np.eye(4), k=2)
    with pytest.raises(DataError, match="do not match"):
        markov.spatial_markov(y, np.ones((3, 3)), k=2)
    with pytest.raises(DataError, match="two periods"):
        markov.transitions(np.array([[0], [1]]), 2)
    with pytest.raises(DataError, match="from 0 to 1"):
        markov.transitions(np.array([[0, 2]]), 2)
    with pytest.raises(DataError, match="missing values"):
        markov.quantile_cutoffs([[np.nan, 1.0]], 2)
    with pytest.raises(SpecError, match="step"):
        markov.transitions(np.array([[0, 1]]), 2, step=2)
    w = (np.ones((4, 4)) - np.eye(4)) / 3
    shared = markov.spatial_markov(y, w, k=2, same_cutoffs=True)
    assert shared.lag_cutoffs == pytest.approx(shared.cutoffs)


@given(arrays(np.int64, (5, 6), elements=st.integers(0, 2)), st.permutations(range(5)))
def test_transition_matrices_are_stochastic_and_ignore_the_order_of_units(
    classes: np.ndarray, order: list[int]
) -> None:
    counts = markov.transitions(classes, 3)
    assert counts.sum() == 25
    p = markov.probabilities(counts)
    assert np.isin(np.round(p.sum(axis=1), 12), (0.0, 1.0)).all()
    assert markov.transitions(classes[order], 3).tolist() == counts.tolist()
    assert markov.transitions(np.vstack([classes, classes]), 3).tolist() == (2 * counts).tolist()

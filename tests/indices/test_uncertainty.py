"""Rank uncertainty: against loops, limits, permutations; Kendall's W against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from panelkit.indices.arrays import uncertainty as unc
from panelkit.indices.arrays import weights
from panelkit.language.errors import DataError, SpecError


def cube(n: int = 6, t: int = 3, k: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n, t, k))


def test_rank_counts_against_a_plain_loop() -> None:
    z = cube()
    w = unc.draw_weights(4, 50, 1)
    expected = np.zeros((6, 3, 6), dtype=int)
    for weight in w:
        for year in range(3):
            score = z[:, year] @ weight
            for unit in range(6):
                expected[unit, year, (score > score[unit]).sum()] += 1
    found = unc.rank_counts(z, w)
    assert found.tolist() == expected.tolist()
    assert (found.sum(axis=2) == 50).all()


def test_rank_counts_do_not_depend_on_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    z, w = cube(), unc.draw_weights(4, 50, 1)
    whole = unc.rank_counts(z, w)
    monkeypatch.setattr(unc, "_CHUNK", 7)
    assert unc.rank_counts(z, w).tolist() == whole.tolist()


def test_intervals_of_rank_counts() -> None:
    counts = np.array([[100, 0, 0], [4, 90, 6], [5, 5, 90]])
    low, high = unc.rank_interval(counts, 0.9)
    assert low.tolist() == [1, 2, 1]
    assert high.tolist() == [1, 3, 3]
    with pytest.raises(SpecError, match="level"):
        unc.rank_interval(counts, 90)


def test_a_dominating_unit_is_always_first_and_permutations_follow() -> None:
    z = cube()
    z[2] = 2.0
    w = unc.draw_weights(4, 200, 3)
    counts = unc.rank_counts(z, w)
    assert (counts[2, :, 0] == 200).all()
    order = [3, 2, 5, 0, 1, 4]
    assert unc.rank_counts(z[order], w).tolist() == counts[order].tolist()
    columns = [2, 0, 3, 1]
    assert unc.rank_counts(z[:, :, columns], w[:, columns]).tolist() == counts.tolist()


def test_drawn_weights_are_weights() -> None:
    w = unc.draw_weights(5, 4000, 0)
    assert w.sum(axis=1) == pytest.approx(np.ones(4000))
    # uniform on the simplex: mean 1/5, variance 4/150; simulation error of a mean below .003
    assert w.mean(axis=0) == pytest.approx(np.full(5, 0.2), abs=0.01)
    assert w.var(axis=0) == pytest.approx(np.full(5, 4 / 150), abs=0.003)
    deleted = unc.draw_weights(5, 100, 0, delete_one=True)
    assert ((deleted == 0).sum(axis=1) == 1).all()
    assert deleted.sum(axis=1) == pytest.approx(np.ones(100))
    assert unc.draw_weights(1, 3, 0, delete_one=True).tolist() == [[1.0]] * 3
    assert np.array_equal(unc.draw_weights(5, 9, 7), unc.draw_weights(5, 9, 7))
    with pytest.raises(SpecError, match="positive"):
        unc.draw_weights(3, 2, 0, concentration=[1, 0, 1])


def test_bootstrapped_weights_centre_on_entropy_weights() -> None:
    z = cube(30, 5, 4)
    w = unc.bootstrap_weights(z, 400, 1)
    assert w.shape == (400, 4)
    # 400 resamples with a spread of about .04: the mean is within .01 of the estimate up to the bootstrap bias
    assert w.mean(axis=0) == pytest.approx(weights.entropy(z.reshape(-1, 4)), abs=0.03)
    sparse = np.zeros((3, 2, 2))
    sparse[0, :, 0] = 1.0
    with pytest.raises(DataError, match="sparse"):
        unc.bootstrap_weights(sparse, 5, 0)


def test_cloud_takes_every_choice_and_is_reproducible() -> None:
    stack = np.stack([cube(), cube() ** 2 + 0.01])
    found = unc.cloud(stack, draws=400, rng=5, aggregations=("linear", "geometric"), years=[1, 2])
    assert set(found.year) == {1, 2}
    assert set(found.normalisation) == {0, 1}
    assert set(found.aggregation) == {0, 1}
    for i in (0, 17, 399):
        z, w = stack[found.normalisation[i], :, found.year[i]], found.weights[i]
        score = z @ w if found.aggregation[i] == 0 else np.prod(z**w, axis=1)
        assert found.scores[i] == pytest.approx(score)
    again = unc.cloud(stack, draws=400, rng=5, aggregations=("linear", "geometric"), years=[1, 2])
    assert np.array_equal(found.scores, again.scores)
    fixed = unc.cloud(stack[:1], draws=3, weights="fixed", fixed=[1, 1, 1, 1], delete_one=False, years=[0])
    assert fixed.scores[0] == pytest.approx(stack[0, :, 0].mean(axis=1))


def test_group_means_weighted_and_not() -> None:
    stack = cube()[None]
    found = unc.cloud(stack, draws=20, rng=1)
    code = [0, 0, 1, 1, 1, -1]
    plain = found.group(code)
    assert plain[:, 0] == pytest.approx(found.scores[:, :2].mean(axis=1))
    population = np.random.default_rng(0).random((6, 3))
    weighted = found.group(code, population)
    for i in range(20):
        w = population[2:5, found.year[i]]
        assert weighted[i, 1] == pytest.approx(np.average(found.scores[i, 2:5], weights=w))
    assert found.group(code, np.ones(6)) == pytest.approx(plain)


def test_orders() -> None:
    values = np.array([[3.0, 2, 1], [3, 1, 2], [1, 2, 3], [3, 3, 1]])
    assert unc.probability_of_order(values, [0, 1, 2]) == 0.25
    assert unc.pair_probabilities(values)[0, 1] == 0.5
    taus = [stats.kendalltau([3, 2, 1], row, variant="b").statistic for row in values[:3]]
    assert unc.kendall_tau(values[:3], [0, 1, 2]) == pytest.approx(np.mean(taus))
    with pytest.raises(SpecError, match="two units"):
        unc.probability_of_order(values, [0])


def test_kendall_w() -> None:
    same = unc.kendall_w([[1.0, 2, 3, 4], [10, 20, 30, 40]])
    assert same.facts["W"] == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    x = rng.integers(0, 5, size=(4, 9)).astype(float)
    friedman = stats.friedmanchisquare(*x.T)  # items as treatments, judges as blocks: the same statistic
    found = unc.kendall_w(x)
    assert found.statistic == pytest.approx(friedman.statistic)
    assert found.p_value == pytest.approx(friedman.pvalue)
    assert not unc.kendall_w(np.ones((3, 4))).applicable
    with pytest.raises(DataError, match="two judges"):
        unc.kendall_w([[1.0, 2.0]])


def test_refusals() -> None:
    with pytest.raises(DataError, match="without missing cells"):
        unc.cloud(np.full((1, 2, 2, 2), np.nan))
    with pytest.raises(DataError, match="positive values"):
        unc.scores(np.zeros((2, 2)), [[0.5, 0.5]], aggregation="geometric")
    with pytest.raises(SpecError, match="aggregation"):
        unc.scores(np.ones((2, 2)), [[0.5, 0.5]], aggregation="median")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="weights must be"):
        unc.cloud(cube()[None], weights="uniform")  # type: ignore[arg-type]


def test_ties_share_the_better_rank_and_break_an_order() -> None:
    assert unc.rank(np.array([[0.5, 0.2, 0.5, 0.9]])).tolist() == [[2, 4, 2, 1]]
    # 0.1 + 0.2 and 0.3 differ by one rounding: equal scores
    assert unc.rank(np.array([[0.3, 0.1 + 0.2, 0.0]])).tolist() == [[1, 1, 3]]
    assert unc.rank(np.zeros((2, 3))).tolist() == [[1, 1, 1]] * 2
    values = np.array([[0.3, 0.1 + 0.2, 0.0], [0.1 + 0.2, 0.3, 0.0]])
    assert unc.probability_of_order(values, [0, 1]) == 0.0
    assert unc.probability_of_order(values, [0, 2]) == 1.0
    assert unc.pair_probabilities(values)[0].tolist() == [0.0, 0.0, 1.0]
    assert unc.kendall_tau(values, [0, 1]) == 0.0


def test_equal_units_have_one_rank_interval() -> None:
    z = cube()
    z[4] = z[1]
    counts = unc.rank_counts(z, unc.draw_weights(4, 300, 5))
    assert counts[4].tolist() == counts[1].tolist()

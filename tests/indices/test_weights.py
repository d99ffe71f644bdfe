"""Normalising, weighting and aggregating against published examples, brute force and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from panelkit.indices.arrays import aggregate, normalise, weights
from panelkit.language.errors import DataError, SpecError
from tests.stored import worked

TOL = 1e-6  # the reference prints six digits

cells = arrays(float, (6, 4), elements=st.integers(0, 1000).map(lambda i: i / 100))


def varied(x: np.ndarray) -> bool:
    return bool((np.ptp(x, axis=0) > 0).all())


@pytest.fixture
def example() -> tuple[np.ndarray, dict[str, list[float]]]:
    entry = worked("entropy4x3")
    x = np.array(entry["inputs"]["X"], dtype=float)
    sign = [-1 if j in entry["inputs"]["neg"] else 1 for j in range(3)]
    return normalise.minmax(x, direction=sign), entry["outputs"]


def test_entropy_critic_and_variation_oracle(example: tuple[np.ndarray, dict[str, list[float]]]) -> None:
    z, out = example
    assert weights.entropies(z) == pytest.approx(out["e"], abs=TOL)
    w = weights.entropy(z)
    assert w == pytest.approx(out["w"], abs=TOL)
    assert aggregate.linear(z, w) == pytest.approx(out["score"], abs=TOL)
    assert weights.critic(z) == pytest.approx(out["critic"], abs=TOL)
    assert weights.critic(z, absolute=True) == pytest.approx([0.436074, 0.372872, 0.191054], abs=TOL)
    raw = worked("entropy4x3")["inputs"]["X"]
    assert weights.variation(raw) == pytest.approx(out["cv"], abs=TOL)
    squared = aggregate.topsis(z, w, vector_normalise=False)
    assert squared.closeness == pytest.approx(out["topsis"], abs=TOL)
    once = aggregate.topsis(z, w, vector_normalise=False, weighting="once")
    assert once.closeness == pytest.approx([0.347683, 0.682960, 0.417206, 0.575877], abs=TOL)


def test_shifting_zeros_changes_the_weights(example: tuple[np.ndarray, dict[str, list[float]]]) -> None:
    z, _ = example
    assert weights.entropy(z + 0.01) == pytest.approx([0.339053, 0.339053, 0.321894], abs=TOL)
    assert weights.entropy(z + 1.0) == pytest.approx([0.340491, 0.340491, 0.319018], abs=TOL)


def test_grey_relational_grades_of_the_methods_table() -> None:
    series = [[0.9, 0.8, 0.8, 0.6], [0.5, 0.6, 0.9, 1.0]]
    grades = aggregate.grey_relational(series, [1.0, 0.9, 0.8, 0.7])
    assert grades == pytest.approx([0.785714, 0.489177], abs=TOL)


def test_panel_entropy_differs_from_entropy_by_year() -> None:
    x = np.array([[1, 9], [2, 8], [3, 5], [4, 1]], dtype=float)
    years = np.array([2020, 2020, 2021, 2021])
    panel = weights.entropy(normalise.minmax(x, direction=[1, -1]))
    assert panel == pytest.approx([0.415417, 0.584583], abs=TOL)
    held, by_year = weights.entropy_by_year(normalise.minmax(x, direction=[1, -1], groups=years), years)
    assert held.tolist() == [2020, 2021]
    assert by_year == pytest.approx(np.full((2, 2), 0.5))


def test_entropy_against_a_plain_loop() -> None:
    z = np.random.default_rng(1).random((40, 5))
    z[3, 2] = 0.0
    e = []
    for j in range(5):
        total = 0.0
        for i in range(40):
            p = z[i, j] / z[:, j].sum()
            total += p * math.log(p) if p > 0 else 0.0
        e.append(-total / math.log(40))
    assert weights.entropies(z) == pytest.approx(e, abs=1e-12)


def test_bootstrapped_entropy_equals_entropy_of_the_resampled_rows() -> None:
    rng = np.random.default_rng(2)
    z = rng.random((12, 3))
    units = np.repeat([10, 20, 30, 40], 3)
    draw = np.array([0, 0, 3, 2])
    rows = np.concatenate([np.flatnonzero(units == (u + 1) * 10) for u in draw])
    counts = np.bincount(draw, minlength=4)[None]
    assert weights.bootstrap_entropy(z, units, counts)[0] == pytest.approx(
        weights.entropy(z[rows]), abs=1e-12
    )


def test_principal_components_against_svd() -> None:
    x = np.random.default_rng(3).normal(size=(50, 4)) @ np.diag([1, 2, 3, 4]) + np.arange(4)
    x[:, 1] += 2 * x[:, 0]
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    _, s, vt = np.linalg.svd(z, full_matrices=False)
    axis, share = weights.loadings(x)
    assert share == pytest.approx(s**2 / (s**2).sum())
    assert np.abs(axis) == pytest.approx(np.abs(vt.T), abs=1e-9)
    assert weights.pca(x) == pytest.approx(np.abs(vt[0]) / np.abs(vt[0]).sum(), abs=1e-9)
    keep = s**2 / 50 >= 1
    both = np.abs(vt[keep]).T @ (s**2)[keep]
    assert weights.pca(x, components="variance") == pytest.approx(both / both.sum(), abs=1e-9)


def test_scatter_degree_maximises_total_scatter_and_refuses_z_scores() -> None:
    z = np.random.default_rng(4).random((30, 3))
    years = np.repeat(np.arange(5), 6)
    w = weights.scatter(z, years)
    best = w / np.linalg.norm(w)
    total = sum(((z[years == t] @ best) ** 2).sum() for t in range(5))
    for other in np.random.default_rng(5).random((200, 3)):
        assert ((z @ (other / np.linalg.norm(other))) ** 2).sum() <= total + 1e-9
    with pytest.raises(DataError, match="min-max"):
        weights.scatter(np.array([[1.0, -1.0], [-1.0, 1.0], [2.0, -1.9]]), np.zeros(3))


def test_obstacles_sum_to_one_and_vanish_at_the_goal() -> None:
    z = np.array([[0.2, 0.9], [1.0, 1.0]])
    found = aggregate.obstacle(z, [0.25, 0.75])
    assert found[0] == pytest.approx([0.2 / 0.275, 0.075 / 0.275])
    assert found[1] == pytest.approx([0.0, 0.0])
    with pytest.raises(DataError, match=r"\[0, 1\]"):
        aggregate.obstacle([[2.0]])


def test_normalisation_by_declared_global_and_yearly_goalposts() -> None:
    x = np.array([[0.0, 10.0], [5.0, 20.0], [10.0, 30.0]])
    assert normalise.minmax(x, direction=[1, -1])[:, 1] == pytest.approx([1, 0.5, 0])
    assert normalise.minmax(x, goalposts=[(0, 20), (np.nan, np.nan)])[:, 0] == pytest.approx([0, 0.25, 0.5])
    assert normalise.minmax(x, floor=0.01)[0] == pytest.approx([0.01, 0.01])
    with pytest.raises(DataError, match="outside the declared goalposts"):
        normalise.minmax(x, goalposts=[(0, 8), (10, 30)])
    assert normalise.minmax(x, goalposts=[(0, 8), (10, 30)], clip=True)[2, 0] == 1.0
    yearly = normalise.minmax(np.vstack([x, x * 3 + 1]), groups=np.repeat([1, 2], 3))
    assert yearly[:3] == pytest.approx(yearly[3:])
    assert normalise.to_optimum([[1.0], [3.0], [6.0]], [3.0])[:, 0] == pytest.approx([1 - 2 / 3, 1, 0])
    assert normalise.zscore(x, direction=[1, -1])[:, 1] == pytest.approx([1, 0, -1])
    assert normalise.vector([[3.0], [4.0]])[:, 0] == pytest.approx([0.6, 0.8])
    assert normalise.ranks([[3.0], [4.0], [9.0]], direction=[-1])[:, 0] == pytest.approx([5 / 6, 0.5, 1 / 6])


def test_missing_cells_stay_missing_in_normalising_and_are_refused_in_weighting() -> None:
    x = np.array([[1.0, 2.0], [np.nan, 4.0], [3.0, 8.0]])
    for z in (normalise.minmax(x), normalise.zscore(x), normalise.vector(x), normalise.ranks(x)):
        assert np.isnan(z[1, 0])
        assert np.isfinite(np.delete(z.ravel(), 2)).all()
    for make in (weights.entropy, weights.critic, weights.pca, weights.variation):
        with pytest.raises(DataError, match=r"row 1, column 0"):
            make(x)


def test_constants_zeros_one_row_and_negatives() -> None:
    constant = np.column_stack([np.ones(5), np.arange(5.0)])
    assert normalise.constant_columns(constant).tolist() == [True, False]
    for scale in (normalise.minmax, normalise.zscore):
        with pytest.raises(DataError, match="constant"):
            scale(constant)
    assert weights.entropy(constant) == pytest.approx([0.0, 1.0])
    with pytest.raises(DataError, match="constant"):
        weights.critic(constant)
    with pytest.raises(DataError, match="constant"):
        weights.pca(constant)
    with pytest.raises(DataError, match="no indicator varies"):
        weights.entropy(np.ones((4, 2)))
    with pytest.raises(DataError, match="all zero"):
        weights.entropy(np.array([[0.0, 1], [0, 2]]))
    with pytest.raises(DataError, match="ln 1 = 0"):
        weights.entropy([[1.0, 2.0]])
    with pytest.raises(DataError, match="negative"):
        weights.entropy([[1.0, -2.0], [1, 1]])
    with pytest.raises(DataError, match="positive means"):
        weights.variation([[-1.0], [1.0]])
    with pytest.raises(DataError, match="all rows are equal"):
        aggregate.topsis([[1.0, 2.0], [1.0, 2.0]])
    with pytest.raises(DataError, match="all zero"):
        normalise.vector([[0.0], [0.0]])
    assert aggregate.grey_relational([[1.0, 2.0], [1.0, 2.0]]) == pytest.approx([1, 1])
    assert aggregate.geometric([[0.0, 1.0], [0.25, 1.0]], [0.5, 0.5]) == pytest.approx([0.0, 0.5])
    assert aggregate.geometric([[0.0, 4.0]], [0.0, 1.0]) == pytest.approx([4.0])


def test_requests_out_of_range_are_refused() -> None:
    with pytest.raises(SpecError, match="directions"):
        normalise.minmax([[1.0], [2.0]], direction=[0])
    with pytest.raises(SpecError, match="floor"):
        normalise.minmax([[1.0], [2.0]], floor=1.0)
    with pytest.raises(SpecError, match="weights"):
        aggregate.linear([[1.0, 2.0]], [1.0])
    with pytest.raises(SpecError, match="rho"):
        aggregate.grey_relational([[1.0, 2.0]], rho=0.0)
    with pytest.raises(SpecError, match="weighting"):
        aggregate.topsis([[1.0], [2.0]], weighting="twice")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="exclude"):
        normalise.minmax([[1.0], [2.0]], goalposts=[(0, 3)], groups=[1, 1])


@given(cells, st.permutations(range(6)), st.permutations(range(4)))
def test_weights_follow_permutations_of_units_and_indicators(
    x: np.ndarray, rows: list[int], columns: list[int]
) -> None:
    assume(varied(x))
    z = normalise.minmax(x)
    for make in (weights.entropy, weights.critic):
        w = make(z)
        assert w.sum() == pytest.approx(1.0)
        assert (w >= 0).all()
        assert make(z[rows][:, columns]) == pytest.approx(w[columns], abs=1e-9)


@given(cells, st.floats(0.01, 1e3), st.floats(-50, 50))
def test_minmax_ignores_units_and_origin(x: np.ndarray, factor: float, origin: float) -> None:
    assume(varied(x))
    z = normalise.minmax(x)
    assert ((z >= 0) & (z <= 1)).all()
    assert normalise.minmax(x * factor + origin) == pytest.approx(z, abs=1e-8)
    assert normalise.minmax(-x, direction=[-1] * 4) == pytest.approx(z, abs=1e-12)


@given(cells)
def test_a_duplicated_panel_changes_entropy_weights_only_through_m(x: np.ndarray) -> None:
    assume(varied(x))
    z = normalise.minmax(x)
    twice = np.vstack([z, z])
    # ln p of a duplicate is ln p - ln 2: e' = (e ln m + ln 2) / ln 2m, so 1 - e shrinks by one common factor
    assert weights.entropy(twice) == pytest.approx(weights.entropy(z), abs=1e-9)


@given(cells)
def test_scores_stay_between_the_worst_and_the_best_indicator(x: np.ndarray) -> None:
    assume(varied(x))
    z = normalise.minmax(x, floor=0.01)
    w = weights.entropy(z)
    for score in (aggregate.linear(z, w), aggregate.geometric(z, w)):
        assert (score >= z.min(axis=1) - 1e-12).all()
        assert (score <= z.max(axis=1) + 1e-12).all()
    assert (aggregate.geometric(z, w) <= aggregate.linear(z, w) + 1e-12).all()
    assert (np.abs(aggregate.topsis(z, w).closeness - 0.5) <= 0.5).all()

"""Statistics under resampling counts are those of the resample written out; intervals are bootstrap-t."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from panelkit.indices.arrays import between, inequality, linked, quotients
from panelkit.indices.arrays.resampled import bootstrap_t

EXACT = 1e-10  # the same arithmetic in another order


def drawn(units: int, rows: int = 4) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return counts (rows, units), and the units of every resample written out."""
    rng = np.random.default_rng(3)
    counts = rng.multinomial(units, np.full(units, 1 / units), size=rows).astype(float)
    return counts, [np.repeat(np.arange(units), row.astype(int)) for row in counts]


def test_shares_between_groups_are_those_of_the_decompositions() -> None:
    rng = np.random.default_rng(0)
    y, people, group = rng.lognormal(size=31), rng.uniform(1.0, 5.0, 31), rng.integers(4, size=31)
    member = np.eye(4)[group]
    counts, written = drawn(31)
    theil = between.theil_between(y, counts * people, member)
    dagum = between.dagum_between(y, counts * people, member)
    for at, rows in enumerate(written):
        one = inequality.decompose_theil(y[rows], group[rows], people[rows])
        other = inequality.decompose_dagum(y[rows], group[rows], people[rows])
        assert theil[at] == pytest.approx(one.share("between"), abs=EXACT)
        assert dagum[at] == pytest.approx(other.share("net_between"), abs=EXACT)


def test_a_group_that_a_resample_lacks_has_no_part() -> None:
    y, group = np.array([1.0, 2.0, 4.0, 5.0]), np.array([0, 0, 1, 2])
    counts = np.array([[1.0, 1.0, 2.0, 0.0]])
    expected = inequality.decompose_dagum([1.0, 2.0, 4.0, 4.0], [0, 0, 1, 1]).share("net_between")
    found = between.dagum_between(y, counts, np.eye(3)[group])[0]
    assert found == pytest.approx(expected, abs=EXACT)


def test_rank_correlations_are_those_of_the_resample_with_its_ties() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(6, size=20).astype(float)
    y = x + rng.normal(size=20)
    y[4] = np.nan
    counts, written = drawn(20)
    found = linked.rank_correlations(x, y, counts)
    for at, rows in enumerate(written):
        held = rows[np.isfinite(y[rows])]
        assert found[at] == pytest.approx(spearmanr(x[held], y[held]).statistic, abs=EXACT)


def test_partial_correlations_are_those_of_residuals() -> None:
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(25, 4))
    columns[:, 0] += columns[:, 2]
    counts, written = drawn(25)
    found = linked.partial_correlations(columns, counts)
    for at, rows in enumerate(written):
        given = np.column_stack([np.ones(len(rows)), columns[rows, 2:]])
        rest = columns[rows, :2] - given @ np.linalg.lstsq(given, columns[rows, :2], rcond=None)[0]
        assert found[at] == pytest.approx(np.corrcoef(rest.T)[0, 1], abs=EXACT)


def test_within_correlations_are_those_of_both_sets_of_dummies() -> None:
    rng = np.random.default_rng(4)
    cube = rng.normal(size=(8, 5, 3)) + rng.normal(size=(8, 1, 3)) + rng.normal(size=(1, 5, 3))
    cube[:, :, 1] += 0.5 * cube[:, :, 0]
    counts, written = drawn(8)
    found = linked.within_correlations(cube, counts)
    for at, rows in enumerate(written):
        flat = cube[rows].reshape(-1, 3)
        unit, time = np.repeat(np.eye(8), 5, axis=0), np.tile(np.eye(5), (8, 1))
        given = np.column_stack([unit, time, flat[:, 2]])
        rest = flat[:, :2] - given @ np.linalg.lstsq(given, flat[:, :2], rcond=None)[0]
        assert found[at] == pytest.approx(np.corrcoef(rest.T)[0, 1], abs=EXACT)


def test_beside_trends_they_are_those_of_a_trend_in_every_unit_too() -> None:
    rng = np.random.default_rng(11)
    cube = rng.normal(size=(8, 6, 3)) + rng.normal(size=(8, 1, 3)) * np.arange(6)[:, None]
    counts, written = drawn(8)
    found = linked.within_correlations(cube, counts, trends=True)
    for at, rows in enumerate(written):
        flat = cube[rows].reshape(-1, 3)
        unit, time = np.repeat(np.eye(8), 6, axis=0), np.tile(np.eye(6), (8, 1))
        given = np.column_stack([unit, unit * np.tile(np.arange(6), 8)[:, None], time, flat[:, 2]])
        rest = flat[:, :2] - given @ np.linalg.lstsq(given, flat[:, :2], rcond=None)[0]
        assert found[at] == pytest.approx(np.corrcoef(rest.T)[0, 1], abs=1e-9)  # conditioning of the dummies


def test_dealt_correlations_move_the_second_column_alone() -> None:
    cube = np.random.default_rng(5).normal(size=(9, 4, 3))
    dealt = np.array([np.arange(9), np.roll(np.arange(9), 1)])
    means = cube.mean(axis=1)
    once = np.ones((1, 9))
    found = linked.dealt_correlations(cube, dealt)
    for at, order in enumerate(dealt):
        columns = np.column_stack([means[:, 0], means[order, 1], means[:, 2]])
        assert found[at] == pytest.approx(linked.partial_correlations(columns, once)[0], abs=EXACT)


def test_a_column_that_the_others_make_has_no_correlation() -> None:
    columns = np.random.default_rng(6).normal(size=(20, 3))
    columns[:, 0] = 2.0 * columns[:, 2] + 1.0
    assert np.isnan(linked.partial_correlations(columns, np.ones((1, 20)))).all()


def test_quotients_are_shares_over_shares() -> None:
    rng = np.random.default_rng(7)
    values = rng.uniform(1.0, 3.0, size=(6, 2))
    named = np.array([1, 4])
    shares = values / values.sum(axis=0)
    together = shares[named, 0].sum() / shares[named, 1].sum()
    least = (shares[named, 0] / shares[named, 1]).min()
    assert quotients.of_places(values, named[None], each=False)[0] == pytest.approx(together, abs=EXACT)
    assert quotients.of_places(values, named[None], each=True)[0] == pytest.approx(least, abs=EXACT)
    once = np.ones((1, 4))
    assert quotients.resampled(values, named, once, each=False)[0] == pytest.approx(together, abs=EXACT)
    assert quotients.resampled(values, named, once, each=True)[0] == pytest.approx(least, abs=EXACT)
    twice = np.array([[2.0, 0.0, 1.0, 1.0]])  # of units 0, 2, 3, 5
    rows = [0, 0, 3, 5, 1, 4]
    total = values[rows].sum(axis=0)
    own = values[named].sum(axis=0)
    expected = (own[0] / own[1]) / (total[0] / total[1])
    assert quotients.resampled(values, named, twice, each=False)[0] == pytest.approx(expected, abs=EXACT)
    assert len(quotients.sets_of(31, 3)) == 4495


def mean_of(x: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda counts: (counts @ x / counts.sum(axis=1))[:, None]


def test_the_interval_is_the_bootstrap_t_of_the_mean() -> None:
    x = np.random.default_rng(8).exponential(size=15)
    found = bootstrap_t(mean_of(x), 15, draws=499, rng=9)
    counts = np.random.default_rng(9).multinomial(15, np.full(15, 1 / 15), size=499)
    samples = [np.repeat(x, row) for row in counts]
    # the jackknife error of a mean is its textbook error
    t = np.array([(s.mean() - x.mean()) / (s.std(ddof=1) / np.sqrt(15)) for s in samples])
    error = x.std(ddof=1) / np.sqrt(15)
    low, high = found.interval()
    assert found.error[0] == pytest.approx(error, abs=EXACT)
    assert low[0] == pytest.approx(x.mean() - error * np.quantile(t, 0.975), abs=EXACT)
    assert high[0] == pytest.approx(x.mean() - error * np.quantile(t, 0.025), abs=EXACT)
    bound = float(low[0])
    assert found.p_value(bound) == pytest.approx(0.05, abs=0.01)  # the end of a 95 % interval, of 499 draws


@pytest.mark.parametrize("scale", ["fisher", "log", "logit"])
def test_a_scale_keeps_the_interval_where_the_statistic_lives(scale: str) -> None:
    x = np.random.default_rng(10).uniform(0.0, 1.0, size=12) ** 4
    low, high = bootstrap_t(mean_of(x), 12, draws=199, rng=1, scale=scale).interval()  # type: ignore[arg-type]
    assert -1.0 < low[0] < x.mean() < high[0]
    assert high[0] < (np.inf if scale == "log" else 1.0)


def test_what_no_resample_moves_is_its_own_interval() -> None:
    low, high = bootstrap_t(lambda c: np.full((len(c), 1), 3.0), 10, draws=199, rng=1).interval()
    assert (low[0], high[0]) == (3.0, 3.0)


def test_resamples_of_a_probability_that_are_one_stand_as_far_as_they_can() -> None:
    stays = np.ones(12)
    stays[0] = 0.0
    found = bootstrap_t(mean_of(stays), 12, draws=499, rng=1, scale="probability")
    sure = np.isclose(bootstrap_draws(stays, 499, 1), 1.0)
    assert 0.2 < sure.mean() < 0.5  # (11/12)^12 = .35
    assert (found.pivots[sure, 0] == 0.0).all()
    low, high = found.interval()
    assert (low[0], high[0] <= 1.0) == (0.0, True)


def bootstrap_draws(x: np.ndarray, draws: int, seed: int) -> np.ndarray:
    counts = np.random.default_rng(seed).multinomial(len(x), np.full(len(x), 1 / len(x)), size=draws)
    return counts @ x / len(x)


def test_draws_without_an_error_make_no_interval_where_they_are_many() -> None:
    only = np.zeros(10)
    only[0] = 1.0
    # a third of the resamples lacks the unit that carries the statistic
    low, high = bootstrap_t(mean_of(only), 10, draws=199, rng=1).interval()
    assert np.isnan(low[0])
    assert np.isnan(high[0])


def test_member_order_follows_the_groups() -> None:
    group = pd.Series(["b", "a", "b", "c"])
    y = np.array([1.0, 4.0, 2.0, 8.0])
    member = pd.get_dummies(group).to_numpy(dtype=float)
    expected = inequality.decompose_theil(y, group).share("between")
    assert between.theil_between(y, np.ones((1, 4)), member)[0] == pytest.approx(expected, abs=EXACT)

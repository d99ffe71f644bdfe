"""The difference of losses, by loops, by statsmodels, and by chance alone."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from panelkit.evaluation.contest.differences import loss_difference, year_blocks
from panelkit.evaluation.contest.losses import loss_function
from panelkit.language.errors import DataError, SpecError


@pytest.fixture
def losses() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    shock = rng.normal(size=(1, 6))
    bench = (rng.normal(size=(12, 6)) + shock) ** 2
    return bench, 0.7 * (rng.normal(size=(12, 6)) + 0.8 * shock) ** 2


def test_clusters_of_one_dimension_are_those_of_statsmodels(losses: tuple[np.ndarray, np.ndarray]) -> None:
    bench, rival = losses
    d = (bench - rival).ravel()
    groups = {"province": np.repeat(np.arange(12), 6), "year": np.tile(np.arange(6), 12)}
    errors = {}
    for name, group in groups.items():
        fit = sm.OLS(d, np.ones_like(d)).fit(cov_type="cluster", cov_kwds={"groups": group})
        found = loss_difference(bench, rival, clusters=name)  # type: ignore[arg-type]
        errors[name] = fit.bse[0]
        # the same sums in another order
        assert found.std_error == pytest.approx(fit.bse[0], rel=1e-12)
        assert found.value == pytest.approx(fit.params[0], rel=1e-12)
    both = loss_difference(bench, rival)
    assert both.std_error == pytest.approx(np.hypot(errors["province"], errors["year"]), rel=1e-12)
    assert both.df == 5
    assert both.p_value == pytest.approx(student.sf(both.value / both.std_error, 5), rel=1e-12)


def test_one_year_ahead_clusters_of_years_are_a_t_test_of_yearly_means(
    losses: tuple[np.ndarray, np.ndarray],
) -> None:
    bench, rival = losses
    known = ttest_1samp((bench - rival).mean(axis=0), 0.0, alternative="greater")
    found = loss_difference(bench, rival, clusters="year")
    assert found.statistic == pytest.approx(known.statistic, rel=1e-12)
    assert found.p_value == pytest.approx(known.pvalue, rel=1e-12)


def test_two_way_variance_by_loops_with_missing_cells(losses: tuple[np.ndarray, np.ndarray]) -> None:
    bench, rival = (one.copy() for one in losses)
    rival[3, 2] = rival[5, :4] = np.nan
    held = np.isfinite(bench - rival)
    d = bench - rival
    mean = d[held].mean()
    total = 0.0
    for axis, size in ((1, 12), (0, 6)):
        sums = [sum(d[c] - mean for c in cells(held, axis, g)) for g in range(size)]
        total += size / (size - 1) * sum(one**2 for one in sums)
    found = loss_difference(bench, rival)
    assert found.cells == held.sum()
    assert found.std_error == pytest.approx(np.sqrt(total) / held.sum(), rel=1e-12)


def cells(held: np.ndarray, axis: int, group: int) -> list[tuple[int, ...]]:
    return [tuple(at) for at in np.argwhere(held) if at[1 - axis] == group]


def test_the_share_is_fiellers_and_holds_zero_where_the_difference_does(
    losses: tuple[np.ndarray, np.ndarray],
) -> None:
    bench, rival = losses
    for scale in (0.6, 1.0, 1.2, 1.6):
        found = loss_difference(bench, scale * rival)
        assert (found.relative_low > 0) == (found.low > 0)
        assert found.relative_low <= found.relative <= found.relative_high <= 1.0
        # at an end of the interval the difference from that share of the bench is at its critical value
        end = loss_difference((1.0 - found.relative_low) * bench, scale * rival)
        assert end.statistic == pytest.approx(student.ppf(0.975, 5), rel=1e-9)


def test_a_bench_not_told_from_zero_leaves_the_share_open() -> None:
    bench = np.zeros((4, 3))
    bench[0, 0] = 1.0
    found = loss_difference(bench, bench * 0.5)
    assert found.relative_low == -np.inf
    assert found.relative_high == 1.0


def test_stretches_of_years_stand_apart() -> None:
    assert year_blocks(7, 2).tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert year_blocks(5, 1).tolist() == [0, 1, 2, 3, 4]


def test_what_cannot_be_compared_is_refused() -> None:
    some = np.ones((4, 5))
    with pytest.raises(DataError, match="make 2 stretches"):
        loss_difference(some, some, horizon=2)
    with pytest.raises(DataError, match="of one shape"):
        loss_difference(some, some[:, :4])
    with pytest.raises(DataError, match="nothing to compare"):
        loss_difference(some, some * np.nan)
    with pytest.raises(SpecError, match="clusters is one of"):
        loss_difference(some, some, clusters="weeks")  # type: ignore[arg-type]


def test_losses_by_hand() -> None:
    first = np.array([[1.0, 3.0, 2.0], [5.0, 5.0, 9.0]])
    forecast, outcome = np.array([2.0, 8.0]), np.array([4.0, 4.0])
    for name, wanted in {
        "squared": [4.0, 16.0],
        "absolute": [2.0, 4.0],
        "scaled": [2.0 / 1.5, 4.0 / 2.0],
        "log_squared": [np.log(2.0) ** 2, np.log(2.0) ** 2],
    }.items():
        found = loss_function(name, first)(forecast, outcome)  # type: ignore[arg-type]
        np.testing.assert_allclose(found, wanted, rtol=1e-14)  # closed forms
    assert np.isnan(loss_function("log_squared", first)(np.array([-1.0]), np.array([1.0]))).all()
    with pytest.raises(DataError, match="positive outcomes"):
        loss_function("log_squared", first)(forecast, -outcome)
    with pytest.raises(DataError, match="zero in 1 provinces"):
        loss_function("scaled", np.ones((1, 3)))
    with pytest.raises(SpecError, match="loss is one of"):
        loss_function("cubic", first)  # type: ignore[arg-type]


def test_a_difference_that_does_not_vary_is_not_tested() -> None:
    bench = np.full((5, 6), 0.4)
    same = loss_difference(bench, bench.copy())
    assert (same.value, same.low, same.high, same.statistic, same.p_value) == (0.0, 0.0, 0.0, 0.0, 1.0)
    assert same.untested is not None
    assert "no difference" in same.untested
    # rounding of losses that do not vary is no variation: .4 - .1 is not the same number everywhere
    rounded = np.where(np.arange(30).reshape(5, 6) % 2, 0.1, 0.1 * (1.0 + 1e-15))
    constant = loss_difference(bench, rounded)
    assert constant.value == pytest.approx(0.3)
    assert np.isnan([constant.p_value, constant.statistic, constant.low, constant.relative_low]).all()
    assert constant.untested is not None
    assert "differ by 0.3, which varies over neither" in constant.untested

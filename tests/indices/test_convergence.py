"""Convergence, trends and densities: closed forms, other programs, properties."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from panelkit.indices.arrays import convergence, density
from panelkit.language.errors import DataError, SpecError


def test_speed_of_the_methods_table_and_its_inverse() -> None:
    assert convergence.speed(-0.0181269, 10) == pytest.approx(0.02, abs=1e-6)
    rate = 0.03
    slope = -(1 - np.exp(-rate * 15)) / 15
    assert convergence.speed(slope, 15) == pytest.approx(rate)
    assert convergence.half_life(rate) == pytest.approx(np.log(2) / rate)
    assert np.isnan(convergence.half_life(-0.01))
    assert np.isnan(convergence.speed(-0.2, 10))
    with pytest.raises(SpecError, match="span"):
        convergence.speed(-0.01, 0)


def test_slopes_are_least_squares_and_batched_slopes_repeat_units() -> None:
    rng = np.random.default_rng(0)
    y = np.exp(rng.normal(size=(12, 5)).cumsum(axis=1))
    g, start = convergence.growth(y, 4)
    fit = np.polyfit(start, g, 1)
    times = rng.multinomial(12, np.full(12, 1 / 12), size=3)
    found = convergence.batched_slopes(g, start, np.vstack([np.ones(12), times]).astype(float))
    assert found[0] == pytest.approx(fit[0])
    for row, slope in zip(times, found[1:], strict=True):
        again = np.repeat(np.arange(12), row)
        assert slope == pytest.approx(np.polyfit(start[again], g[again], 1)[0])
    one = np.eye(12)[:1] * 12
    assert np.isnan(convergence.batched_slopes(g, start, one)[0])


def test_sigma_and_its_traps() -> None:
    y = np.array([[1.0, 2], [2, 2], [4, 2]])
    assert convergence.sigma(y) == pytest.approx([np.std(np.log([1, 2, 4])), 0.0])
    assert convergence.sigma([[1.0], [2], [3], [4], [6], [8], [10], [14]])[0] == pytest.approx(
        0.82443259, abs=1e-8
    )
    with pytest.raises(DataError, match="not positive"):
        convergence.sigma([[0.0, 1.0]])
    with pytest.raises(DataError, match="two periods"):
        convergence.growth([[1.0]], 1)


def test_trend_is_statsmodels_newey_west() -> None:
    y = np.random.default_rng(5).normal(size=14).cumsum()
    found = convergence.trend(y, lags=2)
    fit = sm.OLS(y, sm.add_constant(np.arange(14.0))).fit(
        cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True}, use_t=True
    )
    assert found.facts["slope"] == pytest.approx(fit.params[1])
    assert found.facts["std_error"] == pytest.approx(fit.bse[1])
    assert found.p_value == pytest.approx(fit.pvalues[1])


def test_trend_does_not_apply_to_short_or_exact_series() -> None:
    assert "ten years" in convergence.trend(np.arange(9.0)).reason
    assert "exact line" in convergence.trend(np.arange(12.0)).reason
    assert "exact line" in convergence.trend(np.ones(12)).reason


def test_density_is_scipys_without_bounds() -> None:
    y = np.random.default_rng(1).normal(size=80)
    h = density.bandwidth(y)
    iqr = np.subtract(*np.quantile(y, [0.75, 0.25]))
    assert h == pytest.approx(0.9 * min(y.std(ddof=1), iqr / 1.34) * 80**-0.2)
    grid, found = density.kernel_density(y)
    reference = stats.gaussian_kde(y, bw_method=h / y.std(ddof=1))
    assert found == pytest.approx(reference(grid), rel=1e-10)


def test_reflection_keeps_the_mass_inside() -> None:
    y = np.random.default_rng(2).beta(0.8, 3, size=200)
    grid, found = density.kernel_density(y, low=0.0, high=1.0, points=4001)
    # trapezoid error on 4,001 points and two reflections cut at +-6 h: far below 1e-4
    assert np.trapezoid(found, grid) == pytest.approx(1.0, abs=1e-4)
    plain_grid, plain = density.kernel_density(y, at=np.linspace(-0.5, 0, 500))
    assert np.trapezoid(plain, plain_grid) > 0.05
    assert density.kernel_density(y, at=[-0.1, 1.1], low=0.0, high=1.0)[1].tolist() == [0.0, 0.0]


def test_density_traps() -> None:
    for values in ([1.0], [2.0, 2.0, 2.0]):
        with pytest.raises(DataError, match="variation"):
            density.bandwidth(values)
    with pytest.raises(DataError, match="outside the declared bounds"):
        density.kernel_density([-0.1, 0.5], low=0.0)
    with pytest.raises(SpecError, match="bandwidth"):
        density.kernel_density([0.1, 0.5], h=0.0)
    assert density.bandwidth([0.0, 0, 0, 0, 0, 0, 0, 5.0]) > 0  # IQR zero: the sd alone


def test_mass_is_kept_between_two_bounds_for_any_bandwidth() -> None:
    y = np.random.default_rng(0).random(31)
    for h in (0.05, 0.8, 3.0):
        grid, found = density.kernel_density(y, low=0.0, high=1.0, h=h, points=2001)
        assert np.trapezoid(found, grid) == pytest.approx(1.0, abs=1e-5)  # trapezoids of width 1/2000
    # a bandwidth far beyond the interval leaves the uniform density
    np.testing.assert_allclose(found, 1.0, atol=1e-6)
    with pytest.raises(SpecError, match="low to high"):
        density.kernel_density([0.5, 0.5], low=0.5, high=0.5, h=0.1)


def test_simulated_reference_has_the_statistic_of_the_plain_one_and_a_larger_critical_value() -> None:
    y = np.array([0.31, 0.30, 0.33, 0.35, 0.33, 0.36, 0.37, 0.36, 0.39, 0.38])
    plain, simulated = convergence.trend(y), convergence.trend(y, reference="simulated", rng=3)
    assert simulated.statistic == plain.statistic
    assert simulated.facts["critical"] > plain.facts["critical"] == pytest.approx(stats.t.ppf(0.975, 8))
    assert simulated.p_value > plain.p_value
    assert simulated.p_value == convergence.trend(y, reference="simulated", rng=3).p_value
    with pytest.raises(SpecError, match="reference"):
        convergence.trend(y, reference="normal")  # type: ignore[arg-type]


def test_simulated_reference_keeps_its_size_where_t_does_not() -> None:
    rng = np.random.default_rng(11)
    rejected = np.zeros(2)
    for _ in range(400):
        y = rng.normal(size=10)
        by_t = convergence.trend(y).p_value
        simulated = convergence.trend(y, reference="simulated", reps=299, rng=rng).p_value
        rejected += [by_t < 0.05, simulated <= 0.05]
    # 400 series: standard error .011 at 5 %, .019 at 17 %
    assert rejected[0] / 400 > 0.10
    assert rejected[1] / 400 < 0.085

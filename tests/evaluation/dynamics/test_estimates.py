"""Estimates of two stocks against statsmodels and systems known exactly; shuffles and draws against their "
"definition."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from panelkit.evaluation.dynamics.integral_regression import integrals, log_changes, pooled
from panelkit.evaluation.dynamics.one_system import chance_of, drawn_systems, one_system
from panelkit.evaluation.dynamics.resampled import resampled_rates
from panelkit.evaluation.dynamics.shared_rates import shared_rates
from panelkit.evaluation.dynamics.shuffled_partners import shuffled_partners
from panelkit.evaluation.dynamics.stages import assigned_stages, stage_shares
from panelkit.evaluation.dynamics.trajectories import paths
from panelkit.evaluation.dynamics.trajectory_fit import trajectory_fit
from tests.evaluation.dynamics.worlds import GROWTH, own_means, world

ROUNDING = 1e-7  # cross-products hold the square of the condition


def test_integrals_of_what_grows_at_a_constant_rate() -> None:
    x = 2.0 * np.exp(0.3 * np.arange(6))
    assert integrals(x) == pytest.approx(np.diff(x) / 0.3)
    assert integrals(np.full(4, 3.0)) == pytest.approx(np.full(3, 3.0))
    near = np.array([1.0, 1.0 + 1e-4 - 1e-9, 1.0])  # on the two sides of the series
    assert integrals(near)[0] == pytest.approx((near[1] - 1.0) / np.log(near[1]), rel=1e-10)


def test_a_system_alone_against_statsmodels() -> None:
    stocks = own_means(world(np.random.default_rng(4)))
    found = one_system(stocks)
    for i in range(3):
        x = stocks[i].T
        for at in (0, 1):
            regressors = sm.add_constant(np.column_stack([integrals(x)[at], integrals(x)[1 - at]]))
            fit = sm.OLS(log_changes(x)[at], regressors).fit()
            assert found.coefficients[i, at] == pytest.approx(fit.params, rel=ROUNDING)
            assert found.t[i, at] == pytest.approx(fit.tvalues[2], rel=ROUNDING)


def test_shared_rates_against_statsmodels() -> None:
    """Slopes of provinces as dummies times the integral, errors clustered by province without a factor."""
    stocks = own_means(world(np.random.default_rng(5), units=7))
    found = shared_rates(stocks)
    x = np.moveaxis(stocks, -1, 0)
    held, changes = integrals(x), log_changes(x)
    group = np.repeat(np.arange(7), 12)
    for at in (0, 1):
        dummies = np.kron(np.eye(7), np.ones((12, 1))) * held[at].reshape(-1, 1)
        regressors = np.column_stack([np.ones(84), held[1 - at].ravel(), dummies])
        fit = sm.OLS(changes[at].ravel(), regressors).fit(
            cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}
        )
        assert found.coefficients[:, at, 0] == pytest.approx(np.full(7, fit.params[0]), rel=ROUNDING)
        assert found.coefficients[:, at, 2] == pytest.approx(np.full(7, fit.params[1]), rel=ROUNDING)
        assert found.coefficients[:, at, 1] == pytest.approx(fit.params[2:], rel=ROUNDING)
        assert found.t[at] == pytest.approx(fit.tvalues[1], rel=ROUNDING)


def test_exact_paths_give_back_the_system() -> None:
    """Without shocks the integrals are the only error: a few thousandths; trajectories have none but the search's."""
    coefficients = np.array([[0.4, -0.3, 0.1], [0.3, -0.25, 0.05]])
    start = np.random.default_rng(0).uniform(0.1, 0.5, (6, 2))
    stocks = paths(start, coefficients, 14)
    assert pooled(stocks) == pytest.approx(coefficients, rel=0.02)
    assert one_system(stocks).coefficients[0] == pytest.approx(coefficients, rel=0.05)
    first = shared_rates(stocks)
    assert first.shared() == pytest.approx(coefficients, rel=0.03)
    found = trajectory_fit(stocks, first.coefficients, np.random.default_rng(1))
    assert found.coefficients == pytest.approx(np.broadcast_to(coefficients, (6, 2, 3)), rel=1e-3)
    assert found.rms < 1e-5
    assert found.agreeing >= 2


def test_policy_that_feeds_a_stock_is_found() -> None:
    rng = np.random.default_rng(3)
    coefficients = np.array([[0.2, -0.3, 0.05], [0.3, -0.25, 0.05]])
    policy = np.zeros((20, 13, 2))
    policy[:, :, 0] = rng.uniform(0.0, 0.2, (20, 13))
    start = rng.uniform(0.1, 0.5, (20, 2))
    within = 0.5 * (policy[:, 1:] + policy[:, :-1])
    stocks = paths(start, coefficients, 12, 0.7 * within)
    found = shared_rates(stocks, policy)
    assert found.feeds == pytest.approx([0.7, 0.0], rel=0.05)  # of the integrals
    assert found.effects == pytest.approx([0.05, 0.05], rel=0.1)


def test_shuffles_by_hand() -> None:
    stocks = own_means(world(np.random.default_rng(8), (0.5, 0.0), units=6))
    above, below = shuffled_partners(stocks, 30, np.random.default_rng(2))
    rng = np.random.default_rng(2)
    orders = [np.arange(6), *(rng.permutation(6) for _ in range(30))]
    for at in (0, 1):
        t = []
        for order in orders:
            pairs = stocks.copy()
            pairs[:, :, 1 - at] = stocks[order][:, :, 1 - at]
            t.append(shared_rates(pairs).t[at])
        assert above[at] == pytest.approx((np.array(t) >= t[0] - 1e-9).mean())
        assert below[at] == pytest.approx((np.array(t) <= t[0] + 1e-9).mean())


def test_least_squares_is_biased_and_the_draws_show_it() -> None:
    """Two curves that do not act: least squares finds a negative effect, the reflected draws none (25 worlds)."""
    raw, mended, covered = [], [], []
    for at in range(25):
        rng = np.random.default_rng([20, at])
        stocks = own_means(world(rng))
        fit = shared_rates(stocks)
        draws, held = resampled_rates(stocks, fit, 99, rng)
        moved = 2 * fit.effects - draws.effects[held]
        raw.append(fit.effects)
        mended.append(np.median(moved, axis=0))
        low, high = np.quantile(moved, [0.025, 0.975], axis=0)
        covered.append((low <= 0) & (high >= 0))
    error = np.std(mended) / np.sqrt(50)
    assert np.mean(raw) < -0.015
    assert abs(np.mean(mended)) < 0.01 + 2 * error
    assert np.mean(covered) > 0.8  # 0.9 in 100 worlds (docs/evidence/fusion.csv)


def test_two_logistic_curves_are_rarely_called_mutualism() -> None:
    """124 pairs alone: no more than chance; the rule asks p <= 0.05 of both signs, and 80 % of the draws."""
    rng = np.random.default_rng(9)
    stocks = own_means(np.concatenate([world(rng) for _ in range(4)]))
    fit = one_system(stocks)
    draws = drawn_systems(stocks, fit, 99, rng)
    null = drawn_systems(stocks, one_system(stocks, alone=True), 99, rng)
    above, below = chance_of(fit.t, null.t)
    stages, _ = assigned_stages(2 * fit.coefficients[..., 2] - draws.coefficients[..., 2], above, below)
    assert (stages == "mutualism").mean() <= 0.05
    assert (above <= 0.05).mean() < 0.09  # 0.05 and three standard errors of 248


def test_stages_by_their_signs() -> None:
    pairs = {
        "mutualism": (0.1, 0.1),
        "commensalism": (0.1, 0.0),
        "parasitism": (-0.1, 0.1),
        "amensalism": (0.0, -0.1),
        "competition": (-0.1, -0.1),
        "neutral": (0.0, 0.0),
    }
    effects = np.array(list(pairs.values()))
    draws = np.repeat(effects[None], 10, axis=0)
    sure = np.where(effects > 0, 0.01, 0.99), np.where(effects < 0, 0.01, 0.99)
    stages, share = assigned_stages(draws, *sure)
    assert stages.tolist() == list(pairs)
    assert (share == 1).all()
    stages, _ = assigned_stages(draws, np.full((6, 2), 0.2), np.full((6, 2), 0.2))
    assert stages.tolist() == [*["undetermined"] * 5, "neutral"]
    draws[:3, 0] = np.nan  # seven of ten are too few
    assert assigned_stages(draws, *sure)[0][0] == "undetermined"
    assert stage_shares(draws)["mutualism"][0] == pytest.approx(0.7)


def test_growth_is_found() -> None:
    stocks = own_means(world(np.random.default_rng(6), (0.3, 0.3), shock=0.01))
    found = trajectory_fit(stocks, shared_rates(stocks).coefficients, np.random.default_rng(0), starts=1)
    assert found.coefficients[0, :, 0] == pytest.approx(GROWTH, rel=0.1)  # 1 % shocks over twelve periods

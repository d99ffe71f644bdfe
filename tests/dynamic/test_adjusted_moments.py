"""Adjusted moments: the expectation written out with matrices, derivatives, jackknife, gaps, many units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import optimize

import panelkit as pk
from panelkit.models.dynamic.short.moment_solution import AdjustedProblem
from panelkit.models.dynamic.short.nickell import pairs_apart, reached, response_weights
from tests.dynamic.short_panels import FORMULA, dynamic_panel, with_gaps

Array = NDArray[np.float64]


def reach_of_lag(rho: Array, orders: tuple[int, ...], lag: int, length: int) -> Array:
    """Return dE[y_(t-lag)]/de_s over calendar periods (length, length), from the inverse of the lag polynomial."""
    polynomial = np.eye(length) - sum(
        value * np.eye(length, k=-order) for value, order in zip(rho, orders, strict=True)
    )
    return np.asarray(np.eye(length, k=-lag) @ np.linalg.inv(polynomial))


def summed_moments(frame: pd.DataFrame, b: Array, orders: tuple[int, ...], *, years: bool) -> Array:
    """Return the adjusted moments of the lags, x and year dummies, unit by unit from their own matrices."""
    wide, x = frame.y.unstack(), frame.x.unstack()
    values, length = wide.to_numpy(), wide.shape[1]
    lags = [np.pad(values, ((0, 0), (order, 0)), constant_values=np.nan)[:, :length] for order in orders]
    held = ~np.isnan(np.stack([values, *lags, x.to_numpy()])).any(axis=0)
    k = len(orders) + 1
    total = np.zeros(len(b))
    for i in range(len(values)):
        at = np.flatnonzero(held[i])
        if len(at) < 2:
            continue
        dummies = np.eye(length)[at][:, 1 + max(orders) :] if years else np.zeros((len(at), 0))
        W = np.column_stack([*(lag[i, at] for lag in lags), x.to_numpy()[i, at], dummies])
        M = np.eye(len(at)) - 1.0 / len(at)
        e = M @ (values[i, at] - W @ b)
        m = W.T @ e
        for j, order in enumerate(orders):
            # E[(y_-l)'M e] = s tr(M R); s from e'M e / (n - 1)
            R = reach_of_lag(b[: len(orders)], orders, order, length)[np.ix_(at, at)]
            m[j] -= float(e @ e) / (len(at) - 1) * np.trace(M @ R)
        total += m
    assert k + (dummies.shape[1]) == len(b)
    return total


@pytest.mark.parametrize("orders", [(1,), (1, 2), (2,)])
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_the_estimate_solves_the_moments(orders: tuple[int, ...], gaps: bool, effects: Any) -> None:
    frame = dynamic_panel(18, 10, seed=4)
    frame = with_gaps(frame) if gaps else frame
    lags = " + ".join(f"lag(y, {order})" for order in orders)
    fit = pk.AdjustedMoments(f"y ~ {lags} + x", effects=effects).fit(frame)
    b = fit.estimates
    if effects == "twoway":
        left = (frame.y - frame.x * b[-1]).unstack()
        for value, order in zip(b, orders, strict=False):
            left = left - value * frame.y.unstack().shift(order, axis=1)
        rows = left.stack().dropna()
        dummies = pd.get_dummies(rows.index.get_level_values(1), dtype=float).to_numpy()[:, 1:]
        unit = pd.get_dummies(rows.index.get_level_values(0), dtype=float).to_numpy()
        years = np.linalg.lstsq(np.column_stack([dummies, unit]), rows.to_numpy(), rcond=None)[0]
        b = np.r_[b, years[: dummies.shape[1]]]
    found = summed_moments(frame, b, orders, years=effects == "twoway")
    assert np.abs(found).max() < 1e-8 * float((frame.y**2).sum())


def test_one_lag_alone_inverts_the_bias_of_within() -> None:
    """Without regressors the root is that of Bun and Carree's (2005) equation in one unknown."""
    frame = dynamic_panel(60, 7, slope=0.0, seed=6)
    fit = pk.AdjustedMoments("y ~ lag(y, 1)", effects="unit").fit(frame)
    y = frame.y.unstack().to_numpy()
    now, lag = (part - part.mean(axis=1, keepdims=True) for part in (y[:, 1:], y[:, :-1]))

    def gap(rho: float) -> float:
        e, T = now - rho * lag, now.shape[1]
        h = sum((T - d) * rho ** (d - 1) for d in range(1, T)) / T
        return float((lag * e).sum() + h * (e * e).sum() / (T - 1))

    found = optimize.brentq(gap, float(fit.within_estimates[0]), 1.0)
    assert fit.estimates[0] == pytest.approx(found, rel=1e-9)


def test_derivatives() -> None:
    rng = np.random.default_rng(3)
    mask = rng.random((8, 9)) < 0.8
    mask[:, :3] = True
    starts = np.r_[0, np.cumsum(mask.sum(axis=1))[:-1]]
    n = int(mask.sum())
    problem = AdjustedProblem(rng.normal(size=n), rng.normal(size=(n, 4)), starts, pairs_apart(mask), (1, 3))
    b, step = np.array([0.5, 0.2, -0.3, 0.1]), 1e-6
    numeric = np.stack(
        [(problem.moments(b + step * e) - problem.moments(b - step * e)) / (2 * step) for e in np.eye(4)],
        axis=2,
    )
    np.testing.assert_allclose(problem.jacobians(b), numeric, atol=1e-7)
    psi, _ = response_weights(np.array([0.5, 0.2]), (1, 3), 6)
    assert psi == pytest.approx([1.0, 0.5, 0.25, 0.325, 0.2625, 0.18125])
    h, _ = reached(pairs_apart(np.ones((1, 3), dtype=bool)), np.array([0.5]), (1,))
    assert h[0, 0] == pytest.approx((2 + 0.5) / 3)


def test_the_jackknife_is_near_fits_without_each_unit() -> None:
    frame = with_gaps(dynamic_panel(31, 8, seed=2))
    spec = pk.AdjustedMoments(FORMULA)
    fit = spec.fit(frame)
    exact = np.array(
        [spec.with_errors("cluster").fit(frame.drop(u, level=0)).estimates for u in frame.index.unique(0)]
    )
    # one Newton step: an error of the second order in what a unit does
    np.testing.assert_allclose(fit.leave_one_out().to_numpy(), exact, atol=0.06 * float(fit.std_errors.min()))
    errors = np.sqrt(((exact - fit.estimates) ** 2).sum(axis=0) * 30 / 31)
    np.testing.assert_allclose(fit.std_errors, errors, rtol=0.03)


@pytest.mark.parametrize("gaps", [False, True])
def test_many_units_show_no_bias(gaps: bool) -> None:
    """3,000 units of six rows, variances that differ between units: within four errors of the truth, within far off."""
    frame = dynamic_panel(3_000, 6, rho=0.6, seed=9, spread=0.5)
    if gaps:
        kept = np.random.default_rng(1).random(len(frame)) < 0.9
        frame = frame[kept]
    fit = pk.AdjustedMoments(FORMULA, errors="cluster").fit(frame)
    off = np.abs(fit.estimates - (0.6, 0.5)) / fit.std_errors.to_numpy()
    assert (off < 4.0).all()
    assert 0.6 - fit.within_estimates[0] > 12 * fit.std_errors.iloc[0]


def test_units_and_levels_do_not_matter() -> None:
    frame = with_gaps(dynamic_panel(20, 8, seed=5))
    fit = pk.AdjustedMoments("y ~ lag(y, 1) + lag(y, 2) + x").fit(frame)
    moved = frame.assign(y=frame.y * 1e6 + 1e8, x=frame.x * 1e-6 - 3.0)
    other = pk.AdjustedMoments("y ~ lag(y, 1) + lag(y, 2) + x").fit(moved)
    scale = np.array([1.0, 1.0, 1e12])
    np.testing.assert_allclose(other.estimates, fit.estimates * scale, rtol=1e-6)
    np.testing.assert_allclose(other.std_errors, fit.std_errors * scale, rtol=1e-5)


def test_year_dummies_are_time_effects() -> None:
    frame = dynamic_panel(15, 8, seed=7)
    swept = pk.AdjustedMoments(FORMULA).fit(frame)
    written = pk.AdjustedMoments(f"{FORMULA} + C(year)", effects="unit").fit(frame)
    np.testing.assert_allclose(written.estimates[:2], swept.estimates, rtol=1e-9)
    np.testing.assert_allclose(written.std_errors[:2], swept.std_errors, rtol=1e-8)

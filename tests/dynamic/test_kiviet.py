"""The bias of LSDV: traces against dense matrices, the approximation against the expectation of drawn estimates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import panelkit as pk
from panelkit.models.dynamic.short.kiviet import bias_terms, kiviet_sums, reach_matrix, traces
from tests.dynamic.short_panels import FORMULA, dynamic_panel, with_gaps

Array = NDArray[np.float64]


def unbalanced(units: int, periods: int) -> NDArray[np.bool_]:
    mask = np.ones((units, periods), dtype=bool)
    mask[: units // 3, :2] = False
    mask[units // 3 : units // 2, -1] = False
    mask[-1, 3] = False
    return mask


def dense(W: Array, mask: NDArray[np.bool_], gamma: float, variance: float, Q: Array) -> Array:
    """Return c1, c2, c3 from matrices over all cells, as Bruno (2005) writes them; W (N T, K) before any sweeping."""
    N, T = mask.shape
    S = np.diag(mask.ravel().astype(float))
    D = np.kron(np.eye(N), np.ones((T, 1)))
    A = S @ (np.eye(N * T) - D @ np.linalg.inv(D.T @ S @ D) @ D.T) @ S
    L = np.kron(np.eye(N), np.eye(T, k=-1))
    P = A @ L @ np.linalg.inv(np.eye(N * T) - gamma * L)
    q, eye, s = Q[:, 0], np.eye(len(Q)), variance
    WPW, WPPW = W.T @ P @ A @ W, W.T @ P @ P.T @ W
    c1 = s * np.trace(P) * q
    c2 = -s * (Q @ WPW + np.trace(Q @ WPW) * eye + 2 * s * q[0] * np.trace(P.T @ P @ P) * eye) @ q
    inner = q @ WPPW @ q + q[0] * np.trace(Q @ WPPW) + 2 * s * q[0] ** 2 * np.trace(P.T @ P @ P.T @ P)
    c3 = s**2 * np.trace(P) * (2 * q[0] * Q @ WPPW @ q + inner * q)
    return np.array([c1, c2, c3])


def swept(values: Array, mask: NDArray[np.bool_]) -> Array:
    """Return values (..., N, T) less the mean of the cells held, zero elsewhere."""
    held = mask.astype(float)
    return (values - ((values * held).sum(-1) / held.sum(-1))[..., None]) * held


@pytest.mark.parametrize("gamma", [0.0, 0.4, 0.95, 1.1])
def test_the_terms_are_those_of_dense_matrices(gamma: float) -> None:
    rng, mask = np.random.default_rng(2), unbalanced(9, 6)
    W = rng.normal(size=(9, 6, 3))
    cells = np.stack([swept(W[:, :, j], mask) for j in range(3)], axis=-1)
    Q = np.linalg.inv(np.einsum("ntk,ntl->kl", cells, cells))
    expected = dense(W.reshape(-1, 3), mask, gamma, 0.7, Q)
    np.testing.assert_allclose(kiviet_sums(cells, mask).bias(gamma, 0.7), expected, rtol=1e-10)
    kept = np.arange(9) != 4
    part = kiviet_sums(cells[kept], mask[kept]).bias(gamma, 0.7)
    np.testing.assert_allclose(kiviet_sums(cells, mask).bias(gamma, 0.7, without=4), part, rtol=1e-9)


def drawn_bias(
    units: int, periods: int, gamma: float, mask: NDArray[np.bool_], draws: int
) -> tuple[Array, Array, Array]:
    """Return the mean error of LSDV with year dummies (2,), its standard error, and the three terms (3, 2)."""
    rng, slope, block = np.random.default_rng(5), 0.5, 500
    x, start, effect = rng.normal(size=(units, periods)), rng.normal(size=units), rng.normal(size=units)

    def grown(shocks: Array) -> Array:
        before, lagged = np.broadcast_to(start, shocks.shape[:-1]), np.empty(shocks.shape)
        for t in range(periods):
            lagged[..., t] = before
            before = gamma * before + slope * x[:, t] + effect + shocks[..., t]
        return lagged

    years = [np.broadcast_to(np.eye(periods)[t], (units, periods)) for t in range(1, periods)]
    fixed = np.stack([swept(column, mask) for column in (x, *years)], axis=-1)
    mean = np.concatenate([swept(grown(np.zeros((units, periods))), mask)[..., None], fixed], axis=-1)
    reach = reach_matrix(gamma, periods)
    held = mask.astype(float)
    spread = sum(
        float((((np.diag(row) - np.outer(row, row) / row.sum()) @ reach) ** 2).sum()) for row in held
    )
    expected = np.einsum("ntk,ntl->kl", mean, mean)
    expected[0, 0] += spread
    WPW = np.einsum("ntk,ts,nsl->kl", mean, reach, mean)
    WPPW = np.einsum("ntk,ts,nsl->kl", mean, reach @ reach.T, mean)
    sums = traces(mask, gamma).sums(np.ones(units))
    terms = bias_terms(np.linalg.inv(expected), WPW, WPPW, sums, 1.0)
    found = []
    flat = fixed.reshape(units * periods, -1)
    for _ in range(draws // block):
        shocks = rng.normal(size=(block, units, periods))
        lagged = swept(grown(shocks), mask).reshape(block, -1, 1)
        W = np.concatenate([lagged, np.broadcast_to(flat, (block, *flat.shape))], axis=2)
        e = swept(shocks, mask).reshape(block, -1, 1)
        found.append(np.linalg.solve(W.transpose(0, 2, 1) @ W, W.transpose(0, 2, 1) @ e)[:, :2, 0])
    errors = np.concatenate(found)
    return errors.mean(axis=0), errors.std(axis=0) / np.sqrt(len(errors)), terms[:, :2]


@pytest.mark.parametrize("kind", ["balanced", "unbalanced"])
def test_three_orders_are_the_expectation(kind: str) -> None:
    """Bun and Kiviet (2003) find B3 within a few per cent of the bias; here within 2 % and four errors of the draws."""
    mask = np.ones((20, 6), dtype=bool) if kind == "balanced" else unbalanced(20, 8)
    mean, error, terms = drawn_bias(20, mask.shape[1], 0.6, mask, 10_000)
    by_order = np.cumsum(terms, axis=0)
    room = 4.0 * error + 0.02 * np.abs(mean)
    assert (np.abs(by_order[2] - mean) < room).all()
    # the first two orders alone are farther from it: that the third one is right shows
    assert abs(by_order[1, 0] - mean[0]) > abs(by_order[2, 0] - mean[0])


def brute(frame: Any, order: int, initial: str) -> Array:
    """Return the corrected estimates from dummies of units and years and dense matrices."""
    wide = frame.y.unstack()
    units, years = list(wide.index), list(wide.columns)[1:]
    y, x = wide.to_numpy(), frame.x.unstack().to_numpy()
    held = ~np.isnan(y[:, 1:]) & ~np.isnan(y[:, :-1])
    N, T = held.shape
    dummies = [np.tile(np.eye(T)[t], (N, 1)) for t in range(1, T)]
    W = np.stack([y[:, :-1], x[:, 1:], *dummies], axis=-1)
    W = np.where(held[:, :, None], W, 0.0).reshape(N * T, -1)
    target = np.where(held, y[:, 1:], 0.0).ravel()
    D = np.kron(np.eye(N), np.ones((T, 1))) * held.ravel()[:, None]
    A = np.diag(held.ravel() * 1.0) - D @ np.linalg.pinv(D.T @ D) @ D.T
    first = first_estimate(y, x, held, initial)
    e = A @ (target - W[:, :2] @ first)
    V = A @ W[:, 2:]
    e = e - V @ np.linalg.lstsq(V, e, rcond=None)[0]
    n = int(held.sum())
    variance = float(e @ e) / (n - len(units) - W.shape[1])
    assert len(years) == T
    Q = np.linalg.inv(W.T @ A @ W)
    bias = dense(W, held, float(first[0]), variance, Q)[:order].sum(axis=0)
    return np.asarray((Q @ (W.T @ A @ target) - bias)[:2])


def first_estimate(y: Array, x: Array, held: NDArray[np.bool_], initial: str) -> Array:
    """Return Anderson-Hsiao or one-step Arellano-Bond estimates, unit by unit, with an intercept for every change.

    Levels that are not held count as the mean of the outcome, which matters beside gaps alone.
    """
    N, T = held.shape
    y = y - y[:, 1:][held].mean()
    total, ZW, Zy = 0.0, np.zeros(0), np.zeros(0)
    for i in range(N):
        rows = [t for t in range(1, T) if held[i, t] and held[i, t - 1]]
        Z, W, dy = [], [], []
        for t in rows:
            year = np.eye(T - 1)[t - 1]
            levels = np.zeros(T * (T + 1) // 2)
            begin = t * (t - 1) // 2
            levels[begin : begin + t] = np.nan_to_num(y[i, :t])
            own = np.array([y[i, t - 1]]) if initial == "anderson-hsiao" else levels
            Z.append(np.r_[own, x[i, t + 1] - x[i, t], year])
            W.append(np.r_[y[i, t] - y[i, t - 1], x[i, t + 1] - x[i, t], year])
            dy.append(y[i, t + 1] - y[i, t])
        if not rows:
            continue
        at = np.array(rows)
        H = 2.0 * np.eye(len(at)) - (np.abs(at[:, None] - at[None, :]) == 1)
        Zi, Wi = np.array(Z), np.array(W)
        total = total + (Zi.T @ Zi if initial == "anderson-hsiao" else Zi.T @ H @ Zi)
        ZW = Zi.T @ Wi + (ZW if ZW.size else 0.0)
        Zy = Zi.T @ np.array(dy) + (Zy if Zy.size else 0.0)
    weight = np.linalg.pinv(np.asarray(total), rcond=1e-12, hermitian=True)
    return np.asarray(np.linalg.lstsq(ZW.T @ weight @ ZW, ZW.T @ weight @ Zy, rcond=None)[0][:2])


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("initial", ["arellano-bond", "anderson-hsiao"])
@pytest.mark.parametrize("gaps", [False, True])
def test_estimates_are_those_of_dense_matrices(order: Any, initial: Any, gaps: bool) -> None:
    frame = dynamic_panel(14, 7, seed=8)
    frame = with_gaps(frame) if gaps else frame
    fit = pk.BiasCorrectedLSDV(FORMULA, order=order, initial=initial).fit(frame)
    # the weight of 28 moments is solved at its own scale there and at that of the levels here
    np.testing.assert_allclose(fit.estimates, brute(frame, order, initial), rtol=1e-6)


def test_the_jackknife_leaves_units_out_of_everything() -> None:
    spec = pk.BiasCorrectedLSDV(FORMULA)
    for frame, near in (
        (dynamic_panel(12, 8, seed=3), 1e-6),
        (with_gaps(dynamic_panel(12, 8, seed=3)), 2e-2),
    ):
        fit = spec.fit(frame)
        for unit in ("u000", "u003", "u011"):
            again = spec.fit(frame.drop(unit, level=0))
            # beside gaps the mean that stands for missing levels is that of all units here
            np.testing.assert_allclose(fit.leave_one_out().loc[unit], again.estimates, rtol=near)
    gaps = fit.without_unit - fit.estimates
    np.testing.assert_allclose(fit.covariance, gaps.T @ gaps * 11 / 12, rtol=1e-10)


def test_the_bootstrap_is_seeded_and_near_the_jackknife() -> None:
    spec = pk.BiasCorrectedLSDV(FORMULA, errors="bootstrap", reps=60, seed=3)
    frame = dynamic_panel(20, 6, seed=2)
    one, two = spec.fit(frame), spec.fit(frame)
    assert np.array_equal(one.covariance, two.covariance)
    other_seed = pk.BiasCorrectedLSDV(FORMULA, errors="bootstrap", reps=60).fit(frame)
    assert not np.array_equal(one.covariance, other_seed.covariance)
    # normal errors of one variance, as in the data: near the jackknife, which asks for neither
    other = pk.BiasCorrectedLSDV(FORMULA).fit(frame)
    assert (np.abs(np.log(one.std_errors / other.std_errors)) < 0.6).all()
    with pytest.raises(pk.SpecError, match="no unit was left out"):
        one.leave_one_out()


def test_the_first_estimate_is_difference_gmm_with_all_lags() -> None:
    """That estimator is held against xtabond2 and plm by tests of its own."""
    frame = dynamic_panel(25, 7, seed=8)
    fit = pk.BiasCorrectedLSDV(FORMULA).fit(frame)
    other = pk.DifferenceGMM(f"{FORMULA} | gmm(y, 2:) + iv(x)", time_effects=True).fit(frame)
    assert fit.facts["own lag of the first estimate"] == pytest.approx(other.estimates[0], rel=1e-9)

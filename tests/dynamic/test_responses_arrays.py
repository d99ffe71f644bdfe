"""Responses and shares against companion powers, shocks sent through the recursion by hand, reordering, statsmodels."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from panelkit.models.dynamic.responses.arrays import (
    companion,
    cumulated,
    generalised_responses,
    impact,
    largest_root,
    moving_average,
    orthogonalised_responses,
    variance_decomposition,
)

# sums of a few dozen products of numbers near one: rounding of 1e-15 each
CLOSE = {"rtol": 1e-10, "atol": 1e-12}
H = 8


def model(m: int, p: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(p, m, m)) * 0.25
    root = rng.normal(size=(m, m))
    return A, root @ root.T + 0.3 * np.eye(m)


def sent(A: np.ndarray, shock: np.ndarray, horizon: int) -> np.ndarray:
    """Send one shock through the recursion, period by period."""
    p, m, _ = A.shape
    y = np.zeros((p + horizon + 1, m))
    for h in range(horizon + 1):
        y[p + h] = sum(A[lag] @ y[p + h - 1 - lag] for lag in range(p)) + (shock if h == 0 else 0.0)
    return y[p:]


@pytest.mark.parametrize(("m", "p"), [(1, 1), (2, 1), (3, 2), (4, 3)])
def test_moving_average_is_the_corner_of_companion_powers(m: int, p: int) -> None:
    A, _ = model(m, p)
    C = companion(A)
    phi = moving_average(A, H)
    for h in range(H + 1):
        np.testing.assert_allclose(phi[h], np.linalg.matrix_power(C, h)[:m, :m], **CLOSE)
    assert largest_root(A) == pytest.approx(np.abs(np.linalg.eigvals(C)).max(), rel=1e-12)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_orthogonal_shocks_sent_through_the_recursion(order: tuple[int, ...]) -> None:
    A, sigma = model(3, 2)
    found = orthogonalised_responses(A, sigma, H, order)
    P = np.linalg.cholesky(sigma[np.ix_(order, order)])
    for position, k in enumerate(order):
        shock = np.zeros(3)
        shock[list(order)] = P[:, position]
        np.testing.assert_allclose(found[:, :, k], sent(A, shock, H), **CLOSE)
    assert (
        np.abs(found[0][order[0], list(order[1:])]).max() == 0.0
    )  # the first answers to nothing else at once


def test_a_generalised_response_is_the_orthogonal_one_of_the_variable_put_first() -> None:
    A, sigma = model(3, 2)
    found = generalised_responses(A, sigma, H)
    for k in range(3):
        order = (k, *(j for j in range(3) if j != k))
        np.testing.assert_allclose(
            found[:, :, k], orthogonalised_responses(A, sigma, H, order)[:, :, k], **CLOSE
        )
        expected = sigma[:, k] / np.sqrt(sigma[k, k])  # E[e | e_k = sqrt(sigma_kk)] of normal errors
        np.testing.assert_allclose(found[:, :, k], sent(A, expected, H), **CLOSE)


def test_shares_are_those_of_forecast_errors_written_out() -> None:
    A, sigma = model(3, 2)
    order = (2, 0, 1)
    shares = variance_decomposition(A, sigma, H, order)
    general = variance_decomposition(A, sigma, H)
    phi, P = moving_average(A, H), impact(sigma, order)
    for h in range(1, H + 1):
        for j in range(3):
            total = sum(float(phi[s][j] @ sigma @ phi[s][j]) for s in range(h))
            for k in range(3):
                own = sum(float(phi[s][j] @ P[:, k]) ** 2 for s in range(h)) / total
                wide = sum(float(phi[s][j] @ sigma[:, k]) ** 2 for s in range(h)) / sigma[k, k] / total
                assert shares[h - 1, j, k] == pytest.approx(own, rel=1e-10, abs=1e-12)
                assert general[h - 1, j, k] == pytest.approx(wide, rel=1e-10, abs=1e-12)
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0, rtol=1e-12)
    assert np.abs(general.sum(axis=-1) - 1.0).max() > 0.01
    normal = variance_decomposition(A, sigma, H, normalise=True)
    np.testing.assert_allclose(normal, general / general.sum(axis=-1, keepdims=True), rtol=1e-12)


def test_without_correlation_of_errors_no_order_matters() -> None:
    A, sigma = model(3, 1)
    alone = np.diag(np.diag(sigma))
    for order in permutations(range(3)):
        np.testing.assert_allclose(
            orthogonalised_responses(A, alone, H, order), generalised_responses(A, alone, H), **CLOSE
        )


def test_batches_are_single_draws() -> None:
    models = [model(2, 2, seed) for seed in range(5)]
    A, sigma = (np.array(part) for part in zip(*models, strict=True))
    many = orthogonalised_responses(A, sigma, H, (1, 0))
    shares = variance_decomposition(A, sigma, H)
    sums = cumulated(many)
    for i, (a, s) in enumerate(models):
        np.testing.assert_allclose(many[i], orthogonalised_responses(a, s, H, (1, 0)), **CLOSE)
        np.testing.assert_allclose(shares[i], variance_decomposition(a, s, H), **CLOSE)
        np.testing.assert_allclose(sums[i][-1], many[i].sum(axis=0), **CLOSE)
    np.testing.assert_allclose(largest_root(A), [largest_root(a) for a, _ in models], rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_units_of_a_variable_only_rescale_its_row(scale: float) -> None:
    A, sigma = model(2, 2)
    D = np.diag([1.0, scale])
    moved = D @ A @ np.linalg.inv(D)
    found = orthogonalised_responses(moved, D @ sigma @ D, H, (1, 0))
    np.testing.assert_allclose(found, D @ orthogonalised_responses(A, sigma, H, (1, 0)), rtol=1e-9)
    shares = variance_decomposition(moved, D @ sigma @ D, H, (1, 0))
    np.testing.assert_allclose(shares, variance_decomposition(A, sigma, H, (1, 0)), **CLOSE)


def test_statsmodels_says_the_same() -> None:
    api = pytest.importorskip("statsmodels.tsa.api")
    rng = np.random.default_rng(3)
    A, sigma = model(3, 2, 5)
    y = np.zeros((300, 3))
    for t in range(2, 300):
        y[t] = A[0] @ y[t - 1] + A[1] @ y[t - 2] + rng.multivariate_normal(np.zeros(3), sigma)
    theirs = api.VAR(y).fit(2, trend="n")
    irf, fevd = theirs.irf(H), theirs.fevd(H)
    order = (0, 1, 2)
    mine = (np.asarray(theirs.coefs), np.asarray(theirs.sigma_u))
    np.testing.assert_allclose(moving_average(mine[0], H), irf.irfs, **CLOSE)
    np.testing.assert_allclose(orthogonalised_responses(*mine, H, order), irf.orth_irfs, **CLOSE)
    np.testing.assert_allclose(
        cumulated(orthogonalised_responses(*mine, H, order)), irf.orth_cum_effects, **CLOSE
    )
    shares = variance_decomposition(*mine, H, order)  # theirs: variable, horizon, source
    np.testing.assert_allclose(shares.transpose(1, 0, 2), fevd.decomp, **CLOSE)

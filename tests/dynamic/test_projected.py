"""Local projections on arrays against regressions with dummies, halves by hand, and what is true."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from panelkit.language.errors import DataError
from panelkit.models.dynamic.responses.arrays import orthogonalised_responses
from panelkit.models.dynamic.responses.projected import Projected, cube_of, project

A = np.array([[[0.5, 0.1], [0.3, 0.4]]])
SIGMA = np.array([[1.0, 0.4], [0.4, 2.0]])


def drawn(N: int, T: int, seed: int = 0, gaps: float = 0.0) -> np.ndarray:
    """Return a panel (N, T, 2) with effects of units and periods."""
    rng = np.random.default_rng(seed)
    P = np.linalg.cholesky(SIGMA)
    level = rng.normal(size=(N, 2))
    y = np.zeros((N, T + 30, 2))
    for t in range(1, T + 30):
        y[:, t] = level + y[:, t - 1] @ A[0].T + rng.normal(size=(N, 2)) @ P.T
    cube = y[:, 30:] + rng.normal(size=(1, T, 2))
    cube[rng.random((N, T)) < gaps] = np.nan
    return cube


def projected(cube: np.ndarray, horizon: int, order: tuple[int, int], *, jackknife: bool) -> Projected:
    """Project with one lag of all variables."""
    controls = np.full_like(cube, np.nan)
    controls[:, 1:] = cube[:, :-1]
    return project(cube, controls, horizon, order, jackknife=jackknife, time_effects=True)


def by_dummies(
    cube: np.ndarray, h: int, order: tuple[int, ...], q: int, keep: tuple[int, int] | None = None
) -> tuple[np.ndarray, dict[int, np.ndarray], list[int]]:
    """Regress y(t+h) on the q-th variable of the order, those before it, one lag of all, and the dummies."""
    N, T, _ = cube.shape
    rows = [
        (i, t) for i, t in product(range(N), range(1, T - h)) if np.isfinite(cube[i, [t - 1, t, t + h]]).all()
    ]
    periods = sorted({t for _, t in rows})
    if keep is not None:
        rows = [(i, t) for i, t in rows if t in periods[keep[0] : keep[1]]]
    X = []
    for i, t in rows:
        unit = [float(i == j) for j in range(N)]
        time = [float(t == s) for s in sorted({t for _, t in rows})[1:]]
        X.append([*cube[i, t, list(order[: q + 1])][::-1], *cube[i, t - 1], *unit, *time])
    Y = np.array([cube[i, t + h] for i, t in rows])
    X = np.array(X)
    inverse = np.linalg.pinv(X.T @ X)
    beta = inverse @ X.T @ Y
    left = Y - X @ beta
    parts = {
        i: (inverse @ X[[r for r, row in enumerate(rows) if row[0] == i]].T)[0]
        @ left[[r for r, row in enumerate(rows) if row[0] == i]]
        for i in {row[0] for row in rows}
    }
    return beta[0], parts, periods


@pytest.mark.parametrize("gaps", [0.0, 0.06])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_every_horizon_is_a_regression_with_dummies(gaps: float, order: tuple[int, int]) -> None:
    cube = drawn(9, 9, gaps=gaps)
    found = projected(cube, 3, order, jackknife=False)
    for h, q in product(range(1, 4), range(2)):
        beta, parts, _ = by_dummies(cube, h, order, q)
        # normal equations with dummies lose half the digits
        np.testing.assert_allclose(found.values[h, :, order[q]], beta, rtol=1e-7, atol=1e-9)
        for i, part in parts.items():
            np.testing.assert_allclose(found.parts[h, i, :, order[q]], part, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("T", [12, 13])
def test_the_jackknife_is_twice_the_whole_less_the_halves(T: int) -> None:
    cube, order = drawn(8, T), (0, 1)
    found = projected(cube, 2, order, jackknife=True)
    for h, q in product(range(1, 3), range(2)):
        whole, parts, periods = by_dummies(cube, h, order, q)
        n = len(periods)
        cuts = [n // 2] if n % 2 == 0 else [n // 2, n // 2 + 1]
        halves = [[by_dummies(cube, h, order, q, part)[:2] for part in ((0, cut), (cut, n))] for cut in cuts]
        means = np.mean([half[0] for pair in halves for half in pair], axis=0)
        np.testing.assert_allclose(found.values[h, :, q], 2 * whole - means, rtol=1e-7, atol=1e-9)
        for i in range(8):
            mean = np.mean([half[1][i] for pair in halves for half in pair], axis=0)
            np.testing.assert_allclose(found.parts[h, i, :, q], 2 * parts[i] - mean, rtol=1e-6, atol=1e-9)


def test_at_the_horizon_zero_the_order_holds_exactly() -> None:
    found = projected(drawn(12, 9), 1, (1, 0), jackknife=True)
    assert found.values[0, 1].tolist() == [0.0, 1.0]  # the first of the order answers to itself alone
    assert found.values[0, 0, 0] == 1.0
    assert np.abs(found.parts[0][:, [1, 1, 0], [0, 1, 0]]).max() == 0.0


def test_projections_tend_to_the_responses_and_the_jackknife_takes_the_bias_out() -> None:
    scaled = orthogonalised_responses(A, SIGMA, 3, (0, 1)) / np.diag(np.linalg.cholesky(SIGMA))
    plain, halved = (
        np.mean(
            [projected(drawn(150, 36, seed), 3, (0, 1), jackknife=way).values for seed in range(10)],
            axis=0,
        )
        for way in (False, True)
    )
    off, left = (np.abs(part - scaled).max() for part in (plain, halved))
    # ten panels of 150 units and 36 periods: the means have standard errors of about .005
    assert off > 0.06
    assert left < 0.25 * off


def test_units_of_variables_and_large_means_do_not_matter() -> None:
    cube = drawn(12, 10)
    scale = np.array([1e6, 1e-6])
    one = projected(cube, 3, (0, 1), jackknife=True)
    other = projected(cube * scale + scale * 1e4, 3, (0, 1), jackknife=True)
    # a mean of ten thousand deviations costs four digits
    np.testing.assert_allclose(other.values / scale[:, None] * scale, one.values, rtol=1e-8, atol=1e-9)


def test_horizons_end_where_halves_hardly_reach_past_them() -> None:
    found = projected(drawn(12, 12), 30, (0, 1), jackknife=True)
    assert found.periods.tolist() == [11, 10, 9]  # 11 - h periods, 2 (h + 2) and 3 h + 1 at least
    assert found.rows.tolist() == [132, 120, 108]
    assert projected(drawn(12, 12), 30, (0, 1), jackknife=False).periods.tolist() == list(range(11, 1, -1))
    assert len(projected(drawn(12, 24), 30, (0, 1), jackknife=True).values) == 6  # 23 - h
    with pytest.raises(DataError, match="need rows of 4"):
        projected(drawn(12, 4), 5, (0, 1), jackknife=True)


def test_the_cube_follows_the_calendar() -> None:
    cube = cube_of(np.array([[1.0], [2.0], [3.0]]), np.array([0, 0, 1]), np.array([0, 2, 1]), (2, 3))
    assert np.isnan(cube[0, 1, 0])
    assert (cube[0, 0, 0], cube[0, 2, 0], cube[1, 1, 0]) == (1.0, 2.0, 3.0)

"""Least squares beside factors: against FixedEffects, the profile written out, known factors, and simulated bias."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import panelkit as pk
from panelkit.kernels.factors import approximate, beside_factors, bias_of_errors, bias_of_lags
from panelkit.models.dynamic.slopes.factor_number import criteria_of
from tests.every_result import city_panel
from tests.munnell import FORMULA, munnell

SLOPES = ["lpcap", "lpc", "lemp", "unemp"]


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
@pytest.mark.parametrize("vcov", [pk.Cluster(), pk.Iid(), pk.Robust(), pk.DriscollKraay(2)])
def test_no_factor_is_fixed_effects(effects: Any, vcov: Any) -> None:
    fit = pk.InteractiveEffects(FORMULA, factors=0, effects=effects, vcov=vcov).fit(munnell())
    other = pk.FixedEffects(FORMULA, effects=effects, vcov=vcov).fit(munnell())
    np.testing.assert_allclose(fit.estimates, other.estimates, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance, other.covariance, rtol=1e-8)
    assert fit.terms == other.terms
    assert np.array_equal(fit.df, other.df)


def demeaned(data: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return columns as matrices (N, T) less the means of units and periods."""
    made = {}
    for name in data:
        M = data[name].unstack().to_numpy()
        made[name] = M - M.mean(axis=1, keepdims=True) - M.mean(axis=0) + M.mean()
    return made


@pytest.mark.parametrize("factors", [1, 2, 3])
def test_the_profile_written_out_has_its_minimum_there(factors: int) -> None:
    """Eigenvalues of the Gram matrix beyond r, minimised by Nelder and Mead from least squares without factors."""
    columns = demeaned(munnell())
    fit = pk.InteractiveEffects(FORMULA, factors=factors).fit(munnell())
    scale = fit.std_errors.to_numpy()

    def profile(moved: Any) -> float:
        b = fit.estimates + scale * moved
        W = columns["lgsp"] - sum(b[j] * columns[name] for j, name in enumerate(SLOPES))
        return float(np.linalg.eigvalsh(W.T @ W)[::-1][factors:].sum())

    assert profile(np.zeros(4)) == pytest.approx(fit.squares.min(), rel=1e-9)
    away = pk.FixedEffects(FORMULA).fit(munnell()).estimates
    start = (away - fit.estimates) / scale
    found = optimize.minimize(
        profile, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 0, "maxiter": 8000}
    )
    assert found.fun >= fit.squares.min() * (1 - 1e-9)
    np.testing.assert_allclose(found.x, 0.0, atol=1e-4)  # of a standard error


def test_a_grid_of_slopes_holds_no_lower_minimum() -> None:
    data = city_panel()
    columns = demeaned(data[["y", "x"]])
    for factors in (1, 2, 3):
        fit = pk.InteractiveEffects("y ~ x", factors=factors).fit(data)
        grid = np.linspace(-3.0, 5.0, 1601)
        W = columns["y"] - grid[:, None, None] * columns["x"]
        squares = (np.linalg.svd(W, compute_uv=False)[:, factors:] ** 2).sum(axis=1)
        assert fit.squares.min() <= squares.min() * (1 + 1e-12)
        assert abs(grid[squares.argmin()] - fit.estimates[0]) <= 0.005


def test_projection_leaves_the_scores_of_observed_factors() -> None:
    """With the estimated factors and loadings as known columns, least squares gives slopes, residuals and sandwich."""
    data = munnell()
    fit = pk.InteractiveEffects(FORMULA, factors=1, vcov=pk.Robust("HC0"), effects="unit").fit(data)
    f = fit.by_period["factor 1"].to_numpy()
    loading = fit.by_unit["factor 1"].to_numpy()
    N, T = len(loading), len(f)
    unit = np.kron(np.eye(N), np.ones((T, 1)))
    known = np.hstack([unit, np.kron(np.eye(N), f[:, None]), np.kron(loading[:, None], np.eye(T))])
    X = data[SLOPES].to_numpy()
    left = X - known @ np.linalg.lstsq(known, X, rcond=None)[0]
    y = data["lgsp"].to_numpy()
    errors = y - known @ np.linalg.lstsq(known, y, rcond=None)[0]
    b = np.linalg.lstsq(left, errors, rcond=None)[0]
    np.testing.assert_allclose(fit.estimates, b, rtol=1e-6)
    np.testing.assert_allclose(fit.residuals, errors - left @ b, atol=1e-9)
    bread = np.linalg.inv(left.T @ left)
    scores = left * fit.residuals[:, None]
    np.testing.assert_allclose(fit.covariance, bread @ scores.T @ scores @ bread, rtol=1e-6)
    # N intercepts, and a matrix of rank one in N units and T - 1 free periods
    assert fit.facts["df_resid"] == N * T - 4 - N - (N + T - 1 - 1)


def test_factors_are_orthogonal_and_largest_first() -> None:
    fit = pk.InteractiveEffects(FORMULA, factors=3).fit(munnell())
    np.testing.assert_allclose(fit.factors.T @ fit.factors / 17, np.eye(3), atol=1e-12)
    gram = fit.loadings.T @ fit.loadings
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-10)
    assert all(a >= b for a, b in pairwise(np.diag(gram)))
    fitted = fit.predict()
    np.testing.assert_allclose(fitted + fit.predict(kind="e"), munnell()["lgsp"].sort_index(), atol=1e-10)


def test_factors_without_noise_are_found_whole() -> None:
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product([range(12), range(2000, 2009)], names=["unit", "year"])
    f, loading = rng.normal(size=(9, 2)), rng.normal(size=(12, 2))
    x = rng.normal(size=(12, 9)) + loading @ f.T
    y = 0.7 * x + loading @ f.T + rng.normal(size=(12, 1)) + rng.normal(size=9)
    data = pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index)
    assert pk.InteractiveEffects("y ~ x", factors=2).fit(data).estimates[0] == pytest.approx(0.7, abs=1e-9)


def test_scale_level_seed_and_starts() -> None:
    data = city_panel()
    fit = pk.InteractiveEffects("y ~ x + w", 2).fit(data)
    moved = data.assign(y=data["y"] * 1e6 + 1e8, x=data["x"] * 1e-6 + 3.0, w=data["w"] + 1e5)
    other = pk.InteractiveEffects("y ~ x + w", 2).fit(moved)
    np.testing.assert_allclose(other.estimates / [1e12, 1e6], fit.estimates, rtol=1e-6)
    np.testing.assert_allclose(other.std_errors / [1e12, 1e6], fit.std_errors, rtol=1e-6)
    again = pk.InteractiveEffects("y ~ x + w", 2, seed=7, starts=30).fit(data)
    np.testing.assert_allclose(again.estimates, fit.estimates, rtol=1e-6)
    assert fit.facts["starts"] == 12
    assert again.facts["starts_at_best"] <= 30


def test_a_local_minimum_is_not_taken_where_another_search_ends_lower() -> None:
    """Two equal blocks pull the slope to either side; searches end in both, and the lower counts."""
    rng = np.random.default_rng(0)
    u, v, f, g = (np.linalg.qr(rng.normal(size=(size, 2)))[0] for size in (20, 20, 12, 12))
    X = np.outer(u[:, 0], f[:, 0]) + np.outer(u[:, 1], f[:, 1]) + 0.2 * rng.normal(size=(20, 12))
    X /= np.sqrt((X**2).sum())
    y = 3.0 * np.outer(u[:, 0], f[:, 0]) + 0.05 * np.outer(v[:, 0], g[:, 0])
    ends = [beside_factors(y, X[None], 1, np.array([at]), 200) for at in np.linspace(-6, 6, 13)]
    squares = np.array([one.approximation.squares for one in ends])
    grid = np.linspace(-6, 6, 4001)
    profile = (np.linalg.svd(y - grid[:, None, None] * X, compute_uv=False)[:, 1:] ** 2).sum(axis=1)
    assert squares.min() <= profile.min() * (1 + 1e-12)
    assert all(one.settled for one in ends)


def _world(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return outcome and regressor: errors vary with the loadings, with the factor, or the regressor is lagged."""
    N, T = (100, 30) if kind == "units" else (60, 12)
    f, loading = rng.normal(size=T), rng.normal(size=N)
    if kind == "lags":
        f = np.convolve(rng.normal(size=T + 60), 0.5 ** np.arange(20))[: T + 40]
        y = np.zeros((N, T + 40))
        for t in range(1, T + 40):
            y[:, t] = 0.5 * y[:, t - 1] + loading * f[t] + rng.normal(size=N)
        return y[:, 40:], y[:, 39:-1]
    moved = np.outer(1 + loading, f) if kind == "units" else np.outer(loading, 1 + f)
    spread = np.exp(0.5 * loading)[:, None] if kind == "units" else np.exp(0.5 * f)[None, :]
    x = rng.normal(size=(N, T)) + moved
    return x + np.outer(loading, f) + 0.78 * spread * rng.normal(size=(N, T)), x


@pytest.mark.parametrize(("kind", "worlds"), [("units", 100), ("periods", 150), ("lags", 150)])
def test_the_correction_takes_most_of_the_bias_out(kind: str, worlds: int) -> None:
    truth, plain, better = 0.5 if kind == "lags" else 1.0, [], []
    for seed in range(worlds):
        y, x = _world(kind, np.random.default_rng(seed))
        norm = np.sqrt((x**2).sum())
        X = x[None] / norm
        found = beside_factors(y, X, 1, np.tensordot(X, y, 2), y.size)
        Z = found.approximation.projected(X).ravel()
        bias = bias_of_errors(X, found.approximation)
        if kind == "lags":
            bias = bias + bias_of_lags(X, found.approximation, 4, constant=False)
        plain.append(found.beta[0] / norm - truth)
        better.append((found.beta[0] - bias[0] / (Z @ Z)) / norm - truth)
    assert np.mean(plain) < -3 * np.std(plain) / np.sqrt(worlds)
    assert abs(np.mean(better)) < 0.65 * abs(np.mean(plain))


def test_criteria_written_out() -> None:
    rng = np.random.default_rng(8)
    W = rng.normal(size=(40, 2)) @ rng.normal(size=(2, 25)) * 1.5 + rng.normal(size=(40, 25))
    mu = np.linalg.eigvalsh(W.T @ W / W.size)[::-1]
    table = criteria_of(mu, (40, 25), 5)
    for k in range(6):
        V = approximate(W, k).squares / W.size
        assert table.loc[k, "squares"] == pytest.approx(V)
        price = 65 / 1000
        assert table.loc[k, "ic1"] == pytest.approx(np.log(V) + k * price * np.log(1000 / 65))
        assert table.loc[k, "ic2"] == pytest.approx(np.log(V) + k * price * np.log(25))
        if k:
            after = approximate(W, k + 1).squares / W.size
            before = approximate(W, k - 1).squares / W.size
            assert table.loc[k, "er"] == pytest.approx(mu[k - 1] / mu[k])
            assert table.loc[k, "gr"] == pytest.approx(np.log(before / V) / np.log(V / after))
    assert table[["er", "gr"]].idxmax().tolist() == [2, 2]
    assert table["ic2"].idxmin() == 2


def test_number_of_factors_of_a_panel() -> None:
    rng = np.random.default_rng(4)
    index = pd.MultiIndex.from_product([range(40), range(1980, 2010)], names=["unit", "year"])
    f, loading = rng.normal(size=(30, 2)), rng.normal(size=(40, 2))
    x = rng.normal(size=(40, 30)) + loading @ f.T
    y = x + 1.5 * loading @ f.T + rng.normal(size=(40, 30))
    data = pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index)
    found = pk.number_of_factors(pk.InteractiveEffects("y ~ x"), data)
    assert found["er"] == found["gr"] == found["ic2"] == 2
    assert found.tidy().shape == (1, 6)
    assert "因子个数" in found.summary(language="zh")
    with pytest.raises(pk.SpecError, match="takes an InteractiveEffects"):
        pk.number_of_factors(pk.FixedEffects("y ~ x"), data)  # type: ignore[arg-type]
    with pytest.raises(pk.SpecError, match="most=6: the ratios of eigenvalues read 8"):
        pk.number_of_factors(pk.InteractiveEffects("y ~ x"), city_panel(), 6)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: pk.InteractiveEffects("y ~ x").fit(city_panel().drop(("c03", 2012))), r"c03 \(7 of 8\)"),
        (lambda: pk.InteractiveEffects("y ~ x", 7).fit(city_panel()), "19 cities and 7 years are free"),
        (lambda: pk.InteractiveEffects("y ~ x", -1), "factors"),
        (lambda: pk.InteractiveEffects("y ~ x", vcov=pk.CRV3()), "has no covariance CRV3"),
        (lambda: pk.InteractiveEffects("y ~ x", bandwidth=2), "bandwidth= belongs to"),
        (lambda: pk.InteractiveEffects("y ~ x", 0, bias_correction=True), "bias_correction= is about"),
        (lambda: pk.InteractiveEffects("y ~ x", weights="aw=w"), "unexpected keyword"),
    ],
)
def test_what_cannot_be_is_refused(made: Any, said: str) -> None:
    with pytest.raises((pk.PanelkitError, TypeError), match=said):
        made()


def test_a_regressor_for_which_a_factor_can_stand_is_said() -> None:
    data = city_panel()
    data["price"] = np.random.default_rng(1).normal(size=8)[data.index.codes[1]]
    fit = pk.InteractiveEffects("y ~ x + price", effects="unit").fit(data)
    said = [str(note) for note in fit.notes if "a factor can stand for it" in str(note)]
    assert len(said) == 1
    assert said[0].startswith("`price`: varies between cities alone")
    assert not any("can stand" in str(note) for note in pk.InteractiveEffects("y ~ x").fit(data).notes)


@pytest.mark.parametrize("effects", ["unit", "twoway"])
@pytest.mark.parametrize("factors", [1, 2])
def test_cr2_stands_on_all_directions_of_factors_and_loadings(effects: str, factors: int) -> None:
    N, T = 9, 8
    rng = np.random.default_rng(factors)
    index = pd.MultiIndex.from_product([range(N), range(2000, 2000 + T)], names=["city", "year"])
    common = np.outer(rng.normal(size=N), rng.normal(size=T)).ravel()
    X = rng.normal(size=(N * T, 2)) + common[:, None]
    y = X @ [1.0, 0.5] + common + rng.normal(size=N * T)
    data = pd.DataFrame({"y": y, "x": X[:, 0], "w": X[:, 1]}, index=index)
    fit = pk.InteractiveEffects("y ~ x + w", factors=factors, effects=effects, vcov=pk.CR2()).fit(data)
    # the model linear in all that was estimated: dummies, l_i times any period, f_t times any unit
    dummies = [np.kron(np.eye(N), np.ones((T, 1))), np.kron(np.eye(N), fit.factors)]
    dummies += [np.kron(fit.loadings, np.eye(T))]
    if effects == "twoway":
        dummies.append(np.kron(np.ones((N, 1)), np.eye(T)))
    left, values, _ = np.linalg.svd(np.hstack(dummies), full_matrices=False)
    Q = left[:, values > 1e-9 * values[0]]
    Z = X - Q @ (Q.T @ X)
    bread = np.linalg.inv(Z.T @ Z)
    M = np.eye(N * T) - Q @ Q.T - Z @ bread @ Z.T
    errors = fit.predict(kind="e").to_numpy()
    meat, moved = np.zeros((2, 2)), []
    for i in range(N):
        rows = slice(i * T, (i + 1) * T)
        size, vectors = np.linalg.eigh(M[rows, rows])
        kept = size > 1e-8
        A = vectors[:, kept] / np.sqrt(size[kept]) @ vectors[:, kept].T
        score = (Z[rows] @ bread).T @ A @ errors[rows]
        meat += np.outer(score, score)
        moved.append(M[:, rows] @ A @ Z[rows] @ bread)
    np.testing.assert_allclose(fit.std_errors, np.sqrt(np.diag(meat)), rtol=1e-7)
    for j in range(2):
        P = np.array([[a[:, j] @ b[:, j] for b in moved] for a in moved])
        assert fit.df[j] == pytest.approx(np.trace(P) ** 2 / np.trace(P @ P), rel=1e-7)

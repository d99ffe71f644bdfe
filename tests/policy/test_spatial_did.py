"""Spatial DID: equal to the spatial panel it hands over to, impacts and what was adopted by matrices written out."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from tests.policy.designed_panels import cities, codes, grid

N, T = 48, 8
W = grid(6, 8)[1]
M = W.matrix.toarray()


def panel(seed: int = 1, treated: int = 12, dates: tuple[int, ...] = (2014,)) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    first = np.zeros(N)
    first[rng.choice(N, treated, replace=False)] = rng.choice(dates, treated)
    index = cities(N, T)
    unit, _ = codes(index)
    x = rng.normal(size=(N, T))
    d = ((first[:, None] > 0) & (np.arange(2010, 2010 + T) >= first[:, None])).astype(float)
    inner = rng.normal(size=(N, 1)) + rng.normal(size=(1, T)) + d + 0.5 * M @ d + 0.3 * x
    y = np.linalg.solve(np.eye(N) - 0.3 * M, inner + 0.2 * rng.normal(size=(N, T)))
    columns = {"first": first[unit], "x": x.ravel(), "y": y.ravel(), "did": d.ravel()}
    return pd.DataFrame(columns, index=index)


@pytest.mark.parametrize("model", ["sdm", "slx", "sar"])
def test_it_is_the_spatial_panel(model: Any) -> None:
    frame = panel()
    fit = pk.SpatialDiD("y ~ x", cohort="first", model=model).fit(frame, W)
    durbin = ("did",) if model != "sar" else None
    by_hand = pk.SpatialPanel("y ~ did + x", model, durbin=durbin).fit(frame, W)
    np.testing.assert_allclose(fit.estimates, by_hand.estimates, atol=1e-12)
    np.testing.assert_allclose(fit.covariance, by_hand.covariance, atol=1e-12)
    same = pk.SpatialDiD("y ~ x", treatment="did", model=model).fit(frame, W)
    np.testing.assert_allclose(same.estimates, by_hand.estimates, atol=1e-12)
    assert same.treatment == "did"
    whole = pk.SpatialDiD("y ~ x", cohort="first", lag_covariates=True).fit(frame, W)
    assert "W*x" in whole.terms


def test_what_was_adopted_by_matrices() -> None:
    frame = panel(dates=(2013, 2015))
    fit = pk.SpatialDiD("y ~ x", treatment="did").fit(frame, W)
    found = fit.treatment_impacts()
    p = {(e, t): v for e, t, v in zip(fit.equations, fit.terms, fit.estimates, strict=True)}
    rho, b, theta = p["spatial", "rho"], p["main", "did"], p["wx", "W*did"]
    S = np.linalg.inv(np.eye(N) - rho * M) @ (b * np.eye(N) + theta * M)
    d = frame["did"].to_numpy().reshape(N, T)
    moved, since = S @ d, d.any(axis=0)
    own = np.broadcast_to(np.diag(S)[:, None], d.shape)[d == 1].mean()
    want = [own, moved[d == 1].mean() - own, moved[d == 1].mean(), moved[(d == 0) & since].mean()]
    np.testing.assert_allclose(found.estimates, want, atol=1e-10)
    assert (found.std_errors.to_numpy() > 0).all()
    direct = fit.impacts().tidy()
    assert direct["estimate"].iloc[0] == pytest.approx(np.diag(S).mean())
    assert any("dates of adoption" in note for note in fit.notes)
    assert pickle.loads(pickle.dumps(fit)).summary() == fit.summary()
    assert "空间双重差分" in fit.summary(language="zh")
    moved_order = pk.SpatialDiD("y ~ x", treatment="did").fit(frame.sample(frac=1, random_state=2), W)
    np.testing.assert_allclose(moved_order.estimates, fit.estimates, atol=1e-8)


def test_delta_errors_against_draws() -> None:
    fit = pk.SpatialDiD("y ~ x", treatment="did").fit(panel(), W)
    rng = np.random.default_rng(0)
    parts = fit.impact_parts()
    draws = rng.multivariate_normal(parts.theta, parts.covariance, 3000)
    d = panel()["did"].to_numpy().reshape(N, T)
    values = []
    for theta in draws:
        S = np.linalg.solve(np.eye(N) - theta[parts.rho] * M, theta[0] * np.eye(N) + theta[2] * M)
        values.append((S @ d)[d == 1].mean())
    # 3,000 draws: the deviation of a deviation is 1.3 %, and the function is nearly linear
    assert fit.treatment_impacts().std_errors.iloc[2] == pytest.approx(np.std(values), rel=0.06)


def test_counts_and_few_treated() -> None:
    fit = pk.SpatialDiD("y ~ x", cohort="first").fit(panel(treated=3), W)
    d = panel(treated=3)["did"].to_numpy().reshape(N, T)
    near = (M @ d > 0).any(axis=1) & ~d.any(axis=1)
    assert (fit.facts["n_treated"], fit.facts["n_exposed"]) == (3, int(near.sum()))
    assert any("below eight" in note for note in fit.notes)


def test_bias_and_coverage_where_the_model_holds() -> None:
    found, inside = [], 0
    for seed in range(40):
        fit = pk.SpatialDiD("y ~ x", cohort="first").fit(panel(seed), W)
        found.append(fit.estimates[[0, 2]])
        low, high = fit.conf_int().iloc[0]
        inside += low <= 1.0 <= high
    # deviations of .05 and .1: means of 40 within four deviations
    assert np.abs(np.mean(found, axis=0) - [1.0, 0.5]).max() < 0.06
    assert inside >= 33  # 95 % of 40: 33 or more in 99.8 % of samples


def test_bad_input_is_refused() -> None:
    frame = panel()
    with pytest.raises(DataError, match="c00"):
        pk.SpatialDiD("y ~ x", cohort="first").fit(frame.drop(index="c00"), W)
    with pytest.raises(DataError, match="ever treated"):
        pk.SpatialDiD("y ~ x", cohort="first").fit(frame.assign(first=2014.0), W)
    with pytest.raises(SpecError, match="no W times regressors"):
        pk.SpatialDiD("y ~ x", cohort="first", model="sar", lag_covariates=True)
    with pytest.raises(SpecError, match="0/1"):
        pk.treatment_impacts(pk.SpatialPanel("y ~ x").fit(frame, W), "x")

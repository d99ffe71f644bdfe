"""Forecasters by other programs, and none of them sees beyond its origin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from sklearn.linear_model import Ridge

from panelkit.evaluation.contest.forecasters import learned, naive, pooled
from panelkit.evaluation.contest.forecasters.combined import mean_of
from panelkit.evaluation.contest.origins import Plan, forecasts, needs_weights, outcomes
from panelkit.language import register
from panelkit.language.errors import DataError, SpecError

N, T = 8, 12


@pytest.fixture(scope="module")
def cube() -> np.ndarray:
    rng = np.random.default_rng(11)
    y = 20 + np.cumsum(0.4 + rng.normal(size=(N, T)), axis=1)
    x = 10 + np.cumsum(0.2 + rng.normal(size=(N, T)), axis=1)
    return np.stack([y, x], axis=2)


def ring() -> np.ndarray:
    w = np.roll(np.eye(N), 1, axis=1) + np.roll(np.eye(N), -1, axis=1)
    return w / w.sum(axis=1, keepdims=True)


def test_naive_forecasts_by_hand(cube: np.ndarray) -> None:
    y = cube[:, :, 0]
    np.testing.assert_array_equal(naive.random_walk(cube, 2), np.column_stack([y[:, -1], y[:, -1]]))
    steps = np.diff(y, axis=1).mean(axis=1)
    # means of changes and one change over the whole window are the same but for rounding
    np.testing.assert_allclose(naive.drift(cube, 3)[:, 2], y[:, -1] + 3 * steps, rtol=1e-12)
    np.testing.assert_allclose(naive.common_drift(cube, 2)[:, 1], y[:, -1] + 2 * steps.mean(), rtol=1e-12)
    for i in range(N):
        line = np.polynomial.Polynomial.fit(np.arange(T), y[i], 1)
        log_line = np.polynomial.Polynomial.fit(np.arange(T), np.log(y[i]), 1)
        np.testing.assert_allclose(naive.trend(cube, 2)[i], line(np.array([T, T + 1])), rtol=1e-10)
        np.testing.assert_allclose(naive.log_trend(cube, 1)[i], np.exp(log_line(T)), rtol=1e-10)


def test_a_unit_without_positive_values_has_no_log_trend(cube: np.ndarray) -> None:
    turned = cube.copy()
    turned[0, 3, 0] = -1.0
    found = naive.log_trend(turned, 1)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1:]).all()


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("kind", ["autoregression", "common_autoregression", "companions", "network"])
def test_pooled_forecasts_are_those_of_regressions_with_dummies(
    cube: np.ndarray, kind: str, step: int
) -> None:
    y, x = cube[:, :, 0], cube[:, :, 1]
    rows = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(N), T),
            "y": y.ravel(),
            "x": x.ravel(),
            "wy": (ring() @ y).ravel(),
        }
    )
    rows["change"] = np.pad(y[:, step:] - y[:, :-step], ((0, 0), (0, step)), constant_values=np.nan).ravel()
    right = {
        "autoregression": "y + C(unit)",
        "common_autoregression": "y",
        "companions": "y + x + C(unit)",
        "network": "y + wy + C(unit)",
    }[kind]
    fit = smf.ols(f"change ~ {right}", rows.dropna()).fit()
    wanted = y[:, -1] + fit.predict(rows[T - 1 :: T]).to_numpy()
    model = getattr(pooled, kind)
    found = model(cube, 2, w=ring()) if kind == "network" else model(cube, 2)
    # the same least squares by dummies: rounding of levels near 20
    np.testing.assert_allclose(found[:, step - 1], wanted, rtol=1e-10)


def test_too_short_a_window_or_no_companion_gives_no_forecast(cube: np.ndarray) -> None:
    assert np.isnan(pooled.autoregression(cube[:, :3], 2)[:, 1]).all()
    assert np.isnan(pooled.companions(cube[:, :, :1], 1)).all()
    assert np.isnan(pooled.companions(np.repeat(cube[:, :, :1], 2, axis=2), 1)).all()
    assert np.isnan(naive.trend(cube[:, :2], 1)).all()
    assert np.isnan(learned.ridge(cube[:, :4], 1)).all()


def test_ridge_is_the_one_of_its_chosen_penalty(cube: np.ndarray) -> None:
    """Inputs, outcome and folds written out by loops; the penalty is the one that these folds choose."""
    y = cube[:, :, 0]
    scale = np.array([np.std(np.diff(one), ddof=1) for one in y])
    rows, right, last = [], [], []
    for t in range(1, T):
        for i in range(N):
            level, change = [], []
            for k in range(2):
                series = cube[i, :, k]
                spread = np.std(np.diff(series), ddof=1)
                level.append((series[t] - series.mean()) / spread)
                change.append((series[t] - series[t - 1]) / spread)
            if t < T - 1:
                rows.append(level + change)
                right.append((y[i, t + 1] - y[i, t]) / scale[i])
            else:
                last.append(level + change)
    x, z = np.array(rows), np.array(right)
    mean, sd = x.mean(axis=0), x.std(axis=0)
    x, ends = (x - mean) / sd, (np.array(last) - mean) / sd
    years = T - 2
    score = {}
    for alpha in np.logspace(-1, 5, 25):
        errors = []
        for held in range(years - 3, years):
            fit = Ridge(alpha=alpha).fit(x[: held * N], z[: held * N])
            errors.append(fit.score(x[held * N : (held + 1) * N], z[held * N : (held + 1) * N]))
        score[alpha] = np.mean(errors)
    best = max(score, key=lambda alpha: score[alpha])
    wanted = y[:, -1] + Ridge(alpha=best).fit(x, z).predict(ends) * scale
    # the same penalty and the same solver
    np.testing.assert_allclose(learned.ridge(cube, 1)[:, 0], wanted, rtol=1e-9)


def test_folds_learn_from_years_that_were_known() -> None:
    for step in (1, 2, 3):
        for train, test in learned.time_folds(8, 5, step):
            # the last outcome learned from comes no later than the year in which the tested row is told
            assert train.max() // 5 + step <= test.min() // 5
    assert learned.time_folds(2, 5, 3) == []


def test_a_forest_is_told_by_its_seed(cube: np.ndarray) -> None:
    one = learned.forest(cube, 1, seed=1)
    np.testing.assert_array_equal(one, learned.forest(cube, 1, seed=1))
    assert not np.array_equal(one, learned.forest(cube, 1, seed=2))


def test_a_unit_that_never_changes_is_not_learned_from(cube: np.ndarray) -> None:
    still = cube.copy()
    still[2, :, 0] = 7.0
    for kind in ("ridge", "lasso", "elastic_net", "boosting"):
        found = getattr(learned, kind)(still, 1)
        assert np.isnan(found[2]).all()
        assert np.isfinite(np.delete(found, 2, axis=0)).all()


@pytest.mark.parametrize("window", ["expanding", "rolling"])
def test_no_forecaster_sees_beyond_its_origin(cube: np.ndarray, window: str) -> None:
    models = {key: register.find("forecaster", key) for key in register.keys("forecaster")}
    plan = Plan(8, 2, window)  # type: ignore[arg-type]
    before = forecasts(cube, models, plan, w=ring(), seed=3)
    changed = cube.copy()
    changed[:, 10:] *= np.random.default_rng(1).uniform(0.5, 2.0, size=changed[:, 10:].shape)
    after = forecasts(changed, models, plan, w=ring(), seed=3)
    assert np.isfinite(before[:, :, :3, 0]).any(axis=(1, 2)).all()
    # origins with 8, 9 and 10 years known: all of them before the change
    np.testing.assert_array_equal(before[:, :, :3], after[:, :, :3])
    assert not np.array_equal(before[:, :, 3], after[:, :, 3], equal_nan=True)


def test_outcomes_stand_beside_their_origin(cube: np.ndarray) -> None:
    found = outcomes(cube[:, :, 0], Plan(8, 3))
    np.testing.assert_array_equal(found[:, 1, 0], cube[:, 9, 0])
    np.testing.assert_array_equal(found[:, 1, 2], cube[:, 11, 0])
    assert np.isnan(found[:, 2, 2]).all()


def test_the_mean_is_of_those_who_speak() -> None:
    told = np.array([[[[1.0]]], [[[3.0]]], [[[np.nan]]]])
    assert mean_of(told).item() == 2.0
    assert np.isnan(mean_of(told[2:])).all()


def test_plans_and_shapes_that_cannot_be_are_refused(cube: np.ndarray) -> None:
    with pytest.raises(DataError, match="leave 2 origins"):
        Plan(10, 1).origins(12)
    with pytest.raises(SpecError, match="min_train is 3 years or more"):
        Plan(2, 1).origins(12)
    with pytest.raises(SpecError, match="array of shape"):
        forecasts(cube, {"odd": lambda history, horizon: np.zeros(3)}, Plan(8, 1))
    with pytest.raises(SpecError, match="needs weights"):
        forecasts(cube, {"network": pooled.network}, Plan(8, 1))
    assert needs_weights(pooled.network)
    assert not needs_weights(learned.ridge)


def test_units_of_measurement_leave_companions_their_say(cube: np.ndarray) -> None:
    # an index of .1 beside output in yuan: neither is a copy of the other
    scaled = cube * np.array([1e-6, 1e12])
    found = pooled.companions(scaled, 2)
    assert np.allclose(found, 1e-6 * pooled.companions(cube, 2), rtol=1e-9)


def test_one_unit_has_no_r2_to_choose_a_penalty_by(cube: np.ndarray) -> None:
    assert np.isnan(learned.ridge(cube[:1], 1)).all()

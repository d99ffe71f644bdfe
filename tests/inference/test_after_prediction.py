"""Predictions and effects against explicit dummies, mixed-model equations and dense inverses; old rows as new ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.kernels.additive import taken_apart
from panelkit.kernels.within import Layout
from tests.every_result import city_panel, lattice
from tests.panels import codes, dummies, random_panel


def brute_effects(
    frame: pd.DataFrame, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return unit and time effects and the constant by least squares on dummies, normalised over the rows."""
    frame, unit, time = codes(frame)
    w = np.ones(len(frame)) if weights is None else weights
    X, U, T = frame[["x1", "x2"]].to_numpy(), dummies(unit), dummies(time)
    Z, root = np.hstack([X, U, T]), np.sqrt(w)
    b = np.linalg.lstsq(Z * root[:, None], frame["y"].to_numpy() * root, rcond=None)[0]
    a, t = b[2 : 2 + U.shape[1]], b[2 + U.shape[1] :]
    level_a, level_t = float(w @ (U @ a) / w.sum()), float(w @ (T @ t) / w.sum())
    return a - level_a, t - level_t, level_a + level_t


@pytest.mark.parametrize("share", [1.0, 0.7])
def test_twoway_effects_are_those_of_dummies(share: float) -> None:
    frame = random_panel(4, units=11, periods=7, share=share)
    fit = pk.FixedEffects("y ~ x1 + x2", convention="fixest").fit(frame)
    found = fit.effects()
    unit, time, constant = brute_effects(frame)
    # both solve the normal equations of the dummies
    np.testing.assert_allclose(found.unit.to_numpy(), unit, atol=1e-10)
    np.testing.assert_allclose(found.time.to_numpy(), time, atol=1e-10)
    assert found.constant == pytest.approx(constant, abs=1e-10)
    e = fit.predict(kind="e")
    np.testing.assert_allclose(e.to_numpy(), fit.residuals, atol=1e-12)
    np.testing.assert_allclose(fit.fitted + e, frame["y"].reindex(e.index), atol=1e-10)


def test_weighted_effects_are_those_of_weighted_dummies() -> None:
    frame = random_panel(4, units=11, periods=7, share=0.8)
    frame["w"] = np.random.default_rng(1).uniform(1.0, 5.0, len(frame))
    fit = pk.FixedEffects("y ~ x1 + x2", convention="fixest", weights="aw=w").fit(frame)
    ordered = codes(frame)[0]
    unit, time, constant = brute_effects(frame, ordered["w"].to_numpy())
    found = fit.effects()
    np.testing.assert_allclose(found.unit.to_numpy(), unit, atol=1e-10)
    np.testing.assert_allclose(found.time.to_numpy(), time, atol=1e-10)
    assert found.constant == pytest.approx(constant, abs=1e-10)
    np.testing.assert_allclose(fit.fitted + fit.predict(kind="e"), ordered["y"], atol=1e-10)


def test_groups_that_share_no_period_are_said() -> None:
    layout = Layout(np.repeat(np.arange(6), 3), np.r_[np.tile([0, 1, 2], 3), np.tile([3, 4, 5], 3)])
    rng = np.random.default_rng(0)
    a, t = rng.normal(size=6), rng.normal(size=6)
    values = a[layout.unit] + t[layout.time]
    found = taken_apart(values, layout, "twoway")
    assert found.components == 2
    back = found.constant + found.unit[layout.unit] + found.time[layout.time]
    np.testing.assert_allclose(back, values, atol=1e-12)
    assert found.time[:3].mean() == pytest.approx(0.0, abs=1e-12)
    assert found.time[3:].mean() == pytest.approx(0.0, abs=1e-12)


def test_one_effect_is_the_mean_residual() -> None:
    frame = random_panel(4, share=0.8)
    for effects, level in (("unit", 0), ("time", 1)):
        fit = pk.FixedEffects("y ~ x1 + x2", effects, convention="fixest").fit(frame)  # type: ignore[arg-type]
        left = frame["y"] - frame[["x1", "x2"]] @ fit.params
        means = left.groupby(level=level).mean() - left.mean()
        found = fit.effects()
        np.testing.assert_allclose((found.unit if level == 0 else found.time).to_numpy(), means, atol=1e-12)


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ x1 + x2",
        "y ~ center(x1)*x2",
        "y ~ bs(x1, df=4) + standardize(x2)",
        "y ~ C(region) + C(region):x1",
        "y ~ lag(x1) + x2",
    ],
)
@pytest.mark.parametrize("effects", ["none", "twoway"])
def test_rows_of_the_sample_as_new_rows_are_predicted_alike(formula: str, effects: Any) -> None:
    if effects == "twoway" and formula.startswith("y ~ C("):
        formula = "y ~ x1 + C(region):x2"
    frame = random_panel(9, units=12, periods=8)
    number = frame.index.get_level_values(0).str[1:].astype(int)
    frame["region"] = np.where(number % 3 == 0, "east", np.where(number % 3 == 1, "west", "north"))
    fit = pk.FixedEffects(formula, effects).fit(frame)
    for kind in ("xb", "xbu"):
        own = fit.predict(kind=kind)
        again = fit.predict(frame.drop(columns="y"), kind=kind)
        assert again.index.equals(frame.index)
        np.testing.assert_allclose(again.reindex(own.index), own, atol=1e-10)
    # a part of the rows takes means, knots and levels from the sample, not from itself
    if "lag" not in formula:
        few = frame.iloc[:5].drop(columns="y")
        np.testing.assert_allclose(
            fit.predict(few, "xb"), fit.predict(kind="xb").reindex(few.index), atol=1e-10
        )


def test_a_missing_cell_is_a_missing_prediction() -> None:
    frame = random_panel(4)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(frame)
    holed = frame.copy()
    holed.iloc[0, holed.columns.get_loc("x1")] = np.nan
    found = fit.predict(holed)
    assert list(np.flatnonzero(found.isna())) == [0]


def test_unseen_units_and_periods_are_refused_by_name() -> None:
    frame = random_panel(4)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(frame[frame.index.get_level_values(0) != "P03"])
    with pytest.raises(pk.DataError, match=r"P03: no row of this .*sample holds P00"):
        fit.predict(frame)
    assert not fit.predict(frame, "xb").isna().any()
    later = frame.rename(index={2016: 2040}, level=1)
    full = pk.FixedEffects("y ~ x1 + x2").fit(frame)
    with pytest.raises(pk.DataError, match="2040: no row of this"):
        full.predict(later)
    with pytest.raises(pk.SpecError, match="rows that entered"):
        full.predict(frame, "e")
    with pytest.raises(pk.SpecError, match="kind is one of"):
        full.predict(kind="stdp")


def test_random_effects_are_the_mixed_model_predictor() -> None:
    frame = random_panel(4, units=15, periods=6, share=0.8)
    fit = pk.RandomEffects("y ~ x1 + x2").fit(frame)
    ordered, unit, _ = codes(frame)
    of_unit, of_error = fit.facts["sigma_unit"] ** 2, fit.facts["sigma_error"] ** 2
    Z, X = dummies(unit), np.column_stack([np.ones(len(ordered)), ordered[["x1", "x2"]]])
    V = of_unit * Z @ Z.T + of_error * np.eye(len(ordered))
    left = ordered["y"].to_numpy() - X @ fit.params[["Intercept", "x1", "x2"]].to_numpy()
    blup = of_unit * Z.T @ np.linalg.solve(V, left)
    np.testing.assert_allclose(fit.effects().unit.to_numpy(), blup, atol=1e-10)
    np.testing.assert_allclose(fit.predict(kind="ue").to_numpy(), left, atol=1e-10)
    np.testing.assert_allclose(fit.predict(frame).reindex(fit.fitted.index), fit.fitted, atol=1e-10)


def test_instruments_predict_with_the_actual_regressors() -> None:
    data = city_panel()
    fit = pk.InstrumentalFE("y ~ w + [x ~ z1 + z2]", effects="unit").fit(data)
    left = data["y"] - data["w"] * fit.params["w"] - data["x"] * fit.params["x"]
    e = left - left.groupby(level=0).transform("mean")
    np.testing.assert_allclose(fit.predict(kind="e").to_numpy(), e.to_numpy(), atol=1e-10)
    again = fit.predict(data[["w", "x"]])  # neither outcome nor instruments
    np.testing.assert_allclose(again.to_numpy(), fit.fitted.to_numpy(), atol=1e-10)


def test_between_and_pooled_and_changes() -> None:
    frame = random_panel(4)
    between = pk.BetweenEffects("y ~ x1 + x2").fit(frame)
    left = frame["y"] - between.params["Intercept"] - frame[["x1", "x2"]] @ between.params[["x1", "x2"]]
    np.testing.assert_allclose(between.effects().unit.to_numpy(), left.groupby(level=0).mean(), atol=1e-12)
    pooled = pk.PooledOLS("y ~ x1 + x2").fit(frame)
    assert pooled.fitted.equals(pooled.predict(kind="xb").rename("xbu"))
    with pytest.raises(pk.SpecError, match="no effects"):
        pooled.effects()
    with pytest.raises(pk.SpecError, match='kind="u"'):
        pooled.predict(kind="u")
    changes = pk.FirstDifference("y ~ x1 + x2").fit(frame)
    dy = frame.sort_index()["y"].groupby(level=0).diff().dropna()
    np.testing.assert_allclose(changes.fitted + changes.predict(kind="e"), dy, atol=1e-10)
    with pytest.raises(pk.SpecError, match="changes"):
        changes.predict(frame)


def test_swept_interactions_are_named() -> None:
    frame = random_panel(4, periods=9)
    fit = pk.FixedEffects("y ~ x1 + C(province):year").fit(frame)
    total = fit.predict(kind="xb") + fit.predict(kind="absorbed")
    np.testing.assert_allclose(total, fit.fitted, atol=1e-10)
    for act in (fit.effects, lambda: fit.predict(kind="u"), lambda: fit.predict(frame)):
        with pytest.raises(pk.SpecError, match=r"C\(province\):year"):
            act()


@pytest.mark.parametrize("model", ["sar", "sdm", "sem", "sac", "slx"])
@pytest.mark.parametrize("effects", ["twoway", "unit", "time"])
def test_spatial_predictions_are_those_of_a_dense_inverse(model: Any, effects: Any) -> None:
    data, w = city_panel(), lattice()
    fit = pk.SpatialPanel("y ~ x + w", model, effects).fit(data, w)
    W, ordered = w.matrix.toarray(), data.sort_index()
    cube = {name: ordered[name].to_numpy().reshape(len(W), -1) for name in ("y", "x", "w")}
    b = dict(zip(fit.terms, fit.estimates, strict=True))
    zb = b["x"] * cube["x"] + b["w"] * cube["w"]
    if model in ("sdm", "slx"):
        zb = zb + b["W*x"] * W @ cube["x"] + b["W*w"] * W @ cube["w"]
    rho = b.get("rho", 0.0)
    left = cube["y"] - rho * W @ cube["y"] - zb
    rows, columns = left.mean(axis=1, keepdims=True), left.mean(axis=0, keepdims=True)
    held = {"twoway": rows + columns - left.mean(), "unit": rows, "time": columns}[effects]
    S = np.linalg.inv(np.eye(len(W)) - rho * W)
    expected = {
        "xbu": S @ (zb + held),
        "naive": rho * W @ cube["y"] + zb + held,
        "xb": zb + left.mean(),
        "rform": S @ (zb + left.mean()),
        "e": left - held,
    }
    for kind, values in expected.items():
        np.testing.assert_allclose(fit.predict(kind=kind).to_numpy(), np.ravel(values + 0 * zb), atol=1e-8)
    again = fit.predict(data.drop(columns="y"), "xbu")
    np.testing.assert_allclose(again.to_numpy(), fit.fitted.reindex(again.index).to_numpy(), atol=1e-8)


def test_spatial_predictions_need_whole_cross_sections() -> None:
    data, w = city_panel(), lattice()
    fit = pk.SpatialPanel("y ~ x + w").fit(data, w)
    with pytest.raises(pk.DataError, match="c07 lacks a row or a cell in 2012"):
        fit.predict(data.drop(index=[("c07", 2012)]))
    with pytest.raises(pk.SpecError, match="reads the outcome"):
        fit.predict(data, "naive")
    with pytest.raises(pk.SpecError, match="static"):
        pk.SpatialRandomEffects("y ~ x", "sar").fit(data, w).fitted  # noqa: B018


def test_splines_say_where_their_knots_end() -> None:
    frame = random_panel(2, units=20)
    fit = pk.FixedEffects("y ~ bs(x1, df=4) + x2", where="x1 < 1").fit(frame)
    with pytest.raises(pk.DataError, match=r"`bs\(x1, df=4\)`: these rows hold values outside"):
        fit.predict(frame, "xb")

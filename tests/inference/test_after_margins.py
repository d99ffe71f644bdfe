"""Marginal effects by hand, and by the differences of predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import panelkit as pk
from panelkit.kernels.percentiles import percentiles
from tests.every_result import city_panel, lattice
from tests.panels import random_panel


def shifted(frame: Any, fit: Any, column: str, step: float) -> float:
    """Return the mean of the central difference of Xb by a column."""
    up, down = frame.copy(), frame.copy()
    up[column] += step
    down[column] -= step
    return float((fit.predict(up, "xb") - fit.predict(down, "xb")).mean() / (2 * step))


def test_an_interaction_at_percentiles_by_hand() -> None:
    frame = random_panel(3, units=20, periods=8)
    fit = pk.FixedEffects("y ~ x1*x2").fit(frame)
    found = fit.margins("x1", at="x2")
    at = np.quantile(frame["x2"], [0.1, 0.5, 0.9], method="averaged_inverted_cdf")  # Stata's definition
    b = fit.params
    np.testing.assert_allclose(found.values, at)
    np.testing.assert_allclose(found.estimates, b["x1"] + at * b["x1:x2"], rtol=1e-12)
    i, j = fit.terms.index("x1"), fit.terms.index("x1:x2")
    V = fit.covariance
    errors = np.sqrt(V[i, i] + 2 * at * V[i, j] + at**2 * V[j, j])
    np.testing.assert_allclose(found.std_errors.to_numpy(), errors, rtol=1e-10)
    one = fit.combine(f"x1 + {at[0]!r}*x1:x2".replace("np.float64(", "").replace(")", ""))
    assert one.std_errors.iloc[0] == pytest.approx(errors[0], rel=1e-10)


def test_given_values_and_three_way_interactions() -> None:
    frame = random_panel(3, units=20, periods=8, regressors=3)
    fit = pk.FixedEffects("y ~ x1*x2*x3").fit(frame)
    found = fit.margins("x1", at="x2", values=[0.0, 2.0])
    b, mean = fit.params, frame["x3"].mean()
    expected = [b["x1"] + v * b["x1:x2"] + mean * b["x1:x3"] + v * mean * b["x1:x2:x3"] for v in (0.0, 2.0)]
    np.testing.assert_allclose(found.estimates, expected, rtol=1e-10)


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ x1 + I(x1^2) + x2",
        "y ~ x1:x2 + I(x1^3)",
        "y ~ exp(x1) + x2*x1",
        "y ~ center(x1)*x2",
        "y ~ I(x1 * x2) + asinh(x1)",
    ],
)
def test_average_effects_are_differences_of_predictions(formula: str) -> None:
    frame = random_panel(3, units=20, periods=8)
    fit = pk.FixedEffects(formula, "none").fit(frame)
    found = fit.margins("x1", data=frame)
    # a central difference with steps of 1e-4 of a smooth curve errs by about 1e-8
    assert found.estimates[0] == pytest.approx(shifted(frame, fit, "x1", 1e-4), rel=1e-6, abs=1e-8)


def test_a_square_at_its_own_values() -> None:
    frame = random_panel(3, units=20, periods=8)
    fit = pk.FixedEffects("y ~ x1 + I(x1^2)").fit(frame)
    found = fit.margins("x1", at="x1", values=[-1.0, 0.0, 1.5])
    b = fit.estimates
    np.testing.assert_allclose(found.estimates, b[0] + 2 * b[1] * np.array([-1.0, 0.0, 1.5]), rtol=1e-12)


def test_the_column_inside_a_logarithm() -> None:
    frame = random_panel(3, units=20, periods=8)
    frame["gdp"] = np.exp(frame["x1"])
    fit = pk.FixedEffects("y ~ log(gdp) + x2").fit(frame)
    assert fit.margins("log(gdp)").estimates[0] == pytest.approx(fit.params["log(gdp)"])
    by_level = fit.margins("gdp", data=frame).estimates[0]
    assert by_level == pytest.approx(fit.params["log(gdp)"] * (1 / frame["gdp"]).mean())
    with pytest.raises(pk.SpecError, match="data="):
        fit.margins("gdp")


def test_a_lag_is_another_variable() -> None:
    frame = random_panel(3, units=20, periods=8)
    fit = pk.FixedEffects("y ~ x1 + lag(x1) + x1:x2").fit(frame)
    found = fit.margins("x1", at="x2", values=[0.0], data=frame)
    assert found.estimates[0] == pytest.approx(fit.params["x1"])


def test_weights_weigh_the_average() -> None:
    frame = random_panel(3, units=20, periods=8)
    frame["w"] = np.random.default_rng(0).uniform(1, 9, len(frame))
    fit = pk.FixedEffects("y ~ x1 + I(x1^2)", weights="aw=w").fit(frame)
    mean = np.average(frame["x1"], weights=frame["w"])
    assert fit.margins("x1").estimates[0] == pytest.approx(fit.estimates[0] + 2 * mean * fit.estimates[1])


@pytest.mark.parametrize("seed", range(5))
def test_weighted_percentiles_are_those_of_rows_written_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(size=int(rng.integers(1, 40))), int(rng.integers(0, 3)))  # with ties
    counts, shares = rng.integers(1, 6, len(values)), np.arange(1.0, 100.0)
    written_out = np.quantile(np.repeat(values, counts), shares / 100, method="averaged_inverted_cdf")
    np.testing.assert_array_equal(percentiles(values, shares, counts), written_out)
    # a common factor of weights changes nothing
    np.testing.assert_array_equal(percentiles(values, shares, counts * 0.1), written_out)
    alike = np.quantile(values, shares / 100, method="averaged_inverted_cdf")
    np.testing.assert_array_equal(percentiles(values, shares), alike)


def test_default_values_of_the_moderator_count_by_weight() -> None:
    """As `margins, at((p10) z)` of Stata: the first value whose weights, summed from below, exceed the share."""
    frame = random_panel(3, units=20, periods=8)
    frame["w"] = np.random.default_rng(0).uniform(0.1, 9, len(frame))
    found = pk.FixedEffects("y ~ x1*x2", weights="pw=w").fit(frame).margins("x1", at="x2")
    ordered = frame.sort_values("x2")
    below = (ordered["w"].cumsum() / ordered["w"].sum()).to_numpy()
    by_hand = [ordered["x2"].to_numpy()[below > share][0] for share in (0.1, 0.5, 0.9)]
    np.testing.assert_array_equal(found.values, by_hand)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_figure_is_drawn(language: Any, tmp_path: Path) -> None:
    fit = pk.FixedEffects("y ~ x1*x2").fit(random_panel(3))
    path = fit.margins("x1", at="x2").plot(language=language).save(tmp_path / "margins.svg")
    text = path.read_text(encoding="utf-8")
    assert ("边际效应" if language == "zh" else "marginal effect") in text


def test_bad_margins_are_refused() -> None:
    frame = random_panel(3)
    frame["group"] = np.where(frame["x2"] > 0, "a", "b")
    fit = pk.FixedEffects("y ~ x1*x2").fit(frame)
    with pytest.raises(pk.SpecError, match="no term `x9`"):
        fit.margins("x9")
    with pytest.raises(pk.SpecError, match="does not depend on `x9`"):
        fit.margins("x1", at="x9")
    with pytest.raises(pk.SpecError, match="name it by at="):
        fit.margins("x1", values=[1.0])
    with pytest.raises(pk.SpecError, match=r"combine\(\)"):
        pk.FixedEffects("y ~ x1 + C(group):x1").fit(frame).margins("x1")
    with pytest.raises(pk.SpecError, match="impacts"):
        pk.SpatialPanel("y ~ x + w").fit(city_panel(), lattice()).margins("x")

"""Detectable effects and effects of interest: by hand, by the non-central t, and by simulated power."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

import panelkit as pk
from tests.panels import brute_force, codes, random_panel


def test_by_hand_and_by_the_non_central_t() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(61, 31, 6))
    found = pk.minimum_detectable_effect(fit, "x1")
    error = fit.std_errors["x1"]
    by_hand = (stats.t.ppf(0.975, 30) + stats.t.ppf(0.8, 30)) * error
    assert found.value == pytest.approx(by_hand, rel=1e-12)

    def missed(effect: float) -> float:
        critical, shift = stats.t.ppf(0.975, 30), effect / error
        return stats.nct.sf(critical, 30, shift) + stats.nct.cdf(-critical, 30, shift) - 0.8

    # the sum of two quantiles is the usual approximation of the exact power of a t test
    assert found.value == pytest.approx(optimize.brentq(missed, 0.0, 10 * error), rel=0.02)
    low = pk.minimum_detectable_effect(fit, "x1", power=0.3)
    assert low.value == pytest.approx((stats.t.ppf(0.975, 30) + stats.t.ppf(0.3, 30)) * error, rel=1e-12)
    half = pk.minimum_detectable_effect(fit, "x1", power=0.5)
    assert half.value == pytest.approx(stats.t.ppf(0.975, 30) * error, rel=1e-12)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_within_deviations_are_those_of_dummy_regressions(effects: Any) -> None:
    frame, unit, time = codes(random_panel(62, 9, 6, 0.8))
    fit = pk.FixedEffects("y ~ x1 + x2", effects=effects, convention="plm").fit(frame)
    ones = np.ones((len(frame), 1))
    deviations = [
        np.std(
            brute_force(
                frame[name].to_numpy(),
                ones if effects == "none" else np.empty((len(frame), 0)),
                unit,
                time,
                effects,
            ).residuals,
            ddof=1,
        )
        for name in ("x1", "y")
    ]
    expected = 0.2 * deviations[1] / deviations[0]
    assert pk.smallest_effect(fit, "x1") == pytest.approx(expected, rel=1e-9)
    assert pk.smallest_effect(fit, "x1", share=0.1) == pytest.approx(expected / 2, rel=1e-9)
    found = pk.minimum_detectable_effect(fit, "x1")
    assert found.standardised == pytest.approx(found.value * deviations[0] / deviations[1], rel=1e-9)


def test_an_effect_of_that_size_is_found_with_that_power() -> None:
    """400 panels with the mean detectable effect as the true one: four binomial errors around .8."""
    rng = np.random.default_rng(63)
    index = pd.MultiIndex.from_product([range(31), range(8)], names=["province", "year"])
    x = rng.normal(size=len(index))
    spec = pk.FixedEffects("y ~ x")

    def errors() -> np.ndarray:
        noise, carried = rng.normal(size=(31, 8)), np.zeros((31, 8))
        for t in range(8):
            carried[:, t] = 0.5 * (carried[:, t - 1] if t else 0.0) + noise[:, t]
        return carried.ravel()

    trial = [
        pk.minimum_detectable_effect(spec.fit(pd.DataFrame({"x": x, "y": errors()}, index=index)), "x").value
        for _ in range(60)
    ]
    effect = float(np.mean(trial))
    fits = [spec.fit(pd.DataFrame({"x": x, "y": effect * x + errors()}, index=index)) for _ in range(400)]
    power = np.mean([fit.p_values["x"] < 0.05 for fit in fits])
    assert power == pytest.approx(0.8, abs=4 * np.sqrt(0.8 * 0.2 / 400))


def test_fits_of_other_kinds() -> None:
    frame = random_panel(64, 12, 6)
    random = pk.RandomEffects("y ~ x1 + x2").fit(frame)
    found = pk.minimum_detectable_effect(random, "x1")
    assert np.isnan(found.standardised)
    assert "standard deviations" not in found.summary()
    with pytest.raises(pk.SpecError, match="within-province standard deviation has no meaning"):
        pk.smallest_effect(random, "x1")
    frame["z"] = frame["x1"] + np.random.default_rng(0).normal(size=len(frame))
    instrumented = pk.InstrumentalFE("y ~ x2 + [x1 ~ z]").fit(frame)
    assert pk.minimum_detectable_effect(instrumented, "x1").value > 0


def test_text_and_tables(tmp_path: Path) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(65, 12, 6))
    found = pk.minimum_detectable_effect(fit, "x1")
    assert "Minimum detectable effect" in str(found)
    assert "最小可检出效应" in found.summary(language="zh")
    assert "聚类" in found.summary(language="zh")
    assert found.tidy()["minimum_detectable_effect"].iloc[0] == found.value
    assert "<table" in found.to_html(tmp_path / "t.html", language="zh")
    assert found.to_docx(tmp_path / "t.docx").exists()


def test_the_table_of_all_terms_holds_what_the_functions_say() -> None:
    frame = random_panel(66, 12, 6)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(frame)
    table = pk.sensitivity_table(fit)
    assert list(table.index) == ["x1", "x2"]
    robust = pk.robustness_value(fit, "x2")
    small = pk.equivalence(fit, "x2")
    expected = [
        fit.params["x2"], fit.std_errors["x2"], pk.minimum_detectable_effect(fit, "x2").value,
        pk.smallest_effect(fit, "x2"), small.p_value, small.excluded, robust.partial_r2, robust.value,
        robust.value_alpha,
    ]  # fmt: skip
    np.testing.assert_allclose(table.loc["x2"], expected, rtol=1e-14)
    frame["z"] = frame["x1"] + np.random.default_rng(0).normal(size=len(frame))
    missing = pk.sensitivity_table(pk.InstrumentalFE("y ~ x2 + [x1 ~ z]").fit(frame))
    assert missing["robustness_value"].isna().all()
    with pytest.raises(pk.SpecError, match="no term z"):
        pk.sensitivity_table(fit, ["z"])


def test_refusals() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(67, 12, 6))
    with pytest.raises(pk.SpecError, match="power lies between 0 and 1"):
        pk.minimum_detectable_effect(fit, "x1", power=80)
    with pytest.raises(pk.SpecError, match="level lies between 0 and 1"):
        pk.minimum_detectable_effect(fit, "x1", level=0)
    with pytest.raises(pk.SpecError, match="finds what is not there"):
        pk.minimum_detectable_effect(fit, "x1", power=0.01)
    with pytest.raises(pk.SpecError, match="share is above 0"):
        pk.smallest_effect(fit, "x1", share=0)
    with pytest.raises(pk.SpecError, match="no term z"):
        pk.smallest_effect(fit, "z")

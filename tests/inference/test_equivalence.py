"""Two one-sided tests: by hand, against statsmodels' ttost, and in a simulation at the bound."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import panelkit as pk
from tests.panels import random_panel


@pytest.mark.parametrize("bound", [0.3, 0.9, 1.1, 1.5, 3.0])
@pytest.mark.parametrize("level", [0.05, 0.1])
def test_p_and_interval_by_hand(bound: float, level: float) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(71, 12, 6))
    b, se = fit.params["x1"], fit.std_errors["x1"]
    found = pk.equivalence(fit, "x1", bound, level)
    p = max(stats.t.sf((b + bound) / se, 11), stats.t.cdf((b - bound) / se, 11))
    assert found.p_value == pytest.approx(p, rel=1e-10)
    low, high = fit.conf_int(1 - 2 * level).loc["x1"]
    assert (found.conf_low, found.conf_high) == pytest.approx((low, high), rel=1e-12)
    assert found.small == (-bound < low and high < bound)
    assert found.excluded == max(-low, high)
    # the smallest bound that is rejected is the excluded one
    assert pk.equivalence(fit, "x1", found.excluded, level).p_value == pytest.approx(level, rel=1e-8)


def test_one_sample_is_what_scipy_says_of_both_sides() -> None:
    """The mean of differences: a regression on a constant regressor is scipy's one-sample t test."""
    rng = np.random.default_rng(72)
    y = rng.normal(0.1, 1, 60)
    frame = pd.DataFrame({"y": y, "one": 1.0, "unit": np.arange(60) // 6, "time": np.arange(60) % 6})
    fit = pk.PooledOLS("y ~ one - 1", vcov=pk.Iid()).fit(frame, unit="unit", time="time")
    found = pk.equivalence(fit, "one", 0.4)
    sides = [
        stats.ttest_1samp(y, -0.4, alternative="greater").pvalue,
        stats.ttest_1samp(y, 0.4, alternative="less").pvalue,
    ]
    assert found.p_value == pytest.approx(max(sides), rel=1e-10)


def test_size_at_the_bound() -> None:
    """400 panels whose true effect is the bound: rejected in 5 %, within four binomial errors."""
    rng = np.random.default_rng(73)
    index = pd.MultiIndex.from_product([range(31), range(6)], names=["province", "year"])
    spec = pk.FixedEffects("y ~ x")
    rejected = []
    for _ in range(400):
        x, e = rng.normal(size=(2, len(index)))
        fit = spec.fit(pd.DataFrame({"x": x, "y": 0.4 * x + e}, index=index))
        rejected.append(pk.equivalence(fit, "x", 0.4).small)
    assert np.mean(rejected) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 400))


def test_the_bound_is_that_of_interest_unless_given() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(74, 12, 6))
    found = pk.equivalence(fit, "x1")
    assert found.bound == pk.smallest_effect(fit, "x1")
    assert any("0.2 of its own" in note for note in found.notes)
    assert found.tidy()["bound"].iloc[0] == found.bound


def test_text_in_both_languages() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(75, 12, 6))
    found = pk.equivalence(fit, "x1", 0.5)
    assert "90% interval" in str(found)
    assert "等效" in found.summary(language="zh")
    assert "interval" not in found.summary(language="zh")
    assert "<table" in found._repr_html_()


def test_refusals() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(76, 12, 6))
    with pytest.raises(pk.SpecError, match="above 0"):
        pk.equivalence(fit, "x1", 0.0)
    with pytest.raises(pk.SpecError, match="level lies between"):
        pk.equivalence(fit, "x1", 0.5, level=0.5)
    with pytest.raises(pk.SpecError, match="no term z"):
        pk.equivalence(fit, "z", 0.5)

"""One table of all estimators of a dynamic panel: what it holds, what failed, the bounds, both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import panelkit as pk
from tests.dynamic.short_panels import FORMULA, dynamic_panel, with_gaps
from tests.show.test_languages import english

OWN = ("pooled", "half-panel", "lsdvc", "adjusted-moments", "likelihood", "within")


def test_the_columns_are_the_fits() -> None:
    frame = dynamic_panel(31, 8)
    table = pk.compare_dynamic(FORMULA, frame, estimators=OWN)
    assert tuple(table.results) == OWN
    assert not table.failed
    expected: dict[str, Any] = {
        "pooled": pk.FixedEffects(FORMULA, "time"),
        "within": pk.FixedEffects(FORMULA),
        "half-panel": pk.HalfPanelJackknife(FORMULA),
        "lsdvc": pk.BiasCorrectedLSDV(FORMULA),
        "adjusted-moments": pk.AdjustedMoments(FORMULA),
        "likelihood": pk.TransformedLikelihood(FORMULA),
    }
    for name, spec in expected.items():
        fit = spec.fit(frame)
        np.testing.assert_array_equal(table.results[name].estimates, fit.estimates)
        np.testing.assert_array_equal(table.results[name].covariance, fit.covariance)
    tidy = table.tidy()
    assert list(tidy["estimator"].unique()) == list(OWN)
    assert tidy.columns[0] == "estimator"


def test_bounds_and_persistence() -> None:
    table = pk.compare_dynamic("y ~ lag(y, 1) + lag(y, 2) + x", dynamic_panel(31, 10), estimators=OWN)
    found = table.persistence()
    fit = table.results["adjusted-moments"]
    assert found.loc["adjusted-moments", "estimate"] == pytest.approx(fit.estimates[:2].sum())
    combined = fit.combine("`lag(y, 1)` + `lag(y, 2)`")
    assert found.loc["adjusted-moments", "std_error"] == pytest.approx(combined.std_errors.iloc[0])
    low, high = found.loc["within", "estimate"], found.loc["pooled", "estimate"]
    for name, row in found.iterrows():
        if name in ("within", "pooled"):
            assert row["inside"] is None
        else:
            assert row["inside"] == (low <= row["estimate"] <= high)
    assert set(table.failed) == {"lsdvc", "likelihood"}
    assert any("one lag" in note for note in table.notes)


def test_an_estimate_beyond_the_bounds_is_said() -> None:
    outside: list[object] = []
    for seed in range(40):
        table = pk.compare_dynamic(FORMULA, dynamic_panel(12, 6, rho=0.9, seed=seed), estimators=OWN)
        outside = [name for name, value in table.persistence()["inside"].items() if value is False]
        if outside:
            break
    assert outside
    assert any("outside the bounds" in note for note in table.notes)


def test_gmm_columns_come_from_the_register() -> None:
    table = pk.compare_dynamic(FORMULA, dynamic_panel(31, 8), effects="unit")
    assert {"difference-gmm", "system-gmm"} <= {*table.results, *table.failed}
    fit = pk.DifferenceGMM(FORMULA).fit(dynamic_panel(31, 8))
    np.testing.assert_array_equal(table.results["difference-gmm"].estimates, fit.estimates)
    # the constant of pooled OLS and the dummies of GMM stand in the results, not in the table
    assert "Intercept" not in table.summary()


def test_a_panel_with_gaps_keeps_what_can_be_estimated() -> None:
    table = pk.compare_dynamic(FORMULA, with_gaps(dynamic_panel(31, 10)), estimators=OWN)
    assert set(table.failed) == {"likelihood"}
    assert "without gaps" in table.failed["likelihood"]


def test_both_languages_and_tables() -> None:
    table = pk.compare_dynamic(FORMULA, dynamic_panel(20, 8), estimators=OWN)
    assert "Adjusted" in table.summary()
    chinese = table.summary(language="zh")
    assert "半面板刀切法" in chinese
    assert english(chinese) == []
    named = pk.HalfPanelJackknife(FORMULA).fit(dynamic_panel(20, 8).rename_axis(["province", "year"]))
    assert "聚类于省份" in named.summary(language="zh")
    assert "tabular" in table.to_latex()
    assert "<table" in table.to_html()
    assert repr(table).startswith("DynamicComparison(6 estimators")


def test_refusals() -> None:
    frame = dynamic_panel(12, 6)
    with pytest.raises(pk.SpecError, match="no lag of its outcome"):
        pk.compare_dynamic("y ~ x", frame)
    with pytest.raises(pk.SpecError, match="estimators is a list of some of"):
        pk.compare_dynamic(FORMULA, frame, estimators=["gmm"])
    with pytest.raises(pk.SpecError, match="estimators is a list of some of .*, not .."):
        pk.compare_dynamic(FORMULA, frame, estimators=[])
    with pytest.raises(pk.SpecError, match="estimators is a list of some of .*, not 'within'"):
        pk.compare_dynamic(FORMULA, frame, estimators="within")
    with pytest.raises(pk.SpecError, match="effects is one of"):
        pk.compare_dynamic(FORMULA, frame, effects="none")  # type: ignore[arg-type]
    with pytest.raises(pk.PanelkitError, match="missing: lag"):
        pk.compare_dynamic(FORMULA, frame[frame.index.get_level_values(1) % 2 == 0])

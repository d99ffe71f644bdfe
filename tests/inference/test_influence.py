"""Influence and randomisation inference against fits made anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.panels import brute_force, codes, random_panel

# cross-products against explicit dummies: half the digits of a double
ANEW = 1e-7


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
@pytest.mark.parametrize("by", ["unit", "time", "cell"])
def test_every_case_equals_a_new_fit(share: float, effects: str, by: str) -> None:
    frame, unit, time = codes(random_panel(31, 9, 6, share))
    fit = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=pk.Cluster(), convention="fixest").fit(frame)
    table = pk.influence(fit, "x1", by).table
    y, X = frame["y"].to_numpy(), frame[["x1", "x2"]].to_numpy()
    if effects == "none":
        X = np.column_stack([X, np.ones(len(y))])
    groups = {"unit": unit, "time": time, "cell": np.arange(len(y))}[by]
    labels = {
        "unit": np.unique(frame.index.get_level_values(0)),
        "time": np.unique(frame.index.get_level_values(1)),
        "cell": np.array([f"{p} {t}" for p, t in frame.index]),
    }[by]
    expected = {}
    for group, label in enumerate(labels):
        left = groups != group
        expected[label] = brute_force(y[left], X[left], unit[left], time[left], effects).beta[0]
    found = table.set_index("left_out")["estimate"]
    np.testing.assert_allclose(found[list(expected)], list(expected.values()), atol=ANEW)
    assert table["change"].abs().is_monotonic_decreasing
    assert fit.params["x1"] == pytest.approx(table["estimate"].iloc[0] - table["change"].iloc[0])


@pytest.mark.parametrize("by", ["unit", "time", "cell"])
def test_table_text_and_figure(by: str) -> None:
    found = pk.influence(pk.FixedEffects("y ~ x1 + x2").fit(random_panel(39, 9, 6)), "x1", by)
    assert f"without each {by}" in str(found)
    assert found.plot() is not None
    assert found.plot(language="zh") is not None


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_interval_without_a_unit_is_that_of_a_new_fit(effects: str) -> None:
    frame = random_panel(32, 10, 6, 0.8).sort_index()
    spec = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=pk.Cluster(), convention="plm")
    table = pk.influence(spec.fit(frame), "x1").table.set_index("left_out")
    left = frame.drop("P03", level=0)
    again = spec.fit(left)
    factor = np.sqrt(9 / 8)
    from scipy import stats

    half = again.std_errors["x1"] * factor * stats.t.ppf(0.975, 8)
    assert table.loc["P03", "conf_high"] - table.loc["P03", "estimate"] == pytest.approx(half, rel=ANEW)


def test_a_province_that_alone_identifies_the_term_is_named() -> None:
    frame = random_panel(33, 12, 6).sort_index()
    first = frame.index.get_level_values(0) == "P02"
    frame["d"] = (first & (frame.index.get_level_values(1) > 2012)).astype(float)
    found = pk.influence(pk.FixedEffects("y ~ d + x1", vcov=pk.Cluster()).fit(frame), "d")
    assert found.table["left_out"].iloc[0] == "P02"
    assert np.isnan(found.table["estimate"].iloc[0])
    assert "1 leave the term unidentified" in found.summary()


def treated_panel(seed: int, units: int, periods: int, treated: int) -> pd.DataFrame:
    frame = random_panel(seed, units, periods).sort_index()
    chosen = np.isin(frame.index.get_level_values(0), [f"P{u:02d}" for u in range(treated)])
    frame["d"] = (chosen & (frame.index.get_level_values(1) >= 2013)).astype(float)
    return frame


@pytest.mark.parametrize("statistic", ["coefficient", "t"])
def test_every_placement_equals_a_new_fit(statistic: str) -> None:
    frame = treated_panel(34, 7, 6, 2)
    spec = pk.FixedEffects("y ~ d + x1 + x2", vcov=pk.Cluster(), convention="plm")
    result = pk.randomisation_inference(spec.fit(frame), "d", statistic=statistic)
    assert result.enumerated
    assert result.reps == 21
    values = []
    for a in range(7):
        for b in range(a + 1, 7):
            moved = frame.copy()
            there = np.isin(frame.index.get_level_values(0), [f"P{a:02d}", f"P{b:02d}"])
            moved["d"] = (there & (frame.index.get_level_values(1) >= 2013)).astype(float)
            fit = spec.fit(moved)
            values.append(fit.params["d"] if statistic == "coefficient" else fit.statistics["d"])
    np.testing.assert_allclose(np.sort(result.draws), np.sort(values), atol=ANEW)
    share = np.mean(np.abs(values) >= abs(result.statistic) - 1e-9)
    assert result.p_value == pytest.approx(share)


def test_random_permutations_stay_among_units_with_the_same_years() -> None:
    frame = treated_panel(35, 12, 6, 5)
    frame = frame.drop([("P01", 2010), ("P07", 2010), ("P11", 2014)])
    fit = pk.FixedEffects("y ~ d + x1", vcov=pk.Cluster()).fit(frame)
    result = pk.randomisation_inference(fit, "d", reps=499, rng=1)
    assert not result.enumerated
    assert any("1 units share their years with no other" in note for note in result.notes)
    again = pk.randomisation_inference(fit, "d", reps=499, rng=1)
    assert result.p_value == again.p_value
    # one draw of the engine against a fit on permuted paths
    from panelkit.kernels.permutation import paths_of, random_permutations, same_periods

    linear = fit.linear
    groups = same_periods(linear.layout)
    draw = random_permutations(groups, 1, np.random.default_rng(5))
    rest = np.column_stack([linear.X[:, [1]], linear.y])
    beta, _ = paths_of(linear.X[:, 0], rest, linear.layout).statistics(draw)
    held = frame.sort_index()
    wide = held["d"].unstack()
    moved = pd.DataFrame(wide.to_numpy()[draw[0]], wide.index, wide.columns).stack()
    new = pk.FixedEffects("y ~ d + x1", vcov=pk.Cluster()).fit(held.assign(d=moved))
    assert beta[0] == pytest.approx(new.params["d"], abs=ANEW)


def test_null_that_is_true_by_construction_has_p_one_tail() -> None:
    frame = treated_panel(36, 8, 6, 1)
    fit = pk.FixedEffects("y ~ d", vcov=pk.Cluster()).fit(frame)
    result = pk.randomisation_inference(fit, "d", null=float(fit.params["d"]))
    assert result.p_value == pytest.approx(1.0)
    assert "the smallest possible p is 0.125" in result.notes


def test_refusals() -> None:
    frame = treated_panel(37, 8, 6, 2)
    fit = pk.FixedEffects("y ~ d + x1", vcov=pk.Cluster()).fit(frame)
    with pytest.raises(pk.SpecError, match="no term z"):
        pk.randomisation_inference(fit, "z")
    with pytest.raises(pk.SpecError, match="by is unit, time or cell"):
        pk.influence(fit, "d", by="row")
    assert any("only 2 of 8" in note for note in fit.notes) == (8 >= 10)


def test_a_design_with_few_treated_provinces_says_so() -> None:
    fit = pk.FixedEffects("y ~ d + x1", vcov=pk.Cluster()).fit(treated_panel(38, 31, 6, 3))
    assert any("only 3 of 31 units ever have it" in note for note in fit.notes)
    fit = pk.FixedEffects("y ~ d + x1").fit(treated_panel(38, 31, 6, 8))
    assert not any("units ever" in note for note in fit.notes)


@pytest.mark.parametrize("statistic", ["coefficient", "t"])
def test_permutations_without_tables_of_pairs(statistic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from panelkit.kernels import permutation

    fit = pk.FixedEffects("y ~ d + x1", vcov=pk.Cluster()).fit(treated_panel(36, 12, 6, 5))
    tabled = pk.randomisation_inference(fit, "d", reps=199, rng=1, statistic=statistic)
    monkeypatch.setattr(permutation, "_BATCH_CELLS", 60)
    again = pk.randomisation_inference(fit, "d", reps=199, rng=1, statistic=statistic)
    np.testing.assert_allclose(again.draws, tabled.draws, rtol=1e-9)

"""Event studies: dummies written out by hand, pyfixest live, printed numbers, randomisation by refitting."""

from __future__ import annotations

import itertools
import re
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.policy.adopting import adopting_panel, teaching_panel

ROUNDING = 1e-9  # the same least squares, by other factorisations
PRINTED = 6e-7  # six decimals are printed


def study(frame: pd.DataFrame, **options: Any) -> Any:
    """Return an event study with errors as programs print them."""
    given = {"errors": "analytic", "shares": "fixed", "inference": "clusters", "cohort": "first", **options}
    return pk.EventStudy(given.pop("formula", "y ~ 1"), **given).fit(frame, unit="unit", time="year")


def event_of(frame: pd.DataFrame) -> pd.Series:
    """Return event times, missing for units that never adopt."""
    return (frame["year"] - frame["first"]).where(frame["first"] > 0)


def by_hand(
    frame: pd.DataFrame, place: pd.Series, zeros: tuple[float, ...], covariates: tuple[str, ...] = ()
) -> dict[float, float]:
    """Return coefficients of event-time dummies beside dummies of units and years, `zeros` left out."""
    events = [each for each in sorted(place.dropna().unique()) if each not in zeros]
    dummies = np.column_stack([(place == each).to_numpy(float) for each in events])
    effects = pd.get_dummies(frame[["unit", "year"]].astype(str)).to_numpy(float)
    w = np.sqrt(frame["weight"].to_numpy()) if "weight" in frame else np.ones(len(frame))
    X = np.column_stack([dummies, frame[list(covariates)], effects]) * w[:, None]
    found = np.linalg.lstsq(X, frame["y"].to_numpy() * w, rcond=None)[0]
    return {**dict(zip(events, found[: len(events)], strict=True)), **dict.fromkeys(zeros, 0.0)}


def same(found: Any, expected: dict[float, float]) -> None:
    held = dict(zip(found.event_times, found.event_estimates, strict=True))
    assert held.keys() == expected.keys()
    for event, value in expected.items():
        assert held[event] == pytest.approx(value, abs=ROUNDING)


def test_binned_ends_are_one_dummy_each() -> None:
    frame = adopting_panel(1, covariates=1, held=0.9)
    found = study(frame, formula="y ~ x0", estimator="twfe", window=(-3, 2))
    same(found, by_hand(frame, event_of(frame).clip(-3, 2), (-1.0,), ("x0",)))
    assert found.terms == ("mean", "<=-3", "-2", "-1", "0", "1", ">=2")
    held = event_of(frame)
    low, high = held[held <= -3], held[held >= 2]
    said = f"<=-3 event times {low.min():.0f} to -3 ({len(low)} rows of"
    assert any(said in note and f">=2 event times 2 to {high.max():.0f}" in note for note in found.notes)
    assert found.estimates[0] == pytest.approx(found.event_estimates[found.event_times >= 0].mean())


def test_weights_and_conditions_enter_the_dummies() -> None:
    frame = adopting_panel(2).assign(weight=lambda d: d["w"])
    found = study(frame, estimator="twfe", window=(-2, 3), weights="aw=w", where="year > 2001")
    cut = frame[frame["year"] > 2001]
    same(found, by_hand(cut, event_of(cut).clip(-2, 3), (-1.0,)))


def test_ends_are_trimmed_or_only_not_shown() -> None:
    frame = adopting_panel(3)
    event = event_of(frame)
    inside = event.isna() | event.between(-3, 3)
    found = study(frame, estimator="twfe", window=(-3, 3), ends="trim")
    same(found, by_hand(frame[inside], event[inside], (-1.0,)))
    gone = found.dropped[found.dropped["reason"].str.contains("outside the window")]
    assert len(gone) == (~inside).sum() == len(frame) - found.facts["nobs"]
    shown = study(frame, estimator="twfe", window=(-3, 3), ends="show")
    everything = by_hand(frame, event, (-1.0,))
    same(shown, {each: value for each, value in everything.items() if -3 <= each <= 3})


def test_several_bases_have_mean_zero() -> None:
    frame = adopting_panel(4)
    one = by_hand(frame, event_of(frame).clip(-4, 3), (-1.0,))
    mean = np.mean([one[-3.0], one[-2.0], one[-1.0]])
    found = study(frame, estimator="twfe", window=(-4, 3), base=(-3, -2, -1))
    same(found, {event: value - mean for event, value in one.items()})
    assert found.base == (-3.0, -2.0, -1.0)
    assert found.facts["base"] == (-3, -2, -1)
    other = study(frame, estimator="twfe", window=(-4, 3))
    V = other.event_covariance
    change = np.eye(len(V)) - np.isin(other.event_times, (-3.0, -2.0, -1.0)) / 3.0
    np.testing.assert_allclose(found.event_covariance, change @ V @ change.T, atol=1e-12)


def test_without_untreated_units_a_second_event_time_is_zero() -> None:
    frame = adopting_panel(5)
    frame = frame[frame["first"] > 0]
    event = event_of(frame)
    earliest = float(event.min())
    found = study(frame, estimator="twfe")
    same(found, by_hand(frame, event, (-1.0, earliest)))
    assert found.base == (earliest, -1.0)
    assert any(f"event time {earliest:g} is zero too, beside -1" in note for note in found.notes)
    other = study(frame, estimator="twfe", second_base=-3)
    same(other, by_hand(frame, event, (-1.0, -3.0)))
    with pytest.raises(pk.SpecError, match="two event times must be zero"):
        study(frame, estimator="twfe", base=(-2, -1))
    binned = study(frame, estimator="twfe", window=(-3, 2))
    same(binned, by_hand(frame, event.clip(-3, 2), (-1.0,)))
    assert any("by the bins alone" in note for note in binned.notes)
    with pytest.raises(pk.SpecError, match="second_base=-3 is not needed"):
        study(frame, estimator="twfe", window=(-4, 2), second_base=-3)


def test_the_two_way_event_study_is_that_of_pyfixest() -> None:
    """Estimates and CRV1 errors of `i()`: the same least squares and, with ssc as here, the same factor."""
    pf = pytest.importorskip("pyfixest")
    frame = adopting_panel(6)
    frame["place"] = event_of(frame).clip(-4, 3).fillna(-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pf.feols("y ~ i(place, ref=-1) | unit + year", frame, vcov={"CRV1": "unit"})
    found = study(frame, estimator="twfe", window=(-4, 3))
    at = found.event_times != -1.0
    names = [f"place::{event:.1f}" for event in found.event_times[at]]
    np.testing.assert_allclose(found.event_estimates[at], theirs.coef()[names], atol=ROUNDING)
    np.testing.assert_allclose(np.sqrt(np.diag(found.event_covariance))[at], theirs.se()[names], rtol=1e-8)


SAMPLE = {-4: 0.003306, -3: 0.025022, -2: 0.024459, 0: -0.019932, 1: -0.050957, 2: -0.137259, 3: -0.100811}


@pytest.mark.parametrize("estimator", ["sun-abraham", "callaway-santanna"])
def test_printed_effects_of_minimum_wages(estimator: str) -> None:
    """DID.md: interaction-weighted effects, and 2x2 comparisons from the universal base, print the same points."""
    counties = teaching_panel("mpdta")
    frame = pd.DataFrame({name: counties[name].to_numpy() for name in counties.columns})
    cohort = "first.treat" if "first.treat" in frame else "first_treat"
    spec = pk.EventStudy("lemp ~ 1", cohort=cohort, estimator=estimator, inference="clusters")
    found = spec.fit(frame, unit="countyreal", time="year")
    held = dict(zip(found.event_times, found.event_estimates, strict=True))
    assert held.pop(-1.0) == 0.0
    assert held.keys() == SAMPLE.keys()
    for event, value in SAMPLE.items():
        assert held[event] == pytest.approx(value, abs=PRINTED)


def test_printed_effects_of_medicaid_with_their_errors() -> None:
    """DID.md: Callaway and Sant'Anna, not yet treated, by event time with analytic errors, four decimals printed."""
    states = teaching_panel("ehec")
    frame = pd.DataFrame({name: states[name].to_numpy() for name in states.columns})
    spec = pk.EventStudy(
        "dins ~ 1", cohort="yexp2", estimator="callaway-santanna", control="not-yet", errors="analytic"
    )
    found = spec.fit(frame, unit="stfips", time="year")
    table = found.tidy().set_index("term")
    printed = {
        "0": (0.0453, 0.0060), "1": (0.0651, 0.0082), "2": (0.0759, 0.0084), "3": (0.0726, 0.0089),
        "4": (0.0738, 0.0109), "5": (0.0803, 0.0103), "mean": (0.0688, 0.0080),
    }  # fmt: skip
    for term, (estimate, error) in printed.items():
        assert table.loc[term, "estimate"] == pytest.approx(estimate, abs=6e-5)
        assert table.loc[term, "std_error"] == pytest.approx(error, abs=6e-4)  # bootstrapped where printed


def saturated(frame: pd.DataFrame, base: tuple[float, ...], window: tuple[int, int]) -> dict[float, float]:
    """Return the saturated regression measured from a base, averaged by event time with ends binned."""
    event = event_of(frame)
    cells = [pair for pair in frame.loc[event.notna(), ["first", "year"]].drop_duplicates().itertuples(index=False)
             if pair[1] - pair[0] != -1]  # fmt: skip
    dummies = [((frame["first"] == g) & (frame["year"] == t)).to_numpy(float) for g, t in cells]
    effects = pd.get_dummies(frame[["unit", "year"]].astype(str)).to_numpy(float)
    X = np.column_stack([*dummies, effects])
    beta = np.linalg.lstsq(X, frame["y"].to_numpy(), rcond=None)[0][: len(cells)]
    rows = pd.DataFrame(cells, columns=["g", "t"]).assign(effect=beta)
    cohorts = frame.loc[frame["first"] > 0].groupby("first")["unit"].nunique()
    rows = pd.concat([rows, pd.DataFrame({"g": cohorts.index, "t": cohorts.index - 1.0, "effect": 0.0})])
    rows["event"] = rows["t"] - rows["g"]
    from_base = rows[rows["event"].isin(base)].groupby("g")["effect"].mean()
    rows["effect"] -= rows["g"].map(from_base)
    rows["n"], rows["event"] = rows["g"].map(cohorts), rows["event"].clip(*window)
    sums = rows.assign(total=rows["n"] * rows["effect"]).groupby("event")[["total", "n"]].sum()
    return dict(sums["total"] / sums["n"])


@pytest.mark.parametrize("base", [(-2,), (-3, -2, -1)])
def test_another_base_of_cohorts_is_the_saturated_regression_from_there(base: tuple[int, ...]) -> None:
    frame = adopting_panel(7)
    expected = saturated(frame, base, (-4, 3))
    for estimator in ("sun-abraham", "callaway-santanna"):
        found = study(frame, estimator=estimator, window=(-4, 3), ends="bin", base=base)
        same(found, expected)
        at = np.isin(found.event_times, base)
        assert len(base) > 1 or np.diag(found.event_covariance)[at] == 0.0


def test_with_one_date_all_estimators_are_one() -> None:
    """One cohort against units that never adopt: every estimator is a difference in differences from the base."""
    frame = adopting_panel(8)
    frame.loc[frame["first"] > 0, "first"] = 2006.0
    event = event_of(frame)
    means = frame.groupby([event.notna(), frame["year"]])["y"].mean()
    gap = (means[True] - means[False]).rename(lambda year: year - 2006.0)
    expected = (gap - gap[-1.0]).to_dict()
    for estimator in ("twfe", "sun-abraham", "callaway-santanna", "stacked", "local-projections"):
        same(study(frame, estimator=estimator), expected)
    imputed = study(frame, estimator="imputation", window=(-3, 3), ends="bin")
    late = event >= 0
    cleared = gap - gap[gap.index < 0].mean()
    assert imputed.event_estimates[imputed.event_times == 1.0] == pytest.approx(cleared[1.0])
    assert imputed.event_estimates[-1] == pytest.approx(cleared[cleared.index >= 3].mean())
    assert late.any()


@pytest.mark.parametrize(
    "estimator", ["twfe", "sun-abraham", "callaway-santanna", "stacked", "local-projections"]
)
def test_years_two_apart_are_event_times_two_apart(estimator: str) -> None:
    frame = adopting_panel(8)
    frame = frame.assign(first=np.where(frame["first"] > 0, 2006.0, 0.0))
    wide = frame.assign(year=2 * frame["year"] - 2006, first=frame["first"])
    one = study(frame, estimator=estimator, window=(-3, 2), ends=None if estimator != "twfe" else "show")
    two = study(wide, estimator=estimator, window=(-6, 4), ends=None if estimator != "twfe" else "show")
    np.testing.assert_array_equal(two.event_times, 2.0 * one.event_times)
    np.testing.assert_allclose(two.event_estimates, one.event_estimates, atol=ROUNDING)
    assert two.base == (-2.0,)


@pytest.mark.parametrize("estimator", ["sun-abraham", "callaway-santanna", "imputation"])
def test_cohorts_without_untreated_units_are_compared_with_the_last(estimator: str) -> None:
    """Nobody stays untreated: effects of the others until the last adopts, whatever the base."""
    frame = adopting_panel(5, held=0.95)
    frame = frame[frame["first"] > 0]
    control = {"control": "not-yet"} if estimator == "callaway-santanna" else {}
    base = {} if estimator == "imputation" else {"base": -2}
    found = study(frame, estimator=estimator, **control, **base)
    assert found.event_times.max() < frame["first"].max() - frame["first"].min()
    assert np.isfinite(found.event_estimates).all()
    if base:
        assert found.event_estimates[found.event_times == -2.0] == 0.0


def test_stacked_effects_from_another_base_are_differences() -> None:
    frame = adopting_panel(9)
    one = study(frame, estimator="stacked", window=(-3, 2))
    two = study(frame, estimator="stacked", window=(-3, 2), base=-2)
    at = one.event_times == -2.0
    np.testing.assert_allclose(two.event_estimates, one.event_estimates - one.event_estimates[at], atol=1e-12)
    assert two.event_covariance[at, at] == 0.0


def few(seed: int, treated: int = 2) -> pd.DataFrame:
    """Return eight units of which some adopt at different dates."""
    frame = adopting_panel(seed, n_units=8, n_periods=8, treated=treated)
    dates = dict(zip(frame["unit"].unique(), [2004.0, 2006.0, *[0.0] * 6], strict=True))
    return frame.assign(first=frame["unit"].map(dates))


@pytest.mark.parametrize(
    "options",
    [
        {"estimator": "twfe", "window": (-2, 1)},
        {"estimator": "twfe", "window": (-2, 1), "ends": "trim"},
        {"estimator": "sun-abraham", "base": -2, "window": (-3, 1), "ends": "bin"},
        {"estimator": "callaway-santanna", "window": (-3, 1), "ends": "bin"},
        {"estimator": "imputation", "window": (-2, 1), "ends": "bin"},
        {"estimator": "stacked", "window": (-2, 1), "base": -2},
    ],
)
def test_randomisation_refits_under_every_assignment(options: dict[str, Any]) -> None:
    frame = few(10)
    found = pk.EventStudy("y ~ 1", cohort="first", **options).fit(frame, unit="unit", time="year", reps=99)
    assert found.drawn is not None
    assert found.drawn.enumerated
    units = list(frame["unit"].unique())
    own = frame.groupby("unit")["first"].first()
    draws = []
    for first, second in itertools.permutations(units, 2):
        dates = {**dict.fromkeys(units, 0.0), first: 2004.0, second: 2006.0}
        if all(dates[name] == own[name] for name in units):
            continue
        draws.append(study(frame.assign(first=frame["unit"].map(dates)), **options).estimates)
    seen = np.abs(found.estimates)
    p = (1 + (np.abs(draws) >= seen - 1e-9).sum(axis=0)) / (1 + len(draws))
    base = np.r_[False, np.isin(found.event_times, found.base)]
    np.testing.assert_allclose(found.p_values.to_numpy()[~base], p[~base])
    assert np.isnan(found.p_values.to_numpy()[base]).all()
    table = found.tidy()
    inside = (table["conf_low"] <= table["estimate"]) & (table["estimate"] <= table["conf_high"])
    assert inside[~base].all()
    assert "band_low" not in found.events()


def test_base_and_bins_are_facts_that_are_read() -> None:
    found = study(adopting_panel(1), window=(-3, 2), ends="bin")
    assert found.facts["base"] == -1
    assert found.facts["bins"] == "<=-3, >=2"
    assert found.base == (-1.0,)
    row = found.tidy().set_index("term").loc["-1"]
    assert row["estimate"] == row["std_error"] == 0.0
    assert "base        -1" in found.summary()
    assert re.search(r"基期 +-1\n", found.summary(language="zh"))


def test_anticipation_moves_the_base() -> None:
    frame = adopting_panel(2)
    found = study(frame, estimator="twfe", anticipation=1)
    same(found, by_hand(frame, event_of(frame), (-2.0,)))
    assert found.base == (-2.0,)
    with pytest.raises(pk.SpecError, match="-1 is not before -1"):
        study(frame, estimator="twfe", anticipation=1, base=-1)


def test_the_path_is_measured_from_one_base() -> None:
    frame = adopting_panel(4)
    one = study(frame, estimator="twfe", window=(-4, 3))
    several = study(frame, estimator="twfe", window=(-4, 3), base=(-2, -1))
    a, b = one.event_path(), several.event_path()
    assert a.base == b.base == -1.0
    assert one.pretrend_test().p_value == pytest.approx(several.pretrend_test().p_value)
    assert one.honest_did(m=0.5).breakdown == pytest.approx(pk.honest_did(a, m=0.5).breakdown)
    np.testing.assert_allclose(a.estimate, b.estimate, atol=1e-12)
    np.testing.assert_allclose(a.covariance, b.covariance, atol=1e-12)
    with pytest.raises(pk.SpecError, match="not measured against one period"):
        study(frame, estimator="imputation").event_path()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"estimator": "bacon"}, "estimator is one of"),
        ({"window": (1, 3)}, "the first below zero"),
        ({"window": (-3, 2.5)}, "window is"),
        ({"window": (-3, 2), "ends": "trim"}, "ends of estimator='sun-abraham'"),
        ({"ends": "bin"}, "outside a `window`"),
        ({"base": "early"}, "base is an event time"),
        ({"base": ()}, "base is an event time"),
        ({"base": (-1, -1)}, "base is an event time"),
        ({"base": -6, "window": (-5, 3)}, "lies outside the window"),
        ({"base": 0}, "0 is not before 0"),
        ({"base": -40}, "no row stands at the base -40"),
        ({"estimator": "imputation", "base": -1}, "a base of its own"),
        ({"second_base": -3}, "belongs to estimator='twfe'"),
        ({"estimator": "twfe", "control": "never"}, "do not apply"),
        ({"window": (-1, 2), "anticipation": 1}, "begin at -2 or earlier"),
        ({"anticipation": -1}, "anticipation is"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        study(adopting_panel(1), **options)


def test_figures_draw_base_bands_and_bins() -> None:
    frame = adopting_panel(3)
    found = study(frame, window=(-3, 2), ends="bin", errors="small-sample", shares="estimated")
    events = found.events()
    assert list(events["event"]) == [-3, -2, -1, 0, 1, 2]
    assert list(events["base"]) == [False, False, True, False, False, False]
    inside = events[~events["base"]]
    assert (inside["band_low"] < inside["conf_low"]).all()
    assert (inside["band_high"] > inside["conf_high"]).all()
    text = found.plot(reps=199).svg()
    assert all(word in text for word in ("≤−3", "≥2", "years since adoption", "uniform band", "base"))
    chinese = found.plot(reps=199, language="zh").svg()
    assert all(word in chinese for word in ("一致置信带", "基期", "对 y 的效应"))
    whole = pk.StaggeredDiD("y ~ 1", cohort="first", estimator="sun-abraham").fit(
        frame, unit="unit", time="year"
    )
    assert whole.events(bands=False)["base"].sum() == 1  # drawn, though it is no row of the table
    assert "effect on y" in whole.plot(bands=False).svg()
    assert "effect on y" not in whole.plot(by="cohort").svg()
    with pytest.raises(pk.SpecError, match="these effects hold"):
        found.plot(by="cohort")


def test_an_end_that_is_a_bin_for_some_estimators_alone_has_both_names() -> None:
    model = pk.EventStudy("y ~ 1", cohort="first", window=(-3, 2), ends="bin")
    names = ("sun-abraham", "imputation")
    made = [model.with_estimator(name).fit(adopting_panel(3), unit="unit", time="year") for name in names]
    assert model.with_estimator("twfe").ends == "bin"
    assert replace(model, ends="trim", estimator="twfe").with_estimator("imputation").ends is None
    drawn = pk.plot_event_studies(made).svg()
    assert (
        "\u22123, \u2264\u22123" in drawn
    )  # leads of imputation are against all earlier years, and not binned
    assert "\u22652" in drawn


def test_estimators_stand_side_by_side() -> None:
    frame = adopting_panel(3)
    model = pk.StaggeredDiD("y ~ 1", cohort="first")
    names = ("imputation", "sun-abraham", "twfe")
    made = [model.with_estimator(name).fit(frame, unit="unit", time="year") for name in names]
    found = pk.compare_did(made)
    table = found.tidy()
    assert list(table["estimator"].unique()) == list(names)
    assert set(table["equation"]) == {"overall", "event"}
    for name, result in zip(names, made, strict=True):
        own = table[(table["estimator"] == name) & (table["equation"] == "event") & table["label"].notna()]
        np.testing.assert_array_equal(own["estimate"], result.event_estimates)
    text = found.to_markdown()
    assert "Sun and Abraham" in text
    assert "ATT" in text
    assert "双向固定效应" in found.to_latex(language="zh")
    assert found.plot(language="zh").svg() == pk.plot_event_studies(made, language="zh").svg()
    named = pk.compare_did({"mine": made[0]}, kinds=("cohort",))
    assert set(named.tidy()["equation"]) == {"cohort"}
    assert "mine" in named.to_text()
    with pytest.raises(pk.SpecError, match="are compared, not"):
        pk.compare_did([made[0], 3])  # type: ignore[list-item]
    with pytest.raises(pk.SpecError, match="the outcomes differ"):
        pk.compare_did(
            [made[0], model.__class__("w ~ 1", cohort="first").fit(frame, unit="unit", time="year")]
        )
    with pytest.raises(pk.SpecError, match="were asked for"):
        pk.compare_did(made, kinds=("cells",))


def test_level_of_the_pretest_and_coverage_of_the_band() -> None:
    """Thirty-one units of which nine adopt, AR(.5) errors, 150 panels: within three errors of simulation of 5 %."""
    size, inside, reps = 0, 0, 150
    for seed in range(reps):
        frame = adopting_panel(seed, effect=0.0, growth=0.0)
        found = study(frame, window=(-3, 2), ends="bin", errors="small-sample", shares="estimated")
        size += found.pre_test(by="event").p_value < 0.05
        table = found.bands(reps=399).table
        inside += bool(((table["band_low"] <= 0.0) & (table["band_high"] >= 0.0)).all())
    error = 3.0 * np.sqrt(0.05 * 0.95 / reps)
    assert size / reps <= 0.05 + error
    assert inside / reps >= 0.95 - error

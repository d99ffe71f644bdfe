"""What the estimators share: covariances on all of them, bad input, corner cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.register import find, keys
from tests.panels import random_panel

SPECS = {
    "fixed_effects": pk.FixedEffects("y ~ x1 + x2"),
    "pooled": pk.PooledOLS("y ~ x1 + x2"),
    "random_effects": pk.RandomEffects("y ~ x1 + x2"),
    "between": pk.BetweenEffects("y ~ x1 + x2"),
    "first_difference": pk.FirstDifference("y ~ x1 + x2"),
    "instrumental": pk.InstrumentalFE("y ~ x1 + [x2 ~ z]"),
}
EVERY = (
    pk.Iid(),
    pk.Robust(),
    pk.Cluster(),
    pk.Cluster("region"),
    pk.CR2(),
    pk.CRV3(),
    pk.TwoWayCluster(),
    pk.DriscollKraay(1),
    pk.Conley(500.0),
    pk.Conley(500.0, 1, "uniform"),
)


def panel(share: float = 1.0, seed: int = 101) -> pd.DataFrame:
    frame = random_panel(seed, 14, 8, share, regressors=3)
    frame["z"] = frame["x2"] + frame["x3"]
    number = frame.index.get_level_values(0).str[1:].astype(int)
    frame["region"] = np.array(["east", "centre", "west", "north"])[number % 4]
    return frame


def places() -> pd.DataFrame:
    return pd.DataFrame(
        {"lat": np.linspace(22, 45, 14), "lon": np.linspace(100, 125, 14)},
        index=[f"P{u:02d}" for u in range(14)],
    )


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("vcov", EVERY, ids=str)
@pytest.mark.parametrize("name", list(SPECS))
def test_every_covariance_on_every_estimator(name: str, vcov: object, share: float) -> None:
    spec = SPECS[name].with_vcov(vcov)
    if name == "between" and isinstance(vcov, pk.TwoWayCluster | pk.DriscollKraay):
        with pytest.raises(pk.SpecError):
            spec.fit(panel(share), coords=places())
        return
    fit = spec.fit(panel(share), coords=places())
    assert np.isfinite(fit.std_errors).all()
    assert (fit.std_errors > 0).all()
    assert fit.facts["vcov"]
    assert fit.linear is not None
    assert len(fit.tidy()) == len(fit.terms)
    np.testing.assert_allclose(fit.estimates, SPECS[name].fit(panel(share)).estimates)


@pytest.mark.parametrize("name", list(SPECS))
def test_row_order_and_names_of_columns_do_not_matter(name: str) -> None:
    frame = panel(0.8)
    flat = (
        frame.reset_index()
        .rename(columns={"province": "where", "year": "when"})
        .sample(frac=1, random_state=2)
    )
    a, b = SPECS[name].fit(frame), SPECS[name].fit(flat, unit="where", time="when")
    np.testing.assert_allclose(a.estimates, b.estimates, rtol=1e-12)
    np.testing.assert_allclose(a.std_errors, b.std_errors, rtol=1e-10)


@pytest.mark.parametrize("name", ["pooled", "random_effects", "first_difference"])
def test_the_wild_bootstrap_takes_every_least_squares_fit(name: str) -> None:
    fit = SPECS[name].fit(panel(0.8))
    result = pk.wild_cluster_bootstrap(fit, {"x1": 1.0, "x2": 2.0}, reps=499, rng=1)
    assert result.estimate == pytest.approx(fit.params["x1"] + 2 * fit.params["x2"])
    assert result.conf_low < result.estimate < result.conf_high


@pytest.mark.parametrize("share", [1.0, 0.7])
def test_random_effects_are_gls(share: float) -> None:
    """Quasi-demeaning is generalised least squares with the error covariance of its own components."""
    frame = panel(share).sort_index()
    fit = SPECS["random_effects"].fit(frame)
    s_unit, s_error = fit.facts["sigma_unit"] ** 2, fit.facts["sigma_error"] ** 2
    unit = np.unique(frame.index.get_level_values(0), return_inverse=True)[1]
    omega = s_error * np.eye(len(frame)) + s_unit * (unit[:, None] == unit)
    X = np.column_stack([np.ones(len(frame)), frame[["x1", "x2"]]])
    W = np.linalg.inv(omega)
    expected = np.linalg.solve(X.T @ W @ X, X.T @ W @ frame["y"].to_numpy())
    np.testing.assert_allclose(fit.estimates, expected, rtol=1e-9)


def test_random_effects_without_any_are_pooled() -> None:
    rng = np.random.default_rng(3)
    frame = panel()
    frame["y"] = frame["x1"] + rng.normal(size=len(frame))
    frame["y"] -= frame.groupby(level=0)["y"].transform("mean") - frame.groupby(level=0)["x1"].transform(
        "mean"
    )
    fit = pk.RandomEffects("y ~ x1").fit(frame)
    assert any("estimated at zero" in note for note in fit.notes)
    np.testing.assert_allclose(fit.estimates, pk.PooledOLS("y ~ x1").fit(frame).estimates)


def test_two_periods_make_first_differences_of_fixed_effects() -> None:
    frame = panel()
    two = frame[frame.index.get_level_values(1) < 2012]
    np.testing.assert_allclose(
        SPECS["first_difference"].fit(two).estimates, SPECS["fixed_effects"].fit(two).estimates, rtol=1e-9
    )


def test_differences_respect_the_step_of_the_panel() -> None:
    """A panel of every second year has neighbours two years apart."""
    frame = panel()
    every = frame[frame.index.get_level_values(1) % 2 == 0]
    fit = SPECS["first_difference"].fit(every)
    assert fit.nobs == 14 * 3
    gone = frame[~frame.index.get_level_values(1).isin([2012])]
    assert SPECS["first_difference"].fit(gone).nobs == 14 * 5


def test_between_is_a_regression_of_means() -> None:
    frame = panel(0.7)
    means = frame[["y", "x1", "x2"]].groupby(level=0).mean()
    X = np.column_stack([np.ones(len(means)), means[["x1", "x2"]]])
    fit = SPECS["between"].fit(frame)
    np.testing.assert_allclose(
        fit.estimates, np.linalg.lstsq(X, means["y"].to_numpy(), rcond=None)[0], rtol=1e-9
    )
    assert fit.nobs == 14
    assert fit.facts["rows_averaged"] == len(frame)


def test_bad_input() -> None:
    frame = panel()
    with pytest.raises(pk.SpecError, match="convention is one of"):
        pk.PooledOLS("y ~ x1", convention="eviews")
    with pytest.raises(pk.SpecError, match="time, none or drift"):
        pk.FirstDifference("y ~ x1", effects="twoway")
    with pytest.raises(pk.SpecError, match="no regressor"):
        pk.PooledOLS("y ~ 1").fit(frame)
    with pytest.raises(pk.DataError, match="no unit holds two neighbouring periods"):
        SPECS["first_difference"].fit(frame[frame.index.get_level_values(1) == 2011])
    with pytest.raises(pk.DataError, match="random effects need more units"):
        SPECS["random_effects"].fit(frame.loc[["P00", "P01", "P02"]])
    changing = frame.assign(region=np.arange(len(frame)) % 3)
    with pytest.raises(pk.DataError, match="changes within a unit"):
        SPECS["between"].with_vcov(pk.Cluster("region")).fit(changing)
    fixed = frame.assign(d=frame.groupby(level=0)["x1"].transform("mean"))
    with pytest.raises(pk.SpecError, match="`d`: no variation is left"):
        pk.FixedEffects("y ~ d").fit(fixed)
    with pytest.raises(pk.SpecError, match="`x3`: no variation is left"):
        pk.FirstDifference("y ~ x3").fit(frame.assign(x3=frame.index.get_level_values(1) * 2.0))


def test_an_indefinite_two_way_covariance_is_mended_and_said_to_be() -> None:
    """Three clusters by year and four regressors: some seed among these gives a negative eigenvalue."""
    said = 0
    for seed in range(30):
        frame = random_panel(seed, 6, 3, regressors=4)
        fit = pk.FixedEffects("y ~ x1 + x2 + x3 + x4", effects="unit", vcov=pk.TwoWayCluster()).fit(frame)
        assert np.linalg.eigvalsh(fit.covariance)[0] >= -1e-12 * np.abs(fit.covariance).max()
        said += any("not positive definite" in note for note in fit.notes)
    assert said > 0


def test_another_covariance_leaves_the_notes_of_the_first_behind() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.DriscollKraay(1)).fit(panel())
    assert any("Driscoll-Kraay" in note for note in fit.notes)
    again = pk.with_vcov(fit, pk.CRV3())
    assert again.notes == pk.FixedEffects("y ~ x1 + x2").fit(panel()).notes
    back = pk.with_vcov(again, pk.DriscollKraay(1))
    assert back.notes == fit.notes


@pytest.mark.parametrize("ends", [False, True])
def test_a_treatment_of_one_unit_is_warned_of_in_differences_too(ends: bool) -> None:
    data = panel()
    unit, year = (data.index.get_level_values(level) for level in (0, 1))
    held = (unit == "P03") & (year >= year.min() + 3) & (year < year.max() - (1 if ends else -1))
    data["treated"] = held.astype(float)
    for model in (
        pk.FixedEffects("y ~ treated", vcov=pk.Cluster()),
        pk.FirstDifference("y ~ treated", vcov=pk.Cluster()),
    ):
        assert any("only 1 of 14 units" in note for note in model.fit(data).notes)


def test_registry() -> None:
    assert set(SPECS) <= set(keys("estimator"))
    for name, spec in SPECS.items():
        assert find("estimator", name) is type(spec)
        assert hash(spec) == hash(replace(spec))

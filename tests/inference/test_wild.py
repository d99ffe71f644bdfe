"""The wild cluster bootstrap against full enumeration by hand, a refit loop, and pyfixest."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import panelkit as pk
from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap
from tests.panels import brute_force, codes, random_panel

X = [1.0, 2, 3, 2, 1, 4, 3, 5, 2, 4, 4, 1, 5, 3, 6, 6, 7, 5]
Y = [2.0, 1, 4, 3, 2, 5, 1, 6, 3, 6, 5, 2, 4, 4, 8, 7, 9, 5]
SIX = pd.DataFrame({"x": X, "y": Y, "group": np.repeat(range(6), 3), "time": np.tile(range(2001, 2004), 6)})


def fit_six(vcov: object) -> object:
    return pk.FixedEffects("y ~ x", effects="none", vcov=vcov).fit(SIX, unit="group", time="time")


def test_the_exact_example_of_six_clusters() -> None:
    """All 64 sign vectors, counted with ties and the two identity draws; printed to eight decimals."""
    fit = fit_six(pk.Cluster())
    assert fit.params["x"] == pytest.approx(1.11596958, abs=0.5e-8)
    assert fit.std_errors["x"] == pytest.approx(0.05992288, abs=0.5e-8)
    assert fit_six(pk.CRV3()).std_errors["x"] == pytest.approx(0.07167082, abs=0.5e-8)
    for null, draws in ((0.0, 2), (1.0, 8), (1.05, 24), (1.2, 16)):
        boot = wild_cluster_bootstrap(fit, "x", null)
        assert boot.p_value * 64 == draws
        assert boot.enumerated
        assert boot.reps == 64


def refit_t(y: np.ndarray, regressors: np.ndarray, unit: np.ndarray, time: np.ndarray, null: float) -> float:
    """Return the CRV1 t statistic of the first coefficient, up to its small-sample factor."""
    fit = brute_force(y, regressors, unit, time, "twoway")
    others = brute_force(regressors[:, 0], regressors[:, 1:], unit, time, "twoway")
    influence = others.residuals / (others.residuals @ others.residuals)
    scores = np.bincount(unit, influence * fit.residuals)
    return (fit.beta[0] - null) / np.sqrt(scores @ scores)


@pytest.mark.parametrize("share", [1.0, 0.8])
@pytest.mark.parametrize("null", [0.0, 0.7])
def test_enumeration_equals_a_loop_of_refits(share: float, null: float) -> None:
    """Six provinces, two-way effects: every sign vector refitted on explicit dummies."""
    data = random_panel(21, 6, 5, share)
    frame, unit, time = codes(data)
    y, X = frame["y"].to_numpy(), frame[["x1", "x2"]].to_numpy()
    restricted = brute_force(y - null * X[:, 0], X[:, 1:], unit, time, "twoway")
    fitted = y - restricted.residuals
    own = refit_t(y, X, unit, time, null)
    stars = [
        refit_t(fitted + np.array(signs)[unit] * restricted.residuals, X, unit, time, null)
        for signs in itertools.product([1.0, -1.0], repeat=6)
    ]
    expected = np.mean(np.abs(stars) >= abs(own) * (1 - 1e-9))
    fit = pk.FixedEffects("y ~ x1 + x2").fit(data)
    assert wild_cluster_bootstrap(fit, "x1", null).p_value == pytest.approx(expected, abs=1e-12)


def test_the_interval_is_where_p_crosses_the_level() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(22, 16, 6))
    boot = wild_cluster_bootstrap(fit, "x1", reps=1999, rng=5)
    for edge, inward in ((boot.conf_low, 1e-6), (boot.conf_high, -1e-6)):
        inside = wild_cluster_bootstrap(fit, "x1", edge + inward, reps=1999, rng=5)
        outside = wild_cluster_bootstrap(fit, "x1", edge - inward, reps=1999, rng=5)
        assert outside.p_value <= 0.05 < inside.p_value


def test_clusters_that_cut_across_units_equal_a_loop() -> None:
    """Clusters by year under two-way effects take the road of explicit columns."""
    data = random_panel(23, 7, 5, 0.9)
    frame, unit, time = codes(data)
    y, X = frame["y"].to_numpy(), frame[["x1", "x2"]].to_numpy()
    restricted = brute_force(y, X[:, 1:], unit, time, "twoway")
    influence = brute_force(X[:, 0], X[:, 1:], unit, time, "twoway").residuals

    def t(outcome: np.ndarray) -> float:
        scores = np.bincount(time, influence * brute_force(outcome, X, unit, time, "twoway").residuals)
        return influence @ outcome / np.sqrt(scores @ scores)

    fitted = y - restricted.residuals
    signs = np.array(list(itertools.product([1.0, -1.0], repeat=5)))
    stars = np.array([t(fitted + row[time] * restricted.residuals) for row in signs])
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster("year")).fit(data)
    expected = np.mean(np.abs(stars) >= abs(t(y)) * (1 - 1e-9))
    assert wild_cluster_bootstrap(fit, "x1").p_value == pytest.approx(expected, abs=1e-12)


def test_a_combination_equals_the_reparametrised_model() -> None:
    data = random_panel(24, 10, 6)
    data["sum"] = data["x1"] + data["x2"]
    fit = pk.FixedEffects("y ~ x1 + x2").fit(data)
    # y = a x1 + b x2 = (a - b) x1 + b (x1 + x2)
    other = pk.FixedEffects("y ~ x1 + sum").fit(data)
    a = wild_cluster_bootstrap(fit, {"x1": 1.0, "x2": -1.0}, reps=499, rng=1)
    b = wild_cluster_bootstrap(other, "x1", reps=499, rng=1)
    assert a.p_value == b.p_value
    assert a.conf_low == pytest.approx(b.conf_low, rel=1e-8)


def test_strict_ties_and_random_draws_agree_with_pyfixest() -> None:
    """Both draw 99,999 sign vectors of their own: the p-values differ by Monte Carlo error only.

    Four standard errors of the difference of two shares of 99,999 draws at p = .2: 4 * sqrt(2 * .16 / 1e5) = .007.
    """
    import pyfixest

    data = random_panel(25, 20, 6)
    data["y"] -= 1.0 * data["x1"]
    numbered = data.reset_index().assign(province=lambda frame: frame["province"].str[1:].astype(int))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its notices about numba
        live = pyfixest.feols("y ~ x1 + x2 | province + year", numbered, vcov={"CRV1": "province"})
        other = live.wildboottest(param="x1", reps=99_999, seed=1)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(data)
    boot = wild_cluster_bootstrap(fit, "x1", reps=99_999, ties="strict")
    assert 0.02 < boot.p_value < 0.6
    assert boot.p_value == pytest.approx(float(other["Pr(>|t|)"]), abs=0.007)
    # pyfixest's bootstrap t counts all effects as parameters, 2 + 25 of them; reghdfe does not count nested ones
    recounted = boot.statistic * np.sqrt((120 - 2 - 25) / (120 - 2 - 6))
    assert recounted == pytest.approx(float(other["t value"]), rel=1e-6)


def test_same_seed_same_numbers_and_the_identity_draw_counts() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(26, 20, 6))
    a, b = (wild_cluster_bootstrap(fit, "x1", reps=999, rng=3) for _ in range(2))
    assert (a.p_value, a.conf_set, a.seed) == (b.p_value, b.conf_set, 3)
    assert wild_cluster_bootstrap(fit, "x1", -50.0, reps=999).p_value == 1 / 1000


@settings(max_examples=20, deadline=None)
@given(
    scales=st.tuples(*[st.sampled_from([1e-8, 1e-3, 1.0, 1e5, 1e8])] * 3),
    effects=st.sampled_from(["none", "unit", "time", "twoway"]),
)
def test_units_of_measurement_do_not_matter(scales: tuple[float, float, float], effects: str) -> None:
    """Same draws, so the same p; the interval scales. 1e-6: its edges are found to 1e-10 of a bracket."""
    data = random_panel(31, 16, 6, 0.9)
    a, b, c = scales
    scaled = data.assign(x1=data["x1"] * a, x2=data["x2"] * b, y=data["y"] * c)
    plain, other = (
        wild_cluster_bootstrap(pk.FixedEffects("y ~ x1 + x2", effects=effects).fit(frame), "x1", reps=499)
        for frame in (data, scaled)
    )
    assert other.p_value == plain.p_value
    assert (other.conf_low * a / c, other.conf_high * a / c) == pytest.approx(
        (plain.conf_low, plain.conf_high), rel=1e-6
    )


def test_years_and_their_squares_as_controls() -> None:
    """Nearly collinear controls with large levels: as good as centred ones."""
    data = random_panel(32, 12, 8).reset_index()
    data["late"] = data["year"] - 2013.5
    raw = pk.FixedEffects("y ~ x1 + year + I(year^2)", effects="unit").fit(data, unit="province", time="year")
    centred = pk.FixedEffects("y ~ x1 + late + I(late^2)", effects="unit").fit(
        data, unit="province", time="year"
    )
    assert raw.std_errors["x1"] == pytest.approx(centred.std_errors["x1"], rel=1e-6)
    a, b = (wild_cluster_bootstrap(fit, "x1", reps=1999) for fit in (raw, centred))
    assert a.p_value == b.p_value > 0.0


def test_webb_weights_equal_a_loop_of_refits() -> None:
    """Four clusters: 1,296 of Webb's vectors refitted; the draws' share agrees within four standard errors."""
    data = random_panel(33, 4, 6)
    frame, unit, time = codes(data)
    y, X = frame["y"].to_numpy(), frame[["x1", "x2"]].to_numpy()
    restricted = brute_force(y - 0.9 * X[:, 0], X[:, 1:], unit, time, "twoway")
    points = np.sqrt([0.5, 1.0, 1.5])
    own = abs(refit_t(y, X, unit, time, 0.9))
    stars = [
        refit_t(y - restricted.residuals + np.array(row)[unit] * restricted.residuals, X, unit, time, 0.9)
        for row in itertools.product([*points, *-points], repeat=4)
    ]
    expected = np.mean(np.abs(stars) >= own * (1 - 1e-9))
    fit = pk.FixedEffects("y ~ x1 + x2").fit(data)
    boot = wild_cluster_bootstrap(fit, "x1", 0.9, weights="webb", reps=40_000)
    assert boot.p_value == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 40_000) + 1e-4)


def test_webb_weights() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(27, 8, 6))
    boot = wild_cluster_bootstrap(fit, "x1", weights="webb", reps=4999)
    assert not boot.enumerated
    assert 0.0 < boot.p_value <= 1.0
    assert boot.conf_low < boot.estimate < boot.conf_high


def test_five_clusters_cannot_reject_and_the_set_is_unbounded() -> None:
    """With 2^5 sign vectors the smallest p-value is 2/32 > .05."""
    boot = wild_cluster_bootstrap(pk.FixedEffects("y ~ x1").fit(random_panel(28, 5, 8)), "x1")
    assert (boot.conf_low, boot.conf_high) == (-np.inf, np.inf)
    assert any("unbounded" in note for note in boot.notes)


def test_refusals() -> None:
    fit = pk.FixedEffects("y ~ x1").fit(random_panel(29))
    with pytest.raises(pk.SpecError, match="no term x9"):
        wild_cluster_bootstrap(fit, "x9")
    with pytest.raises(pk.SpecError, match="weights is rademacher or webb"):
        wild_cluster_bootstrap(fit, "x1", weights="normal")
    with pytest.raises(pk.SpecError, match="ties is inclusive or strict"):
        wild_cluster_bootstrap(fit, "x1", ties="loose")
    with pytest.raises(pk.SpecError, match="rng is a non-negative integer"):
        wild_cluster_bootstrap(fit, "x1", rng=-1)
    with pytest.raises(pk.SpecError, match="reps is a whole number"):
        wild_cluster_bootstrap(fit, "x1", reps=0)
    with pytest.raises(pk.SpecError, match="reps is a whole number"):
        wild_cluster_bootstrap(fit, "x1", reps=1e3)
    with pytest.raises(pk.SpecError, match="0.95 for 95 %"):
        wild_cluster_bootstrap(fit, "x1", level=95)
    with pytest.raises(pk.SpecError, match="finite"):
        wild_cluster_bootstrap(fit, "x1", float("nan"))
    with pytest.raises(pk.SpecError, match="every weight"):
        wild_cluster_bootstrap(fit, {"x1": 0.0})
    with pytest.raises(pk.SpecError, match="did not carry the column `region`"):
        wild_cluster_bootstrap(fit, "x1", cluster="region")


def test_a_perfect_fit_is_refused() -> None:
    data = random_panel(29)
    data["y"] = 2.0 * data["x1"]
    fit = pk.FixedEffects("y ~ x1").fit(data)
    with pytest.raises(pk.SpecError, match="fits the outcome exactly"):
        wild_cluster_bootstrap(fit, "x1")


def test_a_covariance_without_clusters_says_by_what_the_bootstrap_clusters() -> None:
    fit = pk.FixedEffects("y ~ x1", vcov=pk.Robust()).fit(random_panel(29))
    assert any("clustered by province" in note for note in wild_cluster_bootstrap(fit, "x1", reps=99).notes)


def test_size_in_a_small_simulation() -> None:
    """Serially correlated errors, 20 provinces, 8 years, true slope zero: 400 samples at nominal 5 %.

    The share of rejections of a correct test lies within .05 +- 3 sqrt(.05 * .95 / 400) = [.017, .083].
    """
    rng = np.random.default_rng(30)
    index = pd.MultiIndex.from_product([range(20), range(2000, 2008)], names=["province", "year"])
    rejected = np.zeros(2)
    for _ in range(400):
        x, e = (np.cumsum(rng.normal(size=(20, 8)), axis=1) for _ in range(2))
        data = pd.DataFrame({"x": x.ravel(), "y": e.ravel()}, index=index)
        fit = pk.FixedEffects("y ~ x").fit(data)
        boot = wild_cluster_bootstrap(fit, "x", reps=399, rng=rng)
        rejected += [boot.p_value <= 0.05, fit.p_values["x"] <= 0.05]
    assert 0.017 <= rejected[0] / 400 <= 0.083, "wild cluster bootstrap"
    assert 0.017 <= rejected[1] / 400 <= 0.083, "CRV3"

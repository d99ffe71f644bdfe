"""Fixed effects against stored oracles, linearmodels, pyfixest and explicit dummies."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import panelkit as pk
from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import convention_named
from panelkit.covariance.small_sample import counted_effects
from tests.panels import brute_force, codes, random_panel
from tests.stored import stored

# live references solve the same normal equations by another route: they agree to rounding times the condition
LIVE = 1e-8
PRODUC = "log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp"


def produc() -> pd.DataFrame:
    """Return Munnell's states as linearmodels ships them, under the names of R's Produc."""
    from linearmodels.datasets import munnell

    return munnell.load().rename(columns={"YR": "year", "P_CAP": "pcap"}).rename(columns=str.lower)


def fit_produc(effects: str, vcov: object, convention: str = "reghdfe") -> object:
    spec = pk.FixedEffects(PRODUC, effects=effects, vcov=vcov, convention=convention)
    return spec.fit(produc(), unit="state", time="year")


# the stored jackknife refits dummies by least squares: it agrees to rounding times the condition
JACKKNIFE = 1e-8


def test_oracle_produc_se() -> None:
    told = stored("us_data")["expect"]["jackknife"]["unit"]
    n, k, groups = 816, 4, 48
    fit = fit_produc("unit", pk.Iid())
    np.testing.assert_allclose(fit.estimates, told["b"], rtol=JACKKNIFE)
    np.testing.assert_allclose(fit.std_errors, told["iid"], rtol=JACKKNIFE)
    clustered = fit_produc("unit", pk.Cluster())
    counted = groups / (groups - 1) * (n - 1) / (n - k - 1)
    np.testing.assert_allclose(clustered.std_errors / np.sqrt(counted), told["CR0"], rtol=JACKKNIFE)
    crv3 = fit_produc("unit", pk.CRV3())
    np.testing.assert_allclose(crv3.std_errors, told["CRV3"], rtol=JACKKNIFE)
    assert crv3.df == groups - 1


def test_oracle_produc_se_twoway_demeans_again() -> None:
    told = stored("us_data")["expect"]["jackknife"]["twoway"]
    crv3 = fit_produc("twoway", pk.CRV3())
    np.testing.assert_allclose(crv3.estimates, told["b"], rtol=JACKKNIFE)
    np.testing.assert_allclose(crv3.std_errors, told["CRV3"], rtol=JACKKNIFE)
    clustered = fit_produc("twoway", pk.Cluster())
    counted = 48 / 47 * 815 / (816 - 4 - 17)
    np.testing.assert_allclose(clustered.std_errors / np.sqrt(counted), told["CR0"], rtol=JACKKNIFE)


def test_hand_computed_unbalanced_twoway() -> None:
    """Three provinces, two years, province C without its second year.

    C then fits itself, and A and B give y2 - y1 = d + b (x2 - x1): A: 3 = d + 2b, B: 1 = d + b, so b = 2, d = -1.
    """
    frame = pd.DataFrame(
        {
            "province": ["A", "A", "B", "B", "C"],
            "year": [2020, 2021, 2020, 2021, 2020],
            "x": [1.0, 3.0, 4.0, 5.0, 7.0],
            "y": [2.0, 5.0, 1.0, 2.0, 9.0],
        }
    )
    with pytest.raises(pk.SpecError, match="4 observations cannot carry 1 regressors and 3 effects"):
        pk.FixedEffects("y ~ x").fit(frame, unit="province", time="year")
    more = pd.DataFrame({"province": ["D", "D"], "year": [2020, 2021], "x": [0.0, 2.0], "y": [0.0, 3.0]})
    panel = pd.concat([frame, more])
    fit = pk.FixedEffects("y ~ x", vcov=pk.Iid()).fit(panel, unit="province", time="year")
    assert fit.params["x"] == pytest.approx(2.0, abs=1e-12)  # D repeats A's changes: the fit stays exact
    assert fit.residuals == pytest.approx(np.zeros(6), abs=1e-12)
    assert fit.dropped.to_dict("records") == [
        {"province": "C", "year": 2020, "reason": "singleton: the only row of its province or year"}
    ]


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
@pytest.mark.parametrize("share", [1.0, 0.7])
def test_estimates_equal_dummies(effects: str, share: float) -> None:
    data = random_panel(11, 14, 8, share, regressors=3)
    fit = pk.FixedEffects("y ~ x1 + x2 + x3", effects=effects, vcov=pk.Iid()).fit(data)
    frame, unit, time = codes(data)
    X = frame[["x1", "x2", "x3"]].to_numpy()
    if effects == "none":
        X = np.column_stack([np.ones(len(X)), X])
    brute = brute_force(frame["y"].to_numpy(), X, unit, time, effects)
    np.testing.assert_allclose(fit.estimates, brute.beta, atol=LIVE)
    np.testing.assert_allclose(fit.residuals, brute.residuals, atol=LIVE)
    assert fit.facts["df_resid"] == len(frame) - X.shape[1] - brute.rank


VCOVS = {
    "iid": (pk.Iid(), {"cov_type": "unadjusted"}, "iid"),
    "robust": (pk.Robust(), {"cov_type": "robust"}, "HC1"),
    "unit": (pk.Cluster(), {"cov_type": "clustered", "cluster_entity": True}, {"CRV1": "province"}),
    "time": (pk.Cluster("year"), {"cov_type": "clustered", "cluster_time": True}, {"CRV1": "year"}),
}


@pytest.mark.parametrize("name", VCOVS)
@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
@pytest.mark.parametrize("share", [1.0, 0.7])
def test_agrees_with_linearmodels(name: str, effects: str, share: float) -> None:
    from linearmodels.panel import PanelOLS

    data = random_panel(12, 20, 9, share)
    vcov, options, _ = VCOVS[name]
    fit = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=vcov, convention="linearmodels").fit(data)
    model = PanelOLS(
        data["y"],
        data[["x1", "x2"]],
        entity_effects=effects != "time",
        time_effects=effects != "unit",
        singletons=True,
    )
    live = model.fit(**options)
    np.testing.assert_allclose(fit.estimates, live.params, rtol=LIVE)
    np.testing.assert_allclose(fit.std_errors, live.std_errors, rtol=LIVE)
    np.testing.assert_allclose(fit.p_values, live.pvalues, rtol=1e-6, atol=1e-12)
    assert fit.nobs == live.nobs


@pytest.mark.parametrize("name", VCOVS)
@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
@pytest.mark.parametrize("share", [1.0, 0.7])
def test_agrees_with_pyfixest(name: str, effects: str, share: float) -> None:
    data = random_panel(13, 20, 9, share)
    vcov, _, other = VCOVS[name]
    fit = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=vcov).fit(data)
    absorbed = {"unit": "province", "time": "year", "twoway": "province + year"}[effects]
    live = feols(f"y ~ x1 + x2 | {absorbed}", data, other)
    # pyfixest demeans by iteration and stops near 1e-8; p-values in the tails multiply that by a hundred
    np.testing.assert_allclose(fit.estimates, live.coef(), rtol=1e-6)
    counted = live._df_k
    if isinstance(other, dict):
        # pyfixest 0.60 miscounts nested effects where its hash seed visits the second effect first
        clusters = clusters_of(fit.design, vcov.by)
        counted = fit.linear.k + counted_effects(fit.linear, (clusters,), convention_named("reghdfe"))
    factor = np.sqrt((fit.nobs - live._df_k) / (fit.nobs - counted))
    np.testing.assert_allclose(fit.std_errors, live.se() * factor, rtol=1e-6)
    if factor == 1.0:
        np.testing.assert_allclose(fit.p_values, live.pvalue(), rtol=1e-4, atol=1e-12)


def feols(formula: str, data: pd.DataFrame, vcov: object) -> object:
    import pyfixest

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own notices about singletons and deprecations
        return pyfixest.feols(formula, data.reset_index(), vcov=vcov, fixef_tol=1e-12)


@pytest.mark.parametrize("share", [1.0, 0.7])
def test_two_way_cluster_agrees_with_pyfixest(share: float) -> None:
    data = random_panel(14, 20, 9, share)
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.TwoWayCluster()).fit(data)
    live = feols("y ~ x1 + x2 | province + year", data, {"CRV1": "province + year"})
    np.testing.assert_allclose(fit.std_errors, live.se(), rtol=1e-6)
    np.testing.assert_allclose(fit.p_values, live.pvalue(), rtol=1e-4)


def test_two_way_cluster_that_is_not_positive_definite_says_so() -> None:
    found = None
    for seed in range(200):
        data = random_panel(seed, 4, 4)
        fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.TwoWayCluster()).fit(data)
        if any("not positive definite" in note for note in fit.notes):
            found = fit
            break
    assert found is not None
    assert np.linalg.eigvalsh(found.covariance)[0] >= -1e-12


def test_xtreg_counts_like_reghdfe_where_clusters_hold_units_and_refuses_otherwise() -> None:
    data = random_panel(15, 20, 9)
    ours = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster(), convention="xtreg").fit(data)
    other = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster()).fit(data)
    np.testing.assert_allclose(ours.std_errors, other.std_errors, rtol=1e-12)
    with pytest.raises(pk.SpecError, match="clusters must hold whole units"):
        pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster("year"), convention="xtreg").fit(data)


def test_clusters_of_provinces_by_a_column() -> None:
    data = random_panel(16, 20, 9, 0.8)
    data["region"] = np.where(data.index.get_level_values(0) < "P10", "east", "west")
    data.loc[data.index.get_level_values(0) < "P05", "region"] = "north"
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.CRV3("region")).fit(data)
    frame, unit, time = codes(data)
    betas = []
    for region in ("east", "north", "west"):
        left = (frame["region"] != region).to_numpy()
        X, y = frame.loc[left, ["x1", "x2"]].to_numpy(), frame.loc[left, "y"].to_numpy()
        betas.append(brute_force(y, X, unit[left], time[left], "twoway").beta)
    centred = np.array(betas) - fit.estimates
    np.testing.assert_allclose(fit.covariance, centred.T @ centred * 2 / 3, atol=LIVE)
    assert fit.df == 2


def test_refusals_name_what_is_wrong() -> None:
    data = random_panel(17)
    one = data[data.index.get_level_values(0) == "P00"]
    with pytest.raises(pk.DataError, match="one unit"):
        pk.FixedEffects("y ~ x1", convention="xtreg").fit(one)
    with pytest.raises(pk.SpecError, match="at least two"):
        pk.FixedEffects("y ~ x1", effects="unit").fit(one)
    data["fixed"] = (data.index.get_level_values(0) > "P05").astype(float)
    with pytest.raises(pk.SpecError, match="`fixed`: no variation is left"):
        pk.FixedEffects("y ~ x1 + fixed").fit(data)
    data["constant"] = 3.0
    with pytest.raises(pk.SpecError, match="`constant`"):
        pk.FixedEffects("y ~ x1 + constant", effects="none").fit(data)
    with pytest.raises(pk.SpecError, match="no regressor"):
        pk.FixedEffects("y ~ 1").fit(data)
    with pytest.raises(pk.SpecError, match="convention is one of"):
        pk.FixedEffects("y ~ x1", convention="stata")
    data["treated"] = (
        (data.index.get_level_values(0) == "P03") & (data.index.get_level_values(1) > 2012)
    ) * 1.0
    with pytest.raises(pk.SpecError, match="without province P03 the regressors are not identified"):
        pk.FixedEffects("y ~ x1 + treated").fit(data)


def test_a_column_called_province_is_not_the_unit() -> None:
    """Cities in provinces: clustering by `province` is clustering by that column, whatever the index is called."""
    cities = random_panel(41, 24, 6).rename_axis(["city", "year"])
    number = cities.index.get_level_values(0).str[1:].astype(int)
    cities["province"], cities["prov"] = number // 4, number // 4
    columns = cities.reset_index()
    for vcov in (pk.Cluster, pk.CRV3, lambda by: pk.TwoWayCluster(by, "year")):
        expected = pk.FixedEffects("y ~ x1", vcov=vcov("prov")).fit(cities)
        for fit in (
            pk.FixedEffects("y ~ x1", vcov=vcov("province")).fit(cities),
            pk.FixedEffects("y ~ x1", vcov=vcov("province")).fit(columns, unit="city", time="year"),
        ):
            np.testing.assert_allclose(fit.std_errors, expected.std_errors, rtol=1e-12)
            assert fit.facts["n_clusters"] == 6
    own = pk.FixedEffects("y ~ x1").fit(cities)
    assert own.facts["vcov"] == "CRV3 (jackknife) by city, t(23)"
    with pytest.raises(pk.SpecError, match="did not carry the column `province`"):
        pk.wild_cluster_bootstrap(own, "x1", cluster="province")


@pytest.mark.parametrize("by", [None, "year", "region"])
@pytest.mark.parametrize("effects", ["none", "time", "unit", "twoway"])
def test_levels_do_not_matter_to_the_jackknife(effects: str, by: str | None) -> None:
    """Adding 1e7 to a column of unit variance costs seven of sixteen digits: 1e-5 is what is left of the square."""
    data = random_panel(42, 12, 7, 0.9)
    data["region"] = data.index.get_level_values(0).str[1:].astype(int) // 3
    moved = data.assign(y=data["y"] + 1e7, x1=data["x1"] + 1e6)
    spec = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=pk.CRV3(by))
    slopes = ["x1", "x2"]
    np.testing.assert_allclose(
        spec.fit(moved).std_errors[slopes], spec.fit(data).std_errors[slopes], rtol=1e-5
    )


def test_the_jackknife_of_an_intercept() -> None:
    data = random_panel(43, 8, 5)
    fit = pk.FixedEffects("y ~ x1", effects="none").fit(data)
    frame, unit, time = codes(data)
    X = np.column_stack([np.ones(len(frame)), frame["x1"]])
    betas = [
        brute_force(frame["y"].to_numpy()[unit != g], X[unit != g], unit, time, "none").beta for g in range(8)
    ]
    centred = np.array(betas) - fit.estimates
    np.testing.assert_allclose(fit.covariance, centred.T @ centred * 7 / 8, rtol=1e-8)


def test_what_is_no_covariance_is_refused() -> None:
    for wrong in ("cluster", pk.CRV3, None):
        with pytest.raises(pk.SpecError, match="vcov is a covariance such as CRV3"):
            pk.FixedEffects("y ~ x1", vcov=wrong)
    data = random_panel(44)
    data["mixed"] = pd.Series(["1" if i % 2 else 1 for i in range(len(data))], index=data.index, dtype=object)
    with pytest.raises(pk.SpecError, match="clusters by `mixed` mix values of the kinds int, str"):
        pk.FixedEffects("y ~ x1", vcov=pk.Cluster("mixed")).fit(data)
    data["region"] = np.where(data.index.get_level_values(0) < "P06", "east", "west")
    data["d"] = ((data["region"] == "east") & (data.index.get_level_values(1) > 2012)) * data["x2"]
    with pytest.raises(pk.SpecError, match="without region east"):
        pk.FixedEffects("y ~ d", vcov=pk.CRV3("region")).fit(data)


def test_a_spec_is_a_value() -> None:
    spec = pk.FixedEffects("y ~ x1")
    assert hash(spec) == hash(pk.FixedEffects("y ~ x1"))
    assert spec.with_vcov(pk.Cluster()).vcov == pk.Cluster()
    assert spec.vcov == pk.CRV3()
    assert "y ~ x1" in repr(spec)


def test_missing_cells_are_listed() -> None:
    data = random_panel(18)
    data.loc[("P02", 2012), "x1"] = np.nan
    fit = pk.FixedEffects("y ~ x1 + x2").fit(data)
    assert fit.nobs == 83
    assert fit.dropped[["province", "year"]].to_numpy().tolist() == [["P02", 2012]]
    assert any("x1" in note for note in fit.notes)


panels = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(seed=panels, share=st.sampled_from([1.0, 0.8, 0.6]))
def test_order_and_names_of_rows_do_not_matter(seed: int, share: float) -> None:
    data = random_panel(seed, 10, 7, share)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(data)
    shuffled = data.sample(frac=1.0, random_state=seed + 1)
    renamed = shuffled.rename(index=lambda label: f"Z{hash(label) % 997:03d}-{label}", level=0)
    other = pk.FixedEffects("y ~ x1 + x2").fit(renamed)
    # the order of a sum moves its last digits; the jackknife squares small differences of them
    np.testing.assert_allclose(fit.estimates, other.estimates, rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors, other.std_errors, rtol=1e-7)


@settings(max_examples=25, deadline=None)
@given(seed=panels, a=st.sampled_from([1e-6, 0.1, 1e4, 1e8]), b=st.sampled_from([1e-5, 3.0, 1e6]))
def test_rescaling_rescales(seed: int, a: float, b: float) -> None:
    data = random_panel(seed, 10, 7, 0.8)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(data)
    scaled = data.assign(x1=data["x1"] * a, y=data["y"] * b)
    other = pk.FixedEffects("y ~ x1 + x2").fit(scaled)
    factor = np.array([b / a, b])
    # products with powers of ten round anew, and differences of jackknife estimates lose two more digits
    np.testing.assert_allclose(other.estimates, fit.estimates * factor, rtol=1e-8)
    np.testing.assert_allclose(other.std_errors, fit.std_errors * factor, rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=panels)
def test_a_duplicated_column_is_refused(seed: int) -> None:
    data = random_panel(seed, 8, 6, 0.8)
    data["copy"] = data["x1"]
    with pytest.raises(pk.SpecError, match="`copy`: a linear combination"):
        pk.FixedEffects("y ~ x1 + x2 + copy").fit(data)


@settings(max_examples=20, deadline=None)
@given(seed=panels, missing=st.integers(1, 20))
def test_missing_cells_equal_a_shorter_panel(seed: int, missing: int) -> None:
    data = random_panel(seed, 10, 7)
    rows = np.random.default_rng(seed).choice(len(data), missing, replace=False)
    holed = data.copy()
    holed.iloc[rows, holed.columns.get_loc("x2")] = np.nan
    a = pk.FixedEffects("y ~ x1 + x2").fit(holed)
    b = pk.FixedEffects("y ~ x1 + x2").fit(data.drop(data.index[rows]))
    np.testing.assert_array_equal(a.estimates, b.estimates)
    np.testing.assert_array_equal(a.std_errors, b.std_errors)
    assert len(a.dropped) >= missing

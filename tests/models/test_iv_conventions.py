"""Conventions of ivregress, ivreg2, ivreghdfe and xtivreg2: factors by hand and refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.models.test_instrumental import panel
from tests.models.test_weak_identification import STORED, card
from tests.panels import codes, dummies

FORMULA = "y ~ x1 + [w ~ z1 + z2]"


def pieces(frame: pd.DataFrame, effects: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return fitted regressors x1 and w less the effects, residuals, and the codes, on explicit dummies."""
    held, unit, time = codes(frame)
    beside = {"unit": dummies(unit), "twoway": np.hstack([dummies(unit), dummies(time)[:, 1:]])}[effects]
    X = np.column_stack([held[["x1", "w"]], beside])
    Z = np.column_stack([held[["x1", "z1", "z2"]], beside])
    fitted = Z @ np.linalg.lstsq(Z, X, rcond=None)[0]
    beta = np.linalg.lstsq(fitted, held["y"].to_numpy(), rcond=None)[0]
    residuals = held["y"].to_numpy() - X @ beta
    bread = np.linalg.inv(fitted.T @ fitted)
    return fitted, residuals, bread, unit


def errors(frame: pd.DataFrame, effects: str) -> dict[str, float]:
    """Return the standard errors of w without any factor, and n, G, periods."""
    fitted, e, bread, unit = pieces(frame, effects)
    sums = pd.DataFrame(fitted * e[:, None]).groupby(unit).sum().to_numpy()
    robust = (fitted * e[:, None]).T @ (fitted * e[:, None])
    at = 1
    return {
        "iid": float(np.sqrt(bread[at, at] * (e @ e))),
        "robust": float(np.sqrt((bread @ robust @ bread)[at, at])),
        "cluster": float(np.sqrt((bread @ sums.T @ sums @ bread)[at, at])),
    }


@pytest.mark.parametrize("share", [1.0, 0.8])
@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_factors_by_hand(share: float, effects: str) -> None:
    frame = panel(share=share)
    n, units, periods = len(frame), len(frame.index.unique(0)), len(frame.index.unique(1))
    plain = errors(frame, effects)
    beside = periods - 1 if effects == "twoway" else 0
    k = 2
    clusters = units / (units - 1) * (n - 1)
    expected = {
        "ivregress": (1 / n, 1.0, 1.0, np.inf, np.inf),
        "ivreg2": (1 / n, 1.0, 1.0, np.inf, np.inf),
        "xtivreg2": (1 / (n - units), n / (n - units), 1.0, np.inf, np.inf),
        "xtivreg2-small": (
            1 / (n - k - units - beside),
            n / (n - k - units - beside),
            clusters / (n - k - beside),
            n - k - units - beside,
            units - 1,
        ),
        # absorbed units lie in the clusters; one is counted at least
        "ivreghdfe": (
            1 / (n - k - units - beside),
            n / (n - k - units - beside),
            clusters / (n - k - max(beside, 1)),
            n - k - units - beside,
            units - 1,
        ),
    }
    for name, (iid, robust, cluster, df, group_df) in expected.items():
        for vcov, key, factor, left in (
            (pk.Iid(), "iid", iid, df),
            (pk.Robust(), "robust", robust, df),
            (pk.Cluster(), "cluster", cluster, group_df),
        ):
            fit = pk.InstrumentalFE(FORMULA, effects=effects, vcov=vcov, convention=name).fit(frame)
            assert fit.std_errors["w"] == pytest.approx(plain[key] * np.sqrt(factor), rel=1e-8), (name, key)
            assert fit.df == left, (name, key)


def test_ivreg2_cluster_on_card() -> None:
    """The standard error of `ivreg2, cluster(smsa66)`; ivreghdfe's factor is that of `ivreg2, small`."""
    held = 0.0426595575968114
    fit = card(method="fuller", vcov=pk.Cluster("smsa66"))
    small = pk.InstrumentalFE(
        fit.spec.formula, effects="none", vcov=pk.Cluster("smsa66"), convention="ivreghdfe", method="fuller"
    )
    from linearmodels.datasets import card as data

    frame = data.load()
    frame["person"] = np.arange(len(frame))
    assert small.fit(frame, unit="person").std_errors["educ"] == pytest.approx(held, rel=STORED)


def test_z_prints_normal_p_values_and_first_stages_keep_an_f() -> None:
    from scipy import stats

    fit = pk.InstrumentalFE(FORMULA, vcov=pk.Cluster(), convention="ivregress").fit(panel())
    assert fit.p_values["w"] == pytest.approx(2 * stats.norm.sf(abs(fit.params["w"] / fit.std_errors["w"])))
    first = next(test for test in fit.tests if test.name.startswith("first-stage F"))
    assert first.df == (2.0, 13.0)
    assert any(note.endswith("z; first stages as regress prints them") for note in fit.notes)


def test_interactions_and_other_covariances_take_them() -> None:
    for name in ("ivregress", "ivreghdfe", "xtivreg2", "xtivreg2-small"):
        for vcov in (pk.TwoWayCluster(), pk.DriscollKraay(2), pk.CRV3(), pk.CR2()):
            fit = pk.InstrumentalFE(FORMULA, vcov=vcov, convention=name).fit(panel())
            assert np.isfinite(fit.std_errors["w"])
        trends = pk.InstrumentalFE(f"{FORMULA} + C(province):year", vcov=pk.Cluster(), convention=name)
        assert np.isfinite(trends.fit(panel()).std_errors["w"])


@pytest.mark.parametrize("name", ["ivregress", "ivreg2", "ivreghdfe", "xtivreg2", "xtivreg2-small"])
def test_refused_without_instruments(name: str) -> None:
    for kind in (pk.FixedEffects, pk.PooledOLS, pk.RandomEffects, pk.BetweenEffects, pk.FirstDifference):
        with pytest.raises(pk.SpecError, match="of a program for instrumental variables"):
            kind("y ~ x1", convention=name)
    with pytest.raises(pk.SpecError, match="Mediation has no instruments"):
        pk.Mediation("y", "x1", "x2", convention=name)
    with pytest.raises(pk.SpecError, match="SpecificationCurve has no instruments"):
        pk.SpecificationCurve(("y",), ("x1",), convention=name)


def test_a_cross_section_needs_no_time() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(80, 3)), columns=["z", "x", "u"])
    frame["d"] = frame["z"] + frame["u"]
    frame["y"] = 2 * frame["d"] + frame["u"] + rng.normal(size=80)
    frame["firm"] = [f"F{j}" for j in range(80)]
    spec = pk.InstrumentalFE("y ~ x + [d ~ z]", effects="none", vcov=pk.Robust())
    fit = spec.fit(frame, unit="firm")
    panelled = spec.fit(frame.assign(year=2020), unit="firm", time="year")
    np.testing.assert_array_equal(fit.estimates, panelled.estimates)
    np.testing.assert_array_equal(fit.covariance, panelled.covariance)
    indexed = spec.fit(frame.set_index("firm"), unit="firm")
    np.testing.assert_array_equal(fit.estimates, indexed.estimates)
    assert pk.PooledOLS("y ~ x", vcov=pk.Robust()).fit(frame, unit="firm").nobs == 80
    with pytest.raises(pk.DataError, match="F0 has 2 rows: name the column of time"):
        spec.fit(pd.concat([frame, frame.iloc[:1]]), unit="firm")
    with pytest.raises(pk.DataError, match="no column `company`"):
        spec.fit(frame, unit="company")
    with pytest.raises(pk.DataError, match="effects='none'"):
        pk.InstrumentalFE("y ~ x + [d ~ z]").fit(frame, unit="firm")

"""Panel VARs against printed numbers, dense Kronecker products, within regressions and panels written out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats import chi2

import panelkit as pk
from tests.dynamic.vector_panels import NAMES, brute_force, vector_panel
from tests.reference import oracle, reference_path

# two roads of double precision through the same sums, in columns of size one
CLOSE = {"rtol": 1e-8, "atol": 1e-10}
DAHLBERG = ("expenditures", "revenues", "grants")


def dahlberg() -> pd.DataFrame:
    return pd.read_csv(reference_path("Dahlberg.csv"))


def printed(**options: Any) -> Any:
    spec = pk.PanelVAR(DAHLBERG, instruments="all", collapse=False, time_effects=False, **options)
    return spec.fit(dahlberg(), unit="id", time="year")


def errors(fit: Any) -> np.ndarray:
    return np.sqrt(np.diag(fit.covariance)).reshape(len(fit.names), -1)


def test_one_step_is_what_panelvar_prints() -> None:
    held, fit = oracle("pvar_dahlberg_onestep")["outputs"], printed()
    # printed with eight decimals
    np.testing.assert_allclose(fit.coefficients[0], held["A"], atol=1e-8)
    np.testing.assert_allclose(errors(fit), held["se"], atol=1e-8)
    assert fit.nobs == held["nobs"]
    assert fit.columns.instruments == held["instr_per_eq"]


@pytest.mark.parametrize(
    ("tolerance", "first", "j", "rank"),
    [
        (1.5e-8, 0.28461641, 263.0076, 221),
        (1e-10, 0.28393413, 264.1598, 252),
        (1e-6, 0.27335040, 255.8429, 136),
    ],
)
def test_two_steps_hang_on_the_tolerance_of_the_inverse(
    tolerance: float, first: float, j: float, rank: int
) -> None:
    fit = printed(steps=2, singular="pinv", tolerance=tolerance)
    assert fit.estimates[0] == pytest.approx(first, abs=1e-8)
    assert fit.j == pytest.approx(j, abs=1e-4)
    assert fit.facts["hansen_df"] == rank - 9
    assert any(f"kept {rank} of 252" in note for note in fit.notes)
    if tolerance == 1.5e-8:
        held = oracle("pvar_dahlberg_twostep")["outputs"]
        np.testing.assert_allclose(fit.coefficients[0], held["A"], atol=1e-8)
        np.testing.assert_allclose(errors(fit), held["se_windmeijer"], atol=1e-8)


def test_two_steps_with_the_full_inverse() -> None:
    fit = printed(steps=2)
    assert fit.estimates[0] == pytest.approx(0.28393413, abs=1e-8)
    assert fit.j == pytest.approx(264.1598, abs=1e-4)


def test_criteria_of_the_lag_order() -> None:
    spec = pk.PanelVAR(
        DAHLBERG,
        instruments="all",
        collapse=False,
        time_effects=False,
        singular="pinv",
        tolerance=1.5e-8,
        steps=2,
    )
    found = pk.pvar_lag_order(spec, dahlberg(), 1, unit="id", time="year")
    row = found.table.iloc[0]
    assert row["mbic"] == pytest.approx(-1565.72, abs=0.005)
    assert row["maic"] == pytest.approx(-222.99, abs=0.005)
    assert row["df"] == 243
    assert row["p_value"] == pytest.approx(chi2.sf(row["hansen_j"], 221 - 9), rel=1e-9)
    assert "p is that of the 212 directions" in found.summary()


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "collapsed": ({}, {}),
    "by period": ({"collapse": False}, {"collapse": False}),
    "two lags": ({"lags": 2}, {"lags": 2, "last": 3}),
    "exogenous": ({"exogenous": ("x",)}, {"exogenous": True}),
    "differences": ({"transform": "fd"}, {"transform": "fd"}),
    "two steps": ({"steps": 2}, {"steps": 2}),
    "differences, two steps": ({"transform": "fd", "steps": 2}, {"transform": "fd", "steps": 2}),
}


@pytest.mark.parametrize("share", [1.0, 0.9])
@pytest.mark.parametrize("name", CASES)
def test_without_time_effects_it_is_the_dense_gmm(name: str, share: float) -> None:
    ours, theirs = CASES[name]
    data = vector_panel(3, share=share)
    fit, brute = pk.PanelVAR(NAMES, time_effects=False, **ours).fit(data), brute_force(data, **theirs)
    np.testing.assert_allclose(fit.estimates.reshape(2, -1), brute.beta, **CLOSE)
    np.testing.assert_allclose(fit.covariance, brute.covariance, **CLOSE)
    assert fit.nobs == brute.rows
    if "steps" in ours:
        assert fit.j == pytest.approx(brute.j, rel=1e-8)


@pytest.mark.parametrize("share", [1.0, 0.9])
@pytest.mark.parametrize("name", ["collapsed", "by period", "two lags", "exogenous"])
def test_time_effects_are_transformed_dummies_among_regressors_and_instruments(
    name: str, share: float
) -> None:
    ours, theirs = CASES[name]
    data = vector_panel(4, units=40, share=share)
    fit, brute = pk.PanelVAR(NAMES, **ours).fit(data), brute_force(data, effects=True, **theirs)
    np.testing.assert_allclose(fit.estimates.reshape(2, -1), brute.beta, **CLOSE)
    np.testing.assert_allclose(fit.covariance, brute.covariance, **CLOSE)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"steps": 2},
        {"transform": "fd", "steps": 2},
        {"estimator": "least-squares"},
        {"estimator": "bias-corrected"},
    ],
)
def test_on_a_balanced_panel_time_effects_are_demeaned_cross_sections(options: dict[str, Any]) -> None:
    data = vector_panel(5)
    by_hand = data - data.groupby("year").transform("mean")
    fit = pk.PanelVAR(NAMES, **options).fit(data)
    other = pk.PanelVAR(NAMES, time_effects=False, **options).fit(by_hand)
    if options.get("estimator") != "bias-corrected":
        np.testing.assert_allclose(fit.estimates, other.estimates, **CLOSE)
        np.testing.assert_allclose(fit.covariance, other.covariance, **CLOSE)
    else:  # the bias counts the same rows either way
        np.testing.assert_allclose(fit.estimates, other.estimates, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_least_squares_are_the_within_regressions(share: float) -> None:
    data = vector_panel(6, share=share)
    fit = pk.PanelVAR(NAMES, exogenous=("x",), estimator="least-squares").fit(data)
    for name in NAMES:
        other = pk.FixedEffects(f"{name} ~ lag(a, 1) + lag(b, 1) + x", vcov=pk.Cluster()).fit(data)
        np.testing.assert_allclose(fit.params[name], other.params, **CLOSE)
        ratio = fit.std_errors[name].to_numpy() / other.std_errors.to_numpy()
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-8)  # CRV1 has a factor of its own


def test_sigma_is_the_covariance_of_within_residuals() -> None:
    data = vector_panel(6)
    fit = pk.PanelVAR(NAMES, estimator="least-squares").fit(data)
    parts = [pk.FixedEffects(f"{name} ~ lag(a, 1) + lag(b, 1)").fit(data) for name in NAMES]
    E = np.column_stack([part.residuals for part in parts])
    np.testing.assert_allclose(fit.sigma, E.T @ E / (20 * 7 - 2 - 7), **CLOSE)  # units, periods, two lags


def refitted(spec: Any, data: pd.DataFrame, drawn: np.ndarray) -> Any:
    """Return the fit of a panel in which units stand as often as they were drawn, each time as another one."""
    units = sorted(data.index.unique("province"))
    parts = []
    for number, at in enumerate(drawn):
        block = data.xs(units[at], level="province", drop_level=False).reset_index()
        parts.append(block.assign(province=f"U{number:02d}"))
    return spec.fit(pd.concat(parts).set_index(["province", "year"]))


SPECS: dict[str, dict[str, Any]] = {
    "one step": {},
    "two steps": {"steps": 2},
    "differences": {"transform": "fd"},
    "by period": {"collapse": False, "lags": 2},
    "least squares": {"estimator": "least-squares", "exogenous": ("x",)},
    "bias-corrected": {"estimator": "bias-corrected"},
}


@pytest.mark.parametrize("share", [1.0, 0.95])
@pytest.mark.parametrize("name", SPECS)
def test_a_resample_is_the_fit_of_its_panel(name: str, share: float) -> None:
    spec, data = pk.PanelVAR(NAMES, **SPECS[name]), vector_panel(8, units=40, periods=12, share=share)
    fit = spec.fit(data)
    assert fit.columns.groups == 40
    rng = np.random.default_rng(5)
    drawn = rng.integers(0, 40, size=(2, 40))
    coefficients, sigma = fit.resample(2, 5)
    for at in range(2):
        again = refitted(spec, data, drawn[at])
        # two orders of the same sums; a bias is solved to 1e-10
        np.testing.assert_allclose(coefficients[at], again.coefficients, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(sigma[at], again.sigma, rtol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"steps": 2},
        {"transform": "fd"},
        {"collapse": False},
        {"exogenous": ("x",), "instruments": (2, 3)},
    ],
)
@pytest.mark.parametrize("share", [1.0, 0.95, 0.85])
def test_jackknife_errors_are_those_of_fits_without_each_unit(share: float, options: dict[str, Any]) -> None:
    """Period effects, means in instruments and weights are those of the panel without the unit, with gaps too."""
    data = vector_panel(9, share=share, units=31)
    spec = pk.PanelVAR(NAMES, **options)
    fit = spec.fit(data)
    assert (fit.columns.marks is None) == (share == 1.0)
    units = fit.design.unit_labels
    assert len(units) == fit.columns.groups
    without = np.array(
        [spec.fit(data.drop(one, level="province")).estimates for one in units]
    ) - fit.estimates  # fmt: skip
    by_hand = without.T @ without * (len(units) - 1) / len(units)
    own = replace(spec, errors="jackknife").fit(data)
    size = np.sqrt(np.diag(by_hand))
    # two orders of the same sums
    np.testing.assert_allclose(
        own.covariance / np.outer(size, size), by_hand / np.outer(size, size), atol=1e-9
    )
    held = by_hand[1, 1]  # the lag of b in the equation of a
    f = fit.params["a"]["lag(b, 1)"] ** 2 / held
    assert fit.granger().p_value("a", "b") == pytest.approx(stats.f.sf(f, 1, len(units) - 1), rel=1e-8)


def test_means_far_from_zero_cost_a_jackknife_nothing() -> None:
    data = vector_panel(9, share=0.85)
    far = data.assign(a=data["a"] + 1e6)
    near, moved = (pk.PanelVAR(NAMES, errors="jackknife").fit(frame) for frame in (data, far))
    np.testing.assert_allclose(moved.std_errors, near.std_errors, rtol=1e-7)


def test_clusters_hold_several_units() -> None:
    data = vector_panel(10).assign(region=lambda f: [f"R{int(u[1:]) // 4}" for u, _ in f.index])
    fit = pk.PanelVAR(NAMES, cluster="region").fit(data)
    assert fit.facts["n_clusters"] == 5
    # the same moments, summed by region
    own = pk.PanelVAR(NAMES).fit(data)
    np.testing.assert_allclose(fit.estimates, own.estimates, rtol=1e-10)
    assert not np.allclose(fit.covariance, own.covariance)


def test_draws_have_the_covariance_of_the_fit() -> None:
    fit = pk.PanelVAR(NAMES, exogenous=("x",)).fit(vector_panel(11))
    draws = fit.draw(40_000, 1)
    assert draws.shape == (40_000, 1, 2, 2)
    at = [0, 1, 3, 4]
    found = np.cov(draws.reshape(-1, 4).T)
    # 40,000 draws: a standard error of a variance is under one percent of it
    np.testing.assert_allclose(np.diag(found), np.diag(fit.covariance)[at], rtol=0.04)
    np.testing.assert_array_equal(fit.draw(3, 1), fit.draw(3, 1))


@pytest.mark.parametrize("options", [*SPECS.values(), {"time_effects": False}])
@pytest.mark.parametrize("share", [1.0, 0.9])
def test_units_of_measurement_do_not_matter(options: dict[str, Any], share: float) -> None:
    data = vector_panel(12, units=40, share=share)
    moved = data.assign(a=data["a"] * 1e6, x=data["x"] * 1e-6)
    if options.get("time_effects", True):
        moved["b"] += 1e5 + 100.0 * moved.index.get_level_values("year")
    fit, other = (pk.PanelVAR(NAMES, **options).fit(frame) for frame in (data, moved))
    scale = np.array([[1.0, 1e6], [1e-6, 1.0]])
    # levels of 1e5 beside changes of one leave eleven digits
    np.testing.assert_allclose(other.coefficients, fit.coefficients * scale, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(other.statistics.to_numpy(), fit.statistics.to_numpy(), rtol=1e-5, atol=1e-6)


def test_periods_two_years_apart_are_neighbours() -> None:
    data = vector_panel(13).reset_index()
    data["year"] = 2 * data["year"]
    fit = pk.PanelVAR(NAMES, transform="fd").fit(data, unit="province", time="year")
    other = pk.PanelVAR(NAMES, transform="fd").fit(vector_panel(13))
    np.testing.assert_allclose(fit.estimates, other.estimates, **CLOSE)
    assert "lag(a, 2)" in fit.terms

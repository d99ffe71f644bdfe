"""Synthetic difference in differences: weights, the weighted regression, covariates, errors; other programs, print."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import panelkit as pk
from tests.panels import dummies
from tests.policy.synthetic_worlds import FIRST, as_rows, california, drawn, wide
from tests.stored import stored

LIVE = stored("synthetic_live")
INPUT, EXPECT = LIVE["input"], LIVE["expect"]
PLACE: dict[str, Any] = {"unit": "unit", "time": "year"}


def fitted(frame: pd.DataFrame, formula: str = "y ~ 1", **options: Any) -> Any:
    return pk.SyntheticDiD(formula, treatment="d", **options).fit(frame, **PLACE)


def live(treated: int) -> pd.DataFrame:
    """Return the stored panel, its last units treated."""
    N, T = np.array(INPUT["Y"]).shape
    return as_rows(INPUT["Y"], [T] * (N - treated) + [INPUT["start"]] * treated)


def test_the_effect_is_the_weighted_two_way_regression() -> None:
    for treated, method in ((1, "sdid"), (3, "sdid"), (2, "did")):
        frame = drawn(1, treated=treated)
        fit = fitted(frame, method=method)
        Y = wide(frame)
        N, T = Y.shape
        omega = np.full(N, 1.0 / treated)
        omega[treated:] = fit.weights.sort_values("donor")["weight"]
        lam = np.full(T, 1.0 / 4.0)
        lam[:6] = fit.period_weights["weight"]
        unit, time = np.repeat(np.arange(N), T), np.tile(np.arange(T), N)
        X = np.column_stack([wide(frame, "d").ravel(), dummies(unit), dummies(time)])
        root = np.sqrt(np.outer(omega, lam)).ravel()
        beta = np.linalg.lstsq(X * root[:, None], Y.ravel() * root, rcond=None)[0]
        assert fit.estimates[0] == pytest.approx(beta[0], abs=1e-9)


def test_plain_difference_in_differences_is_two_way_fixed_effects() -> None:
    frame = drawn(2, treated=3)
    plain = pk.FixedEffects("y ~ d").fit(frame, **PLACE)
    assert fitted(frame, method="did").estimates[0] == pytest.approx(plain.params["d"], abs=1e-9)


def test_synthetic_control_is_a_special_case() -> None:
    frame = drawn(3)
    control = pk.SyntheticControl("y ~ 1", treatment="d", placebos=0).fit(frame, **PLACE)
    # a ridge of 1e-12 of the noise is all that differs
    assert fitted(frame, method="sc").estimates[0] == pytest.approx(control.estimates[0], abs=1e-6)


def test_weights_are_those_of_another_solver() -> None:
    frame = drawn(4, treated=2)
    Y, fit = wide(frame), fitted(frame)
    start, donors = 6, wide(frame)[2:]
    noise = np.diff(donors[:, :start], axis=1).std(ddof=1)
    zeta2 = (2 * 4) ** 0.5 * noise**2
    own = Y[:2, :start].mean(axis=0)

    def loss(w: np.ndarray) -> float:
        gap = own - w @ donors[:, :start]
        return float(np.sum((gap - gap.mean()) ** 2) + zeta2 * start * w @ w)

    n = len(donors)
    found = minimize(
        loss,
        np.full(n, 1.0 / n),
        method="SLSQP",
        bounds=[(0.0, 1.0)] * n,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0},
        options={"maxiter": 500, "ftol": 1e-13},
    )
    omega = fit.weights.sort_values("donor")["weight"].to_numpy()
    assert loss(omega) <= found.fun + 1e-9
    np.testing.assert_allclose(omega, found.x, atol=1e-4)  # SLSQP's gradient is a difference quotient


@pytest.mark.parametrize(("treated", "key"), [(1, "one"), (3, "three")])
@pytest.mark.parametrize("method", ["sdid", "sc", "did"])
def test_effects_are_those_of_another_program(treated: int, key: str, method: str) -> None:
    fit = fitted(live(treated), method=method)
    assert fit.estimates[0] == pytest.approx(EXPECT[key][method], rel=LIVE["rtol"])


def test_weights_and_placebos_are_those_of_another_program() -> None:
    fit, theirs = fitted(live(1)), EXPECT["one"]
    np.testing.assert_allclose(fit.weights.sort_values("donor")["weight"], theirs["omega"], atol=1e-4)
    np.testing.assert_allclose(fit.period_weights["weight"], theirs["lambda"], atol=1e-3)
    placebos = fit.placebo_gaps[fit.placebo_gaps.index >= 0].mean()
    np.testing.assert_allclose(placebos, theirs["placebos"], atol=5e-3)  # the least patient of their fifteen
    assert fit.tidy()["std_error"][0] == pytest.approx(np.std(theirs["placebos"]), rel=LIVE["rtol"])
    assert fit.facts["n_placebos"] == 15


def test_jackknife_is_that_of_another_program() -> None:
    fit = fitted(live(3), errors="jackknife")
    assert fit.tidy()["std_error"][0] == pytest.approx(EXPECT["three"]["jackknife"], rel=LIVE["rtol"])


def test_staggered_adoption_is_that_of_another_program_and_by_cohort() -> None:
    frame = as_rows(INPUT["Y"], INPUT["staggered_starts"])
    fit = fitted(frame, reps=19)
    assert fit.estimates[0] == pytest.approx(EXPECT["staggered"], rel=LIVE["rtol"])
    cohorts = [fitted(frame[frame["cohort"].isin([0, FIRST + start])], reps=19) for start in (6, 8)]
    cells = np.array([2 * 6, 2 * 4])
    assert fit.estimates[0] == pytest.approx(
        np.average([each.estimates[0] for each in cohorts], weights=cells)
    )
    assert fit.params["event"]["5"] == pytest.approx(cohorts[0].params["event"]["5"])
    both = (cohorts[0].params["event"]["1"] + cohorts[1].params["event"]["1"]) / 2
    assert fit.params["event"]["1"] == pytest.approx(both)
    by_cohort = pk.SyntheticDiD("y ~ 1", cohort="cohort", reps=19).fit(frame, **PLACE)
    pd.testing.assert_frame_equal(by_cohort.tidy(), fit.tidy())


def test_california_is_what_the_authors_print() -> None:
    printed = {"sdid": -15.6, "sc": -19.6, "did": -27.3}  # Arkhangelsky et al. 2021, table 1
    for method, value in printed.items():
        fit = pk.SyntheticDiD("packspercapita ~ 1", treatment="treated", method=method).fit(
            california(), unit="state", time="year"
        )
        exact = EXPECT["california"][method]
        # their solver stops early: 0.0016 from the optimum for sdid, 0.11 for sc, which has next to no ridge
        assert fit.estimates[0] == pytest.approx(exact, abs={"sdid": 0.005, "sc": 0.15, "did": 1e-6}[method])
        assert fit.estimates[0] == pytest.approx(value, abs={"sc": 0.15}.get(method, 0.06))


def test_covariates_are_taken_out_by_untreated_cells() -> None:
    frame = drawn(5, treated=2, effect=3.0)
    fit = fitted(frame, "y ~ x + z")
    cells = frame[frame["d"] == 0]
    slopes = pk.FixedEffects("y ~ x + z").fit(cells, **PLACE).params
    np.testing.assert_allclose(fit.slopes, slopes, atol=1e-9)
    cleaned = frame.assign(y=frame["y"] - frame[["x", "z"]].to_numpy() @ slopes.to_numpy())
    assert fit.estimates[0] == pytest.approx(fitted(cleaned).estimates[0], abs=1e-9)
    with pytest.raises(pk.SpecError, match="const"):
        fitted(frame.assign(const=frame.groupby("unit")["x"].transform("mean")), "y ~ x + const")


def test_bootstrap_needs_several_and_is_reproducible() -> None:
    frame = drawn(6, treated=8, N=20)
    fit = fitted(frame, reps=50)
    assert fit.uncertainty.method == "bootstrap"
    pd.testing.assert_frame_equal(fit.tidy(), fitted(frame, reps=50).tidy())
    assert not np.allclose(fit.std_errors, fitted(frame, reps=50, rng=1).std_errors)
    assert np.isnan(fit.placebo_p)
    few = fitted(drawn(6, treated=3, N=20), reps=30)
    assert few.uncertainty.method == "placebo"
    assert 0.0 < few.placebo_p <= 1.0


@pytest.mark.parametrize(
    ("treated", "options", "error"),
    [
        (1, {"errors": "jackknife"}, "a date of adoption has one treated unit only"),
        (1, {"errors": "bootstrap"}, "a bootstrap needs several treated units, and there is one"),
        (6, {"errors": "placebo"}, "6 controls only"),
        (7, {}, "7 treated units are too few for a bootstrap"),
        (2, {"errors": "jackknife", "method": "sc"}, "not valid for synthetic control"),
    ],
)
def test_errors_that_are_not_valid_are_refused(treated: int, options: dict[str, Any], error: str) -> None:
    with pytest.raises(pk.SpecError, match=error):
        fitted(drawn(7, treated=treated), **options)


def test_missing_cells_of_a_covariate_are_named() -> None:
    frame = drawn(8)
    frame.loc[(frame["unit"] == "u02") & (frame["year"] == 2003), "x"] = np.nan
    with pytest.raises(pk.DataError, match="u02 2003"):
        fitted(frame, "y ~ x")


def test_no_effect_is_rarely_found_and_an_effect_is_met() -> None:
    p, estimates = [], []
    for seed in range(40):
        fit = fitted(drawn(100 + seed, N=20, T=12, start=8, effect=1.0), reps=2)
        estimates.append(fit.estimates[0])
        null = fitted(drawn(100 + seed, N=20, T=12, start=8))
        p.append(null.placebo_p)
    assert np.mean(estimates) == pytest.approx(1.0, abs=3 * np.std(estimates) / np.sqrt(40))
    assert np.mean(np.array(p) <= 0.101) <= 0.1 + 3 * np.sqrt(0.09 / 40)
    assert np.mean(p) == pytest.approx(0.525, abs=3 * 0.29 / np.sqrt(40))  # uniform on 1/20, ..., 1

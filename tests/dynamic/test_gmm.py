"""Difference and system GMM against published numbers, another program, and matrices written out unit by unit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.dynamic.gmm_by_hand import difference_gmm
from tests.reference import oracle, reference_path
from tests.stored import stored

BENCHMARK = "n ~ lag(n, 1:2) + w + k | gmm(n, 2:4) + gmm(w, 1:3) + iv(k)"
PUBLISHED = stored("dynamic_gmm_published")
LIVE = stored("dynamic_gmm_live")
DIGITS = 2e-6  # half a unit of the seventh digit printed


def firms() -> pd.DataFrame:
    """Return Arellano and Bond's firms with logs and dummies of years."""
    frame = pd.read_csv(reference_path("abdata.csv"), index_col=0)
    return frame.assign(year=frame["year"].astype(int))


def employment() -> pd.DataFrame:
    """Return the same firms as plm ships them."""
    return pd.read_csv(reference_path("EmplUK.csv"))


def fit_firms(spec: Any) -> Any:
    return spec.fit(firms(), unit="id", time="year")


def test_two_step_equals_arellano_and_bond() -> None:
    held = oracle("ab_twostep")
    formula = (
        "log(emp) ~ lag(log(emp), 1:2) + lag(log(wage), 0:1) + log(capital) + lag(log(output), 0:1) "
        "| gmm(log(emp), 2:) + iv(lag(log(wage), 0:1) + log(capital) + lag(log(output), 0:1))"
    )
    fit = pk.DifferenceGMM(formula, steps=2, time_effects=True).fit(employment(), unit="firm", time="year")
    np.testing.assert_allclose(fit.estimates[:7], held["outputs"], atol=held["tol"])
    assert fit.hansen.statistic == pytest.approx(30.1125, abs=5e-5)
    assert fit.hansen.df == (25.0,)
    assert fit.std_errors.iloc[0] == pytest.approx(0.18539845, rel=1e-6)
    assert fit.serial[1].statistic == pytest.approx(-0.2797, abs=5e-5)
    plain = pk.DifferenceGMM(formula, steps=2, time_effects=True, windmeijer=False)
    assert plain.fit(employment(), unit="firm", time="year").std_errors.iloc[0] == pytest.approx(
        0.08530307, rel=1e-6
    )
    one = pk.DifferenceGMM(formula, time_effects=True).fit(employment(), unit="firm", time="year")
    assert one.serial[0].statistic == pytest.approx(
        -2.493, abs=5e-4
    )  # pydynpd's -2.391 takes residuals of two steps


def test_two_step_equals_xtabond2() -> None:
    held = oracle("ab_xtabond2_diff")["outputs"]
    fit = fit_firms(pk.DifferenceGMM(BENCHMARK, steps=2))
    np.testing.assert_allclose(fit.estimates, held["b"], atol=1e-7)
    np.testing.assert_allclose(fit.std_errors, held["se"], atol=1e-7)
    assert fit.hansen.statistic == pytest.approx(held["hansen"], rel=1e-7)
    assert fit.hansen.df == (held["df"],)
    assert fit.sargan.statistic == pytest.approx(held["sargan"], rel=1e-7)
    assert fit.serial[0].statistic == pytest.approx(held["ar1"], rel=1e-6)
    assert fit.serial[1].statistic == pytest.approx(held["ar2"], rel=1e-6)
    assert (fit.nobs, fit.facts["n_instruments"]) == (held["nobs"], held["ninst"])
    assert list(fit.instruments["group"].value_counts()) == [18, 17, 1]


def test_period_dummies_and_the_system_equal_xtabond2() -> None:
    held = PUBLISHED["expect"]
    fit = fit_firms(pk.DifferenceGMM(BENCHMARK, steps=2, time_effects=True))
    np.testing.assert_allclose(fit.estimates[:4], held["dummies"]["b"], atol=1e-7)
    assert fit.std_errors.iloc[0] == pytest.approx(held["dummies"]["se_first"], abs=1e-7)
    assert fit.hansen.statistic == pytest.approx(held["dummies"]["hansen"], abs=5e-4)
    assert fit.facts["n_instruments"] == held["dummies"]["instruments"]
    fit = fit_firms(pk.SystemGMM(BENCHMARK, steps=2))
    np.testing.assert_allclose(fit.estimates, held["system"]["b"], atol=1e-7)
    assert fit.std_errors.iloc[0] == pytest.approx(held["system"]["se_first"], abs=1e-7)


def test_small_equals_a_printed_table_of_xtabond2() -> None:
    held = PUBLISHED["expect"]["small"]
    years = " + ".join(f"yr{year}" for year in range(1980, 1985))
    formula = (
        f"n ~ lag(n, 1:2) + lag(w, 0:1) + lag(k, 0:2) + lag(ys, 0:2) + {years} "
        f"| gmm(lag(n, 1), 1:) + gmm(w + k, 1:) + iv({years})"
    )
    fit = fit_firms(pk.SystemGMM(formula, steps=2, small=True))
    np.testing.assert_allclose(fit.estimates, held["b"], atol=1e-7)
    np.testing.assert_allclose(fit.std_errors, held["se"], rtol=PUBLISHED["rtol"])
    assert (fit.nobs, fit.facts["n_instruments"], fit.df) == (held["nobs"], held["instruments"], held["df"])


@pytest.mark.parametrize("h", [2, 3])
def test_both_weights_of_a_one_step_system(h: Any) -> None:
    """plm's manual and Blundell and Bond 1998 differ by the weight; dummies of years are instruments of the levels "
    "alone."""
    held = PUBLISHED["expect"]["plm_z1"]
    formula = (
        "log(emp) ~ lag(log(emp), 1) + lag(log(wage), 0:1) + lag(log(capital), 0:1) + C(year) "
        "| gmm(log(emp) + log(wage) + log(capital), 2:) + iv(C(year), level)"
    )
    fit = pk.SystemGMM(formula, h=h).fit(employment(), unit="firm", time="year")
    assert fit.hansen.df == (100.0,)
    if h == 3:
        np.testing.assert_allclose(fit.estimates[:5], held["h3"], atol=1e-8)
        assert fit.std_errors.iloc[0] == pytest.approx(held["se_first"], rel=1e-6)
        assert fit.hansen.facts["at_first_step"] == pytest.approx(held["j_of_first_step"], abs=5e-4)
    else:
        params = fit.params
        found = {
            "log(emp)": params["lag(log(emp), 1)"],
            "log(wage)": params["log(wage)"],
            "log(capital)": params["log(capital)"],
        }
        assert found == pytest.approx(held["h2"], abs=5e-6)


def test_what_programs_call_sargan_of_one_step() -> None:
    """plm prints the two-step square at the one-step estimate; xtabond divides by rows less regressors."""
    held = PUBLISHED["expect"]["plm_a1"]
    x = "lag(w, 0:1) + lag(k, 0:2) + lag(ys, 0:2)"
    fit = fit_firms(pk.DifferenceGMM(f"n ~ lag(n, 1:2) + {x} | gmm(n, 2:) + iv({x})", time_effects=True))
    assert fit.hansen.facts["at_first_step"] == pytest.approx(held["j_of_first_step"], abs=5e-6)
    assert fit.sargan.facts["less_regressors"] == pytest.approx(held["sargan_less_regressors"], abs=5e-3)


NAMES = {"L1.y": "lag(y, 1)", "w": "w", "x": "x", "_cons": "Intercept"}


def named(options: dict[str, Any]) -> str:
    return "-".join(str(value) for value in options.values())


@pytest.mark.parametrize(
    "held", LIVE["expect"], ids=lambda held: held["panel"] + "-" + named(held["options"])
)
def test_every_option_equals_statspai(held: dict[str, Any]) -> None:
    options, rtol = held["options"], LIVE["rtol"]
    kind: Any = pk.SystemGMM if options["method"] == "system" else pk.DifferenceGMM
    spec = kind(
        "y ~ lag(y, 1) + w + x | gmm(y, 2:3) + gmm(x, 1:2) + iv(w)",
        transform="fod" if options.get("orthogonal") else "differences",
        steps=options["steps"],
        collapse=options["collapse"],
        time_effects=options.get("time_dummies", False),
        h=options.get("h", 3),
    )
    fit = spec.fit(pd.DataFrame(LIVE["input"][held["panel"]]).astype({"x": float}), unit="id", time="year")
    for theirs, (estimate, error) in held["coefficients"].items():
        assert fit.params[NAMES[theirs]] == pytest.approx(estimate, rel=rtol)
        assert fit.std_errors[NAMES[theirs]] == pytest.approx(error, rel=rtol)
    assert (fit.nobs, fit.facts["n_instruments"]) == (held["nobs"], held["n_instruments"])
    assert [test.statistic for test in fit.serial] == pytest.approx(held["ar"], rel=rtol)
    assert fit.sargan.facts["less_regressors"] == pytest.approx(held["sargan"], rel=rtol)
    if fit.hansen.applicable:
        assert fit.hansen.statistic == pytest.approx(held["hansen"][0], rel=1e-7)
        assert fit.hansen.df == (held["hansen"][1],)
    # without a group that leaves as many instruments as coefficients J itself is the difference; StatsPAI leaves it out
    theirs = [held["hansen"][0], *(value for value, _ in held["difference"].values())]
    levels = [test for test in fit.difference_in_hansen if "instruments of the levels" in str(test.name)]
    if levels and "GMM instruments for levels" in held["difference"]:
        statistic, df = held["difference"]["GMM instruments for levels"]
        assert (levels[0].statistic, levels[0].df) == (pytest.approx(statistic, rel=1e-6), (df,))
    for test in fit.difference_in_hansen if options["method"] == "difference" else ():
        if test.applicable and not options.get("time_dummies"):
            assert any(test.statistic == pytest.approx(value, rel=1e-6, abs=1e-9) for value in theirs)


def test_a_panel_with_gaps_equals_matrices_written_out() -> None:
    frame = pd.DataFrame(LIVE["input"]["gaps"]).astype({"x": float})
    hand = difference_gmm(frame, last=3)
    spec = pk.DifferenceGMM("y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x)")
    one, two = (replace(spec, steps=steps).fit(frame, unit="id", time="year") for steps in (1, 2))
    np.testing.assert_allclose(one.estimates, hand.one_step, rtol=1e-9)
    np.testing.assert_allclose(one.vcov, hand.robust, rtol=1e-8)
    np.testing.assert_allclose(two.estimates, hand.two_step, rtol=1e-9)
    np.testing.assert_allclose(two.vcov, hand.corrected, rtol=1e-8)
    assert [test.statistic for test in one.serial] == pytest.approx(hand.ar, rel=1e-9)
    assert one.hansen.statistic == two.hansen.statistic == pytest.approx(hand.hansen, rel=1e-9)
    assert one.sargan.statistic == pytest.approx(hand.sargan, rel=1e-9)


@pytest.mark.parametrize("kind", [pk.DifferenceGMM, pk.SystemGMM])
@pytest.mark.parametrize("transform", ["differences", "fod"])
def test_units_of_measurement_levels_and_labels_do_not_matter(kind: Any, transform: Any) -> None:
    frame = pd.DataFrame(LIVE["input"]["gaps"]).astype({"x": float})
    spec = kind(
        "y ~ lag(y, 1) + w + x | gmm(y, 2:3, collapse) + gmm(x, 1:2, collapse) + iv(w)",
        steps=2,
        transform=transform,
    )
    plain = spec.fit(frame, unit="id", time="year")
    moved = frame.assign(y=1e6 * frame["y"], x=1e-6 * frame["x"], id="企业" + frame["id"].astype(str))
    again = spec.fit(moved.sample(frac=1.0, random_state=3), unit="id", time="year")
    scale = np.array(
        [{"lag(y, 1)": 1.0, "w": 1e6, "x": 1e12, "Intercept": 1e6}[name] for name in plain.terms]
    )
    np.testing.assert_allclose(again.estimates, scale * plain.estimates, rtol=1e-8)
    np.testing.assert_allclose(again.std_errors, scale * plain.std_errors, rtol=1e-8)
    np.testing.assert_allclose(again.hansen.statistic, plain.hansen.statistic, rtol=1e-8)


def test_clusters_hold_units_and_a_cluster_a_unit_is_the_default() -> None:
    frame = pd.DataFrame(LIVE["input"]["balanced"]).assign(
        pair=lambda d: d["id"] // 2, same=lambda d: d["id"] + 100
    )
    spec = pk.DifferenceGMM("y ~ lag(y, 1) + w | gmm(y, 2:3, collapse) + iv(w)")
    plain = spec.fit(frame, unit="id", time="year")
    same, pairs = (
        replace(spec, cluster=name).fit(frame, unit="id", time="year") for name in ("same", "pair")
    )
    np.testing.assert_allclose(same.vcov, plain.vcov, rtol=1e-12)
    np.testing.assert_allclose(pairs.estimates, plain.estimates, rtol=1e-12)
    assert pairs.facts["n_clusters"] == 17


def test_moments_and_products_of_changes_are_summed_by_cluster() -> None:
    """StatsPAI sums products by unit under clusters too; here both halves of the variance are by cluster."""
    frame = pd.DataFrame(LIVE["input"]["gaps"]).astype({"x": float}).assign(trio=lambda d: d["id"] // 3)
    spec = pk.DifferenceGMM("y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x)", cluster="trio")
    covariance, ar = difference_gmm(frame, last=3).by_group(lambda label: label // 3)
    fit = spec.fit(frame, unit="id", time="year")
    np.testing.assert_allclose(fit.vcov, covariance, rtol=1e-9)
    assert fit.serial[0].statistic == pytest.approx(ar, rel=1e-9)


def test_bounds_are_least_squares_pooled_and_within() -> None:
    frame = pd.DataFrame(LIVE["input"]["gaps"]).astype({"x": float})
    fit = pk.DifferenceGMM("y ~ lag(y, 1) + x + w").fit(frame, unit="id", time="year")
    pooled = pk.PooledOLS("y ~ lag(y, 1) + x + w").fit(frame, unit="id", time="year")
    within = pk.FixedEffects("y ~ lag(y, 1) + x + w", effects="unit").fit(frame, unit="id", time="year")
    assert fit.bounds is not None
    assert fit.bounds.pooled == pytest.approx(pooled.params["lag(y, 1)"], rel=1e-9)
    assert fit.bounds.within == pytest.approx(within.params["lag(y, 1)"], rel=1e-9)
    assert any("within" in note and "pooled" in note for note in fit.notes)


def test_strength_of_one_endogenous_regressor_is_the_clustered_first_stage() -> None:
    """Without other regressors the rank statistic is F of the lags in the first stage, clustered by unit."""
    frame = pd.DataFrame(LIVE["input"]["balanced"])
    fit = pk.DifferenceGMM("y ~ lag(y, 1) | gmm(y, 2:3, collapse)").fit(frame, unit="id", time="year")
    wide = frame.set_index(["id", "year"])["y"].unstack()
    rows = [
        (i, wide.loc[i, t - 1] - wide.loc[i, t - 2], wide.loc[i, t - 2], wide.loc[i].get(t - 3, 0.0))
        for i in wide.index
        for t in wide.columns[2:]
    ]
    units = np.array([row[0] for row in rows])
    d, Z = np.array([row[1] for row in rows]), np.array([row[2:] for row in rows])
    b = np.linalg.solve(Z.T @ Z, Z.T @ d)
    scores = np.stack([(Z * (d - Z @ b)[:, None])[units == unit].sum(axis=0) for unit in np.unique(units)])
    bread = np.linalg.inv(Z.T @ Z)
    wald = float(b @ np.linalg.solve(bread @ scores.T @ scores @ bread, b))
    (rank,) = fit.strength
    n, groups = len(d), len(np.unique(units))
    # ivreg2's F: the Wald statistic over the instruments, with (G - 1)/G (n - l)/(n - 1)
    assert rank.statistic == pytest.approx(wald / 2 * (groups - 1) / groups * (n - 2) / (n - 1), rel=1e-6)


def test_defaults_are_few_and_said() -> None:
    frame = pd.DataFrame(LIVE["input"]["balanced"])
    fit = pk.DifferenceGMM("y ~ lag(y, 1) + w").fit(frame, unit="id", time="year")
    written = pk.DifferenceGMM("y ~ lag(y, 1) + w | gmm(y, 2:3, collapse) + iv(w)").fit(
        frame, unit="id", time="year"
    )
    np.testing.assert_array_equal(fit.estimates, written.estimates)
    assert fit.facts["n_instruments"] == 3
    assert any("strictly exogenous" in note for note in fit.notes)
    assert any("3 instruments, 34" in note for note in fit.notes)


def test_repeated_instruments_leave_by_name_and_change_nothing() -> None:
    frame = pd.DataFrame(LIVE["input"]["balanced"]).assign(v=lambda d: 3.0 * d["w"])
    spec = pk.DifferenceGMM("y ~ lag(y, 1) + w | gmm(y, 2:3) + iv(w)", steps=2)
    plain = spec.fit(frame, unit="id", time="year")
    again = replace(spec, formula="y ~ lag(y, 1) + w | gmm(y, 2:3) + gmm(y, 3) + iv(w + v)").fit(
        frame, unit="id", time="year"
    )
    np.testing.assert_allclose(again.estimates, plain.estimates, rtol=1e-10)
    assert again.facts["n_instruments"] == plain.facts["n_instruments"]
    (note,) = [note for note in again.notes if "repeat others" in note]
    assert "`iv(v)` (is `iv(w)`)" in note


def test_a_drawn_panel_gives_the_coefficients_it_was_made_of() -> None:
    """N = 2,000: both estimators within four errors of .5 and 1, and AR(2), Hansen do not reject."""
    rng = np.random.default_rng(8)
    n, t = 2_000, 7
    mu, x = rng.normal(size=n), rng.normal(size=(n, t + 20))
    y = np.zeros((n, t + 20))
    for s in range(1, t + 20):
        y[:, s] = 0.5 * y[:, s - 1] + x[:, s] + mu + rng.normal(size=n)
    index = pd.MultiIndex.from_product([range(n), range(t)], names=["firm", "year"])
    frame = pd.DataFrame({"y": y[:, 20:].ravel(), "x": x[:, 20:].ravel()}, index=index)
    for kind in (pk.DifferenceGMM, pk.SystemGMM):
        fit = kind("y ~ lag(y, 1) + x | gmm(y, 2:3, collapse) + iv(x)", steps=2).fit(frame)
        assert (
            np.abs(fit.params[["lag(y, 1)", "x"]] - [0.5, 1.0]) < 4 * fit.std_errors[["lag(y, 1)", "x"]]
        ).all()
        assert fit.serial[0].p_value < 1e-6
        assert fit.serial[1].p_value > 0.01
        assert fit.hansen.p_value > 0.01

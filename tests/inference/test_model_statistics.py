"""The rest of the table against what Stata prints for Grunfeld's data, statsmodels, pyfixest and linearmodels."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import panelkit as pk
from tests.every_result import city_panel, lattice
from tests.munnell import FORMULA, munnell
from tests.panels import codes, dummies, random_panel
from tests.reference import reference_path

# [XT] xtreg and its published output: xtreg invest mvalue kstock, fe and , re
PRINTED_FE = {
    "f_model": "309.01",
    "sigma_u": "85.732501",
    "sigma_e": "52.767964",
    "rho_u": ".72525012",
    "corr_u_xb": "-0.1517",
    "r2_within": ".7668",
    "r2_between": ".8194",
    "r2_overall": ".8060",
    "f_effects": "49.18",
    "constant": "-58.7439",
}
PRINTED_RE = {
    "chi2_model": "657.67",
    "sigma_u": "84.20095",
    "sigma_e": "52.767964",
    "rho_u": ".71800838",
    "r2_within": ".7668",
    "r2_between": ".8196",
    "r2_overall": ".8061",
}


def grunfeld() -> pd.DataFrame:
    return pd.read_csv(reference_path("Grunfeld.csv")).set_index(["firm", "year"])


def check(values: object, printed: dict[str, str]) -> None:
    """Hold numbers against printed ones: half a unit of the last digit, and what floats hold of the data.

    Stata's copy of the data stores `317.6` in single precision, which moves the eighth digit.
    """
    for key, text in printed.items():
        half = 0.5001 * 10 ** -len(text.partition(".")[2])
        assert values[key] == pytest.approx(float(text), abs=half, rel=6e-8), key  # type: ignore[index]


def test_fixed_effects_print_what_xtreg_fe_prints() -> None:
    fit = pk.FixedEffects("inv ~ value + capital", "unit", vcov=pk.Iid(), convention="xtreg").fit(grunfeld())
    found = fit.model_statistics()
    check(found, PRINTED_FE)
    assert (found["df_model"], found["df_of_f"]) == (2.0, 188.0)
    in_table = {key: text for key, text in PRINTED_FE.items() if key in fit.facts}
    check(fit.facts, in_table)
    assert {"f_model", "sigma_u", "rho_u", "corr_u_xb", "r2_between", "r2_overall", "aic"} <= fit.facts.keys()
    # e(ll) of the within regression is that of the regression with dummies, as areg's
    assert found["loglik"] == pytest.approx(sm.OLS(*lsdv(grunfeld())).fit().llf, rel=1e-10)
    assert found["aic"] == pytest.approx(-2 * found["loglik"] + 2 * 3)
    assert found["bic"] == pytest.approx(-2 * found["loglik"] + np.log(200) * 3)


def lsdv(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    frame, unit, _ = codes(frame)
    return frame["inv"].to_numpy(), np.hstack([frame[["value", "capital"]], dummies(unit)])


def test_random_effects_print_what_xtreg_re_prints() -> None:
    fit = pk.RandomEffects("inv ~ value + capital", vcov=pk.Iid(), convention="xtreg").fit(grunfeld())
    found = fit.model_statistics()
    check(found, PRINTED_RE)
    printed = {
        "value": ("10.46", ".0104927"),
        "capital": ("17.93", ".0171805"),
        "Intercept": ("-2.00", "28.89893"),
    }
    for term, (z, error) in printed.items():
        assert fit.statistics[term] == pytest.approx(float(z), abs=0.0051)
        assert fit.std_errors[term] == pytest.approx(float(error), rel=5e-6)  # six printed digits
    # the manual prints z: P>|z| of the constant is 0.045, under t(197) it would be 0.047
    assert fit.p_values["Intercept"] == pytest.approx(0.045, abs=0.0005)
    assert np.isinf(fit.df)


def test_between_effects_are_least_squares_on_means() -> None:
    fit = pk.BetweenEffects("inv ~ value + capital", vcov=pk.Iid(), convention="xtreg").fit(grunfeld())
    means = grunfeld().groupby(level=0).mean()
    theirs = sm.OLS(means["inv"], sm.add_constant(means[["value", "capital"]])).fit()
    found = fit.model_statistics()
    assert found["f_model"] == pytest.approx(theirs.fvalue, rel=1e-8)
    assert found["r2_between"] == pytest.approx(theirs.rsquared, rel=1e-10)
    assert found["rmse"] == pytest.approx(np.sqrt(theirs.mse_resid), rel=1e-10)
    assert found["loglik"] == pytest.approx(theirs.llf, rel=1e-10)


def test_pooled_statistics_are_those_of_statsmodels() -> None:
    frame = random_panel(3, regressors=3)
    fit = pk.PooledOLS("y ~ x1 + x2 + x3", vcov=pk.Iid(), convention="lsdv").fit(frame)
    theirs = sm.OLS(frame["y"], sm.add_constant(frame[["x1", "x2", "x3"]])).fit()
    found = fit.model_statistics()
    pairs = {
        "f_model": theirs.fvalue, "p_model": theirs.f_pvalue, "r2": theirs.rsquared, "r2_adjusted": theirs.rsquared_adj,
        "loglik": theirs.llf, "aic": theirs.aic, "bic": theirs.bic,
        "loglik_null": sm.OLS(frame["y"], np.ones(len(frame))).fit().llf,
    }  # fmt: skip
    for key, value in pairs.items():
        assert found[key] == pytest.approx(float(value), rel=1e-8), key


def test_adjusted_r2_is_that_of_pyfixest() -> None:
    import pyfixest as pf

    frame = random_panel(3, units=14, share=0.9, regressors=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyfixest meets pandas' own deprecations
        theirs = pf.feols("y ~ x1 + x2 + x3 | province + year", frame.reset_index(), vcov="iid")
    found = pk.FixedEffects("y ~ x1 + x2 + x3", convention="fixest").fit(frame).model_statistics()
    assert found["r2"] == pytest.approx(theirs._r2, rel=1e-8)
    assert found["r2_adjusted"] == pytest.approx(theirs._adj_r2, rel=1e-8)
    assert found["r2_within_adjusted"] == pytest.approx(theirs._adj_r2_within, rel=1e-8)


def test_three_r2_are_those_of_linearmodels() -> None:
    from linearmodels.panel import PanelOLS

    frame = random_panel(3, regressors=3)
    fit = pk.FixedEffects("y ~ x1 + x2 + x3", "unit", convention="xtreg").fit(frame)
    theirs = PanelOLS.from_formula("y ~ x1 + x2 + x3 + EntityEffects", frame).fit()
    found = fit.model_statistics()
    # linearmodels squares the same correlations, "corr_squared" as Stata
    squares = [theirs.corr_squared_within, theirs.corr_squared_between, theirs.corr_squared_overall]
    np.testing.assert_allclose(
        [found["r2_within"], found["r2_between"], found["r2_overall"]], squares, rtol=1e-8
    )


def test_periods_count_as_regressors_under_two_way_effects() -> None:
    frame = random_panel(3, regressors=2)
    twoway = pk.FixedEffects("y ~ x1 + x2", convention="xtreg").fit(frame).model_statistics()
    dummied = (
        pk.FixedEffects("y ~ x1 + x2 + C(year)", "unit", convention="xtreg").fit(frame).model_statistics()
    )
    for key in (
        "r2_within",
        "r2_between",
        "r2_overall",
        "sigma_u",
        "sigma_e",
        "rho_u",
        "corr_u_xb",
        "f_effects",
        "r2_adjusted",
    ):
        assert twoway[key] == pytest.approx(dummied[key], rel=1e-8), key


def test_the_test_of_the_model_follows_the_covariance() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2", "unit", convention="xtreg", vcov=pk.Iid()).fit(random_panel(3))
    moved = fit.with_vcov(pk.Cluster())
    assert moved.facts["f_model"] == pytest.approx(moved.test("x1 = x2 = 0").statistic)
    assert fit.facts["f_model"] == pytest.approx(fit.test("x1 = x2 = 0").statistic)
    assert fit.facts["f_model"] != moved.facts["f_model"]
    assert list(moved.facts).count("f_model") == 1
    assert moved.facts["sigma_u"] == fit.facts["sigma_u"]


def test_frequency_weights_count_rows() -> None:
    frame = random_panel(3)
    frame["f"] = np.random.default_rng(0).integers(1, 4, len(frame)).astype(float)
    weighted = pk.PooledOLS("y ~ x1 + x2", vcov=pk.Iid(), convention="lsdv", weights="fw=f").fit(frame)
    long = frame.loc[frame.index.repeat(frame["f"].astype(int))]
    theirs = sm.OLS(long["y"], sm.add_constant(long[["x1", "x2"]])).fit()
    found = weighted.model_statistics()
    for key, value in {
        "r2": theirs.rsquared,
        "r2_adjusted": theirs.rsquared_adj,
        "loglik": theirs.llf,
        "f_model": theirs.fvalue,
    }.items():
        assert found[key] == pytest.approx(float(value), rel=1e-8), key


@pytest.mark.parametrize(("kind", "column"), [("aw", "w"), ("fw", "f"), ("pw", "w")])
def test_xtreg_beside_weights_counts_rows_and_units_once_where_its_code_does(kind: str, column: str) -> None:
    """What xtreg_fe.ado does after its regression: `summ U`, `corr XB U`, `corr y XB` and means without weights."""
    frame = random_panel(6, units=12, periods=7, share=0.8)
    rng, number = np.random.default_rng(2), frame.index.get_level_values("province").str[1:].astype(int)
    frame["w"], frame["f"] = rng.uniform(0.3, 6, 40)[number], rng.integers(1, 5, 40)[number]
    vcov = pk.Cluster() if kind == "pw" else pk.Iid()
    fit = pk.FixedEffects("y ~ x1 + x2", "unit", vcov, "xtreg", weights=f"{kind}={column}").fit(frame)
    found = fit.model_statistics()
    unit = frame.groupby("province")
    w = frame[column].to_numpy(float)
    n = w.sum() if kind == "fw" else len(w)
    w = w if kind == "fw" else w * n / w.sum()
    inside = {name: frame[name] - unit[name].transform("mean") for name in ("y", "x1", "x2")}
    X = np.column_stack([inside["x1"], inside["x2"]])
    beta = np.linalg.solve(X.T @ (w[:, None] * X), X.T @ (w * inside["y"]))
    rss = float(w @ (inside["y"] - X @ beta) ** 2)
    xb = frame[["x1", "x2"]] @ beta
    U = (frame["y"] - xb).groupby("province").mean()
    U_rows = U.reindex(frame.index.get_level_values("province")).to_numpy()
    means = pd.DataFrame({"y": frame["y"], "xb": xb}).groupby("province").mean()
    expected = {
        "r2_within": 1.0 - rss / float(w @ inside["y"] ** 2),
        "r2_between": np.corrcoef(means["y"], means["xb"])[0, 1] ** 2,
        "r2_overall": np.corrcoef(frame["y"], xb)[0, 1] ** 2,
        "corr_u_xb": np.corrcoef(U_rows, xb)[0, 1],
        "sigma_u": U.std(),
        "sigma_e": np.sqrt(rss / (n - len(U) - 2)),
    }
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-8), key
    if kind != "pw":
        pooled = sm.WLS(frame["y"], sm.add_constant(frame[["x1", "x2"]]), weights=w).fit()
        df_a, df_r = len(U) - 1, n - len(U) - 2
        assert found["f_effects"] == pytest.approx((pooled.ssr - rss) / df_a / (rss / df_r), rel=1e-8)


@pytest.mark.parametrize("name", ["rho", "lambda"])
def test_no_regressor_leaves_the_f_for_its_name(name: str) -> None:
    frame = random_panel(3).rename(columns={"x1": name})
    for convention in ("xtreg", "reghdfe"):
        fit = pk.FixedEffects(f"y ~ `{name}` + x2", "unit", convention=convention).fit(frame)
        assert fit.model_statistics()["f_model"] == pytest.approx(fit.test([f"`{name}`", "x2"]).statistic)
        assert fit.model_statistics()["df_model"] == 2


def test_a_variance_is_no_slope() -> None:
    fit = pk.SpatialPanel("y ~ x + w", "sar", convention="xsmle").fit(city_panel(), lattice())
    assert "variance" in fit.equations
    assert fit.model_statistics()["df_model"] == 2


def test_likelihoods_have_the_wald_test_and_their_criteria() -> None:
    fit = pk.SpatialPanel("y ~ x + w", "sar", small_sample=False).fit(city_panel(), lattice())
    found = fit.model_statistics()
    assert found["chi2_model"] == pytest.approx(fit.test("x = w = 0").statistic)
    assert found["aic"] == fit.facts["aic"]


def test_produc_has_the_numbers_of_linearmodels() -> None:
    from linearmodels.panel import PanelOLS, RandomEffects

    data = munnell()
    fit = pk.FixedEffects(FORMULA, "unit", vcov=pk.Iid(), convention="xtreg").fit(data)
    theirs = PanelOLS.from_formula(FORMULA + " + EntityEffects", data).fit()
    found = fit.model_statistics()
    squares = [theirs.corr_squared_within, theirs.corr_squared_between, theirs.corr_squared_overall]
    np.testing.assert_allclose(
        [found["r2_within"], found["r2_between"], found["r2_overall"]], squares, rtol=1e-8
    )
    assert found["f_model"] == pytest.approx(theirs.f_statistic.stat, rel=1e-8)
    assert found["f_effects"] == pytest.approx(theirs.f_pooled.stat, rel=1e-8)
    # linearmodels estimates the effects without a constant: their spread is that of ours
    effects = theirs.estimated_effects.groupby(level=0).first().iloc[:, 0]
    assert found["sigma_u"] == pytest.approx(float(effects.std(ddof=1)), rel=1e-8)
    random = pk.RandomEffects(FORMULA, vcov=pk.Iid(), convention="xtreg").fit(data).model_statistics()
    gls = RandomEffects.from_formula(FORMULA + " + 1", data).fit()
    assert random["chi2_model"] == pytest.approx(4 * gls.f_statistic.stat, rel=1e-6)
    assert random["rho_u"] == pytest.approx(
        float(gls.variance_decomposition["Percent due to Effects"]), rel=1e-6
    )

"""Specification tests against plm's stored output, textbook formulas and simulated truths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import panelkit as pk
from tests.munnell import FORMULA, munnell
from tests.panels import brute_force, codes, random_panel
from tests.stored import stored

ORACLE = stored("panel_r")
R, RTOL = ORACLE["expect"], ORACLE["rtol"]


@pytest.fixture(scope="module", params=["balanced", "gappy"])
def fits(request: pytest.FixtureRequest) -> tuple[str, dict[str, object]]:
    data = munnell(gappy=request.param == "gappy")
    return request.param, {
        "unit": pk.FixedEffects(FORMULA, effects="unit").fit(data),
        "twoway": pk.FixedEffects(FORMULA).fit(data),
        "re": pk.RandomEffects(FORMULA, convention="plm").fit(data),
        "pooled": pk.PooledOLS(FORMULA).fit(data),
    }


def agrees(test: object, printed: list[float]) -> None:
    found = [test.statistic, *test.df, test.p_value]
    np.testing.assert_allclose(
        found, printed, rtol=1e-5, atol=1e-300
    )  # p far out in the tail: five digits in every scipy


def test_f_and_lm(fits: tuple[str, dict[str, object]]) -> None:
    sample, held = fits
    agrees(pk.effects_f(held["unit"]), R[f"{sample}_f_unit"])
    agrees(pk.effects_f(held["twoway"]), R[f"{sample}_f_twoway"])
    for plm, ours in (("individual", "unit"), ("time", "time"), ("twoways", "twoway")):
        agrees(pk.breusch_pagan_lm(held["pooled"], ours), R[f"{sample}_bp_{plm}"])


def test_hausman_and_cd(fits: tuple[str, dict[str, object]]) -> None:
    sample, held = fits
    test = pk.hausman(held["unit"], held["re"])
    statistic, df, p = R[f"{sample}_hausman"]
    assert test.statistic == pytest.approx(statistic, rel=RTOL)
    assert test.df == (df,)
    if sample == "balanced":
        assert not test.applicable
        assert np.isnan(test.p_value)
        assert "not positive definite" in test.reason
        assert test.facts["p_value_as_others_print_it"] == pytest.approx(p, rel=RTOL)
    else:
        assert test.p_value == pytest.approx(p, rel=RTOL)
    assert pk.hausman(held["unit"], held["re"], kind="sigmamore").applicable
    cd = pk.pesaran_cd(held["unit"])
    np.testing.assert_allclose([cd.statistic, cd.p_value], R[f"{sample}_cd_unit"], rtol=1e-6)


def test_mundlak_is_plms_auxiliary_regression_where_plm_is_right(fits: tuple[str, dict[str, object]]) -> None:
    """On unbalanced panels plm's auxiliary regression keeps a constant that random effects do not have."""
    sample, held = fits
    fit = held["re"]
    if sample == "balanced":
        agrees(pk.mundlak(fit, vcov=pk.Iid()), R["balanced_hausman_aux"])
        agrees(pk.mundlak(fit), R["balanced_hausman_aux_robust"])
        assert pk.hausman(held["unit"], fit, kind="auxiliary").statistic == pk.mundlak(fit).statistic
        return
    linear = fit.linear
    means = linear.X[:, 1:] - pk_within(linear)
    for constant, expected in ((linear.X[:, 0], None), (np.ones(linear.n), R["gappy_hausman_aux"][0])):
        Z = np.column_stack([constant, linear.X[:, 1:], linear.X[:, 1:] - means])
        beta = np.linalg.lstsq(Z, linear.y, rcond=None)[0]
        e = linear.y - Z @ beta
        V = np.linalg.inv(Z.T @ Z) * (e @ e) / (linear.n - Z.shape[1])
        wald = beta[5:] @ np.linalg.solve(V[5:, 5:], beta[5:])
        assert wald == pytest.approx(expected or pk.mundlak(fit, vcov=pk.Iid()).statistic, rel=1e-8)


def pk_within(linear: object) -> np.ndarray:
    return (
        pd.DataFrame(linear.X[:, 1:]).groupby(linear.layout.unit).transform(lambda x: x - x.mean()).to_numpy()
    )


def test_mundlak_slopes_are_the_fixed_effects_slopes() -> None:
    data = munnell()
    means = data.groupby(level=0).transform("mean")[["lpcap", "lpc", "lemp", "unemp"]].add_suffix("_m")
    wide = pk.RandomEffects(f"{FORMULA} + lpcap_m + lpc_m + lemp_m + unemp_m").fit(data.join(means))
    fixed = pk.FixedEffects(FORMULA, effects="unit").fit(data)
    np.testing.assert_allclose(wide.params[list(fixed.terms)], fixed.params, rtol=1e-8)


def test_poolability() -> None:
    data = munnell()
    agrees(pk.poolability(pk.FixedEffects(FORMULA, effects="unit").fit(data)), R["balanced_pool_unit"])
    short = data[data.index.get_level_values(1) < 1974]
    test = pk.poolability(pk.FixedEffects(FORMULA, effects="unit").fit(short))
    assert not test.applicable
    assert "cannot carry 4 slopes for each of 48 units" in test.reason


@pytest.mark.parametrize("share", [1.0, 0.75])
def test_poolability_with_time_effects_is_that_of_dummies(share: float) -> None:
    frame, unit, time = codes(random_panel(51, 6, 9, share))
    fit = pk.FixedEffects("y ~ x1 + x2", convention="fixest").fit(frame)
    test = pk.poolability(fit)
    y, X = frame["y"].to_numpy(), frame[["x1", "x2"]].to_numpy()
    own = np.hstack([X * (unit == u)[:, None] for u in range(6)])
    wide, narrow = brute_force(y, own, unit, time, "twoway"), brute_force(y, X, unit, time, "twoway")
    rss, less = float(narrow.residuals @ narrow.residuals), float(wide.residuals @ wide.residuals)
    df = len(y) - 12 - wide.rank
    assert test.df == (10.0, float(df))
    assert test.statistic == pytest.approx((rss - less) / 10 / (less / df), rel=1e-8)


def test_wooldridge_is_the_regression_of_differenced_residuals() -> None:
    """With plm's intercepts and without its missing small-sample factor, the slope and its error are plm's."""
    data = munnell()
    test = pk.serial_correlation(pk.FixedEffects(FORMULA, effects="unit").fit(data))
    changes = data.groupby(level=0).diff().dropna()
    X = changes[["lpcap", "lpc", "lemp", "unemp"]].to_numpy()
    y = changes["lgsp"].to_numpy()

    def f(intercept: bool) -> float:
        Z = np.column_stack([X, np.ones(len(y))]) if intercept else X
        e = pd.Series(y - Z @ np.linalg.lstsq(Z, y, rcond=None)[0], index=changes.index)
        before = e.groupby(level=0).shift(1)
        kept = before.notna()
        W = before[kept].to_numpy()[:, None]
        W = np.column_stack([W, np.ones(len(W))]) if intercept else W
        b = np.linalg.lstsq(W, e[kept], rcond=None)[0]
        scores = pd.DataFrame(W * (e[kept].to_numpy() - W @ b)[:, None])
        S = scores.groupby(e[kept].index.get_level_values(0).to_numpy()).sum().to_numpy()
        B = np.linalg.inv(W.T @ W)
        return float((b[0] + 0.5) ** 2 / (B @ S.T @ S @ B)[0, 0])

    assert f(intercept=True) == pytest.approx(R["balanced_wooldridge_fd_fe"][0], rel=1e-8)
    assert test.statistic == pytest.approx(f(intercept=False) * 47 / 48, rel=1e-8)
    assert test.df == (1.0, 47.0)


def simulated(
    seed: int, rho: float = 0.0, factor: float = 0.0, units: int = 31, periods: int = 14
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    e = rng.normal(size=(units, periods)) + factor * rng.normal(size=units)[:, None] * rng.normal(
        size=periods
    )
    for t in range(1, periods):
        e[:, t] += rho * e[:, t - 1]
    x = rng.normal(size=(units, periods))
    index = pd.MultiIndex.from_product(
        [range(units), range(2000, 2000 + periods)], names=["province", "year"]
    )
    frame = pd.DataFrame({"x": x.ravel()}, index=index)
    frame["y"] = x.ravel() + e.ravel() + rng.normal(size=periods)[frame.index.codes[1]]
    return frame


def rate(test: object, **options: float) -> float:
    reps = 120
    return float(np.mean([test(simulated(seed, **options)).p_value < 0.05 for seed in range(reps)]))


# 120 replications at 5 %: standard error 2 points, so 0 to 11 % is three of them
SIZE = (0.0, 0.11)


def test_size_and_power_of_error_tests() -> None:
    spec = pk.FixedEffects("y ~ x", vcov=pk.Iid())
    for test in (pk.serial_correlation, pk.pesaran_cd, pk.groupwise_heteroskedasticity):
        assert SIZE[0] <= rate(lambda data, run=test: run(spec.fit(data))) <= SIZE[1], test.__name__
    assert rate(lambda data: pk.serial_correlation(spec.fit(data)), rho=0.5) > 0.95


def test_classic_cd_rejects_always_under_time_effects_and_is_refused() -> None:
    fit = pk.FixedEffects("y ~ x", vcov=pk.Iid()).fit(simulated(1))
    refused = pk.pesaran_cd(fit, "cd")
    assert not refused.applicable
    assert "rejects whatever the truth is" in refused.reason
    # what it would have said: the same residuals, passed off as those of a fit without time effects
    passed = replace(fit, linear=replace(fit.linear, effects="unit"))
    assert pk.pesaran_cd(passed, "cd").statistic == pytest.approx(-np.sqrt(14 / 2), rel=0.2)


def test_cdw_plus_sees_a_factor_when_periods_are_many() -> None:
    spec = pk.FixedEffects("y ~ x", vcov=pk.Iid())
    strong = [pk.pesaran_cd(spec.fit(simulated(s, factor=2.0, periods=60))).p_value < 0.05 for s in range(12)]
    assert np.mean(strong) > 0.9
    fit = spec.fit(simulated(3))
    test = pk.pesaran_cd(fit)
    assert test.statistic == pk.pesaran_cd(fit).statistic
    assert any("its power is low" in note for note in test.notes) == (test.p_value >= 0.05)


def test_modified_wald_is_its_formula() -> None:
    fit = pk.FixedEffects("y ~ x", vcov=pk.Iid()).fit(simulated(5))
    e = fit.linear.residuals.reshape(31, 14)
    s = (e**2).mean(axis=1)
    V = ((e**2 - s[:, None]) ** 2).sum(axis=1) / (14 * 13)
    test = pk.groupwise_heteroskedasticity(fit, "wald")
    assert test.statistic == pytest.approx((((s - s.mean()) ** 2) / V).sum(), rel=1e-10)
    levene = pk.groupwise_heteroskedasticity(fit)
    assert levene.statistic == pytest.approx(stats.levene(*e, center="median").statistic)


def test_reasons() -> None:
    data = munnell()
    twoway, pooled = pk.FixedEffects(FORMULA).fit(data), pk.PooledOLS(FORMULA).fit(data)
    assert "read from the residuals of a pooled fit" in pk.breusch_pagan_lm(twoway).reason
    assert "do not contain" in pk.effects_f(pooled).reason
    with pytest.raises(pk.SpecError, match="random-effects"):
        pk.mundlak(twoway)
    with pytest.raises(pk.SpecError, match="kind is classic"):
        pk.hausman(twoway, pooled, kind="robust")
    two = data[data.index.get_level_values(1) < 1972]
    assert "three neighbouring periods" in pk.serial_correlation(pk.PooledOLS(FORMULA).fit(two)).reason

"""Panel unit roots against plm, arch, statsmodels and the tables of the papers."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import panelkit as pk
from panelkit.models.dynamic.unit_roots import ips_moments
from panelkit.models.dynamic.unit_roots.cips import CIPS
from panelkit.models.dynamic.unit_roots.llc import LevinLinChu
from panelkit.models.dynamic.unit_roots.mackinnon import quantiles
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.simulated import drawn
from tests.dynamic.unit_root_panels import arrays, walks
from tests.munnell import munnell
from tests.stored import stored

TERMS = {"none": "none", "intercept": "constant", "drift": "constant", "trend": "trend"}
FISHER = {"invnormal": "Z", "logit": "L*"}


def asked(words: list[str]) -> dict[str, Any]:
    """Return how the call behind a stored number is written here."""
    test, exo = words[0], words[2] if words[1] == "q3" else words[1]
    found: dict[str, Any] = {"trend": TERMS[exo], "power_reps": 0}
    if test == "llc":
        found |= {"test": "llc", "lags": int(words[-1]), "llc_convention": "plm"}
        return found | ({"bandwidth": 3} if words[1] == "q3" else {})
    if test in FISHER:
        return found | {"test": "fisher-adf", "lags": int(words[2]), "combine": FISHER[test]}
    if test == "ips":
        lags: Any = {"AIC": "aic", "SIC": "bic"}.get(words[2]) or int(words[2])
        return found | {"test": "ips", "lags": lags, "max_lags": 2 if isinstance(lags, str) else None}
    if test == "hadri":
        errors = "heteroskedastic" if words[2] == "TRUE" else "homoskedastic"
        return found | {"test": "hadri", "hadri_errors": errors, "df_correction": words[3] == "TRUE"}
    return found | {"test": "cips", "lags": int(words[2]), "truncated": words[3] == "TRUE", "power_reps": 100}


def test_every_statistic_is_that_of_plm() -> None:
    oracle, data, n = stored("unit_roots_r"), munnell(), 0
    for name, value in oracle["expect"].items():
        words = name.split()
        if words[0] in ("pp", "Pm", "madwu") or words[:2] == ["ips", "plm"]:
            continue
        found = pk.panel_unit_root(data, "lgsp", **asked(words))
        assert found.statistic == pytest.approx(value, rel=oracle["rtol"]), name
        n += 1
    assert n == 64


def test_every_fisher_sum_is_that_of_plm() -> None:
    oracle, data = stored("unit_roots_r"), munnell()
    held = oracle["expect"]
    for exo, lags in (("none", 0), ("intercept", 1), ("trend", 2)):
        facts = pk.panel_unit_root(
            data, "lgsp", test="fisher-adf", trend=TERMS[exo], lags=lags, power_reps=0
        ).facts
        for name, symbol in (("madwu", "P"), ("Pm", "Pm")):
            assert facts[symbol] == pytest.approx(held[f"{name} {exo} {lags}"], rel=oracle["rtol"])


def test_without_degrees_of_freedom_t_is_larger_as_in_the_default_of_plm() -> None:
    """plm's default divides residual variances by the rows: its t is ours times sqrt(rows / df)."""
    held = stored("unit_roots_r")["expect"]
    found = pk.panel_unit_root(munnell(), "lgsp", test="ips", lags=1, power_reps=0)
    t_bar = (found.by_unit["t"] * np.sqrt(15 / (15 - 3))).mean()
    w = np.sqrt(48) * (t_bar - found.facts["mean_of_t"]) / np.sqrt(found.facts["variance_of_t"])
    assert w == pytest.approx(held["ips plm intercept 1"], rel=1e-8)


def test_phillips_perron_is_that_of_arch() -> None:
    oracle, data = stored("unit_roots_pp"), munnell()
    for name, values in oracle["expect"].items():
        trend, lags = name.split()
        terms = {"n": "none", "c": "constant", "ct": "trend"}[trend]
        found = pk.panel_unit_root(
            data, "lgsp", test="fisher-pp", trend=terms, bandwidth=int(lags), power_reps=0
        )
        assert found.by_unit["t"].to_numpy()[:6] == pytest.approx(values, rel=oracle["rtol"])


def test_tseries_differs_from_arch_in_the_third_digit() -> None:
    """pp.test puts a determinant in the place of the error of the slope: near, and not the same."""
    held = stored("unit_roots_r")["expect"]
    found = (
        pk.panel_unit_root(munnell(), "lgsp", test="fisher-pp", trend="trend", bandwidth=2, power_reps=0)
        .by_unit["t"]
        .iloc[0]
    )
    assert 1e-4 < abs(found - held["pp TRUE"]) < 1e-2


@pytest.mark.parametrize(("trend", "code"), [("none", "n"), ("constant", "c"), ("trend", "ct")])
@pytest.mark.parametrize("lags", [0, 2])
def test_t_by_unit_is_that_of_statsmodels(trend: str, code: str, lags: int) -> None:
    from statsmodels.tsa.stattools import adfuller

    data = walks(periods=20)
    data = data.drop([("u01", 2001), ("u01", 2002), ("u03", 2020)])
    found = pk.panel_unit_root(data, "y", test="fisher-adf", trend=trend, lags=lags, power_reps=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held = [adfuller(y, maxlag=lags, autolag=None, regression=code)[:2] for y in arrays(data)]
    assert found.by_unit["t"].to_numpy() == pytest.approx([t for t, _ in held], rel=1e-9)
    assert found.facts["P"] == pytest.approx(-2.0 * sum(np.log(p) for _, p in held), rel=1e-9)


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_lags_by_a_criterion_are_those_of_statsmodels(criterion: str) -> None:
    from statsmodels.tsa.stattools import adfuller

    data = walks(units=12, periods=30, seed=3)
    data["y"] = data["y"] + 0.8 * data.groupby(level=0)["y"].shift(1, fill_value=0.0)
    found = pk.panel_unit_root(data, "y", test="fisher-adf", lags=criterion, max_lags=4, power_reps=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held = [adfuller(y, maxlag=4, autolag=criterion.upper())[2] for y in arrays(data)]
    assert found.by_unit["lags"].tolist() == held
    assert len(set(held)) > 1


@pytest.mark.parametrize(("trend", "code"), [("none", "n"), ("constant", "c"), ("trend", "ct")])
def test_p_values_are_those_of_mackinnon(trend: str, code: str) -> None:
    from scipy.stats import norm
    from statsmodels.tsa.adfvalues import mackinnonp

    t = np.linspace(-14.0, 0.6, 400)
    assert norm.cdf(quantiles(t, trend)) == pytest.approx([mackinnonp(value, code) for value in t], rel=1e-9)


def test_beyond_the_surfaces_p_values_keep_to_their_ends() -> None:
    far = quantiles(np.array([-60.0, -18.83, 2.74, 50.0]), "constant")
    assert far[0] == far[1]
    assert far[2] == far[3]
    assert np.isfinite(far).all()
    assert quantiles(np.array([40.0]), "none")[0] == 8.2


@pytest.mark.parametrize("trend", ["constant", "trend"])
@pytest.mark.parametrize(("rows", "lags"), [(10, 0), (10, 2), (25, 1), (30, 4)])
def test_table_of_im_pesaran_and_shin_is_of_regression_rows(trend: str, rows: int, lags: int) -> None:
    """Simulated with `rows` rows in the regression the moments are the printed ones; with `rows` periods they are not.

    Both hold 50,000 draws: a difference of means has a standard error of .006 at most here, of variances 2 %.
    """
    mean, variance = ips_moments._printed(rows, lags, trend)
    own = ips_moments.simulated(np.ones(rows + lags + 1, bool).tobytes(), lags, trend)
    assert own[0] == pytest.approx(mean, abs=0.025)
    assert own[1] == pytest.approx(variance, rel=0.06)


@pytest.mark.parametrize(
    ("trend", "truncated", "printed"),
    [
        ("none", True, (-1.84, -1.61, -1.49)),
        ("constant", True, (-2.44, -2.22, -2.10)),
        ("constant", False, (-2.51, -2.25, -2.12)),
        ("trend", True, (-3.10, -2.82, -2.67)),
        ("trend", False, (-3.30, -2.94, -2.76)),
    ],
)
def test_simulated_critical_values_are_those_that_pesaran_printed(
    trend: str, truncated: bool, printed: tuple[float, ...]
) -> None:
    """N = 30, T = 10 with the first period counted. 4,000 draws: standard errors .015 at 1 %, .008 at 5 and 10 %."""
    setting = Setting(trend=trend, lags=0, truncated=truncated)  # type: ignore[arg-type]
    rng = np.random.default_rng(11)
    draws = drawn([CIPS()], np.ones((30, 10), bool), setting, (), 4_000, rng)["cips"].statistic[1.0]
    own = np.quantile(draws, [0.01, 0.05, 0.10])
    assert np.abs(own - printed).max() < 0.05


def test_adjustments_of_levin_lin_and_chu_belong_to_the_convention_that_is_the_default() -> None:
    """At 51 periods the test holds its 5 % as tabulated, and rejects a third of random walks as plm makes it."""
    rates = {}
    for convention in ("table", "plm"):
        setting = Setting(trend="constant", lags=0, llc_convention=convention)  # type: ignore[arg-type]
        rng = np.random.default_rng(5)
        p = drawn([LevinLinChu()], np.ones((31, 51), bool), setting, (), 600, rng)["llc"].p_value[1.0]
        rates[convention] = float(np.mean(p < 0.05))
    assert rates["table"] < 0.11
    assert rates["plm"] > 0.25


@pytest.mark.parametrize(
    ("periods", "mu", "sigma"),
    [
        (20, -0.554, 0.919),
        (27, -0.5508, 0.907),
        (101, -0.51794, 0.7757733),
        (300, -0.5072, 0.735),
        (400, -0.5036, 0.721),
    ],
)
def test_the_table_is_read_where_plm_reads_it(periods: int, mu: float, sigma: float) -> None:
    """Those that `purtest(exo = "intercept", lags = 1)$adjval` prints, to its seven digits."""
    data = walks(units=3, periods=periods, seed=periods)
    facts = pk.panel_unit_root(data, "y", test="llc", lags=1, llc_convention="plm", power_reps=0).facts
    assert (facts["mu"], facts["sigma"]) == pytest.approx((mu, sigma), abs=1e-7)


@pytest.mark.parametrize("periods", [22, 37])
def test_plm_itself_where_it_is_at_hand(tmp_path: Path, periods: int) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("no Rscript")
    data = walks(units=12, periods=periods, seed=21, rho=0.8)
    data.reset_index().to_csv(tmp_path / "d.csv", index=False)
    script = """
    if (!suppressWarnings(suppressMessages(require(plm)))) quit(status = 3)
    y <- pdata.frame(read.csv(commandArgs(TRUE)[1]), c("city", "year"))$y
    cat(sprintf("%.12g\n", c(purtest(y, test = "levinlin", exo = "trend", lags = 2)$statistic$statistic,
      purtest(y, test = "ips", exo = "trend", lags = 1, dfcor = TRUE)$statistic$statistic,
      suppressWarnings(cipstest(y, lags = 1, type = "trend", truncated = TRUE))$statistic)))
    """
    done = subprocess.run(["Rscript", "-e", script, str(tmp_path / "d.csv")], capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip("no plm")
    llc, ips, cips = map(float, done.stdout.split()[-3:])
    options: dict[str, Any] = {"trend": "trend", "power_reps": 100}
    own = pk.panel_unit_root(data, "y", test="llc", lags=2, llc_convention="plm", **options)
    assert own.statistic == pytest.approx(llc, rel=1e-8)
    both = pk.panel_unit_root(data, "y", test=["ips", "cips"], lags=1, **options)
    assert both["ips"].statistic == pytest.approx(ips, rel=1e-8)
    assert both["cips"].statistic == pytest.approx(cips, rel=1e-8)

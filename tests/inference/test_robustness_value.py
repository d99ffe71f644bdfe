"""Robustness values and bounds: PySensemakr on its survey, confounders that are really there, a seeded simulation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

import panelkit as pk
from panelkit.inference.omitted import Exposed, benchmark_shares, robustness_value_of
from tests.panels import random_panel
from tests.stored import stored

DARFUR = stored("darfur")
ANEW = 1e-7  # cross-products against a new fit: half the digits of a double


def with_given_shares(
    seed: int, frame: pd.DataFrame, formula: str, effects: Any, r2: tuple[float, float]
) -> Any:
    """Return the panel with a confounder z that explains given shares of x1 and then of y, beside what is fitted."""
    rng = np.random.default_rng(seed)
    fit = pk.FixedEffects(formula, effects=effects).fit(frame)
    linear = fit.linear
    X = linear.X
    at = linear.terms.index("x1")
    d, rest = X[:, at], np.delete(X, at, axis=1)
    own = d - rest @ np.linalg.lstsq(rest, d, rcond=None)[0]
    noise = pk.FixedEffects("z ~ x1 + x2", effects=effects).fit(
        frame.sort_index().assign(z=rng.normal(size=len(frame)))
    )
    e = noise.residuals
    e = e - linear.residuals * (linear.residuals @ e) / (linear.residuals @ linear.residuals)
    units = [v / np.linalg.norm(v) for v in (own, linear.residuals, e)]
    r2_d, r2_y = r2
    sign = np.sign(fit.params["x1"])
    # z = a own + b y-residual + c noise, of length one: beside x its share of y is b^2 / (b^2 + c^2)
    a, b = np.sqrt(r2_d), sign * np.sqrt((1 - r2_d) * r2_y)
    c = np.sqrt((1 - r2_d) * (1 - r2_y))
    z = a * units[0] + b * units[1] + c * units[2]
    return fit, frame.sort_index().assign(z=z)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
@pytest.mark.parametrize("r2", [(0.1, 0.2), (0.3, 0.05), (0.02, 0.9)])
def test_a_confounder_that_is_there_moves_the_estimate_as_told(effects: Any, r2: tuple[float, float]) -> None:
    frame = random_panel(51, 12, 7, 0.85)
    fit, confounded = with_given_shares(1, frame, "y ~ x1 + x2", effects, r2)
    told = pk.robustness_value(fit.with_vcov(pk.Iid()), "x1").beside(*r2).iloc[0]
    anew = pk.FixedEffects("y ~ x1 + x2 + z", effects=effects, vcov=pk.Iid(), convention="lsdv").fit(
        confounded
    )
    assert told["estimate"] == pytest.approx(anew.params["x1"], rel=ANEW)
    plain = fit.linear.n - fit.linear.k - fit.linear.absorbed
    assert anew.facts["df_resid"] == plain - 1
    assert told["std_error"] == pytest.approx(anew.std_errors["x1"], rel=ANEW)
    clustered = pk.robustness_value(fit, "x1").beside(*r2).iloc[0]
    assert clustered["estimate"] == pytest.approx(told["estimate"], rel=1e-12)  # the bias is algebra


def test_errors_by_cluster_move_about_as_those_under_independent_errors() -> None:
    """The approximation that the note names, on confounders spread over all units: within a tenth on average."""
    ratios = []
    for seed in range(20):
        frame = random_panel(100 + seed, 30, 8)
        fit, confounded = with_given_shares(seed, frame, "y ~ x1 + x2", "twoway", (0.2, 0.2))
        told = pk.robustness_value(fit, "x1").beside(0.2, 0.2)["std_error"].iloc[0]
        anew = pk.FixedEffects("y ~ x1 + x2 + z").fit(confounded)
        ratios.append(told / anew.std_errors["x1"])
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.1)
    assert max(ratios) < 1.4
    assert min(ratios) > 0.6


@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_a_confounder_of_the_robustness_value_leaves_nothing(effects: Any) -> None:
    frame = random_panel(52, 12, 7)
    fit = pk.FixedEffects("y ~ x1 + x2", effects=effects, vcov=pk.Iid(), convention="lsdv").fit(frame)
    told = pk.robustness_value(fit, "x1")
    _, confounded = with_given_shares(2, frame, "y ~ x1 + x2", effects, (told.value, told.value))
    anew = pk.FixedEffects("y ~ x1 + x2 + z", effects=effects).fit(confounded)
    assert anew.params["x1"] == pytest.approx(0.0, abs=ANEW)
    half = pk.robustness_value(fit, "x1", q=0.5)
    found = half.beside(half.value, half.value)["estimate"].iloc[0]
    assert found == pytest.approx(fit.params["x1"] / 2, rel=1e-10)


def darfur() -> Exposed:
    given = DARFUR["spec"]
    spread = given["std_error"] * np.sqrt(given["df"])
    return Exposed(given["estimate"], given["std_error"], float(given["df"]), given["df"], spread)


def darfur_panel() -> pd.DataFrame:
    """Return rows of which a regression gives Darfur's estimate, error, df and the strength of its benchmark."""
    given = DARFUR["spec"]
    n = given["df"] + 3
    rng = np.random.default_rng(0)
    basis, _ = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, 3))]))
    female, own, noise = basis[:, 1], basis[:, 2], basis[:, 3]
    r_d = np.sqrt(given["r2_female_with_treatment"])
    d = r_d * female + np.sqrt(1 - r_d**2) * own
    # beside d, female has 1 - r_d^2 of its squares left; its coefficient is set by the share that it explains
    spread = given["std_error"] * np.sqrt(given["df"])
    rss = spread**2 * (1 - r_d**2)
    f2 = given["r2_female_with_outcome"] / (1 - given["r2_female_with_outcome"])
    y = given["estimate"] * d + np.sqrt(f2 * rss / (1 - r_d**2)) * female + np.sqrt(rss) * noise
    return pd.DataFrame(
        {"y": y, "d": d, "female": female, "unit": np.arange(n) // 6, "time": np.arange(n) % 6}
    )


def test_darfur_as_pysensemakr_tells_it() -> None:
    fit = pk.PooledOLS("y ~ d + female", vcov=pk.Iid()).fit(darfur_panel(), unit="unit", time="time")
    found = pk.robustness_value(fit, "d", benchmarks=["female"], k_d=(1, 2, 3))
    expect, rtol = DARFUR["expect"], DARFUR["rtol"]
    assert found.partial_r2 == pytest.approx(expect["partial_r2"], rel=rtol)
    assert found.value == pytest.approx(expect["rv"], rel=rtol)
    assert found.value_alpha == pytest.approx(expect["rv_alpha"], rel=rtol)
    half = pk.robustness_value(fit, "d", q=0.5)
    assert half.value == pytest.approx(expect["rv_half"], rel=rtol)
    assert half.value_alpha == pytest.approx(expect["rv_half_alpha"], rel=rtol)
    for row, told in zip(found.bounds.to_dict("records"), expect["bounds"], strict=True):
        assert row["k_d"] == told["times"]
        for key in ("r2_treatment", "r2_outcome", "estimate", "std_error", "t"):
            assert row[key] == pytest.approx(told[key], rel=1e-7), key


def test_the_value_at_a_level_is_the_least_share_that_undoes_the_test() -> None:
    """By search over all shares of the outcome up to r, at each r: the definition, not the formula."""
    rng = np.random.default_rng(4)
    for _ in range(30):
        df = int(rng.integers(8, 200))
        one = Exposed(float(rng.normal(0, 3)), float(rng.uniform(0.05, 1)), float(df), df, 1.0)
        one = Exposed(one.estimate, one.std_error, one.df, df, one.std_error * np.sqrt(df))
        critical = stats.t.ppf(0.975, df - 1)

        def least_t(r: float, one: Exposed = one) -> float:
            found = one.beside(np.array(r), np.linspace(0.0, r, 4001))
            return float((np.sign(one.estimate) * found.t).min())

        told = one.robustness(1.0, 0.05)
        if abs(one.estimate / one.std_error) * np.sqrt((df - 1) / df) <= critical:
            assert told == 0.0
            continue
        found = optimize.brentq(lambda r: least_t(r) - critical, 0.0, 1.0 - 1e-9)  # noqa: B023
        assert told == pytest.approx(found, abs=1e-5)  # steps of the grid of outcome shares


def test_a_benchmark_times_one_is_a_copy_of_it() -> None:
    """A confounder that is to D and Y what the observed one is: its shares by regression on both."""
    rng = np.random.default_rng(5)
    n = 400_000
    x, z = rng.normal(size=(2, n))
    d = 0.4 * x + 0.4 * z + rng.normal(size=n)
    y = d + 0.6 * x + 0.6 * z + rng.normal(size=n)

    def explained(target: np.ndarray, one: np.ndarray, others: list[np.ndarray]) -> float:
        left = [
            v - np.column_stack(others) @ np.linalg.lstsq(np.column_stack(others), v, rcond=None)[0]
            if others
            else v
            for v in (target, one)
        ]
        return float((left[0] @ left[1]) ** 2 / (left[0] @ left[0]) / (left[1] @ left[1]))

    # as strong as x: shares of D that either explains alone, and of Y beside D
    k_y = explained(y, z, [d]) / explained(y, x, [d])
    share_d, share_y = benchmark_shares(
        explained(d, x, []), explained(y, x, [d]), np.array([1.0]), np.array([1.0])
    )
    assert share_d[0] == pytest.approx(explained(d, z, [x]), abs=0.005)  # 4 standard errors at this n
    assert k_y == pytest.approx(1.0, abs=0.02)
    assert share_y[0] >= explained(y, z, [x, d]) - 0.005  # a bound


def test_impossible_benchmarks_and_one_that_is_capped() -> None:
    share_d, share_y = benchmark_shares(0.6, 0.1, np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    assert np.isnan(share_d).all()
    assert np.isnan(share_y).all()
    share_d, share_y = benchmark_shares(0.2, 0.7, np.array([1.0]), np.array([1.0]))
    assert share_y[0] == 1.0


def test_size_of_the_bias_in_a_seeded_simulation() -> None:
    """Leave a confounder of known shares out of 60 panels: the mean bias is the one told, within four errors."""
    gaps = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        index = pd.MultiIndex.from_product([range(31), range(8)], names=["province", "year"])
        z, e, u = rng.normal(size=(3, len(index)))
        x = 0.5 * z + u
        frame = pd.DataFrame({"x": x, "z": z, "y": x + 0.5 * z + e}, index=index)
        fit = pk.FixedEffects("y ~ x").fit(frame)
        # population: z explains .2 of x, and .25 (1 - .2) / (1 + .25 .8) = 1/6 of y beside x
        told = pk.robustness_value(fit, "x").beside(0.2, 1 / 6)["estimate"].iloc[0]
        gaps.append(told - 1.0)
    assert np.mean(gaps) == pytest.approx(0.0, abs=4 * np.std(gaps) / np.sqrt(60))


def test_where_the_level_is_not_reached_the_value_is_zero() -> None:
    assert robustness_value_of(0.1, 0.2) == 0.0
    assert robustness_value_of(0.0) == 0.0


def test_text_tables_and_figures_in_both_languages(tmp_path: Path) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(53, 12, 7))
    found = pk.robustness_value(fit, "x1", benchmarks=["x2"], k_d=(1, 2))
    assert "Robustness value" in found.summary()
    assert "独立误差" in found.summary(language="zh")
    assert "Robustness" not in found.summary(language="zh")
    assert found.tidy()["robustness_value"].iloc[0] == found.value
    assert len(found.contour(11)) == 121
    first = found.contour(11).iloc[0]
    assert first["estimate"] == pytest.approx(fit.params["x1"])
    for what in ("estimate", "t"):
        for language in ("en", "zh"):
            path = found.plot(what, language=language).save(tmp_path / f"{what}_{language}.svg")
            assert path.stat().st_size > 2_000
    assert "<table" in found.to_html()
    assert "toprule" in found.to_latex()
    assert "|" in found.to_markdown(language="zh")
    assert found.to_docx(tmp_path / "t.docx").exists()
    assert "RobustnessValue(" in repr(found)


def test_refusals() -> None:
    frame = random_panel(54, 12, 7)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(frame)
    with pytest.raises(pk.SpecError, match="no term z"):
        pk.robustness_value(fit, "z")
    with pytest.raises(pk.SpecError, match="q is the share"):
        pk.robustness_value(fit, "x1", q=0)
    with pytest.raises(pk.SpecError, match="alpha lies between"):
        pk.robustness_value(fit, "x1", alpha=5)
    with pytest.raises(pk.SpecError, match="beside x1 there are x2"):
        pk.robustness_value(fit, "x1", benchmarks=["x1"])
    with pytest.raises(pk.SpecError, match="as many multiples"):
        pk.robustness_value(fit, "x1", benchmarks=["x2"], k_d=(1, 2), k_y=(1,))
    with pytest.raises(pk.SpecError, match="shares of variance"):
        pk.robustness_value(fit, "x1").beside(1.0, 0.5)
    with pytest.raises(pk.SpecError, match="estimate or of t"):
        pk.robustness_value(fit, "x1").plot("p")  # type: ignore[arg-type]
    pooled = pk.PooledOLS("y ~ x1").fit(frame)
    with pytest.raises(pk.SpecError, match="the intercept has no variation"):
        pk.robustness_value(pooled, "Intercept")
    frame["z"] = frame["x1"] + np.random.default_rng(0).normal(size=len(frame))
    instrumented = pk.InstrumentalFE("y ~ x2 + [x1 ~ z]").fit(frame)
    with pytest.raises(pk.SpecError, match="not by instruments"):
        pk.robustness_value(instrumented, "x1")

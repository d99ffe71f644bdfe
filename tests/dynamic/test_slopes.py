"""Mean group and common correlated effects: against plm, against regressions written out, and in bad panels."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.show import tables
from tests.every_result import CITIES, city_panel
from tests.munnell import FORMULA, munnell
from tests.stored import stored

SLOPES = ["lpcap", "lpc", "lemp", "unemp"]
SPECS: dict[str, Any] = {
    "mg": pk.MeanGroup(FORMULA),
    "dmg": pk.MeanGroup(FORMULA, demeaned=True),
    "cmg": pk.CommonCorrelatedEffects(FORMULA),
    "mg_trend": pk.MeanGroup(FORMULA, trends=True),
    "dmg_trend": pk.MeanGroup(FORMULA, trends=True, demeaned=True),
    "cmg_trend": pk.CommonCorrelatedEffects(FORMULA, trends=True),
}


def own(
    data: pd.DataFrame, columns: list[str], beside: dict[str, Any] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return slopes (N, k) by least squares on each unit, columns of `beside` with it, and all coefficients' count."""
    found, counts = [], []
    for _, part in data.groupby(level=0):
        more = [np.asarray(values.reindex(part.index)) for values in (beside or {}).values()]
        design = np.column_stack([part[columns[1:]], np.ones(len(part)), *more])
        found.append(np.linalg.lstsq(design, part[columns[0]], rcond=None)[0][: len(columns) - 1])
        counts.append(design.shape[1])
    return np.array(found), np.array(counts)


def averages(data: pd.DataFrame, columns: list[str]) -> dict[str, pd.Series]:
    """Return the averages over units of columns, at every row."""
    return {name: data.groupby(level=1)[name].transform("mean") for name in columns}


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("tag", ["balanced", "gappy"])
def test_slopes_are_those_of_plm(name: str, tag: str) -> None:
    if tag == "gappy" and "trend" in name:
        pytest.skip("plm numbers the rows of a unit, see the next test")
    oracle = stored("slopes_plm")
    fit = SPECS[name].fit(munnell(tag == "gappy"))
    np.testing.assert_allclose(fit.params[SLOPES], oracle["expect"][f"{tag}_{name}_b"], rtol=oracle["rtol"])
    np.testing.assert_allclose(
        fit.std_errors[SLOPES], oracle["expect"][f"{tag}_{name}_se"], rtol=oracle["rtol"]
    )


def test_trends_of_plm_number_the_rows_of_a_unit_and_ours_the_years() -> None:
    expect, data = stored("slopes_plm")["expect"], munnell(gappy=True)
    data["row"] = data.groupby(level=0).cumcount() + 1.0
    numbered = pk.MeanGroup(f"{FORMULA} + row").fit(data)
    np.testing.assert_allclose(numbered.params[SLOPES], expect["gappy_mg_trend_b"], rtol=1e-9)
    data["year_of"] = data.index.get_level_values("year") * 1.0
    by_year = pk.MeanGroup(f"{FORMULA} + year_of").fit(data)
    trended = pk.MeanGroup(FORMULA, trends=True).fit(data)
    np.testing.assert_allclose(trended.estimates, by_year.params[SLOPES], rtol=1e-8)
    assert np.abs(trended.estimates / expect["gappy_mg_trend_b"] - 1.0).max() > 0.1


def test_pooled_slopes_are_those_of_pcce_and_its_errors_where_the_panel_is_balanced() -> None:
    # pcce inverts cross-products: 3e-6 of its slopes are rounding
    expect, spec = stored("slopes_plm")["expect"], pk.CommonCorrelatedEffects(FORMULA, pooled=True)
    fit = spec.fit(munnell())
    np.testing.assert_allclose(fit.params[SLOPES], expect["balanced_pcce_p_b"], rtol=5e-6)
    np.testing.assert_allclose(fit.std_errors[SLOPES], expect["balanced_pcce_p_se"], rtol=1e-6)
    data = munnell(gappy=True)
    short = data.groupby(level=0).size().min()
    fit = spec.fit(data)
    np.testing.assert_allclose(fit.params[SLOPES], expect["gappy_pcce_p_b"], rtol=1e-7)
    # plm divides one side by all rows and the other by the rows of the shortest unit
    plm = fit.std_errors[SLOPES] * len(data) / (48 * short)
    np.testing.assert_allclose(plm, expect["gappy_pcce_p_se"], rtol=1e-6)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not at hand")
def test_the_stored_numbers_are_what_plm_prints_today() -> None:
    script = Path(__file__).parents[1] / "oracles" / "scripts" / "slopes_plm.R"
    done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, timeout=120)
    if done.returncode:
        pytest.skip("plm is not at hand")
    printed = json.loads(done.stdout)
    for name, values in stored("slopes_plm")["expect"].items():
        np.testing.assert_allclose(values, printed[name], rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("lags", [0, 1])
@pytest.mark.parametrize("trends", [False, True])
@pytest.mark.parametrize("gaps", [False, True])
def test_regressions_written_out(lags: int, trends: bool, gaps: bool) -> None:
    data = munnell(gappy=gaps)[["lgsp", "lemp"]]
    beside = averages(data, ["lgsp", "lemp"])
    if lags:
        years = data.index.get_level_values(1)
        by_year = pd.DataFrame({name: values.groupby(level=1).first() for name, values in beside.items()})
        for name in list(beside):
            beside[f"{name}, before"] = pd.Series(by_year[name].reindex(years - 1).to_numpy(), data.index)
        data = data[years > 1970]
    if trends:
        beside["trend"] = pd.Series(data.index.get_level_values(1) - 1970.0, data.index)
    slopes, _ = own(data, ["lgsp", "lemp"], beside)
    fit = pk.CommonCorrelatedEffects("lgsp ~ lemp", lags=lags, trends=trends).fit(munnell(gappy=gaps))
    np.testing.assert_allclose(fit.by_unit["estimate"], slopes[:, 0], rtol=1e-7)
    assert fit.estimates[0] == pytest.approx(slopes.mean(), rel=1e-9)
    assert fit.std_errors["lemp"] == pytest.approx(slopes.std(ddof=1) / np.sqrt(48), rel=1e-8)
    assert fit.df == 47.0


def test_the_spread_is_the_jackknife_over_units() -> None:
    slopes, _ = own(munnell(), ["lgsp", *SLOPES])
    left_out = np.array([np.delete(slopes, at, axis=0).mean(axis=0) for at in range(48)])
    apart = left_out - slopes.mean(axis=0)
    fit = pk.MeanGroup(FORMULA).fit(munnell())
    np.testing.assert_allclose(fit.covariance, apart.T @ apart * 47 / 48, rtol=1e-8)


@pytest.mark.parametrize("about", ["mean", "pooled"])
def test_pooled_errors_written_out(about: str) -> None:
    data = munnell(gappy=True)[["lgsp", "lemp", "unemp"]]
    beside, parts = averages(data, list(data)), []
    for _, part in data.groupby(level=0):
        H = np.column_stack([np.ones(len(part)), *(v.reindex(part.index) for v in beside.values())])
        M = np.eye(len(part)) - H @ np.linalg.pinv(H)
        X, y = part[["lemp", "unemp"]].to_numpy(), part["lgsp"].to_numpy()
        parts.append((X.T @ M @ X, X.T @ M @ y))
    A, b = sum(S for S, _ in parts), sum(v for _, v in parts)
    pooled = np.linalg.solve(A, b)
    mean = np.mean([np.linalg.solve(S, v) for S, v in parts], axis=0)
    scores = np.array([v - S @ (mean if about == "mean" else pooled) for S, v in parts])
    expected = np.linalg.inv(A) @ (scores.T @ scores) @ np.linalg.inv(A) * 48 / 47
    fit = pk.CommonCorrelatedEffects("lgsp ~ lemp + unemp", pooled=True, vcov=pk.UnitSlopes(about)).fit(
        munnell(gappy=True)
    )
    np.testing.assert_allclose(fit.estimates, pooled, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-8)
    if about == "pooled":
        with pytest.raises(pk.SpecError, match=r"UnitSlopes\(about\) is mean or pooled"):
            pk.UnitSlopes("median")  # type: ignore[arg-type]


def test_averages_that_repeat_each_other_count_once() -> None:
    """The average of a lagged outcome is the lag of the average in a panel without gaps."""
    data = munnell()
    data["before"] = data.groupby(level=0)["lgsp"].shift()
    fit = pk.CommonCorrelatedEffects("lgsp ~ before + lemp", lags=1).fit(data)
    # intercept, averages of three columns, and lags of those but the first
    assert set(fit.slopes.regressions.other) == {1 + 3 + 2}


def test_huber_is_that_of_mass_and_its_error_that_of_draws() -> None:
    """MASS::huber(k = 1.5) of the slopes of the first regressor, whose scale has five digits."""
    from panelkit.kernels.location import huber_location

    values = np.array([0.1, -0.4, 2.2, 0.3, 8.0, 0.9, -0.2, 0.5])
    # Rscript -e 'MASS::huber(c(.1,-.4,2.2,.3,8,.9,-.2,.5), k = 1.5, tol = 1e-12)'
    assert huber_location(values[:, None], 1.5)[0][0] == pytest.approx(0.607714999999, rel=1e-5)
    rng = np.random.default_rng(5)
    draws = rng.standard_t(3, size=(60, 4000))
    found, moves = huber_location(draws)
    expected = np.sqrt((moves**2).sum(axis=0) / (60 * 59)).mean()
    assert found.std() == pytest.approx(expected, rel=0.06)
    assert found.std() < 0.9 * draws.mean(axis=0).std()  # far values move it less


def test_scale_and_level_of_columns_do_not_matter() -> None:
    data = city_panel()
    moved = data.assign(y=data["y"] * 1e6 + 1e8, x=data["x"] * 1e-6 + 3.0, w=data["w"] + 1e5)
    for spec in (
        pk.MeanGroup("y ~ x + w", trends=True),
        pk.CommonCorrelatedEffects("y ~ x"),
        pk.CommonCorrelatedEffects("y ~ x + w", pooled=True),
    ):
        one, two = spec.fit(data), spec.fit(moved)
        factor = np.array([1e12, 1e6])[: len(one.terms)]
        np.testing.assert_allclose(two.estimates / factor, one.estimates, rtol=1e-7)
        np.testing.assert_allclose(two.std_errors / factor, one.std_errors, rtol=1e-7)


def test_short_units_are_refused_by_name_or_leave_and_are_said() -> None:
    data = city_panel(gaps=True)
    with pytest.raises(pk.SpecError, match=r"c19 \(1 rows\): the regression of one city has 3 coefficients"):
        pk.MeanGroup("y ~ x + w").fit(data)
    for spec in (
        pk.MeanGroup("y ~ x", unidentified="drop"),
        pk.CommonCorrelatedEffects("y ~ x", unidentified="drop"),
    ):
        fit = spec.fit(data)
        left = fit.dropped[fit.dropped["province"] == "c19"]
        assert [str(reason) for reason in left["reason"]] == ["its city cannot carry a regression of its own"]
        again = type(spec)("y ~ x").fit(data.drop("c19"))
        np.testing.assert_allclose(fit.estimates, again.estimates)
        np.testing.assert_allclose(fit.std_errors, again.std_errors)


def test_lags_of_averages_stay_where_a_unit_leaves() -> None:
    data = munnell().drop(index=[("ALABAMA", year) for year in range(1974, 1987)])
    fit = pk.CommonCorrelatedEffects("lgsp ~ lemp", lags=1, unidentified="drop").fit(data)
    again = pk.CommonCorrelatedEffects("lgsp ~ lemp", lags=1).fit(data.drop("ALABAMA"))
    np.testing.assert_allclose(fit.estimates, again.estimates, rtol=1e-12)
    assert fit.facts["n_periods"] == 16


def test_a_regressor_that_does_not_vary_in_a_unit_is_named() -> None:
    data = city_panel()
    data.loc["c03", "x"] = 5.0
    for spec in (pk.MeanGroup("y ~ x + w"), pk.CommonCorrelatedEffects("y ~ x")):
        with pytest.raises(pk.SpecError, match=r"no slope of its own in c03 \(`x`\)"):
            spec.fit(data)
    data.loc["c05", "w"] = 2.0 * data.loc["c05", "x"].to_numpy() + 1.0
    with pytest.raises(pk.SpecError, match=r"c03 \(`x`\), c05 \(`x`, `w`\)"):
        pk.MeanGroup("y ~ x + w").fit(data)
    pooled = pk.CommonCorrelatedEffects("y ~ x", pooled=True, vcov=pk.UnitSlopes("pooled")).fit(data)
    assert np.isfinite(pooled.covariance).all()
    with pytest.raises(pk.SpecError, match="1 of 20 regressions have no slope"):
        pooled.with_vcov(pk.UnitSlopes())


def test_no_degree_of_freedom_at_eight_years_and_three_regressors() -> None:
    data = city_panel()
    with pytest.raises(
        pk.SpecError, match=r"c00 \(8 rows\), c01.*has 8 coefficients .*UnitSlopes\('pooled'\)"
    ):
        pk.CommonCorrelatedEffects("y ~ x + w + m").fit(data)
    fit = pk.CommonCorrelatedEffects("y ~ x + w + m", pooled=True, vcov=pk.UnitSlopes("pooled")).fit(data)
    assert np.isfinite(fit.covariance).all()
    one = pk.CommonCorrelatedEffects("y ~ x + w", where="year > 2010").fit(data)
    assert any("no finite variance" in str(note) for note in one.notes)


def test_what_all_units_share_is_refused_beside_averages_and_taken_by_mean_group() -> None:
    data = city_panel()
    data["price"] = np.random.default_rng(1).normal(size=8)[data.index.codes[1]]
    with pytest.raises(pk.SpecError, match="`price`: the same in every city"):
        pk.CommonCorrelatedEffects("y ~ x + price").fit(data)
    slopes, _ = own(data, ["y", "x", "price"])
    np.testing.assert_allclose(
        pk.MeanGroup("y ~ x + price").fit(data).estimates, slopes.mean(axis=0), rtol=1e-9
    )


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: pk.MeanGroup("y ~ x - 1"), "leave out `- 1`"),
        (lambda: pk.MeanGroup("y ~ x", vcov=pk.CRV3()), "take one of UnitSlopes"),
        (lambda: pk.MeanGroup("y ~ x", average="median"), "average is 'mean' or 'huber'"),  # type: ignore[arg-type]
        (lambda: pk.MeanGroup("y ~ x", unidentified="keep"), "unidentified is"),  # type: ignore[arg-type]
        (lambda: pk.CommonCorrelatedEffects("y ~ x", lags=-1), "lags"),
        (lambda: pk.CommonCorrelatedEffects("y ~ x", pooled=True, average="huber"), "average= is about"),
        (lambda: pk.MeanGroup("y ~ x").fit(city_panel().loc[["c01"]]), "one city is left"),
    ],
)
def test_options_without_meaning_are_refused(made: Any, said: str) -> None:
    with pytest.raises(pk.PanelkitError, match=said):
        made()


def test_slopes_by_unit_and_residuals_are_those_of_each_unit() -> None:
    data = city_panel()
    fit = pk.MeanGroup("y ~ x + w").fit(data)
    table = fit.by_unit
    assert list(table["unit"].unique()) == CITIES
    part = data.loc["c07"]
    X = np.column_stack([np.ones(8), part[["x", "w"]]])
    b, rss = np.linalg.lstsq(X, part["y"], rcond=None)[:2]
    errors = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * rss[0] / 5)
    mine = table[table["unit"] == "c07"]
    np.testing.assert_allclose(mine["estimate"], b[1:])
    np.testing.assert_allclose(mine["std_error"], errors[1:])
    np.testing.assert_allclose(fit.predict(kind="e").loc["c07"], part["y"] - X @ b, atol=1e-12)
    with pytest.raises(pk.SpecError, match="predictions are of the rows that entered"):
        fit.predict(data)


def test_a_mean_of_slopes_holds_its_size_where_they_differ() -> None:
    """A slope a unit, the spread of x going with it: 1,000 panels of 25 units and 10 years."""
    from panelkit.kernels.unit_regressions import regress_units
    from panelkit.models.dynamic.slopes.problem import MeanOfSlopes

    rng = np.random.default_rng(3)
    slope = 1.0 + rng.normal(size=(25_000, 1))
    x = rng.normal(size=(25_000, 10)) * np.exp(0.5 * (slope - 1.0))
    y = slope * x + rng.normal(size=(25_000, 1)) + rng.normal(size=(25_000, 10))
    held = np.ones((25_000, 10), dtype=bool)
    found, gaps, statistics = regress_units(y, x[:, :, None], np.empty((25_000, 10, 0)), held), [], []
    for at in range(0, 25_000, 25):
        part = slice(at, at + 25)
        one = MeanOfSlopes(replace(found, slopes=found.slopes[part]))
        gaps.append(one.estimates[0] - 1.0)
        statistics.append(gaps[-1] / np.sqrt(one.spread()[0, 0]))
    assert abs(np.mean(gaps)) < 3 * np.std(gaps) / np.sqrt(1000)
    # three standard errors of a share of 5 % about it: 3 (.05 .95 / 1000)^.5 = .02
    assert (np.abs(statistics) > 2.0639).mean() == pytest.approx(0.05, abs=0.021)


def test_delta_written_out_on_a_panel_without_gaps() -> None:
    """Pesaran and Yamagata's equations 23, 25 and 29 with T, on demeaned columns."""
    data, parts = munnell()[["lgsp", *SLOPES]], []
    for _, part in data.groupby(level=0):
        moved = (part - part.mean()).to_numpy()
        parts.append((moved[:, 1:], moved[:, 0]))
    N, T, k = 48, 17, 4
    pooled = np.linalg.solve(sum(X.T @ X for X, _ in parts), sum(X.T @ y for X, y in parts))
    s2 = [((y - X @ pooled) ** 2).sum() / (T - 1) for X, y in parts]
    heavy = zip(parts, s2, strict=True)
    A, b = np.zeros((k, k)), np.zeros(k)
    for (X, y), s in heavy:
        A, b = A + X.T @ X / s, b + X.T @ y / s
    weighted, total = np.linalg.solve(A, b), 0.0
    for (X, y), s in zip(parts, s2, strict=True):
        gap = np.linalg.lstsq(X, y, rcond=None)[0] - weighted
        total += gap @ X.T @ X @ gap / s
    delta = np.sqrt(N) * (total / N - k) / np.sqrt(2 * k * (T - k - 1) / (T + 1))
    found = pk.slope_homogeneity(pk.MeanGroup(FORMULA).fit(munnell()))
    assert found.statistic == pytest.approx(delta, rel=1e-8)
    assert found.p_value < 1e-10
    with pytest.raises(pk.SpecError, match="takes a fit of MeanGroup"):
        pk.slope_homogeneity(pk.FixedEffects(FORMULA).fit(munnell()))  # type: ignore[arg-type]


@pytest.mark.parametrize("factor", [False, True])
def test_delta_holds_its_size_and_finds_slopes_that_differ(factor: bool) -> None:
    """1,000 panels of 31 units and 12 years, errors of a variance by unit; beside the factor as known nuisance."""
    from panelkit.kernels.unit_regressions import regress_units
    from panelkit.models.dynamic.slopes.homogeneity import dispersion

    rng = np.random.default_rng(9)
    N, T, R = 31, 12, 1000
    held = np.ones((N, T), dtype=bool)
    rejected = np.zeros(2)
    for _ in range(R):
        f = rng.normal(size=T)
        x = rng.normal(size=(N, T)) + rng.normal(size=(N, 1)) * f
        errors = rng.normal(size=(N, T)) * rng.uniform(0.5, 1.5, size=(N, 1))
        beside = np.broadcast_to(f[None, :, None], (N, T, 1)) if factor else np.empty((N, T, 0))
        for at, spread in enumerate((0.0, 0.4)):
            slope = 1.0 + spread * rng.normal(size=(N, 1))
            y = slope * x + errors + factor * rng.normal(size=(N, 1)) * f
            delta = dispersion(regress_units(y, x[:, :, None], beside, held))
            rejected[at] += abs(delta) > 1.959964
    # three standard errors of a share of 5 %
    assert rejected[0] / R == pytest.approx(0.05, abs=0.021)
    assert rejected[1] / R > 0.6


POOLED = pk.CommonCorrelatedEffects("y ~ x + w", pooled=True, vcov=pk.UnitSlopes("pooled"))


def some_units(seed: int, units: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(units), range(2000, 2012)], names=["city", "year"])
    data = pd.DataFrame(rng.normal(size=(len(index), 3)), index=index, columns=["y", "x", "w"])
    return data.assign(y=data.y + data.x)


@pytest.mark.parametrize(
    ("column", "names"),
    [
        (lambda data: 2.0 * data.x + 1.0, "`x`, `w`"),
        (lambda data: data.index.get_level_values(0).to_numpy() * 1.0, "`w`"),
        # half of the units times a step of all: each unit's intercept and average of w hold it
        (
            lambda data: (
                (data.index.get_level_values(1) >= 2006) * (data.index.get_level_values(0) < 4) * 1.0
            ),
            "`w`",
        ),
    ],
)
def test_pooled_slopes_that_the_rows_do_not_tell_are_refused_by_name(column: Any, names: str) -> None:
    data = some_units(1, 8)
    with pytest.raises(pk.SpecError, match=f"^{names}: no variation is left beside"):
        POOLED.fit(data.assign(w=column(data)))


@pytest.mark.parametrize(
    "made",
    [
        lambda: pk.MeanGroup("y ~ x", trends="no"),
        lambda: pk.MeanGroup("y ~ x", demeaned="no"),
        lambda: pk.CommonCorrelatedEffects("y ~ x", pooled="no"),
        lambda: pk.InteractiveEffects("y ~ x", bias_correction="no"),
    ],
)
def test_words_are_no_truth_values(made: Any) -> None:
    with pytest.raises(pk.SpecError, match="is True or False, not 'no'"):
        made()


@pytest.mark.parametrize(
    "spec",
    [pk.MeanGroup("y ~ x", demeaned=True), pk.CommonCorrelatedEffects("y ~ x"), POOLED],
)
def test_two_units_mirror_each_other_about_their_average(spec: Any) -> None:
    with pytest.raises(pk.DataError, match="mirror each other"):
        spec.fit(some_units(2, 2))
    assert (spec.fit(some_units(2, 3)).std_errors > 1e-3).all()


def test_means_of_slopes_have_no_spread_about_a_pooled_slope() -> None:
    data = some_units(3, 9)
    with pytest.raises(pk.SpecError, match="one slope from all rows"):
        pk.MeanGroup("y ~ x").fit(data).with_vcov(pk.UnitSlopes("pooled"))


def test_the_same_slope_without_errors_is_said_and_slopes_that_differ_are_not() -> None:
    data = some_units(4, 9)
    own = 1.0 + data.index.get_level_values(0).to_numpy() / 10.0
    for spec in (pk.MeanGroup("y ~ x"), pk.CommonCorrelatedEffects("y ~ x", pooled=True)):
        assert "are rounding" in str(spec.fit(data.assign(y=2.0 * data.x)).notes)
        assert "are rounding" not in str(spec.fit(data.assign(y=own * data.x)).notes)


def test_tables_say_which_column_a_note_is_of_and_how_many_factors_there_are() -> None:
    data = some_units(5, 9)
    fits = [
        pk.MeanGroup("y ~ x", demeaned=True).fit(data),
        pk.CommonCorrelatedEffects("y ~ x").fit(data),
        pk.CommonCorrelatedEffects("y ~ x", pooled=True).fit(data),
        pk.InteractiveEffects("y ~ x", factors=2).fit(data),
    ]
    text = " ".join(tables.to_text(fits).split())
    assert "(1) outcome and regressors are deviations" in text
    assert "(2), (3) every city has slopes of its own on averages" in text
    assert "(3) one slope of each regressor for all" in text
    assert "Common factors 2 " in text
    alone = " ".join(tables.to_text(fits[:1]).split())
    assert "t(8). outcome and regressors are deviations" in alone

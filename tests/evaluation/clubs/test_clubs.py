"""Convergence clubs: 152 countries as printed, brute force, R and statsmodels, simulated clubs, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.filters.hp_filter import hpfilter

import panelkit as pk
from panelkit.evaluation.clubs.clustering import CONVENTIONS, find_clubs
from panelkit.evaluation.clubs.log_t import CRITICAL, Regression, growing, one_more, variation
from panelkit.evaluation.clubs.long_run import ERRORS
from panelkit.evaluation.clubs.merging import joined, merged
from panelkit.evaluation.clubs.trend import hodrick_prescott
from panelkit.evaluation.clubs.worlds import continuum, groups, redrawn, together
from panelkit.language.errors import DataError, SpecError
from tests.stored import stored

ORACLE = stored("convergence_clubs")
COUNTRIES = np.array(ORACLE["spec"]["values"])
NAMES = {"R": "r", "Stata": "psecta", "FQSB": "phillips-sul", "AQSB": "andrews"}


def drawn(clubs: int, seed: int, periods: int = 16, apart: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Return 24 units of clubs that close a tenth of their gaps a year, and their clubs."""
    rng = np.random.default_rng(seed)
    label = np.arange(24) % clubs
    years = np.arange(periods)
    gap = 0.2 * rng.normal(size=(24, 1)) * np.exp(-0.1 * years)
    values = 10.0 + 0.08 * years - apart * label[:, None] + gap + 0.01 * rng.normal(size=(24, periods))
    return values, label


def panel(values: np.ndarray) -> pd.DataFrame:
    names = [f"u{at:02d}" for at in range(len(values))]
    index = pd.MultiIndex.from_product([names, range(2001, 2001 + values.shape[1])], names=["unit", "year"])
    return pd.DataFrame({"x": values.ravel()}, index=index)


def test_the_printed_table_of_152_countries() -> None:
    published = ORACLE["expect"]["published"]
    regression = Regression(CONVENTIONS["r"].dropped(34))
    whole = regression.of(variation(COUNTRIES))
    assert [whole.slope[0], whole.t[0]] == pytest.approx(
        published["whole"], abs=0.006
    )  # three and two digits
    found = find_clubs(COUNTRIES, regression, CONVENTIONS["r"])
    made = [[len(one.rows), one.regression.slope[0], one.regression.t[0]] for one in found.clubs]
    assert np.array(made) == pytest.approx(
        np.array(published["clubs"]), abs=0.0015
    )  # printed to three digits
    assert not len(found.divergent)


@pytest.mark.parametrize("name", sorted(ORACLE["expect"]["programs"]))
def test_what_the_programs_find(name: str) -> None:
    told = ORACLE["expect"]["programs"][name]
    convention, hac = (NAMES[part] for part in name.split())
    rule = CONVENTIONS[convention]
    regression = Regression(rule.dropped(34), hac)  # type: ignore[arg-type]
    found = find_clubs(COUNTRIES, regression, rule)
    assert [sorted(club.rows.tolist()) for club in found.clubs] == told["clubs"]
    assert [float(club.regression.t[0]) for club in found.clubs] == pytest.approx(
        told["t"], rel=ORACLE["rtol"]
    )
    assert sorted(found.divergent.tolist()) == told["divergent"]
    by_sul = merged(COUNTRIES, found, regression, "phillips-sul")
    assert [len(club.rows) for club in by_sul.clubs] == told["merged"]
    by_lyncker = merged(COUNTRIES, found, regression, "von-lyncker")
    assert [len(club.rows) for club in by_lyncker.clubs] == told["von Lyncker"]


def test_errors_of_r_and_of_statsmodels() -> None:
    regression = Regression(CONVENTIONS["r"].dropped(34), "andrews")
    whole = regression.of(variation(COUNTRIES))
    assert [whole.slope[0], whole.std_error[0]] == pytest.approx(ORACLE["expect"]["sandwich"], rel=1e-6)
    z = np.log(np.arange(5.0, 25.0))
    y = 0.3 * z + np.random.default_rng(0).normal(size=20)
    fit = sm.OLS(y, sm.add_constant(z)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 2}
    )  # int(4 (20 / 100)^(2/9))
    assert ERRORS["newey-west"](z, fit.resid[None, :])[0] == pytest.approx(fit.bse[1], rel=1e-10)


def test_the_log_t_regression_by_least_squares() -> None:
    """Slope and constant of numpy's lstsq, the variance of Phillips and Sul's program written out term by term."""
    h, dropped = variation(COUNTRIES[:9]), 10
    t = np.arange(dropped + 1, 35)
    z, y = np.log(t), np.log(h[0] / h[dropped:]) - 2 * np.log(np.log(t))
    design = np.column_stack([np.ones(len(z)), z])
    constant, slope = np.linalg.lstsq(design, y, rcond=None)[0]
    e = y - design @ [constant, slope]
    n = len(e)
    rho = (e[:-1] @ e[1:]) / (e[:-1] @ e[:-1])
    width = 1.3221 * (4 * rho**2 / (1 - rho) ** 4 * n) ** 0.2
    long_run = e @ e / (n - 1)
    for lag in range(1, n - 1):
        v = 6 * np.pi * lag / width / 5
        kernel = 3 / v**2 * (np.sin(v) / v - np.cos(v))
        long_run += 2 * kernel * sum(e[s] * e[s + lag] for s in range(n - 1 - lag)) / (n - 1)
    error = np.sqrt(np.linalg.inv(design.T @ design)[1, 1] * long_run)
    found = Regression(dropped).of(h)
    assert [found.slope[0], found.constant[0], found.std_error[0]] == pytest.approx(
        [slope, constant, error], rel=1e-9
    )


def test_groups_that_grow_are_groups_taken_whole() -> None:
    x = COUNTRIES[:12]
    assert growing(x) == pytest.approx(np.array([variation(x[:k]) for k in range(2, 13)]), rel=1e-10)
    alone = np.array([variation(np.vstack([x[:4], other])) for other in x[4:]])
    assert one_more(x[:4], x[4:]) == pytest.approx(alone, rel=1e-10)


def test_the_trend_is_that_of_statsmodels() -> None:
    for smoothing in (6.25, 400.0):
        whole = np.array([hpfilter(series, smoothing)[1] for series in COUNTRIES[:5]])
        assert hodrick_prescott(COUNTRIES[:5], smoothing) == pytest.approx(whole, rel=1e-10)


def clubs_by_loops(x: np.ndarray, regression: Regression) -> list[list[int]]:
    """Phillips and Sul's steps one regression at a time, c* raised by .05: clubs as sorted rows."""

    def t(rows: list[int]) -> float:
        return float(regression.of(variation(x[rows])).t[0])

    left, clubs = sorted(range(len(x)), key=lambda i: -x[i, -1]), []
    while len(left) > 1:
        if t(left) > CRITICAL:
            return [*clubs, sorted(left)]
        start = next((i for i in range(len(left) - 1) if t(left[i : i + 2]) > CRITICAL), None)
        if start is None:
            break
        best, size = -np.inf, 2
        for k in range(2, len(left) - start + 1):
            own = t(left[start : start + k])
            if own <= CRITICAL:
                break
            best, size = (own, k) if own >= best else (best, size)
        core = left[start : start + size]
        others = [i for i in left if i not in core]
        bound = 0.0
        while True:
            club = core + [i for i in others if t([*core, i]) > bound]
            if t(club) > CRITICAL or len(club) == len(core):
                break
            bound += 0.05
        clubs.append(sorted(club))
        left = [i for i in left if i not in club]
    return clubs


@pytest.mark.parametrize("seed", range(4))
def test_clubs_by_loops(seed: int) -> None:
    values, _ = drawn(3, seed, apart=0.25)
    regression = Regression(5)
    found = find_clubs(values, regression, CONVENTIONS["psecta"])
    assert [sorted(club.rows.tolist()) for club in found.clubs] == clubs_by_loops(values, regression)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_simulated_clubs_are_found(number: int) -> None:
    """Of 20 panels whose clubs lie four gaps apart at least 18 are found without a fault."""
    right = 0
    for seed in range(20):
        values, label = drawn(number, seed)
        found = pk.convergence_clubs(panel(values), "x").membership.to_numpy()
        right += bool((found == label + 1).all())
    assert right >= 18


def test_the_test_against_a_continuum() -> None:
    """Clubs far apart are told from a continuum; a lasting spread of a normal sample is not, though it is cut."""
    values, _ = drawn(3, 1)
    apart = pk.convergence_clubs(panel(values), "x").continuum_test(39, rng=1)
    assert apart.p_value == 1 / 40
    rng = np.random.default_rng(3)
    p = []
    for _ in range(10):
        spread = (
            10.0 + 0.4 * rng.normal(size=(24, 1)) + 0.08 * np.arange(16) + 0.01 * rng.normal(size=(24, 16))
        )
        found = pk.convergence_clubs(panel(spread), "x")
        assert len(found.clubs) + len(found.divergent) > 1
        p.append(found.continuum_test(19, rng=1).p_value)
    assert np.mean(np.array(p) <= 0.05) <= 0.3  # of 10 at 5 per cent, 3 or more come in 1 of 100
    one = pk.convergence_clubs(panel(drawn(1, 1)[0]), "x")
    assert not one.continuum_test().applicable


def test_worlds_keep_what_they_must() -> None:
    values, _ = drawn(2, 5)
    rng = np.random.default_rng(0)
    world = continuum(values, rng)
    assert world.mean(axis=0) == pytest.approx(values.mean(axis=0))
    order = ((values - values.mean(axis=0)) / values.std(axis=0)).mean(axis=1).argsort()
    assert (((world - world.mean(axis=0)) / values.std(axis=0)).mean(axis=1).argsort() == order).all()
    again = redrawn(values, 400.0, 1, rng)
    trend = hodrick_prescott(values, 400.0)
    gaps = (values - trend).T
    # every year of the resample is one year of the panel, for all units at once
    assert all(min(np.abs(gaps - year).max(axis=1)) < 1e-12 for year in (again - trend).T)
    assert groups(np.array([1, 1, 2, 0, 0])) == 4
    assert together(np.array([1, 1, 0, 0])).sum() == 4


def test_stability_by_seed_and_by_unit_of_measurement() -> None:
    values, _ = drawn(2, 2)
    frame = panel(np.exp(values))
    found = pk.convergence_clubs(frame, "log(x)")
    sure = found.stability(19, rng=4)
    assert sure.together.equals(found.stability(19, rng=4).together)
    assert (sure.by_unit["stays"] > 0.8).mean() > 0.9
    assert list(sure.variants["variant"]) == [
        "without the first", "without the last", "tenth of the unit", "ten units",
    ]  # fmt: skip
    ten = pk.convergence_clubs(frame.assign(x=frame["x"] / 10), "log(x)")
    assert sure.variants["groups"].iloc[-1] == len(ten.clubs) + len(ten.divergent)
    levels = pk.convergence_clubs(frame, "x", trend=None)
    other = pk.convergence_clubs(frame.assign(x=frame["x"] * 7), "x", trend=None)
    assert levels.membership.equals(other.membership)  # levels have no unit
    assert not levels.series.in_logs


def test_units_of_none_are_joined() -> None:
    values, _ = drawn(2, 4)
    regression = Regression(5)
    found = find_clubs(values, regression, CONVENTIONS["psecta"])
    taken = [club.rows for club in found.clubs]
    from panelkit.evaluation.clubs.clustering import Club, Clustering

    shorter = Clustering(
        tuple(Club(rows[:-1], regression.of(variation(values[rows[:-1]]))) for rows in taken),
        np.array([rows[-1] for rows in taken]),
    )
    again = joined(values, shorter, regression)
    assert [sorted(club.rows) for club in again.clubs] == [sorted(rows) for rows in taken]
    assert not len(again.divergent)


def test_a_club_that_rejects_itself_is_said() -> None:
    frame = pd.DataFrame(COUNTRIES).stack().rename("x").rename_axis(["unit", "year"]).to_frame()
    found = pk.convergence_clubs(frame, "x", trend=None, convention="r", hac="andrews", merge="none")
    assert any("club 1 rejects convergence as a whole" in str(note) for note in found.notes)


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (
            lambda f: f[f.index.get_level_values(0) < "u02"],
            {},
            "at least three units, and there are 2: u00, u01",
        ),
        (
            lambda f: f[f.index.get_level_values(1) < 2008],
            {},
            "7 years .2001 to 2007. are too few.* 8 in all",
        ),
        (lambda f: f.assign(x=f["x"].where(f.index != ("u03", 2003), -0.5)), {}, "u03 2003 .-0.5."),
        (lambda f: f.drop(("u05", 2004)), {}, "missing for u05 2004"),
        (lambda f: f[f.index.get_level_values(1) != 2004], {}, "consecutive years"),
        (lambda f: f.round(1), {"trend": None}, "pairs of units have one value"),
    ],
)
def test_bad_panels(change: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        pk.convergence_clubs(change(panel(drawn(2, 0)[0])), "x", **options)


def test_a_zero_under_the_logarithm_is_told_what_helps_clubs() -> None:
    data = panel(np.exp(drawn(2, 0)[0] / 50))
    data.iloc[3, 0] = 0.0
    with pytest.raises(DataError, match="begin after the zeros: clubs are told by logarithms") as caught:
        pk.convergence_clubs(data, "log(x)")
    assert "asinh" not in str(caught.value)
    assert "俱乐部以比值的对数识别" in caught.value.text("zh")


def test_a_tie_counts_in_the_periods_that_the_regression_reads() -> None:
    """Eighteen years, five of them left out behind the first: a tie there moves nothing, for no H of theirs is read."""
    data = panel(drawn(2, 0)[0])
    years = data.index.unique("year")
    dropped = pk.convergence_clubs(data, "x", trend=None).procedure.regression(len(years)).dropped
    plain = pk.convergence_clubs(data, "x", trend=None)
    for at, year in enumerate(years):
        tied = data.copy()
        tied.loc[("u00", year), "x"] = tied.loc[("u01", year), "x"]
        if 0 < at < dropped:
            found = pk.convergence_clubs(tied, "x", trend=None)
            assert found.membership.equals(plain.membership)
            assert found.whole.t == pytest.approx(plain.whole.t)
        else:
            with pytest.raises(DataError, match=f"u00 = u01 .{year}."):
                pk.convergence_clubs(tied, "x", trend=None)
    # without the first year the second is the one that H_1 is of
    tied = data.copy()
    tied.loc[("u00", years[1]), "x"] = tied.loc[("u01", years[1]), "x"]
    stability = pk.convergence_clubs(tied, "x", trend=None).stability(2)
    assert list(stability.variants["variant"]) == ["without the last"]
    assert "not run, because two units have one value" in stability.summary()


@pytest.mark.parametrize(
    "options",
    [
        {"trend": 0.0}, {"trim": 1.0}, {"convention": "stata"}, {"hac": "white"}, {"merge": "all"}, {"last": 0},
        {"last": 99}, {"join_divergent": "yes"}, {"sieve": "0"},
    ],
)  # fmt: skip
def test_bad_options(options: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        pk.convergence_clubs(panel(drawn(2, 0)[0]), "x", **options)


def test_the_table_the_figures_and_the_words() -> None:
    found = pk.convergence_clubs(panel(drawn(2, 0)[0]), "x")
    assert list(found.tidy()["units"]) == [24, 12, 12]
    assert found.transitions.mean().to_numpy() == pytest.approx(1.0)
    assert "club 1" in found.summary()
    assert "俱乐部 1" in found.summary(language="zh")
    assert "all units" in found.summary()
    assert found.plot().drawing is not None
    assert found.plot("units").drawing is not None
    with pytest.raises(SpecError, match="which is"):
        found.plot("members")  # type: ignore[arg-type]
    provinces = pk.load_provinces(["gdp", "population"], (2010, 2022))
    shipped = pk.convergence_clubs(provinces, "log(10000*gdp/population)", merge="von-lyncker", last=3)
    assert shipped.map(language="zh").drawing is not None


def test_trends_below_zero_are_refused() -> None:
    # growth of 35 per cent a year: the filter bends below zero in the first years
    values = np.exp(0.35 * np.arange(18.0)) * np.exp(np.random.default_rng(0).normal(0.0, 0.5, (8, 1)))
    assert (hpfilter(values[0], 400.0)[1] <= 0.0).any()
    with pytest.raises(DataError, match="its trend is not positive in .* cells: u00 2001"):
        pk.convergence_clubs(panel(values), "x")
    assert len(pk.convergence_clubs(panel(values), "x", trend=None).membership) == 8


@pytest.mark.parametrize("name", ["log", "log10", "log2", "log1p"])
def test_other_units_of_measurement_are_those_of_the_logarithm(name: str) -> None:
    """Ten units and a tenth are the figures themselves over or times ten, whatever the base."""
    values, _ = drawn(3, 5)
    frame = panel(np.exp(values))
    found = pk.convergence_clubs(frame, f"{name}(x)")
    for factor in (0.1, 10.0):
        again = pk.convergence_clubs(frame, f"{name}({factor}*x)")
        # the powers of ten of a double are rounded, and log1p is taken there and back
        assert found.series.measured(factor) == pytest.approx(again.series.values, rel=1e-12)


def test_a_regression_from_the_first_period_is_refused() -> None:
    values, _ = drawn(2, 1)
    for trim in (0.0, 0.02):
        with pytest.raises(SpecError, match="log log t has no value"):
            pk.convergence_clubs(panel(values), "x", trim=trim)
    assert len(pk.convergence_clubs(panel(values), "x", trim=0.05).clubs)

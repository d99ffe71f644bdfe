"""`pk.panel_unit_root`: formulas by hand, size and power, unbalanced panels, refusals."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import panelkit as pk
from panelkit.models.dynamic.unit_roots.batch import batch_of
from panelkit.models.dynamic.unit_roots.ips_moments import simulated
from panelkit.models.dynamic.unit_roots.long_run import kernel_weight
from panelkit.models.dynamic.unit_roots.result import UnitRootTable
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.statistic import PanelTest
from tests.dynamic.unit_root_panels import arrays, walks

QUICK: dict[str, Any] = {"power_reps": 100}
KEYS = ("llc", "ips", "fisher-adf", "fisher-pp", "hadri", "cips")


def design(y: np.ndarray, lags: int, trend: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return d y, the level and the other terms of one Dickey-Fuller regression, row by row."""
    d = np.diff(y)
    rows = range(lags + 1, len(y))
    change = np.array([d[t - 1] for t in rows])
    level = np.array([y[t - 1] for t in rows])
    others = [[d[t - 1 - j] for j in range(1, lags + 1)] for t in rows]
    terms = {"none": [], "constant": [1.0], "trend": [1.0, 0.0]}[trend]
    block = np.array([[*terms, *part] for part in others]).reshape(len(change), -1)
    if trend == "trend":
        block[:, 1] = np.arange(len(change))
    return change, level, block


def left(column: np.ndarray, block: np.ndarray) -> np.ndarray:
    return column - block @ np.linalg.lstsq(block, column, rcond=None)[0] if block.size else column


@pytest.mark.parametrize("trend", ["none", "constant", "trend"])
def test_levin_lin_and_chu_step_by_step(trend: str) -> None:
    """The three steps of the paper, unit by unit, at 60 periods (inside the table) with two lags."""
    data = walks(units=5, periods=60, seed=2, rho=0.9)
    es, vs, ratios = [], [], []
    width = round(3.21 * 60 ** (1 / 3))
    for y in arrays(data):
        change, level, block = design(y, 2, trend)
        e, v = left(change, block), left(level, block)
        sigma = np.sqrt(np.mean((e - v * (e @ v) / (v @ v)) ** 2))
        d = np.diff(y) - (np.diff(y).mean() if trend == "trend" else 0.0)
        long = d @ d / 59
        for lag in range(1, width + 1):
            long += 2 * (1 - lag / (width + 1)) * (d[lag:] @ d[:-lag]) / 59
        es, vs = [*es, e / sigma], [*vs, v / sigma]
        ratios.append(np.sqrt(long) / sigma)
    e, v = np.concatenate(es), np.concatenate(vs)
    slope = (e @ v) / (v @ v)
    variance = np.mean((e - slope * v) ** 2)
    error = np.sqrt(variance / (v @ v))
    # table 2 at 57 rows: 0.7 of the way from 50 to 60
    mu = {"none": 0.001, "constant": -0.5282, "trend": -0.6028}[trend]
    sigma = {"none": 1.0119, "constant": 0.8148, "trend": 0.7914}[trend]
    expected = (slope / error - 5 * 57 * np.mean(ratios) * error / variance * mu) / sigma
    found = pk.panel_unit_root(data, "y", test="llc", trend=trend, lags=2, power_reps=0)
    assert found.statistic == pytest.approx(expected, rel=1e-9)
    assert found.p_value == pytest.approx(stats.norm.cdf(expected), rel=1e-9)


@pytest.mark.parametrize("errors", ["homoskedastic", "heteroskedastic", "serial"])
def test_hadri_by_hand(errors: str) -> None:
    data = walks(units=5, periods=20, seed=4, rho=0.3)
    series = [y - y.mean() for y in arrays(data)]
    sums = [np.sum(np.cumsum(e) ** 2) / 400 for e in series]
    own = [e @ e / 20 for e in series]
    if errors == "homoskedastic":
        own = [float(np.mean(own))] * 5
    if errors == "serial":  # int(4 (20 / 100)^(2/9)) = 2 lags
        own = [
            v + 2 * sum((1 - j / 3) * (e[j:] @ e[:-j]) / 20 for j in (1, 2))
            for v, e in zip(own, series, strict=True)
        ]
    lm = np.mean([s / v for s, v in zip(sums, own, strict=True)])
    found = pk.panel_unit_root(data, "y", test="hadri", hadri_errors=errors, power_reps=0)
    assert found.statistic == pytest.approx(np.sqrt(5) * (lm - 1 / 6) * np.sqrt(45), rel=1e-9)


def test_cips_by_hand() -> None:
    data = walks(units=7, periods=16, seed=9)
    series = np.array(arrays(data))
    mean = series.mean(axis=0)
    ts = []
    for y in series:
        change, level, block = design(y, 1, "constant")
        bar = np.diff(mean)
        beside = np.array([[mean[t - 1], bar[t - 1], bar[t - 2]] for t in range(2, 16)])
        X = np.column_stack([level, block, beside])
        b, ssr = np.linalg.lstsq(X, change, rcond=None)[:2]
        variance = ssr[0] / (len(change) - X.shape[1]) * np.linalg.inv(X.T @ X)
        ts.append(b[0] / np.sqrt(variance[0, 0]))
    found = pk.panel_unit_root(data, "y", test="cips", lags=1, truncated=False, **QUICK)
    assert found.statistic == pytest.approx(np.mean(ts), rel=1e-8)
    bounded = pk.panel_unit_root(data, "y", test="cips", lags=1, **QUICK)
    assert bounded.statistic == pytest.approx(np.mean(np.clip(ts, -6.19, 2.61)), rel=1e-8)
    assert bounded.p_value == bounded.p_simulated


def test_t_with_the_variance_under_the_null_by_hand() -> None:
    data = walks(units=4, periods=12, seed=6)
    ts = []
    for y in arrays(data):
        change, level, block = design(y, 0, "constant")
        e, v = left(change, block), left(level, block)
        ts.append((e @ v) / np.sqrt((v @ v) * (e @ e) / 10))
    found = pk.panel_unit_root(data, "y", test="ips", lags=0, power_reps=0)
    mean, variance = simulated(np.ones(12, bool).tobytes(), 0, "constant", True)
    assert found.facts["t_tilde_bar"] == pytest.approx(np.mean(ts), rel=1e-9)
    expected = 2.0 * (np.mean(ts) - mean) / np.sqrt(variance)
    assert found.facts["Z_t_tilde_bar"] == pytest.approx(expected, rel=1e-9)
    assert "t_tilde_bar" not in pk.panel_unit_root(data, "y", test="ips", lags=1, power_reps=0).facts


@pytest.mark.parametrize(
    ("periods", "trend", "printed"),
    [(55, "trend", (-3.00, -2.75, -2.63)), (54, "constant", (-2.42, -2.16, -2.02))],
)
def test_exact_critical_values_are_those_that_stata_prints(
    periods: int, trend: str, printed: tuple[float, ...]
) -> None:
    """Output of xtunitroot ips on five units, printed with three decimals of a table with two.

    3,000 draws: standard errors .022 at 1 %, .011 at 5 and 10 %.
    """
    data = walks(units=5, periods=periods)
    facts = pk.panel_unit_root(data, "y", test="ips", trend=trend, lags=0, power_reps=3_000).facts
    own = [facts[f"t_bar_critical_{level}"] for level in (1, 5, 10)]
    assert np.abs(np.array(own) - printed).max() < 0.07


def test_units_that_move_together_are_told() -> None:
    data = walks(units=8, periods=14)
    common = np.cumsum(np.random.default_rng(5).standard_normal(14)) * 3.0
    shared = data.assign(y=data["y"] + np.tile(common, 8))
    found = pk.panel_unit_root(shared, "y", test="ips", lags=0, **QUICK)
    errors = []
    for y in arrays(shared):
        change, level, block = design(y, 0, "constant")
        errors.append(left(change, np.column_stack([block, level])))
    r = np.corrcoef(errors)[np.triu_indices(8, 1)]
    cd = np.sqrt(13 / 28) * r.sum()
    assert f"correlate by {r.mean():.2f} on average (CD = {cd:.1f})" in " ".join(found.notes)
    for options in ({"demean": True, "test": "ips"}, {"test": "cips"}):
        told = pk.panel_unit_root(shared, "y", lags=0, **QUICK, **options).notes
        assert "correlate by" not in " ".join(told)
    assert "correlate by" not in " ".join(pk.panel_unit_root(data, "y", test="ips", **QUICK).notes)


def test_kernels_are_theirs() -> None:
    width = np.array([4.0])
    assert kernel_weight(2, "bartlett", width)[0] == pytest.approx(0.6)
    assert kernel_weight(2, "parzen", width)[0] == pytest.approx(1 - 6 * 0.16 + 6 * 0.064)
    assert kernel_weight(4, "parzen", width)[0] == pytest.approx(2 * 0.2**3)
    assert kernel_weight(5, "bartlett", width)[0] == 0.0
    at = 6 * np.pi * 0.5 / 5
    quadratic = 25 / (12 * np.pi**2 * 0.25) * (np.sin(at) / at - np.cos(at))
    assert kernel_weight(2, "quadratic-spectral", width)[0] == pytest.approx(quadratic)


def test_size_is_held_by_the_simulated_p_and_power_grows() -> None:
    """200 panels of random walks: shares beyond the critical value within 3 standard errors (.0155) of .05."""
    below = dict.fromkeys(("llc", "fisher-pp", "cips"), 0)
    made = [walks(units=8, periods=11, seed=seed) for seed in range(200)]
    held = np.ones((8, 11), bool)
    first = pk.panel_unit_root(made[0], "y", test=list(below), lags=0, power_reps=2_000)
    setting = Setting(lags=0)
    from panelkit.language.register import find

    for key in below:
        test: PanelTest = find("unit_root", key)()
        values = np.array([np.array(arrays(data)) for data in made])
        statistics = test.scored(batch_of(values, held, setting)).statistic
        below[key] = float(np.mean(statistics < first[key].critical[0.05]))
        assert abs(below[key] - 0.05) < 0.047, key
    found = pk.panel_unit_root(
        walks(units=20, periods=25), "y", test="ips", lags=0, alternatives=(0.9, 0.7), power_reps=400
    )
    assert 0.1 < found.power_at(0.9) < found.power_at(0.7)
    assert found.power_at(0.7) > 0.95
    assert np.isnan(found.power_at(1.0))


def test_power_of_hadri_is_against_random_walks() -> None:
    found = pk.panel_unit_root(walks(units=10, periods=20), "y", test="hadri", **QUICK)
    assert found.power_at(1.0) > 0.95
    assert np.isnan(found.power_at(0.9))
    null = found.power.set_index("rho")["null_true"]
    assert null.to_dict() == {1.0: False, 0.0: True, 0.9: True, 0.8: True}


def test_panels_drawn_for_all_tests_are_those_of_one() -> None:
    data = walks()
    table = pk.panel_unit_root(data, "y", **QUICK)
    for key in KEYS:
        alone = pk.panel_unit_root(data, "y", test=key, **QUICK)
        assert (alone.p_simulated, alone.size) == (table[key].p_simulated, table[key].size)
    again = pk.panel_unit_root(data, "y", rng=1, **QUICK)
    assert again["ips"].p_simulated != table["ips"].p_simulated


@pytest.mark.parametrize("change", ["1e6", "1e-9", "order", "names"])
def test_nothing_depends_on_scale_order_or_names(change: str) -> None:
    data = walks()
    held = pk.panel_unit_root(data, "y", **QUICK).tidy()
    options = {}
    if change in ("1e6", "1e-9"):
        data = data * float(change)
    elif change == "order":
        data = data.sample(frac=1.0, random_state=1)
    else:
        data = data.rename(index={f"u0{i}": f"城市{i}" for i in range(6)}).reset_index()
        data = data.rename(columns={"city": "地区", "year": "年"})
        options = {"unit": "地区", "time": "年"}
    found = pk.panel_unit_root(data, "y", **QUICK, **options).tidy()
    assert found["statistic"].to_numpy() == pytest.approx(held["statistic"].to_numpy(), rel=1e-9)
    assert (found["p_simulated"] == held["p_simulated"]).all()


@pytest.mark.parametrize("trend", ["constant", "trend"])
def test_levels_and_trends_of_units_do_not_matter(trend: str) -> None:
    data = walks()
    held = pk.panel_unit_root(data, "y", trend=trend, **QUICK).tidy()
    far = data["y"] + 1e6
    if trend == "trend":
        far += 1e3 * data.index.get_level_values(1)
    found = pk.panel_unit_root(data.assign(y=far), "y", trend=trend, **QUICK).tidy()
    assert found["statistic"].to_numpy() == pytest.approx(held["statistic"].to_numpy(), rel=1e-6)


def test_gaps_take_the_rows_that_read_across_them() -> None:
    data = walks(units=4, periods=20, seed=3)
    y = arrays(data)[2]
    gappy = data.drop([("u02", 2010)])
    found = pk.panel_unit_root(gappy, "y", test=["ips", "fisher-adf"], lags=1, **QUICK)
    change, level, block = design(y, 1, "constant")
    kept = np.array([t for t in range(18) if not 7 <= t <= 9])  # rows of 2010, 2011 and 2012
    change, level, block = change[kept], level[kept], block[kept]
    e, v = left(change, block), left(level, block)
    slope = (e @ v) / (v @ v)
    t = slope / np.sqrt(np.sum((e - slope * v) ** 2) / (15 - 3) / (v @ v))
    by_unit = found["ips"].by_unit.loc["u02"]
    assert by_unit["rows"] == 15
    assert by_unit["t"] == pytest.approx(t, rel=1e-9)
    pattern = np.ones(20, bool)
    pattern[9] = False
    assert found["ips"].facts["mean_of_t"] != pytest.approx(
        pk.panel_unit_root(data, "y", test="ips", power_reps=0).facts["mean_of_t"], abs=1e-4
    )
    assert np.isfinite(simulated(pattern.tobytes(), 1, "constant")).all()


def test_what_gaps_and_unequal_lengths_leave_out_is_said() -> None:
    data = walks(units=4, periods=20, seed=3)
    gappy = pk.panel_unit_root(data.drop([("u02", 2010)]), "y", **QUICK)
    assert [test.key for test in gappy.tests if test.applicable] == ["ips", "fisher-adf"]
    assert "gaps of 1 of 4 cities" in gappy["fisher-pp"].reason
    short = pk.panel_unit_root(data.drop([("u02", 2001)]), "y", **QUICK)
    assert [test.key for test in short.tests if test.applicable] == ["ips", "fisher-adf", "fisher-pp"]
    with pytest.raises(pk.SpecError, match="without gaps"):
        pk.panel_unit_root(data.drop([("u02", 2001)]), "y", test="llc", **QUICK)


def test_means_over_units_leave_first() -> None:
    data = walks()
    common = pd.Series(np.linspace(0.0, 9.0, 14) ** 2, index=range(2001, 2015))
    shifted = data.assign(y=data["y"] + common.loc[data.index.get_level_values(1)].to_numpy())
    held = pk.panel_unit_root(data, "y", demean=True, **QUICK).tidy()
    found = pk.panel_unit_root(shifted, "y", demean=True, **QUICK)
    assert found.tidy()["statistic"].to_numpy() == pytest.approx(
        held["statistic"].to_numpy(), rel=1e-9, nan_ok=True
    )
    assert not found["cips"].applicable


def test_every_second_year_is_one_step() -> None:
    data = walks(periods=16)
    spaced = data.reset_index().assign(year=lambda d: 2001 + 2 * (d["year"] - 2001))
    spaced = spaced.set_index(["city", "year"])
    held = pk.panel_unit_root(data, "y", **QUICK).tidy()
    found = pk.panel_unit_root(spaced, "y", **QUICK)
    assert (found.tidy()["statistic"] == held["statistic"]).all()
    assert "one step of the calendar is 2 years" in found.notes


def test_lags_by_unit() -> None:
    data = walks(units=3, periods=20)
    found = pk.panel_unit_root(
        data, "y", test="ips", lags={"u00": 0, "u01": 2, "u02": 1}, power_reps=0
    ).by_unit
    assert found["lags"].tolist() == [0, 2, 1]
    assert found["rows"].tolist() == [19, 17, 18]
    for lags in (0, 1, 2):
        same = pk.panel_unit_root(data, "y", test="ips", lags=lags, power_reps=0).by_unit
        row = found["lags"].tolist().index(lags)
        assert same["t"].iloc[row] == pytest.approx(found["t"].iloc[row], rel=1e-12)


@pytest.mark.parametrize(
    ("series", "options", "said"),
    [
        (np.full(14, 5.0), {}, "does not vary within u02"),
        (np.arange(14.0) * 3 + 1e6, {}, "leave nothing of u02"),
        (np.arange(14.0) * 0.1 + 1e6, {"test": "hadri", "trend": "trend"}, "leave nothing of u02"),
        (np.tile([0.0, 1.0], 7), {}, "leave nothing of u02"),
        (np.r_[np.zeros(13), 1.0], {}, "leave nothing of u02"),
    ],
)
def test_series_without_variation_are_named(series: np.ndarray, options: dict, said: str) -> None:
    data = walks()
    data.loc["u02", "y"] = series
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(pk.DataError, match=said):
            pk.panel_unit_root(data, "y", **QUICK, **options)


@pytest.mark.parametrize(
    ("periods", "options", "said"),
    [
        (7, {"test": "ips", "lags": 1}, "needs 8 years in a row, and these have fewer: every city"),
        (8, {"test": "cips", "lags": 1}, "needs 9 years in a row"),
        (4, {"test": "fisher-adf", "lags": 1}, "needs 6 years in a row"),
        (14, {"test": "cips", "power_reps": 0}, "simulated"),
        (14, {"test": "cips", "demean": True}, "cross-section means"),
        (14, {"test": "ips", "trend": "none"}, "constant or a trend"),
        (14, {"test": "hadri", "trend": "none"}, "constant or a trend"),
        (14, {"test": "foo"}, "test is one of"),
        (14, {"test": 3}, "test is one of"),
        (14, {"test": []}, "test is one of"),
        (14, {"trend": "x"}, "trend is one of"),
        (14, {"kernel": "x"}, "kernel is one of"),
        (14, {"demean": 1}, "demean is True or False"),
        (14, {"bandwidth": 100}, "12 lags of changes"),
        (14, {"lags": -1}, "lags is a whole number"),
        (14, {"lags": True}, "lags is a whole number"),
        (14, {"lags": {"u00": 1}}, "name every city"),
        (14, {"lags": 1, "max_lags": 3}, "max_lags bounds"),
        (14, {"alternatives": (1.0,)}, "between -1 and 1"),
        (14, {"alternatives": "0.9"}, "between -1 and 1"),
        (14, {"power_reps": 5}, "power_reps is 0"),
    ],
)
def test_what_is_asked_wrongly_is_refused(periods: int, options: dict, said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        pk.panel_unit_root(walks(periods=periods), "y", **{**QUICK, **options})


def test_periods_that_are_said_to_do_are_enough() -> None:
    for test, need in (("ips", 8), ("cips", 9), ("fisher-adf", 6), ("llc", 6)):
        found = pk.panel_unit_root(walks(periods=need), "y", test=test, lags=1, **QUICK)
        assert np.isfinite(found.statistic)
        with pytest.raises(pk.SpecError):
            pk.panel_unit_root(walks(periods=need - 1), "y", test=test, lags=1, **QUICK)


def test_one_unit_is_no_panel() -> None:
    with pytest.raises(pk.DataError, match="one city \\(u01\\)"):
        pk.panel_unit_root(walks().loc[["u01"]], "y", **QUICK)


def test_results_print_and_travel() -> None:
    table = pk.panel_unit_root(walks(), ["y", "diff(y)"], test=["ips", "hadri"], **QUICK)
    assert len(table.tidy()) == 4
    assert table["diff(y)", "ips"].statistic < table["ips"].statistic
    assert "diff(y): Im-Pesaran-Shin" in table.table()["Test"].tolist()
    assert "平稳" in table.summary(language="zh")
    assert pickle.loads(pickle.dumps(table)).tidy().equals(table.tidy())
    alone = pk.panel_unit_root(walks(), "y", test="ips", **QUICK)
    assert "every city has a unit root" in alone.summary()
    assert "检验功效" in alone.summary(language="zh")
    with pytest.raises(KeyError):
        table["llc"]
    only = pk.panel_unit_root(walks(), "y", test=["hadri"], **QUICK)
    assert "power_1" in only.tidy()


def test_units_that_are_the_cross_section_mean_leave_nothing_without_it() -> None:
    """Rounding gave llc = -9 and p = 0 here."""
    frame = walks(5, 20)
    frame["y"] = np.tile(frame["y"].to_numpy()[:20], 5)
    with pytest.raises(pk.DataError, match="cross-section mean"):
        pk.panel_unit_root(frame, "y", demean=True, power_reps=0)


@pytest.mark.parametrize(("trend", "said"), [("constant", True), ("trend", False)])
def test_growth_without_a_trend_is_said(trend: Any, said: bool) -> None:
    """Stationary around a trend (rho = 0.5): no test with a constant rejects, those with a trend do."""
    frame = walks(20, 25, rho=0.5)
    frame["y"] += 2.0 * (frame.index.get_level_values("year") - 2001)
    found = pk.panel_unit_root(frame, "y", test="ips", trend=trend, lags=0, power_reps=0)
    assert any("grows or falls" in str(note) for note in found.notes) is said
    assert (found.p_value > 0.5) is said


def test_nothing_is_said_of_growth_where_there_is_none() -> None:
    found = pk.panel_unit_root(walks(20, 25), "y", test="ips", power_reps=0)
    assert not any("grows or falls" in str(note) for note in found.notes)


@pytest.mark.parametrize("variable", [None, 3, [], ["y", 3]])
def test_what_is_no_name_of_a_variable_is_refused(variable: Any) -> None:
    with pytest.raises(pk.SpecError, match="name a variable"):
        pk.panel_unit_root(walks(), variable, power_reps=0)


@pytest.mark.filterwarnings("error")
def test_more_lags_than_there_are_rows_warn_of_nothing() -> None:
    found = pk.panel_unit_root(walks(), "y", lags="hqic", max_lags=50, power_reps=0)
    assert isinstance(found, UnitRootTable)
    assert found["fisher-pp"].applicable
    assert not found["ips"].applicable

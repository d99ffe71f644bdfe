"""Panel non-causality: plm live and stored, statistics written out, size, refusals."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import panelkit as pk
from panelkit.models.dynamic.causality import dumitrescu_hurlin as dh
from panelkit.models.dynamic.causality.half_panel import half_panel
from tests.dynamic.panels_over_time import framed, left, stationary
from tests.stored import stored

TOLERANCE = 1e-9


def munnell() -> pd.DataFrame:
    """Return unemployment and product of 48 states, 1970-1986, as the stored oracle reads them."""
    shipped = pytest.importorskip("linearmodels.datasets.munnell").load()
    frame = shipped[["STATE", "YR", "UNEMP", "GSP"]].copy()
    frame.columns = ["state", "year", "unemp", "gsp"]
    return frame


def without_first_years(frame: pd.DataFrame) -> pd.DataFrame:
    late = frame["state"].unique()[::3]
    return frame[~(frame["state"].isin(late) & (frame["year"] < 1973))]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_dumitrescu_hurlin_is_that_of_plm(order: int) -> None:
    expected = stored("pgrangertest")["expect"]
    found = pk.granger_noncausality("unemp ~ gsp", munnell(), lags=order, unit="state", time="year").table
    held = found.set_index("test")
    for theirs, ours in (("Wbar", "w-bar"), ("Zbar", "z-bar"), ("Ztilde", "z-bar-tilde")):
        value, *p = expected[f"balanced_{theirs}_{order}"]
        assert held.loc[ours, "statistic"] == pytest.approx(value, rel=TOLERANCE)
        if p:
            assert held.loc[ours, "p_asymptotic"] == pytest.approx(p[0], rel=1e-8)


@pytest.mark.parametrize("order", [1, 2])
def test_units_of_different_lengths_are_those_of_plm(order: int) -> None:
    value, p = stored("pgrangertest")["expect"][f"ragged_Ztilde_{order}"]
    frame = without_first_years(munnell())
    found = pk.granger_noncausality("unemp ~ gsp", frame, lags=order, unit="state", time="year")
    assert found["z-bar-tilde"].statistic == pytest.approx(value, rel=TOLERANCE)
    assert found["z-bar-tilde"].p_value == pytest.approx(p, rel=1e-8)


def test_wald_statistics_by_unit_are_those_of_plm() -> None:
    frame = munnell()
    y = frame.pivot_table(index="state", columns="year", values="unemp", sort=False).to_numpy()
    x = frame.pivot_table(index="state", columns="year", values="gsp", sort=False).to_numpy()
    expected = stored("pgrangertest")["expect"]["units_2"]
    assert dh.unit_walds(y, x[..., None], 2)[:6] == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R")
def test_plm_says_the_same_of_a_panel_drawn_here(tmp_path: Path) -> None:
    frame = framed(stationary(11)).reset_index()
    frame.to_csv(tmp_path / "panel.csv", index=False)
    code = (
        "suppressMessages(library(plm)); d <- read.csv('panel.csv');"
        "f <- pgrangertest(y ~ x, data=d, order=2L, index=c('province','year'));"
        "cat(sprintf('[%.15g, %.15g]', f$statistic, f$p.value))"
    )
    run = subprocess.run(["Rscript", "-e", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    if run.returncode:
        pytest.skip("R has no plm")
    value, p = json.loads(run.stdout)
    found = pk.granger_noncausality("y ~ x", frame, lags=2, unit="province", time="year")
    assert found["z-bar-tilde"].statistic == pytest.approx(value, rel=1e-8)
    assert found["z-bar-tilde"].p_value == pytest.approx(p, rel=1e-7)


def span(
    y: np.ndarray, X: np.ndarray, lags: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return slope, cross-product, residuals and regressors of Juodis and others on one span, unit by unit."""
    n, T, k = X.shape
    xs, ys = [], []
    for i in range(n):
        Z = [np.ones(T - lags), *(y[i, lags - j : T - j] for j in range(1, lags + 1))]
        xs.append(
            np.column_stack(
                [left(X[i, lags - j : T - j, m], *Z) for m in range(k) for j in range(1, lags + 1)]
            )
        )
        ys.append(left(y[i, lags:], *Z))
    cross = sum(x.T @ x for x in xs)
    b = np.linalg.solve(cross, sum(x.T @ v for x, v in zip(xs, ys, strict=True)))
    return b, cross, np.array([v - x @ b for x, v in zip(xs, ys, strict=True)]), xs


@pytest.mark.parametrize(("lags", "k", "periods"), [(1, 1, 20), (2, 1, 21), (2, 2, 20), (1, 1, 8)])
def test_the_half_panel_jackknife_is_that_written_out(lags: int, k: int, periods: int) -> None:
    data = stationary(2, periods=periods)
    y = data["y"]
    X = np.stack([data["x"], stationary(3, periods=periods)["x"]][:k], axis=-1)
    n, half = len(y), periods // 2
    spans = [span(y[:, s], X[:, s], lags) for s in (slice(None), slice(0, half), slice(half, None))]
    b = 2 * spans[0][0] - (spans[1][0] + spans[2][0]) / 2
    _, cross, e, xs = spans[0]
    free = n * (periods - lags - 1 - lags) - k * lags
    inverse = np.linalg.inv(cross)
    scores = np.array([x.T @ v for x, v in zip(xs, e, strict=True)])
    own = [
        np.linalg.solve(each[1], np.array([x.T @ v for x, v in zip(each[3], each[2], strict=True)]).T).T
        for each in spans
    ]
    moved = 2 * own[0] - (own[1] + own[2]) / 2
    expected = {
        "iid": (e**2).sum() / free * inverse,
        "cluster": inverse @ (scores.T @ scores) @ inverse * n * (periods - lags) / free,
        "jackknife": moved.T @ moved * n / (n - 1),
    }
    for variance, V in expected.items():
        found = half_panel(y, X, lags, variance)
        np.testing.assert_allclose(found.slopes, b, rtol=1e-9)
        np.testing.assert_allclose(found.covariance, V, rtol=1e-8, atol=1e-14)
        wald = b @ np.linalg.solve(V, b)
        assert found.wald == pytest.approx(wald, rel=1e-8)
        if k == 1:
            told = pk.granger_noncausality(
                "y ~ x", framed(data), lags=lags, test="juodis-karavias-sarafidis", variance=variance
            )["wald"]
            assert told.statistic == pytest.approx(wald, rel=1e-8)
            assert told.df == (float(lags * k),)
            assert told.p_value == pytest.approx(stats.chi2.sf(wald, lags * k), rel=1e-7)


def test_z_bar_tilde_is_the_published_formula() -> None:
    data = stationary(4, periods=17)
    for lags in (1, 2, 3):
        walds = dh.unit_walds(data["y"], data["x"][..., None], lags)
        n, T, K = len(walds), 17 - lags, lags  # T counts the rows after the lags, as in the paper
        published = np.sqrt(n / (2 * K) * (T - 2 * K - 5) / (T - K - 3)) * (
            (T - 2 * K - 3) / (T - 2 * K - 1) * walds.mean() - K
        )
        free = np.full(n, float(dh.free_of(17, 1, lags)))
        assert dh.z_bar_tilde(walds, K, free) == pytest.approx(published, rel=1e-12)


def test_several_causes_are_tested_together() -> None:
    data = stationary(5)
    data["z"] = stationary(6)["x"]
    found = pk.granger_noncausality("y ~ x + z", framed(data), lags=2).table.set_index("test")["statistic"]
    walds = []
    for y, x, z in zip(data["y"], data["x"], data["z"], strict=True):
        own = [np.ones(18), y[1:-1], y[:-2]]
        without, held = left(y[2:], *own), left(y[2:], *own, x[1:-1], x[:-2], z[1:-1], z[:-2])
        walds.append((without @ without - held @ held) / (held @ held) * (18 - 7))
    assert found["w-bar"] == pytest.approx(np.mean(walds), rel=1e-9)
    assert found["z-bar"] == pytest.approx(np.sqrt(10 / 8) * (np.mean(walds) - 4), rel=1e-9)


def test_bic_is_that_written_out_and_does_not_depend_on_the_units_of_y() -> None:
    data = stationary(7, periods=24, effect=0.4)
    data["y"][:, 2:] += 0.8 * data["x"][:, :-2]
    frame = framed(data)
    scores = {}
    for lags in (1, 2, 3):
        scores[lags] = 0.0
        for y, x in zip(data["y"], data["x"], strict=True):
            past = [v[3 - j : 24 - j] for v in (y, x) for j in range(1, lags + 1)]
            e = left(y[3:], np.ones(21), *past)
            scores[lags] += 21 * np.log(e @ e / 21) + (1 + 2 * lags) * np.log(21)
    best = min(scores, key=lambda lags: scores[lags])
    for scale in (1.0, 1e6):
        found = pk.granger_noncausality("y ~ x", frame.assign(y=frame["y"] * scale), lags="bic", max_lags=3)
        assert set(found.table["lags"]) == {best} == {2}
        other = pk.granger_noncausality(
            "y ~ x",
            frame.assign(y=frame["y"] * scale),
            lags="bic",
            max_lags=3,
            test="juodis-karavias-sarafidis",
        )
        assert set(other.table["lags"]) == {2}


def test_both_directions_stand_in_one_table() -> None:
    frame = framed(stationary(8, effect=0.8))
    both = pk.granger_noncausality("y ~ x", frame, both=True)
    back = pk.granger_noncausality("x ~ y", frame)
    assert list(dict.fromkeys(both.table["direction"])) == ["x → y", "y → x"]
    np.testing.assert_allclose(both.table["statistic"][3:], back.table["statistic"])
    p = both.table.set_index(["direction", "test"])["p_asymptotic"]
    assert p["x → y", "z-bar-tilde"] < 1e-4 < p["y → x", "z-bar-tilde"]
    assert "格兰杰" in both.summary(language="zh")


def test_size_and_power_of_the_jackknifed_variance_at_eight_periods() -> None:
    rng = np.random.default_rng(3)
    e = rng.standard_normal((1_500, 31, 28, 2))
    for t in range(1, 28):
        e[:, :, t] += 0.5 * e[:, :, t - 1]
    y, x = e[:, :, 20:, 0], e[:, :, 20:, 1:]
    rejected = {
        variance: float((stats.chi2.sf(half_panel(y, x, 1, variance).wald, 1) < 0.05).mean())
        for variance in ("iid", "jackknife")
    }
    assert rejected["jackknife"] < 0.085  # 1,500 draws: sd 0.006 at 6.5 %
    assert rejected["iid"] > 0.2  # what the paper's variance does at so few periods


@pytest.mark.parametrize("test", ["dumitrescu-hurlin", "juodis-karavias-sarafidis"])
def test_the_bootstrap_keeps_its_size_under_common_shocks(test: Any) -> None:
    rng = np.random.default_rng(5)
    p = []
    for _ in range(100):
        e = rng.normal(size=(2, 12, 34)) + rng.normal(size=(2, 1, 34))
        for t in range(1, 34):
            e[:, :, t] += 0.4 * e[:, :, t - 1]
        data = {"y": e[0, :, 20:], "x": e[1, :, 20:]}
        p.append(
            pk.granger_noncausality("y ~ x", framed(data), test=test, bootstrap=99, rng=2).table.iloc[-1]
        )
    table = pd.DataFrame(p)
    assert (table["p_bootstrap"] <= 0.05).mean() <= 0.12  # 100 draws: sd 0.022 at 5 %
    if (
        test == "juodis-karavias-sarafidis"
    ):  # one slope for all adds the common shock up, a mean of Walds does less
        assert (table["p_asymptotic"] <= 0.05).mean() > 0.15


def test_scale_level_and_order_of_rows_do_not_matter() -> None:
    data = stationary(9)
    for test in ("dumitrescu-hurlin", "juodis-karavias-sarafidis"):
        plain = pk.granger_noncausality("y ~ x", framed(data), test=test, bootstrap=39).table
        moved = {"y": data["y"] * 1e6 + 1e9, "x": data["x"] * 1e-6 + 1.0}
        other = pk.granger_noncausality("y ~ x", framed(moved, seed=4), test=test, bootstrap=39).table
        np.testing.assert_allclose(other["statistic"], plain["statistic"], rtol=1e-6)
        np.testing.assert_allclose(other["p_bootstrap"], plain["p_bootstrap"], atol=1e-12)


def broken(kind: str) -> pd.DataFrame:
    frame = framed(stationary(1, periods=13)).sort_index()
    if kind == "gap":
        return frame.drop(("U02", 2005))
    if kind == "short":
        return frame.drop([("U03", year) for year in range(2000, 2006)])
    if kind == "still":
        frame.loc[["U04"], "x"] = 1e7
    if kind == "one":
        return frame.loc[["U00"]]
    if kind == "equal":
        frame.loc[["U05"], "x"] = 3.0 - 2.0 * frame.loc[["U05"], "y"]
    return frame


@pytest.mark.parametrize(
    ("kind", "options", "error", "words"),
    [
        ("gap", {}, pk.DataError, r"U02 \(2004, 2006\)"),
        ("short", {}, pk.SpecError, "at least 9 years held.*U03, from 7 on.*no number of lags fits"),
        ("short", {"test": "juodis-karavias-sarafidis"}, pk.DataError, "U03"),
        ("still", {}, pk.DataError, "`x` in U04"),
        ("one", {}, pk.DataError, "one province only"),
        ("equal", {}, pk.SpecError, "U05"),
        ("", {"lags": 3}, pk.SpecError, "at least 15 years.*lags=2 fits"),
        (
            "",
            {"lags": 3, "test": "juodis-karavias-sarafidis"},
            pk.SpecError,
            "at least 16 years.*lags=2 fits",
        ),
        ("", {"lags": "bic", "max_lags": 5}, pk.SpecError, "lags=2 fits"),
        ("", {"lags": 0}, pk.SpecError, "from 1 on"),
        ("", {"lags": "aic"}, pk.SpecError, "bic"),
        ("", {"max_lags": 2}, pk.SpecError, "belongs to lags"),
        ("", {"variance": "iid"}, pk.SpecError, "juodis"),
        ("", {"variance": "hac", "test": "juodis-karavias-sarafidis"}, pk.SpecError, "one of"),
        ("", {"bootstrap": 9}, pk.SpecError, "fewer than 19"),
        ("", {"test": "granger"}, pk.SpecError, "one of"),
        ("", {"both": "yes"}, pk.SpecError, "True or False"),
    ],
)
def test_what_cannot_be_tested_is_refused(
    kind: str, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        pk.granger_noncausality("y ~ x", broken(kind), **options)


def test_the_published_bound_on_t_is_kept_to_the_period() -> None:
    """T > 5 + 3P: nine periods bear one lag, eight none; twelve bear two."""
    for periods, lags in ((9, 1), (12, 2)):
        pk.granger_noncausality("y ~ x", framed(stationary(1, periods=periods)), lags=lags)
        with pytest.raises(pk.SpecError, match="need at least"):
            pk.granger_noncausality("y ~ x", framed(stationary(1, periods=periods - 1)), lags=lags)


def test_both_directions_of_several_causes_are_refused() -> None:
    data = stationary(1)
    with pytest.raises(pk.SpecError, match="take one x"):
        pk.granger_noncausality("y ~ x + I(x ** 2)", framed(data), both=True)
    with pytest.raises(pk.SpecError, match="repeats"):
        pk.granger_noncausality("y ~ I(2 * y)", framed(data))


def test_the_mean_of_walds_is_no_z() -> None:
    found = pk.granger_noncausality("y ~ x", framed(stationary(1)), bootstrap=39)
    test = found["w-bar"]
    assert (test.distribution, test.p_value) == ("W", found.table["p_bootstrap"].iloc[0])
    assert "W-bar: W = " in test.summary()
    assert found["z-bar"].distribution == "z"


def long(**series: np.ndarray) -> pd.DataFrame:
    """Return series (N, T) as a frame by unit and year."""
    n, periods = next(iter(series.values())).shape
    index = pd.MultiIndex.from_product(
        [[f"u{i}" for i in range(n)], range(2001, 2001 + periods)], names=["city", "year"]
    )
    return pd.DataFrame({name: values.ravel() for name, values in series.items()}, index=index)


def odd_series() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    y, x = rng.standard_normal((2, 6, 20))
    year = np.tile(np.arange(20.0), (6, 1))
    return long(y=y, x=x, trend=year, late=1.0 * (year >= 12), last=1.0 * (year == 18))


@pytest.mark.parametrize(
    ("formula", "lags", "test", "said"),
    [
        ("y ~ trend", 2, "both", "repeats"),  # a lag of a trend is the trend and a constant
        ("y ~ lag(y)", 2, "both", "repeats"),
        ("y ~ last", 2, "dumitrescu-hurlin", "stands still"),
        ("y ~ late", 1, "juodis-karavias-sarafidis", "2001-2010"),  # nothing of it in the first half
        ("trend ~ x", 1, "both", "follows exactly"),
        ("lag(x) ~ x", 1, "both", "follows exactly"),
        ("trend ~ x", "bic", "both", "repeats|follows exactly"),
    ],
)
def test_pasts_that_cannot_be_told_apart_give_no_number(
    formula: str, lags: Any, test: str, said: str
) -> None:
    known = ("dumitrescu-hurlin", "juodis-karavias-sarafidis")
    for one in known if test == "both" else (test,):
        with pytest.raises(pk.SpecError, match=said):
            pk.granger_noncausality(formula, odd_series(), lags=lags, test=one)  # type: ignore[arg-type]


@pytest.mark.parametrize("variance", ["jackknife", "cluster"])
def test_two_units_cannot_tell_two_slopes_apart(variance: Any) -> None:
    rng = np.random.default_rng(1)
    frame = long(**dict(zip(("y", "x", "z"), rng.standard_normal((3, 2, 20)), strict=True)))
    test: Any = "juodis-karavias-sarafidis"
    with pytest.raises(pk.SpecError, match="1 slopes apart"):
        pk.granger_noncausality("y ~ x + z", frame, test=test, variance=variance)
    assert pk.granger_noncausality("y ~ x", frame, test=test, variance=variance)["wald"].statistic > 0.0


def test_lags_that_numpy_counted_are_held_to_the_same_bound() -> None:
    with pytest.raises(pk.SpecError, match="lags=5"):
        pk.granger_noncausality("y ~ x", odd_series(), lags=np.int64(5))  # type: ignore[arg-type]


def test_a_past_that_stands_still_in_one_half_of_one_unit_takes_nothing_out() -> None:
    rng = np.random.default_rng(8)
    y, x = rng.standard_normal((2, 5, 20))
    y[0, :9] = 3.0  # its own past holds nothing in the first half
    first = span_without_zeros(y[:, :10], x[:, :10])
    second = span_without_zeros(y[:, 10:], x[:, 10:])
    slopes = 2 * span_without_zeros(y, x) - (first + second) / 2
    assert half_panel(y, x[..., None], 1, "jackknife").slopes == pytest.approx(slopes, rel=1e-9)


def span_without_zeros(y: np.ndarray, x: np.ndarray) -> float:
    """Return the slope of x with projections by the pseudo-inverse, which leaves out what repeats."""
    below = above = 0.0
    for own, other in zip(y, x, strict=True):
        Z = np.column_stack([np.ones(len(own) - 1), own[:-1]])
        M = np.eye(len(Z)) - Z @ np.linalg.pinv(Z)
        below += other[:-1] @ M @ other[:-1]
        above += other[:-1] @ M @ own[1:]
    return above / below

"""Panel cointegration: every statistic written out, published moments, size, refusals."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.dynamic.cointegration.chance import reference
from panelkit.models.dynamic.cointegration.drift import steps_of
from panelkit.models.dynamic.cointegration.moments import MOMENTS
from panelkit.models.dynamic.cointegration.plan import Plan
from panelkit.models.dynamic.cointegration.resampled import _null_model, bootstrap
from panelkit.models.dynamic.cointegration.tests import FAMILIES
from tests.dynamic.panels_over_time import bartlett, framed, left, walks

TRENDS = ("none", "constant", "trend")


def terms(periods: int, trend: str) -> list[np.ndarray]:
    return [np.ones(periods), np.arange(periods) * 1.0][: TRENDS.index(trend)]


def pedroni(y: np.ndarray, X: np.ndarray, trend: str, lags: int, band: int) -> dict[str, float]:
    """Return Pedroni's seven statistics, unit by unit."""
    n, T = y.shape
    parts = []
    for i in range(n):
        e = left(y[i], *terms(T, trend), *X[i].T)
        drift = [np.ones(T - 1)] if trend == "trend" else []
        L = bartlett(left(np.diff(y[i]), *drift, *np.diff(X[i], axis=0).T), band)
        mu = left(e[1:], e[:-1])
        short, long = mu @ mu / (T - 1), bartlett(mu, band)
        lam = (long - short) / 2.0
        de = np.diff(e)
        history = [de[lags - j : T - 1 - j] for j in range(1, lags + 1)]
        now, before = left(de[lags:], *history), left(e[lags:-1], *history)
        own = left(now, before)
        parts.append(
            (
                L,
                e[:-1] @ e[:-1],
                e[:-1] @ de - lam * (T - 1),
                long,
                before @ before,
                before @ now,
                own @ own / len(own),
            )
        )
    L, A, B, s2, A2, B2, s3 = np.array(parts).T
    w, N = 1.0 / L, n
    return {
        "panel-v": T**2 * N**1.5 / (w @ A),
        "panel-rho": T * np.sqrt(N) * (w @ B) / (w @ A),
        "panel-t": (w @ B) / np.sqrt(np.mean(w * s2) * (w @ A)),
        "panel-adf": (w @ B2) / np.sqrt(np.mean(w * s3) * (w @ A2)),
        "group-rho": T / np.sqrt(N) * np.sum(B / A),
        "group-t": np.sum(B / np.sqrt(s2 * A)) / np.sqrt(N),
        "group-adf": np.sum(B2 / np.sqrt(s3 * A2)) / np.sqrt(N),
    }


def kao(y: np.ndarray, X: np.ndarray, lags: int, band: int) -> dict[str, float]:
    """Return Kao's five statistics from stacked rows."""
    N, T, k = X.shape
    center = lambda v: v - v.mean(1, keepdims=True)  # noqa: E731
    e = left(center(y).ravel(), *center(X).reshape(-1, k).T).reshape(N, T)
    lag, de = e[:, :-1], np.diff(e)
    rho = (lag * de).sum() / (lag**2).sum()
    s2 = ((de - rho * lag) ** 2).mean()
    t = rho * np.sqrt((lag**2).sum() / s2)
    w = np.concatenate([de[..., None], np.diff(X, axis=1)], axis=2)
    rows = N * (T - 1)
    short = sum(w[i].T @ w[i] for i in range(N)) / rows
    long = short.copy()
    for s in range(1, band + 1):
        g = sum(w[i][s:].T @ w[i][:-s] for i in range(N)) / rows
        long += (1 - s / (band + 1)) * (g + g.T)
    v, v0 = (float(1.0 / np.linalg.inv(m)[0, 0]) for m in (short, long))
    dl = [de[:, lags - j : T - 1 - j].ravel() for j in range(1, lags + 1)]
    now, before = left(de[:, lags:].ravel(), *dl), left(e[:, lags:-1].ravel(), *dl)
    slope = before @ now / (before @ before)
    adf = slope * np.sqrt(before @ before / np.mean((now - slope * before) ** 2))
    down, scale = np.sqrt(6 * N * v / v0) / 2, np.sqrt(v0 / (2 * v) + 3 * v / (10 * v0))
    return {
        "df-rho": (np.sqrt(N) * T * rho + 3 * np.sqrt(N)) / np.sqrt(10.2),
        "df-t": np.sqrt(1.25) * t + np.sqrt(1.875 * N),
        "df-rho*": (np.sqrt(N) * T * rho + 3 * np.sqrt(N) * v / v0) / np.sqrt(3 + 36 * v**2 / (5 * v0**2)),
        "df-t*": (t + down) / scale,
        "adf": (adf + down) / scale,
    }


def westerlund(y: np.ndarray, X: np.ndarray, trend: str, p: int, q: int, band: int) -> dict[str, float]:
    """Return G_tau, G_alpha, P_tau, P_alpha, unit by unit, each regression in one piece."""
    N, T, k = X.shape
    parts = []
    for i in range(N):
        dy, dX = np.diff(y[i]), np.diff(X[i], axis=0)
        at = np.arange(p, T - 1 - q)
        around = np.column_stack([dX[at - j, m] for m in range(k) for j in range(-q, p + 1)])
        past = [dy[at - j] for j in range(1, p + 1)]
        others = [*terms(len(at), trend), *X[i][at].T, *past, *around.T]
        Z = np.column_stack([y[i][at], *others])
        b = np.linalg.lstsq(Z, dy[at], rcond=None)[0]
        e = dy[at] - Z @ b
        sigma2 = e @ e / (len(at) - Z.shape[1])
        se = np.sqrt(sigma2 * np.linalg.inv(Z.T @ Z)[0, 0])
        u, d = around @ b[-around.shape[1] :] + e, dy[at]
        if trend == "trend":
            u, d = u - u.mean(), d - d.mean()
        ratio = np.sqrt(bartlett(u, band) / bartlett(d, band))
        a, c = left(y[i][at], *others), left(dy[at], *others)
        parts.append((b[0], se, ratio, a @ a, a @ c, np.sqrt(sigma2), len(at)))
    b, se, ratio, A, C, sigma, m = np.array(parts).T
    pooled = np.sum(C / ratio) / A.sum()
    error = np.sqrt(np.mean((sigma / ratio) ** 2) / A.sum())
    return {
        "g-tau": np.mean(b / se),
        "g-alpha": np.mean(m * b / ratio),
        "p-tau": pooled / error,
        "p-alpha": m[0] * pooled,
    }


def ratio(y: np.ndarray, X: np.ndarray, trend: str) -> dict[str, float]:
    N, T = y.shape
    e = np.array([left(y[i], *terms(T, trend), *X[i].T) for i in range(N)])
    E, R = (np.cumsum(e, 1) ** 2).sum(1), (e**2).sum(1)
    return {"vr-panel": E.sum() / R.sum() / T**2, "vr-group": np.mean(E / R) / T**2}


@pytest.mark.parametrize("trend", TRENDS)
@pytest.mark.parametrize("k", [1, 2])
def test_statistics_are_those_written_out(trend: str, k: int) -> None:
    data = walks(3, k=k)
    y, X = data["y"], np.stack([data[f"x{j + 1}"] for j in range(k)], axis=-1)
    formula = "y ~ " + " + ".join(f"x{j + 1}" for j in range(k))
    expected = {
        "pedroni": pedroni(y, X, trend, 2, 3),
        "westerlund": westerlund(y, X, trend, 2, 1, 3),
        "variance-ratio": ratio(y, X, trend),
        **({"kao": kao(y, X, 2, 3)} if trend == "constant" else {}),
    }
    for test, each in expected.items():
        more: dict[str, Any] = {} if test == "variance-ratio" else {"lags": 2, "bandwidth": 3}
        more |= {"leads": 1} if test == "westerlund" else {}
        found = pk.panel_cointegration(formula, framed(data), test=test, trend=trend, reps=0, **more)
        held = found.table.set_index("test")["statistic"]
        for name, value in each.items():
            # two roads of least squares on 30 periods: QR here, normal cut-offs of lstsq there
            assert held[name] == pytest.approx(value, rel=1e-8), (test, name)


def test_z_of_pedroni_stands_on_the_moments() -> None:
    found = pk.panel_cointegration("y ~ x1", framed(walks(4)), reps=0)
    row = found.table.set_index("test").loc["panel-rho"]
    mean, variance = MOMENTS["constant", 1]["panel-rho"]
    assert row["z"] == pytest.approx((row["statistic"] - np.sqrt(8) * mean) / np.sqrt(variance))


# Pedroni 1999, table 2 (m = 2, 3: heterogeneous intercept; m = 2: none, trend), and Pedroni 2004 for one regressor
PUBLISHED = {
    ("constant", 1): (8.62, 60.75, -6.02, 31.27, -1.73, 0.93, -9.05, 35.98, -2.03, 0.66),
    ("none", 2): (6.982, 81.145, -6.388, 64.288, -1.662, 1.559, -9.889, 41.943, -1.992, 0.649),
    ("constant", 2): (11.754, 104.546, -9.495, 57.61, -2.177, 0.964, -12.938, 51.49, -2.453, 0.618),
    ("trend", 2): (21.162, 160.249, -14.011, 64.219, -2.648, 0.69, -17.359, 66.387, -2.872, 0.555),
    ("constant", 3): (15.197, 151.094, -13.256, 81.772, -2.567, 0.923, -16.888, 67.123, -2.827, 0.585),
}


@pytest.mark.parametrize("key", PUBLISHED)
def test_moments_are_those_that_pedroni_printed(key: tuple[str, int]) -> None:
    names = ("panel-v", "panel-rho", "panel-t", "group-rho", "group-t")
    ours = [value for name in names for value in MOMENTS[key][name]]
    # both are simulated: 60,000 draws here, 100,000 there (means within 1.5 %, variances within 4 %)
    assert ours[::2] == pytest.approx(PUBLISHED[key][::2], rel=0.015)
    assert ours[1::2] == pytest.approx(PUBLISHED[key][1::2], rel=0.04)


def test_moments_that_are_known_exactly() -> None:
    """Kao's 3 and 10.2 are those of one random walk less its mean, drawn here."""
    rng = np.random.default_rng(5)
    steps = rng.normal(size=(15_000, 300))
    walk = np.cumsum(steps, axis=1) - steps
    inside = walk - walk.mean(1, keepdims=True)
    top, bottom = (inside * steps).sum(1) / 300, (inside**2).sum(1) / 300**2
    assert top.mean() / bottom.mean() == pytest.approx(-3.0, abs=0.06)  # sd of the mean of the ratio: 0.02
    slope = (top - top.mean() / bottom.mean() * bottom) / bottom.mean()
    assert slope.var() == pytest.approx(10.2, rel=0.04)


@cache
def long_draws(test: str, trend: str) -> dict[str, np.ndarray]:
    family = FAMILIES[test]
    drawn = reference(
        family, Plan(trend, 1, 0, 2), (20, 200, 1), 200, np.random.default_rng(1), rho=0.8, demean=False
    )
    return family.standard(drawn.null, 20, 1, trend)


@pytest.mark.parametrize(
    ("test", "trend"),
    [("pedroni", "constant"), ("kao", "constant"), ("westerlund", "constant"), ("variance-ratio", "trend")],
)
def test_z_is_standard_normal_when_there_is_no_cointegration(test: str, trend: str) -> None:
    for name, z in long_draws(test, trend).items():
        # 200 draws: sd of the mean 0.07, of the sd 0.05; T = 200 moves the mean by up to half a sd
        assert abs(z.mean()) < 0.6, name
        assert 0.75 < z.std() < 1.25, name


def test_p_at_the_periods_in_hand_has_its_size_and_finds_cointegration() -> None:
    rng = np.random.default_rng(8)
    null, other = [], []
    for _ in range(40):
        xs = np.cumsum(rng.normal(size=(12, 13)), axis=1)
        for held, y in (
            (null, np.cumsum(rng.normal(size=(12, 13)), axis=1)),
            (other, xs + 0.3 * rng.normal(size=(12, 13))),
        ):
            found = pk.panel_cointegration("y ~ x", framed({"y": y, "x": xs}), reps=99, rng=1)
            held.append(found.table["p_simulated"].to_numpy())
    assert (np.array(null) <= 0.05).mean() < 0.12  # 40 draws of 7 dependent statistics; sd about 0.03
    assert (np.array(other) <= 0.05).mean() > 0.8


def test_the_bootstrap_keeps_its_size_under_a_common_shock_and_the_limit_does_not() -> None:
    rng = np.random.default_rng(9)
    boot, limit = [], []
    for _ in range(40):
        steps = rng.normal(size=(2, 12, 15)) + 2.0 * rng.normal(size=(2, 1, 15))
        y, x = np.cumsum(steps, axis=-1)
        found = pk.panel_cointegration(
            "y ~ x", framed({"y": y, "x": x}), test="westerlund", reps=0, bootstrap=99, rng=1
        ).table
        boot.append(found["p_bootstrap"].to_numpy())
        limit.append(found["p_asymptotic"].to_numpy())
    assert 0.005 < (np.array(boot) <= 0.05).mean() < 0.13
    assert (np.array(limit) <= 0.05).mean() > 0.25


def test_scale_level_and_order_of_rows_do_not_matter() -> None:
    data = walks(6)
    for test in ("pedroni", "kao", "westerlund", "variance-ratio"):
        plain = pk.panel_cointegration("y ~ x1", framed(data), test=test, reps=0).table["statistic"]
        moved = {"y": data["y"] * 1e6 + 1e9, "x1": data["x1"] * 1e-6 + 1e3}
        other = pk.panel_cointegration("y ~ x1", framed(moved, seed=5), test=test, reps=0).table["statistic"]
        # a level of 1e9 against steps of 1e-6 leaves seven digits of the series
        np.testing.assert_allclose(other, plain, rtol=1e-5)


@pytest.mark.parametrize("test", ["pedroni", "westerlund", "variance-ratio"])
def test_a_trend_leaves_no_trace_in_the_case_with_a_trend(test: str) -> None:
    data = walks(6)
    ramp = np.arange(30) * np.linspace(1.0, 4.0, 8)[:, None]
    plain = pk.panel_cointegration("y ~ x1", framed(data), test=test, trend="trend", reps=0).table
    moved = {"y": data["y"] + ramp, "x1": data["x1"]}
    other = pk.panel_cointegration("y ~ x1", framed(moved), test=test, trend="trend", reps=0).table
    np.testing.assert_allclose(other["statistic"], plain["statistic"], rtol=1e-7)


def test_all_says_what_it_leaves_out_and_gives_one_table() -> None:
    found = pk.panel_cointegration("y ~ x1", framed(walks(7)), test="all", trend="trend", reps=39)
    assert set(found.table["family"]) == {"pedroni", "westerlund", "variance-ratio"}
    assert any("Kao" in note for note in found.notes)
    assert found["g-tau"].p_value == found.table.set_index("test").loc["g-tau", "p_simulated"]
    assert "协整" in found.summary(language="zh")
    assert found.to_latex().count("\\\\") > 10
    again = pk.panel_cointegration("y ~ x1", framed(walks(7)), test="all", trend="trend", reps=39)
    pd.testing.assert_frame_equal(found.table, again.table)


def test_demeaning_takes_a_common_factor_out() -> None:
    data = walks(6)
    shock = np.cumsum(np.random.default_rng(1).normal(size=30)) * 20
    moved = {"y": data["y"] + shock, "x1": data["x1"] - shock}
    one = pk.panel_cointegration("y ~ x1", framed(data), demean=True, reps=0).table["statistic"]
    other = pk.panel_cointegration("y ~ x1", framed(moved), demean=True, reps=0).table["statistic"]
    np.testing.assert_allclose(other, one, rtol=1e-9)


def test_six_regressors_have_no_moments_and_say_so() -> None:
    found = pk.panel_cointegration(
        "y ~ x1 + x2 + x3 + x4 + x5 + x6", framed(walks(2, k=6)), test="pedroni", reps=39
    )
    assert found.table["z"].isna().all()
    assert found.table["p_simulated"].notna().all()
    assert any("up to 5" in note for note in found.notes)


def broken(kind: str) -> pd.DataFrame:
    frame = framed(walks(1, periods=12)).sort_index()
    if kind == "gap":
        return frame.drop(("U02", 2005))
    if kind == "short":
        return frame.drop([("U02", 2000), ("U03", 2011)])
    if kind == "still":
        frame.loc[["U04"], "x1"] = 7.0
    if kind == "one":
        return frame.loc[["U00"]]
    if kind == "trending":
        frame.loc[["U05"], "x1"] = np.arange(12) * 2.0
    if kind == "exact":
        frame.loc[["U06"], "y"] = 3.0 * frame.loc[["U06"], "x1"] - 2.0
    return frame


@pytest.mark.parametrize(
    ("kind", "options", "error", "words"),
    [
        ("gap", {}, pk.DataError, r"U02 \(2004, 2006\)"),
        ("short", {}, pk.DataError, "U02, U03"),
        ("still", {}, pk.DataError, "`x1` in U04"),
        ("one", {}, pk.DataError, "one province only"),
        ("trending", {"trend": "trend"}, pk.SpecError, "U05"),
        ("exact", {}, pk.SpecError, "`y` follows exactly.*U06"),
        ("", {"lags": 9}, pk.SpecError, "at least 22 years, and there are 12"),
        ("", {"test": "westerlund", "lags": 4}, pk.SpecError, "need at least"),
        ("", {"bandwidth": 11}, pk.SpecError, "at most 10"),
        ("", {"test": "kao", "trend": "trend"}, pk.SpecError, "kao takes trend"),
        ("", {"lags": 3, "bootstrap": 19}, pk.SpecError, "bootstrap= explains.*at least 14 years"),
        ("", {"leads": 1}, pk.SpecError, "westerlund"),
        ("", {"test": "johansen"}, pk.SpecError, "one of"),
        ("", {"rho": 1.0}, pk.SpecError, "rho"),
        ("", {"reps": 5}, pk.SpecError, "fewer than 19"),
        ("", {"lags": -1}, pk.SpecError, "lags"),
        ("", {"test": "variance-ratio", "bandwidth": 2}, pk.SpecError, "no kernel"),
    ],
)
def test_what_cannot_be_tested_is_refused(
    kind: str, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        pk.panel_cointegration("y ~ x1", broken(kind), **options)


def test_the_outcome_as_its_own_regressor_is_refused() -> None:
    with pytest.raises(pk.SpecError, match="follows exactly"):
        pk.panel_cointegration("y ~ I(2 * y)", framed(walks(1)))
    with pytest.raises(pk.SpecError, match="no regressor"):
        pk.panel_cointegration("y ~ 1", framed(walks(1)))


def test_every_second_year_is_one_step_and_is_said() -> None:
    data = walks(5, periods=16)
    frame = framed(data).reset_index()
    every = frame.assign(year=2 * (frame["year"] - 2000) + 1990).set_index(["province", "year"])
    found = pk.panel_cointegration("y ~ x1", every, reps=0)
    plain = pk.panel_cointegration("y ~ x1", framed(data), reps=0)
    np.testing.assert_allclose(found.table["statistic"], plain.table["statistic"])
    assert any("lie 2 apart" in note for note in found.notes)
    assert not any("apart" in note for note in plain.notes)


def test_one_statistic_as_a_test() -> None:
    found = pk.panel_cointegration("y ~ x1", framed(walks(5)), reps=39, bootstrap=39)
    row = found.table.set_index("test").loc["panel-adf"]
    test = found["panel-adf"]
    assert (test.statistic, test.p_value, test.distribution) == (row["z"], row["p_bootstrap"], "z")
    assert [each.name for each in found.tests][3] == test.name
    with pytest.raises(KeyError, match="no statistic"):
        found["adf"]
    without = pk.panel_cointegration("y ~ x1 + x2 + x3 + x4 + x5 + x6", framed(walks(2, k=6)), reps=39)
    raw = without.table.set_index("test").loc["panel-t"]
    assert (without["panel-t"].statistic, without["panel-t"].distribution) == (raw["statistic"], "")


def test_a_large_level_of_a_regressor_is_no_constant() -> None:
    data = walks(5)
    plain = pk.panel_cointegration("y ~ x1", framed(data), reps=0).table["statistic"]
    moved = pk.panel_cointegration("y ~ x1", framed({**data, "x1": data["x1"] + 1e9}), reps=0).table[
        "statistic"
    ]
    np.testing.assert_allclose(moved, plain, rtol=1e-4)  # 1e9 leaves seven digits of the steps


def test_the_bootstrap_finds_the_lags_that_made_the_changes() -> None:
    rng = np.random.default_rng(3)
    e, x = rng.normal(size=(40, 14)), rng.normal(size=(40, 14))
    change = np.zeros((40, 14))
    for t in range(1, 14):
        change[:, t] = 0.4 * change[:, t - 1] + 0.5 * x[:, t] + e[:, t]
    y, X = np.cumsum(change, axis=1), np.cumsum(x, axis=1)[..., None]
    plan = Plan("constant", 1)
    raw = _null_model(y, X, plan)[0].mean(axis=0)
    held: list[np.ndarray] = []

    def keep(y: np.ndarray, X: np.ndarray, plan: Plan) -> dict[str, np.ndarray]:
        # many periods drawn from the model show the slopes that it holds
        held.append(_null_model(y.reshape(-1, 14), X.reshape(-1, 14, 1), plan)[0].mean(axis=0))
        return {"one": np.zeros(len(y))}

    family = replace(FAMILIES["pedroni"], statistics=keep)
    bootstrap(family, y, X, plan, 200, np.random.default_rng(1), demean=False)
    # what is drawn has, with the same bias, the slopes of the data: that is what ridding the mean of its bias does
    np.testing.assert_allclose(held[0], raw, atol=0.04)
    assert raw[0] < 0.36  # and that bias is there


def grown(drift: float, seed: int, units: int = 31, periods: int = 13) -> pd.DataFrame:
    """Return unrelated walks that drift, with correlated steps and a spread of their own in every unit."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((units, periods, 2))
    steps[..., 0] = 0.5 * steps[..., 1] + np.sqrt(0.75) * steps[..., 0]
    walks = np.cumsum(steps + drift, axis=1) * np.exp(rng.standard_normal((units, 1, 2)))
    index = pd.MultiIndex.from_product([range(units), range(2001, 2001 + periods)], names=["city", "year"])
    return pd.DataFrame(walks.reshape(-1, 2), index=index, columns=["y", "x"])


def test_series_that_grow_without_cointegration_are_not_taken_for_cointegrated() -> None:
    """Draws without drift rejected 100 of 100 true nulls here by panel v and the variance ratios, 94 by G_alpha."""
    beyond: dict[str, int] = {}
    for seed in range(24):
        found = pk.panel_cointegration("y ~ x", grown(3.0, seed), test="all", reps=99, rng=seed)
        for _, row in found.table.iterrows():
            beyond[row["test"]] = beyond.get(row["test"], 0) + (row["p_simulated"] <= 0.05)
    assert max(beyond.values()) <= 6  # 24 draws at 5 %: seven or more has a probability of 0.0001
    assert sum(beyond.values()) <= 45  # 18 statistics: 21.6 expected, and they depend on each other
    assert any("grow or fall" in str(note) for note in found.notes)


def test_the_bootstrap_keeps_growth_too() -> None:
    kinds: Any = ("pedroni", "variance-ratio")
    for test in kinds:
        p = np.array(
            [
                pk.panel_cointegration(
                    "y ~ x", grown(3.0, seed), test=test, reps=0, bootstrap=19, rng=seed
                ).table["p_bootstrap"]
                for seed in range(12)
            ]
        )
        assert (
            (p <= 0.05).sum(axis=0) <= 4
        ).all()  # 12 draws at 5 %: five or more has a probability of 0.0002


def test_without_growth_nothing_is_said_of_it() -> None:
    found = pk.panel_cointegration("y ~ x", grown(0.0, 3), reps=0)
    assert not any("grow or fall" in str(note) for note in found.notes)


def test_steps_are_those_that_made_the_walks() -> None:
    frame = grown(1.0, 5, units=300, periods=40)
    values = frame.to_numpy().reshape(300, 40, 2)
    steps = steps_of(values[..., 0], values[..., 1:], drifting=True)
    assert steps.mean.mean(axis=0) == pytest.approx([1.0 * (0.5 + np.sqrt(0.75)) ** 0, 1.0], abs=0.05)
    assert (steps.root.T @ steps.root)[0, 1] == pytest.approx(0.5, abs=0.03)
    assert steps.mean.std() < 0.05  # all units drift alike: their means are drawn together
    assert not steps_of(values[..., 0], values[..., 1:], drifting=False).mean.any()


@pytest.mark.parametrize(
    ("formula", "options", "said"),
    [
        ("y ~ line", {"test": "pedroni"}, "`line` is a straight line"),
        ("line ~ x", {"test": "kao"}, "`line` is a straight line"),
        ("y ~ lag(y)", {"test": "westerlund"}, "repeat each other"),
        ("y ~ x + diff(x)", {"test": "westerlund"}, "repeat each other"),
        ("y ~ late", {"test": "westerlund"}, "repeat each other"),
        ("late ~ x", {"test": "westerlund"}, "repeat each other"),
        ("y ~ x", {"demean": "yes"}, "demean is True or False"),
    ],
)
def test_equations_without_rank_give_no_number(formula: str, options: dict[str, Any], said: str) -> None:
    frame = grown(0.0, 2, units=6, periods=20)
    year = frame.index.get_level_values("year")
    frame = frame.assign(line=3.0 * year, late=1.0 * (year == year.max()))
    with pytest.raises(pk.SpecError, match=said):
        pk.panel_cointegration(formula, frame, reps=0, **options)


def test_all_leaves_out_what_does_not_apply_with_the_reason() -> None:
    found = pk.panel_cointegration("y ~ x", grown(0.0, 2, periods=8), test="all", reps=0, lags=1)
    assert set(found.table["family"]) == {"pedroni", "kao", "variance-ratio"}
    assert any("Westerlund (2007) is left out" in str(note) for note in found.notes)


def test_variance_ratios_have_no_lags_to_be_too_many() -> None:
    few = pk.panel_cointegration("y ~ x", grown(0.0, 2, periods=5), test="variance-ratio", lags=9, reps=0)
    assert np.isfinite(few.table["statistic"]).all()


@pytest.mark.parametrize("chance", ["p_simulated", "p_bootstrap"])
def test_provinces_that_grow_alike_with_errors_of_their_own_size_keep_kao_at_its_size(chance: str) -> None:
    """Means drawn together in standard deviations only made it reject 42 % (draws) and 68 % (bootstrap) here."""
    beyond = np.zeros(5)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        steps = rng.standard_normal((31, 13, 2)) * np.exp(0.5 * rng.standard_normal((31, 1, 2))) + 2.0
        frame = grown(0.0, 0).assign(
            **dict(zip("yx", np.cumsum(steps, axis=1).reshape(-1, 2).T, strict=True))
        )
        draws = {"reps": 99} if chance == "p_simulated" else {"reps": 0, "bootstrap": 39}
        found = pk.panel_cointegration("y ~ x", frame, test="kao", rng=seed, **draws)  # type: ignore[arg-type]
        beyond += found.table[chance] <= 0.05
    assert beyond.max() <= 5  # 20 draws at 5 %: six or more has a probability of 0.0003


def test_every_part_of_a_narrow_table_names_the_statistics() -> None:
    found = pk.panel_cointegration("y ~ x", grown(0.0, 2, units=5, periods=14), test="all", reps=19)
    shown = found.summary(width=60)
    assert shown.count("panel rho") == shown.count("G_tau") >= 2

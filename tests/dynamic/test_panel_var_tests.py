"""Granger tests, lag order, roots, and what a panel VAR refuses."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import panelkit as pk
from benchmarks.evidence.panel_var import Cell, run
from tests.dynamic.vector_panels import NAMES, brute_force, vector_panel

DATA = vector_panel(1)


def three() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return DATA.assign(c=rng.normal(size=len(DATA)))


def test_granger_tests_are_wald_tests_of_lags() -> None:
    fit = pk.PanelVAR(("a", "b", "c"), lags=2).fit(three())
    table = fit.granger("chi2").tidy()
    assert list(table["excluded"]) == ["b", "c", "all", "a", "c", "all", "a", "b", "all"]
    names = [f"{e}:{t}" for e, t in zip(fit.equations, fit.terms, strict=True)]
    for row in table.itertuples():
        out = {"a", "b", "c"} - {row.equation} if row.excluded == "all" else {row.excluded}
        at = [names.index(f"{row.equation}:lag({one}, {lag})") for one in out for lag in (1, 2)]
        b, V = fit.estimates[at], fit.covariance[np.ix_(at, at)]
        wald = b @ np.linalg.inv(V) @ b
        assert row.statistic == pytest.approx(wald, rel=1e-8)
        assert row.p_value == pytest.approx(stats.chi2.sf(wald, len(at)), rel=1e-8)
    f = fit.granger("F").tidy()
    np.testing.assert_allclose(f["statistic"] * f["df"], table["statistic"], rtol=1e-12)
    assert set(f["df2"]) == {19.0}
    own = pk.PanelVAR(("a", "b", "c"), lags=2, errors="jackknife").fit(three()).granger("F")
    pd.testing.assert_frame_equal(fit.granger().tidy(), own.tidy())
    assert fit.granger().p_value("a", "b") == fit.granger().tidy()["p_value"][0]
    with pytest.raises(pk.SpecError, match="no test of `d`"):
        fit.granger().p_value("a", "d")


def test_the_default_test_holds_its_level_where_variances_differ() -> None:
    """250 worlds of 31 units, eight periods: a standard error of 1.4 points at 5 %."""
    found = run(Cell("one step, lags 1-2 collapsed", 31, 8, 0.5, "unequal", 250))
    assert found["size, jackknife"] <= 8.0
    assert found["size, F"] > found["size, jackknife"] + 1.5
    assert found["coverage, jackknife"] >= 92.0


def test_two_units_beside_periods_are_no_jackknife_however_rounding_falls() -> None:
    """Without one of two units the effects of the periods fit the other; of what is left 1 of 40 passed."""
    for seed in range(40):
        data = vector_panel(seed, units=2, periods=6 + seed % 8)
        spec = pk.PanelVAR(NAMES, estimator="bias-corrected")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(pk.SpecError, match="without one of the clusters"):
                spec.fit(data)


def test_tables_of_tests_and_orders_are_written_in_every_format(tmp_path: Path) -> None:
    fit = pk.PanelVAR(("a", "b", "c")).fit(three())
    tables: dict[str, Any] = {
        "统计量": fit.granger(),
        "其余全部": fit.granger("chi2"),
        "滞后阶数": pk.pvar_lag_order(pk.PanelVAR(NAMES), DATA, 2),
    }
    for word, table in tables.items():
        for text in (
            table.to_html(language="zh"),
            table.to_latex(language="zh"),
            table.to_csv(language="zh"),
        ):
            assert word in text
        assert f"{table.table.iloc[0]['p_value']:.4f}" in table.to_markdown() or "e-" in table.to_markdown()
        for ending, write in (("docx", table.to_docx), ("xlsx", table.to_excel), ("rtf", table.to_rtf)):
            assert write(tmp_path / f"table.{ending}").stat().st_size > 500


def test_a_lag_of_every_second_year_is_two_years_and_said() -> None:
    apart = DATA.reset_index().assign(year=lambda frame: 2 * frame["year"]).set_index(["province", "year"])
    fit, other = pk.PanelVAR(NAMES).fit(apart), pk.PanelVAR(NAMES).fit(DATA)
    np.testing.assert_allclose(fit.estimates, other.estimates, rtol=1e-12)
    assert "neighbouring years lie 2 apart, and one of these steps is a lag" in fit.summary()
    assert "apart" not in other.summary()


def test_lag_orders_share_rows_and_instruments() -> None:
    data = vector_panel(5, units=40)
    table = pk.pvar_lag_order(pk.PanelVAR(NAMES), data, 2)
    n = 40 * 6
    for lags in (1, 2):
        # rows of two lags for both orders
        spec = pk.PanelVAR(NAMES, lags=lags, instruments=(1, 3), steps=2, where="year >= 2012")
        fit = spec.fit(data)
        row = table.table.iloc[lags - 1]
        assert fit.nobs == n
        assert row["hansen_j"] == pytest.approx(fit.j, rel=1e-9)
        apart = 2 * 6 - 4 * lags
        assert row["df"] == apart
        assert row["mbic"] == pytest.approx(fit.j - apart * np.log(n))
        assert row["maic"] == pytest.approx(fit.j - 2 * apart)
        assert row["mqic"] == pytest.approx(fit.j - 2.1 * apart * np.log(np.log(n)))
    assert table.lags == 1
    exact = pk.pvar_lag_order(pk.PanelVAR(NAMES, instruments=(1, 2)), data, 2)
    assert exact.table["mbic"].isna().tolist() == [False, True]
    assert any("just identified" in note for note in exact.notes)
    assert exact.summary() != exact.summary(language="zh")


def test_lags_beyond_the_panel_are_all_that_are_held() -> None:
    wide = pk.PanelVAR(NAMES, instruments=(1, 10**7)).fit(DATA)
    np.testing.assert_array_equal(wide.estimates, pk.PanelVAR(NAMES, instruments="all").fit(DATA).estimates)


def test_hansens_j_of_the_brute_force() -> None:
    found = pk.PanelVAR(NAMES, steps=2, time_effects=False).fit(DATA)
    assert found.j == pytest.approx(brute_force(DATA, steps=2).j, rel=1e-8)
    assert found.facts["hansen_p"] == pytest.approx(stats.chi2.sf(found.j, 4))


def test_roots_are_those_of_the_companion_matrix(tmp_path: Path) -> None:
    fit = pk.PanelVAR(NAMES, lags=2).fit(DATA)
    A1, A2 = fit.coefficients
    for root in fit.roots:  # det(z^2 - A1 z - A2) = 0
        assert abs(np.linalg.det(root**2 * np.eye(2) - A1 * root - A2)) < 1e-12
    table = fit.stability()
    assert (np.diff(table["modulus"]) <= 1e-12).all()
    assert fit.stable == (table["modulus"].max() < 1.0)
    for language in ("en", "zh"):
        path = tmp_path / f"roots_{language}.svg"
        fit.plot_roots(language=language).save(path)  # type: ignore[arg-type]
        assert path.stat().st_size > 1000


def explosive() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    y, path = rng.normal(size=(40, 2)), []
    for _ in range(10):
        y = 1.25 * y + 0.05 * rng.normal(size=(40, 2))
        path.append(y)
    index = pd.MultiIndex.from_product(
        [[f"P{u:02d}" for u in range(40)], range(2010, 2020)], names=["province", "year"]
    )
    return pd.DataFrame(np.stack(path, axis=1).reshape(-1, 2), index=index, columns=list(NAMES))


def test_explosive_estimates_are_said() -> None:
    fit = pk.PanelVAR(NAMES).fit(explosive())
    assert not fit.stable
    assert fit.roots.real.max() > 1.1
    assert any("is not stable" in note for note in fit.notes)
    assert any("is not stable" in note for note in fit.granger().notes)


def test_more_moments_than_clusters_is_said() -> None:
    fit = pk.PanelVAR(NAMES, instruments="all", collapse=False).fit(DATA)
    assert any("more moments than clusters" in note for note in fit.notes)
    assert any(
        "112 moments" in note for note in fit.notes
    )  # 28 periods with lags, two variables, two equations
    with pytest.raises(pk.SpecError, match="112 moments, 20 units, rank 20.*collapse"):
        pk.PanelVAR(NAMES, instruments="all", collapse=False, steps=2).fit(DATA)


def with_column(values: Any) -> pd.DataFrame:
    return DATA.assign(b=values)


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "one variable": (lambda: pk.PanelVAR(("a",)), "two variables or more"),
    "a text": (lambda: pk.PanelVAR("a"), "tuple of texts"),  # type: ignore[arg-type]
    "twice": (lambda: pk.PanelVAR(("a", "b", "a")), "`a` stands twice"),
    "twice, spelled otherwise": (lambda: pk.PanelVAR(("log(a)", "log( a )")), "stands twice"),
    "by the sample": (lambda: pk.PanelVAR(("a", "center(b)")), "decided by the rows"),
    "no lags": (lambda: pk.PanelVAR(NAMES, lags=0), "lags is a whole number"),
    "lags True": (lambda: pk.PanelVAR(NAMES, lags=True), "lags is a whole number"),
    "steps": (lambda: pk.PanelVAR(NAMES, steps=3), "steps is one of"),  # type: ignore[arg-type]
    "transform": (lambda: pk.PanelVAR(NAMES, transform="within"), "transform is one of"),  # type: ignore[arg-type]
    "range upside down": (lambda: pk.PanelVAR(NAMES, instruments=(2, 1)), "lags count from 1"),
    "range from zero": (lambda: pk.PanelVAR(NAMES, instruments=(0, 2)), "lags count from 1"),
    "too few instruments": (lambda: pk.PanelVAR(NAMES, lags=3, instruments=(1, 2)), r"take \(1, 3\) or more"),
    "instruments of another kind": (lambda: pk.PanelVAR(NAMES, instruments=2), "instruments is"),  # type: ignore[arg-type]
    "idle steps": (
        lambda: pk.PanelVAR(NAMES, steps=2, estimator="least-squares"),
        "steps= would change nothing",
    ),
    "idle errors": (
        lambda: pk.PanelVAR(NAMES, estimator="bias-corrected", errors="jackknife"),
        "errors= would change nothing",
    ),
    "idle tolerance": (lambda: pk.PanelVAR(NAMES, tolerance=1e-8), "belongs to singular='pinv'"),
    "idle pinv": (lambda: pk.PanelVAR(NAMES, singular="pinv"), "weight of one step"),
    "constant": (lambda: pk.PanelVAR(NAMES).fit(with_column(3.0)), "`?b`?"),
    "constant in units": (
        lambda: pk.PanelVAR(NAMES).fit(with_column([float(u[1:]) for u, _ in DATA.index])),
        "`b`: no variation is left within provinces",
    ),
    "the same for all": (
        lambda: pk.PanelVAR(NAMES).fit(with_column([float(t % 7) for _, t in DATA.index])),
        "`b`: no variation is left",
    ),
    "a multiple": (lambda: pk.PanelVAR(NAMES).fit(with_column(2.0 * DATA["a"])), r"lag\(b, 1\)"),
    "exogenous of its own": (
        lambda: pk.PanelVAR(NAMES, exogenous=("b",)).fit(DATA),
        "`b` is made of `b`, a variable",
    ),
    "exogenous lag of its own": (
        lambda: pk.PanelVAR(NAMES, exogenous=("lag(b, 1)",)).fit(DATA),
        "is made of `b`",
    ),
    "exogenous without change": (
        lambda: pk.PanelVAR(NAMES, exogenous=("x",)).fit(
            DATA.assign(x=[float(u[1:]) for u, _ in DATA.index])
        ),
        "`x`: no variation is left",
    ),
    "categories": (lambda: pk.PanelVAR(("a", "C(b)")).fit(DATA), "stands as a term of its own"),
    "too short": (
        lambda: pk.PanelVAR(NAMES, lags=8).fit(DATA),
        "8 lags need 10 neighbouring years of a province",
    ),
    "missing column": (lambda: pk.PanelVAR(("a", "z")).fit(DATA), "z"),
    "one unit": (lambda: pk.PanelVAR(NAMES).fit(DATA.loc[["P01"]]), "."),
    "two units": (lambda: pk.PanelVAR(NAMES, lags=3).fit(DATA.loc[["P01", "P02"]]), "."),
    "exogenous lag farther back": (
        lambda: pk.PanelVAR(NAMES, exogenous=("lag(a, 2)",)).fit(DATA),
        "`lag\\(a, 2\\)` is made of `a`",
    ),
    "an identity among the equations": (
        lambda: pk.PanelVAR(("a", "lag(a)")).fit(DATA),
        "`lag\\(a\\)`: the lags tell it without an error",
    ),
    "order with an identity": (
        lambda: pk.pvar_lag_order(pk.PanelVAR(("a", "lag(a)")), DATA, 1),
        "`lag\\(a\\)`: the lags tell it without an error",
    ),
    "two units that mirror each other": (
        lambda: pk.PanelVAR(NAMES).fit(DATA.loc[["P01", "P02"]]),
        "mirror each other",
    ),
    "two units by least squares": (
        lambda: pk.PanelVAR(NAMES, estimator="least-squares").fit(DATA.loc[["P01", "P02"]]),
        "mirror each other",
    ),
    "levels too far back": (
        lambda: pk.PanelVAR(NAMES, instruments=(50, 60)).fit(DATA),
        "no row holds a level 50 years back",
    ),
    "effects by an array": (
        lambda: pk.PanelVAR(NAMES, time_effects=np.array([1, 2])),  # type: ignore[arg-type]
        "time_effects is one of",
    ),
    "tolerance of rounding": (
        lambda: pk.PanelVAR(NAMES, steps=2, singular="pinv", tolerance=1e-300),
        "smaller ones are rounding",
    ),
    "projections of a word": (lambda: pk.local_projections("fit", 2), "of a fitted panel VAR"),
    "responses of a word": (lambda: pk.impulse_responses("fit", 2), "of a fitted panel VAR"),
    "shares of a word": (lambda: pk.variance_decomposition("fit", 2), "of a fitted panel VAR"),
    "a flag that is a word": (
        lambda: pk.PanelVAR(NAMES).fit(DATA).irf(2, cumulative="no"),
        "cumulative is True or False",
    ),
    "cluster of no name": (lambda: pk.PanelVAR(NAMES, cluster=3), "name of a column"),  # type: ignore[arg-type]
    "split clusters": (
        lambda: pk.PanelVAR(NAMES, cluster="g").fit(DATA.assign(g=[t % 2 for _, t in DATA.index])),
        "clusters hold whole provinces",
    ),
    "granger of another fit": (
        lambda: pk.granger_wald(pk.PooledOLS("a ~ b").fit(DATA)),
        "of a fitted panel VAR",
    ),
    "granger method": (lambda: pk.PanelVAR(NAMES).fit(DATA).granger("t"), "method is one of"),
    "order of least squares": (
        lambda: pk.pvar_lag_order(pk.PanelVAR(NAMES, estimator="least-squares"), DATA, 2),
        "chosen by Hansen's J",
    ),
    "order, R": (lambda: pk.pvar_lag_order(pk.PanelVAR(NAMES), DATA, 2, hannan_quinn=2.0), "above 2"),
    "another covariance": (
        lambda: pk.PanelVAR(NAMES).fit(DATA).with_vcov(pk.CRV3()),
        "other errors=, cluster=",
    ),
    "order, no spec": (lambda: pk.pvar_lag_order(None, DATA, 2), "a PanelVAR is needed"),  # type: ignore[arg-type]
    "order, too long": (lambda: pk.pvar_lag_order(pk.PanelVAR(NAMES), DATA, 8), "8 lags need"),
    "order, singular": (
        lambda: pk.pvar_lag_order(pk.PanelVAR(NAMES, instruments="all", collapse=False), DATA, 2),
        "two-step weight is singular",
    ),
    "resampled pinv": (
        lambda: pk.PanelVAR(NAMES, steps=2, singular="pinv").fit(DATA).resample(9),
        "a generalised inverse keeps other directions",
    ),
    "granger of pinv": (
        lambda: pk.PanelVAR(NAMES, steps=2, singular="pinv").fit(DATA).granger(),
        "a generalised inverse keeps other directions",
    ),
    "two steps resampled with few units": (
        lambda: (
            pk.PanelVAR(NAMES, steps=2, instruments=(1, 4))
            .fit(DATA.loc[sorted(DATA.index.unique(0))[:17]])
            .resample(9)
        ),
        "most resampled panels have no solution",
    ),
    "reps": (lambda: pk.PanelVAR(NAMES).fit(DATA).resample(0), "reps is a whole number"),
    "seed": (lambda: pk.PanelVAR(NAMES).fit(DATA).draw(5, "one"), "rng is a non-negative"),  # type: ignore[arg-type]
    "predict": (lambda: pk.PanelVAR(NAMES).fit(DATA).predict(), "predictions are of"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_right_is_refused_in_both_languages(name: str) -> None:
    call, said = REFUSED[name]
    with pytest.raises(pk.PanelkitError, match=said) as refused:
        call()
    assert refused.value.text("zh") != str(refused.value)

"""Weights of rows: against dummies in statsmodels, rows written out, linearmodels, pyfixest, a sampled population."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import panelkit as pk
from panelkit.covariance.cr2 import CR2
from panelkit.language.errors import DataError, SpecError
from tests.panels import dummies, random_panel

# both sides solve the same small well-conditioned problem in doubles
SAME = 1e-10
EFFECTS = ("none", "unit", "time", "twoway")


def panel(seed: int = 1, units: int = 9, periods: int = 7, share: float = 0.85) -> pd.DataFrame:
    """Return a panel with fractional weights `w` and frequencies `n`; region and treatment come from the unit."""
    data = random_panel(seed, units, periods, share).sort_index()
    rng = np.random.default_rng(seed + 100)
    data["w"], data["n"] = rng.uniform(0.2, 5.0, len(data)), rng.integers(1, 5, len(data))
    number = data.index.get_level_values("province").str[1:].astype(int)
    data["region"] = np.array(["east", "middle", "west"])[number % 3]
    data["heavy"] = 1.0 + number
    return data


def dense(data: pd.DataFrame, effects: str, *, trends: bool = False, cells: bool = False) -> np.ndarray:
    """Return regressors, dummies, and what is asked for of trends and region-years, linearly independent."""
    unit, time = (
        np.unique(data.index.get_level_values(level), return_inverse=True)[1]
        for level in ("province", "year")
    )
    columns = [data[["x1", "x2"]].to_numpy(float)]
    if effects == "none":
        columns.append(np.ones((len(data), 1)))
    if effects in ("unit", "twoway"):
        columns.append(dummies(unit))
    if effects in ("time", "twoway"):
        columns.append(dummies(time))
    if trends:
        columns.append(dummies(unit) * (time - time.mean())[:, None])
    if cells:
        named = data["region"].astype(str) + pd.Series(time, data.index).astype(str)
        columns.append(dummies(np.unique(named, return_inverse=True)[1]))
    kept: list[np.ndarray] = []
    for column in np.hstack(columns).T:  # the first of every set of columns that repeat each other stays
        if np.linalg.matrix_rank(np.column_stack([*kept, column])) > len(kept):
            kept.append(column)
    return np.column_stack(kept)


def units(data: pd.DataFrame) -> np.ndarray:
    return np.unique(data.index.get_level_values("province"), return_inverse=True)[1]


def theirs(fitted: Any) -> np.ndarray:
    """Return coefficients and errors of the two regressors."""
    return np.r_[fitted.params[:2], fitted.bse[:2]]


def ours(fit: Any) -> np.ndarray:
    """Return coefficients and errors of the two regressors."""
    return np.r_[fit.params[["x1", "x2"]], fit.std_errors[["x1", "x2"]]]


def fit(data: pd.DataFrame, weights: str | None, vcov: Any, effects: str = "twoway", **options: Any) -> Any:
    """Fit under the convention of dummies written as columns, or another."""
    formula = options.pop("formula", "y ~ x1 + x2")
    options = {"convention": "lsdv", **options}
    return pk.FixedEffects(formula, weights=weights, vcov=vcov, effects=effects, **options).fit(data)


@pytest.mark.parametrize("effects", EFFECTS)
def test_analytic_weights_are_least_squares_with_variances_over_the_weight(effects: str) -> None:
    data = panel()
    model = sm.WLS(data["y"].to_numpy(), dense(data, effects), weights=data["w"].to_numpy())
    groups = {"groups": units(data)}
    for vcov, expected in (
        (pk.Iid(), model.fit()),
        (pk.Robust("HC0"), model.fit(cov_type="HC0")),
        (pk.Robust(), model.fit(cov_type="HC1")),
        (pk.Cluster(), model.fit(cov_type="cluster", cov_kwds=groups)),
    ):
        np.testing.assert_allclose(ours(fit(data, "aw=w", vcov, effects)), theirs(expected), rtol=SAME)
        if not isinstance(vcov, pk.Iid):  # probability weights are the same where the errors are robust
            np.testing.assert_allclose(ours(fit(data, "pw=w", vcov, effects)), theirs(expected), rtol=SAME)
    made = fit(data, "aw=w", pk.Iid(), effects)
    assert made.nobs == len(data)
    assert made.facts["r2"] == pytest.approx(model.fit().rsquared, rel=SAME)
    # Stata scales analytic weights to sum to the number of rows, and so is the root mean squared error
    scale = len(data) / data["w"].sum()
    assert made.facts["sigma"] == pytest.approx(np.sqrt(model.fit().scale * scale), rel=SAME)
    np.testing.assert_allclose(made.residuals, model.fit().resid, atol=SAME)


@pytest.mark.parametrize("effects", EFFECTS)
def test_frequency_weights_are_rows_written_out(effects: str) -> None:
    data = panel()
    long = data.loc[data.index.repeat(data["n"])]
    model = sm.OLS(long["y"].to_numpy(), dense(long, effects))
    time = np.unique(long.index.get_level_values("year"), return_inverse=True)[1]
    for vcov, expected in (
        (pk.Iid(), model.fit()),
        (pk.Robust("HC0"), model.fit(cov_type="HC0")),
        (pk.Robust(), model.fit(cov_type="HC1")),
        (pk.Cluster(), model.fit(cov_type="cluster", cov_kwds={"groups": units(long)})),
        (pk.Cluster("year"), model.fit(cov_type="cluster", cov_kwds={"groups": time})),
    ):
        np.testing.assert_allclose(ours(fit(data, "fw=n", vcov, effects)), theirs(expected), rtol=SAME)
    made = fit(data, "frequency=n", pk.Iid(), effects)
    assert made.nobs == len(long)
    assert made.facts["df_resid"] == model.fit().df_resid
    assert made.facts["r2"] == pytest.approx(model.fit().rsquared, rel=SAME)
    assert made.facts["sigma"] == pytest.approx(np.sqrt(model.fit().scale), rel=SAME)


def refitted(data: pd.DataFrame, column: str, groups: np.ndarray, effects: str, **blocks: bool) -> np.ndarray:
    """Return coefficients and CRV3 errors, every group left out and everything written anew as columns."""

    def beta(rows: pd.DataFrame) -> np.ndarray:
        root = np.sqrt(rows[column].to_numpy(float))
        X = dense(rows, effects, **blocks) * root[:, None]
        return np.asarray(np.linalg.lstsq(X, rows["y"].to_numpy() * root, rcond=None)[0][:2])

    whole, labels = beta(data), np.unique(groups)
    moves = np.array([beta(data[groups != label]) for label in labels]) - whole
    return np.r_[whole, np.sqrt((moves**2).sum(axis=0) * (len(labels) - 1) / len(labels))]


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize(("weights", "column"), [("aw=w", "w"), ("pw=w", "w"), ("fw=n", "n")])
def test_a_jackknife_refits_with_the_weights(effects: str, weights: str, column: str) -> None:
    data = panel()
    for by, level in ((None, "province"), ("year", "year")):
        groups = data.index.get_level_values(level).to_numpy()
        made = fit(data, weights, pk.CRV3(by), effects)
        np.testing.assert_allclose(ours(made), refitted(data, column, groups, effects), rtol=1e-8)


@pytest.mark.parametrize(
    ("formula", "blocks"),
    [
        ("y ~ x1 + x2 + C(province):year", {"trends": True}),
        ("y ~ x1 + x2 + C(region):C(year)", {"cells": True}),
        ("y ~ x1 + x2 + C(province):year + C(region):C(year)", {"trends": True, "cells": True}),
    ],
)
@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_absorbed_interactions_are_swept_with_the_weights(
    formula: str, blocks: dict[str, bool], effects: str
) -> None:
    data = panel(units=12, periods=9)
    model = sm.WLS(data["y"].to_numpy(), dense(data, effects, **blocks), weights=data["w"].to_numpy())
    made = fit(data, "aw=w", pk.Iid(), effects, formula=formula)
    np.testing.assert_allclose(ours(made), theirs(model.fit()), rtol=1e-8)
    groups = data.index.get_level_values("province").to_numpy()
    made = fit(data, "aw=w", pk.CRV3(), effects, formula=formula)
    np.testing.assert_allclose(ours(made), refitted(data, "w", groups, effects, **blocks), rtol=1e-7)


def cr2(y: np.ndarray, X: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Bell and McCaffrey's errors and their Satterthwaite df for the first two columns, n x n matrices."""
    bread = np.linalg.pinv(X.T @ X)
    left = np.eye(len(y)) - X @ bread @ X.T
    e, sums, adjusted = left @ y, [], np.zeros((len(y), 2))
    for label in np.unique(groups):
        rows = groups == label
        values, vectors = np.linalg.eigh(left[np.ix_(rows, rows)])
        held = values > 1e-10
        root = (vectors[:, held] / np.sqrt(values[held])) @ vectors[:, held].T
        adjusted[rows] = root @ X[rows] @ bread[:, :2]
        sums.append(adjusted[rows].T @ e[rows])
    df = []
    for column in adjusted.T:
        parts = [np.where(groups == label, column, 0.0) for label in np.unique(groups)]
        P = np.array([[a @ left @ b for b in parts] for a in parts])
        df.append(np.trace(P) ** 2 / (P**2).sum())
    return np.sqrt(np.sum([s**2 for s in sums], axis=0)), np.array(df)


@pytest.mark.parametrize("effects", EFFECTS)
def test_cr2_of_frequencies_is_that_of_rows_written_out(effects: str) -> None:
    data = panel(units=6, periods=5)
    long = data.loc[data.index.repeat(data["n"])]
    errors, df = cr2(long["y"].to_numpy(), dense(long, effects), units(long))
    made = fit(data, "fw=n", CR2(), effects)
    np.testing.assert_allclose(made.std_errors[["x1", "x2"]], errors, rtol=1e-8)
    np.testing.assert_allclose(np.asarray(made.df)[-2:], df, rtol=1e-7)


@pytest.mark.parametrize("effects", EFFECTS)
def test_cr2_of_analytic_weights_takes_them_as_its_working_model(effects: str) -> None:
    data = panel(units=6, periods=5)
    root = np.sqrt(data["w"].to_numpy())
    errors, df = cr2(data["y"].to_numpy() * root, dense(data, effects) * root[:, None], units(data))
    made = fit(data, "aw=w", CR2(), effects)
    np.testing.assert_allclose(made.std_errors[["x1", "x2"]], errors, rtol=1e-8)
    np.testing.assert_allclose(np.asarray(made.df)[-2:], df, rtol=1e-7)


@pytest.mark.parametrize("weights", ["aw=w", "fw=n"])
def test_sums_over_periods_and_two_clusterings_carry_the_weight_once(weights: str) -> None:
    """Scores are w x e: Driscoll-Kraay and two-way sandwiches written out with numpy."""
    data = panel(4, 30, 12)
    w = data[weights[3:]].to_numpy(float)
    X, y = dense(data, "twoway"), data["y"].to_numpy()
    bread = np.linalg.inv(X.T @ (w[:, None] * X))
    e = y - X @ (bread @ (X.T @ (w * y)))
    scores = X * (w * e)[:, None]
    unit, time = units(data), np.unique(data.index.get_level_values("year"), return_inverse=True)[1]
    n, k = (len(data) if weights == "aw=w" else w.sum()), X.shape[1]

    def meat(codes: np.ndarray) -> np.ndarray:
        sums = dummies(codes).T @ scores
        return np.asarray(sums.T @ sums)

    both = meat(unit) + meat(time) - scores.T @ scores
    groups = min(unit.max(), time.max()) + 1
    variance = bread @ both @ bread * groups / (groups - 1) * (n - 1) / (n - k)
    made = fit(data, weights, pk.TwoWayCluster())
    np.testing.assert_allclose(made.std_errors[["x1", "x2"]], np.sqrt(np.diag(variance)[:2]), rtol=1e-8)
    by_time = dummies(time).T @ scores
    lagged = by_time[1:].T @ by_time[:-1]
    meats = by_time.T @ by_time + 0.5 * (lagged + lagged.T)
    periods = time.max() + 1
    variance = bread @ meats @ bread * periods / (periods - 1) * (n - 1) / (n - k)
    made = fit(data, weights, pk.DriscollKraay(1))
    np.testing.assert_allclose(made.std_errors[["x1", "x2"]], np.sqrt(np.diag(variance)[:2]), rtol=1e-8)


def test_linearmodels_and_pyfixest_agree() -> None:
    import pyfixest as pf
    from linearmodels.panel import PanelOLS

    data = panel(3, 12, 8)
    flat = data.reset_index()
    model = PanelOLS(data["y"], data[["x1", "x2"]], entity_effects=True, time_effects=True, weights=data["w"])
    made = fit(data, "aw=w", pk.Cluster(), convention="linearmodels")
    clustered = model.fit(cov_type="clustered", cluster_entity=True)
    np.testing.assert_allclose(ours(made), np.r_[clustered.params, clustered.std_errors], rtol=1e-8)
    # one effect: with two, pyfixest's clustered errors hang on the order of a set
    for kind, weights, column in (("aweights", "aw=w", "w"), ("fweights", "fw=n", "n")):
        for vcov, spec in (("iid", pk.Iid()), ("hetero", pk.Robust()), ({"CRV1": "province"}, pk.Cluster())):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pyfixest's own, about pandas
                other = pf.feols("y ~ x1 + x2 | province", flat, vcov, weights=column, weights_type=kind)
            made = fit(data, weights, spec, "unit", convention="fixest")
            np.testing.assert_allclose(ours(made), np.r_[other.coef(), other.se()], rtol=1e-7)


def test_two_stage_least_squares_of_frequencies_and_of_analytic_weights() -> None:
    from linearmodels.iv import IV2SLS

    data = panel(5, 10, 8)
    rng = np.random.default_rng(0)
    data["z1"], data["z2"] = data["x1"].to_numpy() + rng.normal(size=(2, len(data)))
    spec = pk.InstrumentalFE("y ~ x2 + [x1 ~ z1 + z2]", convention="lsdv", vcov=pk.Iid())

    def written_out(rows: pd.DataFrame, weights: pd.Series | None) -> Any:
        blocks = pd.DataFrame(dense(rows, "twoway")[:, 1:], index=rows.index)
        w = None if weights is None else weights
        return IV2SLS(rows["y"], blocks, rows[["x1"]], rows[["z1", "z2"]], weights=w)

    long = data.loc[data.index.repeat(data["n"])]
    expected = written_out(long, None).fit(cov_type="unadjusted", debiased=True)
    made = pk.InstrumentalFE(spec.formula, convention="lsdv", vcov=pk.Iid(), weights="fw=n").fit(data)
    assert made.params["x1"] == pytest.approx(expected.params["x1"], rel=1e-8)
    assert made.std_errors["x1"] == pytest.approx(expected.std_errors["x1"], rel=1e-8)
    assert made.sargan.statistic == pytest.approx(expected.sargan.stat, rel=1e-7)
    expected = written_out(data, data["w"]).fit(cov_type="unadjusted", debiased=True)
    made = pk.InstrumentalFE(spec.formula, convention="lsdv", vcov=pk.Iid(), weights="aw=w").fit(data)
    assert made.params["x1"] == pytest.approx(expected.params["x1"], rel=1e-8)
    assert made.std_errors["x1"] == pytest.approx(expected.std_errors["x1"], rel=1e-8)
    jackknifed = made.with_vcov(pk.CRV3())
    labels = data.index.get_level_values("province")
    moves = [
        float(written_out(data[labels != one], data.loc[labels != one, "w"]).fit().params["x1"])
        for one in labels.unique()
    ]
    squares = ((np.array(moves) - made.params["x1"]) ** 2).sum() * (len(moves) - 1) / len(moves)
    assert jackknifed.std_errors["x1"] == pytest.approx(np.sqrt(squares), rel=1e-7)
    sampled = pk.InstrumentalFE(spec.formula, weights="pw=w").fit(data)
    assert not next(test for test in sampled.tests if "Sargan" in test.name).applicable


def test_changes_count_by_the_weight_of_their_own_row() -> None:
    data = panel(7, 8, 6, 1.0)
    data.loc[("P00", 2010), "w"] = 0.0  # lends its level, whatever its weight
    data.loc[("P01", 2012), "w"] = 0.0  # its own change leaves, the next one stays
    made = pk.FirstDifference(
        "y ~ x1 + x2", effects="none", weights="aw=w", vcov=pk.Robust(), convention="lsdv"
    ).fit(data)
    changes = data[["y", "x1", "x2"]].groupby("province").diff().assign(w=data["w"])
    changes = changes[changes["y"].notna() & (changes["w"] > 0.0)]
    expected = sm.WLS(changes["y"], changes[["x1", "x2"]], weights=changes["w"]).fit(cov_type="HC1")
    np.testing.assert_allclose(ours(made), np.r_[expected.params, expected.bse], rtol=SAME)
    assert made.nobs == len(changes)


def test_rows_without_a_weight_leave_with_their_reason_and_lend_to_lags() -> None:
    data = panel(9, 8, 8, 1.0)
    data.loc[("P02", 2013), "w"] = 0.0
    data.loc[("P03", 2014), "w"] = np.nan
    made = pk.FixedEffects("y ~ lag(x1) + x2", weights="aw=w").fit(data)
    reasons = {(row.province, row.year): str(row.reason) for row in made.dropped.itertuples()}
    assert reasons[("P02", 2013)] == "weight of zero: w"
    assert reasons[("P03", 2014)] == "missing weight: w"
    assert ("P02", 2014) not in reasons
    assert made.facts["weights_sum"] == pytest.approx(
        data["w"].sum() - data.xs(2010, level="year")["w"].sum()
    )
    assert any("2 of" in note or "weight of zero" in note for note in made.notes)
    with pytest.raises(DataError, match="no row is left of 64: weight of zero: w"):
        pk.FixedEffects("y ~ x1", weights="aw=w").fit(data.assign(w=0.0))
    # outside the condition a weight is not judged
    data.loc[("P02", 2013), "w"] = -1.0
    assert pk.FixedEffects("y ~ x1", weights="aw=w", where="year > 2013").fit(data).nobs == 31


def test_a_frequency_of_two_is_no_singleton() -> None:
    data = panel(11, 8, 6, 1.0)
    alone = data[
        (data.index.get_level_values("province") != "P00") | (data.index.get_level_values("year") == 2012)
    ]
    made = pk.FixedEffects("y ~ x1", effects="unit", weights="fw=n", vcov=pk.Iid())
    for count, kept in ((1, False), (3, True)):
        rows = alone.copy()
        rows.loc[("P00", 2012), "n"] = count
        fitted = made.fit(rows)
        assert ("P00" in list(fitted.design.unit_labels)) is kept
        long = rows.loc[rows.index.repeat(rows["n"])]
        if not kept:
            long = long.drop(index="P00", level="province")
        expected = sm.OLS(long["y"].to_numpy(), np.delete(dense(long, "unit"), 1, axis=1)).fit()
        assert fitted.nobs == len(long)
        assert fitted.std_errors["x1"] == pytest.approx(expected.bse[0], rel=SAME)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ("w", r"`aw=w` \(analytic"),
        ("popul=w", r"`pw=w` \(sampling"),
        ("iw=w", "importance weights"),
        ("aw=scale(w)", "does not read the sample"),
        ("aw=3", "holds no column"),
        ("aw=w +", "weights `aw=w \\+`"),
    ],
)
def test_a_weight_without_a_kind_is_refused_with_the_three_spellings(weights: str, sentence: str) -> None:
    with pytest.raises(SpecError, match=sentence):
        pk.FixedEffects("y ~ x1", weights=weights)


def test_weights_that_no_double_can_add_up_are_refused() -> None:
    data = panel()
    plain = pk.FixedEffects("y ~ x1", weights="aw=w").fit(data)
    for scale in (1e-300, 1e-12, 1e15, 1e300):  # a constant changes nothing
        scaled = pk.FixedEffects("y ~ x1", weights="aw=w").fit(data.assign(w=data["w"] * scale))
        np.testing.assert_allclose(scaled.std_errors, plain.std_errors, rtol=SAME)
    for scale in (1e-310, 1e307):
        with pytest.raises(DataError, match="multiply or divide the column"):
            pk.FixedEffects("y ~ x1", weights="aw=w").fit(data.assign(w=data["w"] * scale))
    many = pk.PooledOLS("y ~ x1", weights="fw=n").fit(data.assign(n=data["n"].astype("int64") * 2**40))
    assert many.nobs == int(data["n"].sum()) * 2**40
    with pytest.raises(DataError, match="more than can be counted exactly"):
        pk.PooledOLS("y ~ x1", weights="fw=n").fit(data.assign(n=data["n"] * 2.0**53))


def test_a_weight_is_a_number() -> None:
    data = panel()
    words = data.assign(n=data["n"].astype(object))
    words.loc[("P02", 2013), "n"] = "—"
    with pytest.raises(
        DataError, match="weights `fw=n`: the column `n` is not numeric: '—' in P02 2013. Convert"
    ):
        pk.FixedEffects("y ~ x1", weights="fw=n").fit(words)
    with pytest.raises(DataError, match="holds categories, and a weight is a number"):
        pk.FixedEffects("y ~ x1", weights="fw=n").fit(data.assign(n=data["n"].astype("category")))


def test_functions_of_the_sample_say_that_they_do_not_see_weights() -> None:
    made = pk.FixedEffects("y ~ center(x1) + bs(x2, df=4)", "unit", weights="fw=n").fit(panel())
    note = "means, deviations, quantiles and knots in `center(x1)`, `bs(x2, df=4)` count every row once"
    assert any(note in each for each in made.notes)
    assert not any("count every row once" in each for each in pk.PooledOLS("y ~ x1").fit(panel()).notes)


def test_spellings_of_stata_and_arithmetic_are_read() -> None:
    data = panel().rename(columns={"w": "人口（万人）"})
    names = (
        "aw=`人口（万人）`",
        "[aweight = `人口（万人）`]",
        "analytic=`人口（万人）`",
        "aw = 2 * `人口（万人）`",
    )
    fits = [pk.FixedEffects("y ~ x1", weights=name).fit(data) for name in names]
    for each in fits[1:]:
        np.testing.assert_allclose(each.std_errors, fits[0].std_errors, rtol=SAME)
    assert fits[0].spec == fits[1].spec == fits[2].spec
    assert fits[0].facts["row_weights"] == "aw=`人口（万人）`"
    with pytest.raises(DataError, match="no column `popolation`"):
        pk.FixedEffects("y ~ x1", weights="aw=popolation").fit(data)


def test_weights_that_cannot_be_are_refused_with_their_places() -> None:
    data = panel(2, 6, 5, 1.0)
    data.loc[("P01", 2012), "w"] = -2.0
    with pytest.raises(DataError, match=r"weights `aw=w`: negative in P01 2012\."):
        pk.FixedEffects("y ~ x1", weights="aw=w").fit(data)
    data.loc[("P01", 2012), "w"] = np.inf
    with pytest.raises(DataError, match="infinite in P01 2012"):
        pk.FixedEffects("y ~ x1", weights="pw=w").fit(data)
    with pytest.raises(DataError, match="no whole number"):
        pk.FixedEffects("y ~ x1", weights="fw=w", where="year > 2012").fit(data)
    with pytest.raises(SpecError, match=r"Iid\(\) does not go with sampling weights"):
        pk.FixedEffects("y ~ x1", weights="pw=n", vcov=pk.Iid()).fit(data)
    with pytest.raises(SpecError, match=r"CR2\(\) does not go with sampling weights"):
        pk.FixedEffects("y ~ x1", weights="pw=n", vcov=pk.CR2()).fit(data)
    for kind in (pk.BetweenEffects, pk.RandomEffects):
        with pytest.raises(SpecError, match=f"{kind.__name__} takes no weights, as Stata's xtreg"):
            kind("y ~ x1", weights="aw=n")


def test_xtreg_takes_weights_that_are_constant_within_the_unit_alone() -> None:
    data = panel(2, 6, 5, 1.0)
    with pytest.raises(DataError, match="must be constant within the province.*change in P00, P01"):
        pk.FixedEffects("y ~ x1", weights="aw=w", convention="xtreg").fit(data)
    constant = pk.FixedEffects("y ~ x1", weights="aw=heavy", convention="xtreg", vcov=pk.Cluster()).fit(data)
    reghdfe = pk.FixedEffects("y ~ x1", weights="aw=heavy", vcov=pk.Cluster()).fit(data)
    assert constant.params["x1"] == pytest.approx(reghdfe.params["x1"], rel=SAME)
    # without unit effects there is nothing to be constant in
    assert pk.FixedEffects("y ~ x1", weights="aw=w", convention="xtreg", effects="time").fit(data).nobs == 30


def test_a_sentence_under_the_table_says_what_the_weights_are() -> None:
    data = panel(2, 6, 5, 1.0)
    for weights, english, chinese in (
        ("aw=w", "analytic weights `w`, sum", "分析权重 `w`"),
        ("fw=n", "frequency weights `n`, sum", "频数权重 `n`"),
        ("pw=w", "sampling weights `w`, sum", "抽样权重 `w`"),
    ):
        made = pk.FixedEffects("y ~ x1", weights=weights).fit(data)
        assert english in made.to_latex()
        assert chinese in made.summary(language="zh")
        assert made.facts["row_weights"] == weights


def test_sampling_weights_mend_a_sample_drawn_by_its_outcome() -> None:
    """Rows of a high outcome are drawn more often: least squares is biased, pw= is not, and its intervals cover."""
    rng = np.random.default_rng(20)
    draws = 60
    unweighted, covered, estimates = [], 0, []
    for _ in range(draws):
        province = np.repeat(np.arange(30), 40)
        frame = pd.DataFrame({"province": province, "year": np.tile(np.arange(40), 30)})
        frame["x"] = rng.normal(size=1_200)
        frame["y"] = 0.5 * frame["x"] + rng.normal(size=30)[province] * 0.5 + rng.normal(size=1_200)
        chance = np.where(frame["y"] > 0.5, 0.9, 0.25)
        frame["w"] = 1.0 / chance
        sampled = frame[rng.random(1_200) < chance]
        made = pk.PooledOLS("y ~ x", weights="pw=w").fit(sampled, unit="province", time="year")
        low, high = made.conf_int().loc["x"]
        covered += low <= 0.5 <= high
        estimates.append(made.params["x"])
        unweighted.append(pk.PooledOLS("y ~ x").fit(sampled, unit="province", time="year").params["x"])
    error = np.std(estimates) / np.sqrt(draws)
    assert abs(np.mean(estimates) - 0.5) < 3.0 * error
    assert np.mean(unweighted) < 0.5 - 4.0 * error
    # 95 % of 60 is 57, with a binomial deviation of 1.7: three of them below
    assert covered >= 52


def test_crv3_covers_with_analytic_weights_that_vary_within_units() -> None:
    rng = np.random.default_rng(21)
    draws, covered, closer = 150, 0, []
    for _ in range(draws):
        province, year = np.repeat(np.arange(20), 8), np.tile(np.arange(8), 20)
        w = np.exp(rng.normal(size=160))
        x = rng.normal(size=160) + rng.normal(size=20)[province]
        y = 0.3 * x + rng.normal(size=20)[province] + rng.normal(size=160) / np.sqrt(w)
        frame = pd.DataFrame({"province": province, "year": year, "x": x, "y": y, "w": w})
        made = pk.FixedEffects("y ~ x", weights="aw=w").fit(frame, unit="province", time="year")
        low, high = made.conf_int().loc["x"]
        covered += low <= 0.3 <= high
        plain = pk.FixedEffects("y ~ x").fit(frame, unit="province", time="year")
        closer.append(abs(plain.params["x"] - 0.3) - abs(made.params["x"] - 0.3))
    # 95 % of 150 is 142.5 with a deviation of 2.7; the jackknife errs on the safe side
    assert covered >= 134
    assert np.mean(closer) > 0.0


def test_a_jackknife_of_weighted_changes_refits_their_mean_by_period() -> None:
    data = panel(12, 9, 7, 1.0)
    changes = data[["y", "x1", "x2"]].groupby("province").diff().assign(w=data["w"]).dropna()

    def beta(rows: pd.DataFrame) -> np.ndarray:
        root = np.sqrt(rows["w"].to_numpy())
        time = np.unique(rows.index.get_level_values("year"), return_inverse=True)[1]
        X = np.hstack([rows[["x1", "x2"]].to_numpy(), dummies(time)]) * root[:, None]
        return np.asarray(np.linalg.lstsq(X, rows["y"].to_numpy() * root, rcond=None)[0][:2])

    labels = changes.index.get_level_values("province")
    moves = np.array([beta(changes[labels != one]) for one in labels.unique()]) - beta(changes)
    errors = np.sqrt((moves**2).sum(axis=0) * 8 / 9)
    made = pk.FirstDifference("y ~ x1 + x2", weights="aw=w").fit(data)
    np.testing.assert_allclose(ours(made), np.r_[beta(changes), errors], rtol=1e-8)

"""PSM-DID: the logit against statsmodels, matches and the weighted regression against loops, traps and refusals."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import panelkit as pk
from panelkit.kernels.logit import fit_logit
from panelkit.language.errors import DataError, SpecError
from panelkit.models.policy.matched.matching import match
from tests.policy.designed_panels import cities, codes, slopes

N, T, FIRST = 60, 8, 2015


def panel(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = cities(N, T)
    unit, time = codes(index)
    x, z = rng.normal(size=(2, N))
    treated = 0.8 * x + 0.3 * z + 1.2 * rng.normal(size=N) > 0.5
    frame = pd.DataFrame({"x": x[unit], "z": z[unit] + 0.1 * rng.normal(size=N * T)}, index=index)
    frame["pilot"] = (treated[unit] & (time >= FIRST - 2010)).astype(int)
    frame["y"] = 0.1 * x[unit] * time + rng.normal(size=N)[unit] + 0.5 * frame["pilot"]
    frame["y"] += 0.3 * rng.normal(size=N * T)
    return frame


def scores(frame: pd.DataFrame) -> tuple[Any, Any]:
    """Return propensities and treated of the cross-section, by statsmodels."""
    before = frame[frame.index.get_level_values(1) < FIRST]
    means = before.groupby(level=0)[["x", "z"]].mean()
    treated = frame["pilot"].groupby(level=0).max().to_numpy(float)
    fit = sm.Logit(treated, sm.add_constant(means.to_numpy())).fit(disp=0, tol=1e-12)
    return fit.predict(), treated


def looped(score: Any, treated: Any, ratio: int, replace: bool, caliper: float | None) -> Any:
    """Return weights of nearest neighbours by loops, common support by the range of the controls."""
    pool = [i for i in range(len(score)) if treated[i] == 0]
    low, high = score[pool].min(), score[pool].max()
    weight, free = np.zeros(len(score)), set(pool)
    asked = [i for i in range(len(score)) if treated[i] == 1 and low <= score[i] <= high]
    for i in sorted(asked, key=lambda i: (-score[i], i)):
        near = sorted((abs(score[i] - score[j]), j) for j in free)
        if caliper is not None:
            near = [pair for pair in near if pair[0] <= caliper]
        for _, j in near[:ratio]:
            weight[j] += 1 / len(near[:ratio])
            if not replace:
                free.discard(j)
        weight[i] = float(bool(near))
    return weight


def test_logit_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(200), rng.normal(size=(200, 2)) * [1.0, 300.0]])
    d = (X @ [0.2, 1.0, 0.002] + rng.logistic(size=200) > 0).astype(float)
    ours, theirs = fit_logit(X, d, ("Intercept", "a", "b")), sm.Logit(d, X).fit(disp=0, tol=1e-12)
    # both stop by Newton steps far below rounding of the log-likelihood
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-9)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), rtol=1e-8)
    assert ours.loglik == pytest.approx(theirs.llf, rel=1e-12)


def test_weighted_logit_repeats_rows() -> None:
    rng = np.random.default_rng(4)
    X = np.column_stack([np.ones(50), rng.normal(size=50)])
    d = (rng.random(50) < 0.5).astype(float)
    count = rng.integers(1, 4, 50)
    ours = fit_logit(X, d, ("Intercept", "a"), count.astype(float))
    theirs = sm.Logit(np.repeat(d, count), np.repeat(X, count, axis=0)).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-9)


@pytest.mark.parametrize("quasi", [False, True])
def test_separation_is_refused_by_name(quasi: bool) -> None:
    rng = np.random.default_rng(5)
    size = rng.normal(size=40)
    d = (size > 0.3).astype(float)
    if quasi:
        size[d == 0] = np.minimum(size[d == 0], 0.0)
        size[:2], d[:2] = 5.0, 1.0
        size, d = np.round(size > 1.0), np.where(np.arange(40) % 2, d, 1 - d)
        d[size == 1] = 1.0
    X = np.column_stack([np.ones(40), rng.normal(size=40), size])
    with pytest.raises(DataError, match="separated from the others by `size`"):
        fit_logit(X, d, ("Intercept", "other", "size"))


def test_repeated_covariates_and_one_outcome_are_refused() -> None:
    X = np.column_stack([np.ones(20), np.arange(20.0), 2 * np.arange(20.0)])
    with pytest.raises(SpecError, match="`b`"):
        fit_logit(X, (np.arange(20) % 2).astype(float), ("Intercept", "a", "b"))
    with pytest.raises(DataError, match="both outcomes"):
        fit_logit(X[:, :2], np.ones(20), ("Intercept", "a"))


@pytest.mark.parametrize(
    ("ratio", "replace", "caliper"),
    [(1, True, None), (1, False, None), (2, True, 0.05), (3, False, 0.1), (1, False, 0.02)],
)
def test_nearest_neighbours_equal_loops(ratio: int, replace: bool, caliper: float | None) -> None:
    score, treated = scores(panel())
    found = match(score, treated, pk.Matching(ratio=ratio, replace=replace, caliper=caliper))
    np.testing.assert_allclose(found.weight, looped(score, treated, ratio, replace, caliper), atol=1e-12)


def test_kernel_and_radius_equal_loops() -> None:
    score, treated = scores(panel())
    pool, rows = np.flatnonzero(treated == 0), np.flatnonzero(treated == 1)
    for rule in (
        pk.Matching("kernel", support="none"),
        pk.Matching("kernel", kernel="gaussian", bandwidth=0.1, support="none"),
        pk.Matching("radius", caliper=0.08, support="none"),
    ):
        weight = np.zeros(N)
        for i in rows:
            u = np.abs(score[pool] - score[i])
            if rule.method == "radius":
                k = (u <= 0.08).astype(float)
            elif rule.kernel == "gaussian":
                k = np.exp(-0.5 * (u / 0.1) ** 2)
            else:
                k = np.maximum(1 - (u / 0.06) ** 2, 0)
            if k.sum() > 0:
                weight[i] = 1.0
                weight[pool] += k / k.sum()
        np.testing.assert_allclose(match(score, treated, rule).weight, weight, atol=1e-12)


def test_caliper_on_the_logit_counts_in_deviations() -> None:
    score, treated = scores(panel())
    logit = np.log(score / (1 - score)) / np.log(score / (1 - score)).std(ddof=1)
    found = match(score, treated, pk.Matching(scale="logit", caliper=0.2))
    for i, j in zip(found.treated_row, found.control_row, strict=True):
        assert abs(logit[i] - logit[j]) <= 0.2
    assert (found.weight[found.unmatched] == 0).all()


@pytest.mark.parametrize("rule", [pk.Matching(), pk.Matching("kernel")])
def test_regression_is_weighted_least_squares_with_dummies(rule: pk.Matching) -> None:
    frame = panel()
    fit = pk.MatchedDiD("y ~ 1", "x + z", treatment="pilot", matching=rule).fit(frame)
    weight = match(*scores(frame), rule).weight
    unit, time = codes(frame.index)
    stays = weight[unit] > 0
    want = slopes(
        frame["y"][stays], frame["pilot"][stays], unit[stays], time[stays], weights=weight[unit][stays]
    )
    assert fit.params["pilot"] == pytest.approx(want[0], abs=1e-10)  # rounding of two eliminations
    assert fit.facts["row_weights"].startswith("fw" if rule.method == "nearest" else "aw")
    assert fit.row_weights.to_numpy().reshape(N, T)[:, 0] == pytest.approx(weight, abs=1e-9)
    # in a balanced matched panel: the difference of weighted mean changes
    change = frame["y"].to_numpy().reshape(N, T)
    change = change[:, 5:].mean(axis=1) - change[:, :5].mean(axis=1)
    d = scores(frame)[1]
    means = [np.average(change[d == g], weights=weight[d == g]) for g in (1, 0)]
    assert fit.params["pilot"] == pytest.approx(means[0] - means[1], abs=1e-10)


def test_year_by_year_matches_each_year_and_says_what_breaks() -> None:
    frame = panel()
    fit = pk.MatchedDiD("y ~ 1", "x + z", treatment="pilot", by="year").fit(frame)
    treated = frame["pilot"].groupby(level=0).max().to_numpy(float)
    for year in (2011, 2016):
        rows = frame.xs(year, level=1)
        score = (
            sm.Logit(treated, sm.add_constant(rows[["x", "z"]].to_numpy())).fit(disp=0, tol=1e-12).predict()
        )
        want = match(score, treated, pk.Matching()).weight
        np.testing.assert_allclose(fit.row_weights.xs(year, level=1), want, atol=1e-9)
    assert any("matched anew in every year" in note for note in fit.notes)
    assert len(fit.propensities) == T
    assert set(fit.pairs["period"]) == set(range(2010, 2018))


def test_balance_by_hand() -> None:
    frame = panel()
    fit = pk.MatchedDiD("y ~ 1", "x", treatment="pilot", at=2012).fit(frame)
    x = frame.xs(2012, level=1)["x"].to_numpy()
    d = frame["pilot"].groupby(level=0).max().to_numpy(bool)
    spread = np.sqrt((x[d].var(ddof=1) + x[~d].var(ddof=1)) / 2)
    row = fit.balance.table.iloc[0]
    assert row["bias"] == pytest.approx(100 * (x[d].mean() - x[~d].mean()) / spread)
    w = fit.row_weights.xs(2012, level=1).to_numpy()
    gap = np.average(x[d], weights=w[d]) - np.average(x[~d], weights=w[~d])
    assert row["bias_matched"] == pytest.approx(100 * gap / spread)
    assert "bias" in fit.balance.to_latex()


def test_traps_are_told() -> None:
    frame = panel()
    plain = pk.MatchedDiD("y ~ 1", "x + z", treatment="pilot").fit(frame)
    assert any("errors take the matches as given" in note for note in plain.notes)
    assert not any("Daw and Hatfield" in note for note in plain.notes)
    trapped = pk.MatchedDiD("y ~ 1", "lag(y) + z", treatment="pilot").fit(frame)
    assert any("matched on the outcome before the policy (`y`)" in note for note in trapped.notes)
    assert "倾向得分匹配" in plain.summary(language="zh")


def simulated(rng: np.random.Generator, on_outcome: bool) -> tuple[float, float]:
    """Return matched and unmatched DID where trends are parallel, the effect is zero and levels differ."""
    n = 100
    d = (np.arange(n) < 40).astype(float)
    level = d + rng.normal(size=n)
    before, after = (level + rng.normal(size=n) for _ in range(2))
    covariate = before if on_outcome else rng.normal(size=n) + 0.5 * d
    logit = fit_logit(np.column_stack([np.ones(n), covariate]), d, ("Intercept", "x"))
    w = match(logit.probability, d, pk.Matching()).weight
    change = after - before
    gap = np.average(change[d == 1], weights=w[d == 1]) - np.average(change[d == 0], weights=w[d == 0])
    return gap, change[d == 1].mean() - change[d == 0].mean()


def test_matching_on_outcomes_makes_a_bias_where_there_was_none() -> None:
    rng = np.random.default_rng(7)
    trapped = np.array([simulated(rng, True) for _ in range(250)])
    sound = np.array([simulated(rng, False) for _ in range(250)])
    # levels: half of a gap in the matched outcome is noise and reverts: E = 1 * 1/2 = .5 where support is common
    assert 0.3 < trapped[:, 0].mean() < 0.6
    # four standard errors of the mean are .075 and .095
    assert abs(trapped[:, 1].mean()) < 0.075
    assert abs(sound[:, 0].mean()) < 0.095


def test_bad_input_is_refused() -> None:
    frame = panel()
    spec = pk.MatchedDiD("y ~ 1", "x", treatment="pilot")
    with pytest.raises(DataError, match="at=2016: the policy begins in 2015"):
        pk.MatchedDiD("y ~ 1", "x", treatment="pilot", at=2016).fit(frame)
    off = frame.assign(pilot=frame["pilot"] * (frame.index.get_level_values(1) < 2017))
    with pytest.raises(DataError, match="switches off"):
        spec.fit(off)
    with pytest.raises(DataError, match="matching needs cities that never do"):
        spec.fit(frame[frame["pilot"].groupby(level=0).transform("max") == 1])
    with pytest.raises(DataError, match="no city adopts"):
        spec.fit(frame[frame["pilot"].groupby(level=0).transform("max") == 0])
    with pytest.raises(DataError, match="no treated city is matched"):
        pk.MatchedDiD("y ~ 1", "x", treatment="pilot", matching=pk.Matching(caliper=1e-9)).fit(frame)
    apart = frame.assign(x=frame["pilot"].groupby(level=0).transform("max"))
    with pytest.raises(DataError, match="the propensity score: the treated are separated"):
        spec.fit(apart)
    with pytest.raises(SpecError, match="`pilot` says of the policy"):
        pk.MatchedDiD("y ~ pilot", "x", treatment="pilot")
    with pytest.raises(SpecError, match="names no covariate"):
        pk.MatchedDiD("y ~ 1", "1", treatment="pilot")
    with pytest.raises(SpecError, match="caliper"):
        pk.Matching("radius")
    with pytest.raises(SpecError, match="would change nothing"):
        pk.MatchedDiD("y ~ 1", "x", treatment="pilot", by="year", at=2012)


def test_rows_in_another_order_and_pickling() -> None:
    frame = panel()
    spec = pk.MatchedDiD("y ~ 1", "x + z", treatment="pilot")
    fit = spec.fit(frame)
    again = spec.fit(frame.sample(frac=1, random_state=0))
    pd.testing.assert_frame_equal(fit.tidy(), again.tidy())
    back = pickle.loads(pickle.dumps(fit))
    pd.testing.assert_frame_equal(back.tidy(), fit.tidy())
    assert spec == pk.MatchedDiD("y ~ 1", "x + z", treatment="pilot")
    clustered = fit.with_vcov(pk.Cluster())
    assert clustered.params["pilot"] == fit.params["pilot"]


def test_few_treated_are_told() -> None:
    frame = panel()
    units = frame["pilot"].groupby(level=0).max()
    gone = units.index[units == 1][6:]
    fit = pk.MatchedDiD("y ~ 1", "x", treatment="pilot", matching=pk.Matching(support="none")).fit(
        frame.drop(index=gone, level=0)
    )
    assert any("below eight" in note for note in fit.notes)

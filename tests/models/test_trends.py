"""Unit trends, region-years and event time in a formula: against dense dummies, refits, and pyfixest."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.covariance.lags import bartlett
from panelkit.language.errors import PanelkitError, SpecError
from tests.panels import dummies, random_panel

FORMULA = "y ~ x1 + x2 + C(province):year"
REGIONS = "y ~ x1 + x2 + C(region):C(year)"


def sample(share: float = 1.0, seed: int = 3, units: int = 9, periods: int = 7) -> pd.DataFrame:
    data = random_panel(seed, units, periods, share).sort_index()
    number = data.index.get_level_values("province").str[1:].astype(int)
    steps = data.index.get_level_values("year") - 2010
    data["y"] += 0.3 * (number - 4) * steps
    data["x1"] += 0.2 * (number - 4) * steps
    data["region"] = np.array(["east", "middle", "west"])[number % 3]
    data["treat"] = (number < 4) * 1.0
    return data


class Dense:
    """One regression on explicit dummies: intercepts, years, trends, region-years."""

    def __init__(self, data: pd.DataFrame, *blocks: str) -> None:
        data = data.sort_index()
        self.unit, self.time = (
            np.unique(data.index.get_level_values(name), return_inverse=True)[1]
            for name in ("province", "year")
        )
        year = np.asarray(data.index.get_level_values("year"), float)
        cells = np.unique(data["region"] + year.astype(str), return_inverse=True)[1]
        own = dummies(self.unit)
        made = {
            "unit": own,
            "time": dummies(self.time),
            "trends": own * (year - year.mean())[:, None],
            "squares": own * (year - year.mean())[:, None] ** 2,
            "cells": dummies(cells),
        }
        self.raw = np.hstack([made[block] for block in blocks])
        left, values, _ = np.linalg.svd(self.raw, full_matrices=False)
        self.basis = left[:, values > 1e-8 * values[0]]
        self.y, self.x = (self.swept(data[names].to_numpy(float)) for names in ("y", ["x1", "x2"]))
        self.beta = np.linalg.lstsq(self.x, self.y, rcond=None)[0]
        self.e = self.y - self.x @ self.beta
        self.bread = np.linalg.inv(self.x.T @ self.x)
        self.n, self.k, self.rank = len(self.y), 2, self.basis.shape[1]

    def swept(self, columns: np.ndarray) -> np.ndarray:
        return columns - self.basis @ (self.basis.T @ columns)

    def sandwich(self, scores: np.ndarray) -> np.ndarray:
        return np.sqrt(np.diag(self.bread @ scores.T @ scores @ self.bread))

    def by(self, codes: np.ndarray) -> np.ndarray:
        return dummies(codes).T @ (self.x * self.e[:, None])


TRENDS = ("unit", "time", "trends")


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize(
    ("formula", "effects", "blocks"),
    [
        (FORMULA, "twoway", TRENDS),
        (FORMULA, "unit", ("unit", "trends")),
        (REGIONS, "twoway", ("unit", "time", "cells")),
        (REGIONS, "unit", ("unit", "cells")),
        (FORMULA + " + C(region):C(year)", "twoway", (*TRENDS, "cells")),
    ],
)
def test_estimates_and_covariances_equal_dummies(
    formula: str, effects: str, blocks: tuple[str, ...], share: float
) -> None:
    data = sample(share)
    dense = Dense(data, *blocks)
    spec = pk.FixedEffects(formula, effects=effects, vcov=pk.Iid(), convention="lsdv")
    fit = spec.fit(data)
    assert fit.terms == ("x1", "x2")
    assert fit.linear.absorbed == dense.rank
    left = dense.n - dense.k - dense.rank
    assert fit.facts["df_resid"] == left
    np.testing.assert_allclose(fit.estimates, dense.beta, rtol=1e-9)
    iid = np.sqrt(np.diag(dense.bread) * (dense.e @ dense.e) / left)
    np.testing.assert_allclose(fit.std_errors, iid, rtol=1e-9)
    rows = np.arange(dense.n)
    robust = dense.sandwich(dense.by(rows)) * np.sqrt(dense.n / left)
    np.testing.assert_allclose(fit.with_vcov(pk.Robust()).std_errors, robust, rtol=1e-9)
    groups = dense.unit.max() + 1
    factor = groups / (groups - 1) * (dense.n - 1) / left
    clustered = dense.sandwich(dense.by(dense.unit)) * np.sqrt(factor)
    np.testing.assert_allclose(fit.with_vcov(pk.Cluster()).std_errors, clustered, rtol=1e-9)
    sums = dense.by(dense.time)
    periods = len(sums)
    meat = sums.T @ sums
    for lag, weight in enumerate(bartlett(2)[1:], start=1):
        meat += weight * (sums[lag:].T @ sums[:-lag] + sums[:-lag].T @ sums[lag:])
    kraay = np.diag(dense.bread @ meat @ dense.bread) * periods / (periods - 1) * (dense.n - 1) / left
    if (np.linalg.eigvalsh(meat) > 0).all():
        np.testing.assert_allclose(fit.with_vcov(pk.DriscollKraay(2)).std_errors ** 2, kraay, rtol=1e-8)
    two = (
        dense.sandwich(sums) ** 2
        + dense.sandwich(dense.by(dense.unit)) ** 2
        - dense.sandwich(dense.by(rows)) ** 2
    )
    plm = pk.FixedEffects(formula, effects=effects, vcov=pk.TwoWayCluster(), convention="plm").fit(data)
    if not any("positive definite" in note for note in plm.notes):
        np.testing.assert_allclose(plm.std_errors**2, two, rtol=1e-8)


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("by", [None, "region", "year"])
@pytest.mark.parametrize(
    ("formula", "blocks"),
    [
        (FORMULA, TRENDS),
        (REGIONS, ("unit", "time", "cells")),
        (FORMULA + " + C(region):C(year)", (*TRENDS, "cells")),
        (FORMULA + " + C(province):I(year^2)", (*TRENDS, "squares")),
        (FORMULA + " + C(province):I(year^2) + C(region):C(year)", (*TRENDS, "squares", "cells")),
    ],
)
def test_crv3_equals_refits_without_each_cluster(
    formula: str, blocks: tuple[str, ...], by: str | None, share: float
) -> None:
    data = sample(share, units=12, periods=9)
    if by == "region" and "C(region)" in formula:
        by = None  # a region that leaves takes its years along: the two below hold the rest
    names = data.index.get_level_values(by or "province") if by != "region" else data["region"]
    betas = np.stack([Dense(data[np.asarray(names != one)], *blocks).beta for one in np.unique(names)])
    gap = betas - Dense(data, *blocks).beta
    groups = len(betas)
    expected = np.sqrt((gap**2).sum(axis=0) * (groups - 1) / groups)
    fit = pk.FixedEffects(formula, vcov=pk.CRV3(by)).fit(data)
    np.testing.assert_allclose(fit.std_errors, expected, rtol=1e-8)
    assert fit.df == groups - 1


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("by", [None, "region"])
def test_cr2_is_its_definition_on_dummies(by: str | None, share: float) -> None:
    data = sample(share)
    dense = Dense(data, *TRENDS)
    codes = dense.unit if by is None else np.unique(data["region"], return_inverse=True)[1]
    whole = np.column_stack([np.linalg.qr(dense.x)[0], dense.basis])
    maker = np.eye(dense.n) - whole @ whole.T
    influence = dense.x @ dense.bread
    scores, adjusted = [], []
    for group in range(codes.max() + 1):
        rows = codes == group
        values, vectors = np.linalg.eigh(maker[np.ix_(rows, rows)])
        root = (vectors * np.where(values > 1e-9, np.maximum(values, 1e-9) ** -0.5, 0.0)) @ vectors.T
        a = np.zeros((dense.n, 2))
        a[rows] = root @ influence[rows]
        adjusted.append(a)
        scores.append(a.T @ dense.e)
    fit = pk.FixedEffects(FORMULA, vcov=pk.CR2(by)).fit(data)
    np.testing.assert_allclose(fit.std_errors**2, (np.array(scores) ** 2).sum(axis=0), rtol=1e-8)
    for j in range(2):
        columns = np.stack([a[:, j] for a in adjusted], axis=1)
        P = columns.T @ maker @ columns
        np.testing.assert_allclose(fit.df[j], np.trace(P) ** 2 / (P**2).sum(), rtol=1e-7)


def test_conley_is_its_double_sum() -> None:
    data = sample(0.75)
    dense = Dense(data, *TRENDS)
    rng = np.random.default_rng(0)
    names = sorted(set(data.index.get_level_values("province")))
    coords = pd.DataFrame(
        {"lat": rng.uniform(20, 45, len(names)), "lon": rng.uniform(80, 120, len(names))}, index=names
    )
    from panelkit.covariance.conley import great_circle_km, spatial_weights

    weights = spatial_weights(great_circle_km(*coords.to_numpy().T), 900.0, "bartlett")
    pair = np.where(dense.time[:, None] == dense.time, weights[np.ix_(dense.unit, dense.unit)], 0.0)
    pair = np.maximum(pair, dense.unit[:, None] == dense.unit)
    scores = dense.x * dense.e[:, None]
    expected = np.diag(dense.bread @ scores.T @ pair @ scores @ dense.bread)
    spec = pk.FixedEffects(FORMULA, vcov=pk.Conley(900.0), convention="plm")
    np.testing.assert_allclose(spec.fit(data, coords=coords).std_errors ** 2, expected, rtol=1e-8)


def test_how_conventions_count() -> None:
    """Slopes count though their units lie in the clusters (reghdfe, fixest); effects of cells inside do not."""
    data = sample()
    n, units, years = 63, 9, 7
    raw = Dense(data, *TRENDS)
    crude = raw.sandwich(raw.by(raw.unit)) ** 2

    def counted(formula: str, convention: str, vcov: object = pk.Cluster()) -> float:
        fit = pk.FixedEffects(formula, vcov=vcov, convention=convention).fit(data)
        ratio = fit.std_errors.iloc[0] ** 2 / (crude[0] if formula == FORMULA else 1.0)
        groups = units / (units - 1) if convention != "linearmodels" else 1.0
        top = n - 1 if convention != "linearmodels" else n
        return n - groups * top / ratio

    slopes = units - 1
    assert counted(FORMULA, "reghdfe") == pytest.approx(2 + years + slopes)
    assert counted(FORMULA, "fixest") == pytest.approx(2 + years + slopes)
    assert counted(FORMULA, "xtreg") == pytest.approx(2 + years + slopes)
    assert counted(FORMULA, "lsdv") == pytest.approx(2 + raw.rank)
    assert counted(FORMULA, "linearmodels") == pytest.approx(2 + raw.rank)
    assert counted(FORMULA, "plm-sss") == pytest.approx(2)
    cells = Dense(data, "unit", "time", "cells")
    codes = np.unique(data["region"], return_inverse=True)[1]
    plain = cells.sandwich(cells.by(codes)) ** 2
    fit = pk.FixedEffects(REGIONS, vcov=pk.Cluster("region")).fit(data)
    ratio = fit.std_errors.to_numpy() ** 2 / plain
    np.testing.assert_allclose(n - 3 / 2 * (n - 1) / ratio, 2 + years, rtol=1e-9)


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("vcov", ["iid", "CRV1"])
def test_agrees_with_pyfixest_on_written_out_trends(vcov: str, share: float) -> None:
    """pyfixest 0.60 has no varying slopes (`unit[year]`), but drops what repeats among trends written out."""
    import pyfixest as pf

    data = sample(share).reset_index()
    asked = "iid" if vcov == "iid" else {"CRV1": "province"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data["t"] = data["year"] - 2013  # as they stand, its trends are near repetitions
        theirs = pf.feols("y ~ x1 + x2 + i(province, t) | province + year", data, vcov=asked, fixef_tol=1e-12)
    ours = pk.FixedEffects(FORMULA, vcov=pk.Iid() if vcov == "iid" else pk.Cluster(), convention="fixest")
    fit = ours.fit(data, unit="province", time="year")
    np.testing.assert_allclose(fit.estimates, theirs.coef()[["x1", "x2"]], rtol=1e-8)
    np.testing.assert_allclose(fit.std_errors, theirs.se()[["x1", "x2"]], rtol=1e-8)


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_the_wild_bootstrap_equals_a_loop_of_refits(share: float) -> None:
    data = sample(share, units=6)
    dense = Dense(data, *TRENDS)
    other = dense.x[:, 1]
    restricted = dense.y - other * (other @ dense.y) / (other @ other)
    fitted = dense.y - restricted

    def t(y: np.ndarray) -> float:
        y = dense.swept(y)
        beta = np.linalg.lstsq(dense.x, y, rcond=None)[0]
        sums = np.bincount(dense.unit, (dense.x @ dense.bread[0]) * (y - dense.x @ beta))
        return beta[0] / np.sqrt(sums @ sums)

    stars = [
        t(fitted + np.array(s)[dense.unit] * restricted) for s in itertools.product([1.0, -1.0], repeat=6)
    ]
    expected = np.mean(np.abs(stars) >= abs(t(dense.y)) * (1 - 1e-9))
    found = pk.wild_cluster_bootstrap(pk.FixedEffects(FORMULA).fit(data), "x1")
    assert found.enumerated
    assert found.p_value == pytest.approx(expected, abs=1e-12)


def test_instruments_and_first_differences() -> None:
    data = sample(units=12)
    dense = Dense(data, *TRENDS)
    fit = pk.InstrumentalFE("y ~ C(province):year + [x1 ~ x2]").fit(data)
    z = dense.x[:, 1]
    np.testing.assert_allclose(fit.estimates, (z @ dense.y) / (z @ dense.x[:, 0]), rtol=1e-9)
    assert fit.first_stages[0].linear.absorbed == dense.rank
    betas = []
    for one in np.unique(data.index.get_level_values("province")):
        part = Dense(data.drop(index=one, level="province"), *TRENDS)
        betas.append((part.x[:, 1] @ part.y) / (part.x[:, 1] @ part.x[:, 0]))
    gap = np.array(betas) - fit.estimates[0]
    np.testing.assert_allclose(fit.std_errors, np.sqrt((gap**2).sum() * 11 / 12), rtol=1e-7)
    with pytest.raises(SpecError, match="neither endogenous nor an instrument"):
        pk.InstrumentalFE("y ~ x2 + [C(province):x1 ~ treat]").fit(data)
    changes = data[["y", "x1", "x2"]].groupby(level="province").diff().dropna()
    changes["region"] = data["region"]
    drift = Dense(changes, "unit", "time")
    np.testing.assert_allclose(pk.FirstDifference(FORMULA).fit(data).estimates, drift.beta, rtol=1e-9)


def test_after_the_fit() -> None:
    data = sample(units=12)
    fit = pk.FixedEffects(FORMULA).fit(data)
    dense = Dense(data, *TRENDS)
    cell = pk.influence(fit, "x1", by="cell").table.set_index("left_out")["estimate"]
    first = Dense(data.iloc[1:], *TRENDS).beta[0]
    assert cell["P00 2010"] == pytest.approx(first, rel=1e-9)
    assert not pk.serial_correlation(fit).applicable
    assert not pk.effects_f(fit).applicable
    fixed = pk.FixedEffects(FORMULA, effects="unit").fit(data)
    assert not pk.hausman(fixed, pk.RandomEffects("y ~ x1 + x2").fit(data)).applicable
    against = pk.effects_f(fit, against="unit")
    less = Dense(data, "unit", "trends")
    f = (
        (less.e @ less.e - dense.e @ dense.e)
        / (dense.rank - less.rank)
        / (dense.e @ dense.e / fit.linear.df_resid)
    )
    assert against.statistic == pytest.approx(f, rel=1e-9)
    permuted = pk.randomisation_inference(fit, "x1", reps=19, rng=1)
    again = pk.randomisation_inference(fit, "x1", reps=19, rng=1)
    assert permuted.p_value == again.p_value


def test_a_permuted_path_is_refitted_with_its_own_trends() -> None:
    data = sample(units=8)
    fit = pk.FixedEffects(FORMULA).fit(data)
    from panelkit.kernels.permutation import paths_of, same_periods

    focal, rest = fit.linear.X[:, 0], np.column_stack([fit.linear.X[:, 1], fit.linear.y])
    order = np.random.default_rng(4).permutation(8)
    beta, _ = paths_of(focal, rest, fit.linear.layout).statistics(order[None, :])
    moved = data.copy()
    moved["x1"] = data["x1"].to_numpy().reshape(8, -1)[order].ravel()
    assert beta[0] == pytest.approx(Dense(moved, *TRENDS).beta[0], rel=1e-9)
    assert len(np.unique(same_periods(fit.linear.layout))) == 1
    regions = pk.FixedEffects(REGIONS).fit(data)
    assert len(np.unique(same_periods(regions.linear.layout))) == 3


def test_what_is_absorbed_and_left_out_is_named() -> None:
    data = sample()
    notes = pk.FixedEffects(FORMULA).fit(data).notes
    assert any(
        "a slope of its own in each of 9 provinces, measured from that of P08" in note for note in notes
    )
    alone = pk.FixedEffects(FORMULA, effects="unit").fit(data).notes
    assert any("a slope of its own in each of 9 provinces" in note and "P08" not in note for note in alone)
    cells = pk.FixedEffects(REGIONS).fit(data).notes
    assert any("21 effects, 12 of them identified" in note for note in cells)
    event = pk.FixedEffects("y ~ C(year, base=2012):treat", vcov=pk.Cluster()).fit(data)
    assert [term.partition("[")[2][:4] for term in event.terms] == [
        "2010",
        "2011",
        "2013",
        "2014",
        "2015",
        "2016",
    ]
    assert any("left out as the reference: `C(year, base=2012)[2012]:treat`" in note for note in event.notes)
    spelled = pk.FixedEffects("y ~ C(year)*treat", vcov=pk.Cluster()).fit(data)
    by_2010 = pk.FixedEffects("y ~ C(year):treat", vcov=pk.Cluster()).fit(data)
    np.testing.assert_allclose(spelled.estimates, by_2010.estimates, rtol=1e-9)
    assert any("`treat`" in note and "the absorbed effects hold" in note for note in spelled.notes)
    np.testing.assert_allclose(
        pk.FixedEffects("y ~ x1 + x2 + C(province)*year").fit(data).estimates,
        pk.FixedEffects(FORMULA).fit(data).estimates,
        rtol=1e-9,
    )


def test_a_base_shows_the_coefficients() -> None:
    data = sample()
    shown = pk.FixedEffects("y ~ x1 + x2 + C(region, base='west'):C(year)", vcov=pk.Iid()).fit(data)
    hidden = pk.FixedEffects(REGIONS, vcov=pk.Iid()).fit(data)
    assert len(shown.terms) == 2 + 12
    assert not any("west" in term.partition("[")[2] for term in shown.terms)
    np.testing.assert_allclose(shown.params[["x1", "x2"]], hidden.params, rtol=1e-9)
    np.testing.assert_allclose(shown.std_errors[["x1", "x2"]], hidden.std_errors, rtol=1e-9)


def test_slopes_by_region_and_identified_levels_stay() -> None:
    """Nothing is redundant among `x1:C(region)`, nor among years times a regressor that moves: all levels stay."""
    data = sample()
    assert len(pk.FixedEffects("y ~ x1:C(region)").fit(data).terms) == 3
    assert len(pk.FixedEffects("y ~ C(year, base=2012):x1").fit(data).terms) == 7


def test_units_of_one_and_two_rows() -> None:
    data = sample()
    short = data.drop(index=[("P03", year) for year in range(2012, 2017)])
    short = short.drop(index=[("P04", year) for year in range(2011, 2017)])
    fit = pk.FixedEffects(FORMULA).fit(short)
    assert list(fit.dropped["province"]) == ["P04"]  # a singleton, as in reghdfe
    assert any(note.startswith("P03: no more years than intercept and slopes") for note in fit.notes)
    without = pk.FixedEffects(FORMULA).fit(short.drop(index="P03", level="province"))
    np.testing.assert_allclose(fit.estimates, without.estimates, rtol=1e-9)
    assert fit.linear.absorbed == Dense(short.drop(index="P04", level="province"), *TRENDS).rank


def test_levels_of_the_trend_do_not_matter() -> None:
    data = sample(0.75).reset_index()
    fit = pk.FixedEffects(FORMULA).fit(data, unit="province", time="year")
    data["late"] = data["year"] * 1e6 + 1e9
    late = pk.FixedEffects("y ~ x1 + x2 + C(province):late").fit(data, unit="province", time="year")
    np.testing.assert_allclose(late.std_errors, fit.std_errors, rtol=1e-7)


@pytest.mark.parametrize(
    ("formula", "match"),
    [
        ("y ~ year2 + C(province):year", "no variation is left after the effects and `C\\(province\\):year`"),
        ("y ~ C(province):year", "has no regressor"),
        (
            "year2 ~ x1 + C(province):year",
            "beside the effects and `C\\(province\\):year`, which hold it whole",
        ),
    ],
)
def test_what_trends_hold_whole_is_refused(formula: str, match: str) -> None:
    data = sample()
    number = data.index.get_level_values("province").str[1:].astype(int)
    data["year2"] = number * np.asarray(data.index.get_level_values("year"), float)
    with pytest.raises(PanelkitError, match=match):
        pk.FixedEffects(formula).fit(data)


def test_estimators_that_cannot_sweep_trends_say_so() -> None:
    data = sample()
    with pytest.raises(SpecError, match=r"Mediation sweeps .* not `C\(province\):year`"):
        pk.Mediation("y", "x1", "x2", controls="C(province):year").fit(data, reps=1000)
    ring = np.roll(np.eye(9), 1, 0) + np.roll(np.eye(9), -1, 0)
    w = pk.as_weights(ring, sorted(set(data.index.get_level_values("province")))).normalised("row")
    with pytest.raises(SpecError, match=r"a spatial model sweeps .* not `C\(province\):year`"):
        pk.SpatialPanel(FORMULA, model="sar").fit(data, w)


def test_size_in_a_small_simulation() -> None:
    """Independent trends in y and x: without them in the model a third is rejected, with them about one in twenty."""
    rng = np.random.default_rng(11)
    units, periods, reps = 20, 8, 200
    index = pd.MultiIndex.from_product([[f"P{i:02d}" for i in range(units)], range(2010, 2010 + periods)])
    steps = np.tile(np.arange(periods), units)
    rejected = {True: 0, False: 0}
    for _ in range(reps):
        slopes = rng.normal(size=(units, 2)).repeat(periods, axis=0)
        noise = rng.normal(size=(units * periods, 2))
        columns = noise + 0.5 * slopes @ np.array([[1.0, 0.6], [0.0, 0.8]]) * steps[:, None]
        data = pd.DataFrame(columns, index=index.set_names(["province", "year"]), columns=["y", "x"])
        for trends in rejected:
            fit = pk.FixedEffects("y ~ x + C(province):year" if trends else "y ~ x").fit(data)
            rejected[trends] += int(fit.p_values.iloc[0] < 0.05)
    assert rejected[True] / reps <= 0.085
    assert rejected[False] / reps >= 0.3

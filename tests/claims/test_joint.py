"""The joint test against refits of every draw and against statsmodels, its size, and the words of R-JOINT."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import optimize, stats

from panelkit.claims.findings import Condition, Finding, Measured
from panelkit.claims.rules.joint import JointRule
from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.studies.scrutiny.joint import detectable_share, joint
from panelkit.studies.scrutiny.joint_trials import (
    JointPanel,
    bound_of,
    common_path,
    main_twin,
    path_twin,
    scrutinise_joint,
    trend_twin,
)
from panelkit.studies.scrutiny.wild import Lots
from tests.panels import random_panel

N, T = 12, 8


def sample(seed: int, slope: float = 0.0, holes: int = 0) -> JointPanel:
    rng = np.random.default_rng(seed)
    X, control = rng.normal(size=(2, N, T)), rng.normal(size=(1, N, T))
    X[0] += 0.5 * control[0] + rng.normal(size=(N, 1))
    y = slope * X.sum(axis=0) + control[0] + rng.normal(size=(N, 1)) + rng.normal(size=(N, T))
    held = np.ones((N, T), dtype=bool)
    held.flat[rng.choice(N * T, size=holes, replace=False)] = False
    return JointPanel(y, X, control, held, regions=np.arange(N) % 4)


def dummies(panel: JointPanel, *, trends: bool = False, path: np.ndarray | None = None) -> np.ndarray:
    """Effects, trends, loadings and controls as columns on the rows held, (n, k)."""
    unit, time = np.nonzero(panel.held)
    columns = [(unit[:, None] == np.arange(N)), (time[:, None] == np.arange(1, T))]
    if trends or path is not None:
        columns.append((unit[:, None] == np.arange(N)) * time[:, None])
    if path is not None:
        columns.append((unit[:, None] == np.arange(N)) * path[time][:, None])
    return np.hstack([*columns, panel.controls[:, panel.held].T]).astype(float)


def brute(panel: JointPanel, Z: np.ndarray, lots: Lots) -> tuple[float, float, float]:
    """F, p and partial R2 by a least-squares fit for every draw."""
    unit = np.nonzero(panel.held)[0]
    y, X = panel.y[panel.held], panel.X[:, panel.held].T
    whole, q = np.hstack([X, Z]), X.shape[1]
    groups = np.unique(unit)

    def wald(outcome: np.ndarray) -> float:
        beta = np.linalg.lstsq(whole, outcome, rcond=None)[0]
        e = outcome - whole @ beta
        free = X - Z @ np.linalg.lstsq(Z, X, rcond=None)[0]
        bread = np.linalg.inv(free.T @ free)
        scores = np.array([free[unit == g].T @ e[unit == g] for g in groups])
        return float(beta[:q] @ np.linalg.solve(bread @ scores.T @ scores @ bread, beta[:q]))

    restricted = Z @ np.linalg.lstsq(Z, y, rcond=None)[0]
    u, own = y - restricted, wald(y)
    draws = lots.of(len(groups)).T
    codes = np.searchsorted(groups, unit)
    far = [wald(restricted + v[codes] * u) >= own * (1.0 - 1e-8) for v in draws]
    e = y - whole @ np.linalg.lstsq(whole, y, rcond=None)[0]
    share = 1.0 - float(e @ e) / float(u @ u)
    return own / q * (len(groups) - 1) / len(groups), float(np.mean(far)), share


@pytest.mark.parametrize("holes", [0, 9])
@pytest.mark.parametrize("twin", ["main", "trends", "path"])
def test_every_draw_is_the_refit(twin: str, holes: int) -> None:
    panel, lots = sample(1, slope=0.15, holes=holes), Lots(reps=199, rng=3)
    path = common_path(panel)
    there = {"main": main_twin, "trends": trend_twin, "path": path_twin(path)}[twin](panel)
    Z = dummies(panel, trends=twin == "trends", path=path if twin == "path" else None)
    found = joint(there, panel.y, panel.X, lots)
    statistic, p, share = brute(panel, Z, lots)
    # a hundred rows, orthogonal to rounding: 1e-8 is the conditioning of the dummies with room
    assert found.statistic == pytest.approx(statistic, rel=1e-8)
    assert found.share == pytest.approx(share, rel=1e-8)
    assert found.p == p  # the same draws, counted


def test_the_statistic_is_the_clustered_wald_test_of_statsmodels() -> None:
    panel = sample(2, slope=0.2)
    Z, unit = dummies(panel), np.nonzero(panel.held)[0]
    design = np.hstack([panel.X[:, panel.held].T, Z])
    fit = sm.OLS(panel.y[panel.held], design).fit(
        cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False}
    )
    theirs = float(fit.f_test(np.eye(2, design.shape[1])).fvalue) * (N - 1) / N
    found = joint(main_twin(panel), panel.y, panel.X, Lots(reps=99))
    assert found.statistic == pytest.approx(theirs, rel=1e-8)  # two factorisations of one design


def test_one_column_is_the_wild_bootstrap_of_its_slope() -> None:
    frame = random_panel(5)
    fit = FixedEffects("y ~ x1 + x2").fit(frame)
    arrays = [frame[name].unstack().to_numpy(float) for name in ("y", "x1", "x2")]
    panel = JointPanel(arrays[0], arrays[1][None], arrays[2][None], np.ones(arrays[0].shape, dtype=bool))
    found = joint(main_twin(panel), panel.y, panel.X, Lots(reps=999, rng=7))
    public = wild_cluster_bootstrap(fit, "x1", reps=999, rng=7, interval=False)
    assert found.p == pytest.approx(public.p_value, abs=1e-12)


def test_size_and_power() -> None:
    lots, p = Lots(reps=199, rng=1), {0.0: [], 0.35: []}
    for seed in range(200):
        for slope, held in p.items():
            panel = sample(100 + seed, slope)
            held.append(joint(main_twin(panel), panel.y, panel.X, lots).p)
    # 5 % of 200 worlds, three binomial errors (1.5 points each) either side
    assert 0.005 <= np.mean(np.array(p[0.0]) < 0.05) <= 0.096
    assert np.mean(np.array(p[0.35]) < 0.05) > 0.5


def persistent(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return AR(.8) series along the last axis."""
    e = rng.normal(size=shape)
    for t in range(1, shape[-1]):
        e[..., t] = 0.8 * e[..., t - 1] + 0.6 * e[..., t]
    return e


@pytest.mark.parametrize("q", [1, 3])
def test_the_detectable_share_is_found_four_times_in_five(q: int) -> None:
    units, years, lots = 31, 8, Lots(reps=199, rng=1)
    shares, ratios = [], []

    def world(seed: int, slope: float) -> JointPanel:
        rng = np.random.default_rng(seed)
        X, e = persistent(rng, q, units, years), persistent(rng, units, years)
        panel = JointPanel(
            slope * X.sum(axis=0) + e, X, np.empty((0, units, years)), np.ones((units, years), dtype=bool)
        )
        swept = main_twin(panel).sweep(np.stack([X.sum(axis=0), e]))
        ratios.append(float((swept[0] ** 2).sum() / (swept[1] ** 2).sum()))
        return panel

    for seed in range(60):
        panel = world(seed, 0.0)
        shares.append(joint(main_twin(panel), panel.y, panel.X, lots).detectable)
    share = float(np.median(shares))
    slope = np.sqrt(share / (1.0 - share) / np.mean(ratios))
    found = [
        joint(main_twin(p), p.y, p.X, lots).p < 0.05 for p in (world(1000 + k, slope) for k in range(250))
    ]
    # four of five, three binomial errors of 250 worlds (2.5 points each)
    assert np.mean(found) == pytest.approx(0.8, abs=0.08)


def test_the_detectable_share_of_one_column_is_that_of_its_t_test() -> None:
    scores = np.random.default_rng(0).normal(size=(31, 1))
    t = stats.t.ppf(0.975, 30)
    error2 = float((scores**2).sum()) * 31 / 30
    found = detectable_share(scores, critical=t**2 * 31 / 30, left=100.0)
    # the noncentral t of which four fifths lie beyond the quantile, by its own root
    delta = optimize.brentq(lambda d: stats.nct.sf(t, 30, d) + stats.nct.cdf(-t, 30, d) - 0.8, 1.0, 5.0)
    assert found == pytest.approx(
        delta**2 * error2 / (delta**2 * error2 + 100.0), rel=1e-5
    )  # what the inverse of scipy is good for
    assert detectable_share(scores[:1], critical=1.0, left=1.0) == 1.0


def test_common_trends_are_taken_away_and_an_effect_stands() -> None:
    rng, lots = np.random.default_rng(4), Lots(reps=499, rng=2)
    years = np.arange(T)
    drift = rng.normal(size=(N, 1)) * years
    noise = rng.normal(size=(3, N, T))
    trending = JointPanel(
        drift + 0.5 * noise[0], drift + 0.5 * noise[1:], np.empty((0, N, T)), np.ones((N, T), dtype=bool)
    )
    found = scrutinise_joint(trending, lots, draws=49)
    by_name = {trial.name: trial for trial in found.trials}
    assert found.main.p < 0.05
    assert by_name["trends"].takes_away
    assert not by_name["path"].passes
    assert by_name["regions"].reason is not None
    real = scrutinise_joint(sample(6, slope=1.0), lots, draws=49)
    assert real.main.p < 0.05
    assert all(trial.passes for trial in real.trials)


def test_the_bound_lies_above_the_share() -> None:
    panel = sample(8, slope=0.3)
    share = joint(main_twin(panel), panel.y, panel.X, Lots(reps=99)).share
    assert share < bound_of(panel, 1, 99) <= 1.0


def test_columns_that_repeat_each_other_are_refused() -> None:
    panel = sample(9)
    twice = dataclasses.replace(panel, X=np.stack([panel.X[0], 2.0 * panel.X[0]]))
    with pytest.raises(DataError, match="repeat each other"):
        joint(main_twin(twice), twice.y, twice.X, Lots(reps=99))
    exact = dataclasses.replace(panel, y=panel.controls[0])
    with pytest.raises(DataError, match="exactly"):
        joint(main_twin(exact), exact.y, exact.X, Lots(reps=99))


def _finding(p: float, high: float, *outcomes: str) -> Finding:
    conditions = tuple(
        Condition(key=f"c{k}", asks=message("first differences"), outcome=outcome, found=message("holds"))
        for k, outcome in enumerate(outcomes)
    )
    return Finding(
        measured=Measured(
            quantity=message("joint test"),
            value=0.1,
            low=0.0,
            high=high,
            p_value=p,
            detectable=0.12,
            conditions=conditions,
            sentence=message("holds"),
        )
    )


@pytest.mark.parametrize(
    ("p", "high", "outcomes", "word"),
    [
        (0.01, 0.3, ("passes", "passes"), "SUPPORTED"),
        (0.01, 0.3, ("passes", "fails"), "PARTLY"),
        (0.01, 0.3, ("passes", "not computed"), "PARTLY"),
        (0.01, 0.3, ("fails", "takes away"), "NOT SUPPORTED"),
        (0.20, 0.3, ("passes", "passes"), "UNDECIDED"),
        (0.20, 0.03, ("fails", "passes"), "NOT SUPPORTED"),
    ],
)
def test_the_words_of_r_joint(p: float, high: float, outcomes: tuple[str, ...], word: str) -> None:
    judged = JointRule(name="R-JOINT").judge(_finding(p, high, *outcomes))
    assert judged.word == word
    assert judged.conditions[0].key == "main"
    assert judged.sizes is not None
    assert judged.sizes.detectable == 0.12
    assert ("0.12 would be found four times in five" in judged.sentence) == (word == "UNDECIDED")

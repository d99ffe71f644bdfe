"""The smoothed bootstrap against closed forms and linear programs, and on frontiers that are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import panelkit as pk
from panelkit.evaluation.efficiency.chance.dea_bootstrap import bootstrap_of
from panelkit.evaluation.efficiency.chance.returns_test import returns_test
from panelkit.evaluation.efficiency.chance.smoothed import (
    bandwidth_of,
    distances_of,
    drawn_distances,
    redrawn,
    smoothed_bootstrap,
)
from panelkit.language.errors import DataError, SpecError


def world(
    seed: int, n: int = 31, m: int = 2, scale: float = 0.8
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.uniform(1.0, 10.0, size=(n, m))
    u = 0.3 * np.abs(rng.normal(size=n))
    return X, np.exp(np.log(X) @ np.full(m, scale / m) - u)[:, None], np.exp(u)


def panel_of(years: int = 2, n: int = 20) -> pd.DataFrame:
    parts = []
    for t in range(years):
        X, Y, _ = world(t, n)
        index = pd.MultiIndex.from_product(
            [[f"c{i:02d}" for i in range(n)], [2018 + t]], names=["city", "year"]
        )
        parts.append(pd.DataFrame({"x1": X[:, 0], "x2": X[:, 1], "y": Y[:, 0]}, index=index))
    return pd.concat(parts).sort_index()


def phi(x: np.ndarray, y: np.ndarray, X: np.ndarray, Y: np.ndarray) -> float:
    """Return how far outputs could grow under variable returns, by a program written out."""
    n = len(X)
    upper = np.vstack([np.column_stack([X.T, np.zeros(X.shape[1])]), np.column_stack([-Y.T, y])])
    found = linprog(
        np.r_[np.zeros(n), -1.0],
        A_ub=upper,
        b_ub=np.r_[x, np.zeros(len(y))],
        A_eq=np.r_[np.ones(n), 0.0][None],
        b_eq=[1.0],
    )
    return -found.fun


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_draws_of_one_input_and_one_output_are_ratios(orientation: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(1, 5, 12), rng.uniform(1, 5, 12)
    own = (y / x).max() / (y / x)
    made = distances_of(x[:, None], y[:, None], x[:, None], y[:, None], "constant", orientation)
    # programs are certified to 1e-9
    assert made == pytest.approx(own, rel=1e-8)
    drawn = drawn_distances(own, bandwidth_of(own), 5, np.random.default_rng(1))
    assert (drawn >= 1).all()
    found = redrawn(x[:, None], y[:, None], own, drawn, "constant", orientation)
    best = (y / x * own / drawn).max(axis=1)
    assert found == pytest.approx(best[:, None] / (y / x), rel=1e-8)


def test_draws_are_programs_of_moved_units() -> None:
    X, Y, _ = world(3, n=8)
    own = distances_of(X, Y, X, Y, "variable", "output")
    drawn = np.random.default_rng(0).uniform(1, 1.5, size=(2, 8))
    found = redrawn(X, Y, own, drawn, "variable", "output")
    for b in range(2):
        moved = Y * (own / drawn[b])[:, None]
        assert found[b] == pytest.approx([phi(X[i], Y[i], X, moved) for i in range(8)], rel=1e-7)


def test_smoothed_distances_keep_mean_and_variance_of_the_reflected_ones() -> None:
    own = 1 + 0.4 * np.abs(np.random.default_rng(0).normal(size=40))
    drawn = drawn_distances(own, bandwidth_of(own), 4000, np.random.default_rng(1))
    both = np.r_[own, 2 - own]
    about = np.r_[drawn.ravel(), 2 - drawn.ravel()]
    # 160,000 draws; centring each draw of 40 on its own mean takes 1/40 of the kernel's share
    assert about.mean() == pytest.approx(1.0)
    assert about.var() == pytest.approx(both.var(), rel=0.02)


def test_intervals_hold_the_known_efficiencies_of_a_simple_frontier() -> None:
    inside, before, after = [], [], []
    for seed in range(20):
        X, Y, true = world(seed, n=60, m=1, scale=1.0)
        found = smoothed_bootstrap(
            X, Y, returns="constant", orientation="output", reps=199, generator=np.random.default_rng(seed)
        )
        low, high = found.interval(0.95)
        inside.append(((low <= true) & (true <= high)).mean())
        before.append((found.distances - true).mean())
        after.append((found.corrected - true).mean())
        assert (found.bias <= 1e-9).all()
    # one input under constant returns: one unit spans the frontier, and all intervals stand or fall with it;
    # benchmarks/evidence/efficiency_coverage.py has the share at full size
    assert np.mean(inside) > 0.75
    assert abs(np.mean(after)) < 0.6 * abs(np.mean(before))


def test_the_test_of_returns_sees_decreasing_returns() -> None:
    p = []
    for scale in (1.0, 0.4):
        X, Y, _ = world(1, n=60, m=1, scale=scale)
        found = returns_test(X, Y, orientation="output", reps=99, generator=np.random.default_rng(0))
        assert 0 < found.statistic <= 1
        p.append(found.p_value)
    assert p[0] > 0.05
    assert p[1] == pytest.approx(0.01)  # the least of 99 draws


def test_a_panel_is_a_frontier_a_year() -> None:
    data = panel_of()
    found = pk.dea_bootstrap(data, ["x1", "x2"], ["y"], reps=49, rng=3)
    again = pk.dea_bootstrap(data.sample(frac=1, random_state=0), ["x1", "x2"], ["y"], reps=49, rng=3)
    pd.testing.assert_frame_equal(found.values, again.values)
    values = found.values
    plain = pk.dea(data, ["x1", "x2"], ["y"], model="bcc").scores["score"]
    assert values["efficiency"].to_numpy() == pytest.approx(plain.to_numpy(), rel=1e-8)
    assert (values["low"] < values["high"]).all()
    assert (values["high"] <= values["efficiency"] + 1e-9).all()
    given = values["corrected"].notna()
    assert values["corrected"][given].to_numpy() == pytest.approx(
        (values["efficiency"] - values["bias"])[given].to_numpy()
    )
    assert any("have no corrected efficiency" in note for note in found.notes)
    assert "cities" in " ".join(found.notes)
    assert "c00" in found.summary(language="zh")
    assert found.plot(2018) is not None
    with pytest.raises(SpecError, match="no year 1999"):
        found.of_year(1999)


def test_the_bootstrap_of_scores_is_that_of_the_panel() -> None:
    data = panel_of()
    found = bootstrap_of(pk.dea(data, ["x1", "x2"], ["y"], model="bcc"), reps=19, rng=2)
    whole = pk.dea_bootstrap(data, ["x1", "x2"], ["y"], reps=19, rng=2)
    pd.testing.assert_frame_equal(found.values, whole.values)
    refused = (
        pk.dea(data, ["x1"], ["y"], model="sbm"),
        pk.dea(panel_of(years=3), ["x1"], ["y"], model="bcc", frontier="window", window=2),
    )
    for one in refused:
        with pytest.raises(SpecError, match="one frontier a row"):
            bootstrap_of(one, reps=19)


def test_too_few_off_the_frontier_is_refused() -> None:
    X = np.array([[1.0], [2.0], [3.0], [4.0]])
    Y = np.array([[1.0], [2.0], [3.0], [2.0]])
    with pytest.raises(DataError, match="no distribution of inefficiency"):
        smoothed_bootstrap(
            X, Y, returns="variable", orientation="output", reps=9, generator=np.random.default_rng(0)
        )


def test_returns_are_tested_on_one_year() -> None:
    data = panel_of()
    with pytest.raises(SpecError, match="frontier of one year"):
        pk.returns_to_scale_test(data, ["x1"], ["y"], reps=9)
    found = pk.returns_to_scale_test(data, ["x1"], ["y"], reps=19, where="year == 2018")
    assert found.facts["nobs"] == 20

"""Differences of two fits against one stacked regression with interactions, and nested tests against refits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import panelkit as pk
from tests.every_result import city_panel, lattice
from tests.panels import codes, dummies, random_panel


def stacked(frames: list[pd.DataFrame], names: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and cluster sandwich (without a factor) of all fits in one regression on interactions."""
    blocks, outcomes, units = [], [], []
    for frame, columns in zip(frames, names, strict=True):
        ordered, unit, time = codes(frame)
        blocks.append(np.hstack([ordered[columns], dummies(unit), dummies(time)[:, 1:]]))
        outcomes.append(ordered["y"].to_numpy())
        units.append(ordered.index.get_level_values(0).to_numpy())
    Z = np.zeros((sum(map(len, blocks)), sum(block.shape[1] for block in blocks)))
    row = column = 0
    for block in blocks:
        Z[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]
    y, unit = np.concatenate(outcomes), np.concatenate(units)
    inverse = np.linalg.pinv(Z.T @ Z)
    b = inverse @ Z.T @ y
    e = y - Z @ b
    scores = np.array([Z[unit == u].T @ e[unit == u] for u in np.unique(unit)])
    return b, inverse @ scores.T @ scores @ inverse


@pytest.mark.parametrize("other_rows", ["same", "later", "other units"])
def test_differences_are_those_of_a_stacked_regression(other_rows: str) -> None:
    frame = random_panel(5, units=14, periods=8, regressors=3)
    units, years = frame.index.get_level_values(0), frame.index.get_level_values(1)
    second = {"same": frame, "later": frame[years >= 2013], "other units": frame[units >= "P05"]}[other_rows]
    # plm's convention has no small-sample factor
    one = pk.FixedEffects("y ~ x1 + x2 + x3", vcov=pk.Cluster(), convention="plm").fit(frame)
    two = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster(), convention="plm").fit(second)
    found = one.compare(two)
    b, V = stacked([frame, second], [["x1", "x2", "x3"], ["x1", "x2"]])
    k = 3 + 14 + 7
    R = np.zeros((2, len(b)))
    R[[0, 1], [0, 1]], R[[0, 1], [k, k + 1]] = 1.0, -1.0
    np.testing.assert_allclose(found.estimates, R @ b, atol=1e-9)
    np.testing.assert_allclose(found.covariance, R @ V @ R.T, rtol=1e-7)
    assert found.same_rows is (other_rows == "same")
    gap = R @ b
    assert found.tests[0].statistic == pytest.approx(gap @ np.linalg.solve(R @ V @ R.T, gap) / 2, rel=1e-7)


def test_samples_without_a_common_unit_are_independent() -> None:
    frame = random_panel(5, units=20, periods=8)
    east = frame[frame.index.get_level_values(0) < "P10"]
    west = frame[frame.index.get_level_values(0) >= "P10"]
    one, two = (pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster()).fit(part) for part in (east, west))
    found = one.compare(two, ["x1"])
    both = one.std_errors["x1"] ** 2 + two.std_errors["x1"] ** 2
    assert found.std_errors.iloc[0] ** 2 == pytest.approx(both, rel=1e-9)


def test_nested_f_is_that_of_statsmodels() -> None:
    frame = random_panel(5, units=14, periods=8, regressors=3)
    large = pk.FixedEffects("y ~ x1 + x2 + x3").fit(frame)
    small = pk.FixedEffects("y ~ x1").fit(frame)
    ordered, unit, time = codes(frame)
    D = np.hstack([dummies(unit), dummies(time)[:, 1:]])
    y = ordered["y"].to_numpy()
    big = sm.OLS(y, np.hstack([ordered[["x1", "x2", "x3"]], D])).fit()
    value, p, q = big.compare_f_test(sm.OLS(y, np.hstack([ordered[["x1"]], D])).fit())
    for found in (large.compare(small), small.compare(large)):
        test = found.tests[-1]
        assert test.statistic == pytest.approx(value, rel=1e-8)
        assert test.p_value == pytest.approx(p, rel=1e-6)
        assert test.df[0] == q
    apart = large.compare(pk.FixedEffects("y ~ x1 + I(x2^2)").fit(frame))
    assert not any("smaller" in test.name for test in apart.tests)


def test_nested_likelihoods_have_their_lr_test() -> None:
    data, w = city_panel(), lattice()
    sdm = pk.SpatialPanel("y ~ x + w", "sdm").fit(data, w)
    sar = pk.SpatialPanel("y ~ x + w", "sar").fit(data, w)
    found = sdm.compare(sar)
    test = found.tests[-1]
    assert test.statistic == pytest.approx(2 * (sdm.loglik - sar.loglik))
    reduced = next(
        each for each in sdm.reduction_tests() if each.name.startswith("LR") and "SAR" in each.name
    )
    assert test.statistic == pytest.approx(reduced.statistic, rel=1e-6)
    assert np.isnan(found.std_errors).all()
    assert any("no standard error" in note for note in found.notes)


def test_bad_comparisons_are_refused() -> None:
    frame = random_panel(5, regressors=3)
    one, two = (pk.FixedEffects(f"y ~ {terms}").fit(frame) for terms in ("x1", "x2"))
    with pytest.raises(pk.SpecError, match="share no term"):
        one.compare(two)
    with pytest.raises(pk.SpecError, match="no term `x2`"):
        one.compare(one, ["x2"])
    frame["g"] = frame.index.get_level_values(0).str[2].astype(int) % 5
    clustered = pk.FixedEffects("y ~ x1", vcov=pk.Cluster("g")).fit(frame)
    with pytest.raises(pk.SpecError, match="does not carry `g`"):
        clustered.compare(one)


def test_size_of_the_joint_difference() -> None:
    """Two halves of the years with the same slope: a true null at 30 clusters."""
    rng, reps, rejected = np.random.default_rng(3), 150, 0
    unit, time = np.repeat(np.arange(30), 10), np.tile(np.arange(10), 30)
    frame: Any = pd.DataFrame({"u": unit, "t": time})
    for _ in range(reps):
        a = rng.normal(size=30)[unit]
        frame["x"] = rng.normal(size=300) + a
        frame["y"] = frame["x"] + 2 * a + rng.normal(size=300) * (1 + (time > 4))
        fits = [
            pk.FixedEffects("y ~ x", "unit", vcov=pk.Cluster(), where=where).fit(frame, unit="u", time="t")
            for where in ("t <= 4", "t > 4")
        ]
        rejected += fits[0].compare(fits[1]).tests[0].p_value < 0.05
    # 150 draws at .05: .05 +- .047 in 99 of 100; CRV1 with 30 clusters rejects slightly more than it says
    assert 0.01 <= rejected / reps <= 0.11

"""Truncated and censored regressions against searches by brute force, and the second stage of simulated frontiers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import kstest, norm, truncnorm

import panelkit as pk
from panelkit.evaluation.efficiency.chance.smoothed import distances_of
from panelkit.evaluation.efficiency.second_stage.algorithms import explained
from panelkit.evaluation.efficiency.second_stage.naive import least_squares_regression, tobit
from panelkit.evaluation.efficiency.second_stage.truncated import drawn_above, truncated_regression
from panelkit.language.errors import ConvergenceError, DataError, SpecError


def regressors(n: int, seed: int = 0) -> np.ndarray:
    return np.column_stack([np.ones(n), np.random.default_rng(seed).normal(size=n)])


def firms(seed: int = 0, n: int = 60, slope: float = 0.3, years: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"c{i:02d}" for i in range(n)], range(2020, 2020 + years)], names=["city", "year"]
    )
    z = rng.normal(size=len(index))
    X = rng.uniform(1, 5, size=(len(index), 2))
    distance = drawn_above(1.3 + slope * z, 0.5, 1.0, 1, rng)[0]
    y = np.exp(np.log(X) @ [0.4, 0.4]) / distance
    return pd.DataFrame({"x1": X[:, 0], "x2": X[:, 1], "y": y, "z": z}, index=index)


def test_truncated_regression_is_the_maximum_that_a_search_finds() -> None:
    X = regressors(80)
    y = drawn_above(X @ [1.2, 0.4], 0.5, 1.0, 3, np.random.default_rng(1))
    found = truncated_regression(y, X)
    for b in range(3):

        def loss(t: np.ndarray, own: np.ndarray = y[b]) -> float:
            mean, sigma = X @ t[:2], np.exp(t[2])
            return -(norm.logpdf(own, mean, sigma) - norm.logsf(1.0, mean, sigma)).sum()

        searched = minimize(
            loss,
            [1.2, 0.4, -0.7],
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 5000},
        )
        # the search stops within 1e-6 of its optimum
        assert found.slopes[b] == pytest.approx(searched.x[:2], abs=1e-5)
        assert found.sigma[b] == pytest.approx(np.exp(searched.x[2]), abs=1e-5)
        assert found.loglik[b] == pytest.approx(-searched.fun, abs=1e-8)
    assert found.converged.all()


def test_truncated_regression_is_unbiased_where_least_squares_is_not() -> None:
    X = regressors(200)
    y = drawn_above(X @ [1.2, 0.4], 0.5, 1.0, 200, np.random.default_rng(2))
    found = truncated_regression(y, X)
    plain = np.array([least_squares_regression(one, X).slopes[1] for one in y])
    # 200 draws with a standard deviation of about 0.07
    assert found.slopes[:, 1].mean() == pytest.approx(0.4, abs=0.03)
    assert plain.mean() < 0.3


def test_wide_outcomes_have_no_maximum() -> None:
    y = 1 + np.random.default_rng(0).exponential(size=(1, 60)) ** 3
    with pytest.raises(ConvergenceError, match="spread more widely"):
        explained(y[0], np.ones((60, 1)), reps=0, generator=np.random.default_rng(0))


def test_tobit_is_the_maximum_that_a_search_finds() -> None:
    X = regressors(90)
    y = np.maximum(1.0, X @ [1.1, 0.5] + 0.5 * np.random.default_rng(3).normal(size=90))
    found = tobit(y, X)

    def loss(t: np.ndarray) -> float:
        mean, sigma = X @ t[:2], np.exp(t[2])
        return -np.where(y <= 1, norm.logcdf(1.0, mean, sigma), norm.logpdf(y, mean, sigma)).sum()

    searched = minimize(loss, [1.1, 0.5, -0.7], method="BFGS", options={"gtol": 1e-7})
    assert found.slopes == pytest.approx(searched.x[:2], abs=1e-5)
    step = 1e-4 * np.eye(3)
    bend = np.array(
        [
            [
                sum(a * b * loss(searched.x + a * one + b * other) for a in (1, -1) for b in (1, -1))
                for other in step
            ]
            for one in step
        ]
    ) / (4 * 1e-8)
    # differences of step 1e-4 are right to about 1e-6 of the curvature
    assert found.std_errors == pytest.approx(np.sqrt(np.diag(np.linalg.inv(bend)))[:2], rel=1e-4)


def test_draws_above_a_bound_are_truncated_normals() -> None:
    mean = np.array([-4.0, 0.5, 3.0])
    drawn = drawn_above(mean, 0.7, 1.0, 4000, np.random.default_rng(4))
    for i, one in enumerate(mean):
        true = truncnorm((1.0 - one) / 0.7, np.inf, loc=one, scale=0.7)
        assert kstest(drawn[:, i], true.cdf).pvalue > 0.001


def test_both_algorithms_find_the_slope_of_a_known_world() -> None:
    data = firms(n=120)
    for algorithm in (1, 2):
        found = pk.second_stage(data, ["x1", "x2"], ["y"], "z", algorithm=algorithm, reps=99)
        held = found.tidy().set_index("term").loc["z"]
        assert held["conf_low"] < 0.3 < held["conf_high"]
        assert held["p_value"] < 0.05
        assert found.uncertainty.discarded == 0
    X, Y = data[["x1", "x2"]].to_numpy(), data[["y"]].to_numpy()
    own = distances_of(X, Y, X, Y, "variable", "output")
    assert found.distances.reindex(data.index).to_numpy() == pytest.approx(own)
    assert (found.corrected >= found.distances - 1e-9).all()
    assert found.naive.loc["z", "tobit"] == pytest.approx(tobit(own, regressors_of(data)).slopes[1])
    assert "Not to be relied upon" in found.summary()
    assert found.beside(language="zh").shape == (2, 4)
    assert "逐期" in found.summary(language="zh")


def regressors_of(data: pd.DataFrame) -> np.ndarray:
    return np.column_stack([np.ones(len(data)), data["z"]])


def test_rows_of_one_unit_are_drawn_together() -> None:
    data = firms(n=15, years=4)
    found = pk.second_stage(data, ["x1"], ["y"], "z", algorithm=1, reps=49)
    assert any("whole cities are drawn" in note for note in found.notes)
    alone = pk.second_stage(data, ["x1"], ["y"], "z", algorithm=1, reps=49, errors="parametric")
    assert alone.params["z"] == pytest.approx(found.params["z"])
    assert alone.std_errors["z"] != pytest.approx(found.std_errors["z"])
    again = pk.second_stage(data.sample(frac=1, random_state=2), ["x1"], ["y"], "z", algorithm=1, reps=49)
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())
    flat = pk.second_stage(
        data.reset_index(), ["x1"], ["y"], "z", algorithm=1, reps=49, unit="city", time="year"
    )
    pd.testing.assert_frame_equal(flat.tidy(), found.tidy())


def test_what_cannot_be_is_refused() -> None:
    data = firms(n=20)
    with pytest.raises(SpecError, match="algorithm is 1 or 2"):
        pk.second_stage(data, ["x1"], ["y"], "z", algorithm=3)
    with pytest.raises(SpecError, match="needs its intercept"):
        pk.second_stage(data, ["x1"], ["y"], "z - 1", reps=9)
    with pytest.raises(SpecError, match="rename it"):
        pk.second_stage(data.assign(inefficiency=1.0), ["x1"], ["y"], "z", reps=9)
    with pytest.raises(DataError, match="hold no column `nothing`") as caught:
        pk.second_stage(data, ["x1"], ["y"], "log(nothing)", reps=9)
    assert "`z`" in str(caught.value)
    assert "inefficiency" not in str(caught.value)
    holed = data.copy()
    holed.iloc[3, holed.columns.get_loc("z")] = np.nan
    with pytest.raises(DataError, match="c03 2020"):
        pk.second_stage(holed, ["x1"], ["y"], "z", reps=9)

"""The transformed likelihood: the normal density of the changes written out, its derivatives, its maximum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

import panelkit as pk
from panelkit.models.dynamic.short.transformed import Transformed, maximise, transformed
from tests.dynamic.short_panels import FORMULA, dynamic_panel

Array = NDArray[np.float64]


def density(problem: Transformed, theta: Array) -> float:
    """Return the sum over units of the log density of their changes, a T-fold normal."""
    b, s, omega = theta[:-2], theta[-2], theta[-1]
    T = problem.length
    covariance = s * (2 * np.eye(T) - np.eye(T, k=1) - np.eye(T, k=-1))
    covariance[0, 0] = s * omega
    return sum(
        float(stats.multivariate_normal.logpdf(dy, D @ b, covariance))
        for dy, D in zip(problem.dy, problem.D, strict=True)
    )


def small(seed: int = 1) -> tuple[Transformed, Array]:
    rng = np.random.default_rng(seed)
    D = rng.normal(size=(6, 5, 2))
    D[:, 0, 0] = 0.0
    return transformed(rng.normal(size=(6, 5)), D), np.array([0.4, -0.2, 1.3, 1.7])


def test_scores_and_hessians_are_derivatives_of_the_density() -> None:
    problem, theta = small()
    step, eye = 1e-5, np.eye(4)
    numeric = [
        (density(problem, theta + step * e) - density(problem, theta - step * e)) / (2 * step) for e in eye
    ]
    np.testing.assert_allclose(problem.scores(theta).sum(axis=0), numeric, rtol=1e-6, atol=1e-6)
    curved = [(problem.scores(theta + step * e) - problem.scores(theta - step * e)) / (2 * step) for e in eye]
    np.testing.assert_allclose(problem.hessians(theta), np.stack(curved, axis=2), atol=1e-6)


def by_hand(frame: pd.DataFrame, *, years: bool) -> Any:
    """Return the changes with the columns of every equation in the units of the data, nothing scaled."""
    y, x = frame.y.unstack().to_numpy(), frame.x.unstack().to_numpy()
    dy, dx = np.diff(y, axis=1), np.diff(x, axis=1)
    N, T = dy.shape
    D = np.zeros((N, T, 4 + (T if years else 1)))
    D[:, 1:, 0], D[:, 1:, 1] = dy[:, :-1], dx[:, 1:]
    D[:, 0, 2], D[:, 0, 3] = dx[:, 0], x[:, 1:].mean(axis=1) - x[:, 0]
    for t in range(T if years else 1):
        D[:, t, 4 + t] = 1.0
    return transformed(dy, D)


@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_the_maximum_is_that_of_the_density(effects: Any) -> None:
    frame = dynamic_panel(25, 5, seed=3)
    fit = pk.TransformedLikelihood(FORMULA, effects).fit(frame)
    problem = by_hand(frame, years=effects == "twoway")
    start = np.r_[fit.estimates * 0.8, np.zeros(problem.D.shape[2] - 2), 0.2, 0.3]

    def lost(free: Array) -> float:
        omega = 1.0 - 1.0 / problem.length + np.exp(free[-1])
        return -density(problem, np.r_[free[:-2], np.exp(free[-2]), omega])

    found: Any = optimize.minimize(lost, start, method="BFGS", options={"gtol": 1e-5})
    # a search over all parameters of a numeric derivative stops about 1e-5 from the top
    np.testing.assert_allclose(fit.estimates, found.x[:2], atol=2e-4)
    assert fit.facts["loglik"] == pytest.approx(-found.fun, abs=1e-5)


def test_errors_are_the_sandwich_and_the_inverse_hessian_of_the_density() -> None:
    frame = dynamic_panel(25, 5, seed=3)
    fit = pk.TransformedLikelihood(FORMULA, "unit", errors="cluster").fit(frame)
    problem = by_hand(frame, years=False)
    omega = fit.facts["variance of the first change over that of an error"]
    _, rest, s = problem.concentrated(float(np.log(1 + problem.length * (omega - 1))))
    np.testing.assert_allclose(rest[:2], fit.estimates, rtol=1e-7)
    theta = np.r_[rest, s, omega]
    scores, H = problem.scores(theta), np.linalg.inv(problem.hessians(theta).sum(axis=0))
    np.testing.assert_allclose(fit.covariance, (H @ scores.T @ scores @ H * 25 / 24)[:2, :2], rtol=1e-5)
    plain = pk.TransformedLikelihood(FORMULA, "unit", errors="hessian").fit(frame)
    np.testing.assert_allclose(plain.covariance, -H[:2, :2], rtol=1e-5)


def test_the_jackknife_is_fits_without_each_unit() -> None:
    frame = dynamic_panel(14, 6, seed=5)
    spec = pk.TransformedLikelihood(FORMULA)
    fit = spec.fit(frame)
    exact = np.array([spec.fit(frame.drop(u, level=0)).estimates for u in frame.index.unique(0)])
    # a search to 1e-8 in one number, and the projection's columns span the same space without the unit
    np.testing.assert_allclose(fit.leave_one_out().to_numpy(), exact, atol=1e-6)
    gaps = exact - fit.estimates
    np.testing.assert_allclose(fit.covariance, gaps.T @ gaps * 13 / 14, rtol=1e-4)


@pytest.mark.parametrize("projection", ["means", "first", "all", "none"])
def test_unit_effects_and_scales_do_not_matter(projection: Any) -> None:
    frame = dynamic_panel(31, 6, seed=4)
    spec = pk.TransformedLikelihood(FORMULA, projection=projection)
    fit = spec.fit(frame)
    shift = 10.0 * pd.factorize(frame.index.get_level_values(0))[0]
    moved = frame.assign(y=frame.y * 1e5 + shift * 1e3, x=frame.x * 1e-3 + shift)
    other = spec.fit(moved)
    np.testing.assert_allclose(other.estimates, fit.estimates * np.array([1.0, 1e8]), rtol=1e-6)
    np.testing.assert_allclose(other.std_errors, fit.std_errors * np.array([1.0, 1e8]), rtol=1e-5)
    assert other.facts["loglik"] == pytest.approx(fit.facts["loglik"] - 31 * 6 * np.log(1e5), rel=1e-9)


def test_the_regressors_of_the_period_before_are_lent() -> None:
    frame = dynamic_panel(25, 7, seed=6)
    whole = pk.TransformedLikelihood(FORMULA).fit(frame)
    assert not any("serves as the start" in note for note in whole.notes)
    unlent = frame.assign(x=frame.x.where(frame.index.get_level_values(1) > 2000))
    fit = pk.TransformedLikelihood(FORMULA).fit(unlent)
    assert any("the first year serves as the start" in note for note in fit.notes)
    later = pk.TransformedLikelihood(FORMULA).fit(frame[frame.index.get_level_values(1) > 2000])
    np.testing.assert_allclose(fit.estimates, later.estimates, rtol=1e-7)


def test_many_units_show_no_bias_where_the_projection_reaches_the_start() -> None:
    """2,000 units of eight rows at .8: three errors hold the truth with "means" and "all", not with "first"."""
    frame = dynamic_panel(2_000, 8, rho=0.8, seed=2)
    far = {}
    for projection in ("means", "all", "first"):
        spec: Any = pk.TransformedLikelihood(FORMULA, errors="cluster", projection=projection)
        fit = spec.fit(frame)
        far[projection] = float(np.abs((fit.estimates - (0.8, 0.5)) / fit.std_errors.to_numpy()).max())
    assert max(far["means"], far["all"]) < 3.0
    assert far["first"] > 4.0


def test_gaps_and_short_panels_are_refused() -> None:
    frame = dynamic_panel(12, 8)
    with pytest.raises(pk.DataError, match="same years of every unit, without gaps: u003 lack some"):
        pk.TransformedLikelihood(FORMULA).fit(frame.drop(index=[("u003", 2004)]))
    with pytest.raises(pk.DataError, match="2 changes of the outcome are too few"):
        pk.TransformedLikelihood(FORMULA).fit(dynamic_panel(12, 2))
    with pytest.raises(pk.DataError, match="projected on 8 columns, which asks for 12 "):
        pk.TransformedLikelihood(FORMULA, projection="all").fit(dynamic_panel(10, 8))


def test_a_likelihood_without_an_inner_maximum_is_refused() -> None:
    rng = np.random.default_rng(4)
    dy, D = rng.normal(size=(9, 5)), np.zeros((9, 5, 1))
    D[:, 1:, 0] = rng.normal(size=(9, 4))
    # along (T, ..., 1) the covariance is singular at the edge, and nothing varies there
    weights, edge = np.arange(5.0, 0.0, -1.0), dy.copy()
    for part in (edge, D[:, :, 0]):
        part[:, 0] = -part[:, 1:] @ weights[1:] / weights[0]
    with pytest.raises(pk.ConvergenceError, match="becomes singular.*AdjustedMoments"):
        maximise(transformed(edge, D))
    far = dy.copy()
    far[:, 0] *= 1e6
    with pytest.raises(pk.ConvergenceError, match="grows without bound"):
        maximise(transformed(far, D))

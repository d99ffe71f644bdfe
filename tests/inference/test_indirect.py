"""Products of coefficients, intervals and sensitivity as functions on arrays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from panelkit.inference.confounding import error_moments
from panelkit.inference.indirect import bias_corrected, normal_draws, product_test, resample_counts
from panelkit.language.errors import SpecError
from tests.stored import worked


@pytest.mark.parametrize("method", ["sobel", "aroian", "goodman"])
def test_normal_theory_tests_equal_the_reference(method: str) -> None:
    told = worked("sobel")
    given = told["inputs"]
    test = product_test(given["a"], given["sa"], given["b"], given["sb"], method)
    assert test.z == pytest.approx(told["outputs"][method], abs=told["tol"])
    assert test.p_value == pytest.approx(
        2 * stats.norm.sf(abs(test.z)), rel=1e-12
    )  # the same formula, other code


def test_goodman_variance_may_be_negative() -> None:
    test = product_test(0.01, 0.1, 0.01, 0.1, "goodman")
    assert np.isnan(test.z)
    assert np.isnan(test.std_error)


def test_bias_corrected_interval_by_hand() -> None:
    draws = np.random.default_rng(0).gamma(2.0, size=(4_000, 1))
    estimate = np.array([1.5])
    z0 = stats.norm.ppf(np.mean(draws[:, 0] < 1.5))
    expected = np.quantile(draws[:, 0], stats.norm.cdf(2 * z0 + stats.norm.ppf([0.025, 0.975])))
    low, high = bias_corrected(draws, estimate)
    np.testing.assert_allclose([low[0], high[0]], expected, rtol=1e-12)  # rounding of ppf and cdf


def test_bias_corrected_is_percentile_at_the_median() -> None:
    draws = np.random.default_rng(1).normal(size=(4_001, 2))
    low, high = bias_corrected(draws, np.median(draws, axis=0))
    np.testing.assert_allclose(
        [low, high], np.quantile(draws, [0.025, 0.975], axis=0), atol=2e-3
    )  # one draw of 4,001


def test_resamples_draw_every_cluster_once_on_average() -> None:
    counts = resample_counts(31, 2_000, np.random.default_rng(0))
    assert (counts.sum(axis=1) == 31).all()
    assert counts.mean(axis=0) == pytest.approx(
        np.ones(31), abs=0.1
    )  # 4 standard errors of a mean of 2,000 counts
    assert counts.var() == pytest.approx(30 / 31, abs=0.05)  # binomial(31, 1/31)


@pytest.mark.parametrize("groups", [2, 6])
def test_too_few_clusters_are_refused(groups: int) -> None:
    with pytest.raises(SpecError, match=f"{groups} clusters can be resampled in"):
        resample_counts(groups, 1_000, np.random.default_rng(0))


def test_monte_carlo_draws_have_the_covariance() -> None:
    covariance = np.array([[1.0, 0.5], [0.5, 2.0]])
    draws = normal_draws(np.array([1.0, -1.0]), covariance, 200_000, np.random.default_rng(0))
    np.testing.assert_allclose(np.cov(draws, rowvar=False), covariance, atol=0.03)  # 4 standard errors


def test_sensitivity_slope_is_the_slope_of_the_confounded_model() -> None:
    """Build errors with a known correlation: the corrected slope at that correlation is the true one."""
    rng = np.random.default_rng(3)
    n, rho, b = 400_000, 0.4, 0.25
    x = rng.normal(size=n)
    e2 = rng.normal(size=n)
    e3 = 1.5 * (rho * e2 + np.sqrt(1 - rho**2) * rng.normal(size=n))
    m = 0.5 * x + e2
    columns = np.column_stack([x, m, 0.3 * x + b * m + e3])
    errors = error_moments((columns.T @ columns)[None], [0], 1, 2)
    assert errors.slope(np.array([rho]))[0, 0] == pytest.approx(
        b, abs=0.01
    )  # 4 standard errors at n = 400,000
    assert abs(errors.slope(np.array([0.0]))[0, 0] - b) > 0.3


def test_small_simulation_of_size_and_of_the_confounded_case() -> None:
    """40 panels a cell: the binomial bounds are wide, the full evidence stands in docs/evidence."""
    from benchmarks.evidence.mediation_coverage import Cell, run

    honest = {row["method"]: row for row in run(Cell(8, 0.3, 0.0), 40, 1)}
    # a true size of 5 % gives more than 6 of 40 with probability 0.3 %
    assert honest["percentile bootstrap"]["rejects_zero"] <= 15.0
    assert honest["joint significance, CRV3"]["rejects_zero"] <= 15.0
    confounded = {row["method"]: row for row in run(Cell(13, 0.6, 0.0, confounding=0.5, direct=0.5), 12, 2)}
    assert confounded["Sobel, iid errors"]["rejects_zero"] == 100.0
    assert confounded["Sobel, iid errors"]["mean_share"] > 0.3
    assert confounded["Sobel, iid errors"]["mean_rho_zero"] == pytest.approx(
        0.5, abs=0.05
    )  # 4 errors of the mean
    assert confounded["Sobel, iid errors"]["interval_at_true_rho_holds_zero"] >= 70.0

"""The result types: intervals, p-values that do not round to zero, plots, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import panelkit as pk
from panelkit.language.message import verbatim
from panelkit.results.derived import Derived, Uncertainty
from panelkit.results.estimates import COLUMNS, Estimates
from panelkit.results.students_t import t_survival
from panelkit.results.tests import TestResult
from tests.panels import random_panel


def test_p_values_do_not_round_to_zero() -> None:
    assert t_survival(np.array([40.0]), np.inf)[0] == pytest.approx(2 * stats.norm.sf(40.0), rel=1e-9)
    assert t_survival(np.array([-8.0]), 30)[0] == pytest.approx(2 * stats.t.sf(8.0, 30), rel=1e-9)
    mixed = t_survival(np.array([2.0, 2.0]), np.array([5.0, np.inf]))
    assert mixed == pytest.approx([2 * stats.t.sf(2.0, 5), 2 * stats.norm.sf(2.0)], rel=1e-9)


def test_every_result_has_the_same_columns() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(1))
    assert tuple(fit.tidy().columns) == COLUMNS
    half = stats.t.ppf(0.95, fit.df) * fit.std_errors
    np.testing.assert_allclose(fit.conf_int(0.90)["conf_high"], fit.params + half, rtol=1e-12)
    with pytest.raises(pk.SpecError, match="0.95 for 95 %"):
        fit.conf_int(95)


def test_draws_make_percentiles_and_p_values() -> None:
    draws = np.arange(1.0, 1000.0)[:, None] - 100.0
    derived = Derived(
        title=verbatim("effect"),
        terms=("x",),
        estimates=np.array([400.0]),
        covariance=np.array([[1.0]]),
        uncertainty=Uncertainty(method="draws", reps=999, seed=1),
        draws=draws,
    )
    row = derived.tidy().iloc[0]
    assert row["p_value"] == pytest.approx(2 * 101 / 1000)
    # numpy interpolates the two layouts in another order: equal to rounding
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(
        np.quantile(draws[:, 0], [0.025, 0.975]), rel=1e-12
    )
    assert derived.uncertainty.sentence() == "draws: 999 replications, seed 1"


@pytest.mark.filterwarnings("error")
def test_draws_may_be_infinite() -> None:
    """A speed of convergence has no bound in some resamples: its interval ends at infinity, not at a hole."""
    draws = np.column_stack([np.arange(101.0), np.arange(101.0), np.arange(101.0), np.arange(101.0)])
    draws[90:, 0], draws[:10, 1], draws[96:, 3] = np.inf, -np.inf, np.inf
    draws[5, 2] = np.nan
    derived = Derived(
        title=verbatim("effect"),
        terms=tuple("abcd"),
        estimates=np.full(4, 50.0),
        covariance=np.eye(4),
        uncertainty=Uncertainty(method="draws", reps=101, seed=1),
        draws=draws,
    )
    found = derived.conf_int(0.90).to_numpy(float)
    np.testing.assert_allclose(found, [[5, np.inf], [-np.inf, 95], [np.nan, np.nan], [5, 95]], rtol=1e-12)


def test_shapes_must_agree() -> None:
    with pytest.raises(pk.SpecError, match="2 terms"):
        Estimates(title=verbatim("t"), terms=("a", "b"), estimates=np.zeros(1), covariance=np.eye(2))


def test_a_plot_names_the_terms() -> None:
    svg = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2)).plot(language="zh").svg()
    assert "x1" in svg
    assert "x2" in svg


def test_a_test_that_does_not_apply_says_why() -> None:
    test = TestResult.not_applicable("Hausman", "no difference", "the variance is not positive definite")
    assert not test.applicable
    assert "not applicable, because the variance" in str(test)

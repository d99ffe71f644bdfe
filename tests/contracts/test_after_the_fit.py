"""What every result of an estimator answers after the fit, or refuses with a reason."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.inference.after.coefficients import names_of
from panelkit.language import register
from panelkit.results.fit import FitResult
from tests.contracts.cases import CASES, fitted

KEYS = register.keys("estimator")
every = pytest.mark.parametrize("key", KEYS)
FITS = [key for key in KEYS if isinstance(fitted(key), FitResult)]
# a path of the outcome, or a predictor of random effects of their own, would be needed
UNPREDICTED = {
    "difference_gmm",
    "double_ml",
    "dynamic_spatial_panel",
    "gspre",
    "panel_var",
    "spatial_random_effects",
    "system_gmm",
}
each_fit = pytest.mark.parametrize("key", FITS)


@every
def test_one_coefficient_is_tested_by_its_own_error(key: str) -> None:
    result = fitted(key)
    for at, name in enumerate(names_of(result)):
        variance = result.covariance[at, at]
        if not variance > 0.0:
            continue
        found = result.test(f"`{name}`")
        assert found.statistic == pytest.approx(result.estimates[at] ** 2 / variance, rel=1e-9)


@every
def test_a_combination_of_one_is_the_coefficient(key: str) -> None:
    result = fitted(key)
    name = names_of(result)[0]
    found = result.combine(f"2*`{name}`")
    assert found.estimates[0] == pytest.approx(2 * result.estimates[0])
    assert found.covariance[0, 0] == pytest.approx(4 * result.covariance[0, 0])


@each_fit
def test_rows_are_predicted_or_the_reason_is_said(key: str) -> None:
    result = fitted(key)
    if key in UNPREDICTED:
        with pytest.raises(pk.SpecError, match="predictions are of"):
            result.predict()
        return
    values = result.fitted
    outcome = values + result.predict(kind="e")
    assert np.isfinite(values).all()
    assert list(values.index.names) == list(result.level_names)
    if key not in ("first_difference", "spatial_panel", "spatial_cross_section"):
        y = result.observed.y
        np.testing.assert_allclose(outcome.to_numpy(), y, atol=1e-9)


@each_fit
def test_statistics_of_the_model_are_finite(key: str) -> None:
    found = fitted(key).model_statistics()
    assert found.values
    assert np.isfinite(list(found.values.values())).all()
    assert found.summary() != found.summary(language="zh")


@each_fit
def test_a_fit_does_not_differ_from_itself(key: str) -> None:
    found = fitted(key).compare(fitted(key))
    np.testing.assert_allclose(found.estimates, 0.0, atol=1e-12)
    assert found.same_rows


def test_cases_cover_the_register() -> None:
    assert set(FITS) <= set(CASES)

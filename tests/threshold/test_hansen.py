"""Hansen's 565 firms: the numbers of his program, of the exact within regression, and of every value searched."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.threshold.regions import critical_value
from panelkit.models.threshold.result import ThresholdFit
from tests.reference import oracle, reference_path

FORMULA = "i ~ lag(q, 1) + I(lag(q, 1)^2) + I(lag(q, 1)^3) + lag(d, 1) + I(lag(q, 1)*lag(d, 1))"


@cache
def firms() -> pd.DataFrame:
    frame = pd.read_csv(reference_path("invest.csv")).set_axis(["i", "q", "c", "d"], axis=1)
    return frame.assign(firm=np.repeat(np.arange(565), 15), year=np.tile(np.arange(1973, 1988), 565))


@cache
def fitted(thresholds: int, **options: Any) -> ThresholdFit:
    spec = pk.PanelThreshold(
        FORMULA, "lag(d, 1)", ("lag(c, 1)",), thresholds, trim=0.01, time_effects=False, **options
    )
    return spec.fit(firms(), unit="firm", time="year", reps=0)


def cash_flow(fit: ThresholdFit) -> np.ndarray:
    return fit.estimates[-len(fit.counts) :]


@pytest.mark.parametrize(
    ("name", "transform"), [("hansen_gauss", "hansen-1999"), ("hansen_within", "within")]
)
def test_oracles_on_the_grid_of_393_quantiles(name: str, transform: str) -> None:
    expected = oracle(name)["outputs"]
    fit = fitted(2, search="quantiles-393", transform=transform)
    np.testing.assert_allclose(fit.thresholds, expected["gamma"], atol=5e-6)
    np.testing.assert_allclose(fit.f_statistics, expected["F"], atol=1e-4)
    np.testing.assert_allclose(fit.sums, expected["S"], atol=1e-6)
    np.testing.assert_allclose(cash_flow(fit), expected["cf"], atol=5e-6)
    if "ci1" in expected:
        one = fitted(1, search="quantiles-393", transform=transform)
        np.testing.assert_allclose(one.regions[0].bounds, expected["ci1"], atol=5e-6)


def test_every_value_searched() -> None:
    """METHODS.md 3.3: 1 % of observations trimmed."""
    one, two = fitted(1), fitted(2)
    np.testing.assert_allclose(two.thresholds, [0.0157, 0.54003], atol=5e-6)
    np.testing.assert_allclose(one.regions[0].bounds, [0.01246, 0.01806], atol=5e-6)
    assert two.sums[-1] == pytest.approx(17.723695, abs=1e-6)
    assert two.f_statistics[1] == pytest.approx(24.0178, abs=1e-4)


def test_robust_errors_of_hansens_table() -> None:
    """METHODS.md 3.3: .0135, .0103 and .0311, White's errors of the regression in his convention."""
    fit = fitted(2, search="quantiles-393", transform="hansen-1999", vcov=pk.Robust("HC0"))
    np.testing.assert_allclose(fit.std_errors.to_numpy()[-3:], [0.0135, 0.0103, 0.0311], atol=5e-5)


def test_critical_values_of_the_likelihood_ratio() -> None:
    held = oracle("hansen_crit")
    made = [critical_value(1.0 - alpha) for alpha in held["inputs"]["alpha"]]
    np.testing.assert_allclose(made, held["outputs"], atol=held["tol"])

"""The spread of errors behind residuals of two-way effects."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.allocation.memory import ErrorSpread, error_spread


def residuals(
    rho: float, seed: int, units: int = 30, years: int = 6
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    e = rng.normal(size=(units, years))
    for t in range(1, years):
        e[:, t] = rho * e[:, t - 1] + np.sqrt(1.0 - rho**2) * e[:, t]
    swept = e - e.mean(axis=0) - e.mean(axis=1)[:, None] + e.mean()
    return swept.ravel(), np.repeat(np.arange(units), years), np.tile(np.arange(years), units)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_memory_and_spread_are_those_of_the_errors(rho: float) -> None:
    found = [error_spread(*residuals(rho, seed), 0) for seed in range(60)]
    # means of 60 panels of 150 degrees of freedom: their errors are below .02
    assert np.mean([one.rho for one in found]) == pytest.approx(rho, abs=0.05)
    assert np.mean([one.deviation for one in found]) == pytest.approx(1.0, abs=0.06)
    # estimated memories of six years scatter by .1, and what is left of an error hangs on them
    assert np.mean([one.beyond_actual() for one in found]) == pytest.approx(1.0 - rho, abs=0.06)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_what_effects_miss_is_what_they_miss_in_draws(rho: float) -> None:
    rng, units, years = np.random.default_rng(0), 30, 6
    gaps = np.abs(np.subtract.outer(np.arange(years), np.arange(years)))
    e = rng.normal(size=(4000, units, years)) @ np.linalg.cholesky(rho**gaps).T
    predicted = e.mean(axis=2) + e[:, :, -1].mean(axis=1, keepdims=True) - e.mean(axis=(1, 2))[:, None]
    missed = (predicted - rho * e[:, :, -1])[:, 0]
    told = ErrorSpread(rho, 1.0, units).beyond_effects(gaps, gaps[-1])
    # 4,000 draws: the deviation is off by 1.1 % in one of three; what the period's mean shares with the last error, of
    # a thirtieth, is left out of the formula
    assert told == pytest.approx(missed.std(), rel=0.05)


def test_without_memory_the_spread_is_that_of_degrees_of_freedom() -> None:
    e, unit, time = residuals(0.0, 1)
    found = error_spread(e, unit, time, 2)
    left = 29 * 5 - 2
    # the memory estimated is near zero, not zero
    assert found.deviation == pytest.approx(np.sqrt(e @ e / left), rel=0.05)


def test_gaps_and_units_of_different_length() -> None:
    e, unit, time = residuals(0.5, 2)
    kept = ~((unit == 0) & (time < 3)) & ~((unit == 1) & (time == 2))
    found = error_spread(e[kept], unit[kept], time[kept], 1)
    assert 0.0 < found.rho < 0.95

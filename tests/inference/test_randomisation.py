"""Randomisation inference where some placements leave nothing to estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk

UNITS, YEARS = 7, 5


def test_placements_that_cannot_be_computed_count_as_extreme() -> None:
    """The control is the treatment's path at unit 1: placed there, the treatment repeats it."""
    unit, year = np.repeat(np.arange(UNITS), YEARS), np.tile(np.arange(YEARS), UNITS)
    late = year >= 3
    index = pd.MultiIndex.from_arrays([[f"u{i}" for i in unit], 2010 + year], names=["unit", "year"])
    treated = ((unit == 0) & late).astype(float)
    control = ((unit == 1) & late).astype(float)
    y = np.random.default_rng(3).normal(size=len(unit)) + 1.5 * treated
    data = pd.DataFrame({"y": y, "d": treated, "c": control}, index=index)
    found = pk.randomisation_inference(pk.FixedEffects("y ~ d + c", vcov=pk.Cluster()).fit(data), "d")

    def at(place: int) -> float:
        moved = ((unit == place) & late).astype(float)
        X = np.column_stack([control, np.eye(UNITS)[unit], np.eye(YEARS)[year], moved])
        if np.linalg.matrix_rank(X) == np.linalg.matrix_rank(X[:, :-1]):
            return np.inf
        return float(np.linalg.lstsq(X, y, rcond=None)[0][-1])

    everywhere = np.abs([at(place) for place in range(UNITS)])
    assert np.isinf(everywhere).sum() == 1
    assert found.p_value == pytest.approx((everywhere >= everywhere[0] * (1 - 1e-9)).mean())
    assert (found.reps, len(found.draws)) == (UNITS, UNITS - 1)
    assert found.notes[-1].startswith("1 of 7 permutations left the treatment no variation")
    assert "7 次置换中有 1 次" in found.summary(language="zh")

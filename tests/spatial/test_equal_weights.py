"""Weights that link every unit to every other alike, and spatial models without a regressor: refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from panelkit.models.spatial.lm_tests import spatial_lm_tests

N, T = 8, 6
IDS = [f"u{i}" for i in range(N)]
COLUMNS: dict[str, Any] = {"unit": "id", "time": "year"}


def panel() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([IDS, range(2010, 2010 + T)], names=["id", "year"])
    return pd.DataFrame(draw.normal(size=(N * T, 3)), index=index, columns=["y", "x", "m"]).reset_index()


def alike() -> pk.Weights:
    return pk.as_weights(np.ones((N, N)) - np.eye(N), IDS)


def ring() -> pk.Weights:
    links = np.roll(np.eye(N), 1, 0) + np.roll(np.eye(N), -1, 0)
    return pk.as_weights(links, IDS)


@pytest.mark.parametrize("effects", ["time", "twoway"])
@pytest.mark.parametrize("model", ["sar", "sem", "sac", "sdm", "sdem"])
def test_no_spatial_parameter_is_identified_beside_time_effects(model: Any, effects: Any) -> None:
    with pytest.raises(SpecError, match="every unit is a neighbour of every other"):
        pk.SpatialPanel("y ~ x", model=model, effects=effects).fit(panel(), alike(), **COLUMNS)


@pytest.mark.parametrize("effects", ["time", "twoway"])
@pytest.mark.parametrize("form", ["transformed", "elhorst"])
def test_lm_tests_have_no_denominator_beside_time_effects(form: Any, effects: Any) -> None:
    with pytest.raises(SpecError, match="every unit is a neighbour of every other"):
        spatial_lm_tests("y ~ x", panel(), alike(), effects=effects, form=form, **COLUMNS)


def test_without_time_effects_the_same_weights_are_taken() -> None:
    fit = pk.SpatialPanel("y ~ x", model="sar", effects="unit").fit(panel(), alike(), **COLUMNS)
    assert np.isfinite(fit.std_errors).all()


def test_dynamic_and_single_year_models_refuse_them_too() -> None:
    with pytest.raises(SpecError, match="every unit is a neighbour of every other"):
        pk.DynamicSpatialPanel("y ~ x").fit(panel(), alike(), **COLUMNS)
    with pytest.raises(SpecError, match="every unit is a neighbour of every other"):
        pk.SpatialCrossSection("y ~ x", model="sar").fit(
            panel().set_index(["id", "year"]), alike(), year=2012
        )


def test_moran_is_the_same_whatever_the_values() -> None:
    series = panel().set_index(["id", "year"])["y"]
    with pytest.raises(DataError, match="whatever the data"):
        pk.moran(series, alike())


@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
@pytest.mark.parametrize("model", ["sar", "sem", "sac", "sdm", "sdem", "slx"])
def test_effects_alone_are_no_spatial_model(model: Any, effects: Any) -> None:
    with pytest.raises(SpecError, match="no regressor"):
        pk.SpatialPanel("y ~ 1", model=model, effects=effects).fit(panel(), ring(), **COLUMNS)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_lag_and_error_are_one_process_without_a_regressor(effects: Any) -> None:
    with pytest.raises(SpecError, match="no regressor"):
        spatial_lm_tests("y ~ 1", panel(), ring(), effects=effects, **COLUMNS)
    with pytest.raises(SpecError, match="no regressor"):
        pk.SpatialPanel("y ~ 1", model="sac", effects=effects).fit(panel(), ring(), **COLUMNS)

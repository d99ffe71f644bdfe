"""Sensitivity to W, the placebo, rolling estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import verbatim
from panelkit.models.spatial import sensitivity as spatial_sensitivity
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.models.spatial.sensitivity import placebo, provincial_weights, rolling, weights_sensitivity
from panelkit.spatial import provincial
from tests.spatial.data import simulate

W31 = provincial.contiguity()


def test_one_row_a_weights_matrix() -> None:
    data = simulate(W31, 8, np.random.default_rng(1), rho=0.2)
    income = pd.Series(np.linspace(3, 12, 31) ** 1.5, index=list(W31.ids))
    found = weights_sensitivity(SpatialPanel("y ~ x1"), data, provincial_weights(income=income))
    assert len(found.table) == 7
    assert not found.failures
    first = found.table.set_index("weights").loc["contiguity"]
    fit = SpatialPanel("y ~ x1").fit(data, W31)
    assert first["rho"] == fit.rho
    assert first["indirect"] == fit.impacts().estimates[1]
    assert any("endogenous" in note for note in found.notes)
    assert "<svg" in found.plot("x1").svg()


def test_failures_are_named_not_hidden() -> None:
    data = simulate(W31, 8, np.random.default_rng(1))
    weights = {"good": W31, "spectral": provincial.contiguity(normalisation="spectral")}
    found = weights_sensitivity(SpatialPanel("y ~ x1"), data, weights)
    assert "lsdv" in found.failures["spectral"]
    with pytest.raises(SpecError, match="none of the weights"):
        weights_sensitivity(SpatialPanel("y ~ x1"), data, {"spectral": weights["spectral"]})


def test_an_estimate_at_the_edge_is_no_estimate() -> None:
    # strong dependence between neighbours, read with weights that make everybody a neighbour
    data = simulate(W31, 8, np.random.default_rng(1), rho=0.4)
    found = weights_sensitivity(SpatialPanel("y ~ x1"), data)
    assert "edge of its interval" in found.failures["inverse distance"]


def test_the_placebo_finds_true_neighbours_and_only_those() -> None:
    data = simulate(W31, 10, np.random.default_rng(2), rho=0.4)
    real = placebo(SpatialPanel("y ~ x1"), data, W31, permutations=99, rng=1)
    assert real.p_values["indirect", "x1"] == pytest.approx(0.01)  # (1 + 0) / (1 + 99)
    none = simulate(W31, 10, np.random.default_rng(3), rho=0.0, theta=(0.0,))
    calm = placebo(SpatialPanel("y ~ x1"), none, W31, permutations=99, rng=1)
    assert calm.p_values["indirect", "x1"] > 0.02
    again = placebo(SpatialPanel("y ~ x1"), none, W31, permutations=99, rng=1)
    pd.testing.assert_frame_equal(calm.draws, again.draws)
    assert "<svg" in calm.plot("x1").svg()
    assert calm.table().shape == (3, 4)


def test_permuting_rows_is_permuting_the_weights() -> None:
    data = simulate(W31, 6, np.random.default_rng(2), rho=0.4)
    fit = SpatialPanel("y ~ x1").fit(data, W31)
    from panelkit.models.spatial.sensitivity import permuted_theta

    order = np.random.default_rng(5).permutation(31)
    theta = permuted_theta(fit, order)
    place = np.argsort(order)  # unit order[i] of the data sits where unit i sat
    w = fit.weights.permuted(place)
    moved = SpatialPanel("y ~ x1").fit(data, w)
    assert theta == pytest.approx(moved.estimates, rel=1e-8)


def test_rolling_windows() -> None:
    data = simulate(W31, 10, np.random.default_rng(2), rho=0.4)
    table = rolling(SpatialPanel("y ~ x1"), data, W31, 6)
    assert list(table["first"]) == [2001, 2002, 2003, 2004, 2005]
    inside = data[data.index.get_level_values(1) >= 2005]
    assert table["rho"].iloc[-1] == pytest.approx(SpatialPanel("y ~ x1").fit(inside, W31).rho, abs=1e-12)
    with pytest.raises(SpecError, match="3 to 10 years"):
        rolling(SpatialPanel("y ~ x1"), data, W31, 11)
    with pytest.raises(SpecError, match="no rho"):
        rolling(SpatialPanel("y ~ x1", model="slx"), data, W31, 6)


def test_maps_that_cannot_be_computed_count_as_far(monkeypatch: pytest.MonkeyPatch) -> None:
    data = simulate(W31, 10, np.random.default_rng(2), rho=0.4)
    permuted, calls = spatial_sensitivity.permuted_theta, [0]

    def sometimes(*arguments: object) -> object:
        calls[0] += 1
        if calls[0] % 5 == 0:
            raise ConvergenceError(verbatim("made to fail"))
        return permuted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(spatial_sensitivity, "permuted_theta", sometimes)
    found = placebo(SpatialPanel("y ~ x1"), data, W31, permutations=99, rng=1)
    middle = found.draws.median()
    far = ((found.draws - middle).abs() >= (found.observed - middle).abs()).sum()
    assert (found.failed, len(found.draws)) == (19, 80)
    assert found.p_values.to_numpy() == pytest.approx(((1 + 19 + far) / 100).to_numpy())
    assert found.p_values["indirect", "x1"] == pytest.approx(0.20)  # no computed map comes as far
    assert found.notes[0] == "19 of 99 permuted maps could not be computed: they count as at least as far"
    assert "19 of 99" in found.plot("x1").svg()
    assert "99 次置换中有 19 次" in found.plot("x1", language="zh").svg()


def test_a_placebo_without_any_map_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> object:
        raise ConvergenceError(verbatim("made to fail"))

    monkeypatch.setattr(spatial_sensitivity, "permuted_theta", never)
    data = simulate(W31, 6, np.random.default_rng(2), rho=0.4)
    with pytest.raises(ConvergenceError, match="none of 19 permuted maps"):
        placebo(SpatialPanel("y ~ x1"), data, W31, permutations=19)


def test_weights_without_a_fit_are_told_in_both_languages_and_on_the_figure() -> None:
    data = simulate(W31, 8, np.random.default_rng(1), rho=0.4)
    found = weights_sensitivity(SpatialPanel("y ~ x1"), data)
    lost, declared = len(found.failures), len(found.failures) + found.table["weights"].nunique()
    assert lost
    assert f"under {lost} of {declared} weights the model could not be fitted" in found.notes
    assert f"{declared} 个权重矩阵中有 {lost} 个未能估计" in found.plot("x1", language="zh").svg()
    assert not any("likelihood" in note.text("zh") for note in found.notes)

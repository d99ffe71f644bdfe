"""Cross-products under weights on units against weighted sweeping, and bootstraps on either road."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.kernels import reweighting
from panelkit.kernels.reweighting import reweighted_grams
from panelkit.kernels.within import Effects, Layout, within
from panelkit.language.errors import SpecError
from tests.panels import random_panel


def compact(codes: np.ndarray) -> np.ndarray:
    return np.unique(codes, return_inverse=True)[1]


@pytest.mark.parametrize("effects", ["time", "twoway"])
@pytest.mark.parametrize("share", [1.0, 0.8, 0.5])
def test_equals_weighted_sweeping(effects: Effects, share: float) -> None:
    """Draws may empty periods and let the panel fall apart; the tolerance is rounding of squares before sweeping."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        units, periods = rng.integers(3, 12, 2)
        held = rng.random(units * periods) < share
        unit = compact(np.repeat(np.arange(units), periods)[held])
        time = compact(np.tile(np.arange(periods), units)[held])
        layout = Layout(unit, time)
        count = layout.n_units
        X = rng.normal(size=(len(unit), 3)) * [1e-3, 1.0, 1e3] + rng.normal(size=(count, 1))[unit]
        weights = rng.multinomial(count, np.ones(count) / count, size=6).astype(float)
        for row, found in zip(weights, reweighted_grams(X, layout, effects, weights), strict=True):
            swept = within(X, layout, effects, row[unit])
            size = np.sqrt(np.einsum("ij,ij,i->j", X, X, row[unit]))
            expected = swept.T @ (swept * row[unit][:, None])
            np.testing.assert_allclose(
                found / np.outer(size, size), expected / np.outer(size, size), atol=1e-12
            )


@pytest.mark.parametrize("share", [1.0, 0.8])
@pytest.mark.parametrize("effects", ["time", "twoway"])
@pytest.mark.parametrize("cluster", [None, "region"])
def test_a_bootstrap_is_the_same_on_either_road(
    share: float, effects: str, cluster: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = random_panel(3, 14, 7, share)
    data["region"] = compact(np.asarray(data.index.get_level_values(0))) // 2
    spec = pk.Mediation("y", "x1", "x2", effects=effects, vcov=pk.Cluster(cluster))
    short = spec.fit(data, reps=199)
    monkeypatch.setattr(reweighting, "_LARGEST_MOMENTS", 0)
    long = spec.fit(data, reps=199)
    np.testing.assert_allclose(long.theta_draws, short.theta_draws, rtol=1e-8, atol=1e-10)


def test_too_many_resamples_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reweighting, "_LARGEST_MOMENTS", 0)
    monkeypatch.setattr(reweighting, "LARGEST_WORK", 1e5)
    with pytest.raises(
        SpecError, match=r"100 resamples of a panel of 14 units .* minutes: take fewer resamples"
    ):
        pk.Mediation("y", "x1", "x2").fit(random_panel(3, 14, 7), reps=100)

"""Clusters deleted where rows have weights, against dummies written out anew without each cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from panelkit.kernels.interactions import unit_slopes
from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.long_work import instead_of_jackknife
from panelkit.kernels.row_weights import RowWeights
from panelkit.kernels.weighted_deletions import weighted_pairs
from panelkit.kernels.within import Layout, within
from panelkit.language.errors import SpecError

# relative to the columns' own cross-products: both roads lose a few digits of sixteen, and more where the weights of
# levels that remain differ by many powers of ten
SAME = {0.0: 1e-12, 2.0: 1e-12, 6.0: 1e-8}


def problem(seed: int, spread: float) -> tuple[Layout, np.ndarray, np.random.Generator]:
    """Return an unbalanced layout, long in units or in periods, with weights from 10^-spread to 10^spread."""
    rng = np.random.default_rng(seed)
    n_units, n_times = (int(rng.integers(3, 30)), int(rng.integers(2, 7)))[:: int(rng.choice([1, -1]))]
    unit, time = np.repeat(np.arange(n_units), n_times), np.tile(np.arange(n_times), n_units)
    held = rng.random(len(unit)) < rng.choice([1.0, 0.8, 0.55])
    held[:2] = True
    unit, time = (np.unique(codes[held], return_inverse=True)[1] for codes in (unit, time))
    w = 10.0 ** rng.uniform(-spread, spread, len(unit))
    return Layout(unit, time, None, RowWeights(w / w.mean(), "aw")), rng.normal(size=(len(unit), 2)), rng


def left_of(columns: np.ndarray, layout: Layout, effects: str, rows: np.ndarray) -> np.ndarray:
    """Return the cross-products of some rows off their dummies, by singular values."""
    root = layout.weights.root[rows, None]
    unit, time = np.eye(layout.n_units)[layout.unit[rows]], np.eye(layout.n_times)[layout.time[rows]]
    D = root * {"unit": unit, "time": time, "twoway": np.hstack([unit, time])}[effects]
    D = D[:, D.any(axis=0)]
    basis, values, _ = np.linalg.svd(D / np.linalg.norm(D, axis=0), full_matrices=False)
    basis = basis[:, values > 1e-7 * values[0]]
    Z = root * columns[rows]
    for _ in range(2):
        Z = Z - basis @ (basis.T @ Z)
    return Z.T @ Z


@pytest.mark.parametrize("spread", SAME)
@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
@pytest.mark.parametrize("clusters", ["units", "periods", "regions", "cut", "rows"])
def test_deleted_clusters_are_dummies_written_out_anew(spread: float, effects: Any, clusters: str) -> None:
    for seed in range(6):
        layout, columns, rng = problem(seed, spread)
        codes = {
            "units": layout.unit, "periods": layout.time, "regions": layout.unit % 2,
            "cut": rng.integers(0, 4, layout.n), "rows": np.arange(layout.n),
        }[clusters]  # fmt: skip
        codes = np.unique(codes, return_inverse=True)[1]
        assert weighted_pairs(layout, effects) is not None
        found = grams_without_each(
            within(layout.weights.root[:, None] * columns, layout, effects), layout, effects, codes
        )
        whole = np.linalg.norm(layout.weights.root[:, None] * columns) ** 2
        for group, gram in enumerate(found):
            expected = left_of(columns, layout, effects, codes != group)
            np.testing.assert_allclose(gram, expected, atol=SAME[spread] * whole)


def test_a_thousand_periods_beside_weights_are_within_reach() -> None:
    """It was refused as an hour of work, because the longer dimension was taken for the small system."""
    rng = np.random.default_rng(0)
    unit, time = np.repeat(np.arange(31), 1_000), np.tile(np.arange(1_000), 31)
    layout = Layout(unit, time, None, RowWeights(rng.uniform(0.2, 5.0, len(unit)), "pw"))
    columns = layout.weights.root[:, None] * rng.normal(size=(len(unit), 2))
    swept = within(columns, layout, "twoway")
    for codes in (unit, time):
        found = grams_without_each(swept, layout, "twoway", codes)
        stays = codes != 7
        anew = within(columns[stays], layout.at(stays), "twoway")
        np.testing.assert_allclose(found[7], anew.T @ anew, rtol=1e-10)


def test_a_refused_jackknife_names_what_fits_its_clusters() -> None:
    unit, time = np.repeat(np.arange(31), 3_000), np.tile(np.arange(3_000), 31)
    weights = RowWeights(np.random.default_rng(0).uniform(0.2, 5.0, len(unit)), "aw")
    layout = Layout(unit, time, unit_slopes(time.astype(float)), weights)
    with pytest.raises(SpecError, match="wild_cluster_bootstrap for p-values, because the clusters are few"):
        grams_without_each(np.ones((len(unit), 1)), layout, "twoway", unit)
    assert "with so many it is as good" in instead_of_jackknife(1_000)

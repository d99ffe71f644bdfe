"""Slopes of units and effects of cells swept out, and clusters deleted under them: against explicit dummies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from panelkit.kernels.crossing import crossing_of
from panelkit.kernels.interactions import Interactions, cell_effects, unit_slopes
from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.moments import group_moments
from panelkit.kernels.within import Layout, within
from panelkit.language.errors import SpecError

CLUSTERS: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]] = {
    "units": lambda unit, time, rng: unit,
    "groups of units": lambda unit, time, rng: unit % 3,
    "periods": lambda unit, time, rng: time,
    "region and spell": lambda unit, time, rng: (unit % 3) * 10 + time // 3,
    "cut": lambda unit, time, rng: rng.integers(0, 6, len(unit)),
    "rows": lambda unit, time, rng: np.arange(len(unit)),
}


def compact(codes: np.ndarray) -> np.ndarray:
    return np.unique(codes, return_inverse=True)[1]


def interactions(kind: str, unit: np.ndarray, time: np.ndarray, rng: np.random.Generator) -> Interactions:
    year, cells = 2010.0 + time, compact((unit % 3) * 100 + time)
    if kind == "trends":
        return unit_slopes(year)
    if kind == "region-years":
        return cell_effects(cells)
    if kind == "quadratic trends":
        return unit_slopes(year, year**2)
    own = rng.normal(size=len(unit))
    return Interactions(np.stack([year, own], axis=1), cells[:, None], ("t", "own"), ("cells",))


def orthonormal(layout: Layout, effects: str) -> np.ndarray:
    """Return a basis of everything that is swept out, from dense dummies."""
    held = layout.interactions
    own = np.eye(layout.n_units)[layout.unit]
    parts = [own * (slope - slope.mean())[:, None] for slope in held.slopes.T]
    parts += [np.eye(code.max() + 1)[code] for code in held.cells.T]
    if effects in ("unit", "twoway"):
        parts.append(own)
    if effects in ("time", "twoway"):
        parts.append(np.eye(layout.n_times)[layout.time])
    if effects == "time":  # slopes without intercepts: no centring
        parts = [own * slope[:, None] for slope in held.slopes.T] + parts[held.slopes.shape[1] :]
    dense = np.hstack(parts)
    left, values, _ = np.linalg.svd(
        dense / np.maximum(np.linalg.norm(dense, axis=0), 1e-300), full_matrices=False
    )
    return left[:, values > 1e-8]


def problem(kind: str, share: float) -> tuple[Layout, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(7)
    unit, time = np.repeat(np.arange(11), 8), np.tile(np.arange(8), 11)
    held = rng.random(len(unit)) < share
    unit, time = compact(unit[held]), compact(time[held])
    columns = rng.normal(size=(len(unit), 3)) + np.array([0.0, 100.0, 0.0])
    return Layout(unit, time, interactions(kind, unit, time, rng)), columns, rng


KINDS = ["trends", "quadratic trends", "region-years", "all"]


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("effects", ["unit", "twoway"])
@pytest.mark.parametrize("kind", KINDS)
def test_sweeping_and_deleting_equal_dummies(kind: str, effects: str, share: float) -> None:
    layout, columns, rng = problem(kind, share)
    basis = orthonormal(layout, effects)
    swept = within(columns, layout, effects)
    np.testing.assert_allclose(swept, columns - basis @ (basis.T @ columns), atol=1e-10)
    assert layout.absorbed(effects) == basis.shape[1]
    assert basis.shape[1] == layout.plain().absorbed(effects) + sum(layout.added(effects))
    crossing = crossing_of(layout, effects)
    np.testing.assert_allclose(crossing.kept_shares(), 1.0 - (basis**2).sum(axis=1), atol=1e-10)
    for cluster in CLUSTERS.values():
        codes = compact(cluster(layout.unit, layout.time, rng))
        grams = grams_without_each(swept, layout, effects, codes)
        for group, gram in enumerate(grams):
            kept = codes != group
            other = orthonormal(layout.at(kept), effects)
            rest = columns[kept] - other @ (other.T @ columns[kept])
            np.testing.assert_allclose(gram, rest.T @ rest, atol=1e-9)


def test_slopes_without_intercepts_beside_time_effects() -> None:
    layout, columns, _ = problem("trends", 0.8)
    basis = orthonormal(layout, "time")
    np.testing.assert_allclose(
        within(columns, layout, "time"), columns - basis @ (basis.T @ columns), atol=1e-9
    )
    assert layout.absorbed("time") == basis.shape[1]


@pytest.mark.parametrize("kind", KINDS)
def test_moments_by_unit_are_the_same_jackknife(kind: str) -> None:
    layout, columns, _ = problem(kind, 0.75)
    moments = group_moments(columns, layout, "twoway")
    deleted = grams_without_each(within(columns, layout, "twoway"), layout, "twoway", layout.unit)
    np.testing.assert_allclose(moments.swept_without_each(), deleted, atol=1e-9)
    weights = np.ones((1, layout.n_units))
    weights[0, 2] = 3.0
    np.testing.assert_allclose(moments.swept(weights)[0], _thrice(layout, columns, 2), atol=1e-9)


def _thrice(layout: Layout, columns: np.ndarray, which: int) -> np.ndarray:
    """Return the cross-products where one unit stands three times, as three units."""
    rows = np.flatnonzero(layout.unit == which)
    take = np.r_[np.arange(layout.n), rows, rows]
    unit = np.r_[layout.unit, np.full(len(rows), layout.n_units), np.full(len(rows), layout.n_units + 1)]
    held = layout.interactions
    again = Interactions(held.slopes[take], held.cells[take], held.slope_names, held.cell_names)
    swept = within(columns[take], Layout(unit, layout.time[take], again), "twoway")
    return swept.T @ swept


def test_a_large_panel_holds_no_dummies() -> None:
    """3,000 units with trends and two-way effects: the jackknife of all of them in a few seconds."""
    rng = np.random.default_rng(1)
    unit, time = np.repeat(np.arange(3_000), 12), np.tile(np.arange(12), 3_000)
    layout = Layout(unit, time, unit_slopes(2000.0 + time))
    columns = rng.normal(size=(len(unit), 2)) + unit[:, None] * time[:, None] * 1e-3
    swept = within(columns, layout, "twoway")
    assert layout.absorbed("twoway") == 2 * 3_000 + 12 - 2
    grams = grams_without_each(swept, layout, "twoway", unit)
    for group in (0, 1_234, 2_999):
        alone = within(columns[unit != group], layout.at(unit != group), "twoway")
        np.testing.assert_allclose(grams[group], alone.T @ alone, rtol=1e-10)


def test_a_slope_that_is_constant_or_repeated_adds_no_rank() -> None:
    unit, time = np.repeat(np.arange(5), 4), np.tile(np.arange(4), 5)
    year = 2010.0 + time
    flat = np.where(unit == 3, 7.0, year)
    assert Layout(unit, time, unit_slopes(flat)).absorbed("unit") == 9
    assert Layout(unit, time, unit_slopes(year, 3.0 * year - 1.0)).absorbed("unit") == 10


def test_no_effects_weights_and_near_repetitions_are_refused() -> None:
    layout, columns, rng = problem("trends", 1.0)
    with pytest.raises(SpecError, match="effects='none' sweeps nothing"):
        within(columns, layout, "none")
    with pytest.raises(SpecError, match="equal weights only"):
        within(columns, layout, "twoway", np.ones(layout.n))
    near = 2010.0 + layout.time + 1e-5 * rng.normal(size=layout.n)
    with pytest.raises(SpecError, match="double precision cannot tell"):
        Layout(layout.unit, layout.time, unit_slopes(near)).absorbed("twoway")


def test_a_jackknife_out_of_reach_is_refused() -> None:
    unit, time = np.repeat(np.arange(4_000), 2), np.tile(np.arange(2), 4_000)
    cells = unit % 1_000 * 2 + time
    layout = Layout(unit, time, cell_effects(cells))
    columns = np.random.default_rng(0).normal(size=(8_000, 1))
    with pytest.raises(SpecError, match="would take about"):
        grams_without_each(columns, layout, "unit", unit)

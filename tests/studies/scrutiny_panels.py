"""Small panels for the conditions of verdicts, and the dense designs that they are held against."""

from __future__ import annotations

import numpy as np

import panelkit as pk
from panelkit.models.linear.fixed_effects import FixedEffects, fit_design
from panelkit.panel.design import design_from_arrays
from panelkit.results.fit import FitResult
from panelkit.studies.scrutiny.cube import Cube, cube
from panelkit.studies.scrutiny.designs import common_path

UNITS, YEARS = 14, 8
REGION = np.arange(UNITS) % 3


def panel(*, balanced: bool = True, worlds: int = 2, seed: int = 3) -> Cube:
    """Return two worlds with one control; unbalanced, one unit has two rows and one has one."""
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.normal(size=(worlds, UNITS, YEARS)), axis=2)
    y = 0.3 * x + np.cumsum(rng.normal(size=x.shape), axis=2)
    control = rng.normal(size=(1, UNITS, YEARS))
    if not balanced:
        hole = rng.random((UNITS, YEARS)) < 0.15
        hole[:6] = False
        hole[6, 2:] = hole[7, 1:] = True
        y[:, hole] = np.nan
    return cube(y, x, control, regions=REGION, income=rng.normal(size=UNITS))


def dense(sample: Cube, world: int, kind: str) -> tuple[np.ndarray, list[str]]:
    """Return the columns (n, k) of a twin design beside unit and year dummies, x first, and their names."""
    unit, year = np.nonzero(sample.held)
    columns = [sample.x[world][sample.held], *(part[sample.held] for part in sample.controls)]
    path = common_path(sample)[world]
    counts = sample.held.sum(axis=1)
    for one in range(1, UNITS):
        if kind in ("trends", "path") and counts[one] > 1:
            columns.append((unit == one) * (year - 3.5))
        if kind == "path" and counts[one] > 2:
            columns.append((unit == one) * path[year])
    for region in np.unique(REGION)[1:] if kind == "regions" else ():
        columns += [
            (unit == np.flatnonzero(region == REGION)[:, None]).any(0) * (year == t) for t in range(1, YEARS)
        ]
    if kind == "income":
        columns += [sample.income[unit] * (year == t) for t in range(1, YEARS)]
    names = ["x", *(f"c{at}" for at in range(1, len(columns)))]
    return np.column_stack(columns).astype(float), names


def dense_fit(sample: Cube, world: int, kind: str) -> FitResult:
    """Return the fit of a twin design on dense dummies, clustered by unit."""
    unit, year = np.nonzero(sample.held)
    columns, names = dense(sample, world, kind)
    design = design_from_arrays(sample.y[world][sample.held], columns, unit, year, terms=tuple(names))
    return fit_design(design, FixedEffects("y ~ x", vcov=pk.Cluster(), convention="xtreg"))


def least_squares(y: np.ndarray, columns: np.ndarray, *groups: np.ndarray) -> float:
    """Return the first coefficient of a regression on columns and the dummies of each grouping."""
    dummies = [(codes[:, None] == np.unique(codes)).astype(float) for codes in groups]
    return float(np.linalg.lstsq(np.column_stack([columns, *dummies]), y, rcond=1e-11)[0][0])

"""Conditions that are printed and decide nothing: income, space, each unit left out, the declared grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from panelkit.covariance.conley import great_circle_km, serial_meat, spatial_meat, spatial_weights
from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.results.students_t import t_survival
from panelkit.studies.scrutiny.cube import Cube
from panelkit.studies.scrutiny.designs import income_slopes, main_slopes
from panelkit.studies.scrutiny.main_test import MainTest
from panelkit.studies.scrutiny.trial import Name, Trial, not_computed
from panelkit.studies.scrutiny.wild import Lots, wild

CUTOFF_KM = 800.0
"""The reach of common shocks of neighbours."""

SIGNIFICANT = 0.05


def income(panel: Cube, direction: FloatArray, lots: Lots) -> Trial:
    """Show the slope beside the income at the start times every year."""
    if panel.income is None:
        said = message("the income of the {units} at the start is not known")
        return not_computed("income", panel.worlds, said)
    fit = income_slopes(panel, panel.income)
    return _shown("income", fit.slope, wild(fit, lots, at_zero=True).p(), direction, fit.rows)


def space(panel: Cube, main: MainTest, direction: FloatArray) -> Trial:
    """Show the main slope with errors correlated up to 800 km (Conley) and over time within a place."""
    if panel.places is None:
        said = message("the {units} have no coordinates")
        return not_computed("space", panel.worlds, said)
    weights = spatial_weights(great_circle_km(panel.places[:, 0], panel.places[:, 1]), CUTOFF_KM, "bartlett")
    unit, year = np.nonzero(panel.held)
    errors = np.empty(panel.worlds)
    for world, score in enumerate(main.fit.x * main.fit.residuals):
        column = score[panel.held][:, None]
        meat = spatial_meat(column, unit, year, panel.years, weights)
        meat = meat + serial_meat(column, unit, year, panel.years, None)
        errors[world] = np.sqrt(max(float(meat[0, 0]), 0.0) * _factor(panel)) / main.fit.size[world]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = main.slope / errors
    p = np.asarray(t_survival(np.abs(t), panel.clusters - 1.0))
    return replace(_shown("space", main.slope, p, direction, panel.rows), statistic=t)


def provinces(panel: Cube, main: MainTest, direction: FloatArray, lots: Lots) -> Trial:
    """Show the main test without each unit: the slope and p of the one whose absence makes p largest."""
    units = np.flatnonzero(panel.held.any(axis=1))
    slope, p = without_each(panel, lots)
    worst, here = worst_of(slope, p, direction), np.arange(panel.worlds)
    shown = _shown("provinces", slope[here, worst], p[here, worst], direction, main.fit.rows)
    return replace(shown, worst=units[worst])


def without_each(panel: Cube, lots: Lots) -> tuple[FloatArray, FloatArray]:
    """Return the slope and the p of the main test without each unit that holds a row, (W, G) each."""
    units = np.flatnonzero(panel.held.any(axis=1))
    slope, p = (np.full((panel.worlds, len(units)), np.nan) for _ in range(2))
    for at, unit in enumerate(units):
        left = panel.held.copy()
        left[unit] = False
        fit = main_slopes(panel.on(left))
        p[:, at], slope[:, at] = wild(fit, lots, at_zero=True).p(), fit.slope
    return slope, p


def worst_of(slope: FloatArray, p: FloatArray, direction: FloatArray) -> NDArray[np.intp]:
    """Return which absence costs most, (W,): a slope that turns, or is lost, is worse than any p."""
    return np.where(slope * direction[:, None] > 0.0, p, 2.0 - np.nan_to_num(p)).argmax(axis=1)


def grid(slopes: FloatArray, direction: FloatArray, p: FloatArray | None = None) -> Trial:
    """Show the share of the declared specifications (W, S) with the claimed sign; a missing one counts against.

    `p` (W,) is that of the whole curve where it was permuted.
    """
    with np.errstate(invalid="ignore"):
        share = (slopes * direction[:, None] > 0.0).mean(axis=1)
    held = np.full(len(slopes), np.nan) if p is None else p
    middle = np.nanmedian(slopes, axis=1)
    return replace(_shown("grid", middle, held, direction, slopes.shape[1]), statistic=share)


def _shown(name: Name, slope: FloatArray, p: FloatArray, direction: FloatArray, rows: int) -> Trial:
    """Return a condition that decides nothing; it passes where the slope is significant on its side."""
    with np.errstate(invalid="ignore"):
        passes = (p < SIGNIFICANT) & (slope * direction > 0.0)
    return Trial(
        name=name,
        slope=slope,
        p=p,
        statistic=np.full(len(slope), np.nan),
        passes=passes,
        takes_away=np.zeros(len(slope), dtype=bool),
        rows=rows,
    )


def _factor(panel: Cube) -> float:
    """Return the factor on a variance clustered by unit under the default convention: year effects are counted."""
    counted = 1 + len(panel.controls) + int(panel.held.any(axis=0).sum())
    groups, rows = panel.clusters, panel.rows
    return groups / (groups - 1) * (rows - 1) / (rows - counted)

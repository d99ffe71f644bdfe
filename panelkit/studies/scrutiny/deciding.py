"""The five conditions that decide a regression verdict, each in many worlds at once.

`direction` (W,) is the side on which an effect is asked for, 1 or -1: the claimed one, or the other where the main
test leans there and the conditions are read in a mirror.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.results.students_t import t_quantile
from panelkit.studies.scrutiny.cube import Cube, Mask
from panelkit.studies.scrutiny.designs import (
    difference_slopes,
    differenced,
    lead_slopes,
    path_slopes,
    region_slopes,
    trend_slopes,
    whole_units,
    with_lead,
)
from panelkit.studies.scrutiny.main_test import MainTest, detectable
from panelkit.studies.scrutiny.slopes import Slopes, jackknife_error
from panelkit.studies.scrutiny.trial import Name, Trial, not_computed
from panelkit.studies.scrutiny.wild import Lots, wild

STILL_THERE = 0.10
"""The p below which an effect is still there beside trends: they take degrees of freedom, and .05 costs five to ten
points of power and stops nothing that the others leave."""

SMALLER = 0.025
"""One-sided level at which a slope beside trends is smaller than the main one."""

HALF = 0.5
"""The share of the main slope that must be left in first differences."""

NEXT_YEAR = 0.01
"""The p below which next year's treatment explains the outcome as well."""

SHORTEST_PATH = 6
FEWEST_ON_PATH = 2
SHORTEST_DIFFERENCES = 3
SHORTEST_TRENDS = 3
FEWEST_REGIONS = 2


def trends(panel: Cube, main: MainTest, direction: FloatArray, lots: Lots) -> Trial:
    """Ask whether the effect survives a linear trend in every unit."""
    if _longest(panel.held) < SHORTEST_TRENDS:
        return not_computed("trends", panel.worlds, _too_short(SHORTEST_TRENDS))
    return _left_standing("trends", trend_slopes(panel), main, direction, lots)


def path(panel: Cube, main: MainTest, direction: FloatArray, lots: Lots) -> Trial:
    """Ask whether it is there beside a trend and a loading on the first common path in every unit.

    The jackknife of the gap holds the path as the whole sample gives it.
    """
    if panel.held.any(axis=0).sum() < SHORTEST_PATH:
        return not_computed("path", panel.worlds, _too_short(SHORTEST_PATH))
    if whole_units(panel).sum() < FEWEST_ON_PATH:
        said = message("fewer than two {units} have all {periods}")
        return not_computed("path", panel.worlds, said)
    fit = path_slopes(panel)
    found = _left_standing("path", fit, main, direction, lots)
    error = jackknife_error(fit.slope, fit.without_each()[:, panel.held.any(axis=1)])
    return replace(
        found,
        passes=_still_there(found.slope, found.p, direction),
        detectable=detectable(error, panel.clusters - 1.0, STILL_THERE),
    )


def differences(panel: Cube, main: MainTest, direction: FloatArray) -> Trial:
    """Ask whether first differences give at least half of the main slope, on its side."""
    changed = differenced(panel)
    if not changed.held.any():
        said = message("no {unit} has two {periods} in a row")
        return not_computed("differences", panel.worlds, said)
    if _longest(changed.held) < SHORTEST_DIFFERENCES - 1:
        return not_computed("differences", panel.worlds, _too_short(SHORTEST_DIFFERENCES))
    fit = difference_slopes(panel)
    ratio = fit.slope / main.slope
    with np.errstate(invalid="ignore"):
        passes = (fit.slope * direction > 0.0) & (fit.slope * direction >= HALF * main.slope * direction)
    return Trial(
        name="differences",
        slope=fit.slope,
        p=np.full(panel.worlds, np.nan),
        statistic=ratio,
        passes=passes,
        takes_away=np.zeros(panel.worlds, dtype=bool),
        rows=fit.rows,
    )


def regions(panel: Cube, main: MainTest, direction: FloatArray, lots: Lots) -> Trial:
    """Ask whether the effect survives the years of every region."""
    if panel.regions is None:
        said = message("the regions of the {units} are not known")
        return not_computed("regions", panel.worlds, said)
    if len(np.unique(panel.regions[panel.held.any(axis=1)])) < FEWEST_REGIONS:
        said = message("all {units} are of one region")
        return not_computed("regions", panel.worlds, said)
    return _left_standing("regions", region_slopes(panel, panel.regions), main, direction, lots)


def leads(panel: Cube, direction: FloatArray, lots: Lots) -> Trial:
    """Ask whether next year's treatment explains the outcome beside today's, with unit trends."""
    held = with_lead(panel)[1]
    if not held.any() or _longest(held) < SHORTEST_TRENDS:
        said = message("too few {periods} whose next {period} is held")
        return not_computed("leads", panel.worlds, said)
    fit = lead_slopes(panel)
    p = wild(fit, lots, at_zero=True).p()
    with np.errstate(invalid="ignore"):
        taken = (p < NEXT_YEAR) & (fit.slope * direction > 0.0)
    computed = ~np.isnan(fit.slope)
    return Trial(
        name="leads",
        slope=fit.slope,
        p=p,
        statistic=np.full(panel.worlds, np.nan),
        passes=computed & ~taken,
        takes_away=taken,
        rows=fit.rows,
    )


def gap(fit: Slopes, main: MainTest) -> FloatArray:
    """Return the t of main slope less the slope of a twin design, by the jackknife over units, (W,)."""
    without = fit.without_each()[:, fit.nuisance.held.any(axis=1)]
    apart = main.slope - fit.slope
    error = jackknife_error(apart, main.without - without)
    with np.errstate(divide="ignore", invalid="ignore"):
        made: FloatArray = apart / error
    return made


def _left_standing(name: Name, fit: Slopes, main: MainTest, direction: FloatArray, lots: Lots) -> Trial:
    """Ask whether a twin's slope is still there, or at least not significantly smaller than the main one."""
    p, apart = wild(fit, lots, at_zero=True).p(), gap(fit, main)
    # df as of the main slope's own jackknife
    bar = float(t_quantile(1.0 - 2.0 * SMALLER, main.without.shape[1] - 1.0))
    with np.errstate(invalid="ignore"):
        there = _still_there(fit.slope, p, direction)
        stands = there | ~(apart * direction > bar)
    # a slope that one unit carries has no jackknife error: it is held against nothing
    computed = ~np.isnan(fit.slope) & (there | ~np.isnan(apart))
    return Trial(
        name=name,
        slope=fit.slope,
        p=p,
        statistic=apart,
        passes=computed & stands,
        takes_away=computed & ~stands,
        rows=fit.rows,
    )


def _still_there(slope: FloatArray, p: FloatArray, direction: FloatArray) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray((p < STILL_THERE) & (slope * direction > 0.0))


def _longest(held: Mask) -> int:
    return int(held.sum(axis=1).max(initial=0))


def _too_short(years: int) -> Message:
    return message("needs at least {years} {periods}", years=years)

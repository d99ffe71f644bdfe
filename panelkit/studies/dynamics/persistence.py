"""How much of a quantity stays from year to year: its own lag, and whether something slow is what stays.

A linear trend in a unit, a slow path that units share with loadings of their own, or a shock of a region that fades
look like a quantity that builds on its own past: without any memory the own lag is then significant in 75 to 100 of 100
worlds, and beside unit trends alone, with slow paths or breaks, still in 34 to 87. With all conditions it is 6 at most
(`docs/evidence/verdicts_persistence.csv`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief
from panelkit.studies.dynamics.half_panel import Corrected, Fitted, half_panel_slope, halves, shortest_half
from panelkit.studies.scrutiny.cube import Cube, Mask
from panelkit.studies.scrutiny.designs import (
    main_slopes,
    path_slopes,
    region_slopes,
    trend_slopes,
    whole_units,
)
from panelkit.studies.scrutiny.slopes import jackknife_error
from panelkit.studies.scrutiny.words import words

Name = Literal["trends", "path", "regions"]

SMALLEST = 0.2
"""A fifth of this year's deviation: what stays below that is gone within a year, for every purpose of ours."""

SIGNIFICANT = 0.05
STILL_THERE = 0.10
"""The p below which it is still there beside a common path, which takes degrees of freedom."""
SMALLER = 0.025
"""One-sided level at which what stays beside trends or region-years is less than before."""

SHORTEST = 3
"""Periods of the shorter half without which the bias cannot be told."""
SHORTEST_TRENDS = 4
FEWEST_REGIONS = 2
FEWEST_ON_PATH = 2


NOTHING_LEFT = message("in a half, or without some {unit}, nothing of the {period} before is left")


@dataclass(frozen=True, eq=False, kw_only=True)
class Trial(Brief):
    """One condition in W worlds, with the reason where it cannot be computed in any (`found` None)."""

    name: Name
    worlds: int
    found: Corrected | None = None
    gap: FloatArray | None = None
    passes: Mask
    takes_away: Mask
    reason: Message | None = None


@dataclass(frozen=True, eq=False)
class Persistence(Brief):
    """The own lag of W worlds without its bias, the conditions beside it, and the word."""

    main: Corrected
    trials: tuple[Trial, ...]
    word: NDArray[np.str_]


def persistence(panel: Cube, smallest: float = SMALLEST) -> Persistence | Message:
    """Return what stays from period to period and under which conditions; the reason where it cannot be told.

    Parameters
    ----------
    panel
        The worlds; x is last period's y.
    smallest
        The smallest own lag of interest.

    Returns
    -------
    Persistence, or the reason
    """
    if shortest_half(panel.held) < SHORTEST:
        return message(
            "needs {needed} {periods}, and the one before them, in a quarter of the {units}: the bias of a lag is told "
            "from two halves",
            needed=2 * SHORTEST,
        )
    main = half_panel_slope(panel, main_slopes)
    if not np.isfinite(main.error).all():
        return NOTHING_LEFT
    trials = (_trends(panel, main), _path(panel, main), _regions(panel, main))
    word = words(
        main.interval(0.95),
        main.interval(0.90),
        np.full(panel.worlds, smallest),
        np.all([trial.passes for trial in trials], axis=0),
        np.any([trial.takes_away for trial in trials], axis=0),
    )
    return Persistence(main, trials, word)


def label(name: Name) -> Message:
    """Return what a condition is called in a table."""
    return {
        "trends": message("{unit} trends"),
        "path": message("{unit} trends and a common path"),
        "regions": message("region by {period}"),
    }[name]


def _trends(panel: Cube, main: Corrected) -> Trial:
    """Ask whether it is there beside a linear trend in every unit: it must be significant there too."""
    if shortest_half(panel.held) < SHORTEST_TRENDS:
        return _not_computed(
            "trends", panel, message("needs at least {years} {periods}", years=2 * SHORTEST_TRENDS)
        )
    return _beside("trends", panel, main, trend_slopes, shown=SIGNIFICANT)


def _path(panel: Cube, main: Corrected) -> Trial:
    """Ask whether it is there beside a trend and a loading on the first common path in every unit.

    The path is that of a half in each half. It takes nothing away: what it leaves is little by itself.
    """
    if shortest_half(panel.held) < SHORTEST_TRENDS:
        return _not_computed(
            "path", panel, message("needs at least {years} {periods}", years=2 * SHORTEST_TRENDS)
        )
    if any(whole_units(panel.on(part)).sum() < FEWEST_ON_PATH for part in halves(panel.held)):
        return _not_computed("path", panel, message("fewer than two {units} have all {periods}"))
    found = _beside("path", panel, main, path_slopes, shown=STILL_THERE)
    return replace(found, takes_away=np.zeros(panel.worlds, dtype=bool))


def _regions(panel: Cube, main: Corrected) -> Trial:
    """Ask whether the years of every region take it away."""
    codes = panel.regions
    if codes is None:
        return _not_computed("regions", panel, message("the regions of the {units} are not known"))
    if len(np.unique(codes[panel.held.any(axis=1)])) < FEWEST_REGIONS:
        return _not_computed("regions", panel, message("all {units} are of one region"))
    return _beside("regions", panel, main, lambda part: region_slopes(part, codes))


def _beside(name: Name, panel: Cube, main: Corrected, fitted: Fitted, *, shown: float | None = None) -> Trial:
    """Hold what stays beside something against what stays without it; `shown`: it must have so low a p to pass."""
    found = half_panel_slope(panel, fitted)
    if not np.isfinite(found.error).any():
        return _not_computed(name, panel, NOTHING_LEFT)
    apart = main.slope - found.slope
    error = jackknife_error(apart, main.without - found.without)
    bar = float(t_quantile(1.0 - 2.0 * SMALLER, main.df))
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = apart / error
        shows = (found.p < (shown or SIGNIFICANT)) & (found.slope * main.slope > 0.0)
        taken = ~shows & (gap * np.sign(main.slope) > bar)
    computed = np.isfinite(found.error)
    passes = computed & (~taken if shown is None else shows)
    return Trial(
        name=name, worlds=panel.worlds, found=found, gap=gap, passes=passes, takes_away=computed & taken
    )


def _not_computed(name: Name, panel: Cube, reason: Message) -> Trial:
    no = np.zeros(panel.worlds, dtype=bool)
    return Trial(name=name, worlds=panel.worlds, passes=no, takes_away=no, reason=reason)

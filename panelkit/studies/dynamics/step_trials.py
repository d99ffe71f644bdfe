"""What is asked beside a change of slope: trends, region-years, a slope that changes steadily, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.models.threshold.regions import ThresholdRegion
from panelkit.show.brief import Brief
from panelkit.studies.dynamics.steps import SIGNIFICANT, Step, StepPanel, step_beside

Name = Literal["trends", "regions", "steady"]
ASKED: tuple[Name, ...] = ("trends", "regions", "steady")

INNER = (0.10, 0.90)
"""Quantiles of the threshold variable between which the region of the threshold must lie."""

STILL_THERE = 0.10
"""The p below which the change shows beside trends, region-years, or a slope that changes steadily."""

HALF = 0.5
"""Beside trends or region-years so much of the change must be left: with less, and no p, it is taken away."""

FEWEST_REGIONS = 2


@dataclass(frozen=True, eq=False, kw_only=True)
class StepTrial(Brief):
    """One condition of W outcomes, with the reason where it cannot be computed (`step` None)."""

    name: Name
    step: Step | None
    passes: NDArray[np.bool_]
    takes_away: NDArray[np.bool_]
    reason: Message | None = None


def inside_middle(panel: StepPanel, region: ThresholdRegion) -> bool:
    """Tell whether a region lies between the 10th and the 90th percentile of the threshold variable.

    One that holds the first or the last value searched may reach further, and does not.
    """
    low, high = np.quantile(panel.q, INNER)
    first, last = region.bounds
    return bool(low <= first and last <= high) and not any(region.edges)


def step_trials(panel: StepPanel, main: Step, reps: int, seed: int) -> tuple[StepTrial, ...]:
    """Ask the conditions of outcomes whose main test is significant; those of others are left at False."""
    asked = main.p < SIGNIFICANT
    return (
        _beside("trends", panel, main, _trends(panel), reps, seed, asked),
        _regions(panel, main, reps, seed, asked),
        _beside("steady", panel, main, _steady(panel), reps, seed, asked),
    )


def label(name: Name) -> Message:
    """Return what a condition is called in a table."""
    return {
        "trends": message("{unit} trends"),
        "regions": message("region by {period}"),
        "steady": message("beyond a slope that changes steadily"),
    }[name]


def _trends(panel: StepPanel) -> FloatArray:
    """Return a linear trend for every unit, (n, N)."""
    marks = panel.unit[:, None] == np.arange(panel.layout.n_units)
    return np.asarray(marks * (panel.time - panel.time.mean())[:, None])


def _steady(panel: StepPanel) -> FloatArray:
    """Return the product of x and the threshold variable, (n, 1)."""
    return np.asarray((panel.inside * (panel.q - panel.q.mean()))[:, None])


def _regions(panel: StepPanel, main: Step, reps: int, seed: int, asked: NDArray[np.bool_]) -> StepTrial:
    codes = panel.regions
    if codes is None:
        return _not_computed("regions", main, message("the regions of the {units} are not known"))
    held = np.unique(codes)
    if len(held) < FEWEST_REGIONS:
        return _not_computed("regions", main, message("all {units} are of one region"))
    times = np.arange(panel.layout.n_times)
    cells = (codes[panel.unit][:, None] == held[1:])[:, :, None] & (panel.time[:, None, None] == times[1:])
    return _beside("regions", panel, main, cells.reshape(len(panel.x), -1).astype(float), reps, seed, asked)


def _beside(
    name: Name,
    panel: StepPanel,
    main: Step,
    columns: FloatArray,
    reps: int,
    seed: int,
    asked: NDArray[np.bool_],
) -> StepTrial:
    """Ask whether the change shows beside further columns; where nothing is left to search, the reason."""
    try:
        found = step_beside(panel, columns, reps, seed, asked)
    except DataError as error:
        return _not_computed(name, main, error.said)
    with np.errstate(invalid="ignore"):
        shows = asked & (found.p < STILL_THERE)
        little = found.change * np.sign(main.change) < HALF * np.abs(main.change)
    taken = asked & ~shows & little
    if name == "steady":  # a steady change is a change: it is no threshold
        taken = np.zeros_like(taken)
    return StepTrial(name=name, step=found, passes=shows, takes_away=taken)


def _not_computed(name: Name, main: Step, reason: Message) -> StepTrial:
    no = np.zeros(len(main.f), dtype=bool)
    return StepTrial(name=name, step=None, passes=no, takes_away=no, reason=reason)

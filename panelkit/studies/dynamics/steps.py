"""Whether a slope changes at a value of another figure: Hansen's F on slopes inside units, and what is asked beside it.

Hansen's model lets x times an indicator change, x as it stands: where x has a level of its own the level shifts at the
threshold, and the F finds shifts of levels. With real fiscal shares of 31 provinces and units that catch up by income
it rejects a true null in 88 to 96 of 100 worlds, and finds a change of slope in 5 to 11 of 100; of x less the mean of
its unit the same numbers are 3 to 7, and 64 to 74. So x stands less the mean of its unit here, and the threshold
variable is held fixed. p is the larger one of two bootstraps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.models.threshold.bootstrap import Resampling, bootstrap_f
from panelkit.models.threshold.candidates import Candidates, candidates
from panelkit.models.threshold.regions import ThresholdRegion, likelihood_ratio_region
from panelkit.models.threshold.search import Search, search_of
from panelkit.models.threshold.sequence import Path, beside_splits, path
from panelkit.models.threshold.spaces import WithinSpace
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.main_test import POWER, SMALLEST_SHARE

Name = Literal["trends", "regions", "steady"]
ASKED: tuple[Name, ...] = ("trends", "regions", "steady")

TRIM = 0.10
"""The share of rows that both regimes hold at least: a threshold outside is no change that many provinces cross."""

INNER = (0.10, 0.90)
"""Quantiles of the threshold variable between which the region of the threshold must lie."""

SIGNIFICANT = 0.05
STILL_THERE = 0.10
"""The p below which the change shows beside trends, region-years, or a slope that changes steadily."""

HALF = 0.5
"""Beside trends or region-years so much of the change must be left: with less, and no p, it is taken away."""

FEWEST_REGIONS = 2
_HALVINGS = 12
_DOUBLINGS = 40
# residuals that carry no more than this share of what the effects leave of the outcome are rounding
_EXACT = 1e-20
# what a threshold leaves is a difference of two sums, and below this share of the larger one nothing but rounding
_ROUNDING = 1e-10


@dataclass(frozen=True, eq=False)
class StepPanel(Brief):
    """W outcomes y (W, n) of one sample of n rows, sorted by unit: x (n,), the threshold variable q (n,), controls.

    `unit`, `time` (n,) are codes, `controls` (n, j), `regions` (N,) codes of the units or None; `variable` is what the
    threshold variable is called.
    """

    y: FloatArray
    x: FloatArray
    q: FloatArray
    controls: FloatArray
    unit: IntArray
    time: IntArray
    regions: NDArray[np.int64] | None = None
    variable: str = "q"

    @cached_property
    def layout(self) -> Layout:
        """Return where the rows stand."""
        return Layout(self.unit, self.time)

    @cached_property
    def inside(self) -> FloatArray:
        """Return x less the mean of its unit, (n,)."""
        means = np.bincount(self.unit, self.x) / self.layout.unit_counts
        return np.asarray(self.x - means[self.unit])


@dataclass(frozen=True, eq=False)
class Step(Brief):
    """The change of slope of W outcomes beside something: F, bootstrap p, the value and the change (W,) each.

    p is missing where it was not asked for; it counts what is observed among the draws, (1 + above) / (1 + draws).
    """

    search: Search
    grid: Candidates
    residuals: FloatArray
    found: Path
    f: FloatArray
    p: FloatArray
    value: FloatArray
    change: FloatArray

    def left(self, world: int) -> FloatArray:
        """Return the residuals of one outcome with its threshold, (m,)."""
        place = int(self.found.places[world, 0])
        return np.asarray(beside_splits(self.search, [place]).without(self.residuals[world][None])[0])

    def region(self, world: int, level: float = 0.95) -> ThresholdRegion:
        """Return the likelihood-ratio region of the threshold of one outcome."""
        return likelihood_ratio_region(
            self.search,
            self.grid.values,
            self.residuals[world],
            [],
            int(self.found.places[world, 0]),
            self.grid.least,
            level,
            float(self.found.settled[world]),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class StepTrial(Brief):
    """One condition of W outcomes, with the reason where it cannot be computed (`step` None)."""

    name: Name
    step: Step | None
    passes: NDArray[np.bool_]
    takes_away: NDArray[np.bool_]
    reason: Message | None = None


def main_step(panel: StepPanel, reps: int, seed: int) -> Step:
    """Return the change of slope with unit and period effects, the threshold variable and the controls beside it.

    Raises
    ------
    DataError
        If the threshold variable has few values, or no value parts the rows.
    """
    return step_beside(panel, np.empty((len(panel.x), 0)), reps, seed)


def step_beside(
    panel: StepPanel, more: FloatArray, reps: int, seed: int, asked: NDArray[np.bool_] | None = None
) -> Step:
    """Return the change of slope beside further columns (n, r); p of the outcomes asked for, None for all."""
    space = WithinSpace(panel.layout, True)
    grid = candidates(panel.q, panel.variable, TRIM, columns=1, search="exact")
    focal = panel.inside[:, None]
    beside = np.column_stack([panel.q, panel.controls, more, focal])
    search = search_of(space, panel.q, focal, beside, grid.cuts)
    moved = space.moved(panel.y.T).T
    residuals = search.without(moved)
    found = path(search, residuals, 1, grid.least)
    if not np.isfinite(found.settled).all():
        raise DataError(message("no value of the threshold variable parts slopes that can be told apart"))
    before, after = (residuals**2).sum(axis=1), found.settled
    if ((before <= _EXACT * (moved**2).sum(axis=1)) | (after <= _ROUNDING * before)).any():
        raise DataError(message("the outcome is fitted exactly: there is nothing to resample"))
    f = found.f(space.degrees)[:, 0]
    made = Step(
        search, grid, residuals, found, f, np.full(len(f), np.nan),
        grid.values[found.places[:, 0]], _changes(panel, search, residuals, found),
    )  # fmt: skip
    worlds = range(len(f)) if asked is None else np.flatnonzero(asked)
    p = made.p.copy()
    for world in worlds:
        above = max(int(np.sum(one >= f[world])) for one in _draws(made, int(world), reps, seed))
        p[world] = (1.0 + above) / (1.0 + reps)
    return replace(made, p=p)


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


def detectable_change(panel: StepPanel, main: Step, reps: int, seed: int) -> float:
    """Return the change of slope, at the median of the threshold variable, that the test finds four times in five.

    Residuals of the first outcome get random signs by unit and a change put in; what they give is held against the 95th
    percentiles of F without it. The residuals of the null model hold the change, so that the bar of random signs rises
    with it. Infinite where no change, however large, is found so often.
    """
    above = (panel.q > np.median(panel.q)) * panel.inside
    moved = main.search.without(main.search.space.moved(above[:, None]).T)
    signs = 2.0 * np.random.default_rng([seed, 1]).integers(0, 2, (reps, panel.layout.n_units)) - 1.0
    signs, left = signs[:, panel.unit], main.residuals[0]
    fixed = [float(np.quantile(one, 1.0 - SIGNIFICANT)) for one in _draws(main, 0, reps, seed)]

    def f_of(outcomes: FloatArray) -> FloatArray:
        made = path(main.search, main.search.without(outcomes), 1, main.grid.least, rest=False)
        return made.f(main.search.space.degrees)[:, -1]

    def found(size: float) -> float:
        rising = float(np.quantile(f_of(signs * (left + size * moved)), 1.0 - SIGNIFICANT))
        return float(np.mean(f_of(signs * left + size * moved) > max(rising, *fixed[:-1], 0.0)))

    low, high = 0.0, float(np.sqrt((left**2).sum() / (moved**2).sum()))
    for _ in range(_DOUBLINGS):
        if found(high) >= POWER:
            break
        low, high = high, 2.0 * high
    else:
        return float("inf")
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if found(middle) >= POWER else (middle, high)
    return high


def smallest_change(panel: StepPanel, main: Step) -> FloatArray:
    """Return the change of slope that moves y by a fifth of its deviation for one of x, (W,), both inside units."""
    space = main.search.space
    x, y = space.moved(panel.inside[:, None])[:, 0], space.moved(panel.y.T).T
    return np.asarray(SMALLEST_SHARE * np.sqrt((y**2).sum(axis=1) / (x**2).sum()))


def label(name: Name) -> Message:
    """Return what a condition is called in a table."""
    return {
        "trends": message("{unit} trends"),
        "regions": message("region by {period}"),
        "steady": message("beyond a slope that changes steadily"),
    }[name]


def _draws(step: Step, world: int, reps: int, seed: int) -> tuple[FloatArray, ...]:
    """Return F* of one outcome without a threshold, (reps,), under each bootstrap.

    Residuals of one unit given to another, as Hansen does, and those of the null model under random signs by unit: the
    first lose what the variance of a unit has to do with its x, and reject too often where it has; the larger p counts.
    Units with different periods cannot change places, and have signs alone.
    """
    nothing, chance = np.zeros(step.residuals.shape[1]), np.random.default_rng(seed)
    kinds: tuple[tuple[Resampling, FloatArray], ...] = (("signs", step.residuals[world]),)
    if step.search.space.layout.balanced:
        kinds = (("units", step.left(world)), *kinds)
    return tuple(
        bootstrap_f(
            step.search, nothing, residuals, 1, step.grid.least, reps=reps, rng=one, resampling=resampling
        )
        for (resampling, residuals), one in zip(kinds, chance.spawn(len(kinds)), strict=True)
    )


def _changes(panel: StepPanel, search: Search, residuals: FloatArray, found: Path) -> FloatArray:
    """Return the slope above the threshold less that at or below it, (W,)."""
    changes = np.empty(len(residuals))
    for place in np.unique(found.places[:, 0]):
        rows = found.places[:, 0] == place
        above = np.zeros(search.n)
        above[search.order[search.cuts[place] :]] = 1.0
        column = search.without(search.space.moved((above * panel.inside)[:, None]).T)[0]
        changes[rows] = residuals[rows] @ column / (column @ column)
    return changes


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

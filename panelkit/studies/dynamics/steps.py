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

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.models.threshold.bootstrap import Resampling, bootstrap_f
from panelkit.models.threshold.candidates import Candidates, candidates
from panelkit.models.threshold.regions import ThresholdRegion, likelihood_ratio_region
from panelkit.models.threshold.search import Search, search_of
from panelkit.models.threshold.sequence import Path, beside_splits, path
from panelkit.models.threshold.spaces import WithinSpace
from panelkit.show.brief import Brief

TRIM = 0.10
"""The share of rows that both regimes hold at least: a threshold outside is no change that many provinces cross."""

SIGNIFICANT = 0.05
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
        above = max(int(np.sum(one >= f[world])) for one in null_draws(made, int(world), reps, seed))
        p[world] = (1.0 + above) / (1.0 + reps)
    return replace(made, p=p)


def null_draws(step: Step, world: int, reps: int, seed: int) -> tuple[FloatArray, ...]:
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

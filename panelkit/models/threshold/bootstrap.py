"""The bootstrap F of the number of thresholds: residuals of whole units drawn again (Hansen 1999, 4 and 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.threshold.search import Search, blocks
from panelkit.models.threshold.sequence import path

Resampling = Literal["units", "signs"]

_COPIES = 6  # arrays of the size of the outcomes that a block holds


def bootstrap_f(
    search: Search,
    null: FloatArray,
    residuals: FloatArray,
    thresholds: int,
    least: int,
    *,
    reps: int,
    rng: np.random.Generator,
    resampling: Resampling = "units",
) -> FloatArray:
    """Return F* of `thresholds` against one fewer, (reps,).

    Parameters
    ----------
    search
        The candidates, no split held.
    null
        What the thresholds of the null model explain (m,), orthogonal to the basis of the search; zeros for none.
        Slopes that both models share change no F.
    residuals
        What is drawn again (m,): of the model with `thresholds` thresholds for "units", of the null model for "signs".
    reps, rng
        Draws and chance.
    resampling
        "units": whole vectors of residuals, drawn with replacement; needs one row a period of each. "signs": the vector
        of a unit keeps its place and gets a random sign (wild bootstrap by unit, Rademacher).

    Notes
    -----
    Threshold variable and regressors are held. Whole vectors keep what errors of a unit share over time. Vectors that
    change places lose what the variance of a unit has to do with its regressors; signs keep that, and residuals of the
    larger model, which the search made small, would reject too often under them (docs/evidence/threshold.csv).
    """

    def statistic(outcomes: FloatArray) -> FloatArray:
        found = path(search, outcomes, thresholds, least, rest=False)
        return np.asarray(found.f(search.space.degrees)[:, -1])

    return drawn_statistics(search, null, residuals, statistic, reps=reps, rng=rng, resampling=resampling)


def drawn_statistics(
    search: Search,
    null: FloatArray,
    residuals: FloatArray,
    statistic: Callable[[FloatArray], FloatArray],
    *,
    reps: int,
    rng: np.random.Generator,
    resampling: Resampling = "units",
) -> FloatArray:
    """Return a statistic of outcomes (B, m) on residuals drawn again, (reps,); see `bootstrap_f`."""
    drawn = np.empty(reps)
    unit = search.space.unit
    parts = list(blocks(reps, _COPIES * len(residuals)))
    for part in steps_of(parts, len(parts)):
        outcomes = _outcomes(residuals, unit, part.stop - part.start, rng, resampling)
        drawn[part] = statistic(search.without(outcomes) + null)
    # a draw whose thresholds leave no room for a further one has nothing to gain by it
    return np.nan_to_num(drawn, nan=0.0)


def _outcomes(
    residuals: FloatArray, unit: IntArray, count: int, rng: np.random.Generator, resampling: Resampling
) -> FloatArray:
    """Return residuals drawn again, (count, m)."""
    units = int(unit[-1]) + 1
    if resampling == "signs":
        return np.asarray(residuals * (2.0 * rng.integers(0, 2, (count, units)) - 1.0)[:, unit])
    vectors = residuals.reshape(units, -1)
    return np.asarray(vectors[rng.integers(0, units, (count, units))].reshape(count, -1))

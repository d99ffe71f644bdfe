"""What is asked beside the lags of a cause: trends, a common path and shocks of regions, with the outcome's own past.

The conditions of a regression (`studies/scrutiny`) on the outcome, the cause a year earlier, and the outcome's own lags
held fixed. Beside unit trends, and beside the years of regions, the cause must show; a common path must not take it
away. Two figures that feed each other make a common path by themselves, so that a path which must be passed costs half
of the power and stops little that trends leave. Next year's cause is not asked: in a system it may answer to today's
outcome. Nor are first differences: with a lag of the outcome they are biased.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.studies.scrutiny.cube import Cube
from panelkit.studies.scrutiny.deciding import STILL_THERE, path, regions, trends
from panelkit.studies.scrutiny.designs import main_slopes
from panelkit.studies.scrutiny.main_test import SMALLEST_SHARE, run_main
from panelkit.studies.scrutiny.trial import Trial
from panelkit.studies.scrutiny.wild import Lots


def precedence_trials(panel: Cube, direction: FloatArray, lots: Lots) -> tuple[Trial, ...]:
    """Run the conditions of W worlds.

    Parameters
    ----------
    panel
        The worlds: y the outcome, x the cause a year earlier, `controls` the outcome's own lags and what else is held
        fixed.
    direction
        Shape (W,): the side on which an effect is asked for, 1 or -1.
    lots
        The draws of every bootstrap.
    """
    main = run_main(panel, lots)
    side = np.broadcast_to(np.asarray(direction, dtype=float), (panel.worlds,))
    beside_path = path(panel, main, side, lots)
    shows = _shown(beside_path, side).passes
    compared = np.isfinite(beside_path.statistic)
    return (
        _shown(trends(panel, main, side, lots), side),
        replace(beside_path, passes=shows | (compared & ~beside_path.takes_away)),
        _shown(regions(panel, main, side, lots), side),
    )


def _shown(trial: Trial, side: FloatArray) -> Trial:
    """Return a condition that passes where the cause shows beside it, and in no other case."""
    with np.errstate(invalid="ignore"):
        return replace(trial, passes=(trial.p < STILL_THERE) & (trial.slope * side > 0.0))


def smallest_effect(panel: Cube) -> FloatArray:
    """Return the effect that moves y by a fifth of its within deviation for one of x, (W,); the rest held fixed."""
    fit = main_slopes(panel)
    ratio: FloatArray = np.sqrt((fit.y**2).sum(axis=(1, 2)) / fit.size)
    return SMALLEST_SHARE * ratio

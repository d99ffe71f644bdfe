"""What is asked beside the lags of a cause: trends, a common path and shocks of regions, with the outcome's own past.

The conditions of a regression (`studies/scrutiny`) on the outcome, the cause a year earlier, and the outcome's own lags
held fixed. Next year's cause is not asked: in a system it may answer to today's outcome. Nor are first differences: with
a lag of the outcome they are biased.
"""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.studies.scrutiny.cube import Cube
from panelkit.studies.scrutiny.deciding import path, regions, trends
from panelkit.studies.scrutiny.main_test import run_main
from panelkit.studies.scrutiny.trial import Trial
from panelkit.studies.scrutiny.wild import Lots


def precedence_trials(panel: Cube, direction: FloatArray, lots: Lots) -> tuple[tuple[Trial, ...], FloatArray]:
    """Run the conditions of W worlds, and return the smallest effect of interest beside them.

    Parameters
    ----------
    panel
        The worlds: y the outcome, x the cause a year earlier, `controls` the outcome's own lags and what else is held
        fixed.
    direction
        Shape (W,): the side on which an effect is asked for, 1 or -1.
    lots
        The draws of every bootstrap.

    Returns
    -------
    trials, smallest (W,)
        The smallest effect moves y by a fifth of its within deviation for one of x.
    """
    main = run_main(panel, lots)
    side = np.broadcast_to(np.asarray(direction, dtype=float), (panel.worlds,))
    found = (
        trends(panel, main, side, lots),
        path(panel, main, side, lots),
        regions(panel, main, side, lots),
    )
    return found, main.smallest

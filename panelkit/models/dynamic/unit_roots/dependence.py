"""Whether units move together: Pesaran's CD of the Dickey-Fuller residuals, which most tests take as independent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.inference.panel_tests.errors import residual_correlations
from panelkit.language.message import Message, message
from panelkit.models.dynamic.unit_roots.adf import residuals, rows_with
from panelkit.models.dynamic.unit_roots.batch import Batch
from panelkit.models.dynamic.unit_roots.statistic import PanelTest

_FEWEST_SHARED = 3
_BOUND = 1.959964  # of a standard normal at 5 %


def cross_dependence(batch: Batch) -> tuple[float, float]:
    """Return CD = sqrt(1 / pairs) sum sqrt(T_ij) r_ij (Pesaran 2004) and the mean of r_ij over pairs of units.

    r_ij are correlations of the residuals of the augmented Dickey-Fuller regressions over the T_ij periods that both
    hold, at least three; NaN where no pair does.
    """
    adf = batch.adf
    counted = np.zeros(batch.held.shape, bool)
    for order in np.unique(adf.lags[0]):
        mine = adf.lags[0] == order
        counted[mine] = rows_with(batch.held, int(order))[mine]
    unit, where = np.nonzero(counted)
    rho, shared = residual_correlations(residuals(adf)[0][counted], unit, where, batch.held.shape[1])
    upper = np.triu_indices(len(rho), 1)
    held = shared[upper] >= _FEWEST_SHARED
    if not held.any():
        return float("nan"), float("nan")
    r = rho[upper][held]
    return float((np.sqrt(shared[upper][held]) * r).sum() / np.sqrt(len(r))), float(r.mean())


def dependence_note(tests: Sequence[PanelTest], batch: Batch) -> tuple[Message, ...]:
    """Return that units move together, where they do and a test supposes that they do not.

    Residuals of panels whose cross-section means left sum to nearly nothing in every period, which tells nothing.
    """
    alone = [test.name(batch.setting) for test in tests if test.independent]
    if not alone or batch.setting.demean or not np.isfinite(batch.adf.t).all():
        return ()
    cd, mean = cross_dependence(batch)
    if not abs(cd) > _BOUND:
        return ()
    said = message(
        "Dickey-Fuller residuals of {units} correlate by {mean:.2f} on average (CD = {cd:.1f}): p, size and power of "
        "{tests} suppose independent {units}; cips does not, and `demean` helps against a shock that hits all alike",
        mean=mean,
        cd=cd,
        tests=alone,
    )
    return (said,)

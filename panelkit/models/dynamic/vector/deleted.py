"""Estimates of a panel VAR without each cluster, and the covariance that they give."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.deviations import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.dynamic.vector.result import PanelVARFit


def jackknifed(fit: PanelVARFit) -> FloatArray:
    """Return (G - 1) / G times the squares of estimates without each cluster about the estimate, (m k, m k).

    Raises
    ------
    SpecError
        If an estimate without some cluster has no solution.
    """
    groups = fit.columns.groups
    beta, _ = fit.under_weights(np.ones((groups, groups)) - np.eye(groups))
    if not np.isfinite(beta).all():
        raise SpecError(
            message(
                "without one of the clusters the model has no solution: take {errors}, and method='F' of "
                "Granger tests",
                errors=option("errors", "robust"),
            )
        )
    apart = np.swapaxes(beta, 1, 2).reshape(groups, -1) - fit.estimates
    return np.asarray(apart.T @ apart * (groups - 1) / groups)

"""What a confounder of mediator and outcome would have to be to undo an indirect effect."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from panelkit.inference.confounding import error_moments, explained_share
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence
from panelkit.models.mediation.findings import Sensitivity
from panelkit.models.mediation.result import MediationResult
from panelkit.results.fit import FloatArray


@offered("capability", "mediation_sensitivity", source="Imai, Keele and Yamamoto (2010)")
def sensitivity(result: MediationResult, mediator: str | None = None, *, level: float = 0.95) -> Sensitivity:
    """Return the sensitivity of the effect through one mediator of a result; None is the only one."""
    at = result.mediator_position(mediator)
    system, column = result.system, result.mediators[at]
    outcome = len(system.labels) - 1
    equation = next(e for e in system.equations if e.name == "outcome")
    products = [at for j, at in result.products if j == column and at in equation.regressors]
    regressors = [j for j in equation.regressors if j != column and j not in products]
    whole = system.refit(np.ones((1, system.n_groups)))
    errors = error_moments(whole, regressors, column, outcome, products)
    drawn = error_moments(result.swept_draws, regressors, column, outcome, products)
    before = _before(result, system.theta[None], at)
    tail = (1.0 - check_confidence(level)) / 2.0
    low, high = np.nanquantile(drawn.correlation, [tail, 1.0 - tail])
    rho = float(errors.correlation[0])
    explained = [
        explained_share(whole[0], regressors, column),
        explained_share(whole[0], equation.regressors, outcome),
    ]
    left = float(np.prod([max(1.0 - share, 0.0) for share in explained]))
    return Sensitivity(
        mediator=system.labels[column],
        estimate=float(before[0] * errors.slope(np.zeros(1))[0, 0]),
        rho_zero=rho,
        rho_low=float(low),
        rho_high=float(high),
        r2_residual=rho**2,
        r2_total=rho**2 * left,
        level=level,
        before=before,
        errors=errors,
        before_draws=_before(result, result.theta_draws, at),
        error_draws=drawn,
    )


def _before(result: MediationResult, theta: FloatArray, mediator: int) -> FloatArray:
    """Return the effect of the treatment on a mediator over all routes that end in it, (B,)."""
    paths = result.paths
    total = np.zeros(len(theta))
    for route in paths.routes:
        if route[-1] != mediator:
            continue
        value = theta[:, paths.first[route[0]]]
        for i, j in pairwise(route):
            value = value * theta[:, paths.between[j][i]]
        total = total + value
    return total

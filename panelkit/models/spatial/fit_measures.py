"""What a spatial panel prints of its fit beside the likelihood: squared correlations, the mean of the fixed effects."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.spatial.likelihood import Optimum, Problem, lag
from panelkit.spatial.spectrum import factorise


def measures_of_xsmle(problem: Problem, optimum: Optimum) -> dict[str, float]:
    """Return R2 between and overall, and the mean of the fixed effects, under the names of the facts.

    The R2 are squared correlations of y with its reduced-form prediction S^-1 Z b, of unit means and of all rows, as
    `xtreg` defines them; the one within stands among the facts of every spatial panel. The mean of the fixed effects
    is that of y - rho W y - Z b.
    """
    linear: FloatArray = problem.Z @ optimum.b
    lagged, predicted = np.zeros_like(problem.y), linear
    if problem.w is not None:
        lagged = lag(problem.w, problem.y)
        predicted = np.asarray(factorise(problem.w, optimum.rho).solve(linear))
    measures = {
        "r2_between": _squared_correlation(problem.y.mean(axis=1), predicted.mean(axis=1)),
        "r2_overall": _squared_correlation(problem.y.reshape(-1), predicted.reshape(-1)),
    }
    if problem.counting.effects != "none":
        measures["mean_fixed_effects"] = float((problem.y - optimum.rho * lagged - linear).mean())
    return measures


def _squared_correlation(one: FloatArray, two: FloatArray) -> float:
    if np.ptp(one) == 0.0 or np.ptp(two) == 0.0:
        return 0.0
    return float(np.corrcoef(one, two)[0, 1] ** 2)

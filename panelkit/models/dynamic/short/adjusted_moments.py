"""Bias-corrected moments of dynamic panels (Breitung, Kripfganz and Hayakawa 2022)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.models.dynamic.short.dynamic_rows import DynamicEffects, DynamicRows
from panelkit.models.dynamic.short.moment_solution import AdjustedProblem, solve_adjusted
from panelkit.models.dynamic.short.nickell import pairs_apart
from panelkit.models.dynamic.short.result import DynamicFit, finished
from panelkit.models.dynamic.short.shell import DynamicSpec, in_order, scaled_columns
from panelkit.models.dynamic.short.unit_errors import (
    UnitChanges,
    UnitErrors,
    changes_of_moments,
    lost_terms,
    refuse_lost,
    unit_vcov,
)
from panelkit.models.effects import effects_word


@estimator(
    "adjusted_moments",
    family="dynamic",
    can=["unit changes"],
    result="DynamicFit",
    source="Breitung, Kripfganz and Hayakawa 2022, eqs. 6-9; Bun and Carree 2005; Dhaene and Jochmans 2016",
)
@dataclass(frozen=True)
class AdjustedMoments(DynamicSpec):
    """A dynamic panel with fixed effects by within moments less their expectation: the default for few units.

    Parameters
    ----------
    formula
        `outcome ~ lag(outcome, 1) + regressors`; any lags of the outcome. Other regressors are strictly exogenous.
    effects
        "twoway" (period dummies are regressors) or "unit".
    errors
        "jackknife": one unit left out at a time, by one Newton step. "cluster": the sandwich over units. Both with
        t(N-1).
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Notes
    -----
    The lags of the outcome are correlated with the mean error of their unit. Their within moments have an expectation
    that the own coefficients and the variance of the errors determine, and the estimate solves the moments less it. It
    is the analytic inversion of the bias: what indirect inference finds by simulation as its draws grow.

    It needs errors without serial correlation whose variance does not change over time inside a unit; the variance may
    differ between units. Nothing is asked of the first period, and gaps and unbalanced panels are taken as they are.

    Examples
    --------
    >>> fit = pk.AdjustedMoments("log(patents_granted) ~ lag(log(patents_granted), 1)").fit(panel)
    >>> fit.facts["n_units"]
    31
    """

    formula: str
    effects: DynamicEffects = "twoway"
    errors: UnitErrors = "jackknife"
    where: str | None = None

    def _estimate(self, rows: DynamicRows) -> DynamicFit:
        rows.refuse_slopes_of_units()
        y, W, scales = scaled_columns(rows)
        problem = AdjustedProblem(y, W, rows.layout.starts, pairs_apart(rows.mask), rows.lags.orders)
        b, k = solve_adjusted(problem), len(rows.terms)
        jacobians = problem.jacobians(b)
        if self.errors == "jackknife":
            lost = in_order(rows, lost_terms(jacobians, k).astype(float))
            refuse_lost(lost, np.asarray(rows.design.unit_labels), rows.terms)
        changes = changes_of_moments(b, problem.moments(b), jacobians).of(slice(0, k), scales)
        changes = UnitChanges(in_order(rows, changes.influence), in_order(rows, changes.deleted))
        estimates = in_order(rows, b[:k] / scales)
        name = rows.design.level_names[0]
        return finished(
            self,
            rows,
            estimates,
            unit_vcov(self.errors, changes, estimates, name),
            title=message(
                "Adjusted moments ({effects}): {outcome}",
                effects=effects_word(self.effects),
                outcome=rows.design.outcome,
            ),
            within_estimates=in_order(rows, problem.within[:k] / scales),
            without_unit=changes.deleted,
            notes=(
                message(
                    "within moments less their expectation (Breitung, Kripfganz and Hayakawa 2022): errors without "
                    "serial correlation, other regressors strictly exogenous"
                ),
            ),
        )

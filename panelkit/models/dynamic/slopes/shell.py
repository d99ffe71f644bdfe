"""What estimators of slopes by unit share: options, the road from rows to a result, facts and notes."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.covariance.base import check_vcov, computed, refuse_uncarried
from panelkit.formula.conditions import check_where
from panelkit.formula.formula import parse_formula
from panelkit.kernels.location import BOUND
from panelkit.kernels.outcome import is_exact, refuse_constant
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import capabilities_of
from panelkit.language.options import check_flag
from panelkit.models.dynamic.slopes.problem import Average, MeanOfSlopes, PooledSlopes
from panelkit.models.dynamic.slopes.result import SlopesResult
from panelkit.models.dynamic.slopes.sample import Fitted, Plan, Unidentified, fit_units
from panelkit.models.shell import LinearSpec, Rows, require_terms, without_intercept
from panelkit.results.fit import fields_under

FEW = 3  # rows beside everything but one normal regressor, below which the variance of its slope has no mean


class SlopesSpec(LinearSpec[SlopesResult]):
    """The shell of an estimator of slopes by unit: `LinearSpec` without convention and weights.

    A subclass says in `_plan` what stands in each regression, and in `_title` what it is called.
    """

    unidentified: Unidentified
    average: Average
    trends: bool

    def __post_init__(self) -> None:
        check_vcov(self.vcov)
        refuse_uncarried(self.vcov, capabilities_of(type(self)) or (), verbatim(type(self).__name__))
        object.__setattr__(self, "where", check_where(self.where))
        if not parse_formula(self.formula).has_intercept:
            raise SpecError(
                message(
                    "`{formula}`: every regression has an intercept of its own: leave out `- 1`",
                    formula=self.formula,
                )
            )
        if self.unidentified not in ("refuse", "drop"):
            raise SpecError(
                message("unidentified is 'refuse' or 'drop', not {given!r}", given=self.unidentified)
            )
        if self.average not in ("mean", "huber"):
            raise SpecError(message("average is 'mean' or 'huber', not {given!r}", given=self.average))
        check_flag("trends", self.trends)
        self._check()

    def _plan(self) -> Plan:
        """Return what stands beside the regressors."""
        raise NotImplementedError

    def _title(self, outcome: str) -> Message:
        """Return the head of the tables."""
        raise NotImplementedError

    def _pooled(self) -> bool:
        """Return whether one slope is estimated from all rows."""
        return False

    def _estimate(self, rows: Rows) -> SlopesResult:
        require_terms(rows.design, self.formula)
        design = without_intercept(rows.design)
        refuse_constant(design.y, design.outcome)
        plan = self._plan()
        fitted = fit_units(design, plan)
        if self._pooled():
            problem: MeanOfSlopes = PooledSlopes(fitted.regressions)
        else:
            problem = MeanOfSlopes(fitted.regressions, self.average)
        return _result(self, fitted, problem, plan)


def _result(spec: SlopesSpec, fitted: Fitted, problem: MeanOfSlopes, plan: Plan) -> SlopesResult:
    design = fitted.design
    title = spec._title(design.outcome)
    vcov = computed(spec.vcov, problem, design, None, title)
    return SlopesResult(
        title=title,
        terms=design.terms,
        estimates=problem.estimates,
        outcome=design.outcome,
        spec=spec,
        design=design,
        residuals=problem.residuals[design.unit, fitted.time],
        dropped=design.dropped,
        slopes=problem,
        positions=fitted.time,
        **fields_under(
            vcov,
            len(design.terms),
            facts=(_facts(fitted), _after(problem)),
            notes=(
                (
                    *design.notes,
                    *_notes(fitted, plan),
                    *_averaged(problem, pooled=spec._pooled()),
                    *_exact(design.outcome, problem),
                ),
                (),
            ),
        ),
    )


def _facts(fitted: Fitted) -> dict[str, Any]:
    design, years = fitted.design, fitted.design.time_labels
    n_units = len(design.unit_labels)
    return {
        "nobs": len(design.y),
        "n_units": n_units,
        "n_periods": len(years),
        "years": f"{years[0]}-{years[-1]}",
        "balanced": len(design.y) == n_units * len(years),
    }


def _after(problem: MeanOfSlopes) -> dict[str, Any]:
    found = problem.regressions
    df = int(found.rows.sum()) - problem.parameters
    return {
        "sigma": float(np.sqrt((problem.residuals**2).sum() / df)),
        "df_resid": df,
        "fewest_rows": int(found.rows.min()),
        "fewest_df": int((found.rows - found.other).min()),
        "vcov": "",
    }


def _notes(fitted: Fitted, plan: Plan) -> list[Message]:
    found = fitted.regressions
    notes = []
    if plan.demeaned:
        notes.append(message("outcome and regressors are deviations from the mean of their {period}"))
    if plan.averages and plan.lags:
        notes.append(
            message(
                "every {unit} has slopes of its own on averages of outcome and regressors over the {units}, and on "
                "{lags} lags of these",
                lags=plan.lags,
            )
        )
    elif plan.averages:
        notes.append(
            message(
                "every {unit} has slopes of its own on averages of outcome and regressors over the {units}"
            )
        )
    if plan.trends:
        notes.append(message("every {unit} has a linear trend of its own"))
    beside = int((found.rows - found.other).min())
    if plan.own_slopes and beside - found.X.shape[2] + 1 < FEW:
        notes.append(
            message(
                "some {units} have {beside} rows beside what each regression holds besides the regressors: slopes of "
                "so few have no finite variance where regressors are normal, and one unit can decide their mean",
                beside=beside,
            )
        )
    if len(found.slopes) < 2 * len(fitted.design.terms):
        notes.append(message("fewer than two {units} a regressor: the spread of slopes is told by few"))
    return notes


def _exact(outcome: str, problem: MeanOfSlopes) -> list[Message]:
    """Say that the same slopes reproduce the outcome in every unit, so that their spread is rounding."""
    found = problem.regressions
    if not is_exact((found.y - found.X @ problem.estimates).ravel(), found.y.ravel()):
        return []
    return [
        message(
            "the same slopes reproduce `{outcome}` exactly in every {unit}: standard errors and tests are rounding",
            outcome=outcome,
        )
    ]


def _averaged(problem: MeanOfSlopes, *, pooled: bool) -> list[Message]:
    if pooled:
        return [message("one slope of each regressor for all {units}, from all rows")]
    if problem.average == "mean":
        return []
    return [
        message(
            "Huber's mean of the slopes (bound {bound} scales, scale the median absolute deviation): what most {units} "
            "have, not the mean over all",
            bound=BOUND,
        )
    ]

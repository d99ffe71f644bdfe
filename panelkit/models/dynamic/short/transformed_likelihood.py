"""Quasi-maximum likelihood of dynamic panels with fixed effects (Hsiao, Pesaran and Tahmiscioglu 2002)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from panelkit.covariance.base import Vcov
from panelkit.kernels.within import FloatArray, within
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.models.dynamic.short.dynamic_rows import DynamicEffects, DynamicRows
from panelkit.models.dynamic.short.result import DynamicFit, finished
from panelkit.models.dynamic.short.shell import DynamicSpec, in_order
from panelkit.models.dynamic.short.transformed import Maximum, maximise, without_each
from panelkit.models.dynamic.short.transformed_rows import TransformedRows, transformed_rows
from panelkit.models.dynamic.short.unit_errors import (
    UnitChanges,
    changes_of_moments,
    check_errors,
    lost_terms,
    refuse_lost,
    unit_vcov,
)
from panelkit.models.effects import effects_word

Projection = Literal["means", "first", "all", "none"]
LikelihoodErrors = Literal["jackknife", "cluster", "hessian"]


@estimator(
    "transformed_likelihood",
    family="dynamic",
    can=["unit changes"],
    result="DynamicFit",
    source="Hsiao, Pesaran and Tahmiscioglu 2002, eqs. 3.1-3.9 and 4.6; Kripfganz 2016 (xtdpdqml)",
)
@dataclass(frozen=True)
class TransformedLikelihood(DynamicSpec):
    """A dynamic panel with fixed effects by the likelihood of its changes, the first one included.

    Parameters
    ----------
    formula
        `outcome ~ lag(outcome, 1) + regressors`, the first lag only. Other regressors are strictly exogenous.
    effects
        "twoway" (an intercept for every change) or "unit" (one for the first change).
    errors
        "jackknife": one unit left out at a time, the maximum found anew. "cluster": the sandwich over units. "hessian":
        errors that are normal, independent and of one variance. With t(N-1).
    projection
        What the first change is projected on, which past regressors are in: "means" (its own change, and
        the mean of every regressor less its start), "all" (the changes of all periods, as xtdpdqml; many parameters),
        "first" (its own change) or "none" (a constant): the last two are right only where past regressors do not
        matter.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Notes
    -----
    Balanced panels without gaps. The variance of the first change is free, so that the start need not be stationary.
    Where the regressors are held in the period before the sample, the first change enters; else it is lost.

    Examples
    --------
    >>> fit = pk.TransformedLikelihood("log(patents_granted) ~ lag(log(patents_granted), 1)").fit(panel)
    >>> fit.facts["balanced"]
    True
    """

    formula: str
    effects: DynamicEffects = "twoway"
    errors: LikelihoodErrors = "jackknife"
    projection: Projection = "means"
    where: str | None = None

    def _check(self) -> None:
        check_errors(self.errors, get_args(LikelihoodErrors))
        if self.projection not in get_args(Projection):
            raise SpecError(
                message(
                    "projection is one of {known}, not {given!r}",
                    known=get_args(Projection),
                    given=self.projection,
                )
            )

    def _estimate(self, rows: DynamicRows) -> DynamicFit:
        _refuse_other_lags(rows)
        rows.refuse_slopes_of_units()
        made = transformed_rows(rows, self.projection)
        top = maximise(made.problem)
        return _fit(self, rows, made, top)


def _refuse_other_lags(rows: DynamicRows) -> None:
    if rows.lags.first_only:
        return
    raise SpecError(
        message(
            "the likelihood is that of one lag, and the formula holds {terms}: take AdjustedMoments or "
            "HalfPanelJackknife",
            terms=[f"`{term}`" for term in rows.lags.terms],
        )
    )


def _fit(spec: TransformedLikelihood, rows: DynamicRows, made: TransformedRows, top: Maximum) -> DynamicFit:
    problem, k = made.problem, len(rows.terms)
    scores, hessians = problem.scores(top.theta), problem.hessians(top.theta)
    estimates = in_order(rows, top.theta[:k] / made.scales)
    if spec.errors == "jackknife":
        lost = in_order(rows, lost_terms(hessians, k).astype(float))
        refuse_lost(lost, np.asarray(rows.design.unit_labels), rows.terms)
    influence = changes_of_moments(top.theta, scores, hessians).influence[:, :k] / made.scales
    deleted = without_each(problem, top)[:, :k] / made.scales if spec.errors == "jackknife" else influence[:0]
    changes = UnitChanges(in_order(rows, influence), in_order(rows, deleted))
    if spec.errors == "hessian":
        vcov = _hessian(-hessians.sum(axis=0), k, made, rows, len(scores))
    else:
        vcov = unit_vcov(spec.errors, changes, estimates, rows.design.level_names[0])
    return finished(
        spec,
        rows,
        estimates,
        vcov,
        title=message(
            "Transformed likelihood ({effects}): {outcome}",
            effects=effects_word(spec.effects),
            outcome=rows.design.outcome,
        ),
        within_estimates=_within(rows),
        without_unit=changes.deleted,
        facts=_facts(rows, made, top),
        notes=_notes(spec, made, top),
    )


def _hessian(information: FloatArray, k: int, made: TransformedRows, rows: DynamicRows, units: int) -> Vcov:
    inverse = np.linalg.inv(information)[:k, :k] / np.outer(made.scales, made.scales)
    matrix = in_order(rows, in_order(rows, inverse).T)
    name = message("inverse Hessian, t({df})", df=units - 1)
    note = message(
        "standard errors of the inverse Hessian: errors that are normal, independent and of one variance"
    )
    return Vcov(matrix, float(units - 1), name, {"n_clusters": units}, (note,))


def _within(rows: DynamicRows) -> FloatArray:
    both = within(np.column_stack([rows.design.y, np.asarray(rows.design.X)]), rows.layout, rows.effects)
    size = np.sqrt((both**2).sum(axis=0))
    found: FloatArray = np.linalg.lstsq(both[:, 1:] / size[1:], both[:, 0], rcond=None)[0] / size[1:]
    return found


def _facts(rows: DynamicRows, made: TransformedRows, top: Maximum) -> dict[Any, Any]:
    problem = made.problem
    scale = float(np.sqrt((np.diff(_levels_of(rows, made), axis=1) ** 2).sum()))
    parameters = problem.D.shape[2] + 2
    loglik = top.loglik - problem.dy.size * float(np.log(scale))
    return {
        "loglik": loglik,
        "aic": 2.0 * parameters - 2.0 * loglik,
        "bic": float(np.log(problem.dy.size)) * parameters - 2.0 * loglik,
        message("variance of the first change over that of an error"): float(top.theta[-1]),
    }


def _levels_of(rows: DynamicRows, made: TransformedRows) -> FloatArray:
    N, T = rows.mask.shape
    y = np.asarray(rows.design.y).reshape(N, T)
    before = np.asarray(rows.design.X)[:, int(rows.lag_at[0])].reshape(N, T)[:, :1]
    return np.concatenate([before, y], axis=1) if made.lent else y


def _notes(spec: TransformedLikelihood, made: TransformedRows, top: Maximum) -> tuple[Message, ...]:
    said = [
        message(
            "{changes} changes of {n_units} {units}, the first with a variance and a projection of its own "
            "(projection={projection!r})",
            changes=made.problem.dy.size,
            n_units=len(made.problem.dy),
            projection=spec.projection,
        )
    ]
    if not made.lent:
        said.append(
            message(
                "the regressors of the {period} before the sample are not held, so that the first {period} serves as "
                "the start"
            )
        )
    if top.local > 1:
        said.append(message("the likelihood has {count} maxima; the highest is taken", count=top.local))
    return tuple(said)

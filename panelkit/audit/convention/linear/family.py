"""The linear family of candidates: least squares with effects, its programs, samples, columns and known mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.candidate import Option, Predicted
from panelkit.audit.convention.linear.axes import effects_word
from panelkit.audit.convention.linear.dealt import dealt_rows
from panelkit.audit.convention.linear.enumerated import listed_plans
from panelkit.audit.convention.linear.ground import Ground
from panelkit.audit.convention.linear.plans import Plan
from panelkit.audit.convention.linear.pool import pool_of
from panelkit.audit.convention.linear.predicted import SCALES, Asked, Candidates
from panelkit.audit.convention.linear.regressions import Rows
from panelkit.audit.convention.linear.rows import entering
from panelkit.audit.convention.linear.terms import question_of
from panelkit.audit.convention.problem import Problem
from panelkit.audit.convention.target import ERROR, ESTIMATE, NOBS, PERIODS, R2, UNITS, P, T
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, counted, message
from panelkit.language.offers import offered
from panelkit.language.spelt import option

_DROPPED = Option("singletons", "dropped", message("units of one period left out (reghdfe)"))
_KNOWN = {ESTIMATE, ERROR, T, P, NOBS, UNITS, PERIODS, *R2}


@offered("convention_family", "linear", family="conventions", source="docs/conventions.md")
def linear_candidates(problem: Problem) -> Predicted:
    """Return what linear regressions of the question would print.

    Raises
    ------
    SpecError
        If no formula is given, a printed number is none of a linear regression, or a printed name is no term.
    DataError
        If the stated regression has no rows, or the figures cannot be read.
    """
    if problem.formula is None:
        raise SpecError(
            message(
                "the linear family needs {formula}, the regression that the paper states",
                formula=option("formula"),
            )
        )
    unknown = [
        f"{term}:{kind}" if term else kind for term, kind in problem.target.slots if kind not in _KNOWN
    ]
    if unknown:
        raise SpecError(
            message(
                "{numbers}: a linear regression prints no such number; take it out, or another family",
                numbers=unknown,
            )
        )
    if not problem.target.terms:
        raise SpecError(
            message("printed holds no coefficient: a search needs the number of one term at least")
        )
    question, stated = question_of(problem.formula, problem.target.terms, problem.names, problem.controls)
    pool = pool_of(question, problem.versions, problem.unit, problem.time)
    rows = Rows(pool, entering(pool, problem))
    base = Plan(controls=stated)
    kept = rows.of(base)
    if not kept.any():
        raise DataError(
            message("no row holds the outcome and every regressor of `{formula}`", formula=problem.formula)
        )
    listed = listed_plans(Ground(pool, base, kept, problem), rows, problem.target)
    asked = Asked(problem.target.slots, question.named)
    plans, blocks, scales, lacking = [], [], [], []
    for plan, keep in (one for each in listed.plans for one in _with_singletons(rows, *each)):
        regression = rows.regression(plan, keep)
        if regression is None:
            lacking.append(plan)
            continue
        scaled = len(SCALES) if plan.departures < listed.depth else 1
        plans.append(plan)
        scales.append(scaled)
        blocks.append(asked.rows(regression, scaled))
    if not blocks:
        raise DataError(
            message(
                "no regression of `{formula}` can be computed on these figures: it takes two units and two periods or "
                "more, an outcome and regressors that vary within the effects, and none that others add up to",
                formula=problem.formula,
            )
        )
    candidates = Candidates(plans, scales)

    def dealt(at: int, rng: np.random.Generator, draws: int) -> FloatArray:
        plan, scale, variance = candidates.parts(at)
        again = rows.regression(candidates.plans[plan])
        assert again is not None
        return dealt_rows(asked, again, scale, variance, rng, draws)

    return Predicted(
        candidates,
        problem.target.slots,
        np.concatenate(blocks),
        dealt,
        notes=(*pool.notes, *listed.notes, *_lacking(lacking)),
        fits=len(plans),
        ruled_out=listed.ruled_out,
    )


def _lacking(plans: Sequence[Plan]) -> tuple[Message, ...]:
    """Say how many regressions have no numbers, and that the stated one is among them where it is."""
    if not plans:
        return ()
    said = [
        counted(
            "{n} regression cannot be computed: effects or other terms absorb a regressor, or too few rows are left",
            "{n} regressions cannot be computed: effects or other terms absorb a regressor, or too few rows are left",
            n=len(plans),
        )
    ]
    stated = [plan.effects for plan in plans if plan.departures == 0]
    if stated:
        named = [effects_word(one) for one in stated]
        said.append(message("the stated regression is among them, with {effects}", effects=named))
    return tuple(said)


def _with_singletons(rows: Rows, plan: Plan, keep: NDArray[np.bool_]) -> list[tuple[Plan, NDArray[np.bool_]]]:
    """Return a plan as it is, and where it has singletons once more without them, as reghdfe drops them."""
    if plan.effects == "none":
        return [(plan, keep)]
    alone = np.bincount(rows.unit[keep], minlength=1) == 1
    if not alone.any():
        return [(plan, keep)]
    without = replace(plan, singletons=False, options=(*plan.options, _DROPPED))
    return [(without, rows.of(without)), (plan, keep)]

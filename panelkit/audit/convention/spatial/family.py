"""The spatial family of candidates: models, programs, weights, samples and known mistakes of spatial panels."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from panelkit.audit.convention.candidate import Predicted
from panelkit.audit.convention.linear.enumerated import listed_plans
from panelkit.audit.convention.linear.ground import Ground
from panelkit.audit.convention.linear.plans import Plan
from panelkit.audit.convention.linear.pool import Pool, pool_of
from panelkit.audit.convention.linear.regressions import Rows
from panelkit.audit.convention.linear.rows import entering
from panelkit.audit.convention.linear.terms import Question, question_of
from panelkit.audit.convention.problem import Problem
from panelkit.audit.convention.spatial.cubes import Sampled, sampled
from panelkit.audit.convention.spatial.enumerated import MOST, Axes, Planned, planned
from panelkit.audit.convention.spatial.likelihoods import EFFECTS, likelihoods, models_of
from panelkit.audit.convention.spatial.orders import Order, orders_of
from panelkit.audit.convention.spatial.predicted import Way, numbers_of, printed, printer_of
from panelkit.audit.convention.spatial.slots import Wanted, wanted_of
from panelkit.audit.convention.spatial.weighting import Given, given_weights, versions
from panelkit.audit.convention.target import ESTIMATE, Target
from panelkit.kernels.within import Effects, FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.models.spatial.batch.dealt import dealt_jobs
from panelkit.models.spatial.batch.fits import fit_batch

_BEHIND = re.compile(r"^(?:W\s*[*·×xX_.:\s]\s*|W(?=[^a-z])|空间滞后项?\s*)", re.IGNORECASE)
_DEPTH = 2
_MANY = 100  # units, above which none is left out in turn: every such sample has eigenvalues of its own


@offered("convention_family", "spatial", family="conventions", source="docs/conventions.md")
def spatial_candidates(problem: Problem) -> Predicted:
    """Return what spatial panels of the question would print.

    Raises
    ------
    SpecError
        If no formula is given, the effects or the model are not those of a spatial panel, a printed name is no term.
    DataError
        If no sample is balanced, or ids of weights and panel differ.
    """
    if problem.formula is None:
        raise SpecError(
            message(
                "the spatial family needs {formula}, the regression that the paper states",
                formula=option("formula"),
            )
        )
    effects = _effects(problem.effects)
    names = _terms_of(problem)
    question, stated = question_of(
        problem.formula, [one for one, _ in names.values()], problem.names, problem.controls
    )
    pool = pool_of(question, problem.versions, problem.unit, problem.time)
    rows = Rows(pool, entering(pool, problem))
    wanted = _wanted(problem.target, question, names)
    _refuse_unknown(problem.target, wanted)
    given = given_weights(problem.w, list(pool.panel.unit_labels))
    orders = orders_of(list(pool.panel.unit_labels), _as_listed(pool), given[0].listed)
    axes = _axes(problem, question, wanted, effects, given, orders)
    samples, ruled_out = _samples(problem, pool, rows, stated, orders)
    plans, depth, notes = _within_reach(samples, axes, problem.depth)
    if not plans:
        raise DataError(
            message(
                "no balanced sample of `{formula}` has weights for all its units", formula=problem.formula
            )
        )
    numbers = numbers_of(plans, wanted, problem.target, depth)
    candidates = numbers.candidates
    if not len(candidates):
        raise DataError(
            message(
                "no spatial fit of `{formula}` has all the printed numbers: a regressor may not vary, or the "
                "likelihood have its top at the edge",
                formula=problem.formula,
            )
        )

    def dealt(at: int, rng: np.random.Generator, draws: int) -> FloatArray:
        return _dealt(*candidates.parts(at), wanted, rng, draws)

    return Predicted(
        candidates,
        problem.target.slots,
        numbers.matrix,
        dealt,
        notes=(*pool.notes, *(said for one in given for said in one.notes), *notes),
        fits=len(plans),
        ruled_out=ruled_out,
    )


def _effects(stated: str | None) -> tuple[Effects, ...]:
    if stated is None:
        return tuple(EFFECTS)
    found = next((one for one in EFFECTS if one == stated), None)
    if found is None:
        raise SpecError(
            message(
                "a search among spatial panels knows the effects {known}, not {effects!r}",
                known=list(EFFECTS),
                effects=stated,
            )
        )
    return (found,)


def _terms_of(problem: Problem) -> dict[str, tuple[str, bool]]:
    """Return, for each printed term, the regressor that it names and whether it is its spatial lag."""
    found = {}
    for term in problem.target.terms:
        name = problem.names.get(term, term)
        bare = _BEHIND.sub("", name)
        found[term] = (bare if bare != name else term, bare != name)
    return found


def _wanted(target: Target, question: Question, names: dict[str, tuple[str, bool]]) -> list[Wanted | None]:
    labels = [one.label for one in question.regressors]
    places = {
        term: ("theta" if behind else "b", labels.index(question.named[bare]))
        for term, (bare, behind) in names.items()
    }
    return [wanted_of(slot, places) for slot in target.slots]


def _refuse_unknown(target: Target, wanted: Sequence[Wanted | None]) -> None:
    """Refuse printed numbers that no spatial fit of the search prints."""
    known = {slot for slot, one in zip(target.slots, wanted, strict=True) if one is not None}
    for one in target.wanted:
        if not known & {(one.term, kind) for kind in one.kinds}:
            raise SpecError(
                message(
                    "{number}: spatial panels of a search print no such number (standard errors of effects are drawn "
                    "by chance in most programs, and cannot be found again): take it out",
                    number=f"{one.term}: {one.kinds[0]}" if one.term else one.kinds[0],
                )
            )


def _axes(
    problem: Problem,
    question: Question,
    wanted: Sequence[Wanted | None],
    effects: Sequence[Effects],
    given: Sequence[Given],
    orders: Sequence[Order],
) -> Axes:
    held = [one for one in wanted if one is not None]
    asks = {what: any(one.what == what for one in held) for what in ("rho", "lambda", "theta")}
    models = models_of(problem.model, lag=asks["rho"], error=asks["lambda"], durbin=asks["theta"])
    behind = tuple(sorted({one.place for one in held if one.what == "theta"}))
    durbin = behind if 0 < len(behind) < len(question.regressors) else None
    right, wrong = versions(given)
    return Axes(right, wrong, orders, list(likelihoods(models, effects, durbin)))


def _as_listed(pool: Pool) -> list[Hashable]:
    """Return the units in the order in which the table first names them."""
    unit = pool.panel.unit
    first = np.unique(unit, return_index=True)
    return [pool.panel.unit_labels[code] for code in first[0][np.argsort(first[1], kind="stable")]]


def _samples(
    problem: Problem, pool: Pool, rows: Rows, stated: tuple[str, ...], orders: Sequence[Order]
) -> tuple[list[Sampled], int]:
    """Return the balanced samples, near ones first, each different cube once; and how many were ruled out."""
    base = Plan(controls=stated)
    one = replace(problem, effects="twoway")
    listed = listed_plans(Ground(pool, base, rows.of(base), one), rows, problem.target)
    found, few = [], len(pool.panel.unit_labels) <= _MANY
    for plan, keep in sorted(listed.plans, key=lambda each: each[0].departures):
        alone = few or len(plan.without) != 1
        if plan.row is None and plan.split is None and alone:
            found += list(sampled(rows, plan, keep))
    if found:
        found[1:1] = [found[0].stacked(order) for order in orders]
    return found, listed.ruled_out


def _within_reach(
    samples: Sequence[Sampled], axes: Axes, depth: int | None
) -> tuple[list[Planned], int, tuple[Message, ...]]:
    """Return the fits to make: two steps away where they are not too many, else one."""
    found = []
    for one in planned(samples, axes, _DEPTH if depth is None else depth):
        found.append(one)
        if depth is None and len(found) > MOST:
            note = message(
                "more than {most:,} spatial fits lie two steps from what is stated, and were not tried: "
                "state the model ({model}) and the effects ({effects}), the rows ({where}), print the "
                "number of observations, or ask for them by {depth}",
                model=option("model"),
                effects=option("effects"),
                where=option("where"),
                depth=option("depth", 2),
                most=MOST,
            )
            return list(planned(samples, axes, 1)), 1, (note,)
    return found, _DEPTH if depth is None else depth, ()


def _dealt(
    plan: Planned, way: Way, wanted: Sequence[Wanted | None], rng: np.random.Generator, draws: int
) -> FloatArray:
    jobs = dealt_jobs(plan.job, rng, draws)
    if not jobs:
        return np.full((draws, len(wanted)), np.nan)
    needs = any(one is not None and one.kind != ESTIMATE for one in wanted)
    again = [replace(plan, job=job) for job in jobs]
    return printed(printer_of(again, fit_batch(jobs, errors=needs)), wanted, way)

"""Mediation on panels: how much of an effect goes through mediators, with the inference that panels need."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from panelkit.covariance.base import VcovSpec, check_vcov, refuse_uncarried
from panelkit.inference.indirect import resample_counts
from panelkit.kernels.capabilities import DELETED_GROUPS, SCORES
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import Message, message, term, verbatim
from panelkit.language.offers import capabilities_of, estimator
from panelkit.language.options import check_count, is_whole
from panelkit.models.linear.fixed_effects import FixedEffects, fit_design
from panelkit.models.mediation.design import (
    PathColumns,
    common_sample,
    equation_design,
    groups_of,
    levels_of,
    refuse_unusable,
)
from panelkit.models.mediation.leavers import sample_remarks
from panelkit.models.mediation.overlap import MadeOf, Overlap, overlaps, timing_remark
from panelkit.models.mediation.paths import Equation, PathMap, PathSystem
from panelkit.models.mediation.plan import MediationPlan
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.roles import roles_of
from panelkit.models.mediation.words import DIRECT, INDIRECT, TOTAL, via
from panelkit.models.reading import open_frame
from panelkit.models.statements import exact_fit
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult, Uncertainty

# Below this number of clusters a cluster bootstrap is known to be rough (Cameron, Gelbach and Miller 2008).
FEW_CLUSTERS = 20
FEWEST_REPS = 100


@estimator(
    "mediation",
    family="mediation",
    can=(DELETED_GROUPS, SCORES),
    result="MediationResult",
    source="Baron and Kenny 1986; Sobel 1982; Imai, Keele and Yamamoto 2010",
)
@dataclass(frozen=True)
class Mediation(MediationPlan):
    """A mediation model on a panel: treatment -> mediators -> outcome, all equations on one sample.

    Parameters
    ----------
    outcome, treatment, mediators
        Expressions on columns, as in formulas: `log(patents / population)`. One mediator may be a plain string.
    controls
        Terms of a formula, `z + log(w)`; they stand in every equation.
    effects
        "twoway", "unit", "time" or "none", in every equation.
    order
        "parallel": mediators side by side. "serial": each mediator also regressed on those before it.
    vcov
        Covariance of the path coefficients and cluster of the bootstrap: CRV3, Cluster, Robust or Iid.
    convention
        How degrees of freedom are counted, as in `FixedEffects`.
    treatment_lag, outcome_lead
        Years by which the treatment is dated before, and the outcome after, the mediator.
    moderator, moderates
        An expression that changes paths: "first" (treatment to mediator), "second" (mediator to outcome), "direct".
        It is centred at its mean over the sample; one that the effects absorb (a region) enters by its products only.
    interaction
        Adds treatment x mediator, of every mediator, to the outcome equation. Effects then depend on the level of the
        treatment: those of the result are slopes at the means, `result.at_levels()` gives them at `levels`.
    levels
        Values of the treatment (as dated by `treatment_lag`) for `at_levels`: p10, p50, p90 and the mean unless told.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Raises
    ------
    SpecError
        If an option is unknown, or a control or the moderator is made of a mediator, the treatment or the outcome
        (`x:m`, `I(m^2)`, `C(k):m`). An earlier value, `lag(m, 1)`, is another variable.

    Notes
    -----
    total - direct = indirect holds exactly, because all equations are linear and on the same rows.

    Examples
    --------
    >>> spec = pk.Mediation("log(patents_granted)", "log(rd_funds_government)", "log(rd_expenditure)")
    >>> found = spec.fit(panel, reps=1000, rng=1)
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        check_vcov(self.vcov)
        refuse_uncarried(self.vcov, capabilities_of(type(self)) or (), verbatim("Mediation"))
        roles_of(self)

    def with_vcov(self, vcov: VcovSpec) -> Mediation:
        """Return the same model with another covariance."""
        return replace(self, vcov=vcov)

    def fit(
        self,
        data: pd.DataFrame,
        *,
        reps: int = 5_000,
        rng: int | np.random.Generator = 0,
        jobs: int = 1,
        unit: str | None = None,
        time: str | None = None,
        made_of: MadeOf | None = None,
    ) -> MediationResult:
        """Estimate all equations and bootstrap the effects over provinces.

        Parameters
        ----------
        data
            A frame with a (province, year) MultiIndex, or any frame with `unit` and `time` columns named.
        reps
            Resamples of provinces; every equation is estimated anew in each, effects included.
        jobs
            Workers; the numbers are the same for any number of them.
        made_of
            Indicators behind columns that are indices, `{"hqd": ["gdp", ...]}`, to find overlaps.

        Raises
        ------
        DataError
            If the panel is unusable: duplicated province-years, no complete row.
        SpecError
            If a variable is absorbed by the effects, repeats another, or the clusters are too few.
        """
        if is_whole(reps) and reps < FEWEST_REPS:
            raise SpecError(
                message(
                    "{reps} resamples make no interval: take {least} at least, 5,000 by default",
                    reps=reps,
                    least=FEWEST_REPS,
                )
            )
        check_count("reps", reps, FEWEST_REPS)
        if not is_whole(jobs) or jobs == 0:
            raise SpecError(message("jobs is a number of workers, or -1 for all, not {jobs!r}", jobs=jobs))
        roles = roles_of(self)
        frame = open_frame(data, unit, time)
        design = common_sample(self, roles, frame, unit, time)
        columns = PathColumns.of(self, roles, design)
        system = columns.system(self, groups_of(design, self.vcov))
        weights = resample_counts(system.n_groups, reps, as_generator(rng))
        refuse_unusable(system, columns, self.effects, levels_of(design))
        fits = tuple(
            fit_design(equation_design(design, system, e), self._equation_spec(system, e))
            for e in system.equations
        )
        swept = system.refit(weights, jobs)
        theta, held = system.coefficients(swept)
        lost = int((~held).sum())
        if lost > reps / 2:
            raise ConvergenceError(
                message(
                    "{lost} of {reps} resamples do not identify the paths: too few {units} carry the treatment or a "
                    "mediator",
                    lost=lost,
                    reps=reps,
                ).spoken(*levels_of(design))
            )
        made = Uncertainty(method="bootstrap", reps=reps - lost, seed=seed_of(rng), discarded=lost)
        shared = overlaps(
            [roles.plain_treatment, *roles.plain_mediators, roles.plain_outcome], frame.data, made_of
        )
        return _result(self, design, columns, system, fits, swept[held], theta[held], made, shared)

    def _equation_spec(self, system: PathSystem, equation: Equation) -> FixedEffects:
        right = " + ".join(system.labels[j] for j in equation.regressors)
        formula = f"{system.labels[equation.outcome]} ~ {right}"
        return FixedEffects(formula, effects=self.effects, vcov=self.vcov, convention=self.convention)


def _result(
    spec: Mediation,
    design: Design,
    columns: PathColumns,
    system: PathSystem,
    fits: tuple[FitResult, ...],
    swept: FloatArray,
    theta: FloatArray,
    made: Uncertainty,
    shared: tuple[Overlap, ...],
) -> MediationResult:
    paths = columns.path_map(system)
    draws = paths.effects(theta)
    mediators = [system.labels[j] for j in columns.mediators]
    equations, terms = _names(paths, mediators)
    remarks = _remarks(spec, design, columns, system, made, shared)
    facts = {key: fits[-1].facts[key] for key in ("nobs", "n_units", "n_periods", "years", "balanced")}
    facts |= {"n_clusters": system.n_groups, "order": spec.order, "effects": spec.effects}
    facts |= {"vcov": fits[-1].facts["vcov"], "convention": spec.convention}
    return MediationResult(
        title=message(
            "Mediation: {path}", path=" → ".join([system.labels[0], ", ".join(mediators), design.outcome])
        ),
        terms=terms,
        equations=equations,
        estimates=paths.effects(system.theta[None])[0],
        covariance=np.atleast_2d(np.cov(draws, rowvar=False)),
        df=float(system.n_groups - 1),
        facts=facts,
        notes=(*remarks, *design.provenance),
        uncertainty=made,
        draws=draws,
        spec=spec,
        fits=dict(zip((e.name for e in system.equations), fits, strict=True)),
        system=system,
        paths=paths,
        mediators=columns.mediators,
        swept_draws=swept,
        theta_draws=theta,
        moderation=columns.moderation,
        interaction=columns.interaction,
        products=columns.products,
        remarks=remarks,
        overlaps=shared,
        dropped=design.dropped,
    )


def _remarks(
    spec: Mediation,
    design: Design,
    columns: PathColumns,
    system: PathSystem,
    made: Uncertainty,
    shared: tuple[Overlap, ...],
) -> tuple[Message, ...]:
    """Return what is said of the model, in the words of its panel."""
    found = [overlap.said() for overlap in shared]
    timing = timing_remark(spec.treatment_lag, spec.outcome_lead)
    found += [] if timing is None else [timing]
    found += [] if columns.interaction is None else [columns.interaction.said()]
    found.append(
        message(
            "percentile intervals; {made}; {units} resampled whole, all equations and effects estimated anew",
            made=made.sentence(),
        )
    )
    exact = {
        equation.outcome: exact_fit(system.labels[equation.outcome], fit)
        for equation, fit in zip(system.equations, system.fits, strict=True)
    }
    found += [said for remarks in exact.values() for said in remarks]
    found += [*sample_remarks(design), *_bootstrap_remarks(system.n_groups, made)]
    return tuple(remark.spoken(*levels_of(design)) for remark in found)


def _bootstrap_remarks(groups: int, made: Uncertainty) -> list[Message]:
    found = []
    if groups < FEW_CLUSTERS:
        found.append(
            message(
                "{n} clusters: bootstrap intervals are rough; read the joint-significance test beside them",
                n=groups,
            )
        )
    reps = made.reps + made.discarded
    if made.discarded > 0.05 * reps:
        found.append(
            message(
                "{lost} of {reps} resamples did not identify the paths and were discarded",
                lost=made.discarded,
                reps=reps,
            )
        )
    return found


def _names(paths: PathMap, mediators: list[str]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """Return equations and terms of the effects: the three sums, then every route and every pair of routes."""
    routes = [via(" → ".join(mediators[i] for i in route)) for route in paths.routes]
    pairs = [message("{one} − {other}", one=routes[i], other=routes[j]) for i, j in paths.pairs]
    equations, terms = [term("kind of effect", "effect")] * 3, [TOTAL, DIRECT, INDIRECT]
    if len(routes) > 1:
        equations += [term("kind of effect", "path")] * len(routes)
        equations += [term("kind of effect", "contrast")] * len(pairs)
        terms += [*routes, *pairs]
    return tuple(equations), tuple(terms)

"""Mediation on panels: how much of an effect goes through mediators, with the inference that panels need."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from panelkit.covariance.base import VcovSpec
from panelkit.inference.indirect import resample_counts
from panelkit.kernels.capabilities import DELETED_GROUPS, SCORES
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.offers import estimator
from panelkit.models.linear.fixed_effects import FixedEffects, fit_design
from panelkit.models.mediation.design import (
    Columns,
    common_sample,
    equation_design,
    groups_of,
    refuse_unusable,
    roles_of,
)
from panelkit.models.mediation.overlap import MadeOf, Overlap, overlaps, timing_remark
from panelkit.models.mediation.paths import Equation, PathMap, PathSystem
from panelkit.models.mediation.plan import MediationPlan
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.words import Said
from panelkit.models.reading import open_frame
from panelkit.panel.design import Design
from panelkit.panel.provenance import Note
from panelkit.panel.sample import in_chinese
from panelkit.results.fit import FitResult, Uncertainty

# Below this number of clusters a cluster bootstrap is known to be rough (Cameron, Gelbach and Miller 2008).
FEW_CLUSTERS = 20


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
        if reps < 100:
            raise SpecError(f"{reps} resamples make no interval: take 1,000 at least, 5,000 by default")
        roles = roles_of(self)
        frame = open_frame(data, unit, time)
        design = common_sample(self, roles, frame, unit, time)
        columns = Columns.of(self, roles, design)
        system = columns.system(self, groups_of(design, self.vcov))
        weights = resample_counts(system.n_groups, reps, as_generator(rng))
        refuse_unusable(system, columns, self.effects)
        fits = tuple(
            fit_design(equation_design(design, system, e), self._equation_spec(system, e))
            for e in system.equations
        )
        swept = system.refit(weights, jobs)
        theta, held = system.coefficients(swept)
        lost = int((~held).sum())
        if lost > reps / 2:
            raise ConvergenceError(
                f"{lost} of {reps} resamples do not identify the paths: "
                + design.spoken("too few provinces carry the treatment or a mediator")
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
    columns: Columns,
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
    remarks = [overlap.said() for overlap in shared]
    timing = timing_remark(spec.treatment_lag, spec.outcome_lead)
    remarks += [] if timing is None else [timing]
    remarks += [] if columns.interaction is None else [columns.interaction.said()]
    remarks += [_interval_remark(made), *_sample_remarks(design, system, made)]
    facts = {key: fits[-1].facts[key] for key in ("nobs", "n_units", "n_periods", "years", "balanced")}
    facts |= {"n_clusters": system.n_groups, "order": spec.order, "effects": spec.effects}
    facts |= {"vcov": fits[-1].facts["vcov"], "convention": spec.convention}
    return MediationResult(
        title=f"Mediation: {' → '.join([system.labels[0], ', '.join(mediators), design.outcome])}",
        terms=terms,
        equations=equations,
        estimates=paths.effects(system.theta[None])[0],
        covariance=np.atleast_2d(np.cov(draws, rowvar=False)),
        df=float(system.n_groups - 1),
        facts=facts,
        notes=(*(Note(remark.en, remark.zh) for remark in remarks), *design.provenance),
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
        remarks=tuple(remarks),
        overlaps=shared,
        dropped=design.dropped,
    )


def _names(paths: PathMap, mediators: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    routes = ["via " + " → ".join(mediators[i] for i in route) for route in paths.routes]
    pairs = [f"{routes[i]} − {routes[j]}" for i, j in paths.pairs]
    terms = ["total", "direct", "indirect"]
    equations = ["effect"] * 3
    if len(routes) > 1:
        terms += [*routes, *pairs]
        equations += [*["path"] * len(routes), *["contrast"] * len(pairs)]
    return tuple(equations), tuple(terms)


def _interval_remark(made: Uncertainty) -> Said:
    seed = "自带随机数生成器" if made.seed is None else f"随机种子{made.seed}"
    return Said(
        f"percentile intervals; {made.sentence()}; provinces resampled whole, all equations and effects estimated anew",
        f"百分位区间；整省重抽样{made.reps}次（{seed}），每次重新估计全部方程与固定效应",
    )


def _sample_remarks(design: Design, system: PathSystem, made: Uncertainty) -> list[Said]:
    found = []
    if len(design.dropped):
        tally = design.dropped["reason"].value_counts()
        told = ", ".join(f"{reason} ({count})" for reason, count in tally.items())
        found.append(
            Said(
                f"{len(design.dropped)} rows left the sample of every equation: {told}",
                f"{len(design.dropped)}行退出全部方程的样本：{in_chinese(told)}",
            )
        )
    lost, reps = made.discarded, made.reps + made.discarded
    gone = (
        design.dropped[~design.dropped["province"].isin(list(design.unit_labels))]
        if len(design.dropped)
        else design.dropped
    )
    for reason, names in _reasons_of_all_rows(gone).items():
        found.append(
            Said(
                f"{names}: no complete row ({reason}), so the whole province left the sample of every equation",
                f"{names}：没有完整的观测行（{in_chinese(reason)}），整个省份退出全部方程的样本",
            )
        )
    if system.n_groups < FEW_CLUSTERS:
        found.append(
            Said(
                f"{system.n_groups} clusters: bootstrap intervals are rough; read the joint-significance test beside "
                "them",
                f"聚类数仅{system.n_groups}：bootstrap区间较粗略，请与联合显著性检验对照阅读",
            )
        )
    if lost > 0.05 * reps:
        found.append(
            Said(
                f"{lost} of {reps} resamples did not identify the paths and were discarded",
                f"{reps}次重抽样中有{lost}次无法识别路径，已剔除",
            )
        )
    return found


def _reasons_of_all_rows(gone: pd.DataFrame) -> dict[str, str]:
    """Return the provinces without a row by what all their rows lack, or by every reason where that is nothing."""
    found: dict[str, list[str]] = {}
    for name, rows in gone.groupby("province", sort=True) if len(gone) else ():
        reasons = [str(reason) for reason in dict.fromkeys(rows["reason"])]
        lacking = [reason.removeprefix("missing: ").split(", ") for reason in reasons]
        always = [column for column in lacking[0] if all(column in others for others in lacking)]
        by = all(reason.startswith("missing: ") for reason in reasons) and always
        found.setdefault("missing: " + ", ".join(always) if by else "; ".join(reasons), []).append(str(name))
    return {reason: ", ".join(names) for reason, names in found.items()}

"""Mediation between neighbours: the matrix of mediated effects from the effect matrices of spatial panels.

The treatment moves mediators by S_M(X) and mediators move the outcome by S_Y(M), both N x N. The mediated effect is
their product S_Y(M) S_M(X): its mean diagonal is what runs inside a province, its mean off-diagonal row sum what runs
between provinces. A product of coefficients a*b is neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.covariance.base import check_vcov, refuse_uncarried
from panelkit.covariance.by_name import vcov_from
from panelkit.covariance.cluster import Cluster
from panelkit.inference.impact_parts import ImpactParts, draw_theta, stable
from panelkit.kernels.capabilities import LIKELIHOOD
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import Effects, check_effects
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import Message, message, term, verbatim
from panelkit.language.offers import capabilities_of, estimator
from panelkit.language.options import check_count
from panelkit.models.mediation.matrices import mediated_matrices, summaries
from panelkit.models.mediation.overlap import MadeOf, overlaps, timing_remark
from panelkit.models.mediation.plan import Variables, check_variables, names_of
from panelkit.models.mediation.roles import Roles, roles_among
from panelkit.models.mediation.words import DIRECT, TOTAL, via
from panelkit.models.reading import check_where, open_frame
from panelkit.models.spatial.conventions import SpatialConvention
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import Missing, SpatialSample, align_weights, read_sample
from panelkit.models.spatial.shell import Model
from panelkit.panel.design import Design
from panelkit.results.fit import Derived, FloatArray, Uncertainty
from panelkit.spatial.spectrum import EIGEN_LIMIT

KINDS = (term("where an effect runs", "within"), term("where an effect runs", "between"), TOTAL)
_BATCH_CELLS = 5_000_000


@estimator(
    "spatial_mediation",
    family="mediation",
    can=sorted(LIKELIHOOD),
    result="SpatialMediationResult",
    source="products of the effect matrices of LeSage and Pace 2009",
)
@dataclass(frozen=True)
class SpatialMediation:
    """Treatment -> parallel mediators -> outcome, every equation a spatial panel model on one sample.

    Parameters
    ----------
    outcome, treatment, mediators, controls, treatment_lag, outcome_lead
        As in `Mediation`.
    model
        "sdm" (default), "sar", "slx", "sem", "sdem" or "sac", for every equation.
    effects, convention, vcov, missing
        As in `SpatialPanel`; the covariance is clustered by province unless told.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Examples
    --------
    >>> spec = pk.SpatialMediation("log(patents_granted)", "log(rd_funds_government)", "log(rd_expenditure)")
    >>> found = spec.fit(panel, w, reps=99, rng=1)
    """

    outcome: str
    treatment: str
    mediators: tuple[str, ...] | str
    controls: str = ""
    model: Model = "sdm"
    effects: Effects = "twoway"
    convention: SpatialConvention = "lee-yu"
    vcov: Any = Cluster()
    missing: Missing = "raise"
    treatment_lag: int = 0
    outcome_lead: int = 0
    where: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "mediators", names_of(self.mediators))
        object.__setattr__(self, "vcov", vcov_from(self.vcov))
        check_vcov(self.vcov)
        refuse_uncarried(self.vcov, capabilities_of(type(self)) or (), verbatim("SpatialMediation"))
        check_effects(self.effects)
        object.__setattr__(self, "where", check_where(self.where))
        check_variables(self.variables)
        roles_among(self.variables)

    @property
    def variables(self) -> Variables:
        """Return the variables and their dates."""
        return Variables(
            outcome=self.outcome,
            treatment=self.treatment,
            mediators=names_of(self.mediators),
            controls=self.controls,
            treatment_lag=self.treatment_lag,
            outcome_lead=self.outcome_lead,
        )

    def fit(
        self,
        data: pd.DataFrame,
        w: Any,
        *,
        reps: int = 5_000,
        rng: int | np.random.Generator = 0,
        made_of: MadeOf | None = None,
        unit: str | None = None,
        time: str | None = None,
    ) -> SpatialMediationResult:
        """Estimate every equation and draw the effects from the distribution of the parameters.

        Parameters
        ----------
        w
            Weights keyed by id, the same in every equation.
        reps
            Draws; those whose spatial lag is unstable are discarded and counted. The equations are drawn
            independently of each other.
        unit, time
            The columns that name unit and year, where the data have no (province, year) index.

        Raises
        ------
        DataError
            If the panel has missing cells and no policy, or ids of weights and panel differ.
        SpecError
            If a variable is absorbed or stands in two places.
        ConvergenceError
            If more than half of the draws are unstable.
        """
        check_count("reps", reps, 2)
        roles = roles_among(self.variables)
        frame = open_frame(data, unit, time)
        sample = read_sample(
            roles.formula,
            frame,
            missing=self.missing,
            intercept=self.effects == "none",
            unit=unit,
            time=time,
            where=self.where,
            columns=self.vcov.columns(),
        )
        if len(sample.ids) > EIGEN_LIMIT:
            raise SpecError(
                message("effect matrices are N x N, and {count} units are too many", count=len(sample.ids))
            )
        weights = align_weights(w, sample)
        fits = {
            name: fit_sample(self._equation_spec(part), part, weights, weights, weights)
            for name, part in _equations(sample, roles)
        }
        parts = {name: fit.impact_parts() for name, fit in fits.items()}
        generator = as_generator(rng)
        drawn = {name: draw_theta(part, reps, generator) for name, part in parts.items()}
        kept = np.logical_and.reduce([stable(parts[name], thetas) for name, thetas in drawn.items()])
        if kept.sum() < reps / 2:
            raise ConvergenceError(
                message(
                    "{lost} of {reps} draws are unstable: an estimate lies too near the edge of its interval",
                    lost=reps - int(kept.sum()),
                    reps=reps,
                )
            )
        thetas = {name: values[kept] for name, values in drawn.items()}
        made = Uncertainty(
            method="draws", reps=int(kept.sum()), seed=seed_of(rng), discarded=int((~kept).sum())
        )
        remarks = [
            pair.said()
            for pair in overlaps([self.treatment, *self.mediators, self.outcome], frame.data, made_of)
        ]
        timing = timing_remark(self.treatment_lag, self.outcome_lead)
        remarks += [] if timing is None else [timing]
        return _result(self, roles, sample, fits, parts, thetas, made, remarks)

    def _equation_spec(self, part: SpatialSample) -> SpatialPanel:
        formula = f"{part.design.outcome} ~ {' + '.join(t for t in part.terms if t != 'Intercept')}"
        return SpatialPanel(
            formula, self.model, self.effects, self.convention, vcov=self.vcov, missing=self.missing
        )


def _equations(sample: SpatialSample, roles: Roles) -> list[tuple[str, SpatialSample]]:
    """Return the samples of all equations: those of the mediators, then that of the outcome."""
    outside = [j for j, term in enumerate(sample.terms) if term not in roles.mediators]
    found = [
        (f"mediator {k}", _part(sample, sample.X[:, :, sample.terms.index(name)], name, outside))
        for k, name in enumerate(roles.mediators)
    ]
    return [*found, ("outcome", sample)]


def _part(sample: SpatialSample, y: FloatArray, outcome: str, regressors: Sequence[int]) -> SpatialSample:
    X = np.ascontiguousarray(sample.X[:, :, list(regressors)])
    terms = tuple(sample.terms[j] for j in regressors)
    design: Design = replace(
        sample.design,
        y=y.reshape(-1),
        X=X.reshape(-1, len(terms)),
        outcome=outcome,
        terms=terms,
        formula=None,
    )
    return replace(sample, design=design, y=np.ascontiguousarray(y), X=X, terms=terms)


@dataclass(frozen=True, kw_only=True, eq=False)
class SpatialMediationResult(Derived):
    """Mediated, direct and total effects within and between provinces; `matrices` holds them by pair of provinces.

    `equations` is what runs ("mediated", "direct", "total", "via ..."), `terms` where ("within", "between", "total").
    """

    spec: SpatialMediation
    fits: Mapping[str, SpatialFit]
    matrices: Mapping[str, pd.DataFrame] = field(repr=False)
    remarks: tuple[Message, ...] = ()

    @property
    def level_names(self) -> tuple[str, str]:
        """Return what unit and time are called in the data."""
        return next(iter(self.fits.values())).level_names

    def by_province(self, effect: str = "mediated") -> pd.DataFrame:
        """Return, by province, the effect inside it, received from the others, and radiated to them."""
        if effect not in self.matrices:
            raise SpecError(
                message("no effect {effect!r}: there are {names}", effect=effect, names=list(self.matrices))
            )
        matrix = self.matrices[effect].to_numpy()
        own = np.diag(matrix)
        columns = {"within": own, "received": matrix.sum(axis=1) - own, "radiated": matrix.sum(axis=0) - own}
        return pd.DataFrame(columns, index=self.matrices[effect].index)


def _result(
    spec: SpatialMediation,
    roles: Roles,
    sample: SpatialSample,
    fits: Mapping[str, SpatialFit],
    parts: Mapping[str, ImpactParts],
    thetas: Mapping[str, FloatArray],
    made: Uncertainty,
    remarks: list[Message],
) -> SpatialMediationResult:
    def at(chosen: Mapping[str, FloatArray]) -> list[FloatArray]:
        return mediated_matrices(parts, chosen, roles.treatment, roles.mediators)

    point = at({name: part.theta[None, :] for name, part in parts.items()})
    step = max(1, _BATCH_CELLS // len(sample.ids) ** 2)
    blocks = [
        summaries(at({name: values[start : start + step] for name, values in thetas.items()}))
        for start in steps_of(range(0, made.reps, step), -(-made.reps // step))
    ]
    draws = np.concatenate(blocks)
    names = [term("effect", "mediated"), DIRECT, TOTAL]
    if len(roles.mediators) > 1:
        names += [via(name) for name in roles.mediators]
    drawn = message("{made}; equations drawn independently of each other", made=made.sentence())
    levels = fits["outcome"].level_names
    said = tuple(remark.spoken(*levels) for remark in (*remarks, _naive(fits, roles), drawn))
    kept = (
        "nobs",
        "n_units",
        "n_periods",
        "years",
        "model",
        "effects",
        "vcov",
        "convention",
        "weights",
        "normalisation",
    )
    return SpatialMediationResult(
        title=message(
            "Spatial mediation: {path}",
            path=" → ".join([roles.treatment, ", ".join(roles.mediators), roles.outcome]),
        ),
        terms=KINDS * len(names),
        equations=tuple(name for name in names for _ in KINDS),
        estimates=summaries(point)[0],
        covariance=np.cov(draws, rowvar=False),
        df=float(len(sample.ids) - 1),
        facts={key: fits["outcome"].facts[key] for key in kept if key in fits["outcome"].facts},
        notes=(
            *said,
            *fits["outcome"].weights.said,
            *sample.design.provenance,
        ),
        uncertainty=made,
        draws=draws,
        spec=spec,
        fits=dict(fits),
        matrices=_frames(point, names, sample),
        remarks=said,
    )


def _frames(
    point: Sequence[FloatArray], names: Sequence[str], sample: SpatialSample
) -> dict[str, pd.DataFrame]:
    mediated = np.sum(point[1:], axis=0)
    held = [mediated, point[0], mediated + point[0], *point[1:]]
    index = pd.Index(sample.ids, name="province")
    return {
        name: pd.DataFrame(matrix[0], index=index, columns=index)
        for name, matrix in zip(names, held, strict=False)
    }


def _naive(fits: Mapping[str, SpatialFit], roles: Roles) -> Message:
    outcome = fits["outcome"]
    product = sum(
        float(fits[f"mediator {k}"].estimates[fits[f"mediator {k}"].terms.index(roles.treatment)])
        * float(outcome.estimates[outcome.terms.index(name)])
        for k, name in enumerate(roles.mediators)
    )
    return message(
        "the product of the coefficients would be {product:.4g}: in a spatial model it is no effect, neither within "
        "{units} nor between them",
        product=product,
    )

"""Difference-in-differences inside a spatial panel: the treatment, that of neighbours, and their impacts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.formula.conditions import check_where
from panelkit.kernels.index import read_panel_index
from panelkit.kernels.within import Effects, FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.levels import Levels
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.policy.rows.adoption import read_timing
from panelkit.models.policy.rows.handed import (
    FEW_TREATED,
    RANDOMISE_RINGS,
    few_note,
    fresh,
    refuse_as_covariate,
    told,
    with_columns,
    with_terms,
)
from panelkit.models.policy.spillover.treatment_impacts import TreatmentReach, reach_of, treatment_impacts
from panelkit.models.reading import open_frame
from panelkit.models.spatial.conventions import SpatialConvention
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.models.spatial.sample import Missing
from panelkit.results.derived import Derived

Model = Literal["sdm", "slx", "sdem", "sar", "sem", "sac"]
_LAGGED = ("sdm", "slx", "sdem")


@dataclass(frozen=True, kw_only=True, eq=False)
class SpatialDiDFit(SpatialFit):
    """A spatial panel with a 0/1 treatment: `treatment` is its term."""

    treatment: str

    def treatment_impacts(self) -> Derived:
        """Return what the policy did, as adopted, to the treated and the others; see `pk.treatment_impacts`."""
        return treatment_impacts(self, self.treatment)


@offered(
    "policy",
    "spatial",
    family="designs",
    result="SpatialDiDFit",
    source="Delgado and Florax 2015; LeSage and Pace 2009",
    public=True,
)
@dataclass(frozen=True)
class SpatialDiD:
    """Difference-in-differences in a spatial panel: the treatment and W times it, in `SpatialPanel`.

    Parameters
    ----------
    formula
        `outcome ~ covariates`, or `outcome ~ 1`; the treatment is no term of it.
    cohort, treatment
        When units adopt, one of the two: a column with the first treated period, or an absorbing 0/1 column.
    model
        "sdm": outcome and treatment of neighbours; "slx" and "sdem": their treatment; "sar", "sem", "sac" without.
    lag_covariates
        Whether W times the covariates enters too.
    effects, convention, vcov, missing, where
        As in `SpatialPanel`.

    Notes
    -----
    Direct, indirect and total impacts are those of a policy that *one* unit adopts, on itself and on all others, and of
    a policy that all adopt, averaged over units. With few treated the last reaches beyond the data: what happened is in
    `treatment_impacts`. The model says how effects travel (W, at every order); `SpilloverDiD` leaves that open.

    Examples
    --------
    >>> spec = pk.SpatialDiD("patents ~ log(gdp)", treatment="pilot")
    """

    formula: str
    cohort: str | None = None
    treatment: str | None = None
    model: Model = "sdm"
    lag_covariates: bool = False
    effects: Effects = "twoway"
    convention: SpatialConvention = "lee-yu"
    vcov: VcovSpec | None = None
    missing: Missing = "raise"
    where: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        refuse_as_covariate(self.formula, self.cohort, self.treatment)
        if self.model not in get_args(Model):
            raise SpecError(message("model is {held}, not {value!r}", held=get_args(Model), value=self.model))
        if self.lag_covariates and self.model not in _LAGGED:
            raise SpecError(
                message(
                    "lag_covariates would change nothing: {model} has no W times regressors; take {held}",
                    model=self.model,
                    held=_LAGGED,
                )
            )
        self._regression(self.formula, "treated")

    def fit(self, data: Any, w: Any, *, unit: str | None = None, time: str | None = None) -> SpatialDiDFit:
        """Fit the model to a panel.

        Parameters
        ----------
        data, w, unit, time
            As in `SpatialPanel.fit`.

        Returns
        -------
        The spatial fit; the treatment is its first term, `W*treatment` that of neighbours.

        Raises
        ------
        DataError
            If a treatment switches off, ids of weights and panel differ, cells are missing and no policy is given, or
            nobody or everybody is treated.
        SpecError
            As `SpatialPanel.fit`.
        """
        frame = open_frame(data, unit, time)
        timing = read_timing(frame, unit=unit, time=time, cohort=self.cohort, treatment=self.treatment)
        term = self.treatment or fresh(frame, "treated")
        panel = read_panel_index(frame.data, unit, time)
        begins = np.array([timing.first[label] for label in panel.unit_labels])
        when = panel.time_labels.astype(np.float64)[panel.time]
        path = (when >= begins[panel.unit]).astype(np.float64)
        held = with_columns(frame, {term: path})
        _refuse_one_kind(begins, float(panel.time_labels[-1]), panel.levels)
        spec = self._regression(with_terms(self.formula, [term]), term)
        fit = spec.fit(held.data, w, unit=unit, time=time)
        reach = reach_of(fit, term)
        notes = [note.spoken(*fit.level_names) for note in _notes(reach, self.model)]
        fit = told(
            fit,
            title=message("Spatial DID, {model}: {outcome}", model=self.model.upper(), outcome=fit.outcome),
            facts=reach.facts(),
            notes=notes,
        )
        values = {field.name: getattr(fit, field.name) for field in fields(fit) if field.init}
        return SpatialDiDFit(**values, treatment=term)

    def _regression(self, formula: str, term: str) -> SpatialPanel:
        durbin = (term,) if self.model in _LAGGED and not self.lag_covariates else None
        return SpatialPanel(
            formula,
            self.model,
            self.effects,
            self.convention,
            durbin,
            self.vcov,
            missing=self.missing,
            where=self.where,
        )


def _refuse_one_kind(begins: FloatArray, last: float, levels: Levels) -> None:
    """Refuse data in which nobody adopts, or all at one date; `begins` (N,) are first treated periods."""
    treated = begins <= last
    if not treated.any() or (treated.all() and len(np.unique(begins)) == 1):
        raise DataError(
            message(
                "{n} of {of} {units} are ever treated, at one date at most: treated and untreated ones are needed in "
                "one {period}",
                n=int(treated.sum()),
                of=len(begins),
            ).spoken(*levels)
        )


def _notes(reach: TreatmentReach, model: str) -> tuple[Message, ...]:
    """Return what stands under the table."""
    notes = [
        message(
            "{treated} of {of} {units} are treated, {exposed} others have a treated neighbour at some time, {clean} "
            "neither",
            treated=reach.n_treated,
            of=reach.n_units,
            exposed=reach.n_exposed,
            clean=reach.n_clean,
        ),
        message(
            "impacts of a 0/1 treatment: direct is the effect of one {unit}'s adoption on itself, indirect that on all "
            "others together, total that of adoption everywhere on one; `treatment_impacts` says what the adoptions "
            "that there were did"
        ),
    ]
    if not reach.n_clean:
        notes.append(
            message(
                "nobody is without treatment and without a treated neighbour: what the policy does to neighbours is "
                "read from how many of them are treated, by the model's word that this is linear"
            )
        )
    if model in ("sdm", "sar", "sac"):
        notes.append(
            message(
                "with W times the outcome in the model every {unit} is reached by every adoption: untreated {units} "
                "are controls only through the model"
            )
        )
    if reach.cohorts > 1:
        notes.append(
            message(
                "{cohorts} dates of adoption under two-way effects: one effect for all is assumed, for the treated and "
                "for neighbours; SpilloverDiD by imputation is not bound to it",
                cohorts=reach.cohorts,
            )
        )
    if reach.n_treated < FEW_TREATED:
        notes.append(few_note(reach.n_treated, reach.n_units, ("unit", "period"), RANDOMISE_RINGS))
    return tuple(notes)

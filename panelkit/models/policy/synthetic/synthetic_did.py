"""Synthetic difference in differences: donors and periods weighted so that trends before adoption are parallel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.formula.conditions import check_where
from panelkit.kernels.index import Array
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.options import check_count
from panelkit.models.policy.synthetic import synthetic_tables as tables
from panelkit.models.policy.synthetic.sdid_covariates import (
    refuse_unidentified,
    untreated_slopes,
    without_covariates,
)
from panelkit.models.policy.synthetic.sdid_fit import (
    METHODS,
    Cohorts,
    Method,
    Panel,
    cohort_effects,
    zetas_of,
)
from panelkit.models.policy.synthetic.sdid_variance import (
    ERRORS,
    Draws,
    Errors,
    Sample,
    bootstrap_draws,
    chosen_errors,
    jackknife_draws,
    placebo_draws,
)
from panelkit.models.policy.synthetic.synthetic_panel import Rectangle, read_rectangle
from panelkit.models.policy.synthetic.synthetic_result import ATT, SyntheticDiDFit
from panelkit.models.reading import spoken_errors
from panelkit.results.derived import Uncertainty

_TITLES: dict[str, Message] = {
    "sdid": message("Synthetic difference in differences"),
    "sc": message("Synthetic control, as a case of synthetic difference in differences"),
    "did": message("Difference in differences, as a case of the synthetic one"),
}


@estimator(
    "synthetic_did",
    family="policy",
    can=["placebos"],
    result="SyntheticDiDFit",
    source="Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021; Clarke, Pailanir, Athey and Imbens 2023",
)
@dataclass(frozen=True)
class SyntheticDiD:
    """The effect of a policy by a two-way regression whose units and periods are weighted to look like the treated.

    Parameters
    ----------
    formula
        `outcome ~ 1`, or `outcome ~ covariates`: these are taken out first, by slopes from untreated cells.
    cohort, treatment
        When units adopt, one of the two, as in `StaggeredDiD`. With several dates one block a date is estimated against
        the units that never adopt, and averaged over treated unit-periods.
    method
        "sdid"; "did" weighs all units and periods alike; "sc" has no period weights and no intercept.
    errors
        "placebo", "jackknife" or "bootstrap"; None takes placebos below eight treated units and the bootstrap from then
        on. One that is not valid for the sample is refused.
    reps
        Replications; where there are no more placebos than this, all are taken.
    rng
        Seed of the draws.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Examples
    --------
    >>> pilots = pk.add_policy(panel, "digital_economy")
    >>> fit = pk.SyntheticDiD("log(gdp) ~ 1", treatment="digital_economy", reps=19).fit(pilots)
    >>> fit.terms, len(fit.weights), fit.uncertainty.method
    (('ATT', '0', '1'), 25, 'placebo')
    """

    formula: str
    cohort: str | None = None
    treatment: str | None = None
    method: Method = "sdid"
    errors: Errors | None = None
    reps: int = 499
    rng: int = 0
    where: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        check_count("reps", self.reps, 2)
        as_generator(self.rng)
        if self.method not in METHODS:
            raise SpecError(
                message("method is one of {known}, not {method!r}", known=METHODS, method=self.method)
            )
        if self.errors is not None and self.errors not in ERRORS:
            raise SpecError(
                message("errors is one of {known}, not {errors!r}", known=ERRORS, errors=self.errors)
            )

    def fit(self, data: Any, *, unit: str | None = None, time: str | None = None) -> SyntheticDiDFit:
        """Estimate the effects on a panel without missing cells.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`.

        Returns
        -------
        SyntheticDiDFit
            The mean effect over treated unit-periods and the effects by event time (each period's gap less the weighted
            gap before, Ciccia 2024); `weights`, `period_weights`, `gaps`, `placebo_gaps`.

        Raises
        ------
        DataError, SpecError
            As `SyntheticControl.fit` does; also for covariates that unit and period effects absorb, and errors that are
            not valid for the sample.
        """
        rectangle = read_rectangle(
            self.formula,
            data,
            unit=unit,
            time=time,
            cohort=self.cohort,
            treatment=self.treatment,
            where=self.where,
        )
        with spoken_errors(rectangle.panel.design):
            return _estimated(self, rectangle)


def _estimated(spec: SyntheticDiD, rectangle: Rectangle) -> SyntheticDiDFit:
    X = _covariates(rectangle)
    names = rectangle.panel.covariates
    refuse_unidentified(rectangle.Y, X, rectangle.start, names)
    adjusted = Panel(without_covariates(rectangle.Y, X, rectangle.start), rectangle.start, rectangle.periods)
    zetas = zetas_of(adjusted, spec.method)
    whole = cohort_effects(adjusted, spec.method, zetas)
    sample = Sample(rectangle.Y, X, rectangle.start, rectangle.periods, spec.method, zetas)
    errors, why = chosen_errors(spec.errors, sample)
    draws = _draws(spec, sample, errors, whole)
    after = np.flatnonzero(whole.event >= 0.0)
    path = whole.by_event(whole.event)
    design = rectangle.panel.design
    slopes = pd.Series(
        untreated_slopes(rectangle.Y, X, rectangle.start) if X is not None else [], list(names), dtype=float
    )
    return SyntheticDiDFit(
        title=message("{method}: {outcome}", method=_TITLES[spec.method], outcome=design.outcome),
        terms=(ATT, *(f"{event:.0f}" for event in whole.event[after])),
        equations=("overall", *("event" for _ in after)),
        estimates=np.append(whole.effect, path[after]),
        covariance=draws.covariance(after),
        facts=_facts(rectangle, whole, draws, errors),
        notes=(*design.notes, *rectangle.panel.notes, *_notes(rectangle, whole, errors, why, draws, slopes)),
        uncertainty=Uncertainty(
            method=errors,
            reps=len(draws.overall),
            seed=None if draws.enumerated or errors == "jackknife" else seed_of(spec.rng),
        ),
        levels=design.level_names,
        outcome=design.outcome,
        spec=spec,
        weights=_unit_weights(rectangle, whole),
        period_weights=_period_weights(rectangle, whole),
        gaps=_gaps(rectangle, whole),
        placebo_gaps=_placebo_gaps(rectangle, whole, draws),
        placebo_p=_placebo_p(whole.effect, draws),
        slopes=slopes,
        path=pd.DataFrame({"event": whole.event, "gap": path}),
        dropped=design.dropped,
    )


def _covariates(rectangle: Rectangle) -> FloatArray | None:
    """Return the covariates as (N, T, K), None without any."""
    X = rectangle.panel.X
    if X.shape[1] == 0:
        return None
    return np.stack([rectangle.panel.cube(column) for column in X.T], axis=2)


def _draws(spec: SyntheticDiD, sample: Sample, errors: Errors, whole: Cohorts) -> Draws:
    rng = as_generator(spec.rng)
    if errors == "jackknife":
        return jackknife_draws(sample, whole.event, whole)
    made = placebo_draws if errors == "placebo" else bootstrap_draws
    return made(sample, whole.event, spec.reps, rng)


def _placebo_p(effect: float, draws: Draws) -> float:
    """Return the rank of the effect's size among placebos, missing where the draws are none."""
    if draws.members is None:
        return float("nan")
    return float((1 + (np.abs(draws.overall) >= abs(effect)).sum()) / (1 + len(draws.overall)))


def _facts(rectangle: Rectangle, whole: Cohorts, draws: Draws, errors: Errors) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "nobs": int(rectangle.Y.size),
        "n_units": len(rectangle.Y),
        "n_periods": len(rectangle.periods),
        "n_treated": len(rectangle.treated),
        "n_donors": len(rectangle.donors),
        "n_cohorts": len(whole.found),
    }
    if draws.members is not None:
        facts |= {"n_placebos": len(draws.overall), "placebo_p": _placebo_p(whole.effect, draws)}
    return facts


def _notes(
    rectangle: Rectangle, whole: Cohorts, errors: Errors, why: Message, draws: Draws, slopes: pd.Series
) -> tuple[Message, ...]:
    said = [why]
    if errors == "placebo":
        made = message("all there are") if draws.enumerated else message("drawn")
        said.append(
            message(
                "{n} placebos, {made}; {share:.3g} of them and the estimate have an effect at least as large, "
                "{least:.3g} at the smallest",
                n=len(draws.overall),
                made=made,
                share=_placebo_p(whole.effect, draws),
                least=1.0 / (1.0 + len(draws.overall)),
            )
        )
    if len(whole.found) > 1:
        said.append(
            message(
                "one block for each of {n} dates of adoption against {donors} {units} that never adopt, averaged over "
                "treated {unit}-{periods}",
                n=len(whole.found),
                donors=len(rectangle.donors),
            )
        )
    if len(slopes):
        said.append(
            message(
                "covariates are taken out by slopes of the untreated cells: {slopes}",
                slopes=[
                    message("{name} {slope:.4g}", name=str(name), slope=slope)
                    for name, slope in slopes.items()
                ],
            )
        )
    return tuple(rectangle.panel.design.spoken(each) for each in said)


def _cohort_name(rectangle: Rectangle, start: int) -> str:
    return ", ".join(rectangle.labels[i] for i in np.flatnonzero(rectangle.start == start))


def _unit_weights(rectangle: Rectangle, whole: Cohorts) -> pd.DataFrame:
    return tables.joined(
        tables.weight_rows(
            _cohort_name(rectangle, each.start), rectangle.labels, rectangle.donors, each.omega
        )
        for each in whole.found
    )


def _period_weights(rectangle: Rectangle, whole: Cohorts) -> pd.DataFrame:
    return tables.joined(
        pd.DataFrame(
            {
                "treated": _cohort_name(rectangle, each.start),
                "period": rectangle.periods[: each.start].astype(np.int64),
                "weight": each.lam,
            }
        )
        for each in whole.found
    )


def _gaps(rectangle: Rectangle, whole: Cohorts) -> pd.DataFrame:
    """Return the paths, the synthetic one moved to the level of the treated."""
    return tables.joined(
        tables.gap_rows(
            _cohort_name(rectangle, each.start),
            rectangle.periods,
            each.start,
            each.treated,
            each.treated - each.effects,
            each.effects,
        )
        for each in whole.found
    )


def _placebo_gaps(rectangle: Rectangle, whole: Cohorts, draws: Draws) -> pd.DataFrame:
    if draws.members is None:
        return pd.DataFrame()
    kept: Array = np.ones(len(draws.members), dtype=bool)
    return tables.placebo_gaps_of(rectangle, whole.event, draws.members, draws.paths, kept)

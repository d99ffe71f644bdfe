"""Difference-in-differences with a continuous treatment: how strongly a policy meets a unit, times after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.formula.conditions import check_where
from panelkit.kernels.index import read_panel_index
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, is_real, is_whole, refuse_idle
from panelkit.language.spelt import option
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.models.policy.dose.dose_columns import Bins, DoseColumns, dose_columns
from panelkit.models.policy.dose.dose_effects import dose_effects
from panelkit.models.policy.dose.dose_words import dose_facts, dose_notes, response_notes
from panelkit.models.policy.dose.intensity import Fixed, Intensity, read_intensity
from panelkit.models.policy.rows.adoption import NEVER, read_timing
from panelkit.models.policy.rows.handed import (
    FEW_TREATED,
    few,
    few_note,
    fresh,
    refuse_as_covariate,
    told,
    with_columns,
    with_terms,
)
from panelkit.models.policy.rows.panel import read_policy_panel
from panelkit.models.reading import Frame, open_frame, read_design
from panelkit.results.derived import Derived
from panelkit.results.fit import FitResult

Response = Literal["linear", "bins"]
Estimator = Literal["twfe", "imputation"]


@offered(
    "policy",
    "dose",
    family="designs",
    result="FitResult",
    source="Callaway, Goodman-Bacon and Sant'Anna 2024; de Chaisemartin and D'Haultfoeuille 2020",
    public=True,
)
@dataclass(frozen=True)
class DoseDiD:
    """The effect of a policy that meets units with different intensity: intensity x post.

    Parameters
    ----------
    formula
        `outcome ~ covariates`, or `outcome ~ 1`; dose and date are no terms of it.
    dose
        A column with the intensity of a unit: zero or more, fixed before the policy.
    start
        The first treated period, the same for all: what is common to a law. Or, where dates differ, one of:
    cohort, treatment
        A column with the first treated period of a unit, or an absorbing 0/1 column.
    response
        "linear": one coefficient for a unit of dose. "bins": one for each class of doses against the units without.
    bins
        How many classes, of about as many units each.
    event
        The response by periods since the policy, the last held before it as base: leads tell whether doses moved apart
        before.
    window
        First and last of these periods; what lies beyond joins the ends.
    estimator
        "twfe": the regression, intensity x post under two-way effects. "imputation": effects of unit and period from
        rows before the policy or without dose, then the mean effect of each class, or per unit of dose (the sum of
        effects over the sum of doses): what dates that differ ask for. It has errors of its own, by `cluster`.
    fixed
        "constant" refuses a dose that changes within a unit; "last" takes its last value before the policy, "mean" the
        mean before.
    vcov, convention
        Of "twfe", as in `FixedEffects`.
    cluster
        Of "imputation": a column of clusters that hold whole units; None is the unit.
    where, weights
        As in `FixedEffects`.

    Notes
    -----
    Parallel trends without the policy identify the level of the effect at each dose (bins). That one more unit of dose
    *causes* the difference between two doses needs more: units of one dose would have responded to another as those
    that had it (Callaway, Goodman-Bacon and Sant'Anna 2024). The linear coefficient weighs units far from the mean dose
    most, and gives treated units below it negative weight; the share is stated.

    Examples
    --------
    >>> spec = pk.DoseDiD("patents ~ 1", "share_before", start=2013, event=True)
    """

    formula: str
    dose: str
    start: int | None = None
    cohort: str | None = None
    treatment: str | None = None
    response: Response = "linear"
    bins: int = 3
    event: bool = False
    window: tuple[int, int] | None = None
    estimator: Estimator = "twfe"
    fixed: Fixed = "constant"
    vcov: VcovSpec | None = None
    convention: str | None = None
    cluster: str | None = None
    where: str | None = None
    weights: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        refuse_as_covariate(self.formula, self.dose, self.cohort, self.treatment)
        for name, value, held in (
            ("response", self.response, get_args(Response)),
            ("fixed", self.fixed, get_args(Fixed)),
            ("estimator", self.estimator, get_args(Estimator)),
        ):
            if value not in held:
                raise SpecError(message("{name} is {held}, not {value!r}", name=name, held=held, value=value))
        if [self.start, self.cohort, self.treatment].count(None) != 2:
            raise SpecError(
                message(
                    "say when the policy begins by one of `start=` (one {period} for all), {cohort} and "
                    "{treatment}",
                    cohort=option("cohort"),
                    treatment=option("treatment"),
                )
            )
        if self.start is not None and not is_real(self.start):
            raise SpecError(message("start is a {period}, not {value!r}", value=self.start))
        check_count("bins", self.bins)
        if not isinstance(self.event, bool):
            raise SpecError(message("event is True or False, not {value!r}", value=self.event))
        refuse_idle(self._idle(), message("would change nothing beside the other options; see DoseDiD"))
        if self.window is not None and not _reaches_both_sides(self.window):
            raise SpecError(
                message(
                    "window={window} holds a {period} before the base, -1, and one from the policy on, such as (-4, 6)",
                    window=str(self.window),
                )
            )
        self._regression(self.formula)

    def _idle(self) -> dict[str, bool]:
        """Return which options are given and would do nothing."""
        imputed = self.estimator == "imputation"
        return {
            "window": self.window is not None and (imputed or not self.event),
            "bins": self.response != "bins" and self.bins != 3,
            "vcov": imputed and self.vcov is not None,
            "convention": imputed and self.convention is not None,
            "cluster": not imputed and self.cluster is not None,
        }

    def fit(self, data: Any, *, unit: str | None = None, time: str | None = None) -> FitResult | Derived:
        """Fit the design to a panel.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`.

        Returns
        -------
        A two-way regression whose first terms are the response, `DOSE_post`, `DOSE_bin1_post`, `DOSE_pre2`,
        `DOSE_post0`, ...

        Raises
        ------
        DataError
            If a dose is missing, negative, or moves; if nobody is treated inside the sample, or doses do not differ; if
            bins are asked for and every unit has a dose.
        SpecError
            If the formula cannot be right for these data.
        """
        frame = open_frame(data, unit, time)
        begins = self._begins(frame, unit, time)
        intensity = read_intensity(frame, self.dose, begins, self.fixed, unit, time)
        bins = Bins(self.bins) if self.response == "bins" else None
        if self.estimator == "imputation":
            return self._imputed(frame, intensity, bins, unit, time)
        design = read_design(self.formula, frame, unit=unit, time=time, where=self.where)
        columns = dose_columns(design, intensity, bins, event=self.event, window=self.window)
        held = self._with_dose(frame, intensity, columns, unit, time)
        fit = self._regression(with_terms(self.formula, columns.names)).fit(held, unit=unit, time=time)
        levels = fit.level_names
        notes = (
            *intensity.notes,
            *dose_notes(fit, columns, self.response, event=self.event, staggered=self.start is None),
            *few(fit, columns.n_treated, columns.n_units, levels),
        )
        return told(
            fit,
            title=message("DID by dose ({dose}): {outcome}", dose=self.dose, outcome=fit.outcome),
            facts=dose_facts(fit, columns, self.response, event=self.event),
            notes=[note.spoken(*levels) for note in notes],
        )

    def _imputed(
        self, frame: Frame, intensity: Intensity, bins: Bins | None, unit: str | None, time: str | None
    ) -> Derived:
        """Return the response by imputation."""
        index = read_panel_index(frame.data, unit, time)
        date = fresh(frame, "first_treated")
        first = intensity.of(index.unit_labels)[1]
        held = with_columns(frame, {date: np.where(np.isfinite(first), first, 0.0)[index.unit]})
        panel = read_policy_panel(
            self.formula,
            held,
            unit=unit,
            time=time,
            cohort=date,
            cluster=self.cluster,
            where=self.where,
            weights=self.weights,
        )
        columns = dose_columns(panel.design, intensity, bins, event=False, window=None)
        notes = (*intensity.notes, *response_notes(columns, self.response), *self._few(columns))
        return dose_effects(panel, columns, self.dose, event=self.event, notes=notes)

    def _few(self, columns: DoseColumns) -> tuple[Message, ...]:
        if columns.n_treated >= FEW_TREATED:
            return ()
        return (few_note(columns.n_treated, columns.n_units, ("unit", "period")),)

    def _begins(self, frame: Frame, unit: str | None, time: str | None) -> Mapping[Any, float]:
        """Return the first treated period by unit label."""
        if self.start is None:
            timing = read_timing(frame, unit=unit, time=time, cohort=self.cohort, treatment=self.treatment)
            return timing.first
        panel = read_panel_index(frame.data, unit, time)
        begins = float(self.start) if self.start <= panel.time_labels[-1] else NEVER
        return dict.fromkeys(panel.unit_labels, begins)

    def _with_dose(
        self, frame: Frame, intensity: Intensity, columns: DoseColumns, unit: str | None, time: str | None
    ) -> Frame:
        """Return the frame with the columns of the response on all its rows."""
        panel = read_panel_index(frame.data, unit, time)
        dose, first = intensity.of(panel.unit_labels)
        when = panel.time_labels.astype(np.float64)[panel.time]
        values = columns.values(dose[panel.unit], first[panel.unit], when)
        return with_columns(frame, dict(zip(columns.names, values.T, strict=True)))

    def _regression(self, formula: str) -> FixedEffects:
        vcov = CRV3() if self.vcov is None else self.vcov
        return FixedEffects(
            formula,
            "twoway",
            vcov,
            "reghdfe" if self.convention is None else self.convention,
            self.where,
            self.weights,
        )


def _reaches_both_sides(window: Any) -> bool:
    """Tell whether a window is two whole numbers around the base period, -1."""
    two = isinstance(window, tuple | list) and len(window) == 2 and all(is_whole(end) for end in window)
    return two and window[0] < -1 < window[1]

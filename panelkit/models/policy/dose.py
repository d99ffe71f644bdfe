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
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, is_real, refuse_idle
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.models.policy.adoption import NEVER, read_timing
from panelkit.models.policy.dose_columns import Bins, DoseColumns, dose_columns
from panelkit.models.policy.dose_words import dose_facts, dose_notes
from panelkit.models.policy.handed import few, told, with_columns, with_terms
from panelkit.models.policy.intensity import Fixed, Intensity, read_intensity
from panelkit.models.reading import Frame, open_frame, read_design
from panelkit.results.fit import FitResult

Response = Literal["linear", "bins"]


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
        The response by periods since the policy, the one before it as base: leads tell whether doses moved apart before.
    window
        First and last of these periods; what lies beyond joins the ends.
    fixed
        "constant" refuses a dose that changes within a unit; "last" takes its last value before the policy, "mean" the
        mean before.
    vcov, convention, where, weights
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
    fixed: Fixed = "constant"
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None
    weights: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        for name, value, held in (
            ("response", self.response, get_args(Response)),
            ("fixed", self.fixed, get_args(Fixed)),
        ):
            if value not in held:
                raise SpecError(message("{name} is {held}, not {value!r}", name=name, held=held, value=value))
        if [self.start, self.cohort, self.treatment].count(None) != 2:
            raise SpecError(
                message(
                    "say when the policy begins by one of `start=` (one {period} for all), `cohort=` and `treatment=`"
                )
            )
        if self.start is not None and not is_real(self.start):
            raise SpecError(message("start is a {period}, not {value!r}", value=self.start))
        check_count("bins", self.bins)
        refuse_idle(
            {
                "window": self.window is not None and not self.event,
                "bins": self.response != "bins" and self.bins != 3,
            },
            message("would change nothing: `window` is for event=True, `bins` for response='bins'"),
        )
        if self.window is not None and not self.window[0] < -1 < self.window[1]:
            raise SpecError(
                message(
                    "window={window} holds a {period} before the base, -1, and one from the policy on, such as (-4, 6)",
                    window=str(self.window),
                )
            )
        self._regression(self.formula)

    def fit(self, data: Any, *, unit: str | None = None, time: str | None = None) -> FitResult:
        """Fit the design to a panel.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`.

        Returns
        -------
        A two-way regression whose first terms are the response, `DOSE_post`, `DOSE_bin1_post`, `DOSE_pre2`, `DOSE_post0`, ...

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
        design = read_design(self.formula, frame, unit=unit, time=time, where=self.where)
        bins = Bins(self.bins) if self.response == "bins" else None
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
        return FixedEffects(formula, "twoway", self.vcov, self.convention, self.where, self.weights)

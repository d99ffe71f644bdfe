"""Effects by cohort and period from 2x2 comparisons (Callaway and Sant'Anna 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.models.policy.effects.cells import By, CellEffects, bases
from panelkit.models.policy.effects.estimator import Points
from panelkit.models.policy.effects.windowed import Window
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.staggered.comparison_notes import notes_of, refuse_unfitted
from panelkit.models.policy.staggered.comparisons import Comparisons, comparisons_of
from panelkit.models.policy.staggered.shares import shares_by
from panelkit.models.policy.staggered.two_by_two import (
    ADJUSTMENTS,
    Adjustment,
    Parts,
    Rows,
    batches,
    parts_of,
)
from panelkit.show.brief import Brief

Control = Literal["never", "not-yet"]
Base = Literal["varying", "universal"]


@offered(
    "staggered",
    "callaway-santanna",
    source="Callaway and Sant'Anna 2021; Sant'Anna and Zhao 2020",
)
@dataclass(frozen=True)
class CallawaySantAnna:
    """The change of a cohort since its last period before adoption, less that of units not treated.

    Parameters
    ----------
    control
        "never": units never treated (the default of the authors' program); "not-yet": also those treated later.
    adjustment
        How covariates of the base period enter: "regression" of the changes among controls, "ipw" by a logit of
        belonging to the cohort, or "doubly-robust" by both (the default of the authors' program). Without covariates
        the three are one.
    base
        What leads are changes from: "varying", the period before each; "universal", the last one before adoption.
    """

    control: str = "never"
    adjustment: str = "doubly-robust"
    base: str = "varying"

    def __post_init__(self) -> None:
        for name, given, known in (
            ("control", self.control, get_args(Control)),
            ("adjustment", self.adjustment, ADJUSTMENTS),
            ("base", self.base, get_args(Base)),
        ):
            if given not in known:
                raise SpecError(
                    message("{name} is one of {known}, not {given!r}", name=name, known=known, given=given)
                )

    def effects(self, panel: PolicyPanel) -> CellEffects:
        """Estimate the effect of every cohort and period with what each cluster adds to it.

        Raises
        ------
        DataError
            If there are no units to compare with, no cohort has a period before, or a comparison cannot hold the
            covariates: too few controls, or a logit that separates the treated.
        """
        plan = self._plan(panel)
        rows = Rows.of(panel)
        Y = np.nan_to_num(panel.cube(panel.y), nan=0.0)
        found = [
            _estimated(panel, plan, Y, part, parts_of(rows, plan, part, self._adjustment))
            for part in batches(plan, rows)
        ]
        refuse_unfitted(panel, plan, found, self.adjustment)
        held = np.concatenate([each.enough for each in found])
        if not (held & (plan.period >= np.searchsorted(panel.periods, plan.cohorts)[plan.cohort])).any():
            raise DataError(
                panel.design.spoken(
                    message(
                        "no adopting {unit} and {unit} to compare with are both held in the {period} before adoption "
                        "and in one after it: there is no effect to estimate"
                    )
                )
            )
        return CellEffects(
            cohort=plan.cohorts[plan.cohort[held]],
            period=panel.periods[plan.period[held]],
            estimate=np.concatenate([each.estimate for each in found])[held],
            influence=np.column_stack([each.influence for each in found])[:, held],
            members=np.column_stack([each.members for each in found])[:, held],
            reference=plan.reference[held],
            notes=notes_of(panel, plan, found),
            facts=self._facts(panel, plan, held),
        )

    def points(
        self, panel: PolicyPanel, outcomes: FloatArray, by: By, *, window: Window | None = None
    ) -> Points:
        """Return the averages of a kind for outcomes (n, m), without errors; see `StaggeredEstimator.points`.

        An average is missing where a comparison in it cannot hold the covariates.
        """
        plan = self._plan(panel)
        rows = Rows.of(panel)
        n_units, n_periods = rows.W.shape
        m = outcomes.shape[1]
        Y = np.zeros((n_units, n_periods, m))
        Y[panel.unit, panel.time] = outcomes
        flat = Y.reshape(n_units, n_periods * m)
        values, members, held, failed = [], [], [], []
        for part in batches(plan, rows):
            parts = parts_of(rows, plan, part, self._adjustment)
            moved = (parts.coefficients().T @ flat).reshape(-1, n_periods, m)
            at = np.arange(len(moved))
            values.append(moved[at, plan.period[part]] - moved[at, plan.base[part]])
            one = panel.balanced and panel.design.weights is None
            members.append(parts.size[None, :] if one else panel.by_cluster(parts.treated * parts.size))
            held.append(parts.enough)
            failed.append(parts.failed_logit | parts.failed_outcome)
        kept = np.concatenate(held)
        cohort, period = plan.cohorts[plan.cohort[kept]], panel.periods[plan.period[kept]]
        labels, weights = shares_by(cohort, period, np.concatenate(members, axis=1)[:, kept], by, window)
        lost = np.concatenate(failed)[kept]
        averaged = weights @ np.where(lost[:, None], 0.0, np.concatenate(values)[kept])
        averaged[(weights[:, lost] > 0.0).any(axis=1)] = np.nan
        return Points(labels, averaged)

    @property
    def _adjustment(self) -> Adjustment:
        return cast(Adjustment, self.adjustment)

    def _plan(self, panel: PolicyPanel) -> Comparisons:
        if self.control == "never" and panel.adoption.treated.all():
            raise DataError(
                panel.design.spoken(
                    message(
                        "{control_option} compares with {units} that never adopt, and there are none: "
                        "take {control}",
                        control_option=option("control", "never"),
                        control=option("control", "not-yet"),
                    )
                )
            )
        plan = comparisons_of(panel, never_only=self.control == "never", universal=self.base == "universal")
        if not len(plan.cohort):
            raise DataError(
                panel.design.spoken(
                    message(
                        "no cohort can be compared: all {units} adopt at one date, or none has a {period} before it"
                    )
                )
            )
        return plan

    def _facts(self, panel: PolicyPanel, plan: Comparisons, held: Array) -> dict[str, Any]:
        made: dict[str, Any] = {"control": self.control, "base_period": self.base}
        if panel.covariates:
            made["adjustment"] = self.adjustment
        if self.base == "universal":
            event = panel.periods[plan.period] - plan.cohorts[plan.cohort]
            made["base"] = bases(event[held & plan.reference], event[held & ~plan.reference])
        return made


@dataclass(frozen=True, eq=False)
class Estimated(Brief):
    """Effects of some comparisons: `estimate` (k,), `influence` and `members` (G, k), and what `Parts` says of them."""

    estimate: FloatArray
    influence: FloatArray
    members: FloatArray
    enough: Array
    failed_logit: Array
    failed_outcome: Array
    counts: FloatArray


def _estimated(panel: PolicyPanel, plan: Comparisons, Y: FloatArray, cells: slice, parts: Parts) -> Estimated:
    change = Y[:, plan.period[cells]] - Y[:, plan.base[cells]]
    return Estimated(
        np.einsum("nk,nk->k", parts.coefficients(), change),
        panel.by_cluster(parts.influence(change)),
        panel.by_cluster(parts.treated * parts.size),
        parts.enough,
        parts.failed_logit,
        parts.failed_outcome,
        parts.counts,
    )

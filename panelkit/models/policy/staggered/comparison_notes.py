"""What is said of 2x2 comparisons: pairs that are not held, cells that nobody can be compared in, cohorts of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from panelkit.kernels.index import SHOWN, Array, listed
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.staggered.comparisons import Comparisons


class Told(Protocol):
    """What some comparisons say of themselves, see `Parts`."""

    @property
    def enough(self) -> Array: ...
    @property
    def failed_logit(self) -> Array: ...
    @property
    def failed_outcome(self) -> Array: ...
    @property
    def counts(self) -> FloatArray: ...


def refuse_unfitted(panel: PolicyPanel, plan: Comparisons, found: Sequence[Told], adjustment: str) -> None:
    """Refuse comparisons that cannot hold the covariates, all of them named.

    Raises
    ------
    DataError
        If a logit separates the treated or leaves nobody to compare with, or a regression among controls is not
        identified.
    """
    logit = np.concatenate([each.failed_logit & each.enough for each in found])
    outcome = np.concatenate([each.failed_outcome & each.enough for each in found])
    controls = np.concatenate([each.counts[1] for each in found])
    reasons: list[Message] = []
    if outcome.any():
        reasons.append(
            message(
                "among the {units} compared with, too few or all alike, changes cannot be regressed on {covariates}: "
                "{cells}",
                covariates=list(panel.covariates),
                cells=_named(panel, plan, outcome, controls),
            )
        )
    if logit.any():
        reasons.append(
            message(
                "{covariates} tell the treated {units} from the others almost surely, so that no propensity can be "
                "estimated: {cells}",
                covariates=list(panel.covariates),
                cells=_named(panel, plan, logit, controls),
            )
        )
    if not reasons:
        return
    remedy = (
        message("take fewer covariates or {adjustment}", adjustment=option("adjustment", "regression"))
        if adjustment != "regression"
        else message(
            "take fewer covariates, or {control} where that leaves more {units} to compare with",
            control=option("control", "not-yet"),
        )
    )
    raise DataError(
        panel.design.spoken(
            message("{reasons}; {remedy}", reasons=listed(reasons, len(reasons)), remedy=remedy)
        )
    )


def notes_of(panel: PolicyPanel, plan: Comparisons, found: Sequence[Told]) -> tuple[Message, ...]:
    """Return what is said of the comparisons beside their effects."""
    enough = np.concatenate([each.enough for each in found])
    counts = np.column_stack([each.counts for each in found])
    notes: list[Message] = []
    if panel.adoption.treated.all():
        notes.append(
            message(
                "the cohort of {cohort:.0f}, the last to adopt, is compared with and has no effects of its own",
                cohort=float(panel.adoption.cohorts[-1]),
            )
        )
    early = ~np.isin(np.arange(len(plan.cohorts)), plan.cohort)
    if early.any():
        notes.append(
            message(
                "no {period} lies before cohorts {cohorts}: they have no effects",
                cohorts=[f"{cohort:.0f}" for cohort in plan.cohorts[early]],
            )
        )
    left = ~enough
    if panel.adoption.treated.all():  # the last cohort is compared with until it adopts, as the panel says
        left &= plan.period < plan.start.max()
    if left.any():
        notes.append(
            message(
                "left out, without treated {units} held in both {periods} or without {units} to compare with: {cells}",
                cells=_named(panel, plan, left, None),
            )
        )
    notes += _pairs(panel, plan, counts)
    notes += _alone(panel, plan, counts, enough)
    return tuple(panel.design.spoken(note) for note in notes)


def _pairs(panel: PolicyPanel, plan: Comparisons, counts: FloatArray) -> list[Message]:
    """Return a note on pairs that an unbalanced panel does not hold."""
    if panel.balanced:
        return []
    sizes = np.bincount(plan.code, minlength=len(plan.cohorts) + 1)[plan.cohort]
    return [
        message(
            "the panel is not balanced: every comparison stands on the {units} held in both its {periods}, {held} of "
            "{all} pairs of treated {units}",
            held=int(counts[0].sum()),
            all=int(sizes.sum()),
        )
    ]


def _alone(panel: PolicyPanel, plan: Comparisons, counts: FloatArray, enough: Array) -> list[Message]:
    """Return notes on effects that one treated unit, or one unit compared with, stands behind."""
    notes = []
    single = np.unique(plan.cohort[enough & (counts[0] == 1.0)])
    if len(single):
        notes.append(
            message(
                "one treated {unit} alone stands behind effects of cohorts {cohorts}: the error of such an effect by "
                "itself does not hold that {unit}'s own variation",
                cohorts=[f"{plan.cohorts[i]:.0f}" for i in single],
            )
        )
    lone = np.flatnonzero(enough & (counts[1] == 1.0))
    if len(lone):
        notes.append(
            message(
                "one {unit} alone is compared with in {cells}: its own variation is not in the errors",
                cells=_named(panel, plan, enough & (counts[1] == 1.0), None),
            )
        )
    return notes


def _named(panel: PolicyPanel, plan: Comparisons, marked: Array, controls: FloatArray | None) -> Any:
    """Return the names of marked comparisons, with how many are compared with."""
    at = np.flatnonzero(marked)
    named = []
    for i in at[:SHOWN]:
        values = {"cohort": float(plan.cohorts[plan.cohort[i]]), "at": float(panel.periods[plan.period[i]])}
        named.append(
            message("cohort {cohort:.0f} in {at:.0f}", **values)
            if controls is None
            else message("cohort {cohort:.0f} in {at:.0f} ({n} compared with)", n=int(controls[i]), **values)
        )
    return listed(named, len(at))

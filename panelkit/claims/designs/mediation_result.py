"""What a mediation design reads of a result: the judged effect, the first paths, the weakest link, the sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.claims.findings import paragraph
from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.mediation.findings import ConfounderSensitivity
from panelkit.models.mediation.legs import leg
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.words import number
from panelkit.studies.scrutiny.main_test import SMALLEST_SHARE

SMALLEST = message(
    "each half of the channel moves what follows by a fifth of its own within deviation, which is the smallest effect "
    "of interest of a regression"
)


@dataclass(frozen=True)
class Judged:
    """The effect of a result that a design judges: through one mediator (1, 2, ...), or the sum over all (None)."""

    result: MediationResult
    through: int | None

    @property
    def is_sum(self) -> bool:
        """Return whether the sum over all mediators is judged."""
        return self.through is None or len(self.result.path_terms) == 1

    @property
    def position(self) -> int:
        """Return the position of the judged effect among those of the result."""
        name = "indirect" if self.is_sum else self.result.path_terms[(self.through or 1) - 1]
        return self.result.terms.index(name)

    @property
    def line(self) -> pd.Series:
        """Return the row of the judged effect."""
        row: pd.Series = self.result.tidy().iloc[self.position]
        return row

    @property
    def draws(self) -> FloatArray:
        """Return the judged effect in every resample that identifies the paths."""
        draws = self.result.draws
        if draws is None:
            raise SpecError(message("this result carries no resamples"))
        column: FloatArray = draws[:, self.position]
        return column

    @property
    def mediators(self) -> list[int]:
        """Return the positions of the judged mediators."""
        return list(range(len(self.result.mediators))) if self.through is None else [self.through - 1]

    @property
    def firsts(self) -> list[int]:
        """Return the mediators that the treatment must move: the judged ones, of a chain the first."""
        return [0] if self.result.spec.order == "serial" else self.mediators

    @property
    def smallest(self) -> float:
        """Return the effect of a channel each half of which moves what follows by a fifth of its within deviation."""
        system = self.result.system
        total = next(e for e in system.equations if e.name == "total")
        swept = system.swept_columns
        own, rest = swept[:, [0, total.outcome]], swept[:, [j for j in total.regressors if j != 0]]
        left = own - rest @ np.linalg.lstsq(rest, own, rcond=None)[0]
        treatment, outcome = np.linalg.norm(left, axis=0)
        return float(SMALLEST_SHARE**2 * outcome / treatment)

    @property
    def through_names(self) -> list[str]:
        """Return the mediators that the judged effect runs through."""
        labels = list(self.result.mediator_labels)
        return labels if self.is_sum else [labels[(self.through or 1) - 1]]

    @property
    def weakest(self) -> ConfounderSensitivity:
        """Return the sensitivity of the mediator whose path the smallest confounder undoes."""
        names = [self.result.mediator_labels[k] for k in self.mediators]
        return min((self.result.sensitivity(name) for name in names), key=lambda found: abs(found.rho_zero))

    @property
    def overlaps(self) -> dict[str, str]:
        """Return what is said of figures that two of the variables share."""
        return {f"overlap {k + 1}": str(overlap.said()) for k, overlap in enumerate(self.result.overlaps)}


def first_paths(judged: Judged, reps: int, seed: int) -> dict[int, tuple[float, float]]:
    """Return estimate and restricted wild p-value of the treatment's effect on each mediator that it must move."""
    result, found = judged.result, {}
    for k in judged.firsts:
        fit = result.fits[f"mediator {k}"]
        estimate = leg(fit, result.treatment_label)["estimate"]
        found[k] = estimate, wild_cluster_bootstrap(fit, result.treatment_label, reps=reps, rng=seed).p_value
    return found


def facts_of(result: MediationResult) -> dict[str, Any]:
    """Return what tables say of the sample and the model."""
    kept = ("years", "nobs", "n_units", "n_periods", "effects", "order", "vcov")
    return {key: result.facts[key] for key in kept}


def sentence_of(judged: Judged) -> Message:
    """Return the effect in words."""
    result, line, facts = judged.result, judged.line, judged.result.facts
    low, high = float(line["conf_low"]), float(line["conf_high"])
    said: list[Message] = [
        message(
            "Indirect effect of {treatment} on {outcome} through {mediators} ({years}, {n} {units}): "
            "{estimate:.3g}, 95 % interval {low:.3g} to {high:.3g}.",
            treatment=result.treatment_label,
            outcome=result.outcome_label,
            mediators=judged.through_names,
            years=facts["years"],
            n=facts["n_units"],
            estimate=float(line["estimate"]),
            low=low,
            high=high,
        )
    ]
    holds_zero = low <= 0.0 <= high
    if judged.is_sum and not holds_zero:
        said.append(_share(result))
    return paragraph(said)


def _share(result: MediationResult) -> Message:
    """Return the mediated share as a sentence, or why there is none."""
    share = result.share()
    if share.kind == "share":
        return message(
            "Indirect / total = {ratio}; an arithmetic share, causal only if nothing confounds mediator and outcome.",
            ratio=number(share.value),
        )
    if share.kind == "suppression":
        return message(
            "Suppression: direct and indirect effect have opposite signs, so no share; |indirect / direct| = {ratio}.",
            ratio=number(share.value),
        )
    return message(
        "No share: the total effect is not distinguishable from zero, and a ratio to it means nothing."
    )

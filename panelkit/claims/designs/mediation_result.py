"""What a mediation design reads of a result: the judged effect, the first paths, the weakest link, the sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from panelkit.claims.findings import paragraph
from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap
from panelkit.language.message import Message, message
from panelkit.models.mediation.findings import ConfounderSensitivity
from panelkit.models.mediation.legs import leg
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.words import number


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
    def line(self) -> pd.Series:
        """Return the row of the judged effect."""
        name = "indirect" if self.is_sum else self.result.path_terms[(self.through or 1) - 1]
        row: pd.Series = self.result.tidy().iloc[self.result.terms.index(name)]
        return row

    @property
    def mediators(self) -> list[int]:
        """Return the positions of the judged mediators."""
        return list(range(len(self.result.mediators))) if self.through is None else [self.through - 1]

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
    """Return estimate and restricted wild p-value of the treatment's effect on each judged mediator."""
    result, found = judged.result, {}
    for k in judged.mediators:
        fit = result.fits[f"mediator {k}"]
        estimate = leg(fit, result.treatment_label)["estimate"]
        found[k] = estimate, wild_cluster_bootstrap(fit, result.treatment_label, reps=reps, rng=seed).p_value
    return found


def facts_of(result: MediationResult) -> dict[str, Any]:
    """Return what tables say of the sample and the model."""
    kept = ("years", "nobs", "n_units", "n_periods", "effects", "order", "vcov")
    return {key: result.facts[key] for key in kept}


def sentence_of(judged: Judged, *, channel: bool) -> Message:
    """Return the effect in words; `channel`: the treatment moves the mediator as claimed."""
    result, line, facts = judged.result, judged.line, judged.result.facts
    low, high = float(line["conf_low"]), float(line["conf_high"])
    said: list[Message] = [
        message(
            "Indirect effect of {treatment} on {outcome} through {mediators} ({years}, {n} provinces): "
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
    if holds_zero and channel:
        said.append(
            message(
                "The treatment moves the mediator: consistent with the channel, which is all that this shows."
            )
        )
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

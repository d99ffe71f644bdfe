"""The result of a mediation: its estimates, and what is said of them by the functions above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from panelkit.models.mediation.estimates import MediationEstimates
from panelkit.models.mediation.levels import effects_at_levels
from panelkit.models.mediation.procedures import Procedure, run
from panelkit.models.mediation.sensitivity import Sensitivity, sensitivity_of
from panelkit.models.mediation.share import Share, share_of
from panelkit.models.mediation.text import summary
from panelkit.results.fit import Derived, Language

Name = Literal["baron_kenny", "wen_ye_2014", "jiang_2022"]


@dataclass(frozen=True, kw_only=True, eq=False)
class MediationResult(MediationEstimates):
    """Total, direct and indirect effects; see `MediationEstimates` for what it holds."""

    def share(self, level: float = 0.95) -> Share:
        """Return the mediated share where it means something; suppression is named as such."""
        return share_of(self, level)

    def sensitivity(self, mediator: str | None = None, *, level: float = 0.95) -> Sensitivity:
        """Return what a confounder of mediator and outcome would have to be to undo the effect."""
        return sensitivity_of(self, self.mediator_position(mediator), level)

    def at_levels(self, levels: Sequence[float] | None = None, *, change: float = 1.0) -> Derived:
        """Return the effects of moving the treatment by `change` from each level, where it meets the mediators.

        See `levels.effects_at_levels` for their definitions. Levels are those of the specification (p10,
        p50, p90 and the mean of the sample unless told).

        Raises
        ------
        SpecError
            If the model has no interaction, or a level is no finite number.
        """
        return effects_at_levels(self, levels, change)

    def procedure(self, name: Name, mediator: str | None = None) -> Procedure:
        """Return a named procedure, step by step as papers print it, and what it does and does not show."""
        return run(self, name, self.mediator_position(mediator))

    def summary(self, level: float = 0.95, language: Language = "en") -> str:
        """Return effects, paths, share, joint significance and sensitivity as plain text."""
        return summary(self, level, language)

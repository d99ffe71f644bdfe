"""What a mediation model is asked to be: roles, order, timing, effects and covariance, checked one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.conventions import convention_named
from panelkit.covariance.crv3 import CRV3
from panelkit.kernels.within import Effects, check_effects
from panelkit.language.errors import SpecError
from panelkit.models.mediation.interaction import checked_levels
from panelkit.models.reading import check_where

Order = Literal["parallel", "serial"]
Stage = Literal["first", "second", "direct"]
STAGES = ("first", "second", "direct")


@dataclass(frozen=True)
class MediationPlan:
    """The fields of `Mediation`, where they are described."""

    outcome: str
    treatment: str
    mediators: tuple[str, ...] | str
    controls: str = ""
    effects: Effects = "twoway"
    order: Order = "parallel"
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    treatment_lag: int = 0
    outcome_lead: int = 0
    moderator: str | None = None
    moderates: tuple[Stage, ...] = ("first",)
    interaction: bool = False
    levels: tuple[float, ...] | None = None
    where: str | None = None

    def __post_init__(self) -> None:
        names = (self.mediators,) if isinstance(self.mediators, str) else tuple(self.mediators)
        object.__setattr__(self, "mediators", names)
        object.__setattr__(self, "moderates", tuple(self.moderates))
        check_effects(self.effects)
        convention_named(self.convention)
        object.__setattr__(self, "where", check_where(self.where))
        if self.order not in ("parallel", "serial"):
            raise SpecError(f"order is parallel or serial, not {self.order!r}")
        if not names:
            raise SpecError("a mediation needs at least one mediator")
        for what, years in (("treatment_lag", self.treatment_lag), ("outcome_lead", self.outcome_lead)):
            if not isinstance(years, int) or years < 0:
                raise SpecError(f"{what} is a number of years, 0 or more, not {years!r}")
        unknown = [stage for stage in self.moderates if stage not in STAGES]
        if self.moderator is not None and (unknown or not self.moderates):
            raise SpecError(f"moderates names some of {', '.join(STAGES)}, not {self.moderates!r}")
        if self.moderator is not None and self.order == "serial":
            raise SpecError("moderated mediation is offered for parallel mediators: take order='parallel'")
        if not isinstance(self.interaction, bool):
            raise SpecError(f"interaction is True or False, not {self.interaction!r}")
        object.__setattr__(self, "levels", checked_levels(self.levels, interaction=self.interaction))
        if self.interaction and (self.moderator is not None or self.order == "serial"):
            raise SpecError(
                "interaction=True is offered for parallel mediators without a moderator: take order='parallel', and "
                "fit the moderated model beside it"
            )

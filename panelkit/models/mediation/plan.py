"""What a mediation model is asked to be: roles, order, timing, effects and covariance, checked one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.conventions import refuse_convention
from panelkit.covariance.crv3 import CRV3
from panelkit.kernels.within import Effects, check_effects
from panelkit.language.errors import SpecError
from panelkit.language.message import message, verbatim
from panelkit.language.options import is_whole, refuse_idle
from panelkit.language.spelt import option
from panelkit.models.mediation.interaction import checked_levels
from panelkit.models.reading import check_where

Order = Literal["parallel", "serial"]
Stage = Literal["first", "second", "direct"]
STAGES = ("first", "second", "direct")


@dataclass(frozen=True)
class Variables:
    """The variables of a mediation and how they are dated."""

    outcome: str
    treatment: str
    mediators: tuple[str, ...]
    controls: str
    treatment_lag: int
    outcome_lead: int
    moderator: str | None = None


def check_variables(variables: Variables) -> None:
    """Refuse a mediation without a mediator, and dates that are no numbers of years."""
    if not variables.mediators:
        raise SpecError(message("a mediation needs at least one mediator"))
    dates = (("treatment_lag", variables.treatment_lag), ("outcome_lead", variables.outcome_lead))
    for what, years in dates:
        if not is_whole(years) or years < 0:
            raise SpecError(
                message("{what} is a number of years, 0 or more, not {years!r}", what=what, years=years)
            )


def names_of(mediators: tuple[str, ...] | str) -> tuple[str, ...]:
    """Return mediators as a tuple; one may be given as a plain string."""
    return (mediators,) if isinstance(mediators, str) else tuple(mediators)


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
        object.__setattr__(self, "mediators", names_of(self.mediators))
        object.__setattr__(self, "moderates", tuple(self.moderates))
        check_effects(self.effects)
        refuse_convention(self.convention, (), verbatim(type(self).__name__))
        object.__setattr__(self, "where", check_where(self.where))
        if self.order not in ("parallel", "serial"):
            raise SpecError(message("order is parallel or serial, not {order!r}", order=self.order))
        check_variables(self.variables)
        self._check_moderator()
        if not isinstance(self.interaction, bool):
            raise SpecError(message("interaction is True or False, not {given!r}", given=self.interaction))
        object.__setattr__(self, "levels", checked_levels(self.levels, interaction=self.interaction))
        if self.interaction and (self.moderator is not None or self.order == "serial"):
            raise SpecError(
                message(
                    "{interaction} is offered for parallel mediators without a moderator: take {order}, "
                    "and fit the moderated model beside it",
                    interaction=option("interaction", True),
                    order=option("order", "parallel"),
                )
            )

    @property
    def variables(self) -> Variables:
        """Return the variables and their dates."""
        return Variables(
            outcome=self.outcome,
            treatment=self.treatment,
            mediators=names_of(self.mediators),
            controls=self.controls,
            treatment_lag=self.treatment_lag,
            outcome_lead=self.outcome_lead,
            moderator=self.moderator,
        )

    def _check_moderator(self) -> None:
        if self.moderator is None:
            refuse_idle(
                {"moderates": self.moderates != ("first",)},
                message(
                    "says which paths a moderator changes: name one by {moderator}",
                    moderator=option("moderator"),
                ),
            )
            return
        if not self.moderates or any(stage not in STAGES for stage in self.moderates):
            raise SpecError(
                message(
                    "moderates names some of {stages}, not {given!r}", stages=STAGES, given=self.moderates
                )
            )
        if self.order == "serial":
            raise SpecError(
                message(
                    "moderated mediation is offered for parallel mediators: take {order}",
                    order=option("order", "parallel"),
                )
            )

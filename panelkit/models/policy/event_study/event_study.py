"""Event studies: leads and lags of a policy by the estimator of one's choice, from a stated base, with binned ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from panelkit.kernels.within import IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.language.spelt import option
from panelkit.models.policy.effects.chance import Chance
from panelkit.models.policy.effects.estimator import staggered_estimator
from panelkit.models.policy.effects.result import PolicyEffects, policy_effects
from panelkit.models.policy.effects.spec_checks import check_shared, panel_of
from panelkit.models.policy.event_study.dynamic import DynamicTwoWay
from panelkit.models.policy.event_study.event_views import CohortStudy, ImputedStudy, PathStudy
from panelkit.models.policy.event_study.event_window import EventWindow, event_window
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.panel.leaving import Reason, Why

# What becomes of event times outside the window: the first is what an estimator does unless told otherwise.
ENDS_OF = {
    "twfe": ("bin", "trim", "show"),
    "sun-abraham": ("show", "bin"),
    "callaway-santanna": ("show", "bin"),
    "imputation": ("show", "bin"),
    "stacked": ("trim",),
    "local-projections": ("trim",),
}
REBASED = ("twfe", "sun-abraham", "callaway-santanna", "stacked")


@estimator(
    "event_study",
    family="policy",
    can=["cluster contributions"],
    result="PolicyEffects",
    source="Schmidheiny and Siegloch 2023; Sun and Abraham 2021; Borusyak, Jaravel and Spiess 2024; "
    "Callaway and Sant'Anna 2021",
)
@dataclass(frozen=True)
class EventStudy:
    """Effects of a policy by periods since adoption, leads among them.

    Parameters
    ----------
    formula
        `outcome ~ covariates`, or `outcome ~ 1`. The treatment is no term: it is named by `cohort` or `treatment`.
    cohort, treatment
        When units adopt, one of the two, as in `StaggeredDiD`.
    estimator
        "sun-abraham" (with one date of adoption the same as "twfe"), "twfe", the two-way regression on event-time
        dummies, "imputation", "callaway-santanna", "stacked" or "local-projections".
    window
        (first, last) event time; None takes all there are.
    ends
        What becomes of event times outside the window. "bin": they join the event time at the end (one dummy under
        twfe, one average elsewhere; the term is then `<=-5` or `>=4`); "trim": their rows leave; "show": they are
        estimated and not shown. None is "bin" under twfe, "trim" for stacked and local-projections, else "show".
    base
        The event time that all others are measured from, or several, whose mean is zero; None is the last one before
        the policy may move the outcome, -1 without anticipation. Leads of imputation have no base: they are measured
        from all earlier event times.
    second_base
        Under twfe where no unit stays untreated: the event time that is zero beside the base; None is the earliest.
    control, adjustment, corrected
        As in `StaggeredDiD`, where the estimator has them.
    anticipation
        Periods before adoption in which the effect may begin.
    cluster, errors, shares, inference, size, where, weights
        As in `StaggeredDiD`.

    Examples
    --------
    >>> pilots = pk.add_policy(panel, "ftz")
    >>> study = pk.EventStudy("log(patents_granted) ~ log(gdp)", cohort="ftz_first", window=(-2, 2), ends="bin")
    >>> found = study.fit(pilots)
    >>> found.terms
    ('mean', '<=-2', '-1', '0', '1', '>=2')
    >>> found.plot(language="zh").alt
    '按处理后时间的对 log(patents_granted) 的效应'
    """

    formula: str
    cohort: str | None = None
    treatment: str | None = None
    estimator: str = "sun-abraham"
    window: tuple[int, int] | None = None
    ends: str | None = None
    base: int | Sequence[int] | None = None
    second_base: int | None = None
    control: str | None = None
    adjustment: str | None = None
    corrected: bool | None = None
    anticipation: int = 0
    cluster: str | None = None
    errors: Any = "small-sample"
    shares: Any = "estimated"
    inference: str = "auto"
    size: str | None = None
    where: str | None = None
    weights: str | None = None

    def __post_init__(self) -> None:
        for name in ("window", "base"):
            held = getattr(self, name)
            if isinstance(held, list):
                object.__setattr__(self, name, tuple(held))
        check_shared(self)
        self._check_choices()
        self._method()

    def fit(
        self,
        data: Any,
        *,
        unit: str | None = None,
        time: str | None = None,
        reps: int = 999,
        rng: int | np.random.Generator = 0,
    ) -> PolicyEffects:
        """Estimate the effects by event time on a panel.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`.
        reps, rng
            Assignments drawn where p-values come from randomisation, and the seed or generator.

        Returns
        -------
        PolicyEffects
            One row an event time and their mean from adoption on (a bin counts once); the base is a row of zeros.

        Raises
        ------
        DataError, SpecError
            As `StaggeredDiD.fit` does; also where the base is not held, or is moved by the policy.
        """
        chance = Chance(self.inference, reps, rng, self.size)
        panel = panel_of(self, data, unit, time)
        title = message(
            "Event study ({estimator}): {outcome}", estimator=self.estimator, outcome=panel.design.outcome
        )
        found = policy_effects(self, self._method(), panel, title=title, by=["event"], chance=chance)
        return self._told(found, panel)

    def with_estimator(self, estimator: str, **options: Any) -> EventStudy:
        """Return the same question put to another estimator, with its own options; `ends` stays where it is one."""
        own: dict[str, Any] = dict.fromkeys(("control", "adjustment", "corrected", "second_base"))
        own["ends"] = self.ends if self.ends in ENDS_OF.get(estimator, ()) else None
        return replace(self, estimator=estimator, **(own | options))

    def _check_choices(self) -> None:
        known = tuple(ENDS_OF)
        if self.estimator not in ENDS_OF:
            raise SpecError(
                message("estimator is one of {known}, not {key!r}", known=known, key=self.estimator)
            )
        if self.ends is not None and self.ends not in ENDS_OF[self.estimator]:
            raise SpecError(
                message(
                    "ends of estimator={key!r} is one of {known}, not {ends!r}",
                    key=self.estimator,
                    known=ENDS_OF[self.estimator],
                    ends=self.ends,
                )
            )
        if self.ends is not None and self.window is None:
            raise SpecError(message("ends says what becomes of event times outside a `window`: name one"))
        if self.base is not None and self.estimator not in REBASED:
            raise SpecError(
                message(
                    "estimator={key!r} measures from a base of its own: leave `base` out, or take one of {known}",
                    key=self.estimator,
                    known=REBASED,
                )
            )
        if self.second_base is not None and self.estimator != "twfe":
            raise SpecError(
                message(
                    "second_base belongs to {estimator}: leave it out", estimator=option("estimator", "twfe")
                )
            )

    @property
    def _view(self) -> EventWindow:
        ends = self.ends or ENDS_OF[self.estimator][0]
        return event_window(self.window, ends, self.base, self.second_base)

    def _method(self) -> Any:
        view = self._view
        given = {"control": self.control, "adjustment": self.adjustment, "corrected": self.corrected}
        if self.estimator == "twfe":
            staggered_estimator("twfe", **given)  # which refuses what is not for it
            return DynamicTwoWay(view)
        before = 0 if view.window is None else int(-view.window[0]) - self.anticipation
        if before < 1 and view.window is not None:
            raise SpecError(
                message(
                    "window {window} holds no event time before the policy may move the outcome: let it begin at "
                    "{first} or earlier",
                    window=self.window,
                    first=-1 - self.anticipation,
                )
            )
        if self.estimator == "imputation":
            leads = None if view.window is None else before
            return ImputedStudy(staggered_estimator("imputation", leads=leads, **given), view)
        if self.estimator in ("stacked", "local-projections"):
            return PathStudy(staggered_estimator(self.estimator, **given), view)
        own = {"base": "universal"} if self.estimator == "callaway-santanna" else {}
        return CohortStudy(staggered_estimator(self.estimator, **given, **own), view)

    def _told(self, found: PolicyEffects, panel: PolicyPanel) -> PolicyEffects:
        """Return the effects with the window among their facts, and the rows that it cut among those dropped."""
        if self.window is None:
            return found
        view = self._view
        first, last = self.window
        said = {
            "bin": message("{first} to {last}, others binned", first=first, last=last),
            "trim": message("{first} to {last}, others left out", first=first, last=last),
            "show": message("{first} to {last} shown", first=first, last=last),
        }
        facts = {**found.facts, "window": said[view.ends]}
        gone: IntArray = view.outside(panel.adoption.event(panel.unit, panel.time))
        if self.estimator != "twfe" or not gone.any():
            return replace(found, facts=facts)
        reason = Reason(Why.OUTSIDE, message("outside the window of event times"))
        cut = panel.design.keep(~gone, reason=reason)
        return replace(found, facts=facts, notes=(cut.notes[-1], *found.notes), dropped=cut.dropped)

"""Difference in differences with staggered adoption, by the estimator of one's choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.models.policy.effects.chance import Chance
from panelkit.models.policy.effects.estimator import staggered_estimator
from panelkit.models.policy.effects.result import PolicyEffects, policy_effects
from panelkit.models.policy.effects.spec_checks import check_shared, panel_of
from panelkit.models.policy.effects.windowed import check_kinds, check_window


@estimator(
    "staggered_did",
    family="policy",
    can=["cluster contributions"],
    result="PolicyEffects",
    source="Callaway and Sant'Anna 2021; Borusyak, Jaravel and Spiess 2024; Sun and Abraham 2021; Gardner 2022",
)
@dataclass(frozen=True)
class StaggeredDiD:
    """The effect of a policy that units adopt at different dates and keep.

    Parameters
    ----------
    formula
        `outcome ~ covariates`, or `outcome ~ 1`. The treatment is no term: it is named by `cohort` or `treatment`.
    cohort
        A column with the first treated period, the same in all rows of a unit; never: 0, missing, infinite or later
        than the data.
    treatment
        A 0/1 column that stays 1 once it is 1. Give it or `cohort`.
    estimator
        "imputation" (Borusyak, Jaravel and Spiess; Gardner), "callaway-santanna", "sun-abraham", "stacked",
        "local-projections" or "twfe", the two-way regression that the others replace.
    control
        Who is compared with: "never" or "not-yet" treated units, where the estimator leaves the choice.
    adjustment
        How covariates enter callaway-santanna: "regression", "ipw" or "doubly-robust".
    base
        The period before that leads are measured from: "varying" or "universal", where the estimator leaves the choice.
    leads
        How many event times before adoption are tested, where the estimator tests them apart.
    horizon
        (before, after): how many periods around adoption stacked and local-projections reach.
    corrected
        Whether stacked and local-projections weigh cohorts by their treated units, or as least squares does.
    anticipation
        Periods before adoption in which the effect may begin.
    cluster
        A column of clusters that hold whole units; None is the unit.
    errors
        "small-sample" (unbiased with Welch's degrees of freedom) or "analytic" (as the programs print them).
    shares
        "estimated" or "fixed": whether the sizes of cohorts vary from sample to sample.
    inference
        "clusters": p-values and intervals from the errors; "randomisation": from other assignments of the dates of
        adoption; "auto": the latter below eight treated units, where the former reject too often; "conley-taber",
        "ferman-pinto": from the noise of never treated units; "bootstrap": of clusters.
    size
        The column by which "ferman-pinto" rescales noise between units, such as the population.
    where
        A condition on the rows that enter, as in `FixedEffects`.
    weights
        `"aw=..."` or `"pw=..."`, as in `FixedEffects`.

    Examples
    --------
    >>> pilots = pk.add_policy(panel, "ftz")
    >>> effects = pk.StaggeredDiD("log(patents_granted) ~ 1", cohort="ftz_first").fit(pilots, by="overall")
    >>> effects.tidy()[["term", "estimate", "conf_low", "conf_high"]].round(2).to_numpy().tolist()
    [['ATT', -0.2, -0.39, -0.01]]
    """

    formula: str
    cohort: str | None = None
    treatment: str | None = None
    estimator: str = "imputation"
    control: str | None = None
    adjustment: str | None = None
    base: str | None = None
    leads: int | None = None
    horizon: tuple[int, int] | None = None
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
        self._method()
        check_shared(self)

    def fit(
        self,
        data: Any,
        *,
        unit: str | None = None,
        time: str | None = None,
        by: str | Sequence[str] | None = None,
        window: tuple[float, float] | None = None,
        balanced: float | None = None,
        reps: int = 999,
        rng: int | np.random.Generator = 0,
    ) -> PolicyEffects:
        """Estimate the effects on a panel.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`.
        by
            "overall", "event", "cohort", "calendar", "cells", or several; None: the first four that the estimator has.
        window
            First and last event time that enter, in all averages. stacked, local-projections and twfe have no effect
            overall inside one: the mean by event time is theirs.
        balanced
            Only cohorts that are seen until this event time.
        reps, rng
            Assignments drawn where p-values come from randomisation, and the seed or generator.

        Returns
        -------
        PolicyEffects
            One row an effect: equation (the kind), term, estimate, error, p-value and interval.

        Raises
        ------
        DataError, SpecError
            As `FixedEffects.fit` does; also for a treatment that switches off, a date of adoption in a gap, a cohort
            that changes within a unit, and where nobody is left to compare with.
        """
        chance = Chance(self.inference, reps, rng, self.size)
        kinds, span = check_kinds(by), check_window(window, balanced)
        panel = panel_of(self, data, unit, time)
        title = message(
            "Staggered adoption ({estimator}): {outcome}",
            estimator=self.estimator,
            outcome=panel.design.outcome,
        )
        return policy_effects(
            self,
            self._method(),
            panel,
            title=title,
            by=kinds,
            window=span,
            balanced=balanced,
            chance=chance,
        )

    def with_estimator(self, estimator: str, **options: Any) -> StaggeredDiD:
        """Return the same question put to another estimator, with its own options."""
        own: dict[str, Any] = (
            dict.fromkeys(("control", "adjustment", "base", "leads", "horizon", "corrected")) | options
        )
        return replace(self, estimator=estimator, **own)

    def _method(self) -> Any:
        return staggered_estimator(
            self.estimator,
            control=self.control,
            adjustment=self.adjustment,
            base=self.base,
            leads=self.leads,
            horizon=self.horizon,
            corrected=self.corrected,
        )

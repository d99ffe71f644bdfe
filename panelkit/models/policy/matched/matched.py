"""PSM-DID as practitioners do it: a logit, matches, and a weighted two-way regression, its traps told at run time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_args

import pandas as pd

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.formula.conditions import check_where
from panelkit.kernels.logit import Logit
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_number, refuse_idle
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.models.policy.matched.balance import Balance
from panelkit.models.policy.matched.matched_pool import By
from panelkit.models.policy.matched.matched_sample import MatchedSample, matched_sample
from panelkit.models.policy.matched.matched_words import matched_facts, matched_notes
from panelkit.models.policy.matched.matching import Matching
from panelkit.models.policy.rows.adoption import read_timing
from panelkit.models.policy.rows.handed import (
    FEW_TREATED,
    RANDOMISE_UNMATCHED,
    few_note,
    fresh,
    refuse_as_covariate,
    told,
    with_columns,
    with_terms,
)
from panelkit.models.reading import open_frame
from panelkit.results.fit import FitResult


@dataclass(frozen=True, kw_only=True, eq=False)
class MatchedFit(FitResult):
    """A weighted two-way regression on matched units, and the matching behind it.

    `balance` compares the covariates before and after; `pairs` has one row a match: `period` (missing where units are
    matched once), `treated`, `control`, `share`, and both scores; `row_weights` is the weight of each unit and period;
    `propensities` are the logits, one, or one a period.
    """

    balance: Balance
    pairs: pd.DataFrame
    row_weights: pd.Series
    propensities: tuple[Logit, ...]


@offered(
    "policy",
    "matched",
    family="designs",
    result="MatchedFit",
    source="Rosenbaum and Rubin 1983; Heckman, Ichimura and Todd 1997; Daw and Hatfield 2018",
    public=True,
)
@dataclass(frozen=True)
class MatchedDiD:
    """Difference-in-differences on units matched by the propensity score (PSM-DID).

    Parameters
    ----------
    formula
        `outcome ~ covariates` of the regression, or `outcome ~ 1`; the treatment is no term of it.
    match_on
        The right-hand side of the logit: `"log(gdp) + industry_share"`. Of a cross-section their means over the
        periods before the first adoption, or their values in the period `at`.
    cohort, treatment
        When units adopt, one of the two: a column with the first treated period, or an absorbing 0/1 column.
    matching
        How matches are found, a `Matching`.
    by
        "cross-section": units are matched once, on what was before the policy, and stay matched. "year": anew in every
        period, on the covariates of that period, as much of the applied literature does: it is offered to reproduce
        that literature, and says what is wrong with it.
    at
        The period of the cross-section; None takes the means.
    vcov, convention, where
        As in `FixedEffects`.

    Notes
    -----
    Where all weights are whole numbers they are frequency weights, as psmatch2's `_weight`, otherwise analytic ones.
    The errors take the matches as given. Matching on the outcome before the policy makes a bias where parallel trends
    held (Daw and Hatfield 2018): it is allowed, and said.

    Examples
    --------
    >>> spec = pk.MatchedDiD("patents ~ 1", "log(gdp) + rd_share", treatment="pilot")
    """

    formula: str
    match_on: str
    cohort: str | None = None
    treatment: str | None = None
    matching: Matching = Matching()
    by: By = "cross-section"
    at: int | None = None
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        refuse_as_covariate(self.formula, self.cohort, self.treatment)
        if self.by not in get_args(By):
            raise SpecError(message("by is {held}, not {value!r}", held=get_args(By), value=self.by))
        if not isinstance(self.match_on, str) or self.match_on.strip() in ("", "0", "1"):
            raise SpecError(message("match_on names no covariate: write such as `log(gdp) + industry_share`"))
        if not isinstance(self.matching, Matching):
            raise SpecError(message("matching is a Matching, not {value!r}", value=self.matching))
        if self.at is not None:
            check_number("at", self.at)
        refuse_idle(
            {"at": self.by == "year" and self.at is not None},
            message("would change nothing: by='year' matches in every {period}"),
        )
        self._regression(self.formula, None)

    def fit(self, data: Any, *, unit: str | None = None, time: str | None = None) -> MatchedFit:
        """Match, and fit the weighted regression.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`.

        Returns
        -------
        The regression on the matched sample; the treatment is its first term.

        Raises
        ------
        SpecError
            If formula, covariates or options cannot be right for these data.
        DataError
            If a treatment switches off, the covariates separate the treated, nobody has common support, or no treated
            unit is matched.
        """
        frame = open_frame(data, unit, time)
        timing = read_timing(frame, unit=unit, time=time, cohort=self.cohort, treatment=self.treatment)
        sample = matched_sample(self, frame, timing, unit, time)
        term = self.treatment or fresh(frame, "treated")
        weight = fresh(frame, "matching_weight")
        held = with_columns(frame, {term: sample.path, weight: sample.row_weight})
        kind = "fw" if sample.whole else "aw"
        spec = self._regression(with_terms(self.formula, [term]), f"{kind}={weight}")
        fit = spec.fit(held, unit=unit, time=time)
        notes = (
            *matched_notes(self, sample),
            *self._few(sample),
        )
        fit = told(
            fit,
            title=message("PSM-DID: {outcome}", outcome=fit.outcome),
            facts=matched_facts(self, sample),
            notes=[note.spoken(*fit.level_names) for note in notes],
        )
        return _with_matching(fit, sample)

    def _few(self, sample: MatchedSample) -> tuple[Message, ...]:
        if sample.n_treated >= FEW_TREATED:
            return ()
        units = sample.n_treated + sample.n_controls
        return (few_note(sample.n_treated, units, ("unit", "period"), RANDOMISE_UNMATCHED),)

    def _regression(self, formula: str, weights: str | None) -> FixedEffects:
        return FixedEffects(formula, "twoway", self.vcov, self.convention, self.where, weights)


def _with_matching(fit: FitResult, sample: MatchedSample) -> MatchedFit:
    held = {field.name: getattr(fit, field.name) for field in fields(fit) if field.init}
    return MatchedFit(
        **held,
        balance=sample.balance,
        pairs=sample.pairs,
        row_weights=sample.weights,
        propensities=sample.logits,
    )

"""The kind `policy`: what a policy did that began in some provinces first, and its conditions (R-SIGN)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import expressions_on_figures
from panelkit.claims.designs.policy_codings import codings_of
from panelkit.claims.designs.policy_conditions import conditions_of, dealt_beside
from panelkit.claims.designs.policy_test import policy_test
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Indicator, Key, Whole
from panelkit.claims.findings import Finding, Measured, paragraph
from panelkit.claims.rules.headline import FIFTH
from panelkit.data.policies import Coding, load_policy_pilots
from panelkit.data.policy_columns import FIRST, add_policy
from panelkit.data.policy_tables import policy_named
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, Told, message
from panelkit.language.offers import offered
from panelkit.models.policy.effects.randomisation import FEW_TREATED
from panelkit.models.policy.effects.result import PolicyEffects
from panelkit.models.policy.staggered.staggered import StaggeredDiD
from panelkit.studies.adoption.conditions import adoption_trials
from panelkit.studies.adoption.maps import Maps
from panelkit.studies.adoption.sizes import smallest_of_policy
from panelkit.studies.grid import Tick

DATES = "date_of_policy"
"""The column of first treated years in the panel of a design."""


@offered("design", "policy")
class PolicyDesign(MeasuredDesign):
    """The average effect of a policy on the outcome, by imputation from rows that it has not moved.

    `policy` is one of the shipped lists (`pk.load_policies()`), with `coding` and `year_shift` as
    `pk.load_policy_pilots` reads them; or `cohort` is a column of the user's own panel with the first treated year of
    each unit (0 or empty: never). The other codings of a shipped policy are run beside it and printed.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "controls")

    kind: Literal["policy"]
    outcome: Expression
    controls: tuple[Expression, ...] = ()
    policy: Key | None = None
    cohort: Indicator | None = None
    coding: Coding = "any-zone"
    year_shift: Whole | Literal["late"] = 0
    draws: Whole = Field(default=9999, ge=999, le=99_999)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _names_one_source_of_dates(self) -> Self:
        if (self.policy is None) == (self.cohort is None):
            raise ValueError(
                message(
                    "name a `policy` of the shipped lists, or a column `cohort` of the panel: one of the two"
                )
            )
        if self.policy is not None:
            _refuse_incomplete(self.policy)
        if self.cohort is not None and (self.coding != "any-zone" or self.year_shift == "late"):
            raise ValueError(
                message(
                    "`coding` and a `year_shift` of late starts are read from the shipped lists of policies, and "
                    "`cohort` is a column: leave them out"
                )
            )
        return self

    @classmethod
    def shown(cls, given: Mapping[str, Any], *, own: bool) -> tuple[str, ...]:
        """Return where the dates are: a column of the user's panel, or a list that ships."""
        return ("controls", "policy" if "policy" in given or not own else "cohort")

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield why the design cannot be run on a panel of the user's own."""
        yield from super().inapplicable(provincial=provincial, weights=weights)
        if self.policy is not None and not provincial:
            yield message("policies are recorded by province: name a column `cohort` of the panel's own")

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Estimate the effect, test it, and ask the conditions.

        Raises
        ------
        SpecError, DataError
            If the policy or a figure is not held, or nothing can be estimated.
        """
        frame = self._frame(claim, figures)
        dated = self._dated(frame, self.coding, self.year_shift)
        fit = self._fit(dated)
        maps = Maps(fit.panel, self._regions(fit, figures))
        direction = self.rule_under(reading.rule).direction
        dealt = self._fit(dated, inference="randomisation")
        test = policy_test(fit, dealt)
        side = -direction if (test.high < 0.0 if direction > 0.0 else test.low > 0.0) else direction
        trials = adoption_trials(maps, fit.panel.y[:, None], np.array([side]))
        tick(1)
        return Finding(
            measured=Measured(
                quantity=message("average effect on the treated"),
                value=test.value,
                low=test.low,
                high=test.high,
                p_value=test.p,
                inner_low=test.inner_low,
                inner_high=test.inner_high,
                error=test.error,
                df=test.df,
                detectable=test.detectable,
                smallest=smallest_of_policy(fit.panel),
                why=FIFTH,
                conditions=(*conditions_of(trials),),
                sentence=paragraph([test.sentence(), self._coded()]),
                table=fit.tidy(),
                facts={
                    "nobs": int(fit.facts["nobs"]),
                    "n_units": int(fit.facts["n_units"]),
                    "n_treated": int(fit.facts["n_treated"]),
                    "years": test.years,
                    "draws": self.draws,
                    "seed": self.seed,
                    "p_dealt": float(dealt.p_values.iloc[0]),
                },
            ),
            printed=(
                *(() if test.few else (dealt_beside(dealt),)),
                *codings_of(
                    (self.coding, self.year_shift),
                    partial(self.effect_of, frame),
                    direction,
                    recorded=self.policy is not None,
                ),
            ),
            data=frame if frame.attrs else None,
        )

    def _frame(self, claim: Claim, figures: Figures) -> pd.DataFrame:
        """Return outcome and controls, and the dates where they are the panel's own, by (province, year)."""
        controls = {f"control_{at}": text for at, text in enumerate(self.controls, 1)}
        named = {"outcome": self.outcome, **controls, **({DATES: self.cohort} if self.cohort else {})}
        frame = expressions_on_figures(figures, claim, self, named)
        out = frame.replace([np.inf, -np.inf], np.nan)
        out.attrs = dict(frame.attrs)
        return out

    def _dated(self, frame: pd.DataFrame, coding: Coding, shift: Any) -> pd.DataFrame:
        """Return the panel with the first treated year in a column, without rows that are no controls."""
        if self.policy is None:
            first = frame[DATES].fillna(0.0)
            return frame.assign(**{DATES: first.where(first == 0.0, first + int(shift))})
        key = policy_named(self.policy).key
        return add_policy(frame, key, coding, shift).rename(columns={key + FIRST: DATES})

    def effect_of(
        self, frame: pd.DataFrame, coding: Any, shift: Any, estimator: str
    ) -> tuple[float, float, float]:
        """Return the average effect under another coding or by another estimator, with its interval, 95 %.

        The interval is missing where errors by cluster are too small, fewer than `FEW_TREATED` treated units.

        Raises
        ------
        SpecError, DataError
            If it cannot be computed so.
        """
        found = self._fit(self._dated(frame, coding, shift), estimator=estimator)
        low, high = found.conf_int(0.95).iloc[0]
        if int(found.facts["n_treated"]) < FEW_TREATED:
            low = high = np.nan
        return float(found.estimates[0]), float(low), float(high)

    def _fit(
        self, panel: pd.DataFrame, *, estimator: str = "imputation", inference: str = "clusters"
    ) -> PolicyEffects:
        formula = "outcome ~ " + (" + ".join(f"control_{at + 1}" for at in range(len(self.controls))) or "1")
        spec = StaggeredDiD(formula, cohort=DATES, estimator=estimator, inference=inference)
        return spec.fit(panel, by="overall", reps=self.draws, rng=self.seed)

    def _regions(self, fit: PolicyEffects, figures: Figures) -> Any:
        """Return the region codes of the units, None where one has none."""
        names = pd.Index(fit.panel.design.unit_labels)
        told = figures.told_regions
        found = figures.regions(names) if told is None else pd.Series([told.get(name) for name in names])
        codes = pd.Categorical(found.to_numpy(dtype=object)).codes.astype(np.int64)
        return None if (codes < 0).any() or len(set(codes)) < 2 else codes

    def _coded(self) -> Message | None:
        """Return how a shipped policy is coded, and who is left out."""
        if self.policy is None:
            return None
        said = load_policy_pilots(self.policy, self.coding, self.year_shift).attrs["panelkit"]["said"]
        return message("{said}.", said=Told(said["en"], said["zh"]))


def _refuse_incomplete(policy: str) -> None:
    """Refuse a policy that does not ship, or whose list of provinces is not complete (as a ValueError)."""
    try:
        policy_named(policy)
    except SpecError as error:
        raise ValueError(error.said) from None

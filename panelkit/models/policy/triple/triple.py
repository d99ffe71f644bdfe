"""Triple differences: place x group x period, all two-way interactions swept (Gruber 1994; Olden and Moen 2022)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.formula.conditions import check_where
from panelkit.formula.formula import parse_formula
from panelkit.formula.tokens import spelled
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import refuse_idle
from panelkit.language.register import keys
from panelkit.language.spelt import option
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.models.policy.rows.handed import refuse_as_covariate, told, with_terms
from panelkit.models.policy.staggered.staggered import StaggeredDiD
from panelkit.models.policy.triple.triple_gaps import gaps
from panelkit.models.policy.triple.triple_rows import TripleRows, triple_rows
from panelkit.models.policy.triple.triple_words import triple_facts, triple_notes

THREE_WAY = "three-way"


@offered(
    "policy",
    "triple",
    family="designs",
    result="FitResult or PolicyEffects",
    source="Gruber 1994; Olden and Moen 2022; Ortiz-Villavicencio and Sant'Anna 2025",
    public=True,
)
@dataclass(frozen=True)
class TripleDifference:
    """Triple differences: groups that a policy concerns against groups that it does not, in places with and without it.

    Parameters
    ----------
    formula
        `outcome ~ covariates`, or `outcome ~ 1`; the treatment is no term of it.
    place, group
        The columns that name the place (province) and the group inside it (sector, city): a row is a place, a group
        and a period.
    affected
        A 0/1 column: groups that the policy concerns. None: the treatment is told by row, place and group together.
    cohort, treatment
        When places adopt, one of the two: a column with the first treated period, or an absorbing 0/1 column.
    estimator
        "three-way": the 0/1 treatment of affected groups beside effects of place x group, place x period and group x
        period. A key of `StaggeredDiD` ("imputation", "callaway-santanna", ...): the difference inside every place and
        period between the means of both kinds of groups, and that estimator on it: what staggered adoption asks for.
    vcov
        Of "three-way"; None is the jackknife by place.
    convention, where, weights
        As in `FixedEffects`; `weights` with "three-way" only.

    Notes
    -----
    It stands on one parallel trend: the *gap* between both kinds of groups would have moved alike in all places. Each
    single DID may be biased, if both by the same. The unaffected groups of a place must not feel the policy.

    Examples
    --------
    >>> spec = pk.TripleDifference("patents ~ 1", "province", "sector", affected="high_tech", treatment="pilot")
    """

    formula: str
    place: str
    group: str
    affected: str | None = None
    cohort: str | None = None
    treatment: str | None = None
    estimator: str = THREE_WAY
    vcov: VcovSpec | None = None
    convention: str | None = None
    where: str | None = None
    weights: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        refuse_as_covariate(self.formula, self.cohort, self.treatment, self.place, self.group)
        known = (THREE_WAY, *keys("staggered"))
        if self.estimator not in known:
            raise SpecError(
                message("estimator is one of {known}, not {value!r}", known=known, value=self.estimator)
            )
        staggered = self.estimator != THREE_WAY
        refuse_idle(
            {
                "vcov": staggered and self.vcov is not None,
                "convention": staggered and self.convention is not None,
                "weights": staggered and self.weights is not None,
            },
            message("would change nothing under estimator={estimator!r}", estimator=self.estimator),
        )
        if self.place == self.group:
            raise SpecError(
                message("place and group are two columns, and both are `{name}`", name=self.place)
            )
        if staggered and tuple(parse_formula(self.formula).rhs_terms) not in ((), ("1",)):
            raise SpecError(
                message(
                    "estimator={estimator!r} takes differences inside places, and covariates do not enter triple "
                    "differences that way: where parallel trends hold only given covariates, a difference of two "
                    "DIDs is biased (Ortiz-Villavicencio and Sant'Anna 2025). Write `{outcome} ~ 1`, or take "
                    "'three-way'",
                    estimator=self.estimator,
                    outcome=parse_formula(self.formula).outcome,
                )
            )
        self._regression(self.formula)

    def fit(self, data: Any, *, time: str = "year", **options: Any) -> Any:
        """Fit the design.

        Parameters
        ----------
        data
            A frame with columns, or levels of the index, of place, group and period.
        time
            The column of the period.
        options
            Those of `StaggeredDiD.fit` (`by`, `window`, `balanced`) under its estimators.

        Returns
        -------
        A `FitResult` of "three-way", its first term the treatment; else `PolicyEffects` on one row a place and period.

        Raises
        ------
        DataError
            If columns are missing, a place, group and period stands twice, a treatment switches off, `affected` or the
            date changes where it must not, or a treated place lacks one of its four cells.
        SpecError
            If the formula cannot be right for these data.
        """
        rows = triple_rows(self, data, time)
        if self.estimator != THREE_WAY:
            return self._of_gaps(rows, time, options)
        refuse_idle(
            dict.fromkeys(options, True),
            message(
                "would change nothing: {estimator} has one effect, over all periods",
                estimator=option("estimator", "three-way"),
            ),
        )
        place, group, period = (f"C({spelled(name)})" for name in (self.place, self.group, time))
        formula = with_terms(self.formula, [rows.term])
        text = f"{formula} + {place}:{period} + {group}:{period}"
        fit = self._regression(text).fit(rows.frame, unit=rows.cell, time=time)
        return told(
            fit,
            title=message("Triple differences: {outcome}", outcome=fit.outcome),
            facts=triple_facts(rows),
            notes=triple_notes(self, rows),
        )

    def gaps(self, data: Any, *, time: str = "year") -> pd.DataFrame:
        """Return one row a place and period: the outcome's gap between affected and other groups, and the date.

        Columns `gap` and `first_treated` (0: never), on an index of place and period: what `StaggeredDiD`, `EventStudy`
        and randomisation read, for inference at the level at which the policy was dealt out.

        Raises
        ------
        DataError
            As `fit`; also if a place holds other groups in one period than in the next.
        """
        return gaps(self, triple_rows(self, data, time), time)

    def _of_gaps(self, rows: TripleRows, time: str, options: dict[str, Any]) -> Any:
        held = gaps(self, rows, time)
        spec = StaggeredDiD("gap ~ 1", cohort="first_treated", estimator=self.estimator)
        found = spec.fit(held.reset_index(), unit=self.place, time=time, **options)
        notes = dict.fromkeys((*found.notes, *triple_notes(self, rows)))
        return replace(
            found,
            title=message(
                "Triple differences ({estimator}): {outcome}",
                estimator=self.estimator,
                outcome=parse_formula(self.formula).outcome,
            ),
            outcome=parse_formula(self.formula).outcome,
            facts={**found.facts, **triple_facts(rows)},
            notes=tuple(notes),
        )

    def _regression(self, formula: str) -> FixedEffects:
        vcov = CRV3(self.place) if self.vcov is None else self.vcov
        return FixedEffects(
            formula,
            "unit",
            vcov,
            "reghdfe" if self.convention is None else self.convention,
            self.where,
            self.weights,
        )

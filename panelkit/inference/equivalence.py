"""Whether an effect is too small to matter: two one-sided tests (Schuirmann 1987)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from panelkit.inference.detectable import smallest_effect
from panelkit.inference.focal import check_share, coefficient_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.results.students_t import t_quantile, t_upper
from panelkit.results.tests import TestResult


@dataclass(frozen=True, kw_only=True, eq=False)
class EquivalenceResult(TestResult):
    """Two one-sided tests that an effect is smaller than `bound`; p is the larger of the two.

    `conf_low`, `conf_high`: the interval of 1 - 2 `level`; the effect is small where it lies inside the bound.
    `excluded`: the smallest bound at which the test rejects, the larger of the two limits in size.
    """

    term: str
    estimate: float
    std_error: float
    bound: float
    level: float
    conf_low: float
    conf_high: float

    @property
    def small(self) -> bool:
        """Return whether the effect is shown to be smaller than the bound."""
        return self.p_value < self.level

    @property
    def excluded(self) -> float:
        """Return the bound beyond which the interval excludes effects."""
        return max(abs(self.conf_low), abs(self.conf_high))

    def _between(self, language: Language) -> tuple[str, ...]:
        return (self._said().text(language),)

    def _said(self) -> Message:
        return message(
            "{share:.0%} interval [{low:.6g}, {high:.6g}]; it excludes effects of {excluded:.6g} and more in size",
            share=1.0 - 2.0 * self.level,
            low=self.conf_low,
            high=self.conf_high,
            excluded=self.excluded,
        )

    def tidy(self) -> pd.DataFrame:
        """Return one row: term, estimate, std_error, df, bound, statistic, p_value, conf_low, conf_high, excluded."""
        held = {
            "term": self.term,
            "estimate": self.estimate,
            "std_error": self.std_error,
            "df": self.df[0],
            "bound": self.bound,
            "level": self.level,
            "statistic": self.statistic,
            "p_value": self.p_value,
            "conf_low": self.conf_low,
            "conf_high": self.conf_high,
            "excluded": self.excluded,
        }
        return pd.DataFrame([held])


@offered(
    "inference",
    family="sensitivity",
    result="EquivalenceResult",
    source="Schuirmann 1987",
    public=True,
)
def equivalence(
    fit: FitResult, term: str, bound: float | None = None, level: float = 0.05
) -> EquivalenceResult:
    """Test that an effect is at least `bound` in size; a small p says that it is smaller.

    Parameters
    ----------
    fit
        A fit of any kind.
    term
        A term of it.
    bound
        The smallest effect of interest, in units of the coefficient; None is that of `smallest_effect`.
    level
        Level of each one-sided test.

    Returns
    -------
    EquivalenceResult
        The statistic nearer to its bound, its one-sided p, and the interval that says the same.

    Raises
    ------
    SpecError
        If the fit has no such term or error, or the bound is not above 0.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.equivalence(fit, "log(rd_expenditure)", 0.6)
    >>> found.small, round(found.excluded, 3)
    (True, 0.559)
    """
    check_share("level", 2.0 * level)
    one = coefficient_of(fit, term)
    edge = smallest_effect(fit, term) if bound is None else float(bound)
    if not edge > 0.0:
        raise SpecError(message("the bound is an effect in size, above 0, not {bound!r}", bound=bound))
    above, below = (one.estimate + edge) / one.std_error, (edge - one.estimate) / one.std_error
    half = float(t_quantile(1.0 - 2.0 * level, one.df)) * one.std_error
    notes = [message("standard error and degrees of freedom are those of the fit's covariance")]
    if bound is None:
        notes.append(
            message(
                "bound: one within-standard deviation of {term} moves {outcome} by 0.2 of its own",
                term=term,
                outcome=fit.outcome,
            )
        )
    return EquivalenceResult(
        name=message("equivalence (two one-sided tests)"),
        null=message("the effect of {term} is {bound:.6g} or more in size", term=term, bound=edge),
        statistic=above if above < below else -below,
        distribution="t",
        df=(one.df,),
        p_value=t_upper(min(above, below), one.df),
        notes=tuple(notes),
        term=term,
        estimate=one.estimate,
        std_error=one.std_error,
        bound=edge,
        level=level,
        conf_low=one.estimate - half,
        conf_high=one.estimate + half,
    )

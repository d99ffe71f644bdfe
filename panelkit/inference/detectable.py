"""What effect a design can see, and what effect is worth seeing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.inference.focal import check_share, coefficient_of, swept_deviations
from panelkit.kernels.capabilities import AS_OBSERVED
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.results.students_t import t_quantile
from panelkit.results.tabled import Named, Tabled


@dataclass(frozen=True, kw_only=True, eq=False)
class DetectableEffect(Tabled):
    """The smallest effect that a test of `level` finds with probability `power`.

    `value` is in units of the coefficient; `standardised` is how many within-standard deviations of the outcome one of
    the term then moves, missing where the rows are not those of the data.
    """

    term: str
    value: float
    std_error: float
    df: float
    power: float
    level: float
    vcov: Message
    standardised: float = float("nan")

    def _named(self) -> Sequence[Named]:
        rows: list[Named] = [
            (message("Minimum detectable effect"), self.value),
            (message("Standard error"), self.std_error),
            (message("Covariance"), self.vcov),
            (message("Degrees of freedom"), self.df),
            (message("Power"), self.power),
            (message("Level of the two-sided test"), self.level),
        ]
        if np.isfinite(self.standardised):
            of_both = message("The effect in within-standard deviations: of the outcome by one of the term")
            rows.insert(1, (of_both, self.standardised))
        return rows

    def tidy(self) -> pd.DataFrame:
        """Return one row: term, minimum_detectable_effect, standardised, std_error, df, power, level."""
        held = {
            "term": self.term,
            "minimum_detectable_effect": self.value,
            "standardised": self.standardised,
            "std_error": self.std_error,
            "df": self.df,
            "power": self.power,
            "level": self.level,
        }
        return pd.DataFrame([held])


@offered(
    "inference",
    family="sensitivity",
    result="DetectableEffect",
    source="Bloom 1995",
    public=True,
)
def minimum_detectable_effect(
    fit: FitResult, term: str, power: float = 0.8, level: float = 0.05
) -> DetectableEffect:
    """Return the effect that this design would have found with probability `power`.

    (t[1 - level/2] + t[power]) times the standard error of the fit, both quantiles with its degrees of freedom
    (Bloom 1995).

    Parameters
    ----------
    fit
        A fit of any kind.
    term
        A term of it.
    power
        Probability with which the effect is found.
    level
        Level of the two-sided test.

    Returns
    -------
    DetectableEffect
        In units of the coefficient, and in within-standard deviations of outcome and term where these are held.

    Raises
    ------
    SpecError
        If the fit has no such term or error, or a share is not between 0 and 1.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.minimum_detectable_effect(fit, "log(rd_expenditure)")
    >>> round(found.value / found.std_error, 3)
    2.896
    """
    check_share("power", power)
    check_share("level", level)
    if power <= level / 2.0:
        raise SpecError(
            message(
                "a test of level {level:g} finds what is not there as often as {power:g}",
                level=level,
                power=power,
            )
        )
    one = coefficient_of(fit, term)
    value = (_upper(1.0 - level / 2.0, one.df) + _upper(power, one.df)) * one.std_error
    observed = fit.linear is not None and AS_OBSERVED in fit.linear.can and term != "Intercept"
    of_term, of_outcome = swept_deviations(fit, term) if observed else (np.nan, 1.0)
    return DetectableEffect(
        title=message("Minimum detectable effect: {term}", term=term),
        term=term,
        value=value,
        std_error=one.std_error,
        df=one.df,
        power=power,
        level=level,
        vcov=fit.facts["vcov"],
        standardised=value * of_term / of_outcome,
    )


@offered("inference", family="sensitivity", result="float", public=True)
def smallest_effect(fit: FitResult, term: str, share: float = 0.2) -> float:
    """Return the effect below which a claim is of no interest, in units of the coefficient.

    One within-standard deviation of the term moves the outcome by `share` of its own: deviations from the effects of
    the fit, before the other regressors.

    Raises
    ------
    SpecError
        If the fit is not least squares on rows as observed, or `share` is not above 0.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> least = pk.smallest_effect(fit, "log(rd_expenditure)")
    >>> round(least, 4)
    0.282
    """
    if not share > 0.0:
        raise SpecError(message("share is above 0, not {share!r}", share=share))
    coefficient_of(fit, term)
    of_term, of_outcome = swept_deviations(fit, term)
    return share * of_outcome / of_term


def _upper(probability: float, df: float) -> float:
    """Return the quantile of t at a probability, one-sided."""
    tail = abs(2.0 * probability - 1.0)
    size = float(t_quantile(tail, df)) if tail > 0.0 else 0.0
    return size if probability > 0.5 else -size

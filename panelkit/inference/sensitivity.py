"""How far the estimates of a fit can be trusted, term by term: what the design sees, and what would undo it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from panelkit.inference.detectable import minimum_detectable_effect, smallest_effect
from panelkit.inference.equivalence import equivalence
from panelkit.inference.focal import coefficient_of
from panelkit.inference.robustness_value import robustness_value
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult

QUANTITIES: dict[str, Message] = {
    "estimate": message("Estimate"),
    "std_error": message("Standard error"),
    "minimum_detectable_effect": message("Minimum detectable effect"),
    "smallest_effect": message("Smallest effect of interest"),
    "equivalence_p": message("p of an effect of that size or more"),
    "excluded": message("Effects excluded from"),
    "partial_r2": message("Partial R²"),
    "robustness_value": message("Robustness value"),
    "robustness_value_alpha": message("Robustness value at level 0.05"),
}
MEANING = message(
    "Detectable with power 0.8 at level 0.05. Of interest: one within-standard deviation of the term moves the outcome "
    "by 0.2 of its own; a small p says that the effect is smaller. Robustness value: the share of what is left of term "
    "and outcome that a confounder explains to undo the estimate, or its significance."
)


@offered("inference", family="sensitivity", result="DataFrame", public=True)
def sensitivity_table(fit: FitResult, terms: Sequence[str] | None = None) -> pd.DataFrame:
    """Return what the sensitivity functions say of each term of a fit, at their defaults.

    One row a term: estimate, std_error, minimum_detectable_effect, smallest_effect, equivalence_p, excluded (the bound
    beyond which the 90 % interval holds nothing), partial_r2, robustness_value, robustness_value_alpha. What a kind of
    fit does not have is missing. None takes all terms beside the intercept.

    Raises
    ------
    SpecError
        If a term is not in the fit.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure) + log(gdp)").fit(panel)
    >>> table = pk.sensitivity_table(fit)
    >>> table.shape
    (2, 9)
    """
    names = [name for name in fit.terms if name != "Intercept"] if terms is None else list(terms)
    rows = [_row(fit, name) for name in names]
    return pd.DataFrame(rows, index=pd.Index(names, name="term"), columns=list(QUANTITIES), dtype=float)


def _row(fit: FitResult, term: str) -> dict[str, float]:
    one = coefficient_of(fit, term)
    least = _or_missing(lambda: smallest_effect(fit, term))
    small = equivalence(fit, term, 1.0 if np.isnan(least) else least)
    row = {
        "estimate": one.estimate,
        "std_error": one.std_error,
        "minimum_detectable_effect": minimum_detectable_effect(fit, term).value,
        "smallest_effect": least,
        "equivalence_p": np.nan if np.isnan(least) else small.p_value,
        "excluded": small.excluded,
    }
    try:
        found = robustness_value(fit, term).tidy().iloc[0]
    except SpecError:  # instruments, likelihoods: no algebra of omitted variables
        return row
    return row | {
        key: float(found[key]) for key in ("partial_r2", "robustness_value", "robustness_value_alpha")
    }


def _or_missing(number: Callable[[], float]) -> float:
    try:
        return number()
    except SpecError:
        return float("nan")

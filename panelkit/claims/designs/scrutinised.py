"""The conditions of a regression in a claim: next year's treatment, income at the start and confounding are found here.

Everything is in units of the coefficient; rules print it in those of the claim.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import pandas as pd

from panelkit.claims import scales
from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Test
from panelkit.claims.findings import Condition
from panelkit.inference.robustness_value import robustness_value
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, message
from panelkit.results.fit import FitResult
from panelkit.studies.estimation import treatment
from panelkit.studies.scrutiny.door import Scrutinised, scrutinise
from panelkit.studies.specification import Specification

INCOME = "gdp / population"
"""Income at the start: output per head in the first year of the sample."""


class Scrutiny(NamedTuple):
    """The conditions of a regression, or why there are none."""

    found: Scrutinised | None
    why_not: Message | None = None


def scrutiny_of(
    fit: FitResult, claim: Claim, reading: Reading, spec: Specification, figures: Figures, test: Test
) -> Scrutiny:
    """Run every condition of a verdict on the main regression of a design."""
    rule, factor = reading.rule, scales.factor(reading.effect)
    smallest = None if rule.smallest is None else float(rule.smallest) / factor
    try:
        found = scrutinise(
            fit,
            fit.terms[treatment(fit)],
            sign=rule.direction,
            number=None if rule.claimed is None else rule.claimed / factor,
            smallest=smallest,
            reps=test.reps,
            rng=test.seed,
            weights=test.weights,
            lead=_next_year(spec, figures),
            income=_income(spec, figures),
        )
    except (
        SpecError
    ) as error:  # another design than least squares with both effects: said with every condition
        return Scrutiny(None, error.said)
    return Scrutiny(found)


def confounding(fit: FitResult) -> Condition:
    """Return how strong a confounder must be to take the effect away, against the strongest control where there is one.

    Cinelli and Hazlett on what the effects leave; the second value takes the significance away under the covariance of
    the fit, which clusters.
    """
    term = fit.terms[treatment(fit)]
    controls = [name for name in fit.terms if name not in (term, "Intercept")]
    found = robustness_value(fit, term, benchmarks=controls)
    numbers = {"robustness_value": found.value, "robustness_value_5": found.value_alpha}
    said = message(
        "it must explain {share:.1%} of what is left of both to make it zero, {less:.1%} to make it insignificant",
        share=found.value,
        less=found.value_alpha,
    )
    return Condition(
        key="confounding",
        asks=message("strength of a confounder"),
        outcome="printed",
        found=said,
        decides=False,
        numbers=numbers,
    )


def _next_year(spec: Specification, figures: Figures) -> pd.Series | None:
    """Return the treatment of the next year by (unit, year), beyond the sample where figures reach there.

    None where they do not: the sample's own years are then taken, one less.
    """
    first, last = spec.years
    try:
        frame = figures.expressions(
            {"lead": spec.term}, (first - spec.lead_in, last + 1), spec.vintage, spec.provinces
        )
    except PanelkitError:
        return None
    wide = frame["lead"].unstack()
    if last + 1 not in wide.columns:
        return None
    wide.columns = wide.columns - 1
    return pd.Series(wide.stack())


def _income(spec: Specification, figures: Figures) -> dict[Hashable, float] | None:
    """Return output per head of every unit in the first year of the sample; None on a panel of the user's own."""
    if not figures.catalogued:
        return None
    frame = figures.expressions({"income": INCOME}, (spec.years[0], spec.years[0]), (), spec.provinces)
    held = frame["income"].droplevel("year").dropna()
    return {str(name): float(value) for name, value in held.items()}

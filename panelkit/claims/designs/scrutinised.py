"""The conditions of a regression in a claim: next year's treatment, income at the start and confounding are found here.

Everything is in units of the coefficient; rules print it in those of the claim.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from panelkit.claims import scales
from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Test
from panelkit.claims.findings import Condition
from panelkit.inference.robustness_value import robustness_value
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, message
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.studies.estimation import treatment
from panelkit.studies.scrutiny.door import Scrutinised, scrutinise
from panelkit.studies.scrutiny.main_test import SMALLEST_SHARE
from panelkit.studies.scrutiny.sample import cube_of
from panelkit.studies.scrutiny.scrutiny import Scrutiny as Worlds
from panelkit.studies.scrutiny.scrutiny import scrutinise_worlds
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.specification import Specification

INCOME = "gdp / population"
"""Income at the start: output per head in the first year of the sample."""


_COMPARES: Mapping[str, Message] = {
    "none": message("the regression has no effects and compares {units} with each other"),
    "time": message("the regression has {period} effects alone and compares {units} with each other"),
    "unit": message("the regression has {unit} effects alone, and what moves all {units} stays in it"),
}
"""Why there are no conditions beside effects that are not both."""


class Scrutiny(NamedTuple):
    """The conditions of a regression, or why there are none."""

    found: Scrutinised | None
    why_not: Message | None = None


def scrutiny_of(
    fit: FitResult, claim: Claim, reading: Reading, spec: Specification, figures: Figures, test: Test
) -> Scrutiny:
    """Run every condition of a verdict on the main regression of a design."""
    if spec.effects in _COMPARES:
        return Scrutiny(None, _COMPARES[spec.effects])
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
            income=_income(spec, figures, _units(fit)),
            regions=figures.told_regions,
        )
    except (
        SpecError
    ) as error:  # another design than least squares with both effects: said with every condition
        return Scrutiny(None, error.said)
    return Scrutiny(found)


def smallest_of(fit: FitResult) -> float:
    """Return the slope that moves the outcome by a fifth of its deviation for one of the treatment's; NaN: none.

    Both deviations are of what effects and other regressors leave.
    """
    if fit.linear is None:
        return math.nan
    place, X = treatment(fit), fit.linear.X
    columns = np.column_stack([X[:, place], fit.linear.y])
    others = np.delete(X, place, axis=1)
    left = columns - others @ np.linalg.lstsq(others, columns, rcond=None)[0]
    x, y = (left**2).sum(axis=0)
    return SMALLEST_SHARE * math.sqrt(y / x)


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

    Of a treatment that arrives over years it is that of the next year alone: a mean or a sum of lags holds most of
    today's as well. None where there are no figures: the sample's own years are then taken, one less.
    """
    first, last = spec.years
    for end in (last + 1, last):
        try:
            frame = figures.expressions(
                {"lead": spec.newest}, (first - spec.lead_in, end), spec.vintage, spec.provinces
            )
        except PanelkitError:
            continue
        wide = frame["lead"].unstack()
        wide.columns = wide.columns - 1
        return pd.Series(wide.stack())
    return None


def _income(spec: Specification, figures: Figures, units: Sequence[Hashable]) -> dict[Hashable, float] | None:
    """Return output per head of every unit in the first year of the sample.

    None on a panel of the user's own, and where one unit has none: it is printed only, and no other condition waits
    for it.
    """
    if not figures.catalogued:
        return None
    frame = figures.expressions({"income": INCOME}, (spec.years[0], spec.years[0]), (), spec.provinces)
    held = frame["income"].droplevel("year").dropna()
    found: dict[Hashable, float] = {str(name): float(value) for name, value in held.items()}
    return found if all(unit in found for unit in units) else None


def _units(fit: FitResult) -> list[Hashable]:
    return [] if fit.design is None else list(fit.design.unit_labels)


def deciding(
    design: Design, term: str, spec: Specification, figures: Figures, *, sign: float, lots: Lots
) -> Worlds:
    """Run the main test and the conditions that decide, and none of those that are printed only.

    Parameters
    ----------
    design
        The sample of a regression with unit and year effects.
    term
        The treatment among its regressors.
    spec
        Where the treatment of the next year is read.
    figures
        The figures of the claim.
    sign
        The side on which an effect is asked for, 1 or -1.
    lots
        The draws of every bootstrap.

    Returns
    -------
    Scrutiny
        Of one world, in units of the coefficient.
    """
    panel = cube_of(design, term, lead=_next_year(spec, figures), regions=figures.told_regions)
    return scrutinise_worlds(panel, lots, sign=sign)


def scrutiny_on(
    fit: FitResult, term: str, spec: Specification, figures: Figures, *, sign: float, lots: Lots
) -> Scrutinised:
    """Run every condition of a verdict on one term of a fit that stands beside a design's own.

    Parameters
    ----------
    fit
        A least-squares fit with unit and year effects.
    term
        The treatment among its regressors.
    spec
        Where the treatment of the next year, and income at the start, are read.
    figures
        The figures of the claim.
    sign
        The side on which an effect is asked for, 1 or -1.
    lots
        The draws of every bootstrap.

    Returns
    -------
    Scrutinised
        In units of the coefficient.
    """
    lead, income = _next_year(spec, figures), _income(spec, figures, _units(fit))
    return scrutinise(
        fit,
        term,
        sign=sign,
        reps=lots.reps,
        rng=lots.rng,
        weights=lots.weights,
        lead=lead,
        income=income,
        regions=figures.told_regions,
    )

"""Fixed effects: least squares after unit, time or two-way effects are swept out."""

from __future__ import annotations

from dataclasses import dataclass

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.conventions import convention_named
from panelkit.covariance.crv3 import CRV3
from panelkit.kernels.capabilities import LEAST_SQUARES, WEIGHTS
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.within import Effects, check_effects
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.language.spelt import option
from panelkit.models.effects import effects_word
from panelkit.models.reading import singleton_rule
from panelkit.models.shell import LinearSpec, Rows, finish, without_intercept
from panelkit.panel.design import Design
from panelkit.panel.leaving import SINGLETON
from panelkit.panel.redundant import interaction_notes, without_redundant
from panelkit.panel.sample import Policy, singletons
from panelkit.panel.weighted import refuse_varying_weights
from panelkit.results.fit import FitResult


@estimator(
    "fixed_effects",
    family="linear",
    can=sorted(LEAST_SQUARES | {WEIGHTS}),
    source="Frisch and Waugh 1933; Baltagi 2021, ch. 2-3",
)
@dataclass(frozen=True)
class FixedEffects(LinearSpec[FitResult]):
    """A linear panel regression with fixed effects.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; see the formula page for what may stand in it.
    effects
        "twoway" (unit and time), "unit", "time" or "none" (then the intercept is estimated).
    vcov
        A covariance spec; the default is the delete-one-province jackknife with t(G-1).
    convention
        How degrees of freedom are counted: "reghdfe", "fixest", "xtreg", "lsdv", "linearmodels" or "plm".
    where
        A condition on the rows that enter, such as `"year >= 2011 & province != '西藏'"`: a formula-gate condition that
        acts after lags, so that rows outside it still lend their values, and before means, quantiles and levels.
    weights
        Weights of the rows: `"aw=population"` (analytic), `"fw=n"` (frequency) or `"pw=w"` (sampling); a column or
        arithmetic of columns. Rows of weight zero leave.

    Notes
    -----
    The estimates are exact on unbalanced panels. Nothing is dropped silently: rows with missing cells and,
    under "reghdfe", singletons stand in `dropped` with their reason.

    `C(province):year` (a trend in every province, or a slope of another column) and, beside unit effects,
    `C(region):C(year)` are swept out with the effects: they stand in a note and not in the table, and a cluster that
    leaves takes its own along. A `base=` makes columns of them. Levels of other interactions that the effects hold
    (`C(year, base=2013):treat`) are left out and named.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure) + log(gdp)").fit(panel)
    >>> fit.facts["nobs"], fit.facts["n_clusters"]
    (186, 31)
    >>> round(float(fit.params["log(rd_expenditure)"]), 4)
    0.0764
    >>> trends = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure) + C(province):year").fit(panel)
    >>> list(trends.params.index)
    ['log(rd_expenditure)']
    """

    formula: str
    effects: Effects = "twoway"
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None
    weights: str | None = None

    def _check(self) -> None:
        check_effects(self.effects)

    def _rules(self) -> tuple[Policy, ...]:
        return singleton_rule(self.convention, self.effects)

    def _sweeping(self) -> Effects:
        return self.effects

    def _estimate(self, rows: Rows) -> FitResult:
        return _fit_rows(rows.design, self)


def fit_design(design: Design, spec: FixedEffects) -> FitResult:
    """Fit a design: the road that formulas and arrays share."""
    if convention_named(spec.convention).drop_singletons:
        design = without_singletons(design, spec.effects)
    return _fit_rows(design, spec)


def _fit_rows(design: Design, spec: FixedEffects) -> FitResult:
    """Fit a design whose rows are settled."""
    if spec.effects != "none":
        design = without_intercept(design)
    if convention_named(spec.convention).constant_weights and spec.effects in ("unit", "twoway"):
        refuse_varying_weights(design)
    design, notes = without_redundant(design, spec.effects)
    if not design.terms:
        raise SpecError(
            message(
                "`{formula}` has no regressor: name at least one beside the effects", formula=spec.formula
            )
        )
    _refuse_one_unit(design, spec.effects)
    linear = fit_swept(design.y, design.X, design.terms, design.layout, spec.effects)
    title = message(
        "Fixed effects ({effects}): {outcome}", effects=effects_word(spec.effects), outcome=design.outcome
    )
    notes = (*interaction_notes(design, spec.effects), *notes)
    return finish(spec, design, linear, title=title, notes=notes)


def without_singletons(design: Design, effects: Effects) -> Design:
    """Drop units (and, with time effects, periods) that hold one row, until none is left."""
    while True:
        alone = singletons(design.unit, design.time, effects, design.frequency)
        if not alone.any():
            return design
        if alone.all():
            said = message(
                "every row is the only one of its {unit} or {period}, so the effects fit it exactly: "
                "take more {periods} or {units}, or {effects}",
                effects=option("effects", "none"),
            )
            raise DataError(design.spoken(said))
        design = design.keep(~alone, reason=SINGLETON)


def _refuse_one_unit(design: Design, effects: Effects) -> None:
    if design.unit[-1] == 0 and effects in ("time", "twoway"):
        raise DataError(
            message(
                "the sample holds one unit ({label}), and time effects then fit every row exactly: take "
                "more {units} or {effects}",
                effects=option("effects", "unit"),
                label=str(design.unit_labels[0]),
            ).spoken(*design.level_names)
        )

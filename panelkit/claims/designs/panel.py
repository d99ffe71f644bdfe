"""The kind `panel`: a panel regression of an outcome on one treatment, with its main test and the grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from panelkit.claims import scales
from panelkit.claims.designs.additionality import Beside, declared_conditions
from panelkit.claims.designs.exchanged import exchanged
from panelkit.claims.designs.scrutinised import confounding, scrutiny_of, smallest_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.grid import GridOption
from panelkit.claims.file.parts import Choice, CovarianceName, Expression, Test, Whole, refuse_half_said
from panelkit.claims.findings import Finding, Headline
from panelkit.claims.plausibility import plausible
from panelkit.claims.ratios import ratios
from panelkit.claims.rules.sign import SignRule
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.claims.specify import Regression, specify, whole_grid
from panelkit.inference.shapley import shapley_shares
from panelkit.inference.wild.bootstrap import WildResult, wild_cluster_bootstrap
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, sentences
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.studies.batch import Effect, effect_of
from panelkit.studies.estimation import fit_specification, treatment
from panelkit.studies.grid import GridResult, Tick, first_of, summarise, walk, without_each
from panelkit.studies.specification import Specification


@offered("design", "panel")
class PanelDesign(ClaimDesign):
    """A panel regression of an outcome on one treatment: formulas with figures by role, in braces.

    `lags` and `spread` say that the effect arrives over years: of the treatment and its `lags` earlier years, beginning
    `lag` years back, "mean" takes the mean, and "sum" the sum of the coefficients of all of them.

    `no_additionality` is the slope of an outcome that contains the treatment where nothing comes on top of it, a share
    of figures; `placebo` prints the slope on next year's treatment in place of this year's.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "treatment", "controls", "yuan", "no_additionality")
    LAGGED: ClassVar[tuple[str, ...]] = ("treatment",)
    DERIVED: ClassVar[bool] = True
    TWINS: ClassVar[bool] = True
    YIELDS: ClassVar[tuple[str, ...]] = ("headline",)
    TESTED: ClassVar[bool] = True
    SHOWN: ClassVar[tuple[str, ...]] = ("controls", "lag", "effects")
    WALKED: ClassVar[bool] = True

    kind: Literal["panel"] = "panel"
    estimator: str = "fixed_effects"
    outcome: Expression
    treatment: Expression
    controls: tuple[Expression, ...] = ()
    lag: Whole = Field(default=0, ge=0, le=5)
    lags: Whole = Field(default=0, ge=0, le=5)
    spread: Literal["mean", "sum"] | None = None
    effects: Literal["none", "unit", "time", "twoway"] = "twoway"
    vcov: CovarianceName = "CRV3"
    yuan: Expression | None = None
    no_additionality: Expression | None = None
    placebo: Choice = False

    @model_validator(mode="after")
    def _arrives_whole(self) -> Self:
        refuse_half_said(self.lags, self.spread)
        return self

    def specification(self, claim: Claim, options: tuple[GridOption | None, ...] = ()) -> Specification:
        """Return the regression with figures in place of roles, changed by the options of a grid."""
        return specify(claim, self, self._regression(claim), options)

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the main specification, then every other combination of the grid's axes."""
        return whole_grid(claim, self, self._regression(claim))

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Fit the main specification, test it, walk the grid.

        Raises
        ------
        SpecError, DataError
            If the main specification cannot be computed.
        """
        specs = self.specifications(claim)
        main, test = specs[0], _test_of(claim)
        data = figures.exact(main)
        fit = fit_specification(main, data)
        wild, inner = main_test(fit, test), inner_test(fit, test)
        at_95 = read_by_verdicts(fit, test, wild)
        scrutiny = scrutiny_of(fit, claim, reading, main, figures, test)
        beside = Beside(fit, claim, reading, data, test, scrutiny.found, figures.told_regions)
        declared = tuple(declared_conditions(beside, self.no_additionality, self.placebo))
        tick(1)
        grid = _grid(claim, reading, specs, figures, fit, tick)
        coefficient = float(fit.estimates[treatment(fit)])
        return Finding(
            headline=headline(fit, wild, inner, at_95, scales.factor(reading.effect)),
            grid=grid,
            grid_figures=figures.facts(),
            fit=fit,
            test=wild,
            data=data,
            beside=ratios(claim, reading, self.yuan, data, coefficient, catalogued=figures.catalogued),
            plausible=plausible(claim, reading, self.outcome, self.yuan, data, catalogued=figures.catalogued),
            shares=_shares(fit, reading),
            scrutiny=scrutiny.found,
            unscrutinised=scrutiny.why_not,
            smallest=smallest_of(fit),
            printed=(
                *((confounding(fit),) if scrutiny.found is not None else ()),
                *declared,
                *exchanged(claim, specs, figures, test.seed),
            ),
            factor=scales.factor(reading.effect),
        )

    def described(self, claim: Claim) -> tuple[str, str]:
        """Return the formula, then estimator, sample and the size of the grid."""
        spec = self.specification(claim)
        years = f"{spec.years[0]}-{spec.years[1]}"
        said = message(
            "{estimator}, {years}, {provinces}, {effects}, {vcov}; {grid}",
            estimator=spec.estimator,
            years=years,
            provinces=spec.provinces,
            effects=spec.effects,
            vcov=spec.vcov,
            grid=_size(len(self.specifications(claim)), leave_out=claim.grid.leave_one_out is not None),
        )
        return f"{self.id}: {spec.formula}", sentences([said, *_arrival(spec)])

    def _regression(self, claim: Claim) -> Regression:
        ratios_read = tuple(item for item in (self.yuan, self.no_additionality) if item is not None)
        return Regression(
            outcome=self.outcome,
            treatment=self.treatment,
            controls=self.controls,
            lag=self.lag,
            lags=self.lags,
            spread=self.spread or "",
            effects=self.effects,
            estimator=self.estimator,
            vcov=self.vcov,
            beside=(*(item.figure for item in claim.beside), *ratios_read),
        )


def main_test(fit: FitResult, test: Test) -> WildResult:
    """Return the restricted wild cluster bootstrap of the treatment, as declared."""
    return _wild(fit, test, float(test.level))


def inner_test(fit: FitResult, test: Test) -> WildResult:
    """Return the same draws with the interval of two one-sided tests, 90 %: what a verdict reads has no other level."""
    return _wild(fit, test, 1.0 - 2.0 * SIGNIFICANT)


def read_by_verdicts(fit: FitResult, test: Test, wild: WildResult) -> tuple[float, float] | None:
    """Return the 95 % interval of the same draws where the claim declares another level, else None."""
    if math.isclose(wild.level, 1.0 - SIGNIFICANT):
        return None
    read = _wild(fit, test, 1.0 - SIGNIFICANT)
    return float(read.conf_low), float(read.conf_high)


def _wild(fit: FitResult, test: Test, level: float) -> WildResult:
    return wild_cluster_bootstrap(
        fit,
        fit.terms[treatment(fit)],
        reps=test.reps,
        rng=test.seed,
        weights=test.weights,
        level=level,
    )


def headline(
    fit: FitResult,
    wild: WildResult,
    inner: WildResult,
    at_95: tuple[float, float] | None,
    factor: float,
) -> Headline:
    """Return the main estimate in the units of the claim (`factor` > 0 times the coefficient)."""
    row = fit.tidy(wild.level).iloc[treatment(fit)]
    return Headline(
        term=str(row["term"]),
        estimate=factor * float(row["estimate"]),
        std_error=factor * float(row["std_error"]),
        conf_low=factor * float(row["conf_low"]),
        conf_high=factor * float(row["conf_high"]),
        p_value=float(row["p_value"]),
        wild_p=float(wild.p_value),
        wild_low=factor * float(wild.conf_low),
        wild_high=factor * float(wild.conf_high),
        nobs=fit.nobs,
        n_units=int(fit.facts["n_units"]),
        years=str(fit.facts["years"]),
        vcov=fit.facts["vcov"],
        convention=str(fit.facts["convention"]),
        level=wild.level,
        wild_set=tuple((factor * low, factor * high) for low, high in wild.conf_set),
        inner_low=factor * float(inner.conf_low),
        inner_high=factor * float(inner.conf_high),
        at_95=None if at_95 is None else (factor * at_95[0], factor * at_95[1]),
    )


def _grid(
    claim: Claim,
    reading: Reading,
    specs: list[Specification],
    figures: Figures,
    fit: FitResult,
    tick: Tick,
) -> GridResult:
    def effect(spec: Specification) -> Effect:
        if spec == specs[0]:
            return effect_of(fit)
        found = figures.effect(spec)
        return found if found is not None else effect_of(fit_specification(spec, figures.panel(spec)))

    table, failed = walk(
        [*specs, *_without_each(claim, specs[0], fit)],
        effect,
        [axis.id for axis in claim.grid.axis],
        factor=scales.factor(reading.effect),
        level=float(claim.test.level) if claim.test is not None else 0.95,
        tick=tick,
    )
    if table.empty:
        raise DataError(
            message(
                "claim {claim}: no specification of the grid could be computed; first: {first}",
                claim=claim.id,
                first=first_of(failed),
            )
        )
    return summarise(table, failed, direction=reading.rule.direction, claimed=reading.rule.claimed)


def _without_each(claim: Claim, main: Specification, fit: FitResult) -> Iterator[Specification]:
    if claim.grid.leave_one_out is not None and fit.design is not None:
        yield from without_each(main, fit.design.unit_labels)


def _shares(fit: FitResult, reading: Reading) -> dict[str, float] | None:
    """Return the treatment's and the controls' Shapley shares, where the rule asks for them."""
    if not isinstance(reading.rule, SignRule) or reading.rule.least_share is None:
        return None
    return {str(term): float(share) for term, share in shapley_shares(fit).items()}


def _test_of(claim: Claim) -> Test:
    if claim.test is None:
        raise SpecError(
            message("claim {claim} has no [claim.test]: name the method and its seed", claim=claim.id)
        )
    return claim.test


def _arrival(spec: Specification) -> Iterator[Message]:
    """Yield how the effect arrives, where it does over several periods."""
    if spec.spread == "mean":
        yield message("the treatment is the mean of {n} {periods}", n=spec.lags + 1)
    if spec.spread == "sum":
        yield message(
            "the effect is the sum of the coefficients of {n} {periods}: that of the first beside the differences",
            n=spec.lags + 1,
        )


def _size(n: int, *, leave_out: bool) -> Message:
    if leave_out:
        return message(
            "{n} combinations declared; those that come to the same regression on the same rows count once in a "
            "result, and the main design without each {unit} is added",
            n=n,
        )
    return message(
        "{n} combinations declared; those that come to the same regression on the same rows count once in a result",
        n=n,
    )

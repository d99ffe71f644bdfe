"""The kind `granger`: whether the past of one figure moves another beyond its own past (R-CAUSE)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Whole, bare, fill_roles
from panelkit.claims.findings import Condition, Finding, Measured, asked, uncomputed, weighed
from panelkit.claims.rules.headline import FIFTH
from panelkit.claims.rules.reading import written_p
from panelkit.claims.specify import Regression, specify
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message, verbatim
from panelkit.language.offers import offered
from panelkit.models.dynamic.vector.deleted import jackknifed
from panelkit.models.dynamic.vector.result import PanelVARFit
from panelkit.models.dynamic.vector.spec import PanelVAR
from panelkit.results.fit import FitResult
from panelkit.results.students_t import t_quantile, t_survival
from panelkit.studies.dynamics.precedence import precedence_trials, smallest_effect
from panelkit.studies.estimation import fit_specification
from panelkit.studies.grid import Tick
from panelkit.studies.scrutiny.sample import checked, cube_of
from panelkit.studies.scrutiny.trial import Trial, label
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.specification import Specification


@dataclass(frozen=True)
class SummedLags:
    """The sum of the coefficients of a cause's lags, its jackknife error, and t with df."""

    value: float
    error: float
    df: float

    @property
    def p(self) -> float:
        """Return the two-sided p of no effect."""
        return float(t_survival(np.array(self.value / self.error), self.df))

    def interval(self, level: float) -> tuple[float, float]:
        """Return the ends of an interval."""
        wide = float(t_quantile(level, self.df)) * self.error
        return self.value - wide, self.value + wide


@offered("design", "granger")
class GrangerDesign(MeasuredDesign):
    """The sum of the coefficients of `cause`'s lags in the equation of `outcome`, in a panel VAR of the two.

    One-step GMM on forward deviations, two lags of the levels more than the order at most, collapsed; the errors are
    those of estimates without each province, with t(G - 1). `controls` are strictly exogenous.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "cause", "controls")
    DERIVED: ClassVar[bool] = True
    TESTED: ClassVar[bool] = True
    SHOWN: ClassVar[tuple[str, ...]] = ("controls", "lags")

    kind: Literal["granger"]
    outcome: Expression
    cause: Expression
    controls: tuple[Expression, ...] = ()
    lags: Whole = Field(default=1, ge=1, le=3)

    @model_validator(mode="after")
    def _asks_of_another(self) -> Self:
        if bare(self.cause) == bare(self.outcome):
            raise ValueError(message("cause and outcome are the same: {cause}", cause=self.cause))
        return self

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the regression of the outcome on the cause a year earlier and on its own lags.

        The other lags of the cause stand as differences from the newest, so that its coefficient is their sum.
        """
        own = tuple(f"lag({self.outcome}, {at})" for at in range(1, self.lags + 1))
        regression = Regression(
            outcome=self.outcome,
            treatment=self.cause,
            controls=(*own, *self.controls),
            lag=1,
            lags=self.lags - 1,
            spread="sum" if self.lags > 1 else "",
            estimator="fixed_effects",
            vcov="CRV3",
        )
        return [specify(claim, self, regression)]

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Fit the system, test the lags of the cause, and ask the conditions.

        Raises
        ------
        SpecError, DataError
            If a figure is not held, or nothing can be estimated.
        """
        if claim.test is None:
            raise SpecError(
                message("claim {claim} has no [claim.test]: name the method and its seed", claim=claim.id)
            )
        (spec,) = self.specifications(claim)
        data = figures.exact(spec)
        system = self.system(claim).fit(data)
        beside = fit_specification(spec, data)
        summed = summed_lags(system)
        direction = self.rule_under(reading.rule).direction
        low, high = summed.interval(0.95)
        side = -direction if (high < 0.0 if direction > 0.0 else low > 0.0) else direction
        panel = cube_of(checked(beside, beside.terms[0]), beside.terms[0], regions=figures.told_regions)
        lots = Lots(claim.test.reps, claim.test.seed, claim.test.weights)
        trials = precedence_trials(panel, np.array([side]), lots)
        tick(1)
        return Finding(
            measured=self._measured(summed, system, beside, trials, float(smallest_effect(panel)[0])),
            data=data,
        )

    def system(self, claim: Claim) -> PanelVAR:
        """Return the panel VAR of outcome and cause."""
        (spec,) = self.specifications(claim)
        return PanelVAR(
            variables=(spec.outcome, spec.treatment),
            lags=self.lags,
            exogenous=tuple(fill_roles(text, claim.quantities) for text in self.controls),
        )

    def _measured(
        self,
        summed: SummedLags,
        system: PanelVARFit,
        beside: FitResult,
        trials: tuple[Trial, ...],
        smallest: float,
    ) -> Measured:
        (low, high), (inner_low, inner_high) = (summed.interval(level) for level in (0.95, 0.90))
        return Measured(
            quantity=message("sum of the lags of the cause"),
            value=summed.value,
            low=low,
            high=high,
            inner_low=inner_low,
            inner_high=inner_high,
            p_value=summed.p,
            error=summed.error,
            df=summed.df,
            smallest=smallest,
            why=FIFTH,
            conditions=tuple(_conditions(system, trials)),
            sentence=message(
                "Given its own past, the outcome moves by {value:.3g} for one of the cause in {before}, 95 % interval "
                "{low:.3g} to {high:.3g}, p {p} (panel VAR, one-step GMM, {instruments} instruments for {n} {units}, "
                "{nobs} rows after the transform, {years}; errors without each {unit}).",
                before=message("the {period} before")
                if len(system.coefficients) == 1
                else message("each of the {lags} {periods} before", lags=len(system.coefficients)),
                value=summed.value,
                low=low,
                high=high,
                p=written_p(summed.p),
                instruments=_instruments(system),
                n=int(summed.df) + 1,
                nobs=system.nobs,
                years=verbatim(str(beside.facts["years"])),
            ),
            table=system.tidy(),
            facts={"nobs": system.nobs, "n_units": int(summed.df) + 1, "years": beside.facts["years"]},
        )


def summed_lags(system: PanelVARFit) -> SummedLags:
    """Return the sum of the second variable's lags in the first equation, with its jackknife error."""
    m, p = len(system.names), len(system.coefficients)
    at = [lag * m + 1 for lag in range(p)]
    covariance: FloatArray = jackknifed(system)[np.ix_(at, at)]
    return SummedLags(
        value=float(system.coefficients[:, 0, 1].sum()),
        error=math.sqrt(float(covariance.sum())),
        df=system.columns.groups - 1.0,
    )


def _instruments(system: PanelVARFit) -> int:
    return int(system.columns.Z.shape[1])


def _conditions(system: PanelVARFit, trials: tuple[Trial, ...]) -> Iterator[Condition]:
    largest = float(np.abs(system.roots).max())
    count, groups = _instruments(system), system.columns.groups
    yield asked(
        "stable",
        message("the system is stable"),
        system.stable,
        message("largest root {root:.3g}", root=largest),
        root=largest,
    )
    yield asked(
        "instruments",
        message("no more instruments than {units}"),
        count <= groups,
        message("{count} for {groups}", count=count, groups=groups),
        count=count,
        groups=groups,
    )
    for trial in trials:
        yield _condition(trial)


def _condition(trial: Trial) -> Condition:
    found = trial.at()
    if found.reason is not None:
        return uncomputed(trial.name, label(trial.name), found.reason)
    return weighed(
        trial.name,
        label(trial.name),
        message("{slope:.3g}, p {p} (fixed effects)", slope=found.slope, p=written_p(found.p)),
        passes=found.passes,
        takes_away=found.takes_away,
        numbers={"slope": found.slope, "p": found.p},
    )

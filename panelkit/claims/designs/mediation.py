"""The kind `mediation`: an indirect effect through mediators, with what R-MED asks of its paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.mediation_conditions import Channel, conditions_of
from panelkit.claims.designs.mediation_result import SMALLEST, Judged, facts_of, sentence_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.grid import GridOption
from panelkit.claims.file.parts import CovarianceName, Expression, Text, Whole
from panelkit.claims.findings import Finding, Measured, paragraph
from panelkit.claims.shared import once
from panelkit.claims.specify import Regression, specify, whole_grid
from panelkit.covariance.by_name import vcov_named
from panelkit.kernels.outcome import refuse_exact
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.models.mediation.estimator import Mediation
from panelkit.models.mediation.result import MediationResult
from panelkit.studies.channels import Paths, paths_of
from panelkit.studies.grid import Tick
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.specification import Specification
from panelkit.studies.tally import NOT_COMPUTED, reason_of

INNER = (0.05, 0.95)  # the ends of the 90 % interval, in which a small effect must lie
_REPS = 9999  # of the first path's test, where the claim declares no main test


@offered("design", "mediation")
class MediationDesign(MeasuredDesign):
    """An indirect effect through mediators, provinces resampled whole.

    `through` is the mediator (1, 2, ...) whose own effect is judged; without it the sum over all is. `first_signs` are
    the claimed signs of the treatment's effects on the mediators, "+" unless said. `mediator_is` says who set the
    mediator: "observed" unless it was "randomised", which needs its reason in `why`.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "treatment", "controls", "mediators")
    LAGGED: ClassVar[tuple[str, ...]] = ("treatment",)
    DERIVED: ClassVar[bool] = True
    SHOWN: ClassVar[tuple[str, ...]] = ("controls", "lag")
    WALKED: ClassVar[bool] = True

    kind: Literal["mediation"]
    outcome: Expression
    treatment: Expression
    mediators: tuple[Expression, ...] = Field(min_length=1, max_length=4)
    controls: tuple[Expression, ...] = ()
    lag: Whole = Field(default=0, ge=0, le=5)
    estimator: Literal["mediation"] = "mediation"
    order: Literal["parallel", "serial"] = "parallel"
    through: Whole | None = Field(default=None, ge=1)
    first_signs: tuple[Literal["+", "-"], ...] = ()
    mediator_is: Literal["observed", "randomised", "instrumented"] = "observed"
    why: Text | None = None
    effects: Literal["none", "unit", "time", "twoway"] = "twoway"
    vcov: CovarianceName = "CRV3"
    draws: Whole = Field(default=9999, ge=999, le=99_999)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _agrees_with_its_mediators(self) -> Self:
        count = len(self.mediators)
        if self.through is not None and (self.through > count or self.order == "serial"):
            raise ValueError(
                message(
                    "through = {through} names one of {n} parallel mediators, counted from 1",
                    through=self.through,
                    n=count,
                )
            )
        if self.first_signs and len(self.first_signs) != count:
            raise ValueError(
                message(
                    "first_signs holds {signs} signs for {n} mediators", signs=len(self.first_signs), n=count
                )
            )
        if self.mediator_is == "instrumented":
            raise ValueError(
                message(
                    'mediator_is = "instrumented": the paths are least squares, in which no instrument is used; leave '
                    "the field out"
                )
            )
        if (self.mediator_is == "randomised") != (self.why is not None):
            raise ValueError(
                message(
                    'mediator_is = "randomised" goes with its reason: {example}',
                    example='why = { en = "...", zh = "..." }',
                )
            )
        return self

    def specification(self, claim: Claim, options: tuple[GridOption | None, ...] = ()) -> Specification:
        """Return the regression with figures in place of roles, changed by the options of a grid."""
        return specify(claim, self, self._regression(claim), options)

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the main specification, then every other combination of the grid's axes."""
        return whole_grid(claim, self, self._regression(claim))

    def _regression(self, claim: Claim) -> Regression:
        return Regression(
            outcome=self.outcome,
            treatment=self.treatment,
            controls=self.controls,
            lag=self.lag,
            effects=self.effects,
            estimator=self.estimator,
            vcov=self.vcov,
            mediators=self.mediators,
            beside=tuple(item.figure for item in claim.beside),
        )

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Fit the main specification, test its first path, walk the grid.

        Raises
        ------
        SpecError, DataError
            If the main specification cannot be computed.
        """
        specs = self.specifications(claim)
        main = specs[0]
        data = figures.exact(main)
        key = ("mediation", main, self.order, self.draws, self.seed)
        result = once(figures, key, lambda: self._fit(main, data, figures.made_of(main)))
        tick(1)
        rows = list(self._grid(claim, specs, figures, tick))
        rule = self.rule_under(reading.rule)
        grid = self.summary_of(rows, rule)
        judged = Judged(result, self.through)
        channel = Channel(
            judged=judged,
            spec=main,
            figures=figures,
            claimed=rule.direction,
            first_signs=tuple(self._first_sign(k) for k in range(len(self.mediators))),
            randomised=self.mediator_is == "randomised",
            lots=self._lots(claim),
            draws=self.draws,
            seed=self.seed,
        )
        line = judged.line
        inner = np.quantile(judged.draws, INNER)
        return Finding(
            measured=Measured(
                quantity=message("indirect effect"),
                value=float(line["estimate"]),
                low=float(line["conf_low"]),
                high=float(line["conf_high"]),
                p_value=float(line["p_value"]),
                inner_low=float(inner[0]),
                inner_high=float(inner[1]),
                error=float(line["std_error"]),
                df=float(result.system.n_groups - 1),
                smallest=judged.smallest,
                why=SMALLEST,
                conditions=conditions_of(channel, grid),
                sentence=paragraph([sentence_of(judged), None if self.why is None else self.why.said]),
                table=pd.DataFrame(rows),
                facts=facts_of(result) | {"draws": self.draws, "seed": self.seed} | judged.overlaps,
                flags=("overlapping_figures",) if result.overlaps else (),
            ),
            grid=grid,
            fit=result.fits["outcome"],
            data=data,
        )

    def _lots(self, claim: Claim) -> Lots:
        """Return the draws of the first path's tests: the claim's, or the design's own where it declares none."""
        if claim.test is None:
            return Lots(_REPS, self.seed)
        return Lots(claim.test.reps, claim.test.seed, claim.test.weights)

    def _fit(
        self, spec: Specification, data: pd.DataFrame, made_of: Mapping[str, tuple[str, ...]]
    ) -> MediationResult:
        model = Mediation(
            spec.outcome,
            spec.treatment,
            spec.mediators,
            " + ".join(spec.controls),
            effects=spec.effects,  # type: ignore[arg-type]
            order=self.order,
            vcov=vcov_named(spec.vcov),
            treatment_lag=spec.lag,
        )
        found = model.fit(data, reps=self.draws, rng=self.seed, made_of=made_of)
        for equation, fit in zip(found.system.equations, found.system.fits, strict=True):
            refuse_exact(fit.residuals, fit.y, found.system.labels[equation.outcome])
        return found

    def _first_sign(self, k: int) -> float:
        return -1.0 if self.first_signs and self.first_signs[k] == "-" else 1.0

    def _grid(
        self, claim: Claim, specs: list[Specification], figures: Figures, tick: Tick
    ) -> Iterator[dict[str, Any]]:
        """Yield one row a specification: the judged effect with its interval, and every mediator's first path."""
        axes = [axis.id for axis in claim.grid.axis]
        for spec in specs:
            row: dict[str, Any] = dict(zip(axes, spec.choices, strict=True))
            row["formula"] = message(
                "{formula}, through {mediators}",
                formula=spec.formula,
                mediators=list(spec.mediators),
            )
            try:
                row |= self._paths(spec, figures).row(self.through) | {"failed": ""}
            except NOT_COMPUTED as error:
                row |= {"estimate": float("nan"), "failed": reason_of(error)}
            tick(1)
            yield row

    def _paths(self, spec: Specification, figures: Figures) -> Paths:
        """Return the paths of a specification; designs that judge another path of the same equations share them."""

        def make() -> Paths:
            return paths_of(spec, self.order, figures.columns(spec), lambda: figures.panel(spec))

        return once(figures, ("paths", spec, self.order), make)

"""The kind `mediation`: an indirect effect through mediators, its channel over the grid, what would undo it (R-MED)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.mediation_result import Judged, facts_of, first_paths, sentence_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, GridOption, Reading
from panelkit.claims.file.parts import Expression, Whole
from panelkit.claims.findings import Condition, Finding, Measured, asked
from panelkit.claims.rules.mediation import FIRST_PATH, FIRST_PATH_GRID
from panelkit.claims.specify import Regression, specify, whole_grid
from panelkit.covariance.by_name import vcov_named
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.models.mediation.estimator import Mediation
from panelkit.models.mediation.findings import FRAGILE
from panelkit.models.mediation.legs import leg
from panelkit.models.mediation.result import MediationResult
from panelkit.studies.grid import GridResult, Tick, share_with_sign
from panelkit.studies.specification import Specification
from panelkit.studies.tally import NOT_COMPUTED, reason_of

# Resamples of a grid row: its interval is shown, no rule reads it.
GRID_DRAWS = 499
_REPS = 9999  # of the first path's test, where the claim declares no main test


@offered("design", "mediation")
class MediationDesign(MeasuredDesign):
    """An indirect effect through mediators, provinces resampled whole.

    `through` is the mediator (1, 2, ...) whose own effect is judged; without it the sum over all is. `first_signs` are
    the claimed signs of the treatment's effects on the mediators, "+" unless said.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "treatment", "controls", "mediators")
    DERIVED: ClassVar[bool] = True

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
    effects: Literal["none", "unit", "time", "twoway"] = "twoway"
    vcov: str = "CRV3"
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
        data = figures.exact(specs[0])
        result = self._fit(specs[0], data, self.draws, figures.made_of(specs[0]))
        tick(1)
        rows = list(self._grid(claim, specs, figures, tick))
        rule = self.rule_under(reading.rule)
        grid = self.summary_of(rows, rule)
        judged = Judged(result, self.through)
        conditions = tuple(self._conditions(claim, judged, grid))
        channel = all(item.passes for item in conditions[:-1])
        line = judged.line
        return Finding(
            measured=Measured(
                quantity=message("indirect effect"),
                value=float(line["estimate"]),
                low=float(line["conf_low"]),
                high=float(line["conf_high"]),
                p_value=float(line["p_value"]),
                conditions=conditions,
                sentence=sentence_of(judged, channel=channel),
                table=pd.DataFrame(rows),
                facts=facts_of(result) | {"draws": self.draws, "seed": self.seed} | judged.overlaps,
                flags=("overlapping_figures",) if result.overlaps else (),
            ),
            grid=grid,
            fit=result.fits["outcome"],
            data=data,
        )

    def _fit(
        self, spec: Specification, data: pd.DataFrame, draws: int, made_of: Mapping[str, tuple[str, ...]]
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
        return model.fit(data, reps=draws, rng=self.seed, made_of=made_of)

    def _conditions(self, claim: Claim, judged: Judged, grid: GridResult) -> Iterator[Condition]:
        """Yield what R-MED asks beside the interval: the first path, its grid, the sensitivity."""
        reps, seed = (_REPS, self.seed) if claim.test is None else (claim.test.reps, claim.test.seed)
        for k, (estimate, p) in first_paths(judged, reps, seed).items():
            claimed = self._first_sign(k)
            yield asked(
                "first_path",
                message(
                    "the treatment moves {mediator} in the claimed direction ({estimate:.3g}, p = {p:.4f})",
                    mediator=judged.result.mediator_labels[k],
                    estimate=estimate,
                    p=p,
                ),
                p < FIRST_PATH and estimate * claimed > 0.0,
            )
            share = share_with_sign(grid.table[f"a{k + 1}"], claimed, grid.declared)
            yield asked(
                "first_path_grid",
                message("that sign in {share:.0%} of {n} specifications", share=share, n=grid.declared),
                share >= FIRST_PATH_GRID,
            )
        weakest = judged.weakest
        yield asked(
            "sensitivity",
            message(
                "no confounder below a correlation of {fragile} undoes it (rho = {rho:.2f})",
                fragile=FRAGILE,
                rho=weakest.rho_zero,
            ),
            not weakest.fragile,
        )

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
                found = self._fit(spec, figures.panel(spec), GRID_DRAWS, figures.made_of(spec))
                row |= _row(Judged(found, self.through))
            except NOT_COMPUTED as error:
                row |= {"estimate": float("nan"), "failed": reason_of(error)}
            tick(1)
            yield row


def _row(judged: Judged) -> dict[str, Any]:
    result, line = judged.result, judged.line
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "p_value")
    found: dict[str, Any] = {key: float(line[key]) for key in numbers}
    if not math.isfinite(found["estimate"]):
        raise DataError(message("estimate {estimate} is no result", estimate=found["estimate"]))
    for k in range(len(result.mediators)):
        path = leg(result.fits[f"mediator {k}"], result.treatment_label)
        found |= {f"a{k + 1}": path["estimate"], f"a{k + 1}_p_value": path["p_value"]}
    found |= {"rho_zero": judged.weakest.rho_zero}
    return found | {"nobs": result.facts["nobs"], "period": result.facts["years"], "failed": ""}

"""The kind `spatial`: the impact of the treatment in a spatial panel, or the spatial lag itself (R-SPILL, R-SIGN)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.spatial_conditions import Asked, impact_conditions, spillover_conditions
from panelkit.claims.designs.spatial_samples import Samples
from panelkit.claims.figures import MADE, Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.grid import GridOption
from panelkit.claims.file.parts import Expression, Whole, refuse_twins
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Measured
from panelkit.claims.maps import OWN_WEIGHTS, WeightsName
from panelkit.claims.rules.headline import FIFTH
from panelkit.claims.shared import once
from panelkit.claims.specify import Regression, specify, whole_grid
from panelkit.covariance.by_name import vcov_named
from panelkit.kernels.capabilities import LIKELIHOOD
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, sentences
from panelkit.language.offers import offered
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.results.fit import t_quantile, t_survival
from panelkit.studies.grid import GridResult, Tick, no_result
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.spatial_effects import (
    Quantity,
    Simulated,
    delta,
    simulated,
    smallest_impact,
    smallest_rho,
)
from panelkit.studies.specification import Specification
from panelkit.studies.tally import NOT_COMPUTED, reason_of

RHO = message("one within deviation of the neighbours' outcome moves one's own by a fifth of its own")

# what each quantity is called, inside a sentence and at its beginning
_QUANTITIES: Mapping[Quantity, tuple[Message, Message]] = {
    "direct": (message("direct impact"), message("Direct impact")),
    "indirect": (message("indirect impact (spillover)"), message("Indirect impact (spillover)")),
    "total": (message("total impact"), message("Total impact")),
    "rho": (message("spatial lag rho"), message("Spatial lag rho")),
}


@offered("design", "spatial")
class SpatialDesign(MeasuredDesign):
    """A spatial panel: the impact of the treatment, or the spatial lag itself.

    `weights`: the first is the main one, all belong to the grid. R-SPILL asks for the same under the second; where that
    cannot be computed the next are printed. `own`, `own_2`, ... are those given beside a panel of the user's own.
    `rings` are limits in km of the rings over which a spillover must decay. `real_gdp` in a formula chains the growth
    index.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "treatment", "controls")
    LAGGED: ClassVar[tuple[str, ...]] = ("treatment",)
    MADE: ClassVar[Mapping[str, str]] = MADE
    SHOWN: ClassVar[tuple[str, ...]] = ("controls", "lag", "model", "effect")
    WALKED: ClassVar[bool] = True

    kind: Literal["spatial"]
    outcome: Expression
    treatment: Expression
    controls: tuple[Expression, ...] = ()
    lag: Whole = Field(default=0, ge=0, le=5)
    estimator: Literal["spatial_panel"] = "spatial_panel"
    model: Literal["sar", "sem", "sdm", "slx", "sdem", "sac"] = "sdm"
    effects: Literal["none", "unit", "time", "twoway"] = "twoway"
    convention: Literal["lee-yu", "lsdv", "splm", "elhorst", "xsmle"] = "lee-yu"
    effect: Quantity = "indirect"
    weights: tuple[WeightsName, ...] = Field(default=("contiguity", "inverse_distance"), min_length=1)
    vcov: Literal["information", "hessian", "qml", "cluster", "cluster-scores", "driscoll-kraay"] = "cluster"
    missing: Literal["raise", "drop-unit", "drop-year"] = "raise"
    rings: tuple[Annotated[int, Field(strict=True, gt=0, le=10_000)], ...] = ()
    draws: Whole = Field(default=9999, ge=999, le=99_999)
    permutations: Whole = Field(default=499, ge=199, le=9999)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _rings_widen(self) -> Self:
        if any(outer <= inner for inner, outer in pairwise(self.rings)):
            raise ValueError(
                message("rings {rings} must grow: limits in km, the nearest first", rings=self.rings)
            )
        refuse_twins("weights", list(self.weights))
        return self

    @property
    def fits(self) -> int:
        """Return the number of weights: each combination of the grid is fitted under all."""
        return len(self.weights)

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield why the design cannot be run on a user's panel: a map of provinces, and units that are none."""
        maps = [name for name in self.weights if name not in OWN_WEIGHTS]
        if maps and not provincial:
            yield message(
                "weights {names} are matrices of provinces, and the {units} are none: give weights of your own by `w` "
                '(--w FILE) and write weights = ["own"]',
                names=maps,
            )
        absent = [name for name in self.weights if name in OWN_WEIGHTS[weights:]]
        if absent:
            yield message("weights {names} are not given: `w=`, on the command line --w FILE", names=absent)
        if self.rings and not provincial:
            yield message("rings are distances between capitals of provinces: leave them out")

    def specification(self, claim: Claim, options: tuple[GridOption | None, ...] = ()) -> Specification:
        """Return the regression with figures in place of roles, changed by the options of a grid."""
        return specify(claim, self, self._regression(), options)

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the main specification, then every other combination of the grid's axes."""
        return whole_grid(claim, self, self._regression())

    def _regression(self) -> Regression:
        return Regression(
            outcome=self.outcome,
            treatment=self.treatment,
            controls=self.controls,
            lag=self.lag,
            effects=self.effects,
            estimator=self.estimator,
            vcov=self.vcov,
        )

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the quantity with its simulated interval, the grid, and what the rule asks for beside.

        Raises
        ------
        SpecError, DataError, ConvergenceError
            If the main specification cannot be computed.
        """
        specs = self.specifications(claim)
        main = specs[0]
        samples = self._samples(figures)
        data = figures.exact(main)
        samples.keep(main, data)
        fit = self._fit(main, self.weights[0], samples, figures)
        found = simulated(fit, self.effect, self.draws, self.seed)
        rows = list(self._grid(claim, specs, samples, figures, tick))
        rule = self.rule_under(reading.rule)
        grid = self.summary_of(rows, rule)
        asks = self._asked(fit, found, main, samples, rule.direction)
        conditions = tuple(self._conditions(asks, rule, figures, self._lots(claim), grid))
        parts = fit.impact_parts()
        smallest, why = self._smallest(fit)
        return Finding(
            measured=Measured(
                quantity=self._quantity(),
                value=found.value,
                low=found.low,
                high=found.high,
                p_value=found.p_value,
                inner_low=found.inner_low,
                inner_high=found.inner_high,
                error=delta(parts, self.effect)[1],
                df=parts.df,
                smallest=smallest,
                why=why,
                conditions=conditions,
                sentence=self._sentence(main, found, fit),
                table=pd.DataFrame(rows),
                facts=self._facts(fit, samples.notes(main)),
            ),
            grid=grid,
            fit=fit,
            data=data,
            printed=self._printed(fit),
        )

    def _samples(self, figures: Figures) -> Samples:
        """Return the samples that the claim's designs of this kind share."""
        return once(figures, ("samples", self.missing), lambda: Samples(figures, self.missing))

    def _conditions(
        self, asks: Asked, rule: Rule, figures: Figures, lots: Lots, grid: GridResult
    ) -> Iterator[Condition]:
        """Yield what the rule asks beside the interval."""
        if rule.name == "R-SPILL":
            return spillover_conditions(asks)
        return impact_conditions(asks, figures, lots, grid)

    def _printed(self, fit: SpatialFit) -> tuple[Condition, ...]:
        """Return what is printed and decides nothing."""
        return ()

    def _quantity(self) -> Message:
        """Return what is measured, as inside a sentence."""
        return _QUANTITIES[self.effect][0]

    def _asked(
        self, fit: SpatialFit, found: Simulated, main: Specification, samples: Samples, claimed: float
    ) -> Asked:
        """Return what conditions are asked of; they are read on the side on which the interval lies."""
        other = found.high < 0.0 if claimed > 0.0 else found.low > 0.0
        return Asked(
            model=self._model(main),
            fit=fit,
            found=found,
            effect=self.effect,
            spec=main,
            samples=samples,
            weights=self.weights,
            direction=-claimed if other else claimed,
            draws=self.draws,
            permutations=self.permutations,
            seed=self.seed,
            rings=self.rings,
        )

    def _lots(self, claim: Claim) -> Lots:
        """Return the draws of the regression without spatial lags: the claim's, or the design's own."""
        if claim.test is None:
            return Lots(self.draws, self.seed)
        return Lots(claim.test.reps, claim.test.seed, claim.test.weights)

    def _smallest(self, fit: SpatialFit) -> tuple[float, Message]:
        effects = fit.spec.effects
        if self.effect == "rho":
            return smallest_rho(fit.sample, fit.weights, effects), RHO
        return smallest_impact(fit.sample, effects), FIFTH

    def _model(self, spec: Specification) -> SpatialPanel:
        return SpatialPanel(
            spec.formula,
            self.model,
            spec.effects,  # type: ignore[arg-type]
            self.convention,
            vcov=vcov_named(self.vcov, LIKELIHOOD),
            missing=self.missing,
        )

    def _fit(self, spec: Specification, w: str, samples: Samples, figures: Figures) -> SpatialFit:
        """Return the fit under weights; designs that read another impact of the same model share it."""

        def make() -> SpatialFit:
            sample = samples.sample(spec)
            weights = samples.weights(w, sample)
            return fit_sample(self._model(spec), sample, weights, weights, weights)

        named = (self.kind, self.model, self.convention, self.vcov, self.missing)
        return once(figures, ("spatial", replace(spec, choices=()), w, named), make)

    def _sentence(self, main: Specification, found: Simulated, fit: SpatialFit) -> Message:
        return message(
            "{quantity} of {term} in the {model} ({convention}, {weights}, {years}): {value:.3g}, 95 % interval "
            "{low:.3g} to {high:.3g}.",
            quantity=_QUANTITIES[self.effect][1],
            term=fit.outcome if self.effect == "rho" else main.term,
            model=fit.facts["model"].upper(),
            convention=fit.facts["convention"],
            weights=fit.facts["weights"],
            years=fit.facts["years"],
            value=found.value,
            low=found.low,
            high=found.high,
        )

    def _facts(self, fit: SpatialFit, missing: tuple[str, ...]) -> dict[str, Any]:
        kept = ("model", "convention", "weights", "effects", "vcov", "years", "nobs", "n_units", "n_periods")
        return {
            **{key: fit.facts[key] for key in kept},
            "draws": self.draws,
            "seed": self.seed,
            "permutations": self.permutations,
            **({"missing": sentences(missing)} if missing else {}),
        }

    def _grid(
        self, claim: Claim, specs: list[Specification], samples: Samples, figures: Figures, tick: Tick
    ) -> Iterator[dict[str, Any]]:
        """Yield one row a specification: every combination of the claim's axes and the design's weights."""
        axes = [axis.id for axis in claim.grid.axis]
        for spec in specs:
            for w in self.weights:
                row: dict[str, Any] = dict(zip(axes, spec.choices, strict=True))
                row |= {"weights": w, "formula": spec.formula}
                try:
                    row |= _row(self._fit(spec, w, samples, figures), self.effect)
                except NOT_COMPUTED as problem:
                    row |= {"estimate": float("nan"), "failed": reason_of(problem)}
                yield row
            tick(1)


def _row(fit: SpatialFit, effect: Quantity) -> dict[str, Any]:
    """Return a row of the grid: the quantity with its delta interval."""
    parts = fit.impact_parts()
    value, error = delta(parts, effect)
    if not (np.isfinite(value) and 0.0 < error < np.inf):
        raise DataError(no_result(value, error))
    half = float(t_quantile(0.95, parts.df)) * error
    return {
        "estimate": value,
        "std_error": error,
        "conf_low": value - half,
        "conf_high": value + half,
        "p_value": float(t_survival(np.array(value / error), parts.df)),
        "nobs": fit.nobs,
        "period": fit.facts["years"],
        "failed": "",
    }

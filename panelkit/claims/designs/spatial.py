"""The kind `spatial`: the impact of the treatment in a spatial panel, or the spatial lag itself (R-SPILL, R-SIGN)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.spatial_samples import Samples
from panelkit.claims.figures import MADE, Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, GridOption, Reading
from panelkit.claims.file.parts import Expression, Whole, refuse_twins
from panelkit.claims.findings import Condition, Finding, Measured, asked
from panelkit.claims.maps import OWN_WEIGHTS, WeightsName
from panelkit.claims.rules.spillover import PLACEBO
from panelkit.claims.rules.thresholds import MOST_OF_THE_GRID
from panelkit.claims.specify import Regression, specify, whole_grid
from panelkit.covariance.by_name import vcov_named
from panelkit.kernels.capabilities import LIKELIHOOD
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import Message, message, sentences
from panelkit.language.offers import offered
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.results.fit import t_quantile, t_survival
from panelkit.studies.grid import GridResult, Tick, no_result
from panelkit.studies.spatial_effects import (
    Quantity,
    Simulated,
    delta,
    placebo_p,
    ring_coefficients,
    simulated,
)
from panelkit.studies.specification import Specification
from panelkit.studies.tally import NOT_COMPUTED, reason_of

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

    `weights`: the first is the main one, the others belong to the grid and to what R-SPILL asks; `own`, `own_2`, ...
    are those given beside a panel of the user's own. `rings` are limits in
    km of the rings over which a spillover must decay. `real_gdp` in a formula chains the growth index.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "treatment", "controls")
    MADE: ClassVar[Mapping[str, str]] = MADE

    kind: Literal["spatial"]
    outcome: Expression
    treatment: Expression
    controls: tuple[Expression, ...] = ()
    lag: Whole = Field(default=0, ge=0, le=5)
    estimator: Literal["spatial_panel"] = "spatial_panel"
    model: Literal["sar", "sem", "sdm", "slx", "sdem", "sac"] = "sdm"
    effects: Literal["none", "unit", "time", "twoway"] = "twoway"
    convention: Literal["lee-yu", "lsdv", "splm", "elhorst"] = "lee-yu"
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
        main, samples = specs[0], Samples(figures, self.missing)
        data = figures.exact(main)
        samples.keep(main, data)
        fit = self._fit(main, self.weights[0], samples)
        found = simulated(fit, self.effect, self.draws, self.seed)
        rows = list(self._grid(claim, specs, samples, tick))
        rule = self.rule_under(reading.rule)
        grid = self.summary_of(rows, rule)
        spills = rule.name == "R-SPILL"
        conditions = (
            tuple(self._spill_conditions(fit, main, rule.direction, samples))
            if spills
            else (_sign_condition(grid),)
        )
        return Finding(
            measured=Measured(
                quantity=_QUANTITIES[self.effect][0],
                value=found.value,
                low=found.low,
                high=found.high,
                p_value=found.p_value,
                conditions=conditions,
                sentence=self._sentence(main, found, fit),
                table=pd.DataFrame(rows),
                facts=self._facts(fit, samples.notes(main)),
            ),
            grid=grid,
            fit=fit,
            data=data,
        )

    def _fit(self, spec: Specification, w: str, samples: Samples) -> SpatialFit:
        sample = samples.sample(spec)
        model = SpatialPanel(
            spec.formula,
            self.model,
            spec.effects,  # type: ignore[arg-type]
            self.convention,
            vcov=vcov_named(self.vcov, LIKELIHOOD),
            missing=self.missing,
        )
        weights = samples.weights(w, sample)
        return fit_sample(model, sample, weights, weights, weights)

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
        self, claim: Claim, specs: list[Specification], samples: Samples, tick: Tick
    ) -> Iterator[dict[str, Any]]:
        """Yield one row a specification: every combination of the claim's axes and the design's weights."""
        axes = [axis.id for axis in claim.grid.axis]
        for spec in specs:
            for w in self.weights:
                row: dict[str, Any] = dict(zip(axes, spec.choices, strict=True))
                row |= {"weights": w, "formula": spec.formula}
                try:
                    row |= _row(self._fit(spec, w, samples), self.effect)
                except NOT_COMPUTED as problem:
                    row |= {"estimate": float("nan"), "failed": reason_of(problem)}
                yield row
            tick(1)

    def _spill_conditions(
        self, fit: SpatialFit, spec: Specification, sign: float, samples: Samples
    ) -> Iterator[Condition]:
        """Yield what R-SPILL asks beside the main interval: other weights, a placebo, decay where rings are named."""
        for w in self.weights[1:]:
            yield self._under(w, spec, sign, samples)
        yield self._placebo(fit)
        if self.rings:
            values = ring_coefficients(samples.sample(spec), self.rings, spec.effects)  # type: ignore[arg-type]
            falls = all(sign * a > sign * b for a, b in pairwise(values)) and sign * values[0] > 0
            listed = ", ".join(f"{value:.3g}" for value in values)
            yield asked("decay", message("decay over the rings of distance: {values}", values=listed), falls)

    def _under(self, w: str, spec: Specification, sign: float, samples: Samples) -> Condition:
        """Return whether the quantity has the claimed sign under other weights too."""
        label = w.replace("_", " ")
        try:
            other = simulated(self._fit(spec, w, samples), self.effect, self.draws, self.seed)
        except PanelkitError as error:
            said = message("not computable: {reason}", reason=error.said)
            asks = message("the same under {weights}: {numbers}", weights=label, numbers=said)
            return asked("weights", asks, False)
        said = message(
            "{value:.3g} ({low:.3g}, {high:.3g})", value=other.value, low=other.low, high=other.high
        )
        held = (other.low if sign > 0 else -other.high) > 0
        return asked(
            "weights", message("the same under {weights}: {numbers}", weights=label, numbers=said), bool(held)
        )

    def _placebo(self, fit: SpatialFit) -> Condition:
        p, lost = placebo_p(fit, self.effect, self.permutations, self.seed)
        said = message("placebo of {n} permuted maps, p = {p:.3f}", n=self.permutations, p=p)
        if lost:
            said = message(
                "{placebo}, {lost} of the maps not computed and counted as at least as far",
                placebo=said,
                lost=lost,
            )
        return asked("placebo", said, p <= PLACEBO)


def _sign_condition(grid: GridResult) -> Condition:
    said = message(
        "the claimed sign in {share:.0%} of {n} specifications", share=grid.share_same_sign, n=grid.declared
    )
    return asked("grid", said, grid.share_same_sign >= MOST_OF_THE_GRID)


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

"""The kind `spatial_moderated`: how the impact on neighbours changes with a moderator, in a spatial panel (R-MOD)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Literal

import pandas as pd

from panelkit.claims.designs.spatial import SpatialDesign
from panelkit.claims.designs.spatial_conditions import (
    Asked,
    other_weights,
    placebo_condition,
    trends_condition,
)
from panelkit.claims.designs.spatial_samples import Samples
from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim
from panelkit.claims.file.grid import GridOption
from panelkit.claims.file.parts import Expression
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, asked, uncomputed
from panelkit.claims.rules.moderation import MARGINAL
from panelkit.claims.shared import once
from panelkit.claims.specify import Regression, refuse_same
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, listed, message, verbatim
from panelkit.language.offers import offered
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.panel import fit_sample
from panelkit.models.spatial.sample import SpatialSample
from panelkit.studies.grid import GridResult
from panelkit.studies.scrutiny.trial import label
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.spatial_effects import Simulated, quantity_of, smallest_impact
from panelkit.studies.spatial_interaction import (
    differenced,
    impact_at,
    levels_inside,
    share_inside,
    with_product,
)
from panelkit.studies.specification import Specification

LEVELS = (0.10, 0.50, 0.90)
"""Where the impact is printed: in unit-years with a low, a middle and a high moderator for their unit."""

LEFT = 0.5
"""The share of the main value that differences must leave, as R-SIGN and R-MOD ask it."""

PRODUCT = message("one within deviation of the product moves the outcome by a fifth of its own")

# what each quantity is called: as measured, and as what the moderator adds to
_QUANTITIES: Mapping[str, tuple[Message, Message]] = {
    "direct": (message("change of the direct impact with the moderator"), message("direct impact")),
    "indirect": (
        message("change of the indirect impact (spillover) with the moderator"),
        message("indirect impact (spillover)"),
    ),
    "total": (message("change of the total impact with the moderator"), message("total impact")),
}


@offered("design", "spatial_moderated")
class SpatialModeratedDesign(SpatialDesign):
    """A spatial panel on treatment, moderator and their product, each part of the product less its unit's mean.

    What is tested is how much the impact changes with a unit more of the moderator where the treatment moves. The
    product reads what moves inside units alone, so that an area under the moderator, or whatever else tells units apart
    and stays, changes nothing. `lag` lags treatment and moderator.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "treatment", "moderator", "controls")
    LAGGED: ClassVar[tuple[str, ...]] = ("treatment", "moderator")
    SHOWN: ClassVar[tuple[str, ...]] = ("controls", "lag")

    kind: Literal["spatial_moderated"]  # type: ignore[assignment]
    moderator: Expression
    model: Literal["slx", "sdm", "sdem"] = "sdm"
    effects: Literal["unit", "twoway"] = "twoway"
    effect: Literal["direct", "indirect", "total"] = "indirect"
    rings: tuple[()] = ()

    def specification(self, claim: Claim, options: tuple[GridOption | None, ...] = ()) -> Specification:
        """Return the regression with figures in place of roles, changed by the options of a grid."""
        return _beside_moderator(super().specification(claim, options))

    def specifications(self, claim: Claim) -> list[Specification]:
        """Return the main specification, then every other combination of the grid's axes."""
        return list(dict.fromkeys(_beside_moderator(spec) for spec in super().specifications(claim)))

    def _regression(self) -> Regression:
        return replace(super()._regression(), mediators=(self.moderator,))

    def _samples(self, figures: Figures) -> Samples:
        return once(figures, ("products", self.missing), lambda: _Products(figures, self.missing))

    def _quantity(self) -> Message:
        return _QUANTITIES[self.effect][0]

    def _smallest(self, fit: SpatialFit) -> tuple[float, Message]:
        return smallest_impact(fit.sample, fit.spec.effects), PRODUCT

    def _sentence(self, main: Specification, found: Simulated, fit: SpatialFit) -> Message:
        return message(
            "A unit more of {moderator} above the {unit}'s mean adds {value:.3g} to the {quantity} of {term} in the "
            "{model} ({convention}, {weights}, {years}), 95 % interval {low:.3g} to {high:.3g}.",
            moderator=verbatim(f"`{main.controls[0]}`"),
            value=found.value,
            quantity=_QUANTITIES[self.effect][1],
            term=verbatim(f"`{main.term}`"),
            model=fit.facts["model"].upper(),
            convention=fit.facts["convention"],
            weights=fit.facts["weights"],
            years=fit.facts["years"],
            low=found.low,
            high=found.high,
        )

    def _conditions(
        self, asks: Asked, rule: Rule, figures: Figures, lots: Lots, grid: GridResult
    ) -> Iterator[Condition]:
        return interaction_conditions(asks)

    def _printed(self, fit: SpatialFit) -> tuple[Condition, ...]:
        return (impacts_at_levels(fit, self.effect), moves_inside(fit.sample))


def interaction_conditions(asks: Asked) -> Iterator[Condition]:
    """Yield what R-MOD asks of a spatial interaction: other weights, a placebo, unit trends, differences twice."""
    yield from other_weights(asks)
    yield placebo_condition(asks)
    yield trends_condition(asks)
    yield from differences_conditions(asks)


def differences_conditions(asks: Asked) -> Iterator[Condition]:
    """Yield whether first and second differences, with a drift in every unit, leave half of the main value."""
    sample = asks.samples.sample(asks.spec)
    for name in ("differences", "second_differences"):
        sample = differenced(sample)
        try:
            value = _value(asks, sample)
        except PanelkitError as error:
            yield uncomputed(name, label(name), error.said)
            continue
        yield asked(
            name,
            label(name),
            value * asks.direction >= LEFT * abs(asks.found.value),
            message(
                "{value:.3g}; {share:.0%} of the main value", value=value, share=value / asks.found.value
            ),
            value=value,
        )


def impacts_at_levels(fit: SpatialFit, effect: Literal["direct", "indirect", "total"]) -> Condition:
    """Return the impact of the treatment at low, middle and high moderators, with intervals that hold jointly."""
    levels = levels_inside(fit.sample, LEVELS)
    found = impact_at(fit, effect, levels)
    lows, highs = found.value - found.half, found.value + found.half
    rows = list(zip(LEVELS, found.value, lows, highs, strict=True))
    return Condition(
        key=MARGINAL,
        asks=message(
            "impact of the treatment by moderator above the {unit}'s mean, 95 % intervals that hold jointly"
        ),
        outcome="printed",
        found=listed(
            message(
                "at p{level:.0f} {slope:.3g} ({low:.3g} to {high:.3g})",
                level=100.0 * level,
                slope=float(slope),
                low=float(low),
                high=float(high),
            )
            for level, slope, low, high in rows
        ),
        decides=False,
        numbers={
            f"{name}_p{100.0 * level:.0f}": float(number)
            for level, *numbers in rows
            for name, number in zip(("slope", "low", "high"), numbers, strict=True)
        },
    )


def moves_inside(sample: SpatialSample) -> Condition:
    """Return which share of the moderator's variance inside years the interaction reads."""
    share = share_inside(sample, 2)
    return Condition(
        key="moderator",
        asks=message("share of the moderator's variance inside the {units}, {period} effects out"),
        outcome="printed",
        found=message("{share:.1%}, and the interaction reads no other", share=share),
        decides=False,
        numbers={"share": share},
    )


class _Products(Samples):
    """The samples of specifications with the product before treatment and moderator."""

    def _read(self, spec: Specification, data: pd.DataFrame) -> None:
        super()._read(spec, data)
        self._samples[self.key(spec)] = with_product(self._samples[self.key(spec)])


def _beside_moderator(spec: Specification) -> Specification:
    """Return the regression on treatment, then moderator, then the controls."""
    (moderator,) = spec.mediators
    refuse_same(spec.treatment, moderator)
    lagged = f"lag({moderator}, {spec.lag})" if spec.lag else moderator
    return replace(spec, controls=(lagged, *spec.controls), mediators=())


def _value(asks: Asked, sample: SpatialSample) -> float:
    if sample.y.shape[1] < 2:
        raise SpecError(message("needs at least {years} {periods}", years=4))
    weights = asks.samples.weights(asks.weights[0], sample)
    parts = fit_sample(asks.model, sample, weights, weights, weights).impact_parts()
    return float(quantity_of(parts, parts.theta[None, :], asks.effect)[0])

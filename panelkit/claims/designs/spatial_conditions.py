"""What rules ask of a spatial quantity beside its interval: of a spillover, and of an impact at home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from panelkit.claims.designs.scrutinised import scrutiny_on
from panelkit.claims.figures import Figures
from panelkit.claims.findings import Condition, asked, uncomputed
from panelkit.claims.maps import said_weights
from panelkit.claims.rules.regression import told
from panelkit.claims.rules.spillover import BESIDE_TRENDS, PLACEBO
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, listed, message
from panelkit.models.linear.fixed_effects import FixedEffects, fit_design
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import SpatialSample
from panelkit.spatial.weights import Weights
from panelkit.studies.grid import GridResult
from panelkit.studies.scrutiny.trial import DECIDING, label
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.spatial_effects import (
    Quantity,
    Simulated,
    placebo_of,
    ring_coefficients,
    simulated,
    without_trends,
)
from panelkit.studies.specification import Specification

TRENDS = message("the same beside {unit} trends")


class Held(Protocol):
    """Where a design's samples and weights are held."""

    def sample(self, spec: Specification) -> SpatialSample:
        """Return the balanced sample of a specification."""
        ...

    def weights(self, name: str, sample: SpatialSample) -> Weights:
        """Return the weights of that name in the sample's order."""
        ...


@dataclass(frozen=True)
class Asked:
    """A spatial quantity whose conditions are asked for: main fit, side, and what the design declares.

    `direction` is the side on which the conditions are read: the claimed one, or the other where the interval lies
    there.
    """

    model: SpatialPanel
    fit: SpatialFit
    found: Simulated
    effect: Quantity
    spec: Specification
    samples: Held
    weights: Sequence[str]
    direction: float
    draws: int
    permutations: int
    seed: int
    rings: Sequence[int] = ()

    def on_its_side(self, low: float, high: float) -> bool:
        """Return whether an interval lies on the side that is asked for."""
        return (low if self.direction > 0.0 else -high) > 0.0


def spillover_conditions(asks: Asked) -> Iterator[Condition]:
    """Yield what R-SPILL asks: other weights, a placebo, unit trends, and decay where rings are named."""
    yield from other_weights(asks)
    yield placebo_condition(asks)
    yield trends_condition(asks)
    if asks.rings:
        yield _decay(asks)


def impact_conditions(asks: Asked, figures: Figures, lots: Lots, grid: GridResult) -> Iterator[Condition]:
    """Yield what R-SIGN asks of an impact at home: the conditions of the same regression without its spatial lags."""
    try:
        yield from _twin(asks, figures, lots)
    except PanelkitError as error:
        yield from (uncomputed(name, label(name), error.said) for name in DECIDING)
    yield Condition(
        key="grid",
        asks=label("grid"),
        outcome="printed",
        found=message(
            "the claimed sign in {share:.0%} of {n} specifications",
            share=grid.share_same_sign,
            n=grid.declared,
        ),
        decides=False,
        numbers={"share": grid.share_same_sign, "n": grid.declared},
    )


def _twin(asks: Asked, figures: Figures, lots: Lots) -> Iterator[Condition]:
    if asks.effect != "direct":
        raise SpecError(message("a regression without spatial lags has a direct impact only"))
    if asks.spec.effects != "twoway":
        raise SpecError(message("the effects are not those of {unit} and {period}"))
    spec = asks.spec
    design = asks.samples.sample(spec).design
    fit = fit_design(design, FixedEffects(spec.formula, effects="twoway"))
    found = scrutiny_on(fit, fit.terms[0], spec, figures, sign=asks.direction, lots=lots)
    slope = float(found.main.slope[0])
    yield asked(
        "without_lags",
        message("the same side without spatial lags"),
        slope * asks.direction > 0.0,
        message("{slope:.3g}, p = {p:.3g}", slope=slope, p=float(found.main.p[0])),
        slope=slope,
        p=float(found.main.p[0]),
    )
    yield from (told(item, units=found.units) for item in found.conditions)


def other_weights(asks: Asked) -> Iterator[Condition]:
    """Yield the quantity under the second weights and, where that cannot be computed, under the next that can.

    A likelihood without a top inside its interval says nothing of the spillover. What the next weights say is printed:
    how often a spillover that is none passes where others stand in for the second weights was never measured.
    """
    if len(asks.weights) == 1:
        yield uncomputed("weights", message("the same under other weights"), message("no second W"))
        return
    second, *others = asks.weights[1:]
    found = _under(asks, second)
    yield found
    for name in others:
        if found.outcome != "not computed":
            return
        found = _under(asks, name)
        yield replace(found, decides=False, outcome="printed")


def _under(asks: Asked, name: str) -> Condition:
    """Return whether the quantity lies on its side under weights of that name."""
    said = message("the same under {weights}", weights=said_weights(name))
    try:
        other = simulated(_fit(asks, asks.model, name), asks.effect, asks.draws, asks.seed)
    except PanelkitError as error:
        return uncomputed("weights", said, error.said)
    return asked(
        "weights",
        said,
        asks.on_its_side(other.low, other.high),
        _numbers(other),
        value=other.value,
        low=other.low,
        high=other.high,
    )


def placebo_condition(asks: Asked) -> Condition:
    p, lost, side = placebo_of(asks.fit, asks.effect, asks.permutations, asks.seed)
    said = message("p = {p:.3f}", p=p)
    if lost:
        said = message(
            "{placebo}, {lost} of the maps not computed and counted as at least as far",
            placebo=said,
            lost=lost,
        )
    return asked(
        "placebo",
        message("more than on {n} permuted maps", n=asks.permutations),
        p <= PLACEBO and side == asks.direction,
        said,
        p=p,
        lost=lost,
    )


def trends_condition(asks: Asked) -> Condition:
    """Return whether the quantity is still there with a linear trend in every unit.

    It passes where its interval excludes zero, and is taken away where that holds zero and not the main value.
    """
    try:
        other = simulated(beside_trends(asks), asks.effect, asks.draws, asks.seed, BESIDE_TRENDS)
    except PanelkitError as error:
        return uncomputed("trends", TRENDS, error.said)
    passes = asks.on_its_side(other.low, other.high)
    gone = other.low <= 0.0 <= other.high and not other.low <= asks.found.value <= other.high
    return Condition(
        key="trends",
        asks=TRENDS,
        outcome="passes" if passes else "takes away" if gone else "fails",
        found=message(
            "{value:.3g}, {level:.0%} interval {low:.3g} to {high:.3g}",
            value=other.value,
            level=BESIDE_TRENDS,
            low=other.low,
            high=other.high,
        ),
        numbers={"value": other.value, "low": other.low, "high": other.high, "p": other.p_value},
    )


def beside_trends(asks: Asked) -> SpatialFit:
    """Return the main fit with a linear trend in every unit, rotated out with the unit effects.

    Raises
    ------
    SpecError, ConvergenceError
        If the model has other effects or another convention, or the years are too few.
    """
    model = asks.model
    if model.effects != "twoway" or model.convention != "lee-yu":
        raise SpecError(
            message(
                "unit trends are rotated out of models with {unit} and {period} effects under the lee-yu convention"
            )
        )
    sample = without_trends(asks.samples.sample(asks.spec))
    weights = asks.samples.weights(asks.weights[0], sample)
    return fit_sample(replace(model, effects="time"), sample, weights, weights, weights)


def _decay(asks: Asked) -> Condition:
    values = ring_coefficients(asks.samples.sample(asks.spec), asks.rings, asks.model.effects)
    sign = asks.direction
    falls = all(sign * a > sign * b for a, b in pairwise(values)) and sign * values[0] > 0
    found = listed(f"{value:.3g}" for value in values)
    return asked("decay", message("decay over the rings of distance"), falls, found)


def _fit(asks: Asked, model: SpatialPanel, name: str) -> SpatialFit:
    sample = asks.samples.sample(asks.spec)
    weights = asks.samples.weights(name, sample)
    return fit_sample(model, sample, weights, weights, weights)


def _numbers(found: Simulated) -> Message:
    return message("{value:.3g} ({low:.3g} to {high:.3g})", value=found.value, low=found.low, high=found.high)

"""What R-MED asks beside the interval: who set the mediator, every first path with its conditions, unit trends."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.claims.designs.mediation_result import Judged, first_paths
from panelkit.claims.designs.scrutinised import deciding
from panelkit.claims.figures import Figures
from panelkit.claims.findings import Condition, asked, uncomputed
from panelkit.claims.rules.mediation import FIRST_PATH, MEDIATOR
from panelkit.claims.rules.regression import told
from panelkit.claims.shared import once
from panelkit.inference.indirect import resample_counts
from panelkit.kernels.rng import as_generator
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, message
from panelkit.models.mediation.paths import PathSystem
from panelkit.studies.channels import beside_unit_trends
from panelkit.studies.grid import GridResult, share_with_sign
from panelkit.studies.scrutiny.channel import BesideTrends, beside_trends, first_stands
from panelkit.studies.scrutiny.scrutiny import Scrutiny
from panelkit.studies.scrutiny.trial import DECIDING, label
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.specification import Specification

TRENDS = message("the indirect effect beside {unit} trends")


@dataclass(frozen=True)
class Channel:
    """One judged effect with what its conditions are worked out from.

    `first_signs` are the claimed signs of the treatment's effects on the mediators; `randomised` says whether the
    mediator was; `draws` and `seed` are those of the bootstrap.
    """

    judged: Judged
    spec: Specification
    figures: Figures
    claimed: float
    first_signs: tuple[float, ...]
    randomised: bool
    lots: Lots
    draws: int
    seed: int

    @cached_property
    def mirrored(self) -> bool:
        """Return whether the interval lies on the other side, where conditions are read in a mirror."""
        line = self.judged.line
        return bool(line["conf_high"] < 0.0 if self.claimed > 0.0 else line["conf_low"] > 0.0)

    @property
    def direction(self) -> float:
        """Return the side on which the indirect effect is asked for."""
        return -self.claimed if self.mirrored else self.claimed

    @cached_property
    def first(self) -> dict[int, tuple[float, float]]:
        """Return estimate and p of every first path that is asked for."""
        return first_paths(self.judged, self.lots.reps, self.lots.rng)

    def sign_of(self, k: int) -> float:
        """Return the side on which a first path is asked for; in a mirror its own, as either path may turn."""
        return float(np.sign(self.first[k][0])) if self.mirrored else self.first_signs[k]

    def scrutiny(self, k: int) -> Scrutiny:
        """Return the conditions of a first path; designs of one claim that share it share them."""
        fit, sign = self.judged.result.fits[f"mediator {k}"], self.sign_of(k)
        if fit.design is None or fit.facts["effects"] != "twoway":
            raise SpecError(message("the effects are not those of {unit} and {period}"))
        design, term = fit.design, self.judged.result.treatment_label
        key: Hashable = (
            "first path", fit.title, term, fit.terms, self.spec.years, self.spec.provinces, self.spec.vintage, sign,
            self.lots,
        )  # fmt: skip
        return once(
            self.figures,
            key,
            lambda: deciding(design, term, self.spec, self.figures, sign=sign, lots=self.lots),
        )


def conditions_of(channel: Channel, grid: GridResult) -> tuple[Condition, ...]:
    """Return every condition of an indirect effect, those that decide first."""
    return (
        _mediator(channel),
        *_first_paths(channel),
        _trends(channel),
        *_printed(channel, grid),
    )


def _mediator(channel: Channel) -> Condition:
    return asked(
        MEDIATOR,
        message("the mediator was randomised, or has an instrument"),
        channel.randomised,
        message("declared") if channel.randomised else message("it was observed"),
    )


def _first_paths(channel: Channel) -> Iterator[Condition]:
    """Yield the main test of every first path, then its conditions."""
    labels = channel.judged.result.mediator_labels
    for k, (estimate, p) in channel.first.items():
        yield asked(
            "first_path",
            message("the treatment moves {mediator} in the claimed direction", mediator=labels[k]),
            p < FIRST_PATH and estimate * channel.sign_of(k) > 0.0,
            message("{slope:.3g}, p = {p:.3g}", slope=estimate, p=p),
            slope=estimate,
            p=p,
        )
        yield from _scrutinised(channel, k)


def _scrutinised(channel: Channel, k: int) -> Iterator[Condition]:
    mediator = channel.judged.result.mediator_labels[k]

    def asks(said: Message) -> Message:
        return message("the effect on {mediator}: {asks}", mediator=mediator, asks=said)

    try:
        found = channel.scrutiny(k)
    except PanelkitError as error:
        for name in DECIDING:
            yield uncomputed(f"first_path_{name}", asks(label(name)), error.said)
        return
    for name in DECIDING:
        yield told(found.trials[name].at(), key=f"first_path_{name}", asks=asks(label(name)))


def _trends(channel: Channel) -> Condition:
    """Return whether the indirect effect is still there beside a linear trend in every unit."""
    try:
        found, first_p = _beside_trends(channel)
    except PanelkitError as error:
        return uncomputed("trends", TRENDS, error.said)
    estimate, low, high = (float(part[0]) for part in (found.estimate, found.low, found.high))
    held = bool(found.passes[0])
    return Condition(
        key="trends",
        asks=TRENDS,
        outcome="passes" if held else "takes away" if found.takes_away[0] else "fails",
        found=message(
            "{estimate:.3g}, 95 % interval {low:.3g} to {high:.3g}; first path p = {p:.3g}",
            estimate=estimate,
            low=low,
            high=high,
            p=first_p,
        ),
        numbers={"estimate": estimate, "low": low, "high": high, "first_path_p": first_p},
    )


def _beside_trends(channel: Channel) -> tuple[BesideTrends, float]:
    """Return what is left beside trends, and the largest p of the first paths there."""
    result = channel.judged.result
    trials = {k: channel.scrutiny(k).trials["trends"] for k in channel.first}
    reason = next((trial.reason for trial in trials.values() if trial.reason is not None), None)
    if reason is not None:
        raise SpecError(reason)
    years = result.design.time_labels[result.design.time].astype(float)
    twin = beside_unit_trends(result.system, years)
    weights = resample_counts(result.system.n_groups, channel.draws, as_generator(channel.seed))
    draws, twins = (_effects(channel, system, weights) for system in (result.system, twin))
    if np.isnan(twins).mean() > 0.5:
        raise SpecError(message("beside {unit} trends most resamples do not identify the paths"))
    stands = [first_stands(trial, np.array([channel.sign_of(k)])) for k, trial in trials.items()]
    estimate = _effects(channel, twin, np.ones((1, twin.n_groups)))
    side = np.array([channel.direction])
    found = beside_trends(draws[None], estimate, twins[None], np.all(stands, axis=0), side)
    return found, max(float(trial.p[0]) for trial in trials.values())


def _effects(channel: Channel, system: PathSystem, weights: FloatArray) -> FloatArray:
    """Return the judged effect under weights on the clusters, missing where a draw does not identify the paths."""
    theta, held = system.coefficients(system.refit(weights))
    effects = channel.judged.result.paths.effects(theta)[:, channel.judged.position]
    return np.where(held, effects, np.nan)


def _printed(channel: Channel, grid: GridResult) -> Iterator[Condition]:
    """Yield what decides nothing: the first paths over the grid, and the confounder that would undo the effect."""
    for k in channel.first:
        share = share_with_sign(grid.table[f"a{k + 1}"], channel.sign_of(k), grid.declared)
        yield _shown(
            "first_path_grid",
            message(
                "the sign of the effect on {mediator}", mediator=channel.judged.result.mediator_labels[k]
            ),
            message("in {share:.0%} of {n} specifications", share=share, n=grid.declared),
            share=share,
            n=grid.declared,
        )
    weakest = channel.judged.weakest
    yield _shown(
        "sensitivity",
        message("strength of a confounder of mediator and outcome"),
        message(
            "the effect through {mediator} is zero if their errors are correlated by {rho:.2f}",
            mediator=weakest.mediator,
            rho=weakest.rho_zero,
        ),
        rho=weakest.rho_zero,
    )


def _shown(key: str, asks: Message, found: Message, **numbers: float) -> Condition:
    return Condition(key=key, asks=asks, outcome="printed", found=found, decides=False, numbers=numbers)

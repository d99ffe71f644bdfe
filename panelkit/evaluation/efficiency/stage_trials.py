"""What is asked of a gap between two stages beside its test: one unit, years that move, returns to scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.evaluation.efficiency.stage_gap import (
    ORDER,
    StageGap,
    efficiencies,
    net_of_size,
    stage_gap,
    without_movement,
)
from panelkit.evaluation.efficiency.two_stage import two_stage
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief

BESIDE = 0.10
"""The level at which the gap must be there in a trial too, as beside every condition of a regression."""

LEFT = 0.75
"""The share of the gap that must be left where a trial is not passed. By simulation: with half of it, returns to scale
in one stage look like a lag in 7 of 100 worlds, with three quarters in 3, and a true lag loses less than 1 in 100."""

TrialName = Literal["order", "lasting", "scale"]


@dataclass(frozen=True, eq=False)
class Stages(Brief):
    """Figures of N units in T years: inputs (N, T, m), intermediate and output (N, T), all positive."""

    inputs: FloatArray
    intermediate: FloatArray
    output: FloatArray

    @property
    def one_input(self) -> FloatArray:
        """Return the geometric mean of the inputs, (N, T): each counts alike, whatever its unit."""
        return np.asarray(np.exp(np.log(self.inputs).mean(axis=2)))

    @property
    def yearly(self) -> FloatArray:
        """Return the log ratios of every year, (N, T, 2)."""
        z = np.log(self.intermediate)
        return np.stack([z - np.log(self.one_input), np.log(self.output) - z], axis=2)

    @property
    def ratios(self) -> FloatArray:
        """Return the log ratios of the sums over the years, (N, 2)."""
        z = np.log(self.intermediate.sum(axis=1))
        x, y = self.size, np.log(self.output.sum(axis=1))
        return np.column_stack([z - x, y - z])

    @property
    def size(self) -> FloatArray:
        """Return the log of the input over the years, (N,)."""
        return np.asarray(np.log(self.one_input.sum(axis=1)))


@dataclass(frozen=True, eq=False)
class StageTrial(Brief):
    """The gap under another view of the figures; None where it cannot be had, and why."""

    name: TrialName
    found: StageGap | None
    reason: Message | None = None

    def passes(self, side: float) -> bool:
        """Return whether the gap is there on that side."""
        return self.found is not None and side * self.found.gap > 0.0 and self.found.p < BESIDE

    def takes_away(self, main: StageGap) -> bool:
        """Return whether it does not pass, and less than `LEFT` of the main gap is left."""
        side = np.sign(main.gap)
        return (
            self.found is not None and not self.passes(side) and side * self.found.gap < LEFT * abs(main.gap)
        )


def label(name: TrialName) -> Message:
    """Return what a trial asks."""
    match name:
        case "order":
            return message(
                "the same against the best that {order} {units} drawn at random have, not the best of all",
                order=ORDER,
            )
        case "lasting":
            return message("the same in what lasts over the {periods}")
        case _:
            return message("the same net of size, whatever the returns to scale")


def stage_trials(stages: Stages, draws: int, seed: int) -> Iterator[StageTrial]:
    """Yield the trials of a gap."""
    ratios = stages.ratios
    yield StageTrial("order", stage_gap(ratios, order=ORDER, draws=draws, rng=seed))
    lasting = without_movement(ratios, stages.yearly)
    if lasting is None:
        why = message("fewer than three {periods}, or nothing of the differences lasts")
        yield StageTrial("lasting", None, why)
    else:
        yield StageTrial("lasting", stage_gap(lasting, draws=draws, rng=seed))
    yield StageTrial("scale", stage_gap(net_of_size(ratios, stages.size), draws=draws, rng=seed))


def known_frontier(ratios: FloatArray) -> tuple[float, float]:
    """Return the gap and the t value of a paired test over units that takes both frontiers for known."""
    found = efficiencies(ratios)
    gaps = found[:, 0] - found[:, 1]
    return float(gaps.mean()), float(gaps.mean() / (gaps.std(ddof=1) / np.sqrt(len(gaps))))


def network_ends(stages: Stages) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return mean efficiencies of both stages in a network of all inputs, with either stage made as large as can be."""
    x, z, y = stages.inputs.sum(axis=1), stages.intermediate.sum(axis=1), stages.output.sum(axis=1)
    columns = (x / x.mean(axis=0), (z / z.mean())[:, None], (y / y.mean())[:, None])
    found = two_stage(*columns, *columns)
    first, second = ([float(one.mean()) for one in found.stages(priority)] for priority in (1, 2))
    return (first[0], first[1]), (second[0], second[1])

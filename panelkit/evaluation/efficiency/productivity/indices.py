"""Malmquist indices of productivity from distances to frontiers of two years, and what they are made of.

All arrays hold output efficiencies phi >= 1 turned round, D = 1/phi (Shephard's distance), or input efficiencies
theta, so that larger is better; an index above one is a gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.evaluation.efficiency.chance.smoothed import distances_of
from panelkit.evaluation.efficiency.directional import directional
from panelkit.evaluation.efficiency.programs import Orientation, Returns
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

Split = Literal["none", "fgnz", "ray_desli"]


@dataclass(frozen=True, eq=False)
class Crossed(Brief):
    """Efficiencies (N, T - 1) of the points of two years that follow each other, against the frontiers of both.

    `early_early` is the first year's point against the first year's frontier, `late_early` the second year's point
    against the first year's frontier, and so on; NaN where a frontier does not reach the point.
    """

    early_early: FloatArray
    early_late: FloatArray
    late_early: FloatArray
    late_late: FloatArray

    @property
    def index(self) -> FloatArray:
        """Return the geometric mean of the indices of both frontiers (Fare et al. 1994, eq. 6)."""
        return np.sqrt(self.late_early / self.early_early * self.late_late / self.early_late)

    @property
    def efficiency_change(self) -> FloatArray:
        """Return how much nearer to the frontier of its own year the second point lies."""
        return self.late_late / self.early_early

    @property
    def technical_change(self) -> FloatArray:
        """Return how far the frontier moved, at both points (geometric mean)."""
        return np.sqrt(self.late_early / self.late_late * self.early_early / self.early_late)


@dataclass(frozen=True, eq=False)
class Figures(Brief):
    """Inputs (N, T, m), outputs (N, T, s) and undesirable outputs (N, T, b), b possibly none, of N units in T years."""

    inputs: FloatArray
    outputs: FloatArray
    undesirable: FloatArray

    @property
    def years(self) -> range:
        """Return the numbers of the years."""
        return range(self.inputs.shape[1])

    def of_year(self, t: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the points of one year."""
        return self.inputs[:, t], self.outputs[:, t], self.undesirable[:, t]

    def pooled(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the points of all years, unit by unit."""
        n, years = self.inputs.shape[:2]
        X, Y, B = (one.reshape(n * years, -1) for one in (self.inputs, self.outputs, self.undesirable))
        return X, Y, B


Points = tuple[FloatArray, FloatArray, FloatArray]


def efficiency_against(
    points: Points, frontier: Points, returns: Returns, orientation: Orientation
) -> FloatArray:
    """Return efficiencies (P,) of points against an envelope, at most one inside; NaN where it does not reach a point.

    With undesirable outputs 1/(1 + d) for the distance d along the unit's own outputs and undesirable outputs, weakly
    disposable (Chung, Fare and Grosskopf 1997).
    """
    if points[2].shape[1]:
        return 1 / (1 + directional(*points, *frontier, returns=returns).distances)
    distances = distances_of(*points[:2], *frontier[:2], returns, orientation)
    # an output that the frontier does not make at all
    return 1 / np.where(distances > 0, distances, np.nan)


def crossed(figures: Figures, returns: Returns, orientation: Orientation) -> Crossed:
    """Return the efficiencies of neighbouring years."""
    years = figures.years

    def against(point: int, frontier: int) -> FloatArray:
        return efficiency_against(figures.of_year(point), figures.of_year(frontier), returns, orientation)

    own = np.column_stack([against(t, t) for t in years])
    early_late = np.column_stack([against(t, t + 1) for t in years[:-1]])
    late_early = np.column_stack([against(t + 1, t) for t in years[:-1]])
    return Crossed(own[:, :-1], early_late, late_early, own[:, 1:])


def adjacent(figures: Figures, orientation: Orientation, split: Split) -> dict[str, FloatArray]:
    """Return the index of neighbouring years and its parts, each (N, T - 1).

    `malmquist` = `efficiency` x `technical`, both against frontiers of constant returns ("none"). "fgnz": `efficiency`
    = `pure` x `scale`, pure that of variable returns. "ray_desli": `malmquist` = `pure` x `technical_variable` x
    `scale_change`, the frontier of variable returns moving.

    Source: Fare, Grosskopf, Norris and Zhang 1994; Ray and Desli 1997; Chung, Fare and Grosskopf 1997.
    """
    constant = crossed(figures, "constant", orientation)
    parts = {"malmquist": constant.index}
    if split != "ray_desli":
        parts |= {"efficiency": constant.efficiency_change, "technical": constant.technical_change}
    if split == "none":
        return parts
    variable = crossed(figures, "variable", orientation)
    pure = variable.efficiency_change
    if split == "fgnz":
        return parts | {"pure": pure, "scale": constant.efficiency_change / pure}
    return parts | {
        "pure": pure,
        "technical_variable": variable.technical_change,
        "scale_change": constant.index / variable.index,
    }


def global_index(figures: Figures, returns: Returns, orientation: Orientation) -> dict[str, FloatArray]:
    """Return the index against one frontier of all years, and its parts, each (N, T - 1).

    `malmquist` = `efficiency` x `gap`: how much nearer to its own year's frontier, and how much nearer that frontier
    came to the one of all years. The index is circular: those of several years multiply to that of their ends.

    Source: Pastor and Lovell 2005; Oh 2010 with undesirable outputs.
    """
    n, years = figures.inputs.shape[:2]
    points = figures.pooled()
    whole = efficiency_against(points, points, returns, orientation).reshape(n, years)
    yearly = [figures.of_year(t) for t in figures.years]
    own = np.column_stack([efficiency_against(one, one, returns, orientation) for one in yearly])
    gap = whole / own
    return {
        "malmquist": whole[:, 1:] / whole[:, :-1],
        "efficiency": own[:, 1:] / own[:, :-1],
        "gap": gap[:, 1:] / gap[:, :-1],
    }

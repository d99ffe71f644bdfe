"""A test of constant returns to scale by the smoothed bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.efficiency.chance.smoothed import (
    bandwidth_of,
    distances_of,
    drawn_distances,
    moved,
)
from panelkit.evaluation.efficiency.programs import Orientation
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class ReturnsTest(Brief):
    """The mean scale efficiency, at most one, and its draws (B,) under constant returns."""

    statistic: float
    draws: FloatArray

    @property
    def p_value(self) -> float:
        """Return the share of draws as small as the statistic, with the +1 of a finite number of draws."""
        return float((1 + (self.draws <= self.statistic).sum()) / (1 + len(self.draws)))


def returns_test(
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    orientation: Orientation,
    reps: int,
    generator: np.random.Generator,
) -> ReturnsTest:
    """Return the test that the frontier has constant returns everywhere, against variable ones.

    The statistic is the mean over units of variable over constant distance; draws are units at smoothed distances from
    the frontier of constant returns, each judged by the frontier of its own draw.

    Parameters
    ----------
    inputs, outputs
        (n, m) and (n, s).
    orientation
        That of `radial`.
    reps
        Number of draws.
    generator
        Of the draws.

    Raises
    ------
    DataError
        If too few units lie off the frontier of constant returns.

    Source: Simar and Wilson 2002, eq. 4.6.
    """
    own = distances_of(inputs, outputs, inputs, outputs, "constant", orientation)
    drawn = drawn_distances(own, bandwidth_of(own), reps, generator)
    X, Y = moved(inputs, outputs, own / drawn, orientation)
    draws = np.array([_mean_scale(one, other, orientation) for one, other in zip(X, Y, strict=True)])
    return ReturnsTest(_mean_scale(inputs, outputs, orientation), draws)


def _mean_scale(inputs: FloatArray, outputs: FloatArray, orientation: Orientation) -> float:
    """Return the mean scale efficiency of units to their own envelope."""
    variable, constant = (
        distances_of(inputs, outputs, inputs, outputs, returns, orientation)
        for returns in ("variable", "constant")
    )
    return float((variable / constant).mean())

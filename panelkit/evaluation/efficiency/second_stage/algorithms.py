"""Regressions of distances to a frontier on what may explain them (Simar and Wilson 2007, algorithms 1 and 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.efficiency.chance.smoothed import ON_FRONTIER, redrawn
from panelkit.evaluation.efficiency.programs import Orientation, Returns
from panelkit.evaluation.efficiency.second_stage.truncated import (
    drawn_above,
    refuse_unreached,
    truncated_regression,
)
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

_BOUND = 1.0
_PART = 2_000_000  # rows of outcomes of one batch of regressions


@dataclass(frozen=True, eq=False)
class Explained(Brief):
    """Slopes (k,) and sigma of a truncated regression, and draws (B, k) of the slopes, where there is a maximum.

    `rows` (n,) are those that entered, `discarded` counts draws without a maximum.
    """

    slopes: FloatArray
    sigma: float
    loglik: float
    draws: FloatArray
    discarded: int
    rows: NDArray[np.bool_]


def corrected_distances(
    inputs: FloatArray,
    outputs: FloatArray,
    sets: tuple[IntArray, ...],
    own: FloatArray,
    mean: FloatArray,
    sigma: float,
    returns: Returns,
    orientation: Orientation,
    reps: int,
    generator: np.random.Generator,
) -> FloatArray:
    """Return distances (n,) less a bias drawn from a truncated regression (algorithm 2, steps 3 and 4).

    Parameters
    ----------
    inputs, outputs
        (n, m) and (n, s).
    sets
        Row numbers, one array a frontier.
    own
        Distances (n,) >= 1.
    mean, sigma
        Fitted means (n,) and spread of the regression of `own`.
    returns, orientation
        Those of `radial`.
    reps
        Number of draws.
    generator
        Of the draws.
    """
    drawn = drawn_above(mean, sigma, _BOUND, reps, generator)
    found = np.empty(len(own))
    for rows in sets:
        again = redrawn(inputs[rows], outputs[rows], own[rows], drawn[:, rows], returns, orientation)
        found[rows] = 2 * own[rows] - again.mean(axis=0)
    return found


def explained(
    distances: FloatArray,
    X: FloatArray,
    *,
    reps: int,
    generator: np.random.Generator,
    clusters: IntArray | None = None,
) -> Explained:
    """Return the truncated regression of distances above one, with draws of its slopes.

    Parameters
    ----------
    distances
        (n,) >= 1; rows at one are on the frontier and left out.
    X
        Regressors (n, k) with a constant.
    reps
        Number of draws; 0: none.
    generator
        Of the draws.
    clusters
        Codes (n,) of units that are drawn whole with replacement; None: outcomes are drawn anew from the truncated
        normal distribution, rows independent (Simar and Wilson 2007).

    Raises
    ------
    ConvergenceError
        If the truncated regression has no maximum.
    """
    rows = distances > _BOUND + ON_FRONTIER
    y, Z = distances[rows], X[rows]
    found = truncated_regression(y[None], Z, _BOUND)
    refuse_unreached(found)
    slopes, sigma = found.slopes[0], float(found.sigma[0])
    if not reps:
        return Explained(slopes, sigma, float(found.loglik[0]), np.empty((0, len(slopes))), 0, rows)
    step = max(1, _PART // len(y))
    spans = [slice(at, at + step) for at in range(0, reps, step)]
    if clusters is None:
        drawn = drawn_above(Z @ slopes, sigma, _BOUND, reps, generator)
        parts = [truncated_regression(drawn[span], Z, _BOUND) for span in steps_of(spans, len(spans))]
    else:
        times = _times_drawn(clusters[rows], reps, generator)
        same = np.broadcast_to(y, times.shape)
        parts = [
            truncated_regression(same[span], Z, _BOUND, times[span]) for span in steps_of(spans, len(spans))
        ]
    draws = np.concatenate([part.slopes for part in parts])
    whole = np.concatenate([part.converged for part in parts]) & np.isfinite(draws).all(axis=1)
    return Explained(slopes, sigma, float(found.loglik[0]), draws[whole], int((~whole).sum()), rows)


def _times_drawn(clusters: IntArray, reps: int, generator: np.random.Generator) -> FloatArray:
    """Return how often every row (reps, n) counts where units are drawn whole with replacement."""
    labels, codes = np.unique(clusters, return_inverse=True)
    n = len(labels)
    times = generator.multinomial(n, np.full(n, 1 / n), size=reps)
    return np.asarray(times[:, codes], dtype=float)

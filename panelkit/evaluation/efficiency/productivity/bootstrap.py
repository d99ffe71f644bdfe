"""Smoothed draws of Malmquist indices: both years of a unit are drawn together."""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.efficiency.chance.smoothed import distances_of, distances_to_each, moved
from panelkit.evaluation.efficiency.productivity.indices import Crossed
from panelkit.evaluation.efficiency.programs import Orientation
from panelkit.kernels.within import FloatArray


def drawn_pairs(distances: FloatArray, reps: int, generator: np.random.Generator) -> FloatArray:
    """Return smoothed pairs (reps, n, 2) of distances >= 1 from those (n, 2) of two years.

    Each pair may be reflected about one in either year; the kernel has the covariance of the pairs, its sign turned
    where one year alone is reflected. Width (4/(5n))^(1/6), the normal rule in two dimensions.

    Source: Simar and Wilson 1999, section 3.
    """
    n = len(distances)
    width = (4 / (5 * n)) ** (1 / 6)
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    side = signs[generator.integers(4, size=(reps, n))]
    chosen = distances[generator.integers(n, size=(reps, n))]
    reflected = np.where(side == 1, chosen, 2 - chosen)
    root = _root(np.cov(distances, rowvar=False))
    shaken = generator.normal(size=(reps, n, 2)) @ root.T * side
    centre = reflected.mean(axis=1, keepdims=True)
    kept = (reflected + width * shaken - centre) / np.sqrt(1 + width**2) + centre
    return np.asarray(np.where(kept < 1, 2 - kept, kept))


def redrawn_pair(
    inputs: FloatArray,
    outputs: FloatArray,
    orientation: Orientation,
    reps: int,
    generator: np.random.Generator,
) -> Crossed:
    """Return the efficiencies of two years' points against drawn frontiers of constant returns, arrays (reps, n).

    Parameters
    ----------
    inputs, outputs
        (n, 2, m) and (n, 2, s): two years of n units.
    orientation
        That of `radial`.
    reps
        Number of draws.
    generator
        Of the draws.
    """
    years = [(inputs[:, t], outputs[:, t]) for t in (0, 1)]
    own = np.column_stack([distances_of(X, Y, X, Y, "constant", orientation) for X, Y in years])
    drawn = drawn_pairs(own, reps, generator)
    frontiers = [moved(X, Y, own[:, t] / drawn[:, :, t], orientation) for t, (X, Y) in enumerate(years)]
    found = {
        (point, frontier): 1 / distances_to_each(*years[point], *frontiers[frontier], "constant", orientation)
        for point in (0, 1)
        for frontier in (0, 1)
    }
    return Crossed(found[0, 0], found[0, 1], found[1, 0], found[1, 1])


def basic_interval(estimate: FloatArray, draws: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return bounds of indices (n,) from draws (B, n): the logarithm less quantiles of draw - estimate."""
    tail = (1 - level) / 2
    low, high = np.quantile(np.log(draws), [tail, 1 - tail], axis=0)
    centre = 2 * np.log(estimate)
    return np.exp(centre - high), np.exp(centre - low)


def _root(covariance: FloatArray) -> FloatArray:
    """Return a matrix (2, 2) whose product with its transpose is a covariance, which may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))

"""The normal distribution inside a box around zero: its mass and its mean (Genz 1992), by fixed quasi-random points.

`scipy` gives the mass alone, by points that differ from call to call; the mean of what a pre-test lets pass comes from
the same points here, and their spread over eight scramblings says how exact both are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

SCRAMBLINGS = 8
_POWER_OF_TWO = 11


@dataclass(frozen=True, eq=False)
class InBox(Brief):
    """Mass in the box, the mean there (k,), and the standard error of the mass over the scramblings."""

    mass: float
    mean: FloatArray
    error: float


def in_box(mean: FloatArray, covariance: FloatArray, half: FloatArray, df: float = float("inf")) -> InBox:
    """Return the mass and mean of N(mean, covariance) where every |x_j| <= half_j s.

    Parameters
    ----------
    mean
        (k,).
    covariance
        (k, k), positive definite.
    half
        Half widths (k,), above zero.
    df
        s is 1 where infinite; else s^2 is an independent chi-square(df) / df, as of an estimated variance.
    """
    from scipy import special

    k = len(mean)
    points = _points(k + 1, 0)
    scale = _scale(points[:, :, k], df)
    root = np.linalg.cholesky(covariance)
    drawn = np.empty((k, *scale.shape))
    weight = np.ones_like(scale)
    for j in range(k):
        centre = mean[j] + np.tensordot(root[j, :j], drawn[:j], axes=1)
        low, high = ((side * half[j] * scale - centre) / root[j, j] for side in (-1.0, 1.0))
        turned = low + high > 0.0  # the tail nearer to zero keeps its digits
        a, b = np.where(turned, -high, low), np.where(turned, -low, high)
        below, share = special.ndtr(a), special.ndtr(b) - special.ndtr(a)
        place = np.clip(special.ndtri(below + points[:, :, j] * share), a, b)
        drawn[j] = np.where(turned, -place, place)
        weight *= share
    masses = weight.mean(axis=1)
    mass = float(masses.mean())
    where = mean + np.einsum("ij,jsp,sp->i", root, drawn, weight) / max(weight.sum(), np.finfo(float).tiny)
    return InBox(mass, where, float(masses.std(ddof=1) / np.sqrt(SCRAMBLINGS)))


def _scale(uniform: FloatArray, df: float) -> FloatArray:
    from scipy import special

    if not np.isfinite(df):
        return np.ones_like(uniform)
    return np.sqrt(special.chdtri(df, uniform) / df)  # the upper quantile: uniform either way


@cache
def _points(dimensions: int, seed: int) -> FloatArray:
    """Return scrambled Sobol points (scramblings, points, dimensions)."""
    from scipy.stats import qmc

    made = [
        qmc.Sobol(dimensions, seed=np.random.default_rng([seed, one])).random_base2(_POWER_OF_TWO)
        for one in range(SCRAMBLINGS)
    ]
    return np.clip(np.array(made), 1e-15, 1.0 - 1e-15)

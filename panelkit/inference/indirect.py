"""Inference on products of coefficients: normal-theory z, bias-corrected and Monte Carlo intervals, resamples."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Literal

import numpy as np
from scipy import special

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import check_confidence
from panelkit.results.students_t import t_survival

Variance = Literal["sobel", "aroian", "goodman"]
FEWEST_RESAMPLES = 1_000
_SPREAD = 1e8  # the smallest variance is then exact to 1e-8 of itself


@dataclass(frozen=True)
class ProductTest:
    """A normal-theory test of a product a*b; std_error, z and p are missing where the variance is negative."""

    method: Variance
    estimate: float
    std_error: float
    z: float
    p_value: float


def product_test(a: float, se_a: float, b: float, se_b: float, method: Variance = "sobel") -> ProductTest:
    """Test a*b = 0 by a normal approximation with cov(a, b) = 0.

    Sobel (1982): b2 sa2 + a2 sb2; Aroian (1947) adds sa2 sb2, Goodman (1960) takes it away (and may turn negative).
    """
    extra = {"sobel": 0.0, "aroian": 1.0, "goodman": -1.0}
    if method not in extra:
        raise SpecError(
            message("the variance of a product is sobel, aroian or goodman, not {method!r}", method=method)
        )
    variance = b**2 * se_a**2 + a**2 * se_b**2 + extra[method] * se_a**2 * se_b**2
    if not variance > 0.0:
        return ProductTest(method, a * b, float("nan"), float("nan"), float("nan"))
    z = a * b / variance**0.5
    return ProductTest(method, a * b, variance**0.5, z, float(t_survival(np.array(z), np.inf)))


def bias_corrected(
    draws: FloatArray, estimate: FloatArray, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the bias-corrected percentile interval (Efron 1981) of each column.

    Shapes: `draws` (B, m), `estimate` (m,). z0 is the normal quantile of the share of draws below the estimate (ties
    count half); the limits are the draws' quantiles at Phi(2 z0 -+ z).
    """
    share = (draws < estimate).mean(axis=0) + 0.5 * (draws == estimate).mean(axis=0)
    z0 = special.ndtri(np.clip(share, 0.5 / len(draws), 1.0 - 0.5 / len(draws)))
    half = special.ndtri(0.5 + check_confidence(level) / 2.0)
    low, high = special.ndtr(2.0 * z0 - half), special.ndtr(2.0 * z0 + half)
    pairs = [np.quantile(column, [lo, hi]) for column, lo, hi in zip(draws.T, low, high, strict=True)]
    found = np.array(pairs)
    return found[:, 0], found[:, 1]


def normal_draws(
    theta: FloatArray, covariance: FloatArray, reps: int, rng: np.random.Generator, df: float = np.inf
) -> FloatArray:
    """Return (reps, K) draws from the normal (finite df: t) distribution of the parameters."""
    noise = rng.standard_normal((reps, len(theta))) @ _root(covariance).T
    if np.isfinite(df):
        noise *= np.sqrt(df / rng.chisquare(df, size=reps))[:, None]
    return theta + noise


def _root(covariance: FloatArray) -> FloatArray:
    """Return R (K, K) with R R' the covariance.

    Eigenvalues are exact relative to the largest alone: where variances differ by more than `_SPREAD`, as with
    variables in units of very different size, they are those of the correlations.
    """
    size = np.sqrt(np.clip(np.diag(covariance), 0.0, None))
    held = size[size > 0.0]
    if held.size == 0 or held.max() ** 2 <= _SPREAD * held.min() ** 2:
        size = np.ones(len(size))
    size[size == 0.0] = 1.0
    values, vectors = np.linalg.eigh(covariance / np.outer(size, size))
    return np.asarray(size[:, None] * vectors * np.sqrt(np.clip(values, 0.0, None)))


def resample_counts(groups: int, reps: int, rng: np.random.Generator) -> FloatArray:
    """Return how often each cluster is drawn in each resample with replacement, (reps, groups).

    Raises
    ------
    SpecError
        If the clusters are so few that there are fewer than 1,000 different resamples.
    """
    refuse_few(groups)
    chosen = rng.integers(0, groups, size=(reps, groups))
    flat = (np.arange(reps)[:, None] * groups + chosen).ravel()
    return np.bincount(flat, minlength=reps * groups).reshape(reps, groups).astype(np.float64)


def refuse_few(groups: int) -> None:
    """Refuse a cluster bootstrap on so few clusters that its distribution is a handful of points."""
    different = comb(2 * groups - 1, groups)
    if different < FEWEST_RESAMPLES:
        raise SpecError(
            message(
                "{groups} clusters can be resampled in no more than {different} different ways, which is no "
                "distribution: take seven clusters at least, or cluster by the unit",
                groups=groups,
                different=different,
            )
        )


def rademacher(groups: int, reps: int, rng: np.random.Generator) -> FloatArray:
    """Return random signs, (reps, groups)."""
    return 1.0 - 2.0 * rng.integers(0, 2, size=(reps, groups)).astype(np.float64)

"""Logits of belonging to a cohort, for many comparisons at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

STEPS = 40
TOLERANCE = 1e-10
OVERLAP = 0.999
"""A propensity this high leaves no unit to compare with; Callaway and Sant'Anna's program stops there, too."""


@dataclass(frozen=True, eq=False)
class Propensity(Brief):
    """Propensities `p` and w (D - p) (N, k), inverse information (k, q, q), and which cells failed (k,)."""

    p: FloatArray
    score: FloatArray
    inverse: FloatArray
    failed: Array


def propensities(X: FloatArray, treated: Array, weight: FloatArray) -> Propensity:
    """Return maximum-likelihood logits of `treated` on X by Newton's method with halved steps.

    Parameters
    ----------
    X
        Covariates with the intercept, (N, k, q).
    treated
        (N, k) bool.
    weight
        (N, k), zero where a unit does not enter.

    Returns
    -------
    The fits. A cell fails where no finite maximum is reached (the covariates separate the treated) or a propensity is
    above `OVERLAP`.
    """
    _, k, q = X.shape
    beta = np.zeros((k, q))
    outcome = treated.astype(np.float64)
    best = _likelihood(X, beta, outcome, weight)
    moved = np.full(k, np.inf)
    for _ in range(STEPS):
        p = _logistic(X, beta)
        step = _solve(_information(X, weight * p * (1.0 - p)), _sums(X, weight * (outcome - p)))
        moved = np.abs(step).max(
            axis=1
        )  # missing where there is no step: that cell stays where it is, and fails
        step = np.where(np.isfinite(moved)[:, None], step, 0.0)
        beta, best = _climbed(X, beta, step, outcome, weight, best)
        if not (moved > TOLERANCE).any():
            break
    p = _logistic(X, beta)
    inside = weight > 0.0
    failed = ~(moved <= 1e-6) | (np.where(inside, p, 0.0).max(axis=0) >= OVERLAP)
    information = _information(X, weight * p * (1.0 - p))
    information[failed] = np.eye(q)
    return Propensity(
        p, weight * (outcome - p), np.asarray(np.linalg.inv(information), dtype=np.float64), failed
    )


def _climbed(
    X: FloatArray,
    beta: FloatArray,
    step: FloatArray,
    outcome: FloatArray,
    weight: FloatArray,
    best: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return coefficients after a step, halved where the likelihood would fall."""
    size = np.ones(len(beta))
    for _ in range(8):
        tried = beta + size[:, None] * step
        found = _likelihood(X, tried, outcome, weight)
        worse = found < best - 1e-9 * np.abs(best)
        if not worse.any():
            break
        size = np.where(worse, size / 2.0, size)
    return tried, found


def _likelihood(X: FloatArray, beta: FloatArray, outcome: FloatArray, weight: FloatArray) -> FloatArray:
    index = np.einsum("nkq,kq->nk", X, beta)
    return np.asarray((weight * (outcome * index - np.logaddexp(0.0, index))).sum(axis=0))


def _logistic(X: FloatArray, beta: FloatArray) -> FloatArray:
    index = np.clip(np.einsum("nkq,kq->nk", X, beta), -700.0, 700.0)
    return np.asarray(1.0 / (1.0 + np.exp(-index)))


def _information(X: FloatArray, weight: FloatArray) -> FloatArray:
    """Return X' diag(weight) X of every cell, (k, q, q)."""
    across = X.transpose(1, 2, 0)
    return np.asarray((across * weight.T[:, None, :]) @ across.transpose(0, 2, 1))


def _sums(X: FloatArray, values: FloatArray) -> FloatArray:
    """Return X' values of every cell, (k, q)."""
    return np.asarray(np.einsum("nkq,nk->kq", X, values))


def _solve(matrices: FloatArray, right: FloatArray) -> FloatArray:
    """Return the solutions of small symmetric systems (k, q, q) and (k, q), missing where one is singular."""
    q = matrices.shape[1]
    scale = np.trace(matrices, axis1=1, axis2=2) / q
    usable = np.isfinite(scale) & (scale > 0.0)
    made = np.full(right.shape, np.nan)
    scaled = matrices[usable] / scale[usable, None, None]
    low = np.linalg.eigvalsh(scaled)[:, 0] if usable.any() else np.zeros(0)
    at = np.flatnonzero(usable)[low > 1e-13]
    if len(at):
        made[at] = np.linalg.solve(matrices[at], right[at][:, :, None])[:, :, 0]
    return made

"""Consistent first estimates of a dynamic panel in changes: Anderson and Hsiao (1981), Arellano and Bond (1991)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.moment_conditions import LinearMoments, solve_moments
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.brief import Brief

Initial = Literal["arellano-bond", "anderson-hsiao"]


@dataclass(frozen=True, eq=False)
class Changes(Brief):
    """Moments of changes by unit: sums of Z'dy (N, M), of Z'dW (N, M, K) and of Z'HZ (N, M, M)."""

    moments: LinearMoments
    weights: FloatArray

    def estimate(self, without: int | None = None) -> FloatArray:
        """Return the coefficients (K,), the lag first; `without` leaves one unit out."""
        a, B, total = self.total
        if without is not None:
            a, B = a - self.moments.a[without], B - self.moments.B[without]
            total = total - self.weights[without]
        return np.asarray(solve_moments(LinearMoments(a[None], B[None], self.moments.names), total).params)

    @cached_property
    def total(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the sums over all units."""
        return self.moments.a_sum, self.moments.b_sum, self.weights.sum(axis=0)


def changes_of(
    levels: FloatArray,
    X: FloatArray,
    mask: NDArray[np.bool_],
    initial: Initial,
    *,
    years: bool,
    names: tuple[str, ...],
) -> Changes:
    """Return the moments of changes.

    Parameters
    ----------
    levels
        The outcome (N, T + 1), missing where it is not held, from the period before the first row; what is missing
        counts as zero among the instruments, so that the levels come less their mean.
    X
        The other terms (N, T, k) on the rows.
    mask
        The cells (N, T) that hold a row; a change needs two rows side by side.
    initial
        "arellano-bond": all earlier levels from the second lag on, one step. "anderson-hsiao": the second lag alone.
    years
        Whether every change has an intercept.
    names
        Those of the lag and the k other terms.

    Raises
    ------
    DataError
        If no unit holds two rows side by side.
    """
    held = mask[:, 1:] & mask[:, :-1]
    if not held.any():
        raise DataError(
            message("no {unit} holds two neighbouring rows, so that there is no change to estimate from")
        )
    filled = np.where(np.isnan(levels), 0.0, levels)
    dy = np.where(held, np.diff(filled[:, 1:], axis=1), 0.0)
    dlag = np.where(held, np.diff(filled[:, :-1], axis=1), 0.0)
    dx = np.where(held[:, :, None], np.diff(X, axis=1), 0.0)
    periods = _periods(held, years)
    W = np.concatenate([dlag[:, :, None], dx, periods], axis=2)
    Z = np.concatenate([_earlier(filled, held, initial), dx, periods], axis=2)
    both = held[:, 1:] & held[:, :-1]
    weights = 2.0 * np.einsum("ntm,ntl->nml", Z, Z)
    across = np.einsum("ntm,ntl->nml", Z[:, 1:] * both[:, :, None], Z[:, :-1])
    weights -= across + across.transpose(0, 2, 1)
    every = (*names, *(f"{at}" for at in range(periods.shape[2])))
    moments = LinearMoments(np.einsum("ntm,nt->nm", Z, dy), np.einsum("ntm,ntk->nmk", Z, W), every)
    if initial == "anderson-hsiao":
        weights = np.einsum("ntm,ntl->nml", Z, Z)
    return Changes(moments, weights)


def _periods(held: NDArray[np.bool_], years: bool) -> FloatArray:
    """Return dummies (N, T-1, r) of the changes that some unit holds."""
    if not years:
        return np.zeros((*held.shape, 0))
    used = np.flatnonzero(held.any(axis=0))
    made = np.zeros((*held.shape, len(used)))
    made[:, used, np.arange(len(used))] = held[:, used]
    return made


def _earlier(filled: FloatArray, held: NDArray[np.bool_], initial: Initial) -> FloatArray:
    """Return the instruments (N, T-1, m) of the lagged change: levels from two periods before."""
    N, changes = held.shape
    if initial == "anderson-hsiao":
        return (filled[:, :changes] * held)[:, :, None]
    made = np.zeros((N, changes, changes * (changes + 1) // 2))
    at = 0
    for t in range(changes):
        made[:, t, at : at + t + 1] = filled[:, : t + 1] * held[:, t : t + 1]
        at += t + 1
    return made[:, :, made.any(axis=(0, 1))]

"""What a unit's score and rank would be if one of its indicators stood elsewhere, all others unchanged. Arrays only."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.results.fit import FloatArray

Raised = Literal["median", "best", "sd", "own_growth"]


def raised_to(z: FloatArray, at: int, to: Raised) -> FloatArray:
    """Return the values (N, k) that the indicators z (N, T, k) would have in year `at`, never below what they have.

    "median" and "best" of the units in that year; "sd": one standard deviation of that year more; "own_growth": the
    unit's own best change in a year so far, once more.

    Raises
    ------
    SpecError
        If `to` is unknown, or there is no earlier year to have grown in.
    """
    if to not in get_args(Raised):
        raise SpecError(message("to is one of {known}, not {to!r}", known=list(get_args(Raised)), to=to))
    now = z[:, at]
    if to == "median":
        return np.maximum(now, np.median(now, axis=0))
    if to == "best":
        return np.broadcast_to(now.max(axis=0), now.shape).copy()
    if to == "sd":
        return np.asarray(now + now.std(axis=0, ddof=1))
    if at == 0:
        raise SpecError(message("own_growth needs an earlier {period} than the first"))
    return np.asarray(now + np.maximum(np.diff(z[:, : at + 1], axis=1).max(axis=1), 0.0))


def moved_scores(
    now: FloatArray, then: FloatArray, w: FloatArray, aggregation: str
) -> tuple[FloatArray, FloatArray]:
    """Return scores (B, N) under weights w (B, k), and those (B, N, k) with one indicator at `then` (N, k)."""
    if aggregation == "linear":
        score = w @ now.T
        return score, score[:, :, None] + w[:, None, :] * (then - now)
    score = np.exp(w @ np.log(now).T)
    return score, score[:, :, None] * np.exp(w[:, None, :] * np.log(then / now))


def moved_ranks(score: FloatArray, moved: FloatArray) -> NDArray[np.int64]:
    """Return the ranks (B, N, k) of moved scores among the others' scores (B, N), 1 the best; ties share the better."""
    found = np.empty(moved.shape, dtype=np.int64)
    # as ranks of indices: what differs by rounding alone ties
    hair = 1e-12 * max(float(np.abs(score).max()), 1.0)
    itself = np.eye(score.shape[1], dtype=bool)
    for j in range(moved.shape[2]):
        above = score[:, None, :] > moved[:, :, None, j] + hair
        found[:, :, j] = 1 + (above & ~itself).sum(axis=2)
    return found

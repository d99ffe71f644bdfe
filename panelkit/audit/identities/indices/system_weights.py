"""Weights of systems that make the printed development T out of the printed indices U."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.intervals import Interval

Line = tuple[Sequence[Interval], Interval]
Weights = tuple[float, ...]


def weighted(weights: Sequence[float], systems: Sequence[Interval]) -> Interval:
    """Return sum of weight times index."""
    return sum((one * weight for weight, one in zip(weights, systems, strict=True)), Interval.at(0.0))


def weights_behind(lines: Sequence[Line]) -> tuple[Weights, int]:
    """Return weights (sum one, none negative) and how many lines they allow: equal ones where these allow as many.

    Others are solved: the least sum of what lines miss (a linear programme), which a few altered lines do not move.
    """
    k = len(lines[0][0])
    equal = tuple([1.0 / k] * k)
    best, count = equal, _allowed(equal, lines)
    if count == len(lines) or len(lines) <= k:
        return best, count
    solved = _least_misses(lines, k)
    if solved is not None and _allowed(solved, lines) > count:
        best, count = solved, _allowed(solved, lines)
    return best, count


def _allowed(weights: Weights, lines: Sequence[Line]) -> int:
    return sum(weighted(weights, systems).meets(total, 1e-7) for systems, total in lines)


def _least_misses(lines: Sequence[Line], k: int) -> Weights | None:
    from scipy.optimize import linprog

    n = len(lines)
    low, high = (
        np.array([[getattr(one, end) for one in systems] for systems, _ in lines]) for end in ("low", "high")
    )
    bounds: NDArray[np.float64] = np.array([[total.low, total.high] for _, total in lines])
    if not all(np.isfinite(one).all() for one in (low, high, bounds)):
        return None
    above = np.hstack([low, -np.eye(n)])
    below = np.hstack([-high, -np.eye(n)])
    found = linprog(
        np.concatenate([np.zeros(k), np.ones(n)]),
        A_ub=np.vstack([above, below]),
        b_ub=np.concatenate([bounds[:, 1], -bounds[:, 0]]),
        A_eq=np.concatenate([np.ones(k), np.zeros(n)])[None],
        b_eq=[1.0],
    )
    return tuple(float(one) for one in found.x[:k]) if found.success else None

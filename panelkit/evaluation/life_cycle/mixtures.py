"""Draws of several curves as one mixture, and its quantiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from panelkit.kernels.within import FloatArray


def mixed(parts: Mapping[str, FloatArray], weights: Mapping[str, float]) -> tuple[FloatArray, FloatArray]:
    """Return draws (reps, m) of several curves one below the other, and the weight of each row, summing to one."""
    each = [np.full(len(part), weights[key] / len(part)) for key, part in parts.items()]
    total = np.concatenate(each)
    return np.concatenate(list(parts.values())), total / total.sum()


def weighted_quantiles(values: FloatArray, weights: FloatArray, shares: Sequence[float]) -> FloatArray:
    """Return quantiles (len(shares), m) of the columns of values (B, m), rows weighted; they may be infinite."""
    order = np.argsort(values, axis=0)
    reached = np.cumsum(weights[order], axis=0)
    found = np.empty((len(shares), values.shape[1]))
    for j in range(values.shape[1]):
        at = np.searchsorted(reached[:, j], np.asarray(shares) - 1e-12).clip(max=len(values) - 1)
        found[:, j] = values[order[at, j], j]
    return found

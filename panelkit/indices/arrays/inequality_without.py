"""Inequality with one copy of a unit left out, for every unit at once: what a jackknife of resamples reads.

Every index is a ratio of sums over units, and the Gini's double sum loses twice the unit's own distance to the others,
so that all n deletions of a resample cost as much as the resample itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from panelkit.results.fit import FloatArray

Without = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def without_each(index: str, values: FloatArray, weights: FloatArray, copy: FloatArray) -> FloatArray:
    """Return the index (B, n) of values (n,) under weights (B, n), each time without one copy (n,) of the weight.

    What is not finite, or stands where nothing was to be left out, means nothing.

    Parameters
    ----------
    index
        A key of `inequality.INDICES`.
    values
        Shape (n,).
    weights
        Shape (B, n): how often each unit is drawn times its weight.
    copy
        Shape (n,): the weight of one copy of each unit.

    Returns
    -------
    ndarray
    """
    function = _WITHOUT[index]
    with np.errstate(divide="ignore", invalid="ignore"):
        return function(values, weights, copy)


def _gini(values: FloatArray, weights: FloatArray, copy: FloatArray) -> FloatArray:
    order = np.argsort(values, kind="stable")
    y, w = values[order], weights[:, order]
    count, held = np.cumsum(w, axis=1), np.cumsum(w * y, axis=1)
    people, total = count[:, -1:], held[:, -1:]
    distance = y * (2.0 * count - people) - 2.0 * held + total
    pairs = (w * distance).sum(axis=1, keepdims=True)
    one = copy[order]
    found = (pairs - 2.0 * one * distance) / (2.0 * (people - one) * (total - one * y))
    out = np.empty_like(found)
    out[:, order] = found
    return out


def _theil_t(values: FloatArray, weights: FloatArray, copy: FloatArray) -> FloatArray:
    logs = values * np.log(np.where(values > 0.0, values, 1.0))
    people, total, entropy = (_less(part, weights, copy) for part in (np.ones_like(values), values, logs))
    return np.asarray(entropy / total - np.log(total / people))


def _theil_l(values: FloatArray, weights: FloatArray, copy: FloatArray) -> FloatArray:
    logs = np.log(np.where(values > 0.0, values, 1.0))
    people, total, mean_log = (_less(part, weights, copy) for part in (np.ones_like(values), values, logs))
    return np.asarray(np.log(total / people) - mean_log / people)


def _cv(values: FloatArray, weights: FloatArray, copy: FloatArray) -> FloatArray:
    centre = values.mean()
    parts = (np.ones_like(values), values, (values - centre) ** 2)
    people, total, square = (_less(part, weights, copy) for part in parts)
    mean = total / people
    return np.asarray(np.sqrt(np.maximum(square / people - (mean - centre) ** 2, 0.0)) / mean)


def _less(part: FloatArray, weights: FloatArray, copy: FloatArray) -> FloatArray:
    """Return the weighted sum of a part (B, n), each time without one copy of a unit."""
    return (weights @ part)[:, None] - copy * part


_WITHOUT: dict[str, Without] = {"gini": _gini, "theil_t": _theil_t, "theil_l": _theil_l, "cv": _cv}

"""Shares of inequality that lie between groups, under resampling counts. Arrays only.

The formulas are those of `inequality.decompose_theil` and `decompose_dagum`, for many sets of weights at once.
"""

from __future__ import annotations

import numpy as np

from panelkit.indices.arrays.inequality import batched_gini, batched_theil
from panelkit.results.fit import FloatArray


def theil_between(y: FloatArray, weights: FloatArray, member: FloatArray) -> FloatArray:
    """Return the share (R,) of Theil T between groups; y (N,), weights (R, N), member (N, G) of zeros and ones."""
    w = weights / weights.sum(axis=1, keepdims=True)
    size, income = w @ member, (w * y) @ member
    mean = income.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(income > 0.0, income * np.log(income / (size * mean[:, None])), 0.0)
        return np.asarray(terms.sum(axis=1) / mean / batched_theil(y, w))


def dagum_between(y: FloatArray, weights: FloatArray, member: FloatArray) -> FloatArray:
    """Return the share (R,) of the Gini that lies net between groups (Dagum 1997); arguments as `theil_between`."""
    w = weights / weights.sum(axis=1, keepdims=True)
    size, income = w @ member, (w * y) @ member
    mean = income.sum(axis=1)
    higher = np.maximum(y[:, None] - y[None, :], 0.0)
    groups = member.shape[1]
    above = np.empty(
        (len(w), groups, groups)
    )  # [r, j, h]: sum of weights times (y of j above y of h), over the mean
    for h in range(groups):
        inside = member[:, h] > 0.0
        above[:, :, h] = ((w[:, inside] @ higher[:, inside].T) * w) @ member / mean[:, None]
    total = np.zeros(len(w))
    for j in range(groups):
        for h in range(j):
            total += _pair(above[:, j, h], above[:, h, j], size[:, [j, h]], income[:, [j, h]] / mean[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(total / batched_gini(y, w))


def _pair(up: FloatArray, down: FloatArray, size: FloatArray, income: FloatArray) -> FloatArray:
    """Return the net between part (R,) of one pair of groups; zero where one of them is empty."""
    weight = size[:, 0] * size[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = income / size  # relative to the overall mean
        gini = (up + down) / weight / means.sum(axis=1)
        net = np.abs(up - down) / (up + down)
        part = gini * net * (size[:, 0] * income[:, 1] + size[:, 1] * income[:, 0])
    return np.where((weight > 0.0) & (up + down > 0.0), part, 0.0)

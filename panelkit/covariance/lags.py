"""Lags of serially robust covariances: how many, where in the calendar, with what weight."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.panel.design import Design


def default_lags(periods: int) -> int:
    """Return floor(4 (T/100)^(2/9)), Newey and West's (1994) rule of thumb: 2 for T from 5 to 27."""
    return int(np.floor(4.0 * (periods / 100.0) ** (2.0 / 9.0)))


def periods_of(design: Design) -> tuple[IntArray, int]:
    """Return the calendar position of each row (n,) and the number of positions between first and last.

    Labels that are whole numbers keep their gaps (a year without rows counts), in steps of their greatest
    common difference; other labels count in order.
    """
    labels = np.asarray(design.time_labels)
    if len(labels) > 1 and np.issubdtype(labels.dtype, np.integer):
        step = int(np.gcd.reduce(np.diff(labels.astype(np.int64))))
        where = (labels.astype(np.int64) - int(labels[0])) // step
    else:
        where = np.arange(len(labels))
    return where[design.time], int(where[-1]) + 1


def bartlett(lags: int) -> FloatArray:
    """Return the weights 1 - l/(lags+1) of lags 0..lags."""
    return 1.0 - np.arange(lags + 1) / (lags + 1.0)


def kernel_meat(sums: FloatArray, weights: FloatArray) -> FloatArray:
    """Return sum_l w_l (G_l + G_l') of the period sums (T, k), G_0 once; `weights` by lag from 0."""
    meat = weights[0] * (sums.T @ sums)
    for lag in range(1, len(weights)):
        cross = sums[lag:].T @ sums[:-lag]
        meat += weights[lag] * (cross + cross.T)
    return meat

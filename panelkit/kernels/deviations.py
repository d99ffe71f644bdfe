"""Changes that take a unit's effect away and leave the past as instruments: forward deviations, first differences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def forward_deviations(values: FloatArray, unit: IntArray) -> tuple[FloatArray, BoolArray]:
    """Return forward orthogonal deviations of columns (n, k), and which rows have one, (n,).

    Rows stand sorted by unit, (n,) codes, and by time inside it. The deviation of a row is its distance to the mean
    of the m later rows that the unit holds, times sqrt(m / (m + 1)): errors that are independent with one variance
    stay so (Arellano and Bover 1995). Periods that a unit lacks are no obstacle; its last row has no deviation and
    holds zeros.
    """
    columns = np.asarray(values, dtype=np.float64)
    n = len(columns)
    later, left = np.zeros((n, columns.shape[1])), np.zeros(n, dtype=np.int64)
    if n > 1:
        level = columns - _first_of_unit(columns, unit)  # what all rows share would only cost digits
        follows = np.append(unit[1:] == unit[:-1], False)
        left[:] = _rows_left(unit)
        for remaining in range(1, int(left.max()) + 1):
            rows = np.flatnonzero(follows & (left == remaining))
            later[rows] = later[rows + 1] + level[rows + 1]
        kept = left > 0
        m = np.where(kept, left, 1)[:, None].astype(float)
        out = np.where(kept[:, None], np.sqrt(m / (m + 1.0)) * (level - later / m), 0.0)
        return out, kept
    return later, left > 0


def first_differences(values: FloatArray, unit: IntArray, time: IntArray) -> tuple[FloatArray, BoolArray]:
    """Return changes of columns (n, k) since the period before, and which rows have one, (n,).

    Rows stand sorted by unit, then by `time`, (n,) codes of a calendar with steps of one. A row whose period before is
    not held has no change and holds zeros.
    """
    columns = np.asarray(values, dtype=np.float64)
    out, kept = np.zeros_like(columns), np.zeros(len(columns), dtype=bool)
    kept[1:] = (unit[1:] == unit[:-1]) & (time[1:] == time[:-1] + 1)
    rows = np.flatnonzero(kept)
    out[rows] = columns[rows] - columns[rows - 1]
    return out, kept


def _first_of_unit(columns: FloatArray, unit: IntArray) -> FloatArray:
    """Return the first row of its unit for every row, (n, k)."""
    starts = np.concatenate([[True], unit[1:] != unit[:-1]])
    return columns[np.flatnonzero(starts)[np.cumsum(starts) - 1]]


def _rows_left(unit: IntArray) -> IntArray:
    """Return how many later rows the unit of every row holds, (n,)."""
    ends = np.flatnonzero(np.append(unit[1:] != unit[:-1], True))
    number = np.cumsum(np.concatenate([[0], (unit[1:] != unit[:-1]).astype(np.int64)]))
    return (ends[number] - np.arange(len(unit))).astype(np.int64)

"""The weight of one-step GMM: the covariance of transformed and level errors that are independent with one variance."""

from __future__ import annotations

from typing import Literal

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.rows import DynamicRows

Weighting = Literal[1, 2, 3]


def weight_inverse(instruments: Instruments, rows: DynamicRows, h: Weighting) -> FloatArray:
    """Return the sum of Z_i'H_iZ_i over units, (M, M).

    With D the transformation, H is the identity (1), blockdiag(DD', I) (2) or [DD', D; D', I] (3), as the option `h` of
    xtabond2 counts them; without a level equation 2 and 3 are DD'.
    """
    Z, L = instruments.moved, instruments.level
    out = Z.T @ Z
    if h > 1 and rows.transform == "differences":
        unit, when = rows.unit[rows.moved], rows.when[rows.moved]
        follows = (unit[1:] == unit[:-1]) & (when[1:] == when[:-1] + 1)
        beside = Z[:-1][follows].T @ Z[1:][follows]
        out = 2.0 * out - beside - beside.T
    if L is not None:
        out = out + L.T @ L
        if h == 3:
            across = Z.T @ _level_instruments_moved(L, rows)
            out = out + across + across.T
    return out


def _level_instruments_moved(L: FloatArray, rows: DynamicRows) -> FloatArray:
    """Return D L on the transformed rows, (m, M).

    Forward deviations are those of a whole calendar in which a row that is not held counts as zero: xtabond2 builds one
    D for all units. It is a weight only, and any is consistent.
    """
    if rows.transform == "differences":
        return rows.changes(L)[0][rows.moved]
    span = rows.calendar.span
    grid = np.zeros((rows.n_units, span, L.shape[1]))
    grid[rows.unit, rows.when] = L
    after = np.cumsum(grid[:, ::-1], axis=1)[:, ::-1] - grid
    m = np.arange(span - 1, -1, -1, dtype=float)[None, :, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.sqrt(m / (m + 1.0)) * (grid - after / m)
    return moved[rows.unit[rows.moved], rows.when[rows.moved]]

"""Many short regressions at once: columns of (panels, units, periods) made orthonormal unit by unit.

A row that a unit does not have is a row of zeros in every column, so that units of any length stand in one array.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.kernels.within import FloatArray

_LOST = 1e-9  # of a column's norm: what is left below that is rounding


def along(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the products of two columns summed over periods, (..., 1)."""
    return np.asarray(np.einsum("...t,...t->...", first, second))[..., None]


def swept(column: FloatArray, basis: Sequence[FloatArray]) -> FloatArray:
    """Return a column (R, N, T) less what the orthonormal columns of the basis explain, taken out twice."""
    left = column
    for _ in range(2):
        for direction in basis:
            left = left - along(left, direction) * direction
    return left


def basis_of(columns: Sequence[FloatArray]) -> list[FloatArray]:
    """Return orthonormal columns with the span of the columns, each (R or 1, N, T); a repeated one becomes zeros."""
    basis: list[FloatArray] = []
    for column in columns:
        left = swept(column, basis)
        norm, whole = np.sqrt(along(left, left)), np.sqrt(along(column, column))
        kept = norm > _LOST * whole
        basis.append(np.where(kept, left / np.where(kept, norm, 1.0), 0.0))
    return basis


def deterministic(trend: str, rows: FloatArray) -> list[FloatArray]:
    """Return the columns of the deterministic terms on the rows (N, T) that count, each (1, N, T)."""
    marked = rows.astype(float)[None]
    if trend == "none":
        return []
    if trend == "constant":
        return [marked]
    steps = np.arange(rows.shape[-1], dtype=float)
    return [marked, marked * (steps - steps.mean())]


def terms_in(trend: str) -> int:
    """Return how many deterministic terms there are."""
    return {"none": 0, "constant": 1, "trend": 2}[trend]

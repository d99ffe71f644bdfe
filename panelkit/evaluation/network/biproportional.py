"""Matrices with given row and column sums: biproportional fitting, doubly constrained gravity, and bounds of cells."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message

_ROUNDS = 10_000
_CLOSE = (
    1e-10  # of the largest relative miss of a row sum, far below the digits that figures are printed with
)


def biproportional(seed: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Return a_i s_ij b_j with the row sums (N,) and column sums (N,) given (Deming and Stephan 1940).

    A seed d_ij^-power makes the doubly constrained gravity model (Wilson 1967). Cells where the seed is zero stay zero.

    Raises
    ------
    ConvergenceError
        If zeros of the seed leave no matrix with these sums.
    """
    b = np.ones(len(columns))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(_ROUNDS):
            a = np.where(rows > 0, rows / (seed @ b), 0.0)
            b = np.where(columns > 0, columns / (seed.T @ a), 0.0)
            fitted = a[:, None] * seed * b
            if not np.isfinite(fitted).all():
                break
            if np.abs(fitted.sum(axis=1) - rows).max() <= _CLOSE * rows.max():
                return np.asarray(fitted)
    raise ConvergenceError(
        message(
            "no matrix with zeros where the seed has them adds up to these totals: a {unit} sends more than the others "
            'can take; take own="seed", so that part of it stays at home'
        )
    )


def cell_bounds(rows: FloatArray, columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the least and the most that each cell can be, (N, N) twice, given its row and column sum alone.

    Fréchet's bounds: max(0, r_i + c_j - total) and min(r_i, c_j); they hold whatever stays at home.
    """
    low = np.maximum(0.0, rows[:, None] + columns[None, :] - rows.sum())
    return np.asarray(low), np.asarray(np.minimum(rows[:, None], columns[None, :]))


def distance_decay(distance: FloatArray, power: float) -> FloatArray:
    """Return d_ij^-power, the distance of a unit to itself a quarter of that to its nearest neighbour (Wei 1996)."""
    off = ~np.eye(len(distance), dtype=bool)
    nearest = np.where(off, distance, np.inf).min(axis=1)
    return np.asarray(np.where(off, distance + ~off, nearest / 4.0) ** -power)

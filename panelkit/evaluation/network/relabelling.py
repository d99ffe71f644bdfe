"""Sums over pairs of units under relabelled units, all relabellings at once; and regressions by their products.

A relabelling permutes rows and columns of a matrix together, so that what a unit sends and receives stays with it
(Hubert's quadratic assignment). A sum over pairs is a product of the relabelled matrix with another one.
"""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np

from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.permutation import random_permutations
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message

EXACT_UP_TO = 7  # 7! = 5,040 relabellings, about as many as are drawn by default
MOST_EXACT = 9  # 362,880
_CELLS = 8_000_000
_ROUNDING = 1e-9  # of statistics that relabelling leaves equal: sums of some thousand terms in another order


def relabellings(
    n: int, reps: int, rng: np.random.Generator, exact: bool | None = None
) -> tuple[IntArray, bool]:
    """Return orders (B, n) of the units, and whether they are all n! (exact where n <= 7, or asked for)."""
    if exact and n > MOST_EXACT:
        raise SpecError(
            message(
                "exact=True lists all orders of the {units}, and {n} have {count:.3g}: at most {most} can be listed, "
                "leave it out",
                n=n,
                count=float(factorial(n)),
                most=MOST_EXACT,
            )
        )
    if exact or (exact is None and n <= EXACT_UP_TO):
        return np.array(list(permutations(range(n))), dtype=np.int64), True
    return random_permutations(np.zeros(n, dtype=np.int64), reps, rng), False


def relabelled_sums(matrix: FloatArray, others: FloatArray, orders: IntArray) -> FloatArray:
    """Return the sums over pairs of a relabelled matrix (N, N) times each of `others` (N, N, k), (B, k).

    Diagonals have to be zero in one of the two.
    """
    n = len(matrix)
    flat = others.reshape(n * n, -1)
    step = max(1, _CELLS // (n * n))
    parts = []
    for first in range(0, len(orders), step):
        order = orders[first : first + step]
        moved = matrix[order[:, :, None], order[:, None, :]].reshape(len(order), n * n)
        parts.append(moved @ flat)
    return np.concatenate(parts)


def centred(matrix: FloatArray) -> FloatArray:
    """Return a matrix (N, N) less the mean of its pairs, with a zero diagonal."""
    off = ~np.eye(len(matrix), dtype=bool)
    return np.where(off, matrix - matrix[off].mean(), 0.0)


def correlations(a: FloatArray, b: FloatArray, orders: IntArray) -> FloatArray:
    """Return the correlation over pairs of the relabelled a (N, N) with b (N, N), (B,)."""
    one, other = centred(a), centred(b)
    scale = np.sqrt((one**2).sum() * (other**2).sum())
    return relabelled_sums(one, other[:, :, None], orders)[:, 0] / scale


def pair_basis(columns: FloatArray) -> FloatArray:
    """Return an orthonormal basis (N, N, r) of an intercept and matrices (N, N, k) over pairs, its diagonals zero."""
    n = columns.shape[0]
    off = ~np.eye(n, dtype=bool)
    X = np.column_stack([np.ones(int(off.sum())), columns[off]])
    basis = orthonormal_columns(X)
    out = np.zeros((n, n, basis.shape[1]))
    out[off] = basis
    return out


def less_basis(matrix: FloatArray, basis: FloatArray) -> FloatArray:
    """Return what a basis (N, N, r) leaves of a matrix (N, N) over pairs."""
    inside = np.where(np.eye(len(matrix), dtype=bool), 0.0, matrix)
    return np.asarray(inside - basis @ np.einsum("ij,ijr->r", inside, basis))


def residual_t(
    residual: FloatArray, y: FloatArray, basis: FloatArray, orders: IntArray, free: int, twice: bool
) -> FloatArray:
    """Return the t of a relabelled regressor beside the others, (B,), in the regression of y.

    Parameters
    ----------
    residual
        The regressor less the others and the intercept, (N, N), zero on the diagonal.
    y
        The outcome (N, N).
    basis
        Orthonormal basis (N, N, r) of the others and the intercept.
    orders
        Relabellings (B, N).
    free
        Pairs less coefficients.
    twice
        Whether both directions of a pair hold the same, so that it counts once.
    """
    left = less_basis(y, basis)
    sums = relabelled_sums(residual, np.concatenate([basis, left[:, :, None]], axis=2), orders)
    factor = 0.5 if twice else 1.0
    spread = factor * ((residual**2).sum() - (sums[:, :-1] ** 2).sum(axis=1))
    product, total = factor * sums[:, -1], factor * (left**2).sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        lost = spread <= 1e-12 * (residual**2).sum()
        b = np.where(lost, np.nan, product / spread)
        rest = np.maximum(total - b * product, 0.0)
        return np.asarray(b / np.sqrt(rest / free / spread))


def p_values(observed: float, drawn: FloatArray, exact: bool) -> dict[str, float]:
    """Return p of a statistic by alternative; with draws (1 + #)/(B + 1), of all orders # / n!.

    `drawn` (B,) that are missing, where a relabelling left a regressor nothing of its own, count against the null's
    rejection, as being as extreme.
    """
    slack = _ROUNDING * max(1.0, abs(observed))
    lost = ~np.isfinite(drawn)
    more = 0 if exact else 1
    as_extreme = {
        "two-sided": np.abs(drawn) >= abs(observed) - slack,
        "greater": drawn >= observed - slack,
        "less": drawn <= observed + slack,
    }
    return {
        key: float((more + (found | lost).sum()) / (more + len(drawn))) for key, found in as_extreme.items()
    }

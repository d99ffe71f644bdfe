"""The wild cluster bootstrap as linear maps of the cluster weights: what a draw needs instead of a refit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from scipy import linalg

from panelkit.core.linear import LinearFit
from panelkit.core.sandwich import sum_by, whole_units
from panelkit.core.within import FloatArray, IntArray, within

Ties = Literal["inclusive", "strict"]

# |t*| and |t| of the same draw differ by rounding only; draws closer than this count as ties.
_TIE = 1e-10
_BATCH_CELLS = 25_000_000


@dataclass(frozen=True, eq=False)
class Maps:
    """Linear maps of the weights v (G,) of one draw, for the null value r.

    The numerator of t* is (a0 - r a1)'v. The cluster scores behind its standard error are (H0 - r H1) v with
    H = diag(a) - left' right', so that nothing of size G x G is needed: `right0` and `right1` (G, p) belong to the
    residuals at zero and to the direction of the hypothesis, `left` (p, G) is shared.
    """

    a0: FloatArray
    a1: FloatArray
    left: FloatArray
    right0: FloatArray
    right1: FloatArray


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A linear combination of the coefficients of one fit, with clusters `codes` (n,) and a variance factor."""

    linear: LinearFit
    combination: FloatArray
    codes: IntArray
    factor: float

    @cached_property
    def influence(self) -> FloatArray:
        """Return c (n,) with combination'beta = c'y on swept data."""
        return self.linear.basis @ (self.linear.root.T @ self.combination)

    @cached_property
    def estimate(self) -> float:
        return float(self.combination @ self.linear.beta)

    @cached_property
    def std_error(self) -> float:
        scores = sum_by((self.influence * self.linear.residuals)[:, None], self.codes)[:, 0]
        return float(np.sqrt(self.factor * (scores @ scores)))

    def t(self, null: float) -> float:
        """Return the CRV1 t statistic."""
        return (self.estimate - null) / self.std_error

    def maps(self) -> Maps:
        """Return the maps of the draws."""
        c = self.influence
        direction = c / (c @ c)
        at_zero = self.linear.residuals + direction * self.estimate
        pair = np.column_stack([at_zero, direction])
        own = sum_by(c[:, None] * pair, self.codes)
        left, right0, right1 = _projection(self.linear, c, pair, self.codes)
        return Maps(own[:, 0], own[:, 1], left, right0, right1)


def _projection(
    linear: LinearFit, influence: FloatArray, pair: FloatArray, codes: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the factors of [h, g] = c_h' P (d_g * column): what regressors and effects take up of the bootstrap
    errors of cluster g, as it enters the score of cluster h.

    The swept regressors are orthogonal to the dummies, so the projection is the sum of two; an orthonormal basis
    of each keeps the units of the regressors out of the numbers.
    """
    dummies = _period_dummies(linear, codes)
    if dummies is None:
        first, second = (_projected_by_column(linear, influence, column, codes) for column in pair.T)
        return np.eye(len(first)), first.T, second.T
    basis = np.column_stack([_orthonormal(linear.X), _orthonormal(dummies)])
    left = sum_by(influence[:, None] * basis, codes).T
    right0, right1 = (sum_by(column[:, None] * basis, codes) for column in pair.T)
    return left, right0, right1


def _orthonormal(columns: FloatArray) -> FloatArray:
    """Return an orthonormal basis of the columns' span, (n, rank)."""
    if columns.shape[1] == 0:
        return columns
    scaled = columns / np.sqrt(np.einsum("ij,ij->j", columns, columns))
    basis, upper, _ = linalg.qr(scaled, mode="economic", pivoting=True)
    # of unit columns, a diagonal below this is a dummy that the others already span
    return np.ascontiguousarray(basis[:, np.abs(np.diag(upper)) > 1e-9])


def _period_dummies(linear: LinearFit, codes: IntArray) -> FloatArray | None:
    """Return the unit-demeaned period dummies (n, T) if they are few and unit effects are local to clusters.

    The unit effects then need no column: the influence sums to zero inside every unit. Otherwise None: with
    more periods than clusters it is cheaper to sweep one column a cluster.
    """
    if linear.effects in ("unit", "twoway") and whole_units(linear, codes) is None:
        return None
    if linear.effects in ("none", "unit"):
        return np.empty((linear.n, 0))
    if linear.layout.n_times > int(codes.max()) + 1:
        return None
    dummies = np.zeros((linear.n, linear.layout.n_times))
    dummies[np.arange(linear.n), linear.layout.time] = 1.0
    return within(dummies, linear.layout, "unit") if linear.effects == "twoway" else dummies


def _projected_by_column(
    linear: LinearFit, influence: FloatArray, column: FloatArray, codes: IntArray
) -> FloatArray:
    groups = int(codes.max()) + 1
    result = np.empty((groups, groups))
    basis = _orthonormal(linear.X)
    step = max(1, _BATCH_CELLS // linear.n)
    for first in range(0, groups, step):
        wanted = np.arange(first, min(first + step, groups))
        pieces = np.where(codes[:, None] == wanted, column[:, None], 0.0)
        swept = within(pieces, linear.layout, linear.effects)
        taken = pieces - swept + basis @ (basis.T @ swept)
        result[:, wanted] = sum_by(influence[:, None] * taken, codes)
    return result


class Draws:
    """The draws' squared numerators and standard errors as polynomials in the null value.

    The data are the identity draw: their own t comes from the same arithmetic, so that a tie is a tie.
    """

    def __init__(self, maps: Maps, draws: FloatArray, ties: Ties) -> None:
        data = _polynomials(maps, np.ones((1, draws.shape[1])))
        self._data = [float(part[0]) for part in data]
        step = max(1, _BATCH_CELLS // draws.shape[1])
        parts = [_polynomials(maps, draws[first : first + step]) for first in range(0, len(draws), step)]
        self._draws = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        self._ties = ties

    def p(self, null: float) -> float:
        """Return the share of draws at least as far out (ties: strict, further out) than the data."""
        own_top, own_bottom = _squares(self._data, null)
        top, bottom = _squares(self._draws, null)
        # t*^2 >= t^2 without a division: a draw may have no variance
        ours, theirs = top * own_bottom, own_top * np.maximum(bottom, 0.0)
        if self._ties == "inclusive":
            return float(np.mean(ours >= theirs * (1.0 - _TIE)))
        return float(np.mean(ours > theirs * (1.0 + _TIE)))


def _polynomials(maps: Maps, draws: FloatArray) -> tuple[FloatArray, ...]:
    """Return n0, n1, q0, q1, q2 of every draw, (B,) each."""
    s0 = draws * maps.a0 - (draws @ maps.right0) @ maps.left
    s1 = draws * maps.a1 - (draws @ maps.right1) @ maps.left
    squares = (np.einsum("bg,bg->b", a, b) for a, b in ((s0, s0), (s0, s1), (s1, s1)))
    return draws @ maps.a0, draws @ maps.a1, *squares


def _squares(parts: Sequence[Any], null: float) -> tuple[Any, Any]:
    """Return the squared numerator and the squared standard error (without the common factor) at a null value."""
    n0, n1, q0, q1, q2 = parts
    return (n0 - null * n1) ** 2, q0 - (2.0 * null) * q1 + null**2 * q2

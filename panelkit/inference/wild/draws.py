"""The wild cluster bootstrap as linear maps of the cluster weights: what a draw needs instead of a refit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from panelkit.kernels.crossing import Crossing, crossing_of
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.sandwich import sum_by
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

Ties = Literal["inclusive", "strict"]

# |t*| and |t| of the same draw differ by rounding only; draws closer than this count as ties.
_TIE = 1e-10
BATCH_CELLS = 2_000_000
# With no more clusters than this a dense square of them is at hand, where it is smaller than the factors.
_LARGEST_SQUARE = 3_000


@dataclass(frozen=True, eq=False)
class Factor:
    """One product of what regressors and effects take up of the bootstrap errors, as it enters the cluster scores.

    `right0` and `right1` (G, p) belong to the residuals at zero and to the direction of the hypothesis, `left` (p, G)
    is shared; dense, or sparse where p is the number of levels of an effect.
    """

    left: Any
    right0: Any
    right1: Any


@dataclass(frozen=True, eq=False)
class ScoreMaps(Brief):
    """Linear maps of the weights v (G,) of one draw, for the null value r.

    The numerator of t* is (a0 - r a1)'v. The cluster scores behind its standard error are (H0 - r H1) v with
    H = diag(a) - sum of left' right' over the factors, so that nothing of size G x G is needed.
    """

    a0: FloatArray
    a1: FloatArray
    factors: tuple[Factor, ...]


@dataclass(frozen=True, eq=False)
class Signs(Brief):
    """The weights of all draws, (B, G), one byte each: `points[codes]`."""

    codes: NDArray[np.int8]
    points: FloatArray

    def __len__(self) -> int:
        return len(self.codes)

    def batch(self, first: int, last: int) -> FloatArray:
        """Return the weights of some draws as floats."""
        return np.asarray(self.points[self.codes[first:last]])


@dataclass(frozen=True, eq=False)
class Hypothesis(Brief):
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

    def maps(self) -> ScoreMaps:
        """Return the maps of the draws."""
        c = self.influence
        direction = c / (c @ c)
        at_zero = self.linear.residuals + direction * self.estimate
        pair = np.column_stack([at_zero, direction])
        own = sum_by(c[:, None] * pair, self.codes)
        crossing = crossing_of(self.linear.layout, self.linear.effects)
        return ScoreMaps(own[:, 0], own[:, 1], projection(self.linear.basis, crossing, c, pair, self.codes))


def projection(
    basis: FloatArray, crossing: Crossing, influence: FloatArray, pair: FloatArray, codes: IntArray
) -> tuple[Factor, ...]:
    """Return the factors of [h, g] = c_h' P (d_g * column): what regressors and effects take up of the bootstrap
    errors of cluster g, as it enters the score of cluster h.

    `basis` (n, k) is orthonormal and spans the regressors. The swept regressors are orthogonal to the dummies, so that
    the projection is a sum, and an orthonormal basis of each part keeps the units of the regressors out of the numbers.
    A block of effects whose levels the clusters hold as a whole drops out: the influence sums to zero in each.
    """
    columns = (influence, *pair.T)
    left, right0, right1 = (
        np.column_stack([sum_by(c[:, None] * basis, codes), crossing.short_sums(c, codes)]) for c in columns
    )
    factors = [Factor(left.T, right0, right1)]
    if crossing.long is not None and not _holds_levels(crossing.long, codes):
        thin = [crossing.thin_sums(c, codes) for c in columns]
        factors.append(Factor(thin[0].T.tocsr(), thin[1], thin[2]))
    groups = left.shape[0]
    if groups <= min(sum(factor.left.shape[0] for factor in factors), _LARGEST_SQUARE):
        whole = [
            sum(_dense(getattr(factor, side) @ factor.left) for factor in factors)
            for side in ("right0", "right1")
        ]
        return (Factor(np.eye(groups), *whole),)
    return tuple(factors)


def _holds_levels(levels: IntArray, codes: IntArray) -> bool:
    """Return whether every level lies in one cluster."""
    owner = np.empty(int(levels.max()) + 1, dtype=codes.dtype)
    owner[levels] = codes
    return bool((owner[levels] == codes).all())


def _dense(product: Any) -> FloatArray:
    return np.asarray(product.toarray() if sparse.issparse(product) else product, dtype=np.float64)


class Draws:
    """The draws' squared numerators and standard errors as polynomials in the null value.

    The data are the identity draw: their own t comes from the same arithmetic, so that a tie is a tie.
    """

    def __init__(self, maps: ScoreMaps, draws: Signs, ties: Ties) -> None:
        data = _polynomials(maps, np.ones((1, len(maps.a0))))
        self._data = [float(part[0]) for part in data]
        step = max(1, BATCH_CELLS // widest_of(maps))
        parts = [_polynomials(maps, draws.batch(at, at + step)) for at in range(0, len(draws), step)]
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


def _polynomials(maps: ScoreMaps, draws: FloatArray) -> tuple[FloatArray, ...]:
    """Return n0, n1, q0, q1, q2 of every draw, (B,) each."""
    s0, s1 = scores_of(maps, draws)
    squares = (np.einsum("bg,bg->b", a, b) for a, b in ((s0, s0), (s0, s1), (s1, s1)))
    return draws @ maps.a0, draws @ maps.a1, *squares


def scores_of(maps: ScoreMaps, draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the cluster scores of every draw at zero and by the hypothesised value, (B, G) each."""
    s0, s1 = draws * maps.a0, draws * maps.a1
    for factor in maps.factors:
        s0 -= (draws @ factor.right0) @ factor.left
        s1 -= (draws @ factor.right1) @ factor.left
    return s0, s1


def widest_of(maps: ScoreMaps) -> int:
    """Return the widest row that a draw needs."""
    return max(len(maps.a0), *(factor.left.shape[0] for factor in maps.factors))


def _squares(parts: Sequence[Any], null: float) -> tuple[Any, Any]:
    """Return the squared numerator and the squared standard error (without the common factor) at a null value."""
    n0, n1, q0, q1, q2 = parts
    return (n0 - null * n1) ** 2, q0 - (2.0 * null) * q1 + null**2 * q2

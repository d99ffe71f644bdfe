"""Least squares on a design after its effects are swept out: what covariances, bootstraps and grids stand on.

The rank decision and the solver are one factorisation (`core/identified.py`): what passes is right, what is not is
refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.capabilities import LEAST_SQUARES, WEIGHTS
from panelkit.kernels.identified import ROUNDING, TOLERANCE, Root, identified_root
from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.row_weights import RowWeights, about_mean, rooted, unrooted
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, within
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

# Where a deletion leaves less than this of the squares in some direction, cross-products hold too few digits of it.
# The leverages of all clusters add up to about k, so that few clusters are such.
_LITTLE = 1e-6


@dataclass(frozen=True, eq=False)
class LinearFit(Brief):
    """Least squares of `y` (n,) on `X` (n, k), both already swept of the effects.

    `beta` (k,), `residuals` (n,); `root` T (k, k) makes X T orthonormal, so that T T' = (X'X)^-1; `absorbed` is the
    rank of the swept effects. `noise` bounds what rounding leaves uncertain of the coefficients, as a share. `can` says
    what covariances and tests may ask of it (`kernels/capabilities.py`). Where rows have weights, those of the layout,
    `y`, `X` and `residuals` hold the rows times the root of their weight, and `can` says so.
    """

    y: FloatArray
    X: FloatArray
    terms: tuple[str, ...]
    layout: Layout
    effects: Effects
    absorbed: int
    beta: FloatArray
    residuals: FloatArray
    root: FloatArray
    noise: float = field(default=ROUNDING, kw_only=True)
    can: frozenset[str] = field(default=LEAST_SQUARES, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        if self.weights is not None:
            object.__setattr__(self, "can", self.can | {WEIGHTS})

    @classmethod
    def shell(cls, layout: Layout, effects: Effects, k: int) -> LinearFit:
        """Return a fit of k columns without numbers: what small-sample factors ask of one is its size."""
        nothing = np.empty(0)
        return cls(
            y=np.empty(layout.n),
            X=np.empty((layout.n, k)),
            terms=(),
            layout=layout,
            effects=effects,
            absorbed=layout.absorbed(effects),
            beta=nothing,
            residuals=nothing,
            root=nothing,
        )

    @property
    def weights(self) -> RowWeights | None:
        """Return the weights of the rows, None where they count alike."""
        return self.layout.weights

    @property
    def n(self) -> int:
        """Return the number of observations: of rows, or what frequency weights say that they stand for."""
        return len(self.y) if self.weights is None else self.weights.counted

    @cached_property
    def residuals_as_observed(self) -> FloatArray:
        """Return the residuals (n,) in the unit of the outcome, whatever the weights of the rows."""
        return unrooted(self.residuals, self.weights)

    @property
    def beyond(self) -> FloatArray | None:
        """Return an orthonormal basis (n, m) of what else was estimated and taken out, beside effects; none here."""
        return None

    @property
    def k(self) -> int:
        return self.X.shape[1]

    @property
    def df_resid(self) -> int:
        """Return n less regressors and effects."""
        return self.n - self.k - self.absorbed

    @cached_property
    def bread(self) -> FloatArray:
        """Return (X'X)^-1, (k, k)."""
        return self.root @ self.root.T

    @cached_property
    def scores(self) -> FloatArray:
        """Return x_it e_it, (n, k)."""
        return self.X * self.residuals[:, None]

    @cached_property
    def basis_scores(self) -> FloatArray:
        """Return the scores on the orthonormal basis, (n, k).

        A sandwich is T (their meat) T': between two factors (X'X)^-1 it would lose the square of the condition.
        """
        return self.basis * self.residuals[:, None]

    @cached_property
    def basis(self) -> FloatArray:
        """Return X T (n, k), an orthonormal basis of the regressors."""
        return self.X @ self.root

    @cached_property
    def rss(self) -> float:
        return float(self.residuals @ self.residuals)

    @cached_property
    def tss(self) -> float:
        """Return the sum of squares of the swept outcome (of its deviations where only an intercept is fitted)."""
        return squares_about_mean(self.y, self.weights) if self.effects == "none" else float(self.y @ self.y)

    @property
    def identifying_basis(self) -> FloatArray:
        """Return the columns (n, k) whose rank on a part of the rows says whether that part identifies the terms."""
        return self.basis

    def without_groups(self, codes: IntArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return the coefficients with each group left out, (G, k), effects estimated anew, and a mask (G,).

        `codes` (n,). The regressors enter as an orthonormal basis of the whole sample and the residuals in place of the
        outcome, so that what is solved for is the move of the coefficients, and no digit goes into levels or near
        repetitions. A sample that keeps little of some direction is fitted by itself. The mask is False where a
        deletion loses identification; those coefficients are missing.
        """
        columns = np.column_stack([self.basis, self.residuals])
        grams = grams_without_each(columns, self.layout, self.effects, codes)
        k = self.k
        kept = np.linalg.eigvalsh(grams[:, :k, :k])[:, 0]
        poor = np.flatnonzero(~(kept > _LITTLE))
        grams[poor, :k, :k] = np.eye(k)
        moves = np.linalg.solve(grams[:, :k, :k], grams[:, :k, k:])[:, :, 0]
        identified = np.ones(len(moves), dtype=bool)
        for group in poor:
            alone = self.refit_without(codes == group)
            identified[group] = alone is not None
            moves[group] = np.nan if alone is None else alone[0]
        return self.beta + moves @ self.root.T, identified

    def refit_without(self, gone: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray, FloatArray] | None:
        """Return what is left without the rows `gone` (n,), or None where that does not identify the terms.

        The move (k,) of the coefficients on the orthonormal basis, the map (k, m) from the outcome to it and the
        residuals (m,).
        """
        columns = self.swept_without(np.column_stack([self.basis, self.residuals]), gone)
        left, values, right = np.linalg.svd(columns[:, :-1], full_matrices=False)
        if len(columns) < self.k or not values[-1] > self.noise / TOLERANCE:
            return None
        influence = right.T @ (left.T / values[:, None])
        move = np.asarray(influence @ columns[:, -1])
        return move, influence, columns[:, -1] - columns[:, :-1] @ move

    def swept_without(self, columns: FloatArray, gone: NDArray[np.bool_]) -> FloatArray:
        """Return columns (n, m) without some rows, swept of the effects of the others."""
        kept = ~gone
        return within(columns[kept], self.layout.at(kept), self.effects) if kept.any() else columns[kept]

    def effects_without(self, gone: NDArray[np.bool_]) -> int:
        """Return the rank of the effects' dummies on the rows that are left."""
        return self.layout.at(~gone).absorbed(self.effects) if not gone.all() else 0

    def terms_lost(self, gone: NDArray[np.bool_]) -> tuple[int, ...]:
        """Return which regressors take part in what the rows that are left do not identify.

        None does where the regressors are there and the instruments do not reach them.
        """
        columns = self.swept_without(self.identifying_basis, gone)
        _, values, right = np.linalg.svd(columns)
        values = np.r_[values, np.zeros(self.k - len(values))]
        # the lost directions as combinations of columns of norm one
        below = values <= self.noise / TOLERANCE
        if not below.any():
            return ()
        lost = self.root @ right[below].T * np.sqrt(np.einsum("ij,ij->j", self.X, self.X))[:, None]
        share = np.abs(lost).max(axis=1) / np.abs(lost).max()
        return tuple(np.flatnonzero(share > 1e-6).tolist())


def fit_swept(
    y: FloatArray, X: FloatArray, terms: tuple[str, ...], layout: Layout, effects: Effects
) -> LinearFit:
    """Sweep the effects out of `y` (n,) and `X` (n, k), as observed, and fit by (weighted) least squares.

    Raises
    ------
    SpecError
        If a regressor is absorbed by the effects, is constant, or repeats the others so nearly that double
        precision cannot tell them apart (named), or if no degree of freedom is left.
    """
    X, y = rooted(X, layout.weights), rooted(y, layout.weights)
    swept = within(np.column_stack([X, y]), layout, effects)
    X_swept, y_swept = np.ascontiguousarray(swept[:, :-1]), swept[:, -1].copy()
    absorbed = layout.absorbed(effects)
    beside = () if layout.interactions is None else layout.interactions.names
    root = identified_root(X, X_swept, terms, effects, interactions=beside)
    if len(y) - X.shape[1] - absorbed <= 0:
        raise SpecError(
            message(
                "{nobs} observations cannot carry {n_terms} regressors and {absorbed} effects: take more {periods} or "
                "{units}, or fewer effects",
                nobs=len(y),
                n_terms=X.shape[1],
                absorbed=absorbed,
            )
        )
    return _solved(y_swept, X_swept, terms, layout, effects, absorbed, root)


def fit_plain(
    y: FloatArray,
    X: FloatArray,
    terms: tuple[str, ...],
    layout: Layout,
    effects: Effects,
    absorbed: int,
    *,
    before: FloatArray | None = None,
    squares: bool = False,
) -> LinearFit:
    """Fit by least squares what is swept already; `before` (n, k) are the regressors before that.

    All hold the rows times the root of their weight where the layout has weights.

    Raises
    ------
    SpecError
        If a regressor is absorbed or repeats others; under `squares` where cross-products cannot tell them apart.
    """
    root = identified_root(X if before is None else before, X, terms, effects, squares=squares)
    return _solved(y, X, terms, layout, effects, absorbed, root)


def _solved(
    y: FloatArray,
    X: FloatArray,
    terms: tuple[str, ...],
    layout: Layout,
    effects: Effects,
    absorbed: int,
    root: Root,
) -> LinearFit:
    T = root.inverse
    basis = X @ T
    beta = T @ (basis.T @ y)
    beta += T @ (basis.T @ (y - X @ beta))
    residuals = y - X @ beta
    return LinearFit(y, X, terms, layout, effects, absorbed, beta, residuals, T, noise=root.noise)


def squares_about_mean(y: FloatArray, weights: RowWeights | None) -> float:
    """Return the (weighted) squares of an outcome about its mean; `y` (n,) times the root of the rows' weights."""
    return float((about_mean(y, weights) ** 2).sum())


def refined(fit: LinearFit, beta: FloatArray) -> FloatArray:
    """Return coefficients (k,) found by other means after one step towards the least-squares solution.

    Programs that solve normal equations lose half the digits; the step brings them back.
    """
    return np.asarray(beta + fit.root @ (fit.basis.T @ (fit.y - fit.X @ beta)), dtype=np.float64)

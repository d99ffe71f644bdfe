"""Two-stage least squares, and the k-class, on a design after its effects are swept out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.capabilities import TWO_STAGE
from panelkit.kernels.identified import ROUNDING, TOLERANCE_OF_SQUARES, identified_root, root_of
from panelkit.kernels.k_class import KClass, hessian, k_class_each, smallest_correlation
from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.row_weights import rooted
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, within


@dataclass(frozen=True, eq=False)
class InstrumentedFit(LinearFit):
    """A two-stage fit: `X` (n, k) holds the fitted regressors, so that scores and bread are those of 2SLS.

    `regressors` (n, k) and `instruments` (n, l) are swept; the included exogenous regressors stand first in
    both, `n_exogenous` of them. `residuals` are y - regressors beta, not the second stage's. Of a `member` of the
    k-class with its `kappa`, `X` holds the fitted regressors in a combination that carries its scores to the
    coefficients, and the bread is the inverse of X'(I - kappa M)X.
    """

    regressors: FloatArray
    instruments: FloatArray
    n_exogenous: int
    member: KClass | None = field(default=None, kw_only=True)
    kappa: float = field(default=1.0, kw_only=True)
    can: frozenset[str] = field(default=TWO_STAGE, kw_only=True, repr=False)

    @cached_property
    def bread(self) -> FloatArray:
        """Return the inverse of X'(I - kappa M)X, (k, k); of two-stage least squares that of the fitted regressors."""
        if self.member is None:
            return self.root @ self.root.T
        return np.asarray(np.linalg.inv(hessian(self.regressors, self.fitted, self.kappa)[1]))

    @property
    def fitted(self) -> FloatArray:
        """Return what the instruments explain of the regressors, (n, k)."""
        span = self.instruments @ root_of(self.instruments)
        return np.asarray(span @ (span.T @ self.regressors))

    @property
    def identifying_basis(self) -> FloatArray:
        """Return the regressors themselves on the basis of the fitted ones, (n, k)."""
        return self.regressors @ self.root

    def without_groups(self, codes: IntArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return the coefficients without each group of rows `codes` (n,), (G, k), and a mask of the identified.

        Regressors and instruments enter as combinations that are orthonormal in the whole sample, and the residuals in
        place of the outcome: the solves are then as good as the sample that is left.
        """
        # an orthonormal basis changes no projection
        columns = np.column_stack(
            [self.regressors @ self.root, self.instruments @ root_of(self.instruments), self.residuals]
        )
        grams = grams_without_each(columns, self.layout, self.effects, codes)
        if self.member is None:
            moves, identified = two_stage(grams, self.k, self.instruments.shape[1])
        else:
            left = self._left_without(codes) if self.member.fuller is not None else np.ones(len(grams))
            moves, identified = k_class_each(grams, self.k, self.instruments.shape[1], self.member, left)
        return self.beta + moves @ self.root.T, identified

    def _left_without(self, codes: IntArray) -> FloatArray:
        """Return rows less instruments and effects without each group, (G,)."""
        counts = (
            np.ones(len(codes)) if self.weights is None or not self.weights.repeats else self.weights.values
        )
        gone = [codes == group for group in range(int(codes.max()) + 1)]
        spent = np.array([counts[each].sum() + self.effects_without(each) for each in gone])
        return np.asarray(self.n - self.instruments.shape[1] - spent)


def two_stage(swept: FloatArray, k: int, instruments: int) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return 2SLS coefficients (B, k) from cross-products (B, k+l+1, k+l+1) of regressors, instruments, outcome."""
    x, z, y = slice(0, k), slice(k, k + instruments), k + instruments
    zz, zx, zy = swept[:, z, z], swept[:, z, x], swept[:, z, y]
    zz, zx, zy, ok_z = _scaled(zz, zx, zy)
    first = np.linalg.solve(zz, zx)
    gram, right = zx.transpose(0, 2, 1) @ first, np.einsum("bzx,bz->bx", first, zy)
    gram, right, ok_x, scale = _scaled_square(gram, right)
    beta = np.linalg.solve(gram, right[:, :, None])[:, :, 0] * scale
    identified = ok_z & ok_x
    beta[~identified] = np.nan
    return beta, identified


def _scaled(
    zz: FloatArray, zx: FloatArray, zy: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
    zz, zy, identified, scale = _scaled_square(zz, zy)
    return zz, zx * scale[:, :, None], zy, identified


def _scaled_square(
    gram: FloatArray, right: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_], FloatArray]:
    size = np.sqrt(np.maximum(np.einsum("bii->bi", gram), 0.0))
    scale = 1.0 / np.where(size > 0.0, size, 1.0)
    scaled = gram * scale[:, :, None] * scale[:, None, :]
    identified = (size > 0.0).all(axis=1) & (np.linalg.eigvalsh(scaled)[:, 0] > TOLERANCE_OF_SQUARES**2)
    scaled[~identified] = np.eye(gram.shape[1])
    return scaled, right * scale, identified, scale


def fit_two_stage(
    y: FloatArray,
    exogenous: FloatArray,
    endogenous: FloatArray,
    excluded: FloatArray,
    names: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    layout: Layout,
    effects: Effects,
) -> InstrumentedFit:
    """Sweep the effects and fit by two-stage least squares.

    Parameters
    ----------
    y, exogenous, endogenous, excluded
        Shapes (n,), (n, a), (n, b), (n, c) with c >= b, unswept and as observed.
    names
        The names of the three blocks of columns.

    Raises
    ------
    SpecError
        If a regressor or an instrument is absorbed by the effects or repeats others.
    """
    a, b = exogenous.shape[1], endogenous.shape[1]
    raw = rooted(np.column_stack([exogenous, endogenous, excluded]), layout.weights)
    swept = within(np.column_stack([raw, rooted(y, layout.weights)]), layout, effects)
    X, Z = swept[:, : a + b], np.column_stack([swept[:, :a], swept[:, a + b : -1]])
    beside = () if layout.interactions is None else layout.interactions.names
    # the tests of the first stage invert covariances, which square the distances
    decide = partial(identified_root, effects=effects, squares=True, interactions=beside)
    decide(raw[:, : a + b], X, (*names[0], *names[1]))
    among = decide(np.column_stack([raw[:, :a], raw[:, a + b :]]), Z, (*names[0], *names[2]))
    span = Z @ among.inverse
    stage = span @ (span.T @ X)
    root = decide(X, stage, (*names[0], *names[1]), rounding=max(among.noise, ROUNDING))
    basis, y_swept = stage @ root.inverse, swept[:, -1].copy()
    beta = root.inverse @ (basis.T @ y_swept)
    beta += root.inverse @ (basis.T @ (y_swept - X @ beta))
    return InstrumentedFit(
        y=y_swept,
        X=np.ascontiguousarray(stage),
        terms=(*names[0], *names[1]),
        layout=layout,
        effects=effects,
        absorbed=layout.absorbed(effects),
        beta=beta,
        residuals=y_swept - X @ beta,
        root=root.inverse,
        noise=root.noise,
        regressors=np.ascontiguousarray(X),
        instruments=np.ascontiguousarray(Z),
        n_exogenous=a,
    )


def as_member(linear: InstrumentedFit, member: KClass) -> InstrumentedFit:
    """Return a two-stage fit as a member of the k-class, with the coefficients and residuals of that."""
    span = linear.instruments @ root_of(linear.instruments)
    smallest = smallest_correlation(linear.y, linear.regressors, span)
    left = float(linear.n - linear.instruments.shape[1] - linear.absorbed)
    kappa = float(member.kappa(np.array(smallest), np.array(left)))
    fitted = span @ (span.T @ linear.regressors)
    moved, product = hessian(linear.regressors, fitted, kappa)
    beta = linear.beta
    for _ in range(2):
        beta = beta + np.linalg.solve(product, moved.T @ (linear.y - linear.regressors @ beta))
    carried = fitted @ (linear.root @ (linear.root.T @ product))
    return replace(
        linear,
        X=np.ascontiguousarray(carried),
        root=root_of(carried),
        beta=beta,
        residuals=linear.y - linear.regressors @ beta,
        member=member,
        kappa=kappa,
    )

"""Least squares on a design after its effects are swept out: what covariances, bootstraps and grids stand on.

The rank decision and the solver are one factorisation (`core/identified.py`): what passes is right, what is not is
refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from panelkit.kernels.identified import ROUNDING, Root, identified_root
from panelkit.kernels.within import Effects, FloatArray, Layout, within
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class LinearFit(Brief):
    """Least squares of `y` (n,) on `X` (n, k), both already swept of the effects.

    `beta` (k,), `residuals` (n,); `root` T (k, k) makes X T orthonormal, so that T T' = (X'X)^-1; `absorbed` is the
    rank of the swept effects. `noise` bounds what rounding leaves uncertain of the coefficients, as a share.
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

    @property
    def n(self) -> int:
        return len(self.y)

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
        if self.effects == "none":
            return float(((self.y - self.y.mean()) ** 2).sum())
        return float(self.y @ self.y)


def fit_swept(
    y: FloatArray, X: FloatArray, terms: tuple[str, ...], layout: Layout, effects: Effects
) -> LinearFit:
    """Sweep the effects out of `y` (n,) and `X` (n, k) and fit by least squares.

    Raises
    ------
    SpecError
        If a regressor is absorbed by the effects, is constant, or repeats the others so nearly that double
        precision cannot tell them apart (named), or if no degree of freedom is left.
    """
    swept = within(np.column_stack([X, y]), layout, effects)
    X_swept, y_swept = np.ascontiguousarray(swept[:, :-1]), swept[:, -1].copy()
    absorbed = layout.absorbed(effects)
    root = identified_root(X, X_swept, terms, effects)
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


def refined(fit: LinearFit, beta: FloatArray) -> FloatArray:
    """Return coefficients (k,) found by other means after one step towards the least-squares solution.

    Programs that solve normal equations lose half the digits; the step brings them back.
    """
    return np.asarray(beta + fit.root @ (fit.basis.T @ (fit.y - fit.X @ beta)), dtype=np.float64)

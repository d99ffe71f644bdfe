"""Least squares on a design after its effects are swept out: what covariances, bootstraps and grids stand on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from panelkit.core.brief import Brief
from panelkit.core.errors import SpecError
from panelkit.core.within import Effects, FloatArray, Layout, within

# A swept column whose norm is below this share of its norm before sweeping is rounding, not variation:
# demeaning loses about log10(1e9) = 9 of the 16 digits before this line is crossed.
ABSORBED_SHARE = 1e-9


@dataclass(frozen=True, eq=False)
class LinearFit(Brief):
    """Least squares of `y` (n,) on `X` (n, k), both already swept of the effects.

    `beta` (k,), `residuals` (n,), `bread` (k, k) = (X'X)^-1; `absorbed` is the rank of the swept effects.
    """

    y: FloatArray
    X: FloatArray
    terms: tuple[str, ...]
    layout: Layout
    effects: Effects
    absorbed: int
    beta: FloatArray
    residuals: FloatArray
    bread: FloatArray

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
    def scores(self) -> FloatArray:
        """Return x_it e_it, (n, k)."""
        return self.X * self.residuals[:, None]

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
        If a regressor is absorbed by the effects, is constant, or is a combination of the others (named),
        or if no degree of freedom is left.
    """
    swept = within(np.column_stack([X, y]), layout, effects)
    X_swept, y_swept = np.ascontiguousarray(swept[:, :-1]), swept[:, -1].copy()
    absorbed = layout.absorbed(effects)
    refuse_unidentified(X, X_swept, terms, effects)
    if len(y) - X.shape[1] - absorbed <= 0:
        raise SpecError(
            f"{len(y)} observations cannot carry {X.shape[1]} regressors and {absorbed} effects: "
            "take more years or provinces, or fewer effects"
        )
    return fit_plain(y_swept, X_swept, terms, layout, effects, absorbed)


def fit_plain(
    y: FloatArray, X: FloatArray, terms: tuple[str, ...], layout: Layout, effects: Effects, absorbed: int
) -> LinearFit:
    """Fit by least squares what is swept already."""
    bread = gram_inverse(X.T @ X)
    beta = bread @ (X.T @ y)
    beta += bread @ (X.T @ (y - X @ beta))  # one refinement step: the normal equations lose half the digits
    return LinearFit(y, X, terms, layout, effects, absorbed, beta, y - X @ beta, bread)


def gram_inverse(gram: FloatArray) -> FloatArray:
    """Return the inverse of a positive definite cross-product, scaled first so that units do not matter."""
    scale = 1.0 / np.sqrt(np.diag(gram))
    factor = linalg.cho_factor(gram * np.outer(scale, scale), lower=True)
    inverse = linalg.cho_solve(factor, np.eye(len(gram)))
    return (inverse + inverse.T) / 2.0 * np.outer(scale, scale)


def refuse_unidentified(X: FloatArray, X_swept: FloatArray, terms: tuple[str, ...], effects: Effects) -> None:
    """Raise a `SpecError` that names every regressor that the data cannot identify."""
    absorbed = absorbed_terms(X, X_swept)
    if absorbed.any():
        names = ", ".join(f"`{terms[j]}`" for j in np.flatnonzero(absorbed))
        raise SpecError(
            f"{names}: no variation is left {_because(effects)}: leave out the regressor or the effects "
            "(if it does vary, its level hides it from double precision: subtract a constant from it)"
        )
    dependent = dependent_terms(X_swept)
    if dependent.any():
        names = ", ".join(f"`{terms[j]}`" for j in np.flatnonzero(dependent))
        raise SpecError(
            f"{names}: a linear combination of the regressors before it {_because(effects)}: leave it out"
        )


def absorbed_terms(X: FloatArray, X_swept: FloatArray) -> NDArray[np.bool_]:
    """Return True for the columns in which sweeping leaves rounding only, (k,)."""
    before = np.sqrt(np.einsum("ij,ij->j", X, X))
    after = np.sqrt(np.einsum("ij,ij->j", X_swept, X_swept))
    return after <= ABSORBED_SHARE * before


def dependent_terms(X_swept: FloatArray) -> NDArray[np.bool_]:
    """Return True for the columns that repeat earlier ones, (k,)."""
    norms = np.sqrt(np.einsum("ij,ij->j", X_swept, X_swept))
    with np.errstate(divide="ignore", invalid="ignore"):
        upper = np.linalg.qr(X_swept / norms, mode="r")
    return np.abs(np.diag(upper)) <= ABSORBED_SHARE


def _because(effects: Effects) -> str:
    return {
        "none": "in this sample",
        "unit": "after the unit effects (it does not change over time)",
        "time": "after the time effects (it is the same for every unit)",
        "twoway": "after the unit and time effects",
    }[effects]

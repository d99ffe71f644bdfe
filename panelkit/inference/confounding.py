"""Sensitivity of an indirect effect to a confounder of mediator and outcome (Imai, Keele and Yamamoto 2010).

e1 is the residual of the outcome on treatment and controls (and other mediators), e2 that of the mediator on the
same. If the errors of mediator and outcome equation are correlated by rho, the effect of the mediator on the
outcome is (s1 / s2) (r - rho sqrt((1 - r2) / (1 - rho2))) with r = corr(e1, e2): it vanishes at rho = r. Said by the
full outcome equation, with b its coefficient of the mediator and s its residual deviation, it is
b - (s / s2) rho / sqrt(1 - rho2); that holds too where products of the mediator stand in the outcome equation (they
are no regressors of the mediator), with b the slope where the product's other variable is at its centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.kernels.moments import regress
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class ErrorMoments(Brief):
    """Ratio s1 / s2 and correlation r of the residuals e1 and e2, (B,) each; missing where nothing is left of one."""

    ratio: FloatArray
    correlation: FloatArray

    def slope(self, rho: FloatArray) -> FloatArray:
        """Return the effect of the mediator on the outcome at each rho (R,), shape (B, R)."""
        shrink = np.sqrt((1.0 - self.correlation**2)[:, None] / (1.0 - rho**2)[None, :])
        return self.ratio[:, None] * (self.correlation[:, None] - rho[None, :] * shrink)


def error_moments(
    swept: FloatArray, regressors: Sequence[int], mediator: int, outcome: int, products: Sequence[int] = ()
) -> ErrorMoments:
    """Return the moments of the residuals of mediator and outcome on the regressors.

    Parameters
    ----------
    swept
        Cross-products (B, q, q) of all columns, swept of the effects.
    regressors
        Positions of treatment, controls and other mediators.
    products
        Positions of the mediator's centred products in the outcome equation: ratio and correlation are then those
        that give its slope at the centre.
    """
    if products:
        return _moments_with_products(swept, regressors, mediator, outcome, products)
    pair = [mediator, outcome]
    betas, _ = regress(swept, regressors, pair)
    cross = swept[:, list(regressors)][:, :, pair]
    left = swept[:, pair][:, :, pair] - betas.transpose(0, 2, 1) @ cross
    s2, s1 = np.sqrt(np.maximum(left[:, 0, 0], 0.0)), np.sqrt(np.maximum(left[:, 1, 1], 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.clip(left[:, 0, 1] / (s1 * s2), -1.0, 1.0)
        return ErrorMoments(s1 / s2, correlation)


def _moments_with_products(
    swept: FloatArray, regressors: Sequence[int], mediator: int, outcome: int, products: Sequence[int]
) -> ErrorMoments:
    slope, s1 = _last_slope_and_rest(swept, [*products, *regressors, mediator], outcome)
    _, s2 = _last_slope_and_rest(swept, regressors, mediator)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.hypot(slope, s1 / s2)
        return ErrorMoments(ratio, slope / ratio)


def _last_slope_and_rest(
    swept: FloatArray, regressors: Sequence[int], outcome: int
) -> tuple[FloatArray, FloatArray]:
    """Return the coefficient of the last regressor and the root of the residual sum of squares, (B,) each."""
    betas, _ = regress(swept, regressors, [outcome])
    left = swept[:, outcome, outcome] - np.einsum(
        "bk,bk->b", betas[:, :, 0], swept[:, list(regressors), outcome]
    )
    return betas[:, -1, 0], np.sqrt(np.maximum(left, 0.0))


def explained_share(swept: FloatArray, regressors: Sequence[int], outcome: int) -> float:
    """Return R2 of a column on others after the effects; `swept` is one (q, q) matrix."""
    betas, _ = regress(swept[None], regressors, [outcome])
    return float(betas[0, :, 0] @ swept[list(regressors), outcome] / swept[outcome, outcome])
